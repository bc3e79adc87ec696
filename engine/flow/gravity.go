package flow

import "math"

// GravityParams are the exponents of the gravity model: what a destination's mass
// counts, and how fast travel falls with distance.
type GravityParams struct {
	Mass     float64 // a of m^a; 1 is proportional
	Distance float64 // b of d^-b; 2 is the usual first guess, not a law
}

// Gravity spreads the known outflow of each place over all others, production
// constrained (Wilson 1971):
//
//	T_ij = O_i m_j^a d_ij^-b / Σ_{k≠i} m_k^a d_ik^-b
//
// outflow[i] is the number of people who leave i in the period, mass[j] what draws
// them (usually the population), cost a distance or a travel time; its unit does
// not matter. A cost of +Inf is no way, and nobody goes there. Rows sum to the
// outflow. A row whose outflow is not known, or in which any cost is not known, is
// unknown as a whole, because its shares are; so is a row from which there is no
// way to anywhere.
func Gravity(outflow []Amount, mass []float64, cost *Matrix, p GravityParams) (*Matrix, error) {
	n := cost.Len()
	if err := first(number("mass exponent", "", p.Mass), number("distance exponent", "", p.Distance), vectors(cost, outflow, mass)); err != nil {
		return nil, err
	}
	for j, v := range mass {
		if v == 0 && p.Mass < 0 {
			return nil, bad("mass", cost.places[j], "is 0, which a negative exponent cannot weigh")
		}
	}
	out, _ := NewMatrix(cost.places)
	weight := make([]float64, n)
	for i := range n {
		ok, err := gravityRow(weight, mass, cost, i, p)
		if err != nil {
			return nil, err
		}
		for j := range n {
			switch {
			case i == j:
			case ok && outflow[i].Known:
				_ = out.Set(i, j, outflow[i].Value*weight[j]) // neither is negative
			default:
				out.SetUnknown(i, j)
			}
		}
	}
	return out, nil
}

// gravityRow fills the shares of one origin; ok is false when they are not
// identifiable. It works in logarithms, so that no exponent overflows.
func gravityRow(weight, mass []float64, cost *Matrix, i int, p GravityParams) (ok bool, err error) {
	top := math.Inf(-1)
	for j := range weight {
		d := cost.At(i, j)
		switch {
		case i == j:
			weight[j] = math.Inf(-1)
			continue
		case !d.Known:
			return false, nil
		case d.Value == 0 && p.Distance != 0:
			return false, bad("distance", cost.places[i]+" to "+cost.places[j], "is 0 between two places; join them or give their distance")
		case math.IsInf(d.Value, 1), mass[j] == 0 && p.Mass > 0:
			weight[j] = math.Inf(-1)
			continue
		}
		weight[j] = 0
		if p.Mass != 0 {
			weight[j] += p.Mass * math.Log(mass[j])
		}
		if p.Distance != 0 {
			weight[j] -= p.Distance * math.Log(d.Value)
		}
		top = math.Max(top, weight[j])
	}
	if math.IsInf(top, -1) {
		return false, nil
	}
	sum := 0.0
	for j := range weight {
		weight[j] = math.Exp(weight[j] - top)
		sum += weight[j]
	}
	for j := range weight {
		weight[j] /= sum
	}
	return true, nil
}

// vectors checks what stands beside a matrix.
func vectors(cost *Matrix, outflow []Amount, mass []float64) error {
	n := cost.Len()
	if len(outflow) != n || len(mass) != n {
		return bad("outflow and population", "", "are %d and %d numbers for %d places", len(outflow), len(mass), n)
	}
	for i, name := range cost.places {
		if outflow[i].Known {
			if err := atLeastZero("outflow", name, outflow[i].Value); err != nil {
				return err
			}
		}
		if err := atLeastZero("population", name, mass[i]); err != nil {
			return err
		}
	}
	return nil
}
