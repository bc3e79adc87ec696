package decision

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// genSource writes a random protocol: facts of every type, an age of a birth
// date, one to three tables of any hit policy, rows with dates and states, later
// tables that read outcomes of earlier ones.
func genSource(t *rapid.T, states, aggregates bool) Source {
	src := Source{ID: "random", Version: "1", DateBasis: "exam", Facts: []FactDef{
		{Name: "exam", Type: "date"}, {Name: "dob", Type: "date"}, {Name: "age", Type: "int", Derive: "age_years(dob, exam)"},
		{Name: "months", Type: "int", Derive: "age_months(dob, exam)"},
		{Name: "a", Type: "bool"}, {Name: "b", Type: "bool"}, {Name: "n", Type: "int"}, {Name: "w", Type: "decimal"},
		{Name: "c", Type: "code", Values: []string{"x", "y", "z"}}, {Name: "s", Type: "code", Values: []string{"f", "m"}},
		{Name: "mix", Type: "bool", Derive: `a or s = "f" and age >= 10`},
	}}
	given := map[string]bool{}
	n := rapid.IntRange(1, 3).Draw(t, "tables")
	for i := range n {
		src.Tables = append(src.Tables, genTable(t, i, given, states, aggregates))
	}
	return src
}

var cellsOf = map[string][]string{
	"a": {"true", "false"}, "b": {"true", "false"}, "mix": {"true", "false"},
	"n":      {"<3", ">=3", "[2..5]", "(2..5)", "4", "not(4)", "2,5", ">6"},
	"age":    {"<2", ">=2", "[2..14]", ">=15", "<15", "[18..44]", ">=11"},
	"months": {"<9", ">=9", "[6..24)", ">=24"},
	"w":      {"<3.5", ">=3.5", "[3.5..7)", "(3.5..7]", "7", "not([3..4])"},
	"c":      {"x", `"y"`, `"x","z"`, `not("x")`, `not(y,z)`},
	"s":      {"f", "m"},
}

func genTable(t *rapid.T, i int, given map[string]bool, states, aggregates bool) *Table {
	columns := []string{"a", "b", "n", "age", "months", "w", "c", "s", "mix"}
	for p := range given {
		columns = append(columns, p)
	}
	tab := &Table{Name: fmt.Sprintf("T%d", i), Outputs: []string{"outcome", "code", "anchor", "months", "level"}}
	policies := []Policy{Collect, Collect, Collect, First, First, Priority, Unique, Any, RuleOrder}
	if aggregates {
		policies = append(policies, CollectMin, CollectMax, CollectSum, CollectCount)
	}
	tab.Policy = rapid.SampledFrom(policies).Draw(t, "policy")
	if tab.Policy == Priority {
		tab.Order = rapid.Permutation([]string{"A", "B", "FIT"}).Draw(t, "order")
	}
	// Sorted so that a seed always gives the same protocol.
	columns = sortedCopy(columns)
	for range rapid.IntRange(1, 4).Draw(t, "columns") {
		tab.Inputs = append(tab.Inputs, rapid.SampledFrom(columns).Draw(t, "column"))
	}
	for k := range rapid.IntRange(1, 6).Draw(t, "rows") {
		r := Row{ID: fmt.Sprintf("T%d-%d", i, k), Certainty: "O"}
		for _, in := range tab.Inputs {
			r.Cells = append(r.Cells, genCell(t, in, states))
		}
		kind := rapid.SampledFrom([]string{"require", "hold", "contraindicate", "treat", "offer", "clear", "classify", "defer", "valid", "waive"}).Draw(t, "kind")
		code := rapid.SampledFrom([]string{"A", "B", "A", "FIT"}).Draw(t, "code")
		r.Out = []string{kind, code, "", "", ""}
		switch {
		case strings.HasPrefix(string(tab.Policy), "collect-") && (kind != "valid" || tab.Policy == CollectSum || tab.Policy == CollectCount):
			r.Out = []string{rapid.SampledFrom([]string{"treat", "flag"}).Draw(t, "number of"), code, "", "", rapid.SampledFrom([]string{"1", "2", "-3"}).Draw(t, "level")}
		case kind == "clear":
			r.Out[1] = ""
		case kind == "valid":
			months := rapid.SampledFrom([]string{"3", "6", "12"}).Draw(t, "months")
			r.Out = []string{kind, "M", "exam", months, ""}
		}
		if rapid.IntRange(0, 5).Draw(t, "dated") == 0 {
			d := calendar.DayOf(2026, 6, 1)
			if rapid.Bool().Draw(t, "from") {
				r.From = &d
			} else {
				r.To = &d
			}
		}
		tab.Rows = append(tab.Rows, r)
	}
	for _, r := range tab.Rows {
		if r.Out[0] != "valid" && r.Out[0] != "clear" {
			given[r.Out[0]+"."+r.Out[1]] = true
			given[r.Out[0]+".any"] = true
		}
	}
	// An outcome that a later table may still bar cannot be read before it.
	for p := range given {
		if k, _, _ := strings.Cut(p, "."); k == "treat" || k == "offer" || k == "waive" || k == "classify" {
			delete(given, p)
		}
	}
	return tab
}

