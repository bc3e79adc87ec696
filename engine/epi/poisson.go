package epi

import "math"

// PoissonRate is events over an exposure (persons times days, say), per so much of it,
// with the exact interval of a Poisson count.
type PoissonRate struct {
	Events, Exposure, Per float64
	Rate                  float64
	Interval              Interval // 95 %
	State                 State
}

// EstimateRate is events per so much exposure. The interval of n events is
// χ²(0.025; 2n)/2 to χ²(0.975; 2n+2)/2, here as quantiles of the gamma distribution;
// from no event it begins at 0. Without an exposure there is no rate.
//
// Source: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28
// (1936) 437-442.
func EstimateRate(events, exposure, per float64) (PoissonRate, error) {
	if !(per > 0) || math.IsInf(per, 1) {
		return PoissonRate{}, refuse("per", "%g is not above 0", per)
	}
	if !(exposure >= 0) || math.IsInf(exposure, 1) {
		return PoissonRate{}, refuse("exposure", "%g is not a number from 0", exposure)
	}
	if err := checkCounts("events", []float64{events}); err != nil || math.IsNaN(events) {
		return PoissonRate{}, refuse("events", "%g is not a whole number from 0", events)
	}
	r := PoissonRate{Events: events, Exposure: exposure, Per: per, Rate: math.NaN(), Interval: noInterval(), State: NotIdentifiable}
	if exposure == 0 {
		return r, nil
	}
	low := 0.0
	if events > 0 {
		low = gammaQuantile(0.025, events)
	}
	r.Rate, r.State = events*per/exposure, Stands
	r.Interval = Interval{low * per / exposure, gammaQuantile(0.975, events+1) * per / exposure}
	return r, nil
}

func gammaQuantile(p, shape float64) float64 {
	out := make([]float64, 1)
	gammaQuantiles(out, []float64{p}, shape, 1)
	return out[0]
}
