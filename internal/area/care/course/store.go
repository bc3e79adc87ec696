package course

import (
	"encoding/json"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const (
	// KindCourse is the journal kind of a course.
	KindCourse   = "care.course"
	kindVisit    = "care.visit"
	kindDose     = "care.dose"
	kindTransfer = "care.transfer"
)

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: KindCourse, Schema: 1, Tables: []string{"care_course", "care_due"}, Project: projectCourse, Groups: []journal.Group{
			{Name: "enrolled", Class: journal.Register, Fields: []string{"pack", "version", "hash", "code", "enrolled", "at", "by", "begun"}},
			{Name: "plan", Class: journal.Register, Fields: []string{"plan"}},
			{Name: "ended", Class: journal.Register, Fields: []string{"ending"}},
		}},
		{Name: kindVisit, Schema: 1, Tables: []string{"care_visit"}, Project: projectVisit, Remove: removeVisit, Links: courseOf, Groups: []journal.Group{
			{Name: "visit", Class: journal.Append, Fields: []string{"course", "code", "row", "on", "absent", "order", "by"}},
		}},
		{Name: kindDose, Schema: 1, Tables: []string{"care_dose"}, Project: projectDose, Remove: removeDose, Acts: given, Links: courseOf, Groups: []journal.Group{
			{Name: "dose", Class: journal.Append, Fields: []string{"course", "on", "state", "by", "at", "seen"}},
		}},
		{Name: kindTransfer, Schema: 1, Tables: []string{"care_transfer"}, Project: projectTransfer, Links: courseOf, Groups: []journal.Group{
			{Name: "asked", Class: journal.Register, Fields: []string{"course", "pack", "code", "from", "why", "asked_at", "asked_by"}},
			{Name: "state", Class: journal.Register, Fields: []string{"state", "reason", "since", "by"}},
		}},
	}
}

