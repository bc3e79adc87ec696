package demo

import (
	"reflect"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
)

var today = calendar.DayOf(2026, 11, 22)

func TestTheSameSeedGivesTheSameWorld(t *testing.T) {
	a, err := New(7, today, 300)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := New(7, today, 300)
	if !reflect.DeepEqual(a, b) {
		t.Error("one seed, two worlds")
	}
	if c, _ := New(8, today, 300); reflect.DeepEqual(a, c) {
		t.Error("two seeds, one world")
	}
}

func TestTheWorldHoldsWhatACentreMeets(t *testing.T) {
	w, err := New(1, today, 300)
	if err != nil {
		t.Fatal(err)
	}
	people, stages, scripts, destinations, precisions := 0, map[Stage]int{}, map[string]int{}, map[string]int{}, map[calendar.Precision]int{}
	unaccompanied, pregnant, contacts, stateless := 0, 0, 0, 0
	for _, f := range w.Families {
		stages[f.Stage]++
		destinations[f.Destination]++
		for _, m := range f.Members {
			people++
			scripts[m.Script]++
			precisions[m.Birth.Precision()]++
			if m.Unaccompanied {
				unaccompanied++
			}
			if m.Pregnant {
				pregnant++
			}
			if m.TBContact {
				contacts++
			}
			if m.Nationalities[0] == "XXA" {
				stateless++
			}
			if first, _, ok := m.Birth.Bounds(); !ok || first > min(today, f.Exam) {
				t.Errorf("%s: born after the day of the examination", f.Number)
			}
			if len(m.Stays) == 0 || !m.Stays[len(m.Stays)-1].Ongoing {
				t.Errorf("%s: nobody is nowhere", f.Number)
			}
		}
	}
	if people < 1000 || people > 1500 {
		t.Errorf("%d people, want about 1,200", people)
	}
	for _, s := range stageShare {
		if stages[s.stage] == 0 {
			t.Errorf("no family is %s", s.stage)
		}
	}
	if len(scripts) != 4 || len(destinations) != 4 || len(precisions) != 4 {
		t.Errorf("scripts %v, destinations %v, precisions %v", scripts, destinations, precisions)
	}
	if unaccompanied == 0 || pregnant == 0 || contacts == 0 || stateless == 0 {
		t.Errorf("unaccompanied %d, pregnant %d, contacts %d, stateless %d", unaccompanied, pregnant, contacts, stateless)
	}
}

// What a newcomer is led to is there, each thing once.
func TestTheWorldHasItsSights(t *testing.T) {
	for seed := range uint64(5) {
		w, err := New(seed, today, 300)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, s := range w.Sights() {
			if seen[s.What] {
				t.Errorf("seed %d: %s twice", seed, s.What)
			}
			seen[s.What] = true
		}
		if len(seen) != len(sights) {
			t.Errorf("seed %d has %d of %d sights", seed, len(seen), len(sights))
		}
	}
}
