package flow

import (
	"container/heap"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Network is a matrix of flows read as where people go who leave a place: P_ij is
// the share of those leaving i who go to j.
type Network struct {
	places []string
	flows  *Matrix
	share  [][]step // the known, positive shares of each place
	open   []bool   // places with a flow that is not known: their shares are not
	maybe  [][]step // where people may go who leave an open place; their share is up to 1
}

type step struct {
	to int
	p  float64
}

// Distance is the effective distance to one place.
type Distance struct {
	Value float64 // dimensionless; only its order means anything, it is no date
	Hops  int     // of the dominant path; 0 for a random walk
	State State
}

// NewNetwork reads flows. A place with a flow that is not known has no shares, and
// what has to pass it is unknown; unlisted pairs are not known either unless
// Matrix.AssumeNone was called.
func NewNetwork(flows *Matrix) (*Network, error) {
	n := flows.Len()
	net := &Network{places: flows.places, flows: flows, share: make([][]step, n), open: make([]bool, n), maybe: make([][]step, n)}
	for i := range n {
		sum, steps, maybe := 0.0, []step(nil), []step(nil)
		for j := range n {
			a := flows.At(i, j)
			switch {
			case i == j:
			case !a.Known:
				net.open[i], maybe = true, append(maybe, step{j, 1})
			case math.IsInf(a.Value, 1):
				return nil, bad("flow", flows.places[i]+" to "+flows.places[j], "is infinite; it must be a number")
			case a.Value > 0:
				sum += a.Value
				steps, maybe = append(steps, step{j, a.Value}), append(maybe, step{j, 1})
			}
		}
		if net.open[i] {
			net.maybe[i] = maybe
			continue
		}
		for k := range steps {
			steps[k].p /= sum
		}
		net.share[i] = steps
	}
	return net, nil
}

// Places are the names, in the order of the indices.
func (net *Network) Places() []string { return net.places }

// Leaves reports whether anybody is known to leave a place, and false, false when
// that is not known.
func (net *Network) Leaves(i int) (leaves, known bool) {
	return len(net.share[i]) > 0, !net.open[i]
}

// source refuses a place from which distances are not defined.
func (net *Network) source(i int) error {
	if i < 0 || i >= len(net.places) {
		return bad("source", "", "is place %d of %d", i+1, len(net.places))
	}
	if leaves, known := net.Leaves(i); known && !leaves {
		return bad("source", net.places[i], "has a row of zeros: nobody is known to leave it, so no place is near to it; give its flows, or mark them as not known")
	}
	return nil
}

// DominantPath is the effective distance from one place to every other: the length
// of the shortest path whose steps count 1 - ln P_ij (Brockmann & Helbing 2013,
// equation 3), with the fewest hops where several are as short.
//
// Where the shares of a place are not known, a step from it is at least 1. Only a
// distance that no path of such steps can beat is Known.
func (net *Network) DominantPath(source int) ([]Distance, error) {
	if err := net.source(source); err != nil {
		return nil, err
	}
	out := net.dijkstra(source, net.share)
	if slices.Contains(net.open, true) {
		least := net.dijkstra(source, net.possible())
		for j := range out {
			if least[j].State != out[j].State || least[j].Value < out[j].Value {
				out[j] = Distance{}
			}
		}
	}
	return out, nil
}

// possible are the steps that there may be, each with the most that its share can be.
func (net *Network) possible() [][]step {
	all := slices.Clone(net.share)
	for i, open := range net.open {
		if open {
			all[i] = net.maybe[i]
		}
	}
	return all
}

func (net *Network) dijkstra(source int, steps [][]step) []Distance {
	out := make([]Distance, len(net.places))
	for i := range out {
		out[i] = Distance{Value: math.Inf(1), State: Unreachable}
	}
	done := make([]bool, len(out))
	out[source] = Distance{State: Known}
	q := &queue{{place: source}}
	for q.Len() > 0 {
		at := heap.Pop(q).(visit)
		if done[at.place] {
			continue
		}
		done[at.place] = true
		for _, s := range steps[at.place] {
			d, hops := at.d+1-math.Log(s.p), at.hops+1
			if o := out[s.to]; !done[s.to] && (d < o.Value || d == o.Value && hops < o.Hops) {
				out[s.to] = Distance{Value: d, Hops: hops, State: Known}
				heap.Push(q, visit{s.to, hops, d})
			}
		}
	}
	return out
}

type visit struct {
	place, hops int
	d           float64
}

// queue is a heap of visits, nearest first.
type queue []visit

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].d < q[j].d || q[i].d == q[j].d && q[i].hops < q[j].hops
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(v any)   { *q = append(*q, v.(visit)) }
func (q *queue) Pop() any {
	old := *q
	v := old[len(old)-1]
	*q = old[:len(old)-1]
	return v
}

