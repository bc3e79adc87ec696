package travel

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this area.
const (
	kindMovement  = "travel.movement"
	kindTraveller = "travel.traveller"
	kindDeclared  = "travel.declared"
	kindFitness   = "travel.fitness"
	kindEscort    = "travel.escort"
	kindLog       = "travel.log"
	kindHandOver  = "travel.handover"
	kindAnswer    = "travel.answer"
)

// Who settles what two places say otherwise of differs by kind: whoever keeps the list,
// whoever signs, and whoever may know what somebody has.
var (
	ListKinds   = []string{kindMovement, kindTraveller, kindDeclared}
	SignedKinds = []string{kindFitness}
	EscortKinds = []string{kindEscort, kindLog, kindHandOver, kindAnswer}
)

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return append(handOverKinds(reg), []journal.Kind{
		{Name: kindMovement, Schema: 1, Tables: []string{"travel_movement"}, Project: projectMovement, Groups: []journal.Group{reg("movement", "day", "mode", "number", "to"), reg("when", "at", "hours"), reg("carrier", "carrier")}},
		{Name: kindTraveller, Schema: 1, Tables: []string{"travel_traveller"}, Project: projectTraveller, Groups: []journal.Group{reg("on", "movement"), reg("off", "off"), reg("state", "state", "why", "when"), reg("arrival", "arrival")}},
		declaredKind(reg),
		fitnessKind(reg),
		escortKind(reg),
	}...)
}

// Migrations are this area's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "travel", Number: 1, SQL: `
CREATE TABLE travel_movement (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX travel_movement_day ON travel_movement (day, id);
CREATE TABLE travel_traveller (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	movement BLOB NOT NULL, off INTEGER NOT NULL
);
CREATE INDEX travel_traveller_movement ON travel_traveller (movement, subject);
CREATE INDEX travel_traveller_subject ON travel_traveller (subject);
`}, {Area: "travel", Number: 2, SQL: declaredTables + fitnessTables + escortTables + handOverTables + `
ALTER TABLE travel_traveller ADD COLUMN body TEXT NOT NULL DEFAULT '{}';
`}}
}

func projectMovement(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_movement WHERE id = ?", d.ID)
		return err
	}
	var m Movement
	if err := d.Decode(&m); err != nil {
		return err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return fault.Wrap("travel.projectMovement", err)
	}
	_, err = tx.Exec(`INSERT INTO travel_movement (id, site, programme, sensitivity, day, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, day = excluded.day, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), m.Day, string(body))
	return err
}

func projectTraveller(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_traveller WHERE id = ?", d.ID)
		return err
	}
	var t Traveller
	if err := d.Decode(&t); err != nil {
		return err
	}
	off := 0
	if t.Off {
		off = 1
	}
	body, err := json.Marshal(t)
	if err != nil {
		return fault.Wrap("travel.projectTraveller", err)
	}
	_, err = tx.Exec(`INSERT INTO travel_traveller (id, subject, site, programme, sensitivity, movement, off, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, movement = excluded.movement, off = excluded.off, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), t.Movement, off, string(body))
	return err
}

const movementColumns = "m.id, m.site, m.programme, m.body"

func scanMovement(scan func(...any) error) (Movement, error) {
	var m Movement
	var id db.ID
	var site, programme, body string
	if err := scan(&id, &site, &programme, &body); err != nil {
		return m, err
	}
	err := json.Unmarshal([]byte(body), &m)
	m.ID, m.Site, m.Programme = id, site, programme
	return m, fault.Wrap("travel.scanMovement", err)
}

func findMovement(tx *db.Tx, id db.ID) (Movement, error) {
	return scanMovement(tx.Row("SELECT "+movementColumns+" FROM travel_movement m WHERE m.id = ?", id).Scan)
}

// movementsFrom lists movements within a scope from a day on.
func movementsFrom(tx *db.Tx, sc access.Scope, from calendar.Day, limit int) ([]Movement, error) {
	where, args := sc.WhereIn("m", access.Columns{Subject: "id"})
	rows, err := tx.Query("SELECT "+movementColumns+" FROM travel_movement m WHERE "+where+" AND m.day >= ? ORDER BY m.day, m.id LIMIT ?", append(args, from, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Movement
	for rows.Next() {
		m, err := scanMovement(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// onBoard lists who is on the list of a movement.
func onBoard(tx *db.Tx, movement db.ID) ([]Traveller, error) {
	return travellers(tx, "movement = ? AND off = 0 ORDER BY subject", movement)
}

func travellers(tx *db.Tx, where string, args ...any) ([]Traveller, error) {
	rows, err := tx.Query("SELECT id, subject, site, programme, movement, body FROM travel_traveller WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Traveller
	for rows.Next() {
		var t Traveller
		var id, subject, movement db.ID
		var site, programme, body string
		if err := rows.Scan(&id, &subject, &site, &programme, &movement, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &t); err != nil {
			return nil, fault.Wrap("travel.travellers", err)
		}
		t.ID, t.Person, t.Site, t.Programme, t.Movement = id, subject, site, programme, movement
		out = append(out, t)
	}
	return out, rows.Err()
}

// leaving lists who leaves on a day, by movement.
func leaving(tx *db.Tx, day calendar.Day) ([]Leaving, error) {
	rows, err := tx.Query("SELECT "+movementColumns+`, t.subject FROM travel_movement m JOIN travel_traveller t ON t.movement = m.id
		WHERE m.day = ? AND t.off = 0 ORDER BY m.id, t.subject`, day)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Leaving
	for rows.Next() {
		var l Leaving
		l.Movement, err = scanMovement(func(into ...any) error { return rows.Scan(append(into, &l.Person)...) })
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}
