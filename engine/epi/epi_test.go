package epi

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/value"
)

var nan = math.NaN()

// repeat is n periods of the values in turn.
func repeat(n int, values ...float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = values[i%len(values)]
	}
	return out
}

// detectors are all methods with their defaults, as bounds.
func detectors() map[string]func(Series, Range) ([]Bound, error) {
	ears := func(m EARSMethod) func(Series, Range) ([]Bound, error) {
		return func(s Series, r Range) ([]Bound, error) {
			p, err := EARS{Method: m}.Detect(s, r)
			return bounds(p, err, func(p EARSPoint) Bound { return p.Bound })
		}
	}
	farrington := func(p []FarringtonPoint, err error) ([]Bound, error) {
		return bounds(p, err, func(p FarringtonPoint) Bound { return p.Bound })
	}
	baseline := func(p []BaselinePoint, err error) ([]Bound, error) {
		return bounds(p, err, func(p BaselinePoint) Bound { return p.Bound })
	}
	return map[string]func(Series, Range) ([]Bound, error){
		"ears-c1": ears(C1), "ears-c2": ears(C2), "ears-c3": ears(C3),
		"farrington":          func(s Series, r Range) ([]Bound, error) { return farrington(DefaultFarrington().Detect(s, r)) },
		"farrington-flexible": func(s Series, r Range) ([]Bound, error) { return farrington(DefaultFlexible().Detect(s, r)) },
		"noufaily":            func(s Series, r Range) ([]Bound, error) { return farrington(Noufaily().Detect(s, r)) },
		"cdc":                 func(s Series, r Range) ([]Bound, error) { return baseline(HistoricalLimits{Months: 1}.Detect(s, r)) },
		"rki1":                func(s Series, r Range) ([]Bound, error) { return baseline(RKI1.Detect(s, r)) },
		"rki3":                func(s Series, r Range) ([]Bound, error) { return baseline(RKI3.Detect(s, r)) },
		"bayes2":              func(s Series, r Range) ([]Bound, error) { return baseline(Bayes2.Detect(s, r)) },
		"cusum": func(s Series, r Range) ([]Bound, error) {
			p, err := CUSUM{}.Detect(s, r)
			return bounds(p, err, func(p CUSUMPoint) Bound { return p.Bound })
		},
	}
}

func bounds[P any](points []P, err error, of func(P) Bound) ([]Bound, error) {
	var out []Bound
	for _, p := range points {
		out = append(out, of(p))
	}
	return out, err
}

func TestWhatIsNoSeriesIsRefusedByEveryMethod(t *testing.T) {
	for _, tc := range []struct {
		why  string
		s    Series
		r    Range
		want string
	}{
		{"no period", Series{}, Range{}, "is empty"},
		{"a negative count", Series{Counts: []float64{1, -2, 3}}, Range{}, "series, value 2: -2 is negative"},
		{"half a case", Series{Counts: []float64{1, 2, 3.5}}, Range{}, "series, value 3: 3.5 is not a whole number"},
		{"an infinite count", Series{Counts: []float64{math.Inf(1)}}, Range{}, "not a whole number"},
		{"more than everybody", Series{Counts: []float64{1e11}}, Range{}, "more than there are people"},
		{"a range outside", Series{Counts: repeat(10, 1)}, Periods(5, 10), "periods 6 to 11 are not within the 10"},
		{"a range backwards", Series{Counts: repeat(10, 1)}, Periods(5, 4), "not within"},
		{"a year of fewer than no weeks", Series{Counts: repeat(10, 1), PerYear: -1}, Range{}, "negative"},
	} {
		for name, detect := range detectors() {
			_, err := detect(tc.s, tc.r)
			var in *InputError
			if !errors.As(err, &in) || tc.s.PerYear == 0 && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s, %s: %v, want %q", name, tc.why, err, tc.want)
			}
		}
	}
}

