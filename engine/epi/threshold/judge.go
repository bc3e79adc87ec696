package threshold

import (
	"math"
	"slices"

	"github.com/godwit-health/godwit/engine/value"
)

func unknown(limit float64, needs ...string) Verdict {
	return Verdict{Value: math.NaN(), Limit: limit, Needs: needs}
}

func settled(fired bool, v, limit float64) Verdict {
	return Verdict{Fired: value.TruthOf(fired), Value: v, Limit: limit}
}

type events struct {
	atLeast float64
	days    int
	classes []string
}

func (r events) Judge(e Evidence) Verdict {
	n := 0.0
	for _, ev := range e.Events {
		if ev.Day > e.Day-r.days && ev.Day <= e.Day && (len(r.classes) == 0 || slices.Contains(r.classes, ev.Class)) {
			n++
		}
	}
	return settled(n >= r.atLeast, n, r.atLeast)
}

// current is the current week's count; ok is false when it was not reported.
func (e Evidence) current() (count float64, ok bool) { return e.week(0) }

// week is the count so many weeks before the current one.
func (e Evidence) week(before int) (count float64, ok bool) {
	i := len(e.Weeks) - 1 - before
	if i < 0 || math.IsNaN(e.Weeks[i]) {
		return math.NaN(), false
	}
	return e.Weeks[i], true
}

type week struct{ atLeast float64 }

func (r week) Judge(e Evidence) Verdict {
	n, ok := e.current()
	if !ok {
		return unknown(r.atLeast, "week")
	}
	return settled(n >= r.atLeast, n, r.atLeast)
}

type rate struct{ atLeast, per, minCases float64 }

// Judge compares cases · per with limit · population, whole numbers both, so that a
// rate that meets the limit exactly is not lost to rounding.
func (r rate) Judge(e Evidence) Verdict {
	n, ok := e.current()
	if !ok {
		return unknown(r.atLeast, "week")
	}
	if n < r.minCases || n == 0 {
		v := math.NaN()
		if e.Population > 0 {
			v = n * r.per / e.Population
		}
		return settled(false, v, r.atLeast)
	}
	if !(e.Population > 0) {
		return unknown(r.atLeast, "population")
	}
	return settled(n*r.per >= r.atLeast*e.Population, n*r.per/e.Population, r.atLeast)
}

type growing struct {
	factor float64
	weeks  int
}

// Judge says no as soon as one known step is too small, whatever was not reported.
func (r growing) Judge(e Evidence) Verdict {
	fired := value.Yes
	least := math.Inf(1)
	for k := r.weeks - 1; k >= 1; k-- {
		before, ok1 := e.week(k)
		after, ok2 := e.week(k - 1)
		if !ok1 || !ok2 {
			fired = fired.And(value.Unknown)
			continue
		}
		fired = fired.And(value.TruthOf(before > 0 && after >= r.factor*before))
		if before > 0 {
			least = min(least, after/before)
		}
	}
	if fired == value.Unknown {
		return unknown(r.factor, "week")
	}
	if math.IsInf(least, 1) {
		least = math.NaN()
	}
	return Verdict{Fired: fired, Value: least, Limit: r.factor}
}

// reference are the weeks within window of the same week of the latest years; ok is
// false when one is not known.
func (e Evidence) reference(years, window int) (all []float64, ok bool) {
	if len(e.Years) < years {
		return nil, false
	}
	for _, y := range e.Years[:years] {
		middle := len(y) / 2
		if len(y)%2 == 0 || middle < window {
			return nil, false
		}
		for _, c := range y[middle-window : middle+window+1] {
			if math.IsNaN(c) {
				return nil, false
			}
			all = append(all, c)
		}
	}
	return all, true
}

// above holds the current week against a limit made of earlier ones.
func (e Evidence) above(limit float64) Verdict {
	n, ok := e.current()
	if !ok {
		return unknown(limit, "week")
	}
	return settled(n > limit, n, limit)
}

type ranked struct{ rank, years int }

func (r ranked) Judge(e Evidence) Verdict {
	all, ok := e.reference(r.years, 0)
	if !ok {
		return unknown(math.NaN(), "years")
	}
	slices.Sort(all)
	return e.above(all[r.rank-1])
}

type history struct {
	sds    float64
	window int
	years  int
}

func (r history) Judge(e Evidence) Verdict {
	all, ok := e.reference(r.years, r.window)
	if !ok {
		return unknown(math.NaN(), "years")
	}
	mean, square := 0.0, 0.0
	for _, c := range all {
		mean += c / float64(len(all))
	}
	for _, c := range all {
		square += (c - mean) * (c - mean)
	}
	return e.above(mean + r.sds*math.Sqrt(square/float64(len(all)-1)))
}

type recent struct {
	factor float64
	weeks  int
}

func (r recent) Judge(e Evidence) Verdict {
	sum := 0.0
	for k := 1; k <= r.weeks; k++ {
		n, ok := e.week(k)
		if !ok {
			return unknown(math.NaN(), "week")
		}
		sum += n
	}
	return e.above(r.factor * sum / float64(r.weeks))
}

type banded struct {
	from, below float64
	rule        Rule
}

func (r banded) Judge(e Evidence) Verdict {
	inside := e.Population >= r.from && e.Population < r.below
	switch {
	case e.Population > 0 && inside, r.from == 0 && math.IsInf(r.below, 1):
		return r.rule.Judge(e)
	case e.Population > 0:
		return settled(false, math.NaN(), math.NaN())
	}
	v := r.rule.Judge(e)
	if v.Fired == value.No { // in whatever band the place is
		return v
	}
	return unknown(v.Limit, "population")
}

type joined struct {
	rules []Rule
	join  func(a, b value.Truth) value.Truth
	start value.Truth
}

// Judge shows the value of the first rule that decides.
func (r joined) Judge(e Evidence) Verdict {
	fired := r.start
	var verdicts []Verdict
	for _, rule := range r.rules {
		v := rule.Judge(e)
		fired = r.join(fired, v.Fired)
		verdicts = append(verdicts, v)
	}
	out := Verdict{Fired: fired, Value: math.NaN(), Limit: math.NaN()}
	for _, v := range verdicts {
		if v.Fired == fired {
			out.Value, out.Limit = v.Value, v.Limit
			break
		}
	}
	if fired.Known() {
		return out
	}
	for _, v := range verdicts {
		for _, need := range v.Needs {
			if !slices.Contains(out.Needs, need) {
				out.Needs = append(out.Needs, need)
			}
		}
	}
	return out
}
