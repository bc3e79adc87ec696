package decision

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Protocol is a compiled source: immutable and safe for concurrent use.
type Protocol struct {
	src      Source
	hash     string
	facts    []*fact
	factIdx  map[string]int
	order    []int // derived facts, each after those it reads
	lists    map[string]*ListDef
	params   map[string]*ParamDef
	tables   []*ctable // each after those whose outcomes it reads
	pseudo   []pseudoFact
	pseudoIx map[string]int
	basis    int // index of the date basis fact, -1 for none
	epochs   []*epoch
	cap      int
	sheets   sync.Pool // of *Sheet
	loads    sync.Pool // of *loaded
}

// pseudoFact is an outcome of an earlier table used as an input: hold.any.
type pseudoFact struct {
	kind Kind
	code string // "any"
}

// ctable is a table whose cells and outputs were read and checked.
type ctable struct {
	t    *Table
	cols []int // slot of each input column: a fact, or len(facts)+pseudo
	rows []*crow
}

type crow struct {
	row   *Row
	cells []*cell
	outs  []outDef
}

// outDef is one outcome a row gives.
type outDef struct {
	kind   Kind
	code   string
	args   map[string]string
	key    string // kind, code and the arguments that make it another outcome
	anchor int    // fact index of anchor or until; -1
	until  float64
	length [3]int // months, days, hours
	number float64
	column string // the output column aggregated
	reason string
}

// epoch is a time in which no dated row, list or parameter changes.
type epoch struct {
	from, to calendar.Day
	once     sync.Once
	prog     *program
	err      error
}

type compiler struct {
	p        *Protocol
	findings []Finding
}

func (c *compiler) fail(f Finding) {
	f.Severity = Error
	c.findings = append(c.findings, f)
}

// Compile reads and checks a source. The error is a *CompileError that lists
// every mistake with its table, row and column.
func Compile(src Source) (*Protocol, error) {
	c := &compiler{p: &Protocol{
		src: src, hash: src.Hash(), factIdx: map[string]int{}, lists: map[string]*ListDef{},
		params: map[string]*ParamDef{}, pseudoIx: map[string]int{}, basis: -1, cap: defaultCap,
	}}
	c.declare()
	c.derivations()
	for _, f := range c.p.facts {
		f.lo, f.hi = f.findLimits()
	}
	for _, t := range src.Tables {
		c.table(t)
	}
	if len(c.findings) == 0 {
		c.sortTables()
	}
	if len(c.findings) == 0 {
		c.epochs()
		for _, e := range c.p.epochs {
			// A fact cut too finely is the one mistake only an epoch can show.
			if _, err := c.p.program(e); err != nil {
				c.fail(Finding{Rule: "regions", Message: err.Error()})
				break
			}
		}
	}
	if len(c.findings) > 0 {
		return nil, &CompileError{c.findings}
	}
	return c.p, nil
}

// Source returns what the protocol was compiled from; do not change it.
func (p *Protocol) Source() Source { return p.src }

// Fact returns the definition of a fact.
func (p *Protocol) Fact(name string) (FactDef, bool) {
	i, ok := p.factIdx[name]
	if !ok {
		return FactDef{}, false
	}
	return p.facts[i].def, true
}

func validName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

