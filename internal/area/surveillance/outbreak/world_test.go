package outbreak

import (
	"context"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database, with the packs that ship and a small
// gazetteer: a district of Kenya with two sites, one of them a camp, and another one.
type world struct {
	*Service
	*areatest.World
	people *people.Service
	told   []db.ID // whom OnChange named
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC),
		Migrations: [][]db.Migration{people.Migrations(), surveillance.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{people.Kinds(), surveillance.Kinds(), Kinds()},
		Pages:      []page.Area{{Name: "people", Templates: people.Templates, Locales: people.Locales}, surveillance.Pages(), Pages()}})}
	d, j, a, pages, sites, gazetteer, now := w.Store, w.Entries, w.Gate, w.Renderer, w.Houses, w.Atlas, w.Time
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Pages: pages, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.people, Places: gazetteer, Sites: sites, Clock: now,
		Lists: surveillance.New(surveillance.Deps{}).Lists(), Packs: &areatest.Shipped{}})
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
	w.Employ("CAMP", "")
	w.Employ("HUB", "_hub")
	house := w.As("administrator")
	for _, x := range []place.Area{{Code: "KE-TURKANA", Country: "KEN", Level: 1, Parent: "KEN", Names: map[string]string{"en": "Turkana"}}, {Code: "KE-GARISSA", Country: "KEN", Level: 1, Parent: "KEN", Names: map[string]string{"en": "Garissa"}}} {
		_, err := gazetteer.SaveArea(house, x)
		w.Must(err)
	}
	w.Must(sites.Save(house, place.Site{Code: "CAMP", Kind: place.Centre, Names: map[string]string{"en": "Kalobeyei camp"}, Country: "KEN", Area: "KE-TURKANA", ConsentAge: 16}))
	w.Must(sites.Save(house, place.Site{Code: "HUB", Kind: place.Centre, Names: map[string]string{"en": "Nairobi hub"}, Country: "KEN", ConsentAge: 16}))
	w.Serve(w.Routes)
	return w
}

// person registers somebody at a site, born in a year, with stays.
func (w *world) person(login, site, name, born string, stays ...people.Stay) db.ID {
	w.T.Helper()
	id := db.NewID()
	p := people.Person{Family: name, Birth: date(w.T, born), Sex: people.Male}
	for i := range stays {
		stays[i].ID = db.NewID()
	}
	_, err := w.people.Register(w.As(login), people.Registration{ID: id, Person: p, Stays: stays, Site: site, Day: w.today()})
	w.Must(err)
	return id
}

func (w *world) stay(country, detail, from, to string) people.Stay {
	w.T.Helper()
	st := people.Stay{Place: country, Detail: detail, From: date(w.T, from), Ongoing: to == "now"}
	if to != "now" {
		st.To = date(w.T, to)
	}
	return st
}

// measles declares measles in places as the epidemiologist of the camp.
func (w *world) measles(state State, places ...string) db.ID {
	w.T.Helper()
	id, err := w.Declare(w.As("epidemiologist"), Outbreak{Disease: "measles", Places: places, From: date(w.T, "2026-11-01"), Source: "District laboratory"}, Step{State: state, Why: "Three cases confirmed."})
	w.Must(err)
	w.Must(w.Look(w.T.Context()))
	return id
}

// answers are those of an outbreak's list, by person.
func (w *world) answers(login string, outbreak db.ID) map[db.ID]Who {
	w.T.Helper()
	p, _, err := w.PeopleOf(w.As(login), outbreak, "", "en", 0)
	w.Must(err)
	out := map[db.ID]Who{}
	for _, x := range p.Who {
		out[x.Person] = x
	}
	return out
}

// exposure is the answer that packs read.
func (w *world) exposure(person db.ID, disease string) (out Answer) {
	w.T.Helper()
	w.Must(w.DB.Read(w.T.Context(), func(tx *db.Tx) error {
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

// edit changes who somebody is.
func (w *world) edit(person db.ID, f func(*people.Person)) {
	w.T.Helper()
	w.Must(w.people.EditPerson(w.As("reception"), people.PersonEdit{Person: person, Edit: f}))
}

// pregnant records an answer of today; the first one is a new document.
func (w *world) pregnant(person db.ID, t value.Truth) {
	w.T.Helper()
	ctx := w.As("nurse")
	s := people.Safety{Pregnant: t, PregnantOn: w.today().Date()}
	w.Must(w.people.SaveSafety(ctx, person, w.safetyBase(person), s))
}

func (w *world) arrive(person db.ID) {
	w.T.Helper()
	_, err := w.people.Arrived(w.As("reception"), person)
	w.Must(err)
}

// safetyBase is the version of a person's safety document; zero where there is none.
func (w *world) safetyBase(person db.ID) (base journal.Base) {
	w.T.Helper()
	w.Must(w.DB.Read(w.T.Context(), func(tx *db.Tx) error {
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
