package decision

import (
	"math"
	"sort"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/expr"
	"github.com/godwit-health/godwit/engine/value"
)

// journeyFuncs are the functions of derived facts that read lists and the
// journey. The first argument is always a list's name in quotes.
//
//	country_value("list", country)                     the country's value on the day
//	in_list("list", code or list fact)                 true or false
//	any_citizenship_in("list")                         true or false
//	any_stay_in("list")                                true or false, ever up to the day
//	any_stay_in("list", months, on)                    in the months before on
//	any_stay_in("list", from, to)                      between two days
//	longest_continuous_stay("list", …as above)         completed months, cut to the window
//	longest_stay_touching("list", months, on)          completed months of the longest
//	                                                   unbroken presence that touches the window
//	last_stay("list", on)                              the last day of presence
var journeyFuncs = map[string]*expr.Func{
	"country_value":           {Min: 2, Max: 2, Eval: countryValue},
	"in_list":                 {Min: 2, Max: 2, Eval: inList},
	"any_citizenship_in":      {Min: 1, Max: 1, Eval: anyCitizenshipIn},
	"any_stay_in":             {Min: 1, Max: 3, Eval: anyStayIn},
	"longest_continuous_stay": {Min: 1, Max: 3, Eval: longestStay},
	"longest_stay_touching":   {Min: 3, Max: 3, Eval: longestTouching},
	"last_stay":               {Min: 1, Max: 2, Eval: lastStay},
}

// members returns the codes of a list in force in the program's epoch.
func (e *deriveEnv) members(list string) map[string]ListEntry { return e.prog.members(list) }

func env(c expr.Call) *deriveEnv { e, _ := c.Env.(*deriveEnv); return e }

func countryValue(c expr.Call, args []value.Value) value.Value {
	e := env(c)
	list, _ := args[0].Str()
	from := args[1]
	if items := from.Items(); from.Kind() == value.KindList && len(items) == 1 {
		from = items[0]
	}
	country, ok := from.Str()
	if e == nil || !ok {
		return value.NotKnown()
	}
	entry, ok := e.members(list)[country]
	if !ok {
		return value.NotKnown() // no figure is not a low figure
	}
	return parseNumber(entry.Value)
}

func inList(c expr.Call, args []value.Value) value.Value {
	e := env(c)
	list, _ := args[0].Str()
	if e == nil {
		return value.NotKnown()
	}
	members := e.members(list)
	items := args[1].Items()
	switch args[1].Kind() {
	case value.KindText:
		items = args[1:2]
	case value.KindList:
	default:
		return value.NotKnown()
	}
	t := value.No
	for _, it := range items {
		s, ok := it.Str()
		if !ok {
			t = t.Or(value.Unknown)
			continue
		}
		_, in := members[s]
		t = t.Or(value.TruthOf(in))
	}
	return value.OfTruth(t)
}

func anyCitizenshipIn(c expr.Call, args []value.Value) value.Value {
	e := env(c)
	list, _ := args[0].Str()
	if e == nil || e.journey == nil {
		return value.NotKnown()
	}
	members := e.members(list)
	for _, code := range e.journey.Citizenships {
		if _, in := members[code]; in {
			return value.Of(true)
		}
	}
	if !e.journey.CitizenshipsComplete {
		return value.NotKnown()
	}
	return value.Of(false)
}

// window is the days a question is about: certain is inside whatever the
// uncertainty of its ends, possible may be.
type window struct{ lo, hi calendar.Day }

// earliest is the first day a history can begin.
var earliest = calendar.DayOf(1850, 1, 1)

// windowOf reads the window arguments: none (all history up to the day), months
// before a day, or two days. ok is false when an end is not exact.
func (e *deriveEnv) windowOf(args []value.Value) (w window, ok bool) {
	end := e.on
	switch len(args) {
	case 0:
	case 1:
		end = args[0]
	default:
		end = args[1]
	}
	hi, isDay := end.DayNumber()
	if !isDay {
		return w, false
	}
	w = window{earliest, calendar.Day(hi)}
	if len(args) < 2 {
		return w, true
	}
	if lo, isDay := args[0].DayNumber(); isDay {
		w.lo = calendar.Day(lo)
		return w, w.lo <= w.hi
	}
	months, isNum := args[0].Float()
	if !isNum || months < 0 || months > 12*200 {
		return w, false
	}
	w.lo = w.hi.AddMonths(-int(months), calendar.ClampToMonthEnd)
	return w, true
}

// anyStayIn: a sure stay is yes; without one, an incomplete history is unknown,
// never no, whatever else is known of the time: a short visit may be missing.
func anyStayIn(c expr.Call, args []value.Value) value.Value {
	e := env(c)
	list, _ := args[0].Str()
	if e == nil || e.journey == nil {
		return value.NotKnown()
	}
	w, ok := e.windowOf(args[1:])
	if !ok {
		return value.NotKnown()
	}
	members := e.members(list)
	t := value.No
	for _, s := range e.journey.Stays {
		if s.Place == "" {
			t = t.Or(value.Unknown)
		} else if _, in := members[s.Place]; in {
			t = t.Or(s.Span.Touches(w.lo, w.hi))
		}
	}
	if t == value.No && !e.journey.Complete {
		t = value.Unknown
	}
	return value.OfTruth(t)
}

