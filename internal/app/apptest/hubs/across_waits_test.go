package hubs

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/area/surveillance/across"
)

// The first page says what waits, from what can wait still: it counts as the board does,
// and leaves out what was over years ago.
func TestWhatWaitsIsCountedWithoutWhatIsLongOver(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	of, _ := a.contact("Planted", 3)
	_, err := a.tell(across.OfContact, of, id, nil)
	a.must(err)
	if _, err := b.take(a.file(id)); err != nil {
		t.Fatal(err)
	}
	later(a, 30*time.Hour) // both clocks: nobody there has opened it in time
	for name, h := range map[string]*shareHub{"sender": a, "receiver": b} {
		waits, err := h.across.Waiting(h.as("epidemiologist"))
		h.must(err)
		if all := h.board(); waits.New != all.New || waits.Late != all.Late || waits.Tells != all.Tells || waits.New+waits.Late == 0 {
			t.Errorf("%s: %d new, %d late and %d to tell wait; the board says %d, %d and %d", name, waits.New, waits.Late, waits.Tells, all.New, all.Late, all.Tells)
		}
	}
	later(a, 371*24*time.Hour)
	waits, err := a.across.Waiting(a.as("epidemiologist"))
	a.must(err)
	if len(waits.Sent) != 0 || len(a.board().Sent) != 1 {
		t.Errorf("after a year %d lines can wait, and the board has %d", len(waits.Sent), len(a.board().Sent))
	}
}
