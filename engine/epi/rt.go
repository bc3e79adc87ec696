package epi

import "math"

// Reproduction estimates the instantaneous reproduction number: how many people a case
// infects at conditions as they are on that day, by the method of Cori.
//
//	Λ(t) = Σ s≥1 w(s) · I(t-s)          I: all cases, local and imported
//	R of a window | data ~ Gamma(a + Σ local cases, 1/(1/b + Σ Λ))
//
// with a and b of the prior's mean and standard deviation. Imported cases infect, and
// nobody here infected them: they count in Λ and not among the local cases. The cases
// of the first day are imported, whatever the series says.
//
// A window answers InsufficientHistory while it ends no later than the mean serial
// interval, and NotIdentifiable where nobody could have infected anybody (ΣΛ = 0). The
// last days of a series are not complete when reports are late; no method here knows.
//
// Source: A. Cori et al., Am J Epidemiol 178 (2013) 1505-1512; R. Thompson et al.,
// "Improved inference of time-varying reproduction numbers during infectious disease
// outbreaks", Epidemics 29 (2019) 100356, for imported cases.
type Reproduction struct {
	// Interval is a given (non-parametric) serial interval. Without it the interval is
	// parametric: DiscreteInterval of MeanSI and SDSI over the days of the series, which
	// for a series shorter than the interval leaves a rest out.
	Interval     SerialInterval
	MeanSI, SDSI float64

	MeanPrior float64   // 0 means 5
	SDPrior   float64   // 0 means 5
	Window    int       // days of a window, which slides by one day; 0 means 7
	MinCases  float64   // local and imported cases in a window below which the answer is TooFewCases; Cori asks for about 12
	Quantiles []float64 // of the posterior; nil means 0.025, 0.05, 0.25, 0.5, 0.75, 0.95 and 0.975
}

// DefaultQuantiles are those that the reference program prints.
var DefaultQuantiles = []float64{0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975}

// Incidence are the cases of consecutive days. Imported are among Total, and may be nil.
type Incidence struct {
	Total, Imported []float64
}

// RtPoint is the estimate of a window. Where State is not Stands the numbers are NaN.
type RtPoint struct {
	Start, End int       // first and last day of the window, indices from 0
	Mean, SD   float64   // of the posterior
	Quantiles  []float64 // in the order asked for
	Local      float64   // local cases in the window
	Infectious float64   // ΣΛ of the window
	State      State
}

func (p Reproduction) filled() (Reproduction, error) {
	if p.MeanPrior == 0 {
		p.MeanPrior = 5
	}
	if p.SDPrior == 0 {
		p.SDPrior = 5
	}
	if p.Window == 0 {
		p.Window = 7
	}
	if p.Quantiles == nil {
		p.Quantiles = DefaultQuantiles
	}
	switch {
	case !(p.MeanPrior > 0) || math.IsInf(p.MeanPrior, 1):
		return p, refuse("mean-prior", "%g is not above 0", p.MeanPrior)
	case !(p.SDPrior > 0) || math.IsInf(p.SDPrior, 1):
		return p, refuse("std-prior", "%g is not above 0", p.SDPrior)
	case p.Window < 1:
		return p, refuse("window", "%d days; give at least 1", p.Window)
	case !(p.MinCases >= 0):
		return p, refuse("min-cases", "%g is not a number from 0", p.MinCases)
	}
	for _, q := range p.Quantiles {
		if err := checkShare("quantiles", q); err != nil {
			return p, err
		}
	}
	if p.Interval == nil {
		return p, nil
	}
	if p.MeanSI != 0 || p.SDSI != 0 {
		return p, refuse("serial interval", "is given twice; give either its shares or its mean and standard deviation")
	}
	_, err := NewSerialInterval(p.Interval)
	return p, err
}

