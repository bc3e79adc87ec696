package threshold

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The numbers are those of the reference files; in the program they are a pack's.
const (
	meningitisAlert = `{"kind":"any","rules":[
		{"kind":"population","params":{"from":30000},"rules":[{"kind":"rate","params":{"at_least":3,"per":100000,"min_cases":2}}]},
		{"kind":"population","params":{"below":30000},"rules":[{"kind":"week","params":{"at_least":2}}]}]}`
	meningitisEpidemic = `{"kind":"any","rules":[
		{"kind":"population","params":{"from":30000},"rules":[{"kind":"rate","params":{"at_least":10,"per":100000}}]},
		{"kind":"population","params":{"below":30000},"rules":[{"kind":"any","rules":[
			{"kind":"week","params":{"at_least":5}},{"kind":"growing","params":{"factor":2,"weeks":3}}]}]}]}`
	measlesSuspected = `{"kind":"events","params":{"at_least":5,"days":30},"classes":["S","C"]}`
	measlesConfirmed = `{"kind":"events","params":{"at_least":3,"days":30},"classes":["C"]}`
	malariaQuartile  = `{"kind":"ranked","params":{"rank":4,"years":5}}`
	malariaCSUM      = `{"kind":"history","params":{"sds":1.96,"window":1,"years":5}}`
	malariaMean      = `{"kind":"history","params":{"sds":0,"window":1,"years":5}}`
	malariaMean2SD   = `{"kind":"history","params":{"sds":2,"window":0,"years":5}}`
)

