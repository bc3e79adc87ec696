package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Migration is one step of one area's tables, in portable SQL. Numbers of an area
// are 1, 2, 3 … A migration that has shipped is never changed.
type Migration struct {
	Area   string
	Number int
	SQL    string

	// Postgres is done after SQL on PostgreSQL only, untranslated: how a table is
	// stored, never what is in it.
	Postgres string
}

func (m Migration) hash() []byte {
	h := sha256.Sum256([]byte(m.SQL + m.Postgres))
	return h[:]
}

const migrationTable = `CREATE TABLE godwit_migrations (
	area    TEXT NOT NULL,
	number  INTEGER NOT NULL,
	hash    BLOB NOT NULL,
	applied INTEGER NOT NULL,
	PRIMARY KEY (area, number)
)`

// step identifies a migration.
type step struct {
	area   string
	number int
}

// migrate compares what the database has with what the program knows, refuses
// what does not fit before it changes anything, then applies what is missing,
// each migration in a transaction of its own.
func (d *DB) migrate(ctx context.Context, list []Migration) error {
	known, err := numberedMigrations(list)
	if err != nil {
		return err
	}
	missing, err := d.missing(ctx, list, known)
	if err != nil || len(missing) == 0 {
		return err
	}
	return d.store.exclusive(ctx, func() error {
		missing, err := d.missing(ctx, list, known) // another process may have been faster
		if err != nil {
			return err
		}
		for _, m := range missing {
			if err := d.Write(ctx, func(tx *Tx) error { return d.apply(tx, m) }); err != nil {
				return fault.Wrap(fmt.Sprintf("db.Migrate %s %d", m.Area, m.Number), err)
			}
		}
		return nil
	})
}

// numberedMigrations checks the program's own list.
func numberedMigrations(list []Migration) (map[step]Migration, error) {
	known := make(map[step]Migration, len(list))
	last := make(map[string]int)
	for _, m := range list {
		if m.Number != last[m.Area]+1 || m.Area == "" {
			return nil, &fault.Error{Code: fault.Internal, Op: "db.Migrate", Key: "db.internal",
				Err: fmt.Errorf("migration %q %d does not follow number %d", m.Area, m.Number, last[m.Area])}
		}
		last[m.Area] = m.Number
		known[step{m.Area, m.Number}] = m
	}
	return known, nil
}

func (d *DB) missing(ctx context.Context, list []Migration, known map[step]Migration) (missing []Migration, err error) {
	err = d.Read(ctx, func(tx *Tx) error {
		missing, err = d.missingIn(tx, list, known)
		return err
	})
	return missing, err
}

func (d *DB) missingIn(tx *Tx, list []Migration, known map[step]Migration) ([]Migration, error) {
	there, err := d.store.hasTable(tx, "godwit_migrations")
	if err != nil || !there {
		return list, err
	}
	applied, last, err := appliedSteps(tx, known)
	if err != nil {
		return nil, err
	}
	var missing []Migration
	for _, m := range list {
		switch {
		case applied[step{m.Area, m.Number}]:
		case m.Number < last[m.Area]:
			return nil, refused("db.changed_migration", m.Area, m.Number)
		default:
			missing = append(missing, m)
		}
	}
	return missing, nil
}

func appliedSteps(tx *Tx, known map[step]Migration) (map[step]bool, map[string]int, error) {
	applied, last := make(map[step]bool), make(map[string]int)
	rows, err := tx.Query("SELECT area, number, hash FROM godwit_migrations ORDER BY area, number")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s step
		var hash []byte
		if err := rows.Scan(&s.area, &s.number, &hash); err != nil {
			return nil, nil, err
		}
		m, ok := known[s]
		if !ok {
			return nil, nil, refused("db.newer", s.area, s.number)
		}
		if !bytes.Equal(hash, m.hash()) {
			return nil, nil, refused("db.changed_migration", s.area, s.number)
		}
		applied[s], last[s.area] = true, s.number
	}
	return applied, last, rows.Err()
}

func refused(key, area string, number int) error {
	return &fault.Error{Code: fault.Unavailable, Op: "db.Migrate", Key: key,
		Args: map[string]any{"area": area, "number": number}}
}

// apply applies m unless another process has just done so.
func (d *DB) apply(tx *Tx, m Migration) error {
	there, err := d.store.hasTable(tx, "godwit_migrations")
	if err != nil {
		return err
	}
	if !there {
		if err := d.store.script(tx, migrationTable); err != nil {
			return err
		}
	}
	var n int64
	err = tx.Row("SELECT count(*) FROM godwit_migrations WHERE area = ? AND number = ?", m.Area, m.Number).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	if err := d.store.script(tx, m.SQL); err != nil {
		return err
	}
	if m.Postgres != "" && d.engine == Postgres {
		if _, err := tx.Exec(m.Postgres); err != nil {
			return err
		}
	}
	_, err = tx.Exec("INSERT INTO godwit_migrations (area, number, hash, applied) VALUES (?, ?, ?, ?)",
		m.Area, m.Number, m.hash(), time.Now())
	return err
}
