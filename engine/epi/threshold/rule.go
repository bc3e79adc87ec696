package threshold

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/godwit-health/godwit/engine/value"
)

// Event is one case on a day, by its classification at the time of asking.
type Event struct {
	Day   int
	Class string
}

// Evidence is what is known of one disease in one place.
type Evidence struct {
	Day        int       // the day of asking; days count from any origin
	Events     []Event   // cases by day
	Weeks      []float64 // cases a week, the current one last; NaN was not reported
	Population float64   // people at the place; 0 is not known
	// Years are the reference weeks of earlier years, the most recent year first: the
	// same week in the middle, and as many on either side.
	Years [][]float64
}

// Verdict is what a rule says.
type Verdict struct {
	Fired value.Truth
	Value float64  // what was held against the limit; NaN where it is not known
	Limit float64  // the limit, in the same unit
	Needs []string // what has to be known for an answer: "week", "population", "years"
}

// Rule is a threshold.
type Rule interface {
	// Judge holds the rule against the evidence.
	Judge(e Evidence) Verdict
}

// Spec is a rule as data.
type Spec struct {
	Kind    Kind               `json:"kind"`
	Params  map[string]float64 `json:"params,omitempty"`
	Classes []string           `json:"classes,omitempty"` // of Events
	Rules   []Spec             `json:"rules,omitempty"`   // of Any, All and Population
}

// Kind is what a rule does.
type Kind string

// The kinds, with their parameters.
const (
	// Events counts cases of Classes (all without) in the last "days" days, the day of
	// asking included: "at_least" or more.
	Events Kind = "events"
	// Week is the count of the current week: "at_least" or more.
	Week Kind = "week"
	// Rate is the current week's cases per "per" people: "at_least" or more, and
	// "min_cases" or more cases (none without).
	Rate Kind = "rate"
	// Growing holds when each of "weeks" consecutive weeks up to the current one, but the
	// first, has "factor" times the cases of the week before, or more, and the first has
	// any.
	Growing Kind = "growing"
	// Ranked is exceeded above the "rank"-th smallest of the same week of "years" years:
	// the 4th of 5 is the third quartile.
	Ranked Kind = "ranked"
	// History is exceeded above mean + "sds" standard deviations (n-1) of the weeks within
	// "window" weeks of the same week of "years" years.
	History Kind = "history"
	// Recent is exceeded above "factor" times the mean of the "weeks" weeks before.
	Recent Kind = "recent"
	// Population applies its one rule to places of at least "from" and less than "below"
	// people (no such limit without).
	Population Kind = "population"
	// Any and All join rules.
	Any Kind = "any"
	All Kind = "all"
)

// parameters are what each kind has to be given, and what it may be.
var parameters = map[Kind]struct{ must, may []string }{
	Events:     {must: []string{"at_least", "days"}},
	Week:       {must: []string{"at_least"}},
	Rate:       {must: []string{"at_least", "per"}, may: []string{"min_cases"}},
	Growing:    {must: []string{"factor", "weeks"}},
	Ranked:     {must: []string{"rank", "years"}},
	History:    {must: []string{"sds", "window", "years"}},
	Recent:     {must: []string{"factor", "weeks"}},
	Population: {may: []string{"from", "below"}},
	Any:        {},
	All:        {},
}

// Error is a rule that cannot be used.
type Error struct{ Problem string }

// Error says what is wrong with it.
func (e *Error) Error() string { return "threshold: " + e.Problem }

func refuse(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// whole are the parameters that are whole numbers from 1, and from 0 for window.
var whole = []string{"days", "weeks", "rank", "years", "window"}

// Compile makes a rule of its data.
func Compile(s Spec) (Rule, error) {
	known, ok := parameters[s.Kind]
	if !ok {
		return nil, refuse("there is no kind %q", s.Kind)
	}
	for _, name := range known.must {
		if _, ok := s.Params[name]; !ok {
			return nil, refuse("%s needs %s", s.Kind, name)
		}
	}
	names := make([]string, 0, len(s.Params))
	for name := range s.Params {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		v := s.Params[name]
		if !slices.Contains(known.must, name) && !slices.Contains(known.may, name) {
			return nil, refuse("%s has no parameter %s", s.Kind, name)
		}
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, refuse("%s: %s is %g and not a number from 0", s.Kind, name, v)
		}
		if slices.Contains(whole, name) && (v != math.Trunc(v) || v > 1000 || v < 1 && name != "window") {
			return nil, refuse("%s: %s is %g and not a whole number from 1 to 1000", s.Kind, name, v)
		}
		if v == 0 && (name == "at_least" || name == "per" || name == "factor") {
			return nil, refuse("%s: %s of 0 would always be reached", s.Kind, name)
		}
	}
	if len(s.Classes) > 0 && s.Kind != Events {
		return nil, refuse("%s has no classes", s.Kind)
	}
	return build(s)
}

// build makes the rule of checked parameters.
func build(s Spec) (Rule, error) {
	parts, err := compileParts(s)
	if err != nil {
		return nil, err
	}
	p := func(name string) float64 { return s.Params[name] }
	n := func(name string) int { return int(s.Params[name]) }
	switch s.Kind {
	case Events:
		return events{p("at_least"), n("days"), s.Classes}, nil
	case Week:
		return week{p("at_least")}, nil
	case Rate:
		return rate{p("at_least"), p("per"), p("min_cases")}, nil
	case Growing:
		if n("weeks") < 2 {
			return nil, refuse("growing over %d week: give at least 2", n("weeks"))
		}
		return growing{p("factor"), n("weeks")}, nil
	case Ranked:
		if n("rank") > n("years") {
			return nil, refuse("ranked: there is no %d. of %d years", n("rank"), n("years"))
		}
		return ranked{n("rank"), n("years")}, nil
	case History:
		if n("years")*(2*n("window")+1) < 2 {
			return nil, refuse("history of one week has no standard deviation")
		}
		return history{p("sds"), n("window"), n("years")}, nil
	case Recent:
		return recent{p("factor"), n("weeks")}, nil
	case Population:
		below, limited := s.Params["below"]
		if limited && below <= p("from") {
			return nil, refuse("population from %g to below %g is nobody", p("from"), below)
		}
		if !limited {
			below = math.Inf(1)
		}
		return banded{p("from"), below, parts[0]}, nil
	case Any:
		return joined{parts, value.Truth.Or, value.No}, nil
	default:
		return joined{parts, value.Truth.And, value.Yes}, nil
	}
}

func compileParts(s Spec) ([]Rule, error) {
	want := 0
	switch s.Kind {
	case Population:
		want = 1
	case Any, All:
		want = len(s.Rules)
		if want == 0 {
			return nil, refuse("%s has no rules", s.Kind)
		}
	}
	if len(s.Rules) != want {
		return nil, refuse("%s has %d rules and takes %d", s.Kind, len(s.Rules), want)
	}
	var parts []Rule
	for _, part := range s.Rules {
		r, err := Compile(part)
		if err != nil {
			return nil, err
		}
		parts = append(parts, r)
	}
	return parts, nil
}
