package dmn

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
)

// exportSpace is the version Export writes: DMN 1.5.
const exportSpace = "https://www.omg.org/spec/DMN/20230324/MODEL/"

// policies of a pack and of DMN.
var policyNames = map[decision.Policy][2]string{
	decision.Unique: {"UNIQUE", ""}, decision.Any: {"ANY", ""}, decision.First: {"FIRST", ""},
	decision.Priority: {"PRIORITY", ""}, decision.Collect: {"COLLECT", ""},
	decision.RuleOrder: {"RULE ORDER", ""}, decision.OutputOrder: {"OUTPUT ORDER", ""},
}

// Export writes the tables of a source as they stand on a day: rows, lists and
// parameters not in force are left out. Facts become input data, lists become
// decisions that are a list of texts, row id, days, certainty, source and note
// become annotations. The error names the table, row and column that DMN cannot
// say: a refused fact, or an aggregate of several outputs.
func Export(w io.Writer, src decision.Source, on calendar.Day) error {
	e := &exporter{src: src, on: on, types: map[string]string{}, lists: map[string]bool{}}
	for _, f := range src.Facts {
		e.types[f.Name] = f.Type
	}
	if err := e.document(); err != nil {
		return err
	}
	_, err := io.WriteString(w, e.out.String())
	return err
}

type exporter struct {
	src   decision.Source
	on    calendar.Day
	types map[string]string
	lists map[string]bool // lists that cells read
	out   strings.Builder
	depth int
}

func (e *exporter) open(name string, attrs ...string) {
	e.tag(name, attrs)
	e.out.WriteString(">\n")
	e.depth++
}

func (e *exporter) tag(name string, attrs []string) {
	e.out.WriteString(strings.Repeat("  ", e.depth) + "<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		e.out.WriteString(" " + attrs[i] + `="` + escape(attrs[i+1]) + `"`)
	}
}

func (e *exporter) close(name string) {
	e.depth--
	e.out.WriteString(strings.Repeat("  ", e.depth) + "</" + name + ">\n")
}

func (e *exporter) empty(name string, attrs ...string) {
	e.tag(name, attrs)
	e.out.WriteString("/>\n")
}

