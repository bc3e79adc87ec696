package course

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Settle ends what the courses of a person close, where they met only now: they came from
// two installations that did not know of each other.
func (s *Service) Settle(ctx context.Context, tx *db.Tx, person db.ID) error {
	const op = "course.Settle"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	list, err := of(tx, person)
	if err != nil {
		return fault.Wrap(op, err)
	}
	for _, c := range list {
		_, g, err := s.packOf(tx, c)
		if fault.Is(err, fault.Unavailable) {
			continue
		}
		if err == nil {
			err = s.closeOthers(tx, a, c, g, c.Enrolled)
		}
		if err != nil {
			return fault.Wrap(op, err)
		}
	}
	return nil
}
