package assessment

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// People is what the assessment needs of the people area.
type People interface {
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
	FamiliesOf(tx *db.Tx, person db.ID) ([]people.Member, error)
	FamilyOf(tx *db.Tx, family db.ID) ([]people.Member, error)
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
}

// NewOrder is a service that a plan asks for.
type NewOrder struct {
	Subject, Case   db.ID
	Pack, Code      string
	Why             []string // ids of the rows that ask for it
	Service         pack.Service
	Site, Programme string
}

// Orders is what the assessment needs of orders and results.
type Orders interface {
	// Facts returns the latest observation of each code, with its day.
	Facts(tx *db.Tx, subject db.ID, codes []string) (map[string]decision.Fact, error)
	// States returns how far each of a case's orders is, by the pack's service code.
	States(tx *db.Tx, subject, caseID db.ID) (map[string]OrderState, error)
	// Place orders a service; an order of the same code that is open is left alone.
	Place(tx *db.Tx, by journal.Author, o NewOrder) error
	// Withdraw cancels an order that nobody has begun.
	Withdraw(tx *db.Tx, by journal.Author, subject, caseID db.ID, code string) error
	// Acted lists the users who acted on results of the person.
	Acted(tx *db.Tx, subject db.ID) ([]db.ID, error)
	// Answer records an observation that answers a question of the plan.
	Answer(tx *db.Tx, by journal.Author, a NewAnswer) error
}

// NewAnswer is what a person said to a question of the plan: a value, not known
// (value.NotKnown) or refused.
type NewAnswer struct {
	Subject         db.ID
	Code            string
	Value           value.Value
	On              calendar.Day
	Sensitivity     journal.Sensitivity
	Site, Programme string
}

// Packs gives the protocol in force.
type Packs interface {
	Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error)
	// Destinations lists the packs in force that a case can be opened for.
	Destinations(tx *db.Tx, on calendar.Day) ([]*pack.Pack, error)
}

// Deps are what a Service is made of.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	Packs   Packs
	People  People
	Orders  Orders
	Clock   func() time.Time
	// Country is where this site examines, proposed for a new case.
	Country string
}

// Service is the assessment's use cases. Each exported method is one transaction.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// NewCase is the command that opens a case.
type NewCase struct {
	ID      db.ID // made when the form was shown, so that a second posting is seen
	Case    Case
	Members []NewMember
	Site    string // "" is the actor's own
}

// NewMember is one person who joins a case.
type NewMember struct {
	ID       db.ID
	Person   db.ID
	Relation string
}

// Open opens a case, plans each member's services and orders them. Posted twice
// it is fault.Conflict and changes nothing.
func (s *Service) Open(ctx context.Context, c NewCase) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.open(ctx, tx, c) })
}

func (s *Service) open(ctx context.Context, tx *db.Tx, c NewCase) error {
	const op = "assessment.Open"
	actor, _ := access.From(ctx)
	if c.Site == "" {
		c.Site = actor.Site()
	}
	if err := c.Case.Valid(); err != nil {
		return err
	}
	if len(c.Members) == 0 {
		return fault.Field(op, "members", "assessment.error.members")
	}
	day, _ := c.Case.ExamDate.Exact()
	p, err := s.Packs.Active(tx, c.Case.Destination, day)
	if err != nil {
		return &fault.Error{Code: fault.Invalid, Op: op, Field: "destination", Key: "assessment.error.no_pack", Err: err}
	}
	res := access.Resource{Kind: kindCase, Doc: c.ID, Site: c.Site, Programme: p.Programme, Sensitivity: journal.Identity}
	if err := s.Access.Check(ctx, access.CaseOpen, res); err != nil {
		return err
	}
	by := actor.Author()
	changes := []journal.Change{{Kind: kindCase, Doc: c.ID, Site: c.Site, Programme: p.Programme, Sensitivity: journal.Identity, Purpose: actor.Purpose,
		Fields: map[string]any{"number": c.Case.Number, "destination": c.Case.Destination, "exam_date": c.Case.ExamDate,
			"exam_country": c.Case.ExamCountry, "facts": c.Case.Facts, "closed": false}}}
	for _, m := range c.Members {
		changes = append(changes, journal.Change{Kind: kindMember, Doc: m.ID, Subject: m.Person, Site: c.Site, Programme: p.Programme,
			Sensitivity: journal.Identity, Purpose: actor.Purpose,
			Fields: map[string]any{"case": c.ID, "person": m.Person, "relation": m.Relation, "state": StateQuestions, "stations": []string{}, "left": false}})
	}
	if err := s.Journal.Append(tx, by, changes...); err != nil {
		return fault.Wrap(op, err)
	}
	for _, m := range c.Members {
		if err := s.reassess(ctx, tx, m.ID, "opened"); err != nil {
			return fault.Wrap(op, err)
		}
	}
	return nil
}

