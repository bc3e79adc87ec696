package journal_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

func TestSmoke(t *testing.T) {
	m := append(journal.Migrations(), db.Migration{Area: "t", Number: 1, SQL: "CREATE TABLE t_person (id BLOB PRIMARY KEY, name TEXT)"})
	d, err := db.Open(t.Context(), db.Options{Path: filepath.Join(t.TempDir(), "x.db"), Key: key.Plain(bytes.Repeat([]byte{1}, 32)), Migrations: m})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	j, err := journal.New(journal.Options{DB: d, Kinds: []journal.Kind{{
		Name: "t.person", Schema: 1, Tables: []string{"t_person"},
		Groups: []journal.Group{{Name: "name", Class: journal.Register, Fields: []string{"given", "family"}}, {Name: "allergy", Class: journal.Safety, Fields: []string{"allergy"}}},
		Project: func(tx *db.Tx, d *journal.Doc) error {
			var p struct{ Given, Family string }
			if err := d.Decode(&p); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO t_person (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name", d.ID, p.Given+" "+p.Family)
			return err
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	doc, me := db.NewID(), journal.Author{User: db.NewID()}
	other := journal.Author{User: db.NewID()}
	write := func(f func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Write(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *db.Tx) error {
		return j.Append(tx, me, journal.Change{Kind: "t.person", Doc: doc, Subject: doc, Sensitivity: journal.Identity, Fields: map[string]any{"given": "Almaz", "family": "<T>", "allergy": "none"}})
	})
	var base journal.Base
	write(func(tx *db.Tx) error {
		p, err := j.Load(tx, doc)
		if err != nil {
			return err
		}
		base = p.Version
		return j.Append(tx, me, journal.Change{Kind: "t.person", Doc: doc, Base: p.Version, Fields: map[string]any{"family": "Bekele", "allergy": "penicillin"}})
	})
	write(func(tx *db.Tx) error {
		return j.Append(tx, other, journal.Change{Kind: "t.person", Doc: doc, Base: base, Fields: map[string]any{"given": "Alma", "allergy": "latex"}})
	})
	d.Read(t.Context(), func(tx *db.Tx) error {
		p, err := j.Load(tx, doc)
		t.Logf("%+v %v", p, err)
		r, err := j.Reviews(tx, 10)
		t.Logf("%+v %v", r, err)
		return nil
	})
	v, err := j.Verify(t.Context())
	t.Logf("%+v %v", v, err)
	r, err := j.Rebuild(t.Context(), nil)
	t.Logf("%+v %v", r, err)
	write(func(tx *db.Tx) error { return j.Erase(tx, me, other, doc, "test") })
	v, err = j.Verify(t.Context())
	t.Logf("%+v %v", v, err)
	r, err = j.Rebuild(t.Context(), nil)
	t.Logf("%+v %v", r, err)
	if err := d.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
}
