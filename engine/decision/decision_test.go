package decision

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// The tests speak of small protocols written as a pack would write them.

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

// facts declares facts as "name:type", "name:code:a|b", "name:type=derivation".
func factDefs(specs ...string) []FactDef {
	var out []FactDef
	for _, s := range specs {
		spec, derive, _ := strings.Cut(s, "=")
		parts := strings.SplitN(spec, ":", 3)
		f := FactDef{Name: parts[0], Type: parts[1], Derive: derive}
		if len(parts) == 3 {
			f.Values = strings.Split(parts[2], "|")
		}
		out = append(out, f)
	}
	return out
}

// rules writes a table from a title, an input header and rows
// "id cells… > outcome code args…"; columns are parted by "; ".
func rules(t testing.TB, title, inputs, outputs string, rows ...string) *Table {
	t.Helper()
	ins, outs := strings.Split(inputs, "; "), strings.Split(outputs, "; ")
	name, policy, _ := strings.Cut(title, " ")
	policy, order, _ := strings.Cut(policy, " ")
	tab := &Table{Name: name, Policy: Policy(policy), Order: strings.Fields(order), Inputs: ins, Outputs: outs}
	for _, r := range rows {
		left, right, ok := strings.Cut(r, " => ")
		if !ok {
			t.Fatalf("row %q has no =>", r)
		}
		l := strings.Split(left, "; ")
		row := Row{ID: l[0], Certainty: "O", Source: "law", Cells: l[1:], Out: strings.Split(right, "; ")}
		for len(row.Out) < len(outs) {
			row.Out = append(row.Out, "")
		}
		tab.Rows = append(tab.Rows, row)
	}
	return tab
}

func date(t testing.TB, s string) value.Value {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d.Value()
}

func dayOf(t testing.TB, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func dayPtr(t testing.TB, s string) *calendar.Day {
	d := dayOf(t, s)
	return &d
}

var (
	yes     = value.Of(true)
	no      = value.Of(false)
	unknown = value.NotKnown()
	refused = value.RefusedAnswer()
)

const testDay = "2026-06-01"

func decide(t testing.TB, p *Protocol, facts value.Facts) Decision {
	t.Helper()
	on := dayOf(t, testDay)
	return p.Decide(Input{On: on, Facts: FactsOf(facts, on)})
}

// said prints a decision in one line: "hold X; require? Y [a b]; require! Z".
// A question mark is undetermined, an exclamation mark blocked.
func said(d Decision) string {
	var parts []string
	for _, o := range d.Outcomes {
		mark := map[State]string{Definite: "", Undetermined: "?", Blocked: "!"}[o.State]
		s := strings.TrimSpace(string(o.Kind) + mark + " " + o.Code)
		if u := o.Args["until"]; u != "" && o.Kind == Valid {
			s += " " + u
		}
		if len(o.Ask) > 0 {
			s += " [" + strings.Join(o.Ask, " ") + "]"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}

func expectSaid(t *testing.T, d Decision, want string) {
	t.Helper()
	if got := said(d); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
