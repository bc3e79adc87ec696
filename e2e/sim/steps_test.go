package sim

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// do carries out a step.
func (w *world) do(s step) {
	r := rand.New(rand.NewPCG(s.Seed, 3))
	w.now = w.now.Add(time.Duration(1+r.IntN(5000)) * time.Millisecond * 60)
	n := pick(r, w.all()[1:])
	if n == nil {
		return
	}
	anyone := pick(r, w.all())
	switch s.Op {
	case "start":
		w.start(n)
	case "frame":
		w.advance(n, r, 1)
	case "frames":
		w.advance(n, r, 2+r.IntN(10))
	case "through":
		w.through(n)
	case "cut":
		w.say("the link of %s is cut", n.name)
		n.link = nil
	case "twice", "swap", "stale":
		w.disturb(n, r, s.Op)
	case "unplug", "plug":
		w.say("%s: %s", s.Op, n.name)
		if n.unplugged = s.Op == "unplug"; n.unplugged {
			n.link = nil
		}
	case "erase":
		w.erase(anyone, r)
	case "carry", "drop":
		w.scope(n, r, s.Op)
	case "clock":
		anyone.skew = time.Duration(r.IntN(4*24*60)-2*24*60) * time.Minute
		w.say("the clock of %s jumps to %s", anyone.name, anyone.skew)
	case "power":
		anyone.disk.fuse = r.IntN(30)
		w.say("the power of %s will go in %d writes", anyone.name, anyone.disk.fuse)
	case "full":
		anyone.disk.room = int64(r.IntN(3)) * int64(r.IntN(40000))
		w.say("the disk of %s has %d bytes left", anyone.name, anyone.disk.room)
	case "space":
		anyone.disk.room = -1
	case "reboot", "upgrade":
		if s.Op == "upgrade" {
			anyone.version = 2
		}
		w.say("%s: %s", s.Op, anyone.name)
		anyone.revive(anyone.halt(s.Op == "upgrade" || r.IntN(2) == 0))
		w.o.restarted(anyone)
	case "snapshot", "restore", "restorehub", "clone":
		w.disaster(n, anyone, r, s.Op)
	default:
		w.record(anyone, r, s.Op)
	}
}

// put appends changes at m, and takes down what was acknowledged.
func (w *world) put(m *machine, by journal.Author, changes ...journal.Change) bool {
	err := m.write(func(tx *db.Tx) error { return m.svc.Journal.Append(tx, by, changes...) })
	return w.settled(m, err, len(changes))
}

// settled sorts out what became of a transaction of so many changes.
func (w *world) settled(m *machine, err error, changes int) bool {
	switch {
	case err == nil:
		was, before := m.seen, len(w.o.changes)
		if m.down() { // right after it was acknowledged: while the log was emptied
			w.say("the power of %s went", m.name)
			m.seen = was
		}
		w.o.acked(m)
		if got := len(w.o.changes) - before; got < changes {
			w.lost("%s acknowledged %d changes and has %d", m.name, changes, got)
		}
		return true
	case m.down():
		w.say("the power of %s went", m.name)
	case m.disk.room >= 0 && fault.Is(err, fault.Unavailable):
		w.say("%s: its disk is full", m.name)
	default:
		w.must(m, err)
	}
	return false
}

func site(m *machine, r *rand.Rand) string {
	if m.site != "" {
		return m.site
	}
	return pick(r, m.w.nodes).site
}

// fields draws a change to fields of all classes.
func (w *world) fields(doc db.ID, r *rand.Rand) map[string]any {
	out := make(map[string]any)
	for _, c := range []journal.Class{journal.Append, journal.Register, journal.Safety} {
		if r.IntN(2) == 0 || c == journal.Register {
			out[pick(r, groupFields[c])] = w.word(doc, r)
		}
	}
	if r.IntN(8) == 0 {
		out["since2"] = w.word(doc, r)
	}
	return out
}

// change is a new document of a kind.
func (w *world) change(m *machine, r *rand.Rand, kind string, subject db.ID) journal.Change {
	id := db.NewID()
	if kind == kindPerson {
		subject = id
	}
	c := journal.Change{Kind: kind, Doc: id, Subject: subject, Site: site(m, r), Sensitivity: journal.Clinical, Fields: w.fields(id, r)}
	if kind == kindSite {
		c.Site = ""
	}
	return c
}

