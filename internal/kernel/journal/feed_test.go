package journal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// travelKinds are a family that binds its members, what goes everywhere, and what
// only goes up.
func travelKinds() []journal.Kind {
	register := []journal.Group{{Name: "what", Class: journal.Register, Fields: []string{"family", "what"}}}
	project := func(tx *db.Tx, d *journal.Doc) error {
		what, err := json.Marshal(d.Fields)
		if err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO t_dose (doc, what, error) VALUES (?, ?, ?) ON CONFLICT (doc) DO UPDATE SET what = excluded.what, error = excluded.error",
			d.ID, string(what), d.Error)
		return err
	}
	return []journal.Kind{
		{Name: "t.family", Schema: 1, Groups: register, Tables: []string{"t_dose"}, Project: project, Binds: true},
		{Name: "t.member", Schema: 1, Groups: register, Tables: []string{"t_dose"}, Project: project, Links: func(d *journal.Doc) []db.ID {
			var f struct {
				Family db.ID `json:"family"`
			}
			if d.Decode(&f) != nil {
				return nil
			}
			return []db.ID{f.Family}
		}},
		{Name: "t.site", Schema: 1, Groups: register, Tables: []string{"t_dose"}, Project: project, Reach: journal.Everywhere},
		{Name: "t.complaint", Schema: 1, Groups: register, Tables: []string{"t_dose"}, Project: project, Reach: journal.UpOnly},
	}
}

// field is a node with a catchment, whose hub keeps a feed for it.
type field struct {
	*node
	site string
	hub  *node
	feed db.ID
}

func newHub(t *testing.T, plain *node) *node {
	t.Helper()
	if err := plain.d.Close(); err != nil {
		t.Fatal(err)
	}
	return newTraveller(t, plain.o)
}

func newTraveller(t *testing.T, place db.Options) *node {
	return newNode(t, place, func(o *journal.Options) { o.Kinds = append(o.Kinds, travelKinds()...) })
}

func newField(t *testing.T, hub *node, site string) *field {
	f := &field{newTraveller(t, places()["sqlite"](t)), site, hub, db.NewID()}
	hub.write(func(tx *db.Tx) error { return hub.j.NewFeed(tx, f.feed) })
	return f
}

func (f *field) filter() journal.Filter {
	var own []db.ID
	for _, h := range f.ownHeads() {
		own = append(own, h.Origin.Installation)
	}
	return journal.Filter{Reference: true, Own: func(i db.ID) bool { return slices.Contains(own, i) },
		Wants: func(h *journal.Header) bool { return h.Site == f.site }}
}

func (n *node) ownHeads() (heads []journal.Head) {
	n.t.Helper()
	n.read(func(tx *db.Tx) (err error) { heads, err = n.j.Heads(tx); return err })
	return heads
}

// up sends what was written at f.
func (f *field) up() { f.hub.pull(f.node) }

// down brings f's feed, in chunks.
func (f *field) down(chunk int) (items []journal.Item) {
	f.t.Helper()
	for more := true; more; {
		f.hub.write(func(tx *db.Tx) (err error) {
			_, more, err = f.hub.j.FillFeed(tx, f.feed, f.filter(), chunk)
			return err
		})
	}
	for {
		var at journal.FeedHead
		var got []journal.Item
		f.read(func(tx *db.Tx) (err error) { at, err = f.j.Taken(tx, f.feed); return err })
		f.hub.read(func(tx *db.Tx) (err error) { got, err = f.hub.j.Feed(tx, f.feed, at.Seq, chunk); return err })
		if len(got) == 0 {
			return items
		}
		if _, err := f.j.TakeFeed(context.Background(), f.feed, at, at.Chain(got), got, f.hub.ownHeads(), nil); err != nil {
			f.t.Fatal(err)
		}
		items = append(items, got...)
	}
}

func (f *field) person(name string) db.ID {
	f.t.Helper()
	id := db.NewID()
	c := newPerson(id, fields{"given": name})
	c.Site = f.site
	f.append(almaz, c)
	return id
}

func (n *node) put(kind, site string, subject db.ID, what fields) db.ID {
	n.t.Helper()
	id := db.NewID()
	n.append(almaz, journal.Change{Kind: kind, Doc: id, Subject: subject, Site: site, Sensitivity: journal.Clinical, Fields: what})
	return id
}

func (n *node) has(doc db.ID) bool {
	n.t.Helper()
	err := n.d.Read(context.Background(), func(tx *db.Tx) error { _, err := n.j.Load(tx, doc); return err })
	if err != nil && !fault.Is(err, fault.NotFound) {
		n.t.Fatal(err)
	}
	return err == nil
}

