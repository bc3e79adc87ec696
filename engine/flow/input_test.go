package flow_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/flow"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Each wrong input is refused in words that name the parameter and where it stands.
func TestWrongInputIsRefusedInWords(t *testing.T) {
	ab := func() *flow.Matrix { return must[*flow.Matrix](t)(flow.NewMatrix([]string{"A", "B"})) }
	km := ab()
	_, _ = km.Set(0, 1, 10), km.Set(1, 0, 10)
	same := ab()
	_, _ = same.Set(0, 1, 0), same.Set(1, 0, 0)
	people, out := []float64{5, 6}, []flow.Amount{flow.Of(1), flow.Of(2)}
	inc := flow.Incubation{Mean: 5, Variance: 4}
	source := flow.Source{Cases: 10, Ascertainment: 1, Population: 1000, Window: 30}
	route := func(s flow.Source, c flow.Corridor) []flow.Route { return []flow.Route{{Source: s, Corridor: c}} }
	draw := []flow.Periods{{Incubation: 5, Infectious: 5}}
	seir := func(f func(*flow.Metapopulation)) error {
		m := flow.Metapopulation{Patches: []flow.Patch{{S: 9, I: 1}, {S: 10}}, Rates: ab()}
		_, _ = m.Rates.Set(0, 1, 0.1), m.Rates.Set(1, 0, 0.1)
		f(&m)
		_, err := m.Run([]float64{0, 5})
		return err
	}
	for _, c := range []struct {
		why string
		err error
		has string
	}{
		{"no places", second(flow.NewMatrix(nil)), "are none"},
		{"a place twice", second(flow.NewMatrix([]string{"A", "A"})), "A: places is there twice"},
		{"a place without a name", second(flow.NewMatrix([]string{"A", ""})), "place 2 has no name"},
		{"rows that are not square", second(flow.FromRows([]string{"A", "B"}, [][]flow.Amount{{{}, {}}, {{}}})), "B: row has 1 numbers for 2 places; a matrix must be square"},
		{"too few rows", second(flow.FromRows([]string{"A", "B"}, [][]flow.Amount{{{}, {}}})), "must be square"},
		{"a negative flow", ab().Set(0, 1, -1), "A to B is -1; it cannot be negative"},
		{"a flow that is no number", ab().Set(0, 1, math.NaN()), "cannot be negative, and what is not known is left empty"},
		{"a place nobody knows", third(ab().Pair("A", "X")), "X: to is not among the places"},
		{"a latitude off the globe", second(flow.Distances([]string{"A"}, []flow.Point{{Lat: 91}})), "A: lat is 91"},
		{"a distance of zero", second(flow.Gravity(out, people, same, flow.GravityParams{Mass: 1, Distance: 2})), "A to B: distance is 0"},
		{"an exponent that is no number", second(flow.Gravity(out, people, km, flow.GravityParams{Mass: math.NaN()})), "mass exponent is NaN"},
		{"fewer populations than places", second(flow.Gravity(out, people[:1], km, flow.GravityParams{})), "for 2 places"},
		{"a negative population", second(flow.Radiation(out, []float64{5, -1}, km)), "B: population is -1"},
		{"people leaving where nobody lives", second(flow.Radiation(out, []float64{0, 5}, km)), "A: population is 0, but people leave it"},
		{"a random walk without a cost", second(must[*flow.Network](t)(flow.NewNetwork(km)).Walk(0)), "delta is 0"},
		{"no draws", second(flow.Forecast(route(source, flow.Corridor{}), nil)), "draws are none"},
		{"a negative period", second(flow.Forecast(route(source, flow.Corridor{}), []flow.Periods{{Incubation: -1}})), "incubation is -1"},
		{"an ascertainment of zero", second(flow.Forecast(route(flow.Source{Population: 5, Window: 1}, flow.Corridor{}), draw)), "ascertainment is 0"},
		{"an ascertainment above one", second(flow.Forecast(route(flow.Source{Ascertainment: 1.1, Population: 5, Window: 1}, flow.Corridor{}), draw)), "lies in 0 to 1"},
		{"more infections than people", second(flow.Forecast(route(flow.Source{Cases: 10, Ascertainment: 0.1, Population: 50, Window: 1}, flow.Corridor{}), draw)), "more infections than"},
		{"a window of no days", second(flow.Forecast(route(flow.Source{Ascertainment: 1, Population: 5}, flow.Corridor{}), draw)), "window is 0"},
		{"negative travellers", second(flow.Forecast(route(source, flow.Corridor{Residents: flow.Of(-5), Visitors: flow.Of(0)}), draw)), "travellers_to is -5"},
		{"a reduction above one", second(flow.Forecast(route(source, flow.Corridor{Reduction: 2}), draw)), "reduction is 2"},
		{"more infected than people", second(flow.TravellerRisk(flow.Prevalence{Incubating: 9, Population: 5})), "more people than the population"},
		{"a dispersion of zero", second(flow.Extinction(2, 0)), "k is 0"},
		{"a reproduction number below zero", second(flow.Extinction(-1, 1)), "R is -1"},
		{"a share above one", second(flow.Screen(flow.Protocol{Symptoms: 1.2}, inc, 1)), "symptoms is 1.2; a probability"},
		{"an incubation without variance", second(flow.Screen(flow.Protocol{}, flow.Incubation{Mean: 5}, 1)), "incubation variance is 0"},
		{"days before exposure", second(flow.Screen(flow.Protocol{}, inc, -1)), "days since exposure is -1"},
		{"no teams", second(flow.GreedyPoints(nil, []float64{1}, 0)), "teams are 0"},
		{"a route over a point that is not there", second(flow.BestPoints([]flow.ScreenedRoute{{Weight: 1, Points: []int{3}}}, []float64{1}, 1)), "route 0: points has point 3"},
		{"a sensitivity that is no number", second(flow.BestPoints(nil, []float64{math.NaN()}, 1)), "point 0: sensitivity is NaN"},
		{"a rate that is not known", seir(func(m *flow.Metapopulation) { m.Rates.SetUnknown(0, 1) }), "A to B: rate is not known; an unknown flow is not no flow"},
		{"patches and rates of other places", seir(func(m *flow.Metapopulation) { m.Patches = m.Patches[:1] }), "are not the same"},
		{"fewer than nobody infected", seir(func(m *flow.Metapopulation) { m.Patches[1].I = -1 }), "B: I is -1"},
		{"rates a million times too fast", seir(func(m *flow.Metapopulation) { m.Disease.Gamma = 1e12 }), "check their unit, which is per day"},
		{"a pass above one", seir(func(m *flow.Metapopulation) { m.Measure.Pass = 1.5 }), "pass is 1.5"},
		{"a closure of more than everything", second(flow.Delay(0.1, 1.5, 0)), "reduction is 1.5"},
		{"no candidates", second(flow.Backtest(nil)), "candidates are none"},
		{"a score that is no number", second(flow.Backtest([]flow.Ranked{{Place: "A", Score: flow.Of(math.NaN())}})), "A: score is no number"},
		{"limits the wrong way round", second(flow.NewInterval(2, 3, 1, 0.9)), "lower limit 3 above its upper limit 1"},
		{"an estimate outside its limits", second(flow.NewInterval(9, 1, 3, 0.9)), "outside 1 to 3"},
		{"a distribution nobody knows", second(flow.ParseDist("beta:a=1")), "is not one of fixed, gamma"},
		{"a distribution without its parameters", second(flow.ParseDist("gamma:mean=3")), "needs exactly the parameters mean and sd"},
		{"a parameter that is no number", second(flow.ParseDist("gamma:mean=x,sd=1")), "no number; write for example gamma:mean=1,sd=1"},
		{"a spread of zero", second(flow.ParseDist("lognormal:meanlog=1,sdlog=0")), "sdlog is 0; it must lie in"},
	} {
		var e *flow.Error
		if !errors.As(c.err, &e) || !strings.Contains(c.err.Error(), c.has) {
			t.Errorf("%s: %v, want %q", c.why, c.err, c.has)
		}
	}
}

