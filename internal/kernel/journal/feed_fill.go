package journal

import (
	"time"

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
	was   map[int64]uint64 // where they stood before the feed began to walk again
	guest bool             // somebody is in scope for a time only
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
	if err == nil && !more {
		more, err = f.leave()
	}
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
	f := &filler{j: j, tx: tx, feed: feed, flt: flt, at: make(map[int64]uint64), was: make(map[int64]uint64)}
	f.look = f.entry
	if f.guest, err = tx.Exists("SELECT 1 FROM journal_feed_subjects WHERE feed = ? AND until IS NOT NULL LIMIT 1", feed.no); err != nil {
		return nil, err
	}
	rows, err := tx.Query("SELECT no, seq, walked FROM journal_feed_cursors WHERE feed = ?", feed.no)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var no, seq int64
		var walked *int64
		if err := rows.Scan(&no, &seq, &walked); err != nil {
			return nil, err
		}
		if f.at[no] = uint64(seq); walked != nil {
			f.was[no] = uint64(*walked)
		}
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
	if p.Payload == nil {
		if unsaid, err := f.unsaid(p.Doc); err != nil || unsaid {
			return err
		}
		if own {
			if err := f.forgotten(p.Doc); err != nil {
				return err
			}
		}
	}
	switch f.j.reachOf(p.Kind) {
	case UpOnly:
		return nil
	case Everywhere:
		if !f.flt.Reference || own || f.walked(p) {
			return nil
		}
		return f.add(Item{Op: OpEntry, Part: *p})
	}
	if !f.allowed(&p.Header) {
		return nil
	}
	carried, again, err := f.isCarried(p.Doc)
	if err != nil {
		return err
	}
	wants := f.wants(p, own)
	if wants && f.guest {
		if err := f.stays(p.Subject); err != nil {
			return err
		}
	}
	switch {
	case !carried:
		return f.arrives(p, wants)
	case !f.walked(p):
		if !own || again {
			if err := f.add(Item{Op: OpEntry, Part: *p}); err != nil {
				return err
			}
		}
		if err := f.joined(p); err != nil {
			return err
		}
	}
	return f.wanted(p, wants)
}

// wanted brings somebody into scope of whom only this document is carried yet, since
// somebody else's links to it.
func (f *filler) wanted(p *Part, wants bool) error {
	if !wants || p.Subject.IsZero() {
		return nil
	}
	in, err := f.inScope(p.Subject)
	if err != nil || in {
		return err
	}
	return f.enter(p.Subject, ScopeSeen, time.Time{})
}

// arrives brings a document into the feed that is not carried yet, if it belongs
// there.
func (f *filler) arrives(p *Part, wants bool) error {
	who := p.Subject
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
		return f.enter(who, ScopeWith, time.Time{})
	case wants:
		return f.enter(who, ScopeSeen, time.Time{})
	}
	return f.joined(p)
}

// joined brings people into scope who join a family or a case that is carried, and
// carries what a carried document links to now.
func (f *filler) joined(p *Part) error {
	if f.j.kind(p.Kind).Links == nil || p.Subject.IsZero() {
		return nil
	}
	d, err := f.j.readDocument(f.tx, p.Doc)
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
			return f.enter(p.Subject, ScopeWith, time.Time{})
		}
	}
	return nil
}

// linkedFrom reports whether a carried document links to this one.
func (f *filler) linkedFrom(doc db.ID) (bool, error) {
	return f.tx.Exists(`SELECT 1 FROM journal_about a JOIN journal_feed_docs d ON d.feed = ? AND d.doc = a.doc AND d.carried IN (1, 3)
		WHERE a.target = ? LIMIT 1`, f.feed.no, doc)
}

// erasure goes into every feed of nodes, and into any other that carried what it
// erases.
func (f *filler) erasure(p *Part, own bool) error {
	if own || f.walked(p) {
		return nil
	}
	if !f.flt.Reference {
		carried, was, err := f.isCarried(erasedBy(&p.Entry))
		if err != nil || !carried && !was {
			return err
		}
	}
	return f.add(Item{Op: OpEntry, Part: *p})
}

func (f *filler) allowed(h *Header) bool { return f.flt.Allow == nil || f.flt.Allow(h) }

// What journal_feed_docs.carried says of a document. A subscriber may have forgotten
// what it wrote itself of one that it dropped, so those entries are sent too from then
// on, also those that the feed meets only later.
const (
	feedDropped = 0
	feedCarried = 1
	feedLeft    = 2 // the subscriber has it, and the feed does not carry it (yet): see Inherit
	feedAgain   = 3 // carried, and was not between
)

