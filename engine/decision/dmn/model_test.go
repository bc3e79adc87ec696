package dmn

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/testkit"
)

func read(t *testing.T, s string) *Model {
	t.Helper()
	m, err := Read(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func evaluate(t *testing.T, m *Model, decision string, in map[string]Datum) string {
	t.Helper()
	d, err := m.Evaluate(decision, in)
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func num(f float64) Datum { return Scalar(value.Number(f)) }

func TestAllVersionsAreRead(t *testing.T) {
	for space, version := range versions {
		doc := strings.Replace(small, "https://www.omg.org/spec/DMN/20230324/MODEL/", space, 1)
		if m := read(t, doc); m.Version != version {
			t.Errorf("%s is %s", space, m.Version)
		}
	}
	// DMN 1.1 has the type as an element with a prefix.
	doc := strings.Replace(small, `<variable typeRef="t"/>`, `<variable><typeRef xmlns:feel="x">feel:string</typeRef></variable>`, 1)
	if m := read(t, doc); m.Inputs[1].TypeRef != "string" {
		t.Errorf("type %q", m.Inputs[1].TypeRef)
	}
}

func TestChainsAndNames(t *testing.T) {
	m := read(t, small)
	b := Scalar(value.Text("b"))
	for _, c := range []struct {
		age  Datum
		j    Datum
		d, e string
	}{
		{num(3), b, `"p"`, "4"},
		{num(5), b, `"q"`, "null"},                       // default output
		{num(8), b, `"p"`, "9"},                          // > 7
		{num(3), Scalar(value.Text("a")), `"q"`, "null"}, // not("a", null)
		{num(3), Datum{}, `"q"`, "null"},                 // null is among what is not wanted
		{num(3), Scalar(value.Text("c")), `"q"`, "null"}, // not an allowed value: null
		{Scalar(value.Text("3")), b, `"q"`, "null"},      // not a number: null
	} {
		in := map[string]Datum{"My Age": c.age, "J": c.j}
		if d, e := evaluate(t, m, "D", in), evaluate(t, m, "E", in); d != c.d || e != c.e {
			t.Errorf("%s, %s: D %s, E %s; want %s, %s", c.age, c.j, d, e, c.d, c.e)
		}
	}
	// A decision may be given in place of being computed.
	if got := evaluate(t, m, "E", map[string]Datum{"My Age": num(1), "D": Scalar(value.Text("p"))}); got != "2" {
		t.Errorf("got %s", got)
	}
	if _, err := m.Evaluate("F", nil); err == nil {
		t.Error("a decision that is not there was evaluated")
	}
}

// hits builds a table over one number with rules ">1", ">2" and ">3".
func hits(policy, aggregation, outputs string, values ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"><inputData id="i" name="n"><variable typeRef="number"/></inputData>
<decision id="d" name="D"><informationRequirement><requiredInput href="#i"/></informationRequirement><decisionTable hitPolicy="%s" aggregation="%s"><input><inputExpression><text>n</text></inputExpression></input>%s`, policy, aggregation, outputs)
	for i, v := range values {
		fmt.Fprintf(&b, "<rule><inputEntry><text>&gt; %d</text></inputEntry>", i+1)
		for _, o := range strings.Split(v, ";") {
			fmt.Fprintf(&b, "<outputEntry><text>%s</text></outputEntry>", o)
		}
		b.WriteString("</rule>")
	}
	return b.String() + "</decisionTable></decision></definitions>"
}

func TestHitPoliciesOfDMN(t *testing.T) {
	one := `<output name="x"/>`
	ranked := `<output name="x"><outputValues><text>"c","b","a"</text></outputValues></output>`
	abc := []string{`"a"`, `"b"`, `"c"`}
	cases := []struct {
		policy, aggregation, outputs string
		values                       []string
		n                            float64
		want                         string
	}{
		{"UNIQUE", "", one, abc, 2, `"a"`}, {"UNIQUE", "", one, abc, 3, "null"}, {"UNIQUE", "", one, abc, 0, "null"},
		{"ANY", "", one, []string{`"a"`, `"a"`, `"c"`}, 3, `"a"`}, {"ANY", "", one, abc, 4, "null"},
		{"FIRST", "", one, abc, 4, `"a"`}, {"PRIORITY", "", ranked, abc, 4, `"c"`}, {"PRIORITY", "", ranked, abc, 3, `"b"`},
		{"OUTPUT ORDER", "", ranked, abc, 4, `["c", "b", "a"]`}, {"RULE ORDER", "", ranked, abc, 4, `["a", "b", "c"]`}, {"COLLECT", "", one, abc, 2, `["a"]`},
		{"COLLECT", "SUM", one, []string{"1", "2", "2"}, 4, "5"}, {"COLLECT", "COUNT", one, []string{"1", "2", "2"}, 4, "3"}, {"COLLECT", "MIN", one, []string{"4", "2", "3"}, 4, "2"},
		{"COLLECT", "MAX", one, []string{"1", "2", "1"}, 4, "2"}, {"COLLECT", "COUNT", one, abc, 0, "0"}, {"COLLECT", "SUM", one, abc, 0, "null"}, {"COLLECT", "SUM", one, []string{`"a"`}, 4, "null"},
		{"FIRST", "", `<output name="x"/><output name="y"/>`, []string{`"a";1`, `"b";2`}, 4, `{x: "a", y: 1}`},
		{"COLLECT", "", `<output name="x"/><output name="y"/>`, []string{`n + 1;null`}, 4, `[{x: 5, y: null}]`},
		{"", "", one, abc, 2, `"a"`},
	}
	for _, c := range cases {
		m := read(t, hits(c.policy, c.aggregation, c.outputs, c.values...))
		if got := evaluate(t, m, "D", map[string]Datum{"n": num(c.n)}); got != c.want {
			t.Errorf("%s %s of %v at %v: %s, want %s", c.policy, c.aggregation, c.values, c.n, got, c.want)
		}
	}
}

func TestInputEntries(t *testing.T) {
	cases := []struct {
		entry string
		v     Datum
		want  bool
	}{
		{"-", Datum{}, true}, {"", num(1), true}, {"3", num(3), true}, {"1, 3", num(3), true}, {"&gt;= 3", num(3), true}, {"= 3", num(3), true}, {"!= 3", num(4), true},
		{"[1..3]", num(3), true}, {"[1..3)", num(3), false}, {"]1..3]", num(1), false}, {"]1..3[", num(2), true}, {"(1..3), 7", num(7), true},
		{"not(3)", num(4), true}, {"not(3)", num(3), false}, {"not([1..3], 5)", num(5), false}, {"null", Datum{}, true}, {"null", num(1), false}, {"&lt; 3", Datum{}, false}, {"not(&lt; 3)", Datum{}, true},
		{"? &gt; 2 and ? &lt; 5", num(3), true}, {"? != null", num(1), true}, {"? = null", Datum{}, true}, {"[1, 3]", num(3), true}, {"n", num(3), true}, {"\"a\"", num(3), false},
		{"&lt;= n * 2", num(6), true},
	}
	for _, c := range cases {
		doc := strings.Replace(hits("FIRST", "", `<output name="x"/>`, "true"), "&gt; 1", c.entry, 1)
		m := read(t, doc)
		if got := evaluate(t, m, "D", map[string]Datum{"n": c.v}); (got == "true") != c.want {
			t.Errorf("%q on %s: %s", c.entry, c.v, got)
		}
	}
}

func TestErrorsNameTheElement(t *testing.T) {
	cases := []struct{ from, to, want string }{
		{`https://www.omg.org/spec/DMN/20230324/MODEL/`, "urn:other", `line 1, column 1, definitions "m": not a DMN model`},
		{`<inputData id="i"`, `<businessKnowledgeModel name="B"/><inputData id="i"`, `businessKnowledgeModel "B": the element is not supported`},
		{`<literalExpression>`, `<context/><literalExpression>`, "context: the element is not supported"},
		{`<literalExpression>`, `<literalExpression expressionLanguage="python">`, `"python" is not supported`},
		{`href="#i"`, `href="#z"`, `decision "D": requires "z"`},
		{`href="#d"`, `href="#e"`, `decision "E": the decision requires itself`},
		{`FIRST`, `BEST`, `"BEST" is not a hit policy`},
		{`hitPolicy="FIRST"`, `hitPolicy="FIRST" aggregation="SUM"`, "aggregation"},
		{`[1..5)`, `[1..`, `line 9, column 1, rule "r": input entry`},
		{`"p"</text></outputEntry>`, `p +</text></outputEntry>`, "output entry"},
		{`My Age + 1`, `for x in y return x`, `decision "E"`},
		{`<text>My Age</text>`, `<text></text>`, "no expression"},
		{`name="E"`, `name="D"`, "the name stands twice"},
		{`<rule id="r"><inputEntry><text>[1..5), &gt; 7</text></inputEntry>`, `<rule id="r">`, `rule "r": the rule has 1 inputs`},
		{`</definitions>`, ``, "unexpected EOF"},
		{`<definitions`, `<!DOCTYPE a [<!ENTITY b "c">]><definitions`, "a document type is not allowed"},
		{`<text>My Age</text>`, `<text>&b;</text>`, "invalid character entity"},
		{small, "", "the document is empty"},
		{small, strings.Repeat("<a>", MaxDepth+1), "nested more than"},
	}
	for _, c := range cases {
		_, err := Read(strings.NewReader(strings.Replace(small, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q for %.40q: %v, want %q", c.to, c.from, err, c.want)
			continue
		}
		if e, ok := err.(*Error); ok && e.Line == 0 {
			t.Errorf("%v has no place", err)
		}
	}
	if _, err := Read(strings.NewReader(small + strings.Repeat(" ", MaxBytes))); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a document without end: %v", err)
	}
}

func TestTCKCountsWhatItCannotRunAsFailed(t *testing.T) {
	head := `<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><modelName>m.dmn</modelName>`
	node := func(id, v, want string) string {
		return `<testCase id="` + id + `"><inputNode name="My Age">` + v + `</inputNode><inputNode name="J"><value xsi:type="xsd:string">b</value></inputNode><resultNode name="D" type="decision"><expected>` + want + `</expected></resultNode></testCase>`
	}
	three, p := `<value xsi:type="xsd:decimal">3</value>`, `<value xsi:type="xsd:string">p</value>`
	fsys := fstest.MapFS{
		"a/m.dmn":           {Data: []byte(small)},
		"a/a-test-01.xml":   {Data: []byte(head + node("1", three, p) + node("2", three, `<value xsi:nil="true"/>`) + node("3", `<value xsi:type="xsd:duration">P1D</value>`, p) + `<testCase id="4" type="bkm"/><testCase id="5"/></testCases>`)},
		"b/c/b-test-01.xml": {Data: []byte(head + node("1", three, p) + node("2", three, p) + `</testCases>`)}, // no model there
		"b/c-test-02.xml":   {Data: []byte("not xml")},
		"b/other.xml":       {Data: []byte("ignored")},
	}
	var out strings.Builder
	passed, failed, err := RunTCK(fsys, &out)
	if err != nil || passed != 1 || failed != 7 {
		t.Errorf("%d passed, %d failed, %v\n%s", passed, failed, err, out.String())
	}
	for _, want := range []string{"case 2: D: expected null, got \"p\"", "case 3", "duration", "case 4", "case 5: the case expects nothing", "b/c-test-02.xml"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

// Tables that others wrote become tables of a pack, and say what was changed.
func TestImportOfForeignTables(t *testing.T) {
	dir := testkit.Data(t, "dmn-tck")
	for _, c := range []struct{ file, policy, cell, code, note string }{
		{"0004-simpletable-U", "unique", `"Medium","Low"`, "Approved", "classify"},
		{"0118-multi-priority-hitpolicy", "priority", `"Medium","Low"`, "Approved", "2 outputs"},
		{"0010-multi-output-U", "unique", `"Low"`, "Approved", "default output"},
	} {
		fh, err := os.Open(filepath.Join(dir, c.file, c.file+".dmn"))
		if err != nil {
			t.Fatal(err)
		}
		im, err := Import(fh)
		fh.Close()
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		tab := im.Tables[0]
		if string(tab.Policy) != c.policy || tab.Rows[0].Cells[1] != c.cell || tab.Rows[0].Out[1] != c.code || !strings.Contains(strings.Join(im.Notes, "\n"), c.note) {
			t.Errorf("%s: %+v\n%v", c.file, tab, im.Notes)
		}
		if _, err := decision.Compile(decision.Source{Facts: im.Facts, Lists: im.Lists, Tables: im.Tables}); err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
	}
	for _, c := range []struct{ from, to, want string }{
		{"<text>My Age</text>", "<text>My Age + 1</text>", "is an expression"},
		{"not(\"a\", null)", "? &gt; J", "outside the subset"},
		{"<text>\"p\"</text></outputEntry>", "<text>J</text></outputEntry>", "constants"},
		{"<text>J</text>", "<text>E</text>", "the result of another decision"},
	} {
		_, err := Import(strings.NewReader(strings.Replace(small, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}