func second[T any](_ T, err error) error      { return err }
func third[T, U any](_ T, _ U, e error) error { return e }

// What is not known stays so.
func TestWhatIsNotKnownIsNotZero(t *testing.T) {
	km := must[*flow.Matrix](t)(flow.Distances(names(3), []flow.Point{{}, {Lon: 1}, {Lon: 3}}))
	out := []flow.Amount{flow.Of(10), {}, flow.Of(10)}
	people := []float64{1, 2, 3}
	g := must[*flow.Matrix](t)(flow.Gravity(out, people, km, flow.GravityParams{Mass: 1, Distance: 1}))
	r := must[*flow.Radiated](t)(flow.Radiation(out, people, km))
	for name, m := range map[string]*flow.Matrix{"gravity": g, "radiation": r.Flows, "corrected": r.Corrected} {
		if m.At(1, 0).Known || m.RowSum(1).Known || !m.At(0, 1).Known {
			t.Errorf("%s: an outflow nobody knows made a flow", name)
		}
	}
	if s := r.Intervening.At(1, 2); !s.Known || s.Value != 1 {
		t.Errorf("who lives between does not depend on the outflow: %v", s)
	}
	km.SetUnknown(2, 0)
	g = must[*flow.Matrix](t)(flow.Gravity(out, people, km, flow.GravityParams{Mass: 1, Distance: 1}))
	r = must[*flow.Radiated](t)(flow.Radiation(out, people, km))
	if g.At(2, 1).Known || r.Flows.At(2, 1).Known || !g.At(0, 1).Known {
		t.Error("a distance nobody knows left shares that add up")
	}
	if g := must[*flow.Matrix](t)(flow.Gravity(out, []float64{1, 0, 0}, km, flow.GravityParams{Mass: 1})); g.At(0, 1).Known {
		t.Error("shares of nothing are 0/0")
	}
	f := must[flow.Importation](t)(flow.Forecast([]flow.Route{{Source: flow.Source{Cases: 1, Ascertainment: 1, Population: 9, Window: 9}, Corridor: flow.Corridor{Residents: flow.Of(5)}}}, []flow.Periods{{Incubation: 1, Infectious: 1}}))
	if f.State != flow.Unknown || f.OnePer.String() != "not known" {
		t.Errorf("visitors nobody counted: %+v", f)
	}
	m := must[*flow.Matrix](t)(flow.NewMatrix(names(2)))
	m.SetUnknown(0, 1)
	m.AssumeNone()
	if m.At(0, 1).Known || !m.At(1, 0).Known {
		t.Error("what is listed as not known became none")
	}
	s := must[flow.Score](t)(flow.Backtest([]flow.Ranked{{Hit: true}, {Score: flow.Of(1), Hit: true}}, 1))
	if s.State != flow.Unknown || s.Unscored != 1 || s.UnscoredHits != 1 || s.N != 1 {
		t.Errorf("a ranking without a miss: %+v", s)
	}
	for _, d := range [][2]float64{{0, 0.5}, {-0.1, 0.5}, {0.1, 1}} {
		if p := must[flow.Postponed](t)(flow.Delay(d[0], d[1], 0)); p.State != flow.Unknown || p.Why == "" {
			t.Errorf("growth %v, closure %v: %+v", d[0], d[1], p)
		}
	}
}

