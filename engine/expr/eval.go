package expr

import (
	"math"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Env is what an expression is evaluated against.
type Env interface {
	Lookup(name string) value.Value // an undeclared name is "not known"
	Current() value.Value           // `.`: the answer being checked
	Today() value.Value             // the day of the encounter, set by the caller
}

// Scope is the ordinary Env: a map of facts.
type Scope struct {
	Vars   value.Facts
	Answer value.Value // Current
	Day    value.Value // Today; zero when the caller has none
}

// On returns a Scope over facts on a day.
func On(vars value.Facts, day calendar.Day) *Scope {
	return &Scope{Vars: vars, Day: value.Day(int(day))}
}

// Lookup returns a fact.
func (s *Scope) Lookup(name string) value.Value { return s.Vars[name] }

// Current returns the answer being checked.
func (s *Scope) Current() value.Value { return s.Answer }

// Today returns the day.
func (s *Scope) Today() value.Value { return s.Day }

// Eval computes the expression. What cannot be computed is "not known".
func (e *Expr) Eval(env Env) value.Value { return ev{e.mode, env}.eval(e.root) }

// Truth computes the expression as a condition.
func (e *Expr) Truth(env Env) value.Truth { return e.Eval(env).Truth() }

type ev struct {
	mode Mode
	env  Env
}

func (x ev) eval(n *Node) value.Value {
	switch n.Op {
	case OpLiteral:
		return n.Value
	case OpVar:
		return x.env.Lookup(n.Name)
	case OpCurrent:
		return x.env.Current()
	case OpAnd:
		l := x.eval(n.Args[0]).Truth()
		if l == value.No {
			return value.Of(false)
		}
		return value.OfTruth(l.And(x.eval(n.Args[1]).Truth()))
	case OpOr:
		l := x.eval(n.Args[0]).Truth()
		if l == value.Yes {
			return value.Of(true)
		}
		return value.OfTruth(l.Or(x.eval(n.Args[1]).Truth()))
	case OpNot:
		return value.OfTruth(x.eval(n.Args[0]).Truth().Not())
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe:
		return value.OfTruth(x.compare(n))
	case OpBetween:
		return value.OfTruth(x.between(n))
	case OpIf:
		return x.cond(n)
	case OpCall:
		return x.call(n)
	case OpList:
		items := make([]value.Value, len(n.Args))
		for i, a := range n.Args {
			items[i] = x.eval(a)
		}
		return value.List(items...)
	case OpNeg:
		return arith(OpSub, value.Number(0), x.num(x.eval(n.Args[0])))
	}
	return x.arithmetic(n)
}

// cond is if. An unknown condition in Kleene mode gives what both branches
// agree on; DMN takes the else branch (DMN 1.5, table 50).
func (x ev) cond(n *Node) value.Value {
	switch x.eval(n.Args[0]).Truth() {
	case value.Yes:
		return x.eval(n.Args[1])
	case value.No:
		return x.eval(n.Args[2])
	}
	if x.mode == DMN {
		return x.eval(n.Args[2])
	}
	return Either(x.eval(n.Args[1]), x.eval(n.Args[2]))
}

// Either is what is known of a value that is one of a and b: the value itself
// when both are the same, a range spanning both numbers or dates, else nothing.
func Either(a, b value.Value) value.Value {
	if a.Equal(b) {
		return a
	}
	alo, ahi, ok1 := a.Bounds()
	blo, bhi, ok2 := b.Bounds()
	if !ok1 || !ok2 || a.Kind() != b.Kind() {
		return value.NotKnown()
	}
	return span(a.Kind(), math.Min(alo, blo), math.Max(ahi, bhi))
}

func span(k value.Kind, lo, hi float64) value.Value {
	if k == value.KindDate {
		if math.Abs(lo) > 1e9 || math.Abs(hi) > 1e9 {
			return value.NotKnown()
		}
		return value.DayRange(int(lo), int(hi))
	}
	return value.Range(lo, hi)
}

func unanswered(v value.Value) bool {
	if s, ok := v.Str(); ok {
		return s == ""
	}
	return v.Kind() == value.KindUnknown || v.Kind() == value.KindRefused ||
		v.Kind() == value.KindList && len(v.Items()) == 0
}

func (x ev) compare(n *Node) value.Truth {
	a, b := x.eval(n.Args[0]), x.eval(n.Args[1])
	if n.emptyTest && (n.Op == OpEq || n.Op == OpNe) {
		// `${x} = ''` asks whether x was answered; see the package comment.
		other := a
		if isEmptyText(n.Args[0]) {
			other = b
		}
		return value.TruthOf(unanswered(other) == (n.Op == OpEq))
	}
	if x.mode == DMN && (n.Op == OpEq || n.Op == OpNe) {
		an, bn := a.Kind() == value.KindUnknown, b.Kind() == value.KindUnknown
		if an || bn {
			return value.TruthOf((an && bn) == (n.Op == OpEq))
		}
		if a.Kind() != b.Kind() {
			// Different kinds compare to null, not false (DMN 1.5, table 42).
			return value.Unknown
		}
	}
	a, b = x.alike(a, b)
	switch n.Op {
	case OpEq:
		return a.Same(b)
	case OpNe:
		return a.Same(b).Not()
	case OpLt:
		return less(a, b)
	case OpLe:
		return less(b, a).Not()
	case OpGt:
		return less(b, a)
	}
	return less(a, b).Not()
}

// less orders numbers, dates and texts.
func less(a, b value.Value) value.Truth {
	if s, ok := a.Str(); ok {
		if t, ok := b.Str(); ok {
			return value.TruthOf(s < t)
		}
	}
	return a.Less(b)
}

func (x ev) between(n *Node) value.Truth {
	v := x.eval(n.Args[0])
	lo, hi := x.eval(n.Args[1]), x.eval(n.Args[2])
	v1, lo := x.alike(v, lo)
	v2, hi := x.alike(v, hi)
	above, below := less(v1, lo).Not(), less(hi, v2).Not()
	if n.OpenLo {
		above = less(lo, v1)
	}
	if n.OpenHi {
		below = less(v2, hi)
	}
	return above.And(below)
}

// alike turns a text into a number or date where the other side is one, as
// forms compare answers of select questions with numbers and write dates in
// quotes. DMN does not convert.
func (x ev) alike(a, b value.Value) (value.Value, value.Value) {
	if x.mode == DMN || a.Kind() == b.Kind() {
		return a, b
	}
	if s, ok := a.Str(); ok {
		a = textAs(s, b.Kind(), a)
	}
	if s, ok := b.Str(); ok {
		b = textAs(s, a.Kind(), b)
	}
	return a, b
}

func textAs(s string, k value.Kind, otherwise value.Value) value.Value {
	switch k {
	case value.KindNumber:
		if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
			return value.Number(f)
		}
	case value.KindDate:
		if d, err := calendar.Parse(s); err == nil {
			return d.Value()
		}
	case value.KindBool:
		if s == "true" || s == "false" {
			return value.Of(s == "true")
		}
	}
	return otherwise
}

