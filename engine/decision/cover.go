package decision

import (
	"math"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// A table is a set of boxes: each row allows, in every column, a set of regions.
// Gaps, overlaps and unreachable rows are questions about boxes, answered
// exactly by taking one box away from another until nothing or a witness is left.

// axis is one independent dimension of a table: a column's fact, or several
// ages of the same dates, whose regions cannot be combined freely.
type axis struct {
	slots []int
	n     int // elements
	label func(set bits) string
}

// boxes is a table in one epoch as boxes over axes.
type boxes struct {
	g      *program
	axes   []axis
	sure   [][]bits // per row and axis: elements where the row surely holds
	may    [][]bits // per row and axis: elements where it may hold
	all    []bits   // per axis: every element
	known  []bits   // per axis: the elements of known facts
	budget int
}

const coverBudget = 200000

func (g *program) boxesOf(t *ptab) *boxes {
	b := &boxes{g: g, budget: coverBudget}
	var slots []int
	seen := map[int]bool{}
	states := map[int]bool{}
	for r := t.lo; r < t.hi; r++ {
		for i := range g.rows[r].cells {
			c := &g.rows[r].cells[i]
			if !seen[c.slot] {
				seen[c.slot] = true
				slots = append(slots, c.slot)
			}
			states[c.slot] = states[c.slot] || namesState(g.rows[r].def.cells[c.col])
		}
	}
	sort.Ints(slots)
	elements := [][]element{}
	for _, group := range g.joint(slots) {
		els := g.elements(group, states)
		elements = append(elements, els)
		b.axes = append(b.axes, g.axisOf(group, els))
	}
	for ai, els := range elements {
		all, known := newBits(len(els)), newBits(len(els))
		for i, e := range els {
			all.set(i)
			if e.state == stKnown {
				known.set(i)
			}
		}
		b.all, b.known = append(b.all, all), append(b.known, known)
		_ = ai
	}
	for r := t.lo; r < t.hi; r++ {
		sure, may := make([]bits, len(b.axes)), make([]bits, len(b.axes))
		for ai, els := range elements {
			sure[ai], may[ai] = g.rowOn(&g.rows[r], b.axes[ai].slots, els)
		}
		b.sure, b.may = append(b.sure, sure), append(b.may, may)
	}
	return b
}

func namesState(c *cell) bool {
	for _, t := range c.tests {
		if t.kind == testState {
			return true
		}
	}
	return false
}

// element is one way the facts of an axis may be: a state, and when known a
// region of each fact.
type element struct {
	state   int
	regions []int
}

// joint groups slots that are ages between the same two dates.
func (g *program) joint(slots []int) [][]int {
	var out [][]int
	type pair struct{ a, b int }
	at := map[pair]int{}
	for _, s := range slots {
		if s < len(g.p.facts) {
			if d := g.p.facts[s].derive; d != nil && d.fast {
				k := pair{d.a, d.b}
				if i, ok := at[k]; ok {
					out[i] = append(out[i], s)
					continue
				}
				at[k] = len(out)
			}
		}
		out = append(out, []int{s})
	}
	return out
}

func (g *program) elements(group []int, states map[int]bool) []element {
	var els []element
	if len(group) == 1 {
		for r := 0; r < g.doms[group[0]].n; r++ {
			els = append(els, element{stKnown, []int{r}})
		}
	} else {
		els = g.jointAges(group)
	}
	for _, s := range group {
		if states[s] {
			return append(els, element{state: stUnknown}, element{state: stRefused})
		}
	}
	return els
}

// jointAges finds which combinations of regions ages between the same two dates
// can have, by trying every birthday of 130 years.
func (g *program) jointAges(group []int) []element {
	on := calendar.DayOf(2024, 2, 29)
	var els []element
	seen := map[string]bool{}
	masks := make([]bits, len(group))
	for i, s := range group {
		masks[i] = newBits(g.doms[s].n)
	}
	for back := calendar.Day(0); back < 130*366; back++ {
		regions := make([]int, len(group))
		key := make([]byte, 0, 2*len(group))
		for i, s := range group {
			v := calendar.AgeValue((on - back).Date(), on.Date(), g.p.facts[s].derive.unit)
			if !g.doms[s].classify(v, masks[i]) {
				regions = nil
				break
			}
			regions[i] = masks[i].lowest()
			key = append(key, byte(regions[i]), byte(regions[i]>>8))
		}
		if regions != nil && !seen[string(key)] {
			seen[string(key)] = true
			els = append(els, element{stKnown, regions})
		}
	}
	return els
}

func (b bits) lowest() int {
	for i := 0; i < 64*len(b); i++ {
		if b.has(i) {
			return i
		}
	}
	return -1
}

// rowOn returns the elements of an axis where a row surely holds and where it
// may hold.
func (g *program) rowOn(r *prow, slots []int, els []element) (sure, may bits) {
	sure, may = newBits(len(els)), newBits(len(els))
	for i, e := range els {
		always, ever := true, true
		for ci := range r.cells {
			c := &r.cells[ci]
			for k, s := range slots {
				if c.slot != s {
					continue
				}
				m := c.m[e.state]
				if e.state == stKnown {
					always = always && m.has(e.regions[k])
					ever = ever && m.has(e.regions[k])
					continue
				}
				always = always && covers(m, g.doms[s].all)
				ever = ever && !m.empty()
			}
		}
		if always {
			sure.set(i)
		}
		if ever {
			may.set(i)
		}
	}
	return sure, may
}

func covers(m, all bits) bool {
	for i := range all {
		if all[i]&^m[i] != 0 {
			return false
		}
	}
	return true
}

func and(a, b bits) bits {
	out := make(bits, len(a))
	for i := range a {
		out[i] = a[i] & b[i]
	}
	return out
}

func andNot(a, b bits) bits {
	out := make(bits, len(a))
	for i := range a {
		out[i] = a[i] &^ b[i]
	}
	return out
}

// uncovered finds a part of the box that none of the rows surely covers; nil
// when there is none, or the budget is spent.
func (b *boxes) uncovered(box []bits, rows []int) []bits {
	if b.budget--; b.budget < 0 {
		return nil
	}
	for len(rows) > 0 && !b.touches(box, rows[0]) {
		rows = rows[1:]
	}
	if len(rows) == 0 {
		return box
	}
	rest := append([]bits(nil), box...)
	for ai := range b.axes {
		outside := andNot(rest[ai], b.sure[rows[0]][ai])
		if !outside.empty() {
			part := append([]bits(nil), rest...)
			part[ai] = outside
			if w := b.uncovered(part, rows[1:]); w != nil {
				return w
			}
		}
		rest[ai] = and(rest[ai], b.sure[rows[0]][ai])
	}
	return nil
}

func (b *boxes) touches(box []bits, row int) bool {
	for ai := range b.axes {
		if and(box[ai], b.sure[row][ai]).empty() {
			return false
		}
	}
	return true
}

// describe names a box in words: the columns that are not free, and what they
// may be.
func (b *boxes) describe(box []bits) string {
	var parts []string
	for ai, ax := range b.axes {
		if covers(box[ai], b.all[ai]) || covers(box[ai], b.known[ai]) && !b.beyond(box[ai], ai) {
			continue
		}
		parts = append(parts, ax.label(box[ai]))
	}
	if len(parts) == 0 {
		return "in every case"
	}
	return strings.Join(parts, " and ")
}

// beyond reports whether a set holds elements of facts that are not known.
func (b *boxes) beyond(set bits, ai int) bool { return !andNot(set, b.known[ai]).empty() }

func (g *program) slotName(s int) string {
	if s < len(g.p.facts) {
		return g.p.facts[s].def.Name
	}
	ps := g.p.pseudo[s-len(g.p.facts)]
	return string(ps.kind) + "." + ps.code
}

func (g *program) axisOf(group []int, els []element) axis {
	return axis{slots: group, n: len(els), label: func(set bits) string {
		var parts []string
		for k, s := range group {
			regions := newBits(g.doms[s].n)
			var words []string
			for i, e := range els {
				if !set.has(i) {
					continue
				}
				if e.state == stKnown {
					regions.set(e.regions[k])
				} else if e.state == stUnknown {
					words = append(words, stateUnknown)
				} else {
					words = append(words, stateRefused)
				}
			}
			if !regions.empty() && !(len(group) > 1 && covers(regions, g.doms[s].all)) {
				words = append([]string{g.doms[s].describe(regions)}, words...)
			}
			if len(words) > 0 {
				parts = append(parts, g.slotName(s)+" "+strings.Join(words, " or "))
			}
		}
		return strings.Join(parts, " and ")
	}}
}

// describe names a set of regions in the words of cells.
func (d *domain) describe(set bits) string {
	switch {
	case d.typ.numeric():
		return d.describeNumbers(set)
	case d.typ == typeCode:
		var codes []string
		for c, r := range d.codes {
			if set.has(r) {
				codes = append(codes, c)
			}
		}
		sort.Strings(codes)
		if len(codes) > 6 {
			codes = append(codes[:5], "…")
		}
		if d.other >= 0 && set.has(d.other) {
			codes = append(codes, "any other")
		}
		return strings.Join(codes, ", ")
	}
	var vs []string
	for r := 0; r < d.n && len(vs) < 6; r++ {
		if set.has(r) {
			vs = append(vs, d.sample[r].String())
		}
	}
	return strings.Join(vs, ", ")
}

func (d *domain) describeNumbers(set bits) string {
	var parts []string
	for i := 0; i < len(d.seg); i++ {
		if d.seg[i] < 0 || !set.has(d.seg[i]) {
			continue
		}
		j := i
		for j+1 < len(d.seg) && (d.seg[j+1] < 0 || set.has(d.seg[j+1])) {
			j++
		}
		for d.seg[j] < 0 {
			j--
		}
		parts = append(parts, d.describeRun(i, j))
		i = j
	}
	return strings.Join(parts, ", ")
}

// describeRun prints segments i to j as a cell would: 12, [7..8), <4, >=15.
func (d *domain) describeRun(i, j int) string {
	lo, _, loPoint := d.segment(i)
	_, hi, hiPoint := d.segment(j)
	if d.typ != typeDecimal { // whole numbers: closed ends
		if !loPoint && !math.IsInf(lo, 0) {
			lo, loPoint = math.Floor(lo)+1, true
		}
		if !hiPoint && !math.IsInf(hi, 0) {
			hi, hiPoint = math.Ceil(hi)-1, true
		}
	}
	num := func(x float64) string { return numberOf(d.typ, x).String() }
	switch {
	case math.IsInf(lo, -1) && math.IsInf(hi, 1):
		return "any"
	case math.IsInf(lo, -1) && hiPoint:
		return "<=" + num(hi)
	case math.IsInf(lo, -1):
		return "<" + num(hi)
	case math.IsInf(hi, 1) && loPoint:
		return ">=" + num(lo)
	case math.IsInf(hi, 1):
		return ">" + num(lo)
	case lo == hi:
		return num(lo)
	}
	open, closer := "[", "]"
	if !loPoint {
		open = "("
	}
	if !hiPoint {
		closer = ")"
	}
	return open + num(lo) + ".." + num(hi) + closer
}
