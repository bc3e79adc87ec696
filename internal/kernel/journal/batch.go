package journal

import (
	"crypto/rand"
	"io"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// maxBatch is how many changes are worked out before they are stored.
const maxBatch = 128

// batch works out changes one after the other (encode, commit, chain, merge) and
// then stores them table by table, which is gentler on the processor's caches
// than going through all tables for each change. One change is a batch of one.
//
// Its memory is used again. Nothing of it may outlive flush; payloads do, because
// documents point into them, so they are not part of it.
type batch struct {
	hasher
	m       merger
	j       *Journal
	tx      *db.Tx
	l       *lane
	items   []prepared
	longest int // payload so far
	random  [16 * secretSize]byte
	drawn   int // bytes of random that are used up
}

// draw makes a secret. Randomness is read for several at a time, and each byte of
// it is used once and wiped.
func (b *batch) draw(secret []byte) {
	if b.j != nil && b.j.random != nil {
		if _, err := io.ReadFull(b.j.random, secret); err != nil {
			panic(err) // as crypto/rand does
		}
		return
	}
	if b.drawn == 0 || b.drawn == len(b.random) {
		rand.Read(b.random[:])
		b.drawn = 0
	}
	from := b.random[b.drawn : b.drawn+secretSize]
	copy(secret, from)
	clear(from)
	b.drawn += secretSize
}

var batches = sync.Pool{New: func() any { return &batch{longest: 256} }}

// prepared is one change, worked out.
type prepared struct {
	d       *document
	isNew   bool
	h       Header
	c       change
	raw     []byte // header
	payload []byte
	state   []byte // merged and encoded
	hash    [32]byte

	own    document // d of a new document
	merged state    // and its state
	secret [secretSize]byte
}

// reset forgets what has not been stored.
func (b *batch) reset() {
	for i := range b.items {
		p := &b.items[i]
		p.d, p.c, p.payload, p.own = nil, change{}, nil, document{}
	}
	b.items = b.items[:0]
	b.m.s = nil
}

// next answers memory for one more change.
func (b *batch) next() *prepared {
	if len(b.items) < cap(b.items) {
		b.items = b.items[:len(b.items)+1]
	} else {
		b.items = append(b.items, prepared{})
	}
	return &b.items[len(b.items)-1]
}

// add works out one change of the caller's.
func (b *batch) add(by Author, c *Change, known map[db.ID]*document) error {
	k := b.j.kinds[c.Kind]
	if k == nil || k.Name == kindErasure {
		return fault.Field("journal.Append", "kind", "journal.unknown_kind")
	}
	if err := c.valid(by); err != nil {
		return err
	}
	if c.Base.IsZero() {
		return b.addTo(nil, k, by, c)
	}
	d := known[c.Doc]
	if d.k != k {
		return fault.Field("journal.Append", "kind", "journal.other_kind")
	}
	return b.addTo(d, k, by, c)
}

// addTo works out a change to d, or to a new document if d is nil.
func (b *batch) addTo(d *document, k *kindInfo, by Author, c *Change) error {
	if len(b.items) == maxBatch {
		if err := b.flush(); err != nil {
			return err
		}
	}
	// Memory moves when it grows, and documents point to themselves: grow before.
	if len(b.items) == cap(b.items) && len(b.items) > 0 {
		if err := b.flush(); err != nil {
			return err
		}
		b.items = make([]prepared, 0, min(2*cap(b.items), maxBatch))
	}
	p := b.next()
	if p.isNew = d == nil; p.isNew {
		p.merged.reset()
		p.own = document{k: k, s: &p.merged, isNew: true, secret: p.secret[:]}
		d = &p.own
		b.draw(d.secret)
	}
	p.d = d
	if err := b.entry(p, by, c); err != nil {
		return err
	}
	if !d.follows(&p.c) {
		return b.refold(p)
	}
	b.m.k, b.m.s = d.k, d.s
	b.m.step(&p.c)
	if d.slot = 0; p.isNew {
		d.slot, p.state = slotOf(b.l.no, p.h.Version.Seq), p.state[:0]
	} else {
		p.state = d.s.encode(p.state[:0])
	}
	return nil
}

// entry makes the entry and chains it.
func (b *batch) entry(p *prepared, by Author, c *Change) error {
	const op = "journal.Append"
	d, l := p.d, b.l
	if !d.s.seen.Covers(c.Base) {
		return fault.Field(op, "base", "journal.bad_base") // a version that does not exist
	}
	d.header(&p.h, c, by)
	if b.j.exercise {
		p.h.Programme = ExerciseProgramme
	} else if p.h.Programme == ExerciseProgramme {
		return fault.Field(op, "programme", "journal.exercise_programme") // nobody else would take it
	}
	h := &p.h
	if h.Sensitivity == Sealed && len(c.Fields)+len(c.Distinct) > 0 || h.Sensitivity != Sealed && h.Sealed {
		return fault.Field(op, "sealed", "journal.bad_sealed")
	}
	if l.seq >= maxSeq {
		return fault.New(fault.Internal, op, "journal.lane_full")
	}
	h.Version = Version{l.origin, l.seq + 1}
	h.HLC = max(b.j.clock.tick(), l.hlc+1)
	p.c = change{Header: h}
	if h.Sealed {
		p.payload, p.c.sealed = c.Sealed, c.Sealed
	} else {
		var err error
		if p.payload, p.c.fields, err = encodeFields(make([]byte, 0, b.longest), c.withDistinct()); err != nil {
			return err
		}
	}
	b.longest = min(max(b.longest, len(p.payload)), 4096)
	p.raw = appendHeader(p.raw[:0], h)
	commitment := b.commit(d.secret, h.Version, p.payload)
	p.hash = b.hasher.entry(p.raw, &commitment, &l.hash)
	l.seq, l.hash, l.hlc = h.Version.Seq, p.hash, h.HLC
	return nil
}

// follows reports whether c had seen all of the document, so that it can be laid
// over the stored state. Any other change needs the whole history.
func (d *document) follows(c *change) bool {
	return c.Base.Covers(d.s.seen) && (d.isNew || d.schema == int64(d.k.Schema))
}

// refold stores the changes so far, the newest included, and merges its document
// from its history.
func (b *batch) refold(p *prepared) error {
	last := len(b.items) - 1
	b.items = b.items[:last]
	if err := b.flush(); err != nil {
		return err
	}
	b.items = b.items[:0]
	if err := b.storeEntry(p); err != nil {
		return err
	}
	if err := b.j.refold(b.tx, p.h.Doc, p.d); err != nil {
		return err
	}
	return b.j.save(b.tx, p.h.Doc, p.d)
}

// flush stores and projects what has been worked out.
func (b *batch) flush() error {
	defer b.reset()
	for i := range b.items {
		p := &b.items[i]
		if p.isNew {
			if err := storeSecret(b.tx, p.h.Doc, p.d.secret); err != nil {
				return err
			}
		}
	}
	for i := range b.items {
		if err := b.storeEntry(&b.items[i]); err != nil {
			return err
		}
	}
	for i := range b.items {
		p := &b.items[i]
		if err := storeState(b.tx, p.h.Doc, p.d, p.state); err != nil {
			return err
		}
	}
	for i := range b.items {
		if err := project(b.tx, b.items[i].h.Doc, b.items[i].d); err != nil {
			return err
		}
	}
	for i := range b.items {
		if err := b.j.compareActs(b.tx, b.items[i].h.Doc, b.items[i].d); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) storeEntry(p *prepared) error {
	_, err := b.tx.Exec("INSERT INTO journal_entries (slot, doc, header, hash, payload) VALUES (?, ?, ?, ?, ?)",
		slotOf(b.l.no, p.h.Version.Seq), p.h.Doc, p.raw, p.hash[:], p.payload)
	if fault.Is(err, fault.Conflict) {
		return b.j.lost(b.l) // the slot is taken: so is the lane
	}
	return err
}

// storeSecret keeps the document's secret. Its row is also the mark that the
// document's id is taken, for good: erasure leaves it, empty.
func storeSecret(tx *db.Tx, doc db.ID, secret []byte) error {
	_, err := tx.Exec("INSERT INTO journal_secrets (doc, secret) VALUES (?, ?)", doc, secret)
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "journal.Append", "journal.exists")
	}
	return err
}

