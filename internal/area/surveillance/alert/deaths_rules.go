package alert

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

// diedBack is how many days before a death its case may have been reported.
const diedBack = 120

// deathsOver5 counts who died at five years or more in the seven days up to one. It is
// "at least" so many where a death may be one of them and its day or age is not known, or
// where the report of the week knows more than the line list; and not known where that
// leaves none.
func (s Series) deathsOver5(asOf calendar.Day) (n int, atLeast, known bool) {
	if !s.Site {
		return 0, false, false
	}
	first, last := asOf-6, asOf
	week, inWeek := lastDay(s.Last), 0
	for _, d := range s.Died {
		switch in := within(d.Ended, first, last); {
		case in == value.No || d.Age == linelist.Under5:
		case in == value.Yes && d.Age == linelist.FiveUp:
			n++
		default:
			atLeast = true
		}
		if within(d.Ended, week-6, week) == value.Yes {
			inWeek++
		}
	}
	w := s.at(0)
	atLeast = atLeast || w.Reported.Known && w.Reported.N > w.Listed || s.DeathsTold.Known && s.DeathsTold.N > inWeek
	return n, atLeast, n > 0 || !atLeast
}

// within reports whether a date lies in some days.
func within(d calendar.Date, first, last calendar.Day) value.Truth {
	least, most, ok := d.Bounds()
	switch {
	case !ok:
		return value.Unknown
	case most < first || least > last:
		return value.No
	case least >= first && most <= last:
		return value.Yes
	}
	return value.Unknown
}
