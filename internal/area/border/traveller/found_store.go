package traveller

import (
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// count adds what a document counts to the counters of the board, sign times.
func (f Found) count(tx *db.Tx, sign int64) error {
	for what, n := range f.Counts {
		if err := tally.Add(tx, 0, border.CounterFound, f.Day, sign*n, what, f.Point); err != nil {
			return err
		}
	}
	return nil
}
