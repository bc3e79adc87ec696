package epi

import "math"

// quasiPoisson fits log E(y) = level of the observation's group (+ slope · time), with
// variance dispersion · mean, by iteratively reweighted least squares (P. McCullagh,
// J. Nelder, Generalized Linear Models, 2nd ed. 1989, section 2.5).
//
// Groups are disjoint, so each weighted least-squares step has a closed form: within a
// group the intercept drops out when time and response are taken from their weighted
// group means, and the slope is a quotient of two sums. That needs no matrix, is exact
// for groups whose mean is nearly nothing, and takes one pass over the data.
//
// Start (y + 0.1) and the measure of convergence (relative change of the deviance below
// 1e-8) are those of R's glm, so that a fit that has no maximum (a group of zeros, whose
// level falls for ever) stops at the same place. R gives up after 25 steps and the
// reference program then drops the trend, which no paper asks for; we go on.
type quasiPoisson struct {
	y, time []float64 // time counts from the period that is predicted, which is 0
	group   []int
	prior   []float64 // prior weights
	groups  int
	trend   bool

	eta, mu, weight []float64 // linear predictor, mean, working weight of the last step
	level           []float64 // of each group, at time 0
	slope           float64
	meanTime        []float64 // weighted mean time of each group
	groupWeight     []float64
	spread          float64 // Σ weight · (time - meanTime)²: 1/spread is the slope's variance
	dispersion      float64 // as estimated, not floored
	converged       bool
	meanResponse    []float64
}

const (
	fitTolerance = 1e-8
	fitSteps     = 200
	leastMean    = 2.220446049250313e-16 // the smallest mean that the log link gives back
)

// reset makes room for another set of observations and keeps the memory.
func (q *quasiPoisson) reset(groups int) {
	q.y, q.time, q.group, q.prior = q.y[:0], q.time[:0], q.group[:0], q.prior[:0]
	q.groups = groups
	q.level, q.meanTime = resized(q.level, groups), resized(q.meanTime, groups)
	q.groupWeight, q.meanResponse = resized(q.groupWeight, groups), resized(q.meanResponse, groups)
}