// Change is what an officer changes about a case: the day and country of the
// examination, or facts of the application. Nil leaves as it is.
type Change struct {
	Case        db.ID
	Base        journal.Base // the version the officer saw
	ExamDate    *calendar.Date
	ExamCountry *string
	Facts       value.Facts
}

// Edit changes a case and plans every member anew: ages, dated rows and lists are
// read for the new day.
func (s *Service) Edit(ctx context.Context, c Change) error {
	const op = "assessment.Edit"
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, c.Case)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.CaseEdit, access.Of(doc)); err != nil {
			return err
		}
		cs, err := loadCase(tx, c.Case)
		if err != nil {
			return err
		}
		fields := map[string]any{}
		if c.ExamDate != nil || c.ExamCountry != nil {
			if c.ExamDate != nil {
				cs.ExamDate = *c.ExamDate
			}
			if c.ExamCountry != nil {
				cs.ExamCountry = *c.ExamCountry
			}
			fields["exam_date"], fields["exam_country"] = cs.ExamDate, cs.ExamCountry
		}
		if c.Facts != nil {
			fields["facts"] = c.Facts
		}
		if err := cs.Valid(); err != nil {
			return err
		}
		actor, _ := access.From(ctx)
		if err := s.Journal.Append(tx, actor.Author(), journal.Change{Kind: kindCase, Doc: c.Case, Site: doc.Site, Programme: doc.Programme,
			Sensitivity: journal.Identity, Purpose: actor.Purpose, Base: c.Base, Fields: fields}); err != nil {
			return fault.Wrap(op, err)
		}
		members, err := membersOf(tx, c.Case)
		if err != nil {
			return err
		}
		for _, m := range members {
			if err := s.reassess(ctx, tx, m.ID, "case"); err != nil {
				return fault.Wrap(op, err)
			}
		}
		return nil
	})
}

// Changed plans a person's open cases anew after a fact about them changed, in
// the transaction that changed it. cause says what it was, in a word without
// personal data ("result", "journey"). People and orders call it.
func (s *Service) Changed(ctx context.Context, tx *db.Tx, person db.ID, cause string) error {
	members, err := openMembersOf(tx, person)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := s.reassess(ctx, tx, m.ID, cause); err != nil {
			return err
		}
	}
	return nil
}

// view is everything a page or a use case needs of one member at one moment.
type view struct {
	Case      Case
	Site      string
	Programme string
	Member    Member
	Pack      *pack.Pack
	Input     decision.Input
	Decision  decision.Decision
	Plan      Plan
	Last      *stored
	Acts      []Act
	Clearance *Clearance
	Orders    map[string]OrderState
}

// look decides about a member on what is known now. It writes nothing.
func (s *Service) look(tx *db.Tx, id db.ID) (*view, error) {
	v := &view{}
	var err error
	if v.Member, err = loadMember(tx, id); err != nil {
		return nil, err
	}
	if v.Case, err = loadCase(tx, v.Member.Case); err != nil {
		return nil, err
	}
	if v.Site, v.Programme, err = caseSite(tx, v.Case.ID); err != nil {
		return nil, err
	}
	day, _ := v.Case.ExamDate.Exact()
	if v.Pack, err = s.Packs.Active(tx, v.Case.Destination, day); err != nil {
		return nil, &fault.Error{Code: fault.Unavailable, Op: "assessment.look", Key: "assessment.error.no_pack", Err: err}
	}
	if v.Orders, err = s.Orders.States(tx, v.Member.Person, v.Case.ID); err != nil {
		return nil, err
	}
	in, err := s.input(tx, v, day)
	if err != nil {
		return nil, err
	}
	ordered := map[string]bool{}
	for code, st := range v.Orders {
		ordered[code] = st != OrderNone
	}
	v.Decision, v.Input = settle(v.Pack.Protocol.Decide, in, v.Pack.Facts, ordered)
	if v.Acts, err = actsOf(tx, id); err != nil {
		return nil, err
	}
	v.Plan = plan(v.Decision, v.Pack, v.Orders, waivedBy(v.Acts))
	if v.Last, err = lastDecision(tx, id); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if v.Clearance, err = lastClearance(tx, id); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return v, nil
}

