package suppress_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/suppress"
)

// square is a table of rows and columns with all totals, the grand total last.
func square(rows [][]int64) suppress.Table {
	var t suppress.Table
	w := len(rows[0])
	at := func(r, c int) int { return r*(w+1) + c }
	for _, row := range append(rows, make([]int64, w)) {
		t.Cells = append(append(t.Cells, row...), 0)
	}
	last := len(rows)
	for r := range rows {
		s := suppress.Sum{Total: at(r, w)}
		for c := range w {
			s.Parts = append(s.Parts, at(r, c))
		}
		t.Sums = append(t.Sums, s)
	}
	for c := range w + 1 {
		s := suppress.Sum{Total: at(last, c)}
		for r := range rows {
			s.Parts = append(s.Parts, at(r, c))
		}
		t.Sums = append(t.Sums, s)
	}
	for _, s := range t.Sums {
		for _, p := range s.Parts {
			t.Cells[s.Total] += t.Cells[p]
		}
	}
	return t
}

func line(parts ...int64) suppress.Table {
	var t suppress.Table
	s := suppress.Sum{Total: len(parts)}
	var total int64
	for i, n := range parts {
		t.Cells, s.Parts, total = append(t.Cells, n), append(s.Parts, i), total+n
	}
	t.Cells, t.Sums = append(t.Cells, total), []suppress.Sum{s}
	return t
}

// The worked cases of the reference, section 1.4.
func TestWorkedCases(t *testing.T) {
	for _, c := range []struct {
		name string
		t    suppress.Table
		k    int64
		want []int // cells left out
	}{
		{"women and men by age", square([][]int64{{12, 3, 25}, {9, 14, 2}}), 5, []int{1, 2, 5, 6}},
		{"three sites: the smallest other goes too", line(7, 4, 15), 5, []int{0, 1}},
		{"a zero is shown", line(0, 6, 3), 5, []int{1, 2}},
		{"nothing small", line(7, 12), 5, nil},
		{"a total that is small itself", line(0, 3), 5, []int{1, 2}},
	} {
		var got []int
		for i, h := range c.t.Hide(c.k) {
			if h {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	first := square([][]int64{{12, 3, 25}, {9, 14, 2}})
	if lo, hi := first.Bounds(first.Hide(5), 1); lo != 1 || hi != 17 {
		t.Errorf("women in the middle: %v to %v, want 1 to 17", lo, hi)
	}
	if !suppress.Held(30, 32, 5) || suppress.Held(30, 30, 5) || suppress.Held(30, 35, 5) {
		t.Error("a difference of two is held back, none and five are not")
	}
}

// possible tries every number in every cell that is left out and answers which numbers
// one of them may be: an oracle that knows no linear program.
func possible(t suppress.Table, hidden []bool, cell int, most int64) map[int64]bool {
	var open []int
	for i, h := range hidden {
		if h {
			open = append(open, i)
		}
	}
	cells, out := slices.Clone(t.Cells), map[int64]bool{}
	fits := func(known int) bool {
		for _, s := range t.Sums {
			var sum int64
			whole := true
			for _, p := range s.Parts {
				if slices.Contains(open[known:], p) {
					whole = false
					continue
				}
				sum += cells[p]
			}
			if slices.Contains(open[known:], s.Total) {
				continue
			}
			if sum > cells[s.Total] || whole && sum != cells[s.Total] {
				return false
			}
		}
		return true
	}
	var try func(i int)
	try = func(i int) {
		if i == len(open) {
			out[cells[cell]] = true
			return
		}
		for n := int64(0); n <= most; n++ {
			if cells[open[i]] = n; fits(i + 1) {
				try(i + 1)
			}
		}
		cells[open[i]] = t.Cells[open[i]]
	}
	try(0)
	return out
}

// No cell that is left out can be computed from what is published.
func TestNothingLeftOutCanBeComputed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 3).Draw(t, "rows"), rapid.IntRange(2, 3).Draw(t, "columns")
		table := make([][]int64, rows)
		for r := range table {
			for range columns {
				table[r] = append(table[r], int64(rapid.IntRange(0, 6).Draw(t, "n")))
			}
		}
		k := int64(rapid.IntRange(2, 4).Draw(t, "k"))
		x := square(table)
		hidden := x.Hide(k)
		left := 0
		for i, n := range x.Cells {
			if n > 0 && n < k && !hidden[i] {
				t.Fatalf("%v at %d: the small count %d is shown", x.Cells, k, n)
			}
			if hidden[i] {
				left++
			}
		}
		if left > 7 {
			return // the oracle would try too many
		}
		for i := range hidden {
			if !hidden[i] {
				continue
			}
			if all := possible(x, hidden, i, 40); len(all) < 2 {
				t.Fatalf("%v at %d, %v: cell %d can only be %v", x.Cells, k, hidden, i, all)
			}
		}
	})
}

// A larger table is protected too, and twice the same way.
func TestALargerTable(t *testing.T) {
	rows := [][]int64{{120, 3, 25, 0, 41}, {9, 14, 2, 77, 8}, {55, 61, 4, 1, 30}, {18, 22, 35, 40, 1}, {90, 0, 12, 14, 66}}
	x := square(rows)
	hidden := x.Hide(5)
	if !slices.Equal(hidden, x.Hide(5)) {
		t.Fatal("not the same twice")
	}
	shown := 0
	for i, h := range hidden {
		lo, hi := x.Bounds(hidden, i)
		switch {
		case !h:
			shown++
		case hi-lo < 1, x.Cells[i] > 0 && x.Cells[i] < 5 && hi-lo < 5:
			t.Errorf("cell %d of %d lies between %v and %v", i, x.Cells[i], lo, hi)
		}
	}
	if shown < len(hidden)/2 {
		t.Errorf("only %d of %d cells are shown", shown, len(hidden))
	}
}
