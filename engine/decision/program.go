package decision

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"sync"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// program is a protocol on the days of one epoch: undated, all names resolved to
// slots, all cells turned into sets of regions.
type program struct {
	p        *Protocol
	from, to calendar.Day
	doms     []*domain // by slot; nil when no row in force reads it
	off      []int     // where a slot's bits stand in a frame
	words    int
	tabs     []ptab
	rows     []prow
	pseudo   []ppseudo
	targets  []target
	listed   map[string]map[string]ListEntry
	used     []int // facts the rows in force read, and those they are derived from
	whole    slice
	pool     sync.Pool // of *frame
	asked    asked
}

type ptab struct {
	ct     *ctable
	policy Policy
	lo, hi int     // rows
	rank   []int   // priority: rows, best first
	pseudo []int   // pseudo slots to compute once this table is done
	clash  [][]int // unique, any: per row the later rows that may contradict it
}

type prow struct {
	ref      RowRef
	self     []RowRef // the row alone, shared by outcomes
	cells    []pcell
	def      *crow
	tab      int
	recalled bool // certainty R, or reads a list or parameter that is
}

// pcell is one cell of a row: the regions it holds in, by state of the fact.
type pcell struct {
	slot, off int
	m         [3]bits
	col       int
}

type ppseudo struct {
	terms  []pterm
	used   bool
	lastBy int // the table that completes it
}

// pterm: some of rows fires and none of bars does.
type pterm struct{ rows, bars []int }

type targetMode uint8

const (
	modeSet   targetMode = iota // present or not
	modeUntil                   // the earliest valid
	modeMin
	modeMax
	modeSum
	modeCount
)

// target is one possible outcome of the program.
type target struct {
	kind    Kind
	code    string
	args    map[string]string
	mode    targetMode
	column  string
	rows    []int // that give it
	bars    []int // that stand against it
	block   []int // contraindications of a required service
	tabs    []int // unique and any tables whose rows may contradict each other
	slice   slice
	numbers []outDef
	reads   []int // facts that the search for its questions can come across
}

// slice is the part of the program a target depends on.
type slice []tabSlice

type tabSlice struct {
	tab  int
	rows []int
}

func buildProgram(p *Protocol, from, to calendar.Day) (*program, error) {
	g := &program{p: p, from: from, to: to, listed: map[string]map[string]ListEntry{}}
	for id, l := range p.lists {
		m := map[string]ListEntry{}
		for _, e := range l.Entries {
			if inForce(e.From, e.To, from) {
				m[e.Code] = e
			}
		}
		g.listed[id] = m
	}
	if err := g.compileRows(); err != nil {
		return nil, err
	}
	g.bindPseudo()
	for i := range g.tabs {
		g.findClashes(&g.tabs[i])
	}
	g.makeTargets()
	for i := range g.tabs {
		rows := make([]int, 0, g.tabs[i].hi-g.tabs[i].lo)
		for r := g.tabs[i].lo; r < g.tabs[i].hi; r++ {
			rows = append(rows, r)
		}
		g.whole = append(g.whole, tabSlice{i, rows})
	}
	g.findUsed()
	return g, nil
}

func (g *program) members(list string) map[string]ListEntry { return g.listed[list] }

func parseNumber(s string) value.Value {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return value.NotKnown()
	}
	return value.Number(f)
}

// param returns a parameter's number in the epoch, NaN when it has none.
func (g *program) param(id string) (v float64, certainty string) {
	for _, x := range g.p.params[id].Values {
		if inForce(x.From, x.To, g.from) {
			return x.Value, x.Certainty
		}
	}
	return math.NaN(), ""
}

