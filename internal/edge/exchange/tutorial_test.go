package exchange

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

// Whoever walks the tutorial sees its numbers: each line below is made from the files by
// the program and stands in docs/tutorial-outbreak.md.
func TestTheTutorialsNumbersComeOutOfTheFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "tutorial-outbreak.md"))
	if err != nil {
		t.Fatal(err)
	}
	m, files := outbreak(t)
	w := newWorld(t, "")
	rep := w.bring(m, files, false)
	lines := []string{fmt.Sprintf("%d files, %d rows that were not kept, %d findings among the counts", len(rep.Files), rep.SkippedRows(), len(rep.Findings))}
	lines = append(lines, w.rankingLines()...)
	lines = append(lines, w.forecastLines()...)
	lines = append(lines, w.planLines()...)
	for _, line := range lines {
		if !strings.Contains(string(text), line) {
			t.Errorf("the tutorial does not say %q", line)
		}
	}
}

// point is the code of a point by its name.
func (w *world) point(name string) (code string) {
	w.t.Helper()
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) error {
		r, err := w.Gazetteer.Resolve(tx, place.Query{Text: name, What: place.IsPoint})
		if err == nil && r.Place == nil {
			err = fmt.Errorf("no point is called %s", name)
		}
		if err == nil {
			code = r.Place.Code
		}
		return err
	}))
	return code
}

// may is the day on which the tutorial looks back.
var may = calendar.DayOf(2026, 5, 18)

func (w *world) rankingLines() (out []string) {
	w.t.Helper()
	n, err := w.Flows.WhoMayBeNext(w.reader, mobility.NextQuery{Disease: "bdbv", Source: "INSP SitRep MVE", AsOf: may, Minutes: 496})
	w.must(err)
	for _, model := range mobility.Models {
		if s := n.Ranking.Scores[model]; s.State == flow.Known {
			out = append(out, fmt.Sprintf("| %s | %.3f | %d of %d | %d |", model, s.AUC, s.Hits, s.N, s.Top[0].Low))
		}
	}
	return out
}

func (w *world) forecastLines() (out []string) {
	w.t.Helper()
	im, err := w.Flows.Imported(w.reader, mobility.ForecastQuery{NextQuery: mobility.NextQuery{Disease: "bdbv", Source: "INSP SitRep MVE", AsOf: may}})
	w.must(err)
	f := im.Forecast
	out = append(out, fmt.Sprintf("the %d days up to 18 May", f.Window))
	for _, o := range f.Origins[:3] {
		out = append(out, fmt.Sprintf("| %s | %.0f (%.0f to %.0f) | %d of %d |", im.Names[o.Unit].Name("en"), o.Cases.Likely, o.Cases.Least, o.Cases.Most, o.Cases.Days, o.Cases.Of))
	}
	out = append(out, fmt.Sprintf("%.1f infected travellers (%.1f to %.1f)", f.All.Mid, f.All.Low, f.All.High))
	for _, d := range f.Destinations[:5] {
		o := d.OnePer.Travellers
		out = append(out, fmt.Sprintf("| %s | 1 per %.0f (%.0f to %.0f) | %.0f | %.2f | %d of %d |", im.Names[d.Unit].Name("en"), o.Mid, o.Low, o.High, d.People, d.Any, d.Listed, len(f.Origins)))
	}
	return append(out, fmt.Sprintf("from %.1f down to %.1f", f.Influences[0].AtLow, f.Influences[0].AtHigh))
}

func (w *world) planLines() (out []string) {
	w.t.Helper()
	// Nobody says where a health zone is, so that no point lies on a way until a corridor
	// says so.
	w.must(w.Flows.SaveRoad(w.reader, mobility.Road{Code: "bunia-mahagi", Name: "Bunia to Mahagi", From: []string{"COD-BUNIA", "COD-MONGBALU"}, To: []string{"COD-MAHAGI"}, Points: []string{w.point("Goli")}}))
	p, err := w.Flows.PlanScreening(w.reader, mobility.PlanQuery{ForecastQuery: mobility.ForecastQuery{NextQuery: mobility.NextQuery{Disease: "bdbv", Source: "INSP SitRep MVE", AsOf: may}}, Where: mobility.AtDeparture, Teams: 3})
	w.must(err)
	for _, fate := range mobility.Fates {
		if share := p.Screened.Shares[fate]; share > 0 {
			out = append(out, fmt.Sprintf("| %s | %.1f |", fate, 100*share))
		}
	}
	for _, x := range p.Plan.Placed {
		out = append(out, fmt.Sprintf("%d team on it meets and finds %.2f %%", x.Teams, 100*x.Best.Detected/p.Plan.Total))
	}
	m, err := w.Flows.Measures(w.reader, mobility.MeasureQuery{PlanQuery: mobility.PlanQuery{ForecastQuery: mobility.ForecastQuery{NextQuery: mobility.NextQuery{Disease: "bdbv", Source: "INSP SitRep MVE", AsOf: may}}}, Doubling: 14})
	w.must(err)
	for _, c := range m.Choices.List {
		if c.Kind == mobility.Close {
			out = append(out, fmt.Sprintf("| %.0f %% | %.1f (%.1f to %.1f) | %.0f | %.0f |", 100*c.Closed, c.Delay.Mid, c.Delay.Low, c.Delay.High, c.Stopped, c.Diverted))
		}
	}
	return out
}