func TestAPlaceNobodyLeavesHasNoDistances(t *testing.T) {
	m := must[*flow.Matrix](t)(flow.NewMatrix([]string{"A", "B", "C"}))
	_ = m.Set(0, 1, 5)
	m.AssumeNone()
	net := must[*flow.Network](t)(flow.NewNetwork(m))
	if _, err := net.DominantPath(1); err == nil || !strings.Contains(err.Error(), "B: source has a row of zeros") {
		t.Errorf("%v", err)
	}
	d := must[[]flow.Distance](t)(net.DominantPath(0))
	if d[1].State != flow.Known || d[1].Value != 1 || d[2].State != flow.Unreachable || !math.IsInf(d[2].Value, 1) {
		t.Errorf("%v", d)
	}
	w := must[*flow.RandomWalk](t)(net.Walk(1))
	if d := must[[]flow.Distance](t)(w.From(0)); d[2].State != flow.Unreachable {
		t.Errorf("%v", d)
	}
	if _, err := w.From(2); err == nil {
		t.Error("a walk from where nobody leaves")
	}
}

// ECDC's figure of June 2026: 4.10e-5 a traveller is one case per 24,372, and the
// replication's own column gave 2,435 to 244 (reference/epi-mobility.md, section 3).
func TestOneCasePerTravellersIsAboutOneTraveller(t *testing.T) {
	o := must[flow.OnePer](t)(flow.Per(flow.Interval{Mid: 1 / 24372.0, Low: 1 / 54000.0, High: 1 / 13000.0, Level: 0.9}))
	if o.String() != "one case per 24400 travellers (90 %: 13000 to 54000)" {
		t.Error(o.String())
	}
	if o.Travellers.Low > o.Travellers.Mid || o.Travellers.Mid > o.Travellers.High {
		t.Errorf("%+v is not in order", o.Travellers)
	}
	if _, err := flow.Per(flow.Interval{Mid: 0.1, Low: 0.2, High: 0.05, Level: 0.9}); err == nil {
		t.Error("limits that were swapped were taken")
	}
	if _, err := flow.Per(flow.Interval{Mid: 4, Low: 4, High: 4}); err == nil {
		t.Error("four cases a traveller were taken for a risk")
	}
	if o := must[flow.OnePer](t)(flow.Per(flow.Interval{})); o.State != flow.Unreachable || o.String() != "no case from any number of travellers" {
		t.Errorf("%+v %s", o, o)
	}
	p := must[float64](t)(flow.TravellerRisk(flow.Prevalence{Incubating: 1000, Infectious: 500, Population: 13392200, IncubatingReduction: 0.1 * (10 - 6.22) / 10, InfectiousReduction: 0.9}))
	if want := 1000/13392200.0*(1-0.0378) + 500/13392200.0*0.1; !near(p/want, 1, 1e-12) {
		t.Errorf("risk %v, want %v", p, want)
	}
	if any := must[float64](t)(flow.AnyOf(p, 24000)); !near(any, 1-math.Pow(1-p, 24000), 1e-9) {
		t.Errorf("P(≥1) %v", any)
	}
}

