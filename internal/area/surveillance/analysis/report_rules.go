package analysis

import (
	"slices"
	"strings"
)

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
	Blank      bool // it leaves as "withheld", be it small or large
}

// Line suppresses the cells of a line whose sum leaves too.
func (s Suppression) Line(counts ...int) []Cell {
	out := make([]Cell, len(counts))
	for i, n := range counts {
		out[i] = s.One(n)
	}
	s.complete(out)
	return out
}

// One suppresses a count that stands alone.
func (s Suppression) One(n int) Cell { return Cell{N: n, Suppressed: n > 0 && n < s.Limit} }

// complete hides further cells of a line, the smallest first, until what is hidden cannot
// be worked out from the sum. Where all are hidden and their sum forces them still, none
// says how large it is. A sum below the limit does not leave itself. It reports whether
// it hid anything.
func (s Suppression) complete(line []Cell) (more bool) {
	sum := 0
	for _, c := range line {
		sum += c.N
	}
	if !s.Complement || sum < s.Limit || !slices.ContainsFunc(line, func(c Cell) bool { return c.Suppressed }) {
		return false
	}
	for !s.slack(line) {
		next := -1
		for i, c := range line {
			if !c.Suppressed && c.N > 0 && (next < 0 || c.N < line[next].N) {
				next = i
			}
		}
		if next < 0 {
			return s.blank(line) || more
		}
		line[next].Suppressed, more = true, true
	}
	return more
}

// slack reports whether each hidden cell of a line may have more than one value, for
// somebody who knows what they sum to and how each of them leaves.
func (s Suppression) slack(line []Cell) bool {
	hidden, sum, least, most, open := 0, 0, 0, 0, false
	for _, c := range line {
		if !c.Suppressed {
			continue
		}
		hidden, sum = hidden+1, sum+c.N
		switch {
		case c.Blank:
			least, open = least+1, true
		case c.N < s.Limit:
			least, most = least+1, most+s.Limit-1
		default:
			least, open = least+s.Limit, true
		}
	}
	return hidden > 1 && sum > least && (open || sum < most)
}

// blank makes all the cells of a line say nothing, those that are zero too.
func (s Suppression) blank(line []Cell) (more bool) {
	for i, c := range line {
		more = more || !c.Blank
		line[i].Suppressed, line[i].Blank = true, true
	}
	return more
}

// Lines suppresses the cases and deaths of some lines whose sums leave too: first down
// each column, then the deaths of a line whose cases are suppressed.
func (s Suppression) Lines(lines []Line) (cases, deaths []Cell) {
	for _, l := range lines {
		c, d := s.One(l.Cases), s.One(l.Deaths)
		if l.Withheld {
			c, d = Cell{l.Cases, true, true}, Cell{l.Deaths, true, true}
		}
		cases, deaths = append(cases, c), append(deaths, d)
	}
	s.complete(cases)
	for i := range lines {
		if cases[i].Suppressed && deaths[i].N > 0 {
			deaths[i].Suppressed = true
		}
	}
	s.complete(deaths)
	return cases, deaths
}

// Weeks suppresses the cells of the curve: cases infected here, imported and of unknown
// origin, and deaths. Down the columns and along the rows in turn, until neither tells
// what the other hides.
func (s Suppression) Weeks(weeks []WeekLine) [][]Cell {
	out := make([][]Cell, len(weeks))
	for i, w := range weeks {
		out[i] = []Cell{s.One(w.Local), s.One(w.Imported), s.One(w.Unknown), s.One(w.Deaths)}
	}
	for more := true; more; {
		more = false
		for c := range 4 {
			column := make([]Cell, len(out))
			for i := range out {
				column[i] = out[i][c]
			}
			more = s.complete(column) || more
			for i := range out {
				out[i][c] = column[i]
			}
		}
		for i := range out {
			more = s.complete(out[i][:3]) || more
		}
	}
	return out
}

// coarse joins the lines of sites that are never told of: they leave as one line. One
// such site alone takes the smallest of the others with it, since a line of one site is
// that site; where there is no other, the line is withheld.
func coarse(lines []Line, guarded func(site string) bool) (out []Line) {
	other, joined := Line{}, 0
	for _, l := range lines {
		if guarded(l.Key) {
			other.Cases, other.Deaths, joined = other.Cases+l.Cases, other.Deaths+l.Deaths, joined+1
			continue
		}
		out = append(out, l)
	}
	if joined == 1 {
		least := -1
		for i, l := range out {
			if least < 0 || l.Cases < out[least].Cases {
				least = i
			}
		}
		if least < 0 {
			other.Withheld = true
		} else {
			other.Cases, other.Deaths = other.Cases+out[least].Cases, other.Deaths+out[least].Deaths
			out = slices.Delete(out, least, least+1)
		}
	}
	slices.SortStableFunc(out, func(a, b Line) int { return strings.Compare(a.Key, b.Key) })
	if joined > 0 {
		out = append(out, other)
	}
	return out
}
