package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A hub that was put back, and a node that was put back and wrote again under its old
// name, leave others with parts of a chain that went on otherwise: another entry stands
// under their numbers now. Whoever has such parts issues them again (TakeParts says
// which). Several may have the same ones and never hear of each other, so nobody gives
// them a name of their own: the new name follows from the hash of the entry, and whoever
// issues it again makes the same entry. (docs/adr/0025-parts-of-a-fork.md)

var againLabel = []byte("godwit again 1\x00")

// issuedAgain is the name of an entry that is issued again: of an installation that
// stands for the one that wrote it, and of a number that follows from its hash. Such an
// installation is a UUID of version 8; all others are of version 7.
func issuedAgain(e *Entry) Version {
	own := e.Version.Origin.Installation
	sum := sha256.Sum256(append(slices.Clone(againLabel), own[:]...))
	id := db.ID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	seq := binary.BigEndian.Uint64(e.Hash[4:12]) & maxSeq
	return Version{Origin{id, binary.BigEndian.Uint32(e.Hash[:4])}, max(seq, 2)} // the first of a chain follows nothing
}

// isAgain reports whether an origin is of entries that were issued again.
func (o Origin) isAgain() bool { return o.Installation[6]>>4 == 8 }

// IssueAgain takes these parts away, under whose numbers other entries stand at a hub,
// and issues them again: the same documents, authors, times and payloads under new names.
// What was written on one of them is issued again too, since what it says that its author
// had seen names another entry now. It stays where it stands as well, so that no chain is
// broken, and is not merged any more (see once).
func (j *Journal) IssueAgain(tx *db.Tx, refused []Head) ([]Reissued, error) {
	const op = "journal.IssueAgain"
	a := again{j: j, tx: tx, gone: make(map[db.ID][]int64)}
	for _, h := range refused {
		if err := a.find(h); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	docs := make([]db.ID, 0, len(a.gone))
	for id := range a.gone {
		docs = append(docs, id)
	}
	slices.SortFunc(docs, func(x, y db.ID) int { return bytes.Compare(x[:], y[:]) })
	for _, id := range docs {
		if err := a.document(id); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	// One that is here was issued again by somebody else, and stays as they said it.
	lost := false
	if err := j.parts(tx, a.parts, func(*Entry) { lost = true }); err != nil || lost {
		return nil, fault.Wrap(op, cmpErr(err, fault.New(fault.Conflict, op, "journal.fork")))
	}
	return a.out, fault.Wrap(op, j.keepRenamed(tx, a.out))
}

// again is one IssueAgain.
type again struct {
	j     *Journal
	tx    *db.Tx
	s     hasher
	gone  map[db.ID][]int64 // by document: where the parts stand that go
	parts []Part
	out   []Reissued
}

// find looks where a part stands. One that is not here any more was issued again before.
func (a *again) find(h Head) error {
	if h.Origin.isAgain() {
		return nil
	}
	no, err := originNo(a.tx, h.Origin)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var doc db.ID
	var hash, prev []byte
	err = a.tx.Row("SELECT doc, hash, prev FROM journal_entries WHERE slot = ?", slotOf(no, h.Seq)).Scan(&doc, &hash, &prev)
	if err == nil && prev != nil && bytes.Equal(hash, h.Hash[:]) {
		a.gone[doc] = append(a.gone[doc], slotOf(no, h.Seq))
	}
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return err
}

// document issues again what has to be of one document.
func (a *again) document(id db.ID) error {
	rows, err := a.tx.Query(entryColumns+" WHERE e.doc = ? ORDER BY e.slot", id)
	if err != nil {
		return err
	}
	all, err := a.j.scanParts(a.tx, rows)
	if err != nil {
		return err
	}
	names := a.names(all, a.gone[id])
	for i := range all {
		if e := &all[i].Entry; names[e.Version].Seq != 0 {
			if err := a.issue(e, all, names); err != nil {
				return err
			}
		}
	}
	if err := a.j.removeDocument(a.tx, id); err != nil {
		return err
	}
	for _, slot := range a.gone[id] {
		for _, sql := range []string{"DELETE FROM journal_entries WHERE slot = ?", "DELETE FROM journal_parts WHERE slot = ?"} {
			if _, err := a.tx.Exec(sql, slot); err != nil {
				return err
			}
		}
	}
	left, err := a.j.History(a.tx, id)
	if err == nil {
		_, err = a.j.projectAgain(a.tx, id, left)
	}
	return err
}

// names are the new names of the entries of a document that are issued again: the parts
// that go, and whatever was written by somebody who had seen one of them.
func (a *again) names(all []Part, gone []int64) map[Version]Version {
	names := make(map[Version]Version)
	for found := true; found; {
		found = false
		for i := range all {
			e := &all[i].Entry
			if _, has := names[e.Version]; has || e.Payload == nil || e.Version.Origin.isAgain() {
				continue
			}
			saw := func(v Version) bool { return e.Base.Has(v) || slices.Contains(e.Resolves, v) }
			hit := slices.Contains(gone, all[i].slot)
			for v := range names {
				hit = hit || saw(v)
			}
			if hit {
				names[e.Version], found = issuedAgain(e), true
			}
		}
	}
	return names
}

// issue makes an entry under its new name.
func (a *again) issue(e *Entry, all []Part, names map[Version]Version) error {
	v := names[e.Version]
	now, err := renew(&a.s, e, v, baseAgain(e.Base, all, names), resolvesAgain(e.Resolves, names), e.Hash)
	if err != nil {
		return err
	}
	a.parts = append(a.parts, Part{Entry: now, Prev: e.Hash}) // what it says again is what it follows
	a.out = append(a.out, Reissued{From: e.Version.Origin, After: e.Version.Seq - 1, To: e.Version.Seq, Head: e.Hash, As: v.Origin,
		Versions: map[Version]Version{e.Version: v}})
	return nil
}

// baseAgain is what an author had seen, in the names that there are now.
func baseAgain(old Base, all []Part, names map[Version]Version) Base {
	var b Base
	for _, v := range old.seen {
		stays, renamed := uint64(0), false
		for i := range all {
			at := all[i].Version
			if at.Origin != v.Origin || at.Seq > v.Seq {
				continue
			}
			if now, is := names[at]; is {
				b, renamed = b.with(now), true
			} else {
				stays = max(stays, at.Seq)
			}
		}
		switch {
		case !renamed:
			b = b.with(v)
		case stays > 0:
			b = b.with(Version{v.Origin, stays})
		}
	}
	return b
}

func resolvesAgain(old []Version, names map[Version]Version) []Version {
	out := slices.Clone(old)
	for i, v := range out {
		if now, is := names[v]; is {
			out[i] = now
		}
	}
	return out
}

// renew makes an entry under another name: header and hashes are made anew.
func renew(s *hasher, old *Entry, v Version, base Base, resolves []Version, prev [32]byte) (Entry, error) {
	bad := fault.New(fault.Internal, "journal.Reissue", "journal.bad_header")
	h := old.Header
	known := appendHeader(nil, &h)
	if !bytes.HasPrefix(old.Raw, known) || old.Secret == nil {
		return Entry{}, bad
	}
	later := old.Raw[len(known):] // what a later program wrote, and this one does not know
	h.Version, h.Base, h.Resolves = v, base, resolves
	e := Entry{Header: h, Raw: append(appendHeader(nil, &h), later...), Payload: old.Payload, Secret: old.Secret}
	e.Commitment = s.commit(e.Secret, h.Version, e.Payload)
	e.Hash = s.entry(e.Raw, &e.Commitment, &prev)
	return e, nil
}

// once finds the entries of a document that are one change under several names, in the
// order in which they are shown, and leaves one of each: the one that was issued again by
// its hash, or else that of the least version. A change is the same if its author, its
// time and its payload are: no machine gives one time to two changes.
func once(entries []Entry) (kept []*Entry, names map[Version][]Version) {
	for i := range entries {
		e, at := &entries[i], len(kept)-1
		for at >= 0 && kept[at].HLC == e.HLC && !kept[at].sameChange(e) {
			at--
		}
		if at < 0 || kept[at].HLC != e.HLC {
			kept = append(kept, e)
			continue
		}
		stays, goes := kept[at], e
		if e.Version.Origin.isAgain() && !stays.Version.Origin.isAgain() {
			stays, goes = goes, stays
		}
		if names == nil {
			names = make(map[Version][]Version)
		}
		names[stays.Version] = append(append(names[stays.Version], names[goes.Version]...), goes.Version)
		delete(names, goes.Version)
		kept[at] = stays
	}
	return kept, names
}

func (e *Entry) sameChange(f *Entry) bool {
	return e.Version.Origin != f.Version.Origin && e.Actor == f.Actor && e.Kind == f.Kind && e.EnteredInError == f.EnteredInError &&
		e.Payload != nil && f.Payload != nil && bytes.Equal(e.Payload, f.Payload)
}

// sawOnce says of who had seen a change under one of its names that they had seen it.
func (c *change) sawOnce(names map[Version][]Version) {
	h := *c.Header
	for now, others := range names {
		for _, v := range others {
			if h.Base.Has(v) {
				h.Base = h.Base.with(now)
			}
			if slices.Contains(h.Resolves, v) && !slices.Contains(h.Resolves, now) {
				h.Resolves = append(slices.Clone(h.Resolves), now)
			}
		}
	}
	c.Header, c.names = &h, names[h.Version]
}
