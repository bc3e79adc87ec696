package assessment

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
	"github.com/godwit-health/godwit/packs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// shipped are the destination packs that ship, read once for all tests.
var shipped = sync.OnceValue(func() map[string]*pack.Pack {
	out := map[string]*pack.Pack{}
	dirs, err := fs.ReadDir(packs.Builtin(), ".")
	if err != nil {
		panic(err)
	}
	for _, d := range dirs {
		p, err := pack.Load(packs.Builtin(), d.Name())
		if err != nil {
			panic(err)
		}
		if p.Kind == "destination" {
			out[p.ID] = p
		}
	}
	return out
})

// wholes are the destinations joined with their companions, as a case is decided.
var wholes = sync.OnceValue(func() map[string]*pack.Pack {
	out := map[string]*pack.Pack{}
	for id, p := range shipped() {
		whole, err := pack.Join(p, companionsOf(p)...)
		if err != nil {
			panic(err)
		}
		out[id] = whole
	}
	return out
})

func companionsOf(p *pack.Pack) []*pack.Pack {
	var out []*pack.Pack
	for _, w := range p.With {
		q, err := pack.Load(packs.Builtin(), w.Pack)
		if err != nil {
			panic(err)
		}
		out = append(out, q)
	}
	return out
}

func destinations() []string {
	var ids []string
	for id := range shipped() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// shelf gives the packs that ship, or what a test puts in their place.
type shelf struct{ packs map[string]*pack.Pack }

func newShelf() *shelf {
	s := &shelf{packs: map[string]*pack.Pack{}}
	for id, p := range shipped() {
		s.packs[id] = p
	}
	return s
}

// whole puts the companions of the destinations beside them, as on a node. Without
// it a test looks at one pack, and at the rules that it names.
func (s *shelf) whole() {
	for id, p := range wholes() {
		for _, q := range companionsOf(p) {
			if _, there := s.packs[q.ID]; !there {
				s.packs[q.ID] = q
			}
		}
		s.packs[id] = p
	}
}

func (s *shelf) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	if p, ok := s.packs[id]; ok {
		return p, nil
	}
	return nil, fault.New(fault.Unavailable, "shelf", "packs.error.not_active")
}

func (s *shelf) Version(tx *db.Tx, id, _, _ string) (*pack.Pack, error) { return s.Active(tx, id, 0) }

func (s *shelf) Rules(_ *db.Tx, id string) (string, error) {
	if p, ok := s.packs[id]; ok {
		return p.Hash + " " + strings.Join(p.StoppedRows, " "), nil
	}
	return "none", nil
}

func (s *shelf) Trial(_ *db.Tx, p *pack.Pack, _ calendar.Day) ([]*pack.Pack, error) {
	return []*pack.Pack{p}, nil
}

func (s *shelf) Destinations(*db.Tx, calendar.Day) ([]*pack.Pack, error) {
	var out []*pack.Pack
	for _, p := range s.packs {
		if p.Kind == "destination" {
			out = append(out, p)
		}
	}
	return out, nil
}

// benchOrders ties the orders to the assessment as the composition root does.
type benchOrders struct{ s *order.Service }

func (o benchOrders) Facts(tx *db.Tx, subject, caseID db.ID, codes []string) (map[string]decision.Fact, error) {
	return o.s.FactsFor(tx, subject, caseID, codes)
}

func (o benchOrders) Earlier(tx *db.Tx, subject, caseID db.ID) ([]Earlier, error) {
	done, err := o.s.Earlier(tx, subject, caseID)
	var out []Earlier
	for _, e := range done {
		out = append(out, Earlier{Order: e.Order.ID, Service: e.Order.Service, Form: e.Order.Form, On: e.On})
	}
	return out, err
}

func (o benchOrders) States(tx *db.Tx, subject, caseID db.ID) (map[string]OrderState, error) {
	states, err := o.s.States(tx, subject, caseID)
	out := map[string]OrderState{}
	for code, st := range states {
		switch st {
		case order.Ordered:
			out[code] = OrderOpen
		case order.InProgress:
			out[code] = OrderAwaited
		case order.Done:
			out[code] = OrderDone
		case order.Refused, order.NotPossible:
			out[code] = OrderRefused
		}
	}
	return out, err
}

