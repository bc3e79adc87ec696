package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestARebuildFindsAndMendsWhatIsWrong(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		var ids []db.ID
		for i := range 8 {
			ids = append(ids, n.create(fields{"given": fmt.Sprint("P", i), "note": "n"}))
		}
		page := n.load(ids[0]).Version
		n.append(almaz, edit(ids[0], page, fields{"given": "x"}))
		n.append(bruno, edit(ids[0], page, fields{"given": "y"}))
		var want []string
		for _, id := range ids {
			want = append(want, n.row(id))
		}
		n.write(func(tx *db.Tx) error {
			for _, sql := range []string{"UPDATE t_person SET name = 'changed' WHERE name = 'P1'", "DELETE FROM t_person WHERE name = 'P2'",
				"DELETE FROM t_note WHERE doc IN (SELECT id FROM t_person WHERE name IN ('P3', 'P4'))", "UPDATE journal_reviews SET topic = 'other'"} {
				if _, err := tx.Exec(sql); err != nil {
					return err
				}
			}
			_, err := tx.Exec("INSERT INTO t_person (id, name, disputed, error) VALUES (?, 'stray', '', 0)", db.NewID())
			return err
		})
		r, err := n.j.Rebuild(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Same() || r.Documents != 8 || r.Entries != 10 {
			t.Errorf("%+v", r)
		}
		for _, c := range []journal.TableReport{
			{Table: "journal_documents", Before: 8, After: 8},
			{Table: "journal_reviews", Before: 1, After: 1, Changed: 1},
			{Table: "t_note", Before: 6, After: 8, Missing: 2},
			{Table: "t_person", Before: 8, After: 8, Missing: 1, Stray: 1, Changed: 1},
		} {
			if !slices.Contains(r.Tables, c) {
				t.Errorf("want %+v in %+v", c, r.Tables)
			}
		}
		for i, id := range ids {
			wantRow(t, n, id, want[i])
		}
		n.rebuild()
	})
}

func TestACancelledRebuildLeavesEverythingAsItWas(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		for i := range 250 { // more than one page
			n.create(fields{"given": fmt.Sprint(i)})
		}
		n.write(func(tx *db.Tx) error {
			_, err := tx.Exec("UPDATE t_person SET name = 'mark' WHERE name = '0'")
			return err
		})
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		_, err := n.j.Rebuild(ctx, func(done, total int64) {
			if steps++; done >= 200 {
				cancel()
			}
			if total != 250 || done > total {
				t.Errorf("%d of %d", done, total)
			}
		})
		if !errors.Is(err, context.Canceled) || steps < 3 {
			t.Errorf("got %v after %d steps", err, steps)
		}
		var marks, people int
		n.read(func(tx *db.Tx) error {
			return tx.Row("SELECT count(*), sum(CASE WHEN name = 'mark' THEN 1 ELSE 0 END) FROM t_person").Scan(&people, &marks)
		})
		if people != 250 || marks != 1 {
			t.Errorf("%d people, %d marks; want 250 and 1", people, marks)
		}
		n.create(fields{"given": "after"})
		n.verify()
	})
}

func TestReadersSeeTheOldRowsDuringARebuild(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "A"})
		seen := 0
		_, err := n.j.Rebuild(t.Context(), func(done, total int64) {
			if n.row(id) == "A|allergy ?|phone ?|disputed |error false|notes " {
				seen++
			}
		})
		if err != nil || seen < 2 {
			t.Errorf("seen %d times, %v", seen, err)
		}
	})
}

