package sync

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// What the simulator (e2e/sim) found, each as the shortest story of it.

// feedOf is the feed that a hub keeps for its one node, and what it is filled with.
func (s *side) feedOf() (db.ID, journal.Filter) {
	s.t.Helper()
	nodes, err := s.Nodes(s.t.Context())
	if err != nil || len(nodes) == 0 {
		s.t.Fatal(nodes, err)
	}
	return nodes[0].Feed, journal.Filter{Reference: true}
}

func (s *side) write(fn func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Write(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *side) carry(person db.ID) {
	feed, flt := s.feedOf()
	s.write(func(tx *db.Tx) error {
		return s.Journal.Carry(tx, feed, flt, person, journal.ScopeFetched, time.Time{})
	})
}

func TestAFeedThatGoesOnWithADropReachesTheNode(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		a.sync()
		feed, _ := hub.feedOf()
		hub.write(func(tx *db.Tx) error { return hub.Journal.Drop(tx, feed, amal) })
		a.sync()
		want(t, "who left the node's scope", a.row(amal), "none")
		a.whole()
	})
}

func TestACopyFromBeforeTheFirstEntryLosesNothing(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, place := hub.nodeAt("A", "camp")
		a.close()
		old := copied(t, place)
		a = newSide(t, place)
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		a.sync()
		was := a.row(amal)
		a.close()

		back := newSide(t, old)
		back.sync()
		want(t, "what came back", back.row(amal), was)
		bilal := back.put("t.person", "camp", db.ID{}, map[string]any{"given": "Bilal"})
		back.sync()
		want(t, "what was written since", hub.row(bilal), back.row(bilal))
		back.whole()
		hub.whole()
	})
}

// Neither machine has written what would tell it from the other.
func TestOfTwoMachinesOnCopiesOfOneDiskOneIsRefused(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, place := hub.nodeAt("A", "camp")
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		a.sync()
		a.close()
		twin := newSide(t, copied(t, place))
		a = newSide(t, place)
		a.sync()
		twin.sync() // as after a welcome that did not arrive
		a.sync()    // told that it is out of date: it writes under a new name from now on
		_, err := twin.Sync(t.Context(), direct)
		wantFault(t, err, fault.Conflict, "sync.copied")
		bilal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Bilal"})
		a.sync()
		want(t, "what the node writes then", hub.row(bilal), a.row(bilal))
	})
}

func TestAWelcomeThatDoesNotArriveIsNoReasonToDistrustTheNode(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		for range 3 {
			l, err := a.LinkTo(t.Context(), hub.Service, false)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.MoveUp(t.Context()); err != nil || len(l.Down) == 0 {
				t.Fatal(l.Down, err)
			}
		}
		before := a.own()
		a.sync()
		want(t, "the name under which it writes", a.own(), before)
	})
}

func (s *side) own() (id db.ID) {
	s.write(func(tx *db.Tx) (err error) { id, err = s.Journal.Installation(tx); return err })
	return id
}

// A node that is put back begins a new feed. Who was fetched is in that too, and who
// was fetched and sent away meanwhile does not stay behind.
func TestWhoWasFetchedComesWithANewFeedAndWhoLeftGoes(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, place := hub.nodeAt("A", "camp")
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		stays := hub.put("t.person", "port", db.ID{}, map[string]any{"given": "Stays"})
		leaves := hub.put("t.person", "port", db.ID{}, map[string]any{"given": "Leaves"})
		a.sync()
		hub.carry(stays)
		hub.carry(leaves)
		a.sync()
		a.close()
		old := copied(t, place)
		a = newSide(t, place)
		feed, _ := hub.feedOf()
		hub.write(func(tx *db.Tx) error { return hub.Journal.Drop(tx, feed, leaves) })
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "After"})
		a.sync()
		a.close()

		back := newSide(t, old)
		back.sync()
		hub.edit(stays, map[string]any{"family": "edited since"})
		back.sync()
		want(t, "who was fetched", back.row(stays), hub.row(stays))
		want(t, "who was sent away", back.row(leaves), "none")
		back.whole()
	})
}

