package border

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// What package traveller asks in its own transaction.

// OwnIn answers the shift that the actor is on, fault.NotFound where there is none.
func (s *Service) OwnIn(ctx context.Context, tx *db.Tx, op string) (Own, error) {
	return s.own(ctx, tx, op)
}

// PointIn answers a point where travellers are screened.
func (s *Service) PointIn(tx *db.Tx, code string) (Point, error) { return s.point(tx, code) }

// PointsIn lists the points where travellers are screened.
func (s *Service) PointsIn(tx *db.Tx) ([]Point, error) {
	all, err := allPosts(tx)
	for i := range all {
		if err == nil {
			all[i].Point, err = s.named(tx, all[i].Post)
		}
	}
	return all, err
}