func wantHas(t *testing.T, n *node, what string, doc db.ID, want bool) {
	t.Helper()
	if n.has(doc) != want {
		t.Errorf("%s: here %v, want %v", what, !want, want)
	}
}

func TestAPersonWhoComesIntoScopeArrivesWithAllHistory(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		amal, brother, other := a.person("Amal"), a.person("Brother"), a.person("Other")
		a.update(bruno, amal, fields{"allergy": "penicillin"})
		family := a.put("t.family", "a", db.ID{}, fields{"what": "household"})
		member := a.put("t.member", "a", amal, fields{"family": family})
		a.put("t.member", "a", brother, fields{"family": family})
		dose := a.give(almaz, amal, 7, nil, "MMR")
		site := a.put("t.site", "a", db.ID{}, fields{"what": "Centre A"})
		complaint := a.put("t.complaint", "a", db.ID{}, fields{"what": "about the nurse"})
		a.up()
		b.down(3)
		wantHas(t, b.node, "a person of another site", amal, false)
		wantHas(t, b.node, "what goes everywhere", site, true)
		wantHas(t, b.node, "a complaint", complaint, false)

		// Amal is seen at b by a mobile team of the hub.
		hub.append(bruno, journal.Change{Kind: "t.dose", Doc: db.NewID(), Subject: amal, Site: "b", Sensitivity: journal.Clinical, Fields: fields{"day": 9, "vaccines": []string{"BCG"}}})
		b.down(3)
		for name, doc := range map[string]db.ID{"the person": amal, "an earlier dose": dose, "the family": family, "the membership": member, "who travels along": brother} {
			wantHas(t, b.node, name, doc, true)
		}
		wantHas(t, b.node, "a stranger", other, false)
		wantRow(t, b.node, amal, a.row(amal))
		a.update(bruno, amal, fields{"phone": "1"})
		a.up()
		b.down(3)
		wantRow(t, b.node, amal, a.row(amal))
		wantHas(t, b.node, "a complaint", complaint, false)
		for _, n := range []*node{hub, a.node, b.node} {
			n.verify()
			n.rebuild()
		}
	})
}

func TestSomebodyWhoJoinsACarriedFamilyComesAlong(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		mother := b.person("Mother")
		family := b.put("t.family", "b", db.ID{}, fields{"what": "household"})
		b.put("t.member", "b", mother, fields{"family": family})
		child := a.person("Child")
		a.up()
		b.up()
		b.down(50)
		wantHas(t, b.node, "a stranger", child, false)
		hub.put("t.member", "hub", child, fields{"family": family})
		b.down(50)
		wantHas(t, b.node, "who joined", child, true)
	})
}

// Of somebody from elsewhere a node has only the record, since a record of its own names
// it. When it writes about them, it gets the rest.
func TestWhoIsOnlyNamedComesIntoScopeWhenTheNodeWritesAboutThem(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		amal := a.person("Amal")
		dose := a.give(almaz, amal, 7, nil, "MMR")
		a.up()
		bea := b.person("Bea")
		b.put("t.member", "b", bea, fields{"family": amal})
		b.up()
		b.down(50)
		wantHas(t, b.node, "who is named", amal, true)
		wantHas(t, b.node, "what is about them", dose, false)
		b.update(bruno, amal, fields{"given": "Amal B"})
		b.up()
		b.down(50)
		wantHas(t, b.node, "what is about whom the node wrote", dose, true)
		wantRow(t, b.node, amal, hub.row(amal))
		b.verify()
	})
}

func TestWhoLeavesIsForgottenAndComesBackWhole(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		amal := a.person("Amal Planted")
		dose := a.give(almaz, amal, 7, nil, "MMR")
		a.up()
		a.down(50)
		own := len(a.entries())
		hub.write(func(tx *db.Tx) error { return hub.j.Drop(tx, a.feed, amal) })
		a.down(50)
		wantHas(t, a.node, "who left", amal, false)
		wantHas(t, a.node, "their dose", dose, false)
		if got := len(a.entries()); got != own {
			t.Errorf("the node's own chain has %d entries, had %d", got, own)
		}
		if r := a.verify(); r.Erased != 2 {
			t.Errorf("%d payloads are gone, want 2", r.Erased)
		}
		a.rebuild()
		wantHas(t, hub, "who left a node", amal, true)

		hub.append(bruno, journal.Change{Kind: "t.dose", Doc: db.NewID(), Subject: amal, Site: "a", Sensitivity: journal.Clinical, Fields: fields{"day": 9, "vaccines": []string{"BCG"}}})
		hub.update(bruno, amal, fields{"phone": "2"})
		a.down(2)
		wantRow(t, a.node, amal, hub.row(amal))
		wantHas(t, a.node, "their dose", dose, true)
		a.verify()
		a.rebuild()
		b.verify()
	})
}

