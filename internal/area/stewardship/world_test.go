package stewardship

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this area with people below it, on a real database, and users.
type world struct {
	*Service
	t      *testing.T
	folder string
	clock  time.Time
	people *people.Service
	users  map[string]access.Actor
	pages  http.Handler
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{t: t, folder: t.TempDir(), clock: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), users: map[string]access.Actor{}}
	now := func() time.Time { return w.clock }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), Migrations()} {
		migrations = append(migrations, m...)
	}
	// Unencrypted, so that a test can look for words in the file.
	o := db.Options{URL: pg, Migrations: migrations}
	if pg == "" {
		o.Path, o.Unencrypted = filepath.Join(w.folder, "godwit.db"), true
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	kinds := append(append(append(people.Kinds(), place.Kinds()...), access.Kinds()...), Kinds()...)
	// Of an area that this one knows nothing of.
	kinds = append(kinds, journal.Kind{Name: "future.kind", Schema: 1, Project: func(*db.Tx, *journal.Doc) error { return nil }})
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := page.New(page.Options{Areas: []page.Area{Pages()}, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now, Cost: access.QuickCost(), Fail: pages.Error})
	if err != nil {
		t.Fatal(err)
	}
	sites := place.NewSites(d, j, a)
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Pages: pages, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.people, Clock: now,
		Units: unitsOf(w), Renew: w.people.RenewFamily,
		Areas: []Area{{Kinds: []string{"people.person", "people.stay"}, MaySettle: w.people.MaySettle, Settled: w.people.Settled}}})
	if err := a.Register(w.Outlets()...); err != nil {
		t.Fatal(err)
	}
	for _, u := range access.DemoAccounts([]string{"KLA"}, []string{access.All}) {
		made, err := a.AddUser(access.Operator(t.Context()), u.User, u.Password, false)
		if err != nil {
			t.Fatal(err)
		}
		w.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes,
			Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
	}
	if err := sites.Save(w.as("administrator"), place.Site{Code: "KLA", Kind: place.Centre, Names: map[string]string{"en": "Kampala"}, Country: "UGA", ConsentAge: 16}); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	w.Routes(mux)
	w.pages = mux
	return w
}

// as is a context in which a demo user acts.
func (w *world) as(login string) context.Context { return access.With(w.t.Context(), w.users[login]) }

// register makes a person at Kampala.
func (w *world) register(family string) db.ID {
	w.t.Helper()
	born, _ := calendar.OfYear(1990)
	out, err := w.people.Register(w.as("reception"), people.Registration{ID: db.NewID(), Person: people.Person{
		FamilyLatin: family, GivenLatin: "Selam", Birth: born, Sex: people.Female, Languages: []string{"fr"}, Nationalities: []string{"ETH"}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.ID
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// get and post ask a page as a demo user ("" is nobody), without the gate before
// it: the services must check by themselves.
func (w *world) get(login, path string) (int, string) {
	w.t.Helper()
	return w.ask(login, httptest.NewRequest(http.MethodGet, path, nil))
}

func (w *world) post(login, path string, form url.Values) (int, string) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.ask(login, r)
}

func (w *world) ask(login string, r *http.Request) (int, string) {
	w.t.Helper()
	if login != "" {
		r = r.WithContext(w.as(login))
	}
	rec := httptest.NewRecorder()
	w.pages.ServeHTTP(rec, r)
	body := rec.Body.String()
	if to := rec.Header().Get("Location"); to != "" {
		body = to
	}
	return rec.Code, body
}

var tags = regexp.MustCompile(`<[^>]*>`)

// want looks for texts in a page, in its markup or in what it reads like.
func (w *world) want(what, text string, parts ...string) {
	w.t.Helper()
	read := strings.Join(strings.Fields(tags.ReplaceAllString(text, "")), " ")
	for _, p := range parts {
		if !strings.Contains(text, p) && !strings.Contains(read, p) {
			w.t.Errorf("%s: %q is not in %.800s", what, p, read)
		}
	}
}

// onDisk reports whether words stand in any file of the folder, in capitals or not.
func (w *world) onDisk(words string) bool {
	w.t.Helper()
	found := false
	w.must(filepath.WalkDir(w.folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		found = found || bytes.Contains(bytes.ToLower(b), bytes.ToLower([]byte(words)))
		return err
	}))
	return found
}

func unitsOf(w *world) func(tx *db.Tx, person db.ID) ([]Unit, error) {
	return func(tx *db.Tx, person db.ID) ([]Unit, error) {
		all, err := w.people.SharedUnits(tx, person)
		out := make([]Unit, len(all))
		for i, u := range all {
			out[i] = Unit{Doc: u.ID, Kind: u.Kind, Others: u.Others, Text: u.Note}
		}
		return out, err
	}
}
