package decision

import (
	"bytes"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// No text may crash the cell reader, and what it reads, mutants included, is read
// again.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"-", `"a","b"`, `not("a")`, "<5", "[2..14)", "]2..14[", `in list("x")`, "known, true", `>param("p")`, ">=35 kg", "2026-11-22", "12 > age >= 2", "–", "-3", "not(", "[2026-01-01..2026-02-01]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCell(s)
		if err != nil {
			if ce, ok := err.(*cellError); !ok || ce.pos < 0 || ce.pos > len(s) {
				t.Errorf("%q: position %v", s, err)
			}
			return
		}
		if !c.any && len(c.tests) == 0 {
			t.Errorf("%q has no test", s)
		}
		for _, m := range movedBounds(s, 1) {
			if _, err := parseCell(m); err != nil {
				t.Errorf("mutant %q of %q: %v", m, s, err)
			}
		}
	})
}

// No file may crash the table reader; what it reads is written and read again the
// same, and what compiles decides.
func FuzzTable(f *testing.F) {
	f.Add(goodTable)
	f.Add("table,T,first\nid,from,to,sick,age,|,outcome,code,|,certainty,source,note\na,,,true,[1..2],|,hold,X,|,O,,\nb,,,-,-,|,,,|,O,,\n")
	f.Add("table,T,collect-sum\nid,from,to,c,|,outcome,code,level,|,certainty,source,note\na,2020-01-01,,x,|,flag,S,2,|,R,,\n")
	f.Fuzz(func(t *testing.T, s string) {
		tab, err := ParseTable("fuzz", strings.NewReader(s))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteTable(&b, tab); err != nil {
			t.Fatal(err)
		}
		again, err := ParseTable("fuzz", &b)
		if err != nil || len(again.Rows) != len(tab.Rows) || again.Policy != tab.Policy {
			t.Fatalf("written and read again: %v", err)
		}
		p, err := Compile(Source{ID: "fuzz", Facts: factDefs("sick:bool", "age:int", "c:code", "seen:date", "w:decimal", "l:list"), Tables: []*Table{tab}})
		if err != nil {
			return
		}
		on := calendar.DayOf(2026, 6, 1)
		d := p.Decide(Input{On: on, Facts: FactsOf(value.Facts{"sick": value.Of(true), "age": value.Number(3)}, on)})
		for _, o := range d.Outcomes {
			if o.Kind == "" || o.State == "" {
				t.Errorf("an outcome without kind or state: %+v", o)
			}
		}
	})
}
