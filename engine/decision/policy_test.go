package decision

import (
	"testing"

	"github.com/godwit-health/godwit/engine/value"
)

func TestHitPolicies(t *testing.T) {
	a, b := "r1; true; - => classify; A", "r2; -; true => classify; B"
	otherwise := "r3; -; - => classify; C"
	cases := []struct {
		title string
		x, y  value.Value
		want  string
	}{
		{"T collect", yes, yes, "classify A; classify B; classify C"},
		{"T collect", unknown, no, "classify? A [x]; classify C"},
		{"T rule-order", yes, no, "classify A; classify C"},
		{"T output-order C B A", yes, yes, "classify C; classify B; classify A"},
		{"T first", yes, yes, "classify A"},
		{"T first", no, yes, "classify B"},
		{"T first", no, no, "classify C"},
		// a row that may match ahead of another is never skipped
		{"T first", unknown, yes, "classify? A [x]; classify? B [x]"},
		{"T first", yes, unknown, "classify A"},
		{"T first", no, unknown, "classify? B [y]; classify? C [y]"},
		{"T first", unknown, unknown, "classify? A [x]; classify? B [x y]; classify? C [x y]"},
		{"T priority B A C", yes, yes, "classify B"},
		{"T priority B A C", yes, no, "classify A"},
		{"T priority B A C", yes, unknown, "classify? A [y]; classify? B [y]"},
		{"T priority B A C", unknown, yes, "classify B"},
		{"T priority C", unknown, unknown, "classify C"},
	}
	for _, c := range cases {
		p := mustCompile(t, Source{Facts: factDefs("x:bool", "y:bool"), Tables: []*Table{rules(t, c.title, "x; y", "outcome; code", a, b, otherwise)}})
		if got := said(decide(t, p, value.Facts{"x": c.x, "y": c.y})); got != c.want {
			t.Errorf("%s, x %s, y %s:\ngot  %s\nwant %s", c.title, c.x, c.y, got, c.want)
		}
	}
}

func TestUniqueAndAnyThatContradictThemselvesAreForTheOfficer(t *testing.T) {
	rows := []string{"r1; true; - => classify; A", "r2; -; true => classify; B", "r3; false; false => classify; C"}
	p := mustCompile(t, Source{Facts: factDefs("x:bool", "y:bool"), Tables: []*Table{rules(t, "T unique", "x; y", "outcome; code", rows...)}})
	expectSaid(t, decide(t, p, value.Facts{"x": yes, "y": yes}), "classify! A; classify! B")
	expectSaid(t, decide(t, p, value.Facts{"x": yes, "y": no}), "classify A")
	expectSaid(t, decide(t, p, value.Facts{"x": yes, "y": unknown}), "classify? A [y]; classify? B [y]")
	same := []string{"r1; true; - => classify; A", "r2; -; true => classify; A", "r3; false; false => classify; C"}
	p = mustCompile(t, Source{Facts: factDefs("x:bool", "y:bool"), Tables: []*Table{rules(t, "T any", "x; y", "outcome; code", same...)}})
	expectSaid(t, decide(t, p, value.Facts{"x": yes, "y": yes}), "classify A")
	expectSaid(t, decide(t, p, value.Facts{"x": yes, "y": unknown}), "classify A")
}

func TestAggregates(t *testing.T) {
	rows := []string{"r1; true; -; - => flag; SCORE; 2", "r2; -; true; - => flag; SCORE; 3", "r3; -; -; true => flag; SCORE; 4"}
	score := func(policy string, x, y, z value.Value) string {
		p := mustCompile(t, Source{Facts: factDefs("x:bool", "y:bool", "z:bool"), Tables: []*Table{rules(t, "T "+policy, "x; y; z", "outcome; code; level", rows...)}})
		d := decide(t, p, value.Facts{"x": x, "y": y, "z": z})
		o, ok := d.Outcome(Flag, "SCORE")
		if !ok {
			return "none"
		}
		if o.State == Definite {
			return o.Args["level"] + o.Args["count"]
		}
		return o.Args["level_least"] + o.Args["count_least"] + ".." + o.Args["level_most"] + o.Args["count_most"]
	}
	cases := []struct {
		policy  string
		x, y, z value.Value
		want    string
	}{
		{"collect-sum", yes, yes, yes, "9"}, {"collect-sum", yes, no, yes, "6"}, {"collect-sum", no, no, no, "none"}, {"collect-sum", yes, unknown, no, "2..5"},
		{"collect-min", yes, yes, yes, "2"}, {"collect-min", no, yes, yes, "3"}, {"collect-min", unknown, yes, no, "2..3"}, {"collect-min", yes, unknown, unknown, "2"},
		{"collect-max", yes, yes, no, "3"}, {"collect-max", yes, unknown, no, "2..3"}, {"collect-max", unknown, unknown, yes, "4"},
		{"collect-count", yes, no, yes, "2"}, {"collect-count", yes, unknown, unknown, "1..3"},
	}
	for _, c := range cases {
		if got := score(c.policy, c.x, c.y, c.z); got != c.want {
			t.Errorf("%s of %s %s %s: %s, want %s", c.policy, c.x, c.y, c.z, got, c.want)
		}
	}
}

