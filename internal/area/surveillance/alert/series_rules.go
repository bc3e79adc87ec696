package alert

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The parameters of the board. They are not clinical: they choose a method's setting
// and are printed with each of its answers.
const (
	// MinSigma is the least standard deviation of a baseline. Without one a single case
	// after weeks of zeros alarms, and C3 has no answer.
	MinSigma = 0.5
	// YearsForFarrington is the history that the flexible method needs.
	YearsForFarrington = 3
	mostYears          = 5
	// weeksBack is how much history is read: five years, half a window, and a week 53.
	weeksBack = 5*53 + 8
	// listedBack is how many days of the line list the thresholds look at.
	listedBack = 37
)

// WeekCount is what is known of a week: what was reported of it, and how many cases the
// line list has of it.
type WeekCount struct {
	Reported surveillance.Count
	Listed   int
}

// Count is the number of a week. AtLeast is a week that was not reported and of which
// the line list knows cases; known is false where nobody knows anything.
func (w WeekCount) Count() (n int, atLeast, known bool) {
	switch {
	case w.Reported.Known:
		return max(w.Reported.N, w.Listed), false, true
	case w.Listed > 0:
		return w.Listed, true, true
	}
	return 0, false, false
}

// Series is what is known of one disease in one unit.
type Series struct {
	Unit       string
	Disease    surveillance.Disease
	Setting    Setting
	Population int // 0 is not known
	Today      calendar.Day
	Last       epi.Week    // the last complete week
	Weeks      []WeekCount // up to Last
	Running    int         // cases of the line list in the week that runs
	Listed     []linelist.Tallied
	Tests      []linelist.Tested
	Died       []linelist.Died
	DeathsTold surveillance.Count // that the report of the last complete week has
	Site       bool               // the unit is a site: what its line list does not have, it does not have
}

// lastWeek is the last week that is complete on a day.
func lastWeek(today calendar.Day) epi.Week { return weekOf(today - 6) }

// weekOf is the ISO week that holds a day.
func weekOf(day calendar.Day) epi.Week {
	w, _ := epi.ParseWeek(string(surveillance.WeekPeriod(day))) // a week that was just written
	return w
}

// bounds are the first and last day of a week.
func bounds(w epi.Week) (first, last calendar.Day) {
	first, last, _ = surveillance.Period(w.String()).Bounds()
	return first, last
}

// at is the week so many weeks before the last one.
func (s Series) at(before int) WeekCount {
	i := len(s.Weeks) - 1 - before
	if i < 0 {
		return WeekCount{}
	}
	return s.Weeks[i]
}

// factPopulation is the one number among the facts that counts no cases.
const factPopulation = "population"

// mostCounted is the largest number that the thresholds take.
const mostCounted = 10_000_000

// fact is a count as the pack reads it: a number, "at least", or not known.
func countFact(n int, atLeast, known bool) value.Value {
	switch {
	case !known:
		return value.NotKnown()
	case atLeast:
		return value.Range(float64(n), mostCounted)
	}
	return value.Number(float64(n))
}

func weekFact(w WeekCount) value.Value { return countFact(w.Count()) }

// listed counts cases of the line list in the days up to one.
func (s Series) listed(until calendar.Day, days int, which func(linelist.Tallied) bool) (n int) {
	for _, k := range s.Listed {
		if k.Day > until-calendar.Day(days) && k.Day <= until && k.Class.Counts() && (which == nil || which(k)) {
			n += k.N
		}
	}
	return n
}

func confirmed(k linelist.Tallied) bool {
	return k.Class == linelist.Confirmed || k.Class == linelist.Compatible
}

