package order

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Packs gives the packs whose services are ordered and whose forms are filled in.
type Packs interface {
	Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
	Version(tx *db.Tx, id, version, hash string) (*pack.Pack, error)
}

// People is what this area needs to know of persons.
type People interface {
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
	Briefs(tx *db.Tx, persons []db.ID) (map[db.ID]Brief, error)
	// Known are facts of the record that forms may read: sex, age_years, dob.
	Known(tx *db.Tx, person db.ID, on calendar.Day) (value.Facts, error)
}

// Verdict is what the station-safety pack says before a person is touched.
type Verdict struct {
	Clean bool       // nothing stands against it, and everything it asks was answered that day
	Why   []page.Msg // the sentences of the rules that stand against it
	Ask   page.Link  // where what is missing is answered; the zero Link: with the physician
}

// Safety is the station-safety check, made on the day of the act.
type Safety interface {
	Check(ctx context.Context, tx *db.Tx, o Order, on calendar.Day) (Verdict, error)
}

// Users gives the name of a user, for the lists of who did what.
type Users interface {
	UserName(tx *db.Tx, user db.ID) string
}

// Deps is what a Service needs. Without Safety nobody is imaged, injected or given
// a drug.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Packs   Packs
	People  People
	Safety  Safety

	// Consents is where consents are; without it nobody has agreed to anything.
	Consents Consents
	Users    Users // nil: no names are shown
	Clock    func() time.Time

	// Stations are the stations of a site, in its own order; all of them when nil.
	Stations func(tx *db.Tx, site string) []string

	// After is where the page of a result leads once it is saved; "" is to the order. It
	// may be nil.
	After func(o Order) string

	// Here is who came to a site on a day, and when; nil where nobody notes it.
	Here func(tx *db.Tx, site string, on calendar.Day) (map[db.ID]time.Time, error)
	// Numbered is who has a number as it stands on a slip, a tube or a file: the code
	// of the person, or what the family is known by; nil where nobody knows.
	Numbered func(tx *db.Tx, number string) ([]db.ID, error)
}

// Service is this area's use cases. A method with a context is one transaction
// and checks rights; a method with a Tx works inside the caller's, who has.
type Service struct {
	Deps
	onResult []func(ctx context.Context, tx *db.Tx, r Result) error
	onStatus []func(ctx context.Context, tx *db.Tx, o Order) error

	mu    sync.Mutex
	forms map[string]*form.Form // parsed, by pack hash and name
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{Deps: d, forms: map[string]*form.Form{}}
}

// OnResult calls f in the transaction that records, corrects or strikes out a
// result, so that what rests on it is decided anew before anybody sees it. Call it
// before the first request.
func (s *Service) OnResult(f func(ctx context.Context, tx *db.Tx, r Result) error) {
	s.onResult = append(s.onResult, f)
}

// OnStatus calls f in the transaction that changes the status of an order.
func (s *Service) OnStatus(f func(ctx context.Context, tx *db.Tx, o Order) error) {
	s.onStatus = append(s.onStatus, f)
}

func (s *Service) now() time.Time      { return s.Clock().UTC().Truncate(time.Microsecond) }
func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// protocol reads the pack of an order, the version it was ordered by.
func (s *Service) protocol(tx *db.Tx, r Request) (*pack.Pack, error) {
	if s.Packs == nil || r.Pack == "" {
		return nil, fault.New(fault.NotFound, "order.protocol", "order.error.pack")
	}
	if r.Hash == "" {
		return s.Packs.Active(tx, r.Pack, s.today())
	}
	return s.Packs.Version(tx, r.Pack, r.Version, r.Hash)
}

