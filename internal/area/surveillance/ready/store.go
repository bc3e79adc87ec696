package ready

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// apart are the answers of a sort that change together and beside the others: whoever
// counts does not contradict whoever renames. A number stands with the unit and the least
// that it was counted against, and a confirmation with the very names and telephones that
// somebody called, so that two nodes never make a place in order that neither saw.
var apart = map[What]map[string][]string{
	Plan:    {"tested": {"tested"}},
	Item:    {"count": {"unit", "minimum", "have", "counted", "expires", "lasting", "next"}},
	Contact: {"confirmed": append([]string{"confirmed", "next"}, called...)},
	Action:  {"done": {"done", "result"}},
}

// groupOf is the group in which an answer changes.
func groupOf(w What, name string) string {
	for group, fields := range apart[w] {
		if slices.Contains(fields, name) {
			return group
		}
	}
	return string(w)
}

// Kinds are this package's journal kinds. They go to every installation: one that had
// only its own would call missing what another has, and they name offices and functions,
// nobody who is ill.
func Kinds() []journal.Kind {
	var out []journal.Kind
	for _, w := range Whats {
		whole := journal.Group{Name: string(w), Class: journal.Register, Fields: []string{"place", "from", "gone"}}
		if w != Action {
			whole.Fields = []string{"place", "gone"}
		}
		groups := []journal.Group{}
		elsewhere := map[string]bool{}
		for _, name := range slices.Sorted(maps.Keys(apart[w])) {
			groups = append(groups, journal.Group{Name: name, Class: journal.Register, Fields: apart[w][name]})
			for _, f := range apart[w][name] {
				elsewhere[f] = true
			}
		}
		for _, q := range Asked[w] {
			if !elsewhere[q.Name] {
				whole.Fields = append(whole.Fields, q.Name)
			}
		}
		out = append(out, journal.Kind{Name: w.kind(), Schema: 1, Tables: []string{"surveillance_ready"}, Project: project, Reach: journal.Everywhere,
			Groups: append([]journal.Group{whole}, groups...)})
	}
	return out
}

// Migrations are this package's table: a place has little, and is read whole.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "ready", Number: 1, SQL: `
CREATE TABLE surveillance_ready (
	id BLOB NOT NULL PRIMARY KEY, what TEXT NOT NULL, site TEXT NOT NULL, place TEXT NOT NULL, waits INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX surveillance_ready_place ON surveillance_ready (place, what);
CREATE INDEX surveillance_ready_waits ON surveillance_ready (waits, place);
`}}
}

func project(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM surveillance_ready WHERE id = ?", d.ID)
		return err
	}
	r, err := recordOf(d)
	if err != nil {
		return err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fault.Wrap("ready.project", err)
	}
	waits := 0
	if r.Open() {
		waits = 1
	}
	_, err = tx.Exec(`INSERT INTO surveillance_ready (id, what, site, place, waits, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET what = excluded.what, site = excluded.site, place = excluded.place, waits = excluded.waits, body = excluded.body`,
		d.ID, string(r.What), d.Site, r.Place, waits, string(body))
	return err
}

// recordOf reads a document.
func recordOf(d *journal.Doc) (Record, error) {
	var head struct {
		Place string `json:"place"`
		From  db.ID  `json:"from"`
		Gone  bool   `json:"gone"`
	}
	if err := d.Decode(&head); err != nil {
		return Record{}, err
	}
	r := Record{Place: head.Place, From: head.From, Gone: head.Gone, Answers: map[string]string{}, Disputed: slices.Sorted(maps.Keys(d.Disputed))}
	for _, w := range Whats {
		if w.kind() == d.Kind {
			r.What = w
		}
	}
	for _, q := range Asked[r.What] {
		var s string
		if raw, ok := d.Fields[q.Name]; !ok || json.Unmarshal(raw, &s) != nil || s == "" {
			continue // of another sort than here: written by a later Godwit
		}
		r.Answers[q.Name] = s
	}
	return r, nil
}

// recordsAt are the records of a place, by their id; "" is every place.
func recordsAt(tx *db.Tx, place string) ([]Record, error) {
	return query(tx, "SELECT id, site, body FROM surveillance_ready WHERE place = ? OR ? = '' ORDER BY place, id", place, place)
}

// waiting are the actions of every place that are not done.
func waiting(tx *db.Tx) ([]Record, error) {
	return query(tx, "SELECT id, site, body FROM surveillance_ready WHERE waits = 1 ORDER BY place, id")
}

// recordByID answers one record.
func recordByID(tx *db.Tx, id db.ID) (Record, error) {
	return scanned(tx.Row("SELECT id, site, body FROM surveillance_ready WHERE id = ?", id).Scan)
}

func query(tx *db.Tx, sql string, args ...any) ([]Record, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		r, err := scanned(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func scanned(scan func(...any) error) (Record, error) {
	var id db.ID
	var site, body string
	if err := scan(&id, &site, &body); err != nil {
		return Record{}, err
	}
	var r Record
	err := json.Unmarshal([]byte(body), &r)
	r.ID, r.Site = id, site
	return r, fault.Wrap("ready.scanned", err)
}
