package journal

import (
	"bytes"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Append writes changes to the journal and projects them, inside the caller's
// Write. Either all of them are in it or none.
//
// A new document whose id exists is fault.Conflict: a form sent twice. A change
// with an old base is never refused: where somebody else changed the same group
// meanwhile, both values are kept and a review item opens.
func (j *Journal) Append(tx *db.Tx, by Author, changes ...Change) error {
	l, err := j.lane(tx) // before any document is locked, since lanes are few
	if err != nil {
		return err
	}
	if err := j.seenBefore(tx, changes); err != nil {
		return fault.Wrap("journal.Append", err)
	}
	known, err := j.loadForUpdate(tx, changes)
	if err != nil {
		return err
	}
	b := batches.Get().(*batch)
	defer batches.Put(b)
	b.j, b.tx, b.l = j, tx, l
	for i := range changes {
		if err := b.add(by, &changes[i], known); err != nil {
			b.reset()
			return fault.Wrap("journal.Append "+changes[i].Kind, err)
		}
	}
	return fault.Wrap("journal.Append", b.flush())
}

// document is a document under change.
type document struct {
	k      *kindInfo
	s      *state
	schema int64 // that it was merged by
	slot   int64 // of the one entry that it consists of; 0 where its state is stored
	isNew  bool
	folded bool  // merged from its whole history: review items of before may be none now
	about  db.ID // its subject before the change
	secret []byte
}

// loadForUpdate reads the documents that exist, in the order of their ids, and on
// PostgreSQL locks them, so that two processes cannot both compare versions with
// the same state, nor wait for each other in a circle.
func (j *Journal) loadForUpdate(tx *db.Tx, changes []Change) (map[db.ID]*document, error) {
	var ids []db.ID
	for i := range changes {
		if !changes[i].Base.IsZero() {
			ids = append(ids, changes[i].Doc)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.SortFunc(ids, func(a, b db.ID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	known := make(map[db.ID]*document, len(ids))
	for _, id := range ids {
		d, err := j.lockDocument(tx, id)
		if err != nil {
			return nil, err
		}
		known[id] = d
	}
	return known, nil
}

// documentColumns reads documents with their secrets.
const documentColumns = `SELECT d.kind, d.schema, d.state, e.header, e.payload, s.secret, d.id FROM journal_documents d
	JOIN journal_secrets s ON s.doc = d.id LEFT JOIN journal_entries e ON e.slot = d.slot`

// lockDocument reads one document and its secret for a change.
func (j *Journal) lockDocument(tx *db.Tx, id db.ID) (*document, error) {
	sql := documentColumns + " WHERE d.id = ?"
	if tx.Engine() == db.Postgres {
		sql += " FOR UPDATE OF d"
	}
	var kind string
	var st storedState
	d := &document{}
	if err := tx.Row(sql, id).Scan(&kind, &d.schema, &st.state, &st.header, &st.payload, &d.secret, &id); err != nil {
		return nil, err
	}
	return j.read(d, kind, st)
}

// read makes a document of what is stored of it.
func (j *Journal) read(d *document, kind string, st storedState) (*document, error) {
	d.k = j.kind(kind)
	var err error
	if d.s, err = st.read(d.k); err == nil {
		d.about = d.s.subject
	}
	return d, err
}

// storedState is a document as it is stored: its merged state, or the one entry
// that it consists of.
type storedState struct{ state, header, payload []byte }

func (st storedState) read(k *kindInfo) (*state, error) {
	if len(st.state) > 0 {
		return decodeState(st.state)
	}
	h, err := parseHeader(st.header)
	if err != nil {
		return nil, badState()
	}
	e := Entry{Header: h, Payload: st.payload}
	c, ok := e.change()
	if !ok {
		return nil, badState()
	}
	m := merger{k: k, s: &state{}}
	m.step(&c)
	return m.s, nil
}

// valid checks what does not need the document.
func (c *Change) valid(by Author) error {
	const op = "journal.Append"
	switch {
	case c.Doc.IsZero():
		return fault.Field(op, "doc", "journal.no_document")
	case by.User.IsZero():
		return fault.Field(op, "actor", "journal.no_author")
	case c.Sensitivity > Sealed || c.Base.IsZero() && c.Sensitivity == 0:
		return fault.Field(op, "sensitivity", "journal.bad_sensitivity")
	case len(c.Programme) > maxText || len(c.Site) > maxText || len(c.Purpose) > maxText:
		return fault.Field(op, "header", "journal.too_long")
	case len(c.Resolves) > maxVersions:
		return fault.Field(op, "resolves", "journal.too_long")
	case len(c.Distinct) > maxVersions:
		return fault.Field(op, "distinct", "journal.too_long")
	case c.Sealed != nil && len(c.Fields)+len(c.Distinct) > 0 || len(c.Sealed) > maxPayload:
		return fault.Field(op, "sealed", "journal.bad_sealed")
	}
	return nil
}

// header starts the header of a change; what the change leaves out is taken from
// the document, so that an entry can be routed by itself.
func (d *document) header(h *Header, c *Change, by Author) {
	*h = Header{
		Kind: d.k.Name, Doc: c.Doc, Subject: c.Subject, Sensitivity: c.Sensitivity, Programme: c.Programme, Site: c.Site,
		Actor: by.User, Purpose: c.Purpose, Base: c.Base, Resolves: c.Resolves, Schema: d.k.Schema,
		EnteredInError: c.EnteredInError, Sealed: c.Sealed != nil,
	}
	if h.Subject.IsZero() {
		h.Subject = d.s.subject
	}
	if h.Sensitivity == 0 {
		h.Sensitivity = d.s.sensitivity
	}
	if h.Programme == "" {
		h.Programme = d.s.programme
	}
	if h.Site == "" {
		h.Site = d.s.site
	}
}
