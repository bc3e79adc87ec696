package dmn

import (
	"fmt"
	"sort"

	"github.com/godwit-health/godwit/engine/expr"
	"github.com/godwit-health/godwit/engine/value"
)

// Evaluate computes a decision by name from input data by name. Inputs that are
// not given are null. The error tells of a name that is not in the model; what
// cannot be computed is null, as DMN has it.
func (m *Model) Evaluate(decision string, inputs map[string]Datum) (Datum, error) {
	for _, d := range m.Decisions {
		if d.Name == decision {
			s := &scope{m: m, data: map[string]Datum{}, done: map[string]bool{}}
			for _, in := range m.Inputs {
				if v, ok := inputs[in.Name]; ok {
					s.data[in.Name] = m.conform(v, in.TypeRef)
				}
			}
			// A decision may be given in place of being computed (DMN TCK).
			for _, o := range m.Decisions {
				if v, ok := inputs[o.Name]; ok && o != d {
					s.data[o.Name], s.done[o.ID] = v, true
				}
			}
			return s.decide(d), nil
		}
	}
	return Datum{}, fmt.Errorf("dmn: there is no decision %q", decision)
}

// scope is what expressions see: inputs and decisions by name, parts by path.
type scope struct {
	m       *Model
	data    map[string]Datum
	done    map[string]bool
	current value.Value
}

// Lookup resolves a name or a path.
func (s *scope) Lookup(name string) value.Value {
	if d, ok := s.data[name]; ok {
		return d.value()
	}
	for i := len(name) - 1; i > 0; i-- {
		if name[i] != '.' {
			continue
		}
		if d, ok := s.data[name[:i]]; ok {
			part, _ := d.Field(name[i+1:])
			return part.value()
		}
	}
	return value.NotKnown()
}

// Current is the input value a unary test is about.
func (s *scope) Current() value.Value { return s.current }

// Today is not part of the subset: a model must not depend on the clock.
func (s *scope) Today() value.Value { return value.NotKnown() }

func (s *scope) decide(d *Decision) Datum {
	if s.done[d.ID] {
		return s.data[d.Name]
	}
	for _, ref := range d.Requires {
		if o := s.m.decisionByID(ref); o != nil {
			s.decide(o)
		}
	}
	var out Datum
	if d.Table != nil {
		out = s.table(d.Table)
	} else {
		out = s.whole(d.literal)
	}
	out = s.m.conform(out, d.TypeRef)
	s.data[d.Name], s.done[d.ID] = out, true
	return out
}

// whole evaluates an expression; a bare name may stand for a context.
func (s *scope) whole(ex *expr.Expr) Datum {
	if root := ex.Root(); root.Op == expr.OpVar {
		if d, ok := s.data[root.Name]; ok {
			return d
		}
	}
	return fromValue(ex.Eval(s))
}

// table evaluates a decision table (DMN 1.5, 8.2.8 and 10.3.4.5.3).
func (s *scope) table(t *Table) Datum {
	ins := make([]value.Value, len(t.Inputs))
	for i, c := range t.Inputs {
		ins[i] = c.expr.Eval(s)
		if len(c.values) > 0 && ins[i].Kind() != value.KindUnknown && !s.anyTest(c.values, ins[i]) {
			ins[i] = value.NotKnown()
		}
	}
	var hits []*Rule
	for _, r := range t.Rules {
		if s.matches(r, ins) {
			hits = append(hits, r)
			if t.HitPolicy == "FIRST" {
				break
			}
		}
	}
	if len(hits) == 0 {
		return s.defaults(t)
	}
	results := make([]Datum, len(hits))
	for i, r := range hits {
		results[i] = s.result(t, r)
	}
	switch t.HitPolicy {
	case "UNIQUE":
		if len(results) > 1 {
			return Datum{} // incorrect specification is null
		}
		return results[0]
	case "ANY":
		for _, r := range results[1:] {
			if !r.Equal(results[0]) {
				return Datum{}
			}
		}
		return results[0]
	case "FIRST":
		return results[0]
	case "PRIORITY":
		s.rank(t, results)
		return results[0]
	case "OUTPUT ORDER":
		s.rank(t, results)
	case "COLLECT":
		if t.Aggregation != "" {
			return aggregate(t.Aggregation, results)
		}
	}
	return Datum{IsList: true, List: results}
}

func (s *scope) matches(r *Rule, ins []value.Value) bool {
	for i, c := range r.in {
		if c.any {
			continue
		}
		if s.anyTest(c.tests, ins[i]) == c.not {
			return false
		}
	}
	return true
}

