package flow

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Assumption is a number that nobody knows exactly: it lies between Low and High and
// most likely at Likely (a triangular distribution; Johnson 1997). Low = High is a
// number that is taken as known.
type Assumption struct {
	Name              string
	Low, Likely, High float64
}

// Valid refuses limits that are not in order.
func (a Assumption) Valid() error {
	if err := first(number("low", a.Name, a.Low), number("likely", a.Name, a.Likely), number("high", a.Name, a.High)); err != nil {
		return err
	}
	if a.Low > a.Likely || a.Likely > a.High {
		return bad("limits", a.Name, "are %v, %v and %v; the lowest comes first and the likeliest stands between", a.Low, a.Likely, a.High)
	}
	return nil
}

// Fixed reports whether there is nothing to draw.
func (a Assumption) Fixed() bool { return a.Low == a.High }

// Quantile is the value below which a share u of the distribution lies, 0 < u < 1.
func (a Assumption) Quantile(u float64) float64 {
	wide := a.High - a.Low
	if wide == 0 {
		return a.Low
	}
	if u < (a.Likely-a.Low)/wide {
		return a.Low + math.Sqrt(u*wide*(a.Likely-a.Low))
	}
	return a.High - math.Sqrt((1-u)*wide*(a.High-a.Likely))
}

// Likeliest are the likeliest values, in the order of the list.
func Likeliest(list []Assumption) []float64 {
	out := make([]float64, len(list))
	for i, a := range list {
		out[i] = a.Likely
	}
	return out
}

// Draw draws n sets of values, each in the order of the list and independent of each
// other. The same seed and list give the same draws for ever: the quantiles at numbers
// of the PCG generator (O'Neill 2014). Keep the seed with the result.
func Draw(list []Assumption, seed uint64, n int) ([][]float64, error) {
	if n < 1 || n > MaxDraws {
		return nil, bad("draws", "", "are %d; between 1 and %d", n, MaxDraws)
	}
	for _, a := range list {
		if err := a.Valid(); err != nil {
			return nil, err
		}
	}
	const stream = 0x617373756d65 // "assume"
	source := rand.NewPCG(seed, stream)
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, len(list))
		for j, a := range list {
			out[i][j] = a.Quantile((float64(source.Uint64()>>11) + 0.5) / (1 << 53)) // never 0 nor 1
		}
	}
	return out, nil
}

// Influence is how much an outcome hangs on one assumption.
type Influence struct {
	Name string
	// One at a time: the outcome with this assumption at its lowest and highest value
	// and all others at their likeliest.
	AtLow, AtHigh float64
	// Rank is the rank correlation (Spearman 1904) with the outcome over the draws, -1
	// to 1; not known where either never changes.
	Rank Amount
}

// Swing is by how much the outcome moves, one at a time.
func (i Influence) Swing() float64 { return math.Abs(i.AtHigh - i.AtLow) }

// Sensitivity says what an outcome hangs on most, the largest swing first; among equals
// the stronger rank correlation. outcome is what the draws gave, in their order.
func Sensitivity(list []Assumption, draws [][]float64, outcome []float64, f func([]float64) float64) ([]Influence, error) {
	if len(draws) != len(outcome) {
		return nil, bad("outcome", "", "has %d values for %d draws", len(outcome), len(draws))
	}
	ranks := rankOf(outcome)
	out := make([]Influence, 0, len(list))
	for j, a := range list {
		at := Likeliest(list)
		in := Influence{Name: a.Name}
		at[j] = a.Low
		in.AtLow = f(at)
		at[j] = a.High
		in.AtHigh = f(at)
		column := make([]float64, len(draws))
		for i, d := range draws {
			if len(d) != len(list) {
				return nil, bad("draws", "", "have %d values for %d assumptions", len(d), len(list))
			}
			column[i] = d[j]
		}
		in.Rank = correlation(rankOf(column), ranks)
		out = append(out, in)
	}
	slices.SortStableFunc(out, func(a, b Influence) int {
		switch x, y := a.Swing(), b.Swing(); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		switch x, y := math.Abs(a.Rank.Value), math.Abs(b.Rank.Value); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return out, nil
}

// rankOf are the ranks of values, from 1; equals share the mean of theirs.
func rankOf(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return out
}

// correlation is Pearson's; not known where one side never changes.
func correlation(x, y []float64) Amount {
	n := float64(len(x))
	if n < 2 {
		return Amount{}
	}
	mx, my := 0.0, 0.0
	for i := range x {
		mx, my = mx+x[i], my+y[i]
	}
	mx, my = mx/n, my/n // a sum of equals is exact, and leaves no difference
	var xx, yy, xy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	if xx == 0 || yy == 0 {
		return Amount{}
	}
	return Of(xy / math.Sqrt(xx*yy))
}

// IntervalOf is the median of draws with the limits between which 95 % of them lie.
func IntervalOf(draws []float64) (Interval, error) {
	if len(draws) == 0 {
		return Interval{}, bad("draws", "", "are none")
	}
	sorted := slices.Sorted(slices.Values(draws))
	return NewInterval(quantile(sorted, 0.5), quantile(sorted, 0.025), quantile(sorted, 0.975), 0.95)
}
