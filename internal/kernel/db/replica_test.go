package db_test

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestAReportIsReadFromTheReplicaWhileItAnswers(t *testing.T) {
	primary := testkit.NewPostgresServer(t, "wal_level=replica", "max_wal_senders=4")
	if err := primary.Exec(t.Context(), "postgres", "CREATE DATABASE hub"); err != nil {
		t.Fatal(err)
	}
	replica, err := primary.Standby("reports")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(replica.Stop)
	d := open(t, db.Options{URL: primary.URL("hub"), Replica: replica.URL("hub"), Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}})
	for _, sql := range []string{"ALTER SYSTEM SET synchronous_standby_names = 'reports'", "ALTER SYSTEM SET synchronous_commit = 'remote_apply'", "SELECT pg_reload_conf()"} {
		if err := primary.Exec(t.Context(), "postgres", sql); err != nil {
			t.Fatal(err)
		}
	}
	report := func() (n int, stale bool) {
		t.Helper()
		if err := d.ReadStale(t.Context(), func(tx *db.Tx) error {
			return tx.Row("SELECT count(*), pg_is_in_recovery() FROM things").Scan(&n, &stale)
		}); err != nil {
			t.Fatal(err)
		}
		return n, stale
	}
	// A connection from now on waits until the replica shows what it saved.
	if err := primary.Exec(t.Context(), "hub", "INSERT INTO things VALUES ('\\x01', 'x', 1)"); err != nil {
		t.Fatal(err)
	}
	if n, stale := report(); n != 1 || !stale {
		t.Errorf("a report counts %d, on a replica: %v; want 1 on the replica", n, stale)
	}
	read(t, d, func(tx *db.Tx) error {
		var stale bool
		err := tx.Row("SELECT pg_is_in_recovery()").Scan(&stale)
		if stale {
			t.Error("a page reads from the replica")
		}
		return err
	})
	if err := replica.Kill(); err != nil {
		t.Fatal(err)
	}
	for range 3 { // connections of before are found to be broken
		if n, stale := report(); n != 1 || stale {
			t.Errorf("without the replica a report counts %d, on a replica: %v", n, stale)
		}
	}
}
