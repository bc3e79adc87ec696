package decision

import (
	"math"

	"github.com/godwit-health/godwit/engine/value"
)

// defaultCap is how many states of knowledge one decision may look into before
// it falls back on Kleene's answer, which is sound but may ask too much.
const defaultCap = 40000

// questionCap is the same for finding the questions; beyond it every fact that an
// open outcome reads is asked for.
const questionCap = 40000

// targetCap bounds the search for one outcome, relevanceCap that for one
// question about it.
const (
	targetCap    = 8000
	relevanceCap = 1500
)

// settler decides an outcome that Kleene logic left open by splitting what is
// unknown, region by region, until each part is settled or two parts disagree.
type settler struct {
	g       *program
	journey *Journey
	on      value.Value
	given   []bool // facts whose value was given, not derived
	unasked bool
	left    int // states of knowledge the decision may still look into
	free    []*frame
	capped  bool
}

func (s *settler) frame(o *frame) *frame {
	var f *frame
	if n := len(s.free); n > 0 {
		f, s.free = s.free[n-1], s.free[:n-1]
	} else {
		f = s.g.newFrame()
	}
	f.copyFrom(o)
	return f
}

func (s *settler) release(f *frame) { s.free = append(s.free, f) }

// search is one enumeration for one target.
type search struct {
	*settler
	t                *target
	group            int // the question whose relevance is asked; -1 for none
	only             bool
	budget           int
	seen             bool
	first            result
	differ           bool // two results were seen
	gaveUp           bool
	matters          bool   // the group can change the result
	nearFirst        bool   // split the rows of the target before those behind them
	moved            []bool // by fact: the group moves it, itself or through a derivation
	live, livePseudo []bool // by row and by pseudo-fact: see alive
}

// settle enumerates the ways to fill in the unknown. settled is true when all
// give the same result, capped when there were too many to try.
func (s *settler) settle(f *frame, t *target) (r result, settled, capped bool) {
	q := &search{settler: s, t: t, group: -1, budget: min(targetCap, s.left)}
	start := q.budget
	sub := s.frame(f)
	q.explore(sub)
	s.release(sub)
	s.left -= start - max(q.budget, 0)
	if q.gaveUp {
		s.capped = true
		return result{}, false, true
	}
	return q.first, q.seen && !q.differ, false
}

// explore returns true when there is nothing more to learn.
func (q *search) explore(f *frame) bool {
	if q.budget--; q.budget < 0 {
		q.gaveUp = true
		return true
	}
	q.g.run(f, q.t.slice)
	if r, ok := q.g.resultOf(f, q.t); ok {
		return q.note(r)
	}
	if q.group >= 0 && !q.only && !q.alive(f) {
		return false
	}
	v, ok := q.pick(f)
	if !ok {
		if q.group >= 0 && !q.only {
			// Only the group is still open: does it matter here?
			in := &search{settler: q.settler, t: q.t, group: q.group, only: true, budget: q.budget, nearFirst: q.nearFirst}
			in.explore(f)
			q.budget = in.budget
			q.gaveUp = q.gaveUp || in.gaveUp
			q.matters = q.matters || in.differ
			return q.matters || q.gaveUp
		}
		q.gaveUp = true // open, and nothing left to split (an inexact anchor)
		return true
	}
	if v.cell != nil {
		return q.exploreCell(f, v.cell)
	}
	for part := 0; part < 2; part++ {
		sub := q.frame(f)
		done := q.narrow(sub, v.fact, part) && q.explore(sub)
		q.release(sub)
		if done {
			return true
		}
	}
	return false
}

// exploreCell splits a slot by a cell in place and puts it back: where the cell
// holds, then where it does not.
func (q *search) exploreCell(f *frame, c *pcell) bool {
	dom := f.dom[c.off : c.off+len(c.m[0])]
	var buf [4]uint64
	was := bits(append(buf[:0], dom...))
	m := c.m[f.state[c.slot]]
	done := false
	for part := 0; part < 2 && !done; part++ {
		for i := range dom {
			if part == 0 {
				dom[i] = was[i] & m[i]
			} else {
				dom[i] = was[i] &^ m[i]
			}
		}
		done = !dom.empty() && q.explore(f)
	}
	copy(dom, was)
	return done
}

func (q *search) note(r result) bool {
	if q.group >= 0 && !q.only {
		return false // settled whatever the group says: it does not matter here
	}
	if q.seen && r != q.first {
		q.differ = true
		return true
	}
	q.seen, q.first = true, r
	return false
}

