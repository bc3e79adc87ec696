package epi

import "math"

// Fatality is the risk of death of a case.
type Fatality struct {
	Cases, Deaths float64
	// Outcomes are the cases whose outcome can be known by the end of the series: for
	// the crude risk all of them.
	Outcomes float64
	Risk     float64
	Interval Interval // 95 %
	State    State
}

// CrudeFatality is deaths over cases with the exact interval. While an outbreak runs it
// is too low, because those who will die are still among the cases.
func CrudeFatality(cases, deaths []float64) (Fatality, error) {
	c, d, err := totals(cases, deaths)
	if err != nil {
		return Fatality{}, err
	}
	f := Fatality{Cases: c, Deaths: d, Outcomes: c, Risk: math.NaN(), Interval: noInterval()}
	switch {
	case c == 0 && d == 0:
		f.State = NotIdentifiable
		return f, nil
	case d > c:
		f.State = MoreDeathsThanOutcomes
		return f, nil
	}
	f.Risk, f.Interval, f.State = d/c, exact(d, c, 0.95), Stands
	return f, nil
}

// GammaDelay is the delay from onset (or report) to death: a gamma distribution, in
// days.
type GammaDelay struct{ Shape, Scale float64 }

// Density is the density at a whole number of days.
func (d GammaDelay) Density(day int) float64 { return gammaDensity(float64(day), d.Shape, d.Scale) }

func (d GammaDelay) check() error {
	for _, c := range []struct {
		name  string
		value float64
	}{{"shape", d.Shape}, {"scale", d.Scale}} {
		if !(c.value > 0) || math.IsInf(c.value, 1) {
			return refuse(c.name, "%g is not above 0", c.value)
		}
	}
	if d.Shape < 1 {
		return refuse("shape", "%g: below 1 the density of the first day is infinite; give a delay of shape 1 or more", d.Shape)
	}
	return nil
}

// riskStep is the grid on which the reference program looks for the likelihood's top;
// its answers have these four decimals, and so do ours.
const riskStep = 1e-4

// DelayedFatality corrects for the delay to death. Of the cases of day t those have a
// known outcome by the last day who would have died by then, if they were to die:
//
//	Outcomes = Σ t Σ j≤t cases(t-j) · density(j)
//
// The risk maximises the binomial likelihood of the deaths among them; its interval
// holds what is within 1.92 of the top (95 % by the likelihood ratio). Both are given to
// four decimals, on the grid of the reference program, which from 100 cases on can also
// approximate the likelihood; we never do.
//
// More deaths than outcomes answers MoreDeathsThanOutcomes: the delay is too long for
// these data, the cases are too few for the deaths, or the days are not those of onset.
//
// Sources: H. Nishiura, D. Klinkenberg, M. Roberts, J. Heesterbeek, "Early
// epidemiological assessment of the virulence of emerging infectious diseases", PLoS
// ONE 4 (2009) e6852; the manual of R cfr, cfr_static.
func DelayedFatality(cases, deaths []float64, delay GammaDelay) (Fatality, error) {
	if err := delay.check(); err != nil {
		return Fatality{}, err
	}
	c, d, err := totals(cases, deaths)
	if err != nil {
		return Fatality{}, err
	}
	f := Fatality{Cases: c, Deaths: d, Risk: math.NaN(), Interval: noInterval()}
	f.Outcomes = knownOutcomes(cases, delay)
	if c == 0 && d == 0 || math.Round(f.Outcomes) == 0 && d == 0 {
		f.State = NotIdentifiable
		return f, nil
	}
	if d > f.Outcomes {
		f.State = MoreDeathsThanOutcomes
		return f, nil
	}
	f.Risk, f.Interval = likeliestRisk(d, f.Outcomes)
	if d == 0 { // the grid begins above it
		f.Risk, f.Interval.Low = 0, 0
	}
	f.State = Stands
	return f, nil
}

// totals checks the two series and sums them.
func totals(cases, deaths []float64) (c, d float64, err error) {
	if err := checkCounts("cases", cases); err != nil {
		return 0, 0, err
	}
	if err := checkCounts("deaths", deaths); err != nil {
		return 0, 0, err
	}
	switch {
	case len(cases) != len(deaths):
		return 0, 0, refuse("deaths", "has %d days and the cases %d", len(deaths), len(cases))
	case len(cases) > maxDays:
		return 0, 0, refuse("cases", "%d days; at most %d", len(cases), maxDays)
	}
	for i := range cases {
		if math.IsNaN(cases[i]) || math.IsNaN(deaths[i]) {
			return 0, 0, refuseAt("cases", i, "cases or deaths were not reported that day, and a total needs every day")
		}
		c += cases[i]
		d += deaths[i]
	}
	return c, d, nil
}

// knownOutcomes sums, over the days, the cases before weighted by the density of the
// delay.
func knownOutcomes(cases []float64, delay GammaDelay) float64 {
	density := make([]float64, len(cases))
	for j := range density {
		density[j] = delay.Density(j)
	}
	sum := 0.0
	for t := range cases {
		day := 0.0
		for j := 0; j <= t; j++ {
			day += cases[t-j] * density[j]
		}
		sum += day
	}
	return sum
}

// likeliestRisk goes through the grid.
func likeliestRisk(deaths, outcomes float64) (risk float64, interval Interval) {
	likelihood := riskLikelihood(deaths, outcomes)
	steps := int(math.Round(1 / riskStep))
	values := make([]float64, steps+1)
	top := 0
	for i := 1; i <= steps; i++ {
		values[i] = likelihood(float64(i) * riskStep)
		if top == 0 || values[i] > values[top] {
			top = i
		}
	}
	interval = Interval{math.NaN(), math.NaN()}
	for i := 1; i <= steps; i++ {
		if values[i] >= values[top]-1.92 {
			if math.IsNaN(interval.Low) {
				interval.Low = float64(i) / float64(steps)
			}
			interval.High = float64(i) / float64(steps)
		}
	}
	return float64(top) / float64(steps), interval
}

// riskLikelihood is the logarithm of the binomial likelihood of a risk, without what
// does not depend on it. Outcomes are an expectation and need not be whole.
func riskLikelihood(deaths, outcomes float64) func(p float64) float64 {
	return func(p float64) float64 {
		alive := 0.0
		if outcomes > deaths {
			alive = (outcomes - deaths) * math.Log(1-p)
		}
		return deaths*math.Log(p) + alive
	}
}