func (o benchOrders) Place(tx *db.Tx, by journal.Author, n NewOrder) error {
	r := order.Request{Subject: n.Subject, Case: n.Case, Pack: n.Pack, Why: n.Why, Code: n.Code, Service: n.Service.Service, Station: n.Service.Station,
		Form: n.Service.Form, Sensitivity: max(levelOf(n.Service.Sensitivity), journal.Clinical), Consent: n.Service.Consent, Site: n.Site, Programme: n.Programme}
	if n.Service.Counselling {
		r.Needs = append(r.Needs, order.NeedCounselling)
	}
	if n.Service.Consent != "" {
		r.Needs = append(r.Needs, order.NeedConsent)
	}
	return o.s.Place(tx, by, r)
}

func (o benchOrders) Waiting(tx *db.Tx, subject, caseID db.ID) ([]string, error) {
	return o.s.Waiting(tx, subject, caseID)
}

func (o benchOrders) Withdraw(tx *db.Tx, by journal.Author, subject, caseID db.ID, code string) error {
	return o.s.Withdraw(tx, by, subject, caseID, code)
}

func (o benchOrders) Used(tx *db.Tx, by journal.Author, subject db.ID, what string) error {
	return o.s.Used(tx, by, subject, what)
}

func (o benchOrders) Acted(tx *db.Tx, subject db.ID) ([]db.ID, error) { return o.s.Acted(tx, subject) }

func (o benchOrders) Untold(ctx context.Context, subject, caseID db.ID) ([]Untold, error) {
	list, err := o.s.Untold(ctx, subject)
	var out []Untold
	for _, t := range list {
		if t.Order.Case == caseID {
			out = append(out, Untold{Code: t.Order.Code, Result: t.Result, Again: t.Again})
		}
	}
	return out, err
}

func (o benchOrders) Links(ctx context.Context, subject, caseID db.ID) (Links, error) {
	out := Links{Of: map[string]db.ID{}, May: map[db.ID]bool{}}
	list, err := o.s.OfPerson(ctx, subject)
	for _, ord := range list { // latest first
		out.May[ord.ID] = true
		if _, has := out.Of[ord.Code]; ord.Case == caseID && (!has || ord.Status.Open()) {
			out.Of[ord.Code] = ord.ID
		}
	}
	return out, err
}

func (o benchOrders) Seen(tx *db.Tx, subject db.ID, codes []string) ([]db.ID, error) {
	return o.s.Seen(tx, subject, codes)
}

func (o benchOrders) Answer(tx *db.Tx, by journal.Author, a NewAnswer) error {
	return o.s.Answer(tx, by, order.Answer{Subject: a.Subject, Code: a.Code, Value: a.Value, On: a.On, Sensitivity: a.Sensitivity, Site: a.Site, Programme: a.Programme,
		Seen: a.Seen})
}

type benchPeople struct{ s *people.Service }

func (p benchPeople) Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error) {
	return p.s.Banner(ctx, tx, person)
}

func (p benchPeople) Briefs(*db.Tx, []db.ID) (map[db.ID]order.Brief, error) { return nil, nil }

func (p benchPeople) Known(tx *db.Tx, person db.ID, on calendar.Day) (value.Facts, error) {
	facts, _, err := p.s.Facts(tx, person, on)
	if err != nil {
		return nil, err
	}
	out := value.Facts{"sex": facts[people.FactSex].Value, "dob": facts[people.FactBirth].Value}
	if id, _, err := p.s.Identity(tx, person); err == nil {
		out["age_years"] = calendar.AgeValue(id.Birth, on.Date(), calendar.Years)
	}
	return out, nil
}

// open is a station-safety check that finds nothing: it has tests of its own.
type noDanger struct{}

func (noDanger) Check(context.Context, *db.Tx, order.Order, calendar.Day) (order.Verdict, error) {
	return order.Verdict{Clean: true}, nil
}

// world is the assessment with people and orders on a real database.
type world struct {
	*Service
	t      testing.TB
	clock  time.Time
	shelf  *shelf
	people *people.Service
	orders *order.Service
	users  map[string]db.ID
	mux    http.Handler
}

// both runs a test on SQLite and on PostgreSQL.
func both(t *testing.T, f func(t *testing.T, w *world)) {
	// What they wait for is mostly the disk: side by side they take half the time.
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, newWorld(t, testkit.Postgres(t))) })
}

