package exchange

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is an importer with all that it writes to, on a real database.
type world struct {
	*Importer
	t      *testing.T
	reader context.Context // an epidemiologist
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

var now = time.Date(2026, 6, 1, 9, 30, 0, 0, time.UTC)

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := func() time.Time { return now }
	var migrations []db.Migration
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), surveillance.Migrations(), mobility.Migrations()} {
		migrations = append(migrations, m...)
	}
	o := db.Options{URL: pg, Migrations: migrations}
	if pg == "" {
		o.Path, o.Unencrypted = filepath.Join(t.TempDir(), "godwit.db"), true
	}
	d, err := db.Open(t.Context(), o)
	must(err)
	t.Cleanup(func() { _ = d.Close() })
	var kinds []journal.Kind
	for _, k := range [][]journal.Kind{access.Kinds(), place.Kinds(), surveillance.Kinds(), mobility.Kinds()} {
		kinds = append(kinds, k...)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: clock})
	must(err)
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: clock, Cost: access.QuickCost()})
	must(err)
	g := place.NewGazetteer(d, j, a)
	counts := surveillance.New(surveillance.Deps{DB: d, Journal: j, Access: a, Places: units{g}, Clock: clock})
	flows := mobility.New(mobility.Deps{DB: d, Journal: j, Access: a, Gazetteer: g, Counts: counts, Clock: clock})
	reader := access.With(t.Context(), access.Actor{User: db.NewID(), Login: "epidemiologist", Roles: []access.Role{access.Epidemiologist}, Sites: []string{access.All}, Purpose: "public_health"})
	return &world{t: t, reader: reader, Importer: &Importer{Deps{DB: d, Gazetteer: g, Counts: counts, Flows: flows, Today: func() calendar.Day { return calendar.DayOfTime(now) }, Sentence: keyOf}}}
}

// keyOf stands for the catalogue, which the pages have.
func keyOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return err.Error()
}

type units struct{ g *place.Gazetteer }

func (u units) Unit(tx *db.Tx, code string) (surveillance.Unit, error) {
	a, err := u.g.Area(tx, code)
	return surveillance.Unit{Code: a.Code, Names: a.Names, Parent: a.Parent}, err
}

func (u units) FindUnit(*db.Tx, string) (surveillance.Unit, bool, error) {
	return surveillance.Unit{}, false, nil
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// bring brings files in by a map, as whoever sits at the machine.
func (w *world) bring(m string, files map[string]string, dry bool) Report {
	w.t.Helper()
	read, err := ReadMap([]byte(m), w.Counts.Lists())
	w.must(err)
	data := map[string][]byte{}
	for name, text := range files {
		data[name] = []byte(text)
	}
	rep, err := w.Import(access.Operator(w.t.Context()), read, data, dry)
	w.must(err)
	return rep
}

// outbreak is the map that ships, and the files it is for.
func outbreak(t *testing.T) (m string, files map[string]string) {
	t.Helper()
	dir := testkit.Data(t, "drc-2026")
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs/examples/drc-2026.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return string(b), files
}