func TestAShortSeriesIsNotEnoughHistory(t *testing.T) {
	for name, detect := range detectors() {
		bounds, err := detect(Series{Counts: repeat(5, 1, 2)}, Range{})
		if err != nil || len(bounds) != 5 {
			t.Fatalf("%s: %v, %d periods", name, err, len(bounds))
		}
		for _, b := range bounds {
			if b.State != InsufficientHistory || b.Alarm != value.Unknown || !math.IsNaN(b.Upper) {
				t.Errorf("%s: %+v, want insufficient history, no limit, no alarm", name, b)
			}
		}
	}
}

func TestASeriesOfZerosHasNoAlarmAndSaysWhy(t *testing.T) {
	want := map[string]State{"ears-c1": Stands, "ears-c2": Stands, "ears-c3": NoVariation, "farrington": TooFewCases,
		"farrington-flexible": TooFewCases, "noufaily": TooFewCases, "cdc": Stands, "rki1": Stands, "rki3": Stands, "bayes2": Stands, "cusum": NoVariation}
	for name, detect := range detectors() {
		bounds, err := detect(Series{Counts: repeat(400, 0)}, Range{})
		if err != nil {
			t.Fatal(name, err)
		}
		last := bounds[len(bounds)-1]
		if last.State != want[name] || last.Alarm == value.Yes {
			t.Errorf("%s: %+v, want %v and no alarm", name, last, want[name])
		}
	}
}

func TestAWeekNotReportedIsNeverZero(t *testing.T) {
	counts := repeat(400, 3, 5, 4, 6)
	counts[399] = nan
	for name, detect := range detectors() {
		b, err := detect(Series{Counts: counts}, Periods(399, 399))
		if err != nil {
			t.Fatal(name, err)
		}
		if b[0].Alarm != value.Unknown {
			t.Errorf("%s: %+v, want no say about a week that was not reported", name, b[0])
		}
		if name != "ears-c3" && name != "cusum" && (b[0].State != NotReported || math.IsNaN(b[0].Upper)) {
			t.Errorf("%s: %+v, want the limit all the same", name, b[0])
		}
	}
	counts[399], counts[396] = 5, nan
	for _, name := range []string{"ears-c1", "ears-c2", "ears-c3", "rki1", "cdc"} {
		b, err := detectors()[name](Series{Counts: counts}, Periods(399, 399))
		if err != nil || b[0].Alarm != value.Unknown || name != "cdc" && b[0].State != HistoryNotReported {
			t.Errorf("%s: %+v, %v, want history not reported", name, b[0], err)
		}
	}
	for _, name := range []string{"farrington", "farrington-flexible", "noufaily", "bayes2"} {
		b, err := detectors()[name](Series{Counts: counts}, Periods(399, 399))
		if err != nil || b[0].State != Stands {
			t.Errorf("%s: %+v, %v, want a limit without that week", name, b[0], err)
		}
	}
	// two cases in the weeks that were reported, and one that was not: five may be there
	few := repeat(400, 3, 5, 4, 6)
	copy(few[396:], []float64{1, nan, 0, 1})
	b, err := detectors()["farrington"](Series{Counts: few}, Periods(399, 399))
	if err != nil || b[0].State != HistoryNotReported || b[0].Alarm != value.Unknown {
		t.Errorf("farrington: %+v, %v, want neither silence nor alarm", b[0], err)
	}
}

func TestC3SaysThatABaselineWithoutVariationHasNoUnit(t *testing.T) {
	s := Series{Counts: repeat(20, 2)}
	p, err := EARS{Method: C3}.Detect(s, Periods(19, 19))
	if err != nil || p[0].State != NoVariation || p[0].Alarm != value.Unknown {
		t.Fatalf("%+v %v", p, err)
	}
	p, err = EARS{Method: C3, MinSigma: 0.5}.Detect(s, Periods(19, 19))
	if err != nil || p[0].State != Stands || p[0].SD != 0.5 {
		t.Fatalf("with a least standard deviation: %+v %v", p, err)
	}
}

