package decision

import (
	"fmt"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/expr"
	"github.com/godwit-health/godwit/engine/value"
)

// AskJourney is what Ask names when the residence history is missing or has
// gaps: the stays of Input.Journey, not one fact.
const AskJourney = "journey"

// derivation computes a derived fact.
type derivation struct {
	ex      *expr.Expr
	inputs  []int         // facts it reads
	unit    calendar.Unit // fast path: an age of two facts
	fast    bool
	a, b    int
	journey bool // reads the journey
	lists   []string
	floor0  bool // never negative
	total   bool // known whenever its inputs are known and make sense
}

// deriveEnv is what a derivation sees. vals are the facts as far as known.
type deriveEnv struct {
	p       *Protocol
	prog    *program
	vals    []value.Value
	on      value.Value
	journey *Journey
}

// Lookup returns a fact, or the day of the decision for "on".
func (e *deriveEnv) Lookup(name string) value.Value {
	if name == "on" {
		return e.on
	}
	if i, ok := e.p.factIdx[name]; ok {
		return e.vals[i]
	}
	return value.NotKnown()
}

// Current is not used in derivations.
func (e *deriveEnv) Current() value.Value { return value.NotKnown() }

// Today is the day of the decision.
func (e *deriveEnv) Today() value.Value { return e.on }

// ages are the derived facts on the fast path, and their natural units (UCUM).
var ages = map[string]struct {
	unit calendar.Unit
	ucum string
}{
	"age_years": {calendar.Years, "a"}, "age_months": {calendar.Months, "mo"}, "age_weeks": {calendar.Weeks, "wk"},
	"age_days": {calendar.Days, "d"}, "gestation_weeks": {calendar.Weeks, "wk"},
}

// unitsOf are the natural units of functions that count time.
var unitsOf = map[string]string{
	"age_years": "a", "age_months": "mo", "age_weeks": "wk", "age_days": "d", "gestation_weeks": "wk",
	"days_between": "d", "months_between": "mo", "years_between": "a", "hours_to": "h",
	"longest_continuous_stay": "mo", "longest_stay_touching": "mo",
}

// derivations parses all Derive texts and orders the derived facts.
func (c *compiler) derivations() {
	p := c.p
	for _, f := range p.facts {
		if f.def.Derive == "" {
			continue
		}
		d, err := c.derivation(f)
		if err != nil {
			c.fail(Finding{Rule: "derive", Column: f.def.Name, Message: fmt.Sprintf("%s: %v", f.def.Derive, err)})
			continue
		}
		f.derive = d
	}
	mark := make([]int, len(p.facts))
	var visit func(i int) bool
	visit = func(i int) bool {
		if mark[i] == 1 {
			c.fail(Finding{Rule: "cycle", Column: p.facts[i].def.Name, Message: "the fact is derived from itself"})
			return false
		}
		if mark[i] == 2 || p.facts[i].derive == nil {
			return true
		}
		mark[i] = 1
		for _, in := range p.facts[i].derive.inputs {
			if !visit(in) {
				return false
			}
		}
		mark[i] = 2
		p.order = append(p.order, i)
		return true
	}
	for i := range p.facts {
		if !visit(i) {
			return
		}
	}
	for _, i := range p.order {
		for _, in := range p.facts[i].derive.inputs {
			p.feed(in, i)
		}
	}
	// A fact feeds whatever its derived facts feed, in the order of computation.
	for _, f := range p.facts {
		reached := map[int]bool{}
		for _, d := range f.feeds {
			reached[d] = true
		}
		f.feeds = f.feeds[:0]
		for _, i := range p.order {
			for _, in := range p.facts[i].derive.inputs {
				if reached[in] {
					reached[i] = true
				}
			}
			if reached[i] {
				f.feeds = append(f.feeds, i)
			}
		}
	}
}

func (p *Protocol) feed(from, to int) {
	for _, have := range p.facts[from].feeds {
		if have == to {
			return
		}
	}
	p.facts[from].feeds = append(p.facts[from].feeds, to)
}

func (c *compiler) derivation(f *fact) (*derivation, error) {
	ex, err := expr.Parse(f.def.Derive, expr.Options{Mode: expr.Feel, Funcs: journeyFuncs})
	if err != nil {
		return nil, err
	}
	d := &derivation{ex: ex}
	for _, v := range ex.Vars() {
		if v == "on" {
			continue
		}
		i, ok := c.p.factIdx[v]
		if !ok {
			return nil, fmt.Errorf("there is no fact %q", v)
		}
		d.inputs = append(d.inputs, i)
	}
	ex.Inspect(func(n *expr.Node) {
		if n.Op != expr.OpCall {
			return
		}
		if _, ok := journeyFuncs[n.Name]; !ok {
			return
		}
		d.journey = d.journey || n.Name != "country_value" && n.Name != "in_list"
		list, ok := n.Args[0].Value.Str()
		switch {
		case n.Args[0].Op != expr.OpLiteral || !ok:
			err = fmt.Errorf("%s: the first argument must be the name of a list in quotes", n.Name)
		case c.p.lists[list] == nil:
			err = fmt.Errorf("there is no list %q", list)
		default:
			d.lists = append(d.lists, list)
			if n.Name == "country_value" && err == nil {
				err = numericList(c.p.lists[list])
			}
		}
	})
	if err != nil {
		return nil, err
	}
	root := ex.Root()
	if a, ok := ages[root.Name]; ok && root.Op == expr.OpCall {
		d.floor0, d.total = true, true
		if root.Args[0].Op == expr.OpVar && root.Args[1].Op == expr.OpVar && root.Args[0].Name != "on" && root.Args[1].Name != "on" {
			d.fast, d.unit, d.a, d.b = true, a.unit, c.p.factIdx[root.Args[0].Name], c.p.factIdx[root.Args[1].Name]
			for _, in := range []int{d.a, d.b} {
				if c.p.facts[in].typ != typeDate {
					return nil, fmt.Errorf("%s is not a date", c.p.facts[in].def.Name)
				}
			}
		}
	}
	if u := unitsOf[root.Name]; root.Op == expr.OpCall && u != "" && f.def.Unit != "" && f.def.Unit != u {
		return nil, fmt.Errorf("%s counts in %s, the fact in %s", root.Name, u, f.def.Unit)
	}
	return d, nil
}

func numericList(l *ListDef) error {
	for _, e := range l.Entries {
		if _, err := strconv.ParseFloat(e.Value, 64); err != nil {
			return fmt.Errorf("list %s: the value %q of %s is not a number", l.ID, e.Value, e.Code)
		}
	}
	return nil
}

// compute derives a fact from those before it.
func (d *derivation) compute(e *deriveEnv) value.Value {
	if d.fast {
		bl, bh, ok1 := e.vals[d.a].Bounds()
		ol, oh, ok2 := e.vals[d.b].Bounds()
		if !ok1 || !ok2 || bl > oh {
			return value.NotKnown()
		}
		birth, err1 := calendar.Between(calendar.Day(bl), calendar.Day(bh))
		on, err2 := calendar.Between(calendar.Day(ol), calendar.Day(oh))
		if err1 != nil || err2 != nil {
			return value.NotKnown()
		}
		return calendar.AgeValue(birth, on, d.unit)
	}
	return d.ex.Eval(e)
}
