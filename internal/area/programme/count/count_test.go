package count_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/programme/count"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func kinds() []journal.Kind {
	var all []journal.Kind
	for _, k := range [][]journal.Kind{people.Kinds(), order.Kinds(), encounter.Kinds()} {
		all = append(all, k...)
	}
	return all
}

type world struct{ *areatest.World }

func newWorld(t *testing.T, pg string) *world {
	return &world{areatest.New(t, areatest.Setup{Postgres: pg, Now: now, Migrations: [][]db.Migration{tally.Migrations(), people.Migrations(), order.Migrations(), encounter.Migrations(), count.Migrations()},
		Kinds: [][]journal.Kind{count.Counting(kinds())}})}
}

var author = journal.Author{User: db.ID{15: 9}}

func (w *world) write(j *journal.Journal, c journal.Change) db.ID {
	w.T.Helper()
	if c.Doc.IsZero() {
		c.Doc = db.NewID()
	}
	w.Must(w.Store.Write(w.T.Context(), func(tx *db.Tx) error {
		if d, err := j.Load(tx, c.Doc); err == nil {
			c.Base = d.Version
		}
		c.Site, c.Sensitivity = "CAMP", journal.Clinical
		return j.Append(tx, author, c)
	}))
	return c.Doc
}

func (w *world) person(sex, birth string) db.ID {
	id := db.NewID()
	w.write(w.Entries, journal.Change{Kind: "people.person", Doc: id, Subject: id, Fields: map[string]any{"sex": sex, "birth": birth}})
	return id
}

func visit(person db.ID, day calendar.Day) journal.Change {
	return journal.Change{Kind: "care.encounter", Subject: person, Sensitivity: journal.Clinical, Fields: map[string]any{"pack": "phc-adult", "code": "TRIAGE", "day": day, "where": "home"}}
}

// total sums a counter of a month with what its cells are told apart by.
func (w *world) total(counter string, day calendar.Day, want string) {
	w.T.Helper()
	got := ""
	w.Must(w.Store.Read(w.T.Context(), func(tx *db.Tx) error {
		list, err := tally.Sum(tx, counter, count.Month(day), count.Month(day)+27, 0, 1, 2, 3, 6)
		for _, c := range list {
			got += fmt.Sprintf("%s %d\n", c.Dims, c.N)
		}
		return err
	}))
	if got != want {
		w.T.Errorf("%s:\n%swant\n%s", counter, got, want)
	}
}

var day = calendar.DayOf(2026, 11, 10)

// Somebody who comes three times in a month is three contacts and one person, also when
// an earlier day comes later, and moves where the record of who they are changes.
func TestAPersonIsCountedOnceAMonth(t *testing.T) {
	areatest.Both(t, newWorld, func(t *testing.T, w *world) {
		p := w.person("female", "1990-05-01")
		w.write(w.Entries, visit(p, day))
		last := w.write(w.Entries, visit(p, day+10))
		w.write(w.Entries, visit(p, day-3))
		open := visit(p, day)
		delete(open.Fields, "where")
		w.write(w.Entries, open)
		w.total(count.CounterContact, day, "[CAMP phc-adult/TRIAGE f 25 u] 3\n")
		w.total(count.CounterMonth, day, "[* * f 25 u] 1\n[* phc-adult f 25 u] 1\n[CAMP * f 25 u] 1\n[CAMP phc-adult f 25 u] 1\n")
		w.total(count.CounterRegistered, day, "[CAMP  f 25 u] 1\n")

		w.write(w.Entries, journal.Change{Kind: "people.person", Doc: p, Subject: p, Fields: map[string]any{"sex": "male"}})
		w.write(w.Entries, journal.Change{Kind: "people.protection", Subject: p, Fields: map[string]any{"legal_status": "asylum_seeker"}})
		w.total(count.CounterContact, day, "[CAMP phc-adult/TRIAGE m 25 refugee] 3\n")
		w.total(count.CounterMonth, day, "[* * m 25 refugee] 1\n[* phc-adult m 25 refugee] 1\n[CAMP * m 25 refugee] 1\n[CAMP phc-adult m 25 refugee] 1\n")

		w.write(w.Entries, journal.Change{Kind: "care.encounter", Doc: last, Subject: p, Sensitivity: journal.Clinical, EnteredInError: true})
		w.total(count.CounterContact, day, "[CAMP phc-adult/TRIAGE m 25 refugee] 2\n")
		if r, err := w.Entries.Rebuild(t.Context(), nil); err != nil || !r.Same() {
			t.Fatalf("%v %+v", err, r)
		}
		w.total(count.CounterContact, day, "[CAMP phc-adult/TRIAGE m 25 refugee] 2\n")
		w.total(count.CounterMonth, day, "[* * m 25 refugee] 1\n[* phc-adult m 25 refugee] 1\n[CAMP * m 25 refugee] 1\n[CAMP phc-adult m 25 refugee] 1\n")
	})
}

// An encounter that comes before the record of whom it is about is counted as of nobody
// known, and told apart when the record has come.
func TestARecordThatComesLater(t *testing.T) {
	areatest.Both(t, newWorld, func(t *testing.T, w *world) {
		p := db.NewID()
		w.write(w.Entries, visit(p, day))
		w.total(count.CounterContact, day, "[CAMP phc-adult/TRIAGE u u u] 1\n")
		w.write(w.Entries, journal.Change{Kind: "people.person", Doc: p, Subject: p, Fields: map[string]any{"sex": "female", "birth": "2026"}})
		w.total(count.CounterContact, day, "[CAMP phc-adult/TRIAGE f 0 u] 1\n")
	})
}

// What was in the journal before there were counts is counted once the migration ran.
func TestOldDataIsCounted(t *testing.T) {
	areatest.Both(t, newWorld, func(t *testing.T, w *world) {
		bare, err := journal.New(journal.Options{DB: w.Store, Kinds: kinds(), Clock: w.Time})
		w.Must(err)
		w.Must(bare.CatchUp(t.Context()))
		p := db.NewID()
		w.write(bare, journal.Change{Kind: "people.person", Doc: p, Subject: p, Fields: map[string]any{"sex": "male", "birth": "1950-01-01"}})
		w.write(bare, visit(p, day))
		w.total(count.CounterContact, day, "")
		w.Must(w.Store.Write(t.Context(), func(tx *db.Tx) error {
			for _, stmt := range count.Again() {
				if _, err := tx.Exec(stmt); err != nil {
					return err
				}
			}
			return nil
		}))
		w.Must(w.Entries.CatchUp(t.Context()))
		w.Must(w.Entries.CatchUp(t.Context()))
		w.total(count.CounterContact, day, "[CAMP phc-adult/TRIAGE m 60 u] 1\n")
	})
}
