package db_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

var otherKey = bytes.Repeat([]byte{7}, key.Size)

// between has two keys, as slots have while the data key is replaced.
type between struct{ current, next []byte }

func (b between) DataKey(context.Context) ([]byte, error) { return bytes.Clone(b.current), nil }
func (b between) NextKey(context.Context) ([]byte, error) { return bytes.Clone(b.next), nil }

func thingsAt(t *testing.T, k key.Provider) db.Options {
	t.Helper()
	return db.Options{Path: filepath.Join(t.TempDir(), "t.db"), Key: k, Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}}
}

func TestAfterRekeyTheOldKeyOpensNothing(t *testing.T) {
	o := thingsAt(t, key.Plain(testKey))
	d := open(t, o)
	write(t, d, func(tx *db.Tx) error { return insert(tx, planted, 1) })
	if err := d.Rekey(t.Context(), otherKey); err != nil {
		t.Fatal(err)
	}
	write(t, d, func(tx *db.Tx) error { return insert(tx, "after", 2) })
	if n := count(t, d, "things"); n != 2 {
		t.Errorf("%d things", n)
	}
	if err := d.Rekey(t.Context(), otherKey); err != nil {
		t.Errorf("again: %v", err)
	}
	if i, err := d.Info(t.Context()); err != nil || i.JournalMode != "wal" || !i.Encrypted {
		t.Errorf("%+v %v", i, err)
	}
	if inFiles(t, filepath.Dir(o.Path), planted) || inFiles(t, filepath.Dir(o.Path), "SQLite format") {
		t.Error("the files can be read without a key")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := db.Open(t.Context(), o)
	wantCode(t, err, fault.Invalid)
	o.Key = key.Plain(otherKey)
	if n := count(t, open(t, o), "things"); n != 2 {
		t.Errorf("%d things after a restart", n)
	}
}

// Whatever a cut left: the old file or the new one opens, with either key first,
// and what was half written is taken away.
func TestACutBetweenTwoKeysOpensWithTheOneThatFits(t *testing.T) {
	for _, under := range []string{"old", "new"} {
		o := thingsAt(t, key.Plain(testKey))
		d := open(t, o)
		write(t, d, func(tx *db.Tx) error { return insert(tx, planted, 1) })
		if under == "new" {
			if err := d.Rekey(t.Context(), otherKey); err != nil {
				t.Fatal(err)
			}
		}
		write(t, d, func(tx *db.Tx) error { return insert(tx, "latest", 2) })
		dir := t.TempDir() // as the cut leaves it: with its log
		for _, end := range []string{"", "-wal"} {
			b, err := os.ReadFile(o.Path + end)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "t.db"+end), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o.Path, o.Key = filepath.Join(dir, "t.db"), between{testKey, otherKey}
		if err := os.WriteFile(o.Path+"-next", make([]byte, 9000), 0o600); err != nil {
			t.Fatal(err)
		}
		again := open(t, o)
		if n := count(t, again, "things"); n != 2 {
			t.Errorf("%s key: %d things", under, n)
		}
		if _, err := os.Stat(o.Path + "-next"); !os.IsNotExist(err) {
			t.Errorf("%s key: what was half written is still there", under)
		}
		if err := again.Rekey(t.Context(), otherKey); err != nil {
			t.Errorf("%s key: going on: %v", under, err)
		}
	}
}

// A log that a wrong key cannot decipher is not thrown away: it holds the latest
// commits. SQLite would take it for an empty one.
func TestAWrongKeyDoesNotTouchTheLog(t *testing.T) {
	o := thingsAt(t, key.Plain(testKey))
	d := open(t, o)
	write(t, d, func(tx *db.Tx) error { return insert(tx, planted, 1) })
	dir := t.TempDir()
	var before [][]byte
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(o.Path + end)
		if err != nil || len(b) == 0 {
			t.Fatal(len(b), err)
		}
		before = append(before, b)
		if err := os.WriteFile(filepath.Join(dir, "t.db"+end), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.Path, o.Key = filepath.Join(dir, "t.db"), key.Plain(otherKey)
	_, err := db.Open(t.Context(), o)
	wantCode(t, err, fault.Invalid)
	for i, end := range []string{"", "-wal"} {
		if after, err := os.ReadFile(o.Path + end); err != nil || !bytes.Equal(before[i], after) {
			t.Errorf("a wrong key changed t.db%s (%v)", end, err)
		}
	}
	o.Key = key.Plain(testKey)
	if n := count(t, open(t, o), "things"); n != 1 {
		t.Errorf("%d things", n)
	}
}

func TestReadsAndWritesGoOnThroughRekey(t *testing.T) {
	o := thingsAt(t, key.Plain(testKey))
	d := open(t, o)
	stop := make(chan struct{})
	var work sync.WaitGroup
	var written int
	work.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, fmt.Sprint("n", i), i) }); err != nil {
				t.Errorf("write %d: %v", i, err)
				return
			}
			written++
		}
	})
	for range 3 {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				var n int64
				if err := d.Read(context.Background(), func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM things").Scan(&n) }); err != nil {
					t.Errorf("read: %v", err)
					return
				}
			}
		})
	}
	for i := range 6 {
		if err := d.Rekey(t.Context(), bytes.Repeat([]byte{byte(20 + i)}, key.Size)); err != nil {
			t.Errorf("rekey %d: %v", i, err)
		}
	}
	close(stop)
	work.Wait()
	if n := count(t, d, "things"); int(n) != written || written == 0 {
		t.Errorf("%d of %d are there", n, written)
	}
}

// Without room, or with a key of another size, nothing changes.
func TestARekeyThatFailsChangesNothing(t *testing.T) {
	o := thingsAt(t, key.Plain(testKey))
	d := open(t, o)
	write(t, d, func(tx *db.Tx) error { return insert(tx, planted, 1) })
	if err := os.MkdirAll(filepath.Join(o.Path+"-next", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	wantCode(t, d.Rekey(t.Context(), otherKey), fault.Unavailable)
	wantCode(t, d.Rekey(t.Context(), otherKey[:5]), fault.Invalid)
	if err := os.RemoveAll(o.Path + "-next"); err != nil {
		t.Fatal(err)
	}
	write(t, d, func(tx *db.Tx) error { return insert(tx, "after", 2) })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, open(t, o), "things"); n != 2 {
		t.Errorf("%d things", n)
	}
}
