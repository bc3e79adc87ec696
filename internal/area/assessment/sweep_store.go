package assessment

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// sweepTable is how far this installation has looked at a destination's members
// again. It is a note to itself and no record: what was found is in the journal.
const sweepTable = `
CREATE TABLE assessment_sweep (
	destination TEXT NOT NULL PRIMARY KEY, rules TEXT NOT NULL, after BLOB, looked INTEGER NOT NULL, total INTEGER NOT NULL, moved INTEGER NOT NULL,
	failed INTEGER NOT NULL, begun INTEGER NOT NULL, ended INTEGER);
CREATE INDEX assessment_case_destination ON assessment_case (destination, id);
`

// sweep is one row of it.
type sweep struct {
	Destination string
	Rules       string // which rules it looks under, see Packs.Rules
	After       db.ID  // the last member that was looked at
	Failed      int    // members that could not be looked at
	Sweep
}

func sweepOf(tx *db.Tx, destination string) (sweep, error) {
	s := sweep{Destination: destination}
	err := tx.Row(`SELECT rules, after, looked, total, moved, failed, begun, ended FROM assessment_sweep WHERE destination = ?`, destination).
		Scan(&s.Rules, &s.After, &s.Looked, &s.Total, &s.Moved, &s.Failed, &s.Begun, &s.Ended)
	if fault.Is(err, fault.NotFound) {
		return s, nil
	}
	return s, err
}

func putSweep(tx *db.Tx, s sweep) error {
	_, err := tx.Exec(`INSERT INTO assessment_sweep (destination, rules, after, looked, total, moved, failed, begun, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (destination) DO UPDATE SET rules = excluded.rules, after = excluded.after, looked = excluded.looked, total = excluded.total,
		moved = excluded.moved, failed = excluded.failed, begun = excluded.begun, ended = excluded.ended`, s.Destination, s.Rules, s.After, s.Looked, s.Total, s.Moved, s.Failed, s.Begun, s.Ended)
	return err
}

// destinationAfter is the next destination that cases name, "" after the last.
func destinationAfter(tx *db.Tx, last string) (next string, err error) {
	var p *string
	err = tx.Row(`SELECT MIN(destination) FROM assessment_case WHERE destination > ?`, last).Scan(&p)
	if p != nil {
		next = *p
	}
	return next, err
}

// inSweep are the members whom rules still concern: everybody in an open case, and
// whoever may be travelling on a clearance, though the case was closed.
const inSweep = ` FROM assessment_member m JOIN assessment_case c ON c.id = m.case_id WHERE c.destination = ? AND m.left_case = 0
	AND (c.closed = 0 OR EXISTS (SELECT 1 FROM assessment_clearance k WHERE k.member = m.id AND k.state = ? AND k.valid_until >= ?))`

func inSweepArgs(destination string, today calendar.Day) []any {
	return []any{destination, string(ClearanceIssued), today.String()}
}

// sweepMembers lists the next of them, by id.
func sweepMembers(tx *db.Tx, destination string, today calendar.Day, after db.ID, limit int) ([]db.ID, error) {
	sql, args := `SELECT m.id`+inSweep, inSweepArgs(destination, today)
	if !after.IsZero() {
		sql, args = sql+` AND m.id > ?`, append(args, after)
	}
	return tx.IDs(sql+` ORDER BY m.id LIMIT ?`, append(args, limit)...)
}

// examinedFrom lists open members whose examination is on a day or later, the
// newest first.
func examinedFrom(tx *db.Tx, destination string, today, from calendar.Day, limit int) ([]db.ID, error) {
	return tx.IDs(`SELECT m.id`+inSweep+` AND c.exam_day >= ? ORDER BY m.id DESC LIMIT ?`, append(inSweepArgs(destination, today), from, limit)...)
}

func countSweep(tx *db.Tx, destination string, today calendar.Day) (n int, err error) {
	err = tx.Row(`SELECT COUNT(*)`+inSweep, inSweepArgs(destination, today)...).Scan(&n)
	return n, err
}

// Sweep says how far the members of a destination were looked at under the rules
// that officers put in force last.
type Sweep struct {
	Looked, Total int
	Moved         int // of whom the rules say something else now
	Begun, Ended  time.Time
}
