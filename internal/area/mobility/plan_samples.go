package mobility

import (
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// planSamples are the pages of planning: where to screen, and what to do at the ways.
func planSamples(pageOf func(name, title string, make func(words string) page.Sheet) page.Sample) []page.Sample {
	return []page.Sample{
		pageOf("a screening plan", "mobility.screening.title", func(words string) page.Sheet { return screeningView(samplePlan(words), "en") }),
		pageOf("a screening plan without a point", "mobility.screening.title", func(words string) page.Sheet {
			p := samplePlan(words)
			p.Plan, p.Screened = Plan{}, Screened{Missing: []string{"aware"}}
			return screeningView(p, "en")
		}),
		pageOf("a map", "mobility.map.title", func(words string) page.Sheet { return mapView(sampleMap(words, true), "en") }),
		pageOf("a map of places of which nobody knows where they are", "mobility.map.title", func(words string) page.Sheet { return mapView(sampleMap(words, false), "en") }),
		pageOf("open, screen or close", "mobility.measures.title", func(words string) page.Sheet { return measuresView(sampleMeasures(words, 14), "en") }),
		pageOf("open, screen or close, where nobody knows how it grows", "mobility.measures.title", func(words string) page.Sheet { return measuresView(sampleMeasures(words, 0), "en") }),
	}
}

func samplePlan(words string) Planned {
	book := New(Deps{}).Book
	assumed, _ := book.Of(Assumptions{Disease: "bdbv"}, ScreeningAsks)
	s, err := Screening(AtBoth, assumed, nil, 1, 20)
	if err != nil {
		panic(err) // made here; a test runs it
	}
	point := func(code string, guarded bool) PlannedPoint {
		p := place.Point{Code: code, Kind: place.GroundCrossing, Names: map[string]string{"en": words}, Country: "UGA"}
		if guarded {
			p.Kind = place.UnofficialCrossing
		}
		return PlannedPoint{Point: p, Outward: place.Outward{Code: "UGA-1", Country: "UGA", Guarded: guarded}}
	}
	p := Plan{Points: []PlannedPoint{point("A", false), point("B", true), point("C", false)}, Weighted: true, NoPlace: 2}
	if err := p.place([]route{{weight: 5, points: []int{0, 1}}, {weight: 3, points: []int{1, 2}}, {weight: 4}}, 0.6, 4); err != nil {
		panic(err)
	}
	return Planned{Imports: sampleImports(words), Where: AtBoth, Teams: 4, Screened: s, Plan: p}
}

func sampleMeasures(words string, doubling float64) Measured {
	g := Growing{State: epi.NotIdentifiable, Silent: 2}
	if doubling > 0 {
		g, _ = told(doubling)
	}
	c, err := choose(g, screening{travel: 12_000, met: 0.8, effective: 0.9, found: flow.Interval{Mid: 0.4, Low: 0.2, High: 0.6, Level: 0.95}}, Assumed{Assumption: flow.Assumption{Low: 0.1, Likely: 0.3, High: 0.6}})
	if err == nil {
		err = c.simulate(Pair{People: [2]float64{200_000, 900_000}, Incubating: 40, Ill: 20, There: 300, Back: 280, IncubationDays: 8, Days: 5})
	}
	if err != nil {
		panic(err)
	}
	return Measured{Planned: samplePlan(words), Doubling: doubling, Choices: c}
}

func sampleMap(words string, positions bool) Map {
	n := sampleNext(words)
	m := Map{Scene: n.Scene, Small: 10, Few: 3, Flows: []MapFlow{{"A", "B", 900}, {"A", "C", 40}}}
	for i, unit := range []string{"A", "X", "B", "C", "D"} {
		p := MapPlace{Unit: unit, Affected: i < 2, Cases: max(0, 12-6*i), First: n.Query.AsOf, Coming: float64(100 * i)}
		if positions && unit != "D" {
			p.Position = &place.Position{Lat: float64(i) / 3, Lon: 30 + float64(i*i)/7}
		}
		m.Places = append(m.Places, p)
	}
	if !positions {
		return m
	}
	m.Points = []MapPoint{{Outward: place.Outward{Code: "P", Country: "UGA", Position: &place.Position{Lat: 0.2, Lon: 30.3}}, Kind: place.GroundCrossing, Name: map[string]string{"en": words}, N: 1},
		{Outward: place.Outward{Code: "UGA-1", Country: "UGA", Names: map[string]string{"en": words}, Guarded: true}, Kind: place.UnofficialCrossing, N: 4},
		{Outward: place.Outward{Code: "UGA", Country: "UGA", Guarded: true}, Kind: place.Shelter, N: 1}, {Outward: place.Outward{Code: "F", Country: "UGA"}, Kind: place.FlowPoint, N: 1}}
	m.Boundaries = []place.BoundarySet{{Code: "B", Source: words, Note: words}}
	square := []place.LonLat{{29.9, -0.2}, {31, -0.2}, {31, 1}, {29.9, 1}, {29.9, -0.2}}
	m.Shapes = []place.Boundary{{Area: "A", Shape: place.Shape{Polygons: [][][]place.LonLat{{square}}}}, {Line: true, Disputed: true, Shape: place.Shape{Lines: [][]place.LonLat{square[:3]}}}, {Line: true, Shape: place.Shape{Lines: [][]place.LonLat{square[2:]}}}}
	return m
}
