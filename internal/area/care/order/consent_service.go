package order

import (
	"context"
	"net/url"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Consents are the consent records of the people area: the one place that says what a
// person agreed to. An order keeps none of its own, so that a consent that is taken
// back on the person's page is gone at the station in the same moment.
type Consents interface {
	ConsentsOf(tx *db.Tx, persons []db.ID) (map[db.ID][]people.Consent, error)
	AskForm(ctx context.Context, person db.ID, scope people.Scope, lang string, typed url.Values) (*page.Form, error)
	PostConsent(ctx context.Context, person db.ID, scope people.Scope, order db.ID, typed url.Values) error
}

// consentOf is how the consent stands that one order asks for.
func (s *Service) consentOf(tx *db.Tx, o Order) (people.ConsentState, error) {
	all, err := s.consents(tx, []Order{o})
	return all[o.ID], err
}

// consents is consentOf for many orders. Where nobody knows of consents there is none.
func (s *Service) consents(tx *db.Tx, orders []Order) (map[db.ID]people.ConsentState, error) {
	var persons []db.ID
	for _, o := range orders {
		if o.needsConsent() {
			persons = append(persons, o.Subject)
		}
	}
	if len(persons) == 0 || s.Consents == nil {
		return nil, nil
	}
	said, err := s.Consents.ConsentsOf(tx, persons)
	if err != nil {
		return nil, err
	}
	out := map[db.ID]people.ConsentState{}
	for _, o := range orders {
		if scope, ok := people.ScopeFor(o.Consent); ok && o.needsConsent() {
			out[o.ID] = people.StateFor(said[o.Subject], scope, o.ID)
		}
	}
	return out, nil
}

// Consented is what a consent that was recorded, countersigned or withdrawn does to
// the order it was asked for, in the same transaction (people.OnConsent). A refusal
// closes the order as refused: it is never a "no" to anything else. A withdrawal
// leaves it open, and it waits for consent again. What is left on the order is a line
// in its history; what counts is the record itself.
func (s *Service) Consented(ctx context.Context, tx *db.Tx, person db.ID, c people.Consent) error {
	const op = "order.Consented"
	if c.Order.IsZero() {
		return nil
	}
	fresh := c.WithdrawnOn.IsZero() && c.SecondOfficer.IsZero()
	o, err := findOrder(tx, c.Order)
	switch {
	case fault.Is(err, fault.NotFound) && !fresh:
		return nil // it stands at another node, and reads the record there
	case fresh:
		if o, _, err = s.open(ctx, tx, access.ConsentRecord, c.Order); err == nil {
			err = askedBy(o, person, c.Scope)
		}
	}
	if err != nil {
		return fault.Wrap(op, err)
	}
	a, _ := access.From(ctx)
	step := Step{Kind: StepConsent, Decision: decisionOf(c), Giver: string(c.GivenBy), Interp: interpreterOf(c.Interpreter)}
	if !c.WithdrawnOn.IsZero() {
		step.Giver, step.Interp = string(c.WithdrawnBy), ""
	}
	if err := s.Journal.Append(tx, a.Author(), s.stepOf(o, step, a.Purpose)); err != nil || c.Decision != people.Refused {
		return err
	}
	return s.close(ctx, tx, o, Refused, "")
}

// askedBy reports what is wrong with a consent that says it was asked for an order.
func askedBy(o Order, person db.ID, scope people.Scope) error {
	const op = "order.Consented"
	want, ok := people.ScopeFor(o.Consent)
	switch {
	case o.Subject != person:
		return fault.New(fault.NotFound, op, "order.error.not_found")
	case !o.Status.Open():
		return fault.New(fault.Conflict, op, "order.error.closed")
	case !o.needsConsent() || !ok || scope != want:
		return fault.New(fault.Invalid, op, "order.error.request")
	}
	return nil
}
