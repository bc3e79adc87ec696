package course

import (
	"maps"
	"math"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// never is the day after all days.
const never = calendar.Day(math.MaxInt32)

// Entries of a recall list that are no row of the plan.
const (
	doseRow  = -1 // the dose of the day
	formRow  = -2 // the form of enrolment
	codeDose = "DOSE"
	codeForm = "FORM"
)

// layOut makes the plan of a course: what the schedule of its programme expects by the
// dates that the pack knows. What was over when somebody was enrolled is not expected.
func layOut(p *pack.Pack, g pack.Programme, known value.Facts, enrolled calendar.Day) Plan {
	out := Plan{Anchors: map[string]calendar.Date{}, Doses: g.Doses}
	s, ok := p.Schedule(g.Schedule)
	if !ok {
		return out
	}
	for _, fact := range slices.Sorted(maps.Keys(g.Anchors)) {
		if g.Anchors[fact] != pack.AnchorFact {
			continue
		}
		if d := dateOf(known[fact]); !d.IsZero() {
			out.Anchors[fact] = d
			if first, _, _ := d.Bounds(); out.First == 0 {
				out.First = first
			}
		}
	}
	anchor := func(fact string) calendar.Date { return out.Anchors[fact] }
	for i, e := range s.Expect(anchor, nil, enrolled) {
		r := Row{Code: e.Code, Again: e.Again, From: e.From, Due: e.Due, To: e.To, Expires: e.Expires, Widened: e.Widened}
		if g.Anchors[e.Anchor] == pack.AnchorVisit {
			// As distances: the same row laid out from day 0.
			v := s.Visits[i]
			r = Row{Code: e.Code, Again: e.Again, Every: true, From: days(v, v.From), Due: days(v, v.Due), To: days(v, v.To)}
			if v.Lapses {
				r.Expires = days(v, v.Expires)
			}
		}
		r.Before = !r.Every && r.To != 0 && r.To < enrolled
		out.Rows = append(out.Rows, r)
	}
	return out
}

// days is a distance in whole days; hours end with the day they fall on.
func days(v pack.Visit, n int) calendar.Day {
	if !v.Hours {
		return calendar.Day(n)
	}
	return calendar.Day((n + 23) / 24)
}

func dateOf(v value.Value) calendar.Date {
	lo, hi, ok := v.Bounds()
	if v.Kind() != value.KindDate || !ok {
		return calendar.Date{}
	}
	if lo == hi {
		return calendar.Day(int(lo)).Date()
	}
	d, err := calendar.Between(calendar.Day(int(lo)), calendar.Day(int(hi)))
	if err != nil {
		return calendar.Date{}
	}
	return d
}

// Pending is something that is to be done in a course: listed from its first day until
// Until, overdue after To.
type Pending struct {
	N               int // row of the plan, doseRow or formRow
	Code            string
	From, Due, To   calendar.Day
	Until           calendar.Day
	Again           int
	Every, NotDated bool
}

// State says how it stands on a day.
func (p Pending) State(on calendar.Day) pack.VisitState {
	switch {
	case p.NotDated:
		return pack.VisitNotDated
	case on < p.From:
		return pack.VisitLater
	case on > p.Until:
		return pack.VisitLapsed
	case on <= p.To:
		return pack.VisitDue
	}
	return pack.VisitOverdue
}

// pending lists what is still to be done: of the rows in their order, the dose of the
// day, and the form of enrolment. A row that is not done gives way to the next when that
// one's window opens and its own is over: nobody is called twice.
func pending(c Course, visits []Visit, doses []Dose) []Pending {
	if !c.Open() {
		return nil
	}
	var out []Pending
	for i, r := range c.Plan.Rows {
		if p, ok := pendingRow(c, i, r, visits); ok {
			out = append(out, p)
		}
	}
	for i := range out {
		for _, later := range out[i+1:] {
			if !out[i].Every && !later.NotDated {
				out[i].Until = min(out[i].Until, max(out[i].To, later.From-1))
				break
			}
		}
	}
	if c.Plan.Doses && c.Plan.First != 0 {
		day := c.Plan.First
		for _, d := range doses {
			day = max(day, d.On+1)
		}
		out = append(out, Pending{N: doseRow, Code: codeDose, From: day, Due: day, To: day, Until: never})
	}
	if c.Plan.Form {
		out = append(out, Pending{N: formRow, Code: codeForm, From: c.Enrolled, Due: c.Enrolled, To: c.Enrolled, Until: never})
	}
	return out
}

func pendingRow(c Course, i int, r Row, visits []Visit) (Pending, bool) {
	p := Pending{N: i, Code: r.Code, Again: r.Again, Every: r.Every, From: r.From, Due: r.Due, To: r.To, Until: never}
	if r.Every {
		base := c.Enrolled
		for _, v := range visits {
			if v.Code == r.Code && !v.Absent {
				base = max(base, v.On)
			}
		}
		p.From, p.Due, p.To = base+r.From, base+r.Due, base+r.To
		if r.Expires != 0 {
			p.Until = base + r.Expires
		}
		return p, true
	}
	if r.Before || slices.ContainsFunc(visits, func(v Visit) bool { return v.Row == i && !v.Absent }) {
		return p, false
	}
	if r.Expires != 0 {
		p.Until = r.Expires
	}
	p.NotDated = r.To == 0
	return p, true
}

// rowFor is the row of the plan that a visit of a day counts for: the one in whose window
// it lies, the last of those if several; else the latest that is overdue; else the next
// that comes. It is -1 where all is done.
func rowFor(list []Pending, on calendar.Day) int {
	row := -1
	for _, p := range list {
		if p.N >= 0 && !p.NotDated && on >= p.From && on <= p.To {
			return p.N
		}
	}
	for _, p := range list {
		switch {
		case p.N < 0:
		case p.NotDated || on > p.To:
			if !p.NotDated || row < 0 {
				row = p.N
			}
		case row < 0:
			return p.N
		}
	}
	return row
}

// visitCode is the code of a visit for a row of the plan.
func (p Plan) visitCode(row int) string {
	if row >= 0 && row < len(p.Rows) {
		return p.Rows[row].Code
	}
	if len(p.Rows) > 0 {
		return p.Rows[len(p.Rows)-1].Code
	}
	return ""
}
