package decision

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// The values of a fact are cut into regions: two values that no cell of the
// program tells apart are one region. A fact is then a set of possible regions,
// a cell the set of regions in which it holds, and the three-valued answer a
// comparison of the two sets. Enumerating regions is the same as enumerating
// values, which is what makes the treatment of the unknown exact.

// bits is a set of regions.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b bits) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }

func (b bits) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

func (b bits) single() bool {
	n := 0
	for _, w := range b {
		for ; w != 0; w &= w - 1 {
			if n++; n > 1 {
				return false
			}
		}
	}
	return n == 1
}

type factType uint8

const (
	typeBool factType = iota
	typeInt
	typeDecimal
	typeDate
	typeCode
	typeList
)

var factTypes = map[string]factType{"bool": typeBool, "int": typeInt, "decimal": typeDecimal, "date": typeDate, "code": typeCode, "list": typeList}

func (t factType) numeric() bool { return t == typeInt || t == typeDecimal || t == typeDate }

// The states of a fact: known in any part, unknown, refused.
const (
	stKnown = iota
	stUnknown
	stRefused
)

// predicate is a cell made ready for one epoch: the state it holds in whatever
// the value, and the values it holds for.
type predicate struct {
	not    bool
	states [3]bool // unknown and refused by name; known by name
	ivals  []interval
	codes  map[string]bool
	bools  [2]bool
}

type interval struct {
	lo, hi         float64
	openLo, openHi bool
}

func (iv interval) has(x float64) bool {
	return (x > iv.lo || x == iv.lo && !iv.openLo) && (x < iv.hi || x == iv.hi && !iv.openHi)
}

// covers reports whether the open interval (a, b) lies inside iv.
func (iv interval) covers(a, b float64) bool { return iv.lo <= a && b <= iv.hi }

// domain is the regions of one fact under one program.
type domain struct {
	typ    factType
	n      int // regions
	all    bits
	masks  [][3]bits // per predicate and state: the regions where it holds
	points []float64 // numeric: where regions change, ascending
	seg    []int     // numeric: region of (-inf,p0), p0, (p0,p1), p1 …; -1: no such value
	codes  map[string]int
	other  int // code: region of codes no cell names; -1 when the values are declared
	lists  map[uint64]int
	elems  map[string]uint64 // list: which predicates a code meets
	sample []value.Value     // a value of each region
}

var errTooFine = errors.New("cells cut this fact into too many regions")

// maxRegions bounds a domain; 4096 regions of a list fact are 12 different cells.
const maxRegions = 4096

func buildDomain(f *fact, preds []predicate) (*domain, error) {
	d := &domain{typ: f.typ, other: -1}
	var err error
	switch {
	case f.typ == typeBool:
		d.buildBool(preds)
	case f.typ.numeric():
		d.buildNumeric(f, preds)
	case f.typ == typeCode:
		d.buildCode(f, preds)
	default:
		err = d.buildList(f, preds)
	}
	if err == nil && d.n > maxRegions {
		err = errTooFine
	}
	if err != nil {
		return nil, err
	}
	d.all = newBits(d.n)
	for i := 0; i < d.n; i++ {
		d.all.set(i)
	}
	return d, nil
}

// finish turns "predicate i holds in region r" into masks by state. A cell that
// names a state is settled by the state alone: `"a", unknown` holds in every
// region of an unknown fact, `not(unknown)` in none.
func (d *domain) finish(preds []predicate, holds func(p, region int) bool) {
	for pi, p := range preds {
		var m [3]bits
		for st := range m {
			m[st] = newBits(d.n)
			for r := 0; r < d.n; r++ {
				in := holds(pi, r)
				if st == stKnown {
					in = in || p.states[stKnown]
				} else if p.states[st] || (st == stRefused && p.states[stUnknown]) {
					in = true // refused weighs as unknown
				}
				if in != p.not {
					m[st].set(r)
				}
			}
		}
		d.masks = append(d.masks, m)
	}
}

func (d *domain) buildBool(preds []predicate) {
	d.n = 2
	d.sample = []value.Value{value.Of(false), value.Of(true)}
	d.finish(preds, func(p, r int) bool { return preds[p].bools[r] })
}

