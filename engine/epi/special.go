package epi

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// The distributions below are the regularised incomplete gamma function of gonum and
// the incomplete beta function of beta.go under the names of statistics.

// normalQuantile is the z of which a share p of the standard normal lies below.
func normalQuantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// normalUpper is the share of the standard normal above z.
func normalUpper(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// gammaCDF is the share of the gamma distribution of shape and scale below x.
func gammaCDF(x, shape, scale float64) float64 {
	if x <= 0 {
		return 0
	}
	return mathext.GammaIncReg(shape, x/scale)
}

// gammaDensity is the density of the gamma distribution at x.
func gammaDensity(x, shape, scale float64) float64 {
	switch {
	case x < 0:
		return 0
	case x == 0 && shape > 1:
		return 0
	case x == 0 && shape == 1:
		return 1 / scale
	case x == 0:
		return math.Inf(1)
	}
	lg, _ := math.Lgamma(shape)
	return math.Exp((shape-1)*math.Log(x/scale)-x/scale-lg) / scale
}

// studentUpper is the share of Student's t with df degrees of freedom above t.
func studentUpper(t, df float64) float64 {
	tail := betaCDF(df/(df+t*t), t*t/(df+t*t), df/2, 0.5) / 2
	if t < 0 {
		return 1 - tail
	}
	return tail
}

// studentQuantile is the t with a share p, above a half, of Student's t below.
func studentQuantile(p, df float64) float64 {
	x := betaQuantile(2*(1-p), df/2, 0.5)
	return math.Sqrt(df * (1 - x) / x)
}

// poissonCDF is the chance of at most k.
func poissonCDF(k, mean float64) float64 {
	if k < 0 {
		return 0
	}
	if mean == 0 {
		return 1
	}
	return mathext.GammaIncRegComp(math.Floor(k)+1, mean)
}

// poissonUpper is the chance of at least k.
func poissonUpper(k, mean float64) float64 {
	if k <= 0 {
		return 1
	}
	if mean == 0 {
		return 0
	}
	return mathext.GammaIncReg(k, mean)
}

// negBinUpper is the chance of at least k under the negative binomial.
func negBinUpper(k, mean, size float64) float64 {
	if k <= 0 {
		return 1
	}
	return betaCDF(mean/(size+mean), size/(size+mean), k, size)
}

// negBinCDF is the chance of at most k under the negative binomial of that mean and
// size (variance mean + mean²/size).
func negBinCDF(k, mean, size float64) float64 {
	if k < 0 {
		return 0
	}
	return betaCDF(size/(size+mean), mean/(size+mean), size, math.Floor(k)+1)
}

// quantile is the least whole number whose distribution function reaches p. start is
// a guess; the slack keeps a p that is met exactly from being missed by rounding.
func quantile(p, start float64, cdf func(k float64) float64) float64 {
	p *= 1 - 1e-14
	k := math.Max(0, math.Floor(start))
	if !(k <= maxCount) { // beyond the whole numbers, or none
		return math.NaN()
	}
	step := 1.0
	if cdf(k) >= p { // down to the first that does not reach it
		for k > 0 && cdf(k-step) >= p {
			k = math.Max(0, k-step)
			step *= 2
		}
		low, high := math.Max(-1, k-step), k // cdf(low) < p <= cdf(high)
		return bisect(low, high, p, cdf)
	}
	for cdf(k+step) < p {
		k += step
		step *= 2
		if k > maxCount {
			return math.NaN()
		}
	}
	return bisect(k, k+step, p, cdf)
}

func bisect(low, high, p float64, cdf func(k float64) float64) float64 {
	for high-low > 1 {
		mid := math.Floor((low + high) / 2)
		if cdf(mid) >= p {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// poissonQuantile is the least k that is reached with chance p.
func poissonQuantile(p, mean float64) float64 {
	return quantile(p, mean+normalQuantile(p)*math.Sqrt(mean), func(k float64) float64 { return poissonCDF(k, mean) })
}

// negBinQuantile is the same of the negative binomial.
func negBinQuantile(p, mean, size float64) float64 {
	sd := math.Sqrt(mean + mean*mean/size)
	return quantile(p, mean+normalQuantile(p)*sd, func(k float64) float64 { return negBinCDF(k, mean, size) })
}

// gammaQuantiles fills in, for each share, the x with that share of the gamma
// distribution below. Wilson and Hilferty's cube root of a normal quantile is the start
// (PNAS 17 (1931) 684), and Halley's method on the distribution function, which triples
// the digits each time, the end. Where it does not settle, a search does.
func gammaQuantiles(out, shares []float64, shape, scale float64) {
	lg, _ := math.Lgamma(shape)
	for i, p := range shares {
		x, ok := halleyGamma(p, shape, lg)
		if !ok {
			x = searchGamma(p, shape)
		}
		out[i] = x * scale
	}
}

// searchGamma halves an interval of log x until it cannot be halved.
func searchGamma(p, shape float64) float64 {
	lg, _ := math.Lgamma(shape + 1)
	low := (math.Log(p)+lg)/shape - 1 // P(x) is at most x^shape/Γ(shape+1)
	high := math.Log(shape + 1)
	for mathext.GammaIncReg(shape, math.Exp(high)) < p {
		high++
	}
	for range 200 {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if mathext.GammaIncReg(shape, math.Exp(mid)) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return math.Exp(high)
}

func halleyGamma(p, shape, lgamma float64) (x float64, ok bool) {
	c := 1 / (9 * shape)
	root := 1 - c + normalQuantile(p)*math.Sqrt(c)
	x = shape * root * root * root
	if shape < 1 || root <= 0.1 {
		return 0, false
	}
	for range 10 {
		density := math.Exp((shape-1)*math.Log(x) - x - lgamma)
		off := (mathext.GammaIncReg(shape, x) - p) / density
		step := off / (1 - 0.5*off*((shape-1)/x-1))
		next := x - step
		if !(next > 0) {
			return 0, false
		}
		if math.Abs(step) <= 1e-5*x {
			return next, true // the error is now the cube of that
		}
		x = next
	}
	return 0, false
}
