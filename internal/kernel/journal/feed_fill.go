package journal

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// filler appends to one feed.
type filler struct {
	j     *Journal
	tx    *db.Tx
	feed  openFeedState
	flt   Filter
	at    map[int64]uint64 // cursors, by origin
	added int
	limit int
	look  func(*Part) error // what is done with an entry
	pass  func(Origin) bool // origins that are of no interest; nil for none
}

// FillFeed appends what has come to this journal since the last time and belongs
// into the feed, and answers how many items and whether there is more: it stops
// soon after limit items. Several processes may fill one feed.
//
// It walks each origin from where the feed stands in it, so that nothing can be
// missed. An entry goes into the feed if its document is carried already; if it is
// about somebody in scope; or if the filter wants it, and then everything about that
// person, and about those who travel with them, is appended first.
func (j *Journal) FillFeed(tx *db.Tx, id db.ID, flt Filter, limit int) (added int, more bool, err error) {
	f, err := j.filler(tx, id, flt)
	if err != nil {
		return 0, false, err
	}
	f.limit = limit
	more, err = f.run()
	if err != nil {
		return 0, false, fault.Wrap("journal.FillFeed", err)
	}
	return f.added, more, f.save()
}

func (j *Journal) filler(tx *db.Tx, id db.ID, flt Filter) (*filler, error) {
	feed, err := openFeed(tx, id, true)
	if err != nil {
		return nil, err
	}
	f := &filler{j: j, tx: tx, feed: feed, flt: flt, at: make(map[int64]uint64)}
	f.look = f.entry
	rows, err := tx.Query("SELECT no, seq FROM journal_feed_cursors WHERE feed = ?", feed.no)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var no, seq int64
		if err := rows.Scan(&no, &seq); err != nil {
			return nil, err
		}
		f.at[no] = uint64(seq)
	}
	return f, rows.Err()
}

func (f *filler) save() error {
	_, err := f.tx.Exec("UPDATE journal_feeds SET seq = ?, hash = ? WHERE no = ?", int64(f.feed.Seq), f.feed.Hash[:], f.feed.no)
	return err
}

func (f *filler) run() (more bool, err error) {
	heads, err := allHeads(f.tx)
	if err != nil {
		return false, err
	}
	for _, h := range heads {
		was := f.at[h.no]
		if f.pass != nil && f.pass(h.origin) {
			f.at[h.no] = h.seq
		}
		for f.at[h.no] < h.seq && f.added < f.limit {
			if err := f.page(h.no, h.seq); err != nil {
				return false, err
			}
		}
		if f.at[h.no] != was {
			if err := f.keepCursor(h.no, f.at[h.no]); err != nil {
				return false, err
			}
		}
		if f.at[h.no] < h.seq {
			return true, nil
		}
	}
	return f.parts()
}

// fillPage is how many entries are looked at between two statements.
const fillPage = 256

// page looks at the next entries of an origin.
func (f *filler) page(no int64, to uint64) error {
	rows, err := f.tx.Query(entryColumns+" WHERE e.slot > ? AND e.slot <= ? ORDER BY e.slot LIMIT ?", slotOf(no, f.at[no]), slotOf(no, to), fillPage)
	if err != nil {
		return err
	}
	parts, err := f.j.scanParts(f.tx, rows)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		f.at[no] = to
		return nil
	}
	for i := range parts {
		f.at[no] = slotSeq(parts[i].slot)
		if err := f.look(&parts[i]); err != nil {
			return err
		}
		if f.added >= f.limit {
			return nil
		}
	}
	return nil
}

// parts looks at what came here as parts of other journals.
func (f *filler) parts() (more bool, err error) {
	was := f.at[feedCursor]
	for {
		rows, err := f.tx.Query("SELECT n, slot FROM journal_parts WHERE n > ? ORDER BY n LIMIT ?", int64(f.at[feedCursor]), fillPage)
		if err != nil {
			return false, err
		}
		var ns, slots []int64
		for rows.Next() {
			var n, slot int64
			if err := rows.Scan(&n, &slot); err != nil {
				rows.Close()
				return false, err
			}
			ns, slots = append(ns, n), append(slots, slot)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return false, err
		}
		for i, slot := range slots {
			f.at[feedCursor] = uint64(ns[i])
			p, err := f.j.part(f.tx, slot)
			if fault.KeyOf(err) == "journal.not_found" {
				continue // forgotten meanwhile
			}
			if err != nil {
				return false, err
			}
			if err := f.look(&p); err != nil {
				return false, err
			}
			if f.added >= f.limit {
				return true, f.keepCursor(feedCursor, f.at[feedCursor])
			}
		}
		if len(slots) < fillPage {
			break
		}
	}
	if f.at[feedCursor] == was {
		return false, nil
	}
	return false, f.keepCursor(feedCursor, f.at[feedCursor])
}

