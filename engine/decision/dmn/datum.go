package dmn

import (
	"math"
	"strings"

	"github.com/godwit-health/godwit/engine/value"
)

// Datum is a value of DMN: a scalar, a list, or a context. The zero Datum is
// null.
type Datum struct {
	Value   value.Value // scalar; "not known" is null
	List    []Datum
	Fields  []Field
	IsList  bool
	Context bool
}

// Field is a named part of a context.
type Field struct {
	Name  string
	Value Datum
}

// Null reports whether the datum is null.
func (d Datum) Null() bool { return !d.IsList && !d.Context && d.Value.Kind() == value.KindUnknown }

// Scalar wraps a value.
func Scalar(v value.Value) Datum { return Datum{Value: v} }

// Field returns a part of a context.
func (d Datum) Field(name string) (Datum, bool) {
	for _, f := range d.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return Datum{}, false
}

// Equal compares two data; numbers may differ by rounding, as the TCK allows.
// The order of a context's fields does not matter.
func (d Datum) Equal(o Datum) bool {
	if d.IsList != o.IsList || d.Context != o.Context || len(d.List) != len(o.List) || len(d.Fields) != len(o.Fields) {
		return false
	}
	for i := range d.List {
		if !d.List[i].Equal(o.List[i]) {
			return false
		}
	}
	for _, f := range d.Fields {
		g, ok := o.Field(f.Name)
		if !ok || !f.Value.Equal(g) {
			return false
		}
	}
	if d.IsList || d.Context {
		return true
	}
	a, ok1 := d.Value.Float()
	b, ok2 := o.Value.Float()
	if ok1 && ok2 {
		return math.Abs(a-b) <= 1e-8*math.Max(1, math.Abs(b))
	}
	return d.Value.Equal(o.Value)
}

// String prints the datum in FEEL.
func (d Datum) String() string {
	switch {
	case d.IsList:
		parts := make([]string, len(d.List))
		for i, x := range d.List {
			parts[i] = x.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case d.Context:
		parts := make([]string, len(d.Fields))
		for i, f := range d.Fields {
			parts[i] = f.Name + ": " + f.Value.String()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case d.Null():
		return "null"
	}
	if s, ok := d.Value.Str(); ok {
		return `"` + s + `"`
	}
	return d.Value.String()
}

// value turns the datum into what expressions compute with; a context has no
// value of its own, its fields are reached by path.
func (d Datum) value() value.Value {
	if d.Context {
		return value.NotKnown()
	}
	if !d.IsList {
		return d.Value
	}
	vs := make([]value.Value, len(d.List))
	for i, x := range d.List {
		vs[i] = x.value()
	}
	return value.List(vs...)
}

// fromValue is the reverse of value.
func fromValue(v value.Value) Datum {
	if v.Kind() != value.KindList {
		return Scalar(v)
	}
	d := Datum{IsList: true}
	for _, e := range v.Items() {
		d.List = append(d.List, fromValue(e))
	}
	return d
}
