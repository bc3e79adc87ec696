package mobility

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
)

// Clock is the day and hour at a point.
func (w Watchpoint) Clock(now time.Time) (calendar.Day, int) {
	at := now.UTC().Add(time.Duration(w.Offset) * time.Minute)
	return calendar.DayOfTime(at), at.Hour()
}

// Hours are how many hours of a day people pass, as whoever runs the point says.
func (w Watchpoint) Hours() int { return w.To - w.From }

// Ends are a way that people took past a point.
type Ends struct{ Way, From, To string }

// DayCount is what was counted at a point on a day.
type DayCount struct {
	Day    calendar.Day
	Hours  int // watched
	ToCome int // of today: hours in which people pass and that have not begun
	Ends   map[Ends]int64
}

// Passed is how many took a way past a point: counted, and estimated for all hours in which
// people pass.
type Passed struct {
	Ends
	Estimate flow.Passing
}

// estimate says of each way how many passed in the period, most people first, and of all
// ways together. Hours watched outside of those in which people pass, and a day with more
// of them than that, count as such hours: whoever runs the point gave too few.
func estimate(w Watchpoint, days []DayCount) (all flow.Passing, ways []Passed, err error) {
	hours, seen := 0.0, map[Ends]bool{}
	for _, d := range days {
		hours += float64(max(w.Hours()-d.ToCome, d.Hours))
		for e := range d.Ends {
			seen[e] = true
		}
	}
	if hours == 0 {
		return all, nil, nil
	}
	of := func(pick func(Ends) bool) (flow.Passing, error) {
		list := make([]flow.Watch, len(days))
		for i, d := range days {
			list[i].Hours = float64(d.Hours)
			for e, n := range d.Ends {
				if pick(e) {
					list[i].People += float64(n)
				}
			}
			if d.Hours == 0 { // a group whose hour was taken back: what it stands for cannot be said
				list[i].People = 0
			}
		}
		return flow.Passed(list, hours)
	}
	if all, err = of(func(Ends) bool { return true }); err != nil {
		return all, nil, err
	}
	for _, e := range slices.SortedFunc(maps.Keys(seen), func(a, b Ends) int {
		return cmp.Or(cmp.Compare(a.Way, b.Way), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	}) {
		p, err := of(func(x Ends) bool { return x == e })
		if err != nil {
			return all, nil, err
		}
		ways = append(ways, Passed{Ends: e, Estimate: p})
	}
	slices.SortStableFunc(ways, func(a, b Passed) int { return cmp.Compare(b.Estimate.People.Mid, a.Estimate.People.Mid) })
	return all, ways, nil
}

// matrixOfPassed makes flows a day of what was estimated at points: of a pair that was
// counted at two points the larger, for whoever passes both was counted twice.
func matrixOfPassed(points map[string][]Passed, days map[string]float64) map[string]map[string]*float64 {
	out := map[string]map[string]*float64{}
	place := func(code string) bool { return code != "" && code != Elsewhere && code != NotTold }
	for _, point := range slices.Sorted(maps.Keys(points)) {
		pair := map[[2]string]float64{}
		for _, p := range points[point] {
			if place(p.From) && place(p.To) && p.Estimate.State == flow.Known && days[point] > 0 {
				pair[[2]string{p.From, p.To}] += p.Estimate.People.Mid / days[point]
			}
		}
		for ends, n := range pair {
			if out[ends[0]] == nil {
				out[ends[0]] = map[string]*float64{}
			}
			if was := out[ends[0]][ends[1]]; was == nil || *was < n {
				out[ends[0]][ends[1]] = &n
			}
		}
	}
	return out
}