// Two programs: the old one knows t.person, the new one t.visit as well and more
// of t.person.
func TestUnknownFieldsAndKindsAreKeptAndProjectedAfterAnUpgrade(t *testing.T) {
	stores(t, func(t *testing.T, old *node) {
		newer := newNode(t, places()["sqlite"](t), func(o *journal.Options) { o.Kinds = newKinds() })
		newer.write(func(tx *db.Tx) error { _, err := tx.Exec(visits); return err })
		person, visit := newer.create(fields{"given": "A", "language": "amh"}), db.NewID()
		newer.append(almaz, journal.Change{Kind: "t.visit", Doc: visit, Subject: person, Sensitivity: journal.Clinical, Fields: fields{"place": "clinic"}})
		newer.append(bruno, journal.Change{Kind: "t.visit", Doc: visit, Base: newer.load(visit).Version, Fields: fields{"place": "camp"}})

		old.pull(newer)
		old.verify()
		old.rebuild()
		wantRow(t, old, person, "A|allergy ?|phone ?|disputed |error false|notes ")
		d := old.load(person)
		if string(d.Fields["language"]) != `"amh"` {
			t.Errorf("the unknown field is not there: %v", d.Fields)
		}
		old.update(bruno, person, fields{"given": "B"}) // by somebody who does not know the field
		if d := old.load(visit); d.Kind != "t.visit" || string(d.Fields["place"]) != `"camp"` {
			t.Errorf("the unknown kind: %+v", d)
		}
		if err := old.try(almaz, journal.Change{Kind: "t.visit", Doc: visit, Base: old.load(visit).Version}); fault.FieldOf(err) != "kind" {
			t.Errorf("a change of an unknown kind: got %v", err)
		}
		newer.pull(old)
		if d := newer.load(person); string(d.Fields["language"]) != `"amh"` || string(d.Fields["given"]) != `"B"` {
			t.Errorf("the field was lost on the way: %v", d.Fields)
		}

		// The old node is upgraded.
		old.write(func(tx *db.Tx) error { _, err := tx.Exec(visits); return err })
		old.j = newJournal(t, old.d, func(o *journal.Options) { o.Kinds = newKinds() })
		if err := old.j.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, n := range []*node{old, newer} {
			var place, language string
			n.read(func(tx *db.Tx) error {
				if err := tx.Row("SELECT place FROM t_visit WHERE id = ?", visit).Scan(&place); err != nil {
					return err
				}
				return tx.Row("SELECT phone FROM t_person WHERE id = ?", person).Scan(&language)
			})
			if place != "camp" || language != "amh" {
				t.Errorf("got %q, %q", place, language)
			}
			n.rebuild()
		}
		if err := old.j.CatchUp(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

const visits = "CREATE TABLE t_visit (id BYTEA PRIMARY KEY, place TEXT NOT NULL)" // made by hand, on both engines

// newKinds are those of the next version: t.person shows the language where the
// old one had the phone.
func newKinds() []journal.Kind {
	p := personKind()
	p.Schema = 2
	p.Groups = append(p.Groups, journal.Group{Name: "language", Class: journal.Register, Fields: []string{"language"}})
	p.Project = func(tx *db.Tx, d *journal.Doc) error {
		if err := projectPerson(tx, d); err != nil {
			return err
		}
		var l struct {
			Language *string `json:"language"`
		}
		if err := d.Decode(&l); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE t_person SET phone = ? WHERE id = ?", l.Language, d.ID)
		return err
	}
	visit := journal.Kind{Name: "t.visit", Schema: 1, Tables: []string{"t_visit"},
		Groups: []journal.Group{{Name: "visit", Class: journal.Register, Fields: []string{"place"}}},
		Project: func(tx *db.Tx, d *journal.Doc) error {
			var v struct {
				Place string `json:"place"`
			}
			if err := d.Decode(&v); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO t_visit (id, place) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET place = excluded.place", d.ID, v.Place)
			return err
		}}
	return []journal.Kind{p, visit}
}

func TestBadKindsAreRefused(t *testing.T) {
	n := sqliteNode(t)
	for name, k := range map[string]journal.Kind{
		"no name":     {Schema: 1},
		"reserved":    {Name: "journal.x", Schema: 1},
		"no schema":   {Name: "a.b"},
		"no class":    {Name: "a.b", Schema: 1, Groups: []journal.Group{{Name: "g", Fields: []string{"f"}}}},
		"no fields":   {Name: "a.b", Schema: 1, Groups: []journal.Group{{Name: "g", Class: journal.Append}}},
		"field twice": {Name: "a.b", Schema: 1, Groups: []journal.Group{{Name: "g", Class: journal.Append, Fields: []string{"f"}}, {Name: "h", Class: journal.Append, Fields: []string{"f"}}}},
		"group twice": {Name: "a.b", Schema: 1, Groups: []journal.Group{{Name: "g", Class: journal.Append, Fields: []string{"f"}}, {Name: "g", Class: journal.Append, Fields: []string{"h"}}}},
		"bad name":    {Name: "a.b", Schema: 1, Groups: []journal.Group{{Name: "=g", Class: journal.Append, Fields: []string{"f"}}}},
	} {
		if _, err := journal.New(journal.Options{DB: n.d, Kinds: []journal.Kind{k}}); !fault.Is(err, fault.Internal) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	k := personKind()
	if _, err := journal.New(journal.Options{DB: n.d, Kinds: []journal.Kind{k, k}}); !fault.Is(err, fault.Internal) {
		t.Errorf("twice: got %v", err)
	}
}

func TestADocumentOfOneEntryIsNotStoredTwice(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		stored := func(id db.ID) (bytes int) {
			t.Helper()
			n.read(func(tx *db.Tx) error {
				var state []byte
				err := tx.Row("SELECT state FROM journal_documents WHERE id = ?", id).Scan(&state)
				bytes = len(state)
				return err
			})
			return bytes
		}
		id := n.create(fields{"given": "Almaz", "family": "Bekele", "note": "first"})
		if got := stored(id); got != 0 {
			t.Errorf("%d bytes of state beside the entry that says the same", got)
		}
		wantRow(t, n, id, "Almaz Bekele|allergy ?|phone ?|disputed |error false|notes first")
		other := sqliteNode(t)
		other.pull(n)
		wantRow(t, other, id, "Almaz Bekele|allergy ?|phone ?|disputed |error false|notes first")
		n.update(bruno, id, fields{"given": "Alma", "note": "second"})
		if stored(id) == 0 {
			t.Error("a document of two entries has no state")
		}
		other.pull(n)
		for _, m := range []*node{n, other} {
			wantRow(t, m, id, "Alma Bekele|allergy ?|phone ?|disputed |error false|notes first;second")
			m.rebuild()
		}
	})
}
