package mobility

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
)

// ForecastInput is what an importation forecast is made of.
type ForecastInput struct {
	AsOf    calendar.Day
	Window  int                // days of which the cases are read
	Days    int                // of travel that are looked ahead
	Cases   map[string]Counted // in the window, by affected place
	Flows   *Table             // people who travel; nil where there are none
	People  map[string]float64
	Places  []string // that are not affected
	Assumed []Assumed
	Seed    uint64
	Draws   int
}

// Origin is an affected place and what its travellers carry.
type Origin struct {
	Unit     string
	Cases    Counted
	People   flow.Amount
	Leave    float64     // people listed to leave in the days ahead
	OnePer   flow.OnePer // travellers a case, of those who leave
	Impossib bool        // more infections than people: what is assumed cannot be
	NoFlow   bool
	risks    []float64     // by draw
	each     flow.Interval // infected travellers for one who is listed to travel
}

// Corridor is a way from an affected place to one that is not.
type Corridor struct {
	From, To string
	People   float64 // who travel in the days ahead
	OnePer   flow.OnePer
	Cases    flow.Interval // infected travellers to expect
}

// Destination is a place that is not affected, and what comes to it from all that are.
type Destination struct {
	Unit     string
	People   float64 // who travel there in the days ahead, as far as is listed
	Listed   int     // affected places of which that is listed
	Silent   int     // of these, places that reported nothing in the window: what they send is in no number
	OnePer   flow.OnePer
	Cases    flow.Interval
	Any      float64     // P(at least one)
	Outbreak flow.Amount // P(at least one whose chain does not die out by itself)
}

// Forecast is how many infected travellers to expect, and of what that hangs.
type Forecast struct {
	ForecastInput
	Missing      []string // assumptions of which nobody says anything: nothing is computed then
	Absent       string   // why there is nothing: mobility.absent.<word>
	Origins      []Origin
	Destinations []Destination // most cases first
	Corridors    []Corridor    // most cases first
	All          flow.Interval // to all destinations together
	Silent       []string      // affected places that reported nothing in the window
	Influences   []flow.Influence
}
