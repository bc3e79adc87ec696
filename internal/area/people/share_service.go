package people

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// JourneyOf answers the stays of a person, for an officer who may read them.
func (s *Service) JourneyOf(ctx context.Context, tx *db.Tx, person db.ID) ([]Stay, error) {
	row, err := s.open(ctx, tx, access.PersonRead, person)
	if err != nil {
		return nil, err
	}
	if err := s.Access.Check(ctx, access.JourneyRead, row.part(kindStay, sensitivityOf(kindStay))); err != nil {
		return nil, err
	}
	return staysOf(tx, person)
}