// isCarried reports whether a document is in the feed now, and whether it was in it, or
// with the subscriber, before.
func (f *filler) isCarried(doc db.ID) (carried, before bool, err error) {
	var c int64
	err = f.tx.Row("SELECT carried FROM journal_feed_docs WHERE feed = ? AND doc = ?", f.feed.no, doc).Scan(&c)
	if fault.Is(err, fault.NotFound) {
		return false, false, nil
	}
	return c == feedCarried || c == feedAgain, c != feedCarried, err
}

// forgotten notes that the subscriber wrote an entry and sent it without its payload: it
// had dropped the document before this hub was put back to a day on which it had not. What
// it wrote is sent to it again when the document is carried.
func (f *filler) forgotten(doc db.ID) error {
	erased, err := f.j.isErased(f.tx, doc)
	if err != nil || erased {
		return err
	}
	_, err = f.tx.Exec(`INSERT INTO journal_feed_docs (feed, doc, carried) VALUES (?, ?, 0)
		ON CONFLICT (feed, doc) DO UPDATE SET carried = 0 WHERE journal_feed_docs.carried = 1`, f.feed.no, doc)
	return err
}

func (f *filler) inScope(subject db.ID) (bool, error) {
	return f.tx.Exists("SELECT 1 FROM journal_feed_subjects WHERE feed = ? AND subject = ?", f.feed.no, subject)
}

// Why somebody is in the scope of a feed.
const (
	ScopeSeen    = "seen"    // the filter wanted an entry about them
	ScopeWith    = "with"    // they travel with somebody, or were in scope already
	ScopeFetched = "fetched" // they were asked for
)

// wants reports whether an entry brings its subject into scope.
func (f *filler) wants(p *Part, own bool) bool {
	return own || f.flt.Wants != nil && f.flt.Wants(&p.Header)
}

// walked reports whether the feed has been here before, and walks again because its
// filter changed: what it carries already is in it.
func (f *filler) walked(p *Part) bool {
	no, seq := p.slot>>slotBits, slotSeq(p.slot)
	if p.apart {
		no, seq = feedCursor, f.at[feedCursor]
	}
	return seq <= f.was[no]
}

// stays keeps somebody in scope who was there for a time only.
func (f *filler) stays(subject db.ID) error {
	_, err := f.tx.Exec("UPDATE journal_feed_subjects SET until = NULL, why = ? WHERE feed = ? AND subject = ? AND until IS NOT NULL", ScopeSeen, f.feed.no, subject)
	return err
}

// enter brings a person, and those who travel with them, into scope, with all their
// history. A zero until is for good.
func (f *filler) enter(subject db.ID, why string, until time.Time) error {
	if full, err := f.full(subject); err != nil || full {
		return err
	}
	c, err := f.j.companyOf(f.tx, subject)
	if err != nil {
		return err
	}
	for _, s := range c.Subjects {
		n, err := f.tx.Exec(`INSERT INTO journal_feed_subjects (feed, subject, why, since, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			f.feed.no, s, why, f.j.clock.now(), until)
		if err != nil {
			return err
		}
		if n == 1 || !f.guest && until.IsZero() {
			continue
		}
		if until.IsZero() && why != ScopeWith {
			err = f.stays(s)
		} else if !until.IsZero() {
			_, err = f.tx.Exec("UPDATE journal_feed_subjects SET until = ? WHERE feed = ? AND subject = ? AND until < ?", until, f.feed.no, s, until)
		}
		if err != nil {
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

// full reports whether the cap keeps somebody out.
func (f *filler) full(subject db.ID) (bool, error) {
	if f.flt.Most <= 0 {
		return false, nil
	}
	in, err := f.inScope(subject)
	if err != nil || in {
		return false, err
	}
	var n int64
	err = f.tx.Row("SELECT count(*) FROM journal_feed_subjects WHERE feed = ?", f.feed.no).Scan(&n)
	return n >= f.flt.Most, err
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
		if !p.apart && seq > max(f.at[no], f.was[no]) || !was && f.flt.Own != nil && f.flt.Own(p.Version.Origin.Installation) {
			continue
		}
		if err := f.add(Item{Op: OpEntry, Part: *p}); err != nil {
			return err
		}
	}
	if !allowed {
		return nil
	}
	now := int64(feedCarried)
	if was {
		now = feedAgain
	}
	_, err = f.tx.Exec(`INSERT INTO journal_feed_docs (feed, doc, carried) VALUES (?, ?, ?)
		ON CONFLICT (feed, doc) DO UPDATE SET carried = excluded.carried`, f.feed.no, doc, now)
	return err
}
