package alert

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The journal kinds of this package.
const (
	kindReporter  = "surveillance.reporter"
	kindReceived  = "surveillance.received"
	kindHeadcount = "surveillance.headcount"
	kindAlert     = "surveillance.alert"
)

const (
	groupReceived = "received"
	groupRaised   = "raised"
	groupAcks     = "acknowledged"
)

// Kinds are this package's journal kinds.
func Kinds() []journal.Kind {
	add := func(group, field string) journal.Group {
		return journal.Group{Name: group, Class: journal.Append, Fields: []string{field}}
	}
	return []journal.Kind{
		{Name: kindReporter, Schema: 1, Tables: []string{"alert_reporter"}, Project: projectReporter, Reach: journal.Everywhere, Groups: []journal.Group{
			{Name: "reporter", Class: journal.Register, Fields: []string{"unit", "setting", "diseases", "due", "from", "until"}}}},
		{Name: kindReceived, Schema: 1, Tables: []string{"alert_received"}, Project: projectReceived, Reach: journal.Everywhere, Groups: []journal.Group{add(groupReceived, "report")}},
		{Name: kindHeadcount, Schema: 1, Tables: []string{"alert_headcount"}, Project: projectHeadcount, Reach: journal.Everywhere, Groups: []journal.Group{add("count", "count")}},
		{Name: kindAlert, Schema: 1, Tables: []string{"alert_alert"}, Project: projectAlert, Reach: journal.Everywhere, Groups: []journal.Group{add(groupRaised, "raised"), add(groupAcks, "ack")}},
		watchedKind(),
	}
}

