package sync

import (
	"fmt"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// twins are a node and another machine on a copy of its disk.
func (s *side) twins(name string, sites ...string) (a, b *side, before db.ID) {
	s.t.Helper()
	first, place := s.nodeAt(name, sites...)
	before = first.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal", "allergy": "none known"})
	first.sync()
	unsent := first.put("t.note", "camp", before, map[string]any{"given": "written before the copy"})
	first.close()
	a, b = newSide(s.t, place), newSide(s.t, copied(s.t, place))
	want(s.t, "what was not sent is on both", a.row(unsent), b.row(unsent))
	return a, b, before
}

func (s *side) refused(key string) {
	s.t.Helper()
	if _, err := s.Sync(s.t.Context(), direct); fault.KeyOf(err) != key {
		s.t.Fatalf("the exchange says %v, want %s", err, key)
	}
}

func (s *side) reissued() []journal.Reissued {
	s.t.Helper()
	out, err := s.Reissue(s.t.Context(), direct)
	if err != nil {
		s.t.Fatal(err)
	}
	s.whole()
	if r, err := s.Journal.Rebuild(s.t.Context(), nil); err != nil || !r.Same() {
		s.t.Fatalf("the rows are not what the journal makes: %v %+v", err, r)
	}
	return out
}

func (s *side) load(id db.ID) (d *journal.Doc) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(tx *db.Tx) (err error) { d, err = s.Journal.Load(tx, id); return err })
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *side) history(id db.ID) (out []journal.Entry) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(tx *db.Tx) (err error) { out, err = s.Journal.History(tx, id); return err })
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func TestWhatOnlyARefusedForkHasReachesTheHubUnderANewName(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b, amal := hub.twins("A", "camp")
		mine, theirs := []db.ID{}, b.put("t.person", "camp", db.ID{}, map[string]any{"given": "Of B"})
		for i := range 300 { // more than one question to the hub
			mine = append(mine, a.put("t.person", "camp", db.ID{}, map[string]any{"given": fmt.Sprint("Of A ", i)}))
		}
		a.edit(mine[0], map[string]any{"family": "Idris"})
		a.edit(amal, map[string]any{"given": "Amal A", "allergy": "latex"})
		b.edit(amal, map[string]any{"given": "Amal B", "allergy": "penicillin"})
		b.sync()
		a.refused("sync.fork")
		old := a.history(mine[0])
		moved := a.reissued()
		if len(moved) != 1 || len(moved[0].Versions) != 302 || moved[0].After != 2 {
			t.Fatalf("issued again: %d origins, %+v", len(moved), moved)
		}
		now := a.history(mine[0])
		for i := range old {
			want(t, "the new version of an entry", now[i].Version, moved[0].Versions[old[i].Version])
			want(t, "its time", now[i].HLC, old[i].HLC)
			want(t, "its author", now[i].Actor, old[i].Actor)
			want(t, "its payload", string(now[i].Payload), string(old[i].Payload))
		}
		if base := now[1].Base; !base.Has(now[0].Version) || base.Has(old[0].Version) {
			t.Errorf("the change says that it has seen %s", base)
		}
		stale := journal.Change{Kind: "t.person", Doc: mine[0], Base: old[1].Base, Fields: map[string]any{"given": "typed before"}}
		err := a.d.Write(t.Context(), func(tx *db.Tx) error { return a.Journal.Append(tx, bruno, stale) })
		if fault.KeyOf(err) != "journal.seen_before" {
			t.Errorf("a page of before is sent: %v", err)
		}
		a.edit(mine[0], map[string]any{"family": "Idris", "given": "typed after"})
		a.sync()
		for _, id := range mine {
			want(t, "what only A had, at the hub", hub.row(id), a.row(id))
		}
		want(t, "what B wrote, at A", a.row(theirs), hub.row(theirs))

		// Nothing is merged in silence: both said something of Amal, and both is kept.
		for _, s := range []*side{hub, a} {
			d := s.load(amal)
			want(t, "names that are disputed", len(d.Disputed["name"]), 2)
			want(t, "allergies that are disputed", len(d.Disputed["allergy"]), 2)
		}
		acts, err := hub.Acts(t.Context(), mustNodes(t, hub)[0].ID)
		if err != nil || acts[0].Act != NodeReissued {
			t.Errorf("what the hub knows of it: %v %v", acts, err)
		}

		// The other machine is a copy now. It goes on as a node of its own.
		later := b.put("t.person", "camp", db.ID{}, map[string]any{"given": "Later at B"})
		b.refused("sync.copied")
		moved = b.reissued()
		if len(moved) != 1 || len(moved[0].Versions) != 1 {
			t.Fatalf("of B only one change is not at the hub: %+v", moved)
		}
		_, code, err := hub.Invite(t.Context(), Invitation{Name: "B", Sites: []string{"camp"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.EnrolAnew(t.Context(), direct, code); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			b.sync()
			a.sync()
		}
		for _, id := range append(mine, amal, theirs, later) {
			want(t, "at A", a.row(id), hub.row(id))
			want(t, "at B", b.row(id), hub.row(id))
		}
		want(t, "B is a node of its own", hub.standing("B").State, Enrolled)
		for _, s := range []*side{a, b} {
			st, err := s.Status(t.Context())
			if err != nil || st.Unsent != 0 || st.Trouble != "" {
				t.Errorf("after all of it: %+v %v", st, err)
			}
			s.whole()
		}
		hub.whole()
	})
}

