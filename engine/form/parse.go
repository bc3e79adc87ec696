package form

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/expr"
)

// Limits on outside text.
const (
	MaxBytes = 1 << 20
	MaxRows  = 2000
	MaxCell  = 4000
	maxFaces = 50 // problems listed
)

var nameForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// plainColumns are the columns without a language.
var plainColumns = map[string]bool{
	"type": true, "name": true, "required": true, "relevant": true, "constraint": true, "calculation": true,
	"appearance": true, "fact": true, "unit": true, "min": true, "max": true, "warn_min": true, "warn_max": true,
	"allow": true, "sensitivity": true, "combine": true, "source": true, "note": true,
}

var wordColumns = map[string]bool{"label": true, "hint": true, "constraint_message": true}

// Parse reads a form. The error is Problems: every mistake with its row and
// column.
func Parse(text string) (*Form, error) {
	p := &parser{form: &Form{Specimens: 1, names: map[string]int{}}, lists: map[string][]Choice{YesNo: {{Name: "yes"}, {Name: "no"}}}}
	p.read(text)
	if len(p.problems) == 0 {
		p.choices()
		p.expressions()
		if r, ok := p.form.Row(p.form.Day); p.form.Day != "" && (!ok || r.Type != Date) {
			p.bad(p.dayLine, "calculation", "%q is no date question", p.form.Day)
		}
		if r, ok := p.form.Row(p.form.Refusal); p.refusedLine > 0 && (!ok || !r.AllowRefused) {
			p.bad(p.refusedLine, "calculation", "%q is no question that can be refused", p.form.Refusal)
		}
		if r, ok := p.form.Row(p.form.Care); p.careLine > 0 && (!ok || r.Type != Calculate) {
			p.bad(p.careLine, "calculation", "%q is no calculation", p.form.Care)
		}
		p.sort()
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return p.form, nil
}

type parser struct {
	form        *Form
	header      []string
	lists       map[string][]Choice
	groups      []int
	rows        []map[string]string // raw cells of form.Rows
	problems    Problems
	dayLine     int
	refusedLine int
	careLine    int
}

func (p *parser) bad(row int, column, format string, args ...any) {
	if len(p.problems) < maxFaces {
		p.problems = append(p.problems, Problem{row, column, fmt.Sprintf(format, args...)})
	}
}

func (p *parser) read(text string) {
	if len(text) > MaxBytes {
		p.bad(0, "", "is larger than %d bytes", MaxBytes)
		return
	}
	if !utf8.ValidString(text) {
		p.bad(0, "", "is not UTF-8 text")
		return
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = -1
	for n := 0; ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var pe *csv.ParseError
			line := 0
			if errors.As(err, &pe) {
				line, err = pe.Line, pe.Err
			}
			p.bad(line, "", "%v", err)
			return
		}
		line, _ := r.FieldPos(0)
		if n == 0 {
			p.readHeader(cells)
			if len(p.problems) > 0 {
				return
			}
			continue
		}
		if n > MaxRows {
			p.bad(line, "", "more than %d rows", MaxRows)
			return
		}
		p.readRow(line, cells)
	}
	if p.header == nil {
		p.bad(0, "", "is empty")
	}
	for _, g := range p.groups {
		p.bad(p.form.Rows[g].Line, "type", "the group %s has no end", p.form.Rows[g].Name)
	}
}

// language takes the code out of "label::en" or "label::English (en)".
func language(column string) (base, lang string) {
	base, lang, found := strings.Cut(column, "::")
	if !found {
		return base, "en"
	}
	if i := strings.LastIndexByte(lang, '('); i >= 0 && strings.HasSuffix(lang, ")") {
		lang = lang[i+1 : len(lang)-1]
	}
	return base, strings.ToLower(strings.TrimSpace(lang))
}

func (p *parser) readHeader(cells []string) {
	seen := map[string]bool{}
	for _, c := range cells {
		c = strings.TrimSpace(c)
		base, lang := language(c)
		switch {
		case c == "":
			continue
		case wordColumns[base]:
			if len(lang) < 2 || len(lang) > 8 {
				p.bad(1, c, "%q is no language code", lang)
			}
			c = base + "::" + lang
		case !plainColumns[c]:
			p.bad(1, c, "is not a column of a form")
		}
		if seen[c] {
			p.bad(1, c, "stands twice")
		}
		seen[c] = true
	}
	for _, must := range []string{"type", "name"} {
		if !seen[must] {
			p.bad(1, must, "is missing")
		}
	}
	p.header = make([]string, len(cells))
	for i, c := range cells {
		c = strings.TrimSpace(c)
		if base, lang := language(c); wordColumns[base] {
			c = base + "::" + lang
		}
		p.header[i] = c
	}
}

