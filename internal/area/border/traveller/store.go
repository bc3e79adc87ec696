package traveller

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindScreening  = "border.screening"
	kindMeasure    = "border.measure"
	kindConveyance = "border.conveyance"
	kindCompanion  = "border.companion"
	kindFound      = "border.found"
	kindDeclared   = "border.declaration"
)

// until is the field that says how long a document is kept.
const until = "until"

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindScreening, Schema: 1, Tables: []string{"border_screening"}, Project: projectScreening, Until: until, Groups: []journal.Group{
			reg("made", "point", "shift", "day", "at"), reg("first", "first"), reg("again", "again", "again_at"), reg("second", "second", "second_at"),
			reg("conveyance", "conveyance"), reg("signal", "signal"), reg("until", until), {Name: groupFindings, Class: journal.Append, Fields: []string{"finding"}}}},
		{Name: kindMeasure, Schema: 1, Tables: []string{"border_measure"}, Project: projectMeasure, Until: until, Groups: []journal.Group{
			reg("made", "screening", "point", "shift", "day", "at", "code", "answers", "record"), reg("due", "due"), reg("end", "ended", "why"), reg("until", until),
			{Name: groupLooks, Class: journal.Append, Fields: []string{"look"}}}},
		{Name: kindConveyance, Schema: 1, Tables: []string{"border_conveyance"}, Project: projectConveyance, Until: until, Groups: []journal.Group{
			reg("made", "point", "shift", "day", "at", "kind", "number", "hours", "ill_on_board", "fluids", "disease", "lists"), reg("until", until)}},
		{Name: kindCompanion, Schema: 1, Tables: []string{"border_companion"}, Project: projectCompanion, Until: until, Groups: []journal.Group{
			reg("made", "conveyance", "day", "at", "answers"), reg("until", until)}},
		{Name: kindDeclared, Schema: 1, Tables: []string{"border_declaration"}, Project: projectDeclaration, Until: until, Groups: []journal.Group{
			reg("made", "point", "day", "at", "kind", "version", "form", "answers", "own", "needs", "flags", "asks", "record"), reg("shown", "shift"), reg("conveyance", "conveyance"), reg("until", until),
			{Name: groupSick, Class: journal.Append, Fields: []string{"sick"}}}},
		{Name: kindFound, Schema: 1, Tables: []string{"border_found"}, Project: projectFound, Remove: uncountFound, Groups: []journal.Group{
			reg("found", "point", "day", "counts")}},
	}
}

// The append groups: what the pack found each time, and who looked after a measure.
const (
	groupFindings = "findings"
	groupLooks    = "looks"
	groupSick     = "sick"
)

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "traveller", Number: 1, SQL: `
CREATE TABLE border_screening (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL, shift TEXT NOT NULL,
	point TEXT NOT NULL, at INTEGER NOT NULL, waits TEXT NOT NULL, until INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX border_screening_shift ON border_screening (shift, at);
CREATE INDEX border_screening_at ON border_screening (at);
CREATE INDEX border_screening_until ON border_screening (until);
CREATE TABLE border_measure (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL, shift TEXT NOT NULL,
	point TEXT NOT NULL, screening BLOB NOT NULL, due INTEGER NOT NULL, ended INTEGER, until INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX border_measure_open ON border_measure (ended, due);
CREATE INDEX border_measure_screening ON border_measure (screening);
CREATE INDEX border_measure_until ON border_measure (until);
CREATE TABLE border_conveyance (id BLOB NOT NULL PRIMARY KEY, until INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX border_conveyance_until ON border_conveyance (until);
CREATE TABLE border_companion (id BLOB NOT NULL PRIMARY KEY, conveyance BLOB NOT NULL, until INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX border_companion_conveyance ON border_companion (conveyance);
CREATE INDEX border_companion_until ON border_companion (until);
CREATE TABLE border_found (id BLOB NOT NULL PRIMARY KEY, body TEXT NOT NULL);
`}, {Area: "traveller", Number: 2, SQL: `
CREATE TABLE border_declaration (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL, shift TEXT NOT NULL,
	point TEXT NOT NULL, code TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX border_declaration_code ON border_declaration (point, code);
CREATE INDEX border_declaration_at ON border_declaration (shift, at);
CREATE INDEX border_declaration_until ON border_declaration (until);
`}}
}

