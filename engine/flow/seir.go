package flow

import "math"

// Disease are the rates of an SEIR model, per day.
type Disease struct {
	Beta  float64 // infections by one infectious person among susceptibles
	Sigma float64 // 1/mean days from infection to infectious
	Gamma float64 // 1/mean days infectious
}

// Patch is one population at the start, in persons.
type Patch struct{ S, E, I, R float64 }

// N is everybody in it.
func (p Patch) N() float64 { return p.S + p.E + p.I + p.R }

// Measure is what is done to travel between the patches.
type Measure struct {
	Closed   float64 // share of journeys stopped, 0..1
	Diverted float64 // share of the stopped that go by unscreened ways all the same, 0..1
	Pass     float64 // share of the infectious that passes the screen of an open way, 0..1; 1 is no screening
	Found    float64 // share of the incubating that the screen finds all the same, by what they tell, 0..1
}

// Factors are the shares of journeys that are left: of everybody, and of the
// infectious those who arrive unseen; the rest of them are found and isolated on
// arrival.
func (m Measure) Factors() (journeys, unseen float64) {
	return (1 - m.Closed) + m.Closed*m.Diverted, (1-m.Closed)*m.Pass + m.Closed*m.Diverted
}

// Metapopulation is an SEIR model of places between which people move.
type Metapopulation struct {
	Disease Disease
	Patches []Patch // in the order of the rates' places
	Rates   *Matrix // of moving from one place to another, per person and day; both directions are given
	Measure Measure
}

// Course is the state of every patch at the times asked for.
type Course struct {
	Days   []float64
	States [][]Patch // by day, then by patch
}

// Valid refuses what the model cannot run on.
func (m Metapopulation) Valid() error {
	if err := first(atLeastZero("beta", "", m.Disease.Beta), atLeastZero("sigma", "", m.Disease.Sigma), atLeastZero("gamma", "", m.Disease.Gamma),
		probability("closed", "", m.Measure.Closed), probability("diverted", "", m.Measure.Diverted), probability("pass", "", m.Measure.Pass), probability("found", "", m.Measure.Found)); err != nil {
		return err
	}
	if m.Rates == nil || len(m.Patches) != m.Rates.Len() {
		return bad("patches", "", "and the places of the rates are not the same; give each place once")
	}
	for i, p := range m.Patches {
		at := m.Rates.places[i]
		if err := first(atLeastZero("S", at, p.S), atLeastZero("E", at, p.E), atLeastZero("I", at, p.I), atLeastZero("R", at, p.R)); err != nil {
			return err
		}
		for j := range m.Patches {
			a := m.Rates.At(i, j)
			switch {
			case !a.Known:
				return bad("rate", at+" to "+m.Rates.places[j], "is not known; an unknown flow is not no flow: give it, fill it by a model, or say that what is not listed is none")
			case math.IsInf(a.Value, 1):
				return bad("rate", at+" to "+m.Rates.places[j], "is infinite; give people a day for each person")
			}
		}
	}
	return nil
}

// Run integrates to the days asked for, which ascend from 0 on:
//
//	dS_i = -β S_i I_i/N_i           + Σ_j a (r_ji S_j - r_ij S_i)
//	dE_i =  β S_i I_i/N_i - σ E_i   + Σ_j (e r_ji E_j - a r_ij E_i)
//	dI_i =  σ E_i - γ I_i           + Σ_j (b r_ji I_j - a r_ij I_i)
//	dR_i =  γ I_i                   + Σ_j a (r_ji R_j - r_ij R_i) + Σ_j (a-b) r_ji I_j + Σ_j (a-e) r_ji E_j
//
// with N_i who is there at the moment, a and b of Measure.Factors, and e as b with
// 1-Found for Pass (a where nobody incubating is found): infected travellers who do
// not pass the screen are isolated where they arrive and infect
// nobody more. The error of a step is held below 1e-11 of each number, which agrees
// with LSODA at 1e-10 to 1e-6. People are neither made nor lost.
func (m Metapopulation) Run(days []float64) (Course, error) {
	if err := m.Valid(); err != nil {
		return Course{}, err
	}
	for i, d := range days {
		if err := atLeastZero("days", "", d); err != nil {
			return Course{}, err
		}
		if i > 0 && d < days[i-1] {
			return Course{}, bad("days", "", "go back from %v to %v; give them in order", days[i-1], d)
		}
	}
	n := len(m.Patches)
	y := make([]float64, 4*n)
	for i, p := range m.Patches {
		y[i], y[n+i], y[2*n+i], y[3*n+i] = p.S, p.E, p.I, p.R
	}
	c := Course{Days: days, States: make([][]Patch, len(days))}
	err := solve(m.slope(), 0, y, days, tolerance{1e-11, 1e-12}, func(i int, y []float64) {
		c.States[i] = make([]Patch, n)
		for p := range n {
			c.States[i][p] = Patch{y[p], y[n+p], y[2*n+p], y[3*n+p]}
		}
	})
	return c, err
}

// slope is the right-hand side, over the pairs that somebody travels.
func (m Metapopulation) slope() func(t float64, y, dy []float64) {
	type way struct {
		from, to int
		rate     float64
	}
	var ways []way
	n := len(m.Patches)
	for i := range n {
		for j := range n {
			if r := m.Rates.At(i, j).Value; i != j && r > 0 {
				ways = append(ways, way{i, j, r})
			}
		}
	}
	d := m.Disease
	journeys, unseen := m.Measure.Factors()
	silent := m.Measure
	silent.Pass = 1 - m.Measure.Found
	_, incubating := silent.Factors()
	return func(_ float64, y, dy []float64) {
		for i := range n {
			s, e, inf, r := y[i], y[n+i], y[2*n+i], y[3*n+i]
			infected := 0.0
			if people := s + e + inf + r; people > 0 {
				infected = d.Beta * s * inf / people
			}
			dy[i], dy[n+i], dy[2*n+i], dy[3*n+i] = -infected, infected-d.Sigma*e, d.Sigma*e-d.Gamma*inf, d.Gamma*inf
		}
		for _, w := range ways {
			for c := range 4 {
				moved := journeys * w.rate * y[c*n+w.from]
				dy[c*n+w.from] -= moved
				if pass := [...]float64{1: incubating, 2: unseen, 3: 0}[c]; c == 1 || c == 2 {
					isolated := (journeys - pass) * w.rate * y[c*n+w.from]
					moved -= isolated
					dy[3*n+w.to] += isolated
				}
				dy[c*n+w.to] += moved
			}
		}
	}
}
