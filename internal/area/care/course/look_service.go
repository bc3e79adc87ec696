package course

import (
	"context"
	"slices"

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

// Opened is a course as its page shows it.
type Opened struct {
	Course
	pack.Programme
	Banner    *page.Banner
	Who       people.Brief
	Pack      *pack.Pack // nil where its version is not here
	Visits    []Visit
	Doses     []Dose
	Transfers []Transfer
	Orders    []order.Order
	Pending   []Pending
	Said      pack.Explanation
	Shown     []Shown
	MayWrite  bool
	Today     calendar.Day

	judged judged
}

// Shown is a date that the programme shows on the page.
type Shown struct {
	Fact string
	Date calendar.Date
}

// Look opens a course.
func (s *Service) Look(ctx context.Context, id db.ID, lang string) (out Opened, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out, err = s.open(ctx, tx, access.ClinicalRead, id, lang); err != nil {
			return err
		}
		out.Banner, err = s.People.Banner(ctx, tx, out.Person)
		if fault.Is(err, fault.Forbidden) {
			err = nil // a course that was taken over: the record itself may not be open yet
		}
		return err
	})
	if err == nil {
		err = s.Access.Opened(ctx, out.Person, "care.course")
	}
	return out, fault.Wrap("course.Look", err)
}

func (s *Service) open(ctx context.Context, tx *db.Tx, action access.Action, id db.ID, lang string) (out Opened, err error) {
	if out.Course, err = find(tx, id); err != nil {
		return out, err
	}
	res := out.Course.Resource()
	if err := s.Access.Check(ctx, action, res); err != nil {
		return out, err
	}
	out.Today, out.MayWrite = s.today(), s.Access.May(ctx, access.ClinicalWrite, res)
	if out.Visits, err = visitsOf(tx, id); err != nil {
		return out, err
	}
	if out.Doses, err = dosesOf(tx, id, 0, never); err != nil {
		return out, err
	}
	if out.Transfers, err = transfersOf(tx, id); err != nil {
		return out, err
	}
	who, err := s.People.Briefs(tx, []db.ID{out.Person})
	if err != nil {
		return out, err
	}
	out.Who = who[out.Person]
	out.Pending = pending(out.Course, out.Visits, out.Doses)
	all, err := s.Orders.OfCase(tx, out.Person, id)
	if err != nil {
		return out, err
	}
	for _, o := range all {
		if s.Access.May(ctx, access.OrderRead, o.Resource()) {
			out.Orders = append(out.Orders, o)
		}
	}
	return out, s.explain(tx, &out, lang)
}

// explain adds what the pack says; without its version the course still shows.
func (s *Service) explain(tx *db.Tx, o *Opened, lang string) (err error) {
	o.Pack, o.Programme, err = s.packOf(tx, o.Course)
	if fault.Is(err, fault.Unavailable) {
		o.Pack = nil
		return nil
	}
	if err != nil {
		return err
	}
	if !o.Open() && len(o.Course.Ending.Record) > 0 {
		rec, err := pack.ParseRecord(o.Course.Ending.Record)
		if err != nil {
			return err
		}
		o.Said, err = s.Packs.ExplainRecord(tx, rec, lang)
		return err
	}
	if o.judged, err = s.judge(tx, o.Course, o.Pack, o.Programme, lang); err != nil {
		return err
	}
	o.Said = o.judged.exp
	known := o.judged.known()
	for _, fact := range o.Shows {
		if d := dateOf(o.Pack.Derived(fact, known)); !d.IsZero() {
			o.Shown = append(o.Shown, Shown{fact, d})
		}
	}
	return nil
}

// Open reports whether the course goes on; the programme has no say in it.
func (o Opened) Open() bool { return o.Course.Open() }

// Outcome is the class that the pack's table gives now: definite, or zero.
func (o Opened) Outcome() (out pack.ExplainedOutcome, definite bool) {
	if o.Decides == "" {
		return out, false
	}
	for _, x := range o.Said.Outcomes {
		if x.Kind == decision.Classify && slices.ContainsFunc(x.Because, func(r pack.ExplainedRow) bool { return r.Table == o.Decides }) {
			if x.State == decision.Definite {
				return x, true
			}
		}
	}
	return out, false
}

// Waiting is the transfer that is on its way, or zero.
func (o Opened) Waiting() (Transfer, bool) {
	for _, t := range o.Transfers {
		if t.State == Asked || t.State == Accepted || t.State == NotCome {
			return t, true
		}
	}
	return Transfer{}, false
}

// formOrder is the open order of a form of the course, or zero.
func (o Opened) formOrder(service string) (order.Order, bool) {
	i := slices.IndexFunc(o.Orders, func(x order.Order) bool { return x.Service == service && x.Status.Open() })
	if i < 0 {
		return order.Order{}, false
	}
	return o.Orders[i], true
}

// writable is a course that the actor may go on with.
func (s *Service) writable(ctx context.Context, tx *db.Tx, op string, id db.ID) (Opened, access.Actor, error) {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return Opened{}, a, err
	}
	o, err := s.open(ctx, tx, access.ClinicalWrite, id, "en")
	switch {
	case err != nil:
	case !o.Open():
		err = fault.New(fault.Conflict, op, "course.error.ended")
	case o.Pack == nil:
		err = fault.New(fault.Unavailable, op, "course.error.no_pack")
	}
	return o, a, err
}

// mostListed is how many lines a page of the recall list has.
const mostListed = 50