// run is an unbroken time of presence, both days included.
type run struct{ from, to calendar.Day }

// presence returns when the person surely was, and possibly was, in a country
// of the list. Days that no stay surely covers are possible when the history is
// incomplete, or when a stay beside the gap is in the list: with a complete
// history the person was in one of the two places around the gap.
func (e *deriveEnv) presence(list string, w window) (sure, possible []run) {
	members := e.members(list)
	var covered []run // by any stay, surely
	inList := func(s Stay) bool { _, in := members[s.Place]; return in || s.Place == "" }
	for _, s := range e.journey.Stays {
		if f, t, ok := s.Span.Certain(w.lo, w.hi); ok {
			covered = append(covered, run{f, t})
			if _, in := members[s.Place]; in {
				sure = append(sure, run{f, t})
			}
		}
		if f, t, ok := s.Span.Possible(w.lo, w.hi); ok && inList(s) {
			possible = append(possible, run{f, t})
		}
	}
	sure, covered = merge(sure), merge(covered)
	for _, gap := range gaps(covered, w) {
		if !e.journey.Complete || e.listedBeside(gap, inList) {
			possible = append(possible, gap)
		}
	}
	return sure, merge(possible)
}

// listedBeside reports whether a stay that may touch the gap or its edges is in
// the list.
func (e *deriveEnv) listedBeside(gap run, inList func(Stay) bool) bool {
	for _, s := range e.journey.Stays {
		if _, _, ok := s.Span.Possible(gap.from-1, gap.to+1); ok && inList(s) {
			return true
		}
	}
	return false
}

// merge joins runs that overlap or follow each other without a day between.
func merge(rs []run) []run {
	sort.Slice(rs, func(i, j int) bool { return rs[i].from < rs[j].from })
	var out []run
	for _, r := range rs {
		if n := len(out); n > 0 && r.from <= out[n-1].to+1 {
			out[n-1].to = max(out[n-1].to, r.to)
			continue
		}
		out = append(out, r)
	}
	return out
}

// gaps returns the days of the window that no run covers.
func gaps(rs []run, w window) []run {
	var out []run
	next := w.lo
	for _, r := range rs {
		if r.from > next {
			out = append(out, run{next, r.from - 1})
		}
		next = max(next, r.to+1)
	}
	if next <= w.hi {
		out = append(out, run{next, w.hi})
	}
	return out
}

// months of a run: completed months from its first day to the day after its
// last, so that 1 January to 31 March is three months.
func (r run) months() int { return calendar.CompletedMonths(r.from, r.to+1) }

// longest returns the longest run in completed months among those that want
// accepts; 0 when there is none.
func longest(rs []run, want func(run) bool) int {
	best := 0
	for _, r := range rs {
		if want(r) {
			best = max(best, r.months())
		}
	}
	return best
}

func longestStay(c expr.Call, args []value.Value) value.Value {
	e := env(c)
	list, _ := args[0].Str()
	if e == nil || e.journey == nil {
		return value.NotKnown()
	}
	w, ok := e.windowOf(args[1:])
	if !ok {
		return value.NotKnown()
	}
	sure, possible := e.presence(list, w)
	every := func(run) bool { return true }
	return value.Range(float64(longest(sure, every)), float64(longest(possible, every)))
}

// longestTouching measures the whole presence, also the part before the window,
// but only of presence that touches it: "continuously present for 6 months, any
// part of it within the last 6 months" (UK Immigration Rules, Appendix TB 2).
func longestTouching(c expr.Call, args []value.Value) value.Value {
	e := env(c)
	list, _ := args[0].Str()
	if e == nil || e.journey == nil {
		return value.NotKnown()
	}
	w, ok := e.windowOf(args[1:])
	if !ok {
		return value.NotKnown()
	}
	sure, possible := e.presence(list, window{earliest, w.hi})
	touches := func(r run) bool { return r.to >= w.lo }
	return value.Range(float64(longest(sure, touches)), float64(longest(possible, touches)))
}

// lastStay is the last day of presence in the list: a range from the last sure
// day to the last possible one; not known when there may have been none.
func lastStay(c expr.Call, args []value.Value) value.Value {
	e := env(c)
	list, _ := args[0].Str()
	if e == nil || e.journey == nil {
		return value.NotKnown()
	}
	w, ok := e.windowOf(args[1:])
	if !ok {
		return value.NotKnown()
	}
	sure, possible := e.presence(list, w)
	if len(sure) == 0 || len(possible) == 0 {
		return value.NotKnown()
	}
	lo, hi := sure[len(sure)-1].to, possible[len(possible)-1].to
	return value.DayRange(int(lo), int(math.Max(float64(lo), float64(hi))))
}
