package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Whatever is wrong with a backup or with where it shall go, the sentence says what
// to do, and the folder is as it was.
func TestABackupThatCannotBeRestored(t *testing.T) {
	n := startNode(t)
	n.woman()
	k, stranger, bk := newKeeper(t), newKeeper(t), t.TempDir()
	good := k.backedUp(t, n.Node, bk)
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
	if err := os.WriteFile(filepath.Join(listed, erasuresPrefix+"x.txt"), []byte("half a line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		why, want string
		r         Restore
	}{
		{"cut short", "damaged or cut short. Nothing was restored. Fetch it again", Restore{From: file("a", whole[:len(whole)-1000]), Identity: k.identity}},
		{"one byte changed", "damaged or cut short. Nothing was restored. Fetch it again", Restore{From: file("a", changed), Identity: k.identity}},
		{"empty", "cut short", Restore{From: file("a", nil), Identity: k.identity}},
		{"no backup", "not a backup of Godwit", Restore{From: file("a", []byte("minutes of the meeting")), Identity: k.identity}},
		{"not there", "no backup of this name", Restore{From: good + "x", Identity: k.identity}},
		{"a folder", "say which file with --from. The newest is " + good, Restore{From: bk, Identity: k.identity}},
		{"another's identity", "does not open the backup", Restore{From: good, Identity: stranger.identity}},
		{"no identity", "identity file cannot be opened", Restore{From: good, Identity: k.identity + "x"}},
		{"the backup as identity", "identity file", Restore{From: good, Identity: good}},
		{"a damaged list given", "line 1 is no erasure", Restore{From: good, Identity: k.identity, Erasures: []string{"half a line"}}},
		{"a damaged list beside it", "godwit-erased-x.txt, beside the backup: line 1 is no erasure", Restore{From: filepath.Join(listed, "b"+backup.Extension), Identity: k.identity}},
		{"a store without credentials", "No credentials", Restore{From: "s3://backups/a" + backup.Extension, Identity: k.identity}},
		{"a store in the open", "https only", Restore{From: "http://store.example.org/backups/a", Identity: k.identity, Access: backup.Access{Key: "k", Secret: "s"}}},
	} {
		for state, dir := range map[string]string{"new": filepath.Join(t.TempDir(), "new"), "empty": t.TempDir()} {
			tc.r.Dir = dir
			_, err := RestoreNode(t.Context(), tc.r)
			if err == nil || !strings.Contains(Sentence(err), tc.want) {
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
	n := startNode(t)
	k := newKeeper(t)
	from := k.backedUp(t, n.Node, t.TempDir())
	for why, name := range map[string]string{"a node": databaseFile, "somebody's file": "letter.odt", "a key": keyFile} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := RestoreNode(t.Context(), Restore{From: from, Identity: k.identity, Dir: dir})
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
	if err := os.MkdirAll(filepath.Join(dir, restoringDir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, restoringDir, databaseFile), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "godwit restore") {
		t.Errorf("opening a folder whose restore was cut off: %v", err)
	}
	if _, err := RestoreNode(t.Context(), Restore{From: from, Identity: k.identity, Dir: dir}); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Stopped in the middle, a restore leaves nothing.
func TestARestoreThatIsStopped(t *testing.T) {
	n := startNode(t)
	k := newKeeper(t)
	from := k.backedUp(t, n.Node, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	dir := filepath.Join(t.TempDir(), "new")
	_, err := RestoreNode(ctx, Restore{From: from, Identity: k.identity, Dir: dir, Progress: func(int64, int64) { cancel() }})
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
	n := startNode(t)
	k := newKeeper(t)
	person := n.plant()
	order := Backup{To: srv.URL + "/backups/nairobi", Recipients: []string{k.recipient}, Access: store}
	lines, err := n.runBackup(t.Context(), order, nil)
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(lines[1], ",")
	n.erase(person)
	n.clock.move(time.Minute)
	if _, err := n.runBackup(t.Context(), order, nil); err != nil {
		t.Fatal(err)
	}
	r := Restore{From: order.To + "/" + name, Identity: k.identity, Dir: filepath.Join(t.TempDir(), "r"), Access: store, Clock: time.Now}
	if a, err := VerifyBackup(t.Context(), r); err != nil || !a.OK {
		t.Errorf("%v %v", a.Lines, err)
	}
	lines, err = RestoreNode(t.Context(), r)
	if err != nil || !strings.Contains(strings.Join(lines, "\n"), "newer than the backup") {
		t.Fatalf("%v %v", lines, err)
	}
	restored := reopen(t, r.Dir)
	err = restored.DB.Read(t.Context(), func(tx *db.Tx) error { _, _, err := restored.People.Identity(tx, person); return err })
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("the erased person: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(n.Dir, ".*")); len(left) > 0 {
		t.Errorf("left in the node's folder: %v", left)
	}
}

// Room is asked for before anything is written.
func TestNoRoom(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	err := roomFor(dir, 1<<62)
	if fault.KeyOf(err) != "backup.no_room" || !strings.Contains(Sentence(err), "MiB are needed and ") {
		t.Errorf("%v", err)
	}
	if err := roomFor(dir, 1); err != nil {
		t.Error(err)
	}
}

// What verify must find: rows that are not what the journal says, in a node and in a
// backup of it.
func TestVerifyFindsWhatDiffers(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	k := newKeeper(t)
	if lines, ok, err := n.verify(t.Context(), nil); err != nil || !ok {
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
		lines, ok, err := n.verify(t.Context(), nil)
		if err != nil || ok || !strings.Contains(strings.Join(lines, "\n"), harm.want) {
			t.Errorf("%s: %v %s", harm.sql, err, strings.Join(lines, "\n"))
		}
		n.clock.move(time.Second)
		a, err := VerifyBackup(t.Context(), Restore{From: k.backedUp(t, n.Node, t.TempDir()), Identity: k.identity, Clock: time.Now})
		if err == nil && a.OK {
			t.Errorf("%s: the backup verifies", harm.sql)
		}
	}
}

// When the next backup is due.
func TestWhenTheNextBackupIsDue(t *testing.T) {
	now := time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	day := backup.Settings{Every: 24 * time.Hour}
	for _, tc := range []struct {
		why  string
		s    backup.Settings
		l    backup.Last
		want time.Time
	}{
		{"nothing is set", backup.Settings{}, backup.Last{}, time.Time{}},
		{"none was made", day, backup.Last{}, now},
		{"one was made an hour ago", day, backup.Last{Done: ago(time.Hour)}, now.Add(23 * time.Hour)},
		{"the machine was off for a week", day, backup.Last{Done: ago(168 * time.Hour)}, now},
		{"one failed just now", day, backup.Last{Done: ago(25 * time.Hour), Failed: now}, now.Add(time.Hour)},
		{"one failed two hours ago", day, backup.Last{Done: ago(26 * time.Hour), Failed: ago(2 * time.Hour)}, now},
		{"the first failed just now", day, backup.Last{Failed: now}, now.Add(time.Hour)},
		{"one failed, and they are close together", backup.Settings{Every: time.Minute}, backup.Last{Failed: now}, now.Add(time.Minute)},
		{"the clock was set back by a year", day, backup.Last{Done: now.AddDate(1, 0, 0)}, now.Add(24 * time.Hour)},
	} {
		if got := nextBackup(tc.s, tc.l, now); !got.Equal(tc.want) {
			t.Errorf("%s: %v, want %v", tc.why, got, tc.want)
		}
	}
}

// The schedule makes the backup that is due, and says at once, in doctor's and the
// administrator's words, when it cannot.
func TestTheScheduleMakesBackupsAndSaysWhenItCannot(t *testing.T) {
	n := startNode(t)
	k := newKeeper(t)
	e := &exam{ok: true}
	n.checkBackups(t.Context(), e)
	if !e.ok || !strings.Contains(e.lines[0], "note  backup: none was ever made; make one with `godwit backup --dir") {
		t.Errorf("before: %v", e.lines)
	}
	bk := filepath.Join(t.TempDir(), "bk")
	s := backup.Settings{Place: bk, Every: 24 * time.Hour, Recipients: []string{k.recipient}}
	n.scheduled(s)
	if len(archives(t, bk)) != 1 {
		t.Fatalf("there are %v", archives(t, bk))
	}
	e = &exam{ok: true}
	n.checkBackups(t.Context(), e)
	if !e.ok || !strings.Contains(e.lines[0], "ok    backup: of ") || !strings.Contains(e.lines[0], "one every 24h0m0s to "+bk) {
		t.Errorf("after: %v", e.lines)
	}
	n.says("The last backup is of", n.clock.Now().Format("15:04"), "One is made every 24 h", "It holds")
	if a := n.at("administrator").get("/"); strings.Contains(a.body, "+0000") {
		t.Error("the page shows a time as a machine prints it")
	}

	n.clock.move(50 * time.Hour)
	n.says("The last backup is of", "should have been made since")
	in := filepath.Join(bk, archives(t, bk)[0])
	s.Place = filepath.Join(in, "below a file")
	n.scheduled(s)
	e = &exam{ok: true}
	n.checkBackups(t.Context(), e)
	if e.ok || !strings.Contains(e.lines[0], "WRONG backup: on ") || !strings.Contains(e.lines[0], "the newest whole one is of") || !strings.Contains(e.lines[0], "Check the medium") {
		t.Errorf("failed: %v", e.lines)
	}
	n.says("no backup could be made", "Nothing can be written to the place of the backups")
	if a := n.Do(t.Context(), Command{Name: "backup-off"}); a.Error != "" {
		t.Error(a.Error)
	}
	n.says("Backups are not made by themselves")
}

// scheduled runs the schedule with these settings until it has made, or failed to
// make, one backup.
func (n *testNode) scheduled(s backup.Settings) {
	n.t.Helper()
	if err := n.DB.Write(n.t.Context(), s.Keep); err != nil {
		n.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(n.t.Context())
	log := &lineSignal{line: make(chan string, 8)}
	n.log = textLog(log)
	ended := make(chan struct{})
	go func() { defer close(ended); n.keepBackups(ctx) }()
	select {
	case <-log.line:
	case <-time.After(longest):
		n.t.Error("the schedule does nothing")
	}
	cancel()
	<-ended
}

// lineSignal hands each line of a log over.
type lineSignal struct{ line chan string }

func (l *lineSignal) Write(b []byte) (int, error) {
	l.line <- string(b)
	return len(b), nil
}

// says looks at the first page of the administrator.
func (n *testNode) says(words ...string) {
	n.t.Helper()
	n.at("administrator").get("/").says(n.t, 200, words...)
}

// Every state of the backups has its words.
func backupSamples() (all []page.Callout) {
	at := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	day := backup.Settings{Every: 24 * time.Hour}
	for _, l := range []backup.Last{{}, {Done: at, Entries: 4812}, {Done: at, Failed: at, Key: "backup.no_room", Args: map[string]any{"need": 12, "free": 3}}} {
		all = append(all, backupCallout(day, l, at), backupCallout(backup.Settings{}, l, at), backupCallout(day, l, at.AddDate(0, 0, 9)))
	}
	return all
}

func TestEveryFailureOfABackupHasASentence(t *testing.T) {
	words, err := terminalWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range backupSamples() {
		for _, m := range append(c.Text, c.Title) {
			if _, ok := words[m.Key]; !ok {
				t.Errorf("no words for %s", fmt.Sprint(m.Key))
			}
		}
	}
}