func TestTheDelayOfAClosure(t *testing.T) {
	d := must[flow.Postponed](t)(flow.Delay(0.1, 0.9, 0))
	if math.Abs(d.Days-23.02585092994046) > 1e-12 {
		t.Errorf("%v days; nine tenths closed at r = 0.1 is 23", d.Days)
	}
	if d := must[flow.Postponed](t)(flow.Delay(0.1, 1, 0.1)); math.Abs(d.Days-23.02585092994046) > 1e-9 {
		t.Errorf("%v days; a tenth that goes round is as a tenth left open", d.Days)
	}
}

func TestTablesSayWhereTheyAreWrong(t *testing.T) {
	for _, c := range []struct{ why, text, has string }{
		{"nothing", "", "f.csv: is empty"},
		{"a row too short", "a,b\n1,2\n3\n", "f.csv line 3: has 1 cells under 2 columns"},
		{"a quote that never ends", "a\n\"x\n", "f.csv line 2: is no CSV"},
		{"a column twice", "a,a\n", `f.csv: column "a" is there twice`},
		{"no such column", "from,to\nA,B\n", `f.csv: column "flow" is missing; it has from, to`},
		{"a negative flow", "from,to,flow\nA,B,-1\n", "f.csv line 2: flow is -1"},
		{"a pair twice", "from,to,flow\nA,B,1\nA,B,2\n", "f.csv line 3: flow lists A to B a second time"},
		{"a flow that is no number", "from,to,flow\nA,B,many\n", `f.csv line 2: flow is "many"`},
		{"not a number", "from,to,flow\nA,B,NaN\n", `f.csv line 2: flow is "NaN"`},
		{"infinitely many", "from,to,flow\nA,B,Inf\n", `flow is "Inf"`},
		{"a place without a name", "from,to,flow\n,B,1\n", "place 1 has no name"},
	} {
		tab, err := flow.ReadTable(strings.NewReader(c.text), "f.csv")
		if err == nil {
			_, rows := tab.Groups("")
			_, err = tab.Matrix(rows[""], nil, "from", "to", "flow")
		}
		if err == nil || !strings.Contains(err.Error(), c.has) {
			t.Errorf("%s: %v, want %q", c.why, err, c.has)
		}
	}
	tab := must[*flow.Table](t)(flow.ReadTable(strings.NewReader("\ufefffrom, to ,flow\nA,B,ND\nB,A,2\n"), "f.csv"))
	if _, err := tab.Matrix([]int{0, 1}, []string{"A"}, "from", "to", "flow"); err == nil || !strings.Contains(err.Error(), `f.csv line 2: to is "B", which is not among the places`) {
		t.Errorf("a place that the matrix does not have: %v", err)
	}
	m := must[*flow.Matrix](t)(tab.Matrix([]int{0, 1}, nil, "from", "to", "flow"))
	if m.At(0, 1).Known || !m.Listed(0, 1) || m.At(1, 0).Value != 2 {
		t.Error("ND is listed as not known")
	}
	for text, has := range map[string]string{"x,A,B\nA,0,1\n": "must be square", "x,A,B\nA,0,1\nC,1,0\n": `line 3: x is "C"`, "x,A,B\nA,0,1\nA,1,0\n": "once", "x,A,B\nA,0,-1\nB,1,0\n": "line 2: B is -1"} {
		tab := must[*flow.Table](t)(flow.ReadTable(strings.NewReader(text), "f.csv"))
		if _, err := tab.Square(); err == nil || !strings.Contains(err.Error(), has) {
			t.Errorf("%q: %v, want %q", text, err, has)
		}
	}
	tab = must[*flow.Table](t)(flow.ReadTable(strings.NewReader("x,A,B\nB,3,0\nA,0,\n"), "f.csv"))
	sq := must[*flow.Matrix](t)(tab.Square())
	if sq.At(0, 1).Known || sq.At(1, 0).Value != 3 {
		t.Error("the rows of a square matrix may be in another order")
	}
	turned := must[*flow.Matrix](t)(sq.Reorder([]string{"B", "A"}))
	if turned.At(0, 1).Value != 3 || turned.At(1, 0).Known {
		t.Error("a matrix in another order says something else")
	}
	if _, err := sq.Reorder([]string{"Z"}); err == nil || !strings.Contains(err.Error(), "Z: place is not in the matrix") {
		t.Errorf("%v", err)
	}
}