// compileRows collects the rows in force, builds a domain for each fact they
// read and turns their cells into sets.
func (g *program) compileRows() error {
	p := g.p
	nslots := len(p.facts) + len(p.pseudo)
	preds := make([][]predicate, nslots)
	index := make([]map[string]int, nslots)
	type pending struct{ row, cell, pred int }
	var todo []pending
	for ti, ct := range p.tables {
		tab := ptab{ct: ct, policy: ct.t.Policy, lo: len(g.rows)}
		for _, cr := range ct.rows {
			if !inForce(cr.row.From, cr.row.To, g.from) {
				continue
			}
			r := prow{def: cr, tab: ti, recalled: cr.row.Certainty == "R"}
			r.ref = RowRef{Table: ct.t.Name, ID: cr.row.ID, Certainty: cr.row.Certainty, Source: cr.row.Source, Note: cr.row.Note, Truth: value.Yes}
			if len(cr.outs) > 0 {
				r.ref.Reason = cr.outs[0].reason
			}
			r.self = []RowRef{r.ref}
			for col, cl := range cr.cells {
				if cl.any {
					continue
				}
				slot := ct.cols[col]
				if index[slot] == nil {
					index[slot] = map[string]int{}
				}
				pi, ok := index[slot][cl.text]
				if !ok {
					pi = len(preds[slot])
					index[slot][cl.text] = pi
					preds[slot] = append(preds[slot], g.predicate(cl, slot))
				}
				todo = append(todo, pending{len(g.rows), len(r.cells), pi})
				r.cells = append(r.cells, pcell{slot: slot, col: col})
				r.recalled = r.recalled || g.readsRecalled(cl, slot)
			}
			g.rows = append(g.rows, r)
		}
		tab.hi = len(g.rows)
		g.tabs = append(g.tabs, tab)
	}
	g.doms = make([]*domain, nslots)
	g.off = make([]int, nslots)
	for slot := range g.doms {
		if len(preds[slot]) == 0 {
			continue
		}
		f := &fact{typ: typeBool}
		name := ""
		if slot < len(p.facts) {
			f = p.facts[slot]
			name = f.def.Name
		}
		d, err := buildDomain(f, preds[slot])
		if err != nil {
			return fmt.Errorf("fact %s: %w", name, err)
		}
		g.doms[slot], g.off[slot] = d, g.words
		g.words += len(d.all)
	}
	for _, t := range todo {
		c := &g.rows[t.row].cells[t.cell]
		c.off, c.m = g.off[c.slot], g.doms[c.slot].masks[t.pred]
	}
	return nil
}

// readsRecalled reports whether a cell rests on a recalled list or parameter,
// itself or through a derived fact.
func (g *program) readsRecalled(cl *cell, slot int) bool {
	recalled := func(list string) bool {
		for _, e := range g.listed[list] {
			if e.Certainty == "R" {
				return true
			}
		}
		return false
	}
	for _, t := range cl.tests {
		if t.kind == testList && recalled(t.text) {
			return true
		}
		for _, b := range []bound{t.lo, t.hi} {
			if b.param != "" {
				if _, cert := g.param(b.param); cert == "R" {
					return true
				}
			}
		}
	}
	if slot >= len(g.p.facts) {
		return false
	}
	for _, l := range g.p.listsOf(slot) {
		if recalled(l) {
			return true
		}
	}
	return false
}

// listsOf returns the lists a derived fact reads, through other facts too.
func (p *Protocol) listsOf(i int) []string {
	d := p.facts[i].derive
	if d == nil {
		return nil
	}
	out := append([]string(nil), d.lists...)
	for _, in := range d.inputs {
		out = append(out, p.listsOf(in)...)
	}
	return out
}

// predicate resolves lists and parameters of a cell for the epoch.
func (g *program) predicate(cl *cell, slot int) predicate {
	typ := typeBool
	if slot < len(g.p.facts) {
		typ = g.p.facts[slot].typ
	}
	pr := predicate{not: cl.not, codes: map[string]bool{}}
	for _, t := range cl.tests {
		switch t.kind {
		case testState:
			switch t.text {
			case stateKnown:
				pr.states[stKnown] = true
			case stateUnknown:
				pr.states[stUnknown] = true
			default:
				pr.states[stRefused] = true
			}
		case testList:
			for code := range g.listed[t.text] {
				pr.codes[code] = true
			}
		case testRange:
			pr.ivals = append(pr.ivals, g.interval(t))
		default:
			switch typ {
			case typeBool:
				if t.text == "true" {
					pr.bools[1] = true
				} else {
					pr.bools[0] = true
				}
			case typeCode, typeList:
				pr.codes[t.text] = true
			case typeDate:
				if d, err := calendar.ParseDay(t.text); err == nil {
					pr.ivals = append(pr.ivals, interval{lo: float64(d), hi: float64(d)})
				}
			default:
				if f, err := strconv.ParseFloat(t.text, 64); err == nil {
					pr.ivals = append(pr.ivals, interval{lo: f, hi: f})
				}
			}
		}
	}
	return pr
}

// interval resolves a range. A parameter without a value in the epoch makes it
// empty; the linter reports that.
func (g *program) interval(t test) interval {
	iv := interval{lo: math.Inf(-1), hi: math.Inf(1), openLo: t.lo.open, openHi: t.hi.open}
	if t.lo.set {
		iv.lo = g.bound(t.lo)
	}
	if t.hi.set {
		iv.hi = g.bound(t.hi)
	}
	if math.IsNaN(iv.lo) || math.IsNaN(iv.hi) {
		return interval{lo: 0, hi: 0, openLo: true, openHi: true}
	}
	return iv
}

func (g *program) bound(b bound) float64 {
	if b.param != "" {
		f, _ := g.param(b.param)
		return f
	}
	return b.num
}

