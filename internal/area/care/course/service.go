package course

import (
	"context"
	"embed"
	"encoding/json"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

//go:embed templates locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "course", Templates: files, Locales: files} }

// packKind is the kind of the packs whose programmes are offered.
const packKind = "care"

// Packs gives the packs of care.
type Packs interface {
	InForce(tx *db.Tx, kind string, on calendar.Day) ([]*pack.Pack, error)
	ByHash(tx *db.Tx, hash string) (*pack.Pack, error)
	ExplainRecord(tx *db.Tx, r pack.Record, lang string) (pack.Explanation, error)
}

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
	CameTo(tx *db.Tx, site string, from, to calendar.Day, after db.ID, limit int) ([]db.ID, error)
}

// Orders is where the forms of a course and its tests are.
type Orders interface {
	Place(tx *db.Tx, by journal.Author, r order.Request) error
	ByID(tx *db.Tx, id db.ID) (order.Order, error)
	OfCase(tx *db.Tx, subject, caseID db.ID) ([]order.Order, error)
	FactsFor(tx *db.Tx, subject, caseID db.ID, codes []string) (map[string]decision.Fact, error)
	Series(tx *db.Tx, subject, caseID db.ID, codes []string) ([]order.Observation, error)
	Untold(ctx context.Context, subject db.ID) ([]order.ToTell, error)
}

// Sites are the places that a course can be at.
type Sites interface {
	Site(tx *db.Tx, code string) (place.Site, error)
	All(tx *db.Tx) ([]place.Site, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer
	Packs   Packs
	People  People
	Orders  Orders
	Sites   Sites
	Clock   func() time.Time

	// OpenTo opens a person's record to a site that takes them over; nil opens none.
	OpenTo func(ctx context.Context, tx *db.Tx, person db.ID, site string) error
}

// Service is this area's use cases.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{d}
}

func (s *Service) now() time.Time      { return s.Clock().UTC().Truncate(time.Microsecond) }
func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.Clock()) }

// brief is a person whom the actor may do something about.
func (s *Service) brief(ctx context.Context, tx *db.Tx, action access.Action, person db.ID) (people.Brief, error) {
	list, err := s.People.Briefs(tx, []db.ID{person})
	if err != nil {
		return people.Brief{}, err
	}
	b, ok := list[person]
	if !ok {
		return b, fault.New(fault.NotFound, "course.brief", "page.error.not_found")
	}
	res := b.Resource
	res.Kind, res.Sensitivity = KindCourse, journal.Clinical
	return b, s.Access.Check(ctx, action, res)
}

// Offer is a programme that a pack in force carries, and whether it is for somebody.
type Offer struct {
	Pack *pack.Pack
	pack.Programme
	For  value.Truth
	Open db.ID // the course of it that goes on
}

// Key names an offer in a form.
func (o Offer) Key() string { return o.Pack.ID + " " + o.Code }

// Offers lists the programmes that somebody can be enrolled in.
func (s *Service) Offers(ctx context.Context, person db.ID) (out []Offer, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.brief(ctx, tx, access.ClinicalWrite, person); err != nil {
			return err
		}
		out, err = s.offers(tx, person)
		return err
	})
	return out, fault.Wrap("course.Offers", err)
}

