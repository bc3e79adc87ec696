package exchange

import (
	"fmt"
	"maps"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// rankInput is what the imported files say, for rankings of any day.
func (w *world) rankInput() (mobility.RankInput, mobility.Outbreak) {
	w.t.Helper()
	list, err := w.Counts.Counts(w.reader, surveillance.CountFilter{Disease: "bdbv"})
	w.must(err)
	o := mobility.OutbreakOf(w.Counts.Lists(), list)
	flows, err := w.Flows.Table(w.reader, "flowminder-2026-03")
	w.must(err)
	times, err := w.Flows.Table(w.reader, "osrm-drc")
	w.must(err)
	in := mobility.RankInput{First: o.First, Flows: &flows, Times: &times, Candidates: flows.Origins(), Until: calendar.DayOf(2026, 5, 28), People: map[string]float64{}}
	w.must(w.DB.Read(w.t.Context(), func(tx *db.Tx) error {
		for _, code := range times.Places() {
			p, known, err := w.Gazetteer.Population(tx, code)
			if err != nil {
				return err
			}
			if known {
				in.People[code] = p.Count
			}
		}
		return nil
	}))
	return in, o
}

// The table of the retrospective validation (reference/epi-mobility.md, section 5), which
// was made by other code from the files themselves.
func TestTheRetrospectiveTableComesOutOfTheImportedFiles(t *testing.T) {
	m, files := outbreak(t)
	w := newWorld(t, "")
	w.bring(m, files, false)
	in, o := w.rankInput()

	// The reference takes its 61 candidates from those within 496 minutes of a place
	// affected by 18 May, and leaves out later who was affected meanwhile.
	in.AsOf = calendar.DayOf(2026, 5, 18)
	near := mobility.Within(in, 496)
	all := in.Candidates
	// Miti-Murhesa was affected by 22 May and is in none of the flows. All other numbers of
	// the reference come out with it; its 0.826 for the road on 22 May comes out only
	// without it: there the nearest affected place was one of the flows.
	without := maps.Clone(o.First)
	delete(without, "COD-MITI-MURHESA")

	for _, c := range []struct {
		name       string
		day        int
		candidates []string
		first      map[string]calendar.Day
		want       string // n, later affected, and the AUC of the five models
	}{
		{"all covered", 18, all, o.First, "406 (16) 0.982 0.978 0.983 0.989 0.540"},
		{"near", 18, near, o.First, "61 (16) 0.856 0.828 0.853 0.907 0.569"},
		{"near", 20, near, o.First, "60 (15) 0.841 0.822 0.847 0.917 0.584"},
		{"near", 22, near, o.First, "58 (13) 0.832 0.828 0.822 0.915 0.574"},
		{"near, without the place outside the flows", 22, near, without, "58 (13) 0.832 0.828 0.826 0.913 0.574"},
	} {
		in.AsOf, in.Candidates, in.First = calendar.DayOf(2026, 5, c.day), c.candidates, c.first
		in.Cases = o.Cases(in.AsOf)
		r, err := mobility.Rank(in)
		w.must(err)
		s := r.Scores[mobility.FlowIncidence]
		got := fmt.Sprintf("%d (%d)", s.N, s.Hits)
		for _, model := range []mobility.Model{mobility.FlowIncidence, mobility.FlowOnly, mobility.RoadTime, mobility.Gravity, mobility.Population} {
			if r.Scores[model].N != s.N || r.Scores[model].Unscored != 0 {
				t.Errorf("%s %d May: %s scores %+v", c.name, c.day, model, r.Scores[model])
			}
			got += fmt.Sprintf(" %.3f", r.Scores[model].AUC)
		}
		if got != c.want {
			t.Errorf("%s, %d May:\n got %s\nwant %s", c.name, c.day, got, c.want)
		}
		if top := s.Top[0]; c.name == "all covered" && (top.Low != 7 || top.High != 7) {
			t.Errorf("of the first ten by flow × incidence 7 were affected later, not %+v", top)
		}
	}
}

// The page ranks as of a day with what is stored, and looks back by itself.
func TestWhoMayBeNextLooksBackOnTheSameFiles(t *testing.T) {
	m, files := outbreak(t)
	w := newWorld(t, "")
	w.bring(m, files, false)
	next, err := w.Flows.WhoMayBeNext(w.reader, mobility.NextQuery{AsOf: calendar.DayOf(2026, 5, 18), Minutes: 496})
	w.must(err)
	if next.Query.Disease != "bdbv" || next.Flows.Code != "flowminder-2026-03" || next.Times.Code != "osrm-drc" {
		t.Errorf("%+v", next.Query)
	}
	r := next.Ranking
	if s := r.Scores[mobility.Gravity]; s.N != 61 || s.Hits != 16 || fmt.Sprintf("%.3f", s.AUC) != "0.907" || len(r.Affected) != 7 {
		t.Errorf("%+v, %d affected", s, len(r.Affected))
	}
	if why := r.Absent[mobility.StraightLine]; why != "positions" {
		t.Errorf("no zone has a position, and the straight line says %q", why)
	}
	if s := r.Scores[mobility.Effective]; s.N == 0 || s.AUC < 0.7 {
		t.Errorf("effective distance: %+v", s)
	}
	for _, past := range next.Past {
		if past.AsOf >= r.AsOf {
			t.Errorf("a look back at %v, as of %v", past.AsOf, r.AsOf)
		}
	}
	today, err := w.Flows.WhoMayBeNext(w.reader, mobility.NextQuery{})
	w.must(err)
	if today.Ranking.AsOf != calendar.DayOf(2026, 5, 28) || len(today.Past) != 5 || today.Ranking.Scores[mobility.Gravity].Hits != 0 {
		t.Errorf("as of %v, %d looks back, %+v", today.Ranking.AsOf, len(today.Past), today.Ranking.Scores[mobility.Gravity])
	}
	for _, past := range today.Past {
		t.Logf("%v: %d affected later of %d; AUC flow×incidence %.3f, effective %.3f, gravity %.3f, road %.3f, population %.3f", past.AsOf, past.Scores[mobility.Gravity].Hits, past.Scores[mobility.Gravity].N,
			past.Scores[mobility.FlowIncidence].AUC, past.Scores[mobility.Effective].AUC, past.Scores[mobility.Gravity].AUC, past.Scores[mobility.RoadTime].AUC, past.Scores[mobility.Population].AUC)
	}
}
