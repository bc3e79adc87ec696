package people

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Gap is a time of the person's life in which no listed stay can have been. First
// and Last are days, both included.
type Gap struct {
	First, Last calendar.Day
	// Before is the number of stays (in the order of Timeline) that lie before it.
	Before int
}

// Days is the length of the gap.
func (g Gap) Days() int { return int(g.Last-g.First) + 1 }

// gapTolerance is how many days between two stays are not worth a question: a
// journey between two places takes some.
const gapTolerance = 31

// Timeline sorts stays by when they began, then by when they ended; a stay with
// no known beginning stands by its end, and one with neither comes first.
func Timeline(stays []Stay) []Stay {
	out := slices.Clone(stays)
	slices.SortStableFunc(out, func(a, b Stay) int {
		return cmp.Or(cmp.Compare(startKey(a), startKey(b)), cmp.Compare(endKey(a), endKey(b)))
	})
	return out
}

func startKey(s Stay) calendar.Day {
	if first, _, ok := s.From.Bounds(); ok {
		return first
	}
	if first, _, ok := s.To.Bounds(); ok {
		return first
	}
	return -1 << 30
}

func endKey(s Stay) calendar.Day {
	if s.Ongoing {
		return 1 << 30
	}
	if _, last, ok := s.To.Bounds(); ok {
		return last
	}
	return startKey(s)
}

// Gaps returns the times from birth (or, where no birth date is known, from the
// first stay) to a day in which no stay can have been, longer than a month. A
// stay with an unknown end may have lasted until today and closes no question
// by itself, but it is no gap either.
func Gaps(stays []Stay, birth calendar.Date, on calendar.Day) []Gap {
	line := Timeline(stays)
	if len(line) == 0 {
		return nil
	}
	_, from, ok := birth.Bounds()
	if !ok {
		from = startKey(line[0])
		if from < -1<<29 {
			return nil
		}
	}
	var gaps []Gap
	next := from // the first day nothing listed covers yet
	for i, s := range line {
		first, last, ok := s.Span().Possible(from, on)
		if !ok {
			continue
		}
		if int(first-next) > gapTolerance {
			gaps = append(gaps, Gap{First: next, Last: first - 1, Before: i})
		}
		next = max(next, last+1)
	}
	if int(on-next) >= gapTolerance {
		gaps = append(gaps, Gap{First: next, Last: on, Before: len(line)})
	}
	return gaps
}

// Overlap reports pairs of stays that claim two countries for certain on more
// than one day (the day of a crossing belongs to both). Indexes are in the order
// of Timeline.
func Overlap(stays []Stay, on calendar.Day) [][2]int {
	line := Timeline(stays)
	var out [][2]int
	for i := range line {
		for j := i + 1; j < len(line); j++ {
			if line[i].Place == line[j].Place || !counted(line[i]) || !counted(line[j]) {
				continue
			}
			f1, l1, ok1 := line[i].Span().Certain(minDay, on)
			f2, l2, ok2 := line[j].Span().Certain(minDay, on)
			if ok1 && ok2 && min(l1, l2) > max(f1, f2) {
				out = append(out, [2]int{i, j})
			}
		}
	}
	return out
}

const minDay = calendar.Day(-60000) // before 1850

// counted reports whether a stay is sure enough to be taken as having happened.
func counted(s Stay) bool { return s.Sure != SureGuess && !s.Disputed }

// Whole answers whether the listed stays are the person's whole history: only if
// the person said so and no gap contradicts them.
func Whole(j Journey, stays []Stay, birth calendar.Date, on calendar.Day) value.Truth {
	if !j.Complete || len(stays) == 0 {
		return value.Unknown
	}
	if len(Gaps(stays, birth, on)) > 0 {
		return value.Unknown
	}
	return value.Yes
}
