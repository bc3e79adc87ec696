package across

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindNotice = "surveillance.notice"
	kindAnswer = "surveillance.notice_answer"
	kindSent   = "surveillance.notice_sent"
	kindTaken  = "surveillance.notice_taken"
)

// until is the field that says how long a document is kept.
const until = "until"

// SharedKinds are those that travel under an agreement.
func SharedKinds() []string { return []string{kindNotice, kindAnswer} }

// SentKinds are the registers, which stay.
func SentKinds() []string { return []string{kindSent, kindTaken} }

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindNotice, Schema: 1, Tables: []string{"across_notice"}, Project: projectNotice, Until: until, Groups: []journal.Group{
			reg("notice", "agreement", "about", "disease", "number", "from", "made", "values", "visits", "withdrawn", "why"), reg(until, until),
		}},
		{Name: kindAnswer, Schema: 1, Tables: []string{"across_answer"}, Project: projectAnswer, Until: until, Groups: []journal.Group{
			reg("answer", "notice", "agreement", "step", "reason", "outcome", "on", "at"), reg(until, until),
		}},
		{Name: kindSent, Schema: 1, Tables: []string{"across_sent"}, Project: projectSent, Groups: []journal.Group{
			reg("sent", "notice", "agreement", "peer", "country", "about", "of", "disease", "number"), reg("told", "fields", "named", "shield", "at", "until"), reg("withdrawn", "withdrawn"),
		}},
		{Name: kindTaken, Schema: 1, Tables: []string{"across_taken"}, Project: projectTaken, Groups: []journal.Group{
			reg("taken", "notice", "agreement", "peer", "about", "disease", "number"), reg("time", "at", "until"), reg("read", "read_by"),
			reg("decided", "decided", "decided_by", "decided_at", "became"), reg("outcome", "outcome"),
		}},
	}
}

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "across", Number: 1, SQL: `
CREATE TABLE across_notice (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB, sensitivity INTEGER NOT NULL, agreement BLOB NOT NULL, until INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX across_notice_until ON across_notice (until);
CREATE TABLE across_answer (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB, notice BLOB NOT NULL, agreement BLOB NOT NULL, until INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX across_answer_notice ON across_answer (notice);
CREATE INDEX across_answer_until ON across_answer (until);
CREATE TABLE across_sent (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	notice BLOB NOT NULL, agreement BLOB NOT NULL, of_doc BLOB NOT NULL, at INTEGER NOT NULL, by_user BLOB, body TEXT NOT NULL
);
CREATE INDEX across_sent_notice ON across_sent (notice);
CREATE INDEX across_sent_of ON across_sent (of_doc);
CREATE INDEX across_sent_at ON across_sent (at);
CREATE TABLE across_taken (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	notice BLOB NOT NULL, agreement BLOB NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX across_taken_notice ON across_taken (notice);
CREATE INDEX across_taken_at ON across_taken (at);
`}}
}

// project decodes a document into v, and writes its row unless it was entered in error.
func project(tx *db.Tx, d *journal.Doc, table string, v any, write func(body string) error) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", d.ID)
		return err
	}
	if err := d.Decode(v); err != nil {
		return err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap("across.project", err)
	}
	return write(string(body))
}

func projectNotice(tx *db.Tx, d *journal.Doc) error {
	var n Notice
	return project(tx, d, "across_notice", &n, func(body string) error {
		_, err := tx.Exec(`INSERT INTO across_notice (id, subject, sensitivity, agreement, until, body) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, sensitivity = excluded.sensitivity, agreement = excluded.agreement, until = excluded.until, body = excluded.body`,
			d.ID, d.Subject, int(d.Sensitivity), n.Agreement, n.Until, body)
		return err
	})
}

func projectAnswer(tx *db.Tx, d *journal.Doc) error {
	var a Answer
	return project(tx, d, "across_answer", &a, func(body string) error {
		_, err := tx.Exec(`INSERT INTO across_answer (id, subject, notice, agreement, until, body) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET notice = excluded.notice, agreement = excluded.agreement, until = excluded.until, body = excluded.body`,
			d.ID, d.Subject, a.Notice, a.Agreement, a.Until, body)
		return err
	})
}

func projectSent(tx *db.Tx, d *journal.Doc) error {
	var s Sent
	return project(tx, d, "across_sent", &s, func(body string) error {
		_, err := tx.Exec(`INSERT INTO across_sent (id, subject, site, programme, sensitivity, notice, agreement, of_doc, at, by_user, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, notice = excluded.notice, agreement = excluded.agreement,
				of_doc = excluded.of_doc, at = excluded.at, body = excluded.body`,
			d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), s.Notice, s.Agreement, s.Of, orCreated(s.At, d), d.CreatedBy, body)
		return err
	})
}

func projectTaken(tx *db.Tx, d *journal.Doc) error {
	var t Taken
	return project(tx, d, "across_taken", &t, func(body string) error {
		_, err := tx.Exec(`INSERT INTO across_taken (id, subject, site, programme, sensitivity, notice, agreement, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, notice = excluded.notice, agreement = excluded.agreement,
				at = excluded.at, body = excluded.body`,
			d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), t.Notice, t.Agreement, orCreated(t.At, d), body)
		return err
	})
}

// orCreated answers t, or the time of the document where t was lost.
func orCreated(t time.Time, d *journal.Doc) time.Time {
	if t.IsZero() {
		return d.Created
	}
	return t
}

