package dmn

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
)

func table(t testing.TB, text string) *decision.Table {
	t.Helper()
	tab, err := decision.ParseTable("test", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func day(t testing.TB, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func sample(t testing.TB) decision.Source {
	from := day(t, "2024-01-01")
	return decision.Source{
		ID: "harbour", Version: "1",
		Facts: []decision.FactDef{
			{Name: "age", Type: "int"}, {Name: "weight", Type: "decimal"}, {Name: "sick", Type: "bool"},
			{Name: "seen", Type: "date"}, {Name: "result", Type: "code", Values: []string{"neg", "pos", "not_done"}},
			{Name: "country", Type: "code"}, {Name: "signs", Type: "list", Values: []string{"cough", "fever"}},
		},
		Lists:  []decision.ListDef{{ID: "high-risk", Entries: []decision.ListEntry{{Code: "AAA"}, {Code: "BBB"}, {Code: "CCC", From: &from}}}},
		Params: []decision.ParamDef{{ID: "limit", Values: []decision.ParamValue{{Value: 30, To: &from}, {Value: 40}}}},
		Tables: []*decision.Table{
			table(t, `table,H.services,collect
id,from,to,age,weight,sick,seen,result,country,|,outcome,code,text,|,certainty,source,note
H-1,,,-,-,-,-,-,-,|,require,EXAM,,|,O,"law, 1",all
H-2,,,[2..14],-,-,-,-,"in list(""high-risk"")",|,require,IGRA TST,by age,|,S,s,
H-3,,,>=15,">param(""limit"")",-,-,not(pos),-,|,require,CXR,,|,O,s,
H-4,2025-01-01,,<2,(3..4.5],true,>=2020-02-29,"neg,not_done","not(""DDD"",EEE)",|,require,TST,,|,R,s,from 2025
H-5,,2024-12-31,<2,-,-,-,-,-,|,require,OLD,,|,R,s,until 2024
H-6,,,5,-,unknown,-,known,-,|,hold,SICK_UNKNOWN,,|,O,s,
`),
			table(t, `table,H.class,first
id,from,to,require.CXR,result,|,outcome,code,|,certainty,source,note
H-C1,,,true,pos,|,classify,A,|,O,s,
H-C2,,,-,"pos,neg",|,classify,B,|,O,s,
H-C3,,,-,-,|,,,|,O,s,nothing
`),
			table(t, `table,H.prio,priority,HIGH LOW
id,from,to,sick,age,|,outcome,code,|,certainty,source,note
H-P1,,,-,-,|,flag,LOW,|,O,s,
H-P2,,,true,>40,|,flag,HIGH,|,O,s,
`),
		},
	}
}

func export(t *testing.T, src decision.Source, on calendar.Day) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Export(&b, src, on); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImportAfterExportIsTheSame(t *testing.T) {
	on := day(t, "2026-06-01")
	first := export(t, sample(t), on)
	im, err := Import(bytes.NewReader(first))
	if err != nil {
		t.Fatalf("%v\n%s", err, first)
	}
	again := decision.Source{ID: im.Name, Version: "1", Facts: im.Facts, Lists: im.Lists, Tables: im.Tables}
	im2, err := Import(bytes.NewReader(export(t, again, on)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(im.Tables, im2.Tables) || !reflect.DeepEqual(im.Facts, im2.Facts) || !reflect.DeepEqual(im.Lists, im2.Lists) {
		t.Errorf("import, export, import changed the tables")
	}
	if got := im.Tables[0]; got.Name != "H.services" || got.Rows[3].Certainty != "R" || got.Rows[3].Note != "from 2025" || got.Rows[3].From == nil || len(got.Rows) != 5 {
		t.Errorf("the first table lost something: %+v", got)
	}
	if got := im.Tables[0].Rows[1].Cells[5]; got != `in list("high-risk")` {
		t.Errorf("list cell became %s", got)
	}
	if got := im.Tables[2].Order; !reflect.DeepEqual(got, []string{"HIGH", "LOW"}) {
		t.Errorf("order became %v", got)
	}
	if im.Facts[4].Type != "code" || len(im.Facts[4].Values) != 3 || im.Facts[0].Type != "int" || im.Facts[6].Type != "list" {
		t.Errorf("facts became %+v", im.Facts)
	}
	if _, err := decision.Compile(again); err != nil {
		t.Errorf("what was imported does not compile: %v", err)
	}
}

// The exported model, evaluated by DMN's rules, gives what the pack gives for
// persons of whom everything is known.
func TestExportMeansTheSame(t *testing.T) {
	on := day(t, "2026-06-01")
	src := sample(t)
	p, err := decision.Compile(src)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(bytes.NewReader(export(t, src, on)))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(vs ...value.Value) value.Value { return vs[rng.IntN(len(vs))] }
	for range 2000 {
		facts := value.Facts{
			"age": value.Number(float64(rng.IntN(50))), "weight": value.Number(float64(rng.IntN(100)) / 2), "sick": value.Of(rng.IntN(2) == 0),
			"seen":    value.Day(int(day(t, "2020-02-27")) + rng.IntN(5)),
			"result":  pick(value.Text("neg"), value.Text("pos"), value.Text("not_done")),
			"country": pick(value.Text("AAA"), value.Text("CCC"), value.Text("DDD"), value.Text("EEE"), value.Text("ZZZ")), "signs": value.Texts("cough"),
		}
		d := p.Decide(decision.Input{On: on, Facts: decision.FactsOf(facts, on)})
		in := map[string]Datum{}
		for k, v := range facts {
			in[k] = Scalar(v)
		}
		_, cxr := d.Outcome(decision.Require, "CXR")
		in["require.CXR"] = Scalar(value.Of(cxr))
		want, got := fmt.Sprint(packOutcomes(d)), fmt.Sprint(modelOutcomes(t, m, in))
		if want != got {
			t.Fatalf("%v\npack  %s\nmodel %s", facts, want, got)
		}
	}
}

func packOutcomes(d decision.Decision) []string {
	var out []string
	for _, o := range d.Outcomes {
		out = append(out, string(o.Kind)+" "+o.Code)
	}
	sort.Strings(out)
	return out
}

func modelOutcomes(t *testing.T, m *Model, in map[string]Datum) []string {
	seen := map[string]bool{}
	for _, name := range []string{"H.services", "H.class", "H.prio"} {
		d, err := m.Evaluate(name, in)
		if err != nil {
			t.Fatal(err)
		}
		hits := d.List
		if d.Context {
			hits = []Datum{d}
		}
		for _, h := range hits {
			kind, _ := h.Field("outcome")
			codes, _ := h.Field("code")
			k, _ := kind.Value.Str()
			c, _ := codes.Value.Str()
			for _, code := range strings.Fields(c) {
				seen[k+" "+code] = true
			}
		}
	}
	var out []string
	for s := range seen {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

func TestExportNamesWhatDMNCannotSay(t *testing.T) {
	src := sample(t)
	src.Tables = []*decision.Table{table(t, "table,H.x,first\nid,from,to,sick,|,outcome,code,|,certainty,source,note\nH-9,,,refused,|,hold,X,|,O,s,\n")}
	err := Export(&bytes.Buffer{}, src, 0)
	if err == nil || !strings.Contains(err.Error(), "row H-9, column sick") {
		t.Errorf("error %v", err)
	}
	src.Tables = []*decision.Table{table(t, "table,H.y,collect-sum\nid,from,to,sick,|,outcome,code,level,|,certainty,source,note\nH-9,,,true,|,flag,X,2,|,O,s,\n")}
	if err := Export(&bytes.Buffer{}, src, 0); err == nil || !strings.Contains(err.Error(), "H.y") {
		t.Errorf("error %v", err)
	}
}
