package place

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Limits of a GeoJSON file.
const (
	maxGeoJSON   = 256 << 20
	maxPositions = 20_000_000
)

// Feature is one shape of a file, before anybody knows which area it is.
type Feature struct {
	Number   int    // in the file, from 1
	Code     string // what the file calls it, by the properties that were named
	Name     string
	Disputed bool
	Shape    Shape
}

// Properties name the properties of a feature that are read.
type Properties struct {
	Code, Name, Disputed string
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// shape reads a geometry's coordinates.
func (g geometry) shape() (s Shape, err error) {
	switch g.Type {
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &s.Polygons)
	case "Polygon":
		s.Polygons = make([][][]LonLat, 1)
		err = json.Unmarshal(g.Coordinates, &s.Polygons[0])
	case "MultiLineString":
		err = json.Unmarshal(g.Coordinates, &s.Lines)
	case "LineString":
		s.Lines = make([][]LonLat, 1)
		err = json.Unmarshal(g.Coordinates, &s.Lines[0])
	default:
		return s, wrongFeature("type")
	}
	if err != nil {
		return s, wrongFeature("coordinates")
	}
	return s, s.valid()
}

func wrongFeature(why string) error {
	return fault.New(fault.Invalid, "place.ReadGeoJSON", "place.error.feature_"+why)
}

// valid refuses positions off the globe and rings that are none (RFC 7946, 3.1.6).
func (s Shape) valid() error {
	lines := s.Lines
	for _, polygon := range s.Polygons {
		for _, ring := range polygon {
			if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				return wrongFeature("ring")
			}
		}
		lines = append(lines[:len(lines):len(lines)], polygon...)
	}
	for _, line := range lines {
		if len(line) < 2 {
			return wrongFeature("line")
		}
		for _, p := range line {
			if (flow.Point{Lat: p[1], Lon: p[0]}).Valid() != nil {
				return wrongFeature("globe")
			}
		}
	}
	return nil
}

// ReadGeoJSON reads a FeatureCollection (RFC 7946) and simplifies it: no line moves
// by more than the tolerance in degrees, and areas that share a border still share
// it. A feature that cannot be read is a fault with its number, and the others are
// read all the same.
func ReadGeoJSON(r io.Reader, p Properties, tolerance float64) (out []Feature, wrong []error, err error) {
	const op = "place.ReadGeoJSON"
	if !(tolerance >= 0 && tolerance <= 1) {
		return nil, nil, fault.Field(op, "tolerance", "place.error.tolerance")
	}
	data, err := io.ReadAll(io.LimitReader(r, maxGeoJSON+1))
	if err != nil {
		return nil, nil, &fault.Error{Code: fault.Invalid, Op: op, Key: "place.error.unreadable", Err: err}
	}
	var file struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if len(data) > maxGeoJSON || json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &file) != nil || file.Type != "FeatureCollection" {
		return nil, nil, fault.New(fault.Invalid, op, "place.error.geojson")
	}
	positions := 0
	for i, raw := range file.Features {
		f, err := readFeature(raw, p)
		f.Number = i + 1
		if err != nil {
			wrong = append(wrong, &fault.Error{Code: fault.Invalid, Op: op, Field: "feature " + strconv.Itoa(i+1), Key: fault.KeyOf(err)})
			continue
		}
		if positions += f.Shape.positions(); positions > maxPositions {
			return nil, nil, fault.New(fault.Invalid, op, "place.error.geojson")
		}
		out = append(out, f)
	}
	simplify(out, tolerance)
	return out, wrong, nil
}

func (s Shape) positions() (n int) {
	for _, polygon := range s.Polygons {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	for _, line := range s.Lines {
		n += len(line)
	}
	return n
}

func readFeature(raw json.RawMessage, p Properties) (f Feature, err error) {
	var in struct {
		Type       string                     `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
		Geometry   *geometry                  `json:"geometry"`
	}
	if json.Unmarshal(raw, &in) != nil || in.Type != "Feature" {
		return f, wrongFeature("none")
	}
	if in.Geometry == nil {
		return f, wrongFeature("none")
	}
	f.Code, f.Name = property(in.Properties[p.Code]), property(in.Properties[p.Name])
	f.Disputed = disputed(property(in.Properties[p.Disputed]))
	f.Shape, err = in.Geometry.shape()
	return f, err
}

// property is a text or number of a feature as text.
func property(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	if t := string(raw); t != "null" {
		return t
	}
	return ""
}

// disputed reads what sources write of a line: anything but a plain no.
func disputed(text string) bool {
	switch strings.ToLower(text) {
	case "", "0", "no", "false", "n", "undisputed", "international", "agreed":
		return false
	}
	return true
}
