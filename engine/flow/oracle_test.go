package flow_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The tolerances of the comparison with reference programs.
const (
	closedForm = 1e-9
	integrated = 1e-6
)

type row map[string]string

func (r row) f(t testing.TB, col string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(r[col], 64)
	if err != nil {
		t.Fatalf("column %s: %v in %v", col, err, r)
	}
	return v
}

func (r row) i(t testing.TB, col string) int {
	t.Helper()
	v, err := strconv.Atoi(r[col])
	if err != nil {
		t.Fatalf("column %s: %v", col, err)
	}
	return v
}

// oracle reads one file of the reference programs' input or output.
func oracle(t testing.TB, name string) []row {
	t.Helper()
	f, err := os.Open(testkit.Data(t, "epi/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatalf("%s: %d rows, %v", name, len(all), err)
	}
	out := make([]row, 0, len(all)-1)
	for _, rec := range all[1:] {
		r := row{}
		for i, h := range all[0] {
			r[h] = rec[i]
		}
		out = append(out, r)
	}
	return out
}

// groups are the rows of each value of a column, in the order of the file.
func groups(rows []row, col string) (names []string, by map[string][]row) {
	by = map[string][]row{}
	for _, r := range rows {
		if by[r[col]] == nil {
			names = append(names, r[col])
		}
		by[r[col]] = append(by[r[col]], r)
	}
	return names, by
}

// comparison counts the rows of one file and the worst difference.
type comparison struct {
	t         testing.TB
	file      string
	tolerance float64
	rows, bad int
	worst     float64
}

// same compares a number, relative to the wanted one.
func (c *comparison) same(what string, got, want float64) {
	c.t.Helper()
	d := math.Abs(got - want)
	if want != 0 {
		d /= math.Abs(want)
	}
	c.worst = math.Max(c.worst, d)
	if !(d <= c.tolerance) {
		if c.bad++; c.bad <= 10 {
			c.t.Errorf("%s: %s = %.17g, want %.17g (off by %.2g)", c.file, what, got, want, d)
		}
	}
}

func (c *comparison) done(rows int) {
	c.t.Helper()
	if c.rows != rows {
		c.t.Errorf("%s: %d of %d rows were compared", c.file, c.rows, rows)
	}
	c.t.Logf("%-28s %6d rows compared, %d numbers off, worst difference %.1e (limit %.0e)", c.file, c.rows, c.bad, c.worst, c.tolerance)
}

func TestMobilityModelsAgreeWithTheReference(t *testing.T) {
	places, od := oracle(t, "mob_places.csv"), oracle(t, "mob_od.csv")
	c := &comparison{t: t, file: "mob_od.csv", tolerance: closedForm}
	var gravityCol string
	var p flow.GravityParams
	for h := range od[0] {
		if m := regexp.MustCompile(`^gravity_prod_constrained_a([0-9.]+)_b([0-9.]+)$`).FindStringSubmatch(h); m != nil {
			gravityCol = h
			p.Mass, _ = strconv.ParseFloat(m[1], 64)
			p.Distance, _ = strconv.ParseFloat(m[2], 64)
		}
	}
	worlds, by := groups(places, "world")
	_, pairs := groups(od, "world")
	for _, w := range worlds {
		var names []string
		var points []flow.Point
		var people []float64
		var out []flow.Amount
		for _, r := range by[w] {
			names, points = append(names, r["place"]), append(points, flow.Point{Lat: r.f(t, "lat"), Lon: r.f(t, "lon")})
			people, out = append(people, r.f(t, "population")), append(out, flow.Of(r.f(t, "outflow")))
		}
		km, err := flow.Distances(names, points)
		if err != nil {
			t.Fatal(err)
		}
		g, err := flow.Gravity(out, people, km, p)
		if err != nil {
			t.Fatal(err)
		}
		rad, err := flow.Radiation(out, people, km)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range pairs[w] {
			i, j, err := km.Pair(r["from"], r["to"])
			if err != nil {
				t.Fatal(err)
			}
			at := w + " " + r["from"] + "→" + r["to"] + " "
			c.same(at+"km", km.At(i, j).Value, r.f(t, "km"))
			c.same(at+"s", rad.Intervening.At(i, j).Value, r.f(t, "intervening_pop"))
			c.same(at+"radiation", rad.Flows.At(i, j).Value, r.f(t, "radiation"))
			c.same(at+"corrected", rad.Corrected.At(i, j).Value, r.f(t, "radiation_finite_corrected"))
			c.same(at+"gravity", g.At(i, j).Value, r.f(t, gravityCol))
			c.rows++
		}
	}
	c.done(len(od))
	t.Logf("%-28s %6d rows used", "mob_places.csv", len(places))
}

// networks are the networks of network_edges.csv.
func networks(t testing.TB) map[string]*flow.Network {
	t.Helper()
	edges := oracle(t, "network_edges.csv")
	t.Logf("%-28s %6d rows used", "network_edges.csv", len(edges))
	_, by := groups(edges, "network")
	out := map[string]*flow.Network{}
	for name, list := range by {
		var places []string
		seen := map[string]bool{}
		for _, r := range list {
			for _, p := range []string{r["from"], r["to"]} {
				if !seen[p] {
					seen[p] = true
					places = append(places, p)
				}
			}
		}
		m, err := flow.NewMatrix(places)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			i, j, _ := m.Pair(r["from"], r["to"])
			if m.Listed(i, j) {
				t.Fatalf("%s: %s to %s is listed twice", name, r["from"], r["to"])
			}
			if err := m.Set(i, j, r.f(t, "flow")); err != nil {
				t.Fatal(err)
			}
		}
		m.AssumeNone()
		if out[name], err = flow.NewNetwork(m); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestEffectiveDistancesAgreeWithTheReference(t *testing.T) {
	nets := networks(t)
	index := map[string]map[string]int{}
	for name, n := range nets {
		index[name] = map[string]int{}
		for i, p := range n.Places() {
			index[name][p] = i
		}
	}
	for _, file := range []struct{ name, col string }{{"effdist_out.csv", "d_eff_dominant_path"}, {"effdist_rw_out.csv", "d_eff_random_walk_delta1"}} {
		rows := oracle(t, file.name)
		c := &comparison{t: t, file: file.name, tolerance: closedForm}
		walks, from := map[string]*flow.RandomWalk{}, map[string][]flow.Distance{}
		for _, r := range rows {
			net, key := nets[r["network"]], r["network"]+" "+r["source"]
			source := index[r["network"]][r["source"]]
			if from[key] == nil {
				var err error
				if file.name == "effdist_out.csv" {
					from[key], err = net.DominantPath(source)
				} else {
					if walks[r["network"]] == nil {
						if walks[r["network"]], err = net.Walk(1); err != nil {
							t.Fatal(err)
						}
					}
					from[key], err = walks[r["network"]].From(source)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			d := from[key][index[r["network"]][r["target"]]]
			if d.State != flow.Known {
				t.Errorf("%s to %s is %v", key, r["target"], d.State)
			}
			c.same(key+"→"+r["target"], d.Value, r.f(t, file.col))
			if h := r["hops"]; h != "" && strconv.Itoa(d.Hops) != h {
				t.Errorf("%s to %s: %d hops, want %s", key, r["target"], d.Hops, h)
			}
			c.rows++
		}
		c.done(len(rows))
	}
}

func TestImportationsAgreeWithTheReference(t *testing.T) {
	sets := map[string][]flow.Periods{}
	draws := oracle(t, "import_draws.csv")
	for _, r := range draws {
		sets[r["draw_set"]] = append(sets[r["draw_set"]], flow.Periods{Incubation: r.f(t, "incubation"), Infectious: r.f(t, "infectious")})
	}
	cases := map[string]row{}
	list := oracle(t, "import_cases.csv")
	for _, r := range list {
		cases[r["case_id"]] = r
	}
	rows := oracle(t, "import_out.csv")
	c := &comparison{t: t, file: "import_out.csv", tolerance: closedForm}
	for _, r := range rows {
		s := cases[r["case_id"]]
		window := float64(day(t, s["last_date"]) - day(t, s["first_date"]))
		f, err := flow.Forecast([]flow.Route{{
			Source:   flow.Source{Cases: s.f(t, "cases"), Ascertainment: 1, Population: s.f(t, "population"), Window: window},
			Corridor: flow.Corridor{Residents: flow.Of(r.f(t, "travellers_to")), Visitors: flow.Of(r.f(t, "travellers_from")), Stay: r.f(t, "length_of_stay")},
		}}, sets[s["draw_set"]])
		if err != nil || f.State != flow.Known {
			t.Fatal(err, f.State)
		}
		at := r["case_id"] + " " + r["dest"] + " "
		c.same(at+"mean", f.Cases.Mid, r.f(t, "mean_cases"))
		c.same(at+"lo95", f.Cases.Low, r.f(t, "lo95"))
		c.same(at+"hi95", f.Cases.High, r.f(t, "hi95"))
		c.rows++
	}
	c.done(len(rows))
	t.Logf("%-28s %6d rows used", "import_draws.csv", len(draws))
	t.Logf("%-28s %6d rows used", "import_cases.csv", len(list))
}

func day(t testing.TB, text string) calendar.Day {
	t.Helper()
	d, err := calendar.Parse(text)
	exact, ok := d.Exact()
	if err != nil || !ok {
		t.Fatalf("%q is no day: %v", text, err)
	}
	return exact
}

func TestOutbreakProbabilitiesAgreeWithTheReference(t *testing.T) {
	rows := oracle(t, "outbreak_prob.csv")
	c := &comparison{t: t, file: "outbreak_prob.csv", tolerance: closedForm}
	for _, r := range rows {
		o, err := flow.OutbreakGiven(r.f(t, "lambda"), r.f(t, "R"), r.f(t, "k"))
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("R %s k %s λ %s ", r["R"], r["k"], r["lambda"])
		c.same(at+"q", o.Extinction, r.f(t, "q"))
		c.same(at+"any", o.AnyImport, r.f(t, "p_any_import"))
		c.same(at+"outbreak", o.Outbreak, r.f(t, "p_outbreak"))
		c.rows++
	}
	c.done(len(rows))
}

func TestScreeningYieldsAgreeWithTheReference(t *testing.T) {
	out := map[string]row{}
	rows := oracle(t, "screening_out.csv")
	for _, r := range rows {
		out[r["case_id"]] = r
	}
	c := &comparison{t: t, file: "screening_out.csv", tolerance: closedForm}
	cases := oracle(t, "screening_cases.csv")
	for _, r := range cases {
		want := out[r["case_id"]]
		y, err := flow.Screen(flow.Protocol{
			Departure: r["departure"] == "TRUE", Arrival: r["arrival"] == "TRUE", Symptoms: r.f(t, "p_symptoms"), Aware: r.f(t, "p_aware"), Evade: r.f(t, "frac_evade"),
			SymptomDeparture: r.f(t, "sens_symptom_dep"), SymptomArrival: r.f(t, "sens_symptom_arr"), RiskDeparture: r.f(t, "sens_risk_dep"), RiskArrival: r.f(t, "sens_risk_arr"),
			Transit: r.f(t, "transit_days"),
		}, flow.Incubation{Mean: r.f(t, "mean_incubation"), Variance: r.f(t, "var_incubation")}, r.f(t, "days_since_exposure"))
		if err != nil {
			t.Fatal(err)
		}
		for col, got := range map[string]float64{"caught.dpt.fever": y.DepartureSymptom, "caught.dpt.risk": y.DepartureRisk, "caught.arv.fever": y.ArrivalSymptom,
			"caught.arv.risk": y.ArrivalRisk, "missed.both": y.MissedBoth, "missed.fever.only": y.MissedSymptomOnly, "missed.risk.only": y.MissedRiskOnly,
			"not.detectable": y.NotDetectable, "evaded.screening": y.Evaded} {
			c.same(r["case_id"]+" "+col, got, want.f(t, col))
		}
		c.rows++
	}
	c.done(len(rows))
	t.Logf("%-28s %6d rows used", "screening_cases.csv", len(cases))

	rows = oracle(t, "screening_population.csv")
	c = &comparison{t: t, file: "screening_population.csv", tolerance: closedForm}
	for _, r := range rows {
		sy, ri := r.f(t, "sens_symptom"), r.f(t, "sens_risk")
		y, err := flow.ScreenEpidemic(flow.Protocol{Departure: true, Arrival: true, Symptoms: r.f(t, "p_symptoms"), Aware: r.f(t, "p_aware"),
			SymptomDeparture: sy, SymptomArrival: sy, RiskDeparture: ri, RiskArrival: ri, Transit: r.f(t, "transit_days")},
			flow.Incubation{Mean: r.f(t, "mean_incubation"), Variance: 2.25 * 2.25}, flow.Epidemic{R0: r.f(t, "R0"), ToAdmit: r.f(t, "mean_to_admit")})
		if err != nil {
			t.Fatal(err)
		}
		c.same(r["case_id"], y.Caught(), r.f(t, "p_caught_both"))
		c.rows++
	}
	c.done(len(rows))
}

func TestPlacementsAgreeWithTheReference(t *testing.T) {
	type world struct {
		routes      []flow.ScreenedRoute
		sensitivity map[int]float64
	}
	cases := oracle(t, "alloc_cases.csv")
	worlds := map[string]*world{}
	for _, r := range cases {
		w := worlds[r["case"]]
		if w == nil {
			w = &world{sensitivity: map[int]float64{}}
			worlds[r["case"]] = w
		}
		v := r.f(t, "weight_or_sensitivity")
		if strings.HasPrefix(r["route_or_point"], "point") {
			w.sensitivity[r.i(t, "points_or_index")] = v
			continue
		}
		w.routes = append(w.routes, flow.ScreenedRoute{Weight: v, Points: indices(t, r["points_or_index"])})
	}
	rows := oracle(t, "alloc_out.csv")
	c := &comparison{t: t, file: "alloc_out.csv", tolerance: 1e-14}
	for _, r := range rows {
		w := worlds[r["case"]]
		s := make([]float64, len(w.sensitivity))
		for i := range s {
			s[i] = w.sensitivity[i]
		}
		k := r.i(t, "budget")
		best, err := flow.BestPoints(w.routes, s, k)
		if err != nil {
			t.Fatal(err)
		}
		greedy, err := flow.GreedyPoints(w.routes, s, k)
		if err != nil {
			t.Fatal(err)
		}
		at := "case " + r["case"] + " budget " + r["budget"]
		if !best.Exact || !slices.Equal(best.Chosen, indices(t, r["optimal_points"])) {
			t.Errorf("%s: %v (exact %v), want %s", at, best.Chosen, best.Exact, r["optimal_points"])
		}
		c.same(at+" optimal", best.Detected, r.f(t, "optimal_expected_detected"))
		c.same(at+" greedy", greedy.Detected, r.f(t, "greedy_expected_detected"))
		c.same(at+" total", best.Total, r.f(t, "total_infected_weight"))
		if greedy.Bound < best.Detected*(1-1e-12) {
			t.Errorf("%s: the bound %v is below the best %v", at, greedy.Bound, best.Detected)
		}
		c.rows++
	}
	c.done(len(rows))
	t.Logf("%-28s %6d rows used", "alloc_cases.csv", len(cases))
}

func indices(t testing.TB, text string) (out []int) {
	t.Helper()
	for f := range strings.FieldsSeq(text) {
		i, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, i)
	}
	return out
}

func TestMetapopulationsAgreeWithTheReference(t *testing.T) {
	cases, rates, rows := oracle(t, "metapop_cases.csv"), oracle(t, "metapop_rates.csv"), oracle(t, "metapop_out.csv")
	_, byCase := groups(cases, "case_id")
	_, byRate := groups(rates, "case_id")
	names, byOut := groups(rows, "case_id")
	c := &comparison{t: t, file: "metapop_out.csv", tolerance: integrated}
	for _, name := range names {
		m := flow.Metapopulation{}
		var places []string
		for _, r := range byCase[name] {
			m.Disease = flow.Disease{Beta: r.f(t, "beta"), Sigma: r.f(t, "sigma"), Gamma: r.f(t, "gamma")}
			m.Measure.Pass = r.f(t, "pass_fraction_infectious")
			places = append(places, r["patch"])
			m.Patches = append(m.Patches, flow.Patch{S: r.f(t, "N0") - r.f(t, "I0"), I: r.f(t, "I0")})
		}
		m.Rates, _ = flow.NewMatrix(places)
		for _, r := range byRate[name] {
			i, j, err := m.Rates.Pair(r["from"], r["to"])
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Rates.Set(i, j, r.f(t, "rate_per_day")); err != nil {
				t.Fatal(err)
			}
		}
		var days []float64
		for _, r := range byOut[name] {
			days = append(days, r.f(t, "day"))
		}
		slices.Sort(days)
		days = slices.Compact(days)
		course, err := m.Run(days)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range byOut[name] {
			d := slices.Index(days, r.f(t, "day"))
			i, _ := m.Rates.Index(r["patch"])
			p := course.States[d][i]
			for col, got := range map[string]float64{"S": p.S, "E": p.E, "I": p.I, "R": p.R} {
				c.same(name+" patch "+r["patch"]+" day "+r["day"]+" "+col, got, r.f(t, col))
			}
			c.rows++
		}
	}
	c.done(len(rows))
	t.Logf("%-28s %6d rows used", "metapop_cases.csv", len(cases))
	t.Logf("%-28s %6d rows used", "metapop_rates.csv", len(rates))
}
