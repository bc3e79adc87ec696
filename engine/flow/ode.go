package flow

import "math"

// The Dormand–Prince 5(4) pair (Dormand & Prince 1980) and its interpolant of
// order 4 (Hairer, Nørsett & Wanner 1993, II.6).
var (
	dpC = [7]float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1}
	dpA = [7][6]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	}
	dpE = [7]float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}
	dpD = [7]float64{-12715105075. / 11282082432, 0, 87487479700. / 32700410799, -10690763975. / 1880347072, 701980252875. / 199316789632, -1453857185. / 822651844, 69997945. / 29380423}
)

// tolerance is the error a step may have, of the state and in absolute terms.
type tolerance struct{ relative, absolute float64 }

// maxSteps bounds an integration, so that rates of millions a day end.
const maxSteps = 500_000

// integrator steps one system y' = f(t, y).
type integrator struct {
	f    func(t float64, y, dy []float64)
	tol  tolerance
	t, h float64
	y    []float64
	k    [7][]float64
	next []float64
	tmp  []float64
}

// solve integrates from t0 and calls at with the state at each of the times, which
// ascend from t0 on. The state is lent.
func solve(f func(t float64, y, dy []float64), t0 float64, y0, times []float64, tol tolerance, at func(i int, y []float64)) error {
	in := &integrator{f: f, tol: tol, t: t0, y: append([]float64(nil), y0...), next: make([]float64, len(y0)), tmp: make([]float64, len(y0))}
	for i := range in.k {
		in.k[i] = make([]float64, len(y0))
	}
	done := 0
	for done < len(times) && times[done] == t0 {
		at(done, in.y)
		done++
	}
	if done == len(times) {
		return nil
	}
	f(t0, in.y, in.k[0])
	in.h = in.begin(times[len(times)-1] - t0)
	for range maxSteps {
		h, err := in.step()
		if err > 1 {
			in.h = h * math.Max(0.2, 0.9*math.Pow(err, -0.2))
			if in.t+in.h == in.t || math.IsNaN(err) {
				return bad("rates", "", "make the system too fast to integrate at day %.3g; check their unit, which is per day", in.t)
			}
			continue
		}
		for done < len(times) && times[done] <= in.t+h {
			at(done, in.between((times[done]-in.t)/h, h))
			done++
		}
		if done == len(times) {
			return nil
		}
		in.t += h
		in.y, in.next = in.next, in.y
		in.k[0], in.k[6] = in.k[6], in.k[0] // the last stage is the first of the next step
		in.h = h * math.Min(5, math.Max(0.2, 0.9*math.Pow(math.Max(err, 1e-10), -0.2)))
	}
	return bad("rates", "", "need more than %d steps by day %.3g; check their unit, which is per day", maxSteps, in.t)
}

// begin is a first step after Hairer, Nørsett & Wanner 1993, II.4.
func (in *integrator) begin(span float64) float64 {
	var d0, d1 float64
	for i, y := range in.y {
		s := in.tol.absolute + in.tol.relative*math.Abs(y)
		d0, d1 = math.Max(d0, math.Abs(y)/s), math.Max(d1, math.Abs(in.k[0][i])/s)
	}
	h := 1e-6
	if d0 > 1e-5 && d1 > 1e-5 {
		h = 0.01 * d0 / d1
	}
	return math.Min(math.Min(h, 0.1), span)
}

// step tries one step and returns its length and its error, which is good up to 1.
func (in *integrator) step() (h, err float64) {
	h = in.h
	for s := 1; s < 7; s++ {
		for i := range in.y {
			sum := 0.0
			for j := range s {
				sum += dpA[s][j] * in.k[j][i]
			}
			in.tmp[i] = in.y[i] + h*sum
		}
		in.f(in.t+dpC[s]*h, in.tmp, in.k[s])
	}
	copy(in.next, in.tmp) // the seventh stage stands at the solution of order 5
	for i, y := range in.y {
		e := 0.0
		for s := range 7 {
			e += dpE[s] * in.k[s][i]
		}
		scale := in.tol.absolute + in.tol.relative*math.Max(math.Abs(y), math.Abs(in.next[i]))
		if r := math.Abs(h*e) / scale; r > err || math.IsNaN(r) {
			err = r
		}
	}
	return h, err
}

// between is the state at a share of the step just made.
func (in *integrator) between(share, h float64) []float64 {
	if share >= 1 {
		return in.next
	}
	rest := 1 - share
	for i, y := range in.y {
		diff := in.next[i] - y
		bspl := h*in.k[0][i] - diff
		d := 0.0
		for s := range 7 {
			d += dpD[s] * in.k[s][i]
		}
		in.tmp[i] = y + share*(diff+rest*(bspl+share*(diff-h*in.k[6][i]-bspl+rest*h*d)))
	}
	return in.tmp
}
