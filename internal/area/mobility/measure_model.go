package mobility

import (
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/flow"
)

// MeasureKind is what is done at a way. The word of each is mobility.measure_kind.<kind>.
type MeasureKind string

// The kinds, the least intrusive first.
const (
	Open   MeasureKind = "open"
	Screen MeasureKind = "screen"
	Close  MeasureKind = "close"
)

// closures are the shares of journeys that are looked at as stopped. No closure is whole.
var closures = []float64{0.5, 0.8, 0.9, 0.95, 0.99}

// Choice is one thing that can be done, and what it does.
type Choice struct {
	Kind   MeasureKind
	Closed float64 // share of journeys that is stopped
	// Gone is the share of infected travellers who no longer arrive unseen.
	Gone flow.Interval
	// Delay are the days by which the first importations come later: by the formula, with
	// the limits of growth and of what is gone. High is +Inf where the growth may be none.
	Delay flow.Interval
	State flow.State
	// Later are the days by which the simulation comes later to its mark.
	Later flow.Amount

	Stopped  float64 // travellers in the days ahead who stay
	Diverted float64 // who go around, where nobody screens
	Checked  float64 // who are stopped for a check and go on
}

// Growing is the growth that a delay rests on.
type Growing struct {
	Rate   flow.Interval // a day; Level 0 where it was told and not estimated
	Told   bool          // by its doubling time
	State  epi.State     // of the estimate; Stands where there is a rate
	Bins   int
	Width  int // days of a bin
	Silent int // affected places that did not report throughout, and are left out
}

// Choices are what can be done beside each other.
type Choices struct {
	Growing  Growing
	Travel   float64 // journeys in the days ahead from affected places to the others, as far as is listed
	Met      float64 // share of them that passes a point where a team would be
	Diverted Assumed
	List     []Choice
	Mark     float64    // infections elsewhere by which the simulation is compared
	Course   flow.State // Unknown where the simulation had no ground
}
