package analysis

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
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
	"github.com/godwit-health/godwit/packs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database, with the packs that ship.
type world struct {
	*Service
	cases  *linelist.Service
	t      *testing.T
	clock  time.Time
	people *people.Service
	users  map[string]access.Actor
	pages  http.Handler
}

// shipped gives the packs as they ship, in force from the first day.
type shipped struct {
	t     testing.TB
	packs map[string]*pack.Pack
	gone  bool // none is in force
}

func (s *shipped) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	if s.gone {
		return nil, errNoPack
	}
	if p := s.packs[id]; p != nil {
		return p, nil
	}
	p, err := pack.Load(packs.Builtin(), id)
	if err != nil {
		return nil, err
	}
	s.packs[id] = p
	return p, nil
}

func (s *shipped) ExplainRecord(_ *db.Tx, r pack.Record, lang string) (pack.Explanation, error) {
	p := s.packs[r.Pack]
	if p == nil {
		return pack.Explanation{}, errNoPack
	}
	in, err := inputOf(r)
	if err != nil {
		return pack.Explanation{}, err
	}
	_, x := p.Explain(in, lang)
	return x, nil
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 6, 10, 9, 30, 0, 0, time.UTC), users: map[string]access.Actor{}}
	now := func() time.Time { return w.clock }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), tally.Migrations(), surveillance.Migrations(), linelist.Migrations(), alert.Migrations(), Migrations()} {
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
	var kinds []journal.Kind
	for _, k := range [][]journal.Kind{people.Kinds(), place.Kinds(), access.Kinds(), surveillance.Kinds(), linelist.Kinds(), alert.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := page.New(page.Options{Areas: []page.Area{surveillance.Pages(), linelist.Pages(), alert.Pages(), Pages()}, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now, Cost: access.QuickCost(), Fail: pages.Error})
	if err != nil {
		t.Fatal(err)
	}
	sites := place.NewSites(d, j, a)
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Pages: pages, Clock: now})
	held := &shipped{t: t, packs: map[string]*pack.Pack{}}
	signals := surveillance.New(surveillance.Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Clock: now})
	w.cases = linelist.New(linelist.Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.people, Sites: sites, Clock: now, Lists: signals.Lists(), Packs: held})
	alerts := alert.New(alert.Deps{DB: d, Journal: j, Access: a, Pages: pages, Signals: signals, Cases: w.cases, Packs: held, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Signals: signals, Cases: w.cases, Alerts: alerts, Packs: held, Sites: sites, Clock: now})
	if err := a.Register(Outlets()...); err != nil {
		t.Fatal(err)
	}
	accounts := access.DemoAccounts([]string{"KLA"}, []string{access.All})
	for _, u := range access.DemoAccounts([]string{"GUL"}, []string{access.All}) {
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

func (w *world) says(body string, parts ...string) {
	w.t.Helper()
	read := strings.Join(strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(tags.ReplaceAllString(body, " "))), " ")
	for _, p := range parts {
		if !strings.Contains(read, p) {
			w.t.Errorf("%q is not in %.2500s", p, read)
		}
	}
}