// form reads the form of an order's result, parsed once a version.
func (s *Service) form(tx *db.Tx, r Request) (*form.Form, error) {
	p, err := s.protocol(tx, r)
	if err != nil {
		return nil, err
	}
	key := p.Hash + " " + r.Form
	s.mu.Lock()
	f := s.forms[key]
	s.mu.Unlock()
	if f != nil {
		return f, nil
	}
	text, ok := p.Forms[r.Form]
	if !ok {
		return nil, fault.New(fault.NotFound, "order.form", "order.error.form_missing")
	}
	if f, err = form.Parse(text); err != nil {
		return nil, &fault.Error{Code: fault.Internal, Op: "order.form " + r.Pack + "/" + r.Form, Key: "order.error.form_missing", Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.forms) > 1000 {
		clear(s.forms)
	}
	s.forms[key] = f
	return f, nil
}

// Place orders a service. An open order of the same code for the same case is left
// alone, so that planning anew orders nothing twice. The caller has checked that
// the author may order.
func (s *Service) Place(tx *db.Tx, by journal.Author, r Request) error {
	const op = "order.Place"
	if err := r.Valid(); err != nil {
		return err
	}
	old, err := ofCase(tx, r.Subject, r.Case)
	if err != nil {
		return err
	}
	for _, o := range old {
		if o.Code == r.Code && o.Status.Open() && !r.Case.IsZero() {
			return nil
		}
	}
	if r.ID.IsZero() {
		r.ID = db.NewID()
	}
	d := orderDoc{Case: r.Case, Pack: r.Pack, Version: r.Version, Hash: r.Hash, Why: r.Why, Code: r.Code, Service: r.Service, Station: r.Station,
		Form: r.Form, Needs: r.Needs, Consent: r.Consent, Act: string(actAt(r.Station)), Specimens: 1, At: s.now(), Status: Ordered}
	d.Since = d.At
	if r.Form != "" && r.Pack != "" {
		p, err := s.protocol(tx, r)
		if err != nil {
			return fault.Wrap(op, err)
		}
		d.Version, d.Hash = p.Manifest.Version, p.Hash
		r.Version, r.Hash = d.Version, d.Hash
		f, err := s.form(tx, r)
		if err != nil {
			return fault.Wrap(op, err)
		}
		if f.Act != form.NoAct {
			d.Act = string(f.Act)
		}
		d.Specimens, d.Combine = f.Specimens, combineOf(f)
	}
	return fault.Wrap(op, s.Journal.Append(tx, by, journal.Change{Kind: kindOrder, Doc: r.ID, Subject: r.Subject, Site: r.Site, Programme: r.Programme,
		Sensitivity: r.Sensitivity, Purpose: purpose(r.Purpose), Fields: map[string]any{
			"case": idOrNil(d.Case), "pack": d.Pack, "version": d.Version, "hash": d.Hash, "why": d.Why, "code": d.Code, "service": d.Service, "station": d.Station,
			"form": d.Form, "needs": d.Needs, "consent": d.Consent, "act": d.Act, "specimens": d.Specimens, "combine": d.Combine, "at": d.At,
			"status": d.Status, "since": d.Since,
		}}))
}

// combineOf takes from a form how several specimens make one fact, by fact.
func combineOf(f *form.Form) map[string][]string {
	if f.Specimens < 2 {
		return nil
	}
	out := map[string][]string{}
	for _, r := range f.Rows {
		if len(r.Combine) > 0 && r.Fact != "" {
			out[r.Fact] = r.Combine
		}
	}
	return out
}

func purpose(p string) string {
	if p == "" {
		return "assessment"
	}
	return p
}

// idOrNil keeps the zero id out of the journal.
func idOrNil(id db.ID) any {
	if id.IsZero() {
		return nil
	}
	return id
}

// Order orders a service for who asks.
func (s *Service) Order(ctx context.Context, r Request) error {
	a, _ := access.From(ctx)
	if r.Purpose == "" {
		r.Purpose = a.Purpose
	}
	res := access.Resource{Kind: kindOrder, Subject: r.Subject, Site: r.Site, Programme: r.Programme, Sensitivity: r.Sensitivity, Station: r.Station}
	if err := s.Access.Check(ctx, access.OrderCreate, res); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.Place(tx, a.Author(), r) })
}

// Withdraw cancels a case's order of a code that nobody has begun; it leaves what
// was begun alone, and answers nil when there is none.
func (s *Service) Withdraw(tx *db.Tx, by journal.Author, subject, caseID db.ID, code string) error {
	orders, err := ofCase(tx, subject, caseID)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.Code != code || o.Status != Ordered {
			continue
		}
		if err := s.setStatus(tx, by, o, Cancelled, "", purpose("")); err != nil {
			return fault.Wrap("order.Withdraw", err)
		}
	}
	return nil
}