func waivedBy(acts []Act) map[string]bool {
	out := map[string]bool{}
	for _, a := range acts {
		if a.Act == ActWaive {
			out[a.Service] = true
		}
	}
	return out
}

// input gathers the pack's facts from the record: person.x, case.x and obs:x.
func (s *Service) input(tx *db.Tx, v *view, day calendar.Day) (decision.Input, error) {
	in := decision.Input{On: day, Facts: map[string]decision.Fact{}}
	person, journey, err := s.People.Facts(tx, v.Member.Person, day)
	if err != nil {
		return in, err
	}
	in.Journey = journey
	var codes []string
	for _, f := range v.Pack.Facts {
		if code, ok := strings.CutPrefix(f.From, "obs:"); ok {
			codes = append(codes, code)
		}
	}
	seen, err := s.Orders.Facts(tx, v.Member.Person, codes)
	if err != nil {
		return in, err
	}
	for _, f := range v.Pack.Facts {
		switch {
		case f.From == "case.exam_date":
			in.Facts[f.Name] = decision.Fact{Value: v.Case.ExamDate.Value(), AsOf: day.Date()}
		case f.From == "case.exam_country":
			if v.Case.ExamCountry != "" {
				in.Facts[f.Name] = decision.Fact{Value: value.Text(v.Case.ExamCountry), AsOf: day.Date()}
			} else if fact, ok := person[people.FactSiteCountry]; ok {
				in.Facts[f.Name] = fact
			}
		case strings.HasPrefix(f.From, "case."):
			if val, ok := v.Case.Facts[strings.TrimPrefix(f.From, "case.")]; ok {
				in.Facts[f.Name] = decision.Fact{Value: val, AsOf: day.Date()}
			}
		case strings.HasPrefix(f.From, "person."):
			if fact, ok := person[f.From]; ok {
				in.Facts[f.Name] = fact
			}
		case strings.HasPrefix(f.From, "obs:"):
			if fact, ok := seen[strings.TrimPrefix(f.From, "obs:")]; ok {
				in.Facts[f.Name] = fact
			}
		}
	}
	return in, nil
}

// reassess decides anew, keeps the decision if it says something new, orders what
// is required, withdraws what no longer is, suspends a clearance whose ground has
// moved and alerts everyone who acted on it.
func (s *Service) reassess(ctx context.Context, tx *db.Tx, id db.ID, cause string) error {
	const op = "assessment.reassess"
	v, err := s.look(tx, id)
	if err != nil {
		return fault.Wrap(op, err)
	}
	actor, _ := access.From(ctx)
	by := actor.Author()
	change := func(kind string, doc db.ID, base journal.Base, fields map[string]any) journal.Change {
		return journal.Change{Kind: kind, Doc: doc, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme,
			Sensitivity: journal.Sensitive, Purpose: actor.Purpose, Base: base, Fields: fields}
	}
	decided, err := s.keep(tx, by, v, change)
	if err != nil {
		return fault.Wrap(op, err)
	}
	if err := s.order(tx, by, v); err != nil {
		return fault.Wrap(op, err)
	}
	if v.Clearance != nil && v.Clearance.State == ClearanceIssued {
		if err := s.suspendIfMoved(tx, by, v, decided, cause, change); err != nil {
			return fault.Wrap(op, err)
		}
	}
	return s.place(tx, by, v)
}

// keep stores the decision unless the last one says the same of the same facts.
func (s *Service) keep(tx *db.Tx, by journal.Author, v *view, change func(string, db.ID, journal.Base, map[string]any) journal.Change) (db.ID, error) {
	record, err := v.Pack.NewRecord(v.Input, v.Decision).Bytes()
	if err != nil {
		return db.ID{}, err
	}
	if v.Last != nil && string(v.Last.Record) == string(record) {
		return v.Last.ID, nil
	}
	id := db.NewID()
	return id, s.Journal.Append(tx, by, change(kindDecision, id, journal.Base{}, map[string]any{
		"member": v.Member.ID, "pack": v.Pack.ID, "version": v.Pack.Version, "hash": v.Pack.Hash,
		"day": v.Input.On.String(), "record": json.RawMessage(record)}))
}

