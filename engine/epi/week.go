package epi

import (
	"fmt"
	"time"
)

// Week is an ISO 8601 week. A year has 52 or 53; the zero value is not known.
type Week struct {
	Year, Number int
}

// ParseWeek reads 2020-W53.
func ParseWeek(s string) (Week, error) {
	var w Week
	var rest string
	if n, _ := fmt.Sscanf(s, "%4d-W%2d%s", &w.Year, &w.Number, &rest); n != 2 || len(s) != 8 || s != w.String() {
		return Week{}, refuse("week", "is not an ISO week such as 2020-W53")
	}
	if w.Year < 1900 || w.Year > 2999 {
		return Week{}, refuse("week", "the year %d is not between 1900 and 2999", w.Year)
	}
	if last := WeeksIn(w.Year); w.Number < 1 || w.Number > last {
		return Week{}, refuse("week", "%d has weeks 1 to %d, and no week %d", w.Year, last, w.Number)
	}
	return w, nil
}

// WeekOf is the week that holds the day.
func WeekOf(day time.Time) Week {
	y, n := day.ISOWeek()
	return Week{y, n}
}

// WeeksIn is 53 for the years whose 1 January or 31 December is a Thursday, else 52.
func WeeksIn(year int) int {
	_, n := time.Date(year, time.December, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return n
}

// Known reports whether it is a week at all.
func (w Week) Known() bool { return w != Week{} }

// String is 2020-W53.
func (w Week) String() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.Number) }

// Monday is the first day of the week.
func (w Week) Monday() time.Time {
	d := time.Date(w.Year, time.January, 4, 0, 0, 0, 0, time.UTC) // always in week 1
	back := (int(d.Weekday()) + 6) % 7
	return d.AddDate(0, 0, 7*(w.Number-1)-back)
}

// Add is the week n later, or earlier.
func (w Week) Add(n int) Week { return WeekOf(w.Monday().AddDate(0, 0, 7*n)) }

// Since counts the weeks from other to w.
func (w Week) Since(other Week) int {
	return int(w.Monday().Sub(other.Monday()).Hours()) / (24 * 7)
}

// sameWeek is the week of the same number in another year, and its last for a week
// 53 that the year does not have.
func (w Week) sameWeek(year int) Week { return Week{year, min(w.Number, WeeksIn(year))} }
