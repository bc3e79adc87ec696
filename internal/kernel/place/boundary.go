package place

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// BoundarySet is one source's boundaries of one level, journal kind
// "place.boundaries". A later set for the same place and level takes its place: no
// boundary is Godwit's own.
type BoundarySet struct {
	ID       db.ID  `json:"-"`
	Code     string `json:"code,omitempty"`
	Within   string `json:"within,omitempty"` // the country or area that it covers
	Level    int    `json:"level,omitempty"`
	Source   string `json:"source,omitempty"`  // printed under every map
	Licence  string `json:"licence,omitempty"` // of the source
	Date     string `json:"date,omitempty"`    // calendar.Date
	Note     string `json:"note,omitempty"`    // the source's own disclaimer
	Replaced string `json:"replaced,omitempty"`
}

// Valid returns one fault for each thing that is wrong.
func (s BoundarySet) Valid() []error {
	f := faults{op: "place.BoundarySet"}
	f.check(placeCode.MatchString(s.Code), "code", "code")
	f.check(isCountry(s.Within) || placeCode.MatchString(s.Within), "within", "code")
	f.check(s.Level >= 0 && s.Level <= MaxLevel, "level", "level")
	f.check(s.Source != "", "source", "source")
	_, err := dateOf(s.Date)
	f.check(err == nil, "date", "date")
	return f.errs
}

// Boundary is one shape of a set, journal kind "place.boundary": the outline of an
// area, or a line. A disputed line is kept as such, and drawn dashed.
type Boundary struct {
	ID       db.ID  `json:"-"`
	Set      string `json:"set,omitempty"`
	Area     string `json:"area,omitempty"` // code of the area; empty of a line
	Name     string `json:"name,omitempty"` // what the source calls it
	Line     bool   `json:"line,omitempty"`
	Disputed bool   `json:"disputed,omitempty"`
	// Shape is a GeoJSON MultiPolygon or MultiLineString (RFC 7946), coordinates to
	// five decimals: a metre.
	Shape Shape `json:"shape"`
}

// Shape is the coordinates of a boundary: polygons of rings, or lines. Each point is
// longitude, latitude, as in GeoJSON.
type Shape struct {
	Polygons [][][]LonLat
	Lines    [][]LonLat
}

// LonLat is a position in degrees as GeoJSON has it.
type LonLat [2]float64

// UnmarshalJSON reads two numbers; an altitude behind them is passed over.
func (p *LonLat) UnmarshalJSON(b []byte) error {
	var v []float64
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if len(v) < 2 || len(v) > 4 {
		return errors.New("a position of one number")
	}
	p[0], p[1] = v[0], v[1]
	return nil
}

// MarshalJSON writes GeoJSON.
func (s Shape) MarshalJSON() ([]byte, error) {
	b := []byte(`{"type":"MultiPolygon","coordinates":`)
	if s.Polygons == nil && s.Lines != nil {
		b = append([]byte(`{"type":"MultiLineString","coordinates":`), appendLines(nil, s.Lines)...)
		return append(b, '}'), nil
	}
	b = append(b, '[')
	for i, p := range s.Polygons {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendLines(b, p)
	}
	return append(b, "]}"...), nil
}

func appendLines(b []byte, lines [][]LonLat) []byte {
	b = append(b, '[')
	for i, l := range lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, p := range l {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, '[')
			b = strconv.AppendFloat(b, round5(p[0]), 'f', -1, 64)
			b = append(b, ',')
			b = strconv.AppendFloat(b, round5(p[1]), 'f', -1, 64)
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

func round5(v float64) float64 { return math.Round(v*1e5) / 1e5 }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Shape) UnmarshalJSON(b []byte) error {
	var g geometry
	if err := json.Unmarshal(b, &g); err != nil {
		return err
	}
	var err error
	*s, err = g.shape()
	return err
}

// maxShape bounds a boundary in bytes, below what one journal entry can hold.
const maxShape = 900_000

