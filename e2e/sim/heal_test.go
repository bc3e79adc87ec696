package sim

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// heal ends all faults, brings every program to the newer version, and lets the nodes
// talk with the hub until nobody has anything to say.
func (w *world) heal() {
	w.step++
	w.say("faults end")
	for _, m := range w.all() {
		m.disk.fuse, m.disk.room, m.unplugged, m.version = -1, -1, false, 2
		m.revive(m.halt(!m.disk.dead))
		w.o.restarted(m)
	}
	there := w.anywhere()
	w.o.still(there, "nobody has it any more")
	w.o.there = there
	for range 12 {
		quiet := true
		for _, n := range w.all()[1:] {
			if !w.through(n) {
				w.fail("%s does not come to a level with the hub", n.name)
			}
			quiet = quiet && n.moved == sync.Report{}
		}
		if quiet {
			return
		}
	}
	w.fail("the nodes never come to rest")
}

// check looks at everything after healing.
func (w *world) check() {
	for _, m := range w.all() {
		w.whole(m)
	}
	w.nothingLost()
	w.nothingGone()
	for _, n := range w.all()[1:] {
		w.equal(n)
		w.nobodyMissing(n)
	}
	w.erasedIsNowhere()
}

// whole verifies every chain, and compares the rows with the journal.
func (w *world) whole(m *machine) {
	m.on()
	v, err := m.svc.Journal.Verify(ctx)
	w.must(m, err)
	if !v.OK() {
		w.fail("%s: a chain is broken: %v", m.name, v.Problems)
	}
	r, err := m.svc.Journal.Rebuild(ctx, nil)
	w.must(m, err)
	if !r.Same() {
		w.fail("%s: the rows are not what the journal makes: %+v", m.name, r.Tables)
	}
	w.must(m, m.read(func(tx *db.Tx) error {
		var ok string
		err := tx.Row("PRAGMA integrity_check").Scan(&ok)
		if err == nil && ok != "ok" {
			w.fail("%s: integrity: %s", m.name, ok)
		}
		return err
	}))
}

// nothingLost looks for every acknowledged change at the hub, with its payload.
func (w *world) nothingLost() {
	hub, o := w.hub, w.o
	o.atHub()
	erased := make(map[db.ID]bool)
	w.must(hub, hub.read(func(tx *db.Tx) error {
		all, err := hub.svc.Journal.Erasures(tx)
		for _, e := range all {
			erased[e.Doc] = true
		}
		return err
	}))
	listed := make(map[db.ID]bool) // by a node's restore, before it had sent the payload
	for _, n := range w.all()[1:] {
		for id, only := range n.erasedByList() {
			listed[id] = listed[id] || only
		}
	}
	for _, c := range o.changes {
		switch {
		case c.gone && !c.on[hub]:
			w.destroyed++
			continue
		case !c.on[hub]:
			w.lost("%s of step %d is not at the hub", c.Version, c.step)
		}
		if !c.erases.IsZero() && !erased[c.erases] {
			w.fail("%s is erased, and the hub does not know", c.erases)
		}
		var e []journal.Entry
		w.must(hub, hub.read(func(tx *db.Tx) (err error) { e, err = hub.svc.Journal.After(tx, c.Origin, c.Seq-1, 1); return err }))
		if e[0].Payload == nil && c.gone {
			w.destroyed++
		} else if e[0].Payload == nil && !erased[c.doc] && !listed[c.doc] {
			w.lost("%s of step %d has no payload at the hub", c.Version, c.step)
		}
	}
	o.erased = erased
}

// shown is all that a machine shows of a document.
type shown struct {
	Doc     *journal.Doc
	Version string
	Row     string
	Reviews []journal.Review
}

