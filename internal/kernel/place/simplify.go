package place

import (
	"math"
	"slices"
)

// simplify thins out the lines of all features together. Each is cut where lines
// part (a position that has other neighbours elsewhere), and each piece between two
// cuts is thinned once, so that two areas go on sharing their border. A ring never
// falls below a triangle.
func simplify(features []Feature, tolerance float64) {
	if tolerance == 0 {
		return
	}
	s := &simplifier{tolerance: tolerance, next: map[LonLat][2]LonLat{}, knot: map[LonLat]bool{}, done: map[arc][]LonLat{}}
	each(features, func(line []LonLat, ring bool) []LonLat {
		s.neighbours(line, ring)
		return line
	})
	each(features, s.thin)
}

// each replaces every ring and line of the features by what f makes of it.
func each(features []Feature, f func(line []LonLat, ring bool) []LonLat) {
	for i := range features {
		for _, polygon := range features[i].Shape.Polygons {
			for r := range polygon {
				polygon[r] = f(polygon[r], true)
			}
		}
		for l := range features[i].Shape.Lines {
			features[i].Shape.Lines[l] = f(features[i].Shape.Lines[l], false)
		}
	}
}

type simplifier struct {
	tolerance float64
	next      map[LonLat][2]LonLat // the two neighbours, lesser first
	knot      map[LonLat]bool      // where pieces end
	done      map[arc][]LonLat
}

// arc is a piece of a line by its ends and what tells two with the same ends apart.
type arc struct {
	from, to, second LonLat
	length           int
}

// neighbours notes where lines part.
func (s *simplifier) neighbours(line []LonLat, ring bool) {
	n := len(line)
	if ring {
		n-- // the last is the first
	} else {
		s.knot[line[0]], s.knot[line[n-1]] = true, true
	}
	for i := range n {
		if !ring && (i == 0 || i == n-1) {
			continue
		}
		pair := [2]LonLat{line[(i+n-1)%n], line[(i+1)%n]}
		if less(pair[1], pair[0]) {
			pair[0], pair[1] = pair[1], pair[0]
		}
		if old, seen := s.next[line[i]]; seen && old != pair {
			s.knot[line[i]] = true
		}
		s.next[line[i]] = pair
	}
}

func less(a, b LonLat) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

// thin makes a line of its thinned pieces.
func (s *simplifier) thin(line []LonLat, ring bool) []LonLat {
	if ring {
		line = s.turned(line)
	}
	var out []LonLat
	from := 0
	for i := 1; i < len(line); i++ {
		if i == len(line)-1 || s.knot[line[i]] {
			out = append(out, s.piece(line[from : i+1])[:]...)
			if i < len(line)-1 {
				out = out[:len(out)-1] // the next piece begins with it
			}
			from = i
		}
	}
	if ring && len(out) < 4 {
		return line // too small to lose anything
	}
	return out
}

// turned begins a ring at a knot; at its least position where it has none, so that
// an island is the same from wherever it was drawn.
func (s *simplifier) turned(ring []LonLat) []LonLat {
	open := ring[:len(ring)-1]
	at := slices.IndexFunc(open, func(p LonLat) bool { return s.knot[p] })
	if at < 0 {
		at = 0
		for i, p := range open {
			if less(p, open[at]) {
				at = i
			}
		}
	}
	out := append(slices.Clone(open[at:]), open[:at]...)
	return append(out, out[0])
}

// piece thins one piece, always in the same direction, and remembers it.
func (s *simplifier) piece(line []LonLat) []LonLat {
	last := len(line) - 1
	backward := less(line[last], line[0]) || line[0] == line[last] && last > 1 && less(line[last-1], line[1])
	if backward {
		line = slices.Clone(line)
		slices.Reverse(line)
	}
	key := arc{line[0], line[last], line[min(1, last)], len(line)}
	thin, ok := s.done[key]
	if !ok {
		thin = s.peucker(line)
		s.done[key] = thin
	}
	thin = slices.Clone(thin)
	if backward {
		slices.Reverse(thin)
	}
	return thin
}

// peucker is Douglas & Peucker 1973, without recursion. A closed piece keeps the
// position farthest from its end as well, or it would fall into a point.
func (s *simplifier) peucker(line []LonLat) []LonLat {
	keep := make([]bool, len(line))
	last := len(line) - 1
	keep[0], keep[last] = true, true
	todo := [][2]int{{0, last}}
	if line[0] == line[last] && last > 2 {
		far := 0
		for i, p := range line {
			if distance(p, line[0], line[0]) > distance(line[far], line[0], line[0]) {
				far = i
			}
		}
		keep[far] = true
		todo = [][2]int{{0, far}, {far, last}}
	}
	for len(todo) > 0 {
		a, b := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		worst, at := 0.0, -1
		for i := a + 1; i < b; i++ {
			if d := distance(line[i], line[a], line[b]); d > worst {
				worst, at = d, i
			}
		}
		if worst > s.tolerance {
			keep[at] = true
			todo = append(todo, [2]int{a, at}, [2]int{at, b})
		}
	}
	var out []LonLat
	for i, p := range line {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// distance is from p to the stretch between a and b, in degrees.
func distance(p, a, b LonLat) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = math.Min(1, math.Max(0, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/l))
	}
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}