func TestParametersThatCannotBeMeantAreRefused(t *testing.T) {
	s := Series{Counts: repeat(400, 1, 2, 3)}
	flexible := func(change func(*FarringtonFlexible)) func() error {
		return func() error {
			p := DefaultFlexible()
			change(&p)
			_, err := p.Detect(s, Range{})
			return err
		}
	}
	for _, tc := range []struct {
		why, want string
		do        func() error
	}{
		{"no method", "not C1", func() error { _, err := EARS{}.Detect(s, Range{}); return err }},
		{"a baseline of one", "baseline", func() error { _, err := EARS{Method: C1, Baseline: 1}.Detect(s, Range{}); return err }},
		{"alpha of 1", "alpha", func() error { _, err := EARS{Method: C1, Alpha: 1}.Detect(s, Range{}); return err }},
		{"alpha that is no number", "alpha", func() error { _, err := EARS{Method: C1, Alpha: nan}.Detect(s, Range{}); return err }},
		{"a negative least deviation", "min-sigma", func() error { _, err := EARS{Method: C1, MinSigma: -1}.Detect(s, Range{}); return err }},
		{"a window longer than the year", "w:", flexible(func(p *FarringtonFlexible) { p.HalfWindow = 30 })},
		{"more seasons than weeks", "no-periods", flexible(func(p *FarringtonFlexible) { p.Periods = 47 })},
		{"years before now", "b:", flexible(func(p *FarringtonFlexible) { p.Years = -1 })},
		{"the future left out", "past-weeks", flexible(func(p *FarringtonFlexible) { p.PastExcluded = -1 })},
		{"five cases in no weeks", "limit54", flexible(func(p *FarringtonFlexible) { p.MinWeeks = 0 })},
		{"a P value of 2", "p-threshold-trend", flexible(func(p *FarringtonFlexible) { p.TrendP = 2 })},
		{"a negative residual", "weights-threshold", flexible(func(p *FarringtonFlexible) { p.WeightsThreshold = -1 })},
		{"a negative reference value", "k:", func() error { _, err := CUSUM{K: -1}.Detect(s, Range{}); return err }},
		{"an infinite boundary", "h:", func() error { _, err := CUSUM{H: math.Inf(1)}.Detect(s, Range{}); return err }},
		{"a negative expectation", "mean:", func() error { _, err := CUSUM{Mean: -1}.Detect(s, Range{}); return err }},
		{"one block in one year", "b:", func() error { _, err := HistoricalLimits{Years: 1}.Detect(s, Range{}); return err }},
		{"nothing to compare with", "b:", func() error { _, err := RKI{Reference{HalfWindow: 3}}.Detect(s, Range{}); return err }},
	} {
		if err := tc.do(); err == nil || !strings.HasPrefix(err.Error(), strings.TrimSuffix(tc.want, ":")) && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.why, err, tc.want)
		}
	}
}

// Methods that know no scale: EARS in other units is the same in other units.
func TestEARSOfTenTimesTheCountsIsTenTimesTheLimit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		counts := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 50), func(i int) float64 { return float64(i) }), 12, 60).Draw(rt, "counts")
		tens := make([]float64, len(counts))
		for i, c := range counts {
			tens[i] = 10 * c
		}
		for _, m := range []EARSMethod{C1, C2, C3} {
			a, err := EARS{Method: m}.Detect(Series{Counts: counts}, Range{})
			b, err2 := EARS{Method: m}.Detect(Series{Counts: tens}, Range{})
			if err != nil || err2 != nil {
				rt.Fatal(err, err2)
			}
			for i := range a {
				if a[i].State != b[i].State || a[i].Alarm != b[i].Alarm && math.Abs(a[i].Upper-a[i].Observed) > 1e-9 {
					rt.Fatalf("C%d: %+v and %+v", m, a[i], b[i])
				}
				if a[i].State == Stands && math.Abs(10*a[i].Upper-b[i].Upper) > 1e-9*(1+b[i].Upper) {
					rt.Fatalf("C%d: limits %g and %g", m, a[i].Upper, b[i].Upper)
				}
			}
		}
	})
}