// ImportBoundaries keeps a set and its shapes, and marks the sets that it replaces.
// A set of the same code is written anew; shapes that it no longer has go.
func (g *Gazetteer) ImportBoundaries(ctx context.Context, set BoundarySet, shapes []Boundary) (kept int, err error) {
	const op = "place.ImportBoundaries"
	if err := g.may(ctx, access.PlaceEdit, kindBoundaries); err != nil {
		return 0, fault.Wrap(op, err)
	}
	if err := errors.Join(set.Valid()...); err != nil {
		return 0, err
	}
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		kept = 0
		if err := g.replaces(ctx, tx, &set); err != nil {
			return err
		}
		old, err := bodies(tx, boundaryID, "SELECT id, body FROM place_boundary WHERE bset = ?", set.Code)
		if err != nil {
			return err
		}
		stay := map[db.ID]bool{}
		for i, b := range shapes {
			b.Set = set.Code
			id, err := g.putShape(ctx, tx, b, i)
			if err != nil {
				return err
			}
			stay[id] = true
			kept++
		}
		for _, b := range old {
			if !stay[b.ID] {
				if _, err := g.putID(ctx, tx, kindBoundary, b.ID, map[string]any{"set": "", "shape": nil}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return kept, fault.Wrap(op, err)
}

// putShape writes one shape: that of an area under its code, a line under its number.
func (g *Gazetteer) putShape(ctx context.Context, tx *db.Tx, b Boundary, i int) (db.ID, error) {
	raw, err := json.Marshal(b.Shape)
	if err != nil {
		return db.ID{}, err
	}
	if len(raw) > maxShape {
		return db.ID{}, &fault.Error{Code: fault.Invalid, Op: "place.ImportBoundaries", Field: "shape", Key: "place.error.too_detailed", Args: map[string]any{"name": b.Name}}
	}
	key := b.Set + "\x1f" + b.Area
	if b.Line || b.Area == "" {
		key = b.Set + "\x1f\x1f" + strconv.Itoa(i)
	}
	_, err = g.put(ctx, tx, kindBoundary, key, map[string]any{"set": b.Set, "area": b.Area, "name": b.Name, "line": b.Line, "disputed": b.Disputed, "shape": json.RawMessage(raw)})
	return idOf(kindBoundary, key), err
}

// FeatureReport is what became of a file of boundaries.
type FeatureReport struct {
	Kept    int
	Lines   int      // of them lines
	Waiting []string // names that no area has; they are in the queue, their shapes are not kept
}

// ImportFeatures finds the area of each shape, by its code or else its name, and
// keeps the set. A line needs no area.
func (g *Gazetteer) ImportFeatures(ctx context.Context, set BoundarySet, features []Feature) (rep FeatureReport, err error) {
	if err := errors.Join(set.Valid()...); err != nil {
		return rep, err
	}
	var queries []Query
	for _, f := range features {
		if f.Shape.Polygons != nil {
			queries = append(queries, Query{Text: f.Code, Within: set.Within, What: IsArea, Level: set.Level}, Query{Text: f.Name, Within: set.Within, What: IsArea, Level: set.Level})
		}
	}
	areas, err := g.areasOf(ctx, set, queries)
	if err != nil {
		return rep, err
	}
	var shapes []Boundary
	at := map[string]int{} // an area may come in several features: islands
	for _, f := range features {
		b := Boundary{Name: cmpOr(f.Name, f.Code), Line: f.Shape.Polygons == nil, Disputed: f.Disputed, Shape: f.Shape}
		if !b.Line {
			b.Area, areas = areas[0], areas[1:]
			if b.Area == "" {
				rep.Waiting = append(rep.Waiting, b.Name)
				continue
			}
			if i, ok := at[b.Area]; ok {
				shapes[i].Shape.Polygons = append(shapes[i].Shape.Polygons, f.Shape.Polygons...)
				continue
			}
			at[b.Area] = len(shapes)
		} else {
			rep.Lines++
		}
		shapes = append(shapes, b)
	}
	rep.Kept, err = g.ImportBoundaries(ctx, set, shapes)
	return rep, err
}

// areasOf resolves pairs of queries, the code first; what neither finds is queued by
// its name.
func (g *Gazetteer) areasOf(ctx context.Context, set BoundarySet, pairs []Query) (codes []string, err error) {
	const op = "place.ImportFeatures"
	if err := g.may(ctx, access.PlaceEdit, kindBoundaries); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		codes = nil
		b := g.book(tx)
		for i := 0; i < len(pairs); i += 2 {
			code := ""
			for _, q := range pairs[i : i+2] {
				if fold(q.Text) == "" || code != "" {
					continue
				}
				r, _, err := b.lookup(q)
				if err != nil {
					return err
				}
				if r.Place != nil {
					code = r.Place.Code
				}
			}
			if q := pairs[i+1]; code == "" && fold(q.Text) != "" {
				if _, err := g.queue(ctx, tx, q, cmpOr(set.Source, set.Code)); err != nil {
					return err
				}
			}
			codes = append(codes, code)
		}
		return nil
	})
	return codes, fault.Wrap(op, err)
}

// replaces writes the set and marks the others of its place and level.
func (g *Gazetteer) replaces(ctx context.Context, tx *db.Tx, set *BoundarySet) error {
	all, err := g.BoundarySets(tx)
	if err != nil {
		return err
	}
	for _, old := range all {
		if old.Code != set.Code && old.Within == set.Within && old.Level == set.Level && old.Replaced == "" {
			if _, err := g.put(ctx, tx, kindBoundaries, old.Code, map[string]any{"replaced": set.Code}); err != nil {
				return err
			}
		}
	}
	_, err = g.put(ctx, tx, kindBoundaries, set.Code, map[string]any{"code": set.Code, "within": set.Within, "level": set.Level, "source": set.Source,
		"licence": set.Licence, "date": set.Date, "note": set.Note, "replaced": ""})
	return err
}

// BoundarySets are all sets, replaced ones among them, by code.
func (g *Gazetteer) BoundarySets(tx *db.Tx) ([]BoundarySet, error) {
	return bodies(tx, setID, "SELECT id, body FROM place_boundaries ORDER BY code, id")
}

// Boundaries are the set in use for a place and a level, with its shapes; none if
// there is none. Where two nodes brought in two sets apart from each other, the one
// of the greater code is used until somebody replaces the other.
func (g *Gazetteer) Boundaries(tx *db.Tx, within string, level int) (set BoundarySet, shapes []Boundary, err error) {
	all, err := g.BoundarySets(tx)
	if err != nil {
		return BoundarySet{}, nil, err
	}
	for _, s := range all {
		if s.Within == within && s.Level == level && s.Replaced == "" {
			set = s
		}
	}
	if set.Code == "" {
		return set, nil, nil
	}
	shapes, err = bodies(tx, boundaryID, "SELECT id, body FROM place_boundary WHERE bset = ? ORDER BY area, id", set.Code)
	return set, shapes, err
}