// The node forgets what it wrote of somebody who is dropped, and that comes back with
// an entry of the hub's, before the feed has met the node's own.
func TestANodeGetsBackWhatItWroteOfSomebodyWhoWasDroppedBetween(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		amal := hub.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		a := hub.node("A", "camp")
		a.sync()
		note := a.put("t.note", "camp", amal, map[string]any{"given": "first"})
		a.sync()
		feed, _ := hub.feedOf()
		hub.write(func(tx *db.Tx) error { return hub.Journal.Drop(tx, feed, amal) })
		a.edit(note, map[string]any{"family": "second"})
		hub.edit(note, map[string]any{"allergy": "third"})
		l, err := a.LinkTo(t.Context(), hub.Service, false)
		for _, move := range []func() error{func() error { return l.MoveUp(t.Context()) }, func() error { return l.MoveDown(t.Context()) },
			func() error { return l.MoveUp(t.Context()) }} {
			if err == nil {
				err = move()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		a.sync() // the hub has the second, so the node may forget it
		want(t, "the note at the node", a.row(note), hub.row(note))
		a.whole()
	})
}

// Two people are dropped at once; of one there is something that the hub does not have.
func TestWhatIsUnsentAboutOnePersonKeepsNobodyElse(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		amal := hub.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		bilal := hub.put("t.person", "camp", db.ID{}, map[string]any{"given": "Bilal"})
		a := hub.node("A", "camp")
		a.sync()
		feed, _ := hub.feedOf()
		for _, person := range []db.ID{amal, bilal} {
			hub.write(func(tx *db.Tx) error { return hub.Journal.Drop(tx, feed, person) })
		}
		a.put("t.note", "camp", amal, map[string]any{"given": "unsent"})
		a.edit(amal, map[string]any{"family": "unsent"})
		a.sync()
		want(t, "of whom something was unsent", a.row(amal), hub.row(amal))
		want(t, "who left", a.row(bilal), "none")
	})
}

// hubPutBack is a hub on SQLite, and what puts it back to an earlier moment.
func hubPutBack(t *testing.T) (hub *side, keep func(), back func(erased ...journal.Erasure)) {
	place := onDisk(t)
	hub = newSide(t, place)
	hub.serve()
	var old db.Options
	keep = func() {
		t.Helper()
		hub.close()
		old = copied(t, place)
		*hub = *newSide(t, place)
		hub.serve()
	}
	back = func(erased ...journal.Erasure) {
		t.Helper()
		hub.close()
		*hub = *newSide(t, old)
		if _, err := hub.Journal.NewInstallation(t.Context()); err != nil {
			t.Fatal(err)
		}
		hub.write(func(tx *db.Tx) error { return hub.Journal.ApplyErasures(tx, erased) })
		hub.serve()
	}
	return hub, keep, back
}

func (s *side) at(address string) *side {
	s.write(func(tx *db.Tx) error { _, err := tx.Exec("UPDATE sync_hub SET address = ?", address); return err })
	return s
}

// The hub is put back to an older day. What it, or a node that is gone, had written
// is only where it had been sent to: the nodes bring it back, and others get it.
func TestNodesBringBackWhatAHubThatWasPutBackHasLost(t *testing.T) {
	hub, keep, back := hubPutBack(t)
	a, b, gone := hub.node("A", "camp"), hub.node("B", "camp"), hub.node("Gone", "camp")
	a.sync()
	keep()
	byHub := hub.put("t.person", "camp", db.ID{}, map[string]any{"given": "By the hub"})
	byGone := gone.at(hub.Address).put("t.person", "camp", db.ID{}, map[string]any{"given": "By the node that is gone"})
	byA := a.put("t.note", "camp", byHub, map[string]any{"given": "By A"})
	gone.sync()
	a.at(hub.Address).sync()
	back()
	want(t, "the person at the hub, before anybody called", hub.row(byHub), "none")
	a.at(hub.Address).sync()
	b.at(hub.Address).sync()
	for _, id := range []db.ID{byHub, byGone, byA} {
		want(t, "at the hub", hub.row(id), a.row(id))
		want(t, "at the other node", b.row(id), a.row(id))
	}
	hub.edit(byHub, map[string]any{"family": "edited since"})
	a.sync()
	want(t, "what is edited since", a.row(byHub), hub.row(byHub))
	for _, s := range []*side{hub, a, b} {
		s.whole()
	}
}