// screeningOf reads a screening out of its document.
func screeningOf(d *journal.Doc) (Screening, error) {
	var s Screening
	if err := d.Decode(&s); err != nil {
		return s, err
	}
	s.ID, s.Site, s.Findings = d.ID, d.Site, nil
	for _, it := range d.Items(groupFindings) {
		var f Finding
		if err := json.Unmarshal(it.Fields["finding"], &f); err != nil {
			return s, fault.Wrap("traveller.screeningOf", err)
		}
		f.By = it.By
		s.Findings = append(s.Findings, f)
	}
	return s, nil
}

func projectScreening(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return remove(tx, "border_screening", d.ID)
	}
	s, err := screeningOf(d)
	if err != nil {
		return err
	}
	for i := range s.Findings {
		s.Findings[i].Record = nil // it is in the journal; a list asks nobody why
	}
	text, err := bodyOf(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO border_screening (id, site, programme, sensitivity, shift, point, at, waits, until, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, shift = excluded.shift,
			point = excluded.point, at = excluded.at, waits = excluded.waits, until = excluded.until, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), s.Shift.String(), s.Point, s.At, string(s.Waits()), s.Until, text)
	return err
}

func remove(tx *db.Tx, table string, id db.ID) error {
	_, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", id)
	return err
}

func bodyOf(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), fault.Wrap("traveller.bodyOf", err)
}

const screeningColumns = "s.id, s.site, s.body"

func screeningRow(scan func(...any) error) (Screening, error) {
	var s Screening
	var id db.ID
	var site, text string
	if err := scan(&id, &site, &text); err != nil {
		return s, err
	}
	err := json.Unmarshal([]byte(text), &s)
	s.ID, s.Site = id, site
	return s, fault.Wrap("traveller.screeningRow", err)
}

func findScreening(tx *db.Tx, id db.ID) (Screening, error) {
	return screeningRow(tx.Row("SELECT "+screeningColumns+" FROM border_screening s WHERE s.id = ?", id).Scan)
}

// screeningsIn lists screenings under a condition, the latest first.
func screeningsIn(tx *db.Tx, where string, args []any, limit int) ([]Screening, error) {
	return db.List(tx, screeningRow, "SELECT "+screeningColumns+" FROM border_screening s WHERE "+where+" ORDER BY s.at DESC, s.id DESC LIMIT ?", append(args, limit)...)
}

// expired lists what was kept until a day before today. A screening stays while
// somebody is still held because of it.
func expired(tx *db.Tx, today calendar.Day, limit int) ([]db.ID, error) {
	id := func(scan func(...any) error) (id db.ID, err error) { return id, scan(&id) }
	var out []db.ID
	for _, sql := range []string{
		`SELECT s.id FROM border_screening s WHERE s.until < ? AND NOT EXISTS (SELECT 1 FROM border_measure m WHERE m.screening = s.id AND m.ended IS NULL) ORDER BY s.until, s.id LIMIT ?`,
		"SELECT id FROM border_measure WHERE until < ? AND ended IS NOT NULL ORDER BY until, id LIMIT ?",
		"SELECT id FROM border_conveyance WHERE until < ? ORDER BY until, id LIMIT ?",
		"SELECT id FROM border_companion WHERE until < ? ORDER BY until, id LIMIT ?",
		"SELECT id FROM border_declaration WHERE until < ? ORDER BY until, id LIMIT ?",
	} {
		ids, err := db.List(tx, id, sql, today, limit)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return out, nil
}

// Found is what is counted of travellers who have a record, without them.
type Found struct {
	Point  string           `json:"point"`
	Day    calendar.Day     `json:"day"`
	Counts map[string]int64 `json:"counts"`
}

func projectFound(tx *db.Tx, d *journal.Doc) error {
	if err := uncountFound(tx, d.ID); err != nil {
		return err
	}
	if d.Error {
		return remove(tx, "border_found", d.ID)
	}
	var f Found
	if err := d.Decode(&f); err != nil {
		return err
	}
	text, err := bodyOf(f)
	if err != nil {
		return err
	}
	if err := f.count(tx, 1); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO border_found (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body", d.ID, text)
	return err
}

// uncountFound takes back what a document counted.
func uncountFound(tx *db.Tx, doc db.ID) error {
	var text string
	err := tx.Row("SELECT body FROM border_found WHERE id = ?", doc).Scan(&text)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	var f Found
	if err == nil {
		err = json.Unmarshal([]byte(text), &f)
	}
	if err != nil {
		return err
	}
	return f.count(tx, -1)
}
