package place

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Gazetteer keeps areas, points, their populations and boundaries, and what names
// mean. Reads take a transaction and no rights of their own: their caller shows
// what they answer, or decides by it.
type Gazetteer struct {
	db      *db.DB
	journal *journal.Journal
	access  *access.Access
}

// NewGazetteer makes the keeper of the gazetteer.
func NewGazetteer(d *db.DB, j *journal.Journal, a *access.Access) *Gazetteer {
	return &Gazetteer{db: d, journal: j, access: a}
}

// Outcome is what became of something that was saved.
type Outcome string

// The outcomes.
const (
	Made      Outcome = "made"
	Changed   Outcome = "changed"
	Unchanged Outcome = "unchanged" // it said so already, and nothing was written
)

// may checks a right on the gazetteer.
func (g *Gazetteer) may(ctx context.Context, action access.Action, kind string) error {
	return g.access.Check(ctx, action, access.Resource{Kind: kind, Sensitivity: journal.Identity})
}

// SaveArea makes an area or changes it. Its code never changes.
func (g *Gazetteer) SaveArea(ctx context.Context, a Area) (Outcome, error) {
	return g.save(ctx, "place.SaveArea", kindArea, a.Valid(), areaFields(a), a.Code)
}

func areaFields(a Area) map[string]any {
	return map[string]any{"code": a.Code, "pcode": a.PCode, "iso": a.ISO, "country": a.Country, "level": a.Level, "parent": a.Parent, "type": a.Type,
		"names": a.Names, "also": a.Also, "position": a.Position, "source": a.Source, "closed": a.Closed}
}

// SavePoint makes a point or changes it.
func (g *Gazetteer) SavePoint(ctx context.Context, p Point) (Outcome, error) {
	return g.save(ctx, "place.SavePoint", kindPoint, p.Valid(), pointFields(p), p.Code)
}

func pointFields(p Point) map[string]any {
	return map[string]any{"code": p.Code, "kind": string(p.Kind), "names": p.Names, "also": p.Also, "country": p.Country, "area": p.Area, "faces": p.Faces,
		"position": p.Position, "site": p.Site, "designated": p.Designated, "source": p.Source, "note": p.Note, "guarded": p.Guarded, "closed": p.Closed}
}

// SavePopulation keeps a figure. The same figure again is nothing new; another one
// of the same source and date corrects it.
func (g *Gazetteer) SavePopulation(ctx context.Context, p Population) (Outcome, error) {
	return g.save(ctx, "place.SavePopulation", kindPopulation, p.Valid(), populationFields(p), populationKey(p))
}

func populationKey(p Population) string {
	return strings.Join([]string{p.Place, p.Source, p.Date}, "\x1f")
}

func populationFields(p Population) map[string]any {
	return map[string]any{"place": p.Place, "count": p.Count, "date": p.Date, "source": p.Source, "note": p.Note}
}

func (g *Gazetteer) save(ctx context.Context, op, kind string, wrong []error, fields map[string]any, key string) (out Outcome, err error) {
	if err := g.may(ctx, access.PlaceEdit, kind); err != nil {
		return "", fault.Wrap(op, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return "", err
	}
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		out, err = g.put(ctx, tx, kind, key, fields)
		return err
	})
	return out, fault.Wrap(op, err)
}

// put writes the fields of a document that differ from what it has. A field that is
// nil, empty or false is written only over something.
func (g *Gazetteer) put(ctx context.Context, tx *db.Tx, kind, key string, fields map[string]any) (Outcome, error) {
	return g.putID(ctx, tx, kind, idOf(kind, key), fields)
}

func (g *Gazetteer) putID(ctx context.Context, tx *db.Tx, kind string, id db.ID, fields map[string]any) (Outcome, error) {
	actor, _ := access.From(ctx)
	c := journal.Change{Kind: kind, Doc: id, Sensitivity: journal.Identity, Purpose: actor.Purpose, Fields: map[string]any{}}
	old, err := g.journal.Load(tx, c.Doc)
	out := Changed
	switch {
	case fault.Is(err, fault.NotFound):
		old, out = &journal.Doc{}, Made
	case err != nil:
		return "", err
	default:
		c.Base = old.Version
	}
	for name, v := range fields {
		same, err := sameField(old.Fields[name], v)
		if err != nil {
			return "", err
		}
		if !same {
			c.Fields[name] = v
		}
	}
	if len(c.Fields) == 0 {
		return Unchanged, nil
	}
	return out, g.journal.Append(tx, actor.Author(), c)
}