func (s *Service) offers(tx *db.Tx, person db.ID) (out []Offer, err error) {
	packs, err := s.Packs.InForce(tx, packKind, s.today())
	if err != nil {
		return nil, err
	}
	facts, journey, err := s.People.Facts(tx, person, s.today())
	if err != nil {
		return nil, err
	}
	has, err := of(tx, person)
	if err != nil {
		return nil, err
	}
	for _, p := range packs {
		var known value.Facts
		for _, g := range p.Programmes {
			if _, ok := level(g.Sensitivity); !ok {
				continue
			}
			if known == nil && g.When != "" {
				known = p.Protocol.Decide(decision.Input{On: s.today(), Journey: journey, Facts: encounter.Gather(p, facts, nil, s.today())}).Used
			}
			o := Offer{Pack: p, Programme: g, For: g.For(known)}
			if i := slices.IndexFunc(has, func(c Course) bool { return c.Pack == p.ID && c.Code == g.Code && c.Open() }); i >= 0 {
				o.Open = has[i].ID
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// level is the sensitivity of a course of a programme.
func level(sensitivity string) (journal.Sensitivity, bool) {
	s, err := journal.ParseSensitivity(sensitivity)
	return max(s, journal.Clinical), err == nil && s < journal.Sealed
}

// Enrol enrols somebody in a programme on a day, and asks its form of enrolment. What it
// closes, such as the care of a pregnancy when its birth is followed up, ends with it.
func (s *Service) Enrol(ctx context.Context, id, person db.ID, packID, code string, on calendar.Day) error {
	const op = "course.Enrol"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if on > s.today() {
		return fault.Field(op, "on", "course.error.future")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := s.brief(ctx, tx, access.ClinicalWrite, person)
		if err != nil {
			return err
		}
		if b.Died {
			return fault.New(fault.Conflict, op, "course.error.died")
		}
		offers, err := s.offers(tx, person)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(offers, func(o Offer) bool { return o.Pack.ID == packID && o.Code == code })
		if i < 0 {
			return fault.Field(op, "what", "course.error.what")
		}
		o := offers[i]
		if !o.Open.IsZero() {
			return s.already(tx, o.Open)
		}
		sens, _ := level(o.Sensitivity)
		site := siteOf(a, b)
		c := Course{ID: id, Person: person, Site: site, Programme: b.Programme, Sensitivity: sens,
			Pack: o.Pack.ID, Version: o.Pack.Version, Hash: o.Pack.Hash, Code: code, Enrolled: on, At: s.now(), By: a.User, Begun: site}
		if err := s.Access.Check(ctx, access.ClinicalWrite, c.Resource()); err != nil {
			return err
		}
		if c.Plan, err = s.plan(tx, c, o.Pack, o.Programme); err != nil {
			return err
		}
		err = s.Journal.Append(tx, a.Author(), s.change(a, c, journal.Change{Fields: map[string]any{
			"pack": c.Pack, "version": c.Version, "hash": c.Hash, "code": c.Code, "enrolled": c.Enrolled, "at": c.At, "by": c.By, "begun": c.Begun, "plan": c.Plan}}))
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "course.error.sent_twice")
		}
		if err != nil {
			return err
		}
		if o.Enrol != "" {
			if err := s.askForm(tx, a, c, o.Programme, o.Enrol, code, serviceEnrol); err != nil {
				return err
			}
		}
		return s.closeOthers(tx, a, c, o.Programme, on)
	}))
}

// already says that a programme goes on, and where.
func (s *Service) already(tx *db.Tx, id db.ID) error {
	c, err := find(tx, id)
	if err != nil {
		return err
	}
	return &fault.Error{Code: fault.Conflict, Op: "course.Enrol", Field: "what", Key: "course.error.already", Args: map[string]any{"site": c.Site, "day": page.DateText(c.Enrolled.Date())}}
}

// closeOthers ends the courses that a new one closes, at whichever site they are: a birth
// ends a pregnancy wherever it was followed.
func (s *Service) closeOthers(tx *db.Tx, a access.Actor, c Course, g pack.Programme, on calendar.Day) error {
	if len(g.Closes) == 0 {
		return nil
	}
	list, err := of(tx, c.Person)
	if err != nil {
		return err
	}
	for _, old := range list {
		i := slices.IndexFunc(g.Closes, func(x pack.Closing) bool { return x.Pack == old.Pack && x.Programme == old.Code })
		if i < 0 || !old.Open() || old.Enrolled > on {
			continue
		}
		if err := s.end(tx, a, old, Ending{Outcome: g.Closes[i].Outcome, On: on, Where: c.Site}); err != nil {
			return err
		}
	}
	return nil
}

// end writes how a course ended.
func (s *Service) end(tx *db.Tx, a access.Actor, c Course, e Ending) error {
	doc, err := s.Journal.Load(tx, c.ID)
	if err != nil {
		return err
	}
	e.By, e.At = a.User, s.now()
	return s.Journal.Append(tx, a.Author(), s.change(a, c, journal.Change{Base: doc.Version, Fields: map[string]any{"ending": e}}))
}

// change is a change of a course by an actor.
func (s *Service) change(a access.Actor, c Course, x journal.Change) journal.Change {
	x.Kind, x.Doc, x.Subject, x.Site, x.Programme, x.Sensitivity, x.Purpose = KindCourse, c.ID, c.Person, c.Site, c.Programme, c.Sensitivity, a.Purpose
	return x
}

// siteOf is where somebody is enrolled: where the actor works, or where the record is.
func siteOf(a access.Actor, b people.Brief) string {
	if site := a.Site(); site != "" && site != access.All {
		return site
	}
	return b.Resource.Site
}

// What the forms of a course are orders of; After and Recorded know them by that.
const (
	serviceEnrol  = "course-enrolment"
	serviceVisit  = "course-visit"
	serviceEnding = "course-ending"
)

func ours(service string) bool {
	return service == serviceEnrol || service == serviceVisit || service == serviceEnding
}

