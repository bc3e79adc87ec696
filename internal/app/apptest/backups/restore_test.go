package backups

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Whatever is wrong with a backup or with where it shall go, the sentence says what
// to do, and the folder is as it was.
func TestABackupThatCannotBeRestored(t *testing.T) {
	n := apptest.Start(t)
	n.Woman()
	k, stranger, bk := apptest.NewKeeper(t), apptest.NewKeeper(t), t.TempDir()
	good := k.BackedUp(t, n.Node, bk)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 4
	listed := t.TempDir()
	if err := os.WriteFile(filepath.Join(listed, "b"+backup.Extension), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(listed, app.ErasuresPrefix+"x.txt"), []byte("half a line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		why, want string
		r         app.Restore
	}{
		{"cut short", "damaged or cut short. Nothing was restored. Fetch it again", app.Restore{From: file("a", whole[:len(whole)-1000]), Identity: k.Identity}},
		{"one byte changed", "damaged or cut short. Nothing was restored. Fetch it again", app.Restore{From: file("a", changed), Identity: k.Identity}},
		{"empty", "cut short", app.Restore{From: file("a", nil), Identity: k.Identity}},
		{"no backup", "not a backup of Godwit", app.Restore{From: file("a", []byte("minutes of the meeting")), Identity: k.Identity}},
		{"not there", "no backup of this name", app.Restore{From: good + "x", Identity: k.Identity}},
		{"a folder", "say which file with --from. The newest is " + good, app.Restore{From: bk, Identity: k.Identity}},
		{"another's identity", "does not open the backup", app.Restore{From: good, Identity: stranger.Identity}},
		{"no identity", "identity file cannot be opened", app.Restore{From: good, Identity: k.Identity + "x"}},
		{"the backup as identity", "identity file", app.Restore{From: good, Identity: good}},
		{"a damaged list given", "line 1 is no erasure", app.Restore{From: good, Identity: k.Identity, Erasures: []string{"half a line"}}},
		{"a damaged list beside it", "godwit-erased-x.txt, beside the backup: line 1 is no erasure", app.Restore{From: filepath.Join(listed, "b"+backup.Extension), Identity: k.Identity}},
		{"a store without credentials", "No credentials", app.Restore{From: "s3://backups/a" + backup.Extension, Identity: k.Identity}},
		{"a store in the open", "https only", app.Restore{From: "http://store.example.org/backups/a", Identity: k.Identity, Access: backup.Access{Key: "k", Secret: "s"}}},
	} {
		for state, dir := range map[string]string{"new": filepath.Join(t.TempDir(), "new"), "empty": t.TempDir()} {
			tc.r.Dir = dir
			_, err := app.RestoreNode(t.Context(), tc.r)
			if err == nil || !strings.Contains(app.Sentence(err), tc.want) {
				t.Errorf("%s: %v", tc.why, err)
				continue
			}
			entries, err := os.ReadDir(dir)
			if state == "new" && !os.IsNotExist(err) || state == "empty" && err != nil || len(entries) > 0 {
				t.Errorf("%s: the %s folder holds %v afterwards (%v)", tc.why, state, entries, err)
			}
		}
	}
}

// Only an empty folder is restored into: nothing is ever restored over a node, over
// somebody's files, or over what a later command made.
func TestRestoringOverAnything(t *testing.T) {
	n := apptest.Start(t)
	k := apptest.NewKeeper(t)
	from := k.BackedUp(t, n.Node, t.TempDir())
	for why, name := range map[string]string{"a node": app.DatabaseFile, "somebody's file": "letter.odt", "a key": app.KeyFile} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := app.RestoreNode(t.Context(), app.Restore{From: from, Identity: k.Identity, Dir: dir})
		if err == nil || !strings.Contains(err.Error(), "is not empty ("+name+")") {
			t.Errorf("%s: %v", why, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "before" {
			t.Errorf("%s: the file was changed", why)
		}
	}
	// What a restore that was cut off left is cleared away by the next, and is no node
	// for any other command.
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, app.RestoringDir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, app.RestoringDir, app.DatabaseFile), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), app.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "godwit restore") {
		t.Errorf("opening a folder whose restore was cut off: %v", err)
	}
	if _, err := app.RestoreNode(t.Context(), app.Restore{From: from, Identity: k.Identity, Dir: dir}); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Stopped in the middle, a restore leaves nothing.
