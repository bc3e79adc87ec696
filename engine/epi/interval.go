package epi

import "math"

// SerialInterval is the distribution of the days from the onset of a case to the onset
// of whom it infects: element k is the share at k days. It is bound to a pathogen, and
// for a virus to its species; who uses it has to say where it comes from.
type SerialInterval []float64

// serialSlack is how far the shares may be from 1 together, for printed tables.
const serialSlack = 0.01

// NewSerialInterval checks a given (non-parametric) distribution: shares from 0, none
// on day 0, together 1 within 0.01. It is used as it is and never scaled: one that sums
// to 0.9 has lost a tenth of its days, and only its author knows which.
func NewSerialInterval(shares []float64) (SerialInterval, error) {
	if len(shares) < 2 {
		return nil, refuse("serial interval", "has %d days; give the shares of day 0, 1, 2 …", len(shares))
	}
	sum := 0.0
	for k, w := range shares {
		if !(w >= 0 && w <= 1) {
			return nil, refuseAt("serial interval", k, "%g is not between 0 and 1", w)
		}
		sum += w
	}
	if shares[0] != 0 {
		return nil, refuse("serial interval", "gives day 0 a share of %g; the method cannot use infections on the same day, give 0", shares[0])
	}
	if math.Abs(sum-1) > serialSlack {
		return nil, refuse("serial interval", "the shares sum to %.4g and not to 1; some days are missing or counted twice", sum)
	}
	return shares, nil
}

// DiscreteInterval is the share of day 0, 1 … days-1 when the interval is one day plus
// a gamma distribution, of that mean and standard deviation in days, and onsets are
// spread evenly within their days.
//
// Source: A. Cori et al., "A new framework and software to estimate time-varying
// reproduction numbers during epidemics", Am J Epidemiol 178 (2013) 1505-1512, web
// appendix 11.
func DiscreteInterval(mean, sd float64, days int) (SerialInterval, error) {
	switch {
	case !(mean > 1) || math.IsInf(mean, 1):
		return nil, refuse("mean-si", "%g days; the interval is one day and more, so its mean is above 1", mean)
	case !(sd > 0) || math.IsInf(sd, 1):
		return nil, refuse("std-si", "%g is not above 0", sd)
	case days < 1 || days > maxDays:
		return nil, refuse("days", "%d is not between 1 and %d", days, maxDays)
	}
	shape := (mean - 1) / sd * ((mean - 1) / sd)
	scale := sd * sd / (mean - 1)
	// F(k) and G(k): the distribution function of the gamma, and of that of one more in
	// shape, whose product with the mean is the partial expectation.
	f := func(k int) float64 { return gammaCDF(float64(k), shape, scale) }
	g := func(k int) float64 { return gammaCDF(float64(k), shape+1, scale) }
	out := make(SerialInterval, days)
	for k := 1; k < days; k++ {
		x := float64(k)
		share := x*f(k) + (x-2)*f(k-2) - 2*(x-1)*f(k-1) + shape*scale*(2*g(k-1)-g(k-2)-g(k))
		out[k] = math.Max(0, share)
	}
	return out, nil
}

// maxDays is the longest interval, and the longest series of days.
const maxDays = 100_000

// Mean is the mean in days of the shares that are given.
func (w SerialInterval) Mean() float64 {
	sum := 0.0
	for k, share := range w {
		sum += float64(k) * share
	}
	return sum
}
