package pack

import (
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Schedule is the visits that a programme expects, and their windows.
type Schedule struct {
	ID     string // the file name without .csv
	Visits []Visit
}

// Visit is one row of a schedule. A code that stands in several rows is a visit that
// comes again: the first row is its first time.
type Visit struct {
	Code   string // the form that the visit fills in, and the word form.CODE
	Anchor string // the date fact that its window counts from
	Hours  bool   // the window is in hours; else in days
	// The window, from the anchor: the best moment, the first and the last. After
	// Expires, where Lapses, nobody is called for it any more.
	Due, From, To, Expires int
	Lapses                 bool
	Certainty              Certainty
	Source, Note           string
	Line                   int
}

var visitColumns = []string{"visit", "anchor", "unit", "due", "due_from", "due_to", "expires", "certainty", "source", "note"}

// maxVisitDays bounds a window: a hundred years.
const maxVisitDays = 36525

func (p *Pack) parseSchedules(ps *Problems) {
	for _, f := range p.Files.in("schedules", ".csv") {
		s := &Schedule{ID: strings.TrimSuffix(f[strings.LastIndex(f, "/")+1:], ".csv")}
		for _, row := range readSheet(f, p.Files[f], visitColumns, ps).rows {
			if v, ok := p.visit(f, row, ps); ok {
				s.Visits = append(s.Visits, v)
			}
		}
		p.Schedules = append(p.Schedules, s)
	}
}

// visit reads a row; each problem names its column.
func (p *Pack) visit(file string, row sheetRow, ps *Problems) (Visit, bool) {
	c := row.cells
	v := Visit{Code: c["visit"], Anchor: c["anchor"], Hours: c["unit"] == "h", Lapses: c["expires"] != "", Certainty: Certainty(c["certainty"]), Source: c["source"], Note: c["note"], Line: row.line}
	before := len(*ps)
	bad := func(column, format string, args ...any) { ps.add(file, row.line, column, format, args...) }
	if v.Code == "" {
		bad("visit", "is empty")
	}
	if f, ok := p.Fact(v.Anchor); !ok || f.Type != "date" {
		bad("anchor", "%q is not a date fact of the pack", v.Anchor)
	}
	per := 1
	switch c["unit"] {
	case "d":
	case "h":
		per = 24
	default:
		bad("unit", "%q is not d (days) or h (hours)", c["unit"])
	}
	if !validCertainty(v.Certainty) {
		bad("certainty", "%q is not O, S or R", v.Certainty)
	}
	for _, n := range []struct {
		column string
		into   *int
	}{{"due_from", &v.From}, {"due", &v.Due}, {"due_to", &v.To}, {"expires", &v.Expires}} {
		if n.column == "expires" && !v.Lapses {
			continue
		}
		var err error
		if *n.into, err = strconv.Atoi(c[n.column]); err != nil || *n.into < -maxVisitDays*per || *n.into > maxVisitDays*per {
			bad(n.column, "%q is not a whole number of days or hours", c[n.column])
		}
	}
	if len(*ps) == before {
		switch {
		case v.From > v.Due:
			bad("due_from", "%d is after due, %d", v.From, v.Due)
		case v.Due > v.To:
			bad("due_to", "%d is before due, %d", v.To, v.Due)
		case v.Lapses && v.Expires < v.To:
			bad("expires", "%d is before due_to, %d", v.Expires, v.To)
		}
	}
	return v, len(*ps) == before
}

// Schedule returns a schedule by id.
func (p *Pack) Schedule(id string) (*Schedule, bool) {
	for _, s := range p.Schedules {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// Attended is a visit that took place.
type Attended struct {
	Code string
	On   calendar.Day
}

// VisitState is how an expected visit stands on a day.
type VisitState string

// The states. Where the anchor is known in part, a visit is due from the first day on
// which it may be to the last, and overdue and lapsed only when it is for certain.
const (
	VisitLater    VisitState = "later"
	VisitDue      VisitState = "due"
	VisitOverdue  VisitState = "overdue"
	VisitLapsed   VisitState = "lapsed"
	VisitAttended VisitState = "attended"
	VisitNotDated VisitState = "not_dated" // the anchor is not known
)

// Expected is a visit of a schedule for one person. The days are zero where the anchor is
// not known.
type Expected struct {
	Visit
	Again         int          // how often the same visit stands before it in the schedule
	From, Due, To calendar.Day // Due is the middle of where it may be
	Expires       calendar.Day // zero where it does not lapse
	State         VisitState
	On            calendar.Day // of attendance
	Widened       bool         // the anchor is known in part, and the window is wider for it
}

// Expect lays a schedule out for one person on a day: one line a row, in its order.
// anchor gives the date of a fact, zero where it is not known; attended are the visits of
// this course that took place, in any order.
//
// A visit that took place counts for the row of its code in whose window it lies, else
// for the nearest that is open and not after it by its window; one before every window
// counts for the first.
func (s *Schedule) Expect(anchor func(fact string) calendar.Date, attended []Attended, on calendar.Day) []Expected {
	out := make([]Expected, len(s.Visits))
	seen := map[string]int{}
	for i, v := range s.Visits {
		out[i] = v.lay(anchor(v.Anchor), on)
		out[i].Again = seen[v.Code]
		seen[v.Code]++
	}
	done := slices.Clone(attended)
	slices.SortStableFunc(done, func(a, b Attended) int { return int(a.On) - int(b.On) })
	for _, a := range done {
		if a.On > on {
			continue // a day that has not come
		}
		if e := rowFor(out, a); e != nil {
			e.State, e.On = VisitAttended, a.On
		}
	}
	return out
}

// lay is a visit without what took place.
func (v Visit) lay(anchor calendar.Date, on calendar.Day) Expected {
	e := Expected{Visit: v}
	first, last, ok := anchor.Bounds()
	if !ok {
		e.State = VisitNotDated
		return e
	}
	e.Widened = first != last
	e.From, e.To = first+v.days(v.From, false), last+v.days(v.To, true)
	e.Due = first + (last-first)/2 + v.days(v.Due, false)
	if v.Lapses {
		e.Expires = last + v.days(v.Expires, true)
	}
	switch {
	case on < e.From:
		e.State = VisitLater
	case on <= e.To:
		e.State = VisitDue
	case v.Lapses && on > e.Expires:
		e.State = VisitLapsed
	default:
		e.State = VisitOverdue
	}
	return e
}

// days is a distance of the window in days. Of a day the hour is not known: hours begin
// with the day they fall on, and end with it.
func (v Visit) days(n int, end bool) calendar.Day {
	if !v.Hours {
		return calendar.Day(n)
	}
	d := n / 24
	if r := n % 24; r > 0 && end {
		d++
	} else if r < 0 && !end {
		d--
	}
	return calendar.Day(d)
}

// rowFor is the row that a visit which took place counts for.
func rowFor(list []Expected, a Attended) *Expected {
	var before, after *Expected
	for i := range list {
		e := &list[i]
		switch {
		case e.Code != a.Code || e.State == VisitAttended:
		case e.State == VisitNotDated:
			if before == nil {
				before = e
			}
		case a.On >= e.From && a.On <= e.To:
			return e
		case a.On > e.To:
			before = e // the last whose window is over
		case after == nil:
			after = e
		}
	}
	if before != nil {
		return before
	}
	return after
}
