package exchange

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/analysis"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
	"github.com/godwit-health/godwit/packs"
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
	lines = append(lines, w.alertLines()...)
	lines = append(lines, w.situationLines()...)
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

// alertLines are what EARS says of the days of two kinds of cases: of Bunia, and how many
// zones it can say nothing of.
func (w *world) alertLines() (out []string) {
	w.t.Helper()
	lists, first, last := surveillance.Shipped(), calendar.DayOf(2026, 5, 1), calendar.DayOf(2026, 5, 28)
	counts := w.insp()
	thresholds, err := pack.Load(packs.Builtin(), "alert-thresholds")
	w.must(err)
	for _, stem := range []string{"suspected_cases", "confirmed_cases"} {
		watched := alert.Watched{Disease: "bdbv", Source: insp, Stem: stem, Setting: alert.District, Rules: alert.RuleSets}
		zones, answered, alarms, epidemic := 0, 0, 0, 0
		for _, unit := range unitsOf(counts) {
			d := alert.DailyOf(lists, watched, unit, counts, first, last)
			if len(d.Watching()) == 0 {
				continue
			}
			st, raised := alert.JudgeDays(thresholds, d)
			zones++
			if slices.ContainsFunc(st.Checks, func(c alert.Check) bool { return c.State == "ok" }) {
				answered++
			}
			for _, r := range raised {
				switch {
				case r.Rule == alert.RuleEARS:
					alarms++
				case r.Level == alert.Epidemic:
					epidemic++
				}
			}
			if unit == "COD-BUNIA" {
				for _, c := range st.Checks {
					out = append(out, fmt.Sprintf("| %s | %s | %s | %.0f | %.1f | %s |", stem, c.Method, c.State, c.Observed, c.Upper, map[bool]string{true: "above", false: "-"}[c.Alarm]))
				}
			}
		}
		out = append(out, fmt.Sprintf("| %s | %d | %d | %d | %d |", stem, zones, answered, alarms, epidemic))
	}
	return out
}

// situationLines are those of the report of all that was reported until 28 May.
func (w *world) situationLines() (out []string) {
	w.t.Helper()
	x := analysis.MakeSituation(surveillance.Shipped(), w.insp(), analysis.SituationAsked{Disease: "bdbv", Source: insp, From: calendar.DayOf(2026, 5, 14), To: calendar.DayOf(2026, 5, 28)})
	for _, stem := range x.Stems {
		out = append(out, fmt.Sprintf("| %s | %d | %d |", stem, x.Totals[stem], x.New[stem]))
	}
	days, silent := 0, 0
	for _, l := range x.Lines {
		days, silent = days+l.Days, silent+l.Silent
		if slices.Contains([]string{"COD-BUNIA", "COD-MONGBALU", "COD-RWAMPARA"}, l.Unit) {
			out = append(out, fmt.Sprintf("| %s | %d | %d | %d of %d |", l.Unit, l.Totals["suspected_cases"].N, l.New["suspected_cases"], l.Silent, l.Days))
		}
	}
	return append(out, fmt.Sprintf("%d areas; of %d days of reports of theirs %d have no number of cases", len(x.Lines), days, silent), fmt.Sprintf("%d findings among cases and deaths", len(x.Findings)))
}

const insp = "INSP SitRep MVE"

func (w *world) insp() []surveillance.Reported {
	w.t.Helper()
	list, err := w.Counts.Counts(w.reader, surveillance.CountFilter{Disease: "bdbv", Source: insp})
	w.must(err)
	return list
}

func unitsOf(list []surveillance.Reported) (out []string) {
	for _, r := range list {
		out = append(out, r.Unit)
	}
	slices.Sort(out)
	return slices.Compact(out)
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