func TestIssuingAgainWithoutNeedSendsNothingTwice(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		a.sync()
		if moved := a.reissued(); len(moved) != 0 {
			t.Errorf("everything is at the hub, and %+v was issued again", moved)
		}
		note := a.put("t.note", "camp", amal, map[string]any{"given": "after"})
		a.sync()
		want(t, "entries of the person at the hub", len(hub.history(amal)), 1)
		want(t, "what came after", hub.row(note), a.row(note))
	})
}

func TestWhoHasNodesOfTheirOwnOrIsRevokedIssuesNothingAgain(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		if _, err := hub.reissue(t.Context(), nil); fault.KeyOf(err) != "sync.reissue_hub" {
			t.Errorf("a hub: %v", err)
		}
		other := newSide(t, onDisk(t))
		other.serve()
		_, code, err := other.Invite(t.Context(), Invitation{Name: "A"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.EnrolAnew(t.Context(), direct, code); fault.KeyOf(err) != "sync.other_hub" {
			t.Errorf("a code of another hub: %v", err)
		}
		if err := hub.Revoke(t.Context(), mustNodes(t, hub)[0].ID); err != nil {
			t.Fatal(err)
		}
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		if _, err := a.Reissue(t.Context(), direct); fault.KeyOf(err) != "sync.revoked" {
			t.Errorf("a node that is revoked: %v", err)
		}
	})
}

// A node that has a name of its own and the chain of another adds nothing to that chain.
func TestACopyAddsNothingToTheChainOfAnother(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b, _ := hub.twins("A", "camp")
		a.sync()
		b.reissued()
		_, code, err := hub.Invite(t.Context(), Invitation{Name: "B", Sites: []string{"camp"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.EnrolAnew(t.Context(), direct, code); err != nil {
			t.Fatal(err)
		}
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Of A"})
		node, err := NewNodeSession(t.Context(), b.Deps)
		if err != nil {
			t.Fatal(err)
		}
		node.fresh = true
		first, err := node.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		session := NewHubSession(hub.Service, hub.standing("B").Peer)
		out, err := session.Receive(t.Context(), first[0])
		if err != nil || out[0].Type != typeWelcome {
			t.Fatalf("B is not welcome: %v %v", out, err)
		}
		pack := journal.NewPacker()
		err = a.d.Read(t.Context(), func(tx *db.Tx) error {
			heads, err := a.Journal.Heads(tx)
			if err != nil {
				return err
			}
			end := heads[0]
			prev, _, err := a.Journal.HashAt(tx, end.Origin, end.Seq-1)
			if err != nil {
				return err
			}
			last, err := a.Journal.After(tx, end.Origin, end.Seq-1, 1)
			if err != nil {
				return err
			}
			return pack.Add(&last[0], prev)
		})
		if err != nil {
			t.Fatal(err)
		}
		chunk, err := pack.Chunk()
		if err != nil {
			t.Fatal(err)
		}
		out, err = session.Receive(t.Context(), Frame{typeEntries, chunk})
		var said Trouble
		if err != nil || out[0].Type != typeTrouble || out[0].read(&said) != nil || said.Key != "sync.not_yours" {
			t.Errorf("B sends an entry of A: %v %v %v", out, said, err)
		}
	})
}
