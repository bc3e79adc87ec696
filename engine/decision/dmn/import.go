package dmn

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/expr"
)

// Imported is a model turned into the parts of a pack.
type Imported struct {
	Name   string
	Facts  []decision.FactDef
	Lists  []decision.ListDef
	Tables []*decision.Table
	Notes  []string // what a person should look at: what was changed or guessed
}

// Import reads a model and turns its decision tables into tables of a pack.
// Input data become facts. A table whose outputs are named outcome, code … keeps
// them (Export writes such tables); of another table the first output becomes the
// code of a classify outcome, further ones the text, with a note. Decisions that
// are a list of texts become lists. What a pack cannot say is an error with the
// table, rule and column.
func Import(r io.Reader) (*Imported, error) {
	m, err := Read(r)
	if err != nil {
		return nil, err
	}
	im := &importer{m: m, out: &Imported{Name: m.Name}}
	im.facts()
	for _, d := range m.Decisions {
		if d.Table != nil {
			if err := im.table(d); err != nil {
				return nil, err
			}
			continue
		}
		if err := im.literal(d); err != nil {
			return nil, err
		}
	}
	if m.Version != "" && len(im.out.Tables) > 0 {
		im.note("a pack asks for what is not known; DMN takes a test on null for failed")
	}
	return im.out, nil
}

type importer struct {
	m   *Model
	out *Imported
}

func (im *importer) note(format string, args ...any) {
	im.out.Notes = append(im.out.Notes, fmt.Sprintf(format, args...))
}

var notName = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// factName turns a DMN name into a fact name: "Applicant Age" → applicant_age.
func factName(s string) string {
	n := strings.Trim(notName.ReplaceAllString(s, "_"), "_")
	if n == "" || n[0] >= '0' && n[0] <= '9' {
		n = "f_" + n
	}
	if n != s {
		n = strings.ToLower(n)
	}
	return n
}

// outcomeName reports whether an input is an outcome of other tables: hold.any.
func outcomeName(s string) bool {
	kind, code, ok := strings.Cut(s, ".")
	if !ok || code == "" {
		return false
	}
	for _, k := range decision.Kinds() {
		if string(k) == kind {
			return true
		}
	}
	return false
}

func (im *importer) facts() {
	for _, in := range im.m.Inputs {
		if outcomeName(in.Name) {
			continue
		}
		f := decision.FactDef{Name: factName(in.Name)}
		if f.Name != in.Name {
			im.note("input %q is the fact %s", in.Name, f.Name)
		}
		f.Type, f.Values = im.factType(in.TypeRef)
		if f.Type == "" {
			f.Type = "code"
			im.note("input %q has type %q; taken for a code", in.Name, in.TypeRef)
		}
		f.Derive = strings.TrimPrefix(in.Description, "derived: ")
		if f.Derive == in.Description {
			f.Derive = ""
		}
		im.out.Facts = append(im.out.Facts, f)
	}
}

func (im *importer) factType(typ string) (string, []string) {
	switch typ {
	case "boolean":
		return "bool", nil
	case "number":
		return "decimal", nil
	case "date":
		return "date", nil
	case "string":
		return "code", nil
	}
	it := im.m.item(typ)
	if it == nil || len(it.Parts) > 0 {
		return "", nil
	}
	base, _ := im.factType(it.TypeRef)
	switch {
	case it.Name == "int" && base == "decimal":
		return "int", nil
	case it.Collection && base == "code":
		base = "list"
	case it.Collection:
		return "", nil
	}
	var values []string
	if base == "code" || base == "list" {
		for _, t := range it.allowed {
			if s, ok := t.ex.Root().Value.Str(); ok && t.ex.Root().Op == expr.OpLiteral {
				values = append(values, s)
			}
		}
	}
	return base, values
}

