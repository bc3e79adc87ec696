package mobility

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// MapPlace is a place on the map.
type MapPlace struct {
	Unit     string
	Position *place.Position // nil where nobody says where it is
	Cases    int             // until the day; 0 of one that is not affected
	First    calendar.Day
	Affected bool
	Coming   float64 // people who are listed to travel there from affected places, in the period of the flows
}

// MapFlow is people who travel from one place to another in the period of the flows.
type MapFlow struct {
	From, To string
	People   float64
}

// MapPoint is points that are shown as one: one point, or all guarded ones of a region.
type MapPoint struct {
	place.Outward
	Kind place.PointKind
	Name map[string]string
	N    int
}

// Map is an outbreak, how people leave it, and the points on their ways.
type Map struct {
	Scene
	Places     []MapPlace // the affected first, then by who comes
	Flows      []MapFlow  // from affected places, most people first; none below the small-cell limit
	Few        int        // ways that are listed and lie below it
	Points     []MapPoint
	Boundaries []place.BoundarySet
	Shapes     []place.Boundary
	Small      int64
}

// FlowRow is a line of flows as it leaves Godwit.
type FlowRow struct {
	From, To string // codes
	People   int64
	Fewer    bool // than the small-cell limit: People is not told
	Coarse   bool // the origin is a region of the first level
}
