package mobility

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Model is a way of putting places that are not affected yet into an order. None is the
// right one: they stand side by side, each with how it did on the days before. The word
// of each is mobility.model.<model>, and what it does mobility.model_how.<model>.
type Model string

// The models. The last two are baselines: a model that does not beat them says nothing.
const (
	FlowIncidence Model = "flow_incidence" // Σ cases/population · people who travel
	FlowOnly      Model = "flow"           // Σ people who travel
	Effective     Model = "effective"      // effective distance (Brockmann & Helbing 2013), dominant path
	Gravity       Model = "gravity"        // Σ cases · population / minutes²
	RoadTime      Model = "road"           // minutes to the nearest affected place
	StraightLine  Model = "line"           // kilometres to it
	Population    Model = "population"     // how many live there
)

// Models lists them, in the order in which they are shown.
var Models = []Model{FlowIncidence, FlowOnly, Effective, Gravity, RoadTime, StraightLine, Population}

// TopPlaces is how many of a ranking are looked at in a back-test: about what a team can
// visit.
const TopPlaces = 10

// ReportingDays is within how many days everybody who reports has reported once: the week
// of integrated disease surveillance.
const ReportingDays = 7

// Affected is a place where somebody was ill by a day.
type Affected struct {
	Unit    string
	First   calendar.Day // the first day of which a count is more than zero
	Cases   int          // by the day of the ranking
	NoFlow  bool         // the flows do not say where people go from there
	NoRoad  bool         // the travel times do not have it
	NoCount bool         // its population is not known
	Last    calendar.Day // the last day that a report of it covers; 0: none
	Silent  bool         // nothing was reported of it in the last ReportingDays
}

// Candidate is a place that was not affected yet.
type Candidate struct {
	Unit    string
	Scores  map[Model]flow.Amount // more is likelier next; not known where the model cannot say
	Ranks   map[Model]int         // from 1, ties share the best; 0 where there is no score
	Minutes flow.Amount           // to the nearest affected place
	Hit     bool                  // affected later, as far as is known by now
	Since   calendar.Day          // if so, when
}

// Ranking is who may be next as of a day, by several models.
type Ranking struct {
	AsOf, Until calendar.Day // Until: the last day of which there are counts
	Affected    []Affected
	Candidates  []Candidate
	Scores      map[Model]flow.Score // of the days after AsOf; State Unknown where there was nothing to score
	Absent      map[Model]string     // why a model has no scores at all: mobility.absent.<word>
}

// RankInput is what a ranking is made of.
type RankInput struct {
	AsOf, Until calendar.Day
	First       map[string]calendar.Day // of every place that was ever affected
	Cases       map[string]int          // of those affected by AsOf
	Last        map[string]calendar.Day // that a report of them covers
	Flows       *Table                  // nil where there are none
	Times       *Table
	People      map[string]float64 // population, where it is known
	Positions   map[string]place.Position
	Candidates  []string // places that may be ranked; those affected by AsOf are left out

	// What prepare makes of Flows once for rankings of many days.
	network *flow.Network
	listed  map[string]bool            // places that the flows have
	from    map[string][]flow.Distance // effective distances from a place, as they are asked for
}