func resized(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

func (q *quasiPoisson) add(y, time float64, group int) {
	q.y = append(q.y, y)
	q.time = append(q.time, time)
	q.group = append(q.group, group)
	q.prior = append(q.prior, 1)
}

// fit estimates all parameters. It answers false where the data cannot: more
// parameters than observations, a group without observations, or one time only.
func (q *quasiPoisson) fit(trend bool) (identified bool) {
	n := len(q.y)
	q.trend, q.converged = trend, false
	q.eta, q.mu, q.weight = resized(q.eta, n), resized(q.mu, n), resized(q.weight, n)
	for i, y := range q.y {
		q.mu[i] = y + 0.1
		q.eta[i] = math.Log(q.mu[i])
	}
	before := q.deviance()
	for range fitSteps {
		if !q.step() {
			return false
		}
		now := q.means()
		if math.IsInf(now, 0) || math.IsNaN(now) {
			return true // not converged
		}
		if math.Abs(now-before)/(math.Abs(now)+0.1) < fitTolerance {
			q.converged = true
			break
		}
		before = now
	}
	free := float64(n - q.parameters())
	sum := 0.0
	for i, y := range q.y {
		r := (y - q.mu[i]) / math.Max(math.Exp(q.eta[i]), leastMean)
		sum += q.weight[i] * r * r
	}
	q.dispersion = sum / free
	return free > 0
}

// means are those of the parameters; it answers their deviance.
func (q *quasiPoisson) means() float64 {
	for i := range q.y {
		q.eta[i] = q.level[q.group[i]] + q.slope*q.time[i]
		q.mu[i] = math.Max(math.Exp(q.eta[i]), leastMean)
	}
	return q.deviance()
}

func (q *quasiPoisson) parameters() int {
	if q.trend {
		return q.groups + 1
	}
	return q.groups
}

// step is one weighted least-squares fit of the working response.
func (q *quasiPoisson) step() bool {
	for g := range q.groups {
		q.groupWeight[g], q.meanTime[g], q.meanResponse[g] = 0, 0, 0
	}
	for i, g := range q.group {
		w := q.prior[i] * q.mu[i]
		q.weight[i] = w
		q.groupWeight[g] += w
		q.meanTime[g] += w * q.time[i]
		q.meanResponse[g] += w * q.response(i)
	}
	for g, w := range q.groupWeight {
		if !(w > 0) {
			return false
		}
		q.meanTime[g] /= w
		q.meanResponse[g] /= w
	}
	q.slope = 0
	if q.trend {
		q.spread = 0
		for i, g := range q.group {
			d := q.time[i] - q.meanTime[g]
			q.spread += q.weight[i] * d * d
			q.slope += q.weight[i] * d * (q.response(i) - q.meanResponse[g])
		}
		if !(q.spread > 0) {
			return false
		}
		q.slope /= q.spread
	}
	for g := range q.groups {
		q.level[g] = q.meanResponse[g] - q.slope*q.meanTime[g]
	}
	return true
}

func (q *quasiPoisson) response(i int) float64 { return q.eta[i] + (q.y[i]-q.mu[i])/q.mu[i] }

func (q *quasiPoisson) deviance() float64 {
	sum := 0.0
	for i, y := range q.y {
		d := q.mu[i]
		if y > 0 {
			d = y*math.Log(y/q.mu[i]) - (y - q.mu[i])
		}
		sum += 2 * q.prior[i] * d
	}
	return sum
}

// leverage is the diagonal of the hat matrix at an observation.
func (q *quasiPoisson) leverage(i int) float64 {
	g := q.group[i]
	h := q.weight[i] / q.groupWeight[g]
	if q.trend {
		d := q.time[i] - q.meanTime[g]
		h += q.weight[i] * d * d / q.spread
	}
	if h > 1-10*leastMean {
		return 1
	}
	return h
}

// phi is the dispersion that limits use: less variation than Poisson's is not believed.
func (q *quasiPoisson) phi() float64 { return math.Max(q.dispersion, 1) }

// reweigh gives observations with a standardised Anscombe residual above the threshold
// a weight that falls with its square, so that past outbreaks do not raise the limit
// (Farrington 1996, section 3.6; Noufaily 2013, section 2.2).
func (q *quasiPoisson) reweigh(threshold float64) {
	phi, sum := q.phi(), 0.0
	for i, y := range q.y {
		a := 1.5 * (math.Cbrt(y*y)*math.Pow(q.mu[i], -1.0/6) - math.Sqrt(q.mu[i])) / math.Sqrt(phi*(1-q.leverage(i)))
		q.prior[i] = 1
		if a > threshold {
			q.prior[i] = 1 / (a * a)
		}
		sum += q.prior[i]
	}
	gamma := float64(len(q.y)) / sum
	for i := range q.prior {
		q.prior[i] *= gamma
	}
}

// predict is the mean of a group at time 0 on the log scale, and the variance of that
// prediction for a dispersion of 1.
func (q *quasiPoisson) predict(group int) (eta, variance float64) {
	variance = 1 / q.groupWeight[group]
	if q.trend {
		variance += q.meanTime[group] * q.meanTime[group] / q.spread
	}
	return q.level[group], variance
}

// relativeSpread is the mean square of the relative residuals (y - mean)/mean under the
// prior weights.
func (q *quasiPoisson) relativeSpread() float64 {
	sum := 0.0
	for i, y := range q.y {
		r := (y - q.mu[i]) / q.mu[i]
		sum += q.prior[i] * r * r
	}
	return sum / float64(len(q.y)-q.parameters())
}

// slopeP is the two-sided P value of the slope by Student's t under a dispersion.
func (q *quasiPoisson) slopeP(dispersion float64) float64 {
	t := q.slope / math.Sqrt(dispersion/q.spread)
	return 2 * studentUpper(math.Abs(t), float64(len(q.y)-q.parameters()))
}

// largest is the largest count that was fitted.
func (q *quasiPoisson) largest() float64 {
	m := 0.0
	for _, y := range q.y {
		m = math.Max(m, y)
	}
	return m
}
