package journal_test

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// machine is a computer with a clock that somebody can set, and one that nobody can.
type machine struct {
	*node
	clock *clockAt
	ran   time.Duration
	built time.Time
}

func newMachine(n *node, at time.Time) *machine {
	m := &machine{node: n, clock: &clockAt{at}}
	m.boots(0)
	return m
}

// boots switches it off, its clock says that so much time has passed, and starts it.
func (m *machine) boots(off time.Duration) journal.Date {
	m.t.Helper()
	m.clock.Time, m.ran = m.clock.Add(off), 0
	m.j = newJournal(m.t, m.d, func(o *journal.Options) {
		o.Clock, o.Built, o.Steady = m.clock.now, m.built, func() time.Duration { return m.ran }
	})
	return m.witness()
}

// runs lets it run for some time, hour by hour, and both clocks with it.
func (m *machine) runs(d time.Duration) (out journal.Date) {
	m.t.Helper()
	for ; d > 0; d -= time.Hour {
		m.clock.Time, m.ran = m.clock.Add(time.Hour), m.ran+time.Hour
		out = m.witness()
	}
	return out
}

// A clock that gains six days at every start is believed for some weeks and no longer:
// what only the creeping makes past stays, however often the machine is started.
func TestAClockThatCreepsAheadIsNoticedAndErasesNothing(t *testing.T) {
	pairs(t, func(t *testing.T, n, _ *node) {
		start := midnight(lastDay)
		m := newMachine(n, start)
		id := n.guest(fields{"name": planted, "until": lastDay + 40})
		var d journal.Date
		for week := range 20 {
			d = m.boots(6 * days)
			m.runs(2 * time.Hour)
			if week == 3 && (d.Ahead || !d.Known.Equal(m.clock.Add(-2*time.Hour))) {
				t.Errorf("24 days of nights are doubted: %+v", d)
			}
			if week == 4 && (!d.Ahead || !d.Crept) {
				t.Errorf("30 days on its own word are believed: %+v", d)
			}
		}
		if !d.Ahead || d.Day() > lastDay+26 {
			t.Fatalf("after twenty weeks: %+v, day %s", d, d.Day())
		}
		if err := n.expire(id, calendar.DayOfTime(m.clock.Time)); !fault.Is(err, fault.Forbidden) || !n.there(id) {
			t.Errorf("what is kept for forty days is gone: %v", err)
		}
		if err := n.j.ConfirmDate(t.Context(), calendar.DayOfTime(m.clock.Time)); err != nil {
			t.Fatal(err)
		}
		if d := m.boots(6 * days); d.Ahead {
			t.Errorf("the date was confirmed, and a step after it is doubted: %+v", d)
		}
	})
}

// A machine that runs all the time measures its own time: it is never asked, and neither
// is one that is switched off for the night, as long as something bears witness.
func TestTimeThatTheProgramMeasuresIsNotLent(t *testing.T) {
	pairs(t, func(t *testing.T, n, other *node) {
		m := newMachine(n, midnight(lastDay))
		if d := m.runs(60 * days); d.Ahead || !d.Known.Equal(m.clock.Time) {
			t.Fatalf("sixty days without a stop: %+v", d)
		}
		// Somebody sets the clock six days ahead while the program runs, again and again.
		for range 5 {
			m.clock.Time = m.clock.Add(6 * days)
			m.witness()
		}
		if d := m.witness(); !d.Ahead || !d.Crept || calendar.DayOfTime(d.Known) != lastDay+60+24 {
			t.Errorf("set ahead five times: %+v", d)
		}
		// While the date is doubted the time that is measured passes all the same.
		if d := m.runs(3 * days); !d.Ahead || calendar.DayOfTime(d.Known) != lastDay+60+24+3 {
			t.Errorf("three days later: %+v", d)
		}
	})
}

// An entry of another installation bears witness: of what the clock gained before it
// nothing is lent any more.
func TestAWitnessTakesBackWhatWasLent(t *testing.T) {
	pairs(t, func(t *testing.T, n, other *node) {
		m := newMachine(n, midnight(lastDay))
		theirs := other.clocked(midnight(lastDay))
		for week := range 20 {
			d := m.boots(6 * days)
			if d.Ahead {
				t.Fatalf("in week %d: %+v", week, d)
			}
			if week%3 == 2 { // they meet every third time
				theirs.Time = m.clock.Time
				other.guest(fields{"name": "B", "until": lastDay})
				n.pull(other)
				m.witness()
			}
		}
		// One that is behind the clock takes back only what it speaks of.
		theirs.Time = m.clock.Add(-12 * days)
		other.guest(fields{"name": "C", "until": lastDay})
		n.pull(other)
		for range 3 {
			m.boots(6 * days)
		}
		if d := m.boots(6 * days); !d.Ahead {
			t.Errorf("36 days after the last witness: %+v", d)
		}
	})
}

// The day on which the program was built has come, whatever else is known; one that lies
// ahead of the clock proves nothing about it.
func TestTheDayOfTheBuildIsAWitness(t *testing.T) {
	pairs(t, func(t *testing.T, n, _ *node) {
		m := newMachine(n, midnight(lastDay))
		for range 4 {
			m.boots(6 * days)
		}
		m.built = m.clock.Add(5 * days)
		if d := m.boots(6 * days); d.Ahead {
			t.Errorf("a program that was built a day ago: %+v", d)
		}
		m.built = m.clock.Add(300 * days)
		for range 4 {
			m.boots(6 * days)
		}
		if d := m.boots(6 * days); !d.Ahead {
			t.Errorf("a program of next year: %+v", d)
		}
	})
}
