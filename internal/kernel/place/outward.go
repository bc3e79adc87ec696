package place

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// PointFilter says which points are asked for. The zero filter is all that are open.
type PointFilter struct {
	Country string
	Area    string // in this area or below it
	Kinds   []PointKind
	Closed  bool // closed ones too
}

// Points are the points that a filter lets through, by code. They are for use
// inside; what leaves goes through Outward.
func (g *Gazetteer) Points(tx *db.Tx, f PointFilter) ([]Point, error) {
	all, err := bodies(tx, pointID, "SELECT id, body FROM place_point WHERE country = ? OR ? = '' ORDER BY code, id", f.Country, f.Country)
	if err != nil {
		return nil, err
	}
	return g.filtered(tx, all, f)
}

func (g *Gazetteer) filtered(tx *db.Tx, all []Point, f PointFilter) ([]Point, error) {
	inside := g.inside(tx)
	var out []Point
	for _, p := range all {
		if p.Closed && !f.Closed || len(f.Kinds) > 0 && !slices.Contains(f.Kinds, p.Kind) {
			continue
		}
		if f.Area != "" {
			in, err := inside(p.Area, p.Country, f.Area)
			if err != nil {
				return nil, err
			}
			if !in {
				continue
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// Near is a point and how far away it is.
type Near struct {
	Point
	Kilometres float64
}

// PointsNear are the points within a distance of a position, the nearest first.
// Those without coordinates are not among them, which does not mean that they are
// far.
func (g *Gazetteer) PointsNear(tx *db.Tx, at Position, km float64, f PointFilter) ([]Near, error) {
	if !at.valid() || !(km >= 0) {
		return nil, fault.Field("place.PointsNear", "position", "place.error.position")
	}
	const kmPerDegree = 111.0 // a degree of latitude is never shorter on the sphere
	band := km / kmPerDegree
	all, err := bodies(tx, pointID, "SELECT id, body FROM place_point WHERE lat >= ? AND lat <= ? AND (country = ? OR ? = '') ORDER BY code, id", at.Lat-band, at.Lat+band, f.Country, f.Country)
	if err != nil {
		return nil, err
	}
	if all, err = g.filtered(tx, all, f); err != nil {
		return nil, err
	}
	var out []Near
	for _, p := range all {
		if d := at.Kilometres(*p.Position); d <= km {
			out = append(out, Near{p, d})
		}
	}
	slices.SortStableFunc(out, func(a, b Near) int { return cmp.Compare(a.Kilometres, b.Kilometres) })
	return out, nil
}

// Outward is what of a place may stand in an export, on a map that leaves and in a
// message to another organisation.
type Outward struct {
	Code     string            // of the place; of a guarded one its area of the first level, or its country
	Names    map[string]string // nil of a country: its names are Country(code).Name
	Country  string
	Position *Position // nil of what is guarded
	Guarded  bool      // it was made coarser
}

// OutwardPoint is what of a point may leave. A place of detention, a shelter, an
// unofficial crossing and whatever is marked become their area of the first level,
// without a position; the country, where that area is not known.
func (g *Gazetteer) OutwardPoint(tx *db.Tx, p Point) (Outward, error) {
	if !p.Keep() {
		return Outward{Code: p.Code, Names: p.Names, Country: p.Country, Position: p.Position}, nil
	}
	return g.coarse(tx, p.Area, p.Country)
}

// OutwardSite is the same of a site.
func (g *Gazetteer) OutwardSite(tx *db.Tx, s Site) (Outward, error) {
	if !s.Guarded {
		return Outward{Code: s.Code, Names: s.Names, Country: s.Country, Position: s.Position}, nil
	}
	return g.coarse(tx, s.Area, s.Country)
}

// Outward is what of an area or a point may leave, by its code.
func (g *Gazetteer) Outward(tx *db.Tx, code string) (Outward, error) {
	a, err := g.Area(tx, code)
	if err == nil {
		return Outward{Code: a.Code, Names: a.Names, Country: a.Country, Position: a.Position}, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return Outward{}, err
	}
	p, err := g.Point(tx, code)
	if err != nil {
		return Outward{}, err
	}
	return g.OutwardPoint(tx, p)
}

// coarse is the area of the first level in which an area lies.
func (g *Gazetteer) coarse(tx *db.Tx, area, country string) (Outward, error) {
	out := Outward{Code: country, Country: country, Guarded: true}
	if area == "" {
		return out, nil
	}
	a, err := g.Area(tx, area)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil {
		return Outward{}, err
	}
	chain, err := g.Ancestors(tx, area)
	if err != nil {
		return Outward{}, err
	}
	for _, a := range append([]Area{a}, chain...) {
		if a.Level == 1 {
			out.Code, out.Names = a.Code, a.Names
		}
	}
	return out, nil
}

// inside answers whether an area, by its code and country, lies in another area or
// country or is it. It remembers what it has read.
func (g *Gazetteer) inside(tx *db.Tx) func(area, country, in string) (bool, error) {
	parents := map[string]string{}
	return func(area, country, in string) (bool, error) {
		if in == "" || in == country || in == area {
			return true, nil
		}
		for range MaxLevel {
			if area == "" || isCountry(area) {
				return area == in, nil
			}
			up, ok := parents[area]
			if !ok {
				a, err := g.Area(tx, area)
				if err != nil && !fault.Is(err, fault.NotFound) {
					return false, err
				}
				up = a.Parent
				parents[area] = up
			}
			if up == in {
				return true, nil
			}
			area = up
		}
		return false, nil
	}
}
