package growth

import (
	"fmt"
	"math"
)

// Sex is a sex at birth as the tables have it. The zero value is not known.
type Sex uint8

// The sexes of the tables.
const (
	SexUnknown Sex = iota
	Male
	Female
)

// Position is how a length was taken. The zero value is not known.
type Position uint8

// The positions.
const (
	PositionUnknown Position = iota
	Lying
	Standing
)

// Child is what was measured of a child. NaN is what was not.
type Child struct {
	Sex         Sex
	Age         float64 // completed days
	Weight      float64 // kg
	Length      float64 // cm, as measured
	Position    Position
	Arm         float64 // mid-upper arm circumference, cm
	Head        float64 // circumference, cm
	Triceps     float64 // skinfold, mm
	Subscapular float64 // skinfold, mm
	Oedema      bool    // of both feet; not known counts as none, as in WHO's programs
}

// NewChild is a child of whom only sex and age are known; the age may be NaN.
func NewChild(sex Sex, age float64) Child {
	n := math.NaN()
	return Child{Sex: sex, Age: age, Weight: n, Length: n, Arm: n, Head: n, Triceps: n, Subscapular: n}
}

// InputError is a measure that no child has.
type InputError struct {
	Field  string // as in Child, in lower case
	Value  float64
	Advice string
}

// Error names the field, the value and what would be right.
func (e *InputError) Error() string {
	return fmt.Sprintf("%s: %v %s", e.Field, e.Value, e.Advice)
}

// Check refuses an age below zero and a measure that is not above zero. What is merely
// improbable is no error: its score says so.
func (c Child) Check() error {
	if c.Age < 0 || math.IsInf(c.Age, 0) {
		return &InputError{"age", c.Age, "is no age in days"}
	}
	for _, m := range []struct {
		field string
		v     float64
	}{{"weight", c.Weight}, {"length", c.Length}, {"arm", c.Arm}, {"head", c.Head}, {"triceps", c.Triceps}, {"subscapular", c.Subscapular}} {
		if m.v <= 0 || math.IsInf(m.v, 0) {
			return &InputError{m.field, m.v, "is no measure: it must be above 0"}
		}
	}
	return nil
}

// How lengths are taken, by the standards' own protocol.
const (
	standsFrom   = 731 // days: a child is measured standing from here
	stoodNot     = 9   // months: nobody stands before
	lyingExceeds = 0.7 // cm
	lyingBelow   = 87  // cm: the shorter are measured lying where age and position are unknown
)

// DaysPerMonth is WHO's month.
const DaysPerMonth = 30.4375

// months is the age in months, and NaN where it is not known.
func (c Child) months() float64 { return c.Age / DaysPerMonth }

// day is the age that the tables by day are read at.
func (c Child) day() float64 { return math.Floor(c.Age + 0.5) }

// corrected is the length as the tables of the child's age have it.
func (c Child) corrected() float64 {
	switch {
	case c.Position == Standing && c.day() < standsFrom && c.months() >= stoodNot:
		return c.Length + lyingExceeds
	case c.Position == Lying && c.day() >= standsFrom:
		return c.Length - lyingExceeds
	}
	return c.Length
}

// lies reports whether weight goes by length (lying) rather than by height.
func (c Child) lies() bool {
	switch {
	case !math.IsNaN(c.Age):
		return c.day() < standsFrom
	case c.Position != PositionUnknown:
		return c.Position == Lying
	}
	return c.Length < lyingBelow
}
