package epi

import (
	"math"
	"testing"
)

// The limits are those of printed tables of the exact Poisson interval.
func TestTheExactIntervalOfACountAgreesWithTheTables(t *testing.T) {
	for _, tc := range []struct{ n, low, high float64 }{{0, 0, 3.6889}, {1, 0.0253, 5.5716}, {5, 1.6235, 11.6683}, {9, 4.1154, 17.0848}, {14, 7.6539, 23.4896}, {100, 81.3640, 121.6268}} {
		r, err := EstimateRate(tc.n, 1, 1)
		if err != nil || r.State != Stands || math.Abs(r.Interval.Low-tc.low) > 1e-4 || math.Abs(r.Interval.High-tc.high) > 1e-4 {
			t.Errorf("%g events: %+v, %v, want %g to %g", tc.n, r.Interval, err, tc.low, tc.high)
		}
	}
	r, err := EstimateRate(14, 16200*7, 10000) // deaths per 10,000 a day
	if err != nil || math.Abs(r.Rate-1.2346) > 1e-4 {
		t.Errorf("14 deaths of 16,200 people in a week: %g, %v", r.Rate, err)
	}
	if r, err = EstimateRate(3, 0, 10000); err != nil || r.State != NotIdentifiable || !math.IsNaN(r.Rate) {
		t.Errorf("nobody counted: %+v, %v", r, err)
	}
	for _, bad := range [][3]float64{{-1, 1, 1}, {1.5, 1, 1}, {1, -1, 1}, {1, 1, 0}, {math.NaN(), 1, 1}, {1, math.Inf(1), 1}} {
		if _, err := EstimateRate(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
