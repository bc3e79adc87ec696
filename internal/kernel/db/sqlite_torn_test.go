package db

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/key"
)

// A cut in the middle of a cipher block leaves a log whose size is no multiple of
// it. What was acknowledged must still be there, and the database must open.
func TestALogTornInACipherBlockOpens(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	o := Options{Path: filepath.Join(dir, "a.db"), Key: key.Plain(bytes.Repeat([]byte{7}, 32)),
		Migrations: []Migration{{Area: "t", Number: 1, SQL: "CREATE TABLE word (name TEXT)"}}}
	d, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Write(ctx, func(tx *Tx) error { _, err := tx.Exec("INSERT INTO word (name) VALUES ('kept')"); return err }); err != nil {
		t.Fatal(err)
	}
	left := Options{Path: filepath.Join(dir, "left.db"), Key: o.Key, Migrations: o.Migrations}
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(o.Path + end)
		if err != nil {
			t.Fatal(err)
		}
		if end == "-wal" {
			b = append(b, bytes.Repeat([]byte{0xA5}, 512)...)
		}
		if err := os.WriteFile(left.Path+end, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(ctx, left)
	if err != nil {
		t.Fatalf("a torn log does not open: %v", err)
	}
	defer again.Close()
	var name string
	if err := again.Read(ctx, func(tx *Tx) error { return tx.Row("SELECT name FROM word").Scan(&name) }); err != nil || name != "kept" {
		t.Fatalf("%q %v: what was acknowledged is gone", name, err)
	}
}
