package analysis

import (
	"math"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

const (
	// leastCases is how many cases a week needs for a reproduction number (Cori 2013
	// advises a posterior coefficient of variation of 0.3, which about 12 cases give).
	leastCases = 12
	// freshDays is how many days before the end of a series may still gain cases, so that
	// what is worked out of them is marked.
	freshDays = 7
	perAttack = 10_000
	// leastBins is how many days with cases a growth rate needs.
	leastBins = 5
)

// Make works a desk out of what was counted up to today: reported by the day of report,
// onsets by that of onset, also of the days before the period who may have infected
// those of its first days.
func Make(a Asked, today calendar.Day, d surveillance.Disease, reported, onsets []linelist.Tallied, people int, serial, delay Interval, speciesKnown bool) Desk {
	out := Desk{Asked: a, Name: d, People: people, Serial: serial, Delay: delay, Agent: d.Agent, reported: reported, onsets: onsets, today: today}
	out.count(reported)
	out.curve(onsets)
	out.attack()
	out.fatality(today, speciesKnown)
	out.reproduction(today, speciesKnown, onsets)
	out.growth()
	return out
}

func (d *Desk) count(reported []linelist.Tallied) {
	classes, ages, sites := map[string]*Line{}, map[string]*Line{}, map[string]*Line{}
	add := func(m map[string]*Line, key string, k linelist.Tallied) {
		if m[key] == nil {
			m[key] = &Line{Key: key}
		}
		m[key].Cases += k.N
		if k.Dead() {
			m[key].Deaths += k.N
		}
	}
	for _, k := range reported {
		if d.Site != "" && k.Site != d.Site {
			continue
		}
		if !k.Class.Counts() {
			d.Others += k.N
			continue
		}
		d.Cases += k.N
		switch k.Class {
		case linelist.Suspected:
			d.Suspected += k.N
		case linelist.Probable:
			d.Probable += k.N
		default:
			d.Confirmed += k.N
		}
		switch k.Ending {
		case linelist.Dead:
			d.Deaths += k.N
		case linelist.Recovered:
			d.Recovered += k.N
		}
		switch k.Imported {
		case value.Yes:
			d.Imported += k.N
		case value.No:
		default:
			d.OriginUnknown += k.N
		}
		if k.Onset != value.Yes {
			d.NoOnset += k.N
		}
		add(classes, string(k.Class), k)
		add(ages, string(k.Age), k)
		add(sites, k.Site, k)
	}
	d.Classes, d.Ages, d.Sites = sorted(classes), sorted(ages), sorted(sites)
}

func sorted(m map[string]*Line) (out []Line) {
	for _, l := range m {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Line) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return out
}

const (
	// mostDays is how long a period may be: two years.
	mostDays = 731
	// mostOutcomes is up to how many days from its beginning outcomes are counted: five
	// years, when all are known.
	mostOutcomes = 5 * 366
)

func (d *Desk) curve(onsets []linelist.Tallied) {
	for day := d.From; day <= d.To && len(d.Days) < mostDays; day++ {
		d.Days = append(d.Days, DayCases{Day: day})
	}
	d.fill(d.Days, onsets)
	for _, day := range d.Days {
		week := surveillance.WeekPeriod(day.Day)
		if n := len(d.Weekly); n == 0 || d.Weekly[n-1].Week != week {
			d.Weekly = append(d.Weekly, WeekLine{Week: week})
		}
		w := &d.Weekly[len(d.Weekly)-1]
		w.Local, w.Imported, w.Unknown, w.Deaths = w.Local+day.Local, w.Imported+day.Imported, w.Unknown+day.Unknown, w.Deaths+day.Deaths
	}
}

// fill counts onsets into days without a gap.
func (d *Desk) fill(days []DayCases, onsets []linelist.Tallied) {
	for _, k := range onsets {
		if len(days) == 0 || d.Site != "" && k.Site != d.Site || !k.Class.Counts() {
			continue
		}
		i := int(k.Day - days[0].Day)
		if i < 0 || i >= len(days) {
			continue
		}
		switch k.Imported {
		case value.Yes:
			days[i].Imported += k.N
		case value.No:
			days[i].Local += k.N
		default:
			days[i].Unknown += k.N
		}
		if k.Dead() {
			days[i].Deaths += k.N
		}
	}
}

func (d *Desk) attack() {
	if d.People <= 0 {
		d.AttackNo = NoPopulation
		return
	}
	r, err := epi.AttackRate(float64(d.Cases), float64(d.People), perAttack)
	if err != nil {
		d.AttackNo = NotDetermined // more cases than people
		return
	}
	d.Attack, d.AttackNo = r, refusalOf(r.State)
}

// refusalOf is a state of package epi as a refusal.
func refusalOf(s epi.State) Refusal {
	if s == epi.Stands {
		return Given
	}
	return Refusal(s.String())
}

// fatality is how many die. How a case ended is what is known today, so the outcomes are
// counted up to today too: days without an onset follow a period that is over.
func (d *Desk) fatality(today calendar.Day, speciesKnown bool) {
	one := func(cases, deaths int) (epi.Fatality, Refusal) {
		f, err := epi.CrudeFatality([]float64{float64(cases)}, []float64{float64(deaths)})
		if err != nil {
			return f, NotDetermined
		}
		return f, refusalOf(f.State)
	}
	d.Crude, d.CrudeNo = one(d.Cases, d.Deaths)
	d.Settled, d.SettledNo = one(d.Deaths+d.Recovered, d.Deaths)
	if d.Recovered == 0 {
		d.SettledNo = NotDetermined // nobody noted who recovered: all would have died
	}
	switch {
	case !speciesKnown:
		d.DelayedNo = SpeciesUnknown
		return
	case !d.Delay.Known():
		d.DelayedNo = NoDelay
		return
	}
	cases, deaths := make([]float64, len(d.Days)), make([]float64, len(d.Days))
	for i, day := range d.Days {
		cases[i], deaths[i] = float64(day.All()), float64(day.Deaths)
	}
	for day := d.To + 1; day <= today && len(cases) < mostOutcomes; day++ {
		cases, deaths = append(cases, 0), append(deaths, 0)
	}
	f, err := epi.DelayedFatality(cases, deaths, epi.GammaDelay{Shape: d.Delay.A, Scale: d.Delay.B})
	if err != nil {
		d.DelayedNo = NotDetermined
		return
	}
	d.Delayed, d.DelayedNo = f, refusalOf(f.State)
}

// lead is how many days before a period hold those who infected somebody in it: all
// but a few in a thousand.
func lead(serial Interval) calendar.Day {
	if !serial.Known() {
		return 0
	}
	return calendar.Day(min(math.Ceil(serial.A+3*serial.B), mostDays))
}

// reproduction asks for the days from the first case on, of which those before the
// period only infect. Whose origin nobody knows counts as infected here, which makes the
// number too high rather than too low.
func (d *Desk) reproduction(today calendar.Day, speciesKnown bool, onsets []linelist.Tallied) {
	switch {
	case !speciesKnown && !d.Serial.Reader:
		d.RtNo = SpeciesUnknown
		return
	case !d.Serial.Known():
		d.RtNo = NoInterval
		return
	}
	before := lead(d.Serial)
	days := make([]DayCases, int(before)+len(d.Days))
	for i := range days {
		days[i].Day = d.From - before + calendar.Day(i)
	}
	d.fill(days, onsets)
	first := slices.IndexFunc(days, func(x DayCases) bool { return x.All() > 0 })
	if first < 0 {
		d.RtNo = TooFew
		return
	}
	days = days[first:]
	in := epi.Incidence{Total: make([]float64, len(days)), Imported: make([]float64, len(days))}
	for i, x := range days {
		in.Total[i], in.Imported[i] = float64(x.All()), float64(x.Imported)
	}
	points, err := epi.Reproduction{MeanSI: d.Serial.A, SDSI: d.Serial.B, MinCases: leastCases, Quantiles: []float64{0.025, 0.975}}.Estimate(in)
	if err != nil {
		d.RtNo = TooShort
		return
	}
	given := false
	points = slices.DeleteFunc(points, func(p epi.RtPoint) bool { return days[p.End].Day < d.From })
	for _, p := range points {
		r := RtDay{Day: days[p.End].Day, Local: int(p.Local), No: refusalOf(p.State), Fresh: days[p.End].Day > today-freshDays}
		if p.State == epi.Stands {
			r.Mean, r.Low, r.High, given = p.Mean, p.Quantiles[0], p.Quantiles[1], true
		}
		d.Rt = append(d.Rt, r)
	}
	if !given {
		d.RtNo = TooFew
		if len(points) > 0 {
			d.RtNo = refusalOf(points[len(points)-1].State)
		}
	}
}

// growth fits the days up to the highest, which is the growth phase as far as the data
// show it; where the highest day is not the last, it stops there and says so.
func (d *Desk) growth() {
	first, peak := -1, -1
	for i, x := range d.Days {
		if x.All() > 0 && first < 0 {
			first = i
		}
		if first >= 0 && (peak < 0 || x.All() >= d.Days[peak].All()) {
			peak = i
		}
	}
	if first < 0 {
		d.GrowthNo = TooFew
		return
	}
	var cases []float64
	withCases, sum := 0, 0
	for _, x := range d.Days[first : peak+1] {
		cases = append(cases, float64(x.All()))
		sum += x.All()
		if x.All() > 0 {
			withCases++
		}
	}
	if withCases < leastBins || sum < leastCases {
		d.GrowthNo = TooFew
		return
	}
	g, err := epi.EstimateGrowth(cases, 1)
	if err != nil {
		d.GrowthNo = NotDetermined
		return
	}
	d.Growth, d.GrowthNo = g, refusalOf(g.State)
}

// round shows a number to so many places, and nothing that is no number.
func round(f float64, places int) (float64, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	p := math.Pow(10, float64(places))
	return math.Round(f*p) / p, true
}

// Valid says what is wrong with a period.
func (a Asked) Valid() bool {
	return a.From > 0 && a.To >= a.From && a.To-a.From < mostDays
}

// period is the first period that a desk shows: the twelve weeks up to a day.
func period(today calendar.Day) (from, to calendar.Day) { return today - 12*7 + 1, today }