// facts are what the thresholds read as of a day: the end of the last complete week,
// or today, when the week that runs counts for what the line list has of it.
func (s Series) facts(asOf calendar.Day) map[string]decision.Fact {
	running := asOf == s.Today && asOf > lastDay(s.Last)
	out := map[string]decision.Fact{}
	put := func(name string, v value.Value) {
		if v.Kind() != value.KindUnknown {
			out[name] = decision.Fact{Value: v, AsOf: asOf.Date()}
		}
	}
	put("as_of", value.Day(int(asOf)))
	put("disease", value.Text(s.Disease.Alert))
	if s.Setting != "" {
		put("setting", value.Text(string(s.Setting)))
	}
	if s.Population > 0 {
		put(factPopulation, value.Number(float64(s.Population)))
	}
	weeks := []WeekCount{s.at(0), s.at(1), s.at(2), s.at(3)}
	if running {
		weeks = []WeekCount{{Listed: s.Running}, s.at(0), s.at(1), s.at(2)}
	}
	for i, name := range []string{"cases_week", "cases_week_1", "cases_week_2", "cases_week_3"} {
		put(name, weekFact(weeks[i]))
	}
	s.windows(asOf, running, put)
	s.laboratory(asOf, put)
	if !running {
		s.history(put)
	}
	return out
}

// windows are the counts of the last 7 and 30 days. A weekly report says of 30 days at
// least its four whole weeks, and at most five.
func (s Series) windows(asOf calendar.Day, running bool, put func(string, value.Value)) {
	seven := s.listed(asOf, 7, nil)
	if n, atLeast, known := s.at(0).Count(); known && !running {
		put("cases_7d", countFact(max(n, seven), atLeast, true))
	} else if seven > 0 {
		put("cases_7d", countFact(seven, true, true))
	}
	most, whole, all := 0, 0, !running
	for i := range 5 {
		n, atLeast, known := s.at(i).Count()
		all = all && known && !atLeast
		most += n
		if i < 4 && !(running && i == 3) { // today's 30 days hold three whole weeks for sure
			whole += n
		}
	}
	thirty := max(s.listed(asOf, 30, nil), whole)
	switch {
	case all && thirty >= most:
		put("cases_30d", value.Number(float64(thirty)))
	case all:
		put("cases_30d", value.Range(float64(thirty), float64(most)))
	case thirty > 0:
		put("cases_30d", countFact(thirty, true, true))
	}
	if n := s.listed(asOf, 30, confirmed); n > 0 || s.Site {
		put("confirmed_30d", value.Number(float64(n)))
	}
	if n := s.listed(asOf, 28, func(k linelist.Tallied) bool { return confirmed(k) && k.Imported == value.No }); n > 0 || s.Site && s.listed(asOf, 28, confirmed) == 0 {
		put("local_confirmed", value.Number(float64(n)))
	}
	put("awd_deaths_over_5", countFact(s.deathsOver5(asOf)))
	// Links between cases are judged by somebody; one case alone is linked to none.
	if s.Site && seven <= 1 && out1(s, running) {
		put("cluster_7d", value.Number(0))
		put("linked_severe_7d", value.Number(0))
	}
}

// out1 reports whether the week is known well enough to say that there is one case at
// most.
func out1(s Series, running bool) bool {
	n, atLeast, known := s.at(0).Count()
	return !running && known && !atLeast && n <= 1
}

func lastDay(w epi.Week) calendar.Day {
	_, last := bounds(w)
	return last
}

// laboratory are the rapid tests of cholera.
func (s Series) laboratory(asOf calendar.Day, put func(string, value.Value)) {
	count := func(days int, said string) (n int) {
		for _, t := range s.Tests {
			if strings.HasPrefix(t.Of, "lab:rdt:") && t.Day > asOf-calendar.Day(days) && t.Day <= asOf && (said == "" || t.Said == said) {
				n += t.N
			}
		}
		return n
	}
	if !s.Site {
		return
	}
	put("rdt_positive_7d", value.Number(float64(count(7, "positive"))))
	put("rdt_positive_14d", value.Number(float64(count(14, "positive"))))
	put("rdt_tested_14d", value.Number(float64(count(14, ""))))
}

// history are the same weeks of the years before.
func (s Series) history(put func(string, value.Value)) {
	years := 0
	for y := 1; y <= mostYears; y++ {
		whole := true
		for _, w := range []struct {
			name string
			off  int
		}{{"prev", -1}, {"same", 0}, {"next", 1}} {
			n, atLeast, known := s.weekOfYear(y, w.off)
			put("y"+strconv.Itoa(y)+"_"+w.name, countFact(n, atLeast, known))
			whole = whole && known && !atLeast
		}
		if whole && years == y-1 {
			years = y
		}
	}
	put("history_years", value.Number(float64(years)))
}

