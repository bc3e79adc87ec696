package epi

import (
	"math"
)

// EARSMethod is one of the three methods.
type EARSMethod uint8

// C1 compares with the periods just before, C2 leaves a gap of two periods so that an
// outbreak that begins does not raise its own limit, C3 adds up what the last two
// periods exceeded.
const (
	C1 EARSMethod = iota + 1
	C2
	C3
)

// EARS are the Early Aberration Reporting System methods for series without the
// history of years.
//
//	C1: mean + z·sd of the Baseline periods t-Baseline … t-1
//	C2: the same of t-Baseline-2 … t-3
//	C3: observed + sd2·(z - Σ k=1,2 max(0, C2stat(t-k) - 1)), never below 0,
//	    where C2stat = (observed - mean2)/sd2
//
// with z the (1-Alpha) quantile of the normal distribution, mean2 and sd2 those of C2's
// baseline, and sd at least MinSigma. A period alarms when it is above the limit.
//
// The limit of C3 moves with the observation: it alarms when the two periods before
// exceeded by more than z together, whatever the present one is. That is how the
// reference program turns the statistic of C3 into a limit, and it is kept so that
// limits agree; C1 and C2 are the ones that look at the present period.
//
// A baseline without variation has sd 0. C1 and C2 then alarm for one case more than
// always; C3 divides by it and has no answer (NoVariation). MinSigma of 0.5 or 1
// prevents both; the reference program's default is 0.
//
// Sources: L. Hutwagner et al., "The bioterrorism preparedness and response Early
// Aberration Reporting System (EARS)", J Urban Health 80 (2003) i89-i96; M. Salmon,
// D. Schumacher, M. Höhle, "Monitoring count time series in R", J Stat Softw 70 (2016)
// 10, section 3.1, for MinSigma and C3 as a limit.
type EARS struct {
	Method   EARSMethod
	Baseline int     // periods of the baseline, at least 2; 0 means 7
	Alpha    float64 // chance of a false alarm a period; 0 means 0.001, for C3 0.025
	MinSigma float64 // least standard deviation, from 0, in counts
}

// EARSPoint is a period with the baseline that its limit rests on.
type EARSPoint struct {
	Bound
	Mean, SD float64 // of the baseline, SD not below MinSigma; NaN where there is none
}

func (p EARS) filled() (EARS, error) {
	if p.Method < C1 || p.Method > C3 {
		return p, refuse("method", "is not C1, C2 or C3")
	}
	if p.Baseline == 0 {
		p.Baseline = 7
	}
	if p.Alpha == 0 {
		p.Alpha = 0.001
		if p.Method == C3 {
			p.Alpha = 0.025
		}
	}
	if p.Baseline < 2 {
		return p, refuse("baseline", "%d periods have no standard deviation; give at least 2", p.Baseline)
	}
	if !(p.MinSigma >= 0) || math.IsInf(p.MinSigma, 1) {
		return p, refuse("min-sigma", "%g is not a number from 0", p.MinSigma)
	}
	return p, checkShare("alpha", p.Alpha)
}

// Detect answers for each period of the range.
func (p EARS) Detect(s Series, r Range) ([]EARSPoint, error) {
	p, err := p.filled()
	if err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	from, to, err := r.within(len(s.Counts))
	if err != nil {
		return nil, err
	}
	out := make([]EARSPoint, to-from+1)
	run := earsRun{EARS: p, counts: s.Counts, z: normalQuantile(1 - p.Alpha)}
	if p.Method != C1 {
		run.lag = 2
	}
	if p.Method == C3 {
		run.older, run.newer = run.excess(from-2), run.excess(from-1)
	}
	for t := from; t <= to; t++ {
		out[t-from] = run.at(t)
	}
	return out, nil
}

// earsRun is one series under way.
type earsRun struct {
	EARS
	counts       []float64
	z            float64
	lag          int        // periods between the baseline and t
	older, newer earsExcess // C3: of the two periods before
}

// earsExcess is what a period exceeded its C2 baseline by, in standard deviations above
// one; it has none where State is not Stands.
type earsExcess struct {
	value float64
	state State
}

// at answers for the next period.
func (r *earsRun) at(t int) EARSPoint {
	y := r.counts[t]
	mean, sd, state := r.baseline(t)
	if r.Method != C3 {
		if state != Stands {
			return withoutBaseline(t, y, state)
		}
		return EARSPoint{Bound: above(t, y, math.Max(0, mean+sd*r.z)), Mean: mean, SD: sd}
	}
	older, newer := r.older, r.newer
	r.older, r.newer = newer, excessOf(y, mean, sd, state)
	switch {
	case state != Stands:
		return withoutBaseline(t, y, state)
	case older.state != Stands:
		return withoutBaseline(t, y, older.state)
	case newer.state != Stands:
		return withoutBaseline(t, y, newer.state)
	case math.IsNaN(y):
		return withoutBaseline(t, y, NotReported)
	}
	upper := y + sd*(r.z-older.value-newer.value)
	if math.IsNaN(upper) { // 0 · -∞
		return withoutBaseline(t, y, NoVariation)
	}
	return EARSPoint{Bound: above(t, y, math.Max(0, upper)), Mean: mean, SD: sd}
}

// excess is that of any period; before the series there is none.
func (r *earsRun) excess(t int) earsExcess {
	if t < 0 {
		return earsExcess{state: InsufficientHistory}
	}
	mean, sd, state := r.baseline(t)
	return excessOf(r.counts[t], mean, sd, state)
}

func excessOf(y, mean, sd float64, state State) earsExcess {
	if state != Stands {
		return earsExcess{state: state}
	}
	if math.IsNaN(y) {
		return earsExcess{state: HistoryNotReported}
	}
	v := (y-mean)/sd - 1
	if math.IsNaN(v) {
		return earsExcess{state: NoVariation}
	}
	return earsExcess{math.Max(0, v), Stands}
}

func withoutBaseline(t int, y float64, why State) EARSPoint {
	return EARSPoint{Bound: undefined(t, y, why), Mean: math.NaN(), SD: math.NaN()}
}

// baseline are the mean and the standard deviation before t.
func (r *earsRun) baseline(t int) (mean, sd float64, state State) {
	to := t - r.lag
	if to-r.Baseline < 0 {
		return 0, 0, InsufficientHistory
	}
	mean, sd = meanSD(r.counts[to-r.Baseline : to])
	if math.IsNaN(mean) {
		return 0, 0, HistoryNotReported
	}
	return mean, math.Max(sd, r.MinSigma), Stands
}
