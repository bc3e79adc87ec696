package mobility

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is this package with what it stands on, on a real database.
type world struct {
	*Service
	t      *testing.T
	counts *surveillance.Service
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

func newWorld(t *testing.T, pg string) *world {
	t.Helper()
	clock := func() time.Time { return time.Date(2026, 6, 1, 9, 30, 0, 0, time.UTC) }
	var migrations []db.Migration
	var kinds []journal.Kind
	for _, m := range [][]db.Migration{journal.Migrations(), tally.Migrations(), access.Migrations(), place.Migrations(), surveillance.Migrations(), Migrations()} {
		migrations = append(migrations, m...)
	}
	for _, k := range [][]journal.Kind{access.Kinds(), place.Kinds(), surveillance.Kinds(), Kinds()} {
		kinds = append(kinds, k...)
	}
	o := db.Options{URL: pg, Migrations: migrations}
	if pg == "" {
		o.Path, o.Unencrypted = filepath.Join(t.TempDir(), "godwit.db"), true
	}
	w := &world{t: t}
	d, err := db.Open(t.Context(), o)
	w.must(err)
	t.Cleanup(func() { _ = d.Close() })
	j, err := journal.New(journal.Options{DB: d, Kinds: kinds, Clock: clock})
	w.must(err)
	pages, err := page.New(page.Options{Areas: []page.Area{{Name: "place", Templates: place.Locales, Locales: place.Locales}, surveillance.Pages(), Pages()}, Clock: clock})
	w.must(err)
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: clock, Cost: access.QuickCost(), Fail: pages.Error})
	w.must(err)
	g := place.NewGazetteer(d, j, a)
	w.counts = surveillance.New(surveillance.Deps{DB: d, Journal: j, Access: a, Places: units{g}, Clock: clock})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Gazetteer: g, Counts: w.counts, Pages: pages, Clock: clock})
	for _, name := range []string{"A", "B", "C"} {
		_, err := g.SaveArea(w.as(access.Administrator), place.Area{Code: "UGA-" + name, Country: "UGA", Parent: "UGA", Level: 1, Names: map[string]string{"en": "Zone " + name}})
		w.must(err)
		_, err = g.SavePopulation(w.as(access.Administrator), place.Population{Place: "UGA-" + name, Count: 1000, Source: "census"})
		w.must(err)
	}
	return w
}

type units struct{ g *place.Gazetteer }

func (u units) Unit(tx *db.Tx, code string) (surveillance.Unit, error) {
	a, err := u.g.Area(tx, code)
	return surveillance.Unit{Code: a.Code, Names: a.Names, Parent: a.Parent}, err
}

func (u units) FindUnit(*db.Tx, string) (surveillance.Unit, bool, error) {
	return surveillance.Unit{}, false, nil
}

// as is a context in which somebody of a role acts.
func (w *world) as(role access.Role) context.Context {
	return access.With(w.t.Context(), access.Actor{User: db.ID{7}, Login: string(role), Roles: []access.Role{role}, Sites: []string{access.All}, Purpose: "public_health"})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func little(code string, measure Measure) Table {
	return Table{Matrix: Matrix{Code: code, Name: code, Measure: measure, Per: "week", Unlisted: UnlistedNone, Source: "survey"},
		Rows: map[string]map[string]*float64{"UGA-A": {"UGA-B": n(70), "UGA-C": nil}, "UGA-B": {"UGA-A": n(30)}, "UGA-C": {"UGA-A": n(5)}}}
}

func TestAMatrixIsKeptOnceAndSaysWhatIsNotKnown(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.as(access.Epidemiologist)
		saved, err := w.SaveMatrix(ctx, little("flows", People))
		w.must(err)
		if saved != (Saved{Made: 4}) {
			t.Errorf("%+v", saved)
		}
		changed := little("flows", People)
		changed.Rows["UGA-B"]["UGA-A"] = n(31)
		if saved, err = w.SaveMatrix(ctx, changed); err != nil || saved != (Saved{Changed: 1, Unchanged: 3}) {
			t.Errorf("%+v %v", saved, err)
		}
		got, err := w.Table(ctx, "flows")
		w.must(err)
		if a, b, c := got.At("UGA-B", "UGA-A"), got.At("UGA-A", "UGA-C"), got.At("UGA-B", "UGA-C"); a.Value != 31 || b.Known || !c.Known || c.Value != 0 {
			t.Errorf("%+v, listed as not known %+v, of a whole list %+v", a, b, c)
		}
		if d := got.At("UGA-X", "UGA-A"); d.Known {
			t.Errorf("of an origin that it does not list: %+v", d)
		}
		bad := little("flows", People)
		bad.Rows["UGA-A"]["UGA-B"] = n(-1)
		if _, err := w.SaveMatrix(ctx, bad); fault.FieldOf(err) != "value" {
			t.Errorf("a negative flow: %v", err)
		}
	})
}

