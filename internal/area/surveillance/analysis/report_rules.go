package analysis

import "slices"

// Suppression is what may not leave of a table of counts.
type Suppression struct {
	Limit      int  // a count from 1 to below it leaves as "fewer than"
	Complement bool // a single suppressed cell of a line takes another with it
	Source     string
}

// Cell is a count as it leaves.
type Cell struct {
	N          int
	Suppressed bool // it leaves as "fewer than" the limit, or as "withheld" where it is larger
}

// Line suppresses the cells of a line whose sum leaves too.
func (s Suppression) Line(counts ...int) []Cell {
	out := make([]Cell, len(counts))
	hidden := 0
	for i, n := range counts {
		out[i].N = n
		if n > 0 && n < s.Limit {
			out[i].Suppressed = true
			hidden++
		}
	}
	if !s.Complement || hidden != 1 {
		return out
	}
	next := -1
	for i, c := range out {
		if !c.Suppressed && c.N > 0 && (next < 0 || c.N < out[next].N) {
			next = i
		}
	}
	if next >= 0 {
		out[next].Suppressed = true
	}
	return out
}

// One suppresses a count that stands alone.
func (s Suppression) One(n int) Cell { return Cell{N: n, Suppressed: n > 0 && n < s.Limit} }

// Lines suppresses the cases and deaths of some lines whose sums leave too: first down
// each column, then the deaths of a line whose cases are suppressed.
func (s Suppression) Lines(lines []Line) (cases, deaths []Cell) {
	var c, d []int
	for _, l := range lines {
		c, d = append(c, l.Cases), append(d, l.Deaths)
	}
	cases, deaths = s.Line(c...), s.Line(d...)
	for i := range lines {
		if cases[i].Suppressed && deaths[i].N > 0 {
			deaths[i].Suppressed = true
		}
	}
	return cases, deaths
}

// coarse joins the lines of sites that are never told of, and those of one site alone
// with them would be worked out: they leave as one line.
func coarse(lines []Line, guarded func(site string) bool) (out []Line) {
	other := Line{}
	for _, l := range lines {
		if guarded(l.Key) {
			other.Cases, other.Deaths = other.Cases+l.Cases, other.Deaths+l.Deaths
			continue
		}
		out = append(out, l)
	}
	if other.Cases > 0 {
		out = append(out, other)
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		switch {
		case a.Key == "" || b.Key == "":
			return 0
		case a.Key < b.Key:
			return -1
		}
		return 1
	})
	return out
}