// RandomWalk holds what is needed for random-walk distances from any place.
type RandomWalk struct {
	net *Network
	z   *mat.Dense // (I - e^-δ P)^-1
}

// MaxWalk bounds the places of a random walk: it needs the inverse of their matrix.
const MaxWalk = 3000

// Walk prepares the random-walk effective distance (Iannelli 2017):
//
//	D_ij = -ln(Z_ij / Z_jj),  Z = (I - e^-δ P)^-1
//
// Z_ij/Z_jj is the generating function of the time at which a walk from i first
// meets j, so that all paths count and not only the likeliest. delta is δ > 0, the
// cost of a step; 1 makes it comparable with DominantPath.
func (net *Network) Walk(delta float64) (*RandomWalk, error) {
	if err := positive("delta", "", delta); err != nil {
		return nil, err
	}
	n := len(net.places)
	if n > MaxWalk {
		return nil, bad("places", "", "are %d; a random walk takes at most %d", n, MaxWalk)
	}
	a := mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 1)
		for _, s := range net.share[i] {
			a.Set(i, s.to, -math.Exp(-delta)*s.p)
		}
	}
	w := &RandomWalk{net: net, z: mat.NewDense(n, n, nil)}
	// Strictly diagonally dominant, so an inverse exists; a warning of its condition
	// comes only for a δ next to zero, and then the answer would be noise.
	if err := w.z.Inverse(a); err != nil {
		return nil, bad("delta", "", "is %v, too small for a stable answer; 1 is usual", delta)
	}
	return w, nil
}

// From is the random-walk distance from one place to every other. A distance is
// Unknown when a walk can meet a place whose shares are not known before it.
func (w *RandomWalk) From(source int) ([]Distance, error) {
	if err := w.net.source(source); err != nil {
		return nil, err
	}
	n := len(w.net.places)
	out := make([]Distance, n)
	could, open := reach(source, -1, w.net.possible()), slices.Contains(w.net.open, true)
	for j := range n {
		switch {
		case j == source:
			out[j] = Distance{State: Known}
		case !could[j]:
			out[j] = Distance{Value: math.Inf(1), State: Unreachable}
		case open && w.net.meetsOpen(source, j):
		default:
			out[j] = Distance{Value: math.Log(w.z.At(j, j)) - math.Log(w.z.At(source, j)), State: Known}
		}
	}
	return out, nil
}

// meetsOpen reports whether a walk can meet an open place before it meets stop.
func (net *Network) meetsOpen(source, stop int) bool {
	for i, r := range reach(source, stop, net.share) {
		if r && i != stop && net.open[i] {
			return true
		}
	}
	return false
}

// reach marks the places that a walk by these steps can meet, not going on from stop.
func reach(source, stop int, steps [][]step) []bool {
	seen := make([]bool, len(steps))
	seen[source] = true
	for todo := []int{source}; len(todo) > 0; {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if i == stop {
			continue
		}
		for _, s := range steps[i] {
			if !seen[s.to] {
				seen[s.to] = true
				todo = append(todo, s.to)
			}
		}
	}
	return seen
}