// entry decides about one entry.
func (f *filler) entry(p *Part) error {
	own := f.flt.Own != nil && f.flt.Own(p.Version.Origin.Installation)
	if p.Kind == kindErasure {
		return f.erasure(p, own)
	}
	switch f.j.reachOf(p.Kind) {
	case UpOnly:
		return nil
	case Everywhere:
		if !f.flt.Reference || own {
			return nil
		}
		return f.add(Item{Op: OpEntry, Part: *p})
	}
	if !f.allowed(&p.Header) {
		return nil
	}
	carried, _, err := f.isCarried(p.Doc)
	if err != nil {
		return err
	}
	if carried {
		if !own {
			if err := f.add(Item{Op: OpEntry, Part: *p}); err != nil {
				return err
			}
		}
		return f.joined(p)
	}
	return f.arrives(p, own)
}

// arrives brings a document into the feed that is not carried yet, if it belongs
// there.
func (f *filler) arrives(p *Part, own bool) error {
	who := p.Subject
	wants := own || f.flt.Wants != nil && f.flt.Wants(&p.Header)
	if who.IsZero() {
		if !wants {
			linked, err := f.linkedFrom(p.Doc)
			if err != nil || !linked {
				return err
			}
		}
		return f.carry(p.Doc)
	}
	in, err := f.inScope(who)
	if err != nil {
		return err
	}
	switch {
	case in && f.j.kind(p.Kind).Links == nil:
		return f.carry(p.Doc)
	case in:
		return f.enter(who, "")
	case wants:
		return f.enter(who, "site")
	}
	return f.joined(p)
}

// joined brings people into scope who join a family or a case that is carried, and
// carries what a carried document links to now.
func (f *filler) joined(p *Part) error {
	if f.j.kind(p.Kind).Links == nil || p.Subject.IsZero() {
		return nil
	}
	d, err := f.j.lockless(f.tx, p.Doc)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, to := range d.k.Links(d.s.doc(p.Doc, d.k.Name)) {
		carried, _, err := f.isCarried(to)
		if err != nil {
			return err
		}
		in, err := f.inScope(p.Subject)
		if err != nil {
			return err
		}
		if carried != in {
			return f.enter(p.Subject, "")
		}
	}
	return nil
}

