package place

import (
	"encoding/json"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The kinds of the gazetteer.
const (
	kindArea       = "place.area"
	kindPoint      = "place.point"
	kindPopulation = "place.population"
	kindName       = "place.name"
	kindBoundaries = "place.boundaries" // a set, with its source
	kindBoundary   = "place.boundary"   // one shape of a set
)

// gazetteerKinds go to every node: a name is resolved where it is typed. Reference
// data are brought in at one place, usually the hub: two that import one file apart
// from each other agree, and the journal still asks somebody to say so.
func gazetteerKinds() []journal.Kind {
	each := func(fields ...string) (groups []journal.Group) {
		for _, f := range fields {
			groups = append(groups, journal.Group{Name: f, Class: journal.Register, Fields: []string{f}})
		}
		return groups
	}
	return []journal.Kind{
		{Name: kindArea, Schema: 1, Tables: []string{"place_area", "place_area_label"}, Project: projectArea, Reach: journal.Everywhere,
			Groups: append(each("code", "pcode", "iso", "type", "names", "also", "position", "source", "closed"),
				journal.Group{Name: "where", Class: journal.Register, Fields: []string{"country", "level", "parent"}})},
		{Name: kindPoint, Schema: 1, Tables: []string{"place_point", "place_point_label"}, Project: projectPoint, Reach: journal.Everywhere,
			Groups: append(each("code", "kind", "names", "also", "faces", "position", "site", "designated", "source", "note", "guarded", "closed"),
				journal.Group{Name: "where", Class: journal.Register, Fields: []string{"country", "area"}})},
		{Name: kindPopulation, Schema: 1, Tables: []string{"place_population"}, Project: projectPopulation, Reach: journal.Everywhere,
			Groups: []journal.Group{{Name: "figure", Class: journal.Register, Fields: []string{"place", "count", "date", "source", "note"}}}},
		{Name: kindName, Schema: 1, Tables: []string{"place_name"}, Project: projectName, Reach: journal.Everywhere, Groups: []journal.Group{
			{Name: "seen", Class: journal.Append, Fields: []string{"text", "within", "source", "note"}},
			{Name: "target", Class: journal.Safety, Fields: []string{"target"}}, // while two officers differ, the name is not known
		}},
		{Name: kindBoundaries, Schema: 1, Tables: []string{"place_boundaries"}, Project: projectBoundaries, Reach: journal.Everywhere,
			Groups: each("code", "within", "level", "source", "licence", "date", "note", "replaced")},
		{Name: kindBoundary, Schema: 1, Tables: []string{"place_boundary"}, Project: projectBoundary, Reach: journal.Everywhere,
			Groups: []journal.Group{{Name: "shape", Class: journal.Register, Fields: []string{"set", "area", "name", "line", "disputed", "shape"}}}},
	}
}

const gazetteerSQL = `
CREATE TABLE place_area (id BLOB NOT NULL, code TEXT NOT NULL, parent TEXT NOT NULL, country TEXT NOT NULL, level INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX place_area_code ON place_area (code);
CREATE INDEX place_area_parent ON place_area (parent);
CREATE TABLE place_area_label (doc BLOB NOT NULL, folded TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (doc, folded));
CREATE INDEX place_area_label_folded ON place_area_label (folded);
CREATE TABLE place_point (id BLOB NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL, country TEXT NOT NULL, area TEXT NOT NULL, lat REAL, lon REAL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX place_point_code ON place_point (code);
CREATE INDEX place_point_lat ON place_point (lat);
CREATE TABLE place_point_label (doc BLOB NOT NULL, folded TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (doc, folded));
CREATE INDEX place_point_label_folded ON place_point_label (folded);
CREATE TABLE place_population (id BLOB NOT NULL, place TEXT NOT NULL, day INTEGER NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX place_population_place ON place_population (place);
CREATE TABLE place_name (id BLOB NOT NULL, folded TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX place_name_folded ON place_name (folded);
CREATE INDEX place_name_target ON place_name (target);
CREATE TABLE place_boundaries (id BLOB NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE place_boundary (id BLOB NOT NULL, bset TEXT NOT NULL, area TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX place_boundary_set ON place_boundary (bset);
`

// gone deletes the rows of a document that was entered in error.
func gone(tx *db.Tx, d *journal.Doc, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.Exec(s, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// labels are the folded names and codes by which something is found.
func labels(names map[string]string, also []string, codes ...string) []string {
	var out []string
	for _, l := range sortedKeys(names) {
		out = append(out, fold(names[l]))
	}
	for _, n := range slices.Concat(also, codes) {
		out = append(out, fold(n))
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

func projectArea(tx *db.Tx, d *journal.Doc) error {
	if err := gone(tx, d, "DELETE FROM place_area_label WHERE doc = ?"); err != nil {
		return err
	}
	if d.Error {
		return gone(tx, d, "DELETE FROM place_area WHERE id = ?")
	}
	var a Area
	body, err := decoded(d, &a)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(`INSERT INTO place_area (id, code, parent, country, level, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET code = excluded.code, parent = excluded.parent, country = excluded.country, level = excluded.level, body = excluded.body`,
		d.ID, a.Code, a.Parent, a.Country, a.Level, body); err != nil {
		return err
	}
	for _, l := range labels(a.Names, a.Also, a.Code, a.PCode, a.ISO) {
		if _, err := tx.Exec("INSERT INTO place_area_label (doc, folded, code) VALUES (?, ?, ?)", d.ID, l, a.Code); err != nil {
			return err
		}
	}
	return nil
}

func projectPoint(tx *db.Tx, d *journal.Doc) error {
	if err := gone(tx, d, "DELETE FROM place_point_label WHERE doc = ?"); err != nil {
		return err
	}
	if d.Error {
		return gone(tx, d, "DELETE FROM place_point WHERE id = ?")
	}
	var p Point
	if err := d.Decode(&p); err != nil {
		return err
	}
	// Two who disagree on the marker, or on what it is: the more careful holds.
	for _, name := range []string{"guarded", "kind"} {
		for _, alt := range d.Disputed[name] {
			var other Point
			if json.Unmarshal(orNull(alt.Fields["guarded"]), &other.Guarded) == nil && json.Unmarshal(orNull(alt.Fields["kind"]), &other.Kind) == nil {
				p.Guarded = p.Guarded || other.Keep()
			}
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var lat, lon *float64
	if p.Position != nil {
		lat, lon = &p.Position.Lat, &p.Position.Lon
	}
	if _, err = tx.Exec(`INSERT INTO place_point (id, code, kind, country, area, lat, lon, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET code = excluded.code, kind = excluded.kind, country = excluded.country, area = excluded.area, lat = excluded.lat, lon = excluded.lon, body = excluded.body`,
		d.ID, p.Code, string(p.Kind), p.Country, p.Area, lat, lon, string(body)); err != nil {
		return err
	}
	for _, l := range labels(p.Names, p.Also, p.Code) {
		if _, err := tx.Exec("INSERT INTO place_point_label (doc, folded, code) VALUES (?, ?, ?)", d.ID, l, p.Code); err != nil {
			return err
		}
	}
	return nil
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// decoded reads a document into v and gives it as the body of its row.
func decoded(d *journal.Doc, v any) (string, error) {
	if err := d.Decode(v); err != nil {
		return "", err
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// dateOf reads a date of the gazetteer; empty is not known.
func dateOf(text string) (calendar.Date, error) { return calendar.Parse(text) }

// dayOf is the last day that a date can be, before all others where it is not known.
func dayOf(text string) int64 {
	d, err := dateOf(text)
	_, last, ok := d.Bounds()
	if err != nil || !ok {
		return -1 << 40
	}
	return int64(last)
}

func projectPopulation(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, d, "DELETE FROM place_population WHERE id = ?")
	}
	var p Population
	body, err := decoded(d, &p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO place_population (id, place, day, source, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET place = excluded.place, day = excluded.day, source = excluded.source, body = excluded.body`, d.ID, p.Place, dayOf(p.Date), p.Source, body)
	return err
}

func projectName(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, d, "DELETE FROM place_name WHERE id = ?")
	}
	n := Name{}
	if err := d.Decode(&n); err != nil {
		return err
	}
	for _, alt := range d.Disputed["target"] {
		var target string
		if json.Unmarshal(orNull(alt.Fields["target"]), &target) == nil && target != "" && !slices.Contains(n.Chosen, target) {
			n.Chosen = append(n.Chosen, target)
		}
	}
	slices.Sort(n.Chosen)
	if len(n.Chosen) == 1 { // officers who did not see each other said the same
		n.Target, n.Chosen = n.Chosen[0], nil
	}
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO place_name (id, folded, target, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET folded = excluded.folded, target = excluded.target, body = excluded.body`, d.ID, fold(n.Text), n.Target, string(body))
	return err
}

func projectBoundaries(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, d, "DELETE FROM place_boundaries WHERE id = ?")
	}
	var s BoundarySet
	body, err := decoded(d, &s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO place_boundaries (id, code, body) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET code = excluded.code, body = excluded.body`, d.ID, s.Code, body)
	return err
}

func projectBoundary(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, d, "DELETE FROM place_boundary WHERE id = ?")
	}
	var b Boundary
	body, err := decoded(d, &b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO place_boundary (id, bset, area, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET bset = excluded.bset, area = excluded.area, body = excluded.body`, d.ID, b.Set, b.Area, body)
	return err
}

// bodies reads the id and body of every row of a query.
func bodies[T any](tx *db.Tx, set func(*T, db.ID), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var id db.ID
		var body string
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return nil, err
		}
		set(&v, id)
		out = append(out, v)
	}
	return out, rows.Err()
}

func areaID(a *Area, id db.ID)             { a.ID = id }
func pointID(p *Point, id db.ID)           { p.ID = id }
func populationID(p *Population, id db.ID) { p.ID = id }
func nameID(n *Name, id db.ID)             { n.ID = id }
func setID(s *BoundarySet, id db.ID)       { s.ID = id }
func boundaryID(b *Boundary, id db.ID)     { b.ID = id }