// weekOfYear is the count of the week with the number of the last one, so many years
// before and off weeks away; the last week of a year that has no week 53.
func (s Series) weekOfYear(years, off int) (n int, atLeast, known bool) {
	year := s.Last.Year - years
	w := epi.Week{Year: year, Number: min(s.Last.Number, epi.WeeksIn(year))}.Add(off)
	return s.at(s.Last.Since(w)).Count()
}

// counts are the weeks as the methods of package epi take them; "at least" is not
// known, but in the last week, where it can only raise the alarm further.
func (s Series) counts() []float64 {
	out := make([]float64, len(s.Weeks))
	for i, w := range s.Weeks {
		n, atLeast, known := w.Count()
		if out[i] = float64(n); !known || atLeast && i < len(s.Weeks)-1 {
			out[i] = epi.NotCounted()
		}
	}
	return out
}

// years is how many years of weeks lie before the last one, those before the first
// report left out.
func (s Series) years() int {
	first := slices.IndexFunc(s.Weeks, func(w WeekCount) bool { return w.Reported.Known })
	if first < 0 {
		return 0
	}
	return (len(s.Weeks) - 1 - first) / 52
}

var earsMethods = []struct {
	name   string
	method epi.EARSMethod
}{{"ears-c1", epi.C1}, {"ears-c2", epi.C2}, {"ears-c3", epi.C3}}

// Detect asks EARS, and Farrington flexible where three years are there.
func Detect(s Series) []Check {
	counts := s.counts()
	if len(counts) == 0 {
		return nil
	}
	series := epi.Series{Counts: counts, Start: s.Last.Add(1 - len(counts))}
	last := epi.Periods(len(counts)-1, len(counts)-1)
	var out []Check
	for _, m := range earsMethods {
		points, err := epi.EARS{Method: m.method, MinSigma: MinSigma}.Detect(series, last)
		if err != nil || len(points) != 1 {
			continue
		}
		out = append(out, checkOf(m.name, points[0].Bound, points[0].Mean, points[0].SD))
	}
	farrington := Check{Method: "farrington-flexible", State: epi.InsufficientHistory.String(), Years: s.years()}
	if farrington.Years >= YearsForFarrington {
		p := epi.Noufaily()
		p.Years = min(farrington.Years, mostYears)
		points, err := p.Detect(series, last)
		if err == nil && len(points) == 1 {
			years := farrington.Years
			farrington = checkOf("farrington-flexible", points[0].Bound, points[0].Expected, 0)
			farrington.Years = min(years, mostYears)
		}
	}
	return append(out, farrington)
}

func checkOf(method string, b epi.Bound, expected, sd float64) Check {
	n := func(f float64) float64 {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return 0
		}
		return f
	}
	return Check{Method: method, State: b.State.String(), Alarm: b.State == epi.Stands && b.Alarm == value.Yes, Observed: n(b.Observed), Upper: n(b.Upper), Expected: n(expected), SD: n(sd)}
}

// Judge holds the rules against a series, and answers what they say and what is an
// alert of it. p is nil where no thresholds are in force.
func Judge(p *pack.Pack, s Series) (Standing, []Raised) {
	n, atLeast, known := s.at(0).Count()
	st := Standing{Unit: s.Unit, Disease: s.Disease.Code, Week: surveillance.Period(s.Last.String()), Observed: float64(n), Known: known && !atLeast, AtLeast: atLeast, Checks: Detect(s), NoPack: p == nil}
	var out []Raised
	if p != nil && s.Disease.Alert != "" {
		days := []calendar.Day{lastDay(s.Last)}
		if s.Today > days[0] && s.listed(s.Today, int(s.Today-days[0]), nil) > 0 {
			days = append(days, s.Today)
		}
		for _, asOf := range days {
			out = append(out, s.thresholds(p, asOf, &st)...)
		}
	}
	out = append(out, s.aberrations(st)...)
	for _, r := range out {
		if !slices.Contains(st.Fired, r.Rule) {
			st.Fired = append(st.Fired, r.Rule)
		}
	}
	return st, out
}

