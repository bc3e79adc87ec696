package epi

import (
	"math"

	"github.com/godwit-health/godwit/engine/value"
)

// Power is the transformation of the counts by which the prediction interval is made
// symmetric.
type Power uint8

// The transformations; TwoThirds, for the skewness of the Poisson distribution, is the
// paper's and the default.
const (
	TwoThirds Power = iota
	Half            // for its variance
	NoPower
)

// Threshold is how the flexible method turns the fit into a limit.
type Threshold uint8

// The three limits. Delta is the interval of the original method. NBPlugIn is a
// quantile of the negative binomial with the fitted mean, Muan the same with the upper
// confidence limit of the mean, so that it also carries the uncertainty of the fit.
const (
	Delta Threshold = iota
	NBPlugIn
	Muan
)

// Farrington is the method of England and Wales: a quasi-Poisson regression on the
// weeks around the same week of Years earlier years.
//
//  1. Fit log mean = a (+ b·t) to the weeks within HalfWindow of the same week, of each
//     of the last Years years.
//  2. Past outbreaks weigh less: weight γ·s^-2 for a standardised Anscombe residual s
//     above 1, else γ, with Σ weights = n; fit again.
//  3. The trend stays only where P < 0.05, there are 3 years, and the prediction is not
//     above the largest count fitted; else fit again without.
//  4. Limit: the upper end of the (1-Alpha) two-sided prediction interval of
//     y^(2/3) (or of another Power).
//
// The method is silent for fewer than MinCases cases in the last MinWeeks weeks: no
// alarm, state TooFewCases, and an Upper of 0, which is how the reference program writes
// it and is no limit.
//
// Source: C. Farrington, N. Andrews, A. Beale, M. Catchpole, "A statistical algorithm
// for the early detection of outbreaks of infectious disease", J R Stat Soc A 159
// (1996) 547-563.
type Farrington struct {
	Years      int     // b; 0 means 5
	HalfWindow int     // w
	Reweight   bool    // step 2
	Trend      bool    // step 3
	Alpha      float64 // two-sided; 0 means 0.05
	Power      Power
	MinCases   float64 // 0 turns the rule off
	MinWeeks   int
}

// DefaultFarrington are the parameters of the paper with five years.
func DefaultFarrington() Farrington {
	return Farrington{Years: 5, HalfWindow: 3, Reweight: true, Trend: true, Alpha: 0.05, MinCases: 5, MinWeeks: 4}
}

// FarringtonFlexible is the improved method in use in England since 2013. The fit
// takes all weeks back to Years years, with a factor of Periods levels for the season
// (one for the weeks around the current one, the others share the rest of the year)
// and leaves out the last PastExcluded weeks, so that an outbreak that has begun does
// not hide itself.
//
// With Periods 1 only the weeks within HalfWindow of the same week are used, as in the
// original method.
//
// Source: A. Noufaily et al., "An improved algorithm for outbreak detection in multiple
// surveillance systems", Stat Med 32 (2013) 1206-1222; for Muan and Periods as
// implemented in the reference program, M. Salmon, D. Schumacher, M. Höhle, J Stat
// Softw 70 (2016) 10, section 3.2.
type FarringtonFlexible struct {
	Years            int
	HalfWindow       int
	Reweight         bool
	WeightsThreshold float64 // a residual above it is a past outbreak; 0 means 2.58
	Trend            bool
	TrendP           float64 // the trend stays where P is below; 1 keeps it always
	Alpha            float64 // one-sided; 0 means 0.05
	Power            Power   // for Delta
	MinCases         float64
	MinWeeks         int
	Periods          int // noPeriods; 0 means 1
	PastExcluded     int // pastWeeksNotIncluded
	Threshold        Threshold
	// PaperVariance takes the standard error of the fitted mean from the fit with the
	// dispersion, as both papers do. The reference program takes another scale, the
	// mean square of (y - mean)/mean, and is followed by default so that limits agree.
	PaperVariance bool
}

