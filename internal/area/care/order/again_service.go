package order

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// unfulfilled reports whether the order ended without what it asked for, and may be
// tried again. A cancelled one was withdrawn by who ordered, who may order anew.
func (s Status) unfulfilled() bool { return s == Refused || s == NotPossible }

// mayAgain reports whether the user may try an order again: who records what people
// decide, and who orders.
func (s *Service) mayAgain(ctx context.Context, o Order) bool {
	return s.Access.May(ctx, access.ConsentRecord, o.Resource()) || s.Access.May(ctx, access.OrderCreate, o.Resource())
}

// Again places a new order of what was refused or not possible: a person may think
// again, and a refusal of one day is no refusal for ever. The old order stays closed
// as it was. The new one is of the rules in force, and asks for its own counselling
// and its own consent. id is the new order's, made when the form was shown.
func (s *Service) Again(ctx context.Context, old, id db.ID, how, note string) error {
	const op = "order.Again"
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		o, _, err := s.open(ctx, tx, access.OrderRead, old)
		if err != nil {
			return err
		}
		if err := need(s.mayAgain(ctx, o)); err != nil {
			return err
		}
		switch {
		case !o.Status.unfulfilled():
			return fault.New(fault.Conflict, op, "order.error.again")
		case !slices.Contains(Agains, how):
			return fault.Field(op, "how", "order.error.choice")
		}
		others, err := queryOrders(tx, "o.subject = ? AND o.code = ? ORDER BY o.at, o.id", o.Subject, o.Code)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(p Order) bool { return p.Case == o.Case && p.Status.Open() }) {
			return fault.New(fault.Conflict, op, "order.error.again_open")
		}
		a, _ := access.From(ctx)
		r := o.Request
		r.ID, r.Version, r.Hash, r.Purpose = id, "", "", a.Purpose
		if err := s.Place(tx, a.Author(), r); err != nil {
			return err
		}
		made, err := findOrder(tx, id)
		if err != nil {
			return err
		}
		why := Step{Kind: StepAgain, How: how, Note: clean(note, 500)}
		if err := s.Journal.Append(tx, a.Author(), s.stepOf(o, why, a.Purpose), s.stepOf(made, why, a.Purpose)); err != nil {
			return err
		}
		return s.tellStatus(ctx, tx, made)
	})
	return fault.Wrap(op, err)
}