// record makes or edits a document.
func (w *world) record(m *machine, r *rand.Rand, op string) {
	m.on()
	by := pick(r, []journal.Author{almaz, bruno})
	person := pick(r, m.docs(kindPerson))
	switch op {
	case "person", "family", "site":
		c := w.change(m, r, "s."+op, db.ID{})
		w.say("%s records a %s %s: %v", m.name, op, short(c.Doc), w.put(m, by, c))
	case "edit", "concurrent":
		w.edit(m, r, by, op == "concurrent")
	case "error":
		w.enterInError(m, r, by)
	case "resolve", "distinct":
		w.resolve(m, r, by, op)
	case "elsewhere": // somebody is seen at another site
		if person.IsZero() {
			return
		}
		c := w.change(m, r, kindNote, person)
		c.Site = pick(r, w.nodes).site
		w.say("%s notes that %s is seen at %s: %v", m.name, short(person), c.Site, w.put(m, by, c))
	case "join":
		family := pick(r, m.docs(kindFamily))
		if person.IsZero() || family.IsZero() {
			return
		}
		w.join(m, r, by, person, family)
	case "note", "dose", "same", "complaint", "later":
		if person.IsZero() || op == "later" && m.version < 2 {
			return
		}
		c := w.change(m, r, "s."+op, person)
		if op == "same" {
			c.Fields["to"] = pick(r, m.docs(kindPerson)).String()
		}
		w.say("%s records a %s about %s: %v", m.name, op, short(person), w.put(m, by, c))
	}
}

// join makes a person a member of a family, or moves the one who is.
func (w *world) join(m *machine, r *rand.Rand, by journal.Author, person, family db.ID) {
	for _, id := range m.docs(kindMember) {
		if d := m.load(id); d != nil && d.Subject == person {
			c := journal.Change{Kind: kindMember, Doc: id, Base: d.Version, Fields: map[string]any{"to": family.String()}}
			c.Resolves = alternatives(d)
			w.say("%s moves %s to family %s: %v", m.name, short(person), short(family), w.put(m, by, c))
			return
		}
	}
	c := w.change(m, r, kindMember, person)
	c.Fields["to"] = family.String()
	w.say("%s makes %s a member of family %s: %v", m.name, short(person), short(family), w.put(m, by, c))
}

