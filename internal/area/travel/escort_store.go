package travel

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const escortTables = `
CREATE TABLE travel_escort (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	movement BLOB NOT NULL, body TEXT NOT NULL
);
CREATE INDEX travel_escort_movement ON travel_escort (movement, subject);
CREATE INDEX travel_escort_subject ON travel_escort (subject);
CREATE TABLE travel_companion (
	doc BLOB NOT NULL, login TEXT NOT NULL, movement BLOB NOT NULL, PRIMARY KEY (doc, login)
);
CREATE INDEX travel_companion_login ON travel_companion (login, movement);
`

func escortKind(reg func(string, ...string) journal.Group) journal.Kind {
	return journal.Kind{Name: kindEscort, Schema: 1, Tables: []string{"travel_escort", "travel_companion"}, Project: projectEscort, Groups: []journal.Group{
		reg("movement", "movement"), reg("with", "with"), reg("oxygen", "oxygen"), reg("kit", "kit"), reg("calls", "calls"), reg("briefed", "briefed_at", "briefed_by"),
	}}
}

func projectEscort(tx *db.Tx, d *journal.Doc) error {
	if _, err := tx.Exec("DELETE FROM travel_companion WHERE doc = ?", d.ID); err != nil {
		return err
	}
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_escort WHERE id = ?", d.ID)
		return err
	}
	var e Escort
	if err := d.Decode(&e); err != nil {
		return err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fault.Wrap("travel.projectEscort", err)
	}
	if _, err := tx.Exec(`INSERT INTO travel_escort (id, subject, site, programme, sensitivity, movement, body) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, movement = excluded.movement, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), e.Movement, string(body)); err != nil {
		return err
	}
	for _, c := range e.With {
		if c.Login == "" {
			continue
		}
		if _, err := tx.Exec("INSERT INTO travel_companion (doc, login, movement) VALUES (?, ?, ?) ON CONFLICT (doc, login) DO NOTHING", d.ID, c.Login, e.Movement); err != nil {
			return err
		}
	}
	return nil
}

// escorts are those of a movement, by person.
func escorts(tx *db.Tx, movement db.ID) (map[db.ID]Escort, error) {
	list, err := escortsBy(tx, "movement = ?", movement)
	out := map[db.ID]Escort{}
	for _, e := range list {
		out[e.Person] = e
	}
	return out, err
}

func escortsBy(tx *db.Tx, where string, args ...any) ([]Escort, error) {
	rows, err := tx.Query("SELECT id, subject, site, programme, body FROM travel_escort WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Escort
	for rows.Next() {
		var e Escort
		var id, subject db.ID
		var site, programme, body string
		if err := rows.Scan(&id, &subject, &site, &programme, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			return nil, fault.Wrap("travel.escortsBy", err)
		}
		e.ID, e.Person, e.Site, e.Programme = id, subject, site, programme
		out = append(out, e)
	}
	return out, rows.Err()
}

// companionOn lists the other movements on which somebody goes along.
func companionOn(tx *db.Tx, login string, but db.ID) ([]Movement, error) {
	rows, err := tx.Query("SELECT "+movementColumns+` FROM travel_movement m JOIN travel_companion c ON c.movement = m.id
		WHERE c.login = ? AND c.movement <> ? ORDER BY m.day, m.id`, login, but)
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

// mostGone bounds how many escorts of one login are shown.
const mostGone = 20

// goingWith lists whom a login goes along with on movements from a day on.
func goingWith(tx *db.Tx, login string, from calendar.Day) ([]Going, error) {
	rows, err := tx.Query("SELECT "+movementColumns+`, e.subject FROM travel_companion c JOIN travel_escort e ON e.id = c.doc JOIN travel_movement m ON m.id = c.movement
		WHERE c.login = ? AND m.day >= ? ORDER BY m.day, m.id, e.subject LIMIT ?`, login, from, mostGone)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Going
	for rows.Next() {
		var g Going
		g.Movement, err = scanMovement(func(into ...any) error { return rows.Scan(append(into, &g.Who.ID)...) })
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, rows.Err()
}
