package surveillance

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

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
	"github.com/godwit-health/godwit/packs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package with people below it, on a real database, and users of two
// sites.
type world struct {
	*Service
	t      *testing.T
	clock  time.Time
	people *people.Service
	users  map[string]access.Actor
	pages  http.Handler
	packs  *shipped
}

// shipped gives the packs as they ship, in force from the first day.
type shipped struct {
	gone bool // none is in force
}

func (s *shipped) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	if s.gone {
		return nil, fault.New(fault.Unavailable, "test", "packs.error.not_active")
	}
	return pack.Load(packs.Builtin(), id)
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), users: map[string]access.Actor{}, packs: &shipped{}}
	now := func() time.Time { return w.clock }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), Migrations()} {
		migrations = append(migrations, m...)
	}
	o := db.Options{URL: pg, Migrations: migrations}
	if pg == "" {
		o.Path, o.Unencrypted = filepath.Join(t.TempDir(), "godwit.db"), true
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	kinds := append(append(append(people.Kinds(), place.Kinds()...), access.Kinds()...), Kinds()...)
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
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Packs: w.packs, Clock: now})
	accounts := access.DemoAccounts([]string{"KLA"}, []string{access.All})
	elsewhere := access.DemoAccounts([]string{"GUL"}, []string{access.All})
	for _, u := range elsewhere {
		if u.User.Login == "epidemiologist" {
			u.User.Login = "epidemiologist_elsewhere"
			accounts = append(accounts, u)
		}
	}
	for _, u := range accounts {
		made, err := a.AddUser(access.Operator(t.Context()), u.User, u.Password, false)
		if err != nil {
			t.Fatal(err)
		}
		w.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes,
			Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
	}
	for code, name := range map[string]string{"KLA": "Kampala", "GUL": "Gulu"} {
		w.must(sites.Save(w.as("administrator"), place.Site{Code: code, Kind: place.Centre, Names: map[string]string{"en": name}, Country: "UGA", ConsentAge: 16}))
	}
	mux := http.NewServeMux()
	w.Routes(mux)
	w.pages = mux
	return w
}

// as is a context in which a demo user acts.
func (w *world) as(login string) context.Context {
	w.t.Helper()
	a, ok := w.users[login]
	if !ok {
		w.t.Fatalf("no user %q", login)
	}
	return access.With(w.t.Context(), a)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// report raises a signal as a user.
func (w *world) report(login string, r Raised) db.ID {
	w.t.Helper()
	id, err := w.Report(w.as(login), r)
	w.must(err)
	return id
}

// opened opens a signal as the epidemiologist.
func (w *world) opened(id db.ID) Opened {
	w.t.Helper()
	o, err := w.Open(w.as("epidemiologist"), id)
	w.must(err)
	return o
}

// get and post ask a page as a demo user, without the gate before it: the services
// must check by themselves.
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
	if to := rec.Header().Get("Location"); to != "" {
		return rec.Code, to
	}
	return rec.Code, rec.Body.String()
}

var tags = regexp.MustCompile(`<[^>]*>`)

// says looks for texts in what a page reads like.
func (w *world) says(body string, parts ...string) {
	w.t.Helper()
	read := strings.Join(strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(tags.ReplaceAllString(body, " "))), " ")
	for _, p := range parts {
		if !strings.Contains(read, p) {
			w.t.Errorf("%q is not in %.1500s", p, read)
		}
	}
}
