package people

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// MaySettle checks that the actor may change a document of this area: who settles
// what two people changed at once needs the same right as to change it.
func (s *Service) MaySettle(ctx context.Context, tx *db.Tx, d *journal.Doc) error {
	action := settleAction(d.Kind)
	if d.Subject.IsZero() {
		return s.Access.Check(ctx, action, access.Of(d))
	}
	row, err := findPerson(tx, d.Subject)
	if err != nil {
		return err
	}
	return s.Access.Check(ctx, action, row.part(d.Kind, d.Sensitivity))
}

func settleAction(kind string) access.Action {
	switch kind {
	case kindSafety:
		return access.SafetyRecord
	case kindStay, kindJourney:
		return access.JourneyWrite
	case kindProtection:
		return access.ProtectionWrite
	case kindFunctioning:
		return access.ClinicalWrite
	case kindConsent:
		return access.ConsentRecord
	}
	return access.PersonEdit
}

// Settled tells those who asked that a document of this area was settled.
func (s *Service) Settled(ctx context.Context, tx *db.Tx, d *journal.Doc) error {
	return s.tell(ctx, tx, d.Kind, d.Subject)
}