func (d *domain) buildNumeric(f *fact, preds []predicate) {
	lo, hi := f.limits()
	seen := map[float64]bool{}
	for _, p := range preds {
		for _, iv := range p.ivals {
			for _, x := range []float64{iv.lo, iv.hi} {
				if !math.IsInf(x, 0) && !seen[x] {
					seen[x] = true
					d.points = append(d.points, x)
				}
			}
		}
	}
	sort.Float64s(d.points)
	regions := map[string]int{}
	var sigs []string
	d.seg = make([]int, 2*len(d.points)+1)
	for i := range d.seg {
		a, b, point := d.segment(i)
		x, ok := someNumber(a, b, point, f.typ != typeDecimal, lo, hi)
		if !ok {
			d.seg[i] = -1
			continue
		}
		sig := make([]byte, len(preds))
		for pi, p := range preds {
			for _, iv := range p.ivals {
				if point && iv.has(a) || !point && iv.covers(a, b) {
					sig[pi] = 1
				}
			}
		}
		r, known := regions[string(sig)]
		if !known {
			r = len(sigs)
			regions[string(sig)] = r
			sigs = append(sigs, string(sig))
			d.sample = append(d.sample, numberOf(f.typ, x))
		}
		d.seg[i] = r
	}
	d.n = len(sigs)
	d.finish(preds, func(p, r int) bool { return sigs[r][p] == 1 })
}

func numberOf(t factType, x float64) value.Value {
	if t == typeDate {
		return value.Day(int(x))
	}
	return value.Number(x)
}

// segment returns the i-th elementary segment: a point, or an open interval.
func (d *domain) segment(i int) (a, b float64, point bool) {
	if i%2 == 1 {
		p := d.points[i/2]
		return p, p, true
	}
	a, b = math.Inf(-1), math.Inf(1)
	if i > 0 {
		a = d.points[i/2-1]
	}
	if i/2 < len(d.points) {
		b = d.points[i/2]
	}
	return a, b, false
}

// someNumber picks a number of the segment that the fact can have at all.
func someNumber(a, b float64, point, whole bool, lo, hi float64) (float64, bool) {
	if point {
		return a, a >= lo && a <= hi && (!whole || a == math.Trunc(a))
	}
	a2, b2 := math.Max(a, lo), math.Min(b, hi)
	if a2 > b2 {
		return 0, false
	}
	if whole {
		first, last := math.Ceil(a2), math.Floor(b2)
		if first == a {
			first++
		}
		if last == b {
			last--
		}
		switch {
		case first > last:
			return 0, false
		case !math.IsInf(first, 0):
			return first, true
		case !math.IsInf(last, 0):
			return last, true
		}
		return 0, true
	}
	switch {
	case math.IsInf(a2, -1) && math.IsInf(b2, 1):
		return 0, true
	case math.IsInf(a2, -1):
		return b2 - 1, true
	case math.IsInf(b2, 1):
		return a2 + 1, true
	}
	x := a2 + (b2-a2)/2
	in := (x > a || x == lo && lo > a) && (x < b || x == hi && hi < b)
	return x, in
}

