package analysis

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
)

// Dying is the mortality of a unit in a period.
type Dying struct {
	Unit     string
	From, To calendar.Day
	Deaths   int
	Under5   int  // -1 is not known
	Days     int  // without those of which only a count tells that reaches beyond the period
	Reported bool // somebody told of some day of it
	// Start and End are headcounts of one source around the period; the zero one is none.
	Start, End alert.Headcount
	Left       []Entry // that reach beyond the period, or say again what a count says
	Crude      epi.PoissonRate
	CrudeNo    Refusal
	Child      epi.PoissonRate
	ChildNo    Refusal
}

const perMortality = 10_000

// Mortality works out deaths per 10,000 a day. A count holds where it covers a day;
// lines of days that a count covers say the same deaths again and are left out, as are
// counts that reach beyond the period, with the days that nothing else tells of.
func Mortality(unit string, from, to calendar.Day, entries []Entry, counted []alert.Headcount) Dying {
	out := Dying{Unit: unit, From: from, To: to}
	within := func(e Entry) bool { return e.From >= from && e.To <= to }
	covered := func(day calendar.Day, by func(Entry) bool) bool {
		return slices.ContainsFunc(entries, func(e Entry) bool { return e.From <= day && day <= e.To && by(e) })
	}
	count := func(e Entry) bool { return within(e) && e.How == AsCount }
	for day := from; day <= to; day++ {
		told := covered(day, within)
		out.Reported = out.Reported || told
		if told || !covered(day, func(e Entry) bool { return !within(e) }) {
			out.Days++
		}
	}
	for _, e := range entries {
		if !within(e) || e.How == OneByOne && covered(e.From, count) {
			out.Left = append(out.Left, e)
			continue
		}
		out.Deaths += e.Deaths
		if e.Under5 < 0 && e.Deaths > 0 {
			out.Under5 = -1
		} else if out.Under5 >= 0 {
			out.Under5 += max(e.Under5, 0)
		}
	}
	out.Start, out.End = around(counted, from, to)
	out.rates()
	return out
}

// around are the last headcounts up to the beginning and up to the end of a period, of
// one source: that of the latest. Where it did not count before the period, its first
// count in it stands for the beginning.
func around(counted []alert.Headcount, from, to calendar.Day) (start, end alert.Headcount) {
	list := slices.Clone(counted)
	slices.SortStableFunc(list, func(a, b alert.Headcount) int { return int(b.On - a.On) })
	for _, h := range list {
		if h.On > to {
			continue
		}
		if end.On == 0 {
			end = h
		}
		if h.Source != end.Source {
			continue
		}
		if start = h; h.On <= from {
			break
		}
	}
	return start, end
}

func (d *Dying) rates() {
	if d.CrudeNo, d.ChildNo = NotReported, NotReported; !d.Reported {
		return
	}
	d.CrudeNo, d.ChildNo = NoPopulation, NoPopulation
	if d.End.On == 0 {
		return
	}
	people := float64(d.Start.People+d.End.People) / 2
	if r, err := epi.EstimateRate(float64(d.Deaths), people*float64(d.Days), perMortality); err == nil {
		d.Crude, d.CrudeNo = r, refusalOf(r.State)
	}
	if d.Under5 < 0 || d.End.Under5 <= 0 {
		return
	}
	children := float64(d.End.Under5)
	if d.Start.Under5 > 0 {
		children = float64(d.Start.Under5+d.End.Under5) / 2
	}
	if r, err := epi.EstimateRate(float64(d.Under5), children*float64(d.Days), perMortality); err == nil {
		d.Child, d.ChildNo = r, refusalOf(r.State)
	}
}

// facts are what pack mortality reads.
func (d Dying) facts() decision.Input {
	in := decision.Input{On: d.To, Facts: map[string]decision.Fact{}}
	put := func(name string, v value.Value) {
		in.Facts[name] = decision.Fact{Value: v, AsOf: d.To.Date()}
	}
	put("period_end", value.Day(int(d.To)))
	if d.Reported {
		put("deaths", value.Number(float64(d.Deaths)))
		put("period_days", value.Number(float64(d.Days)))
	}
	put("mortality_method", value.Text("mid_period"))
	put("baseline_known", value.Of(false))
	if d.Reported && d.Under5 >= 0 {
		put("deaths_u5", value.Number(float64(d.Under5)))
	}
	if d.End.On != 0 {
		put("pop_start", value.Number(float64(d.Start.People)))
		put("pop_end", value.Number(float64(d.End.People)))
		put("population_age_days", value.Number(float64(d.To-d.End.On)))
		if d.End.Under5 > 0 {
			put("pop_u5", value.Number(float64(d.End.Under5)))
		}
	}
	return in
}
