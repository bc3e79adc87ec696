package linelist

import (
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package on a real database, with the case definitions that ship.
type world struct {
	*Service
	*areatest.World
	people *people.Service
}

func both(t *testing.T, f func(t *testing.T, w *world)) { areatest.Both(t, newWorld, f) }

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	w := &world{World: areatest.New(t, areatest.Setup{Postgres: pg, Now: time.Date(2026, 6, 10, 9, 30, 0, 0, time.UTC),
		Migrations: [][]db.Migration{people.Migrations(), tally.Migrations(), surveillance.Migrations(), Migrations()},
		Kinds:      [][]journal.Kind{people.Kinds(), surveillance.Kinds(), Kinds()},
		Pages:      []page.Area{surveillance.Pages(), Pages()}})}
	d, j, a, pages, sites, now := w.Store, w.Entries, w.Gate, w.Renderer, w.Houses, w.Time
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: sites, Pages: pages, Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Pages: pages, People: w.people, Sites: sites, Clock: now, Lists: surveillance.New(surveillance.Deps{}).Lists(),
		Packs: &areatest.Shipped{}})
	w.Employ("KLA", "")
	w.Employ("GUL", "_elsewhere", "epidemiologist")
	w.Must(sites.Save(w.As("administrator"), place.Site{Code: "KLA", Kind: place.Centre, Names: map[string]string{"en": "Kampala"}, Country: "UGA", ConsentAge: 16}))
	w.Serve(w.Routes)
	return w
}

// record makes a case as the epidemiologist.
func (w *world) record(c Case) db.ID {
	w.T.Helper()
	if c.Reported.IsZero() {
		c.Reported = calendar.DayOfTime(w.Now).Date()
	}
	id, err := w.Record(w.As("epidemiologist"), c, false)
	w.Must(err)
	return id
}

// opened opens a case as the epidemiologist.
func (w *world) opened(id db.ID) Opened {
	w.T.Helper()
	o, err := w.Open(w.As("epidemiologist"), id, "en")
	w.Must(err)
	return o
}

// answer records signs: the names are those of yes answers, a "-" before one is a no.
func (w *world) answer(id db.ID, signs ...string) {
	w.T.Helper()
	answers := map[string]value.Value{}
	for _, s := range signs {
		name, no := strings.CutPrefix(s, "-")
		answers[name] = value.Of(!no)
	}
	w.Must(w.Answer(w.As("epidemiologist"), id, journal.Base{}, answers))
}

func (w *world) result(id db.ID, of, code string, on string) {
	w.T.Helper()
	r := Result{Of: of, Value: value.Text(code), Final: code != "pending"}
	r.On, _ = calendar.Parse(on)
	w.Must(w.AddResult(w.As("nurse"), id, r))
}
