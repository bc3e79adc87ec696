package people

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const otherTables = `
CREATE TABLE people_document (` + recordColumns + `, number TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX people_document_person ON people_document (person);
CREATE INDEX people_document_number ON people_document (number);
CREATE TABLE people_family (
	id BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	code TEXT NOT NULL, unit TEXT NOT NULL, number TEXT NOT NULL, number_key TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX people_family_code ON people_family (code);
CREATE INDEX people_family_number ON people_family (number_key) WHERE number_key <> '';
CREATE TABLE people_member (
	id BLOB NOT NULL, family BLOB NOT NULL, person BLOB NOT NULL, role TEXT NOT NULL, has_left INTEGER NOT NULL, disputed TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX people_member_family ON people_member (family);
CREATE INDEX people_member_person ON people_member (person);
CREATE TABLE people_relation (
	id BLOB NOT NULL, of_person BLOB NOT NULL, other BLOB NOT NULL, kind TEXT NOT NULL, ended INTEGER NOT NULL, disputed TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX people_relation_of ON people_relation (of_person);
CREATE INDEX people_relation_other ON people_relation (other);
CREATE TABLE people_photo (id BLOB NOT NULL, person BLOB NOT NULL, PRIMARY KEY (id));
CREATE INDEX people_photo_person ON people_photo (person);
CREATE TABLE people_arrival (
	id BLOB NOT NULL, person BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL, day TEXT NOT NULL,
	came INTEGER NOT NULL, PRIMARY KEY (id));
CREATE INDEX people_arrival_day ON people_arrival (site, day, came);
`

// projectDocument writes a document's row with its number in the form numbers are
// compared in.
func projectDocument(tx *db.Tx, d *journal.Doc) error {
	args, err := recordArgs(tx, "people_document", d)
	if err != nil || args == nil {
		return err
	}
	var doc Document
	if err := d.Decode(&doc); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO people_document (id, person, site, programme, sensitivity, author, disputed, body, number)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`+onRecordConflict+", number = excluded.number", append(args, numberKey(doc.Number))...)
	return err
}

func projectFamily(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM people_family WHERE id = ?", d.ID)
		return err
	}
	var f Family
	if err := d.Decode(&f); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO people_family (id, site, programme, sensitivity, code, unit, number, number_key, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
		unit = excluded.unit, number = excluded.number, number_key = excluded.number_key, note = excluded.note`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), Code(d.ID), string(f.Unit), f.Number, numberKey(f.Number), f.Note)
	return err
}

func projectMember(tx *db.Tx, d *journal.Doc) error {
	var m Member
	if err := d.Decode(&m); err != nil {
		return err
	}
	if d.Error || m.Family.IsZero() || m.Person.IsZero() {
		_, err := tx.Exec("DELETE FROM people_member WHERE id = ?", d.ID)
		return err
	}
	_, err := tx.Exec(`INSERT INTO people_member (id, family, person, role, has_left, disputed) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET family = excluded.family, person = excluded.person, role = excluded.role,
		has_left = excluded.has_left, disputed = excluded.disputed`, d.ID, m.Family, m.Person, string(m.Role), m.Left, disputed(d))
	return err
}

func projectRelation(tx *db.Tx, d *journal.Doc) error {
	var r Relation
	if err := d.Decode(&r); err != nil {
		return err
	}
	if d.Error || r.Of.IsZero() || r.Other.IsZero() {
		_, err := tx.Exec("DELETE FROM people_relation WHERE id = ?", d.ID)
		return err
	}
	_, err := tx.Exec(`INSERT INTO people_relation (id, of_person, other, kind, ended, disputed) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET of_person = excluded.of_person, other = excluded.other, kind = excluded.kind,
		ended = excluded.ended, disputed = excluded.disputed`, d.ID, r.Of, r.Other, string(r.Kind), r.Ended, disputed(d))
	return err
}

// projectPhoto notes that there is a photo; its bytes stay in the journal.
func projectPhoto(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM people_photo WHERE id = ?", d.ID)
		return err
	}
	_, err := tx.Exec("INSERT INTO people_photo (id, person) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", d.ID, d.Subject)
	return err
}

