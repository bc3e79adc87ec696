package backups

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/testkit"
)

// rowsOf are all rows of a database, by table, in one order and one spelling for both
// engines, but for what belongs to the machine.
func rowsOf(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	out := make(map[string][]string)
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		clear(out)
		all, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range all {
			if slices.Contains(app.MachineTables, table.Name) || table.Name == "godwit_migrations" || table.Name == "journal_installation" {
				continue
			}
			columns := slices.DeleteFunc(slices.Clone(table.Columns), func(c string) bool { return table.Name == "journal_heads" && (c == "holder" || c == "expires") })
			slices.Sort(columns)
			rows, err := tx.Query("SELECT " + strings.Join(columns, ", ") + " FROM " + table.Name)
			if err != nil {
				return err
			}
			lines := []string{}
			for rows.Next() {
				cells, into := make([]any, len(columns)), make([]any, len(columns))
				for i := range cells {
					into[i] = &cells[i]
				}
				if err := rows.Scan(into...); err != nil {
					rows.Close()
					return err
				}
				lines = append(lines, fmt.Sprintf("%q", cells))
			}
			if err := rows.Close(); err != nil {
				return err
			}
			slices.Sort(lines)
			out[table.Name] = lines
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameRows(t *testing.T, was, is map[string][]string) {
	t.Helper()
	rows := 0
	for table, lines := range was {
		if rows += len(lines); !slices.Equal(lines, is[table]) {
			t.Errorf("%s: %d rows, %d after the restore; the first that differs:\n%s", table, len(lines), len(is[table]), firstOther(lines, is[table]))
		}
	}
	if len(was) != len(is) || rows < 1000 {
		t.Errorf("%d tables with %d rows, %d tables after the restore", len(was), rows, len(is))
	}
}

func firstOther(a, b []string) string {
	for i, line := range a {
		if i >= len(b) || b[i] != line {
			return line
		}
	}
	return "(only one has more)"
}

func intoServer(k apptest.Keeper, t *testing.T, from string) (lines []string, n *apptest.Node, url string) {
	t.Helper()
	url = testkit.NewPostgresServer(t).URL("postgres") // as verify wants one
	lines, err := app.RestoreServer(t.Context(), app.Restore{From: from, Identity: k.Identity, Database: url})
	if err != nil {
		t.Fatal(app.Sentence(err))
	}
	return lines, apptest.StartHubProcess(t, url), url
}

// A backup of a folder becomes a hub on PostgreSQL with the same rows, and a backup of
// that another one.
func TestABackupIsRestoredIntoPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("families are made, and rows compared on PostgreSQL")
	}
	node := apptest.Start(t)
	if err := node.SeedFamilies(t.Context(), apptest.FirstFamilies(t, 7, 6)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(node.Dir, app.DemoFile)); err != nil {
		t.Fatal(err)
	}
	k, place := apptest.NewKeeper(t), t.TempDir()
	was := rowsOf(t, node.DB)
	from := k.BackedUp(t, node.Node, place)
	lines, hub, url := intoServer(k, t, from)
	if said := strings.Join(lines, "\n"); !strings.Contains(said, "entries of") || !strings.Contains(said, "restored into the database") {
		t.Errorf("it says %q", lines)
	}
	sameRows(t, was, rowsOf(t, hub.DB))
	hub.At(access.Nurse).Get("/worklist").Says(t, 200)
	for _, name := range []string{"rebuild", "verify"} {
		if got := hub.Do(t.Context(), app.Command{Name: name}); !got.OK || got.Error != "" {
			t.Errorf("%s: %s %q", name, got.Error, got.Lines)
		}
	}
	hub.Register(hub.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")

	was = rowsOf(t, hub.DB)
	_, second, _ := intoServer(k, t, k.BackedUp(t, hub.Node, place))
	sameRows(t, was, rowsOf(t, second.DB))
	if !second.Finds("Omar Hassan") {
		t.Error("who was registered on PostgreSQL is not in what was restored from there")
	}
	if got := second.Do(t.Context(), app.Command{Name: "rebuild"}); !got.OK {
		t.Errorf("rebuild: %s %q", got.Error, got.Lines)
	}

	_, err := app.RestoreServer(t.Context(), app.Restore{From: from, Identity: k.Identity, Database: url})
	if err == nil || !strings.Contains(err.Error(), "the database is not empty (access_account)") {
		t.Errorf("over a hub: %v", err)
	}
	if !hub.Finds("Omar Hassan") {
		t.Error("the hub was changed")
	}
}

func tablesAt(t *testing.T, url string) (tables []string) {
	t.Helper()
	if err := app.LookAt(t.Context(), url, func(_ *db.DB, all []string) error { tables = all; return nil }); err != nil {
		t.Fatal(err)
	}
	return tables
}

// What goes wrong leaves the database as it was, and what was cut off is begun anew.
func TestARestoreIntoPostgreSQLThatDoesNotSucceedLeavesNothing(t *testing.T) {
	n := apptest.Start(t)
	n.Woman()
	k := apptest.NewKeeper(t)
	demo := k.BackedUp(t, n.Node, t.TempDir())
	if err := os.Remove(filepath.Join(n.Dir, app.DemoFile)); err != nil {
		t.Fatal(err)
	}
	good := k.BackedUp(t, n.Node, t.TempDir())
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(short, whole[:len(whole)-1000], 0o600); err != nil {
		t.Fatal(err)
	}
	url := testkit.Postgres(t)
	for why, tc := range map[string]struct{ from, url, want string }{
		"cut short":                 {short, url, "damaged or cut short"},
		"a demonstration":           {demo, url, "backup of a demonstration"},
		"a password in the address": {good, "postgres://godwit:secret@db.example.org/godwit", "can be read by everybody"},
	} {
		_, err := app.RestoreServer(t.Context(), app.Restore{From: tc.from, Identity: k.Identity, Database: tc.url})
		if err == nil || !strings.Contains(app.Sentence(err), tc.want) {
			t.Errorf("%s: %v", why, err)
		}
		if left := tablesAt(t, url); len(left) > 0 {
			t.Errorf("%s: it left %q", why, left)
		}
	}

	theirs := func(sql string) {
		t.Helper()
		err := app.LookAt(t.Context(), url, func(d *db.DB, _ []string) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(sql); return err })
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	theirs("CREATE TABLE letters (one BIGINT PRIMARY KEY)")
	if _, err := app.RestoreServer(t.Context(), app.Restore{From: good, Identity: k.Identity, Database: url}); err == nil || !strings.Contains(err.Error(), "not empty (letters)") {
		t.Errorf("somebody's tables: %v", err)
	}
	if left := tablesAt(t, url); !slices.Equal(left, []string{"letters"}) {
		t.Errorf("somebody's tables are %q now", left)
	}

	theirs("CREATE TABLE " + app.RestoringTable + " (one BIGINT PRIMARY KEY)") // as a power cut leaves it, with half of the tables
	if _, err := app.Open(t.Context(), app.Options{Database: url, Quick: true}); fault.KeyOf(err) != "app.restoring" {
		t.Errorf("half a database is served: %v", err)
	}
	if _, err := app.RestoreServer(t.Context(), app.Restore{From: good, Identity: k.Identity, Database: url}); err != nil {
		t.Fatal(app.Sentence(err))
	}
	if left := tablesAt(t, url); slices.Contains(left, "letters") || slices.Contains(left, app.RestoringTable) {
		t.Errorf("after the next try there are %q", left)
	}
	if got := apptest.StartHubProcess(t, url).Do(t.Context(), app.Command{Name: "rebuild"}); !got.OK {
		t.Errorf("rebuild: %s %q", got.Error, got.Lines)
	}
}
