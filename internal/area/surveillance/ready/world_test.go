package ready

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database: site BUS, and the points BUSIA, which the
// gazetteer gives to BUS, GULU, of which only SiteOf knows whose it is, and PATH, an
// unofficial crossing.
type world struct {
	*Service
	*areatest.World
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: sampleNow,
		Migrations: [][]db.Migration{Migrations()},
		Kinds:      [][]journal.Kind{Kinds()},
		Pages:      []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, Pages()}})}
	d, j, a, pages, sites, places, now := w.Store, w.Entries, w.Gate, w.Renderer, w.Houses, w.Atlas, w.Time
	w.Must(a.Register(Outlets()...))
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, Sites: sites, Points: places, Clock: now,
		SiteOf: func(_ *db.Tx, point string) (string, error) { return map[string]string{"GULU": "BUS"}[point], nil }})
	w.Employ("BUS", "")
	w.Must(sites.Save(w.As("administrator"), place.Site{Code: "BUS", Kind: place.Entry, Names: map[string]string{"en": "Busia site"}, Country: "UGA", ConsentAge: 16}))
	for _, p := range []place.Point{{Code: "BUSIA", Kind: place.GroundCrossing, Names: map[string]string{"en": "Busia crossing"}, Country: "UGA", Faces: "KEN", Site: "BUS"},
		{Code: "GULU", Kind: place.BusPark, Names: map[string]string{"en": "Gulu park"}, Country: "UGA"},
		{Code: "PATH", Kind: place.UnofficialCrossing, Names: map[string]string{"en": "Forest path"}, Country: "UGA", Faces: "KEN", Guarded: true}} {
		_, err := places.SavePoint(w.As("administrator"), p)
		w.Must(err)
	}
	w.Serve(w.Routes)
	return w
}

// at is a good record at a place.
func at(r Record, ref string) Record {
	r.ID, r.Place = db.NewID(), ref
	return r
}
