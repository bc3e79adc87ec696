package flow

import "math"

// EarthRadius is the mean radius of the Earth in kilometres, (2a+b)/3 of GRS 80
// (Moritz, Geodetic Reference System 1980).
const EarthRadius = 6371.0088

// Point is a position in degrees, WGS 84.
type Point struct{ Lat, Lon float64 }

// Valid refuses what lies on no globe.
func (p Point) Valid() error {
	if !finite(p.Lat) || p.Lat < -90 || p.Lat > 90 {
		return bad("lat", "", "is %v; a latitude lies in -90 to 90 degrees", p.Lat)
	}
	if !finite(p.Lon) || p.Lon < -180 || p.Lon > 180 {
		return bad("lon", "", "is %v; a longitude lies in -180 to 180 degrees", p.Lon)
	}
	return nil
}

// Kilometres is the great-circle distance by the haversine formula (Sinnott 1984),
// on a sphere: up to 0.5 % off the ellipsoid. It is no travel distance.
func Kilometres(a, b Point) float64 {
	const degree = math.Pi / 180
	s, t := math.Sin((b.Lat-a.Lat)*degree/2), math.Sin((b.Lon-a.Lon)*degree/2)
	h := s*s + math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*t*t
	return 2 * EarthRadius * math.Asin(math.Sqrt(math.Min(1, h)))
}

// Distances are the great-circle distances in kilometres between all points.
func Distances(places []string, points []Point) (*Matrix, error) {
	m, err := NewMatrix(places)
	if err != nil {
		return nil, err
	}
	if len(points) != len(places) {
		return nil, bad("points", "", "are %d for %d places", len(points), len(places))
	}
	for i, p := range points {
		if err := p.Valid(); err != nil {
			e := err.(*Error)
			return nil, &Error{Param: e.Param, At: places[i], Why: e.Why}
		}
	}
	for i := range points {
		for j := range points {
			if i != j {
				_ = m.Set(i, j, Kilometres(points[i], points[j])) // never negative
			}
		}
	}
	return m, nil
}