func (c *compiler) declare() {
	p := c.p
	for i, d := range p.src.Facts {
		typ, ok := factTypes[d.Type]
		switch {
		case !validName(d.Name) || reservedNames[d.Name]:
			c.fail(Finding{Rule: "fact", Column: d.Name, Message: fmt.Sprintf("%q is not a fact name (letters, digits and _)", d.Name)})
		case !ok:
			c.fail(Finding{Rule: "type", Column: d.Name, Message: fmt.Sprintf("the fact has type %q; want bool, int, decimal, date, code or list", d.Type)})
		}
		if _, dup := p.factIdx[d.Name]; dup {
			c.fail(Finding{Rule: "duplicate", Column: d.Name, Message: "the fact is declared twice"})
		}
		if len(d.Values) > 0 && typ != typeCode && typ != typeList {
			c.fail(Finding{Rule: "type", Column: d.Name, Message: "only a code or list fact has values"})
		}
		p.factIdx[d.Name] = i
		p.facts = append(p.facts, &fact{def: d, idx: i, typ: typ})
	}
	for i := range p.src.Lists {
		l := &p.src.Lists[i]
		if _, dup := p.lists[l.ID]; dup || l.ID == "" {
			c.fail(Finding{Rule: "duplicate", Column: l.ID, Message: "the list has no id or is there twice"})
		}
		p.lists[l.ID] = l
		for _, e := range l.Entries {
			if e.From != nil && e.To != nil && *e.From > *e.To {
				c.fail(Finding{Rule: "dates", Column: l.ID, Row: e.Code, Message: fmt.Sprintf("from %s is after to %s", *e.From, *e.To)})
			}
		}
	}
	for i := range p.src.Params {
		q := &p.src.Params[i]
		if _, dup := p.params[q.ID]; dup || q.ID == "" {
			c.fail(Finding{Rule: "duplicate", Column: q.ID, Message: "the parameter has no id or is there twice"})
		}
		p.params[q.ID] = q
	}
	if b := p.src.DateBasis; b != "" {
		i, ok := p.factIdx[b]
		switch {
		case !ok:
			c.fail(Finding{Rule: "fact", Column: b, Message: "the date basis is not a declared fact"})
		case p.facts[i].typ != typeDate:
			c.fail(Finding{Rule: "type", Column: b, Message: "the date basis is not a date"})
		case p.facts[i].def.Derive != "":
			c.fail(Finding{Rule: "type", Column: b, Message: "the date basis must be given, not derived"})
		default:
			p.basis = i
		}
	}
}

// reservedNames may not be fact names: they mean something in expressions.
var reservedNames = map[string]bool{
	"on": true, "true": true, "false": true, "null": true, "and": true, "or": true, "not": true,
	"in": true, "between": true, "if": true, "then": true, "else": true, "div": true, "mod": true, AskJourney: true,
}

func (c *compiler) table(t *Table) {
	ct := &ctable{t: t}
	at := func(r *Row, col, rule, format string, args ...any) {
		f := Finding{Rule: rule, Table: t.Name, Column: col, Message: fmt.Sprintf(format, args...)}
		if r != nil {
			f.Row, f.Line = r.ID, r.Line
		}
		c.fail(f)
	}
	for _, other := range c.p.tables {
		if other.t.Name == t.Name {
			at(nil, "", "duplicate", "another table has the same name")
		}
	}
	for _, in := range t.Inputs {
		slot, msg := c.slot(in)
		if msg != "" {
			at(nil, in, "fact", "%s", msg)
		}
		ct.cols = append(ct.cols, slot)
	}
	seen := map[string]bool{}
	for i := range t.Rows {
		r := &t.Rows[i]
		if seen[r.ID] {
			at(r, "id", "duplicate", "the row id stands twice")
		}
		seen[r.ID] = true
		if r.From != nil && r.To != nil && *r.From > *r.To {
			at(r, "from", "dates", "from %s is after to %s: the row never applies", *r.From, *r.To)
		}
		if r.Certainty != "O" && r.Certainty != "S" && r.Certainty != "R" {
			at(r, "certainty", "certainty", "%q; want O (official), S (secondary) or R (recalled)", r.Certainty)
		}
		if len(r.Cells) != len(t.Inputs) || len(r.Out) != len(t.Outputs) {
			at(r, "", "shape", "the row has %d inputs and %d outputs, the header %d and %d", len(r.Cells), len(r.Out), len(t.Inputs), len(t.Outputs))
			continue
		}
		cr := &crow{row: r}
		for j, text := range r.Cells {
			cl, err := parseCell(text)
			if err != nil {
				at(r, t.Inputs[j], "cell", "%v", err)
				cl = &cell{any: true}
			} else if rule, msg := c.checkCell(cl, ct.cols[j]); msg != "" {
				at(r, t.Inputs[j], rule, "%s", msg)
			}
			cr.cells = append(cr.cells, cl)
		}
		for _, prob := range c.outputs(t, cr) {
			at(r, prob[0], prob[1], "%s", prob[2])
		}
		ct.rows = append(ct.rows, cr)
	}
	c.p.tables = append(c.p.tables, ct)
}

