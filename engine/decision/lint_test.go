package decision

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

func lint(t *testing.T, src Source, o LintOptions) []Finding {
	t.Helper()
	if o.On == 0 {
		o.On = dayOf(t, testDay)
	}
	return Lint(mustCompile(t, src), o)
}

// errorsOf prints findings as "rule table row column: message", without unused facts.
func errorsOf(fs []Finding) string {
	var out []string
	for _, f := range fs {
		if f.Rule == "unused" || f.Rule == "source" {
			continue
		}
		out = append(out, strings.Join(strings.Fields(string(f.Severity)+" "+f.Rule+" "+f.Row+" "+f.Column), " ")+": "+f.Message)
	}
	return strings.Join(out, "\n")
}

func TestGapsOverlapsAndRowsThatNeverCount(t *testing.T) {
	facts := factDefs("age:int", "w:decimal", "sick:bool", "res:code:neg|pos|none", "seen:date")
	cases := []struct {
		why, title, inputs string
		rows               []string
		want               string // "" for nothing
	}{
		{"all covered", "T first", "age", []string{"a; <2 => require; A", "b; [2..14] => require; B", "c; >=15 => require; C"}, ""},
		{"whole numbers leave no gap between 14 and 15", "T unique", "age", []string{"a; <=14 => require; A", "c; >=15 => require; C"}, ""},
		{"other numbers do", "T unique", "w", []string{"a; <=14 => require; A", "c; >=15 => require; C"}, "no row applies when w (14..15)"},
		{"a value left out", "T unique", "res; sick", []string{"a; neg; - => require; A", "b; pos; true => require; B", "c; none; - => require; C"}, "no row applies when sick false and res pos"},
		{"a row that says nothing closes it", "T first", "res", []string{"a; neg => require; A", "z; - => "}, ""},
		{"collect needs no cover", "T collect", "age", []string{"a; >=15 => require; A"}, ""},
		{"states cover nothing that is known", "T first", "sick", []string{"a; unknown => require; A", "b; true => require; B"}, "no row applies when sick false"},
		{"overlap", "T unique", "age", []string{"a; <=15 => require; A", "b; >=15 => require; B"}, "rows a and b both apply when age 15"},
		{"overlap in two columns", "T unique", "age; sick", []string{"a; >=2; true => require; A", "b; <5; - => require; B", "c; >=5; false => require; C"}, "rows a and b both apply when age [2..4] and sick true"},
		{"any may overlap in agreement", "T any", "age", []string{"a; <=15 => require; A", "b; >=15 => require; A"}, ""},
		{"any may not contradict itself", "T any", "age", []string{"a; <=15 => require; A", "b; >=15 => require; B"}, "say different things when age 15"},
		{"behind a row for anything", "T first", "age", []string{"a; - => require; A", "b; >=15 => require; B"}, "row never counts: rows ahead"},
		{"behind several rows together", "T first", "age; sick", []string{"a; <15; - => require; A", "b; -; true => require; B", "c; >=15; false => require; C", "d; [3..40]; - => require; D"}, "unreachable d"},
		{"a row for the unknown is reached", "T first", "sick", []string{"a; unknown => hold; A", "b; true => require; B", "c; false => require; C"}, ""},
		{"a row for the unknown behind the values is reached", "T first", "sick", []string{"b; true => require; B", "c; false => require; C", "a; unknown => hold; A"}, ""},
		{"a row for the unknown behind anything is not", "T first", "sick", []string{"b; - => require; B", "a; unknown => hold; A"}, "unreachable a"},
		{"below priority", "T priority A B", "age", []string{"b; >=15 => require; B", "a; - => require; A"}, "unreachable b"},
		{"nobody has such an age", "T collect", "age", []string{"a; (14..15) => require; A"}, "no value satisfies its cells"},
		{"the same row twice", "T collect", "age", []string{"a; >=15 => require; A", "b; >=15 => require; A"}, "warning duplicate b: says the same as row a"},
		{"a code the order names and no row gives", "T priority A B", "age", []string{"a; - => require; A"}, "warning order: no row gives B"},
		{"days", "T unique", "seen", []string{"a; <=2020-01-01 => require; A", "b; >=2020-01-03 => require; B"}, "no row applies when seen 2020-01-02"},
	}
	for _, c := range cases {
		got := errorsOf(lint(t, Source{Facts: facts, Tables: []*Table{rules(t, c.title, c.inputs, "outcome; code", c.rows...)}}, LintOptions{}))
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}

// Defects of published tables, named in the reference (assessment rules, 1.8):
// the linter must find them.
func TestDefectsOfPublishedTables(t *testing.T) {
	facts := factDefs("age_years:int", "weight:decimal")
	facts[1].Unit = "kg"
	for _, policy := range []string{"unique", "first", "collect"} {
		tpt := rules(t, "TPT "+policy, "age_years", "outcome; code; dose", "t1; >12 => treat; 3HP; 900 mg", "t2; [2..12) => treat; 3HP; 600 mg", "t3; <2 => treat; 3HP; 0 mg")
		got := errorsOf(lint(t, Source{Facts: facts, Tables: []*Table{tpt}}, LintOptions{}))
		if !strings.Contains(got, "12") || !strings.Contains(got, "error") {
			t.Errorf("%s: age 12 is not found: %q", policy, got)
		}
		bands := rules(t, "3HR "+policy, "weight", "outcome; code; dose", "w1; [4..7) kg => treat; HR; 2 {tbl}", "w2; (8..12) => treat; HR; 3 {tbl}", "w3; [12..16) => treat; HR; 4 {tbl}")
		bands.Rows[0].Cells[0] = "[4..7)"
		got = errorsOf(lint(t, Source{Facts: facts, Tables: []*Table{bands}}, LintOptions{}))
		if !strings.Contains(got, "[7..8]") || !strings.Contains(got, "error") {
			t.Errorf("%s: 7 to 8 kg is not found: %q", policy, got)
		}
	}
	if err := CheckCell("12 > age >= 2"); err == nil || !strings.Contains(err.Error(), "begins with its sign") {
		t.Errorf("%v", err)
	}
	// Hepatitis B once written as 608: a code that is not the service's.
	f := factDefs("code:code:707|708")
	_, err := Compile(Source{Facts: f, Tables: []*Table{rules(t, "T collect", "code", "outcome; code", "r; 608 => flag; X")}})
	if err == nil || !strings.Contains(err.Error(), `"608" is not a value of code (707, 708)`) {
		t.Errorf("%v", err)
	}
}

func TestAgesThatCannotGoTogetherAreNoGap(t *testing.T) {
	facts := factDefs("dob:date", "exam:date", "y:int=age_years(dob, exam)", "m:int=age_months(dob, exam)", "d:int=age_days(dob, exam)")
	ok := rules(t, "T unique", "m; y", "outcome; code", "a; <24; - => require; A", "b; -; [2..14] => require; B", "c; -; >=15 => require; C")
	if got := errorsOf(lint(t, Source{Facts: facts, Tables: []*Table{ok}}, LintOptions{})); strings.Contains(got, "gap") {
		t.Errorf("%s", got)
	}
	bad := rules(t, "T first", "m; y", "outcome; code", "a; <23; - => require; A", "b; -; [2..14] => require; B", "c; -; >=15 => require; C")
	if got := errorsOf(lint(t, Source{Facts: facts, Tables: []*Table{bad}}, LintOptions{})); !strings.Contains(got, "y <=1 and m >=23") {
		t.Errorf("%s", got)
	}
}

func TestLintOfDatesListsUnitsAndHazards(t *testing.T) {
	src := func() Source {
		tab := rules(t, "T collect", "c; n", "outcome; code; dose", `r1; in list("l"); - => require; A`, `r2; -; >param("p") => treat; B; 400 mg`, "r3; -; - => clear; ", "r4; -; - => waive; W")
		return Source{Facts: factDefs("c:code", "n:decimal"), Tables: []*Table{tab},
			Lists:  []ListDef{{ID: "l", Entries: []ListEntry{{Code: "X", Certainty: "O"}}}},
			Params: []ParamDef{{ID: "p", Values: []ParamValue{{Value: 1, Certainty: "O"}}}}}
	}
	all := map[string]bool{"r1": true, "r2": true, "r3": true, "r4": true}
	if got := errorsOf(lint(t, src(), LintOptions{HazardRows: all, From: dayPtr(t, "2020-01-01"), To: dayPtr(t, "2030-01-01")})); got != "" {
		t.Errorf("a sound protocol: %s", got)
	}
	cases := []struct {
		why  string
		do   func(*Source, *LintOptions)
		want string
	}{
		{"treat without hazard", func(_ *Source, o *LintOptions) { o.HazardRows = map[string]bool{"r3": true} }, "error hazard r2: a treat row needs"},
		{"clear without hazard", func(_ *Source, o *LintOptions) { o.HazardRows = map[string]bool{"r2": true} }, "error hazard r3: a clear row needs"},
		{"recalled treat", func(s *Source, _ *LintOptions) { s.Tables[0].Rows[1].Certainty = "R" }, "error recalled r2"},
		{"recalled clear", func(s *Source, _ *LintOptions) { s.Tables[0].Rows[2].Certainty = "R" }, "error recalled r3"},
		{"recalled waive", func(s *Source, _ *LintOptions) { s.Tables[0].Rows[3].Certainty = "R" }, "error recalled r4"},
		{"treat by a recalled parameter", func(s *Source, _ *LintOptions) { s.Params[0].Values[0].Certainty = "R" }, "error recalled r2"},
		{"clear by a recalled list", func(s *Source, _ *LintOptions) {
			s.Lists[0].Entries[0].Certainty = "R"
			s.Tables[0].Rows[2].Cells[0] = `in list("l")`
		}, "error recalled r3"},
		{"list run out", func(s *Source, _ *LintOptions) { s.Lists[0].Entries[0].To = dayPtr(t, "2026-05-31") }, "error expired l: the list has no entry in force on 2026-06-01"},
		{"code twice", func(s *Source, _ *LintOptions) { s.Lists[0].Entries = append(s.Lists[0].Entries, ListEntry{Code: "X"}) }, "error duplicate X l"},
		{"parameter run out", func(s *Source, _ *LintOptions) { s.Params[0].Values[0].To = dayPtr(t, "2026-05-31") }, "error expired p"},
		{"row after the end", func(s *Source, o *LintOptions) { s.Tables[0].Rows[0].From = dayPtr(t, "2031-01-01") }, "error dates r1 from: the row never applies"},
		{"row before the start", func(s *Source, o *LintOptions) { s.Tables[0].Rows[0].To = dayPtr(t, "2019-01-01") }, "error dates r1 from: the row never applies"},
		{"unit of a fact", func(s *Source, _ *LintOptions) { s.Facts[1].Unit = "kilos" }, `error unit n: "kilos" is not a unit`},
		{"unit of a code", func(s *Source, _ *LintOptions) { s.Facts[0].Unit = "kg" }, "error unit c: only a number has a unit"},
		{"dose without unit", func(s *Source, _ *LintOptions) { s.Tables[0].Rows[1].Out[2] = "400" }, "error unit r2 dose"},
		{"dose in a unit nobody knows", func(s *Source, _ *LintOptions) { s.Tables[0].Rows[1].Out[2] = "400 milligrams" }, "error unit r2 dose"},
	}
	for _, c := range cases {
		s, o := src(), LintOptions{HazardRows: all, From: dayPtr(t, "2020-01-01"), To: dayPtr(t, "2030-01-01")}
		c.do(&s, &o)
		if got := errorsOf(lint(t, s, o)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
	// A recalled hold or contraindication may be in force.
	s := src()
	s.Tables[0].Rows[0].Certainty = "R"
	if got := errorsOf(lint(t, s, LintOptions{HazardRows: all})); got != "" {
		t.Errorf("a recalled requirement: %s", got)
	}
	s = src()
	s.Facts = append(s.Facts, FactDef{Name: "spare", Type: "bool"})
	s.Lists = append(s.Lists, ListDef{ID: "spare_list", Entries: []ListEntry{{Code: "A"}}})
	fs := lint(t, s, LintOptions{})
	n := 0
	for _, f := range fs {
		if f.Rule == "unused" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("unused: %v", fs)
	}
}

func TestLintSaysWhenAGapOpens(t *testing.T) {
	tab := rules(t, "T unique", "age", "outcome; code", "a; <15 => require; A", "b; >=15 => require; B")
	tab.Rows[1].To = dayPtr(t, "2025-12-31")
	got := errorsOf(lint(t, Source{Facts: factDefs("age:int"), Tables: []*Table{tab}}, LintOptions{}))
	if !strings.Contains(got, "no row applies when age >=15") || !strings.Contains(got, "(from 2026-01-01)") {
		t.Errorf("%s", got)
	}
}

func TestUnits(t *testing.T) {
	for _, u := range []string{"kg", "mg/kg", "a", "mo", "{cases}/100000/a", "CAD", "mg/dL", "10*3/uL", "%", "[IU]", "{tbl}", "mg/kg/d"} {
		if !knownUnit(u) {
			t.Errorf("%s is a unit", u)
		}
	}
	for _, u := range []string{"", "kilo", "years", "mg/", "{tbl", "kg kg", "cad"} {
		if knownUnit(u) {
			t.Errorf("%q is no unit", u)
		}
	}
}

func TestMutants(t *testing.T) {
	tab := rules(t, "T collect", "age; code; seen", "outcome; code", "r1; [2..14]; 501; - => require; A", `r2; 5,>=9; -; >=2020-02-29 => require; B`)
	tab.Rows[0].From, tab.Rows[0].To = dayPtr(t, "2024-01-01"), dayPtr(t, "2024-01-01")
	src := Source{Facts: factDefs("age:int", "code:code", "seen:date"), Tables: []*Table{tab}}
	var got []string
	for m := range Mutants(src) {
		got = append(got, m.Row+" "+m.Description)
		if _, err := Compile(m.Source); err != nil {
			t.Errorf("%s %s: %v", m.Row, m.Description, err)
		}
		if src.Tables[0] != tab || tab.Rows[0].Cells[0] != "[2..14]" {
			t.Fatal("the source was changed")
		}
	}
	want := []string{
		"r1 row dropped", "r1 age: [1..14] for [2..14]", "r1 age: [2..13] for [2..14]", "r1 from 2023-12-31 for 2024-01-01",
		"r1 age: [3..14] for [2..14]", "r1 age: [2..15] for [2..14]", "r1 to 2024-01-02 for 2024-01-01",
		"r2 row dropped", "r2 age: 4,>=9 for 5,>=9", "r2 age: 5,>=8 for 5,>=9", "r2 seen: >=2020-02-28 for >=2020-02-29",
		"r2 age: 6,>=9 for 5,>=9", "r2 age: 5,>=10 for 5,>=9", "r2 seen: >=2020-03-01 for >=2020-02-29",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for range Mutants(src) {
		break // stopping early must not panic
	}
}

func TestExplainShowsEveryCell(t *testing.T) {
	p := mustCompile(t, usTable(t))
	on := dayOf(t, testDay)
	x := p.Explain(Input{On: on, Facts: FactsOf(value.Facts{"dob": date(t, "2011"), "symptoms": no}, on)})
	if len(x.Tables) != 1 || len(x.Tables[0].Rows) != 7 {
		t.Fatalf("%+v", x)
	}
	r := x.Tables[0].Rows[1]
	if r.ID != "S2" || r.Match != value.Unknown || len(r.Cells) != 2 || r.Cells[0].Value != "14..15" || r.Cells[0].Holds != value.Unknown || r.Outcomes[0] != "require IGRA" {
		t.Errorf("%+v", r)
	}
	var b strings.Builder
	if err := x.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"us 1 on 2026-06-01", "require CORE: definite (rows S1)", "require IGRA: undetermined", "depends on dob, tb_incidence", "ask: ", "open age_years [2..14]  (14..15)", "no   symptoms true  (false)", "source: law"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}
