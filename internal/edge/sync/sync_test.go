package sync

import (
	"fmt"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestWhatIsWrittenAtANodeReachesTheHubAndWhoeverNeedsIt(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b, far := hub.node("A", "camp"), hub.node("B", "camp"), hub.node("Far", "port")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		note := a.put("t.note", "camp", amal, map[string]any{"allergy": "latex"})
		site := a.put("t.site", "", db.ID{}, map[string]any{"given": "Camp"})
		r := a.sync()
		want(t, "changes sent", r.Up, 3)
		want(t, "items that came back", r.Down, 0)
		want(t, "the person at the hub", hub.row(amal), a.row(amal))
		b.sync()
		far.sync()
		want(t, "the note at the other node of the camp", b.row(note), a.row(note))
		want(t, "the person elsewhere", far.row(amal), "none")
		want(t, "what goes everywhere", far.row(site), a.row(site))
		b.edit(amal, map[string]any{"given": "Amal B"})
		b.sync()
		a.sync()
		want(t, "an edit at the other node", a.row(amal), b.row(amal))
		want(t, "nothing more to send", a.sync(), Report{})
		for _, s := range []*side{hub, a, b, far} {
			s.whole()
		}
	})
}

func TestMuchGoesInManyChunks(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		var last db.ID
		for i := range 60 {
			last = a.put("t.person", "camp", db.ID{}, map[string]any{"given": fmt.Sprintf("%d %x", i, noise(3000))})
		}
		want(t, "sent", a.sync().Up, 60)
		want(t, "taken", b.sync().Down, 60)
		want(t, "the last of them", b.row(last), a.row(last))
		a.whole()
		b.whole()
	})
}

func TestARevokedNodeAndAnUnknownOneAreRefused(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		nodes, err := hub.Nodes(t.Context())
		if err != nil || len(nodes) != 1 {
			t.Fatal(nodes, err)
		}
		if err := hub.Revoke(t.Context(), nodes[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err = a.Sync(t.Context(), direct)
		wantFault(t, err, fault.Forbidden, "sync.revoked")
		want(t, "the person at the hub", hub.row(amal), "none")

		other := newSide(t, onDisk(t))
		_, err = other.Sync(t.Context(), direct)
		wantFault(t, err, fault.NotFound, "sync.not_enrolled")
	})
}

func TestACodeWorksOnce(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		_, text, err := hub.Invite(t.Context(), Invitation{Name: "A", Sites: []string{"camp"}})
		if err != nil {
			t.Fatal(err)
		}
		a, b := newSide(t, onDisk(t)), newSide(t, onDisk(t))
		if _, err := a.Enrol(t.Context(), direct, text); err != nil {
			t.Fatal(err)
		}
		_, err = b.Enrol(t.Context(), direct, text)
		wantFault(t, err, fault.Forbidden, "sync.code_refused")
		_, err = a.Enrol(t.Context(), direct, text)
		wantFault(t, err, fault.Conflict, "sync.enrolled_already")
		_, err = b.Enrol(t.Context(), direct, "nonsense")
		wantFault(t, err, fault.Invalid, "sync.bad_code")
	})
}

func TestAnotherMachineInTheHubsPlaceIsToldNothing(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		false_ := newSide(t, onDisk(t))
		false_.serve()
		err := a.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("UPDATE sync_hub SET address = ?", false_.Address)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Sync(t.Context(), direct)
		wantFault(t, err, fault.Forbidden, "sync.wrong_hub")
		want(t, "the person at the false hub", false_.row(amal), "none")
	})
}

func wantFault(t *testing.T, err error, code fault.Code, key string) {
	t.Helper()
	if !fault.Is(err, code) || fault.KeyOf(err) != key {
		t.Errorf("got %v [%s], want %s [%s]", err, fault.KeyOf(err), code, key)
	}
}

