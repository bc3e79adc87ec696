package flow

import (
	"fmt"
	"math"
	"slices"
)

// Interval is an estimate with its limits, which are always in order.
type Interval struct {
	Mid, Low, High float64
	Level          float64 // the share of draws between the limits, 0.95; 0 where there are no limits
}

// NewInterval refuses limits that are not in order: somebody mixed them up, and
// sorting them would hide it.
func NewInterval(mid, low, high, level float64) (Interval, error) {
	switch {
	case math.IsNaN(mid) || math.IsNaN(low) || math.IsNaN(high):
		return Interval{}, bad("interval", "", "has a limit that is no number")
	case low > high:
		return Interval{}, bad("interval", "", "has its lower limit %v above its upper limit %v", low, high)
	case mid < low || mid > high:
		return Interval{}, bad("interval", "", "has its estimate %v outside %v to %v", mid, low, high)
	}
	return Interval{mid, low, high, level}, probability("level", "", level)
}

// OnePer is "one case per N travellers". It is made only from a chance for each
// traveller, never from the total of a scenario: 1/p of a scenario with ten
// travellers is ten times too small (reference/epi-mobility.md, section 3).
// Low is the fewest travellers, at the upper limit of the risk.
type OnePer struct {
	Travellers Interval
	State      State // Unreachable: the risk is zero, so no number of travellers brings a case
}

// Per turns the risk of one traveller into "one case per N travellers".
func Per(risk Interval) (OnePer, error) {
	for _, p := range []float64{risk.Mid, risk.Low, risk.High} {
		if err := probability("risk per traveller", "", p); err != nil {
			return OnePer{}, err
		}
	}
	if _, err := NewInterval(risk.Mid, risk.Low, risk.High, risk.Level); err != nil {
		return OnePer{}, err
	}
	if risk.Mid == 0 {
		return OnePer{State: Unreachable, Travellers: Interval{Mid: math.Inf(1), Low: 1 / risk.High, High: math.Inf(1), Level: risk.Level}}, nil
	}
	return OnePer{State: Known, Travellers: Interval{Mid: 1 / risk.Mid, Low: 1 / risk.High, High: 1 / risk.Low, Level: risk.Level}}, nil
}

// String is the sentence, to three figures.
func (o OnePer) String() string {
	switch {
	case o.State == Unreachable:
		return "no case from any number of travellers"
	case o.State != Known:
		return "not known"
	case o.Travellers.Level == 0:
		return fmt.Sprintf("one case per %s travellers", three(o.Travellers.Mid))
	}
	return fmt.Sprintf("one case per %s travellers (%.0f %%: %s to %s)", three(o.Travellers.Mid), 100*o.Travellers.Level, three(o.Travellers.Low), three(o.Travellers.High))
}

func three(v float64) string {
	if v == 0 || math.IsInf(v, 0) || v < 1 {
		return fmt.Sprintf("%.3g", v)
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-2)
	return fmt.Sprintf("%.*f", max(0, int(-math.Log10(unit)+0.5)), math.Round(v/unit)*unit)
}

// Quantile is the p-quantile by linear interpolation between order statistics
// (type 7 of Hyndman & Fan 1996, R's default). The draws are not changed.
func Quantile(draws []float64, p float64) (float64, error) {
	if len(draws) == 0 {
		return 0, bad("draws", "", "are none")
	}
	if err := probability("quantile", "", p); err != nil {
		return 0, err
	}
	sorted := slices.Clone(draws)
	slices.Sort(sorted)
	return quantile(sorted, p), nil
}

func quantile(sorted []float64, p float64) float64 {
	h := float64(len(sorted)-1) * p
	lo := int(math.Floor(h))
	if lo+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[lo] + (h-float64(lo))*(sorted[lo+1]-sorted[lo])
}
