package problem

import (
	"os"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database, with people and surveillance: the staff of a
// camp and of another one.
type world struct {
	*Service
	*areatest.World
	persons *people.Service
	signals *surveillance.Service
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: sampleNow,
		Migrations: [][]db.Migration{people.Migrations(), surveillance.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{people.Kinds(), surveillance.Kinds(), Kinds()},
		Pages:      []page.Area{{Name: "people", Templates: people.Templates, Locales: people.Locales}, surveillance.Pages(), Pages()}})}
	d, j, a, pages := w.Store, w.Entries, w.Gate, w.Renderer
	w.persons = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: w.Houses, Pages: pages, Clock: w.Time})
	w.signals = surveillance.New(surveillance.Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: w.Houses, Packs: &areatest.Shipped{}, Clock: w.Time})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.persons, Signals: w.signals, Clock: w.Time})
	w.Employ("CAMP", "")
	w.Employ("FAR", "_far", "nurse", "physician")
	w.Build(place.Site{Code: "CAMP", Kind: place.Centre, Names: map[string]string{"en": "Camp"}, Country: "KEN", ConsentAge: 16},
		place.Site{Code: "FAR", Kind: place.Centre, Names: map[string]string{"en": "Far camp"}, Country: "KEN", ConsentAge: 16})
	w.Serve(w.Routes)
	return w
}

// person registers somebody in the camp.
func (w *world) person() db.ID {
	w.T.Helper()
	id := db.NewID()
	_, err := w.persons.Register(w.As("reception"), people.Registration{ID: id, Person: people.Person{Family: "Achieng " + id.String()[30:], Sex: people.Female, Birth: calendar.DayOfTime(sampleNow.AddDate(-30, 0, 0)).Date()},
		Site: "CAMP", Family: db.NewID(), NewFamily: true, FamilyNumber: "GW-" + id.String()[30:], Role: people.RoleHead})
	w.Must(err)
	return id
}

func renderer(t testing.TB) *page.Renderer {
	t.Helper()
	return pagetest.RendererAt(t, sampleNow, "reception", surveillance.Pages(), Pages())
}

func lists(t testing.TB) Signals { return newWorld(t.(*testing.T), "").signals }

func TestWords(t *testing.T) { pagetest.Catalogues(t, Pages(), os.DirFS(".")) }

func TestPages(t *testing.T) {
	pagetest.EveryPage(t, renderer(t), Samples(pagetest.Hostile, lists(t)))
}

func TestPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), Samples(pagetest.Hostile, lists(t)))
}
