package border

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// What is counted of travellers. Its word is border.what.<what>.
type What string

// The closed list (names as in the daily reports of the INSP, 2026).
const (
	Passed             What = "passed"
	Screened           What = "screened"
	RefusedScreening   What = "refused_screening"
	HandWashed         What = "hand_washed"
	RefusedHandWashing What = "refused_hand_washing"
	Sanitised          What = "sanitised"
	Informed           What = "informed"
)

// Whats lists them.
var Whats = []What{Passed, Screened, RefusedScreening, HandWashed, RefusedHandWashing, Sanitised, Informed}

// Tap is a button of the tap counter and what one press counts: one traveller is one
// press, whatever was done.
type Tap struct {
	Code   string // its words are border.tap.<code>
	Counts []What
	Hands  bool // counts something of a traveller who was counted already
}

// Taps are the buttons, in their order.
var Taps = []Tap{
	{"all", []What{Passed, Screened, HandWashed}, false},
	{"screened", []What{Passed, Screened}, false},
	{"refused", []What{Passed, RefusedScreening}, false},
	{"passed", []What{Passed}, false},
	{"hand_washed", []What{HandWashed}, true},
	{"refused_hand_washing", []What{RefusedHandWashing}, true},
	{"sanitised", []What{Sanitised}, true},
	{"informed", []What{Informed}, true},
}

// Direction of travel. "" is not noted.
type Direction string

// The closed list.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// Directions lists them.
var Directions = []Direction{In, Out}

// Age groups: the bands of the DTM flow registry (data/ages.csv). "" is not noted.
type Age string

// Ages lists the bands.
var Ages = []Age{"0_4", "5_17", "18_59", "60"}

// Key says what a number counts.
type Key struct {
	Hour      Hour      `json:"h"`
	What      What      `json:"w"`
	Direction Direction `json:"d,omitempty"`
	Age       Age       `json:"a,omitempty"`
}

// Count is a number of travellers.
type Count struct {
	Key
	N int64 `json:"n"`
}

// Day is the day of an hour.
func (h Hour) Day() calendar.Day {
	return calendar.Day((h - h.OfDay()) / 24)
}

// OfDay is the hour of the day, 0 to 23.
func (h Hour) OfDay() Hour { return (h%24 + 24) % 24 }

// Tally is a batch of taps, or what was typed of an hour.
type Tally struct {
	ID     db.ID   `json:"-"`
	Point  string  `json:"point"`
	Shift  db.ID   `json:"shift"`
	Typed  bool    `json:"typed"`
	Counts []Count `json:"counts"`
}

// Bounds of a tally.
const (
	mostCounts = 600     // different numbers in one batch
	mostN      = 100_000 // travellers in one number
	lateHours  = 14 * 24 // a phone may have been away so long
	aheadHours = 1
)

// Valid checks a tally, now being the hour at its point.
func (t Tally) Valid(now Hour) []error {
	const op = "border.Tally"
	if len(t.Counts) == 0 || len(t.Counts) > mostCounts {
		return []error{fault.Field(op, "counts", "border.error.counts")}
	}
	var errs []error
	for _, c := range t.Counts {
		field := string(c.What)
		switch {
		case !slices.Contains(Whats, c.What), c.Direction != "" && !slices.Contains(Directions, c.Direction), c.Age != "" && !slices.Contains(Ages, c.Age):
			return []error{fault.Field(op, "counts", "border.error.counts")}
		case c.N < 0:
			errs = append(errs, fault.Field(op, field, "border.error.negative"))
		case c.N > mostN:
			errs = append(errs, fault.Field(op, field, "border.error.many"))
		case c.Hour > now+aheadHours:
			errs = append(errs, fault.Field(op, "hour", "border.error.future"))
		case c.Hour < now-lateHours:
			errs = append(errs, fault.Field(op, "hour", "border.error.late"))
		}
	}
	return errs
}

// Same brings counts into one order, one number a key, without zeros: two batches are
// the same if this is.
func Same(counts []Count) []Count {
	sums := map[Key]int64{}
	for _, c := range counts {
		sums[c.Key] += c.N
	}
	out := make([]Count, 0, len(sums))
	for k, n := range sums {
		if n != 0 {
			out = append(out, Count{k, n})
		}
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.What, b.What), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Age, b.Age))
	})
	return out
}
