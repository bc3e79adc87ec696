package access

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ReleaseUnnamed writes into the audit that something about somebody leaves that does
// not say who they are, so that their own record says so too. It decides nothing about
// naming them and asks neither their consent nor their standing; row is the document
// that it is made of, which must be open to the user for the route's action.
func (a *Access) ReleaseUnnamed(ctx context.Context, route Route, to Recipient, row Resource) error {
	const op = "access.ReleaseUnnamed"
	known, actor, err := a.wayOut(ctx, op, route, to)
	if err != nil {
		return err
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		if err := a.Check(For(ctx, known.Purpose), known.Action, row); err != nil {
			return err
		}
		return a.record(tx, read{User: actor.User, Subject: row.Subject, Act: ActReleased, Purpose: known.Purpose, What: known.Name, Recipient: string(to)})
	})
	a.counts.released(known.Means, err == nil)
	return fault.Wrap(op, err)
}