// anyTest reports whether one of the tests is true of v; null is not true.
func (s *scope) anyTest(tests []*test, v value.Value) bool {
	saved := s.current
	s.current = v
	defer func() { s.current = saved }()
	for _, t := range tests {
		got := t.ex.Eval(s)
		switch {
		case !t.equal:
			if got.Truth() == value.Yes {
				return true
			}
		case got.Kind() == value.KindUnknown || v.Kind() == value.KindUnknown:
			if got.Kind() == v.Kind() {
				return true // null tests for null
			}
		case got.Kind() == value.KindList && v.Kind() != value.KindList:
			if expr.Contains(got, v) == value.Yes {
				return true
			}
		case got.Same(v) == value.Yes:
			return true
		}
	}
	return false
}

func (s *scope) result(t *Table, r *Rule) Datum {
	if len(t.Outputs) == 1 {
		return s.whole(r.out[0])
	}
	d := Datum{Context: true}
	for i, c := range t.Outputs {
		d.Fields = append(d.Fields, Field{c.Name, s.whole(r.out[i])})
	}
	return d
}

// defaults is the result when no rule matches: the default output entries, else
// an empty collection's value, else null.
func (s *scope) defaults(t *Table) Datum {
	any := false
	d := Datum{Context: true}
	for _, c := range t.Outputs {
		var v Datum
		if c.def != nil {
			v, any = s.whole(c.def), true
		}
		d.Fields = append(d.Fields, Field{c.Name, v})
	}
	switch {
	case any && len(t.Outputs) == 1:
		return d.Fields[0].Value
	case any:
		return d
	case t.Aggregation == "COUNT":
		return Scalar(value.Number(0))
	}
	return Datum{}
}

// rank sorts results by the order of their output values, first column first.
func (s *scope) rank(t *Table, results []Datum) {
	place := func(col int, d Datum) int {
		v := d
		if d.Context {
			v = d.Fields[col].Value
		}
		for i, ex := range t.Outputs[col].values {
			if s.whole(ex).Equal(v) {
				return i
			}
		}
		return len(t.Outputs[col].values)
	}
	sort.SliceStable(results, func(i, j int) bool {
		for col := range t.Outputs {
			a, b := place(col, results[i]), place(col, results[j])
			if a != b {
				return a < b
			}
		}
		return false
	})
}

func aggregate(how string, results []Datum) Datum {
	if how == "COUNT" {
		return Scalar(value.Number(float64(len(results))))
	}
	var out float64
	for i, r := range results {
		f, ok := r.Value.Float()
		if !ok || r.IsList || r.Context {
			return Datum{}
		}
		switch {
		case i == 0:
			out = f
		case how == "SUM":
			out += f
		case how == "MIN":
			out = min(out, f)
		default:
			out = max(out, f)
		}
	}
	return Scalar(value.Number(out))
}

// baseKinds are the kinds of the built-in types.
var baseKinds = map[string]value.Kind{"string": value.KindText, "number": value.KindNumber, "boolean": value.KindBool, "date": value.KindDate}

// conform fits a datum to a type: one element to a list of one and back, what is
// not of the type or not among its allowed values becomes null (DMN 1.5, 10.3.2.9.4).
func (m *Model) conform(d Datum, typ string) Datum {
	if d.Null() || typ == "" || typ == "Any" {
		return d
	}
	if k, ok := baseKinds[typ]; ok {
		if d.IsList && len(d.List) == 1 {
			d = d.List[0]
		}
		if d.IsList || d.Context || d.Value.Kind() != k {
			return Datum{}
		}
		return d
	}
	it := m.item(typ)
	if it == nil {
		return d
	}
	return m.conformItem(d, it)
}

func (m *Model) conformItem(d Datum, it *Item) Datum {
	if it.Collection {
		if !d.IsList {
			d = Datum{IsList: true, List: []Datum{d}}
		}
		one := *it
		one.Collection = false
		out := Datum{IsList: true}
		for _, e := range d.List {
			c := m.conformItem(e, &one)
			if c.Null() && !e.Null() {
				return Datum{}
			}
			out.List = append(out.List, c)
		}
		return out
	}
	if d.IsList && len(d.List) == 1 {
		d = d.List[0]
	}
	if len(it.Parts) > 0 {
		if !d.Context {
			return Datum{}
		}
		out := Datum{Context: true}
		for _, f := range d.Fields {
			for _, p := range it.Parts {
				if p.Name == f.Name {
					f.Value = m.conformItem(f.Value, p)
				}
			}
			out.Fields = append(out.Fields, f)
		}
		return out
	}
	d = m.conform(d, it.TypeRef)
	if d.Null() || len(it.allowed) == 0 {
		return d
	}
	s := &scope{m: m, data: map[string]Datum{}}
	if !s.anyTest(it.allowed, d.value()) {
		return Datum{}
	}
	return d
}