// The order of what a limit compares with does not matter where time is not in it.
func TestTheOrderWithinTheBaselineDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		counts := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 30), func(i int) float64 { return float64(i) }), 8, 8).Draw(rt, "counts")
		mixed := append(rapid.Permutation(counts[:7]).Draw(rt, "mixed"), counts[7])
		a, _ := EARS{Method: C1}.Detect(Series{Counts: counts}, Periods(7, 7))
		b, _ := EARS{Method: C1}.Detect(Series{Counts: mixed}, Periods(7, 7))
		if math.Abs(a[0].Upper-b[0].Upper) > 1e-9 {
			rt.Fatalf("C1: %g and %g", a[0].Upper, b[0].Upper)
		}
		six := append([]float64(nil), counts[1:]...)
		ra, _ := Bayes1.Detect(Series{Counts: six}, Periods(6, 6))
		rb, _ := Bayes1.Detect(Series{Counts: append(rapid.Permutation(six[:6]).Draw(rt, "six"), six[6])}, Periods(6, 6))
		if ra[0].Upper != rb[0].Upper {
			rt.Fatalf("Bayes 1: %g and %g", ra[0].Upper, rb[0].Upper)
		}
	})
}

// No answer about a week depends on the weeks after it.
func TestTheFutureChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		counts := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 20), func(i int) float64 { return float64(i) }), 360, 400).Draw(rt, "counts")
		at := rapid.IntRange(330, len(counts)-1).Draw(rt, "at")
		for name, detect := range detectors() {
			a, err := detect(Series{Counts: counts}, Periods(at, at))
			b, err2 := detect(Series{Counts: counts[:at+1]}, Periods(at, at))
			if err != nil || err2 != nil || a[0].State != b[0].State || a[0].Alarm != b[0].Alarm || a[0].Upper != b[0].Upper && !math.IsNaN(a[0].Upper) {
				rt.Fatalf("%s: %+v %v and %+v %v", name, a[0], err, b[0], err2)
			}
		}
	})
}

// A converged fit is where the weighted residuals of each group sum to nothing, and so
// do those times time (the score equations of McCullagh and Nelder).
func TestTheFitSolvesItsEquations(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		groups := rapid.IntRange(1, 4).Draw(rt, "groups")
		var q quasiPoisson
		q.reset(groups)
		for i := range 40 {
			q.add(float64(rapid.IntRange(1, 60).Draw(rt, "y")), float64(i-50), i%groups)
		}
		if !q.fit(true) || !q.converged {
			rt.Fatal("the fit did not settle")
		}
		q.reweigh(1)
		if !q.fit(true) || !q.converged {
			rt.Fatal("the second fit did not settle")
		}
		level, slope, total := make([]float64, groups), 0.0, 0.0
		for i, y := range q.y {
			r := q.prior[i] * (y - q.mu[i])
			level[q.group[i]] += r
			slope += r * q.time[i]
			total += q.prior[i] * y
		}
		for _, r := range append(level, slope/50) {
			if math.Abs(r) > 1e-3*total {
				rt.Fatalf("levels %v, slope %g, of %g", level, slope, total)
			}
		}
		weights, leverage := 0.0, 0.0
		for i := range q.y {
			weights += q.prior[i]
			leverage += q.leverage(i)
		}
		if math.Abs(weights-40) > 1e-9 || math.Abs(leverage-float64(groups+1)) > 1e-9 {
			rt.Fatalf("weights sum to %g and not to 40, leverages to %g and not to %d", weights, leverage, groups+1)
		}
	})
}

