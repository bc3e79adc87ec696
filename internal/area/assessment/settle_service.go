package assessment

import (
	"context"
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// MaySettle checks that the actor may change a document of this area: who settles
// what two people changed at once needs the same right as to change it.
func (s *Service) MaySettle(ctx context.Context, _ *db.Tx, d *journal.Doc) error {
	switch d.Kind {
	case kindCase, kindMember:
		return s.Access.Check(ctx, access.CaseEdit, access.Of(d))
	case kindAnswer:
		return s.Access.Check(ctx, access.PlanAnswer, access.Of(d))
	case kindAlert:
		return s.mayAnswer(ctx, access.Of(d))
	case kindClearance:
		res := access.Of(d)
		res.Sensitivity = max(res.Sensitivity, journal.Sensitive) // as for signing: it rests on everything
		return s.Access.Check(ctx, access.CaseSign, res)
	}
	return fault.New(fault.Forbidden, "assessment.MaySettle", "door.forbidden") // decisions and acts never change
}

// Settled plans anew what rests on a document of this area that was settled.
func (s *Service) Settled(ctx context.Context, tx *db.Tx, d *journal.Doc) error {
	if d.Kind == kindCase {
		return s.desk(tx).reassessCase(ctx, d.ID, "case")
	}
	member := d.ID
	if d.Kind != kindMember {
		if err := json.Unmarshal(d.Fields["member"], &member); err != nil {
			return fault.Wrap("assessment.Settled", err)
		}
	}
	return s.desk(tx).reassess(ctx, member, "case")
}