func TestWhatIsBroughtUnaskedIsRefused(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		a.sync()
		l, err := a.LinkTo(t.Context(), hub.Service, false)
		if err != nil {
			t.Fatal(err)
		}
		l.Up = append(l.Up[:1:1], Frame{Type: typeParts})
		for range 2 {
			if err := l.MoveUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var got Trouble
		if err := l.Down[len(l.Down)-1].read(&got); err != nil || got.Key != "sync.bad_frame" {
			t.Errorf("got %v %v", got, err)
		}
	})
}

// The entry of an erasure is lost with the hub; the list of erasures is not. Nodes
// that had not heard of it would keep the person for ever.
func TestAnErasureOfWhichAHubThatWasPutBackHasOnlyTheListReachesTheNodes(t *testing.T) {
	for _, known := range []string{"the hub had the person then", "the hub had not"} {
		t.Run(known, func(t *testing.T) {
			hub, keep, back := hubPutBack(t)
			a := hub.node("A", "camp")
			amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
			site := a.put("t.site", "", db.ID{}, map[string]any{"given": "goes everywhere"})
			if known == "the hub had the person then" {
				a.sync()
			}
			keep()
			a.at(hub.Address).sync()
			var erased []journal.Erasure
			hub.write(func(tx *db.Tx) error {
				for _, id := range []db.ID{amal, site} {
					if err := hub.Journal.Erase(tx, almaz, bruno, id, "request"); err != nil {
						return err
					}
				}
				return nil
			})
			hub.write(func(tx *db.Tx) (err error) { erased, err = hub.Journal.Erasures(tx); return err })
			back(erased...)
			a.at(hub.Address).sync()
			a.sync()
			want(t, "the erased at the hub", hub.row(amal), "none")
			want(t, "the erased at the node", a.row(amal), "none")
			want(t, "what went everywhere", a.row(site), "none")
			a.whole()
			hub.whole()
		})
	}
}

// dropAt takes somebody out of the scope of a node, which forgets them.
func (s *side) dropAt(name string, who db.ID) {
	s.t.Helper()
	for _, p := range mustNodes(s.t, s) {
		if p.Name == name {
			s.write(func(tx *db.Tx) error { return s.Journal.Drop(tx, p.Feed, who) })
		}
	}
}

// A node has forgotten what it wrote about somebody. The hub that was put back gets it
// from another one first: its writer gets it back, as everybody does.
func TestAWriterGetsBackWhatItForgotAndAnotherBroughtFirst(t *testing.T) {
	hub, keep, back := hubPutBack(t)
	a, b := hub.node("A", "camp"), hub.node("B", "camp")
	amal := hub.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
	keep()
	a.at(hub.Address).sync()
	a.edit(amal, map[string]any{"family": "by A"})
	a.sync()
	b.at(hub.Address).sync()
	hub.dropAt("A", amal)
	a.sync()
	want(t, "who was dropped", a.row(amal), "none")
	back()
	b.at(hub.Address).sync()
	for range 2 {
		a.at(hub.Address).sync()
		b.sync()
	}
	for _, s := range []*side{hub, a, b} {
		want(t, "Amal", s.row(amal), `{"family":"by A","given":"Amal"}`)
		s.whole()
	}
}

