package journal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

// Some tests start this binary again as another process of the same node.
func TestMain(m *testing.M) {
	if role := os.Getenv("GODWIT_JOURNAL_CHILD"); role != "" {
		os.Exit(child(role))
	}
	testkit.Main(m)
}

var testKey = bytes.Repeat([]byte{5}, key.Size)

// Officers of the tests.
var (
	almaz = journal.Author{User: db.ID{1, 1}}
	bruno = journal.Author{User: db.ID{2, 2}}
)

// The kind of the tests: one group of each class, and a field in none.
const personTables = `
CREATE TABLE t_person (id BLOB PRIMARY KEY, name TEXT NOT NULL, allergy TEXT, phone TEXT, disputed TEXT NOT NULL, error INTEGER NOT NULL);
CREATE TABLE t_note (doc BLOB NOT NULL, n INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (doc, n)) WITHOUT ROWID;
CREATE INDEX t_person_name ON t_person (name);
CREATE TABLE t_dose (doc BLOB PRIMARY KEY, what TEXT NOT NULL, error INTEGER NOT NULL);`

func personKind() journal.Kind {
	return journal.Kind{
		Name: "t.person", Schema: 1, Tables: []string{"t_person", "t_note"},
		Groups: []journal.Group{
			{Name: "name", Class: journal.Register, Fields: []string{"given", "family"}},
			{Name: "allergy", Class: journal.Safety, Fields: []string{"allergy", "reaction"}},
			{Name: "notes", Class: journal.Append, Fields: []string{"note"}},
		},
		Project: projectPerson,
	}
}

func projectPerson(tx *db.Tx, d *journal.Doc) error {
	var p struct {
		Given   string  `json:"given"`
		Family  string  `json:"family"`
		Allergy *string `json:"allergy"`
		Phone   *string `json:"phone"`
	}
	if err := d.Decode(&p); err != nil {
		return err
	}
	var disputed []string
	for g := range d.Disputed {
		disputed = append(disputed, g)
	}
	slices.Sort(disputed)
	_, err := tx.Exec(`INSERT INTO t_person (id, name, allergy, phone, disputed, error) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, allergy = excluded.allergy, phone = excluded.phone,
		disputed = excluded.disputed, error = excluded.error`,
		d.ID, strings.TrimSpace(p.Given+" "+p.Family), p.Allergy, p.Phone, strings.Join(disputed, ","), d.Error)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("DELETE FROM t_note WHERE doc = ?", d.ID); err != nil {
		return err
	}
	for i, item := range d.Items("notes") {
		var note string
		if err := json.Unmarshal(item.Fields["note"], &note); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO t_note (doc, n, note) VALUES (?, ?, ?)", d.ID, i, note); err != nil {
			return err
		}
	}
	return nil
}

func migrations() []db.Migration {
	return append(journal.Migrations(), db.Migration{Area: "t", Number: 1, SQL: personTables})
}

// node is one installation.
type node struct {
	t *testing.T
	o db.Options
	d *db.DB
	j *journal.Journal
}

// stores runs a test on every engine: the conformance suite.
func stores(t *testing.T, test func(t *testing.T, n *node)) {
	for engine, place := range places() {
		t.Run(engine, func(t *testing.T) { test(t, newNode(t, place(t))) })
	}
}

func places() map[string]func(*testing.T) db.Options {
	return map[string]func(*testing.T) db.Options{
		"sqlite": func(t *testing.T) db.Options {
			return db.Options{Path: filepath.Join(t.TempDir(), "node.db"), Key: key.Plain(testKey)}
		},
		"postgres": func(t *testing.T) db.Options { return db.Options{URL: testkit.Postgres(t)} },
	}
}

func sqliteNode(t *testing.T) *node { return newNode(t, places()["sqlite"](t)) }

func newNode(t *testing.T, o db.Options, more ...func(*journal.Options)) *node {
	t.Helper()
	o.Migrations = migrations()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return &node{t, o, d, newJournal(t, d, more...)}
}

