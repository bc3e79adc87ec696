package calendar

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/value"
)

// Precision says how exactly a date is known. The zero Precision is NotKnown.
type Precision uint8

// How exactly a date is known.
const (
	NotKnown  Precision = iota
	Estimated           // an interval: "about thirty", "in the rains of 2019"
	ToYear
	ToMonth
	ToDay
)

var precisionNames = [...]string{"unknown", "estimated", "year", "month", "day"}

// String returns the code of the precision.
func (p Precision) String() string { return precisionNames[p] }

// Date is a date of known precision: the days it could be. The zero Date is not
// known. Dates are comparable with ==.
type Date struct {
	first, last Day
	prec        Precision
}

// The years a date may have; anything else is a slip of the pen.
const (
	minYear = 1850
	maxYear = 2199
)

// OfDay builds an exact date; the day must exist.
func OfDay(year, month, day int) (Date, error) {
	return Parse(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
}

// OfMonth builds a date known to the month.
func OfMonth(year, month int) (Date, error) { return Parse(fmt.Sprintf("%04d-%02d", year, month)) }

// OfYear builds a date known to the year.
func OfYear(year int) (Date, error) { return Parse(fmt.Sprintf("%04d", year)) }

// Between builds an estimated date: some day from first to last.
func Between(first, last Day) (Date, error) {
	if first > last {
		return Date{}, fmt.Errorf("calendar: %s is after %s", first, last)
	}
	return Date{first: first, last: last, prec: Estimated}, nil
}

// BornAtAge builds the birth date of someone said to be age years old on a day,
// give or take margin years.
func BornAtAge(age, margin int, on Day) (Date, error) {
	if age < 0 || age > 130 || margin < 0 {
		return Date{}, fmt.Errorf("calendar: age %d ± %d is not an age", age, margin)
	}
	oldest := age + margin
	youngest := max(age-margin, 0)
	return Between(on.AddYears(-oldest-1, ClampToMonthEnd)+1, on.AddYears(-youngest, ClampToMonthEnd))
}

// Parse reads the stored forms: 2026-11-22, 2026-11, 2026, an interval
// 1996-01-01/1997-12-31 (ISO 8601) and "" (not known). Latin, Arabic-Indic and
// extended Arabic-Indic digits are accepted.
func Parse(s string) (Date, error) {
	s = latinDigits(strings.TrimSpace(s))
	if s == "" {
		return Date{}, nil
	}
	if a, b, ok := strings.Cut(s, "/"); ok {
		first, err := ParseDay(a)
		if err != nil {
			return Date{}, err
		}
		last, err := ParseDay(b)
		if err != nil {
			return Date{}, err
		}
		return Between(first, last)
	}
	parts := strings.Split(s, "-")
	widths := []int{4, 2, 2}
	n := [3]int{0, 1, 1}
	if len(parts) > 3 {
		return Date{}, badDate(s)
	}
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || len(p) != widths[i] || p[0] == '+' || p[0] == '-' {
			return Date{}, badDate(s)
		}
		n[i] = v
	}
	if n[0] < minYear || n[0] > maxYear {
		return Date{}, fmt.Errorf("calendar: year of %q is not between %d and %d", s, minYear, maxYear)
	}
	if n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > DaysInMonth(n[0], n[1]) {
		return Date{}, fmt.Errorf("calendar: %q is not a day of the calendar", s)
	}
	switch len(parts) {
	case 1:
		return Date{DayOf(n[0], 1, 1), DayOf(n[0], 12, 31), ToYear}, nil
	case 2:
		return Date{DayOf(n[0], n[1], 1), DayOf(n[0], n[1], DaysInMonth(n[0], n[1])), ToMonth}, nil
	}
	return DayOf(n[0], n[1], n[2]).Date(), nil
}

func badDate(s string) error {
	return fmt.Errorf("calendar: %q is not a date (want 2026-11-22, 2026-11 or 2026)", s)
}

// latinDigits folds the digits of Arabic and Persian keyboards.
func latinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		}
		return r
	}, s)
}

// IsZero reports whether the date is not known.
func (d Date) IsZero() bool { return d.prec == NotKnown }

// Precision returns how exactly the date is known.
func (d Date) Precision() Precision { return d.prec }

// Exact returns the day, if it is known to the day.
func (d Date) Exact() (Day, bool) { return d.first, d.prec != NotKnown && d.first == d.last }

// Bounds returns the first and last day it could be; ok is false when not known.
func (d Date) Bounds() (first, last Day, ok bool) { return d.first, d.last, d.prec != NotKnown }

// String prints the form Parse reads.
func (d Date) String() string {
	switch d.prec {
	case ToDay:
		return d.first.String()
	case ToMonth:
		return d.first.String()[:7]
	case ToYear:
		return d.first.String()[:4]
	case Estimated:
		return d.first.String() + "/" + d.last.String()
	}
	return ""
}

// MarshalText and UnmarshalText carry a Date in JSON as its string.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	*d = v
	return err
}

// Value returns the date as a fact: a day, a range of days, or not known.
func (d Date) Value() value.Value {
	if d.IsZero() {
		return value.NotKnown()
	}
	return value.DayRange(int(d.first), int(d.last))
}

// Before answers whether d lies before o, Unknown when the intervals overlap or
// either is not known.
func (d Date) Before(o Date) value.Truth { return d.Value().Less(o.Value()) }

// Within answers whether d lies in [first, last], both ends included.
func (d Date) Within(first, last Day) value.Truth {
	switch {
	case d.IsZero():
		return value.Unknown
	case d.first >= first && d.last <= last:
		return value.Yes
	case d.last < first || d.first > last:
		return value.No
	}
	return value.Unknown
}
