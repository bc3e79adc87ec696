package sync

import (
	"fmt"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The link is cut again and again in the middle of what it carries. Nothing is lost,
// and after each cut no more is sent again than was under way.
func TestALinkThatIsCutLosesNothing(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		const people = 400
		var ids []db.ID
		for i := range people {
			ids = append(ids, a.put("t.person", "camp", db.ID{}, map[string]any{"given": fmt.Sprintf("%d %x", i, noise(150))}))
		}
		var sent int64
		link := &testkit.Link{Rate: 1 << 20}
		cuts := overLink(t, a, link, 30<<10, func(r Report) { sent += r.Sent })
		want(t, "what was sent, without what was sent again", a.sync().Sent, 0)
		if cuts < 2 {
			t.Fatalf("%d cuts: the link held", cuts)
		}
		// An entry here takes more than 150 bytes of the window.
		if again := sent - people; again < 0 || again > int64(cuts)*(windowMost/150) {
			t.Errorf("%d entries were sent again after %d cuts", again, cuts)
		}
		t.Logf("%d people, %d entries sent, %d cuts", people, sent, cuts)
		overLink(t, b, &testkit.Link{Rate: 1 << 20}, 30<<10, func(Report) {})
		for _, id := range ids {
			if got := hub.row(id); got != a.row(id) || got != b.row(id) {
				t.Fatalf("%s: at the hub %s, at B %s", a.row(id), got, b.row(id))
			}
		}
		for _, s := range []*side{hub, a, b} {
			s.whole()
		}
	})
}

// overLink syncs until nothing is left, over a link that is cut each so many bytes.
func overLink(t *testing.T, s *side, link *testkit.Link, each int64, did func(Report)) (cuts int) {
	t.Helper()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for next := each; ; {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
			if up, back := link.Bytes(); up+back >= next {
				link.Cut(false)
				next = up + back + each
			}
		}
	}()
	defer func() { close(stop); <-done }()
	client := direct
	client.Dial = link.Dial
	for range 200 {
		r, err := s.Sync(t.Context(), client)
		did(r)
		if err == nil {
			return cuts
		}
		if !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		cuts++
	}
	t.Fatal("two hundred sessions were not enough")
	return 0
}
