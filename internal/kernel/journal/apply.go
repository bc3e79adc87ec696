package journal

import (
	"bytes"
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Apply takes entries of other installations into this journal and projects them,
// all or none. Entries of one origin come in order and without gaps after what is
// here; those that are here already are skipped. Each is verified: the chain, and
// the payload against its commitment. Nothing but Raw, Payload, Commitment, Hash
// and Secret of an entry is looked at.
//
// A gap and a fork (another entry under a number that is taken) are
// fault.Conflict, with the keys journal.gap and journal.fork; what does not
// verify is fault.Invalid.
func (j *Journal) Apply(ctx context.Context, entries []Entry) error {
	return j.db.Write(ctx, func(tx *db.Tx) error { return j.ApplyIn(tx, entries) })
}

// ApplyIn is Apply in the caller's transaction.
func (j *Journal) ApplyIn(tx *db.Tx, entries []Entry) error {
	a := applier{j: j, tx: tx, origins: make(map[Origin]*applied), docs: make(map[db.ID][]change)}
	return fault.Wrap("journal.Apply", a.run(entries))
}

// applier is one Apply.
type applier struct {
	j       *Journal
	tx      *db.Tx
	s       hasher
	own     db.ID
	origins map[Origin]*applied
	docs    map[db.ID][]change
	ahead   ahead
}

// applied is an origin under way.
type applied struct {
	no int64
	head
	stored uint64
	parts  bool // some stand beyond its chain
}

func (a *applier) run(entries []Entry) error {
	if err := a.open(entries); err != nil {
		return err
	}
	if err := a.look(entries); err != nil {
		return err
	}
	return a.tx.Gather(func() error {
		if err := a.entries(entries); err != nil {
			return err
		}
		for _, o := range a.sortedOrigins() {
			if err := a.advance(a.origins[o]); err != nil {
				return err
			}
		}
		return a.project(nil)
	})
}

func (a *applier) entries(entries []Entry) error {
	for i := range entries {
		if err := a.entry(&entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// open parses the headers and reads the heads of their origins, in a fixed order
// so that two processes do not wait for each other in a circle.
func (a *applier) open(entries []Entry) error {
	for i := range entries {
		h, err := parseHeader(entries[i].Raw)
		if err != nil {
			return err
		}
		if (h.Programme == ExerciseProgramme) != a.j.exercise {
			return fault.New(fault.Forbidden, "journal.Apply", "journal.exercise")
		}
		entries[i].Header = h
		a.origins[h.Version.Origin] = nil
	}
	err := a.tx.Row("SELECT id FROM journal_installation").Scan(&a.own)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	for _, o := range a.sortedOrigins() {
		if a.origins[o], err = a.origin(o); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) sortedOrigins() []Origin {
	all := make([]Origin, 0, len(a.origins))
	for o := range a.origins {
		all = append(all, o)
	}
	slices.SortFunc(all, Origin.compare)
	return all
}

func (a *applier) origin(o Origin) (*applied, error) {
	sql := "SELECT no, seq, hash, hlc FROM journal_heads WHERE installation = ? AND lane = ?"
	if a.tx.Engine() == db.Postgres {
		sql += " FOR UPDATE"
	}
	p := &applied{}
	var seq, clock int64
	var hash []byte
	err := a.tx.Row(sql, o.Installation, int64(o.Lane)).Scan(&p.no, &seq, &hash, &clock)
	if fault.Is(err, fault.NotFound) {
		p.no, err = a.j.newOrigin(a.tx, o)
		return p, err
	}
	if err != nil {
		return nil, err
	}
	p.seq, p.stored, p.hlc = uint64(seq), uint64(seq), HLC(clock)
	copy(p.hash[:], hash)
	p.parts, err = a.tx.Exists("SELECT 1 FROM journal_entries WHERE slot > ? AND slot <= ? LIMIT 1", slotOf(p.no, p.seq), slotOf(p.no, maxSeq))
	return p, err
}

// entry verifies and stores one entry.
func (a *applier) entry(e *Entry) error {
	const op = "journal.Apply"
	o := a.origins[e.Version.Origin]
	switch {
	case e.Version.Seq <= o.seq:
		return a.known(e, o)
	case e.Version.Seq != o.seq+1:
		return fault.New(fault.Conflict, op, "journal.gap")
	case e.Version.Origin.Installation == a.own:
		// Our own entry that we do not have: we were restored without a new installation id.
		return fault.New(fault.Conflict, op, "journal.own_origin")
	case len(e.Payload) > maxPayload:
		return fault.Field(op, "payload", "journal.too_long")
	}
	erased, err := a.commitment(e)
	if err != nil {
		return err
	}
	if a.s.entry(e.Raw, &e.Commitment, &o.hash) != e.Hash {
		return fault.New(fault.Invalid, op, "journal.broken_chain")
	}
	if o.parts {
		if err := a.precedes(e, o); err != nil {
			return err
		}
	}
	if err := a.store(e, o, erased, nil); err != nil {
		return err
	}
	o.seq, o.hash, o.hlc = e.Version.Seq, e.Hash, e.HLC
	a.j.clock.saw(e.HLC)
	if c, ok := e.change(); ok && !erased {
		a.docs[e.Doc] = append(a.docs[e.Doc], c)
	}
	return nil
}

// precedes looks whether the part behind an entry, if it is here, came after this one
// and not after another that stood in its place.
func (a *applier) precedes(e *Entry, o *applied) error {
	var prev []byte
	err := a.tx.Row("SELECT prev FROM journal_entries WHERE slot = ?", slotOf(o.no, e.Version.Seq+1)).Scan(&prev)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil && prev != nil && !bytes.Equal(prev, e.Hash[:]) {
		err = fault.New(fault.Conflict, "journal.Apply", "journal.fork")
	}
	return err
}

// known skips an entry that is here, and tells a fork.
func (a *applier) known(e *Entry, o *applied) error {
	var hash []byte
	if err := a.tx.Row("SELECT hash FROM journal_entries WHERE slot = ?", slotOf(o.no, e.Version.Seq)).Scan(&hash); err != nil {
		return err
	}
	if !bytes.Equal(hash, e.Hash[:]) {
		return fault.New(fault.Conflict, "journal.Apply", "journal.fork")
	}
	return nil
}

// commitment checks a payload against its commitment. It reports whether the
// document is erased here.
//
// A document whose id follows from what it is about can be made on two nodes before
// they meet, and then has two secrets. Each entry is committed to with that of the
// node that wrote it; the one that came first here is the document's, and an entry
// with another keeps its commitment beside it.
func (a *applier) commitment(e *Entry) (erased bool, err error) {
	const op = "journal.Apply"
	first, isNew, err := a.secret(e.Doc)
	if err != nil {
		return false, err
	}
	erased = !isNew && first == nil
	if e.Payload == nil {
		if e.Commitment == [32]byte{} {
			return erased, fault.Field(op, "commitment", "journal.no_commitment")
		}
		return erased, nil
	}
	if e.Secret != nil && !isSecret(e.Secret) {
		return erased, fault.Field(op, "secret", "journal.no_secret")
	}
	switch {
	case e.Secret != nil && (isNew || erased || !bytes.Equal(first, e.Secret)):
		e.other = !isNew
		if err := a.commitTo(e, e.Secret); err != nil || erased {
			return erased, err
		}
		if isNew {
			a.ahead.secret(e.Doc, e.Secret)
			return false, storeSecret(a.tx, e.Doc, e.Secret)
		}
		_, err := a.tx.Exec("INSERT INTO journal_more_secrets (doc, secret) VALUES (?, ?) ON CONFLICT DO NOTHING", e.Doc, e.Secret)
		return false, err
	case first == nil:
		return erased, fault.Field(op, "secret", "journal.no_secret")
	}
	return false, a.commitTo(e, first)
}

// commitTo computes the commitment, and compares it with one that came along.
func (a *applier) commitTo(e *Entry, secret []byte) error {
	c := a.s.commit(secret, e.Version, e.Payload)
	if e.Commitment != [32]byte{} && e.Commitment != c {
		return fault.Field("journal.Apply", "payload", "journal.other_payload")
	}
	e.Commitment = c
	return nil
}

// store writes the entry; of an erased document only what the chain needs. An entry
// that came as a part before is here already.
func (a *applier) store(e *Entry, o *applied, erased bool, prev []byte) error {
	payload, commitment := e.Payload, []byte(nil)
	switch {
	case erased || payload == nil:
		payload, commitment = nil, e.Commitment[:]
	case e.other:
		commitment = e.Commitment[:]
	}
	slot := slotOf(o.no, e.Version.Seq)
	if a.ahead.done && !a.ahead.slots[slot] { // as was seen; who comes in between loses, and is looked at again
		_, err := a.tx.Exec("INSERT INTO journal_entries (slot, doc, header, hash, payload, commitment, prev) VALUES (?, ?, ?, ?, ?, ?, ?)",
			slot, e.Doc, e.Raw, e.Hash[:], payload, commitment, prev)
		return err
	}
	n, err := a.tx.Exec("INSERT INTO journal_entries (slot, doc, header, hash, payload, commitment, prev) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		slot, e.Doc, e.Raw, e.Hash[:], payload, commitment, prev)
	if err != nil || n == 1 {
		return err
	}
	return a.known(e, o)
}

func (a *applier) advance(o *applied) error {
	if o.seq == o.stored {
		return nil
	}
	n, err := a.tx.Exec("UPDATE journal_heads SET seq = ?, hash = ?, hlc = ? WHERE no = ? AND seq = ?",
		int64(o.seq), o.hash[:], int64(o.hlc), o.no, int64(o.stored))
	if err == nil && n != 1 && a.tx.Engine() != db.Postgres { // where the row is locked, and no count comes
		err = db.Retry(fault.New(fault.Unavailable, "journal.Apply", "journal.busy"))
	}
	return err
}

// project merges and projects the touched documents in the order of their ids,
// erasures last, so that they find what they erase. Those in again are merged from
// their whole history.
func (a *applier) project(again map[db.ID]bool) error {
	ids := make([]db.ID, 0, len(a.docs))
	for id := range a.docs {
		ids = append(ids, id)
	}
	isErasure := func(id db.ID) bool { return a.docs[id][0].Kind == kindErasure }
	slices.SortFunc(ids, func(x, y db.ID) int {
		if ex, ey := isErasure(x), isErasure(y); ex != ey {
			if ey {
				return -1
			}
			return 1
		}
		return bytes.Compare(x[:], y[:])
	})
	var acts []acted
	for i, id := range ids {
		if isErasure(id) && (i == 0 || !isErasure(ids[i-1])) { // it takes away what the others left
			if err := a.j.compareActsOf(a.tx, acts); err != nil {
				return err
			}
			acts = nil
		}
		d, err := a.document(id, a.docs[id], again[id])
		if err != nil {
			return err
		}
		acts = append(acts, d)
	}
	return a.j.compareActsOf(a.tx, acts)
}

// document merges, stores and projects one document.
func (a *applier) document(id db.ID, changes []change, again bool) (acted, error) {
	out := acted{id: id}
	d, err := a.lockDocument(id)
	if fault.Is(err, fault.NotFound) {
		d, err = &document{k: a.j.kind(changes[0].Kind), s: &state{}, isNew: true}, nil
	}
	if err != nil {
		return out, err
	}
	out.d, out.isNew = d, d.isNew
	if again || !d.lay(changes) {
		err = a.j.refold(a.tx, id, d)
	} else if d.slot = 0; d.isNew && len(changes) == 1 {
		v := changes[0].Version
		d.slot = slotOf(a.origins[v.Origin].no, v.Seq)
	}
	if err != nil {
		return out, err
	}
	return out, a.j.store(a.tx, id, d)
}

// lay lays changes over the state, as long as each had seen all that is there. If it
// answers false the state is no good, and the history has to be folded.
func (d *document) lay(changes []change) bool {
	for i := range changes {
		if !d.follows(&changes[i]) {
			return false
		}
		m := merger{k: d.k, s: d.s}
		m.step(&changes[i])
	}
	return true
}

// Head is the end of one origin's chain.
type Head struct {
	Origin Origin
	Seq    uint64
	Hash   [32]byte
}

// Heads lists the origins that are here from their beginning, and how far: at a node
// those that were written there, by its installation or by one that it was before, and
// at a hub those of its nodes too.
func (j *Journal) Heads(tx *db.Tx) ([]Head, error) {
	rows, err := tx.Query("SELECT installation, lane, seq, hash FROM journal_heads WHERE seq > 0 ORDER BY installation, lane")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Head
	for rows.Next() {
		var h Head
		var lane, seq int64
		var hash []byte
		if err := rows.Scan(&h.Origin.Installation, &lane, &seq, &hash); err != nil {
			return nil, err
		}
		h.Origin.Lane, h.Seq = uint32(lane), uint64(seq)
		copy(h.Hash[:], hash)
		out = append(out, h)
	}
	return out, rows.Err()
}

// After reads entries of one origin after a sequence number, at most limit, with
// the secrets of their documents, as Apply takes them.
func (j *Journal) After(tx *db.Tx, o Origin, seq uint64, limit int) ([]Entry, error) {
	no, err := originNo(tx, o)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(entryColumns+" WHERE e.slot > ? AND e.slot <= ? ORDER BY e.slot LIMIT ?", slotOf(no, seq), slotOf(no, maxSeq), limit)
	if err != nil {
		return nil, err
	}
	parts, err := j.scanParts(tx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(parts))
	for i := range parts {
		out[i] = parts[i].Entry
	}
	return out, nil
}

func originNo(tx *db.Tx, o Origin) (int64, error) {
	var no int64
	err := tx.Row("SELECT no FROM journal_heads WHERE installation = ? AND lane = ?", o.Installation, int64(o.Lane)).Scan(&no)
	return no, err
}

// entryColumns reads entries with their secrets and what is before them.
const entryColumns = `SELECT e.header, e.hash, e.payload, e.commitment, s.secret, e.prev, e.slot
	FROM journal_entries e LEFT JOIN journal_secrets s ON s.doc = e.doc`

// scanParts reads entries as they are handed on. Prev is filled where it is stored.
func (j *Journal) scanParts(tx *db.Tx, rows *db.Rows) ([]Part, error) {
	defer rows.Close()
	var out []Part
	for rows.Next() {
		var secret, prev []byte
		var slot int64
		e, err := scanEntry(rows, &secret, &prev, &slot)
		if err != nil {
			return nil, err
		}
		e.Secret = secret
		p := Part{Entry: e, slot: slot, apart: len(prev) > 0}
		copy(p.Prev[:], prev)
		out = append(out, p)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var s hasher
	for i := range out {
		if e := &out[i].Entry; e.Payload != nil && e.Commitment != [32]byte{} {
			if err := otherSecret(tx, &s, e); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// otherSecret finds the secret of an entry that is not committed to with the first
// one of its document.
func otherSecret(tx *db.Tx, s *hasher, e *Entry) error {
	rows, err := tx.Query("SELECT secret FROM journal_more_secrets WHERE doc = ?", e.Doc)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var secret []byte
		if err := rows.Scan(&secret); err != nil {
			return err
		}
		if s.commit(secret, e.Version, e.Payload) == e.Commitment {
			e.Secret = secret
		}
	}
	return rows.Err()
}

// HashAt answers the hash of one entry, and the zero hash before the first. ok is
// false when the entry is not here.
func (j *Journal) HashAt(tx *db.Tx, o Origin, seq uint64) (hash [32]byte, ok bool, err error) {
	if seq == 0 {
		return hash, true, nil
	}
	no, err := originNo(tx, o)
	if err == nil {
		var b []byte
		if err = tx.Row("SELECT hash FROM journal_entries WHERE slot = ?", slotOf(no, seq)).Scan(&b); err == nil {
			copy(hash[:], b)
			return hash, true, nil
		}
	}
	if fault.Is(err, fault.NotFound) {
		return hash, false, nil
	}
	return hash, false, err
}

// Installation answers the id under which this database writes, and makes it if there
// is none.
func (j *Journal) Installation(tx *db.Tx) (db.ID, error) { return j.installation(tx) }
