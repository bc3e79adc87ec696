package mobility

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	pageOf := func(name, title string, make func(words string) page.Sheet) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: make("Flowminder"), Hostile: make(hostile), Wide: true}
	}
	return append([]page.Sample{
		pageOf("mobility", "mobility.title", func(words string) page.Sheet {
			return homeView([]Matrix{sampleMatrix(words), {Code: "road", Name: words, Measure: Minutes}})
		}),
		pageOf("a matrix", "mobility.matrix.title", func(words string) page.Sheet { return matrixView(sampleTable(words)) }),
		pageOf("who may be next", "mobility.next.title", func(words string) page.Sheet { return nextView(sampleNext(words), Gravity, "en") }),
		pageOf("an importation forecast", "mobility.forecast.title", func(words string) page.Sheet { return forecastView(sampleImports(words), "en") }),
		pageOf("a forecast of which nobody gave the numbers", "mobility.forecast.title", func(words string) page.Sheet {
			im := sampleImports(words)
			im.Forecast.Missing = []string{"ill", "incubation"}
			return forecastView(im, "en")
		}),
		pageOf("what is assumed", "mobility.assume.title", func(words string) page.Sheet {
			a := Assumptions{Disease: "bdbv", Seed: 7, Draws: 200, Own: map[string]Range{"reported": {0.1, 0.2, 0.3}}, Why: words}
			s := New(Deps{})
			list, _ := s.Book.Of(a, Asks)
			return page.Sheet{Lead: page.M("mobility.assume.page_lead", "disease", words), Parts: []page.Part{assumedPart("mobility.assume.now", list)}, Form: s.assumptionsForm(a)}
		}),
		pageOf("who may be next, without an outbreak", "mobility.next.title", func(string) page.Sheet { return nextView(Next{}, FlowOnly, "en") }),
	}, append(planSamples(pageOf), watchSamples(pageOf)...)...)
}

func sampleMatrix(words string) Matrix {
	month, _ := calendar.OfMonth(2026, 3)
	return Matrix{Code: "flows", Name: words, Measure: People, Per: "month", Unlisted: UnlistedFew, From: month, To: month, Source: words, Licence: words, Limits: words}
}

func sampleTable(words string) Table {
	n := func(v float64) *float64 { return &v }
	return Table{Matrix: sampleMatrix(words), Rows: map[string]map[string]*float64{"A": {"B": n(120), "C": nil, "D": n(3)}, "B": {"A": n(40), "C": n(900)}, "C": {"D": n(70)}}}
}

func sampleNext(words string) Next {
	flows, n := sampleTable(words), func(v float64) *float64 { return &v }
	times := Table{Matrix: Matrix{Code: "road", Name: words, Measure: Minutes, Limits: words}, Rows: map[string]map[string]*float64{"A": {"B": n(30), "C": n(90), "D": nil}}}
	day := calendar.DayOf(2026, 5, 18)
	in := RankInput{AsOf: day, Until: day + 6, First: map[string]calendar.Day{"A": day - 3, "X": day - 1, "B": day + 4}, Cases: map[string]int{"A": 12, "X": 1}, Last: map[string]calendar.Day{"A": day, "X": day - 9}, Flows: &flows, Times: &times,
		People: map[string]float64{"A": 90_000, "B": 40_000, "C": 1_000}, Candidates: []string{"B", "C", "D", "E"}}
	now, err := Rank(in)
	if err != nil {
		panic(err) // made here; a test runs it
	}
	in.AsOf = day - 2
	past, err := Rank(in)
	if err != nil {
		panic(err)
	}
	series := surveillance.CountSeries{Disease: "bdbv", Source: words, Last: day}
	out := Next{Scene: Scene{Query: NextQuery{Disease: "bdbv", Source: words, AsOf: day, Minutes: 480}, Series: []surveillance.CountSeries{series}, Matrices: []Matrix{flows.Matrix, times.Matrix}, Flows: &flows.Matrix, Times: &times.Matrix,
		Names: map[string]place.Area{}, since: day - 3}, Ranking: now, Past: []Ranking{past}}
	for _, code := range []string{"A", "B", "C", "D", "E", "X"} {
		out.Names[code] = place.Area{Code: code, Names: map[string]string{"en": words}}
	}
	return out
}

func sampleImports(words string) Imports {
	n := sampleNext(words)
	flows := sampleTable(words)
	book := New(Deps{}).Book
	assumed, _ := book.Of(Assumptions{Disease: "bdbv", Own: map[string]Range{"reported": {0.1, 0.2, 0.3}}, Why: words}, ForecastAsks)
	f, err := Forecasted(ForecastInput{AsOf: n.Query.AsOf, Window: 10, Days: 30, Cases: map[string]Counted{"A": {Least: 9, Likely: 12, Most: 19.5, Days: 8, Of: 10, Last: n.Query.AsOf}, "X": {Of: 10, Last: n.Query.AsOf - 12}, "B": {Least: 9000, Likely: 9000, Most: 9000, Days: 10, Of: 10, Last: n.Query.AsOf}, "Y": {Of: 10, Fell: true}}, Flows: &flows, People: map[string]float64{"A": 90_000, "B": 40_000}, Places: []string{"C", "D", "E"},
		Assumed: assumed, Seed: 7, Draws: 200})
	if err != nil {
		panic(err) // made here; a test runs it
	}
	return Imports{Scene: n.Scene, Asked: ForecastQuery{NextQuery: n.Query, Window: 10, Days: 30}, Forecast: f}
}
