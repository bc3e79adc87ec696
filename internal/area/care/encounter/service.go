package encounter

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed locales
var files embed.FS

// Pages are the words of this area; its pages are sheets.
func Pages() page.Area { return page.Area{Name: "encounter", Templates: files, Locales: files} }

// packKind is the kind of the packs whose encounters are offered.
const packKind = "care"

// Packs gives the packs of care.
type Packs interface {
	// InForce lists the packs of a kind that hold on a day, by id.
	InForce(tx *db.Tx, kind string, on calendar.Day) ([]*pack.Pack, error)
	ByHash(tx *db.Tx, hash string) (*pack.Pack, error)
	ExplainRecord(tx *db.Tx, r pack.Record, lang string) (pack.Explanation, error)
}

// People is what this area needs of persons.
type People interface {
	Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]people.Brief, error)
	Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error)
	Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error)
}

// Orders is where answers and tests are.
type Orders interface {
	Place(tx *db.Tx, by journal.Author, r order.Request) error
	OfCase(tx *db.Tx, subject, caseID db.ID) ([]order.Order, error)
	FactsFor(tx *db.Tx, subject, caseID db.ID, codes []string) (map[string]decision.Fact, error)
	Used(tx *db.Tx, by journal.Author, subject db.ID, what string, results ...db.ID) error
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
	Clock   func() time.Time
}

// Service is this area's use cases.
type Service struct {
	Deps
	ports
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{Deps: d, ports: ports{before: map[Concern][]func(context.Context, *db.Tx, db.ID) ([]BeforeLine, error){}}}
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
		return b, fault.New(fault.NotFound, "encounter.brief", "page.error.not_found")
	}
	res := b.Resource
	res.Kind, res.Sensitivity = kindEncounter, journal.Clinical
	return b, s.Access.Check(ctx, action, res)
}

// Offers lists the encounters that packs in force carry, those for this person first, and
// what is for somebody else last. What is sealed is not offered here.
func (s *Service) Offers(ctx context.Context, person db.ID) (out []Offer, err error) {
	const op = "encounter.Offers"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.brief(ctx, tx, access.ClinicalWrite, person); err != nil {
			return err
		}
		out, err = s.offers(tx, person)
		return err
	})
	return out, fault.Wrap(op, err)
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
	for _, p := range packs {
		var known value.Facts
		for _, e := range p.Encounters {
			if _, ok := level(e.Sensitivity); !ok {
				continue
			}
			if known == nil && e.When != "" {
				in := decision.Input{On: s.today(), Journey: journey, Facts: gather(p, facts, nil, s.today())}
				d := p.Protocol.Decide(in)
				known = d.Used
			}
			out = append(out, Offer{Pack: p, Encounter: e, For: e.For(known)})
		}
	}
	slices.SortStableFunc(out, func(a, b Offer) int { return rank(a) - rank(b) })
	return out, nil
}

// offered is an encounter that may be chosen, whomever it is for.
func (s *Service) offered(tx *db.Tx, packID, code string) (*pack.Pack, pack.Encounter, error) {
	packs, err := s.Packs.InForce(tx, packKind, s.today())
	if err != nil {
		return nil, pack.Encounter{}, err
	}
	for _, p := range packs {
		if e, ok := p.Encounter(code); ok && p.ID == packID {
			if _, ok := level(e.Sensitivity); ok {
				return p, e, nil
			}
		}
	}
	return nil, pack.Encounter{}, fault.Field("encounter.offered", "what", "encounter.error.what")
}

// rank puts what is made for this person before what is for everybody, what is open after
// both, and what is for somebody else last.
func rank(o Offer) int {
	switch {
	case o.For == value.No:
		return 3
	case o.For != value.Yes:
		return 2
	case o.When == "":
		return 1
	}
	return 0
}

// Begin begins an encounter and asks for its form. The id was made when the page was
// shown, so that sent twice is begun once.
func (s *Service) Begin(ctx context.Context, id, person db.ID, packID, code string, setting Setting) error {
	const op = "encounter.Begin"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if !slices.Contains(Settings, setting) {
		return fault.Field(op, "setting", "encounter.error.setting")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := s.brief(ctx, tx, access.ClinicalWrite, person)
		if err != nil {
			return err
		}
		if b.Died {
			return fault.New(fault.Conflict, op, "encounter.error.died")
		}
		p, kind, err := s.offered(tx, packID, code)
		if err != nil {
			return err
		}
		sens, _ := level(kind.Sensitivity)
		e := Encounter{ID: id, Person: person, Site: siteOf(a, b), Programme: b.Programme, Sensitivity: sens,
			Pack: p.ID, Version: p.Version, Hash: p.Hash, Code: code, Setting: setting, Day: s.today(), At: s.now(), By: a.User}
		if err := s.Access.Check(ctx, access.ClinicalWrite, e.Resource()); err != nil {
			return err
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindEncounter, Doc: id, Subject: person, Site: e.Site, Programme: e.Programme, Sensitivity: sens, Purpose: a.Purpose,
			Fields: map[string]any{"pack": e.Pack, "version": e.Version, "hash": e.Hash, "code": e.Code, "setting": e.Setting, "day": e.Day, "at": e.At, "by": e.By}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "encounter.error.sent_twice")
		}
		if err != nil {
			return err
		}
		return s.askForm(tx, a, e, kind)
	}))
}

