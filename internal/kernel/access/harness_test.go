package access

import (
	"bytes"
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// cheap is an argon2id cost for tests.
var cheap = Cost{Memory: 64, Time: 1, Threads: 1}

// fakeClock stands still until it is moved.
type fakeClock struct {
	sync.Mutex
	at time.Time
}

func newFakeClock() *fakeClock { return &fakeClock{at: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)} }

func (c *fakeClock) now() time.Time {
	c.Lock()
	defer c.Unlock()
	return c.at
}

func (c *fakeClock) move(d time.Duration) {
	c.Lock()
	defer c.Unlock()
	c.at = c.at.Add(d)
}

type world struct {
	*Access
	db      *db.DB
	journal *journal.Journal
	clock   *fakeClock
	options Options
}

// engines runs a test on both databases.
func engines(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, db.Options{})) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, db.Options{URL: testkit.Postgres(t)})) })
}

func newWorld(t *testing.T, o db.Options) *world {
	t.Helper()
	if o.URL == "" {
		o.Path, o.Key = filepath.Join(t.TempDir(), "godwit.db"), key.Plain(bytes.Repeat([]byte{7}, 32))
	}
	o.Migrations = append(append(journal.Migrations(), Migrations()...), db.Migration{Area: "test", Number: 1, SQL: `
		CREATE TABLE rows_of_a_list (n INTEGER NOT NULL PRIMARY KEY, subject BLOB, site TEXT NOT NULL, programme TEXT NOT NULL,
			sensitivity INTEGER NOT NULL, station TEXT NOT NULL, shift TEXT NOT NULL)`})
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{db: d, clock: newFakeClock()}
	w.journal, err = journal.New(journal.Options{DB: d, Kinds: Kinds(), Clock: w.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	w.options = Options{DB: d, Journal: w.journal, Clock: w.clock.now, Cost: cheap}
	w.restart(t)
	return w
}

// restart makes the gate anew, as a new process would.
func (w *world) restart(t *testing.T) {
	t.Helper()
	a, err := New(w.options)
	if err != nil {
		t.Fatal(err)
	}
	w.Access = a
}

const goodPassword = "heron walks on warm mud"

// add makes a user of some roles at KLA for programme immigrant.
func (w *world) add(t *testing.T, login string, roles ...Role) User {
	t.Helper()
	u, err := w.AddUser(Operator(t.Context()), User{
		Login: login, Name: "Test Person", Roles: roles, Sites: []string{"KLA"}, Programmes: []string{"immigrant"}, Ceiling: "sensitive",
	}, goodPassword, false)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// as is a context in which the user acts.
func as(ctx context.Context, u User) context.Context { return With(ctx, u.actor()) }

// settled is the standing of somebody about whom everything is known and nothing
// is to be feared.
func settled(site string) Standing {
	return Standing{
		Resource:  Resource{Kind: "people.person", Site: site, Sensitivity: journal.Identity},
		Protected: value.No, Nationalities: []string{"ETH"}, Told: true,
	}
}