// DefaultFlexible are the defaults of the reference program.
func DefaultFlexible() FarringtonFlexible {
	return FarringtonFlexible{Years: 5, HalfWindow: 3, Reweight: true, WeightsThreshold: 2.58, Trend: true, TrendP: 0.05,
		Alpha: 0.05, MinCases: 5, MinWeeks: 4, Periods: 1, PastExcluded: 3}
}

// Noufaily are the parameters of the paper of 2013.
func Noufaily() FarringtonFlexible {
	p := DefaultFlexible()
	p.TrendP, p.Periods, p.PastExcluded, p.Threshold, p.Alpha = 1, 10, 26, NBPlugIn, 0.005
	return p
}

// FarringtonPoint is a period with the fit behind its limit. What was not fitted is NaN.
type FarringtonPoint struct {
	Bound
	Expected   float64 // the fitted mean
	SE         float64 // its standard error on the log scale
	Mean       float64 // the mean that the limit is made of: Expected, or for Muan its upper confidence limit
	Dispersion float64 // not below 1
	Trend      float64 // change of the log mean a period; NaN where the trend was left out
	TrendP     float64 // P value of the trend, also of one left out
	PValue     float64 // chance of at least Observed
	Score      float64 // (Observed - Expected) / (Upper - Expected): above 1 alarms
	Dropped    bool    // the trend was asked for and left out
}

func unfitted(b Bound) FarringtonPoint {
	n := math.NaN()
	return FarringtonPoint{Bound: b, Expected: n, SE: n, Mean: n, Dispersion: n, Trend: n, TrendP: n, PValue: n, Score: n}
}

// Detect answers for each period of the range.
func (p Farrington) Detect(s Series, r Range) ([]FarringtonPoint, error) {
	if p.Years == 0 {
		p.Years = 5
	}
	if p.Alpha == 0 {
		p.Alpha = 0.05
	}
	f := FarringtonFlexible{Years: p.Years, HalfWindow: p.HalfWindow, Reweight: p.Reweight, WeightsThreshold: 1,
		Trend: p.Trend, TrendP: 0.05, Alpha: p.Alpha, Power: p.Power, MinCases: p.MinCases, MinWeeks: p.MinWeeks, Periods: 1}
	return f.detect(s, r, true)
}

// Detect answers for each period of the range.
func (p FarringtonFlexible) Detect(s Series, r Range) ([]FarringtonPoint, error) {
	return p.detect(s, r, false)
}

func (p FarringtonFlexible) detect(s Series, r Range, original bool) ([]FarringtonPoint, error) {
	p, err := p.filled(s.perYear())
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
	d := farringtonRun{FarringtonFlexible: p, series: s, original: original, z: normalQuantile(1 - p.Alpha)}
	if original {
		d.z = normalQuantile(1 - p.Alpha/2)
	}
	out := make([]FarringtonPoint, 0, to-from+1)
	for t := from; t <= to; t++ {
		out = append(out, d.at(t))
	}
	return out, nil
}

func (p FarringtonFlexible) filled(perYear int) (FarringtonFlexible, error) {
	if p.Years == 0 {
		p.Years = 5
	}
	if p.Periods == 0 {
		p.Periods = 1
	}
	if p.Alpha == 0 {
		p.Alpha = 0.05
	}
	if p.WeightsThreshold == 0 {
		p.WeightsThreshold = 2.58
	}
	switch {
	case p.Years < 1:
		return p, refuse("b", "%d years; give at least 1", p.Years)
	case p.HalfWindow < 0 || 2*p.HalfWindow+1 > perYear:
		return p, refuse("w", "a window of %d on either side is not within a year of %d periods", p.HalfWindow, perYear)
	case p.Periods < 1 || p.Periods > 1 && p.Periods-1 > perYear-2*p.HalfWindow-1:
		return p, refuse("no-periods", "%d seasons do not fit into a year of %d periods beside the window", p.Periods, perYear)
	case p.PastExcluded < 0:
		return p, refuse("past-weeks-not-included", "%d is negative", p.PastExcluded)
	case p.MinCases < 0 || p.MinWeeks < 0 || p.MinCases > 0 && p.MinWeeks == 0:
		return p, refuse("limit54", "%g cases in %d weeks; give two numbers such as 5,4, or 0,0 for no such rule", p.MinCases, p.MinWeeks)
	case !(p.WeightsThreshold > 0):
		return p, refuse("weights-threshold", "%g is not above 0", p.WeightsThreshold)
	case !(p.TrendP >= 0 && p.TrendP <= 1):
		return p, refuse("p-threshold-trend", "%g is not between 0 and 1", p.TrendP)
	}
	return p, checkShare("alpha", p.Alpha)
}

