package sync

import (
	"context"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// standing is how the hub's node of a name stands.
func (s *side) standing(name string) PeerStanding {
	s.t.Helper()
	nodes, err := s.Nodes(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range nodes {
		if p.Name == name {
			return p
		}
	}
	s.t.Fatalf("there is no node %s", name)
	return PeerStanding{}
}

func TestTheHubSaysWhatANodeHasNotTaken(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		if st := hub.standing("A"); st.Backlog.Known || st.Behind != nil {
			t.Errorf("before the first contact: %+v", st)
		}
		a.sync()
		b.sync()
		for range 3 {
			a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		}
		a.sync()
		st := hub.standing("A")
		want(t, "what A has not taken, who wrote it", st.Backlog, Backlog{Known: true})
		want(t, "what A has not sent", *st.Behind, 0)
		want(t, "the origins of A", len(st.Heads), 1)
		want(t, "how far they are here", st.Heads[0].Seq, 3)
		want(t, "what came for B meanwhile", hub.standing("B").Backlog, Backlog{Known: true, Unread: 3})

		// A cut after the feed was filled, before it was taken.
		peer := hub.standing("B").Peer
		s := NewHubSession(hub.Service, peer)
		err := hub.d.Write(t.Context(), func(tx *db.Tx) error {
			_, _, err := hub.Journal.FillFeed(tx, peer.Feed, s.filter(), chunkMost)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		st = hub.standing("B")
		want(t, "nothing is left to look through", st.Backlog.Unread, 0)
		if st.Backlog.Ready < 3 {
			t.Errorf("%d items wait for B, want the three people at least", st.Backlog.Ready)
		}
		b.sync()
		want(t, "what B has not taken after it came", hub.standing("B").Backlog, Backlog{Known: true})
	})
}

func TestTheHubKnowsWhatANodeThatWasCutHasNotSent(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		for range 5 {
			a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		}
		a.hello(hub, "A")
		if st := hub.standing("A"); st.Behind == nil || *st.Behind != 5 {
			t.Fatalf("the node said hello with five changes and was cut: %v", st.Behind)
		}
		a.sync()
		want(t, "after it sent them", *hub.standing("A").Behind, 0)
	})
}

func TestWhyAnExchangeEndedStaysUntilTheNextOneThatIsWelcome(t *testing.T) {
	hub := newSide(t, onDisk(t))
	hub.serve()
	a := hub.node("A", "camp")
	trouble := func() string {
		t.Helper()
		st, err := a.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return st.Trouble
	}
	right := hub.Address
	at := func(address string) {
		t.Helper()
		err := a.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("UPDATE sync_hub SET address = ?", address)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	at("127.0.0.1:1")
	_, err := a.Sync(t.Context(), direct)
	wantFault(t, err, fault.Unavailable, "sync.unreachable")
	want(t, "what the page says", trouble(), "sync.unreachable")
	at(right)
	a.sync()
	want(t, "after an exchange", trouble(), "")

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Sync(gone, direct); err == nil {
		t.Fatal("an exchange that was called off succeeded")
	}
	want(t, "of one that this side called off", trouble(), "")

	if err := hub.Revoke(t.Context(), hub.standing("A").ID); err != nil {
		t.Fatal(err)
	}
	_, err = a.Sync(t.Context(), direct)
	wantFault(t, err, fault.Forbidden, "sync.revoked")
	want(t, "after it was revoked", trouble(), "sync.revoked")
}

func TestTwoNodesDoNotBearOneName(t *testing.T) {
	hub := newSide(t, onDisk(t))
	hub.serve()
	first, _, err := hub.Invite(t.Context(), Invitation{Name: "A"})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = hub.Invite(t.Context(), Invitation{Name: " A "})
	wantFault(t, err, fault.Invalid, "sync.name_taken")
	if err := hub.Revoke(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := hub.Invite(t.Context(), Invitation{Name: "A"}); err != nil {
		t.Errorf("the name of a revoked node: %v", err)
	}
}

// hello says hello as a node does, and is cut.
func (s *side) hello(hub *side, name string) {
	s.t.Helper()
	session, err := NewNodeSession(s.t.Context(), s.Deps)
	if err != nil {
		s.t.Fatal(err)
	}
	first, err := session.Start(s.t.Context())
	if err == nil {
		_, err = NewHubSession(hub.Service, hub.standing(name).Peer).Receive(s.t.Context(), first[0])
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestWhatANodeWroteItselfIsNotWhatItHasNotTaken(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		a.sync()
		b.sync()
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		err := a.d.Read(t.Context(), func(tx *db.Tx) error {
			heads, err := a.Journal.Heads(tx)
			if err != nil {
				return err
			}
			entries, err := a.Journal.After(tx, heads[0].Origin, 0, 10)
			if err != nil {
				return err
			}
			return hub.Journal.Apply(t.Context(), entries) // a cut before the feeds were filled
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "who wrote it", hub.standing("A").Backlog, Backlog{Known: true})
		want(t, "the other", hub.standing("B").Backlog, Backlog{Known: true, Unread: 1})
	})
}

func TestANodeThatBeginsItsFeedAgainHasTakenNothingOfIt(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		for range 3 {
			a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		}
		a.sync()
		b.sync()
		want(t, "what B has not taken", hub.standing("B").Backlog.Ready, 0)
		err := b.d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec("UPDATE sync_hub SET feed = NULL"); return err })
		if err != nil {
			t.Fatal(err)
		}
		b.hello(hub, "B")
		want(t, "after it began again and was cut", hub.standing("B").Backlog.Ready, 3)
	})
}
