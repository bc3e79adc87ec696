package decision

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

func mustTable(t testing.TB, text string) *Table {
	t.Helper()
	tab, err := ParseTable("test", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func mustCompile(t testing.TB, src Source) *Protocol {
	t.Helper()
	p, err := Compile(src)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const usServices = `table,US.services,collect
id,from,to,age_years,tb_incidence,symptoms,sti_suspect,|,outcome,code,|,certainty,source,note
US-S1,,,-,-,-,-,|,require,CORE_EXAM,|,O,src,
US-S2,,,[2..14],>=20,-,-,|,require,IGRA,|,O,src,
US-S3,,,>=15,-,-,-,|,require,CXR,|,O,src,
US-S4,,,-,-,true,-,|,require,CXR SPUTUM3,|,O,src,
US-S9,,2023-09-30,>=15,-,-,-,|,require,SYPHILIS,|,O,src,
US-S9p,2023-10-01,,[18..44],-,-,-,|,require,SYPHILIS,|,S,src,
US-S9s,,,-,-,-,true,|,require,SYPHILIS,|,R,src,
`

var usFacts = []FactDef{
	{Name: "dob", Type: "date"}, {Name: "exam_date", Type: "date"},
	{Name: "age_years", Type: "int", Derive: "age_years(dob, exam_date)"},
	{Name: "tb_incidence", Type: "decimal"}, {Name: "symptoms", Type: "bool"}, {Name: "sti_suspect", Type: "bool"},
}

func date(t testing.TB, s string) value.Value {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d.Value()
}

func TestSmoke(t *testing.T) {
	p := mustCompile(t, Source{ID: "us", Version: "1", DateBasis: "exam_date", Facts: usFacts, Tables: []*Table{mustTable(t, usServices)}})
	on := calendar.DayOf(2026, 6, 1)
	facts := value.Facts{"dob": value.Text("2011-06-02"), "exam_date": value.Text("2026-06-01"), "tb_incidence": value.Number(638), "symptoms": value.Of(false), "sti_suspect": value.Of(false)}
	d := p.Decide(Input{On: on, Facts: FactsOf(facts, on)})
	if got := strings.Join(d.Codes(Require), " "); got != "CORE_EXAM IGRA" {
		t.Errorf("got %s: %+v", got, d)
	}
	facts["dob"] = value.Text("2011")
	d = p.Decide(Input{On: on, Facts: FactsOf(facts, on)})
	for _, o := range d.Outcomes {
		t.Log(o.Kind, o.Code, o.State, o.Ask)
	}
	t.Log(d.Ask)
}