func (m *machine) shows(id db.ID) string {
	var s shown
	err := m.read(func(tx *db.Tx) error {
		s = shown{}
		var err error
		if s.Doc, err = m.svc.Journal.Load(tx, id); err != nil {
			return err
		}
		s.Version = s.Doc.Version.String()
		if err := tx.Row("SELECT what FROM s_row WHERE id = ?", id).Scan(&s.Row); err != nil && s.Doc.Kind != "journal.erasure" {
			return err
		}
		s.Reviews, err = m.svc.Journal.ReviewsOf(tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return "none"
	}
	m.w.must(m, err)
	b, err := json.Marshal(s)
	m.w.must(m, err)
	return string(b)
}

// carried are the documents that a node's feed carries.
func (w *world) carried(n *machine) map[db.ID]bool {
	feed, _ := w.feedOf(n)
	var ids []db.ID
	w.must(w.hub, w.hub.read(func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT d.doc FROM journal_feed_docs d JOIN journal_feeds f ON f.no = d.feed WHERE f.id = ? AND d.carried IN (1, 3) ORDER BY d.doc", feed)
		if err != nil {
			return err
		}
		ids, err = rows.IDs()
		return err
	}))
	out := make(map[db.ID]bool)
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// equal compares what a node has of its feed with the hub, and looks for documents
// that nobody keeps up to date.
func (w *world) equal(n *machine) {
	carried := w.carried(n)
	onlyHere := n.erasedByList()
	for _, id := range append(w.hub.docs(""), n.docs("")...) {
		d := n.load(id)
		if d != nil && upOnly(d.Kind) || onlyHere[id] {
			continue
		}
		reference := false
		if h := w.hub.load(id); h != nil {
			reference = h.Kind == kindSite || h.Kind == "journal.erasure"
		}
		switch {
		case carried[id] || reference:
			if at, here := w.hub.shows(id), n.shows(id); at != here {
				w.fail("%s differs\nat the hub:  %s\nat %s: %s", id, at, n.name, here)
			}
		case d != nil:
			w.fail("%s has %s %s, which its feed does not carry: nobody keeps it up to date", n.name, d.Kind, id)
		}
	}
}

// erasedByList is what a machine knows to be erased from the list of a restore alone:
// the entry was on the disk that was put back, and nowhere else. docs/sync-faults.md
// says what that means.
func (m *machine) erasedByList() map[db.ID]bool {
	var all []journal.Erasure
	m.w.must(m, m.read(func(tx *db.Tx) (err error) { all, err = m.svc.Journal.Erasures(tx); return err }))
	out := make(map[db.ID]bool)
	for _, e := range all {
		out[e.Doc] = m.load(e.Erasure) == nil
	}
	return out
}

// nobodyMissing looks for people who were seen at a node's site and are not there.
func (w *world) nobodyMissing(n *machine) {
	for _, id := range w.hub.docs("") {
		d := w.hub.load(id)
		if d == nil || d.Subject.IsZero() || upOnly(d.Kind) || w.o.dropped[n.peer()][d.Subject] {
			continue
		}
		var history []journal.Entry
		w.must(w.hub, w.hub.read(func(tx *db.Tx) (err error) { history, err = w.hub.svc.Journal.History(tx, id); return err }))
		seen := slices.ContainsFunc(history, func(e journal.Entry) bool { return e.Site == n.site })
		if seen && n.load(id) == nil && !n.erasedByList()[id] {
			w.fail("%s was seen at %s, and %s does not have %s %s", d.Subject, n.site, n.name, d.Kind, id)
		}
	}
}

// erasedIsNowhere looks for the words of erased documents in the bytes of all disks.
func (w *world) erasedIsNowhere() {
	for _, m := range w.all() {
		m.on()
		if len(w.o.erased) > 0 {
			w.must(m, m.d.Scrub(ctx))
		}
		for name, b := range m.disk.image() {
			for doc := range w.o.erased {
				for _, word := range w.o.words[doc] {
					if bytes.Contains(b, []byte(word)) {
						w.fail("%s is erased, and %s still has its words in %s", doc, m.name, name)
					}
				}
			}
		}
	}
}
