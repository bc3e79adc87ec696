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

// Forecasted is how many infected travellers to expect in the days ahead, where infection
// goes on as in the window and people travel as they were counted (Dorigatti 2017; ECDC
// 2026 for the two shares who stay). Each draw of the assumptions holds for all places.
func Forecasted(in ForecastInput) (Forecast, error) {
	f := Forecast{ForecastInput: in}
	if f.Absent = in.absent(); f.Absent != "" {
		return f, nil
	}
	list := make([]flow.Assumption, len(in.Assumed))
	for i, a := range in.Assumed {
		list[i] = a.Assumption
	}
	draws, err := flow.Draw(list, in.Seed, in.Draws)
	if err != nil {
		return f, err
	}
	scale := float64(in.Days) / in.Flows.Days()
	for _, unit := range slices.Sorted(maps.Keys(in.Cases)) {
		o, err := in.origin(unit, draws, scale)
		if err != nil {
			return f, err
		}
		f.Origins = append(f.Origins, o)
	}
	slices.SortStableFunc(f.Origins, func(a, b Origin) int { return cmp.Compare(b.Cases, a.Cases) })
	all := make([]float64, len(draws))
	lasts, err := lasting(draws)
	if err != nil {
		return f, err
	}
	for _, to := range in.Places {
		if err := f.destination(to, draws, lasts, scale, all); err != nil {
			return f, err
		}
	}
	if len(f.Destinations) == 0 {
		f.Absent = "data"
		return f, nil
	}
	slices.SortStableFunc(f.Destinations, func(a, b Destination) int { return cmp.Compare(b.Cases.Mid, a.Cases.Mid) })
	slices.SortStableFunc(f.Corridors, func(a, b Corridor) int { return cmp.Compare(b.Cases.Mid, a.Cases.Mid) })
	if f.All, err = flow.IntervalOf(all); err != nil {
		return f, err
	}
	// Of a chain that goes on nothing enters how many cases come.
	f.Influences, err = flow.Sensitivity(list[:atInfects], cut(draws, atInfects), all, func(v []float64) float64 { return f.expected(v, scale) })
	return f, err
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
func (in ForecastInput) risk(unit string, people float64, v []float64) (risk float64, possible bool) {
	infected := float64(in.Cases[unit]) / v[atReported] / people
	days := v[atIncubation] + v[atIll]
	travel := (v[atIncubation]*(1-v[atStayIncubating]) + v[atIll]*(1-v[atStayIll])) / days
	return math.Min(1, infected) * math.Min(1, days/float64(in.Window)) * travel, infected <= 1
}

func (in ForecastInput) origin(unit string, draws [][]float64, scale float64) (Origin, error) {
	o := Origin{Unit: unit, Cases: in.Cases[unit], NoFlow: in.Flows.Rows[unit] == nil}
	for _, v := range in.Flows.Rows[unit] {
		if v != nil {
			o.Leave += *v * scale
		}
	}
	people, known := in.People[unit]
	if !known || people <= 0 {
		return o, nil
	}
	o.People = flow.Of(people)
	o.risks = make([]float64, len(draws))
	each := make([]float64, len(draws))
	for i, v := range draws {
		risk, possible := in.risk(unit, people, v)
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
func (f *Forecast) destination(to string, draws [][]float64, lasts []float64, scale float64, all []float64) error {
	d := Destination{Unit: to}
	sums := make([]float64, len(draws))
	for _, o := range f.Origins {
		a := f.Flows.At(o.Unit, to)
		if !a.Known || o.risks == nil {
			continue
		}
		d.Listed++
		people := a.Value * scale
		d.People += people
		if people == 0 {
			continue
		}
		for i, v := range draws {
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
	if err := d.summarise(sums, draws, lasts); err != nil {
		return err
	}
	f.Destinations = append(f.Destinations, d)
	return nil
}

// summarise fills in what the draws say of a destination.
func (d *Destination) summarise(sums []float64, draws [][]float64, lasts []float64) (err error) {
	if d.Cases, err = flow.IntervalOf(sums); err != nil {
		return err
	}
	risks, outbreak := make([]float64, len(sums)), 0.0
	for i, lambda := range sums {
		d.Any += -math.Expm1(-lambda)
		outbreak += -math.Expm1(-lambda * lasts[i]) // as flow.OutbreakGiven
		if travel := d.People * draws[i][atTravel]; travel > 0 {
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
	for _, o := range f.Origins {
		if o.risks == nil {
			continue
		}
		risk, _ := f.risk(o.Unit, o.People.Value, v)
		for _, to := range f.Places {
			sum += f.Flows.Listed(o.Unit, to) * scale * v[atTravel] * risk
		}
	}
	return sum
}