func findNotice(tx *db.Tx, id db.ID) (Notice, error) {
	n := Notice{ID: id}
	var body string
	if err := tx.Row("SELECT subject, body FROM across_notice WHERE id = ?", id).Scan(&n.Person, &body); err != nil {
		return n, err
	}
	return n, fault.Wrap("across.notice", json.Unmarshal([]byte(body), &n))
}

// answersOf are what was said of a notice under its agreement and no other.
func answersOf(tx *db.Tx, notice, agreement db.ID) ([]Answer, error) {
	return db.List(tx, func(scan func(...any) error) (a Answer, err error) {
		var body string
		if err := scan(&a.ID, &a.Person, &body); err != nil {
			return a, err
		}
		return a, fault.Wrap("across.answer", json.Unmarshal([]byte(body), &a))
	}, "SELECT id, subject, body FROM across_answer WHERE notice = ? AND agreement = ? ORDER BY id", notice, agreement)
}

func findAnswer(tx *db.Tx, id db.ID) (Answer, error) {
	a := Answer{ID: id}
	var body string
	if err := tx.Row("SELECT subject, body FROM across_answer WHERE id = ?", id).Scan(&a.Person, &body); err != nil {
		return a, err
	}
	return a, fault.Wrap("across.answer", json.Unmarshal([]byte(body), &a))
}

// sentRow and takenRow are lines of the registers with what their right is decided by.
type sentRow struct {
	access.Resource
	Sent
}

type takenRow struct {
	access.Resource
	Taken
}

const (
	sentColumns  = "SELECT s.id, s.subject, s.site, s.programme, s.sensitivity, s.by_user, s.body FROM across_sent s"
	takenColumns = "SELECT t.id, t.site, t.programme, t.sensitivity, t.body FROM across_taken t"
)

func scanSent(scan func(...any) error) (sentRow, error) {
	r := sentRow{Resource: access.Resource{Kind: kindSent}}
	var level int
	var body string
	if err := scan(&r.Doc, &r.Subject, &r.Resource.Site, &r.Programme, &level, &r.By, &body); err != nil {
		return r, err
	}
	r.Sensitivity = journal.Sensitivity(level)
	err := json.Unmarshal([]byte(body), &r.Sent)
	r.ID, r.Person, r.Sent.Site = r.Doc, r.Subject, r.Resource.Site
	return r, fault.Wrap("across.sent", err)
}

func scanTaken(scan func(...any) error) (takenRow, error) {
	r := takenRow{Resource: access.Resource{Kind: kindTaken}}
	var level int
	var body string
	if err := scan(&r.Doc, &r.Resource.Site, &r.Programme, &level, &body); err != nil {
		return r, err
	}
	r.Sensitivity = journal.Sensitivity(level)
	err := json.Unmarshal([]byte(body), &r.Taken)
	r.ID, r.Taken.Site = r.Doc, r.Resource.Site
	return r, fault.Wrap("across.taken", err)
}

func findSent(tx *db.Tx, id db.ID) (sentRow, error) {
	return scanSent(tx.Row(sentColumns+" WHERE s.id = ?", id).Scan)
}

func sentOfNotice(tx *db.Tx, notice db.ID) (sentRow, error) {
	return scanSent(tx.Row(sentColumns+" WHERE s.notice = ?", notice).Scan)
}

// sentOf lists what was sent of one case or contact, the latest first.
func sentOf(tx *db.Tx, of db.ID) ([]sentRow, error) {
	return db.List(tx, scanSent, sentColumns+" WHERE s.of_doc = ? ORDER BY s.at DESC, s.id", of)
}

// mostLines is how many lines of a register a page shows.
const mostLines = 500

func listSent(tx *db.Tx, sc access.Scope, since time.Time) ([]sentRow, error) {
	where, args := sc.Where("s")
	return db.List(tx, scanSent, sentColumns+" WHERE "+where+" AND s.at >= ? ORDER BY s.at DESC, s.id LIMIT ?", append(args, since, mostLines)...)
}

func listTaken(tx *db.Tx, sc access.Scope, since time.Time) ([]takenRow, error) {
	where, args := sc.Where("t")
	return db.List(tx, scanTaken, takenColumns+" WHERE "+where+" AND t.at >= ? ORDER BY t.at DESC, t.id LIMIT ?", append(args, since, mostLines)...)
}

func sentUnder(tx *db.Tx, agreement db.ID) ([]sentRow, error) {
	return db.List(tx, scanSent, sentColumns+" WHERE s.agreement = ? ORDER BY s.at DESC, s.id LIMIT ?", agreement, mostLines)
}

func takenUnder(tx *db.Tx, agreement db.ID) ([]takenRow, error) {
	return db.List(tx, scanTaken, takenColumns+" WHERE t.agreement = ? ORDER BY t.at DESC, t.id LIMIT ?", agreement, mostLines)
}

func findTaken(tx *db.Tx, id db.ID) (takenRow, error) {
	return scanTaken(tx.Row(takenColumns+" WHERE t.id = ?", id).Scan)
}

func takenOfNotice(tx *db.Tx, notice db.ID) (takenRow, error) {
	return scanTaken(tx.Row(takenColumns+" WHERE t.notice = ?", notice).Scan)
}

// expired lists documents whose last day is before a day.
func expired(tx *db.Tx, today calendar.Day, limit int) ([]db.ID, error) {
	return tx.IDs("SELECT id FROM across_notice WHERE until < ? UNION ALL SELECT id FROM across_answer WHERE until < ? ORDER BY id LIMIT ?", today, today, limit)
}
