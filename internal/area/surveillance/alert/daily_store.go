package alert

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const kindWatched = "surveillance.watched"

func watchedKind() journal.Kind {
	return journal.Kind{Name: kindWatched, Schema: 1, Tables: []string{"alert_watched"}, Project: projectWatched, Reach: journal.Everywhere, Groups: []journal.Group{
		{Name: "watched", Class: journal.Register, Fields: []string{"disease", "source", "stem", "setting", "rules", "stopped"}}}}
}

// dailyMigration is the tables of reported counts by day. alert_day is no projection: it is
// what the rules said last, and is worked out again at any time.
func dailyMigration() db.Migration {
	return db.Migration{Area: "alert", Number: 2, SQL: `
CREATE TABLE alert_watched (id BLOB NOT NULL PRIMARY KEY, disease TEXT NOT NULL, source TEXT NOT NULL, site TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX alert_watched_series ON alert_watched (disease, source);
CREATE TABLE alert_day (watch BLOB NOT NULL, unit TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (watch, unit));
`}
}

func watchedID(disease, source, stem string) db.ID { return idOf(kindWatched, disease, source, stem) }

func projectWatched(tx *db.Tx, d *journal.Doc) error {
	if d.Error {
		return gone(tx, "alert_watched", d.ID)
	}
	var w Watched
	if err := d.Decode(&w); err != nil {
		return err
	}
	body, err := written(w)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO alert_watched (id, disease, source, site, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET disease = excluded.disease, source = excluded.source, site = excluded.site, body = excluded.body`, d.ID, w.Disease, w.Source, d.Site, body)
	return err
}

// allWatched lists what was ever declared as watched.
func allWatched(tx *db.Tx) ([]Watched, error) {
	rows, err := tx.Query("SELECT w.id, w.site, w.body FROM alert_watched w ORDER BY w.disease, w.source, w.id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Watched
	for rows.Next() {
		var w Watched
		var body string
		if err := rows.Scan(&w.ID, &w.Site, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &w); err != nil {
			return nil, fault.Wrap("alert.allWatched", err)
		}
		out = append(out, w)
	}
	return out, rows.Err()
}

// keepDay notes what the rules said last of a watched unit.
func keepDay(tx *db.Tx, s DayStanding) error {
	body, err := written(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO alert_day (watch, unit, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (watch, unit) DO UPDATE SET at = excluded.at, body = excluded.body", s.Watch, s.Unit, s.At, body)
	return err
}

func dayStandings(tx *db.Tx) ([]DayStanding, error) {
	return list[DayStanding](tx, "SELECT body FROM alert_day ORDER BY unit, watch LIMIT ?", mostAlerts)
}

// dropDays forgets what was not looked at since a time: what is watched no longer.
func dropDays(tx *db.Tx, since time.Time) error {
	_, err := tx.Exec("DELETE FROM alert_day WHERE at < ?", since)
	return err
}

// dropWatch forgets what the rules said of a series that is watched no longer; its alerts
// stay.
func dropWatch(tx *db.Tx, id db.ID) error {
	_, err := tx.Exec("DELETE FROM alert_day WHERE watch = ?", id)
	return err
}