func (p *parser) readRow(line int, cells []string) {
	row := map[string]string{}
	for i, c := range cells {
		c = strings.TrimSpace(c)
		switch {
		case c == "":
			continue
		case i >= len(p.header) || p.header[i] == "":
			p.bad(line, "", "cell %d has no column", i+1)
		case len(c) > MaxCell:
			p.bad(line, p.header[i], "is longer than %d bytes", MaxCell)
		default:
			row[p.header[i]] = c
		}
	}
	if len(row) == 0 {
		return
	}
	words := strings.Fields(row["type"])
	if len(words) == 0 {
		p.bad(line, "type", "is missing")
		return
	}
	switch words[0] {
	case "choice":
		p.choice(line, words, row)
		return
	case "setting":
		p.setting(line, row)
		return
	case "begin_group", "begin":
		words = []string{"group"}
		if row["type"] != "begin group" && row["type"] != "begin_group" {
			p.bad(line, "type", "%q is not supported", row["type"])
			return
		}
	case "end_group", "end":
		if len(p.groups) == 0 {
			p.bad(line, "type", "ends a group that was not begun")
			return
		}
		p.groups = p.groups[:len(p.groups)-1]
		return
	}
	p.question(line, words, row)
}

func (p *parser) choice(line int, words []string, row map[string]string) {
	name := row["name"]
	switch {
	case len(words) != 2:
		p.bad(line, "type", "want: choice LIST")
		return
	case words[1] == YesNo:
		p.bad(line, "type", "the list %s is built in", YesNo)
		return
	case name == "" || strings.ContainsAny(name, " \t\n") || len(name) > 64:
		p.bad(line, "name", "%q is not the name of a choice", name)
		return
	}
	for _, c := range p.lists[words[1]] {
		if c.Name == name {
			p.bad(line, "name", "%q stands twice in the list %s", name, words[1])
			return
		}
	}
	for col := range row {
		if base, _ := language(col); base != "label" && col != "type" && col != "name" && col != "source" && col != "note" {
			p.bad(line, col, "a choice has only words")
		}
	}
	p.lists[words[1]] = append(p.lists[words[1]], Choice{Name: name, Label: wordsOf(row, "label")})
}

// setting reads a row that is about the whole form.
func (p *parser) setting(line int, row map[string]string) {
	v := row["calculation"]
	switch row["name"] {
	case "specimens":
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 9 {
			p.bad(line, "calculation", "%q is not a number of specimens from 1 to 9", v)
			return
		}
		p.form.Specimens = n
	case "act":
		switch a := Act(v); a {
		case Image, Specimen, Injection, Dispense:
			p.form.Act = a
		default:
			p.bad(line, "calculation", "%q is not image, specimen, injection or dispensing", v)
		}
	case "day":
		p.form.Day, p.dayLine = v, line
	case "refused":
		p.form.Refusal, p.refusedLine = v, line
	case "care":
		p.form.Care, p.careLine = v, line
	default:
		p.bad(line, "name", "%q is not a setting (specimens, act, day, refused, care)", row["name"])
	}
}

func wordsOf(row map[string]string, base string) Words {
	var w Words
	for col, text := range row {
		if b, lang := language(col); b == base {
			if w == nil {
				w = Words{}
			}
			w[lang] = text
		}
	}
	return w
}

func (p *parser) question(line int, words []string, cells map[string]string) {
	r := Row{Line: line, Type: Type(words[0]), Name: cells["name"], Parent: -1, Depth: len(p.groups), Appearance: cells["appearance"],
		Label: wordsOf(cells, "label"), Hint: wordsOf(cells, "hint"), Message: wordsOf(cells, "constraint_message"), Unit: cells["unit"]}
	if len(p.groups) > 0 {
		r.Parent = p.groups[len(p.groups)-1]
	}
	switch r.Type {
	case SelectOne, SelectMultiple:
		if len(words) != 2 {
			p.bad(line, "type", "want: %s LIST", words[0])
			return
		}
		r.List = words[1]
	case Text, Integer, Decimal, Date, Note, Calculate, Hidden, Group:
		if len(words) != 1 {
			p.bad(line, "type", "%q is not supported", cells["type"])
			return
		}
	default:
		p.bad(line, "type", "%q is not supported", cells["type"])
		return
	}
	if !nameForm.MatchString(r.Name) {
		p.bad(line, "name", "%q is not a name (letters, digits and _)", r.Name)
		return
	}
	if _, twice := p.form.names[r.Name]; twice {
		p.bad(line, "name", "%q stands twice", r.Name)
		return
	}
	p.attributes(&r, cells)
	p.form.names[r.Name] = len(p.form.Rows)
	if r.Type == Group {
		if len(p.groups) >= 8 {
			p.bad(line, "type", "groups nest more than 8 deep")
		}
		p.groups = append(p.groups, len(p.form.Rows))
	}
	p.form.Rows = append(p.form.Rows, r)
	p.rows = append(p.rows, cells)
}

