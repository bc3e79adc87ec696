package mobility

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/godwit-health/godwit/engine/flow"
)

// The places of the assumptions in a draw, in the order of ForecastAsks.
const (
	atReported = iota
	atIncubation
	atIll
	atStayIncubating
	atStayIll
	atTravel
	atInfects
	atSpread
)

// Timing is the code of what is not known of when the cases of a window fell ill.
const Timing = "timing"

// drawn are the draws of a forecast.
type drawn struct {
	list   []flow.Assumption
	values [][]float64 // by draw, in the order of ForecastAsks
	when   []float64   // where in the reports that the window cuts the cases lie, -1 to 1
	lasts  []float64   // the chance that the chain of one case goes on
	scale  float64     // days ahead by days of the flows
}

// timing is where in the reports that the window cuts the cases lie: from the least that
// the window can have of them to the most.
var timing = flow.Assumption{Name: Timing, Low: -1, High: 1}

// draw draws what is assumed. Timing has a draw of its own, the same for all places, so
// that the limits of all together are the widest. Its stream is another: a seed gives what
// it always gave where every report lies within the window.
func (in ForecastInput) draw() (d drawn, err error) {
	for _, a := range in.Assumed {
		d.list = append(d.list, a.Assumption)
	}
	d.scale = float64(in.Days) / in.Flows.Days()
	if d.values, err = flow.Draw(d.list, in.Seed, in.Draws); err != nil {
		return d, err
	}
	when, err := flow.Draw([]flow.Assumption{timing}, ^in.Seed, in.Draws)
	if err != nil {
		return d, err
	}
	for _, w := range when {
		d.when = append(d.when, w[0])
	}
	d.lasts, err = lasting(d.values)
	return d, err
}

// Forecasted is how many infected travellers to expect in the days ahead, where infection
// goes on as in the window and people travel as they were counted (Dorigatti 2017; ECDC
// 2026 for the two shares who stay). Each draw of the assumptions holds for all places. Of
// a place that reported nothing in the window nothing is computed, and it is named.
func Forecasted(in ForecastInput) (Forecast, error) {
	f := Forecast{ForecastInput: in}
	if f.Absent = in.absent(); f.Absent != "" {
		return f, nil
	}
	d, err := in.draw()
	if err != nil {
		return f, err
	}
	if err := f.origins(d); err != nil {
		return f, err
	}
	all := make([]float64, len(d.values))
	for _, to := range in.Places {
		if err := f.destination(to, d, all); err != nil {
			return f, err
		}
	}
	switch {
	case len(f.Silent) == len(f.Origins):
		f.Absent = "silent"
	case len(f.Destinations) == 0:
		f.Absent = "data"
	}
	if f.Absent != "" {
		return f, nil
	}
	slices.SortStableFunc(f.Destinations, func(a, b Destination) int { return cmp.Compare(b.Cases.Mid, a.Cases.Mid) })
	slices.SortStableFunc(f.Corridors, func(a, b Corridor) int { return cmp.Compare(b.Cases.Mid, a.Cases.Mid) })
	if f.All, err = flow.IntervalOf(all); err != nil {
		return f, err
	}
	return f, f.influences(d, all)
}

// origins are the affected places, those with the most cases first.
func (f *Forecast) origins(d drawn) error {
	for _, unit := range slices.Sorted(maps.Keys(f.Cases)) {
		o, err := f.origin(unit, d)
		if err != nil {
			return err
		}
		f.Origins = append(f.Origins, o)
		if !o.Cases.Known() {
			f.Silent = append(f.Silent, unit)
		}
	}
	slices.SortStableFunc(f.Origins, func(a, b Origin) int { return cmp.Compare(b.Cases.Likely, a.Cases.Likely) })
	return nil
}

// influences says what the sum hangs on. Of a chain that goes on nothing enters how many
// cases come; of timing nothing where no report is cut.
func (f *Forecast) influences(d drawn, all []float64) (err error) {
	list, values := slices.Clone(d.list[:atInfects]), cut(d.values, atInfects)
	if slices.ContainsFunc(f.Origins, func(o Origin) bool { return o.risks != nil && !o.Cases.Exact() }) {
		list = append(list, timing)
		for i := range values {
			values[i] = append(slices.Clone(values[i]), d.when[i])
		}
	}
	f.Influences, err = flow.Sensitivity(list, values, all, func(v []float64) float64 { return f.expected(v, d.scale) })
	return err
}

// lasting is, by draw, the chance that the chain of one case goes on: it is the same
// wherever the case comes to.
func lasting(draws [][]float64) ([]float64, error) {
	out := make([]float64, len(draws))
	for i, v := range draws {
		q, err := flow.Extinction(v[atInfects], v[atSpread])
		if err != nil {
			return nil, err
		}
		out[i] = 1 - q
	}
	return out, nil
}

func cut(draws [][]float64, n int) [][]float64 {
	out := make([][]float64, len(draws))
	for i, d := range draws {
		out[i] = d[:n]
	}
	return out
}

