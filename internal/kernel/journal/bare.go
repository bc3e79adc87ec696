package journal

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A node that dropped somebody has forgotten what it wrote about them: of those entries it
// keeps what the chain needs. A hub that was put back to a day on which it did not have
// them yet gets them bare from that node. Whoever else has a payload is asked for it.

// bareTable lists entries that came here bare, in the order in which they came. What was
// filled or erased since leaves it when it is met.
const bareTable = `
CREATE TABLE journal_bare (
	n    INTEGER PRIMARY KEY,
	slot INTEGER NOT NULL UNIQUE
);`

// CameBare says that a subscriber sent these entries of its own, those without a payload
// because it has forgotten it. When a feed carries their documents (again), it is sent
// them too; and they are asked for where nobody brought them yet.
func (j *Journal) CameBare(tx *db.Tx, id db.ID, entries []Entry) error {
	var f *filler
	for i := range entries {
		e := &entries[i]
		if e.Payload != nil {
			continue
		}
		if f == nil {
			feed, err := openFeed(tx, id, true)
			if err != nil {
				return fault.Wrap("journal.CameBare", err)
			}
			f = &filler{j: j, tx: tx, feed: feed}
		}
		if err := f.cameBare(e); err != nil {
			return fault.Wrap("journal.CameBare", err)
		}
	}
	return nil
}

func (f *filler) cameBare(e *Entry) error {
	if err := f.forgotten(e.Doc); err != nil {
		return err
	}
	no, err := originNo(f.tx, e.Version.Origin)
	if err != nil {
		return err
	}
	slot := slotOf(no, e.Version.Seq)
	n, err := f.tx.Exec("INSERT INTO journal_bare (n, slot) SELECT coalesce(max(n), 0) + 1, ? FROM journal_bare WHERE true ON CONFLICT DO NOTHING", slot)
	if err != nil || n == 1 {
		return err
	}
	known, err := f.tx.Exists("SELECT 1 FROM journal_bare WHERE slot = ?", slot)
	if err == nil && !known { // another process took the number
		err = db.Retry(fault.New(fault.Unavailable, "journal.CameBare", "journal.busy"))
	}
	return err
}

// Bare reads which entries are here without a payload and are not erased: the next of
// those that came so, at most limit of them looked at, after the place that it answered
// before; 0 is the beginning. Where there is nothing more it answers that place again.
func (j *Journal) Bare(tx *db.Tx, after int64, limit int) (bare []Head, last int64, err error) {
	const op = "journal.Bare"
	rows, err := tx.Query(`SELECT b.n, b.slot, e.hash, h.installation, h.lane, e.payload IS NULL AND x.doc IS NULL FROM journal_bare b
		LEFT JOIN journal_entries e ON e.slot = b.slot LEFT JOIN journal_heads h ON h.no = b.slot >> 40 LEFT JOIN journal_erasures x ON x.doc = e.doc
		WHERE b.n > ? ORDER BY b.n LIMIT ?`, after, limit)
	if err != nil {
		return nil, after, fault.Wrap(op, err)
	}
	defer rows.Close()
	last = after
	var settled []int64
	for rows.Next() {
		var slot int64
		var lane *int64
		var hash []byte
		var h Head
		var open bool
		if err := rows.Scan(&last, &slot, &hash, &h.Origin.Installation, &lane, &open); err != nil {
			return nil, after, fault.Wrap(op, err)
		}
		if !open || hash == nil || lane == nil {
			settled = append(settled, last)
			continue
		}
		h.Origin.Lane, h.Seq = uint32(*lane), slotSeq(slot)
		copy(h.Hash[:], hash)
		bare = append(bare, h)
	}
	if err := rows.Err(); err != nil {
		return nil, after, fault.Wrap(op, err)
	}
	rows.Close()
	for _, n := range settled {
		// The last one stays: numbers are not given out again.
		if _, err := tx.Exec("DELETE FROM journal_bare WHERE n = ? AND n < (SELECT max(n) FROM journal_bare)", n); err != nil {
			return nil, after, fault.Wrap(op, err)
		}
	}
	return bare, last, nil
}

// Payloads answers those of these entries that are here with their payload, until they
// hold so many bytes, and how many of them it looked at.
func (j *Journal) Payloads(tx *db.Tx, asked []Head, most int) (out []Part, looked int, err error) {
	const op = "journal.Payloads"
	for size := 0; looked < len(asked) && size < most; looked++ {
		p, has, err := j.whole(tx, asked[looked])
		if err != nil {
			return nil, looked, fault.Wrap(op, err)
		}
		if has {
			out = append(out, p)
			size += len(p.Raw) + len(p.Payload)
		}
	}
	return out, looked, nil
}

// whole reads an entry if it is here with its payload, and the same one.
func (j *Journal) whole(tx *db.Tx, h Head) (p Part, has bool, err error) {
	no, err := originNo(tx, h.Origin)
	if fault.Is(err, fault.NotFound) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	if has, err = tx.Exists("SELECT 1 FROM journal_entries WHERE slot = ? AND hash = ? AND payload IS NOT NULL", slotOf(no, h.Seq), h.Hash[:]); err != nil || !has {
		return p, false, err
	}
	p, err = j.part(tx, slotOf(no, h.Seq))
	return p, err == nil, err
}
