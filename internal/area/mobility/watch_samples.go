package mobility

import (
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// watchSamples are the pages of flow monitoring points, corridors and participatory maps.
func watchSamples(pageOf func(name, title string, make func(words string) page.Sheet) page.Sample) []page.Sample {
	return []page.Sample{
		pageOf("flow monitoring points", "mobility.watch.title", func(words string) page.Sheet {
			w := sampleWatch(words)
			shut := w
			shut.Shut, shut.May = true, false
			return watchpointsView([]WatchState{w, shut}, true, true, "en")
		}),
		pageOf("a flow monitoring point", "mobility.watch.flows", func(words string) page.Sheet { return flowsView(sampleFlows(words), "en") }),
		pageOf("a flow monitoring point that nobody watched", "mobility.watch.flows", func(words string) page.Sheet {
			return flowsView(PointFlows{WatchState: sampleWatch(words), First: calendar.DayOf(2026, 5, 1), Last: calendar.DayOf(2026, 5, 2), Days: []DayCount{{}, {}}, Small: 10}, "en")
		}),
		pageOf("who passes", "mobility.watch.count", func(words string) page.Sheet {
			w := sampleWatch(words)
			return groupView(w, groupForm(w, "en"), "en")
		}),
		pageOf("a traveller is asked", "mobility.ask.title", func(words string) page.Sheet {
			w := sampleWatch(words)
			return answerView(w, answerForm(w, "en"), "en")
		}),
		pageOf("corridors", "mobility.road.title", func(words string) page.Sheet {
			return roadsView([]Road{{Code: "north", Name: words, From: []string{"A"}, To: []string{"B"}, Points: []string{"UGA-P1"}, Note: words}, {Code: "south", Name: words}}, func(codes []string) string { return strings.Join(append(codes, words), ", ") }, map[string]string{"UGA-P1": words}, nil)
		}),
		pageOf("participatory maps", "mobility.sketch.title", func(words string) page.Sheet {
			k := Sketch{About: "A", Place: words, What: "market", Way: "in", Who: words, Few: 10, Many: 200, When: "market_day", Trust: "one", Told: "driver", Day: calendar.DayOf(2026, 5, 1), Note: words}
			return sketchesView([]Sketch{k}, map[string]place.Area{"A": {Code: "A", Names: map[string]string{"en": words}}}, (&Service{}).sketchForm(), "en")
		}),
	}
}

func sampleWatch(words string) WatchState {
	area := func(code string) place.Area { return place.Area{Code: code, Names: map[string]string{"en": words}} }
	return WatchState{Watchpoint: Watchpoint{Point: "UGA-F1", Site: "S1", From: 5, To: 20, Places: []string{"A", "B"}, Excludes: words}, Gazetteer: place.Point{Code: "UGA-F1", Names: map[string]string{"en": words}},
		Names: map[string]place.Area{"A": area("A"), "B": area("B")}, Today: calendar.DayOf(2026, 5, 14), Hour: 9, People: 120, Watched: 4, May: true}
}

func sampleFlows(words string) PointFlows {
	f := PointFlows{WatchState: sampleWatch(words), First: calendar.DayOf(2026, 5, 1), Last: calendar.DayOf(2026, 5, 14), Small: 10,
		Who:   map[string]int64{"mode:bus": 80, "mode:foot": 4, "group:women": 40, "vulnerable:pregnant": 3, "reason:trade": 30},
		Asked: map[string]int64{"agreed": 30, "declined": 12, "reason:trade": 22, "need:water": 4, "stay:week": 11, "intention:return": 19}}
	for i := range 14 {
		d := DayCount{Day: f.First + calendar.Day(i), Ends: map[Ends]int64{}}
		if i%3 != 2 {
			d.Hours = 6
			d.Ends[Ends{"in", "A", "B"}], d.Ends[Ends{"out", "B", Elsewhere}], d.Ends[Ends{"inside", "A", NotTold}] = int64(40+i), int64(3*i), 0
		}
		f.Days = append(f.Days, d)
	}
	var err error
	if f.All, f.Ways, err = estimate(f.Watchpoint, f.Days); err != nil {
		panic(err) // made here; a test runs it
	}
	return f
}