// attributes reads the cells that are no expressions.
func (p *parser) attributes(r *Row, cells map[string]string) {
	r.Fact = cells["fact"]
	switch {
	case r.Fact == "-":
		r.Fact = ""
	case r.Fact == "" && (r.Asked() || r.Type == Calculate || r.Type == Hidden):
		r.Fact = r.Name
	case r.Fact != "" && !r.Asked() && r.Type != Calculate && r.Type != Hidden:
		p.bad(r.Line, "fact", "a %s gives no fact", r.Type)
	case r.Fact != "" && !nameForm.MatchString(r.Fact):
		p.bad(r.Line, "fact", "%q is not the name of a fact", r.Fact)
	}
	number := r.Type == Integer || r.Type == Decimal
	for col, to := range map[string]**float64{"min": &r.Min, "max": &r.Max, "warn_min": &r.WarnMin, "warn_max": &r.WarnMax} {
		if cells[col] == "" {
			continue
		}
		n, err := strconv.ParseFloat(cells[col], 64)
		switch {
		case !number:
			p.bad(r.Line, col, "only a number has bounds")
		case err != nil || math.IsNaN(n) || math.IsInf(n, 0):
			p.bad(r.Line, col, "%q is not a number", cells[col])
		default:
			*to = &n
		}
	}
	for _, pair := range [][2]*float64{{r.Min, r.Max}, {r.WarnMin, r.WarnMax}, {r.Min, r.WarnMin}, {r.WarnMax, r.Max}} {
		if pair[0] != nil && pair[1] != nil && *pair[0] > *pair[1] {
			p.bad(r.Line, "min", "the bounds are not in order: min, warn_min, warn_max, max")
			break
		}
	}
	if r.Unit != "" && !number && r.Type != Calculate {
		p.bad(r.Line, "unit", "only a number has a unit")
	}
	for _, w := range strings.Fields(cells["allow"]) {
		switch {
		case !r.Asked():
			p.bad(r.Line, "allow", "a %s has no answer", r.Type)
		case w == UnknownAnswer:
			r.AllowUnknown = true
		case w == RefusedAnswer:
			r.AllowRefused = true
		default:
			p.bad(r.Line, "allow", "%q is neither unknown nor refused", w)
		}
	}
	switch r.Sens = cells["sensitivity"]; r.Sens {
	case "", "identity", "clinical", "sensitive", "sealed":
	default:
		p.bad(r.Line, "sensitivity", "%q is not identity, clinical, sensitive or sealed", r.Sens)
	}
	if cells["combine"] != "" && r.Type != SelectOne {
		p.bad(r.Line, "combine", "only the answers of a select_one combine")
	}
	for _, w := range strings.Fields(r.Appearance) {
		if w != "multiline" && w != "partial" && w != "inline" {
			p.bad(r.Line, "appearance", "%q is not supported", w)
		}
	}
}

// choices gives each select its list.
func (p *parser) choices() {
	for i := range p.form.Rows {
		r := &p.form.Rows[i]
		if r.List == "" {
			continue
		}
		list, ok := p.lists[r.List]
		if !ok {
			p.bad(r.Line, "type", "there is no choice of a list %s", r.List)
			continue
		}
		r.Choices = nil
		for _, c := range list {
			// Choices of these names are the answers that are no value.
			switch c.Name {
			case UnknownAnswer:
				r.AllowUnknown = true
			case RefusedAnswer:
				r.AllowRefused = true
			default:
				r.Choices = append(r.Choices, c)
			}
		}
		for _, w := range strings.Fields(p.rows[i]["combine"]) {
			if !isChoice(r, w) {
				p.bad(r.Line, "combine", "%q is no choice of the list %s", w, r.List)
			}
			r.Combine = append(r.Combine, w)
		}
	}
}