func (s *Service) askForm(tx *db.Tx, a access.Actor, c Course, g pack.Programme, form, code, service string) error {
	return s.Orders.Place(tx, a.Author(), order.Request{Subject: c.Person, Case: c.ID, Pack: c.Pack, Version: c.Version, Hash: c.Hash, Code: code, Service: service,
		Station: g.Station, Form: form, Sensitivity: c.Sensitivity, Site: c.Site, Programme: c.Programme, Purpose: a.Purpose})
}

// judged is what the pack says of a course on a day.
type judged struct {
	in  decision.Input
	dec decision.Decision
	exp pack.Explanation
}

// known are the facts as the rules read them: derived ones, and what is disputed or too
// old as not known.
func (j judged) known() value.Facts {
	out := value.Facts{}
	for name, f := range j.in.Facts {
		if !f.Disputed {
			out[name] = f.Value
		}
	}
	for name, v := range j.dec.Used {
		out[name] = v
	}
	return out
}

// judge asks the pack about a course, in the reader's language.
func (s *Service) judge(tx *db.Tx, c Course, p *pack.Pack, g pack.Programme, lang string) (out judged, err error) {
	facts, journey, err := s.People.Facts(tx, c.Person, s.today())
	if err != nil {
		return out, err
	}
	t, err := s.told(tx, c, p, g, facts[people.FactDied].Value.Truth())
	if err != nil {
		return out, err
	}
	codes := append(p.Bound("obs:"), "weight", "height", "muac", "oedema")
	seen, err := s.Orders.FactsFor(tx, c.Person, c.ID, append(codes, codesOf(p, g)...))
	if err != nil {
		return out, err
	}
	for from, f := range factsOf(p, g, t, seen) {
		facts[from] = f
	}
	out.in = decision.Input{On: s.today(), Journey: journey, Facts: encounter.Gather(p, facts, seen, s.today())}
	out.dec, out.exp = p.Explain(out.in, lang)
	return out, nil
}

// told reads what measures are reckoned from.
func (s *Service) told(tx *db.Tx, c Course, p *pack.Pack, g pack.Programme, died value.Truth) (t told, err error) {
	t = told{Course: c, Died: died, On: s.today()}
	if t.Visits, err = visitsOf(tx, c.ID); err != nil {
		return t, err
	}
	if t.Doses, err = dosesOf(tx, c.ID, 0, never); err != nil {
		return t, err
	}
	if t.Transfers, err = transfersOf(tx, c.ID); err != nil {
		return t, err
	}
	t.Seen, err = s.Orders.Series(tx, c.Person, c.ID, codesOf(p, g))
	t.Seen = slices.DeleteFunc(t.Seen, func(o order.Observation) bool { return c.Plan.First != 0 && o.On < c.Plan.First })
	return t, err
}

// plan lays a course out by what the pack says now.
func (s *Service) plan(tx *db.Tx, c Course, p *pack.Pack, g pack.Programme) (Plan, error) {
	x, err := s.judge(tx, c, p, g, "en")
	if err != nil {
		return Plan{}, err
	}
	out := layOut(p, g, x.known(), c.Enrolled)
	out.Form = g.Enrol != "" && len(out.Anchors) < anchorsFrom(g)
	return out, nil
}

// anchorsFrom counts the anchors of a programme that its pack has to derive.
func anchorsFrom(g pack.Programme) (n int) {
	for _, from := range g.Anchors {
		if from == pack.AnchorFact {
			n++
		}
	}
	return n
}

// replan lays a course out anew where something was learned of its anchors.
func (s *Service) replan(tx *db.Tx, a access.Actor, c Course) error {
	p, g, err := s.packOf(tx, c)
	if fault.Is(err, fault.Unavailable) {
		return nil // where the pack is, it is laid out
	}
	if err != nil {
		return err
	}
	now, err := s.plan(tx, c, p, g)
	if err != nil {
		return err
	}
	was, err := json.Marshal(c.Plan)
	if err != nil {
		return err
	}
	is, err := json.Marshal(now)
	if err != nil || string(was) == string(is) {
		return err
	}
	doc, err := s.Journal.Load(tx, c.ID)
	if err != nil {
		return err
	}
	return s.Journal.Append(tx, a.Author(), s.change(a, c, journal.Change{Base: doc.Version, Fields: map[string]any{"plan": now}}))
}

// packOf is the version of the pack that a course was begun with, and its programme.
func (s *Service) packOf(tx *db.Tx, c Course) (*pack.Pack, pack.Programme, error) {
	p, err := s.Packs.ByHash(tx, c.Hash)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return nil, pack.Programme{}, fault.New(fault.Unavailable, "course.packOf", "course.error.no_pack")
	}
	if err != nil {
		return nil, pack.Programme{}, err
	}
	g, ok := p.ProgrammeOf(c.Code)
	if !ok {
		return nil, g, fault.New(fault.Unavailable, "course.packOf", "course.error.no_pack")
	}
	return p, g, nil
}