// No file may crash the reader, and what it reads as a matrix holds no number that
// is negative or no number.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"from,to,flow\nA,B,1\nB,A,ND\n", "x,A,B\nA,0,1\nB,2,0\n", "\ufefffrom,to,flow\r\nA,B,-1\r\n", "a\n\"", "from,to,flow\nA,A,1\n", ",,\n,,\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tab, err := flow.ReadTable(strings.NewReader(s), "fuzz")
		if err != nil {
			return
		}
		_, rows := tab.Groups("")
		long, err1 := tab.Matrix(rows[""], nil, "from", "to", "flow")
		square, err2 := tab.Square()
		for m, err := range map[*flow.Matrix]error{long: err1, square: err2} {
			if err != nil {
				continue
			}
			for i := range m.Len() {
				for j := range m.Len() {
					if a := m.At(i, j); a.Known && !(a.Value >= 0) {
						t.Fatalf("%q holds %v", s, a.Value)
					}
				}
			}
			net, err := flow.NewNetwork(m)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = net.DominantPath(0)
		}
	})
}

// No text may crash the reader of distributions; what it reads draws positive days.
func FuzzDist(f *testing.F) {
	for _, s := range []string{"gamma:mean=9.4,sd=7.4", "fixed:days=4", "normal:mean=-3,sd=1", "weibull:shape=1e9,scale=1", "lognormal:meanlog=1,sdlog=", ":", "gamma:mean=1e-300,sd=1e300"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := flow.ParseDist(s)
		if err != nil {
			return
		}
		for _, u := range []float64{1e-9, 0.5, 1 - 1e-9} {
			if q := d.Quantile(u); math.IsNaN(q) || q < 0 {
				t.Fatalf("%q: %v of the periods are below %v", s, u, q)
			}
		}
	})
}
