package epi

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestASerialIntervalThatIsNoneIsRefused(t *testing.T) {
	for _, tc := range []struct {
		why    string
		shares []float64
		want   string
	}{
		{"sums to 0.9", []float64{0, 0.5, 0.4}, "sum to 0.9 and not to 1"},
		{"sums to 1.1", []float64{0, 0.5, 0.6}, "sum to 1.1"},
		{"a negative share", []float64{0, 1.2, -0.2}, "value 2: 1.2 is not between"},
		{"infections on the same day", []float64{0.1, 0.9}, "day 0"},
		{"no days", nil, "0 days"},
		{"no number", []float64{0, nan, 1}, "value 2"},
	} {
		if _, err := NewSerialInterval(tc.shares); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.why, err, tc.want)
		}
		if _, err := (Reproduction{Interval: tc.shares}).Estimate(Incidence{Total: repeat(20, 3)}); err == nil {
			t.Errorf("%s: Rt was estimated with it", tc.why)
		}
	}
	for _, mean := range []float64{1, 0, -3, nan, math.Inf(1)} {
		if _, err := DiscreteInterval(mean, 2, 10); err == nil {
			t.Errorf("a mean of %g days was discretised", mean)
		}
	}
	if _, err := DiscreteInterval(5, 0, 10); err == nil {
		t.Error("an interval without variation was discretised")
	}
}

func TestADiscreteIntervalHasItsMeanAndSumsToOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		mean, sd := rapid.Float64Range(1.5, 20).Draw(rt, "mean"), 0.0
		sd = rapid.Float64Range(0.3, mean-1).Draw(rt, "sd")
		w, err := DiscreteInterval(mean, sd, 400)
		if err != nil {
			rt.Fatal(err)
		}
		sum := 0.0
		for k, share := range w {
			if share < 0 || k == 0 && share != 0 {
				rt.Fatalf("share of day %d: %g", k, share)
			}
			sum += share
		}
		if math.Abs(sum-1) > 1e-6 || math.Abs(w.Mean()-mean) > 1e-3*mean {
			rt.Fatalf("mean %g sd %g: sums to %g with mean %g", mean, sd, sum, w.Mean())
		}
	})
}

var fewDays = SerialInterval{0, 0.2, 0.5, 0.3}

func TestImportedCasesInfectAndAreNotInfectedHere(t *testing.T) {
	total, none := repeat(30, 10), make([]float64, 30)
	imported := slices.Clone(total)
	a, err := Reproduction{Interval: fewDays}.Estimate(Incidence{Total: total, Imported: none})
	b, err2 := Reproduction{Interval: fewDays}.Estimate(Incidence{Total: total})
	c, err3 := Reproduction{Interval: fewDays}.Estimate(Incidence{Total: total, Imported: imported})
	if err != nil || err2 != nil || err3 != nil {
		t.Fatal(err, err2, err3)
	}
	for i := range a {
		if a[i].Mean != b[i].Mean || a[i].Infectious != c[i].Infectious || c[i].Local != 0 || c[i].Mean >= a[i].Mean/5 {
			t.Fatalf("none imported %+v, not said %+v, all imported %+v", a[i], b[i], c[i])
		}
	}
	if last := a[len(a)-1]; math.Abs(last.Mean-1) > 0.05 {
		t.Errorf("as many cases every day: R is %g", last.Mean)
	}
}

func TestAWindowThatCannotAnswerSaysWhy(t *testing.T) {
	late := SerialInterval{0, 0, 0, 0, 0, 0, 0, 0, 0, 1} // nine days
	for _, tc := range []struct {
		why      string
		p        Reproduction
		total    []float64
		imported []float64
		window   int
		want     State
	}{
		{"it ends before the mean interval", Reproduction{Interval: late}, repeat(30, 5), nil, 0, InsufficientHistory},
		{"it ends with it", Reproduction{Interval: late}, repeat(30, 5), nil, 1, InsufficientHistory},
		{"it ends a day after", Reproduction{Interval: late}, repeat(30, 5), nil, 2, Stands},
		{"nobody could have infected anybody", Reproduction{Interval: fewDays}, append(repeat(20, 0), 1, 1), nil, 5, NotIdentifiable},
		{"a series of zeros", Reproduction{Interval: fewDays}, repeat(30, 0), nil, 20, NotIdentifiable},
		{"too few cases", Reproduction{Interval: fewDays, MinCases: 12}, repeat(30, 1), nil, 20, TooFewCases},
		{"enough cases", Reproduction{Interval: fewDays, MinCases: 7}, repeat(30, 1), nil, 20, Stands},
		{"a day of it was not reported", Reproduction{Interval: fewDays}, append(repeat(20, 4), nan, 4, 4), nil, 15, HistoryNotReported},
	} {
		points, err := tc.p.Estimate(Incidence{Total: tc.total, Imported: tc.imported})
		if err != nil {
			t.Fatal(tc.why, err)
		}
		p := points[tc.window]
		if p.State != tc.want || (p.State == Stands) == math.IsNaN(p.Mean) || (p.State == Stands) == math.IsNaN(p.Quantiles[0]) {
			t.Errorf("%s: %+v, want %v", tc.why, p, tc.want)
		}
	}
}