func sortedCopy(xs []string) []string {
	out := append([]string(nil), xs...)
	for i := range out {
		for j := i; j > 0 && out[j] < out[j-1]; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

func genCell(t *rapid.T, input string, states bool) string {
	k := rapid.IntRange(0, 9).Draw(t, "cell")
	switch {
	case k < 4:
		return "-"
	case strings.Contains(input, "."):
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "outcome")
	case k == 4 && states:
		return rapid.SampledFrom([]string{"known", "unknown", "refused", "not(unknown)"}).Draw(t, "state")
	}
	return rapid.SampledFrom(cellsOf[input]).Draw(t, "test")
}

// compileRandom compiles, passing over protocols whose tables cannot be ordered.
func compileRandom(t *rapid.T, src Source) *Protocol {
	p, err := Compile(src)
	if err != nil {
		if strings.Contains(err.Error(), "circle") {
			t.Skip("tables in a circle")
		}
		t.Fatal(err)
	}
	return p
}

func dump(src Source) string {
	var b bytes.Buffer
	for _, t := range src.Tables {
		WriteTable(&b, t)
	}
	return b.String()
}

// The promise of the package, on protocols nobody wrote by hand.
func TestPromiseHoldsForRandomProtocols(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := genSource(t, rapid.Bool().Draw(t, "states"), true)
		p := compileRandom(t, src)
		if err := CheckUnknowns(p, rapid.Uint64().Draw(t, "seed"), 6); err != nil {
			t.Fatalf("%v\n%s", err, dump(src))
		}
	})
}

// What is known in full is decided as the naive oracle decides it.
func TestKnownFactsAgainstTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := genSource(t, true, false)
		p := compileRandom(t, src)
		for range 5 {
			on := calendar.DayOf(2026, 6, 1) + calendar.Day(rapid.IntRange(-1, 1).Draw(t, "on"))
			dob := on.AddMonths(-rapid.IntRange(0, 600).Draw(t, "age"), calendar.ClampToMonthEnd) - calendar.Day(rapid.IntRange(0, 1).Draw(t, "less"))
			facts := value.Facts{
				"exam": value.Day(int(on)), "dob": value.Day(int(dob)), "a": value.Of(rapid.Bool().Draw(t, "a")), "b": value.Of(rapid.Bool().Draw(t, "b")),
				"n": value.Number(float64(rapid.IntRange(0, 8).Draw(t, "n"))), "w": value.Number(rapid.SampledFrom([]float64{3, 3.5, 3.6, 4, 6.9, 7, 7.1}).Draw(t, "w")),
				"c": value.Text(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "c")), "s": value.Text(rapid.SampledFrom([]string{"f", "m"}).Draw(t, "s")),
			}
			d := p.Decide(Input{On: on, Facts: FactsOf(facts, on)})
			age := calendar.CompletedYears(dob, on)
			facts["age"], facts["months"] = value.Number(float64(age)), value.Number(float64(calendar.CompletedMonths(dob, on)))
			s, _ := facts["s"].Str()
			facts["mix"] = value.Of(facts["a"].Truth() == value.Yes || s == "f" && age >= 10)
			ordered := src
			ordered.Tables = nil
			for _, ct := range p.tables {
				ordered.Tables = append(ordered.Tables, ct.t)
			}
			want := runOracle(ordered, on, facts)
			if got := plain(d); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%v on %s\ngot  %v\nwant %v\n%s", facts, on, got, want, dump(src))
			}
		}
	})
}

