package order

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// open loads an order and checks the action on it. Whoever may not know of it
// hears the same as for one that does not exist.
func (s *Service) open(ctx context.Context, tx *db.Tx, action access.Action, id db.ID) (Order, []Step, error) {
	o, err := findOrder(tx, id)
	if fault.Is(err, fault.NotFound) {
		return o, nil, fault.New(fault.NotFound, "order.open", "order.error.not_found")
	}
	if err != nil {
		return o, nil, err
	}
	if err := s.Access.Check(ctx, action, o.Resource()); err != nil {
		if action != access.OrderRead && s.Access.May(ctx, access.OrderRead, o.Resource()) {
			return o, nil, err
		}
		return o, nil, fault.New(fault.NotFound, "order.open", "order.error.not_found")
	}
	steps, err := stepsOf(tx, id)
	return o, steps, err
}

// Talk is counselling before a test.
type Talk struct {
	ID     db.ID // made when the form was shown
	Order  db.ID
	Interp string
	Sure   bool // a relative interprets: there is no other way, and the person agrees
	Note   string
}

// Counsel records counselling before a test.
func (s *Service) Counsel(ctx context.Context, t Talk) error {
	const op = "order.Counsel"
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, _, err := s.open(ctx, tx, access.CounsellingRecord, t.Order)
		if err != nil {
			return err
		}
		if !o.Status.Open() {
			return fault.New(fault.Conflict, op, "order.error.closed")
		}
		if key := interpreterFault(t.Interp, t.Sure); key != "" {
			return fault.Field(op, "interpreter", key)
		}
		a, _ := access.From(ctx)
		return s.Journal.Append(tx, a.Author(), s.stepOf(o, Step{ID: t.ID, Kind: StepBefore, Interp: t.Interp, Note: clean(t.Note, 2000)}, a.Purpose))
	})
}

// Act is an image taken, a specimen collected, a dose given.
type Act struct {
	ID       db.ID
	Order    db.ID
	Identity string // how it was made sure that this is the right person
	Label    string // number on the tube, for a specimen
	Specimen int    // 0, or which of several
}

// Perform records that the person was identified and the act done. It refuses
// while a need is unmet, and before an image, an injection or a drug while the
// station-safety check of the day is not clean.
func (s *Service) Perform(ctx context.Context, p Act) error {
	const op = "order.Perform"
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, steps, err := s.open(ctx, tx, access.OrderPerform, p.Order)
		if err != nil {
			return err
		}
		if o.Specimens > 1 {
			if n := next(o, steps); n == 0 || p.Specimen != n {
				return fault.New(fault.Conflict, op, "order.error.specimen")
			}
		}
		if err := s.mayTouch(ctx, tx, o, steps); err != nil {
			return err
		}
		if !slices.Contains(Identified, p.Identity) {
			return fault.Field(op, "identity", "order.error.identity")
		}
		a, _ := access.From(ctx)
		changes := s.touch(o, p, a.Purpose, s.today())
		if err := s.Journal.Append(tx, a.Author(), changes...); err != nil {
			return err
		}
		return s.close(ctx, tx, o, InProgress, "")
	})
}

// mayTouch checks needs and station safety.
func (s *Service) mayTouch(ctx context.Context, tx *db.Tx, o Order, steps []Step) error {
	const op = "order.mayTouch"
	if !o.Status.Open() {
		return fault.New(fault.Conflict, op, "order.error.closed")
	}
	if err := s.needsMet(tx, o, steps); err != nil {
		return err
	}
	if !guarded(o.Act) {
		return nil
	}
	if s.Safety == nil {
		return fault.New(fault.Unavailable, op, "order.error.no_safety")
	}
	v, err := s.Safety.Check(ctx, tx, o, s.today())
	if err != nil {
		// A check that cannot be made is not clean.
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "order.error.no_safety", Err: err}
	}
	if !v.Clean {
		return fault.New(fault.Conflict, op, "order.error.safety")
	}
	return nil
}

// needsMet refuses while a need of the order is not met.
func (s *Service) needsMet(tx *db.Tx, o Order, steps []Step) error {
	consent, err := s.consentOf(tx, o)
	if err != nil {
		return err
	}
	if len(Unmet(o, steps, consent)) > 0 {
		return fault.New(fault.Conflict, "order.needsMet", "order.error.needs")
	}
	return nil
}

// touch are the steps of an act: identity, then the act itself.
func (s *Service) touch(o Order, p Act, why string, on calendar.Day) []journal.Change {
	return []journal.Change{
		s.stepOf(o, Step{Kind: StepIdentity, How: p.Identity, Specimen: p.Specimen, On: on}, why),
		s.stepOf(o, Step{ID: p.ID, Kind: StepPerformed, Label: clean(p.Label, 64), Specimen: p.Specimen, How: string(o.Act), On: on}, why),
	}
}

// close changes an order's status and tells the hooks.
func (s *Service) close(ctx context.Context, tx *db.Tx, o Order, to Status, reason string) error {
	if o.Status == to && reason == "" && !o.Disputed {
		return nil
	}
	a, _ := access.From(ctx)
	if err := s.setStatus(tx, a.Author(), o, to, reason, a.Purpose); err != nil {
		return err
	}
	o.Status, o.Reason = to, reason
	return s.tellStatus(ctx, tx, o)
}

// Close ends an order that will not be carried out: refused by the person,
// cancelled, or not possible. A reason is needed for the last two.
func (s *Service) Close(ctx context.Context, id db.ID, to Status, reason string) error {
	const op = "order.Close"
	action := access.OrderPerform
	if to == Cancelled {
		action = access.OrderCancel
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, _, err := s.open(ctx, tx, action, id)
		if err != nil {
			return err
		}
		reason := clean(reason, 500)
		switch {
		case to != Refused && to != Cancelled && to != NotPossible:
			return fault.Field(op, "status", "order.error.choice")
		case !o.Status.Open():
			return fault.New(fault.Conflict, op, "order.error.closed")
		case reason == "" && to != Refused:
			return fault.Field(op, "reason", "order.error.reason")
		}
		return s.close(ctx, tx, o, to, reason)
	})
}

// OfPerson lists a person's orders that the user may see, latest first.
func (s *Service) OfPerson(ctx context.Context, subject db.ID) ([]Order, error) {
	scope, err := s.Access.Scope(ctx, access.OrderRead)
	if err != nil {
		return nil, err
	}
	var out []Order
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) { out, err = ordersOf(tx, subject, scope); return err })
	return out, fault.Wrap("order.OfPerson", err)
}