// bindPseudo finds which rows make each pseudo-fact, and after which table it
// can be computed.
func (g *program) bindPseudo() {
	p := g.p
	g.pseudo = make([]ppseudo, len(p.pseudo))
	for i, ps := range p.pseudo {
		pp := &g.pseudo[i]
		slot := len(p.facts) + i
		pp.used = g.doms[slot] != nil
		if !pp.used {
			continue
		}
		byCode := map[string]*pterm{}
		var codes []string
		for ri := range g.rows {
			for oi := range g.rows[ri].def.outs {
				o := &g.rows[ri].def.outs[oi]
				if !ps.matches(o.kind, o.code) {
					continue
				}
				t := byCode[o.code]
				if t == nil {
					t = &pterm{bars: g.barring(o.kind, o.code)}
					byCode[o.code] = t
					codes = append(codes, o.code)
				}
				t.rows = append(t.rows, ri)
			}
		}
		last := 0
		for _, c := range codes {
			t := byCode[c]
			pp.terms = append(pp.terms, *t)
			for _, ri := range append(append([]int(nil), t.rows...), t.bars...) {
				last = max(last, g.rows[ri].tab)
			}
		}
		pp.lastBy = last
		g.tabs[last].pseudo = append(g.tabs[last].pseudo, i)
	}
}

// barring returns the rows that stand against an outcome.
func (g *program) barring(k Kind, code string) []int {
	var out []int
	for ri := range g.rows {
		for oi := range g.rows[ri].def.outs {
			if bars(&g.rows[ri].def.outs[oi], k, code) {
				out = append(out, ri)
				break
			}
		}
	}
	return out
}

// overlap reports whether two rows can match at once, as far as their cells
// tell: in every column some region in some state satisfies both.
func (g *program) overlap(a, b *prow) bool {
	for i := range a.cells {
		for j := range b.cells {
			x, y := &a.cells[i], &b.cells[j]
			if x.slot == y.slot && !meet(x, y) {
				return false
			}
		}
	}
	return !deadRow(a) && !deadRow(b)
}

func meet(x, y *pcell) bool {
	for st := range x.m {
		for w := range x.m[st] {
			if x.m[st][w]&y.m[st][w] != 0 {
				return true
			}
		}
	}
	return false
}

// deadRow reports whether a cell of the row holds nowhere.
func deadRow(r *prow) bool {
	for i := range r.cells {
		c := &r.cells[i]
		if c.m[0].empty() && c.m[1].empty() && c.m[2].empty() {
			return true
		}
	}
	return false
}

// findClashes finds the pairs of rows of a unique or any table that would
// contradict each other if both matched.
func (g *program) findClashes(t *ptab) {
	if t.policy == Priority {
		for r := t.lo; r < t.hi; r++ {
			t.rank = append(t.rank, r)
		}
		order := func(r int) int { return priorityOf(t.ct.t, g.rows[r].def) }
		sort.SliceStable(t.rank, func(i, j int) bool { return order(t.rank[i]) < order(t.rank[j]) })
	}
	if t.policy != Unique && t.policy != Any {
		return
	}
	found := false
	clash := make([][]int, t.hi-t.lo)
	for a := t.lo; a < t.hi; a++ {
		for b := a + 1; b < t.hi; b++ {
			if t.policy == Any && sameOutputs(g.rows[a].def, g.rows[b].def) {
				continue
			}
			if g.overlap(&g.rows[a], &g.rows[b]) {
				clash[a-t.lo] = append(clash[a-t.lo], b)
				found = true
			}
		}
	}
	if found {
		t.clash = clash
	}
}

// priorityOf is a row's place in the table's order: of its best code, else
// after all codes that are listed. Without an order, what forbids goes first.
func priorityOf(t *Table, r *crow) int {
	best := math.MaxInt
	for i := range r.outs {
		rank := len(t.Order) + kindRank[r.outs[i].kind]
		for k, c := range t.Order {
			if c == r.outs[i].code {
				rank = k
			}
		}
		best = min(best, rank)
	}
	return best
}

func sameOutputs(a, b *crow) bool {
	if len(a.outs) != len(b.outs) {
		return false
	}
	for i := range a.outs {
		if a.outs[i].key != b.outs[i].key || a.outs[i].number != b.outs[i].number {
			return false
		}
	}
	return true
}

// findUsed lists the facts that rows in force read and their inputs.
func (g *program) findUsed() {
	p := g.p
	seen := make([]bool, len(p.facts))
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		if d := p.facts[i].derive; d != nil {
			for _, in := range d.inputs {
				visit(in)
			}
		}
	}
	for i := range p.facts {
		if g.doms[i] != nil {
			visit(i)
		}
	}
	for _, r := range g.rows {
		for _, o := range r.def.outs {
			if o.anchor >= 0 {
				visit(o.anchor)
			}
		}
	}
	if p.basis >= 0 {
		seen[p.basis] = true
	}
	for i, s := range seen {
		if s {
			g.used = append(g.used, i)
		}
	}
}
