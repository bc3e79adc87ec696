package journal

import (
	"bytes"
	"crypto/rand"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// scratch is the memory that one Append works in.
type scratch struct {
	hasher
	header  []byte
	payload []byte
	state   []byte
}

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
	known, err := j.loadForUpdate(tx, changes)
	if err != nil {
		return err
	}
	var s scratch
	for i := range changes {
		if err := j.append(tx, l, &s, by, &changes[i], known); err != nil {
			return fault.Wrap("journal.Append "+changes[i].Kind, err)
		}
	}
	return nil
}

// document is a document under change.
type document struct {
	k      *kindInfo
	s      *state
	schema int64 // that it was merged by
	isNew  bool
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

// lockDocument reads one document and its secret for a change.
func (j *Journal) lockDocument(tx *db.Tx, id db.ID) (*document, error) {
	sql := "SELECT d.kind, d.schema, d.state, s.secret FROM journal_documents d JOIN journal_secrets s ON s.doc = d.id WHERE d.id = ?"
	if tx.Engine() == db.Postgres {
		sql += " FOR UPDATE OF d"
	}
	var kind string
	var raw []byte
	d := &document{}
	if err := tx.Row(sql, id).Scan(&kind, &d.schema, &raw, &d.secret); err != nil {
		return nil, err
	}
	d.k = j.kind(kind)
	var err error
	d.s, err = decodeState(raw)
	return d, err
}

func (j *Journal) append(tx *db.Tx, l *lane, s *scratch, by Author, c *Change, known map[db.ID]*document) error {
	k := j.kinds[c.Kind]
	if k == nil || k.Name == kindErasure {
		return fault.Field("journal.Append", "kind", "journal.unknown_kind")
	}
	if err := c.valid(by); err != nil {
		return err
	}
	d := known[c.Doc]
	if c.Base.IsZero() {
		d = &document{k: k, s: &state{}, isNew: true}
	}
	if d.k != k {
		return fault.Field("journal.Append", "kind", "journal.other_kind")
	}
	return j.write(tx, l, s, by, c, d)
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
	case c.Sealed != nil && (len(c.Fields) > 0 || len(c.Sealed) > maxPayload):
		return fault.Field(op, "sealed", "journal.bad_sealed")
	}
	return nil
}

// write makes the entry, chains it, stores it, merges and projects.
func (j *Journal) write(tx *db.Tx, l *lane, s *scratch, by Author, c *Change, d *document) error {
	h := d.header(c, by)
	if !d.s.seen.Covers(c.Base) {
		return fault.Field("journal.Append", "base", "journal.bad_base") // a version that does not exist
	}
	h.Version = Version{l.origin, l.seq + 1}
	h.HLC = max(j.clock.tick(), l.hlc+1)
	ch := change{Header: &h}
	var payload []byte
	var err error
	if c.Sealed != nil {
		h.Sealed = true
		payload, ch.sealed = c.Sealed, c.Sealed
	} else {
		if !d.isNew {
			s.payload = nil // the document under change keeps the last one's bytes
		}
		if payload, ch.fields, err = encodeFields(s.payload[:0], c.Fields); err != nil {
			return err
		}
		s.payload = payload
	}
	if d.isNew {
		if err := j.newSecret(tx, d, c.Doc); err != nil {
			return err
		}
	}
	if h.Version.Seq > maxSeq {
		return fault.New(fault.Internal, "journal.Append", "journal.lane_full")
	}
	s.header = appendHeader(s.header[:0], &h)
	commitment := s.commit(d.secret, h.Version, payload)
	hash := s.entry(s.header, &commitment, &l.hash)
	_, err = tx.Exec("INSERT INTO journal_entries (slot, doc, header, hash, payload) VALUES (?, ?, ?, ?, ?)",
		slotOf(l.no, h.Version.Seq), c.Doc, s.header, hash[:], payload)
	if fault.Is(err, fault.Conflict) {
		return j.lost(l) // the slot is taken: so is the lane
	}
	if err != nil {
		return err
	}
	l.seq, l.hash, l.hlc = h.Version.Seq, hash, h.HLC
	if err := j.merge(tx, d, &ch); err != nil {
		return err
	}
	return j.save(tx, s, c.Doc, d)
}

