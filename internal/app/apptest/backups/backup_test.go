package backups

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/serdes"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// allRows are the rows of every table that a backup carries.
func allRows(t testing.TB, d *db.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			if slices.Contains(app.MachineTables, table.Name) || table.Name == "godwit_migrations" || table.Name == "journal_installation" {
				continue
			}
			rows, err := tx.Query("SELECT * FROM " + table.Name)
			if err != nil {
				return err
			}
			cells, into := make([]any, len(table.Columns)), make([]any, len(table.Columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			lines := []string{}
			for rows.Next() {
				if err := rows.Scan(into...); err != nil {
					return err
				}
				line := ""
				for i, c := range cells {
					if c := table.Columns[i]; table.Name == "journal_heads" && (c == "holder" || c == "expires") {
						continue // the lease of a process
					}
					line += fmt.Sprintf("%T %v|", c, c)
				}
				lines = append(lines, line)
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

// What a node holds, table by table and row by row, is what its restored backup
// holds; it is another installation, and goes on.
func TestARestoredNodeHoldsEveryRow(t *testing.T) {
	n := apptest.Seeded(t, 5, func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 12 })
	k := apptest.NewKeeper(t)
	want := allRows(t, n.DB)
	from := k.BackedUp(t, n.Node, t.TempDir())
	dir := filepath.Join(t.TempDir(), "restored")
	lines, r := k.Restored(t, from, dir)
	said := strings.Join(lines, "\n")
	for _, words := range []string{fmt.Sprintf("%d persons", len(want["people_person"])), fmt.Sprintf("%d entries of", len(want["journal_entries"])), "newest change is of", "no erasures are known"} {
		if !strings.Contains(said, words) {
			t.Errorf("restoring does not say %q:\n%s", words, said)
		}
	}
	got := allRows(t, r.DB)
	for table := range want {
		if !reflect.DeepEqual(want[table], got[table]) {
			t.Errorf("%s: %d rows were backed up and %d restored, or they differ", table, len(want[table]), len(got[table]))
		}
	}
	if len(want["people_person"]) < 20 || len(want["journal_entries"]) < 200 || len(got) != len(want) {
		t.Errorf("too little was compared: %d persons, %d entries, %d and %d tables", len(want["people_person"]), len(want["journal_entries"]), len(want), len(got))
	}
	if installation(t, n.Node) == installation(t, r) {
		t.Error("the restored node has the installation id of the first")
	}
	if lines, ok := r.Doctor(access.Operator(t.Context())); !ok {
		t.Errorf("doctor of the restored node: %s", strings.Join(lines, "\n"))
	}
	if lines, ok, err := r.Verify(t.Context(), nil); err != nil || !ok {
		t.Errorf("verify of the restored node: %v %s", err, strings.Join(lines, "\n"))
	}
	before, err := os.ReadFile(filepath.Join(n.Dir, app.KeyFile))
	after, err2 := os.ReadFile(filepath.Join(dir, app.KeyFile))
	if err != nil || err2 != nil || bytes.Equal(before, after) {
		t.Errorf("the restored folder has the key of the first (%v, %v)", err, err2)
	}
}

func installation(t testing.TB, n *app.Node) (id db.ID) {
	t.Helper()
	if err := n.DB.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row("SELECT id FROM journal_installation").Scan(&id)
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

// plantedName are words of a person's record that stand nowhere else.
var plantedName = []string{"QUOKKAMURE", "ZYXOLAT", "Ombralith"}

func plant(n *apptest.Node) db.ID {
	n.T.Helper()
	return n.Register(n.At(access.Reception), "family_latin", plantedName[0], "given_latin", plantedName[1], "other_names", plantedName[2], "sex", "male", "birth-year", "1980")
}

// erase erases a person as two officers do, and answers the list that is kept apart.
func erase(n *apptest.Node, person db.ID) []string {
	n.T.Helper()
	e := stewardship.Erasure{ID: db.NewID(), Person: person, Reason: stewardship.ReasonRequest, Kinds: []string{stewardship.AllKinds}}
	if err := n.Steward.AskErasure(n.Actor(access.PrivacyOfficer), e); err != nil {
		n.T.Fatal(err)
	}
	if _, err := n.Steward.ApproveErasure(n.Actor(access.MedicalOfficer), e.ID, nil); err != nil {
		n.T.Fatal(err)
	}
	return n.Do(n.T.Context(), app.Command{Name: "erased-list"}).Lines
}

// What was erased after a backup is not brought back by it: it is in no row, in no
// page of the decrypted database and in no file of the restored folder, whether the
// list was given or lies beside the backups.
func TestAnOldBackupDoesNotBringBackWhatWasErased(t *testing.T) {
	n := apptest.Start(t)
	k, apart, together := apptest.NewKeeper(t), t.TempDir(), t.TempDir()
	person, other := plant(n), n.Woman()
	old, oldTogether := k.BackedUp(t, n.Node, apart), k.BackedUp(t, n.Node, together)
	known := erase(n, person)
	if len(known) == 0 {
		t.Fatal("nothing was erased")
	}
	n.Clock.Move(time.Hour)
	k.BackedUp(t, n.Node, together) // brings the newest list there

	dir := filepath.Join(t.TempDir(), "without a list")
	_, careless := k.Restored(t, old, dir)
	if err := careless.Close(); err != nil {
		t.Fatal(err)
	}
	for _, w := range plantedName {
		if !bytes.Contains(pages(t, dir), []byte(w)) {
			t.Errorf("%s is not in the old backup, so not to find it later shows nothing", w)
		}
	}
	for how, r := range map[string]app.Restore{
		"given":                  {From: old, Erasures: known},
		"beside the backup":      {From: oldTogether},
		"given and beside":       {From: oldTogether, Erasures: known},
		"twice in what is given": {From: old, Erasures: append(known, known...)},
	} {
		dir := filepath.Join(t.TempDir(), "restored")
		lines, r := k.Restored(t, r.From, dir, r.Erasures...)
		if said := strings.Join(lines, "\n"); !strings.Contains(said, "newer than the backup; what they name is destroyed") {
			t.Errorf("%s: restoring says %s", how, said)
		}
		err := r.DB.Read(t.Context(), func(tx *db.Tx) error {
			if _, _, err := r.People.Identity(tx, person); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: the erased person is there: %v", how, err)
			}
			_, _, err := r.People.Identity(tx, other)
			return err
		})
		if err != nil {
			t.Errorf("%s: the other person: %v", how, err)
		}
		if lines, ok, err := r.Verify(t.Context(), nil); err != nil || !ok {
			t.Errorf("%s: %v %s", how, err, strings.Join(lines, "\n"))
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for _, w := range plantedName {
			if bytes.Contains(pages(t, dir), []byte(w)) {
				t.Errorf("%s: %s is in a page of the restored database", how, w)
			}
		}
		if found := grep(t, plantedName, dir); len(found) > 0 {
			t.Errorf("%s: %v", how, found)
		}
	}
}

// pages are the pages of a closed node's database, decrypted, free ones too.
func pages(t testing.TB, dir string) []byte {
	t.Helper()
	path := filepath.Join(dir, app.DatabaseFile)
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		t.Fatalf("%d bytes were left in the log", log.Size())
	}
	data, err := key.File(filepath.Join(dir, app.KeyFile)).DataKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := sqlite3.Open("file:" + filepath.ToSlash(path) + "?vfs=adiantum")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Exec("PRAGMA hexkey='" + hex.EncodeToString(data) + "'"); err != nil {
		t.Fatal(err)
	}
	b, err := serdes.Serialize(c, "main")
	if err != nil || !bytes.HasPrefix(b, []byte("SQLite format 3\x00")) {
		t.Fatalf("the database was not decrypted: %v", err)
	}
	return b
}

// While a backup is made, verified and restored, no file anywhere holds a plantedName
// word: not the folder's, not the backups', not a temporary one.
func TestNothingPlainIsWrittenMeanwhile(t *testing.T) {
	temp, work := t.TempDir(), t.TempDir()
	n := apptest.Seeded(t, 3, func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 25 })
	plant(n)
	k := apptest.NewKeeper(t)
	t.Setenv("TMPDIR", temp)
	if os.TempDir() != temp {
		t.Skip("this system has another way to say where temporary files go")
	}
	stop, looked := make(chan struct{}), make(chan int)
	go func() {
		rounds := 0
		for {
			select {
			case <-stop:
				looked <- rounds
				return
			default:
				rounds++
				for _, found := range grep(t, plantedName, n.Dir, temp, work) {
					t.Error(found)
				}
			}
		}
	}()
	for range 2 {
		n.Clock.Move(time.Minute)
		from := k.BackedUp(t, n.Node, filepath.Join(work, "bk"))
		if lines, ok, err := n.Verify(t.Context(), nil); err != nil || !ok {
			t.Errorf("%v %v", lines, err)
		}
		r := app.Restore{From: from, Identity: k.Identity, Dir: filepath.Join(work, n.Clock.Now().Format("150405")), Clock: n.Clock.Now}
		if a, err := app.VerifyBackup(t.Context(), r); err != nil || !a.OK {
			t.Errorf("%v %v", a.Lines, err)
		}
		if _, err := app.RestoreNode(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	rounds := <-looked
	if rounds < 10 {
		t.Errorf("the files were looked at %d times only", rounds)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%d files were left in the temporary folder (%v)", len(left), err)
	}
	for _, dir := range []string{n.Dir, work} {
		if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	t.Logf("looked %d times", rounds)
}

// A process that is killed at any moment of a backup leaves the backups before as
// they were, and nothing under a final name that is not whole.
func TestAKilledBackupLeavesTheOnesBeforeWhole(t *testing.T) {
	times := 6
	if os.Getenv("GODWIT_SOAK") != "" {
		times = 100
	}
	n := apptest.Seeded(t, 3, func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 25 })
	k, bk := apptest.NewKeeper(t), t.TempDir()
	first := k.BackedUp(t, n.Node, bk)
	whole, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	cut := 0
	for round := range times {
		c := apptest.StartChild(t, n.Dir)
		at := int64(float64(len(whole)) * r.Float64() * 1.05)
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			_, _ = app.Run(t.Context(), app.Options{Dir: n.Dir}, app.Command{Name: "backup", Backup: &app.Backup{To: bk, Recipients: []string{k.Recipient}}})
		}()
		if killAt(c, bk, at, answered) {
			cut++
		}
		<-answered
		if again, err := os.ReadFile(first); err != nil || !bytes.Equal(again, whole) {
			t.Fatalf("round %d: the backup before was changed (%v)", round, err)
		}
		for _, name := range apptest.Archives(t, bk) {
			a, err := app.VerifyBackup(t.Context(), app.Restore{From: filepath.Join(bk, name), Identity: k.Identity, Clock: time.Now})
			if err != nil || !a.OK {
				t.Fatalf("round %d: %s has its final name and is not whole: %v %v", round, name, err, a.Lines)
			}
		}
	}
	if cut == 0 {
		t.Error("no backup was cut off, so nothing was tested")
	}
	again := apptest.Reopen(t, n.Dir)
	k.BackedUp(t, again, bk)
	if left, _ := filepath.Glob(filepath.Join(bk, "*"+backup.PartSuffix)); len(left) > 0 {
		t.Errorf("the next backup left %v", left)
	}
	t.Logf("%d of %d backups were cut off", cut, times)
}

// killAt ends a server when the backup under way has so many bytes, or when it was
// answered, and reports whether the kill came before the answer.
func killAt(c *apptest.Child, dir string, at int64, answered chan struct{}) (before bool) {
	for {
		select {
		case <-answered:
			_ = c.End(os.Kill)
			return false
		default:
		}
		parts, _ := filepath.Glob(filepath.Join(dir, "*"+backup.PartSuffix))
		for _, p := range parts {
			if st, err := os.Stat(p); err == nil && st.Size() >= at {
				_ = c.End(os.Kill)
				return true
			}
		}
	}
}

// grep answers the files below the folders that hold one of the words.
func grep(t testing.TB, words []string, dirs ...string) (found []string) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // gone again, or a socket
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			for _, w := range words {
				if bytes.Contains(b, []byte(w)) {
					found = append(found, path+" holds "+w)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
