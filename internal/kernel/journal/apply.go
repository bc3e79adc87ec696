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
	return j.db.Write(ctx, func(tx *db.Tx) error {
		a := applier{j: j, tx: tx, origins: make(map[Origin]*applied), docs: make(map[db.ID][]change)}
		return fault.Wrap("journal.Apply", a.run(entries))
	})
}

// applier is one Apply.
type applier struct {
	j       *Journal
	tx      *db.Tx
	s       hasher
	own     db.ID
	origins map[Origin]*applied
	docs    map[db.ID][]change
}

// applied is an origin under way.
type applied struct {
	no int64
	head
	stored uint64
}

func (a *applier) run(entries []Entry) error {
	if err := a.open(entries); err != nil {
		return err
	}
	for i := range entries {
		if err := a.entry(&entries[i]); err != nil {
			return err
		}
	}
	for _, o := range a.sortedOrigins() {
		if err := a.advance(a.origins[o]); err != nil {
			return err
		}
	}
	return a.project()
}

// open parses the headers and reads the heads of their origins, in a fixed order
// so that two processes do not wait for each other in a circle.
func (a *applier) open(entries []Entry) error {
	for i := range entries {
		h, err := parseHeader(entries[i].Raw)
		if err != nil {
			return err
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
	return p, nil
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
	if err := a.store(e, o, erased); err != nil {
		return err
	}
	o.seq, o.hash, o.hlc = e.Version.Seq, e.Hash, e.HLC
	a.j.clock.saw(e.HLC)
	if c, ok := e.change(); ok && !erased {
		a.docs[e.Doc] = append(a.docs[e.Doc], c)
	}
	return nil
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

// commitment checks a payload against its commitment, and the secret against the
// one that is here. It reports whether the document is erased here.
func (a *applier) commitment(e *Entry) (erased bool, err error) {
	const op = "journal.Apply"
	var secret []byte
	err = a.tx.Row("SELECT secret FROM journal_secrets WHERE doc = ?", e.Doc).Scan(&secret)
	isNew := fault.Is(err, fault.NotFound)
	if err != nil && !isNew {
		return false, err
	}
	erased = !isNew && secret == nil
	if e.Payload == nil {
		if e.Commitment == [32]byte{} {
			return erased, fault.Field(op, "commitment", "journal.no_commitment")
		}
		return erased, nil
	}
	switch {
	case isNew || erased:
		secret = e.Secret
	case e.Secret != nil && !bytes.Equal(secret, e.Secret):
		return erased, fault.Field(op, "secret", "journal.other_secret")
	}
	if len(secret) != secretSize {
		return erased, fault.Field(op, "secret", "journal.no_secret")
	}
	c := a.s.commit(secret, e.Version, e.Payload)
	if e.Commitment != [32]byte{} && e.Commitment != c {
		return erased, fault.Field(op, "payload", "journal.other_payload")
	}
	e.Commitment = c
	if isNew {
		return false, storeSecret(a.tx, e.Doc, secret)
	}
	return erased, nil
}

// store writes the entry; of an erased document only what the chain needs.
func (a *applier) store(e *Entry, o *applied, erased bool) error {
	payload, commitment := e.Payload, []byte(nil)
	if erased || payload == nil {
		payload, commitment = nil, e.Commitment[:]
	}
	_, err := a.tx.Exec("INSERT INTO journal_entries (slot, doc, header, hash, payload, commitment) VALUES (?, ?, ?, ?, ?, ?)",
		slotOf(o.no, e.Version.Seq), e.Doc, e.Raw, e.Hash[:], payload, commitment)
	if fault.Is(err, fault.Conflict) { // another process applied it meanwhile
		return db.Retry(err)
	}
	return err
}

func (a *applier) advance(o *applied) error {
	if o.seq == o.stored {
		return nil
	}
	n, err := a.tx.Exec("UPDATE journal_heads SET seq = ?, hash = ?, hlc = ? WHERE no = ? AND seq = ?",
		int64(o.seq), o.hash[:], int64(o.hlc), o.no, int64(o.stored))
	if err == nil && n != 1 {
		err = db.Retry(fault.New(fault.Unavailable, "journal.Apply", "journal.busy"))
	}
	return err
}

// project merges and projects the touched documents in the order of their ids,
// erasures last, so that they find what they erase.
func (a *applier) project() error {
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
	for _, id := range ids {
		if err := a.document(id, a.docs[id]); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) document(id db.ID, changes []change) error {
	d, err := a.j.lockDocument(a.tx, id)
	if fault.Is(err, fault.NotFound) {
		d, err = &document{k: a.j.kind(changes[0].Kind), s: &state{}, isNew: true}, nil
	}
	if err != nil {
		return err
	}
	if len(changes) == 1 && d.follows(&changes[0]) {
		m := merger{k: d.k, s: d.s}
		m.step(&changes[0])
		if d.slot = 0; d.isNew {
			v := changes[0].Version
			d.slot = slotOf(a.origins[v.Origin].no, v.Seq)
		}
	} else if err := a.j.refold(a.tx, id, d); err != nil {
		return err
	}
	return a.j.save(a.tx, id, d)
}

// Head is the end of one origin's chain.
type Head struct {
	Origin Origin
	Seq    uint64
	Hash   [32]byte
}

// Heads lists the origins of this journal and how far each is here.
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
	var no int64
	err := tx.Row("SELECT no FROM journal_heads WHERE installation = ? AND lane = ?", o.Installation, int64(o.Lane)).Scan(&no)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT e.header, e.hash, e.payload, e.commitment, s.secret
		FROM journal_entries e LEFT JOIN journal_secrets s ON s.doc = e.doc
		WHERE e.slot > ? AND e.slot <= ? ORDER BY e.slot LIMIT ?`, slotOf(no, seq), slotOf(no, maxSeq), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var secret []byte
		e, err := scanEntry(rows, &secret)
		if err != nil {
			return nil, err
		}
		e.Secret = secret
		out = append(out, e)
	}
	return out, rows.Err()
}
