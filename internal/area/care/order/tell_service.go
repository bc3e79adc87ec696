package order

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Telling is a result given to the person, face to face.
type Telling struct {
	ID         db.ID
	Result     db.ID
	Interp     string
	Sure       bool
	Counselled bool   // counselling after the test was given
	Care       string // the link to care: accepted, declined, later; "" where none is asked for
	Where      string // to whom the person was referred
	Note       string
}

// Tell records that a result was given in person. Where the order asked for
// counselling before, counselling after belongs to it; where the result asks for care
// (its form says when), where the person was referred and whether they accepted. Until
// that is recorded the result still waits to be told.
func (s *Service) Tell(ctx context.Context, t Telling) error {
	const op = "order.Tell"
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, r, err := s.openResult(ctx, tx, access.ResultTell, t.Result)
		if err != nil {
			return err
		}
		if r.InError || !r.Replaced.IsZero() {
			return fault.New(fault.Conflict, op, "order.error.replaced")
		}
		t.Where = clean(t.Where, 500)
		if err := t.valid(o, r); err != nil {
			return err
		}
		a, _ := access.From(ctx)
		step := func(id db.ID, kind StepKind) Step {
			return Step{ID: id, Result: r.ID, Kind: kind, Interp: t.Interp, Note: clean(t.Note, 2000)}
		}
		steps := []Step{step(t.ID, StepTold)}
		if t.Counselled {
			steps = append(steps, step(db.ID{}, StepAfter))
		}
		if t.Care == CareAccepted || t.Care == CareDeclined {
			link := step(db.ID{}, StepLinked)
			link.Decision, link.Note = t.Care, t.Where
			steps = append(steps, link)
		}
		var changes []journal.Change
		for _, st := range steps {
			changes = append(changes, s.stepOf(o, st, a.Purpose))
		}
		return s.Journal.Append(tx, a.Author(), changes...)
	})
}

// valid reports what is wrong with a telling of a result.
func (t Telling) valid(o Order, r Result) error {
	const op = "order.Tell"
	switch key := interpreterFault(t.Interp, t.Sure); {
	case key != "":
		return fault.Field(op, "interpreter", key)
	case slices.Contains(o.Needs, NeedCounselling) && !t.Counselled:
		return fault.Field(op, "counselled", "order.error.counselled_after")
	case t.Care == "" && r.Care:
		return fault.Field(op, "care", "order.error.care")
	case t.Care != "" && !slices.Contains(Cares, t.Care):
		return fault.Field(op, "care", "order.error.choice")
	case (t.Care == CareAccepted || t.Care == CareDeclined) && t.Where == "":
		return fault.Field(op, "where", "order.error.where")
	}
	return nil
}

// ToTell is a result that waits to be given in person.
type ToTell struct {
	Order  Order
	Result db.ID
	Again  bool // something was told before: corrected since, or the link to care is to be recorded
}

// Untold lists a person's results that wait to be given in person and that the user
// may give.
func (s *Service) Untold(ctx context.Context, subject db.ID) (out []ToTell, err error) {
	scope, err := s.Access.Scope(ctx, access.ResultTell)
	if err != nil || scope.Empty() {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		orders, err := toTell(tx, scope, subject)
		if err != nil {
			return err
		}
		for _, o := range orders {
			t, ok, err := s.untold(ctx, tx, o)
			if err != nil {
				return err
			}
			if ok {
				out = append(out, t)
			}
		}
		return nil
	})
	return out, fault.Wrap("order.Untold", err)
}

// toldBefore reports whether something of the order was given in person.
func toldBefore(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == StepTold })
}

// untold is the result of an order that is to be told: one that asks for care, else the
// last that holds. ok is false where the user may not give it.
func (s *Service) untold(ctx context.Context, tx *db.Tx, o Order) (t ToTell, ok bool, err error) {
	parts, err := resultsOf(tx, o.ID)
	if err != nil {
		return t, false, err
	}
	t.Order = o
	care := false
	for _, r := range live(gather(parts, func(p part) bool { return s.Access.May(ctx, access.ResultTell, o.at(p.Sens)) })) {
		if r.Care || !care {
			t.Result, care, ok = r.ID, r.Care, true
		}
	}
	steps, err := stepsOf(tx, o.ID)
	t.Again = toldBefore(steps)
	return t, ok, err
}
