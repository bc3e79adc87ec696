package decision

import (
	"math"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

// cellTruth asks a one-row table whether a cell holds for a value.
func cellTruth(t *testing.T, typ, cell string, v value.Value) string {
	t.Helper()
	src := Source{ID: "cell", Facts: factDefs("f:" + typ), Lists: []ListDef{{ID: "l", Entries: []ListEntry{{Code: "a"}, {Code: "b"}}}},
		Params: []ParamDef{{ID: "p", Values: []ParamValue{{Value: 5}}}}}
	src.Tables = []*Table{{Name: "T", Policy: Collect, Inputs: []string{"f"}, Outputs: []string{"outcome", "code"},
		Rows: []Row{{ID: "r", Cells: []string{cell}, Out: []string{"flag", "X"}, Certainty: "O"}}}}
	p, err := Compile(src)
	if err != nil {
		t.Fatalf("%s on %s: %v", cell, typ, err)
	}
	d := decide(t, p, value.Facts{"f": v})
	if len(d.Problems) > 0 {
		return "problem"
	}
	o, ok := d.Outcome(Flag, "X")
	switch {
	case !ok:
		return "no"
	case o.State == Definite:
		return "yes"
	}
	return "open"
}

func TestCells(t *testing.T) {
	num, txt := value.Number, value.Text
	cases := []struct {
		typ, cell string
		v         value.Value
		want      string
	}{
		// anything
		{"int", "-", num(5), "yes"}, {"int", "-", unknown, "yes"}, {"int", " - ", refused, "yes"},
		// numbers
		{"int", "5", num(5), "yes"}, {"int", "5", num(6), "no"}, {"int", "5", unknown, "open"}, {"int", "=5", num(5), "yes"},
		{"int", "<5", num(4), "yes"}, {"int", "<5", num(5), "no"}, {"int", "<=5", num(5), "yes"}, {"int", ">5", num(5), "no"},
		{"int", ">= 5", num(5), "yes"}, {"int", ">=5", num(4), "no"}, {"int", "-3", num(-3), "yes"}, {"int", ">-3", num(-2), "yes"},
		{"int", "[2..14]", num(2), "yes"}, {"int", "[2..14]", num(14), "yes"}, {"int", "[2..14]", num(1), "no"}, {"int", "[2..14]", num(15), "no"},
		{"int", "[2..14)", num(14), "no"}, {"int", "(2..14]", num(2), "no"}, {"int", "]2..14[", num(2), "no"}, {"int", "]2..14[", num(3), "yes"},
		{"int", "[ 2 .. 14 ]", num(3), "yes"}, {"int", "1,3,5", num(3), "yes"}, {"int", "1,3,5", num(4), "no"}, {"int", "<2,>10", num(11), "yes"},
		{"int", "not(3)", num(4), "yes"}, {"int", "not(3,4)", num(4), "no"}, {"int", "not([2..4])", num(5), "yes"}, {"int", "not(3)", unknown, "open"},
		{"decimal", "[4..8)", num(7.99), "yes"}, {"decimal", "[4..8)", num(8), "no"}, {"decimal", ">=20", num(19.999), "no"}, {"decimal", "20.5", num(20.5), "yes"},
		{"int", ">5", num(5.5), "problem"},
		// ranges of numbers
		{"int", ">=15", value.Range(14, 15), "open"}, {"int", ">=14", value.Range(14, 15), "yes"}, {"int", ">15", value.Range(14, 15), "no"},
		{"int", "14,15", value.Range(14, 15), "yes"}, {"int", "not(14)", value.Range(14, 15), "open"}, {"decimal", "(14..15)", value.Range(14, 15), "open"},
		{"int", "(14..15)", value.Range(14, 15), "no"}, {"int", "<=14,>=15", unknown, "yes"}, {"decimal", "<=14,>=15", unknown, "open"},
		// parameters and units
		{"int", `>param("p")`, num(6), "yes"}, {"int", `[param("p")..9]`, num(5), "yes"}, {"int", `<=param("p")`, num(6), "no"},
		// bool
		{"bool", "true", yes, "yes"}, {"bool", "true", no, "no"}, {"bool", "false", no, "yes"}, {"bool", "true", unknown, "open"},
		{"bool", "true,false", unknown, "yes"}, {"bool", "not(true)", no, "yes"}, {"bool", "true", txt("yes"), "yes"}, {"bool", "true", txt("perhaps"), "problem"},
		// codes
		{"code", `"a"`, txt("a"), "yes"}, {"code", "a", txt("a"), "yes"}, {"code", `"a","b"`, txt("b"), "yes"}, {"code", `"a"`, txt("b"), "no"},
		{"code", `not("a")`, txt("z"), "yes"}, {"code", `not("a","z")`, txt("z"), "no"}, {"code", `"a"`, unknown, "open"}, {"code", "502_LATERAL", txt("502_LATERAL"), "yes"},
		{"code", "501", txt("501"), "yes"}, {"code", "501", num(501), "yes"}, {"code", "“a”", txt("a"), "yes"}, {"code", `"unknown"`, txt("unknown"), "yes"},
		{"code:a|b|c", `"a","b"`, unknown, "open"}, {"code:a|b", `"a","b"`, unknown, "yes"}, {"code:a|b", `not("a")`, txt("b"), "yes"}, {"code:a|b", "a", txt("q"), "problem"},
		{"code", `in list("l")`, txt("a"), "yes"}, {"code", `in list("l")`, txt("z"), "no"}, {"code", `not(in list("l"))`, txt("z"), "yes"}, {"code", `in list("l"), z`, txt("z"), "yes"},
		// lists: any element
		{"list", `"a"`, value.Texts("x", "a"), "yes"}, {"list", `"a"`, value.Texts("x"), "no"}, {"list", `"a"`, value.Texts(), "no"}, {"list", `in list("l")`, value.Texts("x", "b"), "yes"},
		{"list", `not("a")`, value.Texts("x", "a"), "no"}, {"list", `"a"`, value.List(txt("x"), unknown), "open"}, {"list", `"a"`, value.List(txt("a"), unknown), "yes"}, {"list", `"a"`, unknown, "open"},
		{"list", `"a"`, txt("x a"), "yes"},
		// days
		{"date", "2026-01-31", date(t, "2026-01-31"), "yes"}, {"date", "<2026-01-31", date(t, "2026-01-31"), "no"}, {"date", "[2026-01-01..2026-01-31]", date(t, "2026-01"), "yes"},
		{"date", ">=2026-01-15", date(t, "2026-01"), "open"}, {"date", ">=2026-01-15", date(t, "2026"), "open"}, {"date", ">2025-12-31", date(t, "2026"), "yes"}, {"date", ">=2026-01-15", txt("2026-01-15"), "yes"},
		{"date", `>="2026-01-15"`, txt("2026-01-14"), "no"}, {"date", ">2020-01-01", txt("soon"), "problem"},
		// states
		{"bool", "known", yes, "yes"}, {"bool", "known", unknown, "no"}, {"bool", "known", refused, "no"},
		{"bool", "unknown", unknown, "yes"}, {"bool", "unknown", refused, "yes"}, {"bool", "unknown", no, "no"},
		{"bool", "refused", refused, "yes"}, {"bool", "refused", unknown, "no"}, {"bool", "refused", yes, "no"},
		{"bool", "true, unknown", unknown, "yes"}, {"bool", "true, unknown", yes, "yes"}, {"bool", "true, unknown", no, "no"},
		{"bool", "not(unknown)", unknown, "no"}, {"bool", "not(unknown)", no, "yes"}, {"bool", "not(refused)", unknown, "yes"}, {"bool", "not(false, unknown)", yes, "yes"},
		{"bool", "not(false, unknown)", no, "no"}, {"bool", "not(false, unknown)", refused, "no"}, {"int", "known", value.Range(1, 9), "yes"}, {"int", "unknown", value.Range(1, 9), "no"},
	}
	for _, c := range cases {
		if got := cellTruth(t, c.typ, c.cell, c.v); got != c.want {
			t.Errorf("%s cell %s on %s: %s, want %s", c.typ, c.cell, c.v, got, c.want)
		}
	}
}

func TestCellMistakesGiveThePosition(t *testing.T) {
	cases := []struct {
		cell, want string
		pos        int
	}{
		{"", "write - for any", 0},
		{"–", "long dash", 0},
		{`"abc`, "closing quote", 0},
		{"[2..", "not a number", 4},
		{"[2..14", "no end bracket", 6},
		{"[14..2]", "inverted", 0},
		{"(2..2]", "inverted or empty", 0},
		{"12 > age >= 2", "begins with its sign", 3},
		{"2..14", "needs brackets", 0},
		{">x", "not a number", 1},
		{"> = 5", "not a number", 2},
		{"not(3", "not( without )", 5},
		{`in list(l)`, "double quotes", 8},
		{"in lists", "in list", 3},
		{"1,,2", "unexpected", 2},
		{"1,", "a test is missing", 2},
		{"a b", "unexpected", 2},
		{`>param(x)`, "double quotes", 7},
		{"[2026-13-01..2026-12-01]", "not a number or a date", 1},
		{strings.Repeat("1,", MaxCellBytes), "longer than", 0},
		{"\xff", "UTF-8", 0},
	}
	for _, c := range cases {
		_, err := parseCell(c.cell)
		ce, ok := err.(*cellError)
		if !ok {
			t.Errorf("%.20q: error %v", c.cell, err)
			continue
		}
		if !strings.Contains(ce.msg, c.want) || ce.pos != c.pos {
			t.Errorf("%.20q: %v (position %d), want %q at %d", c.cell, ce, ce.pos, c.want, c.pos)
		}
	}
}

func TestCellsAreCheckedAgainstTheFact(t *testing.T) {
	unit := FactDef{Name: "w", Type: "decimal", Unit: "kg"}
	cases := []struct {
		fact FactDef
		cell string
		rule string
		want string
	}{
		{FactDef{Type: "bool"}, "yes", "type", "bool"},
		{FactDef{Type: "bool"}, ">5", "type", "needs a number"},
		{FactDef{Type: "bool"}, `"true"`, "type", "bool"},
		{FactDef{Type: "int"}, "five", "type", "not a number"},
		{FactDef{Type: "int"}, ">2026-01-01", "type", "the fact is int"},
		{FactDef{Type: "int"}, `in list("l")`, "type", "needs a code"},
		{FactDef{Type: "date"}, ">5", "type", "the fact is date"},
		{FactDef{Type: "date"}, "2026", "type", "not a day"},
		{FactDef{Type: "code", Values: []string{"neg", "pos"}}, "positive", "code", "neg, pos"},
		{FactDef{Type: "code"}, "[1..2]", "type", "needs a number"},
		{FactDef{Type: "code"}, `in list("nowhere")`, "list", "nowhere"},
		{FactDef{Type: "int"}, `>param("nothing")`, "param", "nothing"},
		{unit, ">=35 g", "unit", "the fact in kg"},
		{unit, ">=35 kg", "", ""},
		{FactDef{Type: "int"}, ">=35 kg", "unit", "no unit"},
	}
	for _, c := range cases {
		c.fact.Name = "f"
		_, err := Compile(Source{Facts: []FactDef{c.fact}, Lists: []ListDef{{ID: "l"}},
			Tables: []*Table{{Name: "T", Policy: Collect, Inputs: []string{"f"}, Outputs: []string{"outcome", "code"},
				Rows: []Row{{ID: "r", Cells: []string{c.cell}, Out: []string{"flag", "X"}, Certainty: "O", Line: 3}}}}})
		if c.rule == "" {
			if err != nil {
				t.Errorf("%s: %v", c.cell, err)
			}
			continue
		}
		ce, ok := err.(*CompileError)
		if !ok {
			t.Errorf("%s on %s: no error", c.cell, c.fact.Type)
			continue
		}
		f := ce.Findings[0]
		if f.Rule != c.rule || !strings.Contains(f.Message, c.want) || f.Row != "r" || f.Column != "f" || f.Table != "T" || f.Line != 3 {
			t.Errorf("%s: %v, want %s … %s", c.cell, f, c.rule, c.want)
		}
	}
}

// A fact may be cut into more regions than one machine word holds.
func TestManyBands(t *testing.T) {
	tab := &Table{Name: "T", Policy: Unique, Inputs: []string{"w"}, Outputs: []string{"outcome", "code"}}
	for i := 0; i < 150; i++ {
		tab.Rows = append(tab.Rows, Row{ID: "r" + FormatNumber(float64(i)), Certainty: "O", Out: []string{"treat", "D" + FormatNumber(float64(i))},
			Cells: []string{"[" + FormatNumber(float64(i)) + ".." + FormatNumber(float64(i+1)) + ")"}})
	}
	p := mustCompile(t, Source{Facts: factDefs("w:decimal"), Tables: []*Table{tab}})
	for i := 0; i < 150; i++ {
		expectSaid(t, decide(t, p, value.Facts{"w": value.Number(float64(i) + 0.25)}), "treat D"+FormatNumber(float64(i)))
	}
	expectSaid(t, decide(t, p, value.Facts{"w": value.Number(150)}), "")
	expectSaid(t, decide(t, p, value.Facts{"w": value.Range(70.5, 71.5)}), "treat? D70 [w]; treat? D71 [w]")
	expectSaid(t, decide(t, p, value.Facts{"w": value.Number(math.Inf(1))}), "")
}
