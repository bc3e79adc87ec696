package border

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
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package with what stands below it, on a real database, and users of
// two sites: the crossing BUS, three hours ahead of UTC, and GUL elsewhere.
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
	w := &world{t: t, clock: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), users: map[string]access.Actor{}}
	now := func() time.Time { return w.clock }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), tally.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), surveillance.Migrations(), Migrations()} {
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
	for _, k := range [][]journal.Kind{people.Kinds(), place.Kinds(), access.Kinds(), surveillance.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := page.New(page.Options{Areas: []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, surveillance.Pages(), Pages()}, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now, Cost: access.QuickCost(), Fail: pages.Error})
	if err != nil {
		t.Fatal(err)
	}
	sites, places := place.NewSites(d, j, a), place.NewGazetteer(d, j, a)
	signals := surveillance.New(surveillance.Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Places: places, Signals: signals, Clock: now,
		TakeShift: func(ctx context.Context, shift string) { w.take(ctx, shift) }})
	w.staff(a)
	for code, name := range map[string]string{"BUS": "Busia", "GUL": "Gulu"} {
		w.must(sites.Save(w.as("administrator"), place.Site{Code: code, Kind: place.Entry, Names: map[string]string{"en": name}, Country: "UGA", ConsentAge: 16}))
	}
	for _, p := range []place.Point{{Code: "BUSIA", Kind: place.GroundCrossing, Names: map[string]string{"en": "Busia"}, Country: "UGA", Faces: "KEN"},
		{Code: "GULU", Kind: place.BusPark, Names: map[string]string{"en": "Gulu park"}, Country: "UGA"},
		{Code: "LWANDA", Kind: place.UnofficialCrossing, Names: map[string]string{"en": "Lwanda path"}, Country: "UGA", Guarded: true},
		{Code: "CLINIC", Kind: place.HealthFacility, Names: map[string]string{"en": "Clinic"}, Country: "UGA"}} {
		_, err := places.SavePoint(w.as("administrator"), p)
		w.must(err)
	}
	w.must(w.SavePost(w.as("manager"), Post{Code: "BUSIA", Site: "BUS", Offset: 180}))
	desk := w.users["manager"]
	desk.Sites = []string{"GUL"}
	w.users["manager_elsewhere"] = desk
	w.must(w.SavePost(w.as("manager_elsewhere"), Post{Code: "GULU", Site: "GUL", Offset: 180}))
	mux := http.NewServeMux()
	w.Routes(mux)
	w.pages = mux
	return w
}

func (w *world) staff(a *access.Access) {
	accounts := access.DemoAccounts([]string{"BUS"}, []string{access.All})
	for _, u := range access.DemoAccounts([]string{"GUL"}, []string{access.All}) {
		if u.User.Login == "screener" {
			u.User.Login = "screener_elsewhere"
			accounts = append(accounts, u)
		}
	}
	for _, u := range access.DemoAccounts([]string{"BUS"}, []string{access.All}) {
		if u.User.Login == "screener" {
			u.User.Login = "screener_2"
			accounts = append(accounts, u)
		}
	}
	for _, u := range accounts {
		made, err := a.AddUser(access.Operator(w.t.Context()), u.User, u.Password, false)
		if err != nil {
			w.t.Fatal(err)
		}
		w.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes,
			Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
	}
}

// take does what the session does: it remembers the shift of whoever acts.
func (w *world) take(ctx context.Context, shift string) {
	a, _ := access.From(ctx)
	for login, u := range w.users {
		if u.User == a.User {
			u.Shift = shift
			w.users[login] = u
		}
	}
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

// shift puts a user on the shift of a point.
func (w *world) shift(login, point string) Shift {
	w.t.Helper()
	sh, err := w.StartShift(w.as(login), point)
	w.must(err)
	w.take(w.as(login), sh.ID.String())
	return sh
}

// hour is now at BUSIA.
func (w *world) hour() Hour { return Post{Offset: 180}.HourAt(w.clock) }

// totals are what is counted of a point on a day, by the hour and by the day, which
// must agree with the figure of the whole programme where only one point counts.
func (w *world) totals(point string, day calendar.Day) Totals {
	w.t.Helper()
	out := Totals{}
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) error {
		var err error
		if out, err = dayTotals(tx, point, day); err != nil {
			return err
		}
		sums, err := tally.Sum(tx, counterDay, day, day, 0, 1)
		if err != nil {
			return err
		}
		byDay := Totals{}
		for _, c := range sums {
			if c.Dims[1] == point {
				byDay[What(c.Dims[0])] = c.N
			}
		}
		for _, what := range Whats {
			if byDay[what] != out[what] {
				w.t.Errorf("%s at %s: %d by the hour and %d by the day", what, point, out[what], byDay[what])
			}
		}
		return nil
	}))
	return out
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