// text writes <name><text>…</text></name>.
func (e *exporter) text(name, content string) {
	e.out.WriteString(strings.Repeat("  ", e.depth) + "<" + name + "><text>" + escape(content) + "</text></" + name + ">\n")
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

func (e *exporter) document() error {
	e.out.WriteString(xml.Header)
	e.open("definitions", "xmlns", exportSpace, "id", "model", "name", e.src.ID, "namespace", "urn:godwit:pack:"+e.src.ID,
		"expressionLanguage", "https://www.omg.org/spec/DMN/20230324/FEEL/")
	e.out.WriteString("  <description>" + escape(fmt.Sprintf("%s %s as on %s", e.src.ID, e.src.Version, e.on)) + "</description>\n")
	e.itemDefinitions()
	body := *e
	body.out = strings.Builder{}
	for _, t := range e.src.Tables {
		if err := body.table(t); err != nil {
			return err
		}
	}
	e.inputs()
	for _, l := range e.src.Lists {
		if body.lists[l.ID] {
			if err := e.list(l.ID); err != nil {
				return err
			}
		}
	}
	e.out.WriteString(body.out.String())
	e.close("definitions")
	return nil
}

// itemDefinitions gives whole numbers, lists and coded facts a type of their own.
func (e *exporter) itemDefinitions() {
	e.open("itemDefinition", "name", "int")
	e.out.WriteString("    <typeRef>number</typeRef>\n")
	e.close("itemDefinition")
	for _, f := range e.src.Facts {
		if len(f.Values) == 0 && f.Type != "list" {
			continue
		}
		list := ""
		if f.Type == "list" {
			list = "true"
		}
		e.open("itemDefinition", "name", "t_"+f.Name, "isCollection", list)
		e.out.WriteString("    <typeRef>string</typeRef>\n")
		if len(f.Values) > 0 {
			quoted := make([]string, len(f.Values))
			for i, v := range f.Values {
				quoted[i] = quote(v)
			}
			e.text("allowedValues", strings.Join(quoted, ","))
		}
		e.close("itemDefinition")
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func (e *exporter) typeRef(f decision.FactDef) string {
	switch {
	case len(f.Values) > 0 || f.Type == "list":
		return "t_" + f.Name
	case f.Type == "bool":
		return "boolean"
	case f.Type == "int":
		return "int"
	case f.Type == "decimal":
		return "number"
	case f.Type == "date":
		return "date"
	}
	return "string"
}

func (e *exporter) inputs() {
	for _, f := range e.src.Facts {
		e.open("inputData", "id", "in_"+f.Name, "name", f.Name)
		if f.Derive != "" {
			e.out.WriteString("    <description>" + escape("derived: "+f.Derive) + "</description>\n")
		}
		e.empty("variable", "name", f.Name, "typeRef", e.typeRef(f))
		e.close("inputData")
	}
	seen := map[string]bool{}
	for _, t := range e.src.Tables {
		for _, in := range t.Inputs {
			if _, fact := e.types[in]; fact || seen[in] {
				continue
			}
			seen[in] = true
			e.open("inputData", "id", "in_"+in, "name", in)
			e.out.WriteString("    <description>outcome of other tables</description>\n")
			e.empty("variable", "name", in, "typeRef", "boolean")
			e.close("inputData")
		}
	}
}

func (e *exporter) list(id string) error {
	codes, err := e.src.ListOn(id, e.on)
	if err != nil {
		return err
	}
	for i := range codes {
		codes[i] = quote(codes[i])
	}
	e.open("decision", "id", "list_"+id, "name", id)
	e.empty("variable", "name", id)
	e.text("literalExpression", "["+strings.Join(codes, ", ")+"]")
	e.close("decision")
	return nil
}

func (e *exporter) table(t *decision.Table) error {
	policy, ok := policyNames[t.Policy]
	if !ok {
		return fmt.Errorf("dmn: table %s: DMN aggregates one output only, hit policy %s has several", t.Name, t.Policy)
	}
	cells := make([][]string, 0, len(t.Rows))
	rows := t.RowsOn(e.on)
	lists := map[string]bool{}
	for _, r := range rows {
		var line []string
		for i, c := range r.Cells {
			typ := e.types[t.Inputs[i]]
			if typ == "" {
				typ = "bool"
			}
			text, err := decision.TranslateCell(c, typ, &feelCells{e: e, lists: lists, typ: typ})
			if err != nil {
				return fmt.Errorf("dmn: table %s, row %s, column %s: %w", t.Name, r.ID, t.Inputs[i], err)
			}
			line = append(line, text)
		}
		cells = append(cells, line)
	}
	e.open("decision", "id", "table_"+t.Name, "name", t.Name)
	e.empty("variable", "name", t.Name)
	for _, in := range t.Inputs {
		e.open("informationRequirement")
		e.empty("requiredInput", "href", "#in_"+in)
		e.close("informationRequirement")
	}
	for _, l := range e.src.Lists {
		if lists[l.ID] {
			e.lists[l.ID] = true
			e.open("informationRequirement")
			e.empty("requiredDecision", "href", "#list_"+l.ID)
			e.close("informationRequirement")
		}
	}
	e.open("decisionTable", "hitPolicy", policy[0], "aggregation", policy[1], "outputLabel", t.Name)
	e.columns(t)
	for i, r := range rows {
		e.rule(t, r, cells[i])
	}
	e.close("decisionTable")
	e.close("decision")
	return nil
}

// annotationNames are the columns of a row that do not decide.
var annotationNames = []string{"id", "from", "to", "certainty", "source", "note"}

func (e *exporter) columns(t *decision.Table) {
	for _, in := range t.Inputs {
		typ := "boolean"
		for _, f := range e.src.Facts {
			if f.Name == in {
				typ = e.typeRef(f)
			}
		}
		e.open("input", "label", in)
		e.open("inputExpression", "typeRef", typ)
		e.out.WriteString(strings.Repeat("  ", e.depth) + "<text>" + escape(in) + "</text>\n")
		e.close("inputExpression")
		e.close("input")
	}
	for _, out := range t.Outputs {
		if out != "code" || len(t.Order) == 0 {
			e.empty("output", "name", out, "typeRef", "string")
			continue
		}
		quoted := make([]string, len(t.Order))
		for i, c := range t.Order {
			quoted[i] = quote(c)
		}
		e.open("output", "name", out, "typeRef", "string")
		e.text("outputValues", strings.Join(quoted, ","))
		e.close("output")
	}
	for _, a := range annotationNames {
		e.empty("annotation", "name", a)
	}
}

func (e *exporter) rule(t *decision.Table, r decision.Row, cells []string) {
	e.open("rule", "id", "rule_"+t.Name+"_"+r.ID)
	for _, c := range cells {
		e.text("inputEntry", c)
	}
	for _, o := range r.Out {
		if o == "" {
			e.text("outputEntry", "null")
		} else {
			e.text("outputEntry", quote(o))
		}
	}
	from, to := "", ""
	if r.From != nil {
		from = r.From.String()
	}
	if r.To != nil {
		to = r.To.String()
	}
	for _, a := range []string{r.ID, from, to, r.Certainty, r.Source, r.Note} {
		e.text("annotationEntry", a)
	}
	e.close("rule")
}

// feelCells writes cells as FEEL unary tests.
type feelCells struct {
	e     *exporter
	lists map[string]bool
	typ   string
}

// Literal quotes codes and wraps days.
func (f *feelCells) Literal(text, typ string) (string, error) {
	switch typ {
	case "bool", "int", "decimal":
		return text, nil
	case "date":
		return `date("` + text + `")`, nil
	case "list":
		return "list contains(?, " + quote(text) + ")", nil
	}
	return quote(text), nil
}

// Range writes a comparison or an interval.
func (f *feelCells) Range(lo, hi *decision.CellBound) (string, error) {
	text := func(b *decision.CellBound) (string, error) {
		switch {
		case b.Param != "":
			v, err := f.e.src.ParamOn(b.Param, f.e.on)
			return decision.FormatNumber(v), err
		case b.Day:
			return `date("` + b.Text + `")`, nil
		}
		return b.Text, nil
	}
	var l, h string
	var err error
	if lo != nil {
		if l, err = text(lo); err != nil {
			return "", err
		}
	}
	if hi != nil {
		if h, err = text(hi); err != nil {
			return "", err
		}
	}
	op := func(b *decision.CellBound, sign string) string {
		if b.Open {
			return sign
		}
		return sign + "="
	}
	switch {
	case lo == nil:
		return op(hi, "<") + h, nil
	case hi == nil:
		return op(lo, ">") + l, nil
	}
	a, b := "[", "]"
	if lo.Open {
		a = "("
	}
	if hi.Open {
		b = ")"
	}
	return a + l + ".." + h + b, nil
}

// List tests membership in a decision that is the list.
func (f *feelCells) List(id string) (string, error) {
	if f.typ == "list" {
		return "", fmt.Errorf("in list of a list fact cannot be written in the FEEL subset")
	}
	f.lists[id] = true
	return "list contains(" + id + ", ?)", nil
}

// State writes known and unknown as tests on null.
func (f *feelCells) State(s string) (string, error) {
	switch s {
	case "known":
		return "? != null", nil
	case "unknown":
		return "? = null", nil
	}
	return "", fmt.Errorf("DMN has no %s", s)
}

// Not negates the tests.
func (f *feelCells) Not(inner string) string { return "not(" + inner + ")" }
