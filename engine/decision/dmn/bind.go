package dmn

import (
	"strings"

	"github.com/godwit-health/godwit/engine/expr"
)

// bind parses every expression with the model's names and checks references.
func (m *Model) bind(root *node) error {
	ids := map[string]bool{}
	byName := map[string]bool{}
	for _, in := range m.Inputs {
		ids[in.ID] = true
		byName[in.Name] = true
	}
	for _, d := range m.Decisions {
		ids[d.ID] = true
		if byName[d.Name] {
			return d.node.errorf("the name stands twice")
		}
		byName[d.Name] = true
	}
	m.names = m.collectNames()
	for _, it := range m.Items {
		if err := m.bindItem(it, root); err != nil {
			return err
		}
	}
	for _, d := range m.Decisions {
		for _, ref := range append(append([]string(nil), d.Inputs...), d.Requires...) {
			if !ids[ref] {
				return d.node.errorf("requires %q, which is not in the model", ref)
			}
		}
		if d.Table != nil {
			if err := m.bindTable(d); err != nil {
				return err
			}
			continue
		}
		ex, err := m.parse(d.Literal)
		if err != nil {
			return d.node.errorf("%q: %v", d.Literal, err)
		}
		d.literal = ex
	}
	return m.checkCycles()
}

// collectNames lists inputs and decisions, and paths to the parts of contexts.
func (m *Model) collectNames() []string {
	var names []string
	add := func(name, typ string) {
		if name == "" {
			return
		}
		names = append(names, name)
		if it := m.item(typ); it != nil {
			for _, p := range it.Parts {
				names = append(names, name+"."+p.Name)
			}
		}
	}
	for _, in := range m.Inputs {
		add(in.Name, in.TypeRef)
	}
	for _, d := range m.Decisions {
		add(d.Name, d.TypeRef)
		if d.Table != nil && len(d.Table.Outputs) > 1 {
			for _, o := range d.Table.Outputs {
				names = append(names, d.Name+"."+o.Name)
			}
		}
	}
	return names
}

func (m *Model) item(name string) *Item {
	for _, it := range m.Items {
		if it.Name == name && name != "" {
			return it
		}
	}
	return nil
}

func (m *Model) parse(text string) (*expr.Expr, error) {
	return expr.Parse(text, expr.Options{Mode: expr.DMN, Names: m.names})
}

