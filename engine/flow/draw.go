package flow

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Dist is the distribution of a period in days. All are of positive numbers: a
// normal one is cut at zero, because a period cannot be negative.
type Dist struct {
	Name string  // fixed, gamma, lognormal, normal or weibull
	A, B float64 // fixed: days; gamma and normal: mean, sd; lognormal: meanlog, sdlog; weibull: shape, scale
}

var distParams = map[string][]string{
	"fixed": {"days"}, "gamma": {"mean", "sd"}, "lognormal": {"meanlog", "sdlog"}, "normal": {"mean", "sd"}, "weibull": {"shape", "scale"},
}

// ParseDist reads "gamma:mean=9.4,sd=7.4", "lognormal:meanlog=1.5,sdlog=0.4",
// "normal:mean=4.5,sd=0.77", "weibull:shape=2,scale=5" or "fixed:days=4".
func ParseDist(text string) (Dist, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(text), ":")
	params, ok := distParams[name]
	if !ok {
		return Dist{}, bad("distribution", text, "is not one of fixed, gamma, lognormal, normal, weibull; write for example gamma:mean=9.4,sd=7.4")
	}
	given := map[string]float64{}
	for pair := range strings.SplitSeq(rest, ",") {
		key, v, _ := strings.Cut(pair, "=")
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil {
			return Dist{}, bad("distribution", text, "has a parameter that is no number; write for example %s:%s=1", name, strings.Join(params, "=1,"))
		}
		given[strings.TrimSpace(key)] = f
	}
	d := Dist{Name: name}
	for i, p := range params {
		v, ok := given[p]
		if !ok || len(given) != len(params) {
			return Dist{}, bad("distribution", text, "needs exactly the parameters %s", strings.Join(params, " and "))
		}
		*[]*float64{&d.A, &d.B}[i] = v
	}
	return d, d.Valid()
}

// Valid refuses parameters that make no distribution of days, and those so far off
// that their quantiles would be noise.
func (d Dist) Valid() error {
	params := distParams[d.Name]
	within := func(what string, v, low, high float64) error {
		if !(v >= low && v <= high) {
			return bad(what, d.Name, "is %v; it must lie in %v to %v", v, low, high)
		}
		return nil
	}
	switch d.Name {
	case "fixed":
		return within("days", d.A, 1e-6, 1e6)
	case "gamma":
		if err := first(within("mean", d.A, 1e-6, 1e6), within("sd", d.B, 1e-6, 1e6)); err != nil {
			return err
		}
		return within("sd as a share of the mean", d.B/d.A, 1e-3, 10)
	case "lognormal":
		return first(within(params[0], d.A, -14, 14), within(params[1], d.B, 1e-6, 5))
	case "weibull":
		return first(within(params[0], d.A, 0.1, 1000), within(params[1], d.B, 1e-6, 1e6))
	case "normal":
		if err := first(within("mean", d.A, -1e6, 1e6), within("sd", d.B, 1e-6, 1e6)); err != nil {
			return err
		}
		if d.A < -2*d.B {
			return bad("normal", "", "with mean %v and sd %v is nearly all below 0; a period cannot be negative", d.A, d.B)
		}
		return nil
	}
	return bad("distribution", d.Name, "is not one of fixed, gamma, lognormal, normal, weibull")
}

// Quantile is the value below which a share u of the periods lies, 0 < u < 1.
func (d Dist) Quantile(u float64) float64 {
	switch d.Name {
	case "gamma":
		shape := d.A * d.A / (d.B * d.B)
		return gammaQuantile(shape, u) * d.A / shape
	case "lognormal":
		return distuv.LogNormal{Mu: d.A, Sigma: d.B}.Quantile(u)
	case "normal":
		n := distuv.Normal{Mu: d.A, Sigma: d.B}
		below := n.CDF(0)
		return math.Max(0, n.Quantile(below+u*(1-below)))
	case "weibull":
		return d.B * math.Pow(-math.Log1p(-u), 1/d.A)
	}
	return d.A
}

func gammaQuantile(shape, u float64) float64 { return mathext.GammaIncRegInv(shape, u) }

// gammaCDF is the distribution function of a gamma distribution, zero below zero.
func gammaCDF(x, shape, scale float64) float64 {
	switch {
	case x <= 0:
		return 0
	case math.IsInf(x, 1):
		return 1
	}
	return mathext.GammaIncReg(shape, x/scale)
}

// MaxDraws bounds the draws of one call.
const MaxDraws = 1_000_000

// DrawPeriods draws n pairs of incubation and infectious period. The same seed
// gives the same draws for ever: they are quantiles at numbers of the PCG generator
// (O'Neill 2014), incubation and infectious in turn, so keep the seed with the
// result.
func DrawPeriods(incubation, infectious Dist, seed uint64, n int) ([]Periods, error) {
	if err := first(incubation.Valid(), infectious.Valid()); err != nil {
		return nil, err
	}
	if n < 1 || n > MaxDraws {
		return nil, bad("draws", "", "are %d; between 1 and %d", n, MaxDraws)
	}
	const stream = 0x676f64776974 // "godwit"
	source := rand.NewPCG(seed, stream)
	uniform := func() float64 { return (float64(source.Uint64()>>11) + 0.5) / (1 << 53) } // never 0 nor 1
	out := make([]Periods, n)
	for i := range out {
		out[i].Incubation = incubation.Quantile(uniform())
		out[i].Infectious = infectious.Quantile(uniform())
	}
	return out, nil
}