// siteOf is where somebody is seen: where the actor works, or where the person's record is.
func siteOf(a access.Actor, b people.Brief) string {
	return a.SiteFor(b.Resource.Site)
}

// formService is what the order of an encounter's own form asks for; After knows it by that.
const formService = "encounter"

// askForm orders the form of an encounter, whose result its answers are.
func (s *Service) askForm(tx *db.Tx, a access.Actor, e Encounter, kind pack.Encounter) error {
	return s.Orders.Place(tx, a.Author(), order.Request{Subject: e.Person, Case: e.ID, Pack: e.Pack, Version: e.Version, Hash: e.Hash, Code: kind.Code, Service: formService,
		Station: kind.Station, Form: kind.Form, Sensitivity: e.Sensitivity, Site: e.Site, Programme: e.Programme, Purpose: a.Purpose})
}

// Opened is an encounter as its page shows it.
type Opened struct {
	Encounter
	Banner   *page.Banner
	Pack     *pack.Pack // nil where its version is not here
	Look     Look
	Orders   []order.Order // the form's and those of tests, in the order in which they were made
	Answered bool          // the form was filled in
	MayWrite bool
	Before   []Reviewed // what is looked at once more before it is signed
	Beside   Beside     // what other areas show with it
	Refer    page.Link  // where the person is referred from here; zero: done already, or nowhere

	decision decision.Decision
	input    decision.Input
}

// parts are the orders of the encounter's own form, and those of tests.
func (o Opened) parts() (forms, tests []order.Order) {
	for _, x := range o.Orders {
		if x.Code == o.Code {
			forms = append(forms, x)
		} else {
			tests = append(tests, x)
		}
	}
	return forms, tests
}

// Look opens an encounter. One that ended is told as it was then.
func (s *Service) Look(ctx context.Context, id db.ID, lang string) (out Opened, err error) {
	const op = "encounter.Look"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.open(ctx, tx, access.ClinicalRead, id, lang)
		if err != nil {
			return err
		}
		if err := s.gatherBeside(ctx, tx, &out); err != nil {
			return err
		}
		out.Banner, err = s.People.Banner(ctx, tx, out.Person)
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, out.Person, "care.encounter")
	}
	return out, fault.Wrap(op, err)
}

func (s *Service) open(ctx context.Context, tx *db.Tx, action access.Action, id db.ID, lang string) (out Opened, err error) {
	if out.Encounter, err = find(tx, id); err != nil {
		return out, err
	}
	res := out.Resource()
	if err := s.Access.Check(ctx, action, res); err != nil {
		return out, err
	}
	out.MayWrite = s.Access.May(ctx, access.ClinicalWrite, res)
	all, err := s.Orders.OfCase(tx, out.Person, id)
	if err != nil {
		return out, err
	}
	for _, o := range all {
		if o.Code == out.Code && o.Status == order.Done {
			out.Answered = true
		}
		if s.Access.May(ctx, access.OrderRead, o.Resource()) {
			out.Orders = append(out.Orders, o)
		}
	}
	if out.Pack, err = s.Packs.ByHash(tx, out.Hash); fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
		return out, nil // a version that has not come here yet: the answers still show
	}
	if err != nil {
		return out, err
	}
	return out, s.judge(tx, &out, lang)
}

// judge says what the pack says: now, or at the end.
func (s *Service) judge(tx *db.Tx, o *Opened, lang string) error {
	if !o.Open() && len(o.Record) > 0 {
		rec, err := pack.ParseRecord(o.Record)
		if err != nil {
			return err
		}
		x, err := s.Packs.ExplainRecord(tx, rec, lang)
		if err == nil {
			o.Look = sortOut(x)
		}
		return err
	}
	facts, journey, err := s.People.Facts(tx, o.Person, o.Day)
	if err != nil {
		return err
	}
	seen, err := s.Orders.FactsFor(tx, o.Person, o.ID, append(o.Pack.Bound("obs:"), "weight", "height", "muac", "oedema"))
	if err != nil {
		return err
	}
	o.input = decision.Input{On: o.Day, Journey: journey, Facts: gather(o.Pack, facts, seen, o.Day)}
	var x pack.Explanation
	o.decision, x = o.Pack.Explain(o.input, lang)
	o.Look = sortOut(x)
	return nil
}