// slot finds the fact or pseudo-fact of an input column.
func (c *compiler) slot(name string) (int, string) {
	p := c.p
	if i, ok := p.factIdx[name]; ok {
		return i, ""
	}
	kind, code, ok := strings.Cut(name, ".")
	if _, known := kindRank[Kind(kind)]; !ok || !known || code == "" {
		return 0, "there is no such fact"
	}
	i, ok := p.pseudoIx[name]
	if !ok {
		i = len(p.pseudo)
		p.pseudoIx[name] = i
		p.pseudo = append(p.pseudo, pseudoFact{Kind(kind), code})
	}
	return len(p.facts) + i, ""
}

// checkCell checks a cell against the type of its column.
func (c *compiler) checkCell(cl *cell, slot int) (rule, msg string) {
	if cl.any {
		return "", ""
	}
	p := c.p
	typ, def := typeBool, FactDef{}
	pseudo := slot >= len(p.facts)
	if !pseudo {
		typ, def = p.facts[slot].typ, p.facts[slot].def
	}
	for i := range cl.tests {
		t := &cl.tests[i]
		switch t.kind {
		case testState:
			if pseudo {
				return "type", "an outcome of an earlier table is true or false, not " + t.text
			}
		case testList:
			if typ != typeCode && typ != typeList {
				return "type", fmt.Sprintf("in list needs a code, the fact is %s", typeNames[typ])
			}
			if _, ok := p.lists[t.text]; !ok {
				return "list", fmt.Sprintf("there is no list %q", t.text)
			}
		case testRange:
			if rule, msg := c.checkRange(t, typ, def); msg != "" {
				return rule, msg
			}
		default:
			if rule, msg := checkLiteral(t, typ, def); msg != "" {
				return rule, msg
			}
		}
	}
	return "", ""
}

var typeNames = map[factType]string{typeBool: "bool", typeInt: "int", typeDecimal: "decimal", typeDate: "date", typeCode: "code", typeList: "list"}

func (c *compiler) checkRange(t *test, typ factType, def FactDef) (rule, msg string) {
	if !typ.numeric() {
		return "type", fmt.Sprintf("a comparison needs a number or a date, the fact is %s", typeNames[typ])
	}
	for _, b := range []bound{t.lo, t.hi} {
		switch {
		case !b.set:
		case b.param != "":
			q, ok := c.p.params[b.param]
			if !ok {
				return "param", fmt.Sprintf("there is no parameter %q", b.param)
			}
			if typ == typeDate {
				return "type", "a parameter is a number, the fact is date"
			}
			if q.Unit != def.Unit && q.Unit != "" && def.Unit != "" {
				return "unit", fmt.Sprintf("the parameter is in %s, the fact in %s", q.Unit, def.Unit)
			}
		case b.date != (typ == typeDate):
			return "type", fmt.Sprintf("%s, but the fact is %s", b.text, typeNames[typ])
		case b.unit != "" && b.unit != def.Unit:
			return "unit", fmt.Sprintf("the cell is in %s, the fact in %s", b.unit, orNone(def.Unit))
		}
	}
	return "", ""
}

func orNone(unit string) string {
	if unit == "" {
		return "no unit"
	}
	return unit
}

func checkLiteral(t *test, typ factType, def FactDef) (rule, msg string) {
	switch typ {
	case typeBool:
		if t.quoted || t.text != "true" && t.text != "false" {
			return "type", fmt.Sprintf("%q; the fact is bool: want true, false, known, unknown or refused", t.text)
		}
	case typeInt, typeDecimal:
		f, err := strconv.ParseFloat(t.text, 64)
		if t.quoted || err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return "type", fmt.Sprintf("%q is not a number, the fact is %s", t.text, typeNames[typ])
		}
	case typeDate:
		if _, err := calendar.ParseDay(t.text); err != nil {
			return "type", fmt.Sprintf("%q is not a day (2026-11-22), the fact is date", t.text)
		}
	default:
		if len(def.Values) == 0 {
			break
		}
		for _, v := range def.Values {
			if v == t.text {
				return "", ""
			}
		}
		return "code", fmt.Sprintf("%q is not a value of %s (%s)", t.text, def.Name, strings.Join(def.Values, ", "))
	}
	return "", ""
}

