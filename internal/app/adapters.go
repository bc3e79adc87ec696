package app

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// packsOf gives areas the protocols, in their own words.
type packsOf struct{ g *pack.Registry }

// Active returns the version of a pack that holds on a day.
func (p packsOf) Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error) {
	return p.g.Active(tx, id, on)
}

// Version returns a stored version, whatever its state: hash says which.
func (p packsOf) Version(tx *db.Tx, _, _, hash string) (*pack.Pack, error) {
	return p.g.ByHash(tx, hash)
}

// casePacks gives the assessment the protocols that a case is decided by: a
// destination joined with its companions.
type casePacks struct{ g *pack.Registry }

// Active returns a destination with its companions, as they hold on a day.
func (p casePacks) Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error) {
	return p.g.Whole(tx, id, on)
}

// Trial is what the destinations that read a version would be if it held.
func (p casePacks) Trial(tx *db.Tx, q *pack.Pack, on calendar.Day) ([]*pack.Pack, error) {
	return p.g.Trial(tx, q, on)
}

// Destinations lists the destinations in force on a day, each with its companions.
func (p casePacks) Destinations(tx *db.Tx, on calendar.Day) ([]*pack.Pack, error) {
	return p.g.WholeAll(tx, "destination", on)
}

// Rules names which rules hold for a destination's cases.
func (p casePacks) Rules(tx *db.Tx, id string) (string, error) {
	return p.g.Rules(tx, id)
}

// ordersOf gives the assessment what it needs of orders.
// carePacks gives encounters the packs of care.
type carePacks struct{ *pack.Registry }

// InForce lists the packs of a kind that hold on a day.
func (p carePacks) InForce(tx *db.Tx, kind string, on calendar.Day) ([]*pack.Pack, error) {
	return p.WholeAll(tx, kind, on)
}

type ordersOf struct{ s *order.Service }

// Facts implements assessment.Orders.
func (o ordersOf) Facts(tx *db.Tx, subject, caseID db.ID, codes []string) (map[string]decision.Fact, error) {
	return o.s.FactsFor(tx, subject, caseID, codes)
}

// Earlier implements assessment.Orders.
func (o ordersOf) Earlier(tx *db.Tx, subject, caseID db.ID) ([]assessment.Earlier, error) {
	done, err := o.s.Earlier(tx, subject, caseID)
	var out []assessment.Earlier
	for _, e := range done {
		out = append(out, assessment.Earlier{Order: e.Order.ID, Service: e.Order.Service, Form: e.Order.Form, On: e.On})
	}
	return out, err
}

// States implements assessment.Orders.
func (o ordersOf) States(tx *db.Tx, subject, caseID db.ID) (map[string]assessment.OrderState, error) {
	states, err := o.s.States(tx, subject, caseID)
	if err != nil {
		return nil, err
	}
	out := map[string]assessment.OrderState{}
	for code, st := range states {
		if plan := planState(st); plan != assessment.OrderNone {
			out[code] = plan
		}
	}
	return out, nil
}

// planState is what an order's status means to a plan. Not possible is like
// refused: the physician decides what then.
func planState(s order.Status) assessment.OrderState {
	switch s {
	case order.Ordered:
		return assessment.OrderOpen
	case order.InProgress:
		return assessment.OrderAwaited
	case order.Done:
		return assessment.OrderDone
	case order.Refused, order.NotPossible:
		return assessment.OrderRefused
	}
	return assessment.OrderNone
}

// Place implements assessment.Orders.
func (o ordersOf) Place(tx *db.Tx, by journal.Author, n assessment.NewOrder) error {
	r := order.Request{Subject: n.Subject, Case: n.Case, Pack: n.Pack, Why: n.Why, Code: n.Code, Service: n.Service.Service, Station: n.Service.Station,
		Form: n.Service.Form, Sensitivity: levelOf(n.Service.Sensitivity), Consent: n.Service.Consent, Site: n.Site, Programme: n.Programme, Purpose: "assessment"}
	if n.Service.Counselling {
		r.Needs = append(r.Needs, order.NeedCounselling)
	}
	if n.Service.Consent != "" {
		r.Needs = append(r.Needs, order.NeedConsent)
	}
	return o.s.Place(tx, by, r)
}