func newJournal(t *testing.T, d *db.DB, more ...func(*journal.Options)) *journal.Journal {
	t.Helper()
	o := journal.Options{DB: d, Kinds: []journal.Kind{personKind(), doseKind(), {Name: "t.guest", Schema: 1, Until: "until"}}}
	for _, f := range more {
		f(&o)
	}
	j, err := journal.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// try appends and answers the error.
func (n *node) try(by journal.Author, c ...journal.Change) error {
	return n.d.Write(context.Background(), func(tx *db.Tx) error { return n.j.Append(tx, by, c...) })
}

func (n *node) append(by journal.Author, c ...journal.Change) {
	n.t.Helper()
	if err := n.try(by, c...); err != nil {
		n.t.Fatal(err)
	}
}

type fields = map[string]any

// create makes a person and answers its id.
func (n *node) create(f fields) db.ID {
	n.t.Helper()
	id := db.NewID()
	n.append(almaz, newPerson(id, f))
	return id
}

func newPerson(id db.ID, f fields) journal.Change {
	return journal.Change{Kind: "t.person", Doc: id, Subject: id, Site: "centre", Programme: "assessment",
		Sensitivity: journal.Clinical, Purpose: "care", Fields: f}
}

// edit is a change by someone who saw base.
func edit(id db.ID, base journal.Base, f fields) journal.Change {
	return journal.Change{Kind: "t.person", Doc: id, Base: base, Purpose: "care", Fields: f}
}

// update changes what is there now.
func (n *node) update(by journal.Author, id db.ID, f fields) {
	n.t.Helper()
	n.append(by, edit(id, n.load(id).Version, f))
}

func (n *node) read(f func(tx *db.Tx) error) {
	n.t.Helper()
	if err := n.d.Read(context.Background(), f); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) write(f func(tx *db.Tx) error) {
	n.t.Helper()
	if err := n.d.Write(context.Background(), f); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) load(id db.ID) *journal.Doc {
	n.t.Helper()
	var d *journal.Doc
	n.read(func(tx *db.Tx) (err error) { d, err = n.j.Load(tx, id); return err })
	return d
}

// row is the projected person, in words.
func (n *node) row(id db.ID) string {
	n.t.Helper()
	var name, disputed string
	var allergy, phone *string
	var isError bool
	var notes []string
	err := n.d.Read(context.Background(), func(tx *db.Tx) error {
		err := tx.Row("SELECT name, allergy, phone, disputed, error FROM t_person WHERE id = ?", id).Scan(&name, &allergy, &phone, &disputed, &isError)
		if err != nil {
			return err
		}
		rows, err := tx.Query("SELECT note FROM t_note WHERE doc = ? ORDER BY n", id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			notes = append(notes, s)
		}
		return rows.Err()
	})
	if fault.Is(err, fault.NotFound) {
		return "none"
	}
	if err != nil {
		n.t.Fatal(err)
	}
	or := func(s *string) string {
		if s == nil {
			return "?"
		}
		return *s
	}
	return fmt.Sprintf("%s|allergy %s|phone %s|disputed %s|error %v|notes %s", name, or(allergy), or(phone), disputed, isError, strings.Join(notes, ";"))
}

// verify fails the test unless every chain holds.
func (n *node) verify() journal.VerifyReport {
	n.t.Helper()
	r, err := n.j.Verify(context.Background())
	if err != nil {
		n.t.Fatal(err)
	}
	if !r.OK() {
		n.t.Fatalf("the chain is broken: %v", r.Problems)
	}
	return r
}

// rebuild fails the test unless the tables hold what the journal says.
func (n *node) rebuild() journal.RebuildReport {
	n.t.Helper()
	r, err := n.j.Rebuild(context.Background(), nil)
	if err != nil {
		n.t.Fatal(err)
	}
	if !r.Same() {
		n.t.Fatalf("a rebuild gives other rows: %+v", r.Tables)
	}
	return r
}

// entries reads everything that this node has, origin by origin.
func (n *node) entries() []journal.Entry {
	n.t.Helper()
	var all []journal.Entry
	n.read(func(tx *db.Tx) error {
		all = nil
		heads, err := n.j.Heads(tx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			e, err := n.j.After(tx, h.Origin, 0, 1<<20)
			if err != nil {
				return err
			}
			all = append(all, e...)
		}
		return nil
	})
	return all
}

// pull applies what other has and n has not.
func (n *node) pull(other *node) {
	n.t.Helper()
	if err := n.j.Apply(context.Background(), other.missing(n)); err != nil {
		n.t.Fatal(err)
	}
}

// missing reads what n has and other has not.
func (n *node) missing(other *node) []journal.Entry {
	n.t.Helper()
	have := make(map[journal.Origin]uint64)
	other.read(func(tx *db.Tx) error {
		heads, err := other.j.Heads(tx)
		for _, h := range heads {
			have[h.Origin] = h.Seq
		}
		return err
	})
	return slices.DeleteFunc(n.entries(), func(e journal.Entry) bool { return e.Version.Seq <= have[e.Version.Origin] })
}

func (n *node) reviews() (open []string) {
	n.t.Helper()
	n.read(func(tx *db.Tx) error {
		open = nil
		all, err := n.j.Reviews(tx, 100)
		for _, r := range all {
			open = append(open, r.Topic)
		}
		return err
	})
	slices.Sort(open)
	return open
}

// clockAt is a clock that a test sets.
type clockAt struct{ time.Time }

func (c *clockAt) now() time.Time { return c.Time }

func wantCode(t *testing.T, err error, want fault.Code, key string) {
	t.Helper()
	if !fault.Is(err, want) || fault.KeyOf(err) != key {
		t.Fatalf("got %v, want %s [%s]", err, want, key)
	}
}

func wantRow(t *testing.T, n *node, id db.ID, want string) {
	t.Helper()
	if got := n.row(id); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func with(o db.Options, m []db.Migration) db.Options {
	o.Migrations = m
	return o
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
