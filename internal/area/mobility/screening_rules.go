package mobility

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// The places of the assumptions in a draw, in the order of ScreeningAsks.
const (
	scIncubation = iota
	scIncubationSD
	scIll
	scInfects
	scSymptoms
	scAware
	scEvade
	scSymptomDeparture
	scSymptomArrival
	scRiskDeparture
	scRiskArrival
	scTransit
)

// mostScreenDraws bounds the draws of a screening: each needs two integrals.
const mostScreenDraws = 400

// protocol is how travellers are screened at one set of values.
func protocol(where Where, v []float64) flow.Protocol {
	return flow.Protocol{Departure: where != AtArrival, Arrival: where != AtDeparture, Symptoms: v[scSymptoms], Aware: v[scAware], Evade: v[scEvade],
		SymptomDeparture: v[scSymptomDeparture], SymptomArrival: v[scSymptomArrival], RiskDeparture: v[scRiskDeparture], RiskArrival: v[scRiskArrival], Transit: v[scTransit]}
}

// fates are what becomes of the infected travellers of a growing epidemic at one set of
// values. Those who ever show a sign and those who never do are looked at apart, so that
// "no sign yet" is told from "no sign ever".
func fates(where Where, v []float64) (map[Fate]float64, error) {
	inc := flow.Incubation{Mean: v[scIncubation], Variance: v[scIncubationSD] * v[scIncubationSD]}
	epidemic := flow.Epidemic{R0: v[scInfects], ToAdmit: v[scIll]}
	out := map[Fate]float64{}
	for _, shows := range []bool{true, false} {
		p, share := protocol(where, v), v[scSymptoms]
		if p.Symptoms = 1; !shows {
			p.Symptoms, share = 0, 1-share
		}
		y, err := flow.ScreenEpidemic(p, inc, epidemic)
		if err != nil {
			return nil, err
		}
		out[FoundSignLeaving] += share * y.DepartureSymptom
		out[FoundAskedLeaving] += share * y.DepartureRisk
		out[FoundSignComing] += share * y.ArrivalSymptom
		out[FoundAskedComing] += share * y.ArrivalRisk
		out[MissedSign] += share * (y.MissedBoth + y.MissedSymptomOnly)
		out[MissedEvaded] += share * y.Evaded
		unseen := MissedSilent
		if shows {
			unseen = MissedIncubating
		}
		out[unseen] += share * (y.MissedRiskOnly + y.NotDetectable)
	}
	return out, nil
}

func foundOf(shares map[Fate]float64) (sum float64) {
	for f, v := range shares {
		if f.Found() {
			sum += v
		}
	}
	return sum
}

// Screening is what a protocol finds and misses (Gostic 2015, 2020), over draws of what
// is assumed.
func Screening(where Where, assumed []Assumed, missing []string, seed uint64, draws int) (Screened, error) {
	s := Screened{Where: where, Assumed: assumed, Missing: missing}
	if len(missing) > 0 {
		return s, nil
	}
	list := make([]flow.Assumption, len(assumed))
	for i, a := range assumed {
		list[i] = a.Assumption
	}
	var err error
	if s.Shares, err = fates(where, flow.Likeliest(list)); err != nil {
		return s, err
	}
	drawn, err := flow.Draw(list, seed, min(draws, mostScreenDraws))
	if err != nil {
		return s, err
	}
	found, incubating := make([]float64, len(drawn)), make([]float64, len(drawn))
	for i, v := range drawn {
		shares, err := fates(where, v)
		if err != nil {
			return s, err
		}
		found[i], incubating[i] = foundOf(shares), shares[MissedIncubating]
	}
	if s.Found, err = flow.IntervalOf(found); err != nil {
		return s, err
	}
	if s.Incubating, err = flow.IntervalOf(incubating); err != nil {
		return s, err
	}
	// The likeliest value stands before the limits, so that it is the sum of its parts; the
	// median of lopsided draws would be another number.
	s.Found, s.Incubating = around(s.Found, foundOf(s.Shares)), around(s.Incubating, s.Shares[MissedIncubating])
	s.Influences, err = flow.Sensitivity(list, drawn, found, func(v []float64) float64 {
		shares, err := fates(where, v)
		if err != nil {
			return math.NaN()
		}
		return foundOf(shares)
	})
	return s, err
}