// sortTables orders tables so that each stands after those whose outcomes it
// reads; a cycle is a mistake.
func (c *compiler) sortTables() {
	p := c.p
	n := len(p.tables)
	needs := make([][]int, n)
	for i, t := range p.tables {
		for col, slot := range t.cols {
			if slot < len(p.facts) {
				continue
			}
			ps := p.pseudo[slot-len(p.facts)]
			makers := p.makersOf(ps)
			if len(makers) == 0 {
				c.fail(Finding{Rule: "fact", Table: t.t.Name, Column: t.t.Inputs[col], Message: "no table gives this outcome"})
			}
			needs[i] = append(needs[i], makers...)
		}
	}
	if len(c.findings) > 0 {
		return
	}
	var sorted []*ctable
	mark := make([]int, n) // 1: on the path, 2: done
	var visit func(i int, path []string) bool
	visit = func(i int, path []string) bool {
		path = append(path, p.tables[i].t.Name)
		if mark[i] == 1 {
			c.fail(Finding{Rule: "cycle", Table: p.tables[i].t.Name, Message: "tables read each other's outcomes in a circle: " + strings.Join(path, " → ")})
			return false
		}
		if mark[i] == 2 {
			return true
		}
		mark[i] = 1
		for _, j := range needs[i] {
			if !visit(j, path) {
				return false
			}
		}
		mark[i] = 2
		sorted = append(sorted, p.tables[i])
		return true
	}
	for i := 0; i < n; i++ {
		if !visit(i, nil) {
			return
		}
	}
	p.tables = sorted
}

// makersOf returns the tables that can make a pseudo-fact true, and those that
// can bar it (see bars).
func (p *Protocol) makersOf(ps pseudoFact) []int {
	var out []int
	for i, t := range p.tables {
		if t.gives(func(o *outDef) bool { return ps.matches(o.kind, o.code) }) {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil
	}
	for i, t := range p.tables {
		bars := t.gives(func(o *outDef) bool {
			for _, m := range p.tables {
				if m.gives(func(x *outDef) bool { return ps.matches(x.kind, x.code) && bars(o, x.kind, x.code) }) {
					return true
				}
			}
			return false
		})
		if bars {
			out = append(out, i)
		}
	}
	return out
}

func (ps pseudoFact) matches(k Kind, code string) bool {
	return ps.kind == k && (ps.code == "any" || ps.code == code)
}

func (t *ctable) gives(want func(*outDef) bool) bool {
	for _, r := range t.rows {
		for i := range r.outs {
			if want(&r.outs[i]) {
				return true
			}
		}
	}
	return false
}

// epochs cuts time at every day on which a row, list or parameter changes.
func (c *compiler) epochs() {
	p := c.p
	days := map[calendar.Day]bool{}
	edge := func(from, to *calendar.Day) {
		if from != nil {
			days[*from] = true
		}
		if to != nil {
			days[*to+1] = true
		}
	}
	for _, t := range p.tables {
		for _, r := range t.rows {
			edge(r.row.From, r.row.To)
		}
	}
	for _, l := range p.lists {
		for _, e := range l.Entries {
			edge(e.From, e.To)
		}
	}
	for _, q := range p.params {
		for _, v := range q.Values {
			edge(v.From, v.To)
		}
	}
	sorted := make([]calendar.Day, 0, len(days))
	for d := range days {
		sorted = append(sorted, d)
	}
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	from := calendar.Day(math.MinInt32)
	for _, d := range append(sorted, math.MaxInt32) {
		if d > from {
			p.epochs = append(p.epochs, &epoch{from: from, to: d - 1})
		}
		from = d
	}
	p.epochs[len(p.epochs)-1].to = math.MaxInt32
}

// epochAt returns the epoch of a day.
func (p *Protocol) epochAt(d calendar.Day) *epoch {
	i := sort.Search(len(p.epochs), func(i int) bool { return p.epochs[i].to >= d })
	return p.epochs[i]
}

// program returns the compiled program of an epoch, built on first use.
func (p *Protocol) program(e *epoch) (*program, error) {
	e.once.Do(func() { e.prog, e.err = buildProgram(p, e.from, e.to) })
	return e.prog, e.err
}

func inForce(from, to *calendar.Day, d calendar.Day) bool {
	return (from == nil || *from <= d) && (to == nil || d <= *to)
}
