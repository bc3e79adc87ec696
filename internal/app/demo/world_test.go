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
			if first, _, ok := m.Birth.Bounds(); ok && first > min(today, f.Exam) {
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
	if len(scripts) != 4 || len(destinations) != 4 || len(precisions) != 5 {
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

// years is a person's age on a day, in completed years.
func years(born, on calendar.Day) int { return calendar.CompletedYears(born, on) }

// parents of a family, as far as they came along.
func parents(f Family) (all []Member) {
	for _, m := range f.Members {
		if m.Relation == "head" || m.Relation == "spouse" {
			all = append(all, m)
		}
	}
	return all
}

func TestChildrenAreBornWhenChildrenAre(t *testing.T) {
	twins, children, grandparents := 0, 0, 0
	for seed := range uint64(8) {
		w, err := New(seed, today, 300)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range w.Families {
			var births []calendar.Day
			given := map[Name]bool{}
			for _, m := range f.Members {
				if first, last, ok := m.Birth.Bounds(); ok && (m.born < first-366 || m.born > last+366) {
					t.Errorf("seed %d %s: born on %v, known as %v", seed, f.Number, m.born, m.Birth)
				}
				switch m.Relation {
				case "child":
					if children++; given[m.Given] {
						t.Errorf("seed %d %s: two children are %s", seed, f.Number, m.Given.Latin)
					}
					given[m.Given] = true
					for _, other := range births {
						switch apart := max(other-m.born, m.born-other); {
						case apart == 0:
							twins++
						case apart < 365:
							t.Errorf("seed %d %s: two children %d days apart", seed, f.Number, apart)
						}
					}
					births = append(births, m.born)
					for _, p := range parents(f) {
						if at := years(p.born, m.born); p.Sex == "female" && (at < 15 || at > 45) || at < 15 || at > 70 {
							t.Errorf("seed %d %s: %s parent of %d years at the birth", seed, f.Number, p.Sex, at)
						}
						if due := p.LMP; p.Pregnant {
							if last, _, _ := due.Bounds(); last+280-m.born < 365 {
								t.Errorf("seed %d %s: pregnant again %d days after a birth", seed, f.Number, last-m.born)
							}
						}
					}
				case "parent":
					grandparents++
					if at := years(m.born, f.Members[0].born); at < 18 || at > 45 {
						t.Errorf("seed %d %s: a grandparent was %d at the birth of the parent", seed, f.Number, at)
					}
				case "spouse":
					if years(m.born, today) < 18 {
						t.Errorf("seed %d %s: a spouse of %d years", seed, f.Number, years(m.born, today))
					}
				}
			}
		}
	}
	if twins == 0 || twins > children/10 || grandparents == 0 {
		t.Errorf("%d twins among %d children, %d grandparents", twins, children, grandparents)
	}
}

func TestEachPageHasSomethingToShow(t *testing.T) {
	for seed := range uint64(5) {
		w, err := New(seed, today, 300)
		if err != nil {
			t.Fatal(err)
		}
		stages, unborn, refusing := map[Stage]int{}, 0, 0
		for _, f := range w.Families {
			for _, m := range f.Members {
				stages[f.Stage]++
				if m.Birth.IsZero() {
					unborn++
				}
				if m.Declines {
					refusing++
				}
			}
		}
		for _, s := range stageShare {
			if stages[s.stage] < 2 {
				t.Errorf("seed %d: %d members are %s", seed, stages[s.stage], s.stage)
			}
		}
		if unborn < 2 || refusing < 2 {
			t.Errorf("seed %d: %d without a birth date, %d who decline to answer", seed, unborn, refusing)
		}
	}
}