// refold merges a document from all its entries.
func (j *Journal) refold(tx *db.Tx, id db.ID, d *document) error {
	changes, err := j.changesOf(tx, id)
	if err != nil {
		return err
	}
	d.s, d.folded = fold(d.k, changes), true
	return j.slotFor(tx, d, changes)
}

// slotFor notes which entry a document consists of, if it is one.
func (j *Journal) slotFor(tx *db.Tx, d *document, changes []change) error {
	d.slot = 0
	if len(changes) != 1 || changes[0].names != nil {
		return nil
	}
	v := changes[0].Version
	var no int64
	err := tx.Row("SELECT no FROM journal_heads WHERE installation = ? AND lane = ?", v.Origin.Installation, int64(v.Origin.Lane)).Scan(&no)
	d.slot = slotOf(no, v.Seq)
	return err
}

// save stores and projects a merged document, and compares what it records.
func (j *Journal) save(tx *db.Tx, id db.ID, d *document) error {
	if err := j.store(tx, id, d); err != nil {
		return err
	}
	return j.compareActs(tx, id, d)
}

// store stores and projects a merged document.
func (j *Journal) store(tx *db.Tx, id db.ID, d *document) error {
	var raw []byte
	if d.slot == 0 {
		raw = d.s.encode(nil)
	}
	if err := storeState(tx, id, d, raw); err != nil {
		return err
	}
	return project(tx, id, d)
}

