package tally

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Dated is one count of one day.
type Dated struct {
	Day  calendar.Day
	Dims []string
	N    int64
}

// Days gives a counter's counts of each day from first to last, with all their
// dimensions, in the order of days and dimensions; sums of zero are left out. It reads
// what was counted in those days and nothing else, so that a curve of an outbreak
// costs its days, however many cases stand behind it.
func Days(tx *db.Tx, counter string, first, last calendar.Day) ([]Dated, error) {
	rows, err := tx.Query("SELECT day, dims, sum(n) FROM tally_counts WHERE counter = ? AND day >= ? AND day <= ? GROUP BY day, dims ORDER BY day, dims", counter, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Dated
	for rows.Next() {
		var d Dated
		var dims string
		if err := rows.Scan(&d.Day, &dims, &d.N); err != nil {
			return nil, err
		}
		if d.N != 0 {
			d.Dims = split(dims)
			out = append(out, d)
		}
	}
	return out, rows.Err()
}
