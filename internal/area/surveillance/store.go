package surveillance

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindSignal       = "surveillance.signal"
	kindSignalPerson = "surveillance.signal_person"
)

// groupSteps is append: what two officers did at once is kept as two steps.
const groupSteps = "steps"

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	return []journal.Kind{
		{Name: kindSignal, Schema: 1, Tables: []string{"surveillance_signal"}, Project: projectSignal, Groups: []journal.Group{
			{Name: "report", Class: journal.Register, Fields: []string{"source", "sign", "disease", "country", "place", "start", "detected", "reported", "reporter", "cases", "deaths", "words", "about"}},
			{Name: groupSteps, Class: journal.Append, Fields: []string{"step"}},
		}},
		// It goes where the person goes. The signal itself goes to the sites of its header.
		{Name: kindSignalPerson, Schema: 1, Tables: []string{"surveillance_signal_person"}, Project: projectPerson, Groups: []journal.Group{
			{Name: "signal", Class: journal.Register, Fields: []string{"signal"}},
		}},
		reportedKind(),
		notifiedKind(),
	}
}

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "surveillance", Number: 1, SQL: `
CREATE TABLE surveillance_signal (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL,
	stage TEXT NOT NULL, clock TEXT NOT NULL, since INTEGER NOT NULL, source TEXT NOT NULL, sign TEXT NOT NULL, disease TEXT NOT NULL, country TEXT NOT NULL,
	reported INTEGER NOT NULL, reporter BLOB, about BLOB, body TEXT NOT NULL
);
CREATE INDEX surveillance_signal_stage ON surveillance_signal (stage, clock, since);
CREATE INDEX surveillance_signal_reporter ON surveillance_signal (reporter, reported);
CREATE INDEX surveillance_signal_about ON surveillance_signal (about);
CREATE INDEX surveillance_signal_like ON surveillance_signal (country, reported);
CREATE TABLE surveillance_signal_person (
	id BLOB NOT NULL PRIMARY KEY, subject BLOB NOT NULL, site TEXT NOT NULL, programme TEXT NOT NULL, sensitivity INTEGER NOT NULL, signal BLOB NOT NULL
);
CREATE INDEX surveillance_signal_person_signal ON surveillance_signal_person (signal);
`}, {Area: "surveillance", Number: 2, SQL: reportedSQL}, {Area: "surveillance", Number: 3, SQL: notifiedSQL}, {Area: "surveillance", Number: 4, SQL: seriesSQL}}
}

// signalOf reads a signal out of its document, with its steps in their order.
func signalOf(d *journal.Doc) (Signal, error) {
	const op = "surveillance.signalOf"
	var s Signal
	if err := d.Decode(&s); err != nil {
		return s, err
	}
	s.ID, s.Site, s.Programme, s.Steps = d.ID, d.Site, d.Programme, nil
	if s.Reported.IsZero() {
		s.Reported = d.Created
	}
	for _, it := range d.Items(groupSteps) {
		raw, ok := it.Fields["step"]
		if !ok || string(raw) == "null" {
			continue
		}
		var step Step
		if err := json.Unmarshal(raw, &step); err != nil {
			return s, fault.Wrap(op, err)
		}
		step.By = it.By
		s.Steps = append(s.Steps, step)
	}
	s.Standing = Fold(s)
	return s, nil
}

func projectSignal(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM surveillance_signal WHERE id = ?", d.ID)
		return err
	}
	s, err := signalOf(d)
	if err != nil {
		return err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap("surveillance.projectSignal", err)
	}
	_, err = tx.Exec(`INSERT INTO surveillance_signal (id, site, programme, sensitivity, stage, clock, since, source, sign, disease, country, reported, reporter, about, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, stage = excluded.stage, clock = excluded.clock,
			since = excluded.since, source = excluded.source, sign = excluded.sign, disease = excluded.disease, country = excluded.country,
			reported = excluded.reported, reporter = excluded.reporter, about = excluded.about, body = excluded.body`,
		d.ID, d.Site, d.Programme, int(d.Sensitivity), string(s.Stage), string(clockOf(s.Standing)), s.Since, string(s.Source), s.Sign, s.Disease, s.Country, s.Reported, s.Reporter, s.About, string(body))
	return err
}