func TestRtRefusesWhatCannotBe(t *testing.T) {
	good := Incidence{Total: repeat(20, 5)}
	for _, tc := range []struct {
		why, want string
		p         Reproduction
		in        Incidence
	}{
		{"more imported than cases", "6 imported of 5", Reproduction{Interval: fewDays}, Incidence{Total: repeat(20, 5), Imported: repeat(20, 6)}},
		{"imported of other days", "imported: has 3 days", Reproduction{Interval: fewDays}, Incidence{Total: repeat(20, 5), Imported: repeat(3, 1)}},
		{"imported not reported where the total is", "reported where", Reproduction{Interval: fewDays}, Incidence{Total: repeat(20, 5), Imported: repeat(20, nan)}},
		{"no days", "is empty", Reproduction{Interval: fewDays}, Incidence{}},
		{"a window longer than the series", "do not fit", Reproduction{Interval: fewDays, Window: 20}, good},
		{"an interval given twice", "given twice", Reproduction{Interval: fewDays, MeanSI: 5, SDSI: 3}, good},
		{"no interval at all", "mean-si", Reproduction{}, good},
		{"a prior of nothing", "mean-prior", Reproduction{Interval: fewDays, MeanPrior: -1}, good},
		{"a prior without variation", "std-prior", Reproduction{Interval: fewDays, SDPrior: math.Inf(1)}, good},
		{"the whole as a quantile", "quantiles", Reproduction{Interval: fewDays, Quantiles: []float64{1}}, good},
		{"a negative number of cases", "min-cases", Reproduction{Interval: fewDays, MinCases: -1}, good},
		{"a window of no days", "window", Reproduction{Interval: fewDays, Window: -1}, good},
	} {
		if _, err := tc.p.Estimate(tc.in); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.why, err, tc.want)
		}
	}
}

// Quantiles are where the distribution function says, whatever the shape.
func TestQuantilesOfTheGammaDistribution(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		shape := math.Exp(rapid.Float64Range(math.Log(0.05), math.Log(1e6)).Draw(rt, "shape"))
		p := rapid.Float64Range(0.001, 0.999).Draw(rt, "p")
		var out [1]float64
		gammaQuantiles(out[:], []float64{p}, shape, 2)
		if got := gammaCDF(out[0], shape, 2); math.Abs(got-p) > 1e-9 {
			rt.Fatalf("shape %g: %g of it lie below the quantile of %g (%g)", shape, got, p, out[0])
		}
	})
}

// The negative binomial's distribution function is the sum of its chances, which for
// small numbers can be added up one by one.
func TestTheNegativeBinomialIsTheSumOfItsChances(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		mean := math.Exp(rapid.Float64Range(-6, 6).Draw(rt, "log mean"))
		size := math.Exp(rapid.Float64Range(-5, 8).Draw(rt, "log size"))
		upTo := rapid.IntRange(0, 300).Draw(rt, "up to")
		chance := math.Exp(-size * math.Log1p(mean/size))
		sum := chance
		for k := 1; k <= upTo; k++ {
			chance *= (size + float64(k) - 1) / float64(k) * mean / (size + mean)
			sum += chance
		}
		if got := negBinCDF(float64(upTo), mean, size); math.Abs(got-sum) > 1e-12*sum {
			rt.Fatalf("mean %g size %g: at most %d with %.15g, added up %.15g", mean, size, upTo, got, sum)
		}
	})
}

// A mean beyond all counts has no quantile that is a count, and the search ends.
func TestQuantilesOfMeansBeyondAllCounts(t *testing.T) {
	for _, mean := range []float64{1e16, 1e50, 1e300, math.Inf(1), nan} {
		if a, b := negBinQuantile(0.95, mean, 0.5), poissonQuantile(0.95, mean); !math.IsNaN(a) || !math.IsNaN(b) {
			t.Errorf("mean %g: %g and %g", mean, a, b)
		}
	}
}

// A season without a single case, far from now, says nothing about now's mean.
func TestASeasonWithoutCasesIsNotIdentified(t *testing.T) {
	counts := make([]float64, 416)
	for i := range counts {
		if i%52 > 10 && i%52 < 30 {
			counts[i] = float64(i%7) + 3
		}
	}
	copy(counts[412:], []float64{3, 3, 3, 3})
	p := Noufaily()
	p.Threshold = Muan
	b, err := p.Detect(Series{Counts: counts}, Periods(415, 415))
	if err != nil || b[0].State != NotIdentifiable || !math.IsNaN(b[0].Upper) || b[0].Alarm.Known() {
		t.Errorf("%+v %v, want not identifiable", b, err)
	}
}