// literal imports a decision that is a list of texts.
func (im *importer) literal(d *Decision) error {
	root := d.literal.Root()
	if root.Op != expr.OpList {
		im.note("decision %q is an expression (%s); a pack has it as a derived fact", d.Name, d.Literal)
		return nil
	}
	l := decision.ListDef{ID: d.Name}
	for _, a := range root.Args {
		s, ok := a.Value.Str()
		if !ok || a.Op != expr.OpLiteral {
			return d.node.errorf("a list of a pack holds texts only")
		}
		l.Entries = append(l.Entries, decision.ListEntry{Code: s, Certainty: "S", Source: "DMN import"})
	}
	im.out.Lists = append(im.out.Lists, l)
	return nil
}

func (im *importer) table(d *Decision) error {
	t := &decision.Table{Name: d.Name}
	if t.Policy = importPolicy(d.Table); t.Policy == "" {
		return d.node.errorf("aggregation %s of a table that is not a pack's", d.Table.Aggregation)
	}
	types := map[string]string{}
	for _, f := range im.out.Facts {
		types[f.Name] = f.Type
	}
	for _, c := range d.Table.Inputs {
		name := c.Expression
		if !outcomeName(name) {
			if c.expr.Root().Op != expr.OpVar {
				return d.node.errorf("input %q is an expression; a pack has it as a derived fact", c.Expression)
			}
			name = factName(name)
			if types[name] == "" {
				return d.node.errorf("input %q is the result of another decision, which a pack has as an outcome", c.Expression)
			}
		}
		t.Inputs = append(t.Inputs, name)
	}
	native := len(d.Table.Outputs) >= 2 && d.Table.Outputs[0].Name == "outcome" && d.Table.Outputs[1].Name == "code"
	if native {
		for _, o := range d.Table.Outputs {
			t.Outputs = append(t.Outputs, o.Name)
		}
		t.Order = im.order(d.Table.Outputs[1])
	} else {
		t.Outputs = []string{"outcome", "code"}
		if len(d.Table.Outputs) > 1 {
			t.Outputs = append(t.Outputs, "text")
			im.note("table %s has %d outputs; the first became the code, the others the text", d.Name, len(d.Table.Outputs))
		}
		im.note("table %s: each output became a classify outcome; choose the right one", d.Name)
		t.Order = im.order(d.Table.Outputs[0])
	}
	if t.Policy != decision.Priority && t.Policy != decision.OutputOrder {
		t.Order = nil
	}
	for i, r := range d.Table.Rules {
		row, err := im.row(d, r, i, types, t, native)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, row)
	}
	if !native {
		im.defaults(d, t)
	}
	im.out.Tables = append(im.out.Tables, t)
	return nil
}

func importPolicy(t *Table) decision.Policy {
	if t.Aggregation != "" {
		return ""
	}
	for p, names := range policyNames {
		if names[0] == t.HitPolicy {
			return p
		}
	}
	return ""
}

func (im *importer) order(o *OutputClause) []string {
	var out []string
	for _, ex := range o.values {
		if s, ok := ex.Root().Value.Str(); ok {
			out = append(out, codeText(s))
		}
	}
	return out
}

// codeText makes a code of an output: a code cell parts codes at blanks.
func codeText(s string) string { return strings.Join(strings.Fields(s), "_") }

// defaults turns a table's default output into a last row; with a hit policy of
// one hit that is first or priority it means the same.
func (im *importer) defaults(d *Decision, t *decision.Table) {
	for _, o := range d.Table.Outputs {
		if o.Default != "" {
			im.note("table %s has a default output (%s); write a row for what no other row covers", d.Name, o.Default)
		}
	}
}

func (im *importer) row(d *Decision, r *Rule, i int, types map[string]string, t *decision.Table, native bool) (decision.Row, error) {
	row := decision.Row{ID: fmt.Sprintf("%s-%d", factName(d.Name), i+1), Certainty: "S", Source: "DMN import", Note: r.Description}
	for col, text := range r.In {
		typ := types[t.Inputs[col]]
		if typ == "" {
			typ = "bool"
		}
		cell, err := importCell(text, typ)
		if err == nil {
			err = decision.CheckCell(cell)
		}
		if err != nil {
			return row, r.node.errorf("column %s, %q: %v", t.Inputs[col], text, err)
		}
		row.Cells = append(row.Cells, cell)
	}
	var outs []string
	for col, ex := range r.out {
		root := ex.Root()
		switch {
		case root.Op != expr.OpLiteral:
			return row, r.node.errorf("output %s, %q: a pack's outputs are constants", d.Table.Outputs[col].Name, r.Out[col])
		case root.Null:
			outs = append(outs, "")
		default:
			outs = append(outs, root.Value.String())
		}
	}
	if native {
		row.Out = outs
	} else {
		row.Out = []string{string(decision.Classify), codeText(outs[0])}
		if len(outs) > 1 {
			row.Out = append(row.Out, strings.Join(outs[1:], "; "))
		}
	}
	return row, im.annotations(d, r, &row)
}

