package flowcmd_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/godwit-health/godwit/internal/app/flowcmd"
	"github.com/godwit-health/godwit/internal/testkit"
)

// run does one command as it is typed after "godwit flow".
func run(t testing.TB, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	parser, err := kong.New(&flowcmd.Commands{}, kong.Exit(func(int) { t.Fatal("exited") }), kong.Writers(&out, &out))
	if err != nil {
		t.Fatal(err)
	}
	k, err := parser.Parse(args)
	if err != nil {
		return "", err
	}
	err = k.Run(&flowcmd.Env{In: strings.NewReader(in), Out: &out})
	return out.String(), err
}

// rows are a CSV text's rows by column.
func rows(t testing.TB, text string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatal(err, text)
	}
	var out []map[string]string
	for _, rec := range all[1:] {
		m := map[string]string{}
		for i, h := range all[0] {
			m[h] = rec[i]
		}
		out = append(out, m)
	}
	return out
}

// agree compares the command's output with a reference file: rows by the columns of
// key, numbers by pairs of columns.
func agree(t *testing.T, file, out string, key map[string]string, numbers map[string]string, tolerance float64) {
	t.Helper()
	text, err := os.ReadFile(testkit.Data(t, "epi/"+file))
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, 0, len(key))
	for k := range key {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	id := func(r map[string]string, theirs bool) string {
		var b strings.Builder
		for _, k := range keys {
			v := r[k]
			if theirs {
				v = r[key[k]]
			}
			b.WriteString(strings.TrimSuffix(v, ".0") + "|")
		}
		return b.String()
	}
	got := map[string]map[string]string{}
	for _, r := range rows(t, out) {
		got[id(r, false)] = r
	}
	want := rows(t, string(text))
	wrong, worst := 0, 0.0
	for _, w := range want {
		g := got[id(w, true)]
		for ours, theirs := range numbers {
			a, err1 := strconv.ParseFloat(g[ours], 64)
			b, err2 := strconv.ParseFloat(w[theirs], 64)
			d := math.Abs(a - b)
			if b != 0 {
				d /= math.Abs(b)
			}
			worst = math.Max(worst, d)
			if err1 != nil || err2 != nil || !(d <= tolerance) {
				if wrong++; wrong < 10 {
					t.Errorf("%s %s: %s is %q, want %q", file, id(w, true), ours, g[ours], w[theirs])
				}
			}
		}
	}
	t.Logf("%-28s %6d rows compared through the command, %d numbers off, worst difference %.1e", file, len(want), wrong, worst)
}