// setStatus writes a status; the hooks are the caller's.
func (s *Service) setStatus(tx *db.Tx, by journal.Author, o Order, to Status, reason, why string) error {
	d, err := s.Journal.Load(tx, o.ID)
	if err != nil {
		return err
	}
	c := journal.Change{Kind: kindOrder, Doc: o.ID, Base: d.Version, Purpose: why,
		Fields: map[string]any{"status": to, "reason": reason, "since": s.now()}}
	for _, alt := range d.Disputed["status"] {
		c.Resolves = append(c.Resolves, alt.Version)
	}
	return s.Journal.Append(tx, by, c)
}

// States returns how far each of a case's orders is, by the pack's service code.
// Of several of one code the one that says most of what was done counts: begun, done,
// waiting, refused or not possible, cancelled. What was cancelled, or ordered once
// more and not begun, hides nothing that was done.
func (s *Service) States(tx *db.Tx, subject, caseID db.ID) (map[string]Status, error) {
	orders, err := ofCase(tx, subject, caseID)
	if err != nil {
		return nil, err
	}
	out := map[string]Status{}
	for _, o := range orders {
		if weight[o.Status] >= weight[out[o.Code]] {
			out[o.Code] = o.Status
		}
	}
	return out, nil
}

// OfCase lists the orders of a case, or of an encounter, as they were made. It checks no
// rights.
func (s *Service) OfCase(tx *db.Tx, subject, caseID db.ID) ([]Order, error) {
	return ofCase(tx, subject, caseID)
}

// Waiting are the codes of a case's orders that nobody has begun, each once: also of
// one that is ordered once more behind what was done.
func (s *Service) Waiting(tx *db.Tx, subject, caseID db.ID) ([]string, error) {
	orders, err := ofCase(tx, subject, caseID)
	var out []string
	for _, o := range orders {
		if o.Status == Ordered && !slices.Contains(out, o.Code) {
			out = append(out, o.Code)
		}
	}
	return out, err
}

// weight orders the states of several orders of one code; the last counts of those
// that weigh the same.
var weight = map[Status]int{InProgress: 5, Done: 4, Ordered: 3, Refused: 2, NotPossible: 2, Cancelled: 1}

// Facts returns the latest observation of each code with the day it was true, all
// codes when none is named. It checks no rights: it is what decisions are made on,
// and the caller shows none of it.
func (s *Service) Facts(tx *db.Tx, subject db.ID, codes []string) (map[string]decision.Fact, error) {
	obs, err := observations(tx, subject, codes)
	if err != nil {
		return nil, err
	}
	several, _, err := severalOf(tx, subject)
	if err != nil {
		return nil, err
	}
	return facts(obs, several), nil
}

// Acted lists the users who read, used or told results of a person.
func (s *Service) Acted(tx *db.Tx, subject db.ID) ([]db.ID, error) { return actors(tx, subject) }

// ActedOn lists what was done with one result, the oldest first: read, used for a
// decision, told to the person. Whoever did it has to know when it was wrong.
func (s *Service) ActedOn(tx *db.Tx, result db.ID) ([]Step, error) {
	steps, err := querySteps(tx, "result = ?", result)
	if err != nil {
		return nil, err
	}
	read, err := openedBy(tx, result)
	if err != nil {
		return nil, err
	}
	out := append(read, steps...)
	slices.SortStableFunc(out, func(a, b Step) int { return a.At.Compare(b.At) })
	return out, nil
}

// Used notes that a decision or a signature rests on results of a person: what
// says which ("signed", "classified"). All results that hold are meant when none
// is named.
func (s *Service) Used(tx *db.Tx, by journal.Author, subject db.ID, what string, results ...db.ID) error {
	if len(results) == 0 {
		obs, err := observations(tx, subject, nil)
		if err != nil {
			return err
		}
		for _, o := range obs {
			if !slices.Contains(results, o.Result) {
				results = append(results, o.Result)
			}
		}
	}
	var changes []journal.Change
	for _, id := range results {
		parts, err := partsOf(tx, id)
		if err != nil {
			return err
		}
		changes = append(changes, s.step(Step{ID: db.NewID(), Order: parts[0].Order, Result: id, Subject: subject, Kind: StepUsed, How: what},
			parts[0].Site, parts[0].Programme, parts[0].Sens, purpose("")))
	}
	if len(changes) == 0 {
		return nil
	}
	return fault.Wrap("order.Used", s.Journal.Append(tx, by, changes...))
}

