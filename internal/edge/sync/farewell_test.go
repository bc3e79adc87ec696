package sync

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestANodeThatIsDestroyedSaysSoWithoutItsDatabase(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, place := hub.nodeAt("A", "camp")
		a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		a.sync()
		for range 3 {
			a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Not sent"})
		}
		if st, err := a.Status(t.Context()); err != nil || st.Unsent != 3 {
			t.Fatal(st, err)
		}
		a.close()
		if err := a.Farewell(t.Context(), direct); err != nil {
			t.Fatal(err)
		}
		st := hub.standing("A")
		want(t, "its state", st.State, Revoked)
		want(t, "why", st.Why, WhyDestroyed)
		want(t, "when is kept", st.Ended.IsZero(), false)
		want(t, "what had not arrived", *st.Behind, 3)
		want(t, "what had", st.Received, 1)
		acts, err := hub.Acts(t.Context(), st.ID)
		if err != nil || acts[0].Act != NodeDestroyed {
			t.Errorf("what is kept of it: %v %v", acts, err)
		}
		if err := a.Farewell(t.Context(), direct); fault.KeyOf(err) != "sync.not_enrolled" {
			t.Errorf("the last words are said twice: %v", err)
		}
		again := newSide(t, place) // somebody has the machine, and its records after all
		if _, err := again.Sync(t.Context(), direct); fault.KeyOf(err) != "sync.revoked" {
			t.Errorf("an exchange afterwards: %v", err)
		}
		hub.whole()
	})
}

func TestAFarewellOfNobodyRevokesNobody(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		hub.node("A", "camp")
		stranger := hub.node("B", "camp")
		if _, err := stranger.Status(t.Context()); err != nil {
			t.Fatal(err)
		}
		id, err := newIdentity()
		if err != nil {
			t.Fatal(err)
		}
		w := stranger.words.Load()
		w.hub.key, w.hub.cert = id.key, id.cert
		if err := stranger.Farewell(t.Context(), direct); fault.KeyOf(err) != "sync.unknown_node" {
			t.Errorf("a key that the hub does not know: %v", err)
		}
		for _, p := range mustNodes(t, hub) {
			want(t, p.Name, p.State, Enrolled)
		}
		alone := newSide(t, onDisk(t))
		if err := alone.Farewell(t.Context(), direct); fault.KeyOf(err) != "sync.not_enrolled" {
			t.Errorf("a machine on its own: %v", err)
		}
	})
}
