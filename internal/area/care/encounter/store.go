package encounter

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const kindEncounter = "care.encounter"

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	return []journal.Kind{{Name: kindEncounter, Schema: 1, Tables: []string{"care_encounter"}, Project: project, Groups: []journal.Group{
		{Name: "begun", Class: journal.Register, Fields: []string{"pack", "version", "hash", "code", "setting", "day", "at", "by"}},
		{Name: "ended", Class: journal.Register, Fields: []string{"where", "advice", "why", "follow_up", "record", "ended_at", "ended_by"}},
	}}}
}

// Migrations are this area's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "encounter", Number: 1, SQL: `
CREATE TABLE care_encounter (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	day INTEGER NOT NULL, open INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_encounter_site ON care_encounter (site, day, id);
CREATE INDEX care_encounter_subject ON care_encounter (subject, day);
`}}
}

func project(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_encounter WHERE id = ?", d.ID)
		return err
	}
	var e Encounter
	if err := d.Decode(&e); err != nil {
		return err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fault.Wrap("encounter.project", err)
	}
	open := 0
	if e.Open() {
		open = 1
	}
	_, err = tx.Exec(`INSERT INTO care_encounter (id, subject, site, programme, sensitivity, day, open, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
		day = excluded.day, open = excluded.open, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), e.Day, open, string(body))
	return err
}

const columns = "e.id, e.subject, e.site, e.programme, e.sensitivity, e.body"

func scan(scan func(...any) error) (Encounter, error) {
	var e Encounter
	var id, subject db.ID
	var site, programme, body string
	var sens int
	if err := scan(&id, &subject, &site, &programme, &sens, &body); err != nil {
		return e, err
	}
	err := json.Unmarshal([]byte(body), &e)
	e.ID, e.Person, e.Site, e.Programme, e.Sensitivity = id, subject, site, programme, journal.Sensitivity(sens)
	return e, fault.Wrap("encounter.scan", err)
}

func find(tx *db.Tx, id db.ID) (Encounter, error) {
	return scan(tx.Row("SELECT "+columns+" FROM care_encounter e WHERE e.id = ?", id).Scan)
}

// on lists the encounters of a day that a scope may read, the open ones first.
func on(tx *db.Tx, sc access.Scope, day calendar.Day, limit int) ([]Encounter, error) {
	where, args := sc.WhereIn("e", access.Columns{})
	return list(tx, "SELECT "+columns+" FROM care_encounter e WHERE "+where+" AND e.day = ? ORDER BY e.open DESC, e.id LIMIT ?", append(args, day, limit)...)
}

// of lists the encounters of a person, the latest first.
func of(tx *db.Tx, person db.ID, limit int) ([]Encounter, error) {
	return list(tx, "SELECT "+columns+" FROM care_encounter e WHERE e.subject = ? ORDER BY e.day DESC, e.id DESC LIMIT ?", person, limit)
}

func list(tx *db.Tx, query string, args ...any) ([]Encounter, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Encounter
	for rows.Next() {
		e, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}