func projectArrival(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM people_arrival WHERE id = ?", d.ID)
		return err
	}
	var a Arrival
	if err := d.Decode(&a); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO people_arrival (id, person, site, programme, sensitivity, day, came) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`, d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), a.Day, d.Created)
	return err
}

// familyRow is a family as lists need it.
type familyRow struct {
	Family
	Code            string
	Site, Programme string
	Sensitivity     journal.Sensitivity
}

func findFamily(tx *db.Tx, id db.ID) (familyRow, error) {
	var f familyRow
	var s int
	var unit string
	err := tx.Row("SELECT id, site, programme, sensitivity, code, unit, number, note FROM people_family WHERE id = ?", id).
		Scan(&f.ID, &f.Site, &f.Programme, &s, &f.Code, &unit, &f.Number, &f.Note)
	f.Unit = Unit(unit)
	f.Sensitivity = journal.Sensitivity(s)
	return f, err
}

func scanMembers(rows *db.Rows) ([]Member, error) {
	defer rows.Close()
	var out []Member
	for rows.Next() {
		var m Member
		var role string
		if err := rows.Scan(&m.ID, &m.Family, &m.Person, &role, &m.Left); err != nil {
			return nil, err
		}
		m.Role = Role(role)
		out = append(out, m)
	}
	return out, rows.Err()
}

// members returns who belongs to a family, in the order in which they came in.
func members(tx *db.Tx, family db.ID) ([]Member, error) {
	rows, err := tx.Query("SELECT id, family, person, role, has_left FROM people_member WHERE family = ? ORDER BY id", family)
	if err != nil {
		return nil, err
	}
	return scanMembers(rows)
}

// membershipsOf returns the families a person belongs or belonged to.
func membershipsOf(tx *db.Tx, person db.ID) ([]Member, error) {
	rows, err := tx.Query("SELECT id, family, person, role, has_left FROM people_member WHERE person = ? ORDER BY id", person)
	if err != nil {
		return nil, err
	}
	return scanMembers(rows)
}

// relationsOf returns the relations in which a person stands on either side.
func relationsOf(tx *db.Tx, person db.ID) ([]Relation, error) {
	rows, err := tx.Query(`SELECT id, of_person, other, kind, ended FROM people_relation WHERE of_person = ?
		UNION ALL SELECT id, of_person, other, kind, ended FROM people_relation WHERE other = ? ORDER BY 1`, person, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Relation
	for rows.Next() {
		var r Relation
		var kind string
		if err := rows.Scan(&r.ID, &r.Of, &r.Other, &kind, &r.Ended); err != nil {
			return nil, err
		}
		r.Kind = RelationKind(kind)
		out = append(out, r)
	}
	return out, rows.Err()
}

// latestPhoto returns the id of a person's newest photo document, zero for none.
func latestPhoto(tx *db.Tx, person db.ID) (db.ID, error) {
	var id db.ID
	err := tx.Row("SELECT id FROM people_photo WHERE person = ? ORDER BY id DESC LIMIT 1", person).Scan(&id)
	if notFound(err) {
		return db.ID{}, nil
	}
	return id, err
}

// arrivals returns who came to a site on a day, in the order in which they came.
func arrivals(tx *db.Tx, site, day, where string, args []any) ([]db.ID, error) {
	rows, err := tx.Query("SELECT a.person FROM people_arrival a WHERE a.site = ? AND a.day = ? AND "+where+" ORDER BY a.came, a.id",
		append([]any{site, day}, args...)...)
	if err != nil {
		return nil, err
	}
	ids, err := rows.IDs()
	var out []db.ID
	for _, id := range ids {
		if !contains(out, id) {
			out = append(out, id)
		}
	}
	return out, err
}

// cameOn returns who came to a site on a day, and when they first did.
func cameOn(tx *db.Tx, site, day string) (map[db.ID]time.Time, error) {
	rows, err := tx.Query("SELECT a.person, a.came FROM people_arrival a WHERE a.site = ? AND a.day = ? ORDER BY a.came DESC", site, day)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[db.ID]time.Time{}
	for rows.Next() {
		var person db.ID
		var came time.Time
		if err := rows.Scan(&person, &came); err != nil {
			return nil, err
		}
		out[person] = came
	}
	return out, rows.Err()
}

// familyNumbers returns what the families of people are known by, the newest
// family of each.
func familyNumbers(tx *db.Tx, people []db.ID) (map[db.ID]string, error) {
	out := map[db.ID]string{}
	for some := range slices.Chunk(people, 100) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		rows, err := tx.Query(`SELECT m.person, f.number, f.code FROM people_member m JOIN people_family f ON f.id = m.family
			WHERE m.has_left = 0 AND m.person IN (?`+strings.Repeat(", ?", len(some)-1)+") ORDER BY m.id", args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var person db.ID
			var number, code string
			if err := rows.Scan(&person, &number, &code); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			if number == "" {
				number = ShowCode(code)
			}
			out[person] = number
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mostNumbered bounds how many people a number may stand for: a large family.
const mostNumbered = 100

// haveNumber returns who has a code, or is in a family of that code or number now.
func haveNumber(tx *db.Tx, key string) ([]db.ID, error) {
	rows, err := tx.Query(`SELECT p.id FROM people_person p WHERE p.code = ?
		UNION SELECT m.person FROM people_family f JOIN people_member m ON m.family = f.id AND m.has_left = 0 WHERE f.code = ?
		UNION SELECT m.person FROM people_family f JOIN people_member m ON m.family = f.id AND m.has_left = 0 WHERE f.number_key = ? AND f.number_key <> ''
		LIMIT ?`, key, key, key, mostNumbered)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}

// namesakes returns who else of the same name came to a site on a day.
func namesakes(tx *db.Tx, site, day, nameKey string, person db.ID) ([]db.ID, error) {
	if strings.TrimSpace(nameKey) == "" {
		return nil, nil
	}
	rows, err := tx.Query(`SELECT DISTINCT a.person FROM people_arrival a JOIN people_person p ON p.id = a.person
		WHERE a.site = ? AND a.day = ? AND p.name_key = ? AND a.person <> ? LIMIT 10`, site, day, nameKey, person)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}

func notFound(err error) bool { return fault.Is(err, fault.NotFound) }

// arrivedOn reports whether a person came to a site on a day.
func arrivedOn(tx *db.Tx, person db.ID, site, day string) (bool, error) {
	var n int
	err := tx.Row("SELECT count(*) FROM people_arrival WHERE site = ? AND day = ? AND person = ?", site, day, person).Scan(&n)
	return n > 0, err
}
