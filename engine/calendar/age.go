package calendar

import "github.com/godwit-health/godwit/engine/value"

// Unit is a unit of age.
type Unit uint8

// Units of age, all in completed units.
const (
	Years Unit = iota
	Months
	Weeks
	Days
)

// CompletedYears returns the age on a day of someone born on birth. It is
// negative before birth. A 29 February birthday completes on 1 March in common
// years.
func CompletedYears(birth, on Day) int { return floorDiv(CompletedMonths(birth, on), 12) }

// CompletedMonths returns whole months from birth to on. A month is complete on
// the day of the same number, or on the first of the next month where the month
// has no such day.
func CompletedMonths(birth, on Day) int {
	by, bm, bd := birth.YMD()
	oy, om, od := on.YMD()
	n := (oy-by)*12 + om - bm
	if od < bd {
		n--
	}
	return n
}

func completed(birth, on Day, unit Unit) int {
	switch unit {
	case Months:
		return CompletedMonths(birth, on)
	case Weeks:
		return floorDiv(int(on-birth), 7)
	case Days:
		return int(on - birth)
	}
	return CompletedYears(birth, on)
}

// Age returns the least and greatest age in completed units that a birth date
// allows on a day known to its own precision; ok is false when either is not
// known. A day before birth gives a negative age.
func Age(birth, on Date, unit Unit) (least, most int, ok bool) {
	if birth.IsZero() || on.IsZero() {
		return 0, 0, false
	}
	return completed(birth.last, on.first, unit), completed(birth.first, on.last, unit), true
}

// AgeValue returns the age as a fact: a number, a range, or not known. What
// would be a negative age (a birth date after the day) is not known.
func AgeValue(birth, on Date, unit Unit) value.Value {
	least, most, ok := Age(birth, on, unit)
	if !ok || most < 0 {
		return value.NotKnown()
	}
	return value.Range(float64(max(least, 0)), float64(most))
}

// AtLeast answers whether the person has completed n units on the day. It is
// Unknown when the birth date's interval straddles the milestone.
func AtLeast(birth, on Date, n int, unit Unit) value.Truth {
	least, most, ok := Age(birth, on, unit)
	switch {
	case !ok:
		return value.Unknown
	case least >= n:
		return value.Yes
	case most < n:
		return value.No
	}
	return value.Unknown
}