// sameField compares a stored field with a value, nothing being the same as empty.
func sameField(raw json.RawMessage, v any) (bool, error) {
	now, err := json.Marshal(v)
	if err != nil {
		return false, err
	}
	var a, b any
	if raw != nil {
		if err := json.Unmarshal(raw, &a); err != nil {
			return false, err
		}
	}
	if err := json.Unmarshal(now, &b); err != nil {
		return false, err
	}
	return nothing(a) && nothing(b) || reflect.DeepEqual(a, b), nil
}

func nothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// Area returns an area by its code, or fault.NotFound.
func (g *Gazetteer) Area(tx *db.Tx, code string) (Area, error) {
	list, err := bodies(tx, areaID, "SELECT id, body FROM place_area WHERE code = ? ORDER BY id LIMIT 1", code)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "place.Area", "place.error.unknown")
	}
	if err != nil {
		return Area{}, err
	}
	return list[0], nil
}

// Point returns a point by its code, or fault.NotFound.
func (g *Gazetteer) Point(tx *db.Tx, code string) (Point, error) {
	list, err := bodies(tx, pointID, "SELECT id, body FROM place_point WHERE code = ? ORDER BY id LIMIT 1", code)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "place.Point", "place.error.unknown")
	}
	if err != nil {
		return Point{}, err
	}
	return list[0], nil
}

// Children are the areas right below an area or a country, by code.
func (g *Gazetteer) Children(tx *db.Tx, code string) ([]Area, error) {
	return bodies(tx, areaID, "SELECT id, body FROM place_area WHERE parent = ? ORDER BY code, id", code)
}

// Areas are all areas of a country at a level, or at every level for 0, by code.
func (g *Gazetteer) Areas(tx *db.Tx, country string, level int) ([]Area, error) {
	return bodies(tx, areaID, "SELECT id, body FROM place_area WHERE country = ? AND (level = ? OR ? = 0) ORDER BY code, id", country, level, level)
}

// Ancestors are the areas above a code, the nearest first. The country is not among
// them: Area.Country names it. An area that has not come yet ends the list.
func (g *Gazetteer) Ancestors(tx *db.Tx, code string) ([]Area, error) {
	var out []Area
	at, err := g.above(tx, code)
	for ; err == nil && at != "" && len(out) < MaxLevel; at = out[len(out)-1].Parent {
		if isCountry(at) {
			break
		}
		a, err := g.Area(tx, at)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, err
}

// above is the code of the area that something lies in.
func (g *Gazetteer) above(tx *db.Tx, code string) (string, error) {
	switch a, err := g.Area(tx, code); {
	case err == nil:
		return a.Parent, nil
	case !fault.Is(err, fault.NotFound):
		return "", err
	}
	p, err := g.Point(tx, code)
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "place.Ancestors", "place.error.unknown")
	}
	return p.Area, err
}

// Populations are all figures of a place, the latest first; those whose date is not
// known come last.
func (g *Gazetteer) Populations(tx *db.Tx, code string) ([]Population, error) {
	return bodies(tx, populationID, "SELECT id, body FROM place_population WHERE place = ? ORDER BY day DESC, source, id", code)
}

// Population is the latest figure of a place with its source and date; known is
// false where there is none, which is not a population of zero.
func (g *Gazetteer) Population(tx *db.Tx, code string) (p Population, known bool, err error) {
	list, err := g.Populations(tx, code)
	if err != nil || len(list) == 0 {
		return Population{}, false, err
	}
	return list[0], true, nil
}

// Position is where a place is: of a point its own, of an area the one it was given,
// which is a middle. known is false where nobody said. It is for computing with:
// what leaves goes through Outward.
func (g *Gazetteer) Position(tx *db.Tx, code string) (at Position, known bool, err error) {
	var p *Position
	switch a, err := g.Area(tx, code); {
	case err == nil:
		p = a.Position
	case !fault.Is(err, fault.NotFound):
		return Position{}, false, err
	default:
		point, err := g.Point(tx, code)
		if err != nil {
			return Position{}, false, err
		}
		p = point.Position
	}
	if p == nil {
		return Position{}, false, nil
	}
	return *p, true, nil
}

// Distance is the great-circle distance of two places in kilometres; known is false
// where the position of one is not.
func (g *Gazetteer) Distance(tx *db.Tx, a, b string) (km float64, known bool, err error) {
	p, ok, err := g.Position(tx, a)
	if err != nil || !ok {
		return 0, false, err
	}
	q, ok, err := g.Position(tx, b)
	if err != nil || !ok {
		return 0, false, err
	}
	return p.Kilometres(q), true, nil
}