func TestWhatHasNotLeftTheNodeIsNotForgotten(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a := newField(t, hub, "a")
		amal := a.person("Amal")
		dose := a.give(almaz, amal, 7, nil, "MMR")
		a.up()
		a.down(50)
		a.update(bruno, amal, fields{"allergy": "latex"})
		hub.write(func(tx *db.Tx) error { return hub.j.Drop(tx, a.feed, amal) })
		a.down(50)
		wantHas(t, a.node, "an unsent change", amal, true)
		wantHas(t, a.node, "what belongs to it", dose, true)
		a.up()
		a.down(50)
		wantRow(t, hub, amal, a.row(amal))
		a.verify()
		a.rebuild()
	})
}

func TestAGuestGoesUnlessTheyBecomeTheNodesOwn(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		guest, stays := a.person("Guest"), a.person("Stays")
		a.up()
		past := time.Now().Add(-time.Minute)
		fetch := func(who db.ID) {
			hub.write(func(tx *db.Tx) error { return hub.j.Carry(tx, b.feed, b.filter(), who, journal.ScopeFetched, past) })
		}
		fetch(guest)
		fetch(stays)
		b.down(50)
		b.give(almaz, stays, 3, nil, "MMR")
		b.up()
		b.down(50)
		hub.write(func(tx *db.Tx) error { _, err := hub.j.DropGuests(tx, b.feed, 10); return err })
		b.down(50)
		wantHas(t, b.node, "whose time is over", guest, false)
		wantHas(t, b.node, "whom the node wrote about", stays, true)
		b.verify()
		b.rebuild()
	})
}

func TestACatchmentThatChangesBringsAndTakesPeople(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b, c := newField(t, hub, "a"), newField(t, hub, "b"), newField(t, hub, "c")
		atA, atC := a.person("At A"), c.person("At C")
		both := a.person("Both")
		c.down(50)
		a.up()
		c.up()
		c.down(50)
		hub.append(bruno, journal.Change{Kind: "t.dose", Doc: db.NewID(), Subject: both, Site: "b", Sensitivity: journal.Clinical, Fields: fields{"day": 9, "vaccines": []string{"BCG"}}})
		b.site = "a"
		b.down(50)
		wantHas(t, b.node, "who is at A", atA, true)
		b.site = "c"
		hub.write(func(tx *db.Tx) error {
			return hub.j.Rescope(tx, b.feed, b.filter())
		})
		b.down(3)
		wantHas(t, b.node, "who is at A", atA, false)
		wantHas(t, b.node, "who is at C", atC, true)
		wantRow(t, b.node, atC, hub.row(atC))
		b.site = "b"
		hub.write(func(tx *db.Tx) error {
			return hub.j.Rescope(tx, b.feed, b.filter())
		})
		b.down(3)
		wantHas(t, b.node, "who is at C", atC, false)
		wantHas(t, b.node, "who was seen at B", both, true)
		wantRow(t, b.node, both, hub.row(both))
		c.update(bruno, atC, fields{"phone": "1"})
		a.update(bruno, both, fields{"phone": "2"})
		for _, f := range []*field{a, c, b} {
			f.up()
		}
		b.down(50)
		wantRow(t, b.node, both, hub.row(both))
		for _, n := range []*node{a.node, b.node, c.node, hub} {
			n.verify()
			n.rebuild()
		}
	})
}

func TestAnErasureReachesEveryFeed(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		amal := a.person("Amal")
		a.up()
		hub.write(func(tx *db.Tx) error {
			return hub.j.Carry(tx, b.feed, b.filter(), amal, journal.ScopeFetched, time.Time{})
		})
		b.down(50)
		wantHas(t, b.node, "who was fetched", amal, true)
		a.write(func(tx *db.Tx) error { return a.j.Erase(tx, almaz, bruno, amal, "request") })
		a.up()
		b.down(50)
		wantHas(t, hub, "the erased at the hub", amal, false)
		wantHas(t, b.node, "the erased at the other node", amal, false)
		for _, n := range []*node{hub, a.node, b.node} {
			n.verify()
			n.rebuild()
		}
	})
}