// step builds the change that records a step.
func (s *Service) step(st Step, site, programme string, sens journal.Sensitivity, why string) journal.Change {
	on := st.On
	if on == 0 {
		on = s.today()
	}
	return journal.Change{Kind: kindStep, Doc: st.ID, Subject: st.Subject, Site: site, Programme: programme, Sensitivity: sens, Purpose: why, Fields: map[string]any{
		"order": idOrNil(st.Order), "result": idOrNil(st.Result), "kind": st.Kind, "specimen": st.Specimen, "how": st.How, "decision": st.Decision,
		"giver": st.Giver, "interpreter": st.Interp, "label": st.Label, "on": on.String(), "note": st.Note, "at": s.now(),
	}}
}

// stepOf is step for an order.
func (s *Service) stepOf(o Order, st Step, why string) journal.Change {
	st.Order, st.Subject = o.ID, o.Subject
	if st.ID.IsZero() {
		st.ID = db.NewID()
	}
	return s.step(st, o.Site, o.Programme, o.Sensitivity, why)
}

// Answer is an observation without an order: what a person said to a question of
// the plan, not known and refused included.
type Answer struct {
	ID              db.ID // made when the question was shown, so that a replay is fault.Conflict; a new one if zero
	Subject         db.ID
	Code            string
	Value           value.Value
	Unit            string
	On              calendar.Day
	Sensitivity     journal.Sensitivity
	Site, Programme string
	Purpose         string

	// Seen are the results that hold for the code and stood there when the question
	// was shown (Service.Seen); nil: those of now. An answer that did not know of
	// another is in dispute with it, and does not come after it.
	Seen []db.ID
}

// Answer records an observation. The caller has checked rights and calls its own
// plan anew: the hooks are not run.
func (s *Service) Answer(tx *db.Tx, by journal.Author, a Answer) error {
	const op = "order.Answer"
	if a.Code == "" || len(a.Code) > 64 || a.Subject.IsZero() || a.Sensitivity == journal.Sealed {
		return fault.Field(op, "code", "order.error.request")
	}
	seen, err := seenThen(tx, a.Subject, []string{a.Code}, a.Seen)
	if err != nil {
		return err
	}
	if a.ID.IsZero() {
		a.ID = db.NewID()
	}
	return fault.Wrap(op, s.Journal.Append(tx, by, journal.Change{Kind: kindResult, Doc: a.ID, Subject: a.Subject, Site: a.Site, Programme: a.Programme,
		Sensitivity: a.Sensitivity, Purpose: purpose(a.Purpose), Fields: map[string]any{
			"on": a.On.String(), "at": s.now(), "facts": map[string]Observed{a.Code: {Value: a.Value, Unit: a.Unit}}, "seen": seen,
		}}))
}

// Seen lists the results that hold for these codes, for a form to carry from when it
// is shown to when it is sent.
func (s *Service) Seen(tx *db.Tx, subject db.ID, codes []string) ([]db.ID, error) {
	return seenFor(tx, subject, codes)
}

// seenThen is what an author had before them when the form was shown: of what holds
// now, what was there then. Without a then (nil) it is what holds now.
func seenThen(tx *db.Tx, subject db.ID, codes []string, then []db.ID) ([]db.ID, error) {
	now, err := seenFor(tx, subject, codes)
	if then == nil || err != nil {
		return now, err
	}
	return slices.DeleteFunc(now, func(id db.ID) bool { return !slices.Contains(then, id) }), nil
}

// seenFor lists the results that hold for these codes: what an author who writes
// now has before them.
func seenFor(tx *db.Tx, subject db.ID, codes []string) ([]db.ID, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	obs, err := observations(tx, subject, codes)
	if err != nil {
		return nil, err
	}
	var out []db.ID
	for _, o := range obs {
		if !slices.Contains(out, o.Result) {
			out = append(out, o.Result)
		}
	}
	return out, nil
}

func (s *Service) tellResult(ctx context.Context, tx *db.Tx, r Result) error {
	for _, f := range s.onResult {
		if err := f(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tellStatus(ctx context.Context, tx *db.Tx, o Order) error {
	for _, f := range s.onStatus {
		if err := f(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}
