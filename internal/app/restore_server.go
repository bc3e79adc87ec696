package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A backup is rows, so one that was made from a folder can be restored into PostgreSQL
// and the other way round. A database has no folder to be made in and moved up from: a
// table marks one that is being restored, so that nothing serves it before it is whole,
// and so that the next try knows that what is there is of the try before.

const RestoringTable = "godwit_restoring"

// RestoreServer makes a hub's database from an archive. Into one that holds anything
// nothing is restored.
func RestoreServer(ctx context.Context, r Restore) (lines []string, err error) {
	if err := withoutPassword(r.Database); err != nil {
		return nil, err
	}
	r.begin()
	if err := mayRestore(ctx, r.Database); err != nil { // before anybody is asked for a passphrase
		return nil, err
	}
	a, err := openArchive(ctx, r)
	if err != nil {
		return nil, err
	}
	defer a.close()
	if _, demo := a.Header.Files[DemoFile]; demo {
		return nil, errors.New("this is the backup of a demonstration, whose passwords everybody knows: restore it into a folder")
	}
	erased, err := knownErasures(ctx, a.place, r.Erasures)
	if err != nil {
		return nil, err
	}
	if err := clearRestore(ctx, r.Database, true); err != nil {
		return nil, err
	}
	c, err := load(ctx, db.Options{URL: r.Database}, a.Reader, r)
	if err == nil {
		lines, err = c.settle(ctx, erased)
		if err == nil {
			err = c.db.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec("DROP TABLE " + RestoringTable); return err })
		}
		err = errors.Join(err, c.db.Close())
	}
	if err != nil { // nothing is left of it; what cannot be cleared away now is by the next try
		return nil, errors.Join(err, clearRestore(context.WithoutCancel(ctx), r.Database, false))
	}
	return append(lines, "restored into the database; run `godwit doctor --database URL` and then `godwit hub serve --database URL`",
		"no backups of this database are made yet: `godwit backup --database URL` with --every begins them"), nil
}

// LookAt lists the tables of a database as it is, and changes nothing.
func LookAt(ctx context.Context, url string, f func(d *db.DB, tables []string) error) error {
	d, err := db.Open(ctx, db.Options{URL: url, AsItIs: true})
	if err != nil {
		return err
	}
	var names []string
	err = d.Read(ctx, func(tx *db.Tx) error {
		names = nil
		all, err := tx.Tables()
		for _, t := range all {
			names = append(names, t.Name)
		}
		return err
	})
	if err == nil {
		err = f(d, names)
	}
	return errors.Join(err, d.Close())
}

// mayRestore refuses a database that holds anything but a restore that was cut off.
func mayRestore(ctx context.Context, url string) error {
	return LookAt(ctx, url, func(_ *db.DB, tables []string) error {
		if len(tables) > 0 && !slices.Contains(tables, RestoringTable) {
			return fmt.Errorf("the database is not empty (%s). A backup is restored into an empty one only: make another with `createdb`, and put it in the place of the old one when it is well", tables[0])
		}
		return nil
	})
}

// clearRestore takes away what a restore made, and marks the database for the next one.
func clearRestore(ctx context.Context, url string, next bool) error {
	return LookAt(ctx, url, func(d *db.DB, tables []string) error {
		return d.Write(ctx, func(tx *db.Tx) error {
			if len(tables) > 0 && !slices.Contains(tables, RestoringTable) {
				return nil // somebody was faster; it is not ours
			}
			for _, t := range tables {
				if _, err := tx.Exec("DROP TABLE " + t); err != nil {
					return err
				}
			}
			if !next {
				return nil
			}
			_, err := tx.Exec("CREATE TABLE " + RestoringTable + " (one BIGINT PRIMARY KEY)")
			return err
		})
	})
}

// wholeServer refuses a database that is being restored, or whose restore was cut off.
func wholeServer(ctx context.Context, url string) error {
	return LookAt(ctx, url, func(_ *db.DB, tables []string) error {
		if slices.Contains(tables, RestoringTable) {
			return &fault.Error{Code: fault.Unavailable, Op: "app.Open", Key: "app.restoring", Err: errors.New("run `godwit restore --database` again, which begins it anew")}
		}
		return nil
	})
}
