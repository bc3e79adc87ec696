package flow

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func assumed() []Assumption {
	return []Assumption{{"reported", 0.2, 0.5, 0.8}, {"days", 5, 10, 21}, {"fixed", 3, 3, 3}}
}

func TestDrawsOfASeedAreTheSameForEver(t *testing.T) {
	d, err := Draw(assumed(), 7, 1000)
	if err != nil {
		t.Fatal(err)
	}
	// Held fixed: a result that was shown must come out again from its seed.
	want := [][]float64{{0.756221609065125, 15.579130453030633, 3}, {0.4816892274065453, 12.049562393826399, 3}}
	for i, w := range want {
		for j := range w {
			if math.Abs(d[i][j]-w[j]) > 1e-12 {
				t.Errorf("draw %d: %v, want %v", i, d[i], w)
			}
		}
	}
	other, _ := Draw(assumed(), 8, 2)
	if slices.Equal(other[0], d[0]) {
		t.Error("another seed draws the same")
	}
}

func TestDrawnValuesLieBetweenTheirLimitsAndAboutTheirMean(t *testing.T) {
	d, _ := Draw(assumed(), 1, 20_000)
	for j, a := range assumed() {
		sum := 0.0
		for _, row := range d {
			if row[j] < a.Low || row[j] > a.High {
				t.Fatalf("%s: %v", a.Name, row[j])
			}
			sum += row[j]
		}
		// The mean of a triangular distribution is the mean of its three numbers.
		if mean, want := sum/float64(len(d)), (a.Low+a.Likely+a.High)/3; math.Abs(mean-want) > 0.02*want {
			t.Errorf("%s: mean %v, want about %v", a.Name, mean, want)
		}
	}
}

func TestQuantileIsTheInverseOfTheTriangularDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-50, 50).Draw(t, "low")
		a := Assumption{"x", low, 0, low + rapid.Float64Range(0.1, 100).Draw(t, "wide")}
		a.Likely = a.Low + (a.High-a.Low)*rapid.Float64Range(0, 1).Draw(t, "likely")
		u := rapid.Float64Range(0.001, 0.999).Draw(t, "u")
		x, wide := a.Quantile(u), a.High-a.Low
		below := 1 - (a.High-x)*(a.High-x)/(wide*(a.High-a.Likely))
		if x <= a.Likely {
			below = (x - a.Low) * (x - a.Low) / (wide * (a.Likely - a.Low))
		}
		if math.Abs(below-u) > 1e-6 {
			t.Errorf("%+v: %v of %v lies below %v", a, below, u, x)
		}
	})
}

func TestWhatTheOutcomeHangsOnMostComesFirst(t *testing.T) {
	list := []Assumption{{"little", 1, 1.5, 2}, {"much", 1, 10, 30}, {"inverse", 1, 2, 4}, {"nothing", 0, 1, 2}, {"fixed", 2, 2, 2}}
	f := func(v []float64) float64 { return v[0] + v[1]*v[4]/v[2] }
	draws, err := Draw(list, 3, 2000)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(draws))
	for i, d := range draws {
		out[i] = f(d)
	}
	got, err := Sensitivity(list, draws, out, f)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Influence{}
	for _, in := range got {
		by[in.Name] = in
	}
	if got[0].Name != "much" || got[1].Name != "inverse" {
		t.Errorf("%+v", got)
	}
	if m := by["much"]; m.AtLow != 1.5+1 || m.AtHigh != 1.5+30 || m.Rank.Value < 0.6 {
		t.Errorf("%+v", m)
	}
	if i := by["inverse"]; i.Rank.Value > -0.2 {
		t.Errorf("more of it is less of the outcome: %+v", i)
	}
	if n := by["nothing"]; n.Swing() != 0 || !n.Rank.Known || math.Abs(n.Rank.Value) > 0.1 {
		t.Errorf("%+v", n)
	}
	if by["fixed"].Rank.Known {
		t.Error("what never changes has no rank correlation")
	}
}

func TestRanksOfEqualsAreTheirMean(t *testing.T) {
	if got := rankOf([]float64{5, 1, 5, 9}); !slices.Equal(got, []float64{2.5, 1, 2.5, 4}) {
		t.Errorf("%v", got)
	}
}

func TestAssumptionsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, a := range []Assumption{{"x", 2, 1, 3}, {"x", 1, 4, 3}, {"x", math.NaN(), 1, 2}, {"x", 1, 2, math.Inf(1)}} {
		if _, err := Draw([]Assumption{a}, 1, 10); err == nil {
			t.Errorf("%+v is drawn from", a)
		}
	}
	if _, err := Draw(assumed(), 1, 0); err == nil {
		t.Error("no draws")
	}
	if _, err := Sensitivity(assumed(), [][]float64{{1}}, []float64{1}, func([]float64) float64 { return 0 }); err == nil {
		t.Error("draws of another list")
	}
	if _, err := IntervalOf(nil); err == nil {
		t.Error("an interval of nothing")
	}
}