// one runs a test on SQLite only: what it is about is decided above the store.
func one(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	f(t, newWorld(t, ""))
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), order.Migrations(), Migrations()} {
		migrations = append(migrations, m...)
	}
	o := db.Options{URL: url, Migrations: migrations}
	if url == "" {
		o.Path, o.Key = filepath.Join(t.TempDir(), "godwit.db"), key.Plain(bytes.Repeat([]byte{7}, 32))
	}
	d, err := db.Open(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	w := &world{t: t, clock: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), shelf: newShelf(), users: map[string]db.ID{}}
	var mu sync.Mutex
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		w.clock = w.clock.Add(time.Millisecond)
		return w.clock
	}
	var kinds []journal.Kind
	for _, k := range [][]journal.Kind{access.Kinds(), place.Kinds(), people.Kinds(), order.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now})
	must(t, err)
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now})
	must(t, err)
	sites := place.NewSites(d, j, a)
	must(t, sites.Save(access.Operator(t.Context()), place.Site{Code: "KLA", Kind: place.Centre, Names: map[string]string{"en": "Kampala"}, Country: "UGA"}))
	pages, err := page.New(page.Options{Areas: []page.Area{Pages()}, Clock: now})
	must(t, err)
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Clock: now})
	w.orders = order.New(order.Deps{DB: d, Journal: j, Access: a, Packs: w.shelf, People: benchPeople{w.people}, Safety: noDanger{}, Consents: w.people, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Packs: w.shelf, People: w.people, Orders: benchOrders{w.orders}, Clock: now, Country: "UGA"})
	w.people.OnChange(w.Changed)
	w.people.OnConsent(w.orders.Consented)
	w.orders.OnResult(func(ctx context.Context, tx *db.Tx, r order.Result) error {
		cause := "result"
		if !r.Corrects.IsZero() || r.InError {
			cause = "correction"
		}
		return w.Changed(ctx, tx, r.Subject, cause)
	})
	w.orders.OnStatus(func(ctx context.Context, tx *db.Tx, o order.Order) error {
		return w.Changed(ctx, tx, o.Subject, "result")
	})
	must(t, a.Register(Outlets()...))
	mux := http.NewServeMux()
	w.Routes(mux)
	w.mux = mux
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails unless err is of the code and has the key.
func refused(t testing.TB, what string, err error, code fault.Code, key string) {
	t.Helper()
	if !fault.Is(err, code) || fault.KeyOf(err) != key {
		t.Errorf("%s: got %v, want %s [%s]", what, err, code, key)
	}
}

// as is a context in which somebody of a role at Kampala works, with what the
// demo's account of that role may see.
func (w *world) as(r access.Role) context.Context { return w.user(string(r), r, ceiling(r)) }

func ceiling(r access.Role) journal.Sensitivity {
	switch r {
	case access.Physician, access.Laboratory, access.Counsellor, access.MedicalOfficer:
		return journal.Sensitive
	case access.Nurse, access.Radiographer:
		return journal.Clinical
	}
	return journal.Identity
}

func (w *world) user(login string, r access.Role, most journal.Sensitivity) context.Context {
	id, ok := w.users[login]
	if !ok {
		id = db.NewID()
		w.users[login] = id
	}
	return access.With(w.t.Context(), access.Actor{User: id, Login: login, Roles: []access.Role{r}, Sites: []string{"KLA"},
		Programmes: []string{access.All}, Sensitivity: most, Purpose: access.OrdinaryPurpose([]access.Role{r})})
}

func (w *world) day(offset int) calendar.Day { return w.today() + calendar.Day(offset) }

// born is a birth date for somebody of an age, whose birthday was a month ago.
func (w *world) born(years int) calendar.Date {
	return (w.today() - 30).AddYears(-years, calendar.ClampToMonthEnd).Date()
}

// register registers a person whose journey is whole: all their life in Uganda.
func (w *world) register(name string, years int, sex people.Sex, more ...func(*people.Registration)) db.ID {
	w.t.Helper()
	p := people.Person{Given: name, Family: "Okello", Birth: w.born(years), Sex: sex, Nationalities: []string{"UGA"}, Languages: []string{"en"}}
	r := people.Registration{ID: db.NewID(), Site: "KLA", Person: p, Journey: people.Journey{Complete: true, CompleteOn: w.today().Date()},
		Stays: []people.Stay{{ID: db.NewID(), Place: "UGA", From: p.Birth, Ongoing: true, Source: people.StaySaid}}}
	for _, f := range more {
		f(&r)
	}
	must(w.t, w.people.RegisterBatch(w.as(access.Reception), []people.Registration{r}))
	return r.ID
}

