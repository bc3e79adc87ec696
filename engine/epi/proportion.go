package epi

import "math"

// Proportion is x of n with its 95 % (or other) intervals. Where n is 0 there is none,
// and State is NotIdentifiable.
type Proportion struct {
	X, N       float64
	P          float64
	Wilson     Interval // score interval, without continuity correction
	Exact      Interval // Clopper and Pearson
	Confidence float64
	State      State
}

// Interval is a lower and an upper limit.
type Interval struct{ Low, High float64 }

func noInterval() Interval { return Interval{math.NaN(), math.NaN()} }

// EstimateProportion gives the share x/n and two intervals: Wilson's, whose coverage is
// close to what it says and which suits small n and shares near 0 or 1, and the exact
// one of Clopper and Pearson, which covers at least what it says and is wider.
// confidence is between 0 and 1; 0 means 0.95.
//
// Sources: E. Wilson, "Probable inference, the law of succession, and statistical
// inference", JASA 22 (1927) 209-212; C. Clopper, E. Pearson, "The use of confidence or
// fiducial limits", Biometrika 26 (1934) 404-413; R. Newcombe, Stat Med 17 (1998)
// 857-872, on the choice.
func EstimateProportion(x, n, confidence float64) (Proportion, error) {
	if confidence == 0 {
		confidence = 0.95
	}
	if err := checkShare("confidence", confidence); err != nil {
		return Proportion{}, err
	}
	for _, c := range []struct {
		name  string
		value float64
	}{{"x", x}, {"n", n}} {
		if !(c.value >= 0) || c.value > maxCount || c.value != math.Trunc(c.value) {
			return Proportion{}, refuse(c.name, "%g is not a whole number from 0", c.value)
		}
	}
	if x > n {
		return Proportion{}, refuse("x", "%g of %g is more than all", x, n)
	}
	p := Proportion{X: x, N: n, Confidence: confidence, P: math.NaN(), Wilson: noInterval(), Exact: noInterval(), State: NotIdentifiable}
	if n == 0 {
		return p, nil
	}
	p.P, p.State = x/n, Stands
	p.Wilson, p.Exact = wilson(x, n, confidence), exact(x, n, confidence)
	return p, nil
}

func wilson(x, n, confidence float64) Interval {
	z := normalQuantile(1 - (1-confidence)/2)
	p := x / n
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	out := Interval{centre - half, centre + half}
	if x == 0 { // exactly, where the difference above leaves a rest
		out.Low = 0
	}
	if x == n {
		out.High = 1
	}
	return out
}

func exact(x, n, confidence float64) Interval {
	tail := (1 - confidence) / 2
	out := Interval{0, 1}
	if x > 0 {
		out.Low = betaQuantile(tail, x, n-x+1)
	}
	if x < n {
		out.High = betaQuantile(1-tail, x+1, n-x)
	}
	return out
}

// Rate is a number of events for so many people: an attack rate per 10,000, a mortality
// per 10,000 and day.
type Rate struct {
	Events, Persons, Per float64
	Rate                 float64
	Wilson               Interval
	State                State
}

// AttackRate is the share of a population that became a case, per so many people, with
// Wilson's interval of 95 %. Where the population is not known (0) there is none.
func AttackRate(cases, population, per float64) (Rate, error) {
	if !(per > 0) || math.IsInf(per, 1) {
		return Rate{}, refuse("per", "%g is not above 0", per)
	}
	p, err := EstimateProportion(cases, population, 0)
	if population == 0 && cases > 0 && cases == math.Trunc(cases) {
		p, err = Proportion{P: math.NaN(), Wilson: noInterval(), State: NotIdentifiable}, nil
	}
	if err != nil {
		return Rate{}, err
	}
	return Rate{Events: cases, Persons: population, Per: per, Rate: p.P * per,
		Wilson: Interval{p.Wilson.Low * per, p.Wilson.High * per}, State: p.State}, nil
}
