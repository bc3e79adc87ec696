package db_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

const planted = "planted-word-zanzibar"

func TestNothingPlainIsOnDisk(t *testing.T) {
	dir := t.TempDir()
	d := open(t, db.Options{Path: filepath.Join(dir, "t.db"), Key: key.Plain(testKey),
		Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}})
	write(t, d, func(tx *db.Tx) error {
		if err := insert(tx, planted, 1); err != nil {
			return err
		}
		// A sort and a temporary table, which SQLite would put in a file.
		_, err := tx.Exec("CREATE TEMP TABLE x AS SELECT * FROM things ORDER BY name DESC")
		return err
	})
	if inFiles(t, dir, planted) || inFiles(t, dir, "SQLite format 3") || inFiles(t, dir, "things") {
		t.Error("the files can be read without the key")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, dir, planted) || inFiles(t, dir, "things") {
		t.Error("the closed file can be read without the key")
	}
}

func TestThePlainOptionIsReallyPlain(t *testing.T) {
	dir := t.TempDir()
	d := open(t, db.Options{Path: filepath.Join(dir, "t.db"), Unencrypted: true,
		Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}})
	write(t, d, func(tx *db.Tx) error { return insert(tx, planted, 1) })
	if !inFiles(t, dir, planted) {
		t.Error("the search above would find nothing anyhow")
	}
}

func inFiles(t *testing.T, dir, word string) (found bool) {
	t.Helper()
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(word))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOnlyTheOwnerMayReadTheFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	dir := t.TempDir()
	d := open(t, db.Options{Path: filepath.Join(dir, "t.db"), Key: key.Plain(testKey),
		Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}})
	write(t, d, func(tx *db.Tx) error { return insert(tx, "x", 1) })
	all, _ := filepath.Glob(filepath.Join(dir, "t.db*"))
	if len(all) < 2 {
		t.Fatalf("only %v", all)
	}
	for _, f := range all {
		if st, err := os.Stat(f); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(f), st.Mode(), err)
		}
	}
}

func TestAWrongKeyIsToldFromADamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	o := db.Options{Path: path, Key: key.Plain(testKey), Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}}
	d := open(t, o)
	write(t, d, func(tx *db.Tx) error { return insert(tx, "x", 1) })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wrong := bytes.Repeat([]byte{6}, key.Size)
	for name, bad := range map[string]db.Options{
		"another key": {Path: path, Key: key.Plain(wrong), Migrations: o.Migrations},
		"no cipher":   {Path: path, Unencrypted: true, Migrations: o.Migrations},
	} {
		_, err := db.Open(t.Context(), bad)
		if fault.KeyOf(err) != "db.wrong_key" || fault.FieldOf(err) != "key" {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "0606") {
			t.Errorf("%s: the error holds the key: %v", name, err)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("opening with a wrong key changed the file")
	}
	if n := count(t, open(t, o), "things"); n != 1 {
		t.Errorf("%d rows with the right key", n)
	}
}

func TestOpenNeedsAKeyThatIsUnlocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	_, err := db.Open(t.Context(), db.Options{Path: path})
	wantCode(t, err, fault.Invalid)
	var locked key.Held
	_, err = db.Open(t.Context(), db.Options{Path: path, Key: &locked})
	wantCode(t, err, fault.Unavailable)
	if _, err := os.Stat(path); err == nil {
		t.Error("a locked key left a file")
	}
	if err := locked.Unlock(testKey); err != nil {
		t.Fatal(err)
	}
	open(t, db.Options{Path: path, Key: &locked})
	_, err = db.Open(t.Context(), db.Options{Path: path, URL: "postgres:///x", Key: &locked})
	wantCode(t, err, fault.Invalid)
}

func TestPathsThatLookLikeURIs(t *testing.T) {
	for _, name := range []string{"a b.db", "50%.db", "q?mode=memory.db", "h#x.db", "ኢትዮጵያ.db"} {
		path := filepath.Join(t.TempDir(), name)
		d := open(t, db.Options{Path: path, Key: key.Plain(testKey)})
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTheDurabilityThatIsPromised(t *testing.T) {
	d := open(t, db.Options{Path: filepath.Join(t.TempDir(), "t.db"), Key: key.Plain(testKey)})
	want := map[string]string{"synchronous": "2", "journal_mode": "wal", "temp_store": "2", "foreign_keys": "1", "secure_delete": "1"}
	check := func(tx *db.Tx) error {
		for pragma, v := range want {
			var got any
			if err := tx.Row("PRAGMA " + pragma).Scan(&got); err != nil {
				return err
			}
			if s := strings.TrimSpace(toString(got)); s != v {
				t.Errorf("%s is %s, want %s", pragma, s, v)
			}
		}
		return nil
	}
	write(t, d, check)
	read(t, d, check)
}

func toString(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case int64:
		return string(rune('0' + x))
	}
	return "?"
}

func TestScrubLeavesNoDeletedWordInAnyPage(t *testing.T) {
	dir := t.TempDir()
	d := open(t, db.Options{Path: filepath.Join(dir, "t.db"), Unencrypted: true,
		Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things + "; CREATE INDEX things_n ON things (n, name)"}}})
	write(t, d, func(tx *db.Tx) error {
		for i := range 3000 { // enough for pages to split and be rebalanced around the word
			name := planted + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + db.NewID().String()
			if err := insert(tx, name, i%97); err != nil {
				return err
			}
		}
		return nil
	})
	write(t, d, func(tx *db.Tx) error { _, err := tx.Exec("DELETE FROM things WHERE n <> 3"); return err })
	write(t, d, func(tx *db.Tx) error { _, err := tx.Exec("DELETE FROM things"); return err })
	if err := d.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, dir, planted) {
		t.Error("a deleted word is still in a file")
	}
}

func TestTheEngineIsNewEnough(t *testing.T) {
	d := open(t, db.Options{Path: filepath.Join(t.TempDir(), "t.db"), Key: key.Plain(testKey)})
	i, err := d.Info(t.Context())
	if err != nil || i.Version < "3.51.3" {
		t.Errorf("got %q, %v", i.Version, err)
	}
}

func TestPurgeLeavesNoDeletedWordInTheLog(t *testing.T) {
	dir := t.TempDir()
	d := open(t, db.Options{Path: filepath.Join(dir, "t.db"), Unencrypted: true,
		Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}})
	write(t, d, func(tx *db.Tx) error { return insert(tx, planted, 1) })
	if !inFiles(t, dir, planted) {
		t.Fatal("the word cannot be found before either")
	}
	forget := func(tx *db.Tx) error {
		tx.Purge()
		_, err := tx.Exec("DELETE FROM things")
		return err
	}
	// A read that still needs the log puts it off, and does not stop the writers.
	read(t, d, func(tx *db.Tx) error {
		before := names(t, tx, "SELECT name FROM things")
		done := make(chan error)
		go func() { done <- d.Write(context.Background(), forget) }()
		if err := <-done; err != nil {
			return err
		}
		if len(before) != 1 || len(names(t, tx, "SELECT name FROM things")) != 1 {
			t.Error("the read lost its snapshot")
		}
		return nil
	})
	for range 2 { // the first is answered before the log is emptied, the second after
		write(t, d, func(tx *db.Tx) error { return nil })
	}
	if inFiles(t, dir, planted) {
		t.Error("the word is still in a file")
	}
}