// linkedFrom reports whether a carried document links to this one.
func (f *filler) linkedFrom(doc db.ID) (bool, error) {
	var one int64
	err := f.tx.Row(`SELECT 1 FROM journal_about a JOIN journal_feed_docs d ON d.feed = ? AND d.doc = a.doc AND d.carried = 1
		WHERE a.target = ? LIMIT 1`, f.feed.no, doc).Scan(&one)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// erasure goes into every feed of nodes, and into any other that carried what it
// erases.
func (f *filler) erasure(p *Part, own bool) error {
	if own {
		return nil
	}
	if !f.flt.Reference {
		_, was, err := f.isCarried(erasedBy(&p.Entry))
		if err != nil || !was {
			return err
		}
	}
	return f.add(Item{Op: OpEntry, Part: *p})
}

func (f *filler) allowed(h *Header) bool { return f.flt.Allow == nil || f.flt.Allow(h) }

// isCarried reports whether a document is in the feed now, and whether it ever was.
func (f *filler) isCarried(doc db.ID) (carried, ever bool, err error) {
	var c int64
	err = f.tx.Row("SELECT carried FROM journal_feed_docs WHERE feed = ? AND doc = ?", f.feed.no, doc).Scan(&c)
	if fault.Is(err, fault.NotFound) {
		return false, false, nil
	}
	return c == 1, err == nil, err
}

func (f *filler) inScope(subject db.ID) (bool, error) {
	var one int64
	err := f.tx.Row("SELECT 1 FROM journal_feed_subjects WHERE feed = ? AND subject = ?", f.feed.no, subject).Scan(&one)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// enter brings a person, and those who travel with them, into scope, with all their
// history.
func (f *filler) enter(subject db.ID, why string) error {
	c, err := f.j.companyOf(f.tx, subject)
	if err != nil {
		return err
	}
	for _, s := range c.Subjects {
		if _, err := f.tx.Exec(`INSERT INTO journal_feed_subjects (feed, subject, why, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			f.feed.no, s, why, f.j.clock.now()); err != nil {
			return err
		}
	}
	for _, doc := range c.Docs {
		if err := f.carry(doc); err != nil {
			return err
		}
	}
	return nil
}

// carry appends a document's entries as far as the feed has walked their origins;
// later ones are met on the way. Of a document that comes back after a drop, the
// subscriber's own entries are sent too: it has forgotten what was in them.
func (f *filler) carry(doc db.ID) error {
	carried, was, err := f.isCarried(doc)
	if err != nil || carried {
		return err
	}
	rows, err := f.tx.Query(entryColumns+" WHERE e.doc = ? ORDER BY e.slot", doc)
	if err != nil {
		return err
	}
	parts, err := f.j.scanParts(f.tx, rows)
	if err != nil {
		return err
	}
	allowed := false
	for i := range parts {
		p := &parts[i]
		if !f.allowed(&p.Header) {
			continue
		}
		allowed = true
		no, seq := p.slot>>slotBits, slotSeq(p.slot)
		if p.Prev == [32]byte{} && seq > f.at[no] || !was && f.flt.Own != nil && f.flt.Own(p.Version.Origin.Installation) {
			continue
		}
		if err := f.add(Item{Op: OpEntry, Part: *p}); err != nil {
			return err
		}
	}
	if !allowed {
		return nil
	}
	_, err = f.tx.Exec(`INSERT INTO journal_feed_docs (feed, doc, carried) VALUES (?, ?, 1)
		ON CONFLICT (feed, doc) DO UPDATE SET carried = 1`, f.feed.no, doc)
	return err
}

// Carry brings a person into the scope of a feed although the filter did not, such
// as one who was fetched by a card. why is a code.
func (j *Journal) Carry(tx *db.Tx, id db.ID, flt Filter, subject db.ID, why string) error {
	f, err := j.filler(tx, id, flt)
	if err != nil {
		return err
	}
	if err := f.enter(subject, why); err != nil {
		return fault.Wrap("journal.Carry", err)
	}
	return f.save()
}

// Drop takes a person, and those who travel with them, out of a feed's scope: what
// the feed carried of them goes, but for what somebody who stays needs.
func (j *Journal) Drop(tx *db.Tx, id db.ID, subject db.ID) error {
	f, err := j.filler(tx, id, Filter{})
	if err != nil {
		return err
	}
	c, err := j.companyOf(tx, subject)
	if err != nil {
		return err
	}
	for _, s := range c.Subjects {
		if _, err := tx.Exec("DELETE FROM journal_feed_subjects WHERE feed = ? AND subject = ?", f.feed.no, s); err != nil {
			return err
		}
	}
	for _, doc := range c.Docs {
		if err := f.drop(doc); err != nil {
			return fault.Wrap("journal.Drop", err)
		}
	}
	return f.save()
}

func (f *filler) drop(doc db.ID) error {
	carried, _, err := f.isCarried(doc)
	if err != nil || !carried {
		return err
	}
	if stays, err := f.needed(doc); err != nil || stays {
		return err
	}
	if err := f.add(Item{Op: OpDrop, Doc: doc}); err != nil {
		return err
	}
	_, err = f.tx.Exec("UPDATE journal_feed_docs SET carried = 0 WHERE feed = ? AND doc = ?", f.feed.no, doc)
	return err
}

// needed reports whether somebody in scope still needs a document: it is about them,
// or a document about them links to it.
func (f *filler) needed(doc db.ID) (bool, error) {
	var one int64
	err := f.tx.Row(`SELECT 1 FROM journal_feed_subjects s WHERE s.feed = ? AND (s.subject = ?
		OR EXISTS (SELECT 1 FROM journal_about a WHERE a.doc = ? AND a.target = s.subject)
		OR EXISTS (SELECT 1 FROM journal_about l JOIN journal_about a ON a.doc = l.doc WHERE l.target = ? AND a.target = s.subject)) LIMIT 1`,
		f.feed.no, doc, doc, doc).Scan(&one)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// InFeed reports whether a feed carries a document now.
func (j *Journal) InFeed(tx *db.Tx, id, doc db.ID) (bool, error) {
	feed, err := openFeed(tx, id, false)
	if err != nil {
		return false, err
	}
	f := filler{j: j, tx: tx, feed: feed}
	carried, _, err := f.isCarried(doc)
	return carried, err
}