func TestARestoreThatIsStopped(t *testing.T) {
	n := apptest.Start(t)
	k := apptest.NewKeeper(t)
	from := k.BackedUp(t, n.Node, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	dir := filepath.Join(t.TempDir(), "new")
	_, err := app.RestoreNode(ctx, app.Restore{From: from, Identity: k.Identity, Dir: dir, Progress: func(int64, int64) { cancel() }})
	if fault.KeyOf(err) != "db.cancelled" {
		t.Errorf("stopped: %v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is there: %v", err)
	}
}

// A store that speaks S3 is a place like a folder: backed up to it, verified and
// restored from it, the list of erasures included.
func TestABackupInAStore(t *testing.T) {
	memory := s3mem.New()
	if err := memory.CreateBucket("backups"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(gofakes3.New(memory).Server())
	defer srv.Close()
	store := backup.Access{Key: "k", Secret: "s"}
	n := apptest.Start(t)
	k := apptest.NewKeeper(t)
	person := plant(n)
	order := app.Backup{To: srv.URL + "/backups/nairobi", Recipients: []string{k.Recipient}, Access: store}
	lines, err := n.RunBackup(t.Context(), order, nil)
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(lines[1], ",")
	erase(n, person)
	n.Clock.Move(time.Minute)
	if _, err := n.RunBackup(t.Context(), order, nil); err != nil {
		t.Fatal(err)
	}
	r := app.Restore{From: order.To + "/" + name, Identity: k.Identity, Dir: filepath.Join(t.TempDir(), "r"), Access: store, Clock: time.Now}
	if a, err := app.VerifyBackup(t.Context(), r); err != nil || !a.OK {
		t.Errorf("%v %v", a.Lines, err)
	}
	lines, err = app.RestoreNode(t.Context(), r)
	if err != nil || !strings.Contains(strings.Join(lines, "\n"), "newer than the backup") {
		t.Fatalf("%v %v", lines, err)
	}
	restored := apptest.Reopen(t, r.Dir)
	err = restored.DB.Read(t.Context(), func(tx *db.Tx) error { _, _, err := restored.People.Identity(tx, person); return err })
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("the erased person: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(n.Dir, ".*")); len(left) > 0 {
		t.Errorf("left in the node's folder: %v", left)
	}
}

// What verify must find: rows that are not what the journal says, in a node and in a
// backup of it.
func TestVerifyFindsWhatDiffers(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	k := apptest.NewKeeper(t)
	if lines, ok, err := n.Verify(t.Context(), nil); err != nil || !ok {
		t.Fatalf("a good node: %v %v", lines, err)
	}
	for _, harm := range []struct{ sql, want string }{
		{"UPDATE people_person SET body = '{}' WHERE id = ?", "WRONG rows: people_person is not what the journal says: 0 missing, 0 that do not belong, 1 not the same"},
		{"DELETE FROM people_person WHERE id = ?", "WRONG rows: people_person is not what the journal says: 1 missing"},
		{"UPDATE journal_entries SET payload = '{}' WHERE doc = ?", "WRONG content: The backup is damaged"},
	} {
		err := n.DB.Write(t.Context(), func(tx *db.Tx) error {
			sql := strings.Replace(harm.sql, "'{}' WHERE doc", "x'7b7d' WHERE doc", 1)
			_, err := tx.Exec(sql, person)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		lines, ok, err := n.Verify(t.Context(), nil)
		if err != nil || ok || !strings.Contains(strings.Join(lines, "\n"), harm.want) {
			t.Errorf("%s: %v %s", harm.sql, err, strings.Join(lines, "\n"))
		}
		n.Clock.Move(time.Second)
		a, err := app.VerifyBackup(t.Context(), app.Restore{From: k.BackedUp(t, n.Node, t.TempDir()), Identity: k.Identity, Clock: time.Now})
		if err == nil && a.OK {
			t.Errorf("%s: the backup verifies", harm.sql)
		}
	}
}
