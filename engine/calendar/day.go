package calendar

import (
	"fmt"
	"time"
)

// Day is a civil day, counted from 1970-01-01 = 0.
type Day int32

// DayOf returns the day of a civil date. The month and day must exist; use
// ParseDay for outside input.
func DayOf(year, month, day int) Day {
	y := year
	if month <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := month - 3
	if month <= 2 {
		mp = month + 9
	}
	doy := (153*mp+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Day(era*146097 + doe - 719468)
}

// YMD returns the civil date of d.
func (d Day) YMD() (year, month, day int) {
	z := int(d) + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// DayOfTime returns the civil day of t in t's own location.
func DayOfTime(t time.Time) Day {
	y, m, d := t.Date()
	return DayOf(y, int(m), d)
}

// ParseDay reads 2026-11-22. A day that does not exist is an error.
func ParseDay(s string) (Day, error) {
	d, err := Parse(s)
	if err != nil {
		return 0, err
	}
	day, ok := d.Exact()
	if !ok {
		return 0, fmt.Errorf("calendar: %q is not a full date (want 2026-11-22)", s)
	}
	return day, nil
}

// String prints 2026-11-22.
func (d Day) String() string {
	y, m, dd := d.YMD()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// Date returns d as an exact Date.
func (d Day) Date() Date { return Date{first: d, last: d, prec: ToDay} }

// MonthRule says what happens when a month has no such day.
type MonthRule uint8

// The two conventions in use.
const (
	ClampToMonthEnd MonthRule = iota // 31 Aug + 6 months = 28 Feb
	RollToNextMonth                  // 31 Aug + 6 months = 1 Mar
)

// AddMonths adds n months (negative to go back) by the given rule.
func (d Day) AddMonths(n int, rule MonthRule) Day {
	y, m, dd := d.YMD()
	months := y*12 + m - 1 + n
	y, m = floorDiv(months, 12), months-floorDiv(months, 12)*12+1
	if max := DaysInMonth(y, m); dd > max {
		if rule == RollToNextMonth {
			return DayOf(y, m, max) + 1
		}
		dd = max
	}
	return DayOf(y, m, dd)
}

// AddYears adds n years by the given rule.
func (d Day) AddYears(n int, rule MonthRule) Day { return d.AddMonths(12*n, rule) }

// DaysInMonth returns the length of a month.
func DaysInMonth(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if IsLeap(year) {
			return 29
		}
		return 28
	}
	return 31
}

// IsLeap reports whether the year has a 29 February.
func IsLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
