package border

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// CounterFound counts travellers who have a record: dimensions what and point (package
// traveller counts them, and keeps the counts when the records are gone).
const CounterFound = "border.found"

// Finds are what is counted under it, in the order of the board.
var Finds = []string{"secondary", "alerts", "referred", "isolated", "followed", "listed", "measures"}

// Held is how many are held at a point by a measure, and of how many nobody looked after
// in time.
type Held struct{ Open, Overdue int }

// FoundLine is what a point found in the days of a board, and whom it holds now.
type FoundLine struct {
	Point    Point
	Screened int64
	Counted  bool // that number is known
	Found    map[string]int64
	Held     Held
}

// PerScreened is how many alerts there were among 100,000 who were screened; it is not
// known where nobody counted those.
func (f FoundLine) PerScreened() (tenths int64, known bool) {
	if !f.Counted || f.Screened <= 0 {
		return 0, false
	}
	return (f.Found["alerts"]*1_000_000 + f.Screened/2) / f.Screened, true
}

func (s *Service) boardFound(tx *db.Tx, b *Board) error {
	sums, err := tally.Sum(tx, CounterFound, b.First, b.Last, 1, 0)
	if err != nil {
		return err
	}
	found := map[string]map[string]int64{}
	for _, c := range sums {
		if found[c.Dims[0]] == nil {
			found[c.Dims[0]] = map[string]int64{}
		}
		found[c.Dims[0]][c.Dims[1]] = c.N
	}
	held := map[string]Held{}
	if s.Held != nil {
		if held, err = s.Held(tx); err != nil {
			return err
		}
	}
	for _, p := range b.Points {
		line := FoundLine{Point: p.Point, Found: found[p.Point.Post.Code], Held: held[p.Point.Post.Code]}
		line.Screened, line.Counted = p.Totals[Screened]
		if len(line.Found) > 0 || line.Held.Open > 0 {
			b.Found = append(b.Found, line)
		}
	}
	return nil
}
