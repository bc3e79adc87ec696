package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/godwit-health/godwit/internal/edge/backup"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// A planted word that no file but an opened archive may hold.
const planted = "Quetzalcoatlus"

var (
	made   = time.Date(2027, 3, 14, 4, 0, 0, 0, time.UTC)
	anna   = journal.Author{User: db.ID{1, 1}}
	bruno  = journal.Author{User: db.ID{2, 2}}
	secret = bytes.Repeat([]byte{7}, key.Size)
)

const noteTables = `
CREATE TABLE t_note (doc BLOB PRIMARY KEY, body TEXT NOT NULL, weight REAL, empty BLOB NOT NULL, none TEXT);
CREATE TABLE t_line (no INTEGER PRIMARY KEY, what TEXT NOT NULL);
CREATE TABLE t_machine (no INTEGER PRIMARY KEY, what TEXT NOT NULL);
INSERT INTO t_line (no, what) VALUES (1, 'what the migration puts there');`

func noteMigrations() []db.Migration {
	return append(append(journal.Migrations(), backup.Migrations()...), db.Migration{Area: "t", Number: 1, SQL: noteTables})
}

func noteKinds() []journal.Kind {
	return []journal.Kind{{Name: "t.note", Schema: 1, Tables: []string{"t_note"},
		Groups: []journal.Group{{Name: "text", Class: journal.Register, Fields: []string{"text", "weight"}}},
		Project: func(tx *db.Tx, d *journal.Doc) error {
			var n struct {
				Text   string   `json:"text"`
				Weight *float64 `json:"weight"`
			}
			if err := d.Decode(&n); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO t_note (doc, body, weight, empty, none) VALUES (?, ?, ?, ?, NULL)
				ON CONFLICT (doc) DO UPDATE SET body = excluded.body, weight = excluded.weight`, d.ID, n.Text, n.Weight, []byte{})
			return err
		}}}
}

// store is one database.
type store struct {
	t testing.TB
	o db.Options
	d *db.DB
	j *journal.Journal
}

var engines = []string{"sqlite", "postgres"}

func optionsOf(t testing.TB, engine string) db.Options {
	if engine == "postgres" {
		return db.Options{URL: testkit.Postgres(t)}
	}
	return db.Options{Path: filepath.Join(t.TempDir(), "node.db"), Key: key.Plain(secret)}
}

func openStore(t testing.TB, o db.Options, list []db.Migration) *store {
	t.Helper()
	o.Migrations = list
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	j, err := journal.New(journal.Options{DB: d, Kinds: noteKinds()})
	if err != nil {
		t.Fatal(err)
	}
	return &store{t, o, d, j}
}

func newStore(t testing.TB, engine string) *store {
	return openStore(t, optionsOf(t, engine), noteMigrations())
}

func (s *store) write(f func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Write(s.t.Context(), f); err != nil {
		s.t.Fatal(err)
	}
}

// note writes a document.
func (s *store) note(text string, weight float64) db.ID {
	s.t.Helper()
	id := db.NewID()
	s.write(func(tx *db.Tx) error {
		return s.j.Append(tx, anna, journal.Change{Kind: "t.note", Doc: id, Sensitivity: journal.Clinical, Site: "NBO", Purpose: "care",
			Fields: map[string]any{"text": text, "weight": weight}})
	})
	return id
}

// filled is a store with notes, an erased one, rows of no journal, and what belongs
// to the machine.
func filled(t testing.TB, engine string, notes int) *store {
	s := newStore(t, engine)
	for i := range notes {
		s.note(fmt.Sprintf("%s %d “ünïcode” %s", planted, i, strings.Repeat("long ", i%50)), float64(i)/3)
	}
	gone := s.note("to be erased", 1)
	s.write(func(tx *db.Tx) error { return s.j.Erase(tx, anna, bruno, gone, "asked") })
	s.write(func(tx *db.Tx) error {
		if _, err := tx.Exec("INSERT INTO t_line (no, what) VALUES (41, ?)", "beside the journal"); err != nil {
			return err
		}
		_, err := tx.Exec("INSERT INTO t_machine (no, what) VALUES (1, ?)", "a log-in under way")
		return err
	})
	return s
}

func (s *store) source() backup.Source {
	return backup.Source{DB: s.d, Journal: s.j, Program: "1.2.3", Made: made, Leave: append(backup.OwnTables(), "t_machine"),
		Files: map[string][]byte{"demo": []byte("mark")}}
}

var identity, _ = age.GenerateX25519Identity()

// archive is a sealed archive of the store.
func (s *store) archive() []byte {
	s.t.Helper()
	var b bytes.Buffer
	w, err := backup.Seal(&b, []age.Recipient{identity.Recipient()})
	if err == nil {
		_, err = backup.Write(s.t.Context(), w, s.source(), nil)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return b.Bytes()
}

// restore loads an archive into a new database, as the program does.
func restore(t testing.TB, ctx context.Context, r io.Reader, o db.Options, ids ...age.Identity) (*backup.Reader, error) {
	plain, err := backup.Unseal(r, ids)
	if err != nil {
		return nil, err
	}
	a, err := backup.NewReader(plain)
	if err != nil {
		return nil, err
	}
	t.Cleanup(a.Close)
	if o.Migrations, err = a.Tables(noteMigrations()); err != nil {
		return a, err
	}
	d, err := db.Open(ctx, o)
	if err != nil {
		return a, err
	}
	defer d.Close()
	_, err = a.Load(ctx, d, nil)
	return a, err
}

// all are the rows of every table that an archive holds, as text, sorted.
func (s *store) all() map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	err := s.d.Read(s.t.Context(), func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			if slices.Contains(s.source().Leave, table.Name) || table.Name == "godwit_migrations" {
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
			out[table.Name] = []string{}
			for rows.Next() {
				if err := rows.Scan(into...); err != nil {
					return err
				}
				b, _ := json.Marshal(cells)
				out[table.Name] = append(out[table.Name], fmt.Sprintf("%T %s", cells, b))
			}
			if err := rows.Close(); err != nil {
				return err
			}
			slices.Sort(out[table.Name])
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func compare(t testing.TB, want, got map[string][]string) {
	t.Helper()
	for table, rows := range want {
		if !reflect.DeepEqual(rows, got[table]) {
			t.Errorf("%s: %d rows were written and %d restored, or they differ", table, len(rows), len(got[table]))
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d tables were written and %d restored", len(want), len(got))
	}
}