func alternatives(d *journal.Doc) (out []journal.Version) {
	for _, alts := range d.Disputed {
		for _, a := range alts {
			out = append(out, a.Version)
		}
	}
	slices.SortFunc(out, func(a, b journal.Version) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	return out
}

// edit changes a document, now and then from a base that is long out of date.
func (w *world) edit(m *machine, r *rand.Rand, by journal.Author, stale bool) {
	d := m.load(pick(r, w.editable(m)))
	if d == nil {
		return
	}
	base := d.Version
	if stale {
		var history []journal.Entry
		w.must(m, m.read(func(tx *db.Tx) (err error) { history, err = m.svc.Journal.History(tx, d.ID); return err }))
		if e := pick(r, history); !e.Base.IsZero() {
			base = e.Base
		}
	}
	c := journal.Change{Kind: d.Kind, Doc: d.ID, Base: base, Fields: w.fields(d.ID, r)}
	err := m.write(func(tx *db.Tx) error { return m.svc.Journal.Append(tx, by, c) })
	if stale && fault.KeyOf(err) == "journal.seen_before" {
		w.say("%s refuses a page from before it issued its changes again", m.name)
		return
	}
	w.say("%s edits %s %s: %v", m.name, d.Kind, short(d.ID), w.settled(m, err, 1))
}

func (w *world) editable(m *machine) []db.ID {
	return slices.DeleteFunc(m.docs(""), func(id db.ID) bool {
		d := m.load(id)
		return d == nil || d.Kind == "journal.erasure" || d.Kind == kindLater && m.version < 2
	})
}

func (w *world) enterInError(m *machine, r *rand.Rand, by journal.Author) {
	d := m.load(pick(r, w.editable(m)))
	if d == nil {
		return
	}
	c := journal.Change{Kind: d.Kind, Doc: d.ID, Base: d.Version, EnteredInError: true}
	w.say("%s enters %s in error: %v", m.name, short(d.ID), w.put(m, by, c))
}

// resolve decides a conflict, by choosing a value or by giving a new one, or says that
// two documents are not one act.
func (w *world) resolve(m *machine, r *rand.Rand, by journal.Author, op string) {
	var open []journal.Review
	w.must(m, m.read(func(tx *db.Tx) (err error) { open, err = m.svc.Journal.Reviews(tx, 100); return err }))
	open = slices.DeleteFunc(open, func(v journal.Review) bool { return (v.Topic == journal.TopicSameAct) != (op == "distinct") })
	v := pick(r, open)
	if v.Doc.IsZero() {
		return
	}
	d := m.load(v.Doc)
	if d == nil {
		w.fail("%s: a review of %s, which is not there", m.name, v.Doc)
	}
	if d.Kind == kindLater && m.version < 2 {
		return // its program does not know the kind, and says so
	}
	c := journal.Change{Kind: d.Kind, Doc: d.ID, Base: d.Version}
	if op == "distinct" {
		c.Distinct = []db.ID{v.Other}
	} else {
		all := alternatives(d)
		if c.Resolves = all[:max(len(all)-1, 1)]; r.IntN(2) == 0 {
			c.Fields = w.fields(d.ID, r)
		}
	}
	w.say("%s decides %s of %s: %v", m.name, v.Topic, short(d.ID), w.put(m, by, c))
}

// erase destroys a document, by two officers.
func (w *world) erase(m *machine, r *rand.Rand) {
	m.on()
	d := m.load(pick(r, w.editable(m)))
	if d == nil {
		return
	}
	before := len(w.o.changes)
	ok := w.settled(m, m.write(func(tx *db.Tx) error { return m.svc.Journal.Erase(tx, almaz, bruno, d.ID, "request") }), 1)
	w.say("%s erases %s %s: %v", m.name, d.Kind, short(d.ID), ok)
	if ok {
		for _, c := range w.o.changes[before:] {
			c.erases = d.ID
		}
	}
}

// scope brings somebody into a node's feed, or takes them out.
func (w *world) scope(n *machine, r *rand.Rand, op string) {
	hub := w.hub
	person := pick(r, hub.docs(kindPerson))
	feed, own := w.feedOf(n)
	if person.IsZero() || feed.IsZero() {
		return
	}
	was := w.inScope(feed)
	err := hub.write(func(tx *db.Tx) error {
		if op == "drop" {
			return hub.svc.Journal.Drop(tx, feed, person)
		}
		flt := journal.Filter{Reference: true, Own: func(i db.ID) bool { return slices.Contains(own, i) }}
		return hub.svc.Journal.Carry(tx, feed, flt, person, journal.ScopeFetched, time.Time{})
	})
	ok := w.settled(hub, err, 0)
	// Who travels with them goes too; and when the power went it may be done, though nobody
	// heard of it.
	if in := w.inScope(feed); op == "drop" {
		for s := range was {
			if !in[s] {
				w.o.drops(n.peer(), s)
			}
		}
	}
	w.say("%s: %s at %s: %v", op, short(person), n.name, ok)
}

// inScope are the people in the scope of a feed.
func (w *world) inScope(feed db.ID) map[db.ID]bool {
	var ids []db.ID
	w.must(w.hub, w.hub.read(func(tx *db.Tx) (err error) {
		ids, err = tx.IDs("SELECT s.subject FROM journal_feed_subjects s JOIN journal_feeds f ON f.no = s.feed WHERE f.id = ? ORDER BY s.subject", feed)
		return err
	}))
	out := make(map[db.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// feedOf answers the feed that the hub keeps for a node, and the installations under
// which that writes.
func (w *world) feedOf(n *machine) (feed db.ID, own []db.ID) {
	err := w.hub.read(func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT i.id FROM sync_installation i JOIN sync_node n ON n.id = i.node WHERE n.name = ? AND i.own = 1", n.peer())
		if err != nil {
			return err
		}
		if own, err = rows.IDs(); err != nil {
			return err
		}
		err = tx.Row("SELECT feed FROM sync_node WHERE name = ?", n.peer()).Scan(&feed)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	w.must(w.hub, err)
	return feed, own
}

func short(id db.ID) string { s := id.String(); return s[max(0, len(s)-6):] }
