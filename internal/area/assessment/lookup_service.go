package assessment

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Asked lists the open questions of a member's plan that the actor may answer.
func (s *Service) Asked(ctx context.Context, member db.ID) (facts []pack.Fact, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		v, err := s.desk(tx).look(member)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.PlanAnswer, v.resource(journal.Clinical)); err != nil {
			return err
		}
		facts = askable(v, s.readerOf(ctx, v))
		return nil
	})
	return facts, err
}

// LastDecision returns the decision about a member that a signature would name;
// zero when there is none.
func (s *Service) LastDecision(ctx context.Context, member db.ID) (id db.ID, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		v, err := s.desk(tx).look(member)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.PlanRead, v.resource(journal.Clinical)); err != nil {
			return err
		}
		if v.Last != nil {
			id = v.Last.ID
		}
		return nil
	})
	return id, err
}

// Refresh plans a person's cases anew: after several facts were written without
// it (an import, a seeder).
func (s *Service) Refresh(ctx context.Context, person db.ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.Changed(ctx, tx, person, "result") })
}
