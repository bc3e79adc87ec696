package mobility

import (
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Where is where travellers are screened. The word of each is mobility.screening.where.<where>.
type Where string

// Where a protocol screens.
const (
	AtDeparture Where = "departure"
	AtArrival   Where = "arrival"
	AtBoth      Where = "both"
)

// Wheres lists them.
var Wheres = []Where{AtDeparture, AtArrival, AtBoth}

// Fate is what becomes of an infected traveller. The word of each is mobility.fate.<fate>.
type Fate string

// The fates: those found, by stage and reason, and those missed, by reason.
const (
	FoundSignLeaving  Fate = "departure_symptom"
	FoundAskedLeaving Fate = "departure_risk"
	FoundSignComing   Fate = "arrival_symptom"
	FoundAskedComing  Fate = "arrival_risk"

	MissedIncubating Fate = "incubating" // will have a sign and has none yet
	MissedSilent     Fate = "silent"     // never has a sign
	MissedSign       Fate = "overlooked" // had a sign, and passed
	MissedEvaded     Fate = "evaded"
)

// Fates lists them, the found first.
var Fates = []Fate{FoundSignLeaving, FoundAskedLeaving, FoundSignComing, FoundAskedComing, MissedIncubating, MissedSilent, MissedSign, MissedEvaded}

// Found reports whether the fate is to be found.
func (f Fate) Found() bool {
	return f == FoundSignLeaving || f == FoundAskedLeaving || f == FoundSignComing || f == FoundAskedComing
}

// Screened is what a protocol finds of infected travellers and what it misses, as shares.
type Screened struct {
	Where   Where
	Assumed []Assumed
	Missing []string         // assumptions of which nobody says anything
	Shares  map[Fate]float64 // at the likeliest values; they sum to 1
	// Over the draws: all that are found, and those that are missed because no sign has
	// come yet.
	Found      flow.Interval
	Incubating flow.Interval
	Influences []flow.Influence // on the share that is found
}

// PlannedPoint is a point where a team could screen.
type PlannedPoint struct {
	place.Point
	Outward place.Outward // what may be shown of it
	Routes  int           // that pass it
	Weight  float64       // infected travellers on them, or travellers where nothing is forecast
}

// Placed is a choice of points for a number of teams.
type Placed struct {
	Teams  int
	Met    float64     // weight on the ways that pass one of the best points at least
	Best   flow.Points // as Exact says
	Greedy flow.Points
}

// Plan is where teams cover most.
type Plan struct {
	Points   []PlannedPoint
	Placed   []Placed // for one team, two, and so on
	Weighted bool     // by infected travellers; else by travellers
	Total    float64  // on all corridors
	Met      float64  // on those that pass any point
	NoPlace  int      // points of which nobody knows where they are
}
