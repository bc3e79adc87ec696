package db_test

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestAConnectionThatBreaksBeforeTheCommitIsTriedAgain(t *testing.T) {
	d := open(t, db.Options{URL: testkit.Postgres(t), Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}})
	tries := 0
	write(t, d, func(tx *db.Tx) error {
		if tries++; tries == 1 {
			if err := insert(tx, "before", 1); err != nil {
				return err
			}
			_, err := tx.Exec("SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		}
		return insert(tx, "after", 1)
	})
	if tries != 2 || count(t, d, "things") != 1 {
		t.Errorf("run %d times, %d rows; want 2 and 1", tries, count(t, d, "things"))
	}
	tries = 0
	write(t, d, func(tx *db.Tx) error { // also where the function passes over it
		if tries++; tries == 1 {
			_, _ = tx.Exec("SELECT pg_terminate_backend(pg_backend_pid())")
			return nil
		}
		return insert(tx, "passed over", 1)
	})
	if tries != 2 || count(t, d, "things") != 2 {
		t.Errorf("run %d times, %d rows; want 2 and 2", tries, count(t, d, "things"))
	}
}

// Whether a commit without an answer is there nobody knows: it is said, and the
// function does not run again, which could do it twice.
func TestACommitWithoutAnAnswerIsNeitherSavedNorTriedAgain(t *testing.T) {
	url := testkit.Postgres(t)
	d := open(t, db.Options{URL: url, Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}})
	write(t, d, func(tx *db.Tx) error {
		for _, sql := range []string{
			`CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'`,
			`CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()`,
		} {
			if _, err := tx.Exec(sql); err != nil {
				return err
			}
		}
		return nil
	})
	tries, saved, undone := 0, false, false
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		tries++
		tx.OnCommit(func() { saved = true })
		tx.OnRollback(func() { undone = true })
		return insert(tx, "cut off", 1)
	})
	wantCode(t, err, fault.Unavailable)
	if fault.KeyOf(err) != "db.unknown_outcome" {
		t.Errorf("a commit without an answer is told as %q", fault.KeyOf(err))
	}
	if tries != 1 || saved || !undone {
		t.Errorf("run %d times, said to be saved %v, memory undone %v", tries, saved, undone)
	}
	if n := count(t, d, "things"); n != 0 { // the next connection works
		t.Errorf("%d rows", n)
	}
}
