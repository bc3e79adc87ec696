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
// document was made. Any other document is fault.Forbidden.
func (j *Journal) Expire(tx *db.Tx, by Author, doc db.ID, today calendar.Day) error {
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

// until is the last day of a document, where it has one. Where two changes that did not
// see each other say different days it has none, and stays.
func until(k *kindInfo, d *Doc) (calendar.Day, bool) {
	if k.Until == "" || len(d.Disputed[k.Until]) > 0 {
		return 0, false
	}
	var last calendar.Day
	if err := json.Unmarshal(d.Fields[k.Until], &last); err != nil || last <= 0 {
		return 0, false
	}
	return last, true
}

// expires reports whether an erasure without two officers is of a document that could
// have one: of a kind that is kept until a day, and of no other where it is here.
func (j *Journal) expires(tx *db.Tx, f erasureFields) bool {
	k := j.kinds[f.Kind]
	if k == nil || k.Until == "" {
		return false
	}
	var kind string
	err := tx.Row("SELECT kind FROM journal_documents WHERE id = ?", f.Doc).Scan(&kind)
	return fault.Is(err, fault.NotFound) || err == nil && kind == f.Kind
}