// thresholds are the rows of the pack that say yes as of a day, for certain.
func (s Series) thresholds(p *pack.Pack, asOf calendar.Day, st *Standing) (out []Raised) {
	in := decision.Input{On: asOf, Facts: s.facts(asOf)}
	week := surveillance.WeekPeriod(asOf)
	said := rowsOf(p, in)
	for _, r := range said.rows {
		seen := s.observed(in, asOf, cellsOf(p.Protocol, in, r.id))
		out = append(out, Raised{Of: Of{Unit: s.Unit, Disease: s.Disease.Code, Rule: r.id, Week: week}, Level: r.level, AsOf: asOf, Observed: seen.n, AtLeast: seen.atLeast, Span: seen.span, Record: said.record})
	}
	if week == st.Week {
		for i, m := range said.may {
			if !slices.Contains(st.May, m) {
				st.May = append(st.May, m)
				st.Needs = append(st.Needs, said.asks[i]...)
			}
		}
	}
	slices.Sort(st.Needs)
	st.Needs = slices.Compact(st.Needs)
	return out
}

// observed is what stands on the alert: the count that its row asks for, which may be
// of thirty days; of a row that asks for none, the cases of the week or of seven days.
func (s Series) observed(in decision.Input, asOf calendar.Day, cells []decision.CellTrace) counted {
	if n, ok := observedBy(in, cells); ok {
		return n
	}
	if asOf == lastDay(s.Last) {
		n, atLeast, known := s.at(0).Count()
		if known {
			return counted{float64(n), atLeast, OfWeek}
		}
	}
	return counted{float64(s.listed(asOf, 7, nil)), true, "7d"}
}

func levelOf(code string) Level {
	switch code {
	case "EPIDEMIC":
		return Epidemic
	case "ALERT":
		return Threshold
	}
	return ""
}

// aberrations are the methods whose limit the last week is above.
func (s Series) aberrations(st Standing) (out []Raised) {
	by := map[string][]Check{}
	for _, c := range st.Checks {
		rule := RuleEARS
		if strings.HasPrefix(c.Method, "farrington") {
			rule = RuleFarrington
		}
		by[rule] = append(by[rule], c)
	}
	for _, rule := range []string{RuleEARS, RuleFarrington} {
		if slices.ContainsFunc(by[rule], func(c Check) bool { return c.Alarm }) {
			out = append(out, Raised{Of: Of{Unit: s.Unit, Disease: s.Disease.Code, Rule: rule, Week: st.Week}, Level: Aberration, AsOf: lastDay(s.Last), Observed: st.Observed, AtLeast: st.AtLeast, Span: OfWeek, Checks: by[rule]})
		}
	}
	return out
}

// news reports whether what a rule says is something that the alert does not hold yet.
func (a Alert) news(r Raised) bool {
	if len(a.Raised) == 0 {
		return true
	}
	last := a.Last()
	if r.Source != "" && r.AsOf < last.AsOf {
		return false // an earlier day of the same week
	}
	if len(r.Checks) > 0 && r.Source != "" && r.AsOf > last.AsOf {
		return true // one more day above its limit
	}
	return last.Observed != r.Observed || last.Level != r.Level || last.AtLeast != r.AtLeast
}

// ReportState is how a unit stands to the report of one week.
type ReportState string

// The states of a week's report.
const (
	NotExpected ReportState = "not_expected"
	NotDue      ReportState = "not_due" // the week has ended, and there is time yet
	OnTime      ReportState = "on_time"
	Late        ReportState = "late"
	Missing     ReportState = "missing"
)

// StateOf says how a reporter stands to a week.
func StateOf(r Reporter, w epi.Week, got *Received, today calendar.Day) ReportState {
	due := lastDay(w) + calendar.Day(r.Due)
	switch {
	case got != nil && got.On <= due:
		return OnTime
	case got != nil:
		return Late
	case !r.Expects(w) || lastDay(w) >= today:
		return NotExpected
	case today <= due:
		return NotDue
	}
	return Missing
}

// Shares are the reports of some units and weeks.
type Shares struct{ Expected, Received, OnTime int }

// add takes one week of one unit in. What is not due yet and not there is not expected
// yet.
func (n *Shares) add(s ReportState) {
	switch s {
	case OnTime:
		n.Expected, n.Received, n.OnTime = n.Expected+1, n.Received+1, n.OnTime+1
	case Late:
		n.Expected, n.Received = n.Expected+1, n.Received+1
	case Missing:
		n.Expected++
	}
}