// split is one way to cut the unknown in two: a slot by a cell, or a fact that
// others are derived from by its values.
type split struct {
	fact int
	cell *pcell // nil: cut the fact's range in the middle
}

// pick finds something unknown in a row that keeps the target open; when the
// relevance of a question is asked, first in the rows that hang on it.
func (q *search) pick(f *frame) (split, bool) {
	if q.group >= 0 && !q.only {
		if v, ok := q.pickIn(f, true); ok {
			return v, true
		}
	}
	for _, ri := range q.t.rows {
		if !q.nearFirst {
			break
		}
		if v, ok := q.pickRow(f, ri, false); ok {
			return v, true
		}
	}
	if v, ok := q.pickIn(f, false); ok {
		return v, true
	}
	// Validity may still hang on the day it counts from.
	if q.t.mode == modeUntil {
		for i := range q.t.numbers {
			if a := q.t.numbers[i].anchor; a >= 0 && f.hit[q.t.rows[i]] != value.No {
				if v, ok := q.splitOf(f, a, nil); ok {
					return v, true
				}
			}
		}
	}
	return split{}, false
}

func (q *search) pickIn(f *frame, hanging bool) (split, bool) {
	for i := range q.t.slice {
		for _, ri := range q.t.slice[i].rows {
			if v, ok := q.pickRow(f, ri, hanging); ok {
				return v, true
			}
		}
	}
	return split{}, false
}

func (q *search) pickRow(f *frame, ri int, hanging bool) (split, bool) {
	row := &q.g.rows[ri]
	if f.hit[ri] != value.Unknown || hanging && !q.hangs(f, row, false) {
		return split{}, false
	}
	for ci := range row.cells {
		c := &row.cells[ci]
		if c.slot >= len(q.g.p.facts) || c.truth(f) != value.Unknown {
			continue
		}
		if v, ok := q.splitOf(f, c.slot, c); ok {
			return v, true
		}
	}
	return split{}, false
}

// splitOf finds how to narrow a fact: by its inputs if it is derived from facts
// that are not exact, by itself otherwise.
func (q *search) splitOf(f *frame, i int, c *pcell) (split, bool) {
	if d := q.g.p.facts[i].derive; d != nil && !q.given[i] && !q.journeyless(d) {
		open := false
		for _, in := range d.inputs {
			if f.vals[in].Known() || !q.divisible(f, in) {
				continue
			}
			if v, ok := q.splitOf(f, in, nil); ok {
				return v, true
			}
			open = true
		}
		if open {
			return split{}, false // only the group asked about would narrow it
		}
	}
	if group := q.groupOf(f, i); q.group >= 0 && (group == q.group) != q.only {
		return split{}, false
	}
	if q.feedsOpen(i) {
		if _, ok := q.cut(f, i, 0); ok {
			return split{fact: i}, true
		}
	}
	if c == nil || c.slot != i {
		return split{}, false
	}
	return split{fact: i, cell: c}, true
}

// divisible reports whether narrowing the fact is possible at all.
func (q *search) divisible(f *frame, i int) bool {
	if d := q.g.p.facts[i].derive; d != nil && !q.given[i] {
		if q.journeyless(d) {
			return false
		}
		for _, in := range d.inputs {
			if !f.vals[in].Known() && q.divisible(f, in) {
				return true
			}
		}
		return false
	}
	_, ok := q.cut(f, i, 0)
	return ok
}

// feedsOpen reports whether facts are derived from this one that were not given.
func (q *search) feedsOpen(i int) bool {
	for _, d := range q.g.p.facts[i].feeds {
		if !q.given[d] {
			return true
		}
	}
	return false
}

// narrow restricts a fact that others are derived from, in a copy of a frame, to
// one half of what it may be; false when that half is impossible.
func (q *search) narrow(f *frame, i, part int) bool {
	val, ok := q.cut(f, i, part)
	if !ok {
		return false
	}
	if q.g.p.facts[i].typ == typeCode {
		_, f.cands[i], _ = q.cutCode(f, i, part)
	}
	f.vals[i] = val
	return q.refresh(f, i)
}

