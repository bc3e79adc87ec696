package ready

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
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

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database: site BUS, and the points BUSIA, which the
// gazetteer gives to BUS, GULU, of which only SiteOf knows whose it is, and PATH, an
// unofficial crossing.
type world struct {
	*Service
	t     *testing.T
	clock time.Time
	users map[string]access.Actor
	pages http.Handler
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{t: t, clock: sampleNow, users: map[string]access.Actor{}}
	now := func() time.Time { return w.clock }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), Migrations()} {
		migrations = append(migrations, m...)
	}
	o := db.Options{URL: pg, Migrations: migrations}
	if pg == "" {
		o.Path, o.Unencrypted = filepath.Join(t.TempDir(), "godwit.db"), true
	}
	d, err := db.Open(t.Context(), o)
	w.must(err)
	t.Cleanup(func() { _ = d.Close() })
	var kinds []journal.Kind
	for _, k := range [][]journal.Kind{place.Kinds(), access.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now})
	w.must(err)
	pages, err := page.New(page.Options{Areas: []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, Pages()}, Clock: now})
	w.must(err)
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now, Cost: access.QuickCost(), Fail: pages.Error})
	w.must(err)
	w.must(a.Register(Outlets()...))
	sites, places := place.NewSites(d, j, a), place.NewGazetteer(d, j, a)
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Points: places, Clock: now,
		SiteOf: func(_ *db.Tx, point string) (string, error) { return map[string]string{"GULU": "BUS"}[point], nil }})
	for _, u := range access.DemoAccounts([]string{"BUS"}, []string{access.All}) {
		made, err := a.AddUser(access.Operator(t.Context()), u.User, u.Password, false)
		w.must(err)
		w.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes,
			Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
	}
	w.must(sites.Save(w.as("administrator"), place.Site{Code: "BUS", Kind: place.Entry, Names: map[string]string{"en": "Busia site"}, Country: "UGA", ConsentAge: 16}))
	for _, p := range []place.Point{{Code: "BUSIA", Kind: place.GroundCrossing, Names: map[string]string{"en": "Busia crossing"}, Country: "UGA", Faces: "KEN", Site: "BUS"},
		{Code: "GULU", Kind: place.BusPark, Names: map[string]string{"en": "Gulu park"}, Country: "UGA"},
		{Code: "PATH", Kind: place.UnofficialCrossing, Names: map[string]string{"en": "Forest path"}, Country: "UGA", Faces: "KEN", Guarded: true}} {
		_, err := places.SavePoint(w.as("administrator"), p)
		w.must(err)
	}
	mux := http.NewServeMux()
	w.Routes(mux)
	w.pages = mux
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) as(login string) context.Context {
	w.t.Helper()
	a, ok := w.users[login]
	if !ok {
		w.t.Fatalf("no user %q", login)
	}
	return access.With(w.t.Context(), a)
}

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
	rec := httptest.NewRecorder()
	w.pages.ServeHTTP(rec, r.WithContext(w.as(login)))
	if to := rec.Header().Get("Location"); to != "" {
		return rec.Code, to
	}
	return rec.Code, rec.Body.String()
}

var tags = regexp.MustCompile(`<[^>]*>`)

// reads is what a page reads like.
func reads(body string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(tags.ReplaceAllString(body, " "))), " ")
}

// at is a good record at a place.
func at(r Record, ref string) Record {
	r.ID, r.Place = db.NewID(), ref
	return r
}
