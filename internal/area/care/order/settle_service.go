package order

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// MaySettle checks that the actor may change a document of this area: who settles
// what two people changed at once needs the same right as to change it.
func (s *Service) MaySettle(ctx context.Context, tx *db.Tx, d *journal.Doc) error {
	switch d.Kind {
	case kindOrder:
		o, err := findOrder(tx, d.ID)
		if err != nil {
			return err
		}
		return s.Access.Check(ctx, access.OrderPerform, o.Resource())
	case kindResult:
		o, _, err := s.resultOf(tx, d)
		if err != nil {
			return err
		}
		return s.Access.Check(ctx, access.ResultCorrect, o.at(d.Sensitivity))
	}
	return fault.New(fault.Forbidden, "order.MaySettle", "door.forbidden") // a step never changes
}

// Settled tells the hooks that a document of this area was settled.
func (s *Service) Settled(ctx context.Context, tx *db.Tx, d *journal.Doc) error {
	switch d.Kind {
	case kindOrder:
		o, err := findOrder(tx, d.ID)
		if err != nil {
			return err
		}
		if o.Status == Cancelled { // to settle for a cancelled order is to cancel it
			if err := s.Access.Check(ctx, access.OrderCancel, o.Resource()); err != nil {
				return err
			}
		}
		return s.tellStatus(ctx, tx, o)
	case kindResult:
		_, r, err := s.resultOf(tx, d)
		if err != nil {
			return err
		}
		return s.tellResult(ctx, tx, r)
	}
	return nil
}

// Strike enters the result that a document is a part of in error, as StrikeOut
// does, in the caller's transaction.
func (s *Service) Strike(ctx context.Context, tx *db.Tx, d *journal.Doc, reason string) error {
	_, r, err := s.resultOf(tx, d)
	if err != nil {
		return err
	}
	_, err = s.strikeOut(ctx, tx, r.ID, reason)
	return err
}

// Say writes what a result's document says in the words of its form: of a result in
// parts only this part. Any other document says nothing here.
func (s *Service) Say(tx *db.Tx, d *journal.Doc) (page.Summary, error) {
	if d.Kind != kindResult {
		return nil, nil
	}
	o, _, err := s.resultOf(tx, d)
	if err != nil {
		return nil, err
	}
	var doc resultDoc
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	v := View{Order: o, Result: Result{Answers: doc.Answers, Facts: doc.Facts}}
	if v.Form, err = s.form(tx, o.Request); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	out := page.Summary{{Label: page.M("order.column.day"), Value: parseDay(doc.On).Date()}}
	if doc.Specimen > 0 {
		out = append(out, page.Row{Label: page.M("order.column.specimen"), Value: doc.Specimen})
	}
	return append(out, answerRows(v)...), nil
}

// resultOf reads the result that a document is a part of, and its order.
func (s *Service) resultOf(tx *db.Tx, d *journal.Doc) (Order, Result, error) {
	var doc resultDoc
	if err := d.Decode(&doc); err != nil {
		return Order{}, Result{}, err
	}
	main := doc.Main
	if main.IsZero() {
		main = d.ID
	}
	parts, err := partsOf(tx, main)
	if err != nil {
		return Order{}, Result{}, err
	}
	o, err := orderOf(tx, parts[0])
	if err != nil {
		return o, Result{}, err
	}
	return o, gather(parts, everything)[0], nil
}
