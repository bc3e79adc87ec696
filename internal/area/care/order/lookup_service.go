package order

import (
	"context"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// FormOf returns the form of an order's result and the facts of the record that
// it reads, for whoever may record the result.
func (s *Service) FormOf(ctx context.Context, id db.ID) (f *form.Form, known value.Facts, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		o, _, err := s.open(ctx, tx, access.ResultRecord, id)
		if err != nil {
			return err
		}
		if f, err = s.form(tx, o.Request); err != nil {
			return err
		}
		known, err = s.known(tx, o, f)
		return err
	})
	return f, known, err
}

// ResultsOf lists the results of an order, the oldest first, without their
// answers: which to correct.
func (s *Service) ResultsOf(ctx context.Context, id db.ID) (list []Result, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		o, _, err := s.open(ctx, tx, access.ResultCorrect, id)
		if err != nil {
			return err
		}
		parts, err := resultsOf(tx, o.ID)
		if err != nil {
			return err
		}
		for _, r := range gather(parts, everything) {
			r.Answers, r.Facts = nil, nil
			list = append(list, r)
		}
		return nil
	})
	return list, err
}
