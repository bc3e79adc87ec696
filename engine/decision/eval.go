package decision

import (
	"math"

	"github.com/godwit-health/godwit/engine/value"
)

// frame is one state of knowledge: what each fact may be, and what follows.
type frame struct {
	vals  []value.Value // by fact, as far as known
	cands [][]string    // by fact: the codes it may still be, while enumerating
	state []uint8       // by slot: known, unknown, refused
	dom   bits          // by slot: regions still possible
	hit   []value.Truth // by row: matches and counts under its hit policy
	clash []value.Truth // by table: rows contradict each other
}

func (g *program) newFrame() *frame {
	p := g.p
	return &frame{
		vals:  make([]value.Value, len(p.facts)),
		cands: make([][]string, len(p.facts)),
		state: make([]uint8, len(p.facts)+len(p.pseudo)),
		dom:   make(bits, g.words),
		hit:   make([]value.Truth, len(g.rows)),
		clash: make([]value.Truth, len(g.tabs)),
	}
}

// copyFrom copies what is given; what follows is computed again.
func (f *frame) copyFrom(o *frame) {
	copy(f.vals, o.vals)
	copy(f.cands, o.cands)
	copy(f.state, o.state)
	copy(f.dom, o.dom)
}

// of returns the regions of a slot in a frame.
func (g *program) of(f *frame, slot int) bits {
	d := g.doms[slot]
	return f.dom[g.off[slot] : g.off[slot]+len(d.all)]
}

// truth answers whether the cell holds: yes when every region still possible
// satisfies it, no when none does.
func (c *pcell) truth(f *frame) value.Truth {
	m := c.m[f.state[c.slot]]
	dom := f.dom[c.off : c.off+len(m)]
	in, out := false, false
	for i, w := range dom {
		in = in || w&m[i] != 0
		out = out || w&^m[i] != 0
	}
	switch {
	case !out:
		return value.Yes
	case !in:
		return value.No
	}
	return value.Unknown
}

func (r *prow) truth(f *frame) value.Truth {
	t := value.Yes
	for i := range r.cells {
		switch r.cells[i].truth(f) {
		case value.No:
			return value.No
		case value.Unknown:
			t = value.Unknown
		}
	}
	return t
}

// run evaluates the rows of a slice, table by table, in Kleene logic: what it
// settles holds whatever the unknown turns out to be.
func (g *program) run(f *frame, s slice) {
	for i := range s {
		g.runTable(f, &s[i])
	}
}

func (g *program) runTable(f *frame, s *tabSlice) {
	tab := &g.tabs[s.tab]
	for _, r := range s.rows {
		f.hit[r] = g.rows[r].truth(f)
	}
	switch tab.policy {
	case First:
		sieve(f, s.rows)
	case Priority:
		g.sieveRank(f, tab, s)
	case Unique, Any:
		if tab.clash != nil {
			f.clash[s.tab] = g.clashing(f, tab, s)
		}
	}
	for _, ps := range tab.pseudo {
		g.setPseudo(f, ps)
	}
}

// sieve lets through the first row that matches; behind a row that may match,
// a row only may count.
func sieve(f *frame, rows []int) {
	before := value.No
	for _, r := range rows {
		t := f.hit[r]
		f.hit[r] = t.And(before.Not())
		before = before.Or(t)
	}
}

func (g *program) sieveRank(f *frame, tab *ptab, s *tabSlice) {
	before := value.No
	for _, r := range tab.rank {
		if !containsSorted(s.rows, r) {
			continue
		}
		t := f.hit[r]
		f.hit[r] = t.And(before.Not())
		before = before.Or(t)
	}
}