// farringtonRun is one series under way; the fit's memory is used again for each period.
type farringtonRun struct {
	FarringtonFlexible
	series   Series
	original bool
	z        float64
	model    quasiPoisson
}

// at answers for one period.
func (d *farringtonRun) at(t int) FarringtonPoint {
	observed := d.series.Counts[t]
	if d.series.yearsBack(t, d.Years)-d.HalfWindow < 0 {
		return unfitted(undefined(t, observed, InsufficientHistory))
	}
	enough, known := d.enoughCases(t)
	d.collect(t)
	out, state := d.fit()
	if state == Stands && !known {
		state = HistoryNotReported
	}
	if state != Stands {
		out.Bound = undefined(t, observed, state)
		return out
	}
	upper := d.limit(&out, observed)
	if !enough {
		out.Bound = Bound{T: t, Observed: observed, Upper: math.NaN(), Alarm: value.No, State: TooFewCases}
		if d.original {
			out.Upper = 0
		}
		return out
	}
	if math.IsNaN(upper) || math.IsInf(upper, 0) {
		out.Bound = undefined(t, observed, NotIdentifiable)
		return out
	}
	out.Bound = above(t, observed, upper)
	return out
}

// enoughCases applies the rule of too few cases; known is false where what was not
// reported could decide it.
func (d *farringtonRun) enoughCases(t int) (enough, known bool) {
	sum, missing := 0.0, false
	for i := max(0, t-d.MinWeeks+1); i <= t; i++ {
		if math.IsNaN(d.series.Counts[i]) {
			missing = true
			continue
		}
		sum += d.series.Counts[i]
	}
	if sum >= d.MinCases {
		return true, true
	}
	return false, !missing
}

// collect takes the weeks to fit, each with its season: 0 is that of the current week.
func (d *farringtonRun) collect(t int) {
	d.model.reset(d.Periods)
	last := t - 1
	if !d.original {
		last = t - d.PastExcluded - 1
	}
	later := t
	for i := 1; i <= d.Years; i++ {
		same := d.series.yearsBack(t, i)
		for k := same - d.HalfWindow; k <= same+d.HalfWindow; k++ {
			d.take(k, t, last, 0)
		}
		if d.Periods > 1 {
			d.seasons(same+d.HalfWindow+1, later-d.HalfWindow-1, t, last)
		}
		later = same
	}
	if d.original || d.PastExcluded >= d.HalfWindow {
		return
	}
	for k := t - d.HalfWindow; k < t; k++ {
		d.take(k, t, last, 0)
	}
}

// seasons shares the weeks between two windows among the other seasons as evenly as it
// can; the first take the rest.
func (d *farringtonRun) seasons(from, to, t, last int) {
	seasons := d.Periods - 1
	length, rest := (to-from+1)/seasons, (to-from+1)%seasons
	k := from
	for g := 1; g <= seasons; g++ {
		n := length
		if g <= rest {
			n++
		}
		for range n {
			d.take(k, t, last, g)
			k++
		}
	}
}

func (d *farringtonRun) take(k, t, last, season int) {
	if k <= last && !math.IsNaN(d.series.Counts[k]) {
		d.model.add(d.series.Counts[k], float64(k-t), season)
	}
}

