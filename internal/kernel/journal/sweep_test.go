package journal_test

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A sweep goes on until nothing is past, batch by batch, passes over what is kept longer
// than its row says, and asks for no day that is not known to have come.
func TestASweepErasesAllThatIsPastAndNothingElse(t *testing.T) {
	pairs(t, func(t *testing.T, n, _ *node) {
		clock := n.clocked(midnight(lastDay + 1))
		past := map[db.ID]bool{}
		for range 230 {
			past[n.guest(fields{"name": "A", "until": lastDay})] = true
		}
		longer := n.guest(fields{"name": "B", "until": lastDay + 1})
		past[longer] = true // its row is wrong
		var asked []calendar.Day
		sweep := func() (int, error) {
			return n.j.Sweep(t.Context(), journal.Author{}, calendar.DayOfTime(clock.Time), func(tx *db.Tx, today calendar.Day, limit int) (out []db.ID, err error) {
				asked = append(asked, today)
				for id := range past {
					if _, err := n.j.Load(tx, id); err == nil && len(out) < limit {
						out = append(out, id)
					}
				}
				return out, nil
			})
		}
		if gone, err := sweep(); err != nil || gone != 230 || !n.there(longer) {
			t.Errorf("%d are gone, %v", gone, err)
		}
		clock.Time = midnight(lastDay + 365) // doubted
		if gone, err := sweep(); err != nil || gone != 0 || !n.there(longer) {
			t.Errorf("by a clock that is doubted %d are gone, %v", gone, err)
		}
		for _, day := range asked {
			if day != lastDay+1 {
				t.Errorf("what was past on %s is asked for", day)
			}
		}
		n.verify()
	})
}
