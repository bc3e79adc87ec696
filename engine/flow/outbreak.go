package flow

import "math"

// Extinction is the chance q that the chain of one infected arrival dies out, where
// the numbers that each infects are negative binomial with mean r and dispersion k:
// the smallest root of q = (1 + r(1-q)/k)^-k (Lloyd-Smith 2005). r ≤ 1 gives 1; k
// may be +Inf, which is Poisson. Both are without a response.
func Extinction(r, k float64) (float64, error) {
	x, err := survival(r, k)
	return 1 - x, err
}

// survival is 1 - q, found as such so that little is left of it near r = 1 is exact.
func survival(r, k float64) (float64, error) {
	if err := atLeastZero("R", "", r); err != nil {
		return 0, err
	}
	if math.IsNaN(k) || k <= 0 {
		return 0, bad("k", "", "is %v; the dispersion is more than 0 (small: few infect many)", k)
	}
	if r <= 1 {
		return 0, nil
	}
	// f(x) = 1 - (1 + r x/k)^-k - x is concave with f(0) = 0 and f'(0) = r - 1 > 0: it
	// is positive between 0 and the root and negative after it, so halving finds it.
	f := func(x float64) float64 {
		if math.IsInf(k, 1) {
			return -math.Expm1(-r*x) - x
		}
		return -math.Expm1(-k*math.Log1p(r*x/k)) - x
	}
	low, high := 0.0, 1.0
	for mid := 0.5; mid > low && mid < high; mid = low + (high-low)/2 {
		if f(mid) > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return low + (high-low)/2, nil
}

// Outbreak are the chances at a destination that expects λ infected arrivals.
type Outbreak struct {
	Extinction float64 // q of one arrival
	AnyImport  float64 // 1 - e^-λ
	Outbreak   float64 // 1 - e^-λ(1-q): at least one arrival whose chain does not die out
}

// OutbreakGiven joins expected importations (λ, Poisson) with what each can start.
func OutbreakGiven(lambda, r, k float64) (Outbreak, error) {
	if err := atLeastZero("lambda", "", lambda); err != nil {
		return Outbreak{}, err
	}
	x, err := survival(r, k)
	if err != nil {
		return Outbreak{}, err
	}
	return Outbreak{Extinction: 1 - x, AnyImport: -math.Expm1(-lambda), Outbreak: -math.Expm1(-lambda * x)}, nil
}

// Postponed is what a reduction of travel buys.
type Postponed struct {
	Days  float64
	State State  // Unknown where the formula has no answer
	Why   string // why it has none
}

// Delay is by how many days a reduction of travel by a share c postpones the first
// importations from an outbreak that grows at r a day: ln(1/(1-c))/r (Hollingsworth
// 2006). diverted is the share of the journeys stopped that goes by other ways all
// the same, so that only c(1-diverted) is gone. It is a delay, never prevention: at
// r = 0.1 a closure of 90 % buys 23 days. Without growth (r ≤ 0), or when nobody at
// all is left to travel, the formula says nothing.
func Delay(growth, reduction, diverted float64) (Postponed, error) {
	if err := first(number("growth", "", growth), probability("reduction", "", reduction), probability("diverted", "", diverted)); err != nil {
		return Postponed{}, err
	}
	c := reduction * (1 - diverted)
	switch {
	case growth <= 0:
		return Postponed{Why: "the outbreak does not grow; the delay is defined for a growing one"}, nil
	case c == 1:
		return Postponed{Why: "no journey is left, by any way; no border is closed that tightly, so give what still passes"}, nil
	}
	return Postponed{Days: -math.Log1p(-c) / growth, State: Known}, nil
}

// GrowthOfDoubling is the growth rate per day of a doubling time in days: ln 2 / T.
func GrowthOfDoubling(days float64) (float64, error) {
	if err := positive("doubling time", "", days); err != nil {
		return 0, err
	}
	return math.Ln2 / days, nil
}
