package expr

import (
	"math"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// asDate reads a date fact, or a text in one of the stored forms of a date.
func asDate(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindDate, value.KindRefused:
		return v
	case value.KindText:
		s, _ := v.Str()
		return textAs(s, value.KindDate, value.NotKnown())
	}
	return value.NotKnown()
}

// days returns the first and last day a date fact allows.
func days(v value.Value) (first, last calendar.Day, ok bool) {
	v = asDate(v)
	lo, hi, ok := v.Bounds()
	if !ok || lo < math.MinInt32 || hi > math.MaxInt32 {
		return 0, 0, false
	}
	return calendar.Day(lo), calendar.Day(hi), true
}

// age is the completed age on a day, a range where either date is one. An age
// before birth is not known.
func age(unit calendar.Unit) func(Call, []value.Value) value.Value {
	return func(_ Call, a []value.Value) value.Value {
		b1, b2, ok1 := days(a[0])
		o1, o2, ok2 := days(a[1])
		if !ok1 || !ok2 {
			return value.NotKnown()
		}
		birth, err1 := calendar.Between(b1, b2)
		on, err2 := calendar.Between(o1, o2)
		if err1 != nil || err2 != nil {
			return value.NotKnown()
		}
		return calendar.AgeValue(birth, on, unit)
	}
}

// between lifts a count of completed units, which grows with the end and
// shrinks with the start, to ranges. Unlike an age it may be negative.
func between(a []value.Value, f func(from, to calendar.Day) int) value.Value {
	f1, f2, ok1 := days(a[0])
	t1, t2, ok2 := days(a[1])
	if !ok1 || !ok2 {
		return value.NotKnown()
	}
	return value.Range(float64(f(f2, t1)), float64(f(f1, t2)))
}

func daysBetween(_ Call, a []value.Value) value.Value {
	return between(a, func(from, to calendar.Day) int { return int(to - from) })
}

func monthsBetween(_ Call, a []value.Value) value.Value {
	return between(a, calendar.CompletedMonths)
}

func yearsBetween(_ Call, a []value.Value) value.Value {
	return between(a, calendar.CompletedYears)
}

// hoursTo is the hours from some time on a day (the second argument) to some
// time on another: neither clock time is known, so the range is 48 hours wide
// less the ends.
func hoursTo(_ Call, a []value.Value) value.Value {
	d := between([]value.Value{a[1], a[0]}, func(from, to calendar.Day) int { return int(to - from) })
	lo, hi, ok := d.Bounds()
	if !ok {
		return value.NotKnown()
	}
	return value.Range((lo-1)*24, (hi+1)*24)
}

// addMonths adds months with clamping to the month's end, the rule of
// destination requirements (assessment rules, 2.5).
func addMonths(factor float64) func(Call, []value.Value) value.Value {
	return func(_ Call, a []value.Value) value.Value {
		d1, d2, ok := days(a[0])
		lo, hi, isNum := a[1].Bounds()
		if !ok || !isNum || a[1].Kind() != value.KindNumber || math.Abs(lo) > 12000 || math.Abs(hi) > 12000 {
			return value.NotKnown()
		}
		from := d1.AddMonths(int(math.Floor(lo*factor)), calendar.ClampToMonthEnd)
		to := d2.AddMonths(int(math.Floor(hi*factor)), calendar.ClampToMonthEnd)
		return value.DayRange(int(from), int(to))
	}
}
