package sync

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	w := newWindow[int]()
	fill := func() (n int) {
		for w.free() {
			n++
			w.send(8<<10, now, n)
		}
		return n
	}
	all := func(int) bool { return true }
	if n := fill(); n != 4 {
		t.Fatalf("%d chunks of 8 kB before the first answer, want 4", n)
	}
	w.arrived(now.Add(time.Second), func(n int) bool { return n <= 2 })
	if w.empty() || w.bytes != 16<<10 || w.room != 48<<10 {
		t.Fatalf("after two quick answers %d bytes of %d", w.bytes, w.room)
	}
	w.arrived(now.Add(3*time.Second), all)
	if w.room != 48<<10 {
		t.Errorf("answers neither quick nor slow made it %d", w.room)
	}
	for range 20 {
		fill()
		w.arrived(now.Add(time.Second), all)
	}
	if w.room != windowMost {
		t.Errorf("a quick link opens it to %d, want %d", w.room, windowMost)
	}
	for range 20 {
		fill()
		w.arrived(now.Add(time.Minute), all)
	}
	if w.room != windowMin || !w.empty() || w.bytes != 0 {
		t.Errorf("a slow link closes it to %d with %d under way, want %d and none", w.room, w.bytes, windowMin)
	}
	fill()
	w.arrived(now.Add(-time.Hour), all) // a clock that was put back
	if w.room != windowMin {
		t.Errorf("a clock that went back made it %d", w.room)
	}
	w.open = true
	if w.send(1<<30, now, 0); !w.free() {
		t.Error("a file waits for an answer")
	}
}
