package stock

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this area on a real database: a camp and another one.
type world struct {
	*Service
	*areatest.World
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: sampleNow, Migrations: [][]db.Migration{Migrations()}, Kinds: [][]journal.Kind{Kinds()}, Pages: []page.Area{Pages()}})}
	w.Service = New(Deps{DB: w.Store, Journal: w.Entries, Access: w.Gate, Pages: w.Renderer, Sites: w.Houses, Clock: w.Time})
	w.Employ("CAMP", "")
	w.Employ("FAR", "_far", "nurse")
	w.Build(place.Site{Code: "CAMP", Kind: place.Centre, Names: map[string]string{"en": "Camp"}, Country: "KEN", ConsentAge: 16},
		place.Site{Code: "FAR", Kind: place.Centre, Names: map[string]string{"en": "Far camp"}, Country: "KEN", ConsentAge: 16},
		place.Site{Code: "SHUT", Kind: place.Centre, Names: map[string]string{"en": "Shut"}, Country: "KEN", Closed: true, ConsentAge: 16})
	w.Serve(w.Routes)
	return w
}

// tablets makes an item.
func (w *world) tablets(code string, min, max int64) db.ID {
	w.T.Helper()
	id, err := w.SaveItem(w.As("manager"), Item{Code: code, Name: "Amoxicillin", Sort: Medicine, ATC: "J01CA04", Strength: "250 mg", Unit: Tablet}, "CAMP", Level{Min: min, Max: max})
	w.Must(err)
	return id
}

// in receives units of a lot that expires in some days.
func (w *world) in(item db.ID, lot string, days int, n int64) {
	w.T.Helper()
	w.Must(w.Receive(w.As("nurse"), Receipt{ID: db.NewID(), Site: "CAMP", Item: item, Number: lot, Expiry: w.today() + calendar.Day(days), N: n}))
}

func (w *world) card(login, site string, item db.ID) Card {
	w.T.Helper()
	c, err := w.Card(w.As(login), item, site)
	w.Must(err)
	return c
}

// left is how many units stand of a lot.
func (w *world) left(item db.ID, lot string) int64 {
	w.T.Helper()
	for _, h := range w.card("nurse", "CAMP", item).Shelves {
		if h.Number == lot {
			return h.N
		}
	}
	return -1 << 40
}
