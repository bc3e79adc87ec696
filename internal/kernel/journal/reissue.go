package journal

import (
	"bytes"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// When two machines wrote under one name, the hub has what came first, and refuses the
// other's entries under the same numbers. They are true all the same: somebody recorded
// them. So they are issued again, under a new name: the same documents, authors, times
// and payloads, with new versions. What they say they have seen is said again in new
// versions too, and never in the old ones: those name other entries now.

// Reissued is the end of one origin that goes on under another name.
type Reissued struct {
	From  Origin
	After uint64   // the last entry under the old name that stays
	To    uint64   // the last one that there was
	Head  [32]byte // its hash
	As    Origin   // where the entries stand now, from number 1

	// Versions are the new ones of the old. What is erased is not issued again.
	Versions map[Version]Version
}

// Reissue takes the entries of each origin after the head that is common to this
// journal and the hub, and issues them again under a new installation, under which this
// journal writes from then on. Who calls it sees to it that nobody has been sent the
// entries that change their versions.
func (j *Journal) Reissue(tx *db.Tx, common []Head) ([]Reissued, error) {
	const op = "journal.Reissue"
	r := reissuer{j: j, tx: tx, as: db.NewID(), now: make(map[Version]Version), cut: make(map[Origin]int64), common: make(map[Origin]uint64), ends: make(map[db.ID][]Version)}
	for _, c := range common {
		if err := r.take(c); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	if len(r.out) > 0 {
		if err := r.run(); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	return r.out, fault.Wrap(op, j.renew(tx, r.as))
}

// reissuer is one Reissue.
type reissuer struct {
	j      *Journal
	tx     *db.Tx
	as     db.ID
	out    []Reissued
	ends   map[db.ID][]Version // by document: what is taken away of it
	list   []Entry
	now    map[Version]Version // what it is called now
	cut    map[Origin]int64    // local number of each origin whose end is taken
	common map[Origin]uint64
	s      hasher
}

// take reads the end of an origin, and gives each entry its new version.
func (r *reissuer) take(c Head) error {
	hash, ok, err := r.j.HashAt(r.tx, c.Origin, c.Seq)
	if err != nil {
		return err
	}
	if !ok || hash != c.Hash {
		return fault.New(fault.Conflict, "journal.Reissue", "journal.fork")
	}
	o, err := (&applier{j: r.j, tx: r.tx}).origin(c.Origin)
	if err != nil || o.seq <= c.Seq {
		return err
	}
	list, err := r.j.After(r.tx, c.Origin, c.Seq, int(o.seq-c.Seq))
	if err != nil {
		return err
	}
	to := Origin{Installation: r.as, Lane: uint32(len(r.out))}
	one := Reissued{From: c.Origin, After: c.Seq, To: o.seq, Head: o.hash, As: to, Versions: make(map[Version]Version)}
	for i := range list {
		e := &list[i]
		r.ends[e.Doc] = append(r.ends[e.Doc], e.Version)
		if e.Payload == nil {
			continue
		}
		v := Version{to, uint64(len(one.Versions)) + 1}
		one.Versions[e.Version], r.now[e.Version] = v, v
		r.list = append(r.list, *e)
	}
	r.cut[c.Origin], r.common[c.Origin] = o.no, c.Seq
	r.out = append(r.out, one)
	return nil
}

func (r *reissuer) run() error {
	again := make([]Entry, len(r.list))
	prev := make(map[Origin][32]byte)
	for i := range r.list {
		e, err := r.entry(&r.list[i], prev)
		if err != nil {
			return err
		}
		again[i] = e
	}
	if err := r.takeAway(); err != nil {
		return err
	}
	a := applier{j: r.j, tx: r.tx, origins: make(map[Origin]*applied), docs: make(map[db.ID][]change)}
	if err := a.run(again); err != nil {
		return err
	}
	return r.j.keepRenamed(r.tx, r.out)
}

// entry is an entry under its new version.
func (r *reissuer) entry(old *Entry, prev map[Origin][32]byte) (Entry, error) {
	base, err := r.base(old.Doc, old.Base)
	if err != nil {
		return Entry{}, err
	}
	v := r.now[old.Version]
	e, err := renew(&r.s, old, v, base, resolvesAgain(old.Resolves, r.now), prev[v.Origin])
	prev[v.Origin] = e.Hash
	return e, err
}

// base is what an author had seen, in the versions that there are now. A version that
// is taken away is never named: under its number the other machine's entry will stand,
// which this author had not seen.
func (r *reissuer) base(doc db.ID, old Base) (Base, error) {
	var b Base
	for _, v := range old.seen {
		if common, ok := r.common[v.Origin]; !ok || v.Seq <= common {
			b = b.with(v)
			continue
		}
		for _, gone := range r.ends[doc] {
			if now, ok := r.now[gone]; ok && gone.Origin == v.Origin && gone.Seq <= v.Seq {
				b = b.with(now)
			}
		}
		stays, err := r.lastThatStays(doc, v.Origin)
		if err != nil {
			return b, err
		}
		if stays > 0 {
			b = b.with(Version{v.Origin, stays})
		}
	}
	return b, nil
}

func (r *reissuer) lastThatStays(doc db.ID, o Origin) (uint64, error) {
	no := r.cut[o]
	var last *int64
	err := r.tx.Row("SELECT max(slot) FROM journal_entries WHERE doc = ? AND slot > ? AND slot <= ?", doc, slotOf(no, 0), slotOf(no, r.common[o])).Scan(&last)
	if err != nil || last == nil {
		return 0, err
	}
	return slotSeq(*last), nil
}

// takeAway deletes the ends, and makes the documents again from what stays.
func (r *reissuer) takeAway() error {
	docs := make([]db.ID, 0, len(r.ends))
	for id := range r.ends {
		docs = append(docs, id)
	}
	slices.SortFunc(docs, func(a, b db.ID) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range docs {
		if err := r.j.removeDocument(r.tx, id); err != nil {
			return err
		}
	}
	for _, o := range r.out {
		if err := r.shorten(o); err != nil {
			return err
		}
	}
	for _, id := range docs {
		entries, err := r.j.History(r.tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if _, err := r.j.projectAgain(r.tx, id, entries); err != nil {
			return err
		}
	}
	return nil
}

// shorten ends an origin where both sides have the same.
func (r *reissuer) shorten(o Reissued) error {
	no := r.cut[o.From]
	if _, err := r.tx.Exec("DELETE FROM journal_entries WHERE slot > ? AND slot <= ?", slotOf(no, o.After), slotOf(no, o.To)); err != nil {
		return err
	}
	hash, _, err := r.j.HashAt(r.tx, o.From, o.After)
	if err != nil {
		return err
	}
	if _, err := r.tx.Exec("UPDATE journal_heads SET seq = ?, hash = ? WHERE no = ?", int64(o.After), hash[:], no); err != nil {
		return err
	}
	_, err = r.tx.Exec("UPDATE journal_feed_cursors SET seq = ? WHERE no = ? AND seq > ?", int64(o.After), no, int64(o.After))
	return err
}