// A node has forgotten what it wrote, the hub was put back to a day before, and only a copy
// of the node's disk has it still. The hub asks for it, although it has the entry.
func TestAPayloadThatOnlyACopyHasIsAskedFor(t *testing.T) {
	hub, keep, back := hubPutBack(t)
	keep()
	a, place := hub.nodeAt("A", "camp")
	keep()
	amal := a.at(hub.Address).put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
	a.sync()
	a.close()
	copyOfA := newSide(t, copied(t, place))
	*a = *newSide(t, place)
	hub.dropAt("A", amal)
	a.sync()
	want(t, "who was dropped", a.row(amal), "none")
	back()
	a.at(hub.Address).sync()
	want(t, "what came without its payload", hub.row(amal), "none")
	copyOfA.at(hub.Address).sync()
	want(t, "what was asked for", hub.row(amal), `{"given":"Amal"}`)
	hub.whole()
	var bare []journal.Head
	hub.write(func(tx *db.Tx) (err error) { bare, _, err = hub.Journal.Bare(tx, 0, 10); return err })
	want(t, "what is still asked for", len(bare), 0)
}

// Each node is asked once for each payload that is not here, a few at a time, and may
// bring nothing else.
func TestPayloadsAreAskedForOnceAndNothingElseIsTaken(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		var people []db.ID
		for range bareMost + 3 {
			people = append(people, a.put("t.person", "camp", db.ID{}, map[string]any{"given": "P"}))
		}
		// A wrote them, has forgotten them, and comes for the first time.
		a.write(func(tx *db.Tx) error { return a.Journal.Forget(tx, people) })
		a.sync()
		other := hub.node("B", "camp")
		asks := func(n *side) (bare int) {
			t.Helper()
			l, err := n.LinkTo(t.Context(), hub.Service, false)
			if err != nil {
				t.Fatal(err)
			}
			for !l.Done() {
				if err := l.MoveUp(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, f := range l.Down {
					var w welcome
					if f.Type == typeWelcome && f.read(&w) == nil {
						bare = len(w.Bare)
					}
				}
				if err := l.MoveDown(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			return bare
		}
		for _, want := range []int{bareMost, 3, 0} {
			if got := asks(other); got != want {
				t.Errorf("B is asked for %d, want %d", got, want)
			}
		}
		// All of them come back, and then something else comes bare: it is asked for too.
		hub.write(func(tx *db.Tx) error {
			for _, id := range people {
				if err := hub.Journal.ApplyErasures(tx, []journal.Erasure{{Doc: id, Erasure: db.NewID(), At: time.Unix(1, 0)}}); err != nil {
					return err
				}
			}
			_, _, err := hub.Journal.Bare(tx, 0, 10*bareMost)
			return err
		})
		later := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Later"})
		a.write(func(tx *db.Tx) error { return a.Journal.Forget(tx, []db.ID{later}) })
		a.sync()
		want(t, "what B is asked for then", asks(other), 1)
		c := hub.node("C", "camp")
		l, err := c.LinkTo(t.Context(), hub.Service, false)
		if err != nil {
			t.Fatal(err)
		}
		stranger := hub.put("t.person", "camp", db.ID{}, map[string]any{"given": "Of another chain"})
		pack := journal.NewPacker()
		at := hub.history(stranger)[0].Version
		var prev [32]byte
		var own []journal.Entry
		hub.write(func(tx *db.Tx) (err error) {
			if prev, _, err = hub.Journal.HashAt(tx, at.Origin, at.Seq-1); err == nil {
				own, err = hub.Journal.After(tx, at.Origin, at.Seq-1, 1)
			}
			return err
		})
		if err := pack.Add(&own[0], prev); err != nil {
			t.Fatal(err)
		}
		chunk, err := pack.Chunk()
		if err != nil {
			t.Fatal(err)
		}
		l.Up = append(l.Up[:1:1], Frame{Type: typeParts, Body: chunk})
		for range 2 {
			if err := l.MoveUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var got Trouble
		if err := l.Down[len(l.Down)-1].read(&got); err != nil || got.Key != "sync.bad_frame" {
			t.Errorf("got %v %v", got, err)
		}
	})
}
