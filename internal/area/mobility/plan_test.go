package mobility

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// screens are assumptions of a screening, taken as known.
func screens(v ...float64) (out []Assumed) {
	for i, x := range v {
		out = append(out, Assumed{Assumption: flow.Assumption{Name: ScreeningAsks[i].Code, Low: x, Likely: x, High: x}})
	}
	return out
}

func TestOfAHundredInfectedEachHasOneFateAndTheReasonsAreThoseOfTheModel(t *testing.T) {
	v := screens(8, 3, 5, 1.4, 0.8, 0.2, 0.1, 0.7, 0.6, 0.3, 0.2, 0.5)
	for _, where := range Wheres {
		s, err := Screening(where, v, nil, 1, 5)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, share := range s.Shares {
			sum += share
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s: %v", where, sum)
		}
		// The engine agrees with the authors' program; apart from who never shows a sign it
		// says the same.
		p := protocol(where, flow.Likeliest([]flow.Assumption{v[0].Assumption, v[1].Assumption, v[2].Assumption, v[3].Assumption, v[4].Assumption, v[5].Assumption, v[6].Assumption, v[7].Assumption, v[8].Assumption, v[9].Assumption, v[10].Assumption, v[11].Assumption}))
		y, err := flow.ScreenEpidemic(p, flow.Incubation{Mean: 8, Variance: 9}, flow.Epidemic{R0: 1.4, ToAdmit: 5})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(foundOf(s.Shares)-y.Caught()) > 1e-9 || math.Abs(s.Shares[MissedEvaded]-y.Evaded) > 1e-12 || math.Abs(s.Found.Mid-y.Caught()) > 1e-9 {
			t.Errorf("%s: %v, want %+v", where, s.Shares, y)
		}
		if rest := s.Shares[MissedIncubating] + s.Shares[MissedSilent] + s.Shares[MissedSign]; math.Abs(rest-(1-y.Caught()-y.Evaded)) > 1e-9 || s.Shares[MissedIncubating] <= 0 || s.Shares[MissedSilent] <= 0 {
			t.Errorf("%s: %v", where, s.Shares)
		}
		if where == AtDeparture && (s.Shares[FoundSignComing] != 0 || s.Shares[FoundAskedComing] != 0) {
			t.Errorf("found where nobody looks: %v", s.Shares)
		}
	}
}

func TestWhoeverIsIncubatingIsMissedForThatReason(t *testing.T) {
	// Everybody will show a sign, every sign is seen, nobody knows: who is missed has none yet.
	s, err := Screening(AtDeparture, screens(10, 3, 5, 1.2, 1, 0, 0, 1, 1, 0, 0, 0), nil, 1, 5)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(s.Shares[MissedIncubating]+s.Shares[FoundSignLeaving]-1) > 1e-9 || s.Shares[MissedIncubating] < 0.5 {
		t.Errorf("%v", s.Shares)
	}
	book := New(Deps{}).Book
	ships, _ := book.Of(Assumptions{Disease: "bdbv"}, ScreeningAsks)
	if s, err := Screening(AtDeparture, ships, nil, 1, 100); err != nil || math.Abs(s.Found.Mid-foundOf(s.Shares)) > 1e-12 || s.Found.Low >= s.Found.Mid || s.Found.High <= s.Found.Mid {
		t.Errorf("what is found is the sum of its parts, with limits: %+v %v", s.Found, err)
	}
	if s, _ := Screening(AtDeparture, nil, []string{"aware"}, 1, 5); s.Shares != nil {
		t.Error("what nobody says is not guessed")
	}
}