func TestTheEarliestValidWins(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("hiv:bool", "exam:date", "report:date"), Tables: []*Table{
		rules(t, "A collect", "hiv", "outcome; code; anchor; months; until", "v6; - => valid; MEDICAL; exam; 6", "v3; true => valid; MEDICAL; exam; 3", "vr; true => valid; REPORT; report; 2"),
		rules(t, "B collect-max", "hiv", "outcome; code; anchor; months; until", "w1; - => valid; VISA; exam; 4", "w2; - => valid; VISA; ; ; 2026-12-31"),
	}})
	exam := date(t, "2026-08-31")
	expectSaid(t, decide(t, p, value.Facts{"hiv": no, "exam": exam}), "valid VISA 2026-12-31")
	expectSaid(t, decide(t, p, value.Facts{"hiv": yes, "exam": exam, "report": date(t, "2026-09-30")}), "valid MEDICAL 2026-11-30")
	expectSaid(t, decide(t, p, value.Facts{"hiv": yes, "exam": exam, "report": date(t, "2026-09-29")}), "valid REPORT 2026-11-29")
	// a row that may fire may be the earlier one
	expectSaid(t, decide(t, p, value.Facts{"hiv": unknown, "exam": exam, "report": date(t, "2026-09-30")}), "valid? MEDICAL [hiv]")
	// … but not when it cannot be earlier than what is sure
	expectSaid(t, decide(t, p, value.Facts{"hiv": unknown, "exam": exam, "report": date(t, "2027-09-30")}), "valid? MEDICAL [hiv]")
	expectSaid(t, decide(t, p, value.Facts{"hiv": no, "exam": exam, "report": unknown}), "valid VISA 2026-12-31")
	expectSaid(t, decide(t, p, value.Facts{"hiv": yes, "exam": exam, "report": date(t, "2026-10-01/2026-12-31")}), "valid MEDICAL 2026-11-30")
}

func TestValidityOnDaysOfUnknownPrecision(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("exam:date"), Tables: []*Table{
		rules(t, "A collect", "exam", "outcome; code; anchor; months; days; hours", "v; - => valid; M; exam; 6")}})
	d := decide(t, p, value.Facts{"exam": date(t, "2026-08")})
	o, _ := d.Outcome(Valid, "M")
	if o.State != Undetermined || o.Args["until_earliest"] != "2027-02-01" || o.Args["until_latest"] != "2027-02-28" || len(o.Ask) != 1 || o.Ask[0] != "exam" {
		t.Errorf("%+v", o)
	}
	p = mustCompile(t, Source{Facts: factDefs("exam:date"), Tables: []*Table{
		rules(t, "A collect", "exam", "outcome; code; anchor; months; days; hours", "v; - => valid; M; exam; ; 10; 71")}})
	expectSaid(t, decide(t, p, value.Facts{"exam": date(t, "2026-01-01")}), "valid M 2026-01-13")
}

func TestANumberCanBeBarredToo(t *testing.T) {
	p := mustCompile(t, Source{Facts: factDefs("x:bool", "preg:bool"), Tables: []*Table{
		rules(t, "Dose collect-max", "x", "outcome; code; dose", "d1; - => treat; DRUG; 200", "d2; true => treat; DRUG; 400"),
		rules(t, "Bar collect", "preg", "outcome; code", "b; true => contraindicate; DRUG"),
	}})
	expectSaid(t, decide(t, p, value.Facts{"x": yes, "preg": no}), "treat DRUG")
	expectSaid(t, decide(t, p, value.Facts{"x": yes, "preg": yes}), "contraindicate DRUG")
	expectSaid(t, decide(t, p, value.Facts{"x": yes}), "contraindicate? DRUG [preg]; treat? DRUG [preg]")
	if d := decide(t, p, value.Facts{"x": yes, "preg": yes}); len(d.Overruled) != 1 {
		t.Errorf("overruled: %+v", d.Overruled)
	}
}
