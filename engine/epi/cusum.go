package epi

import (
	"math"

	"github.com/godwit-health/godwit/engine/value"
)

// Transform is how a CUSUM makes counts comparable with the normal distribution.
type Transform uint8

// Standard is (y - m)/√m, Rossi (y - 3m + 2√(my))/(2√m), which is closer to normal for
// small expectations.
const (
	Standard Transform = iota
	Rossi
)

// CUSUM adds up what exceeds the expectation m by more than K standard units and alarms
// when the sum reaches H:
//
//	S(t) = max(0, S(t-1) + x(t) - K), S = 0 before the range
//
// with x the transformed count. The sum is not reset by an alarm. Upper is the count
// that would have alarmed in that period, at least 0; for Standard the whole number
// from which it does.
//
// m is Mean, or the mean of all periods before the range; without a range the first
// year is the baseline. A period that was not reported leaves the sum as it is. Where
// m is 0 there is no unit, and no answer (NoVariation).
//
// Sources: G. Rossi, L. Lampugnani, M. Marchi, "An approximate CUSUM procedure for
// surveillance of health events", Stat Med 18 (1999) 2111-2122; D. Pierce, D. Schafer,
// "Residuals in generalized linear models", JASA 81 (1986) 977-986.
type CUSUM struct {
	K, H      float64 // 0 means 1.04 and 2.26
	Mean      float64 // expected count a period; 0 means the mean before the range
	Transform Transform
}

// CUSUMPoint is a period with the sum that its alarm rests on.
type CUSUMPoint struct {
	Bound
	Sum  float64
	Mean float64 // the expectation
}

// Detect answers for each period of the range.
func (p CUSUM) Detect(s Series, r Range) ([]CUSUMPoint, error) {
	if p.K == 0 {
		p.K = 1.04
	}
	if p.H == 0 {
		p.H = 2.26
	}
	switch {
	case !(p.K > 0) || math.IsInf(p.K, 1):
		return nil, refuse("k", "%g is not above 0", p.K)
	case !(p.H > 0) || math.IsInf(p.H, 1):
		return nil, refuse("h", "%g is not above 0", p.H)
	case !(p.Mean >= 0) || math.IsInf(p.Mean, 1):
		return nil, refuse("mean", "%g is not a number from 0", p.Mean)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	from, to, err := r.within(len(s.Counts))
	if err != nil {
		return nil, err
	}
	var out []CUSUMPoint
	if !r.Given && p.Mean == 0 {
		for ; from < min(s.perYear(), len(s.Counts)); from++ {
			out = append(out, noSum(from, s.Counts[from], InsufficientHistory))
		}
	}
	m, state := p.expectation(s.Counts[:from])
	sum := 0.0
	for t := from; t <= to; t++ {
		if state != Stands {
			out = append(out, noSum(t, s.Counts[t], state))
			continue
		}
		var point CUSUMPoint
		point, sum = p.at(t, s.Counts[t], m, sum)
		out = append(out, point)
	}
	return out, nil
}

func noSum(t int, observed float64, why State) CUSUMPoint {
	return CUSUMPoint{Bound: undefined(t, observed, why), Sum: math.NaN(), Mean: math.NaN()}
}

func (p CUSUM) expectation(before []float64) (m float64, state State) {
	if p.Mean > 0 {
		return p.Mean, Stands
	}
	n := 0.0
	for _, c := range before {
		if !math.IsNaN(c) {
			m += c
			n++
		}
	}
	switch {
	case len(before) == 0:
		return 0, InsufficientHistory
	case n == 0:
		return 0, HistoryNotReported
	case m == 0:
		return 0, NoVariation
	}
	return m / n, Stands
}

// at takes one period in and answers the new sum.
func (p CUSUM) at(t int, y, m, before float64) (CUSUMPoint, float64) {
	point := CUSUMPoint{Bound: Bound{T: t, Observed: y, Upper: p.upper(m, before), State: Stands}, Sum: before, Mean: m}
	if math.IsNaN(y) {
		point.State = NotReported
		return point, before
	}
	root := math.Sqrt(m)
	x := (y - m) / root
	if p.Transform == Rossi {
		x = (y - 3*m + 2*math.Sqrt(m*y)) / (2 * root)
	}
	point.Sum = math.Max(0, before+x-p.K)
	point.Alarm = value.TruthOf(point.Sum >= p.H)
	return point, point.Sum
}

// upper is the count that takes the sum to H.
func (p CUSUM) upper(m, before float64) float64 {
	need, root := p.H+p.K-before, math.Sqrt(m)
	if p.Transform == Rossi {
		square := 4*m + 2*root*need
		if square < 0 { // no count is so small
			return 0
		}
		// Between 0 and m the root is negative and any count alarms; the reference
		// program prints its square all the same, and so do we.
		y := math.Sqrt(square) - root
		return y * y
	}
	return math.Max(0, math.Ceil(root*need+m))
}
