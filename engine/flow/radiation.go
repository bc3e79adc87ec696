package flow

import (
	"cmp"
	"slices"
)

// Radiated are the flows of the radiation model.
type Radiated struct {
	Flows       *Matrix   // people, Simini 2012
	Corrected   *Matrix   // divided by 1 - m_i/M for a finite world, Masucci 2013
	Intervening *Matrix   // s_ij, persons
	Lost        []float64 // the share of each outflow that Flows leaves out: m_i/M
}

// Radiation spreads the known outflow of each place by the radiation model, which
// has no parameter (Simini 2012):
//
//	T_ij = O_i m_i m_j / ((m_i + s_ij)(m_i + m_j + s_ij))
//
// s_ij is the population within the circle around i that reaches to j, without i
// and j; places exactly as far as j lie in it. In a finite world the rows sum to
// O_i (1 - m_i/M); Corrected divides by that (Masucci 2013), so that they sum to
// O_i. population is in persons. A row whose outflow is not known, or in which any
// distance is not known, is unknown. A population of zero at i is refused when
// anybody leaves it: the model has no answer there.
func Radiation(outflow []Amount, population []float64, distance *Matrix) (*Radiated, error) {
	if err := vectors(distance, outflow, population); err != nil {
		return nil, err
	}
	r := &Radiated{Lost: make([]float64, distance.Len())}
	r.Flows, _ = NewMatrix(distance.places)
	r.Corrected, _ = NewMatrix(distance.places)
	r.Intervening, _ = NewMatrix(distance.places)
	total := 0.0
	for i, m := range population {
		total += m
		if m == 0 && outflow[i].Known && outflow[i].Value > 0 {
			return nil, bad("population", distance.places[i], "is 0, but people leave it; give its population")
		}
	}
	for i := range population {
		if total > 0 {
			r.Lost[i] = population[i] / total
		}
		r.row(outflow[i], population, distance, i)
	}
	return r, nil
}

// row fills one origin: the others in the order of their distance, with the
// population passed on the way.
func (r *Radiated) row(o Amount, population []float64, distance *Matrix, i int) {
	type far struct {
		j int
		d float64
	}
	others := make([]far, 0, len(population))
	known := true
	for j := range population {
		if d := distance.At(i, j); i != j {
			known = known && d.Known
			others = append(others, far{j, d.Value})
		}
	}
	slices.SortFunc(others, func(a, b far) int { return cmp.Or(cmp.Compare(a.d, b.d), cmp.Compare(a.j, b.j)) })
	passed := 0.0
	for from := 0; from < len(others); {
		to := from
		for to < len(others) && others[to].d == others[from].d {
			passed += population[others[to].j]
			to++
		}
		for _, f := range others[from:to] {
			r.pair(o, population[i], population[f.j], passed-population[f.j], i, f.j, known)
		}
		from = to
	}
}

func (r *Radiated) pair(o Amount, mi, mj, s float64, i, j int, known bool) {
	if !known {
		r.Flows.SetUnknown(i, j)
		r.Corrected.SetUnknown(i, j)
		r.Intervening.SetUnknown(i, j)
		return
	}
	_ = r.Intervening.Set(i, j, max(0, s)) // a difference of sums of what is not negative
	if !o.Known {
		r.Flows.SetUnknown(i, j)
		r.Corrected.SetUnknown(i, j)
		return
	}
	t := 0.0
	if mi > 0 {
		t = o.Value * mi * mj / ((mi + s) * (mi + mj + s))
	}
	_ = r.Flows.Set(i, j, t)
	if r.Lost[i] < 1 {
		_ = r.Corrected.Set(i, j, t/(1-r.Lost[i]))
	} else {
		r.Corrected.SetUnknown(i, j) // nobody lives anywhere else: the correction is 0/0
	}
}