// Migrations are this package's tables. alert_standing is no projection: it is what the
// rules said last, and is worked out again at any time.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "alert", Number: 1, SQL: `
CREATE TABLE alert_reporter (id BLOB NOT NULL PRIMARY KEY, unit TEXT NOT NULL, site TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX alert_reporter_unit ON alert_reporter (unit);
CREATE TABLE alert_received (id BLOB NOT NULL PRIMARY KEY, unit TEXT NOT NULL, last_day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX alert_received_unit ON alert_received (last_day, unit);
CREATE TABLE alert_headcount (id BLOB NOT NULL PRIMARY KEY, unit TEXT NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX alert_headcount_unit ON alert_headcount (unit, day);
CREATE TABLE alert_alert (
	id BLOB NOT NULL PRIMARY KEY, site TEXT NOT NULL, unit TEXT NOT NULL, disease TEXT NOT NULL, week INTEGER NOT NULL, open INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX alert_alert_open ON alert_alert (open, week);
CREATE INDEX alert_alert_series ON alert_alert (unit, disease, week);
CREATE TABLE alert_standing (unit TEXT NOT NULL, disease TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (unit, disease));
`}, dailyMigration()}
}

// idOf is the document of what is there once: whoever writes it anywhere writes to it.
func idOf(parts ...string) db.ID {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

func reporterID(unit string) db.ID { return idOf(kindReporter, unit) }

func receivedID(unit string, week surveillance.Period) db.ID {
	return idOf(kindReceived, unit, string(week))
}

func headcountID(h Headcount) db.ID {
	return idOf(kindHeadcount, h.Unit, h.On.String(), string(h.Source))
}

func alertID(o Of) db.ID {
	parts := []string{kindAlert, o.Unit, o.Disease, o.Rule, string(o.Week)}
	if o.Source != "" {
		parts = append(parts, o.Source, o.Stem)
	}
	return idOf(parts...)
}

// gone deletes the row of what was entered in error.
func gone(tx *db.Tx, table string, id db.ID) error {
	_, err := tx.Exec("DELETE FROM "+table+" WHERE id = ?", id)
	return err
}

// items decodes what was added to a group of a document.
func items[T any](d *journal.Doc, group, field string, each func(*T, journal.Alternative)) ([]T, error) {
	var out []T
	for _, it := range d.Items(group) {
		raw, ok := it.Fields[field]
		if !ok || string(raw) == "null" {
			continue
		}
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, fault.Wrap("alert.items", err)
		}
		each(&v, it)
		out = append(out, v)
	}
	return out, nil
}

func written(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), fault.Wrap("alert.written", err)
}

func projectReporter(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, "alert_reporter", d.ID)
	}
	var r Reporter
	if err := d.Decode(&r); err != nil {
		return err
	}
	body, err := written(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO alert_reporter (id, unit, site, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, site = excluded.site, body = excluded.body", d.ID, r.Unit, d.Site, body)
	return err
}

// projectReceived keeps the first that came of a week: a correction does not make a
// report late.
func projectReceived(tx *db.Tx, d *journal.Doc) error {
	list, err := items(d, groupReceived, "report", func(r *Received, it journal.Alternative) { r.By = it.By })
	if err != nil || d.Error || len(list) == 0 {
		if err == nil {
			err = gone(tx, "alert_received", d.ID)
		}
		return err
	}
	first := list[0]
	for _, r := range list[1:] {
		if r.On < first.On {
			first.On = r.On
		}
		first.Zero = r.Zero // as it was said last
	}
	_, last, _ := first.Week.Bounds()
	body, err := written(first)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO alert_received (id, unit, last_day, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, last_day = excluded.last_day, body = excluded.body", d.ID, first.Unit, last, body)
	return err
}

// projectHeadcount keeps the last that was said of a unit, a day and a source.
func projectHeadcount(tx *db.Tx, d *journal.Doc) error {
	list, err := items(d, "count", "count", func(h *Headcount, it journal.Alternative) { h.By = it.By })
	if err != nil || d.Error || len(list) == 0 {
		if err == nil {
			err = gone(tx, "alert_headcount", d.ID)
		}
		return err
	}
	h := list[len(list)-1]
	body, err := written(h)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO alert_headcount (id, unit, day, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, day = excluded.day, body = excluded.body", d.ID, h.Unit, h.On, body)
	return err
}

// kept is an alert as its row holds it.
type kept struct {
	Raised []Raised       `json:"raised"`
	Acks   []Acknowledged `json:"acks"`
	By     []db.ID        `json:"by"` // of the acknowledgements
}

func projectAlert(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, "alert_alert", d.ID)
	}
	var k kept
	var err error
	if k.Raised, err = items(d, groupRaised, "raised", func(*Raised, journal.Alternative) {}); err != nil {
		return err
	}
	if k.Acks, err = items(d, groupAcks, "ack", func(_ *Acknowledged, it journal.Alternative) { k.By = append(k.By, it.By) }); err != nil {
		return err
	}
	if len(k.Raised) == 0 {
		return nil
	}
	of, open := k.Raised[0].Of, 1
	if len(k.Acks) > 0 {
		open = 0
	}
	first, _, _ := of.Week.Bounds()
	body, err := written(k)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO alert_alert (id, site, unit, disease, week, open, body) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, unit = excluded.unit, disease = excluded.disease, week = excluded.week, open = excluded.open, body = excluded.body`,
		d.ID, d.Site, of.Unit, of.Disease, first, open, body)
	return err
}

// list reads rows of one JSON body each.
func list[T any](tx *db.Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return nil, fault.Wrap("alert.list", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func allReporters(tx *db.Tx) ([]Reporter, error) {
	return list[Reporter](tx, "SELECT body FROM alert_reporter ORDER BY unit, id")
}

func findReporter(tx *db.Tx, unit string) (r Reporter, ok bool, err error) {
	all, err := list[Reporter](tx, "SELECT body FROM alert_reporter WHERE unit = ? ORDER BY id LIMIT 1", unit)
	if err != nil || len(all) == 0 {
		return r, false, err
	}
	return all[0], true, nil
}

// receivedIn lists the reports of the weeks that end in some days.
func receivedIn(tx *db.Tx, first, last calendar.Day) ([]Received, error) {
	return list[Received](tx, "SELECT body FROM alert_received WHERE last_day >= ? AND last_day <= ? ORDER BY last_day, unit, id", first, last)
}

func findReceived(tx *db.Tx, unit string, week surveillance.Period) (r Received, ok bool, err error) {
	all, err := list[Received](tx, "SELECT body FROM alert_received WHERE id = ?", receivedID(unit, week))
	if err != nil || len(all) == 0 {
		return r, false, err
	}
	return all[0], true, nil
}

// headcountsOf lists the headcounts of a unit up to a day, the latest first.
func headcountsOf(tx *db.Tx, unit string, until calendar.Day) ([]Headcount, error) {
	return list[Headcount](tx, "SELECT body FROM alert_headcount WHERE unit = ? AND day <= ? ORDER BY day DESC, id", unit, until)
}

func scanAlert(scan func(...any) error) (Alert, error) {
	var a Alert
	var body string
	if err := scan(&a.ID, &a.Site, &body); err != nil {
		return a, err
	}
	var k kept
	if err := json.Unmarshal([]byte(body), &k); err != nil {
		return a, fault.Wrap("alert.scanAlert", err)
	}
	a.Raised, a.Acks, a.Of = k.Raised, k.Acks, k.Raised[0].Of
	for i := range a.Acks {
		if i < len(k.By) {
			a.Acks[i].By = k.By[i]
		}
	}
	return a, nil
}

func alerts(tx *db.Tx, sql string, args ...any) ([]Alert, error) {
	rows, err := tx.Query("SELECT a.id, a.site, a.body FROM alert_alert a WHERE "+sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Alert
	for rows.Next() {
		a, err := scanAlert(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// mostAlerts is how many alerts a page shows.
const mostAlerts = 200

func openAlerts(tx *db.Tx) ([]Alert, error) {
	return alerts(tx, "a.open = 1 ORDER BY a.week DESC, a.unit, a.disease, a.id LIMIT ?", mostAlerts)
}

func doneAlerts(tx *db.Tx, limit int) ([]Alert, error) {
	return alerts(tx, "a.open = 0 ORDER BY a.week DESC, a.unit, a.disease, a.id LIMIT ?", limit)
}

func seriesAlerts(tx *db.Tx, unit, disease string) ([]Alert, error) {
	return alerts(tx, "a.unit = ? AND a.disease = ? ORDER BY a.week DESC, a.id LIMIT ?", unit, disease, mostAlerts)
}

func countOpen(tx *db.Tx) (n int, err error) {
	err = tx.Row("SELECT count(*) FROM alert_alert WHERE open = 1").Scan(&n)
	return n, err
}

func findAlert(tx *db.Tx, id db.ID) (Alert, error) {
	return scanAlert(tx.Row("SELECT a.id, a.site, a.body FROM alert_alert a WHERE a.id = ?", id).Scan)
}

// keepStanding notes what the rules said last of a series.
func keepStanding(tx *db.Tx, s Standing) error {
	body, err := written(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO alert_standing (unit, disease, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (unit, disease) DO UPDATE SET at = excluded.at, body = excluded.body", s.Unit, s.Disease, s.At, body)
	return err
}

func standings(tx *db.Tx) ([]Standing, error) {
	return list[Standing](tx, "SELECT body FROM alert_standing ORDER BY unit, disease")
}

func findStanding(tx *db.Tx, unit, disease string) (s Standing, ok bool, err error) {
	all, err := list[Standing](tx, "SELECT body FROM alert_standing WHERE unit = ? AND disease = ?", unit, disease)
	if err != nil || len(all) == 0 {
		return s, false, err
	}
	return all[0], true, nil
}

// dropStandings forgets what was not looked at since a time: a series that is no more.
func dropStandings(tx *db.Tx, since time.Time) error {
	_, err := tx.Exec("DELETE FROM alert_standing WHERE at < ?", since)
	return err
}