func containsSorted(xs []int, x int) bool {
	lo, hi := 0, len(xs)
	for lo < hi {
		mid := (lo + hi) / 2
		if xs[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(xs) && xs[lo] == x
}

func (g *program) clashing(f *frame, tab *ptab, s *tabSlice) value.Truth {
	t := value.No
	for _, a := range s.rows {
		for _, b := range tab.clash[a-tab.lo] {
			t = t.Or(f.hit[a].And(f.hit[b]))
		}
	}
	return t
}

func anyHit(f *frame, rows []int) value.Truth {
	t := value.No
	for _, r := range rows {
		t = t.Or(f.hit[r])
		if t == value.Yes {
			break
		}
	}
	return t
}

func (g *program) setPseudo(f *frame, i int) {
	t := value.No
	for _, term := range g.pseudo[i].terms {
		t = t.Or(anyHit(f, term.rows).And(anyHit(f, term.bars).Not()))
	}
	dom := g.of(f, len(g.p.facts)+i)
	switch t {
	case value.Yes:
		dom[0] = 2
	case value.No:
		dom[0] = 1
	default:
		dom[0] = 3
	}
}

// result is what a target comes to in one state of knowledge.
type result struct {
	status uint8 // see below
	num    float64
}

const (
	absent  uint8 = iota // no row gives it, or something stands against it
	present              //
	blocked              // required and contraindicated, or rows contradict each other
)

// resultOf evaluates a target; settled is false while it is open.
func (g *program) resultOf(f *frame, t *target) (r result, settled bool) {
	if t.mode != modeSet {
		return g.numeric(f, t)
	}
	fires, barred, block := g.standing(f, t)
	switch {
	case fires == value.No || barred == value.Yes:
		return result{status: absent}, true
	case fires != value.Yes || barred != value.No || !block.Known():
		return result{}, false
	case block == value.Yes:
		return result{status: blocked}, true
	}
	return result{status: present}, true
}

// standing is whether the target's rows fire, whether something stands against
// it, and whether it is blocked.
func (g *program) standing(f *frame, t *target) (fires, barred, block value.Truth) {
	fires, barred, block = anyHit(f, t.rows), anyHit(f, t.bars), anyHit(f, t.block)
	for _, tab := range t.tabs {
		block = block.Or(f.clash[tab])
	}
	return fires, barred, block
}

// numeric evaluates a target that is a number: the earliest valid day, or an
// aggregate. Open rows and inexact anchors give a range; what stands against the
// outcome stands against its number.
func (g *program) numeric(f *frame, t *target) (r result, settled bool) {
	lo, hi, may, must := g.bounds(f, t)
	_, barred, block := g.standing(f, t)
	switch {
	case !may || barred == value.Yes:
		return result{status: absent}, true
	case !must || lo != hi || math.IsInf(lo, 0) || barred != value.No || !block.Known():
		return result{}, false
	case block == value.Yes:
		return result{status: blocked, num: lo}, true
	}
	return result{status: present, num: lo}, true
}

// bounds are the least and greatest number the target can have, and whether it
// may and must have one.
func (g *program) bounds(f *frame, t *target) (lo, hi float64, may, must bool) {
	switch t.mode {
	case modeSum, modeCount:
		for i, ri := range t.rows {
			n := 1.0
			if t.mode == modeSum {
				n = t.numbers[i].number
			}
			switch f.hit[ri] {
			case value.Yes:
				lo, hi, may, must = lo+n, hi+n, true, true
			case value.Unknown:
				lo, hi, may = lo+math.Min(n, 0), hi+math.Max(n, 0), true
			}
		}
		return lo, hi, may, must
	case modeUntil:
		return g.earliest(f, t)
	}
	lo, hi = math.Inf(1), math.Inf(1)
	sign := 1.0
	if t.mode == modeMax {
		sign = -1
	}
	for i, ri := range t.rows {
		n := sign * t.numbers[i].number
		if f.hit[ri] == value.Yes {
			lo, hi, may, must = math.Min(lo, n), math.Min(hi, n), true, true
		} else if f.hit[ri] == value.Unknown {
			lo, may = math.Min(lo, n), true
		}
	}
	if sign < 0 {
		lo, hi = -hi, -lo
	}
	return lo, hi, may, must
}

// earliest is the minimum over all valid rows; within a collect-max table the
// latest counts.
func (g *program) earliest(f *frame, t *target) (lo, hi float64, may, must bool) {
	lo, hi = math.Inf(1), math.Inf(1)
	for i := 0; i < len(t.rows); {
		tab := g.rows[t.rows[i]].tab
		latest := g.tabs[tab].policy == CollectMax
		tlo, thi := math.Inf(1), math.Inf(1)
		if latest {
			tlo, thi = math.Inf(-1), math.Inf(-1)
		}
		tmay, tmust := false, false
		for ; i < len(t.rows) && g.rows[t.rows[i]].tab == tab; i++ {
			hit := f.hit[t.rows[i]]
			if hit == value.No {
				continue
			}
			a, b := until(f, &t.numbers[i])
			tmay = true
			yes := hit == value.Yes
			tmust = tmust || yes
			switch {
			case latest && yes:
				tlo, thi = math.Max(tlo, a), math.Max(thi, b)
			case latest:
				thi = math.Max(thi, b)
			case yes:
				tlo, thi = math.Min(tlo, a), math.Min(thi, b)
			default:
				tlo = math.Min(tlo, a)
			}
		}
		if tmay {
			may, must = true, must || tmust
			lo = math.Min(lo, tlo)
			if tmust {
				hi = math.Min(hi, thi)
			}
		}
	}
	return lo, hi, may, must
}
