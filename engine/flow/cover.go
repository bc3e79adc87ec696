package flow

import (
	"cmp"
	"math"
	"slices"
)

// ScreenedRoute is a route with the infected travellers expected on it and the
// points it passes, by index.
type ScreenedRoute struct {
	Weight float64
	Points []int
}

// Points is a set of screening points and what it finds.
type Points struct {
	Chosen   []int   // by index, ascending
	Detected float64 // expected infected travellers found, of Total
	Total    float64
	Bound    float64 // nothing finds more: Detected itself when the choice is exact
	Exact    bool    // proved best
}

// Gap is by how much the best choice could be better, as a share of the bound.
func (p Points) Gap() float64 {
	if p.Bound == 0 {
		return 0
	}
	return math.Max(0, 1-p.Detected/p.Bound)
}

// coverage is what the choice is made on.
type coverage struct {
	routes      []ScreenedRoute
	sensitivity []float64
}

func newCoverage(routes []ScreenedRoute, sensitivity []float64, k int) (*coverage, int, error) {
	if len(sensitivity) == 0 {
		return nil, 0, bad("points", "", "are none; give each point and its sensitivity")
	}
	if k < 1 {
		return nil, 0, bad("teams", "", "are %d; at least 1", k)
	}
	for i, s := range sensitivity {
		if err := probability("sensitivity", "point "+itoa(i), s); err != nil {
			return nil, 0, err
		}
	}
	c := &coverage{sensitivity: sensitivity}
	for r, route := range routes {
		if err := atLeastZero("weight", "route "+itoa(r), route.Weight); err != nil {
			return nil, 0, err
		}
		points := slices.Compact(slices.Sorted(slices.Values(route.Points))) // passing a point twice is being screened there once
		for _, p := range points {
			if p < 0 || p >= len(sensitivity) {
				return nil, 0, bad("points", "route "+itoa(r), "has point %d; there are %d points, counted from 0", p, len(sensitivity))
			}
		}
		c.routes = append(c.routes, ScreenedRoute{route.Weight, points})
	}
	return c, min(k, len(sensitivity)), nil
}

// detected is Σ_r w_r (1 - Π_{p∈r, chosen} (1 - s_p)).
func (c *coverage) detected(chosen []bool) float64 {
	sum := 0.0
	for _, r := range c.routes {
		missed := 1.0
		for _, p := range r.Points {
			if chosen[p] {
				missed *= 1 - c.sensitivity[p]
			}
		}
		sum += r.Weight * (1 - missed)
	}
	return sum
}

func (c *coverage) total() (sum float64) {
	for _, r := range c.routes {
		sum += r.Weight
	}
	return sum
}

// gains are what each point from on adds to a choice, and what the choice finds.
func (c *coverage) gains(chosen []bool, from int) (now float64, gain []float64) {
	now = c.detected(chosen)
	gain = make([]float64, 0, len(chosen)-from)
	for p := from; p < len(chosen); p++ {
		if !chosen[p] {
			chosen[p] = true
			gain = append(gain, c.detected(chosen)-now)
			chosen[p] = false
		}
	}
	return now, gain
}

// bound is the most that a choice and k more of the gains can find: what is found
// is submodular, so k points never add more than the k largest gains.
func bound(now float64, gain []float64, k int) float64 {
	slices.SortFunc(gain, func(a, b float64) int { return cmp.Compare(b, a) })
	for _, g := range gain[:min(k, len(gain))] {
		now += math.Max(0, g)
	}
	return now
}

// Found is what a given set of points finds.
func Found(routes []ScreenedRoute, sensitivity []float64, chosen []int) (Points, error) {
	c, _, err := newCoverage(routes, sensitivity, 1)
	if err != nil {
		return Points{}, err
	}
	set := make([]bool, len(sensitivity))
	for _, p := range chosen {
		if p < 0 || p >= len(set) {
			return Points{}, bad("points", "", "have %d; there are %d points, counted from 0", p, len(set))
		}
		set[p] = true
	}
	return c.points(set), nil
}

func (c *coverage) points(set []bool) Points {
	p := Points{Detected: c.detected(set), Total: c.total()}
	p.Bound = p.Total
	for i, in := range set {
		if in {
			p.Chosen = append(p.Chosen, i)
		}
	}
	return p
}

// GreedyPoints takes, k times, the point that adds most (the first of equals). What
// it finds is at least 1 - 1/e = 63 % of the best choice (Nemhauser, Wolsey & Fisher
// 1978); Bound is usually much closer. More teams than points means every point.
func GreedyPoints(routes []ScreenedRoute, sensitivity []float64, k int) (Points, error) {
	c, k, err := newCoverage(routes, sensitivity, k)
	if err != nil {
		return Points{}, err
	}
	return c.greedy(k), nil
}

func (c *coverage) greedy(k int) Points {
	chosen := make([]bool, len(c.sensitivity))
	limit := math.Inf(1)
	for range k {
		best, most := -1, math.Inf(-1)
		now, gain := c.gains(chosen, 0)
		at := 0
		for p := range chosen {
			if !chosen[p] {
				if gain[at] > most {
					best, most = p, gain[at]
				}
				at++
			}
		}
		limit = math.Min(limit, bound(now, gain, k))
		chosen[best] = true
	}
	p := c.points(chosen)
	now, gain := c.gains(chosen, 0)
	p.Bound = math.Max(p.Detected, math.Min(math.Min(limit, p.Total), bound(now, gain, k)))
	return p
}

// MaxSearch is how many sets BestPoints looks at before it gives up proof: some
// seconds.
const MaxSearch = 1_000_000

// BestPoints is the best choice of k points, the first in lexical order of equals:
// branch and bound over all sets. Where that would take too long it is the best set
// found, Exact is false, and Bound says how much better the best can be.
func BestPoints(routes []ScreenedRoute, sensitivity []float64, k int) (Points, error) {
	c, k, err := newCoverage(routes, sensitivity, k)
	if err != nil {
		return Points{}, err
	}
	s := &search{coverage: c, k: k, chosen: make([]bool, len(sensitivity)), best: -1, left: MaxSearch}
	s.look(0, 0)
	if s.left > 0 {
		p := c.points(s.set)
		p.Bound, p.Exact = p.Detected, true
		return p, nil
	}
	p := c.greedy(k)
	if s.best > p.Detected {
		limit := p.Bound
		p = c.points(s.set)
		p.Bound = math.Max(limit, p.Detected)
	}
	return p, nil
}

// search walks the sets in lexical order.
type search struct {
	*coverage
	k      int
	chosen []bool
	best   float64
	set    []bool
	left   int
}

func (s *search) look(from, size int) {
	if s.left--; s.left <= 0 {
		return
	}
	if size == s.k {
		if v := s.detected(s.chosen); v > s.best {
			s.best, s.set = v, slices.Clone(s.chosen)
		}
		return
	}
	// A margin keeps rounding from cutting off what is better by a hair.
	if now, gain := s.gains(s.chosen, from); bound(now, gain, s.k-size) < s.best*(1-1e-12) {
		return
	}
	for p := from; p <= len(s.chosen)-(s.k-size); p++ {
		s.chosen[p] = true
		s.look(p+1, size+1)
		s.chosen[p] = false
	}
}
