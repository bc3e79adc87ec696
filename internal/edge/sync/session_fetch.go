package sync

import (
	"context"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// guestStay is how long somebody who was asked for stays in the node's scope, if it
// does not write about them.
const guestStay = 30 * 24 * time.Hour

// fetch brings a person into the node's scope for a time. That there is nobody of this
// number is an answer; who asked, for which purpose, is kept.
func (s *HubSession) fetch(ctx context.Context, f Frame) ([]Frame, error) {
	var a Ask
	if err := f.read(&a); err != nil {
		return nil, err
	}
	if s.s.Resolve == nil || a.Number == "" || len(a.Number) > 64 || a.Purpose == "" || len(a.User) != 16 {
		return nil, badFrame()
	}
	var found bool
	err := s.d.DB.Write(ctx, func(tx *db.Tx) error {
		people, err := s.s.Resolve(tx, a.Number)
		if err != nil {
			return err
		}
		found = len(people) > 0
		if !found && s.s.Asked != nil {
			return s.s.Asked(tx, s.peer, a, db.ID{})
		}
		for _, id := range people {
			if s.s.Asked != nil {
				if err := s.s.Asked(tx, s.peer, a, id); err != nil {
					return err
				}
			}
			if err := s.d.Journal.Carry(tx, s.peer.Feed, s.filter(), id, journal.ScopeFetched, s.d.Clock().Add(guestStay)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out, err := frames(typeFetched, fetched{found})
	if err != nil {
		return nil, err
	}
	more, err := s.pump(ctx)
	return append(out, more...), err
}
