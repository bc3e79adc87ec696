package backup

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Settings say what the machine does by itself. They belong to it and not to the
// records: a restored copy on another machine does not send backups of its own
// before somebody says so.
type Settings struct {
	Place       string
	Every       time.Duration // zero: only when told to
	Recipients  []string
	Credentials string // path of a file of credentials
}

// Last is what came of the latest backups.
type Last struct {
	Done    time.Time // of the newest that is whole; zero if none was made
	Name    string
	Bytes   int64
	Failed  time.Time // of the newest failure after that
	Key     string    // why, as a message key, with its placeholders
	Args    map[string]any
	Entries int64
}

// Migrations are this package's tables.
func Migrations() []db.Migration {
	return []db.Migration{{Area: "backup", Number: 1, SQL: `
CREATE TABLE backup_setting (
	one         INTEGER PRIMARY KEY CHECK (one = 1),
	place       TEXT NOT NULL,
	every       INTEGER NOT NULL,
	recipients  TEXT NOT NULL,
	credentials TEXT NOT NULL
);
CREATE TABLE backup_last (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	done    INTEGER,
	name    TEXT NOT NULL,
	bytes   INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	failed  INTEGER,
	key     TEXT NOT NULL,
	args    TEXT NOT NULL
);
`}}
}

// OwnTables are this package's, which no archive holds.
func OwnTables() []string { return []string{"backup_setting", "backup_last"} }

// ReadSettings answers the settings, empty where there are none.
func ReadSettings(tx *db.Tx) (s Settings, err error) {
	var every int64
	var recipients string
	err = tx.Row("SELECT place, every, recipients, credentials FROM backup_setting").Scan(&s.Place, &every, &recipients, &s.Credentials)
	if fault.Is(err, fault.NotFound) {
		return s, nil
	}
	s.Every, s.Recipients = time.Duration(every)*time.Second, strings.Fields(recipients)
	return s, err
}

// Keep stores the settings.
func (s Settings) Keep(tx *db.Tx) error {
	_, err := tx.Exec(`INSERT INTO backup_setting (one, place, every, recipients, credentials) VALUES (1, ?, ?, ?, ?)
		ON CONFLICT (one) DO UPDATE SET place = excluded.place, every = excluded.every, recipients = excluded.recipients, credentials = excluded.credentials`,
		s.Place, int64(s.Every/time.Second), strings.Join(s.Recipients, " "), s.Credentials)
	return err
}

// ReadLast answers what came of the latest backups.
func ReadLast(tx *db.Tx) (l Last, err error) {
	var args string
	err = tx.Row("SELECT done, name, bytes, entries, failed, key, args FROM backup_last").
		Scan(&l.Done, &l.Name, &l.Bytes, &l.Entries, &l.Failed, &l.Key, &args)
	if fault.Is(err, fault.NotFound) {
		return l, nil
	}
	if err == nil && args != "" {
		err = json.Unmarshal([]byte(args), &l.Args)
	}
	for k, v := range l.Args {
		if f, ok := v.(float64); ok { // what JSON makes of a whole number
			l.Args[k] = int(f)
		}
	}
	return l, err
}

// Succeeded notes a backup that is whole.
func Succeeded(tx *db.Tx, at time.Time, name string, bytes, entries int64) error {
	_, err := tx.Exec(`INSERT INTO backup_last (one, done, name, bytes, entries, failed, key, args) VALUES (1, ?, ?, ?, ?, NULL, '', '')
		ON CONFLICT (one) DO UPDATE SET done = excluded.done, name = excluded.name, bytes = excluded.bytes, entries = excluded.entries,
		failed = NULL, key = '', args = ''`, at, name, bytes, entries)
	return err
}

// Failed notes why a backup was not made. The newest whole one stays noted.
func Failed(tx *db.Tx, at time.Time, why error) error {
	key, args := fault.KeyOf(why), ""
	if key == "" {
		key = "backup.internal"
	}
	if m := fault.ArgsOf(why); len(m) > 0 {
		b, err := json.Marshal(m)
		if err != nil {
			return err
		}
		args = string(b)
	}
	_, err := tx.Exec(`INSERT INTO backup_last (one, done, name, bytes, entries, failed, key, args) VALUES (1, NULL, '', 0, 0, ?, ?, ?)
		ON CONFLICT (one) DO UPDATE SET failed = excluded.failed, key = excluded.key, args = excluded.args`, at, key, args)
	return err
}