// absent says why there is nothing to forecast.
func (in ForecastInput) absent() string {
	switch {
	case len(in.Cases) == 0:
		return "affected"
	case in.Flows == nil:
		return "flows"
	case in.Flows.Days() == 0:
		return "period"
	case len(in.Places) == 0:
		return "candidates"
	case len(in.Assumed) != len(ForecastAsks):
		return "assumptions"
	}
	return ""
}

// risk is the chance that one traveller from a place is infected, at one set of values:
// infections in the window by inhabitant, the share of the window in which somebody is
// infected, and who of them travels. More infections than people is impossible.
func (in ForecastInput) risk(unit string, people float64, v []float64, when float64) (risk float64, possible bool) {
	infected := in.Cases[unit].At(when) / v[atReported] / people
	days := v[atIncubation] + v[atIll]
	travel := (v[atIncubation]*(1-v[atStayIncubating]) + v[atIll]*(1-v[atStayIll])) / days
	return math.Min(1, infected) * math.Min(1, days/float64(in.Window)) * travel, infected <= 1
}

func (in ForecastInput) origin(unit string, d drawn) (Origin, error) {
	o := Origin{Unit: unit, Cases: in.Cases[unit], NoFlow: in.Flows.Rows[unit] == nil}
	for _, v := range in.Flows.Rows[unit] {
		if v != nil {
			o.Leave += *v * d.scale
		}
	}
	people, known := in.People[unit]
	if !known || people <= 0 {
		return o, nil
	}
	o.People = flow.Of(people)
	if !o.Cases.Known() { // nobody reported: that is not nobody ill
		return o, nil
	}
	o.risks = make([]float64, len(d.values))
	each := make([]float64, len(d.values))
	for i, v := range d.values {
		risk, possible := in.risk(unit, people, v, d.when[i])
		o.risks[i], o.Impossib = risk, o.Impossib || !possible
		each[i] = risk * v[atTravel]
	}
	var err error
	if o.each, err = flow.IntervalOf(each); err != nil {
		return o, err
	}
	o.OnePer, err = onePer(o.risks)
	return o, err
}

// onePer is one case per N travellers of drawn risks.
func onePer(risks []float64) (flow.OnePer, error) {
	i, err := flow.IntervalOf(risks)
	if err != nil {
		return flow.OnePer{}, err
	}
	return flow.Per(i)
}

// destination adds a place, its corridors, and what comes to it by draw to all. A place
// to which nobody is listed to travel from anywhere affected is left out: nothing is
// known of it, which is not that nobody comes.
func (f *Forecast) destination(to string, w drawn, all []float64) error {
	d := Destination{Unit: to}
	sums := make([]float64, len(w.values))
	for _, o := range f.Origins {
		a := f.Flows.At(o.Unit, to)
		if a.Known && !o.Cases.Known() {
			d.Silent++
		}
		if !a.Known || o.risks == nil {
			continue
		}
		d.Listed++
		people := a.Value * w.scale
		d.People += people
		if people == 0 {
			continue
		}
		for i, v := range w.values {
			sums[i] += people * v[atTravel] * o.risks[i]
		}
		// Of one origin all ways have the same draws, people apart.
		i := o.each
		i.Mid, i.Low, i.High = i.Mid*people, i.Low*people, i.High*people
		f.Corridors = append(f.Corridors, Corridor{From: o.Unit, To: to, People: people, OnePer: o.OnePer, Cases: i})
	}
	if d.Listed == 0 {
		return nil
	}
	for i := range sums {
		all[i] += sums[i]
	}
	if err := d.summarise(sums, w); err != nil {
		return err
	}
	f.Destinations = append(f.Destinations, d)
	return nil
}

// summarise fills in what the draws say of a destination.
func (d *Destination) summarise(sums []float64, w drawn) (err error) {
	if d.Cases, err = flow.IntervalOf(sums); err != nil {
		return err
	}
	risks, outbreak := make([]float64, len(sums)), 0.0
	for i, lambda := range sums {
		d.Any += -math.Expm1(-lambda)
		outbreak += -math.Expm1(-lambda * w.lasts[i]) // as flow.OutbreakGiven
		if travel := d.People * w.values[i][atTravel]; travel > 0 {
			risks[i] = lambda / travel
		}
	}
	n := float64(len(sums))
	d.Any, d.Outbreak = d.Any/n, flow.Of(outbreak/n)
	d.OnePer, err = onePer(risks)
	return err
}

// expected is how many come to all destinations at one set of values.
func (f Forecast) expected(v []float64, scale float64) (sum float64) {
	when := 0.0
	if len(v) > atInfects {
		when = v[atInfects]
	}
	for _, o := range f.Origins {
		if o.risks == nil {
			continue
		}
		risk, _ := f.risk(o.Unit, o.People.Value, v, when)
		for _, to := range f.Places {
			sum += f.Flows.Listed(o.Unit, to) * scale * v[atTravel] * risk
		}
	}
	return sum
}
