package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

// places runs a test on a fresh place of each engine, to be opened several times.
func places(t *testing.T, test func(t *testing.T, o db.Options)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, db.Options{Path: filepath.Join(t.TempDir(), "t.db"), Key: key.Plain(testKey)})
	})
	t.Run("postgres", func(t *testing.T) { test(t, db.Options{URL: testkit.Postgres(t)}) })
}

func with(o db.Options, m ...db.Migration) db.Options {
	o.Migrations = m
	return o
}

var (
	a1 = db.Migration{Area: "a", Number: 1, SQL: "CREATE TABLE a (x INTEGER)"}
	a2 = db.Migration{Area: "a", Number: 2, SQL: "ALTER TABLE a ADD COLUMN y TEXT; -- a; b\nCREATE INDEX a_x ON a (x);"}
	b1 = db.Migration{Area: "b", Number: 1, SQL: "CREATE TABLE b (z REAL, PRIMARY KEY (z)) WITHOUT ROWID"}
)

func openClose(t *testing.T, o db.Options) error {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		return err
	}
	return d.Close()
}

func TestMigrationsAreAppliedOnceAndInOrder(t *testing.T) {
	places(t, func(t *testing.T, o db.Options) {
		for _, o := range []db.Options{with(o), with(o, a1), with(o, a1), with(o, a1, b1), with(o, b1, a1, a2), with(o, a1, a2, b1)} {
			if err := openClose(t, o); err != nil {
				t.Fatal(err)
			}
		}
		d := open(t, with(o, a1, a2, b1))
		write(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec("INSERT INTO a (x, y) VALUES (1, 'y')")
			return err
		})
		if n := count(t, d, "godwit_migrations"); n != 3 {
			t.Errorf("%d migrations recorded, want 3", n)
		}
	})
}

func TestANewerDatabaseIsRefusedAndLeftAlone(t *testing.T) {
	places(t, func(t *testing.T, o db.Options) {
		if err := openClose(t, with(o, a1, a2, b1)); err != nil {
			t.Fatal(err)
		}
		before := snapshot(t, o)
		for name, older := range map[string]db.Options{"an earlier version": with(o, a1, b1), "an area less": with(o, a1, a2),
			"earlier, with something of its own": with(o, a1, b1, db.Migration{Area: "c", Number: 1, SQL: "CREATE TABLE c (x INTEGER)"})} {
			err := openClose(t, older)
			if fault.KeyOf(err) != "db.newer" || fault.CodeOf(err) != fault.Unavailable || fault.ArgsOf(err)["area"] == nil {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if snapshot(t, o) != before {
			t.Error("a refused program changed the database")
		}
		if err := openClose(t, with(o, a1, a2, b1)); err != nil {
			t.Error(err)
		}
	})
}

// snapshot is the file's bytes, or the tables of the server.
func snapshot(t *testing.T, o db.Options) string {
	t.Helper()
	if o.Path != "" {
		b, err := os.ReadFile(o.Path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	d := open(t, with(o, a1, a2, b1))
	defer d.Close()
	var all []string
	read(t, d, func(tx *db.Tx) error {
		all = names(t, tx, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
		return nil
	})
	return strings.Join(all, " ")
}

func TestAChangedMigrationIsRefused(t *testing.T) {
	places(t, func(t *testing.T, o db.Options) {
		if err := openClose(t, with(o, a1)); err != nil {
			t.Fatal(err)
		}
		changed := a1
		changed.SQL += " "
		err := openClose(t, with(o, changed))
		if fault.KeyOf(err) != "db.changed_migration" || fault.ArgsOf(err)["number"] != 1 {
			t.Errorf("got %v", err)
		}
	})
}

func TestAFailingMigrationLeavesNothingOfItself(t *testing.T) {
	places(t, func(t *testing.T, o db.Options) {
		bad := db.Migration{Area: "a", Number: 2, SQL: "CREATE TABLE half (x INTEGER); CREATE TABLE a (again INTEGER)"}
		err := openClose(t, with(o, a1, bad))
		if err == nil || !strings.Contains(err.Error(), "a 2") {
			t.Fatalf("got %v; want an error that names the migration", err)
		}
		good := db.Migration{Area: "a", Number: 2, SQL: "CREATE TABLE half (x INTEGER)"}
		if err := openClose(t, with(o, a1, good)); err != nil {
			t.Errorf("the repaired migration: %v", err)
		}
	})
}

func TestMigrationNumbersMustFollow(t *testing.T) {
	places(t, func(t *testing.T, o db.Options) {
		for _, m := range [][]db.Migration{{a2}, {a1, a1}, {a1, {Area: "a", Number: 3}}, {{Number: 1}}} {
			wantCode(t, openClose(t, with(o, m...)), fault.Internal)
		}
	})
}

func TestSeveralProcessesMayMigrateAtOnce(t *testing.T) {
	places(t, func(t *testing.T, o db.Options) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := openClose(t, with(o, a1, a2, b1)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestHowATableIsStoredIsSaidToPostgreSQLOnly(t *testing.T) {
	m := []db.Migration{{Area: "test", Number: 1, SQL: things, Postgres: "ALTER TABLE things SET (fillfactor = 70)"}}
	open(t, db.Options{Path: filepath.Join(t.TempDir(), "t.db"), Key: key.Plain(testKey), Migrations: m})
	d := open(t, db.Options{URL: testkit.Postgres(t), Migrations: m})
	read(t, d, func(tx *db.Tx) error {
		var kept bool
		err := tx.Row("SELECT 'fillfactor=70' = ANY(reloptions) FROM pg_class WHERE relname = 'things'").Scan(&kept)
		if err == nil && !kept {
			t.Error("the table is stored as any other")
		}
		return err
	})
}