// expressions parses the cells that are expressions.
func (p *parser) expressions() {
	for i := range p.form.Rows {
		r, cells := &p.form.Rows[i], p.rows[i]
		r.Relevant = p.expr(r, cells, "relevant", false)
		r.Constraint = p.expr(r, cells, "constraint", true)
		r.Calculation = p.expr(r, cells, "calculation", false)
		switch strings.ToLower(cells["required"]) {
		case "", "no", "false", "false()":
		case "yes", "true", "true()":
			r.Required = true
		default:
			r.RequiredIf = p.expr(r, cells, "required", false)
		}
		switch {
		case (r.Type == Calculate) != (r.Calculation != nil):
			p.bad(r.Line, "calculation", "belongs to a calculate row, and there only")
		case r.Constraint != nil && !r.Asked():
			p.bad(r.Line, "constraint", "a %s has no answer to check", r.Type)
		case (r.Required || r.RequiredIf != nil) && !r.Asked():
			p.bad(r.Line, "required", "a %s has no answer", r.Type)
		case len(r.Message) > 0 && r.Constraint == nil:
			p.bad(r.Line, "constraint_message", "there is no constraint")
		}
	}
}

func (p *parser) expr(r *Row, cells map[string]string, column string, current bool) *expr.Expr {
	src := cells[column]
	if src == "" {
		return nil
	}
	e, err := expr.ParseForm(src)
	if err != nil {
		p.bad(r.Line, column, "%v", err)
		return nil
	}
	for _, v := range e.Vars() {
		i, ok := p.form.names[v]
		switch {
		case !ok:
			p.bad(r.Line, column, "there is no question ${%s}", v)
		case p.form.Rows[i].Type == Note || p.form.Rows[i].Type == Group:
			p.bad(r.Line, column, "${%s} has no answer", v)
		}
	}
	if e.UsesCurrent() && !current {
		p.bad(r.Line, column, ". stands only in a constraint")
	}
	p.selects(r, e, column)
	return e
}

// selects checks that an answer compared with a text is one of its choices: a
// typing error there would make a question silently never relevant.
func (p *parser) selects(r *Row, e *expr.Expr, column string) {
	e.Inspect(func(n *expr.Node) {
		equality := n.Op == expr.OpEq || n.Op == expr.OpNe
		if !equality && !(n.Op == expr.OpCall && n.Name == "selected") || len(n.Args) != 2 {
			return
		}
		v, lit := n.Args[0], n.Args[1]
		if v.Op != expr.OpVar {
			v, lit = lit, v
		}
		want, ok := lit.Value.Str()
		if v.Op != expr.OpVar || lit.Op != expr.OpLiteral || !ok || want == "" {
			return
		}
		i, ok := p.form.names[v.Name]
		if !ok || p.form.Rows[i].List == "" {
			return
		}
		if want == UnknownAnswer || want == RefusedAnswer {
			p.bad(r.Line, column, "'%s' is no choice: what is not known cannot be compared", want)
			return
		}
		for _, c := range p.form.Rows[i].Choices {
			if c.Name == want {
				return
			}
		}
		p.bad(r.Line, column, "'%s' is no choice of ${%s}", want, v.Name)
	})
}

// sort orders the rows so that each comes after what its relevance and its
// calculation read; a circle is a problem.
func (p *parser) sort() {
	if len(p.problems) > 0 {
		return
	}
	state := make([]byte, len(p.form.Rows)) // 1 on the way, 2 done
	var visit func(i int) bool
	visit = func(i int) bool {
		switch state[i] {
		case 1:
			return false
		case 2:
			return true
		}
		state[i] = 1
		r := &p.form.Rows[i]
		var reads []int
		if r.Parent >= 0 {
			reads = append(reads, r.Parent)
		}
		for _, e := range []*expr.Expr{r.Relevant, r.Calculation} {
			if e != nil {
				for _, v := range e.Vars() {
					reads = append(reads, p.form.names[v])
				}
			}
		}
		for _, j := range reads {
			if !visit(j) {
				p.bad(r.Line, "relevant", "%s depends on itself", r.Name)
				state[i] = 2
				return true
			}
		}
		state[i] = 2
		p.form.order = append(p.form.order, i)
		return true
	}
	for i := range p.form.Rows {
		visit(i)
	}
}