// header starts the header of a change; what the change leaves out is taken from
// the document, so that an entry can be routed by itself.
func (d *document) header(c *Change, by Author) Header {
	h := Header{
		Kind: d.k.Name, Doc: c.Doc, Subject: c.Subject, Sensitivity: c.Sensitivity, Programme: c.Programme, Site: c.Site,
		Actor: by.User, Purpose: c.Purpose, Base: c.Base, Resolves: c.Resolves, Schema: d.k.Schema, EnteredInError: c.EnteredInError,
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
	return h
}

// newSecret makes the document's secret. Its row is also the mark that the
// document's id is taken, for good: erasure leaves it, empty.
func (j *Journal) newSecret(tx *db.Tx, d *document, doc db.ID) error {
	d.secret = make([]byte, secretSize)
	rand.Read(d.secret)
	return j.storeSecret(tx, doc, d.secret)
}

func (j *Journal) storeSecret(tx *db.Tx, doc db.ID, secret []byte) error {
	n, err := tx.Exec("INSERT INTO journal_secrets (doc, secret) VALUES (?, ?) ON CONFLICT DO NOTHING", doc, secret)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "journal.Append", "journal.exists")
	}
	return err
}

// merge brings d up to date with ch. A change that had seen all of the document
// is laid over it; any other needs the whole history.
func (j *Journal) merge(tx *db.Tx, d *document, ch *change) error {
	if ch.Base.Covers(d.s.seen) && (d.isNew || d.schema == int64(d.k.Schema)) {
		m := merger{k: d.k, s: d.s}
		m.step(ch)
		return nil
	}
	return j.refold(tx, ch.Doc, d)
}

// refold merges a document from all its entries.
func (j *Journal) refold(tx *db.Tx, id db.ID, d *document) error {
	changes, err := j.changesOf(tx, id)
	if err != nil {
		return err
	}
	d.s = fold(d.k, changes)
	return nil
}

const saveNew = "INSERT INTO journal_documents (id, kind, schema, state) VALUES (?, ?, ?, ?)"
const saveOld = "UPDATE journal_documents SET schema = ?, state = ? WHERE id = ?"

// save stores the merged document, its review items and its projected rows.
func (j *Journal) save(tx *db.Tx, s *scratch, id db.ID, d *document) error {
	s.state = d.s.encode(s.state[:0])
	var err error
	if d.isNew {
		_, err = tx.Exec(saveNew, id, d.k.Name, int64(d.k.Schema), s.state)
	} else {
		_, err = tx.Exec(saveOld, int64(d.k.Schema), s.state, id)
	}
	if err != nil {
		return err
	}
	if len(d.s.reviews) > 0 {
		if err := saveReviews(tx, id, d); err != nil {
			return err
		}
	}
	d.isNew, d.schema = false, int64(d.k.Schema)
	if d.k.Project == nil {
		return nil
	}
	return d.k.Project(tx, d.s.doc(id, d.k.Name))
}

func saveReviews(tx *db.Tx, id db.ID, d *document) error {
	if _, err := tx.Exec("DELETE FROM journal_reviews WHERE doc = ?", id); err != nil {
		return err
	}
	for _, r := range d.s.reviews {
		var resolved any
		if r.resolved != 0 {
			resolved = r.resolved.Time()
		}
		_, err := tx.Exec(`INSERT INTO journal_reviews (doc, topic, kind, opened, resolved) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, id, plainGroup(r.group), d.k.Name, r.opened.Time(), resolved)
		if err != nil {
			return err
		}
	}
	return nil
}
