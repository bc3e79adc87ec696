package mobility

import (
	"cmp"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
)

// Counted is how many fell ill in a window of days, as far as reports say. A report of a
// week that the window cuts gives its share of days, from none of its cases to all; days
// of which nobody reported are taken as like those of which somebody did, from none to as
// many as in the worst report of the place. Where none of those had a case, what the place
// counted before anybody said when is as many as there may have been; a place that stopped
// reporting has not none. Where no day is covered there is no number.
type Counted struct {
	Least, Likely, Most float64
	Days, Of            int          // covered by a report, of those since the first report of the place
	Last                calendar.Day // the last day that a report covers, up to the end of the window; 0: none
	Fell                bool         // a cumulative count fell, so that nobody can say how many were new
	Untold              bool         // nothing limits how many there were on the days that nobody reported
}

// Known reports whether what was reported of the window makes a number.
func (c Counted) Known() bool { return c.Days > 0 && !c.Untold }

// At is a number between the limits: -1 the least, 0 the likely one, 1 the most.
func (c Counted) At(p float64) float64 {
	if p < 0 {
		return c.Likely + p*(c.Likely-c.Least)
	}
	return c.Likely + p*(c.Most-c.Likely)
}

// Exact reports whether the limits are one number.
func (c Counted) Exact() bool { return c.Least == c.Most }

// span is a number of cases in some days. An open one is the first cumulative count of a
// place: since when it counts nobody says.
type span struct {
	first, last calendar.Day
	n           float64
	open        bool
}

func (s span) days() int { return int(s.last-s.first) + 1 }

// spans are what was reported of a place by a day, by what was counted, in the order of
// time; fell are the days of which a cumulative count fell.
func (o Outbreak) spans(unit string, asOf calendar.Day) (out map[string][]span, fell []span) {
	stems := map[string][]surveillance.Reported{}
	for _, r := range o.units[unit] {
		if _, last, ok := r.Period.Bounds(); ok && last <= asOf {
			ind, _ := o.lists.Indicator(r.Indicator)
			stems[ind.Stem] = append(stems[ind.Stem], r)
		}
	}
	out = map[string][]span{}
	for stem, list := range stems {
		var spans []span
		for _, i := range o.lists.Increments(list) {
			switch {
			case i.Value.Known:
				spans = append(spans, span{first: i.First, last: i.Last, n: float64(i.Value.N)})
			case i.How == surveillance.Fallen:
				fell = append(fell, span{first: i.First, last: i.Last})
			}
		}
		spans = o.fill(spans, list)
		if s, ok := o.opening(list); ok && (len(spans) == 0 || spans[0].first > s.last) {
			spans = slices.Insert(spans, 0, s)
		}
		out[stem] = spans
	}
	return out, fell
}

// fill adds the days of which no new count was given between two cumulative ones: what the
// cumulative count rose by, less the new counts in between, fell on them. A count of new
// cases "since the last report" leaves none of them.
func (o Outbreak) fill(fresh []span, list []surveillance.Reported) []span {
	var total []surveillance.Reported
	for _, r := range list {
		if ind, _ := o.lists.Indicator(r.Indicator); ind.Mode == surveillance.Cumulative && r.Value.Known {
			total = append(total, r)
		}
	}
	lastOf := func(r surveillance.Reported) calendar.Day { _, last, _ := r.Period.Bounds(); return last }
	slices.SortStableFunc(total, func(a, b surveillance.Reported) int { return cmp.Compare(lastOf(a), lastOf(b)) })
	out := fresh
	for i := 1; i < len(total); i++ {
		rose := float64(total[i].Value.N - total[i-1].Value.N)
		if rose >= 0 {
			out = append(out, rest(fresh, lastOf(total[i-1])+1, lastOf(total[i]), rose)...)
		}
	}
	slices.SortStableFunc(out, func(a, b span) int { return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.first, b.first)) })
	return out
}

