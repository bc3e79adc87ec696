package course

import (
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// told is what measures are reckoned from.
type told struct {
	Course    Course
	Visits    []Visit
	Doses     []Dose
	Transfers []Transfer
	Died      value.Truth
	Seen      []order.Observation // of the course, oldest first
	On        calendar.Day
}

// measure reckons one; what is not recorded is not known.
func (t told) measure(m pack.Measure, as string) value.Value {
	c := t.Course
	until := t.On
	if !c.Open() {
		until = min(until, c.Ending.On)
	}
	switch m.Name {
	case "enrolled_on":
		return value.Day(int(c.Enrolled))
	case "open":
		return value.Of(c.Open())
	case "ended":
		return value.Of(!c.Open())
	case "is":
		if c.Open() {
			return value.Text(m.Code)
		}
	case "died":
		return t.died()
	case "transferred":
		return value.Of(t.away())
	case "weeks":
		return value.Number(float64(max(until-c.Enrolled, 0) / 7))
	case "enrolled_age":
		return t.sinceAnchor(c.Enrolled)
	case "days_since_anchor":
		return t.sinceAnchor(until)
	case "days_since_visit":
		last, _ := t.lastVisit()
		return value.Number(float64(max(until-last, 0)))
	case "visits_absent":
		_, absent := t.lastVisit()
		return value.Number(float64(absent))
	case "missed_running", "taken_percent", "gap_days", "interrupted", "gap_from", "gap_to":
		return t.doses(m.Name, until)
	default:
		return t.observed(m, as)
	}
	return value.NotKnown()
}

// died is whether a death was told before the course ended: one after the end is none of
// its outcomes. A death is told, as a course is ended: one that nobody told leaves the
// course to what else the rules know, such as that the person was lost sight of.
func (t told) died() value.Value {
	if !t.Course.Open() {
		return value.NotKnown() // whether it was before, its outcome says
	}
	return value.Of(t.Died == value.Yes)
}

// away reports whether the person is on the way to another site, which has not said that
// they came.
func (t told) away() bool {
	for _, x := range t.Transfers {
		if x.State == Accepted || x.State == NotCome {
			return true
		}
		if x.State == Arrived {
			return false
		}
	}
	return false
}

func (t told) sinceAnchor(on calendar.Day) value.Value {
	for _, d := range t.Course.Plan.Anchors {
		if first, last, ok := d.Bounds(); ok && first == t.Course.Plan.First {
			return value.Range(float64(max(on-last, 0)), float64(max(on-first, 0)))
		}
	}
	return value.NotKnown()
}

// lastVisit is the last day on which the person was seen, enrolment included, and at how
// many visits since then they were seen to be absent.
func (t told) lastVisit() (last calendar.Day, absent int) {
	last = t.Course.Enrolled
	for _, v := range t.Visits {
		if !v.Absent && v.On <= t.On {
			last = max(last, v.On)
		}
	}
	for _, v := range t.Visits {
		if v.Absent && v.On > last && v.On <= t.On {
			absent++
		}
	}
	return last, absent
}

func (t told) doses(name string, until calendar.Day) value.Value {
	if t.Course.Plan.First == 0 {
		return value.NotKnown()
	}
	a := calendarOf(t.Doses).adherence(t.Course.Plan.First, until)
	switch name {
	case "missed_running":
		return a.MissedRunning
	case "taken_percent":
		return a.TakenPercent
	case "gap_days":
		return a.GapDays
	case "interrupted":
		return value.OfTruth(a.Interrupted)
	case "gap_from":
		return a.GapFrom
	}
	return a.GapTo
}

// observed reckons measures of what the forms of the course recorded.
func (t told) observed(m pack.Measure, as string) value.Value {
	var list []order.Observation
	for _, o := range t.Seen {
		if o.Code == m.Code && o.Value.Known() && o.On <= t.On {
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b order.Observation) int { return int(a.On) - int(b.On) })
	if m.Name == "seen_from" {
		return t.seenFrom(list, m.Value)
	}
	if len(list) == 0 {
		if m.Name == "answered" {
			return typed(m.Value, as)
		}
		return value.NotKnown()
	}
	last := list[len(list)-1]
	switch m.Name {
	case "seen":
		return value.Of(true)
	case "days_since":
		return value.Number(float64(t.On - last.On))
	case "months_since":
		return value.Number(float64(calendar.CompletedMonths(last.On, t.On)))
	case "week_of":
		if d, ok := t.sinceAnchor(last.On).Float(); ok {
			return value.Number(float64(int(d) / 7))
		}
		return value.NotKnown()
	case "answered":
		return last.Value
	case "last_month":
		return t.lastMonth(list, m.Value)
	}
	return run(list, m)
}

// seenFrom says whether something was observed some days after the first anchor or later:
// an examination of the course that is not recorded is still to be done.
func (t told) seenFrom(list []order.Observation, after string) value.Value {
	days, err := strconv.Atoi(after)
	if err != nil || t.Course.Plan.First == 0 {
		return value.NotKnown()
	}
	from := t.Course.Plan.First + calendar.Day(days)
	return value.Of(slices.ContainsFunc(list, func(o order.Observation) bool { return o.On >= from }))
}

// lastMonth is the month of the course, from 1, of the last observation of a value: 0
// where each was another.
func (t told) lastMonth(list []order.Observation, of string) value.Value {
	if t.Course.Plan.First == 0 {
		return value.NotKnown()
	}
	for i := len(list) - 1; i >= 0; i-- {
		if s, _ := list[i].Value.Str(); s == of {
			return value.Number(float64(calendar.CompletedMonths(t.Course.Plan.First, list[i].On)))
		}
	}
	return value.Number(0)
}

// run is the latest run of observations of a value.
func run(list []order.Observation, m pack.Measure) value.Value {
	n := 0
	for i := len(list) - 1; i >= 0; i-- {
		if s, _ := list[i].Value.Str(); s != m.Value {
			break
		}
		n++
	}
	switch {
	case m.Name == "run_count":
		return value.Number(float64(n))
	case n == 0:
		return value.NotKnown()
	case m.Name == "run_first":
		return value.Day(int(list[len(list)-n].On))
	}
	return value.Day(int(list[len(list)-1].On))
}

// typed is a word of a pack as a value of a fact's type.
func typed(word, as string) value.Value {
	if as == "bool" {
		return value.Of(word == "yes" || word == "true")
	}
	return value.Text(word)
}

// codesOf lists which observations the facts of a pack's programme need.
func codesOf(p *pack.Pack, g pack.Programme) []string {
	var out []string
	add := func(code string) {
		if code != "" && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	for _, f := range p.Facts {
		name, ok := cutProgramme(f.From)
		if !ok {
			continue
		}
		if m, ok := pack.ParseMeasure(g.Offers[name]); ok && m.Name != "is" {
			add(m.Code)
			continue
		}
		add(f.Name)
		add(name)
	}
	return out
}

func cutProgramme(from string) (string, bool) {
	if len(from) > len(pack.FromProgramme) && from[:len(pack.FromProgramme)] == pack.FromProgramme && (len(from) < len(pack.FromVisit) || from[:len(pack.FromVisit)] != pack.FromVisit) {
		return from[len(pack.FromProgramme):], true
	}
	return "", false
}

// factsOf are the facts that a course offers its pack, by where the pack says they come
// from: a measure, whether a visit took place, or what a form of the course answered.
func factsOf(p *pack.Pack, g pack.Programme, t told, answers map[string]decision.Fact) map[string]decision.Fact {
	out := map[string]decision.Fact{}
	for _, f := range p.Facts {
		if len(f.From) > len(pack.FromVisit) && f.From[:len(pack.FromVisit)] == pack.FromVisit {
			if v := t.attended(f.From[len(pack.FromVisit):]); v.Known() {
				out[f.From] = decision.Fact{Value: v, AsOf: t.On.Date()}
			}
			continue
		}
		name, ok := cutProgramme(f.From)
		if !ok {
			continue
		}
		if m, ok := pack.ParseMeasure(g.Offers[name]); ok {
			if v := t.measure(m, f.Type); v.Kind() != value.KindUnknown {
				out[f.From] = decision.Fact{Value: v, AsOf: t.On.Date()}
			}
			continue
		}
		for _, code := range []string{f.Name, name} {
			if a, ok := answers[code]; ok {
				out[f.From] = a
				break
			}
		}
	}
	return out
}

// attended says whether a visit of the plan took place. One that the plan does not
// expect, since it was over at enrolment, is not known: it may have been elsewhere.
func (t told) attended(code string) value.Value {
	expected := false
	for i, r := range t.Course.Plan.Rows {
		if r.Code != code {
			continue
		}
		if slices.ContainsFunc(t.Visits, func(v Visit) bool { return v.Row == i && !v.Absent }) {
			return value.Of(true)
		}
		expected = expected || !r.Before
	}
	if !expected {
		return value.NotKnown()
	}
	return value.Of(false)
}
