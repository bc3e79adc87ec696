package backups

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A folder that a newer program has written is refused by name, by every command,
// and is not changed by as much as a byte.
func TestAnOlderProgramRefusesANewerFolder(t *testing.T) {
	dir := apptest.Staffed(t)
	n, err := app.Open(t.Context(), app.Options{Dir: dir, Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	err = n.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec("INSERT INTO godwit_migrations (area, number, hash, applied) VALUES ('people', 900, ?, ?)", []byte("of a later release"), time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, app.DatabaseFile)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]func() error{
		"serve": func() error {
			return app.Serve(t.Context(), app.ServeOptions{Dir: dir, Addr: "127.0.0.1:0", Out: os.Stderr})
		},
		"demo": func() error {
			return app.Demo(t.Context(), app.DemoOptions{Dir: dir, Addr: "127.0.0.1:0", Out: os.Stderr, Seed: 1})
		},
		"user": func() error {
			_, err := app.Run(t.Context(), app.Options{Dir: dir}, app.Command{Name: "user-add", Login: "late", FullName: "Late", Password: "seven terns over slack water", Roles: []string{"administrator"}})
			return err
		},
		"rebuild": func() error {
			_, err := app.Run(t.Context(), app.Options{Dir: dir}, app.Command{Name: "rebuild"})
			return err
		},
		"doctor": func() error {
			a, err := app.Run(t.Context(), app.Options{Dir: dir}, app.Command{Name: "doctor"})
			if a.OK {
				t.Error("doctor finds a folder of a newer program well")
			}
			return errorOr(err, strings.Join(a.Lines, "; "))
		},
	}
	for name, try := range refused {
		err := try()
		if err == nil || !strings.Contains(app.Sentence(err), "newer version of Godwit") || !strings.Contains(app.Sentence(err), "900 of people") {
			t.Errorf("%s: %v", name, err)
		}
		after, readErr := os.ReadFile(path)
		if readErr != nil || !bytes.Equal(before, after) {
			t.Errorf("%s changed the folder (%v)", name, readErr)
		}
		if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
			t.Errorf("%s left a log behind", name)
		}
	}
}

// sentence is an error that says what it is given.
type sentence string

func (s sentence) Error() string { return string(s) }

func errorOr(err error, text string) error {
	if err != nil {
		return err
	}
	return sentence(text)
}

// What was erased after a backup is erased again in the restored folder, from the
// list that was kept apart.
func TestARestoredFolderForgetsWhatWasErased(t *testing.T) {
	n := apptest.Start(t)
	keep, erase := n.Woman(), n.Register(n.At(access.Reception), "family_latin", "Osei", "given_latin", "Kofi", "sex", "male", "birth-year", "1990")
	backup := t.TempDir()
	copyOpen(t, n, backup)
	err := n.DB.Write(t.Context(), func(tx *db.Tx) error {
		return n.Journal.Erase(tx, journal.Author{User: db.NewID()}, journal.Author{User: db.NewID()}, erase, "the person asked")
	})
	if err != nil {
		t.Fatal(err)
	}
	list := n.Do(t.Context(), app.Command{Name: "erased-list"})
	if len(list.Lines) != 1 || !strings.HasPrefix(list.Lines[0], erase.String()) {
		t.Fatalf("the list is %q (%s)", list.Lines, list.Error)
	}
	restored := apptest.ServeFolder(t, backup, apptest.Day.Add(time.Hour))
	there := func(id db.ID) bool {
		err := restored.DB.Read(context.Background(), func(tx *db.Tx) error { _, _, err := restored.People.Identity(tx, id); return err })
		if err != nil && !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	if !there(keep) || !there(erase) {
		t.Fatal("the backup does not hold both")
	}
	if a := restored.Do(t.Context(), app.Command{Name: "erased-apply", Lines: []string{list.Lines[0], "half a line"}}); !strings.Contains(a.Error, "line 2") || !there(erase) {
		t.Errorf("a damaged list: %+v", a)
	}
	for range 2 { // again changes nothing
		if a := restored.Do(t.Context(), app.Command{Name: "erased-apply", Lines: list.Lines}); !a.OK || a.Error != "" {
			t.Fatalf("%+v", a)
		}
	}
	if !there(keep) || there(erase) {
		t.Error("what was erased is still there, or what was not is gone")
	}
	if r, err := restored.Journal.Verify(t.Context()); err != nil || !r.OK() {
		t.Errorf("chain: %v %v", err, r.Problems)
	}
	if r, err := restored.Journal.Rebuild(t.Context(), nil); err != nil || !r.Same() || there(erase) {
		t.Errorf("rebuild: %v %+v", err, r)
	}
}

// copyOpen copies an open node's folder at a moment when nothing is written: the
// database with its log, the key and the mark.
func copyOpen(t testing.TB, n *apptest.Node, to string) {
	t.Helper()
	for _, name := range []string{app.DatabaseFile, app.DatabaseFile + "-wal", app.KeyFile, app.DemoFile} {
		b, err := os.ReadFile(filepath.Join(n.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
