package journal

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// reasonExpired is the reason of an erasure that a document's own last day asked for.
const reasonExpired = "kept until its day"

// Expire destroys a document whose kind says until when it is kept (Kind.Until), on a
// day after that one, as Erase does and without two officers: the day was said when the
// document was made. Any other document is fault.Forbidden, and so is one whose day is
// not past by this journal's clock, or only by one whose date is doubted. It destroys too
// what another installation expired before its day came here (see expired).
func (j *Journal) Expire(tx *db.Tx, by Author, doc db.ID, today calendar.Day) error {
	latest, err := j.latestToday(tx)
	if err != nil {
		return fault.Wrap("journal.Expire", err)
	}
	return j.expireBy(tx, by, doc, min(today, latest))
}

// expireBy is Expire where somebody has held the day against the clock.
func (j *Journal) expireBy(tx *db.Tx, by Author, doc db.ID, today calendar.Day) error {
	const op = "journal.Expire"
	l, err := j.lane(tx)
	if err != nil {
		return err
	}
	d, err := j.lockDocument(tx, doc)
	if err != nil {
		return fault.Wrap(op, err)
	}
	if last, ok := until(d.k, d.s.doc(doc, d.k.Name)); !ok || last >= today {
		return fault.New(fault.Forbidden, op, "journal.two_officers")
	}
	return fault.Wrap(op, j.writeErasure(tx, l, by, d, map[string]any{"doc": doc, "kind": d.k.Name, "reason": reasonExpired}))
}

// latestToday is the latest day that it can be anywhere: it begins earlier in the east,
// and no two clocks agree. A clock that is doubted is not believed (see Date).
func (j *Journal) latestToday(tx *db.Tx) (calendar.Day, error) {
	d, err := j.DateIn(tx)
	return d.Day() + 1, err
}

// until is the last day of a document, where it has one. Where two changes that did not
// see each other say different days it is the latest: nobody may promise less than
// another did, and what is kept until a day is not kept for ever.
func until(k *kindInfo, d *Doc) (last calendar.Day, ok bool) {
	if k.Until == "" {
		return 0, false
	}
	said := []json.RawMessage{d.Fields[k.Until]}
	for _, a := range d.Disputed[plainGroup(k.groupOf(k.Until).name)] {
		said = append(said, a.Fields[k.Until])
	}
	for _, raw := range said {
		var day calendar.Day
		if json.Unmarshal(raw, &day) == nil {
			last = max(last, day)
		}
	}
	return last, last > 0
}

// expired performs an erasure without two officers, if it is of a document that could
// have one: of a kind that is kept until a day, and of no other where it is here.
//
// A machine whose clock is a year ahead must not destroy here what it may destroy at
// itself. So a document that is here goes only when its own day is past by the clock of
// this installation. Before that the erasure stands in the journal and does nothing,
// also in a rebuild, and this installation expires the document on its day.
func (j *Journal) expired(tx *db.Tx, f erasureFields, e Erasure) error {
	k := j.kinds[f.Kind]
	if k == nil || k.Until == "" {
		return notTwoOfficers()
	}
	held, err := tx.Exists("SELECT 1 FROM journal_held WHERE erasure = ?", e.Erasure)
	if err != nil || held {
		return err
	}
	d, err := j.lockDocument(tx, f.Doc)
	if fault.Is(err, fault.NotFound) {
		return j.destroy(tx, e)
	}
	if err != nil {
		return err
	}
	if d.k.Name != f.Kind {
		return notTwoOfficers()
	}
	latest, err := j.latestToday(tx)
	if err != nil {
		return err
	}
	if last, ok := until(d.k, d.s.doc(f.Doc, f.Kind)); ok && last < latest {
		return j.destroy(tx, e)
	}
	_, err = tx.Exec("INSERT INTO journal_held (erasure, doc) VALUES (?, ?)", e.Erasure, f.Doc)
	return err
}

func notTwoOfficers() error {
	return fault.New(fault.Invalid, "journal.Erase", "journal.two_officers")
}

// heldTable are the erasures of documents whose day had not come here when they came.
const heldTable = `
CREATE TABLE journal_held (
	erasure BLOB PRIMARY KEY,
	doc     BLOB NOT NULL
) WITHOUT ROWID`
