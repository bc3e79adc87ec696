package stewardship

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this area.
const (
	kindRequest   = "stewardship.request"
	kindComplaint = "stewardship.complaint"
	kindErasure   = "stewardship.erasure"
)

// Kinds are this area's journal kinds.
func Kinds() []journal.Kind {
	return append(rightsKinds(), agreementKinds()...)
}

func rightsKinds() []journal.Kind {
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindRequest, Schema: 1, Tables: []string{"stewardship_request"}, Project: projectRequest, Groups: []journal.Group{
			reg("request", "asked", "by", "words", "wanted", "received"),
			reg("extension", "extended", "extended_why", "extended_told"),
			reg("answer", "answer", "reply", "statement", "answered", "decider"), reg("told", "told"),
		}},
		{Name: kindComplaint, Schema: 1, Tables: []string{"stewardship_complaint"}, Project: projectComplaint, Reach: journal.UpOnly, Groups: []journal.Group{
			reg("complaint", "about", "where", "words", "contact", "lang", "receipt", "received"),
			reg("forwarded", "forwarded"), reg("answer", "answer", "reply", "answered", "decider"),
		}},
		{Name: kindErasure, Schema: 1, Tables: []string{"stewardship_erasure"}, Project: projectErasure, Groups: []journal.Group{
			reg("asked", "reason", "kinds", "asked", "asked_by"), reg("state", "state", "decided", "decided_by", "counts"),
		}},
	}
}

// Migrations are this area's tables. stewardship_holding and _position are not
// projected: they follow the journal's headers (holding_store.go).
func Migrations() []db.Migration {
	return append(rightsMigrations(), agreementMigrations()...)
}

func rightsMigrations() []db.Migration {
	return []db.Migration{{Area: "stewardship", Number: 1, SQL: `
CREATE TABLE stewardship_request (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	asked TEXT NOT NULL, is_open INTEGER NOT NULL, due INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX stewardship_request_open ON stewardship_request (is_open, due);
CREATE INDEX stewardship_request_subject ON stewardship_request (subject);
CREATE TABLE stewardship_complaint (
	id BLOB NOT NULL PRIMARY KEY, about TEXT NOT NULL, receipt TEXT NOT NULL, is_open INTEGER NOT NULL, received INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX stewardship_complaint_open ON stewardship_complaint (is_open, received);
CREATE INDEX stewardship_complaint_receipt ON stewardship_complaint (receipt);
CREATE TABLE stewardship_erasure (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	is_open INTEGER NOT NULL, asked INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX stewardship_erasure_open ON stewardship_erasure (is_open, asked);
CREATE TABLE stewardship_holding (
	subject BLOB NOT NULL, doc BLOB NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (subject, doc)
);
CREATE TABLE stewardship_position (
	installation BLOB NOT NULL, lane INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (installation, lane)
);
`}}
}

func projectRequest(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM stewardship_request WHERE id = ?", d.ID)
		return err
	}
	var r Request
	body, err := bodyOf(d, &r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO stewardship_request (id, subject, site, programme, sensitivity, asked, is_open, due, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			asked = excluded.asked, is_open = excluded.is_open, due = excluded.due, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), string(r.Asked), r.Answer == Open, Due(r.Received, r.Extended), body)
	return err
}

func projectComplaint(tx *db.Tx, d *journal.Doc) error {
	var c Complaint
	body, err := bodyOf(d, &c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO stewardship_complaint (id, about, receipt, is_open, received, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET about = excluded.about, receipt = excluded.receipt, is_open = excluded.is_open, received = excluded.received, body = excluded.body`,
		d.ID, string(c.About), c.Receipt, c.Answer == Open, orZero(c.Received, d.Created), body)
	return err
}

func projectErasure(tx *db.Tx, d *journal.Doc) error {
	var e Erasure
	body, err := bodyOf(d, &e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO stewardship_erasure (id, subject, site, programme, sensitivity, is_open, asked, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity,
			is_open = excluded.is_open, asked = excluded.asked, body = excluded.body`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), e.State == ErasureAsked, orZero(e.Asked, d.Created), body)
	return err
}

// orZero answers t, or the time of the document where t was lost.
func orZero(t, created time.Time) time.Time {
	if t.IsZero() {
		return created
	}
	return t
}

// bodyOf decodes a document and writes it again, so that a row holds what this
// program knows of it.
func bodyOf(d *journal.Doc, into any) (string, error) {
	if err := d.Decode(into); err != nil {
		return "", err
	}
	b, err := json.Marshal(into)
	return string(b), fault.Wrap("stewardship.bodyOf", err)
}

const requestColumns = "r.id, r.subject, r.site, r.programme, r.sensitivity, r.body"

// row is what every table of this area has.
type row struct {
	access.Resource
	body string
}

func scanRow(scan func(...any) error, kind string) (row, error) {
	r := row{Resource: access.Resource{Kind: kind}}
	var level int
	err := scan(&r.Doc, &r.Subject, &r.Site, &r.Programme, &level, &r.body)
	r.Sensitivity = journal.Sensitivity(level)
	return r, err
}

func (r row) request() (Request, error) {
	q := Request{ID: r.Doc, Person: r.Subject, Site: r.Site}
	return q, fault.Wrap("stewardship.request", json.Unmarshal([]byte(r.body), &q))
}

func (r row) erasure() (Erasure, error) {
	e := Erasure{ID: r.Doc, Person: r.Subject, Site: r.Site}
	return e, fault.Wrap("stewardship.erasure", json.Unmarshal([]byte(r.body), &e))
}

func findRequest(tx *db.Tx, id db.ID) (row, error) {
	return scanRow(tx.Row("SELECT "+requestColumns+" FROM stewardship_request r WHERE r.id = ?", id).Scan, kindRequest)
}

// listRequests lists requests within a scope, open ones first, by their deadline.
func listRequests(tx *db.Tx, sc access.Scope, limit int) ([]row, error) {
	where, args := sc.Where("r")
	return listRows(tx, kindRequest, "SELECT "+requestColumns+" FROM stewardship_request r WHERE "+where+" ORDER BY r.is_open DESC, r.due, r.id LIMIT ?", append(args, limit)...)
}

func findErasure(tx *db.Tx, id db.ID) (row, error) {
	return scanRow(tx.Row("SELECT "+requestColumns+" FROM stewardship_erasure r WHERE r.id = ?", id).Scan, kindErasure)
}

func listErasures(tx *db.Tx, sc access.Scope, limit int) ([]row, error) {
	where, args := sc.Where("r")
	return listRows(tx, kindErasure, "SELECT "+requestColumns+" FROM stewardship_erasure r WHERE "+where+" ORDER BY r.is_open DESC, r.asked, r.id LIMIT ?", append(args, limit)...)
}

func listRows(tx *db.Tx, kind, sql string, args ...any) ([]row, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		r, err := scanRow(rows.Scan, kind)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func scanComplaint(scan func(...any) error) (Complaint, error) {
	var c Complaint
	var body string
	if err := scan(&c.ID, &body); err != nil {
		return c, err
	}
	return c, fault.Wrap("stewardship.complaint", json.Unmarshal([]byte(body), &c))
}

func findComplaint(tx *db.Tx, id db.ID) (Complaint, error) {
	return scanComplaint(tx.Row("SELECT id, body FROM stewardship_complaint WHERE id = ?", id).Scan)
}

func complaintByReceipt(tx *db.Tx, hash string) (Complaint, error) {
	return scanComplaint(tx.Row("SELECT id, body FROM stewardship_complaint WHERE receipt = ?", hash).Scan)
}

// listComplaints lists complaints about the privacy officer, or all others.
func listComplaints(tx *db.Tx, aboutOfficer bool, limit int) ([]Complaint, error) {
	rows, err := tx.Query(`SELECT id, body FROM stewardship_complaint WHERE (about = ?) = (1 = ?)
		ORDER BY is_open DESC, received, id LIMIT ?`, string(AboutOfficer), aboutOfficer, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Complaint
	for rows.Next() {
		c, err := scanComplaint(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
