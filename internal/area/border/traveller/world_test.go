package traveller

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
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database with the packs that ship, and screeners of
// the crossing BUSIA, three hours ahead of UTC, and of GULU elsewhere.
type world struct {
	*Service
	t     *testing.T
	clock time.Time
	users map[string]access.Actor
	pages http.Handler

	outbreaks *outbreak.Service
}

// inForce are the packs that ship, in force from the first day.
type inForce struct {
	load func(id string) *pack.Pack
	gone bool // none is in force
}

func (s *inForce) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	if s.gone {
		return nil, fault.New(fault.Unavailable, "test", "packs.error.none")
	}
	return s.load(id), nil
}

func (s *inForce) ExplainRecord(_ *db.Tx, r pack.Record, lang string) (pack.Explanation, error) {
	p := s.load(r.Pack)
	_, x := p.Explain(inputOfRecord(r), lang)
	return x, nil
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
	for _, m := range [][]db.Migration{journal.Migrations(), tally.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), surveillance.Migrations(), outbreak.Migrations(), border.Migrations(), Migrations()} {
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
	for _, k := range [][]journal.Kind{people.Kinds(), place.Kinds(), access.Kinds(), surveillance.Kinds(), outbreak.Kinds(), border.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := page.New(page.Options{Areas: areas(), Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now, Cost: access.QuickCost(), Fail: pages.Error})
	if err != nil {
		t.Fatal(err)
	}
	sites, places := place.NewSites(d, j, a), place.NewGazetteer(d, j, a)
	signals := surveillance.New(surveillance.Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Packs: &inForce{load: ships(t)}, Clock: now})
	posts := border.New(border.Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Places: places, Signals: signals, Clock: now,
		TakeShift: func(ctx context.Context, shift string) { w.take(ctx, shift) }})
	w.outbreaks = outbreak.New(outbreak.Deps{DB: d, Journal: j, Access: a, Places: places, Sites: sites, Packs: &inForce{load: ships(t)}, Lists: signals.Lists(), Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Border: posts, Signals: signals, Clock: now, Packs: &inForce{load: ships(t)}, Exposed: w.outbreaks.ExposedDeclared})
	posts.Held = w.HeldIn
	w.staff(a)
	for code, name := range map[string]string{"BUS": "Busia", "GUL": "Gulu"} {
		w.must(sites.Save(w.as("administrator"), place.Site{Code: code, Kind: place.Entry, Names: map[string]string{"en": name}, Country: "UGA", ConsentAge: 16}))
	}
	for _, p := range []place.Point{{Code: "BUSIA", Kind: place.GroundCrossing, Names: map[string]string{"en": "Busia"}, Country: "UGA", Faces: "KEN"},
		{Code: "LWANDA", Kind: place.UnofficialCrossing, Names: map[string]string{"en": "Lwanda path"}, Country: "UGA", Guarded: true}} {
		_, err := places.SavePoint(w.as("administrator"), p)
		w.must(err)
		w.must(posts.SavePost(w.as("manager"), border.Post{Code: p.Code, Site: "BUS", Offset: 180}))
	}
	mux := http.NewServeMux()
	posts.Routes(mux)
	w.Routes(mux)
	w.pages = mux
	return w
}

func (w *world) staff(a *access.Access) {
	accounts := access.DemoAccounts([]string{"BUS"}, []string{access.All})
	for site, login := range map[string]string{"BUS": "screener_2", "GUL": "screener_elsewhere"} {
		for _, u := range access.DemoAccounts([]string{site}, []string{access.All}) {
			if u.User.Login == "screener" {
				u.User.Login = login
				accounts = append(accounts, u)
			}
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
func (w *world) shift(login, point string) {
	w.t.Helper()
	sh, err := w.Border.StartShift(w.as(login), point)
	w.must(err)
	w.take(w.as(login), sh.ID.String())
}

// ends ends the shift of a user.
func (w *world) ends(login string) {
	w.t.Helper()
	w.must(w.Border.EndShift(w.as(login), ""))
	w.take(w.as(login), "")
}

// well are the answers of somebody with whom nothing is found.
func well(more Answers) Answers {
	return Answers{"screen_consent": {"agreed"}, "corpse_or_very_ill": {"no"}, "known_contact": {"no"}, "visible_sign": {"no"}, "temp1_device": {"ncit"}, "temp1_c": {"36.5"}, "ambient_c": {"25"},
		"recent_sign": {"no"}, "exposed_recently": {"no"}, "listed_stay": {"no"}, "temp2_taken": {"no"}}.with(more)
}

// ill are those of a second screening that suspects something.
func ill(suspicion string, more Answers) Answers {
	return Answers{"traveller_name": {"Amina Planted"}, "traveller_age": {"31"}, "traveller_sex": {"female"}, "traveller_phone": {"+256700000001"}, "next_address": {"Market road"},
		"sign_onset": {"2026-11-20"}, "signs": {"fever", "bleeding_unexplained"}, "antipyretic_6h": {"no"}, "suspicion": {suspicion}, "ended": {"referred"}}.with(more)
}

// begins records a first screening on the shift of screener.
func (w *world) begins(more Answers) (db.ID, bool) {
	w.t.Helper()
	id := db.NewID()
	kept, err := w.Begin(w.as("screener"), id, well(more))
	w.must(err)
	return id, kept
}

func (w *world) open(login string, id db.ID) Opened {
	w.t.Helper()
	o, err := w.Open(w.as(login), id, "en")
	w.must(err)
	return o
}

func (w *world) signals() []surveillance.Listed {
	w.t.Helper()
	list, err := w.Signals.List(w.as("epidemiologist"), "")
	w.must(err)
	return list
}

// counted is what the board would say of a day at BUSIA.
func (w *world) counted(point string) map[string]int64 {
	w.t.Helper()
	out := map[string]int64{}
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) error {
		day := calendar.DayOfTime(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
		sums, err := tally.Sum(tx, border.CounterFound, day, day, 0, 1)
		for _, c := range sums {
			if c.Dims[1] == point && c.N != 0 {
				out[c.Dims[0]] = c.N
			}
		}
		return err
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

func (w *world) says(body string, parts ...string) {
	w.t.Helper()
	for _, p := range parts {
		if !strings.Contains(reads(body), p) {
			w.t.Errorf("%q is not in %.2500s", p, reads(body))
		}
	}
}

// typed are answers as a page posts them.
func typed(id db.ID, a Answers) url.Values {
	out := url.Values{"id": {id.String()}}
	for name, v := range a {
		out[page.QuestionPrefix+name] = v
	}
	if d := a.One("sign_onset"); d != "" {
		delete(out, page.QuestionPrefix+"sign_onset")
		parts := strings.Split(d, "-")
		for i, box := range []string{"year", "month", "day"} {
			out.Set(page.QuestionPrefix+"sign_onset-"+box, parts[i])
		}
	}
	return out
}

// sweeps erases what is past, on a day of which nobody doubts that it has come: the
// program takes note of the time every hour.
func (w *world) sweeps() (int, error) {
	w.t.Helper()
	w.must(w.Journal.ConfirmDate(w.t.Context(), calendar.DayOfTime(w.now())))
	return w.Sweep(w.t.Context())
}
