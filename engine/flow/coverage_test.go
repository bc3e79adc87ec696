package flow

import (
	"math"
	"math/rand/v2"
	"testing"
)

func passed(t *testing.T, hours float64, days ...Watch) Passing {
	t.Helper()
	p, err := Passed(days, hours)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatWasWatchedIsCountedAndWhatWasNotIsEstimated(t *testing.T) {
	p := passed(t, 60, Watch{6, 60}, Watch{0, 0}, Watch{4, 80}, Watch{10, 60})
	if p.State != Known || p.Counted != 200 || p.Hours != 20 || p.Days != 3 || p.People.Mid != 600 || p.People.Level != 0.95 {
		t.Errorf("%+v", p)
	}
	// By hand: rate 10; residuals 0, 40, -40; se = sqrt(60 · 40) · sqrt(3/2 · 3200)/20; t(2) = 4.302653.
	if want := 4.302652729911275 * math.Sqrt(60*40) * math.Sqrt(1.5*3200) / 20; math.Abs(p.People.High-600-want) > 1e-6 {
		t.Errorf("%v, want %v", p.People.High-600, want)
	}
	if p.People.Low < p.Counted {
		t.Errorf("fewer than were counted: %+v", p.People)
	}
	if all := passed(t, 20, Watch{10, 90}, Watch{10, 110}); all.People.Low != 200 || all.People.High != 200 {
		t.Errorf("where every hour was watched nothing is uncertain: %+v", all.People)
	}
	if one := passed(t, 24, Watch{12, 30}); one.People.Mid != 60 || one.People.Level != 0 {
		t.Errorf("one day has no limits: %+v", one)
	}
	if none := passed(t, 24, Watch{}); none.State != Unknown || none.People.Mid != 0 {
		t.Errorf("nothing watched is not nobody: %+v", none)
	}
}

func TestTheLimitsHoldTheTruthAboutAsOftenAsTheySay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	held := 0
	const turns = 2000
	for range turns {
		truth, days := 0.0, make([]Watch, 14)
		for i := range days {
			busy := 20 + 20*r.Float64() // days differ
			for h := range 15 {
				n := math.Round(busy + 6*r.NormFloat64())
				truth += n
				if h < 6 {
					days[i].Hours, days[i].People = days[i].Hours+1, days[i].People+n
				}
			}
		}
		p, err := Passed(days, 14*15)
		if err != nil {
			t.Fatal(err)
		}
		if p.People.Low <= truth && truth <= p.People.High {
			held++
		}
	}
	// The days themselves are all there, so that the limits are wider than they need be.
	if share := float64(held) / turns; share < 0.94 {
		t.Errorf("held in %v of all", share)
	}
}

// Two days of a month on which nobody watched are as uncertain as days are.
func TestTheLimitsHoldTheTruthWhereWholeDaysAreMissing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	held := 0
	const turns = 4000
	for range turns {
		truth, days := 0.0, make([]Watch, 30)
		for i := range days {
			n := math.Round(500 + 100*r.NormFloat64())
			if truth += n; i < 28 {
				days[i] = Watch{Hours: 12, People: n}
			}
		}
		p, err := Passed(days, 30*12)
		if err != nil {
			t.Fatal(err)
		}
		if p.People.Low <= truth && truth <= p.People.High {
			held++
		}
	}
	if share := float64(held) / turns; share < 0.94 || share > 0.96 {
		t.Errorf("held in %v of all", share)
	}
}

func TestCountsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		hours float64
		day   Watch
	}{{0, Watch{1, 1}}, {24, Watch{25, 1}}, {24, Watch{-1, 1}}, {24, Watch{1, -1}}, {24, Watch{0, 5}}, {5, Watch{6, 1}}, {math.NaN(), Watch{1, 1}}} {
		if _, err := Passed([]Watch{c.day}, c.hours); err == nil {
			t.Errorf("%+v of %v hours", c.day, c.hours)
		}
	}
}
