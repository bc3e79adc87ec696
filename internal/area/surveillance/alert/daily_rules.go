package alert

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

const (
	// daysBack is how many days of reported counts are read: those of the thresholds and
	// of the longest baseline, and as much again to look at.
	daysBack = 60
	// daysJudged is how many of the last days EARS is asked about. Files that come late
	// bring several days at once.
	daysJudged = 7
)

// reportedDay is what a source says of one day of one stem.
type reportedDay struct {
	fresh, total surveillance.Count
	said         bool // something of the stem was said of it, also "not reported"
	freshSaid    bool
}

// daysOf are the days of one stem of one unit, from a day to a day. A count that is all
// that the cumulative one rose by since a report some days ago is of those days together:
// taken for one day's it would be a peak that nobody counted. Where a report gives no new
// count and repeats the cumulative one, nobody counted either.
func daysOf(lists surveillance.Lists, list []surveillance.Reported, first, last calendar.Day) []DayCount {
	said := map[calendar.Day]reportedDay{}
	for _, r := range list {
		from, to, ok := r.Period.Bounds()
		ind, known := lists.Indicator(r.Indicator)
		if !ok || !known || from != to {
			continue
		}
		d := said[to]
		d.said = true
		switch ind.Mode {
		case surveillance.PerPeriod:
			d.fresh, d.freshSaid = r.Value, true
		case surveillance.Cumulative:
			d.total = r.Value
		}
		said[to] = d
	}
	var out []DayCount
	var before calendar.Day // the last day with a cumulative count
	total := surveillance.Count{}
	for day := first; day <= last; day++ {
		d := said[day]
		c := DayCount{State: DayMissing, Since: day}
		if d.said {
			c = d.count(total, before, day)
		}
		if d.total.Known {
			total, before = d.total, day
		}
		out = append(out, c)
	}
	return out
}

// count is one day, held against the last cumulative count before it.
func (d reportedDay) count(total surveillance.Count, before, day calendar.Day) DayCount {
	rise := surveillance.Count{}
	if total.Known && d.total.Known {
		rise = surveillance.Of(d.total.N - total.N)
	}
	next := before == day-1 // the cumulative count before is of the day before
	switch {
	case d.fresh.Known && rise.Known && !next && rise.N == d.fresh.N && rise.N > 0:
		return DayCount{State: DayTogether, N: rise.N, Since: before + 1}
	case d.fresh.Known:
		return DayCount{State: DayCounted, N: d.fresh.N, Since: day, Doubt: rise.Known && (next && rise.N != d.fresh.N || rise.N < d.fresh.N)}
	case rise.Known && rise.N < 0:
		return DayCount{State: DayFell, Since: day}
	case rise.Known && rise.N > 0 && !next:
		return DayCount{State: DayTogether, N: rise.N, Since: before + 1}
	case rise.Known && next && (rise.N > 0 || !d.freshSaid):
		return DayCount{State: DayRose, N: rise.N, Since: day}
	}
	return DayCount{State: DayUnsaid, Since: day}
}

// DailyOf makes the series of a unit out of all that the source reported of it; first is
// the first day of the window, and last the last day of which the source reported. The
// series begins where the unit does: before that it has no history.
func DailyOf(lists surveillance.Lists, w Watched, unit string, list []surveillance.Reported, first, last calendar.Day) Daily {
	kind, _ := lists.Disease(w.Disease)
	out := Daily{Watched: w, Unit: unit, Kind: kind, First: last, Last: last, Days: map[string][]DayCount{}}
	byStem := map[string][]surveillance.Reported{}
	for _, r := range list {
		ind, ok := lists.Indicator(r.Indicator)
		if !ok || r.Unit != unit || r.Disease != w.Disease || r.Source != w.Source {
			continue
		}
		byStem[ind.Stem] = append(byStem[ind.Stem], r)
		if from, to, ok := r.Period.Bounds(); ok && from == to {
			out.First = max(first, min(out.First, from))
		}
	}
	for _, stem := range lists.CaseStems() {
		if len(byStem[stem]) > 0 {
			out.Days[stem] = daysOf(lists, byStem[stem], out.First, last)
		}
	}
	return out
}

// sum adds the days of a stem in a window up to a day. It is exact only where every day
// of the window has its number; a number of several days counts where all of them lie in
// it.
func (d Daily) sum(stem string, until calendar.Day, days int) (n int, atLeast, known bool) {
	from := until - calendar.Day(days) + 1
	covered := 0
	for i, c := range d.Days[stem] {
		day := d.First + calendar.Day(i)
		if day < from || day > until || c.Since < from || c.State != DayTogether && !c.Known() {
			continue
		}
		n, covered, known = n+c.N, covered+int(day-c.Since)+1, true
	}
	return n, covered < days, known
}

// cases are the cases of any certainty in a window: of the stems, the one that knows
// most. That of confirmed ones alone is the least that there is.
func (d Daily) cases(until calendar.Day, days int) (n int, atLeast, known bool) {
	atLeast = true
	for _, stem := range []string{"suspected_cases", "cases", "probable_cases", "confirmed_cases"} {
		m, least, ok := d.sum(stem, until, days)
		if !ok || known && m < n {
			continue
		}
		all := stem == "suspected_cases" || stem == "cases"
		n, known, atLeast = m, true, least || !all
	}
	return n, atLeast, known
}

