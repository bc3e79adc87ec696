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

// most is the most that a choice and k more of the points from on can find: what is
// found is submodular, so k points never add more than the k largest gains. One
// pass over the routes gives all gains.
func (c *coverage) most(chosen []bool, from, k int) float64 {
	now, gain := 0.0, make([]float64, len(chosen))
	for _, r := range c.routes {
		missed := 1.0
		for _, p := range r.Points {
			if chosen[p] {
				missed *= 1 - c.sensitivity[p]
			}
		}
		now += r.Weight * (1 - missed)
		for _, p := range r.Points {
			if p >= from && !chosen[p] {
				gain[p] += r.Weight * missed * c.sensitivity[p]
			}
		}
	}
	slices.SortFunc(gain, func(a, b float64) int { return cmp.Compare(b, a) })
	for _, g := range gain[:min(k, len(gain))] {
		now += g
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
	limit := c.total()
	for range k {
		limit = math.Min(limit, c.most(chosen, 0, k))
		best, found := -1, math.Inf(-1)
		for p := range chosen {
			if chosen[p] {
				continue
			}
			chosen[p] = true
			if v := c.detected(chosen); v > found {
				best, found = p, v
			}
			chosen[p] = false
		}
		chosen[best] = true
	}
	p := c.points(chosen)
	p.Bound = math.Max(p.Detected, math.Min(limit, c.most(chosen, 0, k)))
	return p
}

// maxWork is how much BestPoints does before it gives up proof, in visits of a point
// on a route: some seconds.
const maxWork = 100_000_000

// BestPoints is the best choice of k points, the first in lexical order of equals:
// branch and bound over all sets. Where that would take too long it is the best set
// found, Exact is false, and Bound says how much better the best can be.
func BestPoints(routes []ScreenedRoute, sensitivity []float64, k int) (Points, error) {
	c, k, err := newCoverage(routes, sensitivity, k)
	if err != nil {
		return Points{}, err
	}
	s := &search{coverage: c, k: k, chosen: make([]bool, len(sensitivity)), best: -1, left: maxWork}
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
	each   int // what one set costs
}

func (s *search) look(from, size int) {
	if s.left -= s.work(); s.left <= 0 {
		return
	}
	if size == s.k {
		if v := s.detected(s.chosen); v > s.best {
			s.best, s.set = v, slices.Clone(s.chosen)
		}
		return
	}
	// A margin keeps rounding from cutting off what is better by a hair.
	if s.most(s.chosen, from, s.k-size) < s.best*(1-1e-12) {
		return
	}
	for p := from; p <= len(s.chosen)-(s.k-size); p++ {
		s.chosen[p] = true
		s.look(p+1, size+1)
		s.chosen[p] = false
	}
}

// work is what one set costs.
func (s *search) work() int {
	if s.each == 0 {
		s.each = len(s.chosen) + 1
		for _, r := range s.routes {
			s.each += 1 + len(r.Points)
		}
	}
	return s.each
}
