package stewardship

import (
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Span is a conflict from when it arose until somebody settled it.
type Span struct {
	Arose   time.Time
	Settled time.Time // zero while it is open
}

// Week is what happened to conflicts in seven days from a Monday on (ISO 8601).
type Week struct {
	From           calendar.Day
	Arose, Settled int
	Wait           time.Duration // median of those that were settled in this week
}

// weeksShown is how many weeks are told, the one that runs among them.
const weeksShown = 8

// monday is the first day of a day's week. Day 0 was a Thursday.
func monday(d calendar.Day) calendar.Day { return d - ((d+3)%7+7)%7 }

// firstWeek is where the weeks that are told begin.
func firstWeek(today calendar.Day) calendar.Day { return monday(today) - 7*(weeksShown-1) }

// Weeks counts conflicts by week, the newest first. A time that no week holds, such as
// that of a clock which is ahead, is counted nowhere.
func Weeks(all []Span, today calendar.Day) []Week {
	first := firstWeek(today)
	out := make([]Week, weeksShown)
	waits := make([][]time.Duration, weeksShown)
	at := func(t time.Time) (int, bool) {
		i := int(monday(calendar.DayOfTime(t))-first) / 7
		return weeksShown - 1 - i, !t.IsZero() && calendar.DayOfTime(t) >= first && i < weeksShown
	}
	for i := range out {
		out[i].From = first + calendar.Day(7*(weeksShown-1-i))
	}
	for _, s := range all {
		if i, ok := at(s.Arose); ok {
			out[i].Arose++
		}
		if i, ok := at(s.Settled); ok {
			out[i].Settled++
			waits[i] = append(waits[i], max(0, s.Settled.Sub(s.Arose)))
		}
	}
	for i, w := range waits {
		out[i].Wait = median(w)
	}
	return out
}

// median of an even number is the mean of the two in the middle.
func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	switch n := len(all); {
	case n == 0:
		return 0
	case n%2 == 1:
		return all[n/2]
	default:
		return all[n/2-1] + (all[n/2]-all[n/2-1])/2
	}
}