// writable is an encounter that the actor may go on with.
func (s *Service) writable(ctx context.Context, tx *db.Tx, op string, id db.ID, lang string) (Opened, access.Actor, error) {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return Opened{}, a, err
	}
	o, err := s.open(ctx, tx, access.ClinicalWrite, id, lang)
	switch {
	case err != nil:
	case !o.Open():
		err = fault.New(fault.Conflict, op, "encounter.error.ended")
	case o.Pack == nil:
		err = fault.New(fault.Unavailable, op, "encounter.error.no_pack")
	}
	return o, a, err
}

// Again asks the form once more: what was measured again, or was not known.
func (s *Service) Again(ctx context.Context, id db.ID) error {
	const op = "encounter.Again"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id, "en")
		if err != nil {
			return err
		}
		kind, ok := o.Pack.Encounter(o.Code)
		if !ok {
			return fault.New(fault.Unavailable, op, "encounter.error.no_pack")
		}
		return s.askForm(tx, a, o.Encounter, kind)
	}))
}

// OrderTests orders what the pack requires now and nobody ordered for this encounter.
func (s *Service) OrderTests(ctx context.Context, id db.ID) (n int, err error) {
	const op = "encounter.OrderTests"
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n = 0
		o, a, err := s.writable(ctx, tx, op, id, "en")
		if err != nil {
			return err
		}
		for _, x := range o.Look.Tests {
			svc, ok := o.Pack.ServiceFor(x.Code)
			if x.Kind != decision.Require || !ok || o.ordered(x.Code) {
				continue
			}
			sens, ok := level(svc.Sensitivity)
			if !ok {
				continue
			}
			r := order.Request{Subject: o.Person, Case: o.ID, Pack: o.Encounter.Pack, Version: o.Version, Hash: o.Hash, Code: svc.Code, Service: svc.Service, Station: svc.Station,
				Form: svc.Form, Sensitivity: sens, Consent: svc.Consent, Site: o.Site, Programme: o.Programme, Purpose: a.Purpose}
			for _, row := range x.Rows {
				r.Why = append(r.Why, row.ID)
			}
			if svc.Counselling {
				r.Needs = append(r.Needs, order.NeedCounselling)
			}
			if svc.Consent != "" {
				r.Needs = append(r.Needs, order.NeedConsent)
			}
			if err := s.Access.Check(ctx, access.OrderCreate, access.Resource{Kind: "care.order", Subject: o.Person, Site: o.Site, Programme: o.Programme, Sensitivity: sens, Station: svc.Station}); err != nil {
				return err
			}
			if err := s.Orders.Place(tx, a.Author(), r); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, fault.Wrap(op, err)
}

// ordered reports whether a service was ordered for this encounter already.
func (o Opened) ordered(code string) bool {
	return slices.ContainsFunc(o.Orders, func(x order.Order) bool { return x.Code == code && x.Status != order.Cancelled })
}

// End ends an encounter. What the pack says at this moment is kept with it.
func (s *Service) End(ctx context.Context, id db.ID, end Ending) error {
	const op = "encounter.End"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id, "en")
		if err != nil {
			return err
		}
		if !o.Answered && end.Where != Left && end.Where != Died {
			return fault.New(fault.Invalid, op, "encounter.error.not_answered")
		}
		if errs := end.Valid(s.today(), len(o.Look.Stops)); len(errs) > 0 {
			return errors.Join(errs...)
		}
		if end.Record, err = o.Pack.NewRecord(o.input, o.decision).Bytes(); err != nil {
			return err
		}
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		if err := s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindEncounter, Doc: id, Base: doc.Version, Subject: o.Person, Site: o.Site, Programme: o.Programme, Sensitivity: o.Sensitivity, Purpose: a.Purpose,
			Fields: map[string]any{"where": end.Where, "advice": strings.TrimSpace(end.Advice), "why": strings.TrimSpace(end.Why), "follow_up": end.FollowUp, "record": end.Record, "ended_at": s.now(), "ended_by": a.User}}); err != nil {
			return err
		}
		if err := s.Orders.Used(tx, a.Author(), o.Person, "encounter"); err != nil {
			return err
		}
		return s.tellEnd(ctx, tx, id)
	}))
}

// level is the sensitivity of an encounter of a pack.
func level(sensitivity string) (journal.Sensitivity, bool) {
	s, err := journal.ParseSensitivity(sensitivity)
	return max(s, journal.Clinical), err == nil && s < journal.Sealed
}
