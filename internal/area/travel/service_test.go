package travel

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type world struct {
	*Service
	t      *testing.T
	people *people.Service
	users  map[string]access.Actor
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{t: t, users: map[string]access.Actor{}}
	clock := func() time.Time { return now }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), Migrations()} {
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
	for _, k := range [][]journal.Kind{people.Kinds(), place.Kinds(), access.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: clock})
	w.must(err)
	pages, err := page.New(page.Options{Areas: []page.Area{Pages()}, Clock: clock})
	w.must(err)
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: clock, Cost: access.QuickCost(), Fail: pages.Error})
	w.must(err)
	sites := place.NewSites(d, j, a)
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Pages: pages, Clock: clock})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.people, Clock: clock})
	for _, u := range access.DemoAccounts([]string{"CAMP"}, []string{access.All}) {
		made, err := a.AddUser(access.Operator(t.Context()), u.User, u.Password, false)
		w.must(err)
		w.users[made.Login] = access.Actor{User: made.ID, Login: made.Login, Roles: made.Roles, Sites: made.Sites, Programmes: made.Programmes, Sensitivity: made.Sensitivity, Purpose: access.OrdinaryPurpose(made.Roles)}
	}
	w.must(sites.Save(w.as("administrator"), place.Site{Code: "CAMP", Kind: place.Centre, Names: map[string]string{"en": "Camp"}, Country: "KEN", ConsentAge: 16}))
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

func TestAFamilyIsPutOnAFlightAndSomebodyIsTakenOff(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		desk, family := w.as("reception"), db.NewID()
		var ids []db.ID
		for i, name := range []string{"Lokwa", "Ekai"} {
			id := db.NewID()
			_, err := w.people.Register(desk, people.Registration{ID: id, Person: people.Person{Family: name, Sex: people.Male}, Site: "CAMP", Family: family, NewFamily: i == 0, FamilyNumber: "GW-1", Role: people.RoleHead})
			w.must(err)
			ids = append(ids, id)
		}
		tomorrow := calendar.DayOfTime(now) + 1
		flight, err := w.Plan(desk, Movement{Day: tomorrow, Mode: Flight, Number: "GW 101", To: "CAN"})
		w.must(err)
		if err := w.Board(desk, flight, "GW-99"); fault.FieldOf(err) != "typed" {
			t.Errorf("a number that nobody has: %v", err)
		}
		w.must(w.Board(desk, flight, "gw-1"))
		w.must(w.Board(desk, flight, "gw-1")) // again changes nothing
		on := func() (out []db.ID) {
			w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
				list, err := w.Leaving(tx, tomorrow)
				for _, l := range list {
					out = append(out, l.Person)
				}
				return err
			}))
			return out
		}
		if got := on(); len(got) != 2 {
			t.Fatalf("%d leave tomorrow, want the family of two", len(got))
		}
		w.must(w.TakeOff(desk, flight, ids[0]))
		if got := on(); len(got) != 1 || got[0] != ids[1] {
			t.Errorf("after one was taken off: %v", got)
		}
		o, err := w.Open(w.as("epidemiologist"), flight, "en")
		w.must(err)
		if len(o.Who) != 1 || o.MayWrite {
			t.Errorf("the epidemiologist sees %d and may write: %v", len(o.Who), o.MayWrite)
		}
		if _, err := w.Open(w.as("screener"), flight, "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a screener opens the list of a flight: %v", err)
		}
		for field, bad := range map[string]Movement{"day": {Day: tomorrow - 2, Mode: Flight, Number: "GW 1"}, "mode": {Day: tomorrow, Number: "GW 1"}, "number": {Day: tomorrow, Mode: Bus}, "to": {Day: tomorrow, Mode: Bus, Number: "1", To: "ZZZ"}} {
			if _, err := w.Plan(desk, bad); fault.FieldOf(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if list, _, err := w.List(desk, tomorrow); err != nil || len(list) != 1 {
			t.Errorf("departures from tomorrow: %v, %v", list, err)
		}
	})
}
