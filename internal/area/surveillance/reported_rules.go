package surveillance

import (
	"cmp"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// FoldReports makes a cell of its reports, given in the order in which the journal has
// them. The latest report that gives a number holds. One that says "not reported"
// takes nothing back: a number is only ever taken back by a report that says so.
func FoldReports(list []Report) Reported {
	var out Reported
	slices.SortStableFunc(list, func(a, b Report) int { return cmp.Compare(a.Reported, b.Reported) })
	out.Reports = list
	var since calendar.Day
	for i, r := range list {
		if i == 0 {
			out.Cell = r.Cell
		}
		switch {
		case r.Withdrawn:
			out.Value, out.Differs = Count{}, false
		case !r.Value.Known:
		case !out.Value.Known:
			out.Value, since = r.Value, r.Reported
		case out.Value != r.Value:
			out.Revised++
			out.Differs = r.Reported == since
			out.Value, since = r.Value, r.Reported
		default:
			out.Differs = out.Differs && r.Reported == since
			since = r.Reported
		}
	}
	return out
}

// says reports whether a cell's reports hold this one already.
func (r Reported) says(n Report) bool {
	return slices.ContainsFunc(r.Reports, func(o Report) bool {
		return o.Value == n.Value && o.Reported == n.Reported && o.Withdrawn == n.Withdrawn
	})
}

// FindingKind says what does not fit in a series.
type FindingKind string

// The kinds. The word of each is surveillance.finding.<kind>.
const (
	Fell     FindingKind = "fell"     // a cumulative count is lower than one before it
	Mismatch FindingKind = "mismatch" // the new count is not what the cumulative one rose by
	Differ   FindingKind = "differ"   // reports of one date give different numbers
	Revision FindingKind = "revision" // a later report gave another number
	TooMany  FindingKind = "too_many" // a part is more than its whole
)

// Finding is something about reported counts that somebody has to look at. Nothing is
// hidden or put right because of it.
type Finding struct {
	Kind         FindingKind
	Unit, Source string
	Indicator    string
	Period       Period
	Earlier      Period // fell, mismatch: the report that it is compared with
	Was, Is      int    // fell: the numbers; mismatch: rose by, and new; revision: first and last; too_many: the whole, and the part
	Whole        string // too_many: the indicator of the whole
}

// parts are indicators of which the first cannot be more than the second.
var parts = [][2]string{
	{"poe_screened", "poe_passed"}, {"poe_refused_screening", "poe_passed"}, {"poe_hand_washed", "poe_passed"}, {"poe_refused_hand_washing", "poe_passed"},
	{"poe_sanitised", "poe_passed"}, {"tested_positive", "tested"}, {"contacts_seen", "contacts_under_follow_up"},
	{"cumulative_suspected_deaths", "cumulative_suspected_cases"}, {"cumulative_confirmed_deaths", "cumulative_confirmed_cases"}, {"cumulative_probable_deaths", "cumulative_probable_cases"}, {"cumulative_deaths", "cumulative_cases"},
}

type seriesKey struct{ unit, disease, source, what string }

// Reconcile compares the counts of any number of units, diseases and sources with each
// other, in the order of units and periods.
func (l Lists) Reconcile(list []Reported) []Finding {
	var out []Finding
	cells := map[Cell]Reported{}
	series := map[seriesKey][]Reported{}
	for _, r := range list {
		cells[r.Cell] = r
		if ind, ok := l.Indicator(r.Indicator); ok {
			k := seriesKey{r.Unit, r.Disease, r.Source, ind.Stem}
			series[k] = append(series[k], r)
		}
		if r.Differs {
			out = append(out, Finding{Kind: Differ, Unit: r.Unit, Source: r.Source, Indicator: r.Indicator, Period: r.Period, Is: r.Value.N})
		} else if r.Revised > 0 && r.Value.Known {
			out = append(out, Finding{Kind: Revision, Unit: r.Unit, Source: r.Source, Indicator: r.Indicator, Period: r.Period, Was: firstNumber(r), Is: r.Value.N})
		}
	}
	for k := range maps.Keys(series) {
		out = append(out, l.reconcile(series[k])...)
	}
	for _, r := range list {
		for _, p := range parts {
			if p[0] != r.Indicator {
				continue
			}
			c := r.Cell
			c.Indicator = p[1]
			if whole, ok := cells[c]; ok && whole.Value.Known && r.Value.Known && r.Value.N > whole.Value.N {
				out = append(out, Finding{Kind: TooMany, Unit: r.Unit, Source: r.Source, Indicator: r.Indicator, Period: r.Period, Was: whole.Value.N, Is: r.Value.N, Whole: p[1]})
			}
		}
	}
	slices.SortFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Period, b.Period), cmp.Compare(a.Indicator, b.Indicator), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

func firstNumber(r Reported) int {
	for _, p := range r.Reports {
		if p.Value.Known {
			return p.Value.N
		}
	}
	return 0
}

// reconcile looks at one stem of one unit: cumulative counts against those before
// them, and new counts against what the cumulative ones rose by.
func (l Lists) reconcile(list []Reported) (out []Finding) {
	fresh, total := l.split(list)
	for _, step := range steps(total) {
		a, b := step[0], step[1]
		f := Finding{Unit: b.Unit, Source: b.Source, Indicator: b.Indicator, Period: b.Period, Earlier: a.Period, Was: a.Value.N, Is: b.Value.N}
		if b.Value.N < a.Value.N {
			f.Kind = Fell
			out = append(out, f)
			continue // the new counts cannot fit then
		}
		sum, known, last := addedUp(fresh, a, b)
		if rose := b.Value.N - a.Value.N; known && sum != rose {
			f.Kind, f.Indicator, f.Period, f.Was, f.Is = Mismatch, last.Indicator, b.Period, rose, sum
			out = append(out, f)
		}
	}
	return out
}

// split parts the counts of a stem into those of a period and the cumulative ones,
// each in the order of time and only where a number is known.
func (l Lists) split(list []Reported) (fresh, total []Reported) {
	for _, r := range list {
		ind, _ := l.Indicator(r.Indicator)
		switch {
		case !r.Value.Known:
		case ind.Mode == PerPeriod:
			fresh = append(fresh, r)
		case ind.Mode == Cumulative:
			total = append(total, r)
		}
	}
	slices.SortStableFunc(fresh, byPeriod)
	slices.SortStableFunc(total, byPeriod)
	return fresh, total
}

func byPeriod(a, b Reported) int {
	fa, la, _ := a.Period.Bounds()
	fb, lb, _ := b.Period.Bounds()
	return cmp.Or(cmp.Compare(la, lb), cmp.Compare(fa, fb))
}

// steps are each count with the one before it.
func steps(list []Reported) (out [][2]Reported) {
	for i := 1; i < len(list); i++ {
		out = append(out, [2]Reported{list[i-1], list[i]})
	}
	return out
}

// addedUp adds the new counts after a up to b. known is false unless they cover every
// day in between: a day of which nobody reported could hold the difference.
func addedUp(fresh []Reported, a, b Reported) (sum int, known bool, last Reported) {
	_, from, _ := a.Period.Bounds()
	_, to, _ := b.Period.Bounds()
	next := from + 1
	for _, r := range fresh {
		first, end, _ := r.Period.Bounds()
		if first < next || end > to {
			continue
		}
		if first > next {
			return 0, false, last
		}
		sum, next, last = sum+r.Value.N, end+1, r
	}
	return sum, next == to+1, last
}

// How says where an increment comes from.
type How string

// The ways. The word of each is surveillance.counts.how.<way>.
const (
	AsReported  How = "reported"     // a report gives the new count
	Derived     How = "derived"      // what the cumulative count rose by between two reports
	NotReported How = "not_reported" // somebody said that it was not reported
	Fallen      How = "fallen"       // the cumulative count fell: there is no number
)

// Increment is how many were new in a span of days.
type Increment struct {
	First, Last calendar.Day
	Value       Count
	How         How
}

// Increments are the new counts of one stem of one unit and source, in the order of
// time: as reported, else what the cumulative count rose by since the report before.
// The first cumulative count is no increment: since when it counts, nobody says. Days
// of which nothing was reported are in none of them; they are not zero.
func (l Lists) Increments(list []Reported) (out []Increment) {
	fresh, total := l.split(list)
	taken := func(first, last calendar.Day) bool {
		return slices.ContainsFunc(out, func(i Increment) bool { return i.First <= last && first <= i.Last })
	}
	for _, r := range fresh {
		if first, last, _ := r.Period.Bounds(); !taken(first, last) {
			out = append(out, Increment{first, last, r.Value, AsReported})
		}
	}
	for _, step := range steps(total) {
		_, from, _ := step[0].Period.Bounds()
		_, to, _ := step[1].Period.Bounds()
		switch rose := step[1].Value.N - step[0].Value.N; {
		case from == to || taken(from+1, to):
		case rose < 0:
			out = append(out, Increment{from + 1, to, Count{}, Fallen})
		default:
			out = append(out, Increment{from + 1, to, Of(rose), Derived})
		}
	}
	for _, r := range list {
		ind, _ := l.Indicator(r.Indicator)
		if first, last, _ := r.Period.Bounds(); !r.Value.Known && ind.Mode == PerPeriod && !taken(first, last) {
			out = append(out, Increment{first, last, Count{}, NotReported})
		}
	}
	slices.SortFunc(out, func(a, b Increment) int { return cmp.Or(cmp.Compare(a.Last, b.Last), cmp.Compare(a.First, b.First)) })
	return out
}

// FirstSeen is the first day by which any of these counts is more than zero, and
// whether there is one.
func FirstSeen(list []Reported) (day calendar.Day, seen bool) {
	for _, r := range list {
		if _, last, ok := r.Period.Bounds(); ok && r.Value.Known && r.Value.N > 0 && (!seen || last < day) {
			day, seen = last, true
		}
	}
	return day, seen
}

// Told says for how many of some periods a number is there.
type Told struct {
	Expected    int
	Reported    int // a number, also zero
	NotReported int // somebody said that there is none
	Missing     int // nothing at all
}

// Completeness compares what was reported of one indicator with the periods in which
// it should have been.
func Completeness(list []Reported, expected []Period) Told {
	t := Told{Expected: len(expected)}
	for _, p := range expected {
		i := slices.IndexFunc(list, func(r Reported) bool { return r.Period == p })
		switch {
		case i < 0:
			t.Missing++
		case list[i].Value.Known:
			t.Reported++
		default:
			t.NotReported++
		}
	}
	return t
}

// CaseStems are the stems that say that somebody is ill.
func (l Lists) CaseStems() (out []string) {
	for _, i := range l.Indicators {
		if i.Group == "cases" && !slices.Contains(out, i.Stem) {
			out = append(out, i.Stem)
		}
	}
	return out
}

// Stem are the indicators of a stem.
func (l Lists) Stem(stem string) (out []string) {
	for _, i := range l.Indicators {
		if i.Stem == stem {
			out = append(out, i.Code)
		}
	}
	return out
}