// order places what is required and withdraws what nobody has begun and no row
// asks for any more.
func (s *Service) order(tx *db.Tx, by journal.Author, v *view) error {
	if v.Member.Left {
		return nil
	}
	asked := map[string]bool{}
	for _, it := range v.Plan.Items {
		asked[it.Code] = true
		if it.State != ItemRequired || v.Orders[it.Code] != OrderNone {
			continue
		}
		if err := s.Orders.Place(tx, by, NewOrder{Subject: v.Member.Person, Case: v.Case.ID, Pack: v.Pack.ID, Code: it.Code, Why: rowIDs(it.Rows), Service: it.Service,
			Site: v.Site, Programme: v.Programme}); err != nil {
			return err
		}
	}
	for code, st := range v.Orders {
		if st == OrderOpen && !asked[code] {
			if err := s.Orders.Withdraw(tx, by, v.Member.Person, v.Case.ID, code); err != nil {
				return err
			}
		}
	}
	return nil
}

// suspendIfMoved suspends an issued clearance when the decision it was signed on
// no longer says the same.
func (s *Service) suspendIfMoved(tx *db.Tx, by journal.Author, v *view, decided db.ID, cause string, change func(string, db.ID, journal.Base, map[string]any) journal.Change) error {
	signed, err := loadDecision(tx, v.Clearance.Decision)
	if err != nil {
		return err
	}
	rec, err := pack.ParseRecord(signed.Record)
	if err != nil {
		return fault.Wrap("assessment.suspend", err)
	}
	if sameGround(rec, v.Pack.NewRecord(v.Input, v.Decision)) {
		return nil
	}
	doc, err := s.Journal.Load(tx, v.Clearance.ID)
	if err != nil {
		return err
	}
	v.Clearance.State, v.Clearance.Cause = ClearanceSuspended, cause
	changes := []journal.Change{change(kindClearance, v.Clearance.ID, doc.Version, map[string]any{"state": ClearanceSuspended, "cause": cause})}
	tell, err := s.acted(tx, v)
	if err != nil {
		return err
	}
	for _, user := range tell {
		changes = append(changes, change(kindAlert, db.NewID(), journal.Base{}, map[string]any{
			"member": v.Member.ID, "to": user, "cause": cause, "decision": decided, "answer": ""}))
	}
	return s.Journal.Append(tx, by, changes...)
}

// acted lists who acted on what the clearance rests on, each once: who signed,
// waived, printed or told, and who acted on the results.
func (s *Service) acted(tx *db.Tx, v *view) ([]db.ID, error) {
	seen := map[db.ID]bool{}
	var out []db.ID
	add := func(id db.ID) {
		if !id.IsZero() && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, a := range v.Acts {
		add(a.By)
	}
	add(v.Clearance.By)
	users, err := s.Orders.Acted(tx, v.Member.Person)
	for _, u := range users {
		add(u)
	}
	return out, err
}

// place writes where the member stands, if that changed.
func (s *Service) place(tx *db.Tx, by journal.Author, v *view) error {
	var state ClearanceState
	if v.Clearance != nil {
		state = v.Clearance.State
	}
	// The orders just placed are open now; where to go follows from the plan.
	next, where := stateOf(v.Plan, state, v.Clearance != nil), stations(v.Plan)
	if next == v.Member.State && strings.Join(where, " ") == strings.Join(v.Member.Stations, " ") {
		return nil
	}
	doc, err := s.Journal.Load(tx, v.Member.ID)
	if err != nil {
		return err
	}
	if where == nil {
		where = []string{}
	}
	v.Member.State, v.Member.Stations = next, where
	return s.Journal.Append(tx, by, journal.Change{Kind: kindMember, Doc: v.Member.ID, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme,
		Sensitivity: journal.Identity, Base: doc.Version, Fields: map[string]any{"state": next, "stations": where}})
}

func rowIDs(rows []decision.RowRef) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "assessment", "page.error.not_found")
}

var errNoDay = errors.New("the decision gives no last day of validity")