// cut halves what a fact may be. Days and whole numbers are cut down to a single
// value; other numbers at a region's border where one lies within, else until
// the halves are no longer worth it.
func (q *search) cut(f *frame, i int, part int) (value.Value, bool) {
	fc := q.g.p.facts[i]
	v := f.vals[i]
	switch fc.typ {
	case typeBool:
		if v.Known() {
			return v, false
		}
		return value.Of(part == 0), true
	case typeCode:
		v, _, ok := q.cutCode(f, i, part)
		return v, ok
	case typeList:
		return v, false
	}
	lo, hi, ok := v.Bounds()
	if !ok {
		lo, hi = fc.limits()
		if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
			return v, false
		}
	}
	if lo >= hi {
		return v, false
	}
	a, b := lo, hi
	if fc.typ == typeDecimal {
		mid := lo + (hi-lo)/2
		if hi-lo < 1e-9*math.Max(1, math.Abs(hi)) {
			return v, false
		}
		a, b = mid, math.Nextafter(mid, math.Inf(1))
	} else {
		a = math.Floor(lo + (hi-lo)/2)
		b = a + 1
	}
	if part == 0 {
		return rangeOf(fc.typ, lo, a), true
	}
	return rangeOf(fc.typ, b, hi), true
}

func rangeOf(t factType, lo, hi float64) value.Value {
	if t == typeDate {
		return value.DayRange(int(lo), int(hi))
	}
	return value.Range(lo, hi)
}

// cutCode cuts the codes a fact may have; the frame keeps the candidates until
// one is left. Only declared values can be enumerated.
func (q *search) cutCode(f *frame, i int, part int) (v value.Value, cands []string, ok bool) {
	if f.vals[i].Known() {
		return f.vals[i], nil, false
	}
	cands = f.cands[i]
	if cands == nil {
		cands = q.g.p.facts[i].def.Values
	}
	if len(cands) < 2 {
		return value.NotKnown(), nil, false
	}
	half := len(cands) / 2
	if part == 0 {
		cands = cands[:half]
	} else {
		cands = cands[half:]
	}
	if len(cands) == 1 {
		return value.Text(cands[0]), nil, true
	}
	return value.NotKnown(), cands, true
}

// refresh recomputes a narrowed fact's regions and everything derived from it.
func (q *search) refresh(f *frame, i int) bool {
	if !q.restrict(f, i) {
		return false
	}
	env := &deriveEnv{p: q.g.p, prog: q.g, vals: f.vals, on: q.on, journey: q.journey}
	for _, d := range q.g.p.facts[i].feeds {
		if q.given[d] {
			continue
		}
		fc := q.g.p.facts[d]
		v := readAs(fc, fc.derive.compute(env))
		f.vals[d] = v
		if fc.derive.total && v.Kind() == value.KindUnknown && exactInputs(f, fc) {
			return false // a birth after the day: no such person
		}
		if !q.restrict(f, d) {
			return false
		}
	}
	return true
}

func exactInputs(f *frame, fc *fact) bool {
	for _, in := range fc.derive.inputs {
		if !f.vals[in].Known() {
			return false
		}
	}
	return true
}

// restrict intersects a slot's regions with those its value still allows.
func (q *search) restrict(f *frame, i int) bool {
	d := q.g.doms[i]
	if d == nil {
		return true
	}
	v := f.vals[i]
	cands := f.cands[i]
	if cands == nil && (v.Kind() == value.KindUnknown || v.Kind() == value.KindRefused) {
		return true
	}
	dom := q.g.of(f, i)
	var buf [8]uint64
	allow := bits(buf[:])
	if len(dom) > len(buf) {
		allow = make(bits, len(dom))
	}
	allow = allow[:len(dom)]
	if cands != nil {
		one := make(bits, len(dom))
		for _, c := range cands {
			if d.classify(value.Text(c), one) {
				for k := range allow {
					allow[k] |= one[k]
				}
			}
		}
	} else if !d.classify(v, allow) {
		return false
	}
	for k := range dom {
		dom[k] &= allow[k]
	}
	return !dom.empty()
}

// journeyless reports whether a derivation has no journey to read: it is then
// unknown whatever its other inputs are.
func (s *settler) journeyless(d *derivation) bool { return d.journey && s.journey == nil }

// groupOf is the question that would narrow a slot in a frame: for a derived
// fact the first input that is not exact, then the journey, then itself.
func (s *settler) groupOf(f *frame, i int) int {
	d := s.g.p.facts[i].derive
	if d == nil || s.given[i] {
		return i
	}
	if !s.journeyless(d) {
		for _, in := range d.inputs {
			if !f.vals[in].Known() {
				return s.groupOf(f, in)
			}
		}
	}
	if d.journey {
		return len(s.g.p.facts)
	}
	return i
}
