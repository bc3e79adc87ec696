package journal

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Taken answers how far this journal has taken a feed.
func (j *Journal) Taken(tx *db.Tx, id db.ID) (FeedHead, error) {
	var h FeedHead
	var seq int64
	var hash []byte
	err := tx.Row("SELECT seq, hash FROM journal_taken WHERE feed = ?", id).Scan(&seq, &hash)
	if fault.Is(err, fault.NotFound) {
		return h, nil
	}
	h.Seq = uint64(seq)
	copy(h.Hash[:], hash)
	return h, err
}

// TakeFeed takes items of a feed that follow after from, all or none, and answers
// where it stands now. to is where the sender says that they end: if the chain does
// not lead there, or does not begin where this journal stands, nothing is taken.
//
// Entries are verified and projected as Apply does; a document that is dropped is
// forgotten here, unless something written here about it, or about the person it is
// about, is not in acknowledged, the heads that the sender has of this journal: then
// it stays, and comes into scope again when the sender has it.
//
// then, which may be nil, is run in the same transaction once everything is projected:
// what must follow from a taking is never left out by a crash.
func (j *Journal) TakeFeed(ctx context.Context, id db.ID, from, to FeedHead, items []Item, acknowledged []Head, then func(tx *db.Tx) error) (FeedHead, error) {
	const op = "journal.TakeFeed"
	var at FeedHead
	err := j.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if at, err = j.Taken(tx, id); err != nil {
			return err
		}
		if at != from {
			return fault.New(fault.Conflict, op, "journal.feed_position")
		}
		if at.Chain(items) != to {
			return fault.New(fault.Invalid, op, "journal.broken_feed")
		}
		for rest := items; len(rest) > 0; {
			n := run(rest)
			if err := j.takeRun(tx, rest[:n], acknowledged); err != nil {
				return err
			}
			rest = rest[n:]
		}
		if then != nil {
			if err := then(tx); err != nil {
				return err
			}
		}
		at = to
		_, err = tx.Exec(`INSERT INTO journal_taken (feed, seq, hash, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (feed) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at`, id, int64(at.Seq), at.Hash[:], j.clock.now())
		return err
	})
	return at, fault.Wrap(op, err)
}

// run is how many items at the beginning do the same.
func run(items []Item) int {
	n := 1
	for n < len(items) && items[n].Op == items[0].Op {
		n++
	}
	return n
}

func (j *Journal) takeRun(tx *db.Tx, items []Item, acknowledged []Head) error {
	switch items[0].Op {
	case OpEntry:
		parts := make([]Part, len(items))
		for i := range items {
			parts[i] = items[i].Part
		}
		return j.parts(tx, parts, nil)
	case OpDrop:
		docs := make([]db.ID, len(items))
		for i := range items {
			docs[i] = items[i].Doc
		}
		gone, err := j.mayGo(tx, docs, acknowledged)
		if err != nil {
			return err
		}
		return j.Forget(tx, gone)
	}
	return fault.New(fault.Invalid, "journal.TakeFeed", "journal.broken_feed")
}

// mayGo answers which of these documents can be forgotten: not one with an entry that
// was written here and is not acknowledged, and none about the same person, since that
// entry brings all of them into scope again. The others must go: nobody would keep
// them up to date.
func (j *Journal) mayGo(tx *db.Tx, docs []db.ID, acknowledged []Head) ([]db.ID, error) {
	unsent, err := j.unsentOf(tx, docs, acknowledged)
	if err != nil || len(unsent) == 0 {
		return docs, err
	}
	about := make(map[db.ID]db.ID, len(docs))
	stays := make(map[db.ID]bool) // people
	for _, doc := range docs {
		d, err := j.readDocument(tx, doc)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if about[doc] = d.s.subject; unsent[doc] && !d.s.subject.IsZero() {
			stays[d.s.subject] = true
		}
	}
	var gone []db.ID
	for _, doc := range docs {
		if !unsent[doc] && !stays[doc] && !stays[about[doc]] {
			gone = append(gone, doc)
		}
	}
	return gone, nil
}

// unsentOf answers which of these documents have an entry that was written here and is
// not acknowledged.
func (j *Journal) unsentOf(tx *db.Tx, docs []db.ID, acknowledged []Head) (map[db.ID]bool, error) {
	heads, err := allHeads(tx)
	if err != nil {
		return nil, err
	}
	sent := make(map[Origin]uint64, len(acknowledged))
	for _, h := range acknowledged {
		sent[h.Origin] = h.Seq
	}
	byNo := make(map[int64]storedHead, len(heads))
	for _, h := range heads {
		byNo[h.no] = h
	}
	out := make(map[db.ID]bool)
	for _, doc := range docs {
		slots, err := slotsOf(tx, doc)
		if err != nil {
			return nil, err
		}
		for _, slot := range slots {
			h := byNo[slot>>slotBits]
			if seq := slotSeq(slot); seq <= h.seq && seq > sent[h.origin] {
				out[doc] = true
			}
		}
	}
	return out, nil
}

// logPart keeps that a part came, for the feeds that this journal fills itself.
func logPart(tx *db.Tx, slot int64) error {
	var n int64
	if err := tx.Row("SELECT coalesce(max(n), 0) + 1 FROM journal_parts").Scan(&n); err != nil {
		return err
	}
	_, err := tx.Exec("INSERT INTO journal_parts (n, slot) VALUES (?, ?)", n, slot)
	return err
}

// Arrivals answers the headers of entries that other installations wrote and that
// have come here since the consumer asked last, and moves the consumer on in the
// caller's transaction: what must be done about them is done in it too, or they are
// answered again. more says that there are others.
func (j *Journal) Arrivals(tx *db.Tx, consumer db.ID, limit int) (headers []Header, more bool, err error) {
	if _, err := openFeed(tx, consumer, false); fault.KeyOf(err) == "journal.no_feed" {
		if err := j.NewFeed(tx, consumer); err != nil {
			return nil, false, err
		}
	} else if err != nil {
		return nil, false, err
	}
	f, err := j.filler(tx, consumer, Filter{})
	if err != nil {
		return nil, false, err
	}
	own, err := j.installation(tx)
	if err != nil {
		return nil, false, err
	}
	f.limit = limit
	f.look = func(p *Part) error {
		headers = append(headers, p.Header)
		f.added++
		return nil
	}
	f.pass = func(o Origin) bool { return o.Installation == own }
	more, err = f.run()
	return headers, more, fault.Wrap("journal.Arrivals", err)
}
