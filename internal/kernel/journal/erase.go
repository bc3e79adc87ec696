package journal

import (
	"maps"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// kindErasure is the kind of the entries that erase others.
const kindErasure = "journal.erasure"

// erasureFields is the payload of an erasure.
type erasureFields struct {
	Doc    db.ID  `json:"doc"`
	Second db.ID  `json:"second"`
	Reason string `json:"reason"`
	Kind   string `json:"kind,omitempty"` // of what was kept until a day; there is no second officer then
}

// erasureKind is the one kind that the journal itself has. Projecting an erasure
// performs it, whether it was made here, came by sync, or is met in a rebuild.
func erasureKind(j *Journal) *kindInfo {
	k, _ := prepare(Kind{Name: "erasure", Schema: 1})
	k.Name = kindErasure
	k.Project = func(tx *db.Tx, d *Doc) error {
		var f erasureFields
		if err := d.Decode(&f); err != nil {
			return err
		}
		twoOfficers := !f.Second.IsZero() && f.Second != d.CreatedBy && !d.CreatedBy.IsZero()
		e := Erasure{Doc: f.Doc, Erasure: d.ID, At: d.Created}
		switch {
		case f.Doc.IsZero():
			return notTwoOfficers()
		case !twoOfficers:
			return j.expired(tx, f, e)
		}
		return j.destroy(tx, e)
	}
	return k
}

// Erase destroys the payloads and the secret of a document, its merged state and
// its projected rows, here and, by an entry of its own, on every node that the
// document has reached. The chain still verifies. Two different officers answer
// for it. The reason is a code or a sentence without personal data.
//
// The log of changes to the file is emptied after the commit; db.Scrub afterwards
// rewrites the file, so that no old page keeps a copy.
func (j *Journal) Erase(tx *db.Tx, by, second Author, doc db.ID, reason string) error {
	const op = "journal.Erase"
	if by.User.IsZero() || second.User.IsZero() || by.User == second.User {
		return fault.New(fault.Forbidden, op, "journal.two_officers")
	}
	if reason == "" || len(reason) > maxText {
		return fault.Field(op, "reason", "journal.no_reason")
	}
	l, err := j.lane(tx)
	if err != nil {
		return err
	}
	d, err := j.lockDocument(tx, doc)
	if err != nil {
		return fault.Wrap(op, err)
	}
	if d.k.Name == kindErasure {
		return fault.New(fault.Forbidden, op, "journal.erasure_stays")
	}
	return fault.Wrap(op, j.writeErasure(tx, l, by, d, map[string]any{"doc": doc, "second": second.User, "reason": reason}))
}

func (j *Journal) writeErasure(tx *db.Tx, l *lane, by Author, d *document, fields map[string]any) error {
	c := Change{Kind: kindErasure, Doc: db.NewID(), Sensitivity: Identity, Site: d.s.site, Programme: d.s.programme, Fields: fields}
	b := batch{j: j, tx: tx, l: l, longest: 256}
	if err := b.addTo(nil, j.kinds[kindErasure], by, &c); err != nil {
		return err
	}
	return b.flush()
}

// Erasure is an erasure that this database knows of.
type Erasure struct {
	Doc     db.ID // what was erased
	Erasure db.ID // the document that says so
	At      time.Time
}

// destroy erases one document here. It does nothing the second time.
func (j *Journal) destroy(tx *db.Tx, e Erasure) error {
	_, err := tx.Exec("INSERT INTO journal_erasures (doc, erasure, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", e.Doc, e.Erasure, e.At)
	if err != nil {
		return err
	}
	tx.Purge()
	if err := j.destroyPayloads(tx, e.Doc); err != nil {
		return err
	}
	// The empty secret stays as the mark that this id is taken.
	_, err = tx.Exec("INSERT INTO journal_secrets (doc, secret) VALUES (?, NULL) ON CONFLICT (doc) DO UPDATE SET secret = NULL", e.Doc)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("DELETE FROM journal_more_secrets WHERE doc = ?", e.Doc); err != nil {
		return err
	}
	return j.removeDocument(tx, e.Doc)
}

// removeDocument deletes a document's merged state and all that was projected of it.
func (j *Journal) removeDocument(tx *db.Tx, doc db.ID) error {
	var kind string
	err := tx.Row("SELECT kind FROM journal_documents WHERE id = ?", doc).Scan(&kind)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := j.removeRows(tx, j.kind(kind), doc); err != nil {
		return err
	}
	if err := j.forgetActs(tx, doc); err != nil {
		return err
	}
	for _, sql := range []string{"DELETE FROM journal_reviews WHERE doc = ?", "DELETE FROM journal_about WHERE doc = ?", "DELETE FROM journal_documents WHERE id = ?"} {
		if _, err := tx.Exec(sql, doc); err != nil {
			return err
		}
	}
	return nil
}

// destroyPayloads puts the commitment in the place of each payload.
func (j *Journal) destroyPayloads(tx *db.Tx, doc db.ID) error {
	var secret []byte
	err := tx.Row("SELECT secret FROM journal_secrets WHERE doc = ?", doc).Scan(&secret)
	if fault.Is(err, fault.NotFound) || err == nil && secret == nil {
		return nil // nothing of it is here
	}
	if err != nil {
		return err
	}
	rows, err := tx.Query("SELECT slot, header, payload, commitment FROM journal_entries WHERE doc = ? AND payload IS NOT NULL", doc)
	if err != nil {
		return err
	}
	defer rows.Close()
	commitments := make(map[int64][32]byte)
	var s hasher
	for rows.Next() {
		var slot int64
		var raw, payload, commitment []byte
		if err := rows.Scan(&slot, &raw, &payload, &commitment); err != nil {
			return err
		}
		if len(commitment) == 32 { // of an entry with another secret
			commitments[slot] = [32]byte(commitment)
			continue
		}
		h, err := parseHeader(raw)
		if err != nil {
			return err
		}
		commitments[slot] = s.commit(secret, h.Version, payload)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, slot := range slices.Sorted(maps.Keys(commitments)) {
		c := commitments[slot]
		if _, err := tx.Exec("UPDATE journal_entries SET payload = NULL, commitment = ? WHERE slot = ?", c[:], slot); err != nil {
			return err
		}
	}
	return nil
}

// removeRows deletes what a kind projected of a document.
func (j *Journal) removeRows(tx *db.Tx, k *kindInfo, doc db.ID) error {
	if k.Remove != nil { // first: what it takes back may stand in the rows
		if err := k.Remove(tx, doc); err != nil {
			return err
		}
	}
	for _, t := range k.Tables {
		col, err := docColumn(tx, t)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM "+t+" WHERE "+col+" = ?", doc); err != nil {
			return err
		}
	}
	return nil
}

// docColumn is the column of a projected table that holds the document's id.
func docColumn(tx *db.Tx, table string) (string, error) {
	rows, err := tx.Query("SELECT * FROM " + table + " LIMIT 0")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	col := "id"
	for _, c := range rows.Columns() {
		if c == "doc" {
			col = c
		}
	}
	return col, nil
}

// Erasures lists every erasure that this database knows of, for the keeper of the
// backups: a restored one must apply them before it serves.
func (j *Journal) Erasures(tx *db.Tx) ([]Erasure, error) {
	rows, err := tx.Query("SELECT doc, erasure, at FROM journal_erasures ORDER BY doc")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Erasure
	for rows.Next() {
		var e Erasure
		if err := rows.Scan(&e.Doc, &e.Erasure, &e.At); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// ApplyErasures erases what is known elsewhere to be erased. It takes no entry:
// that comes by sync, and does nothing more. To those who are sent a feed by this
// journal, and would wait for the entry in vain, the documents are dropped.
func (j *Journal) ApplyErasures(tx *db.Tx, known []Erasure) error {
	for _, e := range known {
		if err := j.destroy(tx, e); err != nil {
			return fault.Wrap("journal.ApplyErasures", err)
		}
		if err := j.dropUnsaid(tx, e.Doc); err != nil {
			return fault.Wrap("journal.ApplyErasures", err)
		}
	}
	return nil
}
