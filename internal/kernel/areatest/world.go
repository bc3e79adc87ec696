package areatest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

// Both runs a test on SQLite and on PostgreSQL: make gets the database's URL, "" for a
// file of the test's own.
func Both[W any](t *testing.T, make func(t *testing.T, pg string) W, f func(t *testing.T, w W)) {
	t.Run("sqlite", func(t *testing.T) { f(t, make(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, make(t, testkit.Postgres(t))) })
}

// Setup is what an area stands on beside journal, access and places.
type Setup struct {
	Postgres   string // the database's URL; "" is SQLite
	Now        time.Time
	Migrations [][]db.Migration
	Kinds      [][]journal.Kind
	Pages      []page.Area
}

// World is that ground.
type World struct {
	T     testing.TB
	Now   time.Time               // what the clock says; a test sets it
	Staff map[string]access.Actor // by log-in

	Store    *db.DB
	Entries  *journal.Journal
	Gate     *access.Access
	Renderer *page.Renderer
	Houses   *place.Sites
	Atlas    *place.Gazetteer

	mux *http.ServeMux
}

// New opens the database and what stands on it.
func New(t testing.TB, s Setup) *World {
	t.Helper()
	w := &World{T: t, Now: s.Now, Staff: map[string]access.Actor{}, mux: http.NewServeMux()}
	o := db.Options{URL: s.Postgres}
	for _, m := range append([][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations()}, s.Migrations...) {
		o.Migrations = append(o.Migrations, m...)
	}
	if s.Postgres == "" {
		o.Path, o.Unencrypted = filepath.Join(t.TempDir(), "godwit.db"), true
	}
	var err error
	w.Store, err = db.Open(t.Context(), o)
	w.Must(err)
	t.Cleanup(func() { _ = w.Store.Close() })
	var kinds []journal.Kind
	for _, k := range append([][]journal.Kind{access.Kinds(), place.Kinds()}, s.Kinds...) {
		kinds = append(kinds, k...)
	}
	w.Entries, err = journal.New(journal.Options{DB: w.Store, Kinds: kinds, Clock: w.Time})
	w.Must(err)
	w.Renderer, err = page.New(page.Options{Areas: s.Pages, Clock: w.Time})
	w.Must(err)
	w.Gate, err = access.New(access.Options{DB: w.Store, Journal: w.Entries, Clock: w.Time, Cost: access.QuickCost(), Fail: w.Renderer.Error})
	w.Must(err)
	w.Houses, w.Atlas = place.NewSites(w.Store, w.Entries, w.Gate), place.NewGazetteer(w.Store, w.Entries, w.Gate)
	return w
}

// Time is the clock of everything on this ground.
func (w *World) Time() time.Time { return w.Now }

// Employ gives the demo's staff of a site their accounts; what is after a log-in tells
// them from the staff of another site, and only those of these roles come, all where
// none is named.
func (w *World) Employ(site, after string, roles ...string) {
	w.T.Helper()
	for _, u := range access.DemoAccounts([]string{site}, []string{access.All}) {
		if len(roles) > 0 && !slices.Contains(roles, u.User.Login) {
			continue
		}
		u.User.Login += after
		made, err := w.Gate.AddUser(access.Operator(w.T.Context()), u.User, u.Password, false)
		w.Must(err)
		w.Staff[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes,
			Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
	}
}

// Build saves sites as the administrator.
func (w *World) Build(sites ...place.Site) {
	w.T.Helper()
	for _, s := range sites {
		w.Must(w.Houses.Save(w.As("administrator"), s))
	}
}

// Serve adds pages, which Get and Post open.
func (w *World) Serve(routes ...func(*http.ServeMux)) {
	for _, r := range routes {
		r(w.mux)
	}
}

// Must ends the test on an error.
func (w *World) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// As is the context of somebody who is logged in.
func (w *World) As(login string) context.Context {
	w.T.Helper()
	a, ok := w.Staff[login]
	if !ok {
		w.T.Fatalf("no user %q", login)
	}
	return access.With(w.T.Context(), a)
}

// Get opens a path as somebody: the status and the page, or where it leads.
func (w *World) Get(login, path string) (int, string) {
	w.T.Helper()
	return w.Ask(login, httptest.NewRequest(http.MethodGet, path, nil))
}

// Post sends a form as somebody.
func (w *World) Post(login, path string, form url.Values) (int, string) {
	w.T.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.Ask(login, r)
}

// Ask sends a request as somebody.
func (w *World) Ask(login string, r *http.Request) (int, string) {
	w.T.Helper()
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r.WithContext(w.As(login)))
	if to := rec.Header().Get("Location"); to != "" {
		return rec.Code, to
	}
	return rec.Code, rec.Body.String()
}

var tags = regexp.MustCompile(`<[^>]*>`)

// Reads is what a page reads like: without tags and marks of direction, with single
// spaces.
func Reads(body string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(tags.ReplaceAllString(body, " "))), " ")
}

// Says fails unless a page says all of these words.
func (w *World) Says(body string, words ...string) {
	w.T.Helper()
	read := Reads(body)
	for _, p := range words {
		if !strings.Contains(read, p) {
			w.T.Errorf("%q is not in %.2500s", p, read)
		}
	}
}