// With the dispersion of the papers a limit is at least as far out as the fit's own
// uncertainty, and the two variances differ.
func TestTheVarianceOfThePaperIsOnRequest(t *testing.T) {
	s := Series{Counts: repeat(400, 3, 9, 4, 12, 7)}
	p := DefaultFlexible()
	a, err := p.Detect(s, Periods(399, 399))
	p.PaperVariance = true
	b, err2 := p.Detect(s, Periods(399, 399))
	if err != nil || err2 != nil || a[0].Expected != b[0].Expected || a[0].SE == b[0].SE || a[0].Upper == b[0].Upper {
		t.Fatalf("%+v %v and %+v %v", a, err, b, err2)
	}
	want := math.Sqrt(b[0].Dispersion / (b[0].Expected * 35)) // 5 years of 7 weeks, one level
	if !b[0].Dropped || math.Abs(b[0].SE-want) > 0.15*want {  // weights of past outbreaks move it
		t.Errorf("standard error %g, want about %g", b[0].SE, want)
	}
}

// 2020 has a week 53: "the same week" of 2021-W10 a year ago is 2020-W10, 53 weeks back.
func TestWeek53(t *testing.T) {
	s := Series{Counts: repeat(500, 1), Start: Week{2015, 1}}
	at := func(w Week) int { return w.Since(s.Start) }
	for _, tc := range []struct{ now, back Week }{
		{Week{2021, 10}, Week{2020, 10}}, {Week{2020, 53}, Week{2019, 52}}, {Week{2020, 52}, Week{2019, 52}}, {Week{2016, 53 - 1}, Week{2015, 52}}, {Week{2021, 1}, Week{2020, 1}},
	} {
		if got := s.yearsBack(at(tc.now), 1); got != at(tc.back) {
			t.Errorf("a year before %v: %v, want %v", tc.now, s.Start.Add(got), tc.back)
		}
	}
	if got := s.yearsBack(at(Week{2020, 53}), 5); got != at(Week{2015, 53}) {
		t.Errorf("five years before 2020-W53: %v, want 2015-W53", s.Start.Add(got))
	}
	for year, want := range map[int]int{2015: 53, 2016: 52, 2018: 52, 2020: 53, 2026: 53, 2027: 52} {
		if got := WeeksIn(year); got != want {
			t.Errorf("%d has %d weeks, want %d", year, got, want)
		}
	}
	for _, bad := range []string{"2021-W53", "2020-W54", "2020-W00", "2020W53", "2020-W5", "20-W05", "2020-W53 ", "1850-W01", ""} {
		if w, err := ParseWeek(bad); err == nil {
			t.Errorf("%q is read as %v", bad, w)
		}
	}
	if got := (Week{2020, 53}).Monday(); got != time.Date(2020, 12, 28, 0, 0, 0, 0, time.UTC) {
		t.Errorf("2020-W53 begins on %v", got)
	}
}

// A step in the level that the calendar sees a year apart: with the week numbers both
// sides of the comparison are the same week, without them one slips.
func TestTheCalendarDecidesWhichWeeksAreCompared(t *testing.T) {
	start := Week{2015, 1}
	counts := make([]float64, Week{2021, 20}.Since(start)+1)
	for i := range counts {
		counts[i] = 10
		if start.Add(i).Number == 20 {
			counts[i] = 500
		}
	}
	p := Farrington{Years: 5, HalfWindow: 0, Alpha: 0.05, Power: TwoThirds}
	last := Periods(len(counts)-1, len(counts)-1)
	dated, err := p.Detect(Series{Counts: counts, Start: start}, last)
	if err != nil || dated[0].Expected < 499 || dated[0].Alarm != value.No {
		t.Errorf("with dates: %+v %v, want 500 expected", dated, err)
	}
	undated, err := p.Detect(Series{Counts: counts}, last)
	if err != nil || undated[0].Alarm != value.Yes {
		t.Errorf("without dates: %+v %v, want the slip to show", undated, err)
	}
}
