package linelist

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// IsCase reports whether a kind of document is a case.
func IsCase(kind string) bool { return kind == kindCase }

// Settled classifies a case anew after somebody settled what two changes of it that
// did not see each other say.
func (s *Service) Settled(ctx context.Context, tx *db.Tx, d *journal.Doc) error {
	if !IsCase(d.Kind) || d.Error {
		return nil
	}
	return s.Look(ctx, tx, d.ID, "elsewhere")
}
