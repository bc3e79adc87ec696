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
		v, err := s.look(tx, member)
		if err != nil {
			return err
		}
		res := access.Resource{Kind: kindMember, Doc: member, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: journal.Clinical}
		if err := s.Access.Check(ctx, access.PlanAnswer, res); err != nil {
			return err
		}
		res.Sensitivity = journal.Sensitive
		facts, _ = askable(v, reader{sensitive: s.Access.May(ctx, access.PlanRead, res)})
		return nil
	})
	return facts, err
}

// LastDecision returns the decision about a member that a signature would name;
// zero when there is none.
func (s *Service) LastDecision(ctx context.Context, member db.ID) (id db.ID, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		v, err := s.look(tx, member)
		if err != nil {
			return err
		}
		res := access.Resource{Kind: kindMember, Doc: member, Subject: v.Member.Person, Site: v.Site, Programme: v.Programme, Sensitivity: journal.Clinical}
		if err := s.Access.Check(ctx, access.PlanRead, res); err != nil {
			return err
		}
		if v.Last != nil {
			id = v.Last.ID
		}
		return nil
	})
	return id, err
}

// Refresh plans a person's open cases anew: after several facts were written
// without it (an import, a seeder).
func (s *Service) Refresh(ctx context.Context, person db.ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.Changed(ctx, tx, person, "result") })
}