// Migrations are this area's tables. care_due is what a recall list reads: one row for
// each thing that is still to be done in an open course.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "course", Number: 1, SQL: `
CREATE TABLE care_course (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	code TEXT NOT NULL, begun TEXT NOT NULL, enrolled INTEGER NOT NULL, open INTEGER NOT NULL, disputed INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_course_subject ON care_course (subject, enrolled);
CREATE INDEX care_course_begun ON care_course (begun, enrolled, id);
CREATE TABLE care_due (
	id BLOB NOT NULL, n INTEGER NOT NULL, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	code TEXT NOT NULL, visit TEXT NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, until_day INTEGER NOT NULL, PRIMARY KEY (id, n)
);
CREATE INDEX care_due_site ON care_due (site, to_day, id, n, from_day, until_day);
CREATE INDEX care_due_code ON care_due (code, site, to_day, id, n, from_day, until_day);
CREATE TABLE care_visit (
	id BLOB NOT NULL PRIMARY KEY, course BLOB NOT NULL, subject BLOB NOT NULL, site TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_visit_course ON care_visit (course, day);
CREATE TABLE care_dose (
	id BLOB NOT NULL PRIMARY KEY, course BLOB NOT NULL, subject BLOB NOT NULL, site TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_dose_course ON care_dose (course, day);
CREATE TABLE care_transfer (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, from_site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	course BLOB NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX care_transfer_course ON care_transfer (course, at);
CREATE INDEX care_transfer_to ON care_transfer (state, site, at);
CREATE INDEX care_transfer_from ON care_transfer (state, from_site, at);
`}}
}

// given says what a dose records, so that the journal finds one that two people recorded
// without seeing each other's.
func given(d *journal.Doc) journal.Acts {
	var x Dose
	if d.Decode(&x) != nil || d.Error {
		return journal.Acts{}
	}
	return journal.Acts{Day: int64(x.On), Keys: []string{x.Course.String()}, Seen: x.Seen}
}

// courseOf names the course that a visit, dose or transfer belongs to: it goes where they go.
func courseOf(d *journal.Doc) []db.ID {
	var x struct {
		Course db.ID `json:"course"`
	}
	if d.Decode(&x) != nil || x.Course.IsZero() {
		return nil
	}
	return []db.ID{x.Course}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func projectCourse(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		for _, table := range []string{"care_course", "care_due"} {
			if _, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", d.ID); err != nil {
				return err
			}
		}
		return nil
	}
	var c Course
	if err := d.Decode(&c); err != nil {
		return err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fault.Wrap("course.project", err)
	}
	if _, err = tx.Exec(`INSERT INTO care_course (id, subject, site, programme, sensitivity, code, begun, enrolled, open, disputed, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
		code = excluded.code, begun = excluded.begun, enrolled = excluded.enrolled, open = excluded.open, disputed = excluded.disputed, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), c.Code, c.Begun, c.Enrolled, flag(c.Open()), flag(len(d.Disputed["ended"]) > 0), string(body)); err != nil {
		return err
	}
	return refreshDue(tx, d.ID, db.ID{})
}

// refreshDue writes what is still to be done in a course. It is a function of what is
// here of the course, its visits and its doses, whatever the order in which they came.
func refreshDue(tx *db.Tx, course, without db.ID) error {
	c, err := find(tx, course)
	if fault.Is(err, fault.NotFound) {
		return nil // not here yet
	}
	if err != nil {
		return err
	}
	visits, err := visitsOf(tx, course)
	if err != nil {
		return err
	}
	doses, err := dosesOf(tx, course, 0, never)
	if err != nil {
		return err
	}
	visits = slices.DeleteFunc(visits, func(v Visit) bool { return v.ID == without })
	doses = slices.DeleteFunc(doses, func(x Dose) bool { return x.ID == without })
	if _, err := tx.Exec("DELETE FROM care_due WHERE id = ?", course); err != nil {
		return err
	}
	for _, p := range pending(c, visits, doses) {
		if p.NotDated {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO care_due (id, n, subject, site, programme, sensitivity, code, visit, from_day, to_day, until_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			course, p.N, c.Person, c.Site, c.Programme, int(c.Sensitivity), c.Code, p.Code, p.From, p.To, p.Until); err != nil {
			return err
		}
	}
	return nil
}

// projectPart writes a visit or a dose and what is still to be done without it.
func projectPart(tx *db.Tx, d *journal.Doc, table string, course db.ID, on calendar.Day, v any) error {
	if d.Error {
		if _, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", d.ID); err != nil {
			return err
		}
		return refreshDue(tx, course, db.ID{})
	}
	body, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap("course.project", err)
	}
	if _, err := tx.Exec("INSERT INTO "+table+` (id, course, subject, site, day, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET course = excluded.course, subject = excluded.subject, site = excluded.site, day = excluded.day, body = excluded.body`,
		d.ID, course, d.Subject, d.Site, on, string(body)); err != nil {
		return err
	}
	return refreshDue(tx, course, db.ID{})
}

func projectVisit(tx *db.Tx, d *journal.Doc) error {
	var v Visit
	if err := d.Decode(&v); err != nil {
		return err
	}
	return projectPart(tx, d, "care_visit", v.Course, v.On, v)
}

func projectDose(tx *db.Tx, d *journal.Doc) error {
	var x Dose
	if err := d.Decode(&x); err != nil {
		return err
	}
	return projectPart(tx, d, "care_dose", x.Course, x.On, x)
}

func removeVisit(tx *db.Tx, doc db.ID) error { return removePart(tx, "care_visit", doc) }
func removeDose(tx *db.Tx, doc db.ID) error  { return removePart(tx, "care_dose", doc) }

func removePart(tx *db.Tx, table string, doc db.ID) error {
	var course db.ID
	err := tx.Row("SELECT course FROM "+table+" WHERE id = ?", doc).Scan(&course)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return refreshDue(tx, course, doc)
}

func projectTransfer(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM care_transfer WHERE id = ?", d.ID)
		return err
	}
	var t Transfer
	if err := d.Decode(&t); err != nil {
		return err
	}
	body, err := json.Marshal(t)
	if err != nil {
		return fault.Wrap("course.project", err)
	}
	_, err = tx.Exec(`INSERT INTO care_transfer (id, subject, site, from_site, programme, sensitivity, course, state, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, site = excluded.site, from_site = excluded.from_site, programme = excluded.programme,
		sensitivity = excluded.sensitivity, course = excluded.course, state = excluded.state, at = excluded.at, body = excluded.body`,
		d.ID, d.Subject, d.Site, t.From, d.Programme, int(d.Sensitivity), t.Course, string(t.State), t.AskedAt, string(body))
	return err
}

const columns = "c.id, c.subject, c.site, c.programme, c.sensitivity, c.disputed, c.body"

func scan(scan func(...any) error) (Course, error) {
	var c Course
	var id, subject db.ID
	var site, programme, body string
	var sens, disputed int
	if err := scan(&id, &subject, &site, &programme, &sens, &disputed, &body); err != nil {
		return c, err
	}
	err := json.Unmarshal([]byte(body), &c)
	c.ID, c.Person, c.Site, c.Programme, c.Sensitivity, c.Disputed = id, subject, site, programme, journal.Sensitivity(sens), disputed != 0
	return c, fault.Wrap("course.scan", err)
}

func find(tx *db.Tx, id db.ID) (Course, error) {
	return scan(tx.Row("SELECT "+columns+" FROM care_course c WHERE c.id = ?", id).Scan)
}

// of lists the courses of a person, the latest first.
func of(tx *db.Tx, person db.ID) ([]Course, error) {
	return courses(tx, "c.subject = ? ORDER BY c.enrolled DESC, c.id DESC", person)
}