// segAt returns the elementary segment of a number.
func (d *domain) segAt(x float64) int {
	lo, hi := 0, len(d.points)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if d.points[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(d.points) && d.points[lo] == x {
		return 2*lo + 1
	}
	return 2 * lo
}

func (d *domain) buildCode(f *fact, preds []predicate) {
	universe := map[string]bool{}
	for _, v := range f.def.Values {
		universe[v] = true
	}
	if len(f.def.Values) == 0 {
		for _, p := range preds {
			for c := range p.codes {
				universe[c] = true
			}
		}
	}
	names := make([]string, 0, len(universe)+1)
	for c := range universe {
		names = append(names, c)
	}
	sort.Strings(names)
	regions := map[string]int{}
	var sigs []string
	region := func(sig string, sample value.Value) int {
		r, known := regions[sig]
		if !known {
			r = len(sigs)
			regions[sig] = r
			sigs = append(sigs, sig)
			d.sample = append(d.sample, sample)
		}
		return r
	}
	d.codes = make(map[string]int, len(names))
	for _, c := range names {
		sig := make([]byte, len(preds))
		for pi, p := range preds {
			if p.codes[c] {
				sig[pi] = 1
			}
		}
		d.codes[c] = region(string(sig), value.Text(c))
	}
	if len(f.def.Values) == 0 {
		d.other = region(string(make([]byte, len(preds))), value.Text(otherCode(universe)))
	}
	d.n = len(sigs)
	d.finish(preds, func(p, r int) bool { return sigs[r][p] == 1 })
}

// otherCode is a code that no cell names, to stand for all of them.
func otherCode(universe map[string]bool) string {
	c := "OTHER"
	for universe[c] {
		c += "_"
	}
	return c
}

// buildList cuts the sets of codes a list fact may be by which predicates any
// of the elements meets.
func (d *domain) buildList(f *fact, preds []predicate) error {
	if len(preds) > 64 {
		return fmt.Errorf("%w: more than 64 different cells on a list", errTooFine)
	}
	d.elems = map[string]uint64{}
	for pi, p := range preds {
		for c := range p.codes {
			d.elems[c] |= 1 << pi
		}
	}
	byMask := map[uint64]string{}
	codes := make([]string, 0, len(d.elems))
	for c := range d.elems {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	allowed := map[string]bool{}
	for _, v := range f.def.Values {
		allowed[v] = true
	}
	for _, c := range codes {
		if _, ok := byMask[d.elems[c]]; !ok && (len(allowed) == 0 || allowed[c]) {
			byMask[d.elems[c]] = c
		}
	}
	// Sets of elements, by the union of what they meet; the empty set first.
	d.lists = map[uint64]int{0: 0}
	unions := []uint64{0}
	samples := [][]string{nil}
	for _, m := range sortedMasks(byMask) {
		for i, n := 0, len(unions); i < n; i++ {
			u := unions[i] | m
			if _, ok := d.lists[u]; ok {
				continue
			}
			d.lists[u] = len(unions)
			unions = append(unions, u)
			samples = append(samples, append(append([]string(nil), samples[i]...), byMask[m]))
			if len(unions) > maxRegions {
				return errTooFine
			}
		}
	}
	d.n = len(unions)
	for _, s := range samples {
		d.sample = append(d.sample, value.Texts(s...))
	}
	d.finish(preds, func(p, r int) bool { return unions[r]&(1<<p) != 0 })
	return nil
}

func sortedMasks(m map[uint64]string) []uint64 {
	out := make([]uint64, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// classify writes the regions a value may lie in; ok is false when it cannot be
// a value of the fact, which then counts as unknown.
func (d *domain) classify(v value.Value, into bits) bool {
	for i := range into {
		into[i] = 0
	}
	switch d.typ {
	case typeBool:
		switch v.Truth() {
		case value.Yes:
			into[0] = 2
		case value.No:
			into[0] = 1
		default:
			return false
		}
		return true
	case typeCode:
		s, ok := v.Str()
		if !ok {
			return false
		}
		r, ok := d.codes[s]
		if !ok {
			r = d.other
		}
		if r < 0 {
			return false
		}
		into.set(r)
		return true
	case typeList:
		return d.classifyList(v, into)
	}
	lo, hi, ok := v.Bounds()
	if !ok {
		return false
	}
	any := false
	for i, last := d.segAt(lo), d.segAt(hi); i <= last; i++ {
		r := d.seg[i]
		if r < 0 || (d.typ != typeDecimal && i%2 == 0 && !d.wholeIn(i, lo, hi)) {
			continue
		}
		into.set(r)
		any = true
	}
	return any
}

// wholeIn reports whether the open segment i has a whole number in [lo, hi].
func (d *domain) wholeIn(i int, lo, hi float64) bool {
	a, b, _ := d.segment(i)
	first, last := math.Max(math.Ceil(lo), math.Floor(a)+1), math.Min(math.Floor(hi), math.Ceil(b)-1)
	return first <= last
}

func (d *domain) classifyList(v value.Value, into bits) bool {
	var met uint64
	open := false
	items := v.Items()
	if v.Kind() == value.KindText {
		items = []value.Value{v}
	} else if v.Kind() != value.KindList {
		return false
	}
	for _, e := range items {
		if s, ok := e.Str(); ok {
			met |= d.elems[s]
		} else {
			open = true // an element nobody knows may be anything
		}
	}
	if r, ok := d.lists[met]; ok && !open {
		into.set(r)
		return true
	}
	any := false
	for u, r := range d.lists {
		if u&met == met && (open || u == met) {
			into.set(r)
			any = true
		}
	}
	return any
}

// fact is a compiled fact.
type fact struct {
	def    FactDef
	idx    int
	typ    factType
	derive *derivation // nil for a base fact
	feeds  []int       // derived facts that read this one, in order of computation
	lo, hi float64     // the numbers the fact can have at all
}

// limits are the numbers the fact can have at all.
func (f *fact) limits() (lo, hi float64) { return f.lo, f.hi }

func (f *fact) findLimits() (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	if f.typ == typeDate {
		lo, hi = float64(calendar.DayOf(1850, 1, 1)), float64(calendar.DayOf(2199, 12, 31))
	}
	if f.derive != nil && f.derive.floor0 {
		lo = 0
	}
	if f.def.Min != nil {
		lo = math.Max(lo, *f.def.Min)
	}
	if f.def.Max != nil {
		hi = math.Min(hi, *f.def.Max)
	}
	return lo, hi
}
