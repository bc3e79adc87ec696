package travel

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const fitnessTables = `
CREATE TABLE travel_fitness (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	movement BLOB NOT NULL, made INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX travel_fitness_movement ON travel_fitness (movement, subject, made);
CREATE INDEX travel_fitness_subject ON travel_fitness (subject);
`

func fitnessKind(reg func(string, ...string) journal.Group) journal.Kind {
	return journal.Kind{Name: kindFitness, Schema: 1, Tables: []string{"travel_fitness"}, Project: projectFitness, Groups: []journal.Group{
		reg("begun", "movement", "pack", "version", "hash", "day", "at", "by"),
		// Two signatures that did not see each other are none: nobody boards on one of them.
		{Name: "signed", Class: journal.Safety, Fields: []string{"verdict", "level", "why", "record", "signed_at", "signed_by"}},
	}}
}

func projectFitness(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_fitness WHERE id = ?", d.ID)
		return err
	}
	var c Check
	if err := d.Decode(&c); err != nil {
		return err
	}
	c.Disputed = len(d.Disputed["signed"]) > 0
	body, err := json.Marshal(c)
	if err != nil {
		return fault.Wrap("travel.projectFitness", err)
	}
	_, err = tx.Exec(`INSERT INTO travel_fitness (id, subject, site, programme, sensitivity, movement, made, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, movement = excluded.movement, made = excluded.made, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), c.Movement, c.At.UnixMicro(), string(body))
	return err
}

const checkColumns = "id, subject, site, programme, body"

func scanCheck(scan func(...any) error) (Check, error) {
	var c Check
	var id, subject db.ID
	var site, programme, body string
	if err := scan(&id, &subject, &site, &programme, &body); err != nil {
		return c, err
	}
	err := json.Unmarshal([]byte(body), &c)
	c.ID, c.Person, c.Site, c.Programme = id, subject, site, programme
	return c, fault.Wrap("travel.scanCheck", err)
}

func findCheck(tx *db.Tx, id db.ID) (Check, error) {
	return scanCheck(tx.Row("SELECT "+checkColumns+" FROM travel_fitness WHERE id = ?", id).Scan)
}

// checks are the last check of each person for a movement.
func checks(tx *db.Tx, movement db.ID) (map[db.ID]Check, error) {
	rows, err := tx.Query("SELECT "+checkColumns+" FROM travel_fitness WHERE movement = ? ORDER BY subject, made, id", movement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[db.ID]Check{}
	for rows.Next() {
		c, err := scanCheck(rows.Scan)
		if err != nil {
			return nil, err
		}
		out[c.Person] = c // the last of the order
	}
	return out, rows.Err()
}
