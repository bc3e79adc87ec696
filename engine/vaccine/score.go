package vaccine

import "github.com/godwit-health/godwit/engine/calendar"

// award gives points for a condition: won if it is true of one series only, tie for
// those that share it, lost to the rest.
func award(scores []int, holds func(i int) bool, won, tie, lost int) {
	n := 0
	for i := range scores {
		if holds(i) {
			n++
		}
	}
	for i := range scores {
		switch {
		case !holds(i):
			scores[i] += lost
		case n == 1:
			scores[i] += won
		default:
			scores[i] += tie
		}
	}
}

// mostValid is SELECTB-19.
func mostValid(runs []*run) func(i int) bool {
	most := 0
	for _, r := range runs {
		most = max(most, r.valid)
	}
	return func(i int) bool { return runs[i].valid == most }
}

// scoreComplete is table 8-7.
func scoreComplete(runs []*run) []int {
	scores := make([]int, len(runs))
	award(scores, mostValid(runs), 1, 0, -1)
	return scores
}

// scoreInProcess is table 8-9.
func (e *evaluation) scoreInProcess(runs []*run) []int {
	scores := make([]int, len(runs))
	award(scores, func(i int) bool { return runs[i].s.Product && runs[i].allValid }, 2, 2, -2)
	able := e.completable(runs)
	award(scores, able, 3, 3, -3)
	award(scores, mostValid(runs), 2, 0, -2)
	left := func(i int) int { return len(runs[i].s.doses) - runs[i].next }
	fewest := left(0)
	for i := range runs {
		fewest = min(fewest, left(i))
	}
	award(scores, func(i int) bool { return left(i) == fewest }, 2, 0, -2) // SELECTB-5
	var soonest dated
	for i, r := range runs {
		if able(i) && (soonest.by == NoBasis || r.finish < soonest.day) {
			soonest = dated{r.finish, ByEarliestDate}
		}
	}
	award(scores, func(i int) bool { return able(i) && runs[i].finish == soonest.day }, 1, 0, -1) // SELECTB-11
	return scores
}

// scoreNone is table 8-11.
func (e *evaluation) scoreNone(runs []*run) []int {
	scores := make([]int, len(runs))
	var soonest dated
	for _, r := range runs {
		if r.status == NotComplete && (soonest.by == NoBasis || r.forecast.earliest.day < soonest.day) {
			soonest = dated{r.forecast.earliest.day, ByEarliestDate}
		}
	}
	award(scores, func(i int) bool { // SELECTB-14
		return runs[i].status == NotComplete && runs[i].forecast.earliest.day == soonest.day
	}, 1, 0, -1)
	award(scores, e.completable(runs), 1, 1, -1)
	award(scores, func(i int) bool { return runs[i].s.Product }, -1, -1, 1)
	return scores
}

// completable is SELECTB-3 and SELECTB-12.
func (e *evaluation) completable(runs []*run) func(i int) bool {
	able := make([]bool, len(runs))
	for i, r := range runs {
		if r.status != NotComplete {
			continue
		}
		r.finish = e.finish(r)
		last := &r.s.doses[len(r.s.doses)-1]
		limit, limited := e.maximumAge(last)
		able[i] = !limited || r.finish < limit
	}
	return func(i int) bool { return able[i] }
}

// finish is SELECTB-12: the earliest date plus the latest minimum interval of each
// target dose that then remains.
func (e *evaluation) finish(r *run) calendar.Day {
	day := r.forecast.earliest.day
	for k := r.next + 1; k < len(r.s.doses); k++ {
		at := day
		for i := range r.s.doses[k].intervals {
			if v := &r.s.doses[k].intervals[i]; v.Effective.relevant(e.on) && v.FromPrevious && v.Minimum.Given {
				at = max(at, v.Minimum.From(day))
			}
		}
		day = at
	}
	return day
}