func (m *Model) bindItem(it *Item, root *node) error {
	if it.Allowed != "" {
		tests, err := m.tests(it.Allowed)
		if err != nil {
			return root.errorf("item definition %q: allowed values %q: %v", it.Name, it.Allowed, err)
		}
		it.allowed = tests
	}
	for _, p := range it.Parts {
		if err := m.bindItem(p, root); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) bindTable(d *Decision) error {
	t := d.Table
	var err error
	for _, c := range t.Inputs {
		if c.expr, err = m.parse(c.Expression); err != nil {
			return d.node.errorf("input %q: %v", c.Expression, err)
		}
		if c.Values != "" {
			if c.values, err = m.tests(c.Values); err != nil {
				return d.node.errorf("input values %q: %v", c.Values, err)
			}
		}
	}
	for i, c := range t.Outputs {
		if c.Default != "" {
			if c.def, err = m.parse(c.Default); err != nil {
				return d.node.errorf("default output %q: %v", c.Default, err)
			}
		}
		if text := m.outputOrder(d, i); text != "" {
			for _, v := range splitTop(text) {
				ex, err := m.parse(v)
				if err != nil {
					return d.node.errorf("output values %q: %v", text, err)
				}
				c.values = append(c.values, ex)
			}
		}
	}
	for _, r := range t.Rules {
		for _, text := range r.In {
			c, err := m.cell(text)
			if err != nil {
				return r.node.errorf("input entry %q: %v", text, err)
			}
			r.in = append(r.in, c)
		}
		for _, text := range r.Out {
			if text == "" {
				text = "null"
			}
			ex, err := m.parse(text)
			if err != nil {
				return r.node.errorf("output entry %q: %v", text, err)
			}
			r.out = append(r.out, ex)
		}
	}
	return nil
}

// outputOrder is the order of priority of an output: its output values, else the
// allowed values of its type.
func (m *Model) outputOrder(d *Decision, i int) string {
	c := d.Table.Outputs[i]
	if c.Values != "" {
		return c.Values
	}
	if it := m.item(c.TypeRef); it != nil && it.Allowed != "" {
		return it.Allowed
	}
	it := m.item(d.TypeRef)
	if it == nil {
		return ""
	}
	if len(d.Table.Outputs) == 1 && len(it.Parts) == 0 {
		return it.Allowed
	}
	for _, p := range it.Parts {
		if p.Name == c.Name {
			return p.Allowed
		}
	}
	return ""
}

// checkCycles refuses decisions that require each other in a circle.
func (m *Model) checkCycles() error {
	mark := map[string]int{}
	var visit func(d *Decision) error
	visit = func(d *Decision) error {
		switch mark[d.ID] {
		case 1:
			return d.node.errorf("the decision requires itself, through others")
		case 2:
			return nil
		}
		mark[d.ID] = 1
		for _, ref := range d.Requires {
			if o := m.decisionByID(ref); o != nil {
				if err := visit(o); err != nil {
					return err
				}
			}
		}
		mark[d.ID] = 2
		return nil
	}
	for _, d := range m.Decisions {
		if err := visit(d); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) decisionByID(id string) *Decision {
	for _, d := range m.Decisions {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// cell is an input entry: any, or unary tests.
type cell struct {
	any   bool
	not   bool
	tests []*test
}

// test is one unary test as an expression over `?`.
type test struct {
	text  string
	ex    *expr.Expr
	equal bool // the expression is a value to compare with, not a condition
}

func (m *Model) cell(text string) (*cell, error) {
	c := &cell{}
	trimmed := strings.TrimSpace(text)
	if trimmed == "-" || trimmed == "" {
		c.any = true
		return c, nil
	}
	if inner, ok := negated(trimmed); ok {
		c.not, trimmed = true, inner
	}
	tests, err := m.tests(trimmed)
	c.tests = tests
	return c, err
}

// negated recognises not( … ) around the whole cell.
func negated(s string) (inner string, ok bool) {
	rest, ok := strings.CutPrefix(s, "not")
	rest = strings.TrimSpace(rest)
	if !ok || !strings.HasPrefix(rest, "(") || !strings.HasSuffix(rest, ")") {
		return "", false
	}
	depth := 0
	for i, part := range scan(rest) {
		depth += part
		if depth == 0 && i < len(rest)-1 {
			return "", false
		}
	}
	return rest[1 : len(rest)-1], true
}

// scan gives, for each byte outside quotes, +1 for an opening parenthesis and -1
// for a closing one. Brackets are left alone: ]1..5[ is a range.
func scan(s string) []int {
	out := make([]int, len(s))
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			out[i] = 1
		case c == ')':
			out[i] = -1
		}
	}
	return out
}

// splitTop splits at commas outside quotes, parentheses and list brackets. A
// bracket that begins or ends a range is told by the "..".
func splitTop(s string) []string {
	var out []string
	depth, quoted, start := 0, false, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			if depth > 0 {
				depth--
			}
		case c == '[' && strings.TrimSpace(s[start:i]) == "", c == '[' && depth > 0:
			depth++
		case c == ']' && depth > 0:
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(s[start:]))
}

func (m *Model) tests(text string) ([]*test, error) {
	var out []*test
	for _, part := range splitTop(text) {
		t, err := m.test(part)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// test turns one unary test into an expression (DMN 1.5, 10.3.1.2, rules 7-17).
func (m *Model) test(text string) (*test, error) {
	t := &test{text: text}
	src := text
	switch {
	case text == "":
		return nil, &Error{Msg: "an empty test"}
	case strings.IndexByte("<>=", text[0]) >= 0 || strings.HasPrefix(text, "!="):
		src = "? " + text
	case strings.IndexByte("[(]", text[0]) >= 0 && strings.Contains(text, ".."):
		src = "? in " + text
	case !usesCurrent(text):
		t.equal = true
	}
	ex, err := m.parse(src)
	t.ex = ex
	return t, err
}

func usesCurrent(text string) bool {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '?' && !quoted:
			return true
		}
	}
	return false
}