func TestWhoMayBeNextWorksOnWhatIsStored(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ctx := w.as(access.Epidemiologist)
		for code, measure := range map[string]Measure{"flows": People, "road": Minutes} {
			_, err := w.SaveMatrix(ctx, little(code, measure))
			w.must(err)
		}
		elsewhere := Table{Matrix: Matrix{Code: "another", Name: "x", Measure: People, Unlisted: UnlistedNone, Source: "x"}, Rows: map[string]map[string]*float64{"TCD-X": {"TCD-Y": n(9)}}}
		_, err := w.SaveMatrix(ctx, elsewhere) // comes first by its code, and has none of the places
		w.must(err)
		for i, unit := range []string{"UGA-A", "UGA-B"} {
			d := day + calendar.Day(2*i)
			_, err := w.counts.RecordCounts(ctx, surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: "bdbv", Indicator: "cumulative_cases", Period: surveillance.DayPeriod(d), Source: "sitrep"}, Value: surveillance.Of(3), Reported: d})
			w.must(err)
		}
		next, err := w.WhoMayBeNext(ctx, NextQuery{})
		w.must(err)
		if next.Query.Flows != "flows" || next.Query.Times != "road" {
			t.Errorf("the matrices that have the places: %+v", next.Query)
		}
		kept, err := w.WhoMayBeNext(ctx, NextQuery{Flows: "another", Times: "road"})
		w.must(err)
		if kept.Query.Flows != "flows" || kept.Query.Times != "road" || kept.Passed[People] != "x" || kept.Passed[Minutes] != "" {
			t.Errorf("a choice kept from another outbreak, which has none of the places, gives way: %+v %v", kept.Query, kept.Passed)
		}
		if _, body := w.get(access.Epidemiologist, "/mobility/next?flows=another"); !strings.Contains(body, "lists none of the affected places") || !strings.Contains(body, "survey") {
			t.Error("the page says which choice gave way, and where each matrix is from")
		}
		if len(next.Ranking.Affected) != 2 || len(next.Ranking.Candidates) != 1 || next.Ranking.Candidates[0].Unit != "UGA-C" || len(next.Past) != 1 || next.Past[0].Scores[FlowOnly].AUC != 1 {
			t.Errorf("%+v", next)
		}
		code, body := w.get(access.Epidemiologist, "/mobility/next?day="+day.String())
		for _, part := range []string{"Zone B", "AUC ", "1.000", "What this cannot say", "Affected places"} {
			if code != 200 || !strings.Contains(body, part) {
				t.Errorf("%d: %q is not in the page", code, part)
			}
		}
		for path, part := range map[string]string{"/mobility": "flows", "/mobility/matrices/flows": "survey", "/mobility/next?day=x&minutes=-3&by=magic": "Zone"} {
			if code, body := w.get(access.Epidemiologist, path); code != 200 || !strings.Contains(body, part) {
				t.Errorf("%s: %d", path, code)
			}
		}
		if code, _ := w.get(access.Epidemiologist, "/mobility/matrices/other"); code != 404 {
			t.Errorf("a matrix that is not there: %d", code)
		}
	})
}

func TestWhoMayKeepAndReadHowPeopleMove(t *testing.T) {
	w := newWorld(t, "")
	for _, role := range []access.Role{access.Nurse, access.Screener, access.Reception, access.Manager} {
		if _, err := w.SaveMatrix(w.as(role), little("flows", People)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s keeps a matrix: %v", role, err)
		}
	}
	for _, role := range []access.Role{access.Nurse, access.Screener, access.Administrator} {
		for _, path := range []string{"/mobility", "/mobility/next", "/mobility/matrices/flows"} {
			if code, _ := w.get(role, path); code != 403 {
				t.Errorf("%s opens %s: %d", role, path, code)
			}
		}
	}
}

// get asks a page as a role, without the gate before it.
func (w *world) get(role access.Role, path string) (int, string) {
	w.t.Helper()
	mux := http.NewServeMux()
	w.Routes(mux)
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil).WithContext(w.as(role)))
	return rec.Code, rec.Body.String()
}
