package flow

import (
	"math"
	"slices"
)

// Periods are an incubation and an infectious period in days, drawn together.
type Periods struct{ Incubation, Infectious float64 }

// Source is the place of an outbreak in a window of time.
type Source struct {
	Cases         float64 // reported in the window
	Ascertainment float64 // the share of infections that is reported, more than 0 to 1
	Population    float64 // persons
	Window        float64 // days between the first and the last case
}

// Corridor is the travel between a source and one destination in the same window.
type Corridor struct {
	Residents Amount  // of the source who travel to the destination, persons in the window
	Visitors  Amount  // from the destination who stay at the source and return, persons in the window
	Stay      float64 // days that a visitor stays
	Reduction float64 // d: the share of infected residents who do not travel or are stopped, 0 to 1
}

// Route is one source and its corridor to the destination of a forecast.
type Route struct {
	Source   Source
	Corridor Corridor
}

// Importation is how many infected travellers to expect at a destination in the
// window. Unknown travellers make it Unknown.
type Importation struct {
	State    State
	Cases    Interval // mean over the draws, 2.5 and 97.5 % quantiles
	Exported float64  // the residents among the mean
	Returned float64  // the visitors among the mean
	Any      float64  // P(≥1), the mean over the draws of 1 - e^-λ
	OnePer   OnePer   // travellers of both kinds a case
	Lambdas  []float64
}

func (s Source) valid() error {
	if err := first(atLeastZero("cases", "", s.Cases), probability("ascertainment", "", s.Ascertainment), positive("population", "", s.Population), positive("window", "", s.Window)); err != nil {
		return err
	}
	switch {
	case s.Ascertainment == 0:
		return bad("ascertainment", "", "is 0: nothing that is reported says anything then; give the share of infections that is reported")
	case s.Cases/s.Ascertainment > s.Population:
		return bad("cases", "", "%v at ascertainment %v are more infections than the %v people who live there", s.Cases, s.Ascertainment, s.Population)
	}
	return nil
}

func (c Corridor) valid() error {
	for _, a := range []struct {
		name string
		n    Amount
	}{{"travellers_to", c.Residents}, {"travellers_from", c.Visitors}} {
		if a.n.Known {
			if err := atLeastZero(a.name, "", a.n.Value); err != nil {
				return err
			}
		}
	}
	return first(atLeastZero("length_of_stay", "", c.Stay), probability("reduction", "", c.Reduction))
}

// Expected is λ of one route for one pair of periods (Dorigatti 2017):
//
//	exported = (C/asc)/N · T · min(1, (T_E+T_I)/W) · (1-d)
//	returned = V · (C/asc) L/(N W) · min(1, (T_E+T_I)/L)
//
// The input must be valid and the travellers known; Forecast checks both.
func (r Route) Expected(p Periods) (exported, returned float64) {
	s, c := r.Source, r.Corridor
	infections, days := s.Cases/s.Ascertainment, p.Incubation+p.Infectious
	exported = infections * (c.Residents.Value / s.Population) * math.Min(1, days/s.Window) * (1 - c.Reduction)
	if c.Stay > 0 {
		returned = c.Visitors.Value * (infections * c.Stay / (s.Population * s.Window)) * math.Min(1, days/c.Stay)
	}
	return exported, returned
}

// Forecast is the expected importation to one destination from all its routes, over
// draws of the periods that all routes share.
func Forecast(routes []Route, draws []Periods) (Importation, error) {
	if len(routes) == 0 {
		return Importation{}, bad("routes", "", "are none")
	}
	if len(draws) == 0 {
		return Importation{}, bad("draws", "", "are none; give drawn periods, or distributions and a seed")
	}
	travellers := 0.0
	known := true
	for _, r := range routes {
		if err := first(r.Source.valid(), r.Corridor.valid()); err != nil {
			return Importation{}, err
		}
		known = known && r.Corridor.Residents.Known && r.Corridor.Visitors.Known
		travellers += r.Corridor.Residents.Value + r.Corridor.Visitors.Value
	}
	for _, d := range draws {
		if err := first(atLeastZero("incubation", "", d.Incubation), atLeastZero("infectious", "", d.Infectious)); err != nil {
			return Importation{}, err
		}
	}
	if !known {
		return Importation{}, nil
	}
	f := Importation{State: Known, Lambdas: make([]float64, len(draws))}
	for i, d := range draws {
		for _, r := range routes {
			exported, returned := r.Expected(d)
			f.Lambdas[i] += exported + returned
			f.Exported += exported
			f.Returned += returned
		}
		f.Any += -math.Expm1(-f.Lambdas[i])
	}
	n := float64(len(draws))
	f.Exported, f.Returned, f.Any = f.Exported/n, f.Returned/n, f.Any/n
	return f, f.summarise(travellers)
}

// summarise fills the interval and the travellers a case.
func (f *Importation) summarise(travellers float64) (err error) {
	sorted := slices.Sorted(slices.Values(f.Lambdas))
	f.Cases = Interval{Mid: f.Exported + f.Returned, Low: quantile(sorted, 0.025), High: quantile(sorted, 0.975), Level: 0.95}
	if len(f.Lambdas) == 1 {
		f.Cases = Interval{Mid: f.Lambdas[0], Low: f.Lambdas[0], High: f.Lambdas[0]}
	}
	// Nobody travels, or a stay much longer than the window counts one visitor for
	// several infections: then there is no chance for each traveller to speak of.
	if travellers == 0 || f.Cases.High > travellers {
		return nil
	}
	// The mean of a skewed λ can lie outside its quantiles; the estimate of travellers a
	// case is then given without limits rather than with limits that exclude it.
	risk := Interval{Mid: f.Cases.Mid / travellers, Low: f.Cases.Low / travellers, High: f.Cases.High / travellers, Level: f.Cases.Level}
	if risk.Mid < risk.Low || risk.Mid > risk.High {
		risk = Interval{Mid: risk.Mid, Low: risk.Mid, High: risk.Mid}
	}
	f.OnePer, err = Per(risk)
	return err
}

// Prevalence is who is infected at the source at one moment (ECDC 2026).
type Prevalence struct {
	Incubating, Infectious                   float64 // persons
	Population                               float64 // persons
	IncubatingReduction, InfectiousReduction float64 // the share of each who do not travel or are stopped
}

// TravellerRisk is the chance that one traveller who leaves the source is infected
// and travels on: E/N (1-d_E) + I/N (1-d_I).
func TravellerRisk(p Prevalence) (float64, error) {
	if err := first(atLeastZero("incubating", "", p.Incubating), atLeastZero("infectious", "", p.Infectious), positive("population", "", p.Population),
		probability("reduction of incubating", "", p.IncubatingReduction), probability("reduction of infectious", "", p.InfectiousReduction)); err != nil {
		return 0, err
	}
	if p.Incubating+p.Infectious > p.Population {
		return 0, bad("incubating and infectious", "", "are more people than the population")
	}
	return p.Incubating/p.Population*(1-p.IncubatingReduction) + p.Infectious/p.Population*(1-p.InfectiousReduction), nil
}

// AnyOf is the chance that at least one of n travellers is infected: 1 - (1-p)^n.
func AnyOf(risk, travellers float64) (float64, error) {
	if err := first(probability("risk per traveller", "", risk), atLeastZero("travellers", "", travellers)); err != nil {
		return 0, err
	}
	if risk == 1 {
		return math.Min(1, travellers), nil
	}
	return -math.Expm1(travellers * math.Log1p(-risk)), nil
}