// rest are the runs of days from one to another that no span covers, with their share of
// what is left of a number; none where a span reaches beyond these days.
func rest(spans []span, from, to calendar.Day, n float64) (out []span) {
	free, days := from, 0
	for _, s := range spans { // in the order of time
		if s.last < from || s.first > to {
			continue
		}
		if s.first < from || s.last > to {
			return nil
		}
		if s.first > free {
			out, days = append(out, span{first: free, last: s.first - 1}), days+int(s.first-free)
		}
		free, n = max(free, s.last+1), n-s.n
	}
	if free <= to {
		out, days = append(out, span{first: free, last: to}), days+int(to-free)+1
	}
	for i := range out {
		out[i].n = max(0, n) * float64(out[i].days()) / float64(days)
	}
	return out
}

// opening is the first cumulative count of a stem.
func (o Outbreak) opening(list []surveillance.Reported) (s span, ok bool) {
	for _, r := range list {
		ind, _ := o.lists.Indicator(r.Indicator)
		_, last, _ := r.Period.Bounds()
		if ind.Mode == surveillance.Cumulative && r.Value.Known && (!ok || last < s.first) {
			s, ok = span{first: last, last: last, n: float64(r.Value.N), open: true}, true
		}
	}
	return s, ok
}

// CasesIn are how many fell ill in the last days up to one, in each place affected by then.
func (o Outbreak) CasesIn(asOf calendar.Day, days int) map[string]Counted {
	out := map[string]Counted{}
	for unit, first := range o.First {
		if first <= asOf {
			out[unit] = o.countedIn(unit, asOf, days)
		}
	}
	return out
}

// countedIn counts the kind of cases of which the most were reported: ministries count the
// confirmed among the suspected or beside them. Days of which that kind was not reported
// are taken from another.
func (o Outbreak) countedIn(unit string, asOf calendar.Day, days int) Counted {
	w := window{from: max(asOf-calendar.Day(days)+1, o.begun(unit)), to: asOf}
	kinds, fell := o.kinds(unit, w)
	worst, opening, last := 0.0, 0.0, calendar.Day(0)
	for _, list := range kinds {
		w.count(list)
		for _, s := range list {
			last = max(last, s.last)
			if s.open {
				opening = max(opening, s.n)
			} else {
				worst = max(worst, s.n/float64(s.days()))
			}
		}
	}
	c := w.counted(worst, opening)
	c.Last, c.Fell = last, slices.ContainsFunc(fell, func(s span) bool { return s.last >= w.from })
	return c
}

// kinds are the spans of a place, the kind first of which the most were counted in a
// window, among equals that which covers the most days.
func (o Outbreak) kinds(unit string, w window) (out [][]span, fell []span) {
	stems, fell := o.spans(unit, w.to)
	counted, covered := map[string]float64{}, map[string]int{}
	for stem, list := range stems {
		alone := window{from: w.from, to: w.to}
		alone.count(list)
		counted[stem], covered[stem] = alone.likely+alone.opened, len(alone.taken)
	}
	names := slices.SortedFunc(maps.Keys(stems), func(a, b string) int {
		return cmp.Or(cmp.Compare(counted[b], counted[a]), cmp.Compare(covered[b], covered[a]), cmp.Compare(a, b))
	})
	for _, stem := range names {
		out = append(out, stems[stem])
	}
	return out, fell
}

// begun is the first day that any report of a place is of, also one that gives no number:
// before it nobody took the place for affected.
func (o Outbreak) begun(unit string) (day calendar.Day) {
	found := false
	for _, r := range o.units[unit] {
		ind, _ := o.lists.Indicator(r.Indicator)
		first, last, ok := r.Period.Bounds()
		if ind.Mode == surveillance.Cumulative {
			first = last
		}
		if ok && (!found || first < day) {
			day, found = first, true
		}
	}
	return day
}

// window adds up what reports say of its days.
type window struct {
	from, to            calendar.Day
	taken               map[calendar.Day]bool // days that a report covers
	least, likely, most float64               // of reports that say of which days they are
	opened              float64               // of a first cumulative count
	openDay             bool                  // it covers a day of the window
}

