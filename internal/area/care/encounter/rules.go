package encounter

import (
	"math"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Tiers of an alert, as packs write them in an outcome's level.
const (
	tierStop  = "STOP"
	tierAsk   = "ASK"
	tierQuiet = "QUIET"
)

// levelOf is the level that a pack gave an outcome.
func levelOf(o decision.Outcome) string { return o.Args["level"] }

// Look is what a pack says of somebody now, in the reader's language.
type Look struct {
	Stops     []pack.ExplainedOutcome // nobody goes home past one without a word
	Asks      []pack.ExplainedOutcome // alerts to answer
	Quiet     []pack.ExplainedOutcome // alerts that stand in the list
	Classes   []pack.ExplainedOutcome // settled ones, the gravest first
	Refer     []pack.ExplainedOutcome
	Treat     []pack.ExplainedOutcome
	Never     []pack.ExplainedOutcome // contraindications
	Tests     []pack.ExplainedOutcome // required and offered services
	Other     []pack.ExplainedOutcome
	Open      []pack.ExplainedOutcome // not settled: what is asked for may change them
	Questions []pack.Question         // what would settle them, most decisive first
}

// gravity orders classes: those the packs colour, then the others.
var gravity = []string{"RED", "PINK", "YELLOW", "REVIEW", "GREEN"}

// sortOut parts what was told by what is done with it.
func sortOut(x pack.Explanation) Look {
	l := Look{Questions: x.Ask}
	for _, o := range x.Outcomes {
		if o.State != decision.Definite {
			l.Open = append(l.Open, o)
			continue
		}
		switch tier := levelOf(o.Outcome); tier {
		case tierStop:
			l.Stops = append(l.Stops, o)
			continue
		case tierAsk:
			l.Asks = append(l.Asks, o)
			continue
		case tierQuiet:
			l.Quiet = append(l.Quiet, o)
			continue
		}
		switch o.Kind {
		case decision.Classify:
			l.Classes = append(l.Classes, o)
		case decision.Refer:
			l.Refer = append(l.Refer, o)
		case decision.Treat:
			l.Treat = append(l.Treat, o)
		case decision.Contraindicate:
			l.Never = append(l.Never, o)
		case decision.Require, decision.Offer:
			l.Tests = append(l.Tests, o)
		case decision.Hold:
			l.Stops = append(l.Stops, o)
		default:
			l.Other = append(l.Other, o)
		}
	}
	slices.SortStableFunc(l.Classes, func(a, b pack.ExplainedOutcome) int { return grave(a) - grave(b) })
	return l
}

func grave(o pack.ExplainedOutcome) int {
	if i := slices.Index(gravity, levelOf(o.Outcome)); i >= 0 {
		return i
	}
	return len(gravity)
}

// gather finds the facts of a pack in the record.
func gather(p *pack.Pack, person, seen map[string]decision.Fact, on calendar.Day) map[string]decision.Fact {
	out := make(map[string]decision.Fact, len(p.Facts))
	for _, f := range p.Facts {
		kind, name, _ := strings.Cut(f.From, ":")
		fact, ok := decision.Fact{}, false
		switch {
		case f.From == "visit.day":
			fact, ok = decision.Fact{Value: value.Day(int(on)), AsOf: on.Date()}, true
		case kind == "obs":
			fact, ok = seen[name]
		case kind == "growth":
			fact, ok = grow(name, person, seen, on)
		default:
			fact, ok = person[f.From]
		}
		if ok {
			out[f.Name] = fact
		}
	}
	return out
}

// grow works out a z-score that a pack reads from what was measured.
func grow(index string, person, seen map[string]decision.Fact, on calendar.Day) (decision.Fact, bool) {
	i := slices.IndexFunc(growth.Indices(), func(i growth.Index) bool { return i.String() == index })
	if i < 0 {
		return decision.Fact{}, false
	}
	c := growth.NewChild(growth.SexUnknown, math.NaN())
	sex, birth := person["person.sex"], person["person.birth"]
	switch word, _ := sex.Value.Str(); {
	case sex.Disputed:
	case word == "male":
		c.Sex = growth.Male
	case word == "female":
		c.Sex = growth.Female
	}
	if born, ok := birth.Value.DayNumber(); ok && !birth.Disputed {
		c.Age = float64(int(on) - born)
	}
	asOf := on.Date()
	for code, into := range map[string]*float64{"weight": &c.Weight, "height": &c.Length} {
		if v, ok := seen[code].Value.Float(); ok && !seen[code].Disputed {
			*into, asOf = v, seen[code].AsOf
		}
	}
	if arm, ok := seen["muac"].Value.Float(); ok && !seen["muac"].Disputed {
		c.Arm = arm / 10 // packs have millimetres
	}
	if grade, told := seen["oedema"].Value.Str(); told {
		c.Oedema = grade != "none"
	}
	score := growth.Rules{ReferenceFrom: 60}.Assess(c).Of(growth.Index(i))
	if score.State != growth.Stands || score.Implausible {
		return decision.Fact{}, false
	}
	return decision.Fact{Value: value.Number(score.Z), AsOf: asOf}, true
}
