package flow

import (
	"math"
	"testing"
)

// A screen that finds the same share of everybody infected lets that share less arrive,
// incubating or ill, and makes and loses nobody.
func TestWhoIsFoundWhileIncubatingInfectsNobodyMore(t *testing.T) {
	arrive := func(m Measure) (infected, people float64) {
		t.Helper()
		rates, err := NewMatrix([]string{"A", "B"})
		if err != nil {
			t.Fatal(err)
		}
		for _, way := range [][2]int{{0, 1}, {1, 0}, {0, 0}, {1, 1}} {
			rate := 0.0
			if way == [2]int{0, 1} {
				rate = 0.001
			}
			if err := rates.Set(way[0], way[1], rate); err != nil {
				t.Fatal(err)
			}
		}
		c, err := Metapopulation{Disease: Disease{Beta: 0, Sigma: 0, Gamma: 0}, Patches: []Patch{{S: 900, E: 60, I: 40}, {S: 1000}}, Rates: rates, Measure: m}.Run([]float64{10})
		if err != nil {
			t.Fatal(err)
		}
		b, a := c.States[0][1], c.States[0][0]
		return b.E + b.I, a.S + a.E + a.I + a.R + b.S + b.E + b.I + b.R
	}
	free, _ := arrive(Measure{Pass: 1})
	screened, people := arrive(Measure{Pass: 0.7, Found: 0.3})
	ill, _ := arrive(Measure{Pass: 0.7})
	if math.Abs(screened-0.7*free) > 1e-9 || math.Abs(people-2000) > 1e-6 || ill <= screened || ill >= free {
		t.Errorf("of %v infected %v arrive, %v where the ill alone are screened; %v people", free, screened, ill, people)
	}
}