// A discrete quantile is the first number that reaches p, and no smaller one does.
func TestQuantilesOfCounts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		mean := math.Exp(rapid.Float64Range(-8, 9).Draw(rt, "log mean"))
		size := math.Exp(rapid.Float64Range(-4, 6).Draw(rt, "log size"))
		p := rapid.Float64Range(0.5, 0.9999).Draw(rt, "p")
		if k := negBinQuantile(p, mean, size); !(negBinCDF(k, mean, size) >= p*(1-1e-13)) || k > 0 && negBinCDF(k-1, mean, size) >= p {
			rt.Fatalf("negative binomial, mean %g size %g: %g is not the quantile of %g", mean, size, k, p)
		}
		if k := poissonQuantile(p, mean); !(poissonCDF(k, mean) >= p*(1-1e-13)) || k > 0 && poissonCDF(k-1, mean) >= p {
			rt.Fatalf("Poisson, mean %g: %g is not the quantile of %g", mean, k, p)
		}
		k := math.Floor(mean) + 1
		if a, b := negBinCDF(k-1, mean, size)+negBinUpper(k, mean, size), poissonCDF(k-1, mean)+poissonUpper(k, mean); math.Abs(a-1) > 1e-12 || math.Abs(b-1) > 1e-12 {
			rt.Fatalf("below and from %g: %g and %g together", k, a, b)
		}
	})
}

func TestGrowthOfWhatDoublesIsItsDoublingTime(t *testing.T) {
	g, err := EstimateGrowth([]float64{1, 2, 4, 8, 16, 32}, 3)
	if err != nil || g.State != Stands || math.Abs(g.Doubling-3) > 1e-12 || !math.IsNaN(g.Halving) || g.Direction != Stands {
		t.Fatalf("%+v %v", g, err)
	}
	g, err = EstimateGrowth([]float64{64, 32, 0, 8, nan, 2}, 1)
	if err != nil || math.Abs(g.Halving-1) > 1e-12 || !math.IsNaN(g.Doubling) || g.Bins != 4 {
		t.Fatalf("declining, with a day without cases and one not reported: %+v %v", g, err)
	}
	g, err = EstimateGrowth([]float64{3, 5, 2, 6, 3}, 1)
	if err != nil || g.State != Stands || g.Direction != NotIdentifiable || !(g.Interval.Low < 0 && g.Interval.High > 0) {
		t.Fatalf("neither up nor down: %+v %v", g, err)
	}
	for _, counts := range [][]float64{{0, 0, 0}, {0, 5, 0}} {
		if g, err := EstimateGrowth(counts, 1); err != nil || g.State != NotIdentifiable || !math.IsNaN(g.Rate) {
			t.Errorf("%v: %+v %v, want not identifiable", counts, g, err)
		}
	}
	for _, counts := range [][]float64{nil, {-1, 2}, {1.5}} {
		if _, err := EstimateGrowth(counts, 1); err == nil {
			t.Errorf("%v was not refused", counts)
		}
	}
	if _, err := EstimateGrowth([]float64{1, 2}, 0); err == nil {
		t.Error("bins of no days were not refused")
	}
}

func TestFatalityThatCannotBeKnownSaysSo(t *testing.T) {
	delay := GammaDelay{2.4, 3.33}
	for _, tc := range []struct {
		why           string
		cases, deaths []float64
		crude, late   State
	}{
		{"no cases", repeat(30, 0), repeat(30, 0), NotIdentifiable, NotIdentifiable},
		{"more deaths than cases", repeat(30, 1), repeat(30, 2), MoreDeathsThanOutcomes, MoreDeathsThanOutcomes},
		{"more deaths than could be known", append(repeat(10, 0), 5, 5), append(repeat(10, 0), 4, 4), Stands, MoreDeathsThanOutcomes},
		{"nobody died", repeat(60, 5), repeat(60, 0), Stands, Stands},
		{"everybody died whose outcome is known", append(repeat(1, 7), repeat(200, 0)...), append(repeat(200, 0), 7), Stands, MoreDeathsThanOutcomes},
	} {
		c, err := CrudeFatality(tc.cases, tc.deaths)
		d, err2 := DelayedFatality(tc.cases, tc.deaths, delay)
		if err != nil || err2 != nil || c.State != tc.crude || d.State != tc.late {
			t.Errorf("%s: crude %+v %v, corrected %+v %v; want %v and %v", tc.why, c, err, d, err2, tc.crude, tc.late)
		}
		if (d.State == Stands) == math.IsNaN(d.Risk) {
			t.Errorf("%s: %+v", tc.why, d)
		}
	}
	if f, err := DelayedFatality(repeat(60, 5), repeat(60, 0), delay); err != nil || f.Risk != 0 || f.Interval.Low != 0 || !(f.Interval.High > 0 && f.Interval.High < 0.02) {
		t.Errorf("nobody of 300 died: %+v %v", f, err)
	}
	for _, tc := range []struct {
		why, want     string
		cases, deaths []float64
		delay         GammaDelay
	}{
		{"deaths of other days", "deaths: has 2 days", []float64{1, 2, 3}, []float64{1, 1}, delay},
		{"a day not reported", "value 2", []float64{1, nan, 3}, []float64{0, 0, 0}, delay},
		{"negative deaths", "-1 is negative", []float64{1, 2}, []float64{0, -1}, delay},
		{"no days", "is empty", nil, nil, delay},
		{"a delay of no shape", "shape", []float64{1}, []float64{0}, GammaDelay{0, 1}},
		{"a delay of no scale", "scale", []float64{1}, []float64{0}, GammaDelay{2, nan}},
		{"an infinite first day", "below 1", []float64{1}, []float64{0}, GammaDelay{0.5, 2}},
	} {
		if _, err := DelayedFatality(tc.cases, tc.deaths, tc.delay); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.why, err, tc.want)
		}
	}
}