func rule(t testing.TB, text string) Rule {
	t.Helper()
	var s Spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	r, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type file struct {
	t    *testing.T
	rows []map[string]string
}

func read(t *testing.T, name string) file {
	f, err := os.Open(testkit.Data(t, "epi/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := file{t: t}
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, h := range all[0] {
			m[h] = row[i]
		}
		out.rows = append(out.rows, m)
	}
	return out
}

func num(t testing.TB, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// agrees compares one verdict with the file's 0 or 1.
func agrees(t *testing.T, where string, v Verdict, want string) {
	t.Helper()
	if v.Fired != value.TruthOf(want == "1") {
		t.Errorf("%s: %v (value %g, limit %g), want %s", where, v.Fired, v.Value, v.Limit, want)
	}
}

func near(t *testing.T, where string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: %.12g, want %.12g", where, got, want)
	}
}

func TestMeningitisThresholdsOfTheReferenceFile(t *testing.T) {
	alert, epidemic := rule(t, meningitisAlert), rule(t, meningitisEpidemic)
	f := read(t, "thr_meningitis.csv")
	for _, r := range f.rows {
		e := Evidence{Population: num(t, r["population"])}
		for _, k := range []string{"wk_minus3", "wk_minus2", "wk_minus1", "wk_current"} {
			e.Weeks = append(e.Weeks, num(t, r[k]))
		}
		agrees(t, "case "+r["case"]+" alert", alert.Judge(e), r["alert"])
		agrees(t, "case "+r["case"]+" epidemic", epidemic.Judge(e), r["epidemic"])
		if v := (rate{1, 100000, 0}).Judge(e); e.Weeks[3] > 0 && math.Abs(v.Value-num(t, r["rate_per_100k"])) > 1e-8*v.Value+1e-8 {
			t.Errorf("case %s: rate %g, want %s", r["case"], v.Value, r["rate_per_100k"])
		}
	}
	t.Logf("thr_meningitis: %d rows compared", len(f.rows))
}

func TestMeaslesThresholdsOfTheReferenceFile(t *testing.T) {
	suspected, confirmed := rule(t, measlesSuspected), rule(t, measlesConfirmed)
	f := read(t, "thr_measles.csv")
	for _, r := range f.rows {
		e := Evidence{Day: int(num(t, r["as_of_day"]))}
		for _, ev := range strings.Fields(r["events_day:class(S=suspected,C=confirmed)"]) {
			day, class, _ := strings.Cut(ev, ":")
			e.Events = append(e.Events, Event{int(num(t, day)), class})
		}
		s, c := suspected.Judge(e), confirmed.Judge(e)
		agrees(t, "case "+r["case"]+" suspected", s, r["suspected_outbreak_ge5"])
		agrees(t, "case "+r["case"]+" confirmed", c, r["confirmed_outbreak_ge3"])
		near(t, "case "+r["case"]+" suspected", s.Value, num(t, r["suspected_incl_confirmed_30d"]))
		near(t, "case "+r["case"]+" confirmed", c.Value, num(t, r["confirmed_30d"]))
	}
	t.Logf("thr_measles: %d rows compared", len(f.rows))
}

func TestMalariaThresholdsOfTheReferenceFile(t *testing.T) {
	quartile, csum, mean, mean2 := rule(t, malariaQuartile), rule(t, malariaCSUM), rule(t, malariaMean), rule(t, malariaMean2SD)
	f := read(t, "thr_malaria.csv")
	for _, r := range f.rows {
		e := Evidence{Weeks: []float64{num(t, r["current"])}}
		for y := 1; y <= 5; y++ {
			var weeks []float64
			for _, k := range []string{"prev", "same", "next"} {
				weeks = append(weeks, num(t, r[fmt.Sprintf("y%d_%s", y, k)]))
			}
			e.Years = append(e.Years, weeks)
		}
		where := "case " + r["case"] + " "
		for _, c := range []struct {
			rule         Rule
			limit, fired string
		}{{quartile, "third_quartile_4th_of_5", "above_q3"}, {csum, "csum_mean_1.96sd", "above_csum196"}, {mean2, "mean_2sd", "above_mean2sd"}} {
			v := c.rule.Judge(e)
			agrees(t, where+c.fired, v, r[c.fired])
			near(t, where+c.limit, v.Limit, num(t, r[c.limit]))
		}
		near(t, where+"csum_mean", mean.Judge(e).Limit, num(t, r["csum_mean"]))
	}
	t.Logf("thr_malaria: %d rows compared", len(f.rows))
}

// The four places where an encoding of the field's own rules said "more than" for "or
// more" (reference/epi-mobility.md, 1.2) are the boundaries here.
func TestOrMoreHoldsAtItsBoundary(t *testing.T) {
	five := rule(t, measlesSuspected)
	e := Evidence{Day: 30}
	for n := 1; n <= 6; n++ {
		e.Events = append(e.Events, Event{Day: 1, Class: "S"})
		if got, want := five.Judge(e).Fired, value.TruthOf(n >= 5); got != want {
			t.Errorf("%d suspected within 30 days: %v, want %v", n, got, want)
		}
	}
	e.Day = 31
	if v := five.Judge(e); v.Fired != value.No || v.Value != 0 {
		t.Errorf("31 days later: %v", v)
	}
	ten := rule(t, `{"kind":"rate","params":{"at_least":10,"per":100000}}`)
	for pop, want := range map[float64]value.Truth{30000: value.Yes, 30001: value.No} {
		if got := ten.Judge(Evidence{Weeks: []float64{3}, Population: pop}).Fired; got != want {
			t.Errorf("3 cases of %g people against 10 per 100,000: %v, want %v", pop, got, want)
		}
	}
	band := rule(t, meningitisAlert)
	for pop, want := range map[float64]value.Truth{29999: value.Yes, 30000: value.Yes, 66666: value.Yes, 66667: value.No} {
		if got := band.Judge(Evidence{Weeks: []float64{2}, Population: pop}).Fired; got != want {
			t.Errorf("2 cases of %g people: %v, want %v", pop, got, want)
		}
	}
}

func TestWhatIsNotKnownIsNotANo(t *testing.T) {
	nan := math.NaN()
	for _, tc := range []struct {
		why, rule string
		e         Evidence
		want      value.Truth
		needs     string
	}{
		{"the current week was not reported", meningitisEpidemic, Evidence{Weeks: []float64{1, nan}, Population: 20000}, value.Unknown, "week"},
		{"there is no week at all", `{"kind":"week","params":{"at_least":1}}`, Evidence{}, value.Unknown, "week"},
		{"the population is not known and could decide", meningitisAlert, Evidence{Weeks: []float64{2}}, value.Unknown, "population"},
		{"one case is too few in any band", meningitisAlert, Evidence{Weeks: []float64{1}}, value.No, ""},
		{"a step that is known is too small, the one before is not known", `{"kind":"growing","params":{"factor":2,"weeks":3}}`, Evidence{Weeks: []float64{nan, 4, 5}}, value.No, ""},
		{"a step is not known", `{"kind":"growing","params":{"factor":2,"weeks":3}}`, Evidence{Weeks: []float64{nan, 4, 8}}, value.Unknown, "week"},
		{"doubling from nothing is no doubling", `{"kind":"growing","params":{"factor":2,"weeks":3}}`, Evidence{Weeks: []float64{0, 4, 8}}, value.No, ""},
		{"four of five years", malariaQuartile, Evidence{Weeks: []float64{9}, Years: [][]float64{{1}, {1}, {1}, {1}}}, value.Unknown, "years"},
		{"a week of a year was not reported", malariaCSUM, Evidence{Weeks: []float64{9}, Years: [][]float64{{1, 1, 1}, {1, 1, nan}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}}}, value.Unknown, "years"},
		{"a week before was not reported", `{"kind":"recent","params":{"factor":1.5,"weeks":3}}`, Evidence{Weeks: []float64{1, nan, 1, 9}}, value.Unknown, "week"},
		{"more than one and a half times the mean of three weeks", `{"kind":"recent","params":{"factor":1.5,"weeks":3}}`, Evidence{Weeks: []float64{2, 2, 2, 4}}, value.Yes, ""},
		{"exactly one and a half times", `{"kind":"recent","params":{"factor":1.5,"weeks":3}}`, Evidence{Weeks: []float64{2, 2, 2, 3}}, value.No, ""},
		{"all: one no settles it", `{"kind":"all","rules":[{"kind":"week","params":{"at_least":5}},{"kind":"recent","params":{"factor":2,"weeks":9}}]}`, Evidence{Weeks: []float64{4}}, value.No, ""},
	} {
		t.Run(tc.why, func(t *testing.T) {
			v := rule(t, tc.rule).Judge(tc.e)
			if v.Fired != tc.want || strings.Join(v.Needs, ",") != tc.needs {
				t.Errorf("%v, needs %v; want %v, needs %q", v.Fired, v.Needs, tc.want, tc.needs)
			}
		})
	}
}

func TestARuleThatCannotBeUsedIsRefused(t *testing.T) {
	for _, tc := range []struct{ why, rule, want string }{
		{"no such kind", `{"kind":"often"}`, `no kind "often"`},
		{"a parameter with a typing error", `{"kind":"week","params":{"at_least":5,"atleast":3}}`, "no parameter atleast"},
		{"a missing parameter", `{"kind":"rate","params":{"at_least":5}}`, "needs per"},
		{"a limit that is always reached", `{"kind":"week","params":{"at_least":0}}`, "always be reached"},
		{"a negative limit", `{"kind":"week","params":{"at_least":-1}}`, "not a number from 0"},
		{"half a day", `{"kind":"events","params":{"at_least":1,"days":0.5}}`, "whole number"},
		{"the sixth of five", `{"kind":"ranked","params":{"rank":6,"years":5}}`, "no 6. of 5"},
		{"an empty band", `{"kind":"population","params":{"from":5,"below":5},"rules":[{"kind":"week","params":{"at_least":1}}]}`, "nobody"},
		{"a band of nothing", `{"kind":"population"}`, "takes 1"},
		{"any of nothing", `{"kind":"any"}`, "no rules"},
		{"classes where there are no events", `{"kind":"week","params":{"at_least":1},"classes":["S"]}`, "no classes"},
		{"a rule inside that cannot be used", `{"kind":"all","rules":[{"kind":"growing","params":{"factor":2,"weeks":1}}]}`, "at least 2"},
		{"one week of history", `{"kind":"history","params":{"sds":2,"window":0,"years":1}}`, "no standard deviation"},
	} {
		t.Run(tc.why, func(t *testing.T) {
			var s Spec
			if err := json.Unmarshal([]byte(tc.rule), &s); err != nil {
				t.Fatal(err)
			}
			if _, err := Compile(s); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

// Whatever a week turns out to be, an answer that was given before stands.
func TestAReportThatComesLateNeverTurnsAnAnswer(t *testing.T) {
	rules := []Rule{rule(t, meningitisAlert), rule(t, meningitisEpidemic), rule(t, `{"kind":"recent","params":{"factor":1.5,"weeks":3}}`)}
	rapid.Check(t, func(rt *rapid.T) {
		full := Evidence{Weeks: rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 12), func(i int) float64 { return float64(i) }), 4, 4).Draw(rt, "weeks"),
			Population: rapid.Float64Range(1, 90000).Draw(rt, "population")}
		part := full
		part.Weeks = append([]float64(nil), full.Weeks...)
		for i := range part.Weeks {
			if rapid.Bool().Draw(rt, "late") {
				part.Weeks[i] = math.NaN()
			}
		}
		if rapid.Bool().Draw(rt, "population not known") {
			part.Population = 0
		}
		for i, r := range rules {
			before, after := r.Judge(part).Fired, r.Judge(full).Fired
			if before.Known() && before != after {
				rt.Fatalf("rule %d said %v with %v, and %v with %v", i, before, part, after, full)
			}
		}
	})
}

// No data may crash a rule.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{meningitisAlert, meningitisEpidemic, measlesSuspected, malariaQuartile, malariaCSUM, `{"kind":"all"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s Spec
		if json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		r, err := Compile(s)
		if err != nil {
			return
		}
		for _, e := range []Evidence{{}, {Weeks: []float64{1, 2, 4}, Population: 10, Years: [][]float64{{1}, {2}, {3}, {4}, {5}}}} {
			v := r.Judge(e)
			if !v.Fired.Known() && len(v.Needs) == 0 {
				t.Errorf("unknown, and nothing is needed: %s", text)
			}
		}
	})
}