// open opens a case for the destination today and returns it and its members.
func (w *world) open(destination string, facts value.Facts, persons ...db.ID) (db.ID, []db.ID) {
	w.t.Helper()
	c := NewCase{ID: db.NewID(), Case: Case{Number: "GW-" + fmt.Sprint(len(w.users), w.clock.UnixMilli()%1e6), Destination: destination, ExamDate: w.today().Date(), Facts: facts}}
	var members []db.ID
	for i, p := range persons {
		m := NewMember{ID: db.NewID(), Person: p, Relation: "head"}
		if i > 0 {
			m.Relation = "child"
		}
		c.Members = append(c.Members, m)
		members = append(members, m.ID)
	}
	must(w.t, w.Open(w.as(access.Reception), c))
	return c.ID, members
}

// look is what is known about a member now.
func (w *world) look(member db.ID) *view {
	w.t.Helper()
	var v *view
	w.read(func(tx *db.Tx) (err error) { v, err = w.desk(tx).look(member); return err })
	return v
}

func (w *world) read(f func(tx *db.Tx) error) {
	w.t.Helper()
	must(w.t, w.DB.Read(w.t.Context(), f))
}

// item is one service of a member's plan.
func (w *world) item(member db.ID, code string) Item {
	w.t.Helper()
	v := w.look(member)
	for _, it := range v.Plan.Items {
		if it.Code == code {
			return it
		}
	}
	return Item{}
}

// answer answers questions of the plan as the physician.
func (w *world) answer(member db.ID, facts value.Facts) {
	w.t.Helper()
	must(w.t, w.Answer(w.as(access.Physician), member, facts))
}

// order is the member's open order of a code, or the last.
func (w *world) order(member db.ID, code string) order.Order {
	w.t.Helper()
	v := w.look(member)
	list, err := w.orders.OfPerson(w.as(access.Physician), v.Member.Person)
	must(w.t, err)
	for _, o := range list {
		if o.Case == v.Case.ID && o.Code == code {
			return o
		}
	}
	w.t.Fatalf("no order %s; the plan: %v", code, codesAndStates(v.Plan))
	return order.Order{}
}

func codesAndStates(pl Plan) []string {
	var out []string
	for _, it := range pl.Items {
		out = append(out, it.Code+"="+string(it.State))
	}
	return out
}

// do carries an order out and records its result: what is given, and otherwise
// what the form's author put first, which is the normal finding.
func (w *world) do(member db.ID, code string, given map[string]string) {
	w.t.Helper()
	doctor := w.as(access.Physician)
	o := w.order(member, code)
	for _, need := range o.Needs {
		switch need {
		case order.NeedCounselling:
			must(w.t, w.orders.Counsel(doctor, order.Talk{ID: db.NewID(), Order: o.ID, Interp: "not_needed"}))
		case order.NeedConsent:
			scope, _ := people.ScopeFor(o.Consent)
			must(w.t, w.people.RecordConsent(doctor, o.Subject, []people.Consent{{ID: db.NewID(), Scope: scope, Decision: people.Given, GivenBy: people.BySelf,
				Interpreter: people.InterpreterNone, Mode: people.ModeSigned, On: w.today().Date(), Order: o.ID}}))
		}
	}
	f, known, err := w.orders.FormOf(doctor, o.ID)
	must(w.t, err)
	for i := range max(o.Specimens, 1) {
		e := order.Entry{ID: db.NewID(), Order: o.ID, Identity: "photo", Answers: w.fill(f, known, given)}
		if o.Specimens > 1 {
			e.Specimen, e.Label = i+1, fmt.Sprintf("S-%d", i+1)
		}
		if out, err := w.orders.Record(doctor, e); err != nil {
			w.t.Fatalf("%s: %v %+v", code, err, out.Check)
		}
	}
}

func (w *world) fill(f *form.Form, known value.Facts, given map[string]string) map[string][]string {
	w.t.Helper()
	answers := map[string][]string{}
	for i := range f.Rows {
		if v, ok := given[f.Rows[i].Name]; ok {
			answers[f.Rows[i].Name] = []string{v}
		}
	}
	for range len(f.Rows) + 1 {
		res := f.Check(answers, known, w.today())
		if res.OK() {
			return answers
		}
		progress := false
		for _, e := range res.Errors {
			if r, ok := f.Row(e.Question); ok && answers[r.Name] == nil {
				answers[r.Name], progress = []string{w.normal(r)}, true
			}
		}
		if !progress {
			w.t.Fatalf("form: %v", res.Errors[0])
		}
	}
	w.t.Fatal("form: no end of questions")
	return nil
}