func projectPerson(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		_, err := tx.Exec("DELETE FROM surveillance_signal_person WHERE id = ?", d.ID)
		return err
	}
	var link struct {
		Signal db.ID `json:"signal"`
	}
	if err := d.Decode(&link); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO surveillance_signal_person (id, subject, site, programme, sensitivity, signal) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, signal = excluded.signal`,
		d.ID, d.Subject, d.Site, d.Programme, int(d.Sensitivity), link.Signal)
	return err
}

const signalColumns = "s.id, s.site, s.programme, s.sensitivity, s.body"

// row is a signal as it lies in the table, with what its right is decided by.
type row struct {
	access.Resource
	Signal
}

func scanSignal(scan func(...any) error) (row, error) {
	r := row{Resource: access.Resource{Kind: kindSignal}}
	var level int
	var body string
	if err := scan(&r.Doc, &r.Resource.Site, &r.Resource.Programme, &level, &body); err != nil {
		return r, err
	}
	r.Sensitivity = journal.Sensitivity(level)
	if err := json.Unmarshal([]byte(body), &r.Signal); err != nil {
		return r, fault.Wrap("surveillance.scanSignal", err)
	}
	r.ID, r.Signal.Site, r.Signal.Programme = r.Doc, r.Resource.Site, r.Resource.Programme
	r.Standing = Fold(r.Signal)
	return r, nil
}

func findSignal(tx *db.Tx, id db.ID) (row, error) {
	return scanSignal(tx.Row("SELECT "+signalColumns+" FROM surveillance_signal s WHERE s.id = ?", id).Scan)
}

func signalRows(tx *db.Tx, sql string, args ...any) ([]row, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		r, err := scanSignal(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// runningOn lists the signals within a scope whose clock is this one, those that began
// it first.
func runningOn(tx *db.Tx, sc access.Scope, stage Stage, clock Clocked, limit int) ([]row, error) {
	where, args := sc.Where("s")
	return signalRows(tx, "SELECT "+signalColumns+" FROM surveillance_signal s WHERE s.stage = ? AND s.clock = ? AND "+where+" ORDER BY s.since, s.id LIMIT ?",
		append(append([]any{string(stage), string(clock)}, args...), limit)...)
}

// over lists the signals of a stage that ended, the latest first.
func over(tx *db.Tx, sc access.Scope, stage Stage, limit int) ([]row, error) {
	where, args := sc.Where("s")
	return signalRows(tx, "SELECT "+signalColumns+" FROM surveillance_signal s WHERE s.stage = ? AND "+where+" ORDER BY s.since DESC, s.id LIMIT ?",
		append(append([]any{string(stage)}, args...), limit)...)
}

// countRunning counts the signals within a scope whose clock is this one, and how many
// of them began it before a time.
func countRunning(tx *db.Tx, sc access.Scope, stage Stage, clock Clocked, before time.Time) (all, late int, err error) {
	where, args := sc.Where("s")
	err = tx.Row("SELECT count(*), coalesce(sum(CASE WHEN s.since < ? THEN 1 ELSE 0 END), 0) FROM surveillance_signal s WHERE s.stage = ? AND s.clock = ? AND "+where,
		append([]any{before, string(stage), string(clock)}, args...)...).Scan(&all, &late)
	return all, late, err
}

// reportedBy lists what somebody reported, the latest first.
func reportedBy(tx *db.Tx, user db.ID, limit int) ([]row, error) {
	return signalRows(tx, "SELECT "+signalColumns+" FROM surveillance_signal s WHERE s.reporter = ? ORDER BY s.reported DESC, s.id LIMIT ?", user, limit)
}

// raisedFrom answers the signal that a document raised.
func raisedFrom(tx *db.Tx, doc db.ID) (row, error) {
	return scanSignal(tx.Row("SELECT "+signalColumns+" FROM surveillance_signal s WHERE s.about = ? ORDER BY s.id LIMIT 1", doc).Scan)
}

// like lists other signals of the same sign or disease in a country within a scope,
// the latest first: perhaps they are one event.
func like(tx *db.Tx, sc access.Scope, s Signal, limit int) ([]row, error) {
	where, args := sc.Where("s")
	return signalRows(tx, "SELECT "+signalColumns+` FROM surveillance_signal s WHERE s.country = ? AND s.id <> ? AND
		(s.sign <> '' AND s.sign = ? OR s.disease <> '' AND s.disease = ?) AND `+where+" ORDER BY s.reported DESC, s.id LIMIT ?",
		append(append([]any{s.Country, s.ID, s.Sign, s.Disease}, args...), limit)...)
}

// personOf answers whom a signal came from, if it came from somebody.
func personOf(tx *db.Tx, signal db.ID) (access.Resource, error) {
	r := access.Resource{Kind: kindSignalPerson}
	var level int
	err := tx.Row("SELECT p.id, p.subject, p.site, p.programme, p.sensitivity FROM surveillance_signal_person p WHERE p.signal = ? ORDER BY p.id LIMIT 1", signal).
		Scan(&r.Doc, &r.Subject, &r.Site, &r.Programme, &level)
	r.Sensitivity = journal.Sensitivity(level)
	return r, err
}
