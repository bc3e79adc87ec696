package journal_test

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const days = 24 * time.Hour

// clocked gives a node a clock of its own, and has it take note of the time.
func (n *node) clocked(at time.Time) *clockAt {
	n.t.Helper()
	c := &clockAt{at}
	n.j = newJournal(n.t, n.d, func(o *journal.Options) { o.Clock, o.Steady = c.now, stopped })
	n.witness()
	return c
}

// stopped is a clock that measures nothing.
func stopped() time.Duration { return 0 }

func (n *node) witness() journal.Date {
	n.t.Helper()
	d, err := n.j.Witness(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return d
}

func (n *node) there(id db.ID) bool {
	n.t.Helper()
	err := n.d.Read(n.t.Context(), func(tx *db.Tx) error { _, err := n.j.Load(tx, id); return err })
	if err != nil && !fault.Is(err, fault.NotFound) {
		n.t.Fatal(err)
	}
	return err == nil
}

// The clock of the machine itself jumps. What is past on the last day that is known goes;
// what only the jump makes past stays, until somebody confirms the date or the clock is set
// right. What the node writes meanwhile carries the wrong date, and proves nothing.
func TestAClockThatJumpsErasesNothingHereUntilSomebodyConfirmsItsDate(t *testing.T) {
	pairs(t, func(t *testing.T, n, _ *node) {
		start := midnight(lastDay - 40)
		clock := n.clocked(start)
		past, soon, later := n.guest(fields{"name": "A", "until": lastDay - 41}), n.guest(fields{"name": "B", "until": lastDay - 39}), n.guest(fields{"name": planted, "until": lastDay})
		clock.Time = start.Add(365 * days)
		if d := n.witness(); !d.Ahead || d.Day() != lastDay-40 || d.Behind {
			t.Fatalf("a year ahead: %+v", d)
		}
		n.guest(fields{"name": "C", "until": lastDay + 400}) // an entry of the wrong date
		n.j = newJournal(t, n.d, func(o *journal.Options) { o.Clock = clock.now })
		if d := n.witness(); !d.Ahead {
			t.Fatalf("after a restart it is believed: %+v", d)
		}
		today := calendar.DayOfTime(clock.Time)
		for name, id := range map[string]db.ID{"that is past tomorrow": soon, "of the year to come": later} {
			if err := n.expire(id, today); !fault.Is(err, fault.Forbidden) {
				t.Errorf("what is kept until a day %s: %v", name, err)
			}
		}
		if err := n.expire(past, today); err != nil {
			t.Errorf("what was past before the jump: %v", err)
		}
		// Somebody sets the clock right: nothing is left of it.
		clock.Time = start.Add(2 * days)
		if d := n.witness(); d.Ahead || d.Behind || d.Day() != lastDay-38 {
			t.Fatalf("set right: %+v", d)
		}
		if err := n.expire(soon, lastDay-38); err != nil {
			t.Error(err)
		}
		// The machine was off for two months, and somebody says so.
		clock.Time = midnight(lastDay + 10)
		n.witness()
		if err := n.expire(later, lastDay+10); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody confirmed it: %v", err)
		}
		if err := n.j.ConfirmDate(t.Context(), lastDay+9); !fault.Is(err, fault.Conflict) {
			t.Errorf("another day than the clock's is confirmed: %v", err)
		}
		if err := n.j.ConfirmDate(t.Context(), lastDay+10); err != nil {
			t.Fatal(err)
		}
		if d := n.witness(); d.Ahead {
			t.Errorf("confirmed: %+v", d)
		}
		if err := n.expire(later, lastDay+10); err != nil || n.there(later) {
			t.Error(err)
		}
		n.verify()
		n.rebuild()
	})
}

