package tally

import (
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Migrations are the tally's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "tally", Number: 1, SQL: `
CREATE TABLE tally_counts (
	counter TEXT NOT NULL,
	day     INTEGER NOT NULL,
	dims    TEXT NOT NULL,
	lane    INTEGER NOT NULL,
	n       INTEGER NOT NULL,
	PRIMARY KEY (counter, day, dims, lane)
) WITHOUT ROWID;
`}}
}

// separator parts dimensions; it is ASCII's unit separator.
const separator = "\x1f"

const maxDims = 200

// Add adds n, which may be negative to take back, to one count of lane
// (journal.Lane).
func Add(tx *db.Tx, lane int64, counter string, day calendar.Day, n int64, dims ...string) error {
	const op = "tally.Add"
	if counter == "" {
		return &fault.Error{Code: fault.Internal, Op: op, Key: "tally.bad_counter", Err: fmt.Errorf("no counter")}
	}
	for _, d := range dims {
		if strings.Contains(d, separator) {
			return fault.Field(op, "dims", "tally.bad_dimension")
		}
	}
	joined := strings.Join(dims, separator)
	if len(joined) > maxDims {
		return fault.Field(op, "dims", "tally.bad_dimension")
	}
	if n == 0 {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO tally_counts (counter, day, dims, lane, n) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (counter, day, dims, lane) DO UPDATE SET n = tally_counts.n + excluded.n`, counter, day, joined, lane, n)
	return fault.Wrap(op, err)
}

// Count is one sum.
type Count struct {
	Dims []string
	N    int64
}

// Sum adds up a counter over the days from first to last, both included, for each
// combination of the dimensions by (their positions; none gives one total). Counts
// come in the order of their dimensions; sums of zero are left out.
func Sum(tx *db.Tx, counter string, first, last calendar.Day, by ...int) ([]Count, error) {
	rows, err := tx.Query("SELECT dims, sum(n) FROM tally_counts WHERE counter = ? AND day >= ? AND day <= ? GROUP BY dims", counter, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums := make(map[string]int64)
	for rows.Next() {
		var dims string
		var n int64
		if err := rows.Scan(&dims, &n); err != nil {
			return nil, err
		}
		sums[pick(dims, by)] += n
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return sorted(sums, len(by)), nil
}

// SumUnder is Sum over the counts whose first dimensions are these: those of one
// point, whatever else is counted at thousands of others. It reads a stretch of rows a
// day, so that it costs the days and what lies under the dimensions, and nothing else.
// Positions count from the first dimension, also one that is given.
func SumUnder(tx *db.Tx, counter string, first, last calendar.Day, under []string, by ...int) ([]Count, error) {
	if len(under) == 0 {
		return Sum(tx, counter, first, last, by...)
	}
	prefix := strings.Join(under, separator)
	sums := make(map[string]int64)
	for day := first; day <= last; day++ {
		if err := sumDay(tx, sums, counter, day, prefix, by); err != nil {
			return nil, err
		}
	}
	return sorted(sums, len(by)), nil
}

// afterSeparator follows every text that begins with a prefix and the separator.
const afterSeparator = "\x20"

func sumDay(tx *db.Tx, sums map[string]int64, counter string, day calendar.Day, prefix string, by []int) error {
	rows, err := tx.Query(`SELECT dims, n FROM tally_counts WHERE counter = ? AND day = ? AND (dims = ? OR dims >= ? AND dims < ?)`,
		counter, day, prefix, prefix+separator, prefix+afterSeparator)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var dims string
		var n int64
		if err := rows.Scan(&dims, &n); err != nil {
			return err
		}
		sums[pick(dims, by)] += n
	}
	return rows.Err()
}

// ByDay adds up a counter for each day from first to last that has any count.
func ByDay(tx *db.Tx, counter string, first, last calendar.Day) (map[calendar.Day]int64, error) {
	rows, err := tx.Query("SELECT day, sum(n) FROM tally_counts WHERE counter = ? AND day >= ? AND day <= ? GROUP BY day", counter, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	days := make(map[calendar.Day]int64)
	for rows.Next() {
		var d calendar.Day
		var n int64
		if err := rows.Scan(&d, &n); err != nil {
			return nil, err
		}
		days[d] = n
	}
	return days, rows.Err()
}

// Clear forgets a counter, before it is counted again from the journal.
func Clear(tx *db.Tx, counter string) error {
	_, err := tx.Exec("DELETE FROM tally_counts WHERE counter = ?", counter)
	return err
}

func split(dims string) []string { return strings.Split(dims, separator) }

func pick(dims string, by []int) string {
	all := split(dims)
	kept := make([]string, len(by))
	for i, at := range by {
		if at >= 0 && at < len(all) {
			kept[i] = all[at]
		}
	}
	return strings.Join(kept, separator)
}

func sorted(sums map[string]int64, width int) []Count {
	out := make([]Count, 0, len(sums))
	for dims, n := range sums {
		if n == 0 {
			continue
		}
		c := Count{N: n}
		if width > 0 {
			c.Dims = strings.Split(dims, separator)
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Count) int { return slices.Compare(a.Dims, b.Dims) })
	return out
}
