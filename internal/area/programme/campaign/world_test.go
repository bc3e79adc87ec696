package campaign

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package with surveillance below it, and the staff of two sites.
type world struct {
	*areatest.World
	*Service
	signals *surveillance.Service
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), Pages: areas(),
		Migrations: [][]db.Migration{tally.Migrations(), people.Migrations(), surveillance.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{people.Kinds(), surveillance.Kinds(), Kinds()}})}
	w.signals = surveillance.New(surveillance.Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Pages: w.Renderer, Sites: w.Houses, Packs: &areatest.Shipped{}, Clock: w.Time})
	w.Service = New(Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Pages: w.Renderer, Signals: w.signals, Clock: w.Time})
	w.signals.OnOrigin(w.Origin)
	w.Employ("KLA", "")
	w.Employ("GUL", "_far")
	w.Build(place.Site{Code: "KLA", Kind: place.Clinic, Names: map[string]string{"en": "Kampala"}, Country: "UGA", ConsentAge: 16},
		place.Site{Code: "GUL", Kind: place.Clinic, Names: map[string]string{"en": "Gulu"}, Country: "UGA", ConsentAge: 16})
	w.Serve(w.signals.Routes, w.Routes)
	return w
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }
