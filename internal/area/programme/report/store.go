package report

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindReport   = "programme.report"
	kindMinistry = "programme.ministry"
	kindPush     = "programme.push"
)

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	items := func(name string) journal.Group {
		return journal.Group{Name: name + "s", Class: journal.Append, Fields: []string{name}}
	}
	reg := func(name string, fields ...string) journal.Group {
		return journal.Group{Name: name, Class: journal.Register, Fields: fields}
	}
	return []journal.Kind{
		{Name: kindReport, Schema: 1, Tables: []string{"programme_report"}, Project: projectReport, Groups: []journal.Group{reg("report", "site", "period"), items("version")}},
		{Name: kindMinistry, Schema: 1, Tables: []string{"programme_ministry"}, Project: projectMinistry, Groups: []journal.Group{reg("ministry", "name", "url", "user", "data_set", "freq", "elements", "units", "whole", "closed")}},
		{Name: kindPush, Schema: 1, Tables: []string{"programme_push"}, Project: projectPush, Groups: []journal.Group{reg("push", "ministry", "report"), items("send")}},
	}
}

// Migrations are this package's tables. A password of a ministry stays on the installation
// where it was typed: it is in no entry of the journal, and in the file only as encrypted as
// the key provider makes the file.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "programme_report", Number: 1, SQL: `
CREATE TABLE programme_report (id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, freq TEXT NOT NULL, first INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX programme_report_period ON programme_report (freq, first, site);
CREATE TABLE programme_ministry (id BLOB NOT NULL PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE programme_push (id BLOB NOT NULL PRIMARY KEY, ministry BLOB NOT NULL, report BLOB NOT NULL, body TEXT NOT NULL);
CREATE INDEX programme_push_report ON programme_push (report);
CREATE TABLE programme_secret (ministry BLOB NOT NULL PRIMARY KEY, password TEXT NOT NULL);
`}}
}

// itemsOf reads the items of an append group.
func itemsOf[T any](d *journal.Doc, group, field string) (out []T, err error) {
	for _, it := range d.Items(group) {
		var x T
		if err := json.Unmarshal(it.Fields[field], &x); err != nil {
			return nil, fault.Wrap("report.items", err)
		}
		out = append(out, x)
	}
	return out, nil
}

// stored is a report as its row has it.
type stored struct {
	Report
	Versions []Version `json:"versions,omitempty"`
}

func projectReport(tx *db.Tx, d *journal.Doc) error {
	var r stored
	err := d.Decode(&r.Report)
	if err == nil {
		r.Versions, err = itemsOf[Version](d, "versions", "version")
	}
	if err != nil {
		return err
	}
	return put(tx, d, "programme_report", r, "site, freq, first", r.Site, string(r.Period.Freq), r.Period.First)
}

func projectMinistry(tx *db.Tx, d *journal.Doc) error {
	var m Ministry
	if err := d.Decode(&m); err != nil {
		return err
	}
	return put(tx, d, "programme_ministry", m, "")
}

func projectPush(tx *db.Tx, d *journal.Doc) error {
	var p Push
	err := d.Decode(&p)
	if err == nil {
		p.Sent, err = itemsOf[Sent](d, "sends", "send")
	}
	if err != nil {
		return err
	}
	return put(tx, d, "programme_push", p, "ministry, report", p.Ministry, p.Report)
}

// put writes the row of a document anew.
func put(tx *db.Tx, d *journal.Doc, table string, v any, columns string, values ...any) error {
	if _, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", d.ID); err != nil || d.Error {
		return err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap("report.put", err)
	}
	marks := ""
	for range values {
		marks += ", ?"
	}
	if columns != "" {
		columns = ", " + columns
	}
	_, err = tx.Exec("INSERT INTO "+table+" (id, body"+columns+") VALUES (?, ?"+marks+")", append([]any{d.ID, string(body)}, values...)...)
	return err
}

func scanReport(scan func(...any) error) (Report, error) {
	var r stored
	var id db.ID
	var body string
	if err := scan(&id, &body); err != nil {
		return r.Report, err
	}
	err := json.Unmarshal([]byte(body), &r)
	r.ID, r.Report.Versions = id, r.Versions
	return r.Report, fault.Wrap("report.scan", err)
}

// reportsOf are the reports of all sites of the periods that begin in these days.
func reportsOf(tx *db.Tx, f Freq, from, to calendar.Day) ([]Report, error) {
	return db.List(tx, scanReport, "SELECT id, body FROM programme_report WHERE freq = ? AND first >= ? AND first <= ? ORDER BY first DESC, site", string(f), from, to)
}

func findReport(tx *db.Tx, id db.ID) (Report, error) {
	return scanReport(tx.Row("SELECT id, body FROM programme_report WHERE id = ?", id).Scan)
}

func scanMinistry(scan func(...any) error) (m Ministry, err error) {
	var body string
	if err := scan(&m.ID, &body); err != nil {
		return m, err
	}
	id := m.ID
	err = json.Unmarshal([]byte(body), &m)
	m.ID = id
	return m, fault.Wrap("report.scan", err)
}

func ministries(tx *db.Tx) ([]Ministry, error) {
	return db.List(tx, scanMinistry, "SELECT id, body FROM programme_ministry ORDER BY id")
}

func ministryByID(tx *db.Tx, id db.ID) (Ministry, error) {
	return scanMinistry(tx.Row("SELECT id, body FROM programme_ministry WHERE id = ?", id).Scan)
}

func pushOf(tx *db.Tx, id db.ID) (p Push, err error) {
	var body string
	if err = tx.Row("SELECT body FROM programme_push WHERE id = ?", id).Scan(&body); err != nil {
		return p, err
	}
	return p, fault.Wrap("report.push", json.Unmarshal([]byte(body), &p))
}

func keepPassword(tx *db.Tx, ministry db.ID, password string) error {
	_, err := tx.Exec("INSERT INTO programme_secret (ministry, password) VALUES (?, ?) ON CONFLICT (ministry) DO UPDATE SET password = excluded.password", ministry, password)
	return err
}

func passwordOf(tx *db.Tx, ministry db.ID) (password string, err error) {
	err = tx.Row("SELECT password FROM programme_secret WHERE ministry = ?", ministry).Scan(&password)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return password, err
}
