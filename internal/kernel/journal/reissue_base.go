package journal

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A page that was opened before changes were issued again names them by their old
// numbers, under which another machine's entries stand now. Whoever sends that page has
// not seen those: it is refused, and opened again.

const renamedTable = `
CREATE TABLE journal_renamed (
	installation    BLOB NOT NULL,
	lane            INTEGER NOT NULL,
	after           INTEGER NOT NULL,
	till            INTEGER NOT NULL,
	as_installation BLOB NOT NULL,
	as_lane         INTEGER NOT NULL,
	PRIMARY KEY (installation, lane, after, till)
)`

// renamed are the numbers of an origin that name other entries now.
type renamed struct {
	from        Origin
	after, till uint64
	as          Origin
}

func (j *Journal) keepRenamed(tx *db.Tx, all []Reissued) error {
	for _, r := range all {
		if _, err := tx.Exec(`INSERT INTO journal_renamed (installation, lane, after, till, as_installation, as_lane) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (installation, lane, after, till) DO UPDATE SET as_installation = excluded.as_installation, as_lane = excluded.as_lane`,
			r.From.Installation, int64(r.From.Lane), int64(r.After), int64(r.To), r.As.Installation, int64(r.As.Lane)); err != nil {
			return err
		}
	}
	again := func() { j.renamed.Store(nil) } // it is read again
	tx.OnCommit(again)
	tx.OnRollback(again)
	return nil
}

// namedAnew reads them, once.
func (j *Journal) namedAnew(tx *db.Tx) ([]renamed, error) {
	if known := j.renamed.Load(); known != nil {
		return *known, nil
	}
	rows, err := tx.Query("SELECT installation, lane, after, till, as_installation, as_lane FROM journal_renamed")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []renamed{}
	for rows.Next() {
		var r renamed
		var lane, after, till, asLane int64
		if err := rows.Scan(&r.from.Installation, &lane, &after, &till, &r.as.Installation, &asLane); err != nil {
			return nil, err
		}
		r.from.Lane, r.after, r.till, r.as.Lane = uint32(lane), uint64(after), uint64(till), uint32(asLane)
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	j.renamed.Store(&out)
	return out, nil
}

// seenBefore refuses a change whose author saw a document as it was before its changes
// were issued again. Who saw it afterwards names the new numbers too.
func (j *Journal) seenBefore(tx *db.Tx, changes []Change) error {
	all, err := j.namedAnew(tx)
	if err != nil || len(all) == 0 {
		return err
	}
	for i := range changes {
		c := &changes[i]
		for _, v := range c.Base.seen {
			for _, r := range all {
				if v.Origin != r.from || v.Seq <= r.after || v.Seq > r.till || c.Base.names(r.as) {
					continue
				}
				no, err := originNo(tx, r.as)
				if err != nil {
					return err
				}
				was, err := tx.Exists("SELECT 1 FROM journal_entries WHERE doc = ? AND slot > ? AND slot <= ?", c.Doc, slotOf(no, 0), slotOf(no, maxSeq))
				if err != nil {
					return err
				}
				if was {
					return fault.New(fault.Conflict, "journal.Append", "journal.seen_before")
				}
			}
		}
	}
	return nil
}

// names reports whether b has seen anything of an origin.
func (b Base) names(o Origin) bool {
	for _, v := range b.seen {
		if v.Origin == o {
			return true
		}
	}
	return false
}
