package epi

import (
	"fmt"
	"math"

	"github.com/godwit-health/godwit/engine/value"
)

// InputError is input that no method can use. It says which parameter or which
// value, and what would be right; it holds no text of the input.
type InputError struct {
	Field    string // the parameter, or the name of the series
	Position int    // the value at fault, counted from 1; 0 where it is not one value
	Problem  string // what is wrong, and what would be right
}

// Error names the place and the problem.
func (e *InputError) Error() string {
	if e.Position > 0 {
		return fmt.Sprintf("%s, value %d: %s", e.Field, e.Position, e.Problem)
	}
	return e.Field + ": " + e.Problem
}

func refuse(field, format string, args ...any) *InputError {
	return &InputError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

func refuseAt(field string, index int, format string, args ...any) *InputError {
	return &InputError{Field: field, Position: index + 1, Problem: fmt.Sprintf(format, args...)}
}

// NotCounted stands in a series for a period that was not reported. It is missing,
// which is not zero.
func NotCounted() float64 { return math.NaN() }

// Series are counts of equal, consecutive periods, the oldest first.
type Series struct {
	Counts  []float64 // whole numbers from 0; NaN was not reported
	PerYear int       // periods in a year where Start is not given; 0 means 52
	// Start, where known, is the ISO week of the first count. "The same week of an
	// earlier year" then follows the calendar: week n of that year, and the year's
	// last week for a week 53 that it does not have. Without it every year has PerYear
	// periods, as in the reference program without dates.
	Start Week
}

// mostCases is more than there are people.
const mostCases = 10_000_000_000

// maxCount is the largest whole number that a float64 holds with its neighbours.
const maxCount = 1 << 53

// checkCounts refuses what is no series of counts.
func checkCounts(field string, counts []float64) error {
	if len(counts) == 0 {
		return refuse(field, "is empty; give at least one period")
	}
	for i, c := range counts {
		switch {
		case math.IsNaN(c):
		case c < 0:
			return refuseAt(field, i, "%g is negative; counts are whole numbers from 0 (a corrected total is entered in its own week)", c)
		case c != math.Trunc(c) || math.IsInf(c, 0):
			return refuseAt(field, i, "%g is not a whole number", c)
		case c > mostCases:
			return refuseAt(field, i, "%g is more than there are people", c)
		}
	}
	return nil
}

// Check refuses an empty series and what is no count.
func (s Series) Check() error {
	if s.PerYear < 0 {
		return refuse("periods per year", "%d is negative", s.PerYear)
	}
	return checkCounts("series", s.Counts)
}

func (s Series) perYear() int {
	if s.PerYear == 0 {
		return 52
	}
	return s.PerYear
}

// yearsBack is the index of the same period so many years earlier; it is negative
// where the series does not reach back.
func (s Series) yearsBack(t, years int) int {
	if !s.Start.Known() {
		return t - years*s.perYear()
	}
	w := s.Start.Add(t)
	return w.sameWeek(w.Year - years).Since(s.Start)
}

// Range are the periods to answer for, as indices from 0, both included. The zero
// value is the method's own default: every period that the series has.
type Range struct {
	From, To int
	Given    bool
}

// Periods is the range from one index to another, both included, counted from 0.
func Periods(from, to int) Range { return Range{From: from, To: to, Given: true} }

func (r Range) within(n int) (from, to int, err error) {
	if !r.Given {
		return 0, n - 1, nil
	}
	if r.From < 0 || r.To >= n || r.From > r.To {
		return 0, 0, refuse("range", "periods %d to %d are not within the %d of the series", r.From+1, r.To+1, n)
	}
	return r.From, r.To, nil
}

// Bound is one period held against its limit.
type Bound struct {
	T        int     // index in the series, from 0
	Observed float64 // NaN was not reported
	Upper    float64 // NaN where there is no limit; in the unit of the series
	Alarm    value.Truth
	State    State
}

// undefined is a period without a limit.
func undefined(t int, observed float64, why State) Bound {
	return Bound{T: t, Observed: observed, Upper: math.NaN(), State: why}
}

// above is a period with a limit, alarming when it is exceeded.
func above(t int, observed, upper float64) Bound {
	b := Bound{T: t, Observed: observed, Upper: upper, State: Stands}
	if math.IsNaN(observed) {
		b.State = NotReported
		return b
	}
	b.Alarm = value.TruthOf(observed > upper)
	return b
}

// missing reports whether one of the values was not reported.
func missing(values []float64) bool {
	for _, v := range values {
		if math.IsNaN(v) {
			return true
		}
	}
	return false
}

// meanSD are the mean and the standard deviation with n-1 in the denominator.
func meanSD(values []float64) (mean, sd float64) {
	for _, v := range values {
		mean += v
	}
	mean /= float64(len(values))
	for _, v := range values {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(len(values)-1))
}

// checkShare refuses what is no error probability.
func checkShare(field string, p float64) error {
	if !(p > 0 && p < 1) {
		return refuse(field, "%g is not between 0 and 1", p)
	}
	return nil
}
