package sync

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func (s *side) export() []byte {
	s.t.Helper()
	var b bytes.Buffer
	if _, err := s.Export(s.t.Context(), &b); err != nil {
		s.t.Fatal(err)
	}
	return b.Bytes()
}

// take imports a batch and answers the reply.
func (s *side) take(batch []byte) ([]byte, error) {
	var reply bytes.Buffer
	_, err := s.Import(s.t.Context(), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(batch)), nil }, &reply)
	return reply.Bytes(), err
}

func (s *side) mustTake(batch []byte) []byte {
	s.t.Helper()
	reply, err := s.take(batch)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply
}

func TestRecordsTravelOnAStick(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		var ids []db.ID
		for i := range 120 {
			ids = append(ids, a.put("t.person", "camp", db.ID{}, map[string]any{"given": fmt.Sprintf("Stick %d %x", i, noise(40))}))
		}
		first := a.export()
		if bytes.Contains(first, []byte("Stick")) {
			t.Fatal("a name stands in the file")
		}
		hub.mustTake(first)
		ids = append(ids, a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Second"}))
		answer := hub.mustTake(a.export()) // nothing of the first answer has come yet
		a.mustTake(answer)
		st, err := a.Status(t.Context())
		if err != nil || st.Unsent != 0 || st.Received != 121 {
			t.Errorf("A says %+v %v", st, err)
		}
		down := hub.mustTake(b.export())
		b.mustTake(down)
		b.mustTake(down) // taken twice
		for _, id := range ids {
			if got := hub.row(id); got != a.row(id) || got != b.row(id) {
				t.Fatalf("%s: at the hub %s, at B %s", a.row(id), got, b.row(id))
			}
		}
		hub.mustTake(first) // an old stick comes again
		b.edit(ids[0], map[string]any{"given": "by B"})
		hub.mustTake(b.export())
		want(t, "an edit after that", hub.row(ids[0]), b.row(ids[0]))
		a.sync() // and the link is back
		want(t, "the edit over the link", a.row(ids[0]), b.row(ids[0]))
		for _, s := range []*side{hub, a, b} {
			s.whole()
		}
	})
}

func TestABatchThatIsNotWholeOrNotOursIsRefused(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal"})
		good := a.export()
		for name, bad := range map[string][]byte{
			"nothing":       {},
			"another file":  []byte("%PDF-1.4 and so on, long enough to hold the words at the front"),
			"cut":           good[:len(good)-30],
			"cut in middle": good[:len(good)/2],
			"a bit":         flipped(good, len(good)/2),
			"the last bit":  flipped(good, len(good)-1),
		} {
			_, err := hub.take(bad)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			want(t, name, hub.row(amal), "none")
		}
		_, err := b.take(good)
		wantFault(t, err, fault.Forbidden, "sync.not_for_us")
		answer := hub.mustTake(good)
		_, err = b.take(answer)
		wantFault(t, err, fault.Forbidden, "sync.not_for_us")
		if err := hub.Revoke(t.Context(), mustNodes(t, hub)[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err = hub.take(a.export())
		wantFault(t, err, fault.Forbidden, "sync.revoked")

		c := hub.node("C", "camp")
		c.put("t.person", "camp", db.ID{}, map[string]any{"given": "1"})
		c.export() // lost on the way, and nobody knows
		second := c.put("t.person", "camp", db.ID{}, map[string]any{"given": "2"})
		hub.mustTake(c.export())
		want(t, "what came after a lost stick", hub.row(second), c.row(second))
	})
}

func flipped(b []byte, at int) []byte {
	c := bytes.Clone(b)
	c[at] ^= 1
	return c
}

func mustNodes(t *testing.T, hub *side) []PeerStanding {
	t.Helper()
	nodes, err := hub.Nodes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}