// The hub or the node has erased what the other still has in the stream's past.
func TestAnErasureBetweenTwoSessionsCostsNoMoreThanAFreshStream(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Bilal"})
		a.sync()
		err := hub.d.Write(t.Context(), func(tx *db.Tx) error { return hub.Journal.Erase(tx, almaz, bruno, amal, "request") })
		if err != nil {
			t.Fatal(err)
		}
		more := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Chaltu"})
		a.sync()
		want(t, "the next person at the hub", hub.row(more), a.row(more))
		want(t, "the erased at the node", a.row(amal), "none")
	})
}

// A disk is put back to an older day: the node takes a new name, and gets back from
// the hub what it had sent.
func TestANodeThatWentBackToAnOlderCopyLosesNothing(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, place := hub.nodeAt("A", "camp")
		before := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Before"})
		a.sync()
		a.close()
		old := copied(t, place)
		a = newSide(t, place)
		after := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "After"})
		a.edit(before, map[string]any{"given": "Before, edited"})
		a.sync()
		was, edited := a.row(after), a.row(before)
		a.close()

		back := newSide(t, old)
		back.sync()
		since := back.put("t.person", "camp", db.ID{}, map[string]any{"given": "Since"})
		back.edit(after, map[string]any{"family": "edited since"})
		back.sync()
		want(t, "what was edited", back.row(before), edited)
		if got := hub.row(after); got == was || got != back.row(after) {
			t.Errorf("what came back and was edited: %s at the hub, %s here", got, back.row(after))
		}
		want(t, "what was written since", hub.row(since), back.row(since))
		back.whole()
		hub.whole()
	})
}

// Two machines run on copies of one disk. The first to come is the node; the second
// has other entries under numbers that are taken: nothing is merged.
func TestAForkIsNotMerged(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, place := hub.nodeAt("A", "camp")
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Before"})
		a.sync()
		a.close()
		twin := newSide(t, copied(t, place))
		a = newSide(t, place)
		one := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "One"})
		other := twin.put("t.person", "camp", db.ID{}, map[string]any{"given": "Other"})
		twin.put("t.person", "camp", db.ID{}, map[string]any{"given": "And more"})
		a.sync()
		_, err := twin.Sync(t.Context(), direct)
		wantFault(t, err, fault.Conflict, "sync.fork")
		want(t, "the first at the hub", hub.row(one), a.row(one))
		want(t, "the other at the hub", hub.row(other), "none")
		if twin.row(other) == "none" {
			t.Error("the other is lost where it was written")
		}
		nodes, err := hub.Nodes(t.Context())
		if err != nil || nodes[0].Trouble != "sync.fork" {
			t.Errorf("the hub says %v %v", nodes, err)
		}
	})
}

func TestAPersonIsFetchedByTheirNumber(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "port")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		note := a.put("t.note", "camp", amal, map[string]any{"allergy": "latex"})
		other := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Other"})
		a.sync()
		b.sync()
		var asked []string
		hub.Resolve = func(_ *db.Tx, number string) ([]db.ID, error) {
			if number != "DAD-1" {
				return nil, nil
			}
			return []db.ID{amal}, nil
		}
		hub.Asked = func(_ *db.Tx, node Peer, q Ask, subject db.ID) error {
			asked = append(asked, node.Name+" "+q.Purpose+" "+subject.String())
			return nil
		}
		found, err := b.Fetch(t.Context(), direct, Ask{Number: "DAD-9", Purpose: "care", User: almaz.User[:]})
		if err != nil || found {
			t.Errorf("a number of nobody: %v %v", found, err)
		}
		found, err = b.Fetch(t.Context(), direct, Ask{Number: "DAD-1", Purpose: "care", User: almaz.User[:]})
		if err != nil || !found {
			t.Fatalf("a number of somebody: %v %v", found, err)
		}
		want(t, "the person", b.row(amal), a.row(amal))
		want(t, "what belongs to them", b.row(note), a.row(note))
		want(t, "somebody else", b.row(other), "none")
		asked = slices.Compact(asked) // a transaction that lost runs again
		if len(asked) != 2 || asked[0] != "B care "+(db.ID{}).String() || asked[1] != "B care "+amal.String() {
			t.Errorf("the audit says %v", asked)
		}
		a.edit(amal, map[string]any{"family": "Idris"})
		a.sync()
		b.sync()
		want(t, "a later change", b.row(amal), a.row(amal))
	})
}

