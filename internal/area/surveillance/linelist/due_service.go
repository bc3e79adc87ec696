package linelist

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// DueToday counts the contacts of the reader whose visit is due today, and those of them
// whom nobody has asked after yet: what the first page says without the list and without
// the indicators. Without a pack in force no visit is due.
func (s *Service) DueToday(ctx context.Context) (due, left int, err error) {
	const op = "linelist.DueToday"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.ContactFollow)
		if err != nil {
			return err
		}
		rows, err := contactsIn(tx, sc, mostContacts)
		if err != nil {
			return err
		}
		all, err := s.followed(tx, rows)
		for _, f := range all {
			if f.Due {
				due++
				if f.Today == "" {
					left++
				}
			}
		}
		return err
	})
	return due, left, fault.Wrap(op, err)
}
