package epi

import "math"

// Growth is the rate r of exponential growth, log cases = level + r · day, with what it
// means in days.
type Growth struct {
	Rate     float64  // a day
	Interval Interval // 95 %, by Student's t; NaN for two bins
	Bins     int      // bins with cases, which the fit used

	// Doubling and Halving are log 2/|r| in days; the one that does not apply is NaN. The
	// limits of the other are those of r turned over. Where the interval of r holds 0,
	// Direction is NotIdentifiable and a limit may be negative: the data go with that time
	// to double as well as with that time to halve.
	Doubling         float64
	DoublingInterval Interval
	Halving          float64
	HalvingInterval  Interval
	Direction        State

	State State
}

// EstimateGrowth fits a straight line to the logarithms of the cases of bins of width
// days, by least squares. Bins without cases have no logarithm and are left out, as are
// those that were not reported; when there are many, r is too near 0. It belongs on the
// growth phase: the user cuts the series before the peak.
//
// One bin with cases, or none, answers NotIdentifiable.
//
// Source: H. Nishiura et al., "Transmission potential of the new influenza A(H1N1)",
// Euro Surveill 14 (2009) 19227, and the manual of R incidence, fit.
func EstimateGrowth(cases []float64, width float64) (Growth, error) {
	if !(width > 0) || math.IsInf(width, 1) {
		return Growth{}, refuse("interval", "%g days; a bin has at least one", width)
	}
	if err := checkCounts("cases", cases); err != nil {
		return Growth{}, err
	}
	var x, y []float64
	for i, c := range cases {
		if c > 0 {
			x, y = append(x, float64(i)*width), append(y, math.Log(c))
		}
	}
	n := math.NaN()
	g := Growth{Rate: n, Interval: noInterval(), Bins: len(x), Doubling: n, DoublingInterval: noInterval(), Halving: n,
		HalvingInterval: noInterval(), State: NotIdentifiable, Direction: NotIdentifiable}
	if len(x) < 2 {
		return g, nil
	}
	slope, se := line(x, y)
	g.Rate, g.State = slope, Stands
	if len(x) > 2 {
		t := studentQuantile(0.975, float64(len(x)-2))
		g.Interval = Interval{slope - t*se, slope + t*se}
	}
	if g.Interval.Low > 0 || g.Interval.High < 0 {
		g.Direction = Stands
	}
	turned := Interval{math.Ln2 / g.Interval.High, math.Ln2 / g.Interval.Low}
	switch {
	case slope > 0:
		g.Doubling, g.DoublingInterval = math.Ln2/slope, turned
	case slope < 0:
		g.Halving, g.HalvingInterval = -math.Ln2/slope, Interval{-turned.High, -turned.Low}
	}
	return g, nil
}

// line is the slope of the least-squares line and its standard error.
func line(x, y []float64) (slope, se float64) {
	mx, _ := meanSD(x)
	my, _ := meanSD(y)
	var sxx, sxy float64
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
	}
	slope = sxy / sxx
	rest := 0.0
	for i := range x {
		r := y[i] - my - slope*(x[i]-mx)
		rest += r * r
	}
	return slope, math.Sqrt(rest / float64(len(x)-2) / sxx)
}

// Bins sums a daily series into bins of width days from its first day, as weekly counts
// for EstimateGrowth; the last bin may be shorter. A bin with a day that was not
// reported was not reported.
func Bins(daily []float64, width int) ([]float64, error) {
	if width < 1 {
		return nil, refuse("interval", "%d days; a bin has at least one", width)
	}
	var out []float64
	for i := 0; i < len(daily); i += width {
		sum := 0.0
		for _, c := range daily[i:min(i+width, len(daily))] {
			sum += c
		}
		out = append(out, sum)
	}
	return out, nil
}
