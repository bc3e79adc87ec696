package journal

import (
	"bytes"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Part is an entry apart from its origin's chain, as it travels: with the hash before
// it, so that it can be verified where the entry before is not. Of one that came in a
// chunk, header, commitment and hash are computed, and the secret is filled in also
// where it was sent with an earlier entry of the document.
type Part struct {
	Entry
	Prev [32]byte

	slot  int64 // here
	apart bool  // it came here as a part, and not in its origin's chain
}

// Place orders the parts of one journal, for who goes through them.
func (p *Part) Place() int64 { return p.slot }

// Beyond reads parts of this journal after a place, at most limit: what came by a feed
// and does not stand in a chain that is here from its beginning. What is erased is not
// among them.
func (j *Journal) Beyond(tx *db.Tx, after int64, limit int) ([]Part, error) {
	heads, err := allHeads(tx)
	if err != nil {
		return nil, err
	}
	var out []Part
	for _, h := range heads {
		from := max(after, slotOf(h.no, h.seq))
		if len(out) >= limit || after >= slotOf(h.no, maxSeq) {
			continue
		}
		rows, err := tx.Query(entryColumns+" WHERE e.slot > ? AND e.slot <= ? AND e.payload IS NOT NULL ORDER BY e.slot LIMIT ?",
			from, slotOf(h.no, maxSeq), limit-len(out))
		if err != nil {
			return nil, err
		}
		parts, err := j.scanParts(tx, rows)
		if err != nil {
			return nil, err
		}
		out = append(out, parts...)
	}
	return out, nil
}

// Furthest answers the last entry that is here of each origin of an installation, in
// its chain or as a part.
func (j *Journal) Furthest(tx *db.Tx, installation db.ID) ([]Head, error) {
	heads, err := allHeads(tx)
	if err != nil {
		return nil, err
	}
	var out []Head
	for _, h := range heads {
		if h.origin.Installation != installation {
			continue
		}
		var slot int64
		var hash []byte
		err := tx.Row("SELECT slot, hash FROM journal_entries WHERE slot > ? AND slot <= ? ORDER BY slot DESC LIMIT 1",
			slotOf(h.no, 0), slotOf(h.no, maxSeq)).Scan(&slot, &hash)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		last := Head{Origin: h.origin, Seq: slotSeq(slot)}
		copy(last.Hash[:], hash)
		out = append(out, last)
	}
	return out, nil
}

// InChain reports whether an entry stands in a chain that is here from its beginning, so
// that all before it is here too.
func (j *Journal) InChain(tx *db.Tx, h Head) (bool, error) {
	var no, seq int64
	err := tx.Row("SELECT no, seq FROM journal_heads WHERE installation = ? AND lane = ?", h.Origin.Installation, int64(h.Origin.Lane)).Scan(&no, &seq)
	if fault.Is(err, fault.NotFound) || err == nil && h.Seq > uint64(seq) {
		return h.Seq == 0, nil
	}
	if err != nil || h.Seq == 0 {
		return err == nil, err
	}
	var hash []byte
	err = tx.Row("SELECT hash FROM journal_entries WHERE slot = ?", slotOf(no, h.Seq)).Scan(&hash)
	return err == nil && bytes.Equal(hash, h.Hash[:]), err
}

// TakeParts takes entries that come with gaps, other than by a feed, and answers which it
// did not take, since another entry stands here under their number, or before or after it:
// who brought them is to issue them again (IssueAgain).
func (j *Journal) TakeParts(tx *db.Tx, parts []Part) (refused []Head, err error) {
	err = j.parts(tx, parts, func(e *Entry) { refused = append(refused, Head{e.Version.Origin, e.Version.Seq, e.Hash}) })
	return refused, fault.Wrap("journal.TakeParts", err)
}

// partApplier takes parts. Of their origins there may be a whole beginning here,
// parts with gaps, or nothing.
type partApplier struct {
	*applier
	filled map[db.ID]bool // documents of which a payload came back
	refuse func(*Entry)   // what is done with a fork; nil where that ends it all
}

// parts verifies, stores and projects entries that come with gaps. What is here
// already is skipped; a payload that was forgotten here is put back. An entry that
// is another one than the one here under its number is a fork, and so is one that
// does not follow or precede its neighbours.
func (j *Journal) parts(tx *db.Tx, parts []Part, refuse func(*Entry)) error {
	a := &applier{j: j, tx: tx, origins: make(map[Origin]*applied), docs: make(map[db.ID][]change)}
	p := partApplier{a, make(map[db.ID]bool), refuse}
	entries := make([]Entry, len(parts))
	for i := range parts {
		entries[i] = parts[i].Entry
	}
	if err := a.open(entries); err != nil {
		return err
	}
	for i := range entries {
		err := p.part(&entries[i], parts[i].Prev)
		if refuse != nil && fault.KeyOf(err) == "journal.fork" {
			refuse(&entries[i])
			continue
		}
		if err != nil {
			return err
		}
	}
	return a.project(p.filled)
}

// stored is an entry as it is here.
type stored struct {
	here    bool
	hash    []byte
	prev    []byte
	payload []byte
}

func (p *partApplier) at(no int64, seq uint64) (stored, error) {
	var s stored
	err := p.tx.Row("SELECT hash, prev, payload FROM journal_entries WHERE slot = ?", slotOf(no, seq)).Scan(&s.hash, &s.prev, &s.payload)
	if fault.Is(err, fault.NotFound) {
		return s, nil
	}
	s.here = err == nil
	return s, err
}

func (p *partApplier) part(e *Entry, prev [32]byte) error {
	const op = "journal.TakeFeed"
	if len(e.Payload) > maxPayload {
		return fault.Field(op, "payload", "journal.too_long")
	}
	o := p.origins[e.Version.Origin]
	old, err := p.at(o.no, e.Version.Seq)
	if err != nil {
		return err
	}
	if old.here && !bytes.Equal(old.hash, e.Hash[:]) {
		if !e.Version.Origin.isAgain() {
			return fault.New(fault.Conflict, op, "journal.fork")
		}
		if old, err = p.said(e, o.no, old); err != nil {
			return err
		}
	}
	if old.here && (old.payload != nil || e.Payload == nil) {
		return nil
	}
	if !old.here && e.Version.Origin.Installation == p.own {
		return fault.New(fault.Conflict, op, "journal.own_origin")
	}
	var fork error // of what is refused nothing is kept, also no secret
	if !old.here {
		if fork = p.neighbours(e, o.no, prev); fork != nil && p.refuse != nil {
			return fork
		}
	}
	erased, err := p.commitment(e)
	if err != nil {
		return err
	}
	if p.s.entry(e.Raw, &e.Commitment, &prev) != e.Hash {
		return fault.New(fault.Invalid, op, "journal.broken_chain")
	}
	if fork != nil {
		return fork
	}
	if old.here {
		return p.fill(e, o, erased)
	}
	if err := p.store(e, o, erased, prev[:]); err != nil {
		return err
	}
	if err := logPart(p.tx, slotOf(o.no, e.Version.Seq)); err != nil {
		return err
	}
	p.j.clock.saw(e.HLC)
	if c, ok := e.change(); ok && !erased {
		p.docs[e.Doc] = append(p.docs[e.Doc], c)
	}
	return nil
}

// said settles that what was issued again is said otherwise here: two who did it had seen
// other forks. A hub keeps what came first, and nodes have what the hub has.
func (p *partApplier) said(e *Entry, no int64, old stored) (stored, error) {
	if p.refuse != nil {
		old.payload = e.Payload // nothing is missing
		return old, nil
	}
	p.filled[e.Doc] = true
	_, err := p.tx.Exec("DELETE FROM journal_entries WHERE slot = ?", slotOf(no, e.Version.Seq))
	return stored{}, err
}

// neighbours compares an entry with the one before it and the one after it, as far
// as they are here.
func (p *partApplier) neighbours(e *Entry, no int64, prev [32]byte) error {
	fork := fault.New(fault.Conflict, "journal.TakeFeed", "journal.fork")
	if e.Version.Seq == 1 && prev != [32]byte{} {
		return fork
	}
	before, err := p.at(no, e.Version.Seq-1)
	if err != nil {
		return err
	}
	if before.here && !bytes.Equal(before.hash, prev[:]) {
		return fork
	}
	after, err := p.at(no, e.Version.Seq+1)
	if err != nil {
		return err
	}
	if after.here && after.prev != nil && !bytes.Equal(after.prev, e.Hash[:]) {
		return fork
	}
	return nil
}

// fill puts a payload back that was forgotten here, or that never was: a hub that was put
// back gets what a node has forgotten from that node without it, and later from another
// with it. Feeds that went past it look at it again.
func (p *partApplier) fill(e *Entry, o *applied, erased bool) error {
	if erased {
		return nil
	}
	if _, err := p.tx.Exec("UPDATE journal_entries SET payload = ?, commitment = NULL WHERE slot = ?", e.Payload, slotOf(o.no, e.Version.Seq)); err != nil {
		return err
	}
	if c, ok := e.change(); ok {
		p.docs[e.Doc] = append(p.docs[e.Doc], c)
		p.filled[e.Doc] = true
	}
	return logPart(p.tx, slotOf(o.no, e.Version.Seq))
}

// Forget takes documents out of this journal that have left this node's scope:
// payloads, secrets, merged state and projected rows. Of entries that stand in a
// chain that is here from its beginning, as this node's own do, header and
// commitment stay, and the chain verifies; others go whole. It is no erasure: the
// documents are elsewhere, and come back when a feed brings them again.
//
// What has not left this node must not be forgotten: the caller sees to it that
// every entry of the documents is at the hub (see Unsent).
func (j *Journal) Forget(tx *db.Tx, docs []db.ID) error {
	heads, err := allHeads(tx)
	if err != nil {
		return err
	}
	whole := make(map[int64]uint64, len(heads))
	for _, h := range heads {
		whole[h.no] = h.seq
	}
	for _, doc := range docs {
		if err := j.forget(tx, doc, whole); err != nil {
			return fault.Wrap("journal.Forget", err)
		}
	}
	return nil
}

func (j *Journal) forget(tx *db.Tx, doc db.ID, whole map[int64]uint64) error {
	gone, err := j.isErased(tx, doc)
	if err != nil || gone {
		return err // its mark must stay
	}
	tx.Purge()
	if err := j.destroyPayloads(tx, doc); err != nil {
		return err
	}
	slots, err := slotsOf(tx, doc)
	if err != nil {
		return err
	}
	for _, slot := range slots {
		if slotSeq(slot) > whole[slot>>slotBits] {
			if _, err := tx.Exec("DELETE FROM journal_entries WHERE slot = ?", slot); err != nil {
				return err
			}
		}
	}
	if err := j.removeDocument(tx, doc); err != nil {
		return err
	}
	for _, sql := range []string{"DELETE FROM journal_secrets WHERE doc = ?", "DELETE FROM journal_more_secrets WHERE doc = ?"} {
		if _, err := tx.Exec(sql, doc); err != nil {
			return err
		}
	}
	return nil
}

func slotsOf(tx *db.Tx, doc db.ID) ([]int64, error) {
	rows, err := tx.Query("SELECT slot FROM journal_entries WHERE doc = ?", doc)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var slot int64
		if err := rows.Scan(&slot); err != nil {
			return nil, err
		}
		out = append(out, slot)
	}
	return out, rows.Err()
}

func (j *Journal) isErased(tx *db.Tx, doc db.ID) (bool, error) {
	return tx.Exists("SELECT 1 FROM journal_erasures WHERE doc = ?", doc)
}

// Unsent counts the entries written here that a hub does not have, which has these
// heads.
func (j *Journal) Unsent(tx *db.Tx, acknowledged []Head) (int64, error) {
	heads, err := j.Heads(tx)
	if err != nil {
		return 0, err
	}
	at := make(map[Origin]uint64, len(acknowledged))
	for _, h := range acknowledged {
		at[h.Origin] = h.Seq
	}
	var n int64
	for _, h := range heads {
		if sent := at[h.Origin]; sent < h.Seq {
			n += int64(h.Seq - sent)
		}
	}
	return n, nil
}