// facts are what the thresholds read of the days up to the last. Days that nobody
// reported make a count "at least".
func (d Daily) facts() map[string]decision.Fact {
	out := map[string]decision.Fact{}
	put := func(name string, v value.Value) {
		if v.Kind() != value.KindUnknown {
			out[name] = decision.Fact{Value: v, AsOf: d.Last.Date()}
		}
	}
	put("as_of", value.Day(int(d.Last)))
	put("disease", value.Text(d.Kind.Alert))
	put("setting", value.Text(string(d.Setting)))
	if d.Population > 0 {
		put(factPopulation, value.Number(float64(d.Population)))
	}
	put("cases_7d", countFact(d.cases(d.Last, 7)))
	put("cases_30d", countFact(d.cases(d.Last, 30)))
	put("confirmed_30d", countFact(d.sum("confirmed_cases", d.Last, 30)))
	sunday := lastDay(weekOf(d.Last))
	for i, name := range []string{"cases_week", "cases_week_1", "cases_week_2", "cases_week_3"} {
		put(name, countFact(d.cases(sunday-calendar.Day(7*i), 7)))
	}
	return out
}

// DetectDay asks EARS about one day of the watched cases, i days before the last.
func (d Daily) DetectDay(back int) (out []Check) {
	days := d.Watching()
	at := len(days) - 1 - back
	if at < 0 {
		return nil
	}
	counts := make([]float64, at+1)
	for i, c := range days[:at+1] {
		if counts[i] = float64(c.N); !c.Known() {
			counts[i] = epi.NotCounted()
		}
	}
	for _, m := range earsMethods {
		points, err := epi.EARS{Method: m.method, MinSigma: MinSigma}.Detect(epi.Series{Counts: counts, PerYear: 365}, epi.Periods(at, at))
		if err == nil && len(points) == 1 {
			out = append(out, checkOf(m.name, points[0].Bound, points[0].Mean, points[0].SD))
		}
	}
	return out
}

// JudgeDays holds the rules that were chosen against the days of a unit. An alert is of an
// ISO week, and is raised again on a later day of it: an alert a day would be a flood.
func JudgeDays(p *pack.Pack, d Daily) (DayStanding, []Raised) {
	st := DayStanding{Watch: d.ID, Source: d.Source, Stem: d.Stem, Day: d.Last, Rules: d.Rules, State: DayMissing}
	st.Standing = Standing{Unit: d.Unit, Disease: d.Disease, Week: surveillance.WeekPeriod(d.Last), NoPack: p == nil}
	if days := d.Watching(); len(days) > 0 {
		c := days[len(days)-1]
		st.State, st.Observed, st.Known = c.State, float64(c.N), c.Known()
	}
	var out []Raised
	if slices.Contains(d.Rules, Fixed) && p != nil && d.Kind.Alert != "" {
		out = d.thresholds(p, &st.Standing)
	}
	if slices.Contains(d.Rules, EARS) {
		st.Checks = d.DetectDay(0)
		out = append(out, d.aberrations()...)
	}
	for _, r := range out {
		if r.AsOf == d.Last && !slices.Contains(st.Fired, r.Rule) {
			st.Fired = append(st.Fired, r.Rule)
		}
	}
	return st, out
}

// of names an alert of this series on a day.
func (d Daily) of(rule string, day calendar.Day) Of {
	return Of{Unit: d.Unit, Disease: d.Disease, Rule: rule, Week: surveillance.WeekPeriod(day), Source: d.Source, Stem: d.Stem}
}

// thresholds are the rows of the pack that say yes for certain as of the last day.
func (d Daily) thresholds(p *pack.Pack, st *Standing) (out []Raised) {
	in := decision.Input{On: d.Last, Facts: d.facts()}
	said := rowsOf(p, in)
	for _, r := range said.rows {
		seen, ok := observedBy(in, cellsOf(p.Protocol, in, r.id))
		if !ok {
			n, least, _ := d.cases(d.Last, 7)
			seen = counted{float64(n), least, "7d"}
		}
		out = append(out, Raised{Of: d.of(r.id, d.Last), Level: r.level, AsOf: d.Last, Observed: seen.n, AtLeast: seen.atLeast, Span: seen.span, Record: said.record})
	}
	st.May, st.Needs = said.may, said.needs
	return out
}

// aberrations are the last days on which EARS was above its limit, one a week.
func (d Daily) aberrations() (out []Raised) {
	for back := range daysJudged {
		checks := d.DetectDay(back)
		if !slices.ContainsFunc(checks, func(c Check) bool { return c.Alarm }) {
			continue
		}
		day := d.Last - calendar.Day(back)
		of := d.of(RuleEARS, day)
		if !slices.ContainsFunc(out, func(r Raised) bool { return r.Of == of }) {
			out = append(out, Raised{Of: of, Level: Aberration, AsOf: day, Observed: checks[0].Observed, Span: OfDay, Checks: checks})
		}
	}
	return out
}