func levelOf(sensitivity string) journal.Sensitivity {
	if sensitivity == "sensitive" || sensitivity == "sealed" {
		return journal.Sensitive
	}
	return journal.Clinical
}

// Waiting implements assessment.Orders.
func (o ordersOf) Waiting(tx *db.Tx, subject, caseID db.ID) ([]string, error) {
	return o.s.Waiting(tx, subject, caseID)
}

// Withdraw implements assessment.Orders.
func (o ordersOf) Withdraw(tx *db.Tx, by journal.Author, subject, caseID db.ID, code string) error {
	return o.s.Withdraw(tx, by, subject, caseID, code)
}

// Acted implements assessment.Orders.
func (o ordersOf) Acted(tx *db.Tx, subject db.ID) ([]db.ID, error) { return o.s.Acted(tx, subject) }

// Used implements assessment.Orders.
func (o ordersOf) Used(tx *db.Tx, by journal.Author, subject db.ID, what string) error {
	return o.s.Used(tx, by, subject, what)
}

// Untold implements assessment.Orders.
func (o ordersOf) Untold(ctx context.Context, subject, caseID db.ID) ([]assessment.Untold, error) {
	list, err := o.s.Untold(ctx, subject)
	var out []assessment.Untold
	for _, t := range list {
		if t.Order.Case == caseID {
			out = append(out, assessment.Untold{Code: t.Order.Code, Result: t.Result, Again: t.Again})
		}
	}
	return out, err
}

// Links implements assessment.Orders.
func (o ordersOf) Links(ctx context.Context, subject, caseID db.ID) (assessment.Links, error) {
	out := assessment.Links{Of: map[string]db.ID{}, May: map[db.ID]bool{}}
	list, err := o.s.OfPerson(ctx, subject)
	for _, ord := range list { // latest first
		out.May[ord.ID] = true
		if _, has := out.Of[ord.Code]; ord.Case == caseID && (!has || ord.Status.Open()) {
			out.Of[ord.Code] = ord.ID
		}
	}
	return out, err
}

// Seen implements assessment.Orders.
func (o ordersOf) Seen(tx *db.Tx, subject db.ID, codes []string) ([]db.ID, error) {
	return o.s.Seen(tx, subject, codes)
}

// Answer implements assessment.Orders.
func (o ordersOf) Answer(tx *db.Tx, by journal.Author, a assessment.NewAnswer) error {
	return o.s.Answer(tx, by, order.Answer{Subject: a.Subject, Code: a.Code, Value: a.Value, On: a.On, Sensitivity: a.Sensitivity, Site: a.Site, Programme: a.Programme,
		Seen: a.Seen})
}

// peopleOf gives orders what they need to know of persons.
type peopleOf struct{ s *people.Service }

// Banner implements order.People.
func (p peopleOf) Banner(ctx context.Context, tx *db.Tx, person db.ID) (*page.Banner, error) {
	return p.s.Banner(ctx, tx, person)
}

// Briefs implements order.People.
func (p peopleOf) Briefs(tx *db.Tx, ids []db.ID) (map[db.ID]order.Brief, error) {
	all, err := p.s.Briefs(tx, ids)
	if err != nil {
		return nil, err
	}
	numbers, err := p.s.FamilyNumbers(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[db.ID]order.Brief, len(all))
	for id, b := range all {
		out[id] = order.Brief{Name: b.Original, Latin: b.Latin, Code: b.Code, Sex: string(b.Sex), Birth: b.Birth, Family: numbers[id]}
	}
	return out, nil
}

// Known implements order.People: facts that the forms of results may read.
func (p peopleOf) Known(tx *db.Tx, person db.ID, on calendar.Day) (value.Facts, error) {
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

// usersOf names users for lists of who did what.
type usersOf struct{}

// UserName implements order.Users.
func (usersOf) UserName(tx *db.Tx, user db.ID) string {
	name, err := access.UserName(tx, user)
	if err != nil {
		return ""
	}
	return name
}