func TestAFeedThatWasTamperedWithIsRefusedWhole(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "b")
		amal := a.person("Amal")
		a.update(bruno, amal, fields{"phone": "1"})
		a.up()
		hub.write(func(tx *db.Tx) error {
			return hub.j.Carry(tx, b.feed, b.filter(), amal, journal.ScopeFetched, time.Time{})
		})
		hub.write(func(tx *db.Tx) error { _, _, err := hub.j.FillFeed(tx, b.feed, b.filter(), 100); return err })
		var items []journal.Item
		hub.read(func(tx *db.Tx) (err error) { items, err = hub.j.Feed(tx, b.feed, 0, 100); return err })
		if len(items) != 2 {
			t.Fatalf("%d items", len(items))
		}
		var none journal.FeedHead
		to := none.Chain(items)
		again := func(spoil func(it []journal.Item) []journal.Item) []journal.Item {
			c := slices.Clone(items)
			for i := range c {
				c[i].Part.Payload, c[i].Part.Raw = slices.Clone(c[i].Part.Payload), slices.Clone(c[i].Part.Raw)
			}
			return spoil(c)
		}
		for name, c := range map[string]struct {
			code fault.Code
			key  string
			from journal.FeedHead
			it   []journal.Item
		}{
			"an item left out":      {fault.Invalid, "journal.broken_feed", none, again(func(it []journal.Item) []journal.Item { return it[1:] })},
			"another order":         {fault.Invalid, "journal.broken_feed", none, again(func(it []journal.Item) []journal.Item { slices.Reverse(it); return it })},
			"another position":      {fault.Conflict, "journal.feed_position", to, items},
			"a changed payload":     {fault.Invalid, "journal.broken_chain", none, again(func(it []journal.Item) []journal.Item { it[0].Part.Payload[3]++; return it })},
			"a changed hash before": {fault.Invalid, "journal.broken_chain", none, again(func(it []journal.Item) []journal.Item { it[1].Part.Prev[3]++; return it })},
			"a drop that was not sent": {fault.Invalid, "journal.broken_feed", none, again(func(it []journal.Item) []journal.Item {
				return append(it, journal.Item{Op: journal.OpDrop, Doc: amal})
			})},
		} {
			if _, err := b.j.TakeFeed(t.Context(), b.feed, c.from, to, c.it, nil, nil); !fault.Is(err, c.code) || fault.KeyOf(err) != c.key {
				t.Errorf("%s: got %v, want %s %s", name, err, c.code, c.key)
			}
			wantHas(t, b.node, name, amal, false)
		}
		hub.read(func(tx *db.Tx) error {
			for seq, want := range []bool{true, true, true, false} {
				at := none.Chain(items[:min(seq, 2)])
				at.Seq = uint64(seq)
				if ok, err := hub.j.FeedAt(tx, b.feed, at); err != nil || ok != want {
					t.Errorf("position %d: %v %v, want %v", seq, ok, err, want)
				}
			}
			ok, err := hub.j.FeedAt(tx, b.feed, journal.FeedHead{Seq: 2})
			if err != nil || ok {
				t.Errorf("another hash at 2: %v %v", ok, err)
			}
			return nil
		})
	})
}

// Two nodes make the same document, whose id follows from the person's, before they
// have met.
func TestOneDocumentMadeOnTwoNodesHasTwoSecrets(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "a")
		id := db.NewID()
		made := func(n *node, name string) {
			c := newPerson(id, fields{"given": name, "allergy": name})
			c.Site = "a"
			n.append(almaz, c)
		}
		made(a.node, "latex")
		made(b.node, "nuts")
		b.update(bruno, id, fields{"phone": "3"})
		a.up()
		b.up()
		a.down(50)
		b.down(50)
		for _, n := range []*node{a.node, b.node} {
			wantRow(t, n, id, hub.row(id))
			n.verify()
			n.rebuild()
		}
		hub.verify()
		hub.write(func(tx *db.Tx) error { return hub.j.Erase(tx, almaz, bruno, id, "request") })
		a.down(50)
		b.down(50)
		for _, n := range []*node{hub, a.node, b.node} {
			wantHas(t, n, "the erased", id, false)
			n.verify()
			n.rebuild()
		}
	})
}

// Three sites and a hub, people who go from one to another, drops and erasures, in
// any order: in the end each node shows of whom it holds what the hub shows, holds
// everybody whom it saw last, and no chain is broken.
func TestNodesOfAHubConverge(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		sites := []string{"a", "b", "c"}
		runs := 0
		rapid.Check(t, func(rt *rapid.T) {
			if runs++; runs > feedRuns {
				return // each makes three databases, and syncs each to the disk
			}
			var fs []*field
			for _, s := range sites {
				fs = append(fs, newField(t, hub, s))
			}
			w := wander{rt: rt, hub: hub, fs: fs}
			for range rapid.IntRange(4, 25).Draw(rt, "steps") {
				w.step()
			}
			for range 2 {
				for _, f := range fs {
					f.up()
				}
				for _, f := range fs {
					f.down(4)
				}
			}
			w.check()
			for _, f := range fs {
				f.verify()
				f.rebuild()
				f.d.Close()
			}
		})
		hub.verify()
		hub.rebuild()
	})
}

