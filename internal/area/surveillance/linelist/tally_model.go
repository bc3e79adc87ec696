package linelist

import (
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Band is the age of a case as it is counted. The zero Band is not known, or not known
// well enough.
type Band string

// The bands of weekly reports and of mortality.
const (
	Under5   Band = "u5"
	FiveUp   Band = "5up"
	BandOpen Band = ""
)

// Tallied is how many cases are alike in what they are counted by.
type Tallied struct {
	Disease  string // by species, where it is known
	Day      calendar.Day
	Site     string // that keeps the case
	Class    Class
	Age      Band
	Ending   Ending
	Imported value.Truth
	Country  string
	Onset    value.Truth // the onset is known to the day
	N        int
}

// Tested is how many cases had a final answer of a test.
type Tested struct {
	Day      calendar.Day
	Site     string
	Of, Said string
	N        int
}

// Died is one death of a line list: when, and how old.
type Died struct {
	Ended calendar.Date // the zero one is not known
	Age   Band
}

// Dead reports whether the cases ended in death.
func (k Tallied) Dead() bool { return k.Ending == Dead }

func bandOf(c Case, on calendar.Day) Band {
	if onset, _, ok := c.Onset.Bounds(); ok {
		on = onset
	}
	least, most, ok := calendar.Age(c.Birth, on.Date(), calendar.Years)
	switch {
	case !ok:
		return BandOpen
	case most < 5:
		return Under5
	case least >= 5:
		return FiveUp
	}
	return BandOpen
}

// testsOf are the last final answers of the tests of a case.
func testsOf(c Case) (out []Tested) {
	seen := map[string]bool{}
	for _, r := range c.Results {
		if seen[r.Of] || !strings.HasPrefix(r.Of, "lab:") {
			continue
		}
		seen[r.Of] = true
		if last, ok := latest(c.Results, r.Of); ok && last.Final {
			if said, ok := last.Value.Str(); ok {
				out = append(out, Tested{Of: r.Of, Said: said})
			}
		}
	}
	return out
}
