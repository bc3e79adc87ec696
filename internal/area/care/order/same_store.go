package order

import (
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// observed says what a result observed, so that the journal finds one that two
// people entered without seeing each other: the same code, of the same specimen,
// on the same day.
func observed(d *journal.Doc) journal.Acts {
	var r resultDoc
	if d.Decode(&r) != nil {
		return journal.Acts{}
	}
	a := journal.Acts{Day: int64(parseDay(r.On)), Name: r.Main, Seen: r.Seen}
	for _, code := range codesOf(r.Facts) {
		a.Keys = append(a.Keys, code+" "+strconv.Itoa(r.Specimen))
	}
	if !r.Corrects.IsZero() {
		a.Seen, a.Replaces = append(slices.Clip(a.Seen), r.Corrects), []db.ID{r.Corrects}
	}
	return a
}
