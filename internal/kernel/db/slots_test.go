package db_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// A node's folder with a slot file, from the first start to the last: it starts
// locked, a password opens it, its folder says nothing to whoever has a copy, and
// once the slots are destroyed the database is noise.
func TestADatabaseBehindSlots(t *testing.T) {
	dir := t.TempDir()
	floor := key.Cost{Memory: 19 * 1024, Time: 2, Threads: 1} // the least there is
	start := func() *key.Slots {
		return key.NewSlots(key.Options{Path: filepath.Join(dir, "godwit.slots"), Cost: floor})
	}
	o := db.Options{Path: filepath.Join(dir, "t.db"), Key: start(), Migrations: []db.Migration{{Area: "test", Number: 1, SQL: things}}}
	_, err := db.Open(t.Context(), o)
	wantCode(t, err, fault.Unavailable)
	if _, err := os.Stat(o.Path); !os.IsNotExist(err) {
		t.Fatal("a database was made without a key")
	}

	slots := start()
	if _, err := slots.Create(t.Context(), nil, "amal.idris", "heron walks on warm mud"); err != nil {
		t.Fatal(err)
	}
	dataKey, err := slots.DataKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.Key = slots
	d := open(t, o)
	write(t, d, func(tx *db.Tx) error { return insert(tx, planted, 1) })
	for _, secret := range []string{planted, "amal.idris", "heron", string(dataKey)} {
		if inFiles(t, dir, secret) {
			t.Errorf("a copy of the open folder tells %q", secret)
		}
	}
	slots.Lock() // an open database goes on
	if n := count(t, d, "things"); n != 1 {
		t.Errorf("%d things", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	o.Key = start()
	_, err = db.Open(t.Context(), o)
	wantCode(t, err, fault.Unavailable)
	if fault.KeyOf(err) != "key.locked" {
		t.Error(err)
	}
	slots = start()
	if err := slots.Unlock(t.Context(), "amal.idris", "heron walks on warm mud"); err != nil {
		t.Fatal(err)
	}
	o.Key = slots
	d = open(t, o)
	if n := count(t, d, "things"); n != 1 {
		t.Errorf("%d things after a restart", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	if err := slots.Destroy(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	// A new slot file for the same folder has another key, which the database
	// refuses, and which does not spoil it.
	o.Key = start()
	if _, err := o.Key.(*key.Slots).Create(t.Context(), nil, "amal.idris", "heron walks on warm mud"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), o); err == nil {
		t.Error("the database opens under another key")
	}
	if after, err := os.ReadFile(o.Path); err != nil || !bytes.Equal(before, after) {
		t.Error("a wrong key changed the database")
	}
}
