// Package suppress decides which counts of a table are left out before it is published, so
// that nobody can be found by a small number.
//
// A count from 1 to k-1 is left out (primary suppression). Totals that are published tell
// what one left-out part was, so other cells are left out with it (complementary
// suppression), as few as do and of those the smallest, cells before totals. A zero is
// shown. The result is audited: for every cell that is left out the least and the most
// that the published numbers allow are worked out as linear programs, and a small count is
// protected only if they are at least k apart; any other cell, if more than one number is
// possible.
//
// Source: L. Willenborg, T. de Waal, Elements of Statistical Disclosure Control (2001),
// chapter 4, for complementary suppression and its audit by linear programs; the rule "as
// many more cells as stop recalculation": Washington State Department of Health, standards
// for small numbers (2017/2018). What k is belongs to who receives the table; it is data.
package suppress

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
)

// Sum says that one cell is the sum of others.
type Sum struct {
	Total int
	Parts []int
}

// Table is counts and what adds up to what. Cells are not negative.
type Table struct {
	Cells []int64
	Sums  []Sum
}

// exact is how many cells may be candidates for the search of the fewest; above it the
// search takes the smallest one at a time.
const exact = 12

// Hide answers which cells are left out, at the limit k. It answers the same for the same
// table. A limit below 2 leaves out nothing.
func (t Table) Hide(k int64) []bool {
	hidden := make([]bool, len(t.Cells))
	small := make([]bool, len(t.Cells))
	any := false
	for i, n := range t.Cells {
		small[i] = n > 0 && n < k
		hidden[i], any = small[i], any || small[i]
	}
	if !any || t.safe(hidden, small, k) {
		return hidden
	}
	total := make([]bool, len(t.Cells))
	for _, s := range t.Sums {
		total[s.Total] = true
	}
	var inner []int
	for i, n := range t.Cells {
		if n > 0 && !hidden[i] && !total[i] {
			inner = append(inner, i)
		}
	}
	t.bySize(inner)
	if len(inner) <= exact {
		if found := t.fewest(hidden, small, inner, k); found != nil {
			return found
		}
	}
	return t.greedy(hidden, small, total, k)
}

// bySize puts the smallest first; of equal ones, the first.
func (t Table) bySize(list []int) {
	slices.SortStableFunc(list, func(a, b int) int { return int(min(max(t.Cells[a]-t.Cells[b], -1), 1)) })
}

// fewest tries all sets of candidates, the smaller sets first and of those the one with
// the least counts; nil where none will do.
func (t Table) fewest(hidden, small []bool, from []int, k int64) []bool {
	for size := 1; size <= len(from); size++ {
		var best []bool
		least := int64(math.MaxInt64)
		t.choose(from, size, nil, func(set []int) {
			var sum int64
			try := slices.Clone(hidden)
			for _, i := range set {
				sum += t.Cells[i]
				try[i] = true
			}
			if sum < least && t.safe(try, small, k) {
				least, best = sum, try
			}
		})
		if best != nil {
			return best
		}
	}
	return nil
}

func (t Table) choose(from []int, size int, have []int, f func([]int)) {
	if size == 0 {
		f(have)
		return
	}
	for i := 0; i+size <= len(from); i++ {
		t.choose(from[i+1:], size-1, append(slices.Clone(have), from[i]), f)
	}
}

// greedy leaves out one cell after the other, the smallest that stands in a sum with a
// cell that is not protected, cells before totals; and shows again, the largest first,
// what need not be left out after all.
func (t Table) greedy(hidden, small, total []bool, k int64) []bool {
	var added []int
	for !t.safe(hidden, small, k) {
		next := t.next(hidden, small, total, k)
		if next < 0 {
			break // nothing is left to leave out: all that is not zero is
		}
		hidden[next] = true
		added = append(added, next)
	}
	t.bySize(added)
	slices.Reverse(added)
	for _, i := range added {
		hidden[i] = false
		if !t.safe(hidden, small, k) {
			hidden[i] = true
		}
	}
	return hidden
}

