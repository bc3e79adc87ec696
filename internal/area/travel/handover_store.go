package travel

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const handOverTables = `
CREATE TABLE travel_log (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	escort BLOB NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX travel_log_escort ON travel_log (escort, at, id);
CREATE INDEX travel_log_subject ON travel_log (subject);
CREATE TABLE travel_handover (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	from_site TEXT NOT NULL, movement BLOB NOT NULL, arrival INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX travel_handover_arrival ON travel_handover (arrival, id);
CREATE INDEX travel_handover_hash ON travel_handover (hash);
CREATE INDEX travel_handover_subject ON travel_handover (subject);
CREATE TABLE travel_answer (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	note BLOB NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX travel_answer_note ON travel_answer (note, at, id);
CREATE INDEX travel_answer_subject ON travel_answer (subject);
`

func handOverKinds(reg func(string, ...string) journal.Group) []journal.Kind {
	add := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Append, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindLog, Schema: 1, Tables: []string{"travel_log"}, Project: projectLog, Groups: []journal.Group{add("line", "escort", "at", "what", "text", "by")}},
		{Name: kindHandOver, Schema: 1, Tables: []string{"travel_handover"}, Project: projectHandOver, Groups: []journal.Group{
			reg("movement", "movement", "from"), reg("note", "to_site", "to", "arrival", "actions", "condition", "medicines", "equipment", "by", "at"), reg("code", "hash", "until")}},
		{Name: kindAnswer, Schema: 1, Tables: []string{"travel_answer"}, Project: projectAnswer, Groups: []journal.Group{add("answer", "note", "step", "outcome", "words", "by", "by_code", "at")}},
	}
}

func projectLog(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_log WHERE id = ?", d.ID)
		return err
	}
	var l Line
	if err := d.Decode(&l); err != nil {
		return err
	}
	body, err := json.Marshal(l)
	if err != nil {
		return fault.Wrap("travel.projectLog", err)
	}
	_, err = tx.Exec(`INSERT INTO travel_log (id, subject, site, programme, sensitivity, escort, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET escort = excluded.escort, at = excluded.at, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), l.Escort, l.At.UnixMicro(), string(body))
	return err
}

func projectHandOver(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_handover WHERE id = ?", d.ID)
		return err
	}
	var n Note
	if err := d.Decode(&n); err != nil {
		return err
	}
	body, err := json.Marshal(n)
	if err != nil {
		return fault.Wrap("travel.projectHandOver", err)
	}
	_, err = tx.Exec(`INSERT INTO travel_handover (id, subject, site, programme, sensitivity, from_site, movement, arrival, hash, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, from_site = excluded.from_site, movement = excluded.movement,
			arrival = excluded.arrival, hash = excluded.hash, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), n.From, n.Movement, n.Arrival, n.Hash, string(body))
	return err
}

func projectAnswer(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM travel_answer WHERE id = ?", d.ID)
		return err
	}
	var a Answer
	if err := d.Decode(&a); err != nil {
		return err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return fault.Wrap("travel.projectAnswer", err)
	}
	_, err = tx.Exec(`INSERT INTO travel_answer (id, subject, site, programme, sensitivity, note, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET note = excluded.note, at = excluded.at, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), a.Note, a.At.UnixMicro(), string(body))
	return err
}

// logOf is the log on the way, the first line first.
func logOf(tx *db.Tx, escort db.ID) ([]Line, error) {
	rows, err := tx.Query("SELECT id, body FROM travel_log WHERE escort = ? ORDER BY at, id", escort)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		var id db.ID
		var l Line
		if err := scanBody(rows.Scan, &id, &l); err != nil {
			return nil, err
		}
		l.ID = id
		out = append(out, l)
	}
	return out, rows.Err()
}

// answersOf is what whoever takes over told, the first first.
func answersOf(tx *db.Tx, note db.ID) ([]Answer, error) {
	rows, err := tx.Query("SELECT id, body FROM travel_answer WHERE note = ? ORDER BY at, id", note)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Answer
	for rows.Next() {
		var id db.ID
		var a Answer
		if err := scanBody(rows.Scan, &id, &a); err != nil {
			return nil, err
		}
		a.ID = id
		out = append(out, a)
	}
	return out, rows.Err()
}

func scanBody(scan func(...any) error, id *db.ID, into any) error {
	var body string
	if err := scan(id, &body); err != nil {
		return err
	}
	return fault.Wrap("travel.scanBody", json.Unmarshal([]byte(body), into))
}

const noteColumns = "h.id, h.subject, h.site, h.programme, h.body"

func notesBy(tx *db.Tx, where string, args ...any) ([]Note, error) {
	rows, err := tx.Query("SELECT "+noteColumns+" FROM travel_handover h WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Note
	for rows.Next() {
		var n Note
		var id, subject db.ID
		var site, programme, body string
		if err := rows.Scan(&id, &subject, &site, &programme, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &n); err != nil {
			return nil, fault.Wrap("travel.notesBy", err)
		}
		n.ID, n.Person, n.Site, n.Programme = id, subject, site, programme
		out = append(out, n)
	}
	return out, rows.Err()
}

// findNote finds a note; it is zero, with no error, where there is none.
func findNote(tx *db.Tx, id db.ID) (Note, error) {
	list, err := notesBy(tx, "h.id = ?", id)
	if err != nil || len(list) == 0 {
		return Note{}, err
	}
	return list[0], nil
}

// noteByHash finds the note that a code is for.
func noteByHash(tx *db.Tx, hash string) (Note, error) {
	list, err := notesBy(tx, "h.hash = ?", hash)
	if err != nil || hash == "" || len(list) != 1 {
		return Note{}, err
	}
	return list[0], nil
}

// notesFrom are those of arrivals from a day on that a reader may read, as who takes over
// or as who hands over, the last first.
func notesFrom(tx *db.Tx, sc access.Scope, from calendar.Day, limit int) ([]Note, error) {
	to, args := sc.WhereIn("h", access.Columns{})
	sent, more := sc.WhereIn("h", access.Columns{Site: "from_site"})
	return notesBy(tx, "("+to+" OR "+sent+") AND h.arrival >= ? ORDER BY h.arrival DESC, h.id LIMIT ?", append(append(args, more...), from, limit)...)
}