func TestAWayPassesWhatStandsInItsPlacesOrNearTheStraightLine(t *testing.T) {
	at := map[string]place.Position{"A": {Lat: 0, Lon: 30}, "B": {Lat: 0, Lon: 31}}
	point := func(lat, lon float64) place.Point { return place.Point{Position: &place.Position{Lat: lat, Lon: lon}} }
	for _, c := range []struct {
		why    string
		p      place.Point
		within []string
		want   bool
	}{
		{"on the line", point(0, 30.5), nil, true}, {"near it", point(0.2, 30.5), nil, true}, {"far from it", point(0.6, 30.5), nil, false}, {"behind", point(0, 31.2), nil, false},
		{"in the place they leave", place.Point{}, []string{"A-1", "A"}, true}, {"nobody knows where", place.Point{}, nil, false}, {"elsewhere", place.Point{}, []string{"C"}, false},
	} {
		if got := passes(c.p, c.within, "A", "B", at, 10); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

func TestTeamsAreBestPlacedAndTheGapOfOneAfterAnotherIsTold(t *testing.T) {
	// One after another takes point 0 first, which the best pair does without.
	p := Plan{Points: make([]PlannedPoint, 3)}
	routes := []route{{weight: 4, points: []int{0, 1}}, {weight: 4, points: []int{0, 2}}, {weight: 3, points: []int{1}}, {weight: 3, points: []int{2}}, {weight: 1}, {weight: 1, points: []int{1}}}
	if err := p.place(routes, 1, 9); err != nil {
		t.Fatal(err)
	}
	if p.Total != 16 || p.Met != 15 || len(p.Placed) != 3 {
		t.Fatalf("%+v", p)
	}
	two := p.Placed[1]
	if !two.Best.Exact || !slices.Equal(two.Best.Chosen, []int{1, 2}) || two.Best.Detected != 15 || two.Greedy.Detected >= 15 || two.Greedy.Gap() <= 0 || two.Met != 15 {
		t.Errorf("%+v", two)
	}
	if p.Points[1].Routes != 3 || p.Points[1].Weight != 8 {
		t.Errorf("%+v", p.Points[1])
	}
}

func TestADelayIsTheFormulaAndNeverAnEnd(t *testing.T) {
	g, err := told(math.Ln2 / 0.1)
	if err != nil {
		t.Fatal(err)
	}
	c, err := choose(g, screening{travel: 1000, met: 0.5, effective: 0.6, found: flow.Interval{Mid: 0.5, Low: 0.2, High: 0.8}}, Assumed{Assumption: flow.Assumption{Low: 0, Likely: 0, High: 0.5}})
	if err != nil {
		t.Fatal(err)
	}
	of := map[float64]Choice{}
	for _, x := range c.List {
		of[x.Closed] = x
		if x.Kind == Screen && (math.Abs(x.Delay.Mid+math.Log(1-0.3)/0.1) > 1e-9 || x.Checked != 500 || x.Stopped != 0) {
			t.Errorf("%+v", x)
		}
		if x.Kind == Open && x.Delay.Mid != 0 {
			t.Errorf("%+v", x)
		}
	}
	// reference/epi-mobility.md, section 3: at 0.1 a day a closure of 90 % buys 23 days.
	nine := of[0.9]
	if math.Abs(nine.Delay.Mid-23.03) > 0.01 || nine.Stopped != 900 || nine.Diverted != 0 {
		t.Errorf("%+v", nine)
	}
	if want := -math.Log(1-0.45) / 0.1; math.Abs(nine.Delay.Low-want) > 1e-9 || nine.Delay.High < nine.Delay.Mid {
		t.Errorf("where half go around: %+v, want %v", nine.Delay, want)
	}
	if math.IsInf(of[0.99].Delay.Mid, 1) {
		t.Error("no closure is whole")
	}
}

func TestWithoutGrowthThereIsNoDelayToSpeakOf(t *testing.T) {
	for why, g := range map[string]Growing{"not known": {State: epi.NotIdentifiable}, "it shrinks": {State: epi.Stands, Rate: flow.Interval{Mid: -0.1, Low: -0.2, High: 0.1}}} {
		c, err := choose(g, screening{travel: 10}, Assumed{})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range c.List {
			if x.State != flow.Unknown {
				t.Errorf("%s: %+v", why, x)
			}
		}
		if err := c.simulate(Pair{People: [2]float64{10, 10}, Ill: 1, There: 1, Back: 1, IncubationDays: 1, Days: 1}); err != nil || c.Course != flow.Unknown {
			t.Errorf("%s: %v %v", why, c.Course, err)
		}
	}
	if c, _ := choose(Growing{}, screening{travel: 10}, Assumed{}); slices.ContainsFunc(c.List, func(x Choice) bool { return x.Kind == Screen }) {
		t.Error("where no team has a place, screening is no choice")
	}
	perhaps := Growing{State: epi.Stands, Rate: flow.Interval{Mid: 0.1, Low: -0.01, High: 0.2}}
	c, _ := choose(perhaps, screening{travel: 10}, Assumed{})
	if x := c.List[len(c.List)-1]; !unlimited(x.Delay) || x.Delay.Low >= x.Delay.Mid {
		t.Errorf("where it may not grow the delay has no upper limit: %+v", x.Delay)
	}
}

func TestTheSimulationDelaysAboutAsTheFormulaSays(t *testing.T) {
	g, _ := told(7)
	c, err := choose(g, screening{travel: 1000, met: 1, effective: 1, found: flow.Interval{Mid: 0.3, Low: 0.3, High: 0.3}}, Assumed{Assumption: flow.Assumption{Low: 0.2, Likely: 0.2, High: 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.simulate(Pair{People: [2]float64{5e6, 9e6}, Incubating: 20, Ill: 10, There: 400, Back: 400, IncubationDays: 7, Days: 5}); err != nil || c.Course != flow.Known {
		t.Fatal(err, c.Course)
	}
	for _, x := range c.List {
		// The mark is counted with who was infected there, so that the two agree only roughly;
		// the screen of the simulation holds the ill and lets the incubating pass.
		if x.Kind == Close && math.Abs(x.Later.Value-x.Delay.Mid) > 0.25*x.Delay.Mid+2 {
			t.Errorf("closed %v: simulated %v, by the formula %v", x.Closed, x.Later.Value, x.Delay.Mid)
		}
		if x.Kind == Screen && (x.Later.Value <= 0 || x.Later.Value > x.Delay.Mid) {
			t.Errorf("screened: simulated %v, by the formula %v", x.Later.Value, x.Delay.Mid)
		}
	}
}

func TestGrowthLeavesOutTheFirstReportOfAPlace(t *testing.T) {
	lists, of := surveillance.New(surveillance.Deps{}).Lists(), surveillance.Of
	var list []surveillance.Reported
	for i := range 31 {
		d := day - 30 + calendar.Day(i)
		list = append(list, said("A", "cumulative_suspected_cases", d, of(500+int(math.Round(10*math.Exp(0.1*float64(i)))))))
	}
	list = append(list, said("B", "cumulative_suspected_cases", day-2, of(9000)))
	g, err := growthOf(OutbreakOf(lists, list), day, 30)
	if err != nil || g.State != epi.Stands || math.Abs(g.Rate.Mid-0.1) > 0.01 || g.Rate.Low > 0.1 || g.Rate.High < 0.09 {
		t.Errorf("%+v %v", g, err)
	}
	if g, err := growthOf(OutbreakOf(lists, list[:2]), day-29, 30); err != nil || g.State != epi.NotIdentifiable {
		t.Errorf("of two days nothing is said: %+v %v", g, err)
	}
}

func TestThePlanUsesThePointsOfTheGazetteerAndShowsWhereAGuardedOneIsOnlyRoughly(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.outbreak()
		admin := w.as(access.Administrator)
		for _, p := range []place.Point{{Code: "UGA-P1", Kind: place.GroundCrossing, Names: map[string]string{"en": "Bridge"}, Country: "UGA", Area: "UGA-B"},
			{Code: "UGA-P2", Kind: place.UnofficialCrossing, Names: map[string]string{"en": "Ford by the fig tree"}, Country: "UGA", Area: "UGA-C", Guarded: true},
			{Code: "UGA-P3", Kind: place.Shelter, Names: map[string]string{"en": "House of women"}, Country: "UGA", Area: "UGA-C", Guarded: true},
			{Code: "UGA-P4", Kind: place.Market, Names: map[string]string{"en": "Nowhere market"}, Country: "UGA"}} {
			_, err := w.Gazetteer.SavePoint(admin, p)
			w.must(err)
		}
		p, err := w.PlanScreening(w.as(access.Epidemiologist), PlanQuery{})
		w.must(err)
		if !p.Plan.Weighted || len(p.Plan.Points) != 2 || len(p.Plan.Placed) != 2 || p.Plan.NoPlace != 1 {
			t.Fatalf("%+v", p.Plan)
		}
		body := w.page(access.Epidemiologist, "/mobility/screening?where=both&teams=2")
		for _, part := range []string{"Bridge", "Unofficial crossing", "Zone C", "Of 100 infected travellers", "Missed: incubating", "What this cannot say", "166,242"} {
			if !strings.Contains(body, part) {
				t.Errorf("%q is not in the page", part)
			}
		}
		for _, part := range []string{"fig tree", "House of women"} {
			if strings.Contains(body, part) {
				t.Errorf("%q is in the page", part)
			}
		}
		body = w.page(access.Epidemiologist, "/mobility/measures?doubling=7")
		for _, part := range []string{"days (", "Leave open", "Go around unscreened", "What this cannot say"} {
			if !strings.Contains(body, part) {
				t.Errorf("%q is not in the page", part)
			}
		}
		if body := w.page(access.Epidemiologist, "/mobility/measures"); !strings.Contains(body, "Give a doubling time") {
			t.Error("two reports say nothing of growth, and the page has to say so")
		}
		for _, path := range []string{"/mobility/screening", "/mobility/measures", "/mobility/forecast", "/mobility/assumptions?disease=bdbv"} {
			if code, _ := w.get(access.Screener, path); code != 403 {
				t.Errorf("a screener opens %s: %d", path, code)
			}
		}
	})
}