// count adds the reports of one kind, for the days that no other has covered.
func (w *window) count(list []span) {
	if w.taken == nil {
		w.taken = map[calendar.Day]bool{}
	}
	for _, s := range list {
		used := 0
		for d := max(s.first, w.from); d <= min(s.last, w.to); d++ {
			if !w.taken[d] {
				w.taken[d] = true
				used++
			}
		}
		switch n := s.n; {
		case used == 0:
		case s.open:
			w.opened, w.openDay = w.opened+n, true
		default:
			w.likely += n * float64(used) / float64(s.days())
			w.most += n
			if used == s.days() {
				w.least += n
			}
		}
	}
}

// counted sums the window up: days that nobody covered as like the others. What the first
// cumulative count held is no number of a day, and stands for none.
func (w window) counted(worst, opening float64) Counted {
	c := Counted{Days: len(w.taken), Of: int(w.to-w.from) + 1}
	if c.Days == 0 {
		return c
	}
	dated, silent := c.Days, float64(c.Of-c.Days)
	if w.openDay {
		dated--
	}
	limit := silent * worst
	if silent > 0 && worst == 0 {
		limit, c.Untold = opening, opening == 0
	}
	c.Least, c.Likely, c.Most = w.least, w.likely+w.opened, w.most+w.opened+limit
	if dated > 0 {
		c.Likely += w.likely / float64(dated) * silent
	}
	return c
}

// binned are the cases of a place in windows that follow each other; false where nobody
// reported of one of them. The first cumulative count is left out: nobody knows of how
// many days it is.
func (o Outbreak) binned(unit string, windows []window) (out []float64, told bool) {
	begun := o.begun(unit)
	kinds, _ := o.kinds(unit, window{from: windows[0].from, to: windows[len(windows)-1].to})
	for _, w := range windows {
		if w.to < begun {
			out = append(out, 0)
			continue
		}
		w.from = max(w.from, begun)
		for _, list := range kinds {
			w.count(list)
		}
		if len(w.taken) == 0 {
			return nil, false
		}
		w.opened = 0
		out = append(out, w.counted(0, 0).Likely)
	}
	return out, true
}

// lastCovered is the last day up to one that any report covers, and the days of the
// longest count of new cases that touches a window up to it: a report's own period, or
// from one cumulative count to the next.
func (o Outbreak) lastCovered(asOf calendar.Day, days int) (last calendar.Day, longest int) {
	for _, list := range o.units {
		for _, r := range list {
			if _, to, ok := r.Period.Bounds(); ok && r.Value.Known && to <= asOf {
				last = max(last, to)
			}
		}
	}
	for unit := range o.units {
		stems, _ := o.spans(unit, asOf)
		for _, list := range stems {
			for _, s := range list {
				if !s.open && s.last > last-calendar.Day(days) {
					longest = max(longest, s.days())
				}
			}
		}
	}
	return last, longest
}

// Last is the last day up to one that a report of each place gives a number of.
func (o Outbreak) Last(asOf calendar.Day) map[string]calendar.Day {
	out := map[string]calendar.Day{}
	for unit, list := range o.units {
		for _, r := range list {
			if _, last, ok := r.Period.Bounds(); ok && r.Value.Known && last <= asOf {
				out[unit] = max(out[unit], last)
			}
		}
	}
	return out
}

// since is the first day that a report with cases is of.
func (o Outbreak) since() (day calendar.Day) {
	for _, last := range o.First {
		if day == 0 || last < day {
			day = last
		}
	}
	for _, list := range o.units {
		for _, r := range list {
			ind, _ := o.lists.Indicator(r.Indicator)
			if first, _, ok := r.Period.Bounds(); ok && ind.Mode == surveillance.PerPeriod && r.Value.Known && r.Value.N > 0 {
				day = min(day, first)
			}
		}
	}
	return day
}
