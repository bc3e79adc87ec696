package page

import (
	"html/template"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
)

func month(m int) Msg { return M("page.month." + strconv.Itoa(m)) }

// number is a figure inside a date: it takes no grouping and is part of the
// sentence, so it is a text and not a count.
func number(n int) string { return strconv.Itoa(n) }

// dateMsg says a date as exactly as it is known: "3 June 2011", "June 2011",
// "2011", "about 1996–1997". Months are names, because 03/06 is read in two ways.
func dateMsg(d calendar.Date) Msg {
	first, last, ok := d.Bounds()
	if !ok {
		return M("page.date.unknown")
	}
	y, m, dd := first.YMD()
	ly, lm, ldd := last.YMD()
	switch d.Precision() {
	case calendar.ToYear:
		return M("page.date.year", "year", number(y))
	case calendar.ToMonth:
		return M("page.date.month", "month", month(m), "year", number(y))
	case calendar.ToDay:
		return dayMsg(y, m, dd)
	}
	switch {
	case first == last:
		return M("page.date.about", "date", dayMsg(y, m, dd))
	case last-first > 300 && y == ly:
		return M("page.date.about", "date", M("page.date.year", "year", number(y)))
	case last-first > 300:
		return M("page.date.about_years", "from", number(y), "to", number(ly))
	case last-first > 45:
		return M("page.date.between",
			"from", M("page.date.month", "month", month(m), "year", number(y)),
			"to", M("page.date.month", "month", month(lm), "year", number(ly)))
	}
	return M("page.date.between", "from", dayMsg(y, m, dd), "to", dayMsg(ly, lm, ldd))
}

func dayMsg(y, m, d int) Msg {
	return M("page.date.day", "day", number(d), "month", month(m), "year", number(y))
}

func (s *speaker) dateText(d calendar.Date) string { return s.plain(dateMsg(d)) }

// date shows a date; HTML's <time> takes a day, a month or a year, and an
// estimated date gets none.
func (s *speaker) date(d calendar.Date) template.HTML {
	text := s.html(dateMsg(d))
	switch d.Precision() {
	case calendar.ToDay, calendar.ToMonth, calendar.ToYear:
		return template.HTML(`<time datetime="`+d.String()+`">`) + text + "</time>"
	}
	return text
}

// ageMsg says how old someone is on a day in the unit that fits: years from the
// second birthday, months from the second month, weeks from the second week, days
// before. Where the birth date leaves the age open it is a range.
func ageMsg(birth calendar.Date, on calendar.Day) Msg {
	days, daysMost, ok := calendar.Age(birth, on.Date(), calendar.Days)
	if !ok || daysMost < 0 {
		return M("page.age.unknown")
	}
	unit, key := calendar.Years, "page.age.years"
	switch {
	case daysMost < 14:
		unit, key = calendar.Days, "page.age.days"
	case daysMost < 61:
		unit, key = calendar.Weeks, "page.age.weeks"
	case calendar.CompletedMonths(on-calendar.Day(daysMost), on) < 24:
		unit, key = calendar.Months, "page.age.months"
	}
	least, most, _ := calendar.Age(birth, on.Date(), unit)
	least = max(least, 0)
	if days < 0 {
		least = 0
	}
	if least == most {
		return M(key, "count", most)
	}
	return M(key+"_range", "least", least, "count", most)
}

// exactMsg says how exactly a birth date is known.
func exactMsg(d calendar.Date) Msg {
	switch d.Precision() {
	case calendar.ToDay:
		return M("page.exact.day")
	case calendar.ToMonth:
		return M("page.exact.month")
	case calendar.ToYear:
		return M("page.exact.year")
	case calendar.Estimated:
		return M("page.exact.estimated")
	}
	return M("page.exact.unknown")
}

// bornMsg says a birth date with how exactly it is known, for a banner or a list.
func bornMsg(d calendar.Date) Msg {
	switch d.Precision() {
	case calendar.NotKnown:
		return M("page.born.unknown")
	case calendar.ToDay:
		return M("page.born.day", "date", dateMsg(d))
	}
	return M("page.born.inexact", "date", dateMsg(d), "how", exactMsg(d))
}

// Age says how old someone is on a day, as exactly as the birth date allows.
func Age(birth calendar.Date, on calendar.Day) Msg { return ageMsg(birth, on) }

// DateText says a date as exactly as it is known.
func DateText(d calendar.Date) Msg { return dateMsg(d) }