// Recall is one page of what is to be done today.
type Recall struct {
	Lines []Line
	Next  string // the place after which the next page begins; "" at the end
	In    []Transfer
	Out   []Transfer
	Who   map[db.ID]people.Brief
	Packs []*pack.Pack // for their words
	Code  string       // of the programme that is chosen; "" is all
	Today calendar.Day
}

// Line is somebody to call, and what for.
type Line struct {
	recall
	Who people.Brief
}

// Overdue reports whether the window is over.
func (l Line) Overdue(on calendar.Day) bool { return on > l.To }

// Recall lists what is due and overdue where the actor may read, the longest overdue
// first, from a place on. Whoever died is not called.
func (s *Service) Recall(ctx context.Context, code, from string) (out Recall, err error) {
	const op = "course.Recall"
	sc, err := s.Access.Reach(ctx, op, access.ClinicalRead)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	at, err := parsePlace(from)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Recall{Who: map[db.ID]people.Brief{}, Code: code, Today: s.today()}
		if out.Packs, err = s.Packs.InForce(tx, packKind, s.today()); err != nil {
			return err
		}
		if err := s.fill(tx, sc, &out, at); err != nil || at != nil {
			return err
		}
		if out.In, err = moving(tx, sc, "", Asked); err != nil {
			return err
		}
		accepted, err := moving(tx, sc, "", Accepted)
		if err != nil {
			return err
		}
		out.In = append(out.In, accepted...)
		for _, state := range []TransferState{Asked, Accepted, Refused, NotCome} {
			list, err := moving(tx, sc, "from_site", state)
			if err != nil {
				return err
			}
			out.Out = append(out.Out, list...)
		}
		var ids []db.ID
		for _, t := range append(slices.Clone(out.In), out.Out...) {
			ids = append(ids, t.Person)
		}
		who, err := s.People.Briefs(tx, ids)
		for id, b := range who {
			out.Who[id] = b
		}
		return err
	})
	var shown []db.ID
	for _, l := range out.Lines {
		shown = append(shown, l.Person)
	}
	for id := range out.Who {
		shown = append(shown, id)
	}
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "care.course", shown)
	}
	return out, fault.Wrap(op, err)
}

// fill reads lines until a page is full: whom nobody may call leaves no gap in it.
func (s *Service) fill(tx *db.Tx, sc access.Scope, out *Recall, at *after) error {
	for {
		list, err := due(tx, sc, out.Code, s.today(), at, mostListed+1)
		if err != nil {
			return err
		}
		ids := make([]db.ID, len(list))
		for i, r := range list {
			ids[i] = r.Person
		}
		who, err := s.People.Briefs(tx, ids)
		if err != nil {
			return err
		}
		for _, r := range list {
			if b, ok := who[r.Person]; ok && b.MayCall {
				if len(out.Lines) == mostListed {
					last := out.Lines[mostListed-1]
					out.Next = after{last.To, last.Course, last.N}.String()
					return nil
				}
				out.Lines = append(out.Lines, Line{r, b})
			}
			at = &after{r.To, r.Course, r.N}
		}
		if len(list) <= mostListed {
			return nil
		}
	}
}

// mostOf is how many courses of one person are shown on their page.
const mostOf = 6

// Links are the ways from a person's page: their courses, what is missing, and a new one.
func (s *Service) Links(ctx context.Context, person db.ID) []page.Link {
	var out []page.Link
	_ = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := of(tx, person)
		for i, c := range list {
			if i < mostOf && s.Access.May(ctx, access.ClinicalRead, c.Resource()) {
				p, _ := s.Packs.ByHash(tx, c.Hash) // without it the link says the code
				key := "course.link"
				if !c.Open() {
					key = "course.link_ended"
				}
				out = append(out, page.Link{Href: path(c.ID), Text: page.M(key, "programme", programmeName(p, c.Code))})
			}
		}
		if b, err := s.brief(ctx, tx, access.ClinicalRead, person); err == nil {
			out = append(out, page.Link{Href: ContinuityPath + "/" + person.String(), Text: page.M("course.continuity.link")})
			res := b.Resource
			res.Kind, res.Sensitivity = KindCourse, journal.Clinical
			if !b.Died && s.Access.May(ctx, access.ClinicalWrite, res) {
				out = append(out, page.Link{Href: newPath + "?person=" + person.String(), Text: page.M("course.new.title")})
			}
		}
		return err
	}) // a way that cannot be shown is left out: the page itself still helps
	return out
}

// Facts are what the open courses of a person, and the last of each that ended, offer the
// packs. It is for engines, like people.Service.Facts: it checks no right.
func (s *Service) Facts(tx *db.Tx, person db.ID, died value.Truth) (map[string]decision.Fact, error) {
	list, err := of(tx, person)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out, seen := map[string]decision.Fact{}, map[string]bool{}
	slices.SortStableFunc(list, func(a, b Course) int { return flag(b.Open()) - flag(a.Open()) })
	for _, c := range list {
		if seen[c.Pack+" "+c.Code] {
			continue
		}
		seen[c.Pack+" "+c.Code] = true
		p, g, err := s.packOf(tx, c)
		if fault.Is(err, fault.Unavailable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		t, err := s.told(tx, c, p, g, died)
		if err != nil {
			return nil, err
		}
		answers, err := s.Orders.FactsFor(tx, person, c.ID, codesOf(p, g))
		if err != nil {
			return nil, err
		}
		for from, f := range factsOf(p, g, t, answers) {
			if _, ok := out[from]; !ok {
				out[from] = f
			}
		}
	}
	return out, nil
}