// check refuses what are no daily cases.
func (in Incidence) check() error {
	if err := checkCounts("cases", in.Total); err != nil {
		return err
	}
	if len(in.Total) > maxDays {
		return refuse("cases", "%d days; at most %d", len(in.Total), maxDays)
	}
	if in.Imported != nil && len(in.Imported) != len(in.Total) {
		return refuse("imported", "has %d days and the cases %d", len(in.Imported), len(in.Total))
	}
	for t, c := range in.Imported {
		switch {
		case math.IsNaN(c) != math.IsNaN(in.Total[t]):
			return refuseAt("imported", t, "is reported where the total is not, or the other way round")
		case c < 0 || c != c && !math.IsNaN(in.Total[t]) || c > in.Total[t]:
			return refuseAt("imported", t, "%g imported of %g cases", c, in.Total[t])
		}
	}
	return nil
}

// Estimate answers for each window. A day that was not reported leaves the windows that
// need it without an answer (HistoryNotReported).
func (p Reproduction) Estimate(in Incidence) ([]RtPoint, error) {
	p, err := p.intervalFor(in)
	if err != nil {
		return nil, err
	}
	days := len(in.Total)
	if days < p.Window+1 {
		return nil, refuse("window", "%d days after the first do not fit into a series of %d", p.Window, days)
	}
	local, lambda := p.terms(in)
	meanSI := p.Interval.Mean()
	shape, scale := p.MeanPrior/p.SDPrior*(p.MeanPrior/p.SDPrior), p.SDPrior*p.SDPrior/p.MeanPrior
	out := make([]RtPoint, 0, days-p.Window)
	quantiles := make([]float64, (days-p.Window)*len(p.Quantiles))
	for start := 1; start+p.Window <= days; start++ {
		pt := RtPoint{Start: start, End: start + p.Window - 1, Mean: math.NaN(), SD: math.NaN()}
		pt.Quantiles, quantiles = quantiles[:len(p.Quantiles):len(p.Quantiles)], quantiles[len(p.Quantiles):]
		all := 0.0
		for t := start; t <= pt.End; t++ {
			pt.Local += local[t]
			pt.Infectious += lambda[t]
			all += in.Total[t]
		}
		pt.State = p.state(pt, all, meanSI)
		if pt.State != Stands {
			for i := range pt.Quantiles {
				pt.Quantiles[i] = math.NaN()
			}
			out = append(out, pt)
			continue
		}
		a, b := shape+pt.Local, 1/(1/scale+pt.Infectious)
		pt.Mean, pt.SD = a*b, math.Sqrt(a)*b
		gammaQuantiles(pt.Quantiles, p.Quantiles, a, b)
		out = append(out, pt)
	}
	return out, nil
}

func (p Reproduction) intervalFor(in Incidence) (Reproduction, error) {
	p, err := p.filled()
	if err != nil {
		return p, err
	}
	if err := in.check(); err != nil {
		return p, err
	}
	if p.Interval == nil {
		p.Interval, err = DiscreteInterval(p.MeanSI, p.SDSI, len(in.Total))
	}
	return p, err
}

func (p Reproduction) state(pt RtPoint, all, meanSI float64) State {
	switch {
	case math.IsNaN(pt.Local) || math.IsNaN(pt.Infectious):
		return HistoryNotReported
	case float64(pt.End+1) <= meanSI:
		return InsufficientHistory
	case pt.Infectious == 0:
		return NotIdentifiable
	case all < p.MinCases:
		return TooFewCases
	}
	return Stands
}

// terms are the local cases and Λ of each day. A day whose Λ needs a day that was not
// reported has none.
func (p Reproduction) terms(in Incidence) (local, lambda []float64) {
	n := len(in.Total)
	local, lambda = make([]float64, n), make([]float64, n)
	for t := 1; t < n; t++ {
		local[t] = in.Total[t]
		if in.Imported != nil {
			local[t] -= in.Imported[t]
		}
		sum := 0.0
		for s := 1; s <= t && s < len(p.Interval); s++ {
			if w := p.Interval[s]; w > 0 {
				sum += w * in.Total[t-s]
			}
		}
		lambda[t] = sum
	}
	return local, lambda
}