const feedRuns = 20

type wander struct {
	rt     *rapid.T
	hub    *node
	fs     []*field
	people []db.ID
}

func (w *wander) step() {
	f := w.fs[rapid.IntRange(0, len(w.fs)-1).Draw(w.rt, "site")]
	var id db.ID
	if len(w.people) > 0 {
		id = w.people[rapid.IntRange(0, len(w.people)-1).Draw(w.rt, "who")]
	}
	switch act := rapid.SampledFrom([]string{"person", "edit", "seen", "family", "up", "down", "drop", "erase"}).Draw(w.rt, "act"); {
	case act == "person" || id.IsZero():
		w.people = append(w.people, f.person(fmt.Sprint("P", len(w.people))))
	case act == "edit" && f.has(id):
		f.update(bruno, id, fields{"given": fmt.Sprint(rapid.IntRange(0, 99).Draw(w.rt, "v"))})
	case act == "seen":
		if w.hub.has(id) {
			w.hub.append(bruno, journal.Change{Kind: "t.dose", Doc: db.NewID(), Subject: id, Site: f.site, Sensitivity: journal.Clinical,
				Fields: fields{"day": 9, "vaccines": []string{"BCG"}}})
		}
	case act == "family" && f.has(id):
		fam := f.put("t.family", f.site, db.ID{}, fields{"what": "x"})
		f.put("t.member", f.site, id, fields{"family": fam})
		if other := w.people[rapid.IntRange(0, len(w.people)-1).Draw(w.rt, "other")]; f.has(other) {
			f.put("t.member", f.site, other, fields{"family": fam})
		}
	case act == "up":
		f.up()
	case act == "down":
		f.down(rapid.IntRange(1, 9).Draw(w.rt, "chunk"))
	case act == "drop":
		w.hub.write(func(tx *db.Tx) error { return w.hub.j.Drop(tx, f.feed, id) })
	case act == "erase" && f.has(id) && rapid.IntRange(0, 3).Draw(w.rt, "really") == 0:
		f.write(func(tx *db.Tx) error { return f.j.Erase(tx, almaz, bruno, id, "request") })
	}
}

func (w *wander) check() {
	for _, id := range w.people {
		want := w.hub.row(id)
		for _, f := range w.fs {
			if got := f.row(id); got != "none" && got != want {
				w.rt.Fatalf("site %s shows\n%s\nand the hub\n%s", f.site, got, want)
			}
			var carried bool
			w.hub.read(func(tx *db.Tx) (err error) { carried, err = w.hub.j.InFeed(tx, f.feed, id); return err })
			if carried && want != "none" && f.row(id) == "none" {
				w.rt.Fatalf("site %s should hold somebody whom it does not", f.site)
			}
		}
	}
}

func TestWhatArrivesIsToldOnceToEachConsumer(t *testing.T) {
	stores(t, func(t *testing.T, plain *node) {
		hub := newHub(t, plain)
		a, b := newField(t, hub, "a"), newField(t, hub, "a")
		amal := a.person("Amal")
		hub.person(t)
		a.up()
		b.down(50)
		one, two := db.NewID(), db.NewID()
		told := func(n *node, consumer db.ID) (subjects []db.ID) {
			for more := true; more; {
				n.write(func(tx *db.Tx) error {
					headers, again, err := n.j.Arrivals(tx, consumer, 1)
					for _, h := range headers {
						subjects = append(subjects, h.Subject)
					}
					more = again
					return err
				})
			}
			return subjects
		}
		for _, n := range []*node{hub, b.node} {
			for _, consumer := range []db.ID{one, two} {
				if got := told(n, consumer); len(got) != 1 || got[0] != amal {
					t.Errorf("told %v, want %v", got, amal)
				}
				if got := told(n, consumer); len(got) != 0 {
					t.Errorf("told again: %v", got)
				}
			}
		}
		if got := told(a.node, one); len(got) != 0 {
			t.Errorf("told of its own: %v", got)
		}
	})
}

// person is one who is registered at the hub itself.
func (n *node) person(t *testing.T) db.ID { t.Helper(); return n.create(fields{"given": "Hub"}) }