// around is an interval with another estimate, where that lies within it.
func around(i flow.Interval, mid float64) flow.Interval {
	if mid >= i.Low && mid <= i.High {
		i.Mid = mid
	}
	return i
}

// route is a corridor as a plan looks at it.
type route struct {
	from, to string
	weight   float64
	points   []int
}

// passes reports whether a way passes a point: the point stands in the place that people
// leave or reach, or the straight way through it is hardly longer than the one without.
func passes(p place.Point, within []string, from, to string, at map[string]place.Position, percent int64) bool {
	if slices.Contains(within, from) || slices.Contains(within, to) {
		return true
	}
	a, okA := at[from]
	b, okB := at[to]
	if p.Position == nil || !okA || !okB {
		return false
	}
	return a.Kilometres(*p.Position)+p.Position.Kilometres(b) <= a.Kilometres(b)*(1+float64(percent)/100)
}

// onRoad reports whether somebody said that a way between two places passes a point.
func onRoad(list []Road, point, from, to string) bool {
	return slices.ContainsFunc(list, func(r Road) bool {
		return !r.Shut && slices.Contains(r.Points, point) && slices.Contains(r.From, from) && slices.Contains(r.To, to)
	})
}

// mostExact is up to how many teams the best choice is proved; more are placed one after
// another, with how much better the best could be.
const (
	mostExact  = 3
	mostTeams  = 10
	mostProved = 60 // points
)

// place puts teams, from one to some, where they meet most. Routes that pass the same
// points count as one: that is what makes it quick.
func (p *Plan) place(routes []route, sensitivity float64, teams int) error {
	byPoints := map[string]*flow.ScreenedRoute{}
	var order []string
	for _, r := range routes {
		p.Total += r.weight
		if len(r.points) == 0 {
			continue
		}
		p.Met += r.weight
		key := keyOf(r.points)
		if byPoints[key] == nil {
			byPoints[key] = &flow.ScreenedRoute{Points: r.points}
			order = append(order, key)
		}
		byPoints[key].Weight += r.weight
		for _, i := range r.points {
			p.Points[i].Routes++
			p.Points[i].Weight += r.weight
		}
	}
	if len(order) == 0 {
		return nil
	}
	var list []flow.ScreenedRoute
	for _, key := range order {
		list = append(list, *byPoints[key])
	}
	each := make([]float64, len(p.Points))
	for i := range each {
		each[i] = sensitivity
	}
	for k := 1; k <= min(teams, len(p.Points), mostTeams); k++ {
		greedy, err := flow.GreedyPoints(list, each, k)
		if err != nil {
			return err
		}
		best := greedy
		if k <= mostExact && len(p.Points) <= mostProved {
			if best, err = flow.BestPoints(list, each, k); err != nil {
				return err
			}
		}
		placed := Placed{Teams: k, Best: best, Greedy: greedy}
		for _, r := range list {
			if slices.ContainsFunc(r.Points, func(i int) bool { return slices.Contains(best.Chosen, i) }) {
				placed.Met += r.Weight
			}
		}
		p.Placed = append(p.Placed, placed)
	}
	return nil
}

func keyOf(points []int) string {
	var b strings.Builder
	for _, i := range points {
		b.WriteString(string(rune(i + 1)))
	}
	return b.String()
}

// routesOf are the corridors of a forecast by infected travellers, or, where there is no
// forecast, the travellers from affected places to the others.
func routesOf(f Forecast) (out []route, weighted bool) {
	for _, c := range f.Corridors {
		out = append(out, route{from: c.From, to: c.To, weight: c.Cases.Mid})
	}
	if len(out) > 0 {
		return out, true
	}
	if f.Flows == nil {
		return nil, false
	}
	for unit := range f.Cases { // also from places that reported nothing: people travel
		for _, to := range f.Places {
			if n := f.Flows.Listed(unit, to); n > 0 {
				out = append(out, route{from: unit, to: to, weight: n})
			}
		}
	}
	slices.SortFunc(out, func(a, b route) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	return out, false
}
