package journal

import (
	"bytes"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A node that dropped somebody has forgotten what it wrote about them: of those entries it
// keeps what the chain needs. A hub that was put back to a day on which it did not have
// them yet gets them bare from that node. Whoever else has a payload is asked for it.

// bareTable lists entries that came here bare. What was filled or erased since stays in
// it, and is passed over.
const bareTable = `
CREATE TABLE journal_bare (
	slot  INTEGER PRIMARY KEY,
	asked INTEGER NOT NULL
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
	_, err = f.tx.Exec("INSERT INTO journal_bare (slot, asked) VALUES (?, 0) ON CONFLICT DO NOTHING", slotOf(no, e.Version.Seq))
	return err
}

// Bare answers entries that are here without a payload and are not erased, at most limit,
// those first that were asked for least often, and counts that they are asked for now.
func (j *Journal) Bare(tx *db.Tx, limit int) ([]Head, error) {
	const op = "journal.Bare"
	rows, err := tx.Query(`SELECT b.slot, e.hash, h.installation, h.lane FROM journal_bare b JOIN journal_entries e ON e.slot = b.slot
		JOIN journal_heads h ON h.no = b.slot >> 40
		WHERE e.payload IS NULL AND NOT EXISTS (SELECT 1 FROM journal_erasures x WHERE x.doc = e.doc) ORDER BY b.asked, b.slot LIMIT ?`, limit)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []Head
	var slots []int64
	for rows.Next() {
		var h Head
		var slot, lane int64
		var hash []byte
		if err := rows.Scan(&slot, &hash, &h.Origin.Installation, &lane); err != nil {
			rows.Close()
			return nil, fault.Wrap(op, err)
		}
		h.Origin.Lane, h.Seq = uint32(lane), slotSeq(slot)
		copy(h.Hash[:], hash)
		out, slots = append(out, h), append(slots, slot)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fault.Wrap(op, err)
	}
	for _, slot := range slots {
		if _, err := tx.Exec("UPDATE journal_bare SET asked = asked + 1 WHERE slot = ?", slot); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	return out, nil
}

// Payloads answers those of these entries that are here with their payload, and the same
// ones.
func (j *Journal) Payloads(tx *db.Tx, asked []Head) ([]Part, error) {
	const op = "journal.Payloads"
	var out []Part
	for _, h := range asked {
		no, err := originNo(tx, h.Origin)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		has, err := tx.Exists("SELECT 1 FROM journal_entries WHERE slot = ? AND payload IS NOT NULL", slotOf(no, h.Seq))
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		if !has {
			continue
		}
		p, err := j.part(tx, slotOf(no, h.Seq))
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		if bytes.Equal(p.Hash[:], h.Hash[:]) {
			out = append(out, p)
		}
	}
	return out, nil
}
