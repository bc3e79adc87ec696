package ground

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindStation  = "border.station"
	kindDevice   = "border.device"
	kindCapacity = "border.capacity"
	kindSide     = "border.side"
)

const (
	groupChecks = "checks"
	groupWaits  = "waits"
)

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindStation, Schema: 1, Tables: []string{"border_ground"}, Project: projectOf(stationOf), Groups: []journal.Group{
			reg("station", "point", "name", "gone"), {Name: groupChecks, Class: journal.Append, Fields: []string{"check"}}}},
		{Name: kindDevice, Schema: 1, Tables: []string{"border_ground"}, Project: projectOf(deviceOf), Groups: []journal.Group{
			reg("device", "point", "name", "kind", "gone"), {Name: groupChecks, Class: journal.Append, Fields: []string{"check"}}}},
		{Name: kindCapacity, Schema: 1, Tables: []string{"border_ground"}, Project: projectOf(assessmentOf), Groups: []journal.Group{
			reg("capacity", "point", "day", "answers", "result", "ask", "routine", "emergency", "record", "by", "at")}},
		{Name: kindSide, Schema: 1, Tables: []string{"border_ground"}, Project: projectOf(sideOf), Groups: []journal.Group{
			reg("side", "point", "other_name", "ours", "theirs", "procedures", "shared", "words", "reviewed"), {Name: groupWaits, Class: journal.Append, Fields: []string{"wait"}}}},
	}
}

// Migrations are this package's table: what a point has is little, and is read by point.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "ground", Number: 1, SQL: `
CREATE TABLE border_ground (
	id BLOB NOT NULL PRIMARY KEY, kind TEXT NOT NULL, site TEXT NOT NULL, point TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX border_ground_point ON border_ground (kind, point);
`}}
}

// thing is what a document of this package is read into.
type thing interface{ at() string }

func (s Station) at() string    { return s.Point }
func (d Device) at() string     { return d.Point }
func (a Assessment) at() string { return a.Point }
func (s Side) at() string       { return s.Point }

func projectOf[T thing](read func(*journal.Doc) (T, error)) func(*db.Tx, *journal.Doc) error {
	return func(tx *db.Tx, d *journal.Doc) error {
		if d.Error {
			_, err := tx.Exec("DELETE FROM border_ground WHERE id = ?", d.ID)
			return err
		}
		x, err := read(d)
		if err != nil {
			return err
		}
		body, err := json.Marshal(x)
		if err != nil {
			return fault.Wrap("ground.project", err)
		}
		_, err = tx.Exec(`INSERT INTO border_ground (id, kind, site, point, body) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, site = excluded.site, point = excluded.point, body = excluded.body`, d.ID, d.Kind, d.Site, x.at(), string(body))
		return err
	}
}

// items reads the items of an append group.
func items[T any](d *journal.Doc, group, field string, by func(*T, db.ID)) ([]T, error) {
	var out []T
	for _, it := range d.Items(group) {
		var x T
		if err := json.Unmarshal(it.Fields[field], &x); err != nil {
			return nil, fault.Wrap("ground.items", err)
		}
		by(&x, it.By)
		out = append(out, x)
	}
	return out, nil
}

func stationOf(d *journal.Doc) (Station, error) {
	var s Station
	err := d.Decode(&s)
	if err == nil {
		s.Checks, err = items(d, groupChecks, "check", func(c *Check, by db.ID) { c.By, c.Record = by, nil })
	}
	return s, err
}

func deviceOf(d *journal.Doc) (Device, error) {
	var x Device
	err := d.Decode(&x)
	if err == nil {
		x.Checks, err = items(d, groupChecks, "check", func(c *DeviceCheck, by db.ID) { c.By = by })
	}
	return x, err
}

func assessmentOf(d *journal.Doc) (Assessment, error) {
	var a Assessment
	err := d.Decode(&a)
	a.Record = nil // it is in the journal
	return a, err
}

func sideOf(d *journal.Doc) (Side, error) {
	var s Side
	err := d.Decode(&s)
	if err == nil {
		s.Waits, err = items(d, groupWaits, "wait", func(w *Wait, by db.ID) { w.By = by })
	}
	return s, err
}

// of lists what a point has of a kind; "" is every point.
func of[T any](tx *db.Tx, kind, point string, id func(*T, db.ID, string)) ([]T, error) {
	where, args := "kind = ?", []any{kind}
	if point != "" {
		where, args = where+" AND point = ?", append(args, point)
	}
	rows, err := tx.Query("SELECT id, site, body FROM border_ground WHERE "+where+" ORDER BY point, id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		x, err := scanned(rows.Scan, id)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// one answers one thing of a kind by its id.
func one[T any](tx *db.Tx, kind string, want db.ID, id func(*T, db.ID, string)) (T, error) {
	return scanned(tx.Row("SELECT id, site, body FROM border_ground WHERE kind = ? AND id = ?", kind, want).Scan, id)
}

func scanned[T any](scan func(...any) error, id func(*T, db.ID, string)) (T, error) {
	var x T
	var doc db.ID
	var site, body string
	if err := scan(&doc, &site, &body); err != nil {
		return x, err
	}
	err := json.Unmarshal([]byte(body), &x)
	id(&x, doc, site)
	return x, fault.Wrap("ground.scanned", err)
}

func asStation(s *Station, id db.ID, site string)       { s.ID, s.Site = id, site }
func asDevice(d *Device, id db.ID, site string)         { d.ID, d.Site = id, site }
func asAssessment(a *Assessment, id db.ID, site string) { a.ID, a.Site = id, site }
func asSide(s *Side, id db.ID, site string)             { s.ID, s.Site = id, site }
