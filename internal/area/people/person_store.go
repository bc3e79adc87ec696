package people

import (
	"encoding/json"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// people_name is the search index by name: for each key of a person one row, in
// the order of keys, with all that a search asks of a row: the signature of the
// person's other keys, the years of birth, and what access goes by. It has no
// index by person (that would cost a third more): a person's rows are found by
// the keys that people_keys holds. These two are no tables of the kind: Remove
// takes their rows away, and Refold builds them again.
const personTables = `
CREATE TABLE people_person (
	id BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	code TEXT NOT NULL, wristband TEXT NOT NULL, name_key TEXT NOT NULL,
	year_from INTEGER NOT NULL, year_to INTEGER NOT NULL, died INTEGER NOT NULL, registered INTEGER NOT NULL,
	author BLOB, disputed TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX people_person_code ON people_person (code);
CREATE INDEX people_person_wristband ON people_person (wristband) WHERE wristband <> '';
CREATE INDEX people_person_year ON people_person (year_from);
CREATE TABLE people_name (
	key TEXT NOT NULL, person BLOB NOT NULL, sig INTEGER NOT NULL, year_from INTEGER NOT NULL, year_to INTEGER NOT NULL,
	site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	PRIMARY KEY (key, person)) WITHOUT ROWID;
CREATE TABLE people_keys (person BLOB NOT NULL, keys TEXT NOT NULL, PRIMARY KEY (person)) WITHOUT ROWID;
CREATE TABLE people_fold (id INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (id));
`

// personRow is a person as lists and banners need them.
type personRow struct {
	ID              db.ID
	Site, Programme string
	Sensitivity     journal.Sensitivity
	Code            string
	NameKey         string
	Registered      calendar.Day
	Disputed        []string
	Person          Person
}

// projectPerson writes a person's row and search keys.
func projectPerson(tx *db.Tx, d *journal.Doc) error {
	if err := dropKeys(tx, d.ID); err != nil {
		return err
	}
	if d.Error {
		_, err := tx.Exec("DELETE FROM people_person WHERE id = ?", d.ID)
		return err
	}
	var p Person
	if err := d.Decode(&p); err != nil {
		return err
	}
	body, err := json.Marshal(d.Fields)
	if err != nil {
		return err
	}
	keys, from, to := SearchKeys(p)
	_, err = tx.Exec(`INSERT INTO people_person (id, site, programme, sensitivity, code, wristband, name_key,
		year_from, year_to, died, registered, author, disputed, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
		wristband = excluded.wristband, name_key = excluded.name_key, year_from = excluded.year_from,
		year_to = excluded.year_to, died = excluded.died, disputed = excluded.disputed, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), Code(d.ID), numberKey(p.Wristband), nameKey(p),
		from, to, p.Died == value.Yes, calendar.DayOfTime(d.Created.UTC()), d.CreatedBy, disputed(d), string(body))
	if err != nil {
		return err
	}
	return writeKeys(tx, d, keys, from, to)
}

// writeKeys puts a person into the search index.
func writeKeys(tx *db.Tx, d *journal.Doc, keys []string, from, to int) error {
	if len(keys) == 0 {
		return nil
	}
	if _, err := tx.Exec("INSERT INTO people_keys (person, keys) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET keys = excluded.keys",
		d.ID, strings.Join(keys, " ")); err != nil {
		return err
	}
	for _, r := range IndexRows(d.ID, keys, from, to) {
		if _, err := tx.Exec("INSERT INTO people_name (key, person, sig, year_from, year_to, site, programme, sensitivity) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"+onNameConflict,
			r.Key, d.ID, r.Sig, r.YearFrom, r.YearTo, d.Site, d.Programme, int(d.Sensitivity)); err != nil {
			return err
		}
	}
	return nil
}

// onNameConflict lets a rebuild write the rows that are there already.
const onNameConflict = ` ON CONFLICT (key, person) DO UPDATE SET sig = excluded.sig, year_from = excluded.year_from, year_to = excluded.year_to,
	site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity`

// dropKeys takes a person out of the search index.
func dropKeys(tx *db.Tx, person db.ID) error {
	var keys string
	err := tx.Row("SELECT keys FROM people_keys WHERE person = ?", person).Scan(&keys)
	if notFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, k := range strings.Fields(keys) {
		if _, err := tx.Exec("DELETE FROM people_name WHERE key = ? AND person = ?", k, person); err != nil {
			return err
		}
	}
	_, err = tx.Exec("DELETE FROM people_keys WHERE person = ?", person)
	return err
}

const personColumns = "id, site, programme, sensitivity, code, name_key, registered, disputed, body"

func scanPerson(scan func(...any) error) (personRow, error) {
	var r personRow
	var sensitivity int
	var disputed, body string
	if err := scan(&r.ID, &r.Site, &r.Programme, &sensitivity, &r.Code, &r.NameKey, &r.Registered, &disputed, &body); err != nil {
		return r, err
	}
	r.Sensitivity, r.Disputed = journal.Sensitivity(sensitivity), strings.Fields(disputed)
	return r, json.Unmarshal([]byte(body), &r.Person)
}

// findPerson returns a person's row, or fault.NotFound.
func findPerson(tx *db.Tx, id db.ID) (personRow, error) {
	return scanPerson(tx.Row("SELECT "+personColumns+" FROM people_person WHERE id = ?", id).Scan)
}

// findPersons returns the rows of several persons by id; those that do not exist
// are left out.
func findPersons(tx *db.Tx, ids []db.ID) (map[db.ID]personRow, error) {
	out := make(map[db.ID]personRow, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), 100)
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		rows, err := tx.Query("SELECT "+personColumns+" FROM people_person WHERE id IN (?"+strings.Repeat(", ?", n-1)+")", args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			r, err := scanPerson(rows.Scan)
			if err != nil {
				_ = rows.Close()
				return nil, err
			}
			out[r.ID] = r
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

// foldVersion is the version of engine/match that the search index was built
// with, 0 when it never was.
func foldVersion(tx *db.Tx) (int, error) {
	var v int
	err := tx.Row("SELECT version FROM people_fold WHERE id = 1").Scan(&v)
	if notFound(err) {
		return 0, nil
	}
	return v, err
}

func setFoldVersion(tx *db.Tx) error {
	_, err := tx.Exec("INSERT INTO people_fold (id, version) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version", match.FoldVersion)
	return err
}

// anyPerson reports whether there is a person at all.
func anyPerson(tx *db.Tx) (bool, error) {
	var id db.ID
	err := tx.Row("SELECT id FROM people_person LIMIT 1").Scan(&id)
	if notFound(err) {
		return false, nil
	}
	return err == nil, err
}

// personsAfter pages through all ids.
func personsAfter(tx *db.Tx, after db.ID, limit int) ([]db.ID, error) {
	rows, err := tx.Query("SELECT id FROM people_person WHERE id > ? ORDER BY id LIMIT ?", after[:], limit)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}