// Correcting for the delay never lowers the risk, and the interval holds the estimate.
func TestACorrectedFatalityIsNotLowerThanTheCrude(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(20, 60).Draw(rt, "days")
		cases, deaths := make([]float64, n), make([]float64, n)
		for i := range cases {
			cases[i] = float64(rapid.IntRange(0, 20).Draw(rt, "cases"))
			deaths[i] = math.Floor(cases[i] / 10)
		}
		c, err := CrudeFatality(cases, deaths)
		d, err2 := DelayedFatality(cases, deaths, GammaDelay{2, 2})
		if err != nil || err2 != nil {
			rt.Fatal(err, err2)
		}
		if d.State == Stands && d.Deaths > 0 && (d.Risk < c.Risk-riskStep || d.Interval.Low > d.Risk || d.Interval.High < d.Risk) {
			rt.Fatalf("crude %+v, corrected %+v", c, d)
		}
	})
}

func TestProportionsThatCannotBe(t *testing.T) {
	for _, tc := range []struct{ x, n, confidence float64 }{{5, 3, 0}, {-1, 3, 0}, {1.5, 3, 0}, {1, nan, 0}, {1, math.Inf(1), 0}, {1, 3, 1}, {1, 3, -0.5}} {
		if p, err := EstimateProportion(tc.x, tc.n, tc.confidence); err == nil {
			t.Errorf("%g of %g at %g: %+v", tc.x, tc.n, tc.confidence, p)
		}
	}
	if p, err := EstimateProportion(0, 0, 0); err != nil || p.State != NotIdentifiable || !math.IsNaN(p.P) {
		t.Errorf("none of none: %+v %v", p, err)
	}
	if r, err := AttackRate(3, 0, 10000); err != nil || r.State != NotIdentifiable || !math.IsNaN(r.Rate) {
		t.Errorf("3 cases of nobody knows how many: %+v %v", r, err)
	}
	if r, err := AttackRate(12, 8000, 10000); err != nil || r.Rate != 15 || !(r.Wilson.Low < 15 && r.Wilson.High > 15) {
		t.Errorf("12 of 8,000: %+v %v", r, err)
	}
	if _, err := AttackRate(12, 8000, 0); err == nil {
		t.Error("a rate per nobody was not refused")
	}
}

// x of n and n-x of n mirror each other, and both intervals hold the estimate; the
// exact interval covers by its definition.
func TestIntervalsOfProportions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := float64(rapid.IntRange(1, 100_000).Draw(rt, "n"))
		x := math.Floor(n * rapid.Float64Range(0, 1).Draw(rt, "share"))
		a, err := EstimateProportion(x, n, 0)
		b, err2 := EstimateProportion(n-x, n, 0)
		if err != nil || err2 != nil {
			rt.Fatal(err, err2)
		}
		for _, pair := range [][2]Interval{{a.Wilson, b.Wilson}, {a.Exact, b.Exact}} {
			i, m := pair[0], pair[1]
			if i.Low > a.P || i.High < a.P || i.Low < 0 || i.High > 1 || math.Abs(i.Low-(1-m.High)) > 1e-13 {
				rt.Fatalf("%g of %g: %+v, mirrored %+v", x, n, i, m)
			}
		}
		if x > 0 && math.Abs(1-betaCDF(a.Exact.Low, 1-a.Exact.Low, x, n-x+1)-0.975) > 1e-12 {
			rt.Fatalf("%g of %g: lower exact limit %g", x, n, a.Exact.Low)
		}
	})
}
