package people

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is a whole service on a real database, with two sites and users.
type world struct {
	*Service
	j     *journal.Journal
	clock time.Time
	users map[access.Role]db.ID
	t     testing.TB
}

// both runs a test on SQLite and on PostgreSQL.
func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	migrations := append(journal.Migrations(), access.Migrations()...)
	migrations = append(append(migrations, place.Migrations()...), Migrations()...)
	o := db.Options{URL: url, Migrations: migrations}
	if url == "" {
		o.Path, o.Key = filepath.Join(t.TempDir(), "godwit.db"), key.Plain(bytes.Repeat([]byte{7}, 32))
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	w := &world{t: t, users: map[access.Role]db.ID{}, clock: time.Date(2026, 11, 22, 9, 30, 0, 0, time.Local)}
	now := func() time.Time { return w.clock }
	kinds := append(append(Kinds(), place.Kinds()...), access.Kinds()...)
	if w.j, err = journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now}); err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Options{DB: d, Journal: w.j, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	sites := place.NewSites(d, w.j, a)
	w.Service = New(Deps{DB: d, Journal: w.j, Access: a, Sites: sites, Clock: now})
	for _, s := range []place.Site{
		{Code: "KLA", Kind: place.Centre, Names: map[string]string{"en": "Kampala"}, Country: "UGA", Stations: []string{"reception", "nurse"}, ConsentAge: 16},
		{Code: "NBO", Kind: place.Centre, Names: map[string]string{"en": "Nairobi"}, Country: "KEN"},
	} {
		if err := sites.Save(w.as(access.Administrator), s); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// as is a context in which somebody of a role at Kampala works.
func (w *world) as(r access.Role) context.Context { return w.at(r, "KLA") }

func (w *world) at(r access.Role, site string) context.Context {
	id, ok := w.users[r]
	if !ok {
		id = db.NewID()
		w.users[r] = id
	}
	return w.user(id, r, site)
}

func (w *world) user(id db.ID, r access.Role, site string) context.Context {
	return access.With(w.t.Context(), access.Actor{User: id, Login: string(r), Roles: []access.Role{r}, Sites: []string{site},
		Programmes: []string{access.All}, Sensitivity: journal.Sensitive, Purpose: access.OrdinaryPurpose([]access.Role{r})})
}

// register registers a person at reception and fails the test otherwise.
func (w *world) register(p Person) db.ID {
	w.t.Helper()
	out, err := w.Register(w.as(access.Reception), Registration{ID: db.NewID(), Person: p})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(out.Likely) > 0 {
		w.t.Fatalf("held back as a likely double: %+v", out.Likely)
	}
	return out.ID
}

func (w *world) open(id db.ID, r access.Role) Record {
	w.t.Helper()
	rec, err := w.Open(w.as(r), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return rec
}

func (w *world) read(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.DB.Read(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) today() calendar.Date { return w.Today().Date() }