func (x ev) num(v value.Value) value.Value {
	if s, ok := v.Str(); ok && x.mode == Form {
		return textAs(s, value.KindNumber, v)
	}
	return v
}

func (x ev) arithmetic(n *Node) value.Value {
	a, b := x.num(x.eval(n.Args[0])), x.num(x.eval(n.Args[1]))
	if s, ok := a.Str(); ok && n.Op == OpAdd && x.mode != Form {
		if t, ok := b.Str(); ok {
			return value.Text(s + t)
		}
	}
	return arith(n.Op, a, b)
}

// arith computes on ranges; the result spans every choice of a and b within
// theirs. A date plus or minus a number is a date, the difference of two dates a
// number of days.
func arith(op Op, a, b value.Value) value.Value {
	alo, ahi, ok1 := a.Bounds()
	blo, bhi, ok2 := b.Bounds()
	if !ok1 || !ok2 {
		return value.NotKnown()
	}
	da, db := a.Kind() == value.KindDate, b.Kind() == value.KindDate
	kind := value.KindNumber
	switch {
	case !da && !db:
	case op == OpAdd && da != db, op == OpSub && da && !db:
		kind = value.KindDate
	case op == OpSub && da && db:
	default:
		return value.NotKnown()
	}
	lo, hi := 0.0, 0.0
	switch op {
	case OpAdd:
		lo, hi = alo+blo, ahi+bhi
	case OpSub:
		lo, hi = alo-bhi, ahi-blo
	case OpMul:
		lo, hi = corners(alo, ahi, blo, bhi, func(p, q float64) float64 { return p * q })
	case OpDiv:
		if blo <= 0 && bhi >= 0 {
			return value.NotKnown()
		}
		lo, hi = corners(alo, ahi, blo, bhi, func(p, q float64) float64 { return p / q })
	case OpMod:
		return mod(alo, ahi, blo, bhi)
	case OpPow:
		if alo != ahi || blo != bhi {
			return value.NotKnown()
		}
		lo = math.Pow(alo, blo)
		hi = lo
	default:
		return value.NotKnown()
	}
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return value.NotKnown()
	}
	return span(kind, lo, hi)
}

func corners(alo, ahi, blo, bhi float64, f func(p, q float64) float64) (lo, hi float64) {
	c := [4]float64{f(alo, blo), f(alo, bhi), f(ahi, blo), f(ahi, bhi)}
	lo, hi = c[0], c[0]
	for _, v := range c[1:] {
		if math.IsNaN(v) {
			return math.NaN(), v
		}
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	return lo, hi
}

// mod has the sign of the dividend, as XPath's. A range of dividends gives the
// exact range when it stays within one period.
func mod(alo, ahi, blo, bhi float64) value.Value {
	if blo != bhi || blo == 0 {
		return value.NotKnown()
	}
	m := math.Abs(blo)
	if math.Trunc(alo/m) == math.Trunc(ahi/m) && (alo >= 0) == (ahi >= 0) {
		return value.Range(math.Mod(alo, m), math.Mod(ahi, m))
	}
	lo, hi := 0.0, 0.0
	if alo < 0 {
		lo = -m
	}
	if ahi > 0 {
		hi = m
	}
	return value.Range(lo, hi)
}

func (x ev) call(n *Node) value.Value {
	var buf [4]value.Value
	args := buf[:0]
	for _, a := range n.Args {
		args = append(args, x.eval(a))
	}
	return n.fn.Eval(Call{Env: x.env, Mode: x.mode, prepared: n.prepared}, args)
}