func (t Table) next(hidden, small, total []bool, k int64) int {
	var near, far []int
	for _, s := range t.Sums {
		all := append([]int{s.Total}, s.Parts...)
		open := slices.ContainsFunc(all, func(i int) bool { return hidden[i] && !t.protects(hidden, small, i, k) })
		for _, i := range all {
			if hidden[i] || t.Cells[i] == 0 {
				continue
			}
			if open {
				near = append(near, i)
			} else {
				far = append(far, i)
			}
		}
	}
	for _, list := range [][]int{near, far} {
		for _, totals := range []bool{false, true} {
			part := slices.DeleteFunc(slices.Clone(list), func(i int) bool { return total[i] != totals })
			slices.Sort(part)
			t.bySize(part)
			if len(part) > 0 {
				return part[0]
			}
		}
	}
	return -1
}

// safe reports whether every cell that is left out is protected.
func (t Table) safe(hidden, small []bool, k int64) bool {
	for _, s := range t.Sums { // what one sum tells is seen without a linear program
		n := 0
		for _, i := range append([]int{s.Total}, s.Parts...) {
			if hidden[i] {
				n++
			}
		}
		if n == 1 {
			return false
		}
	}
	for i := range hidden {
		if hidden[i] && !t.protects(hidden, small, i, k) {
			return false
		}
	}
	return true
}

func (t Table) protects(hidden, small []bool, cell int, k int64) bool {
	lo, hi := t.Bounds(hidden, cell)
	need := 1.0
	if small[cell] {
		need = float64(k)
	}
	return hi-lo >= need
}

const tolerance = 1e-7

// Bounds are the least and the most whole number that a left-out cell may be by what is
// published; the most may be infinite. Where they cannot be worked out they are the count
// itself: it counts as told.
func (t Table) Bounds(hidden []bool, cell int) (lo, hi float64) {
	told := float64(t.Cells[cell])
	column := map[int]int{}
	for i := range hidden {
		if hidden[i] {
			column[i] = len(column)
		}
	}
	at, ok := column[cell]
	if !ok {
		return told, told
	}
	a, b := t.equations(hidden, column)
	switch {
	case len(a) == 0:
		return 0, math.Inf(1)
	case len(a) >= len(column):
		return told, told // as many independent equations as unknowns
	}
	flat := make([]float64, 0, len(a)*len(column))
	for _, row := range a {
		flat = append(flat, row...)
	}
	m := mat.NewDense(len(a), len(column), flat)
	for _, sign := range []float64{1, -1} {
		c := make([]float64, len(column))
		c[at] = sign
		best, _, err := lp.Simplex(c, m, b, 0, nil)
		switch {
		case err == lp.ErrUnbounded && sign < 0:
			hi = math.Inf(1)
		case err != nil:
			return told, told
		case sign > 0:
			lo = math.Ceil(best - tolerance)
		default:
			hi = math.Floor(-best + tolerance)
		}
	}
	return lo, hi
}

// equations are the sums over the cells that are left out, independent of each other.
func (t Table) equations(hidden []bool, column map[int]int) (rows [][]float64, right []float64) {
	for _, s := range t.Sums {
		row := make([]float64, len(column)+1)
		put := func(i int, sign float64) {
			if hidden[i] {
				row[column[i]] += sign
			} else {
				row[len(column)] -= sign * float64(t.Cells[i])
			}
		}
		put(s.Total, -1)
		for _, p := range s.Parts {
			put(p, 1)
		}
		for i, have := range rows { // what earlier sums say already is taken away
			if p := pivot(have); p >= 0 && row[p] != 0 {
				f := row[p] / have[p]
				for j := range have {
					row[j] -= f * have[j]
				}
				row[len(column)] -= f * right[i]
				row[p] = 0
			}
		}
		if p := pivot(row[:len(column)]); p >= 0 {
			rows, right = append(rows, row[:len(column):len(column)]), append(right, row[len(column)])
		}
	}
	return rows, right
}

func pivot(row []float64) int {
	return slices.IndexFunc(row, func(v float64) bool { return math.Abs(v) > tolerance })
}

// Held reports whether a count must be held back because an earlier release of the same
// scope stands beside it: the difference would tell a small number.
func Held(before, now, k int64) bool {
	d := now - before
	if d < 0 {
		d = -d
	}
	return d > 0 && d < k
}
