package journal

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// sweepMost is how many documents a sweep erases in one transaction.
const sweepMost = 200

// Sweep expires what was kept until a day before today, some at a time, and answers how
// many. expired lists at most limit of an area's documents whose last day is before a day;
// while the date of the clock is doubted that is the last one of which is known that it has
// come. A document that another change keeps longer than its row says stays.
func (j *Journal) Sweep(ctx context.Context, by Author, today calendar.Day, expired func(tx *db.Tx, today calendar.Day, limit int) ([]db.ID, error)) (gone int, err error) {
	for {
		n := 0
		err := j.db.Write(ctx, func(tx *db.Tx) error {
			n = 0
			date, err := j.DateIn(tx)
			if err != nil {
				return err
			}
			day := min(date.Day(), today)
			ids, err := expired(tx, day, sweepMost)
			if err != nil {
				return err
			}
			for _, id := range ids {
				switch err := j.expireBy(tx, by, id, day); {
				case fault.Is(err, fault.Forbidden):
				case err != nil:
					return err
				default:
					n++
				}
			}
			return nil
		})
		gone += n
		if err != nil || n == 0 {
			return gone, fault.Wrap("journal.Sweep", err)
		}
	}
}