// The files of the reference programs go in as they are.
func TestTheCommandAgreesWithTheReferenceFiles(t *testing.T) {
	epi := testkit.Data(t, "epi")
	file := func(name string) string { return filepath.Join(epi, name) }
	do := func(args ...string) string {
		t.Helper()
		out, err := run(t, "", args...)
		if err != nil {
			t.Fatal(args, err)
		}
		return out
	}
	pair := map[string]string{"world": "world", "from": "from", "to": "to"}
	head, err := os.ReadFile(file("mob_od.csv"))
	if err != nil {
		t.Fatal(err)
	}
	gravity := regexp.MustCompile(`gravity_prod_constrained_a([0-9.]+)_b([0-9.]+)`).FindStringSubmatch(string(head[:min(len(head), 1000)]))
	agree(t, "mob_od.csv", do("gravity", "--mass-exponent", gravity[1], "--distance-exponent", gravity[2], file("mob_places.csv")), pair, map[string]string{"km": "km", "flow": gravity[0]}, 1e-9)
	agree(t, "mob_od.csv", do("radiation", file("mob_places.csv")), pair,
		map[string]string{"intervening_pop": "intervening_pop", "radiation": "radiation", "radiation_finite_corrected": "radiation_finite_corrected"}, 1e-9)
	ends := map[string]string{"network": "network", "source": "source", "target": "target"}
	agree(t, "effdist_out.csv", do("distance", file("network_edges.csv")), ends, map[string]string{"distance": "d_eff_dominant_path", "hops": "hops"}, 1e-9)
	agree(t, "effdist_rw_out.csv", do("distance", "--method", "random-walk", "--delta", "1", file("network_edges.csv")), ends, map[string]string{"distance": "d_eff_random_walk_delta1"}, 1e-9)
	agree(t, "import_out.csv", do("import", "--draws", file("import_draws.csv"), file("import_cases.csv"), file("import_out.csv")),
		map[string]string{"case_id": "case_id", "dest": "dest"}, map[string]string{"mean_cases": "mean_cases", "lo95": "lo95", "hi95": "hi95"}, 1e-9)
	agree(t, "outbreak_prob.csv", do("outbreak", file("outbreak_prob.csv")), map[string]string{"R": "R", "k": "k", "lambda": "lambda"},
		map[string]string{"q": "q", "p_any_import": "p_any_import", "p_outbreak": "p_outbreak"}, 1e-9)
	agree(t, "screening_out.csv", do("screening", file("screening_cases.csv")), map[string]string{"case_id": "case_id"}, map[string]string{
		"caught_departure_symptom": "caught.dpt.fever", "caught_departure_risk": "caught.dpt.risk", "caught_arrival_symptom": "caught.arv.fever", "caught_arrival_risk": "caught.arv.risk",
		"missed_both": "missed.both", "missed_symptom_only": "missed.fever.only", "missed_risk_only": "missed.risk.only", "not_detectable": "not.detectable", "evaded": "evaded.screening"}, 1e-9)
	agree(t, "screening_population.csv", do("screening", "--incubation-variance", "5.0625", file("screening_population.csv")), map[string]string{"case_id": "case_id"}, map[string]string{"caught": "p_caught_both"}, 1e-9)
	agree(t, "metapop_out.csv", do("seir", "--days", "0:150:5", file("metapop_cases.csv"), file("metapop_rates.csv")),
		map[string]string{"case_id": "case_id", "patch": "patch", "day": "day"}, map[string]string{"S": "S", "E": "E", "I": "I", "R": "R"}, 1e-6)
	placed := do("place-points", "--teams", "1,2,3,4,5", file("alloc_cases.csv"))
	agree(t, "alloc_out.csv", placed, map[string]string{"case": "case", "teams": "budget"},
		map[string]string{"optimal_expected_detected": "optimal_expected_detected", "greedy_expected_detected": "greedy_expected_detected", "total_infected_weight": "total_infected_weight"}, 1e-14)
	chosen := map[string]string{}
	for _, r := range rows(t, placed) {
		chosen[r["case"]+" "+r["teams"]] = r["optimal_points"]
	}
	text, _ := os.ReadFile(file("alloc_out.csv"))
	for _, w := range rows(t, string(text)) {
		if got := chosen[w["case"]+" "+w["budget"]]; got != w["optimal_points"] {
			t.Errorf("case %s, %s teams: %q, want %q", w["case"], w["budget"], got, w["optimal_points"])
		}
	}
}

// write puts texts into files of a folder.
func write(t *testing.T, files map[string]string) func(string) string {
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(dir, name) }
}

func TestWhatIsNotKnownIsAnEmptyCellAndItsState(t *testing.T) {
	places := "place,lat,lon,population,outflow\nA,0,0,100,10\nB,0,1,200,\nC,0,3,300,ND\n"
	out, err := run(t, places, "gravity", "-")
	if err != nil {
		t.Fatal(err)
	}
	r := rows(t, out)
	if len(r) != 6 || r[0]["state"] != "known" || r[2]["state"] != "unknown" || r[2]["flow"] != "" || r[2]["km"] == "" {
		t.Errorf("%v", r)
	}
	out, err = run(t, places, "gravity", "--json", "-")
	var list []map[string]any
	if err != nil || json.Unmarshal([]byte(out), &list) != nil || len(list) != 6 || list[2]["flow"] != nil || list[0]["flow"] == nil {
		t.Errorf("%v %s", err, out)
	}
	out, err = run(t, "from,to,flow\nA,B,5\nB,A,\nB,C,1\nA,C,1\nC,A,1\n", "distance", "--source", "A", "-")
	if r := rows(t, out); err != nil || len(r) != 2 || r[0]["state"] != "known" || r[1]["target"] != "C" || r[1]["state"] != "unknown" || r[1]["distance"] != "" {
		t.Errorf("%v %s", err, out)
	}
	list3 := "from,to,flow\nA,B,5\nB,C,1\n"
	for unlisted, want := range map[string]string{"none": "known", "unknown": "unknown"} {
		out, err = run(t, list3, "distance", "--unlisted", unlisted, "--source", "A", "-")
		if r := rows(t, out); err != nil || r[0]["target"] != "B" || r[0]["state"] != want {
			t.Errorf("unlisted is %s: %v %s", unlisted, err, out)
		}
	}
}

