package outbreak

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
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
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

// world is this package on a real database, with the packs that ship and a small
// gazetteer: a district of Kenya with two sites, one of them a camp, and another one.
type world struct {
	*Service
	t      *testing.T
	clock  time.Time
	people *people.Service
	users  map[string]access.Actor
	pages  http.Handler
	told   []db.ID // whom OnChange named
}

// shipped gives the packs as they ship, in force from the first day.
type shipped struct {
	packs map[string]*pack.Pack
	gone  bool
}

func (s *shipped) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	if s.gone {
		return nil, fault.New(fault.NotFound, "shipped", "pack.none")
	}
	if p := s.packs[id]; p != nil {
		return p, nil
	}
	p, err := pack.Load(packs.Builtin(), id)
	if err == nil {
		s.packs[id] = p
	}
	return p, err
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
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), surveillance.Migrations(), Migrations()} {
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
	for _, k := range [][]journal.Kind{people.Kinds(), place.Kinds(), access.Kinds(), surveillance.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: now})
	w.must(err)
	pages, err := page.New(page.Options{Areas: []page.Area{{Name: "people", Templates: people.Templates, Locales: people.Locales}, surveillance.Pages(), Pages()}, Clock: now})
	w.must(err)
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now, Cost: access.QuickCost(), Fail: pages.Error})
	w.must(err)
	sites, gazetteer := place.NewSites(d, j, a), place.NewGazetteer(d, j, a)
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Pages: pages, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.people, Places: gazetteer, Sites: sites, Clock: now,
		Lists: surveillance.New(surveillance.Deps{}).Lists(), Packs: &shipped{packs: map[string]*pack.Pack{}}})
	w.people.OnChange(func(ctx context.Context, tx *db.Tx, person db.ID, cause string) error {
		if cause == people.CauseJourney || cause == people.CauseArrival {
			return w.Journeyed(ctx, tx, person)
		}
		return nil
	})
	w.OnChange(func(_ context.Context, _ *db.Tx, person db.ID) error {
		w.told = append(w.told, person)
		return nil
	})
	for _, of := range []struct{ site, suffix string }{{"CAMP", ""}, {"HUB", "_hub"}} {
		for _, u := range access.DemoAccounts([]string{of.site}, []string{access.All}) {
			u.User.Login += of.suffix
			made, err := a.AddUser(access.Operator(t.Context()), u.User, u.Password, false)
			w.must(err)
			w.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Name: made.Name, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes,
				Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
		}
	}
	house := w.as("administrator")
	for _, x := range []place.Area{{Code: "KE-TURKANA", Country: "KEN", Level: 1, Parent: "KEN", Names: map[string]string{"en": "Turkana"}}, {Code: "KE-GARISSA", Country: "KEN", Level: 1, Parent: "KEN", Names: map[string]string{"en": "Garissa"}}} {
		_, err := gazetteer.SaveArea(house, x)
		w.must(err)
	}
	w.must(sites.Save(house, place.Site{Code: "CAMP", Kind: place.Centre, Names: map[string]string{"en": "Kalobeyei camp"}, Country: "KEN", Area: "KE-TURKANA", ConsentAge: 16}))
	w.must(sites.Save(house, place.Site{Code: "HUB", Kind: place.Centre, Names: map[string]string{"en": "Nairobi hub"}, Country: "KEN", ConsentAge: 16}))
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

// person registers somebody at a site, born in a year, with stays.
func (w *world) person(login, site, name, born string, stays ...people.Stay) db.ID {
	w.t.Helper()
	id := db.NewID()
	p := people.Person{Family: name, Birth: date(w.t, born), Sex: people.Male}
	for i := range stays {
		stays[i].ID = db.NewID()
	}
	_, err := w.people.Register(w.as(login), people.Registration{ID: id, Person: p, Stays: stays, Site: site, Day: w.today()})
	w.must(err)
	return id
}

func (w *world) stay(country, detail, from, to string) people.Stay {
	w.t.Helper()
	st := people.Stay{Place: country, Detail: detail, From: date(w.t, from), Ongoing: to == "now"}
	if to != "now" {
		st.To = date(w.t, to)
	}
	return st
}

// measles declares measles in places as the epidemiologist of the camp.
func (w *world) measles(state State, places ...string) db.ID {
	w.t.Helper()
	id, err := w.Declare(w.as("epidemiologist"), Outbreak{Disease: "measles", Places: places, From: date(w.t, "2026-11-01"), Source: "District laboratory"}, Step{State: state, Why: "Three cases confirmed."})
	w.must(err)
	w.must(w.Look(w.t.Context()))
	return id
}

// answers are those of an outbreak's list, by person.
func (w *world) answers(login string, outbreak db.ID) map[db.ID]Who {
	w.t.Helper()
	p, _, err := w.PeopleOf(w.as(login), outbreak, "", "en", 0)
	w.must(err)
	out := map[db.ID]Who{}
	for _, x := range p.Who {
		out[x.Person] = x
	}
	return out
}

// exposure is the answer that packs read.
func (w *world) exposure(person db.ID, disease string) (out Answer) {
	w.t.Helper()
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) error {
		facts, err := w.Facts(tx, person, w.today())
		if f, ok := facts[FactPrefix+disease]; ok {
			text, _ := f.Value.Str()
			out = Answer(text)
		} else {
			out = Unknown
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

func read(body string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(tags.ReplaceAllString(body, " "))), " ")
}

func (w *world) says(body string, parts ...string) {
	w.t.Helper()
	text := read(body)
	for _, p := range parts {
		if !strings.Contains(text, p) {
			w.t.Errorf("%q is not in %.2500s", p, text)
		}
	}
}

// edit changes who somebody is.
func (w *world) edit(person db.ID, f func(*people.Person)) {
	w.t.Helper()
	w.must(w.people.EditPerson(w.as("reception"), people.PersonEdit{Person: person, Edit: f}))
}

// pregnant records an answer of today; the first one is a new document.
func (w *world) pregnant(person db.ID, t value.Truth) {
	w.t.Helper()
	ctx := w.as("nurse")
	s := people.Safety{Pregnant: t, PregnantOn: w.today().Date()}
	w.must(w.people.SaveSafety(ctx, person, w.safetyBase(person), s))
}

func (w *world) arrive(person db.ID) {
	w.t.Helper()
	_, err := w.people.Arrived(w.as("reception"), person)
	w.must(err)
}

// safetyBase is the version of a person's safety document; zero where there is none.
func (w *world) safetyBase(person db.ID) (base journal.Base) {
	w.t.Helper()
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) error {
		var id db.ID
		err := tx.Row("SELECT id FROM people_safety WHERE person = ?", person).Scan(&id)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		d, err := w.Journal.Load(tx, id)
		if err == nil {
			base = d.Version
		}
		return err
	}))
	return base
}