func TestACatchmentIsChangedAtTheHub(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp", "port"), hub.node("B", "port")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		stays := a.put("t.person", "port", db.ID{}, map[string]any{"given": "Stays"})
		a.sync()
		b.sync()
		set := func(most int64, sites ...string) {
			t.Helper()
			if err := hub.SetCatchment(t.Context(), mustNodes(t, hub)[1].ID, sites, most); err != nil {
				t.Fatal(err)
			}
		}
		set(0, "port", "camp")
		b.sync()
		want(t, "who is in the larger catchment", b.row(amal), a.row(amal))
		own := b.put("t.person", "port", db.ID{}, map[string]any{"given": "Own"})
		b.sync()
		set(0, "port")
		r := b.sync()
		want(t, "who is not in the smaller one", b.row(amal), "none")
		want(t, "the same at the hub", hub.row(amal), a.row(amal))
		want(t, "who belongs to both", b.row(stays), a.row(stays))
		want(t, "what is sent to drop one and keep two", r.Down, 1)
		set(0)
		b.sync()
		want(t, "whom the node wrote about, with no site at all", b.row(own), hub.row(own))
		want(t, "whom it did not", b.row(stays), "none")
		b.whole()

		acts, err := hub.Acts(t.Context(), mustNodes(t, hub)[1].ID)
		if err != nil || len(acts) != 4 {
			t.Fatalf("what is kept of it: %v %v", acts, err)
		}
		want(t, "the latest act", acts[0].Act, NodeChanged)
		want(t, "its sites", len(acts[0].Sites), 0)
		want(t, "the first", acts[3].Act, NodeInvited)
		want(t, "by whom", access.IsOperator(acts[0].By), true)
		hub.whole()
	})
}

func TestWhoWasKeptOutComesWhenTheCapIsRaisedAndNobodyGoesWhenItIsLowered(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		id := mustNodes(t, hub)[1].ID
		cap := func(most int64) {
			t.Helper()
			if err := hub.SetCatchment(t.Context(), id, []string{"camp"}, most); err != nil {
				t.Fatal(err)
			}
			b.sync()
		}
		var ids []db.ID
		for i := range 4 {
			ids = append(ids, a.put("t.person", "camp", db.ID{}, map[string]any{"given": fmt.Sprint(i)}))
		}
		a.sync()
		here := func() (n int) {
			for _, id := range ids {
				if b.row(id) != "none" {
					n++
				}
			}
			return n
		}
		cap(2)
		want(t, "people under a cap of two", here(), 2)
		cap(3)
		want(t, "after it was raised by one", here(), 3)
		cap(1)
		want(t, "after it was lowered", here(), 3)
		want(t, "what the hub says that it holds", hub.standing("B").People, 3)
		cap(0)
		want(t, "after it was taken away", here(), 4)
		b.whole()
		if err := hub.Revoke(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := hub.SetCatchment(t.Context(), id, []string{"port"}, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("a node that is revoked: %v", err)
		}
	})
}

func TestANodeThatIsFullSaysSo(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a := hub.node("A", "camp")
		b := newSide(t, onDisk(t))
		_, code, err := hub.Invite(t.Context(), Invitation{Name: "B", Sites: []string{"camp"}, Most: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Enrol(t.Context(), direct, code); err != nil {
			t.Fatal(err)
		}
		var ids []db.ID
		for i := range 4 {
			ids = append(ids, a.put("t.person", "camp", db.ID{}, map[string]any{"given": fmt.Sprint(i)}))
		}
		a.sync()
		b.sync()
		n := 0
		for _, id := range ids {
			if b.row(id) != "none" {
				n++
			}
		}
		want(t, "people at the node", n, 2)
		st, err := b.Status(t.Context())
		if err != nil || st.Trouble != "sync.full" {
			t.Errorf("the node says %+v %v", st, err)
		}
	})
}
