package journal

import (
	"context"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Latest returns the time of the newest entry of any origin, as its author's
// clock had it, and the zero time for an empty journal. It is for checking this
// machine's clock; nothing else may be decided by it.
func (j *Journal) Latest(ctx context.Context) (time.Time, error) {
	var hlc int64
	err := j.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row("SELECT COALESCE(MAX(hlc), 0) FROM journal_heads").Scan(&hlc)
	})
	return HLC(hlc).Time(), err
}
