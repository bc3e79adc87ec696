package analysis

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database, with the packs that ship.
type world struct {
	*Service
	*areatest.World
	cases  *linelist.Service
	people *people.Service
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: time.Date(2026, 6, 10, 9, 30, 0, 0, time.UTC),
		Migrations: [][]db.Migration{people.Migrations(), tally.Migrations(), surveillance.Migrations(), linelist.Migrations(), alert.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{people.Kinds(), surveillance.Kinds(), linelist.Kinds(), alert.Kinds(), Kinds()},
		Pages:      []page.Area{surveillance.Pages(), linelist.Pages(), alert.Pages(), Pages()}})}
	d, j, a, pages, sites, now := w.Store, w.Entries, w.Gate, w.Renderer, w.Houses, w.Time
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Pages: pages, Clock: now})
	held := &areatest.Shipped{}
	signals := surveillance.New(surveillance.Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Clock: now})
	w.cases = linelist.New(linelist.Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.people, Sites: sites, Clock: now, Lists: signals.Lists(), Packs: held})
	alerts := alert.New(alert.Deps{DB: d, Journal: j, Access: a, Pages: pages, Signals: signals, Cases: w.cases, Packs: held, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Signals: signals, Cases: w.cases, Alerts: alerts, Packs: held, Sites: sites, Clock: now})
	if err := a.Register(Outlets()...); err != nil {
		t.Fatal(err)
	}
	w.Employ("KLA", "")
	w.Employ("GUL", "_elsewhere", "epidemiologist")
	for code, name := range map[string]string{"KLA": "Kampala", "GUL": "Gulu"} {
		w.Must(sites.Save(w.As("administrator"), place.Site{Code: code, Kind: place.Centre, Names: map[string]string{"en": name}, Country: "UGA", ConsentAge: 16}))
	}
	w.Serve(w.Routes)
	return w
}
