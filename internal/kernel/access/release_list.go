package access

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ReleaseList is Release for a list whose rows say who somebody is only where that may
// leave: it answers whose identity must be withheld, and writes the list and everybody
// who is named on it into the audit. rows are the documents behind the rows, of which
// each must be open to the user for the route's action.
//
// A row that is about nobody registered has no standing: whether that person fled the
// recipient is not known, and the caller withholds the identity from an authority.
func (a *Access) ReleaseList(ctx context.Context, route Route, to Recipient, rows []Resource) (withheld map[db.ID]bool, err error) {
	const op = "access.ReleaseList"
	known, actor, err := a.wayOut(ctx, op, route, to)
	if err != nil {
		return nil, err
	}
	ctx2 := For(ctx, known.Purpose)
	var named []db.ID
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		withheld, named = map[db.ID]bool{}, nil
		for _, r := range rows {
			if err := a.Check(ctx2, known.Action, r); err != nil {
				return err
			}
			if r.Subject.IsZero() || withheld[r.Subject] || slices.Contains(named, r.Subject) {
				continue
			}
			switch err := a.mayRelease(ctx2, tx, known, to, r.Subject); {
			case err == nil:
				named = append(named, r.Subject)
			case fault.Is(err, fault.Forbidden):
				withheld[r.Subject] = true
			default:
				return err
			}
		}
		for _, subject := range append(named[:len(named):len(named)], db.ID{}) { // the last line is the list itself
			if err := a.record(tx, read{User: actor.User, Subject: subject, Act: ActReleased, Purpose: known.Purpose, What: known.Name, Recipient: string(to)}); err != nil {
				return err
			}
		}
		return nil
	})
	a.counts.released(known.Means, err == nil)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	note(ctx, named...)
	if m, ok := ctx.Value(releasedKey{}).(*released); ok {
		m.yes = true
	}
	return withheld, nil
}