func TestADateIsDoubtedOnlyWhereTheClockJumpedFurtherThanAWeek(t *testing.T) {
	pairs(t, func(t *testing.T, n, other *node) {
		start := midnight(lastDay)
		for _, tc := range []struct {
			why           string
			jump          time.Duration
			ahead, behind bool
			known         time.Duration // after it, from the start
		}{
			{"an hour", time.Hour, false, false, time.Hour},
			{"a week that nobody switched it on", 7 * days, false, false, 7 * days},
			{"a minute more", 7*days + time.Minute, true, false, 0},
			{"ten years", 3650 * days, true, false, 0},
			{"back an hour", -time.Hour, false, false, 0},
			{"back a day and a minute", -days - time.Minute, false, true, 0},
			{"back to 1970", -start.Sub(time.Unix(0, 0)), false, true, 0},
		} {
			clock := n.clocked(start)
			if err := n.j.ConfirmDate(t.Context(), lastDay); err != nil {
				t.Fatal(err)
			}
			clock.Time = start.Add(tc.jump)
			d := n.witness()
			if d.Ahead != tc.ahead || d.Behind != tc.behind || !d.Known.Equal(start.Add(tc.known)) {
				t.Errorf("%s: %+v", tc.why, d)
			}
		}
		// Behind is no reason to erase, and what has come is not forgotten.
		clock := n.clocked(start)
		id := n.guest(fields{"name": "A", "until": lastDay - 1})
		clock.Time = start.Add(-400 * days)
		if d := n.witness(); !d.Behind || !d.Known.Equal(start) {
			t.Errorf("%+v", d)
		}
		if err := n.expire(id, lastDay-400); !fault.Is(err, fault.Forbidden) {
			t.Errorf("erased by a clock that is behind: %v", err)
		}
	})
}

// An entry of another installation about the time that the clock says is a witness; one of
// another time, and one whose own clock is far ahead, are none.
func TestAnotherInstallationBearsWitnessOfTheDate(t *testing.T) {
	for name, tc := range map[string]struct {
		theirs time.Duration // after the start
		ahead  bool
	}{"of about that day": {58 * days, false}, "of before": {2 * days, true}, "of ten years later": {3650 * days, true}} {
		pairs(t, func(t *testing.T, n, other *node) {
			start := midnight(lastDay)
			clock := n.clocked(start)
			n.guest(fields{"name": "A", "until": lastDay})
			other.clocked(start.Add(tc.theirs))
			other.guest(fields{"name": "B", "until": lastDay})
			clock.Time = start.Add(60 * days)
			if d := n.witness(); !d.Ahead {
				t.Fatalf("before anything came: %+v", d)
			}
			n.pull(other)
			if d := n.witness(); d.Ahead != tc.ahead {
				t.Errorf("an entry %s: %+v", name, d)
			}
		})
	}
}

// What another installation expired comes while the clock here is doubted: it waits, and
// goes when the date is confirmed.
func TestAnErasureThatComesWhileTheDateIsDoubtedWaits(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		clock := to.clocked(midnight(lastDay - 40))
		id := from.guest(fields{"name": planted, "until": lastDay})
		to.pull(from)
		clock.Time = midnight(lastDay + 300)
		if d := to.witness(); !d.Ahead {
			t.Fatalf("%+v", d)
		}
		if err := from.expire(id, lastDay+1); err != nil {
			t.Fatal(err)
		}
		to.pull(from)
		if !to.there(id) {
			t.Error("it is gone by a clock that is doubted")
		}
		if err := to.j.ConfirmDate(t.Context(), lastDay+300); err != nil {
			t.Fatal(err)
		}
		if err := to.expire(id, lastDay+300); err != nil || to.there(id) {
			t.Error(err)
		}
		to.verify()
		to.rebuild()
	})
}

// An installation from before this was noted knows the time of its last entry.
func TestTheFirstTimeTheLastEntryIsWhatIsKnown(t *testing.T) {
	pairs(t, func(t *testing.T, n, _ *node) {
		clock := &clockAt{midnight(lastDay)}
		n.j = newJournal(t, n.d, func(o *journal.Options) { o.Clock = clock.now })
		n.guest(fields{"name": "A", "until": lastDay})
		clock.Time = midnight(lastDay + 100)
		if d := n.witness(); !d.Ahead || calendar.DayOfTime(d.Known) != lastDay {
			t.Errorf("%+v", d)
		}
	})
	pairs(t, func(t *testing.T, n, _ *node) {
		if d := n.clocked(midnight(lastDay)); d == nil || n.witness().Ahead {
			t.Error("the clock of an installation without an entry is doubted")
		}
	})
}
