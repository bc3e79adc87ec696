package db

import (
	"context"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Migrations are the tables of this package.
func Migrations() []Migration {
	return []Migration{{Area: "db", Number: 1, SQL: `
CREATE TABLE db_leases (
	name    TEXT PRIMARY KEY,
	holder  BLOB NOT NULL,
	expires INTEGER NOT NULL
) WITHOUT ROWID;
`}}
}

// LeaseTable belongs to the machines and not to the records.
const LeaseTable = "db_leases"

// Lease asks for work that one process at a time does: it reports whether holder may
// do what name says from now on for so long, and renews what holder has already. A
// holder that died has it no longer than that. What a lease guards must be right
// also when two do it, as after a pause of a machine: it saves work, it is no lock.
//
// Time is the database's on PostgreSQL: the clocks of two machines may differ.
func (d *DB) Lease(ctx context.Context, name string, holder ID, long time.Duration) (mine bool, err error) {
	err = d.Write(ctx, func(tx *Tx) error {
		now, err := tx.now()
		if err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO db_leases (name, holder, expires) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
			SET holder = excluded.holder, expires = excluded.expires WHERE db_leases.holder = excluded.holder OR db_leases.expires < ?`,
			name, holder, now.Add(long), now)
		mine = n == 1
		return err
	})
	return mine && err == nil, fault.Wrap("db.Lease", err)
}

// EndLease gives it back before its time.
func (d *DB) EndLease(ctx context.Context, name string, holder ID) error {
	err := d.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec("DELETE FROM db_leases WHERE name = ? AND holder = ?", name, holder)
		return err
	})
	return fault.Wrap("db.EndLease", err)
}

func (tx *Tx) now() (time.Time, error) {
	if tx.engine != Postgres {
		return time.Now(), nil
	}
	var micro int64
	err := tx.Row("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").Scan(&micro)
	return time.UnixMicro(micro), err
}