func TestDrawsOfASeedAreTheSameEachTime(t *testing.T) {
	at := write(t, map[string]string{"cases.csv": "case_id,population,cases,window_days\nx,100000,300,60\ny,50000,10,60\n",
		"travel.csv": "case_id,dest,travellers_to,travellers_from,length_of_stay\nx,D,1000,500,7\ny,D,10,,\n"})
	args := []string{"import", "--incubation", "gamma:mean=9.4,sd=7.4", "--infectious", "gamma:mean=5,sd=4.7", "--n", "500", "--ascertainment", "0.5"}
	do := func(more ...string) []map[string]string {
		t.Helper()
		out, err := run(t, "", append(append(slices.Clone(args), more...), at("cases.csv"), at("travel.csv"))...)
		if err != nil {
			t.Fatal(err)
		}
		return rows(t, out)
	}
	a, b, c := do("--seed", "7"), do("--seed", "7"), do("--seed", "8")
	if a[0]["mean_cases"] != b[0]["mean_cases"] || a[0]["mean_cases"] == c[0]["mean_cases"] || a[0]["seed"] != "7" || a[0]["draws"] != "500" {
		t.Errorf("%v\n%v\n%v", a, b, c)
	}
	f := func(s string) float64 { v, _ := strconv.ParseFloat(s, 64); return v }
	if n := f(a[0]["travellers_per_case"]); !near(n, 1500/f(a[0]["mean_cases"])) || n < f(a[0]["travellers_per_case_lo"]) || n > f(a[0]["travellers_per_case_hi"]) {
		t.Errorf("one case per %v travellers: %v", n, a[0])
	}
	if a[1]["state"] != "unknown" || a[1]["mean_cases"] != "" {
		t.Errorf("visitors nobody counted: %v", a[1])
	}
	if sum := do("--total"); len(sum) != 1 || sum[0]["state"] != "unknown" {
		t.Errorf("a sum with something unknown in it: %v", sum)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

func TestCommandsOfOneLine(t *testing.T) {
	for _, c := range []struct {
		in   string
		args []string
		want string
	}{
		{"", []string{"delay", "--growth", "0.1", "--reduction", "0.9,1"}, "growth_per_day,reduction,diverted,delay_days,state,why\n0.1,0.9,0,23.025850929940457,known,\n0.1,1,0,,unknown,\"no journey is left"},
		{"", []string{"delay", "--doubling", "7", "--reduction", "0.5"}, "9902102579427789,0.5,0,7,known,"},
		{"", []string{"outbreak", "--R", "2", "--k", "1", "--lambda", "1"}, "R,k,lambda,q,p_any_import,p_outbreak\n2,1,1,0.5,0.632120558828557"},
		{"lambda\n0\n", []string{"outbreak", "--R", "2", "--k", "1", "-"}, "2,1,0,0.5,0,0\n"},
		{"", []string{"travellers", "--incubating", "40", "--infectious", "0", "--population", "1280", "--travellers", "2"}, "0.03125,32,2,0.0615"},
		{"place,hit,m,n\nA,yes,3,1\nB,no,2,1\nC,no,,1\n", []string{"backtest", "--top", "1", "-"}, "m,1,2,1,1,0,1,1,1,known\nn,0.5,3,1,0,0,0,1,0.333"},
	} {
		out, err := run(t, c.in, c.args...)
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v\n%s\nwant %s", c.args, err, out, c.want)
		}
	}
}

func TestWrongFilesAreRefusedWithTheirLine(t *testing.T) {
	at := write(t, map[string]string{
		"places.csv": "place,lat,lon,population,outflow\nA,0,0,100,10\nB,0,1,200,5\n", "cost.csv": "from,to,cost\nA,B,5\nB,Z,5\n",
		"patches.csv": "patch,N0,I0,beta,sigma,gamma\nA,100,1,0.3,0.2,0.1\nB,100,0,0.3,0.2,0.1\n", "rates.csv": "from,to,rate_per_day\nA,B,0.1\n", "other.csv": "from,to,rate_per_day\nA,X,0.1\n",
		"mixed.csv": "patch,N0,I0,beta,sigma,gamma\nA,100,1,0.3,0.2,0.1\nB,100,0,0.4,0.2,0.1\n", "routes.csv": "route,weight,points\nr,1,P Q\n", "points.csv": "point,sensitivity\nP,0.5\n",
		"cases.csv": "case_id,population,cases,first_date,last_date\nx,100,3,2026-05,2026-06-01\n", "travel.csv": "case_id,dest,travellers_to,travellers_from,length_of_stay\nx,D,1,1,1\n",
	})
	for _, c := range []struct {
		why, in string
		args    []string
		has     string
	}{
		{"no file", "", []string{"gravity", at("nowhere.csv")}, "nowhere.csv"},
		{"no column", "place\nA\n", []string{"radiation", "-"}, `column "population" is missing`},
		{"a place twice", "place,lat,lon,population,outflow\nA,0,0,1,1\nA,0,1,1,1\n", []string{"gravity", "-"}, `standard input line 3: place is "A" a second time`},
		{"a population nobody knows", "place,lat,lon,population,outflow\nA,0,0,,1\n", []string{"gravity", "-"}, "line 2: population is not known; this method needs it"},
		{"a cost to a place that is not there", "", []string{"gravity", "--cost", at("cost.csv"), at("places.csv")}, `line 3: to is "Z", which is not among the places`},
		{"a source that is not there", "from,to,flow\nA,B,1\n", []string{"distance", "--source", "Z", "-"}, "Z: --source is in no row"},
		{"a source nobody leaves", "from,to,flow\nA,B,1\n", []string{"distance", "--source", "B", "-"}, "row of zeros"},
		{"a negative flow", "from,to,flow\nA,B,-1\n", []string{"distance", "-"}, "line 2: flow is -1"},
		{"a matrix that is not square", "x,A,B\nA,0,1\n", []string{"distance", "-"}, "must be square"},
		{"a rate nobody gave", "", []string{"seir", at("patches.csv"), at("rates.csv")}, "B to A: rate is not known; an unknown flow is not no flow"},
		{"a rate to a place that is not there", "", []string{"seir", at("patches.csv"), at("other.csv")}, `line 2: to is "X"`},
		{"two diseases in one run", "", []string{"seir", at("mixed.csv"), at("rates.csv")}, "line 3: beta is 0.4, but 0.3 above"},
		{"days that go back", "", []string{"seir", "--unlisted", "none", "--days", "5,1", at("patches.csv"), at("rates.csv")}, "go back from 5 to 1"},
		{"days that are none", "", []string{"seir", "--days", "0:5", at("patches.csv"), at("rates.csv")}, "first:last:step"},
		{"a route over a point that is not there", "", []string{"place-points", "--teams", "1", "--points", at("points.csv"), at("routes.csv")}, `line 2: points names the point "Q"`},
		{"no teams", "", []string{"place-points", "--teams", "0", "--points", at("points.csv"), at("cases.csv")}, `column "route" is missing`},
		{"a month for a day", "", []string{"import", "--incubation", "fixed:days=5", "--infectious", "fixed:days=5", at("cases.csv"), at("travel.csv")}, `line 2: first_date is "2026-05"; write a day`},
		{"only one period", "", []string{"import", "--incubation", "fixed:days=5", at("cases.csv"), at("travel.csv")}, "--infectious is missing"},
		{"a probability above one", "R,k,lambda\n2,0,1\n", []string{"outbreak", "-"}, "line 2: k is 0"},
		{"a hit that is neither", "place,hit,m\nA,maybe,1\n", []string{"backtest", "-"}, `line 2: hit is "maybe"; write TRUE or FALSE`},
		{"screening without a variance", "p_symptoms,p_aware,transit_days,mean_incubation,sens_symptom,sens_risk,days_since_exposure\n1,1,1,5,1,1,1\n", []string{"screening", "-"}, "--incubation-variance"},
		{"a share above one", "p_symptoms,p_aware,transit_days,mean_incubation,var_incubation,sens_symptom,sens_risk,days_since_exposure\n1.5,1,1,5,4,1,1,1\n", []string{"screening", "-"}, "line 2: symptoms is 1.5"},
	} {
		out, err := run(t, c.in, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.has) {
			t.Errorf("%s: %v %s, want %q", c.why, err, out, c.has)
		}
	}
}

// No file may crash a command.
func FuzzCommands(f *testing.F) {
	f.Add(uint8(0), "place,lat,lon,population,outflow\nA,0,0,100,10\nB,0,1,200,\n")
	f.Add(uint8(2), "from,to,flow\nA,B,1\nB,A,ND\n")
	f.Add(uint8(4), "R,k,lambda\n2,0.1,1\n")
	f.Add(uint8(5), "p_symptoms,p_aware,transit_days,mean_incubation,var_incubation,sens_symptom,sens_risk,R0,mean_to_admit\n0.5,1,1,5,4,1,1,2,3\n")
	f.Add(uint8(6), "case,route_or_point,points_or_index,weight_or_sensitivity\n0,0,0,1\n0,point0,0,0.5\n")
	f.Add(uint8(7), "place,hit,m\nA,1,3\nB,0,2\n")
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		if len(text) > 2000 {
			return
		}
		all := [][]string{{"gravity"}, {"radiation"}, {"distance"}, {"distance", "--method", "random-walk"}, {"outbreak"}, {"screening"}, {"place-points", "--teams", "2"}, {"backtest"}}
		out, err := run(t, text, append(all[int(which)%len(all)], "--json", "-")...)
		if err == nil && !json.Valid([]byte(out)) {
			t.Fatalf("%q is no JSON", out)
		}
	})
}