// annotations restores what Export wrote beside a rule.
func (im *importer) annotations(d *Decision, r *Rule, row *decision.Row) error {
	for i, text := range r.Annotations {
		if i >= len(d.Table.Annotations) || text == "" {
			continue
		}
		var err error
		switch d.Table.Annotations[i] {
		case "id":
			row.ID = text
		case "from":
			row.From, err = dayPtr(text)
		case "to":
			row.To, err = dayPtr(text)
		case "certainty":
			row.Certainty = text
		case "source":
			row.Source = text
		case "note":
			row.Note = text
		}
		if err != nil {
			return r.node.errorf("annotation %s: %v", d.Table.Annotations[i], err)
		}
	}
	return nil
}

func dayPtr(s string) (*calendar.Day, error) {
	d, err := calendar.ParseDay(s)
	if err != nil {
		return nil, err
	}
	return &d, nil
}

var (
	dateCall     = regexp.MustCompile(`date\(\s*"(\d{4}-\d{2}-\d{2})"\s*\)`)
	listCall     = regexp.MustCompile(`^list contains\(\s*([^,()"?]+?)\s*,\s*\?\s*\)$`)
	elementCall  = regexp.MustCompile(`^list contains\(\s*\?\s*,\s*("[^"\\]*")\s*\)$`)
	nullTest     = regexp.MustCompile(`^(\?\s*=\s*)?null$`)
	notNullTest  = regexp.MustCompile(`^(\?\s*!=\s*null|not\(\s*null\s*\))$`)
	simpleText   = regexp.MustCompile(`^"[^"\\]*"$`)
	simpleNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	comparison   = regexp.MustCompile(`^(<=|>=|<|>|=)\s*(-?[0-9]+(\.[0-9]+)?|\d{4}-\d{2}-\d{2})$`)
	bracketed    = regexp.MustCompile(`^[\[\(\]]\s*(-?[0-9.]+|\d{4}-\d{2}-\d{2})\s*\.\.\s*(-?[0-9.]+|\d{4}-\d{2}-\d{2})\s*[\]\)\[]$`)
)

// importCell turns FEEL unary tests into a cell.
func importCell(text, typ string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "-" {
		return "-", nil
	}
	if notNullTest.MatchString(text) {
		return "known", nil
	}
	if inner, ok := negated(text); ok {
		cell, err := importTests(inner)
		return "not(" + cell + ")", err
	}
	return importTests(text)
}

func importTests(text string) (string, error) {
	parts := splitTop(text)
	for i, p := range parts {
		p = dateCall.ReplaceAllString(p, "$1")
		switch {
		case nullTest.MatchString(p):
			parts[i] = "unknown"
		case notNullTest.MatchString(p):
			parts[i] = "known"
		case listCall.MatchString(p):
			parts[i] = `in list("` + listCall.FindStringSubmatch(p)[1] + `")`
		case elementCall.MatchString(p):
			parts[i] = elementCall.FindStringSubmatch(p)[1]
		case p == "true" || p == "false", simpleText.MatchString(p), simpleNumber.MatchString(p),
			comparison.MatchString(p), bracketed.MatchString(p):
			parts[i] = p
		default:
			if d, err := calendar.ParseDay(p); err == nil {
				parts[i] = d.String()
				continue
			}
			return "", fmt.Errorf("%q is outside the subset of a pack's cells", p)
		}
	}
	return strings.Join(parts, ","), nil
}