// storeState stores the merged document and its review items. A document of one
// entry, as most are for good, needs no state: it says in which slot the entry is.
func storeState(tx *db.Tx, id db.ID, d *document, raw []byte) error {
	var err error
	var slot any
	if d.slot != 0 {
		slot, raw = d.slot, []byte{}
	}
	switch {
	case tx.Engine() == db.Postgres: // one text for both, so that many go as one (db.Tx.Gather)
		_, err = tx.Exec(`INSERT INTO journal_documents (id, kind, schema, state, slot) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET schema = excluded.schema, state = excluded.state, slot = excluded.slot`, id, d.k.Name, int64(d.k.Schema), raw, slot)
	case d.isNew:
		_, err = tx.Exec("INSERT INTO journal_documents (id, kind, schema, state, slot) VALUES (?, ?, ?, ?, ?)", id, d.k.Name, int64(d.k.Schema), raw, slot)
	default:
		_, err = tx.Exec("UPDATE journal_documents SET schema = ?, state = ?, slot = ? WHERE id = ?", int64(d.k.Schema), raw, slot, id)
	}
	if err != nil {
		return err
	}
	if err := storeAbout(tx, id, d); err != nil {
		return err
	}
	d.isNew, d.schema, d.about = false, int64(d.k.Schema), d.s.subject
	if len(d.s.reviews) == 0 && !d.folded {
		return nil
	}
	d.folded = false
	if _, err := tx.Exec("DELETE FROM journal_reviews WHERE doc = ?", id); err != nil {
		return err
	}
	for _, r := range d.s.reviews {
		_, err := tx.Exec(`INSERT INTO journal_reviews (doc, topic, kind, opened, resolved) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, id, plainGroup(r.group), d.k.Name, r.opened.Time(), r.resolved.Time())
		if err != nil {
			return err
		}
	}
	return nil
}

// project has the kind write the document's rows.
func project(tx *db.Tx, id db.ID, d *document) error {
	if d.k.Project == nil {
		return nil
	}
	doc := d.s.doc(id, d.k.Name)
	err := d.k.Project(tx, doc)
	doc.s = nil // its memory is used again
	return err
}
