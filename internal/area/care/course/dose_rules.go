package course

import (
	"math"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Calendar is what is known of the doses of a course, by day. A day that is not in it is
// not known.
type Calendar struct {
	States   map[calendar.Day]DoseState
	Disputed map[calendar.Day]bool // two people said different things
}

// calendarOf lays doses out by day. Two that say the same are one dose; two that differ
// leave the day open until somebody settles it.
func calendarOf(doses []Dose) Calendar {
	c := Calendar{States: map[calendar.Day]DoseState{}, Disputed: map[calendar.Day]bool{}}
	for _, d := range doses {
		if was, ok := c.States[d.On]; ok && was != d.State {
			c.Disputed[d.On] = true
		}
		c.States[d.On] = d.State
	}
	for day := range c.Disputed {
		delete(c.States, day)
	}
	return c
}

// taken reports whether a dose was swallowed on a day, as far as anybody knows.
func (s DoseState) taken() bool { return s == Observed || s == ByVideo || s == SelfReported }

// Adherence is what a calendar comes to, from the first day of treatment to the last
// that counts. What is not recorded makes ranges.
type Adherence struct {
	MissedRunning value.Value // due days missed running, at the end
	TakenPercent  value.Value // observed and by video, of the days that were due
	GapDays       value.Value // days without a dose, missed or held, at the end
	Interrupted   value.Truth // there is a longest gap, or may be one
	GapFrom       value.Value
	GapTo         value.Value // the day after it
}

// adherence reckons from first to last. The day of today counts once something is
// recorded of it: it is not over.
func (c Calendar) adherence(first, today calendar.Day) Adherence {
	last := today - 1
	if c.States[today] != "" || c.Disputed[today] {
		last = today
	}
	var a Adherence
	if first == 0 || first > last {
		return Adherence{MissedRunning: value.Number(0), GapDays: value.Number(0), Interrupted: value.No}
	}
	a.MissedRunning = c.running(first, last, func(s DoseState) (counts, skips bool) { return s == Missed, s == Held || s == NotDue })
	a.GapDays = c.running(first, last, func(s DoseState) (counts, skips bool) { return s == Missed || s == Held, s == NotDue })
	a.TakenPercent = c.percent(first, last)
	c.longest(first, last, &a)
	return a
}

// running counts days back from the last: the least if nothing that is not known counts,
// the most if all of it does.
func (c Calendar) running(first, last calendar.Day, of func(DoseState) (counts, skips bool)) value.Value {
	least, most, sure := 0, 0, true
	for day := last; day >= first; day-- {
		s := c.States[day]
		if s == "" {
			sure = false
			most++
			continue
		}
		counts, skips := of(s)
		if skips {
			continue
		}
		if !counts {
			break
		}
		most++
		if sure {
			least++
		}
	}
	return value.Range(float64(least), float64(most))
}

// percent is the share of due days on which somebody saw the dose. What the person said
// is due and not seen.
func (c Calendar) percent(first, last calendar.Day) value.Value {
	seen, due, open := 0, 0, 0
	for day := first; day <= last; day++ {
		switch c.States[day] {
		case Observed, ByVideo:
			seen++
			due++
		case SelfReported, Missed:
			due++
		case "":
			open++
		}
	}
	if due+open == 0 {
		return value.NotKnown()
	}
	share := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return math.Round(float64(a)/float64(b)*1000) / 10
	}
	return value.Range(share(seen, due+open), share(seen+open, due+open))
}

// longest finds the longest gap that there may be: days missed, held, or not known, one
// after the other. Where a day of it is not known, its ends are known in part.
func (c Calendar) longest(first, last calendar.Day, a *Adherence) {
	var from, to calendar.Day // of the longest that may be; to is the day after
	begin := calendar.Day(0)
	for day := first; day <= last+1; day++ {
		if s := c.States[day]; day <= last && !s.taken() && s != NotDue {
			if begin == 0 {
				begin = day
			}
			continue
		}
		if begin != 0 && day-begin > to-from {
			from, to = begin, day
		}
		begin = 0
	}
	if to == from {
		a.Interrupted = value.No
		return
	}
	a.Interrupted = value.Yes
	sure, end := from, from // the longest part of it that is known
	begin = 0
	for day := from; day <= to; day++ {
		if day < to && c.States[day] != "" {
			if begin == 0 {
				begin = day
			}
			continue
		}
		if begin != 0 && day-begin > end-sure {
			sure, end = begin, day
		}
		begin = 0
	}
	if end == sure { // nothing of it is known: it may be no gap at all
		a.GapFrom, a.GapTo = value.DayRange(int(from), int(to)), value.DayRange(int(from), int(to))
		return
	}
	a.GapFrom, a.GapTo = value.DayRange(int(from), int(sure)), value.DayRange(int(end), int(to))
}
