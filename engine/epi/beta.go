package epi

import "math"

// betaCDF is the share of the beta distribution of shapes a and b below x, which is the
// regularised incomplete beta function. y is 1-x, given apart so that an x near 1 keeps
// its digits. It is accurate to about 1e-14, where gonum's loses to 1e-9 for small a.
//
// The continued fraction is that of DLMF 8.17.22, evaluated by Lentz's method, on the
// side of the mean where it converges fast.
func betaCDF(x, y, a, b float64) float64 {
	switch {
	case math.IsNaN(x + y + a + b):
		return math.NaN()
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	case x < (a+1)/(a+b+2):
		return betaFront(x, y, a, b) * betaFraction(x, a, b) / a
	}
	return 1 - betaFront(x, y, a, b)*betaFraction(y, b, a)/b
}

// betaFraction is the continued fraction.
func betaFraction(x, a, b float64) float64 {
	const tiny, enough = 1e-300, 1e-16
	lift := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/lift(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < 1e6; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / lift(1+even*d)
		c = lift(1 + even/c)
		f *= c * d
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / lift(1+odd*d)
		c = lift(1 + odd/c)
		step := c * d
		f *= step
		if math.Abs(step-1) < enough {
			break
		}
	}
	return f
}

// betaFront is x^a · y^b / B(a, b). The powers and the gamma functions are each too
// large or too small to be multiplied; what is left of them is small, and is summed
// without cancellation (C. Loader, "Fast and accurate computation of binomial
// probabilities", 2000).
func betaFront(x, y, a, b float64) float64 {
	n := a + b
	exponent := stirlingRest(n) - stirlingRest(a) - stirlingRest(b) - deviance(a, n*x) - deviance(b, n*y)
	return math.Sqrt(a/n*b/(2*math.Pi)) * math.Exp(exponent)
}

// stirlingRest is log Γ(z+1) less Stirling's formula for it.
func stirlingRest(z float64) float64 {
	if z < 16 {
		lg, _ := math.Lgamma(z + 1)
		return lg - (z+0.5)*math.Log(z) + z - 0.5*math.Log(2*math.Pi)
	}
	s := z * z
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/(1188*s))/s)/s)/s) / z
}

// deviance is x·log(x/m) + m - x, by a series where the three nearly cancel.
func deviance(x, m float64) float64 {
	if math.Abs(x-m) >= 0.1*(x+m) {
		return x*math.Log(x/m) + m - x
	}
	v := (x - m) / (x + m)
	sum, term := (x-m)*v, 2*x*v
	for j := 3.0; ; j += 2 {
		term *= v * v
		next := sum + term/j
		if next == sum {
			return sum
		}
		sum = next
	}
}

// betaQuantile is the x with a share p of the beta distribution below, by Newton's
// method between bounds that close in.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	x := a / (a + b)
	for range 400 {
		off := betaCDF(x, 1-x, a, b) - p
		if off > 0 {
			high = x
		} else {
			low = x
		}
		next := x - off*x*(1-x)/betaFront(x, 1-x, a, b)
		if !(next > low && next < high) {
			next = low + (high-low)/2
		}
		if math.Abs(next-x) <= 1e-16*x {
			return next
		}
		x = next
	}
	return x
}