// fit estimates the model and decides on the trend.
func (d *farringtonRun) fit() (FarringtonPoint, State) {
	out := unfitted(Bound{})
	m := &d.model
	trend := d.Trend && d.Years >= 3
	state := d.estimate(trend)
	if trend {
		if state == Stands {
			out.TrendP = m.slopeP(d.scale(m.dispersion))
		}
		eta, _ := m.predict(0)
		if state != Stands || !(out.TrendP < d.TrendP || d.TrendP == 1) || math.Exp(eta) > m.largest() {
			state, trend = d.estimate(false), false
		}
	}
	if state != Stands {
		return out, state
	}
	out.Dropped = d.Trend && !trend
	eta, variance := m.predict(0)
	out.Expected, out.Dispersion = math.Exp(eta), m.phi()
	out.SE = math.Sqrt(variance * d.scale(out.Dispersion))
	if trend {
		out.Trend = m.slope
	}
	return out, Stands
}

// scale is the dispersion of standard errors.
func (d *farringtonRun) scale(dispersion float64) float64 {
	if d.original || d.PaperVariance {
		return dispersion
	}
	return d.model.relativeSpread()
}

// estimate fits once, and again with past outbreaks weighing less.
func (d *farringtonRun) estimate(trend bool) State {
	m := &d.model
	for i := range m.prior {
		m.prior[i] = 1
	}
	if !m.fit(trend) {
		return NotIdentifiable
	}
	if !m.converged {
		return NotConverged
	}
	if !d.Reweight {
		return Stands
	}
	m.reweigh(d.WeightsThreshold)
	if !m.fit(trend) {
		return NotIdentifiable
	}
	if !m.converged {
		return NotConverged
	}
	return Stands
}

// limit is the upper limit; it fills in what depends on the observation.
func (d *farringtonRun) limit(p *FarringtonPoint, observed float64) float64 {
	p.Mean = p.Expected
	var upper float64
	switch {
	case d.Threshold == Delta:
		upper, p.PValue = d.interval(p, observed)
	default:
		if d.Threshold == Muan {
			p.Mean = math.Exp(math.Log(p.Expected) + d.z*p.SE)
		}
		if math.IsInf(p.Mean, 0) { // a season without a case says nothing of its mean
			return math.NaN()
		}
		upper, p.PValue = d.countQuantile(p, observed)
	}
	p.Score = (observed - p.Expected) / (upper - p.Expected)
	return upper
}

// countQuantile is the quantile of the count, negative binomial where there is more
// variation than Poisson's, and the chance of at least as many as observed.
func (d *farringtonRun) countQuantile(p *FarringtonPoint, observed float64) (upper, pValue float64) {
	pValue = math.NaN()
	if p.Dispersion > 1 {
		size := p.Mean / (p.Dispersion - 1)
		if !math.IsNaN(observed) {
			pValue = negBinUpper(observed, p.Mean, size)
		}
		return negBinQuantile(1-d.Alpha, p.Mean, size), pValue
	}
	if !math.IsNaN(observed) {
		pValue = poissonUpper(observed, p.Mean)
	}
	return poissonQuantile(1-d.Alpha, p.Mean), pValue
}

// interval is the upper end of the prediction interval of the transformed count, whose
// variance is that of the observation and of the fitted mean (Farrington 1996,
// equation 3 and appendix), and the chance of at least as many as observed.
func (d *farringtonRun) interval(p *FarringtonPoint, observed float64) (upper, pValue float64) {
	mu := p.Expected
	seMean := mu * p.SE // of the mean itself
	tau := p.Dispersion + seMean*seMean/mu
	var exponent, se float64
	switch d.Power {
	case TwoThirds:
		exponent, se = 2.0/3, math.Sqrt(4.0/9*math.Cbrt(mu)*tau)
	case Half:
		exponent, se = 0.5, math.Sqrt(tau/4)
	default:
		exponent, se = 1, math.Sqrt(mu*tau)
	}
	centre := math.Pow(mu, exponent)
	upper = math.Pow(centre+d.z*se, 1/exponent)
	return upper, normalUpper((math.Pow(observed, exponent) - centre) / se)
}