func (w *world) normal(r *form.Row) string {
	if r.Name == "fit_to_fly" {
		return "yes"
	}
	for _, c := range r.Choices {
		if c.Name == "no" {
			return "no"
		}
	}
	if len(r.Choices) > 0 {
		return r.Choices[0].Name
	}
	switch r.Type {
	case form.Date:
		if strings.Contains(r.Name, "departure") {
			return w.day(2).String()
		}
		return w.today().String()
	case form.Integer, form.Decimal:
		lo, hi := 1.0, 100.0
		for _, p := range []*float64{r.Min, r.WarnMin} {
			if p != nil {
				lo = *p
			}
		}
		for _, p := range []*float64{r.Max, r.WarnMax} {
			if p != nil {
				hi = *p
			}
		}
		return fmt.Sprintf("%.0f", (lo+hi)/2)
	}
	return "none"
}

// clear does everything a healthy person's plan asks and signs; facts are answers
// to its questions.
func (w *world) ready(member db.ID, facts value.Facts) {
	w.t.Helper()
	w.finishWith(member, facts)
	if v := w.look(member); v.Member.State != StateToSign {
		w.t.Fatalf("not ready: %s, %v, questions %v, holds %v", v.Member.State, codesAndStates(v.Plan), v.Plan.Questions, v.Plan.Holds)
	}
}

// finish does everything that a plan asks, as for a healthy person.
func (w *world) finish(member db.ID) {
	w.t.Helper()
	w.finishWith(member, nil)
}

func (w *world) finishWith(member db.ID, facts value.Facts) {
	w.t.Helper()
	for range 8 {
		v := w.look(member)
		answers := value.Facts{}
		for _, q := range v.Plan.Questions {
			f, ok := v.Pack.Fact(q)
			val, told := facts[q]
			switch {
			case told:
			case ok && f.Type == "bool":
				val = value.Of(false)
			case ok && slices.Contains(f.Values, "none"):
				val = value.Text("none")
			case ok && f.Type != "date" && f.Type != "code":
				val = value.Number(0)
			default:
				w.t.Fatalf("nobody told %s", q)
			}
			answers[q] = val
		}
		if len(answers) > 0 {
			w.answer(member, answers)
		}
		did := len(answers) > 0
		for _, it := range w.look(member).Plan.Items {
			if it.State.ToDo() && w.item(member, it.Code).State.ToDo() {
				w.do(member, it.Code, nil)
				did = true
			}
		}
		if !did {
			return
		}
	}
}

// correction is a corrected result of the laboratory.
func (w *world) correction(r order.Result, given map[string]string) order.Entry {
	e := order.Entry{ID: db.NewID(), Order: r.Order, Corrects: r.ID, Reason: "treated since", Answers: map[string][]string{}}
	for k, v := range given {
		e.Answers[k] = []string{v}
	}
	return e
}

// sign lets the physician sign what stands and answers whether the person is
// cleared.
func (w *world) sign(member db.ID) bool {
	w.t.Helper()
	cleared, err := w.Sign(w.as(access.Physician), db.NewID(), member, w.look(member).Last.ID)
	must(w.t, err)
	return cleared
}

// cleared is a healthy adult with an issued clearance for the United States.
func (w *world) cleared() (caseID, member, person db.ID) {
	w.t.Helper()
	person = w.register("Amina", 34, people.Male)
	caseID, members := w.open("us-immigrant", nil, person)
	w.ready(members[0], nil)
	if !w.sign(members[0]) {
		w.t.Fatalf("not cleared: %v", w.look(members[0]).obstacles())
	}
	return caseID, members[0], person
}

func (w *world) banner(person db.ID) (*page.Banner, error) {
	var b *page.Banner
	err := w.DB.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		b, err = w.people.Banner(w.as(access.Physician), tx, person)
		return err
	})
	return b, err
}

// render is a template's text in English.
func (w *world) render(t testing.TB, name string, view any) string {
	t.Helper()
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w.Pages.Render(rec, r.WithContext(page.WithLocale(r.Context(), "en")), page.Page{Template: name, View: view})
	if rec.Code != http.StatusOK {
		t.Fatalf("%s: %d", name, rec.Code)
	}
	return rec.Body.String()
}
