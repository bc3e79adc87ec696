package epicmd

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/epi"
)

// given is a parameter, or its default where it was left out.
func given[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// listed turns a method's points into rows.
func listed[P any](points []P, err error, row func(P) detected) ([]detected, error) {
	if err != nil {
		return nil, err
	}
	out := make([]detected, len(points))
	for i, p := range points {
		out[i] = row(p)
	}
	return out, nil
}

// detector makes the method with its parameters.
func (c *DetectCmd) detector() (detector, error) {
	if err := c.zeros(); err != nil {
		return detector{}, err
	}
	family, variant, _ := strings.Cut(c.Method, "-")
	switch family {
	case "ears":
		return c.ears(variant), nil
	case "farrington":
		return c.farrington(variant == "flexible")
	case "cusum":
		return c.cusum(variant == "rossi"), nil
	case "cdc":
		return c.cdc()
	case "rki1", "rki2", "rki3":
		return c.rki(), nil
	}
	return c.bayes(), nil
}

// zeros refuses the zero that the methods would take for "left out".
func (c *DetectCmd) zeros() error {
	for _, p := range []struct {
		name  string
		value *float64
	}{{"alpha", c.Alpha}, {"weights-threshold", c.WeightsThreshold}, {"k", c.K}, {"h", c.H}} {
		if p.value != nil && !(*p.value > 0) {
			return fmt.Errorf("--%s is %g; it is above 0", p.name, *p.value)
		}
	}
	for _, p := range []struct {
		name  string
		value *int
	}{{"baseline", c.Baseline}, {"b", c.B}, {"no-periods", c.NoPeriods}} {
		if p.value != nil && *p.value < 1 {
			return fmt.Errorf("--%s is %d; it is at least 1", p.name, *p.value)
		}
	}
	return nil
}

func (c *DetectCmd) ears(variant string) detector {
	p := epi.EARS{Method: map[string]epi.EARSMethod{"c1": epi.C1, "c2": epi.C2, "c3": epi.C3}[variant],
		Baseline: given(c.Baseline, 0), Alpha: given(c.Alpha, 0), MinSigma: given(c.MinSigma, 0)}
	return detector{details: []string{"mean", "sd"}, uses: []string{"baseline", "alpha", "min-sigma"},
		run: func(s epi.Series, r epi.Range) ([]detected, error) {
			points, err := p.Detect(s, r)
			return listed(points, err, func(p epi.EARSPoint) detected { return detected{p.Bound, []any{p.Mean, p.SD}} })
		}}
}

var powers = map[string]epi.Power{"": epi.TwoThirds, "2/3": epi.TwoThirds, "1/2": epi.Half, "none": epi.NoPower}

func (c *DetectCmd) farrington(flexible bool) (detector, error) {
	cases, weeks, err := c.limit54()
	if err != nil {
		return detector{}, err
	}
	d := detector{details: []string{"expected", "se", "mu0", "phi", "trend", "trend_p", "trend_dropped", "pvalue", "score"},
		uses: []string{"b", "w", "reweight", "trend", "alpha", "limit54", "powertrans"}}
	var detect func(epi.Series, epi.Range) ([]epi.FarringtonPoint, error)
	if flexible {
		p := epi.DefaultFlexible()
		p.Years, p.HalfWindow, p.Reweight, p.Trend = given(c.B, p.Years), given(c.W, p.HalfWindow), given(c.Reweight, true), given(c.Trend, true)
		p.Alpha, p.Power, p.MinCases, p.MinWeeks = given(c.Alpha, p.Alpha), powers[c.Powertrans], cases, weeks
		p.WeightsThreshold, p.TrendP, p.Periods = given(c.WeightsThreshold, p.WeightsThreshold), given(c.PThresholdTrend, p.TrendP), given(c.NoPeriods, p.Periods)
		p.PastExcluded = given(c.PastWeeksNotIncluded, p.HalfWindow)
		p.Threshold = map[string]epi.Threshold{"": epi.Delta, "delta": epi.Delta, "nbPlugin": epi.NBPlugIn, "muan": epi.Muan}[c.ThresholdMethod]
		p.PaperVariance = c.Variance == "paper"
		d.uses = append(d.uses, "weights-threshold", "p-threshold-trend", "no-periods", "past-weeks-not-included", "threshold-method", "variance")
		detect = p.Detect
	} else {
		p := epi.DefaultFarrington()
		p.Years, p.HalfWindow, p.Reweight, p.Trend = given(c.B, p.Years), given(c.W, p.HalfWindow), given(c.Reweight, true), given(c.Trend, true)
		p.Alpha, p.Power, p.MinCases, p.MinWeeks = given(c.Alpha, p.Alpha), powers[c.Powertrans], cases, weeks
		detect = p.Detect
	}
	d.run = func(s epi.Series, r epi.Range) ([]detected, error) {
		points, err := detect(s, r)
		return listed(points, err, func(p epi.FarringtonPoint) detected {
			return detected{p.Bound, []any{p.Expected, p.SE, p.Mean, p.Dispersion, p.Trend, p.TrendP, p.Dropped, p.PValue, p.Score}}
		})
	}
	return d, nil
}

// limit54 reads "CASES,WEEKS".
func (c *DetectCmd) limit54() (cases float64, weeks int, err error) {
	if c.Limit54 == "" {
		return 5, 4, nil
	}
	a, b, ok := strings.Cut(c.Limit54, ",")
	cases, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	weeks, err2 := strconv.Atoi(strings.TrimSpace(b))
	if !ok || err1 != nil || err2 != nil || math.IsNaN(cases) {
		return 0, 0, fmt.Errorf("--limit54 is cases and weeks, such as 5,4; 0,4 turns the rule off")
	}
	return cases, weeks, nil
}

func (c *DetectCmd) cusum(rossi bool) detector {
	p := epi.CUSUM{K: given(c.K, 0), H: given(c.H, 0), Mean: given(c.M, 0)}
	if rossi {
		p.Transform = epi.Rossi
	}
	return detector{details: []string{"cusum", "m"}, uses: []string{"k", "h", "m"},
		run: func(s epi.Series, r epi.Range) ([]detected, error) {
			points, err := p.Detect(s, r)
			return listed(points, err, func(p epi.CUSUMPoint) detected { return detected{p.Bound, []any{p.Sum, p.Mean}} })
		}}
}

func baselineRow(p epi.BaselinePoint) detected {
	return detected{p.Bound, []any{p.Mean, p.SD, p.N, p.Total}}
}

var baselineColumns = []string{"mean", "sd", "n", "total"}

func (c *DetectCmd) cdc() (detector, error) {
	months := given(c.M, 1)
	if months != math.Trunc(months) || months < 0 || months > 100 {
		return detector{}, fmt.Errorf("--m is %g; for cdc it is a whole number of four-week blocks", months)
	}
	p := epi.HistoricalLimits{Years: given(c.B, 0), Months: int(months), Alpha: given(c.Alpha, 0)}
	return detector{details: baselineColumns, uses: []string{"b", "m", "alpha"},
		run: func(s epi.Series, r epi.Range) ([]detected, error) {
			points, err := p.Detect(s, r)
			return listed(points, err, baselineRow)
		}}, nil
}

func (c *DetectCmd) rki() detector {
	p := map[string]epi.RKI{"rki1": epi.RKI1, "rki2": epi.RKI2, "rki3": epi.RKI3}[c.Method]
	return detector{details: baselineColumns, run: func(s epi.Series, r epi.Range) ([]detected, error) {
		points, err := p.Detect(s, r)
		return listed(points, err, baselineRow)
	}}
}

func (c *DetectCmd) bayes() detector {
	p := map[string]epi.Bayes{"bayes1": epi.Bayes1, "bayes2": epi.Bayes2, "bayes3": epi.Bayes3}[c.Method]
	p.Alpha = given(c.Alpha, 0)
	return detector{details: baselineColumns, uses: []string{"alpha"}, run: func(s epi.Series, r epi.Range) ([]detected, error) {
		points, err := p.Detect(s, r)
		return listed(points, err, baselineRow)
	}}
}