// begunAt lists the courses that began at a site between two days, in the order of their
// days, at most limit.
func begunAt(tx *db.Tx, site string, from, to calendar.Day, limit int) ([]Course, error) {
	return courses(tx, "c.begun = ? AND c.enrolled >= ? AND c.enrolled <= ? ORDER BY c.enrolled, c.id LIMIT ?", site, from, to, limit)
}

func courses(tx *db.Tx, where string, args ...any) ([]Course, error) {
	rows, err := tx.Query("SELECT "+columns+" FROM care_course c WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Course
	for rows.Next() {
		c, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// part reads the visits or doses of a query.
func part[T any](tx *db.Tx, query string, args []any, set func(v *T, id db.ID, site string)) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		var id db.ID
		var site, body string
		if err := rows.Scan(&id, &site, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return nil, fault.Wrap("course.part", err)
		}
		set(&v, id, site)
		out = append(out, v)
	}
	return out, rows.Err()
}

func visitsOf(tx *db.Tx, course db.ID) ([]Visit, error) {
	return part(tx, "SELECT id, site, body FROM care_visit WHERE course = ? ORDER BY day, id", []any{course}, func(v *Visit, id db.ID, site string) { v.ID, v.Site = id, site })
}

// dosesOf lists what was recorded of the days from one to another, both included.
func dosesOf(tx *db.Tx, course db.ID, from, to calendar.Day) ([]Dose, error) {
	return part(tx, "SELECT id, site, body FROM care_dose WHERE course = ? AND day >= ? AND day <= ? ORDER BY day, id", []any{course, from, to},
		func(v *Dose, id db.ID, site string) { v.ID, v.Site = id, site })
}

const transferColumns = "t.id, t.subject, t.site, t.programme, t.sensitivity, t.body"

// transfers lists those of a condition.
func transfers(tx *db.Tx, where string, args ...any) ([]Transfer, error) {
	rows, err := tx.Query("SELECT "+transferColumns+" FROM care_transfer t WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Transfer
	for rows.Next() {
		var t Transfer
		var id, subject db.ID
		var site, programme, body string
		var sens int
		if err := rows.Scan(&id, &subject, &site, &programme, &sens, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &t); err != nil {
			return nil, fault.Wrap("course.transfers", err)
		}
		t.ID, t.Person, t.To, t.Programme, t.Sensitivity = id, subject, site, programme, journal.Sensitivity(sens)
		out = append(out, t)
	}
	return out, rows.Err()
}

// transfersOf lists those of a course, the latest first.
func transfersOf(tx *db.Tx, course db.ID) ([]Transfer, error) {
	return transfers(tx, "t.course = ? ORDER BY t.at DESC, t.id DESC", course)
}

func findTransfer(tx *db.Tx, id db.ID) (Transfer, error) {
	list, err := transfers(tx, "t.id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "course.findTransfer", "page.error.not_found")
	}
	if err != nil {
		return Transfer{}, err
	}
	return list[0], nil
}

// mostMoving is how many transfers one list shows.
const mostMoving = 100

// moving lists the transfers in a state for, or from, the sites of a scope.
func moving(tx *db.Tx, sc access.Scope, column string, state TransferState) ([]Transfer, error) {
	where, args := sc.WhereIn("t", access.Columns{Site: column})
	return transfers(tx, where+" AND t.state = ? ORDER BY t.at, t.id LIMIT ?", append(args, string(state), mostMoving)...)
}

// place of a recall list: after this day, course and row.
type after struct {
	Day calendar.Day
	ID  db.ID
	N   int
}

// recall is one line of a recall list.
type recall struct {
	Course, Person db.ID
	N              int
	Code, Visit    string
	From, To       calendar.Day
}

// due lists what is to be done on a day, the longest overdue first, after a place, by an
// index of site and day.
func due(tx *db.Tx, sc access.Scope, code string, on calendar.Day, from *after, limit int) ([]recall, error) {
	where, args := sc.WhereIn("d", access.Columns{})
	query := "SELECT d.id, d.subject, d.n, d.code, d.visit, d.from_day, d.to_day FROM care_due d WHERE " + where + " AND d.from_day <= ? AND d.until_day >= ?"
	args = append(args, on, on)
	if code != "" {
		query, args = query+" AND d.code = ?", append(args, code)
	}
	if from != nil {
		query += " AND (d.to_day > ? OR d.to_day = ? AND (d.id > ? OR d.id = ? AND d.n > ?))"
		args = append(args, from.Day, from.Day, from.ID, from.ID, from.N)
	}
	rows, err := tx.Query(query+" ORDER BY d.to_day, d.id, d.n LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []recall
	for rows.Next() {
		var r recall
		if err := rows.Scan(&r.Course, &r.Person, &r.N, &r.Code, &r.Visit, &r.From, &r.To); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
