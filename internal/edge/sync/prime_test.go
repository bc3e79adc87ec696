package sync

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// down exchanges over a link of one process and answers the bytes of the items sent
// down; change may change the hello.
func (s *side) down(hub *side, change func(*hello)) (size int) {
	s.t.Helper()
	l, err := s.LinkTo(s.t.Context(), hub.Service, false)
	if err != nil {
		s.t.Fatal(err)
	}
	var h hello
	if err := l.Up[0].read(&h); err != nil {
		s.t.Fatal(err)
	}
	change(&h)
	if l.Up[0], err = frameOf(typeHello, h); err != nil {
		s.t.Fatal(err)
	}
	for !l.Done() {
		if err := l.MoveUp(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
		for _, f := range l.Down {
			if f.Type == typeItems {
				size += len(f.Body)
			}
		}
		for len(l.Down) > 0 {
			if err := l.MoveDown(s.t.Context()); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	return size
}

func TestAShortSessionDownGoesOnFromWhatBothSidesHave(t *testing.T) {
	hubs(t, func(t *testing.T, hub *side) {
		a, b := hub.node("A", "camp"), hub.node("B", "camp")
		words := func(i int) map[string]any {
			return map[string]any{"given": fmt.Sprint("Given ", i), "allergy": strings.Repeat("a long sentence that everybody writes ", 4)}
		}
		for i := range 60 {
			b.put("t.person", "camp", db.ID{}, words(i))
		}
		b.sync()
		send := func(change func(*hello)) (size int) {
			t.Helper()
			var ids []db.ID
			for i := range 4 {
				ids = append(ids, a.put("t.person", "camp", db.ID{}, words(1000+i)))
			}
			a.sync()
			size = b.down(hub, change)
			for _, id := range ids {
				want(t, "what came down", b.row(id), hub.row(id))
			}
			return size
		}
		with := send(func(*hello) {})
		without := send(func(h *hello) { h.Primes = false }) // an older program
		if with >= without*9/10 {
			t.Errorf("four changes take %d bytes from what both have, and %d from nothing", with, without)
		}

		// What is erased at one side only makes the pasts differ: the session begins again,
		// from nothing.
		gone := b.put("t.note", "camp", db.NewID(), map[string]any{"given": "to be erased"})
		b.sync()
		if err := hub.d.Write(t.Context(), func(tx *db.Tx) error { return hub.Journal.Erase(tx, almaz, bruno, gone, "request") }); err != nil {
			t.Fatal(err)
		}
		late := a.put("t.person", "camp", db.ID{}, words(2000))
		a.sync()
		l, err := b.LinkTo(t.Context(), hub.Service, false)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil && !l.Done() {
			if err = l.MoveUp(t.Context()); err == nil {
				err = l.MoveDown(t.Context())
			}
		}
		if fault.KeyOf(err) != "journal.other_past" {
			t.Errorf("with another past: %v", err)
		}
		b.sync()
		want(t, "what came in the next one", b.row(late), hub.row(late))
		b.whole()
	})
}