// A question is asked exactly when some answer to it, the others being
// answered somehow, changes the outcome.
func TestQuestionsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := genSource(t, false, false)
		p := compileRandom(t, src)
		on := calendar.DayOf(2026, 6, 1)
		facts := map[string]Fact{}
		put := func(name string, v value.Value) { facts[name] = Fact{Value: v, AsOf: on.Date()} }
		put("exam", value.Day(int(on)))
		put("dob", value.Day(int(on.AddMonths(-rapid.IntRange(0, 400).Draw(t, "age"), calendar.ClampToMonthEnd))))
		put("n", value.Number(float64(rapid.IntRange(0, 8).Draw(t, "n"))))
		put("w", value.Number(3.5))
		d := p.Decide(Input{On: on, Facts: facts})
		unasked, bare := p.Decide(Input{On: on, Facts: facts, Unasked: true}), d
		bare.Outcomes = append([]Outcome(nil), d.Outcomes...)
		for i := range bare.Outcomes {
			bare.Outcomes[i].Ask = nil
		}
		if got, want := said(unasked), said(bare); got != want || len(unasked.Ask) > 0 {
			t.Fatalf("without questions it decides\n%s, asks %v\nwith\n%s\n%s", got, unasked.Ask, want, dump(src))
		}
		choices := map[string][]value.Value{"a": {yes, no}, "b": {yes, no}, "c": {value.Text("x"), value.Text("y"), value.Text("z")}, "s": {value.Text("f"), value.Text("m")}}
		names := []string{"a", "b", "c", "s"}
		// every completion, its outcomes
		type world struct {
			picks [4]int
			out   map[string]string
		}
		var worlds []world
		var fill func(k int, w world)
		fill = func(k int, w world) {
			if k == len(names) {
				full := p.Decide(Input{On: on, Facts: facts})
				w.out = map[string]string{}
				for id, o := range byID(&full) {
					w.out[id] = string(o.State) + o.Args["until"]
				}
				worlds = append(worlds, w)
				return
			}
			for i, v := range choices[names[k]] {
				put(names[k], v)
				w.picks[k] = i
				fill(k+1, w)
			}
			delete(facts, names[k])
		}
		fill(0, world{})
		for _, o := range d.Outcomes {
			if o.State != Undetermined {
				continue
			}
			id := outcomeID(&o)
			if o.Kind == Valid {
				id = string(Valid)
			}
			for k, name := range names {
				matters := false
				for i := range worlds {
					for j := range worlds {
						same := true
						for x := range names {
							same = same && (x == k || worlds[i].picks[x] == worlds[j].picks[x])
						}
						matters = matters || same && worlds[i].out[id] != worlds[j].out[id]
					}
				}
				asked := strings.Contains(" "+strings.Join(o.Ask, " ")+" ", " "+name+" ")
				if asked != matters {
					t.Fatalf("%s %s: asked for %s is %v, matters is %v\n%s", o.Kind, o.Code, name, asked, matters, dump(src))
				}
			}
		}
	})
}

// What is remembered of one person's questions is what another one's are: a
// protocol that has decided about many answers as one that has decided nothing yet.
func TestRememberedQuestionsAreThoseOfAFreshProtocol(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := genSource(t, true, true)
		worn := compileRandom(t, src)
		on := calendar.DayOf(2026, 6, 1)
		for range 12 {
			facts := map[string]Fact{}
			put := func(name string, v value.Value) {
				switch rapid.IntRange(0, 5).Draw(t, name+" is") {
				case 0, 1:
				case 2:
					facts[name] = Fact{Value: value.RefusedAnswer(), AsOf: on.Date()}
				default:
					facts[name] = Fact{Value: v, AsOf: on.Date()}
				}
			}
			put("exam", value.Day(int(on)+rapid.IntRange(-3, 3).Draw(t, "exam")))
			born := int(on) - 30*rapid.IntRange(0, 400).Draw(t, "age")
			put("dob", value.DayRange(born-rapid.SampledFrom([]int{0, 0, 200}).Draw(t, "how exactly"), born))
			n := float64(rapid.IntRange(0, 8).Draw(t, "n"))
			put("n", value.Range(n, n+float64(rapid.IntRange(0, 2).Draw(t, "n to"))))
			put("w", value.Number(float64(rapid.IntRange(0, 8).Draw(t, "w"))))
			put("a", value.Of(rapid.Bool().Draw(t, "a")))
			put("b", value.Of(rapid.Bool().Draw(t, "b")))
			put("c", value.Text(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "c")))
			put("s", value.Text(rapid.SampledFrom([]string{"f", "m"}).Draw(t, "s")))
			fresh := compileRandom(t, src)
			got, want := worn.Decide(Input{On: on, Facts: facts}), fresh.Decide(Input{On: on, Facts: facts})
			if said(got) != said(want) || strings.Join(got.Ask, " ") != strings.Join(want.Ask, " ") {
				t.Fatalf("of %v\nworn  %s asks %v\nfresh %s asks %v\n%s", facts, said(got), got.Ask, said(want), want.Ask, dump(src))
			}
		}
	})
}
