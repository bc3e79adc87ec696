package travel

import (
	"encoding/json"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const declaredTables = `
CREATE TABLE travel_declared (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	movement BLOB NOT NULL, body TEXT NOT NULL
);
CREATE INDEX travel_declared_movement ON travel_declared (movement, subject);
CREATE INDEX travel_declared_subject ON travel_declared (subject);
`

func declaredKind(reg func(string, ...string) journal.Group) journal.Kind {
	return journal.Kind{Name: kindDeclared, Schema: 1, Tables: []string{"travel_declared"}, Project: projectDeclared, Groups: []journal.Group{
		reg("movement", "movement"),
		reg("declared", "by", "name", "language", "interpreter", "witness", "at"),
		// Two who did not see each other: one wrote it down and one heard that the person
		// does not go. Nobody boards on it until somebody has asked the person.
		{Name: "will", Class: journal.Safety, Fields: []string{"withdrawn", "withdrawal"}},
	}}
}

func projectDeclared(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_declared WHERE id = ?", d.ID)
		return err
	}
	var v Declaration
	if err := d.Decode(&v); err != nil {
		return err
	}
	v.Disputed = len(d.Disputed["will"]) > 0
	body, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap("travel.projectDeclared", err)
	}
	_, err = tx.Exec(`INSERT INTO travel_declared (id, subject, site, programme, sensitivity, movement, body) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, movement = excluded.movement, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), v.Movement, string(body))
	return err
}

// declarations are those for a movement, by person.
func declarations(tx *db.Tx, movement db.ID) (map[db.ID]Declaration, error) {
	rows, err := tx.Query("SELECT id, subject, body FROM travel_declared WHERE movement = ?", movement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[db.ID]Declaration{}
	for rows.Next() {
		var d Declaration
		var id, subject db.ID
		var body string
		if err := rows.Scan(&id, &subject, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			return nil, fault.Wrap("travel.declarations", err)
		}
		d.ID, d.Person = id, subject
		out[subject] = d
	}
	return out, rows.Err()
}
