package mobility

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/place"
)

// mapFlows are the flows from affected places that may be shown one by one, and how many
// lie below the small-cell limit.
func mapFlows(t *Table, affected map[string]bool, small int64) (out []MapFlow, few int) {
	if t == nil {
		return nil, 0
	}
	for from := range affected {
		for to, v := range t.Rows[from] {
			switch {
			case v == nil || to == from || *v == 0:
			case *v < float64(small):
				few++
			default:
				out = append(out, MapFlow{From: from, To: to, People: *v})
			}
		}
	}
	slices.SortFunc(out, func(a, b MapFlow) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out, few
}

// outwardFlows is what of flows may leave: origins of small groups become their region of
// the first level, and what is small even then is told as fewer than the limit. A flow that
// is not known, and one of nobody, is left out.
func outwardFlows(flows []MapFlow, first func(code string) string, small int64) []FlowRow {
	type pair struct{ from, to string }
	sum := map[pair]float64{}
	var out []FlowRow
	for _, f := range flows {
		switch {
		case f.People <= 0:
		case f.People >= float64(small):
			out = append(out, FlowRow{From: f.From, To: f.To, People: int64(math.Round(f.People))})
		default:
			sum[pair{first(f.From), f.To}] += f.People
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(sum), func(a, b pair) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) }) {
		r := FlowRow{From: p.from, To: p.to, People: int64(math.Round(sum[p])), Coarse: true}
		if sum[p] < float64(small) {
			r.People, r.Fewer = 0, true
		}
		out = append(out, r)
	}
	return out
}

// middle is about where an outline lies: the middle of the box of its largest ring.
func middle(s place.Shape) *place.Position {
	var best *place.Position
	widest := -1.0
	for _, polygon := range s.Polygons {
		if len(polygon) == 0 {
			continue
		}
		west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
		for _, p := range polygon[0] {
			west, east = math.Min(west, p[0]), math.Max(east, p[0])
			south, north = math.Min(south, p[1]), math.Max(north, p[1])
		}
		if size := (east - west) * (north - south); size > widest {
			widest, best = size, &place.Position{Lat: (south + north) / 2, Lon: (west + east) / 2}
		}
	}
	return best
}

// Frame puts positions onto a drawing: plate carrée at the middle latitude, which keeps
// shapes near it, and x grows to the east in every language.
type Frame struct {
	west, north, perLon, perLat float64
	W, H                        float64
}

// frameOf fits positions into a width, with an edge; a single position gets some ground
// around it.
func frameOf(list []place.Position, width, edge float64) Frame {
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range list {
		west, east = math.Min(west, p.Lon), math.Max(east, p.Lon)
		south, north = math.Min(south, p.Lat), math.Max(north, p.Lat)
	}
	const least = 0.2 // degrees, some twenty kilometres
	if grow := (least - (east - west)) / 2; grow > 0 {
		west, east = west-grow, east+grow
	}
	if grow := (least - (north - south)) / 2; grow > 0 {
		south, north = south-grow, north+grow
	}
	squeeze := math.Max(0.2, math.Cos((south+north)/2*math.Pi/180))
	f := Frame{W: width}
	f.perLon = (width - 2*edge) / (east - west)
	f.perLat = f.perLon / squeeze
	// A land that is much taller than wide is drawn smaller.
	if tall := (north - south) * f.perLat; tall > 1.4*width {
		f.perLon, f.perLat = f.perLon*1.4*width/tall, f.perLat*1.4*width/tall
	}
	f.west, f.north = west-edge/f.perLon, north+edge/f.perLat
	f.H = (north-south)*f.perLat + 2*edge
	return f
}

// At is where a position stands.
func (f Frame) At(p place.Position) (x, y float64) {
	return (p.Lon - f.west) * f.perLon, (f.north - p.Lat) * f.perLat
}

// Kilometres is a round length that takes about a fifth of the width, and its pixels.
func (f Frame) Kilometres() (km, pixels float64) {
	perKm := f.perLat / 111.2 // of latitude, which is the same everywhere
	want := f.W / 5 / perKm
	unit := math.Pow(10, math.Floor(math.Log10(want)))
	km = unit
	for _, m := range []float64{2, 5} {
		if m*unit <= want {
			km = m * unit
		}
	}
	return km, km * perKm
}
