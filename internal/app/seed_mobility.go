package app

import (
	"context"
	"fmt"
	"math"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// demoZones are districts that do not exist, on a lake that does not either.
var demoZones = []struct {
	code, name string
	lat, lon   float64
	people     float64
	day, cases int // days ago of the first case, and cases until today; 0 is none
}{
	{"KEN-NYOTA", "Nyota", -1.10, 36.60, 210_000, 24, 61}, {"KEN-MAWIMBI", "Mawimbi", -1.35, 36.95, 95_000, 17, 22}, {"KEN-BONDE", "Bonde", -0.85, 36.75, 60_000, 9, 7},
	{"KEN-ZIWANI", "Ziwani", -1.60, 36.40, 48_000, 4, 2}, {"KEN-MSITU", "Msitu", -0.60, 36.30, 120_000, 0, 0}, {"KEN-KILELE", "Kilele", -1.95, 37.20, 33_000, 0, 0},
	{"KEN-MTONI", "Mtoni", -1.20, 37.45, 150_000, 0, 0}, {"KEN-JANGWA", "Jangwa", -0.30, 37.60, 18_000, 0, 0}, {"KEN-PWANI", "Pwani ya Ziwa", -2.40, 36.80, 76_000, 0, 0},
}

// seedMobility makes an outbreak of measles among districts, the people who travel
// between them and the roads: what Mobility and Reported counts show in a demo.
func (n *Node) seedMobility(ctx context.Context) error {
	admin := access.Operator(ctx)
	officer, err := n.As(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return err
	}
	for _, z := range demoZones {
		if _, err := n.Gazetteer.SaveArea(admin, place.Area{Code: z.code, Country: "KEN", Parent: "KEN", Level: 1, Type: "district", Names: map[string]string{place.AnyLanguage: z.name},
			Position: &place.Position{Lat: z.lat, Lon: z.lon}, Source: "Demonstration"}); err != nil {
			return fmt.Errorf("demo area %s: %w", z.code, err)
		}
		if _, err := n.Gazetteer.SavePopulation(admin, place.Population{Place: z.code, Count: z.people, Source: "Demonstration"}); err != nil {
			return fmt.Errorf("demo area %s: %w", z.code, err)
		}
	}
	for _, p := range lakePoints() {
		if _, err := n.Gazetteer.SavePoint(admin, p); err != nil {
			return fmt.Errorf("demo point %s: %w", p.Code, err)
		}
	}
	today := calendar.DayOfTime(n.clock())
	var list []surveillance.Report
	for _, z := range demoZones {
		for ago := z.day; ago > 0 && z.cases > 0; ago -= 2 {
			grown := math.Round(float64(z.cases) * math.Exp(-0.15*float64(ago-1)))
			list = append(list, surveillance.Report{Cell: surveillance.Cell{Unit: z.code, Disease: "measles", Indicator: "cumulative_suspected_cases", Period: surveillance.DayPeriod(today - calendar.Day(ago)), Source: "Situation report"},
				Value: surveillance.Of(int(max(grown, 1))), Reported: today - calendar.Day(ago)})
		}
	}
	if _, err := n.Signals.RecordCounts(officer, list...); err != nil {
		return fmt.Errorf("demo counts of measles: %w", err)
	}
	for _, t := range demoMatrices() {
		if _, err := n.Mobility.SaveMatrix(officer, t); err != nil {
			return fmt.Errorf("demo matrix %s: %w", t.Code, err)
		}
	}
	return n.seedWatch(officer, today)
}

// seedWatch makes two flow monitoring points with ten days on which somebody watched, but
// for two, a corridor and what people of a place told.
func (n *Node) seedWatch(ctx context.Context, today calendar.Day) error {
	site, err := DemoSite()
	if err != nil {
		return err
	}
	m := n.Mobility
	for i, point := range []string{"KEN-MTO-BRIDGE", "KEN-MSITU-ROAD"} {
		ends := [][]string{{"KEN-NYOTA", "KEN-MTONI"}, {"KEN-NYOTA", "KEN-MSITU"}}[i]
		w := mobility.Watchpoint{Point: point, Site: site.Code, Offset: 180, From: 6, To: 19, Places: append([]string{"KEN-BONDE", "KEN-MAWIMBI"}, ends...), Excludes: []string{"Trips to the market of Mtoni", ""}[i]}
		if err := m.SaveWatchpoint(ctx, w); err != nil {
			return fmt.Errorf("demo flow point %s: %w", point, err)
		}
		for ago := 10; ago > 0; ago-- {
			day := today - calendar.Day(ago)
			if (ago+i)%5 == 0 {
				continue // nobody watched
			}
			if err := m.Watch(ctx, point, day, 8, 12); err != nil {
				return fmt.Errorf("demo flow point %s: %w", point, err)
			}
			for g, mode := range []string{"bus", "foot", "motorcycle"} {
				from, to := ends[0], ends[1]
				if g == 1 {
					from, to = to, "KEN-MAWIMBI"
				}
				people := 9 + (ago*7+g*11+i*5)%23
				x := mobility.Group{ID: db.NewID(), Point: point, Day: day, Hour: 8 + g, Way: "inside", From: from, To: to, Mode: mode, Reason: []string{"trade", "family", "work"}[g], People: people,
					Groups: map[string]int{"women": people / 3, "men": people / 3, "girls": people / 7}, Vulnerable: map[string]int{"child_under_5": people / 8}}
				if err := m.CountGroup(ctx, x); err != nil {
					return fmt.Errorf("demo flow point %s: %w", point, err)
				}
			}
		}
	}
	if err := m.SaveRoad(ctx, mobility.Road{Code: "lake-road", Name: "Lake road", From: []string{"KEN-NYOTA", "KEN-MAWIMBI"}, To: []string{"KEN-MTONI", "KEN-KILELE"}, Points: []string{"KEN-MTO-BRIDGE"}}); err != nil {
		return fmt.Errorf("demo corridor: %w", err)
	}
	return m.SaveSketch(ctx, mobility.Sketch{ID: db.NewID(), About: "KEN-PWANI", Place: "Boats below the mill", What: "landing", Way: "inside", Who: "Traders with fish", Few: 20, Many: 60, When: "market_day", Trust: "several", Told: "driver", Day: today - 6})
}

// lakePoints are where people pass and gather around the lake.
func lakePoints() (out []place.Point) {
	for _, p := range []struct {
		code, en, fr, es, ar string
		area                 string
		kind                 place.PointKind
		lat, lon             float64
	}{
		{"KEN-NYOTA-BUS", "Nyota bus park", "Gare routière de Nyota", "Estación de autobuses de Nyota", "موقف حافلات نيوتا", "KEN-NYOTA", place.BusPark, -1.08, 36.64},
		{"KEN-MAWIMBI-MARKET", "Mawimbi market", "Marché de Mawimbi", "Mercado de Mawimbi", "سوق ماويمبي", "KEN-MAWIMBI", place.Market, -1.37, 36.98},
		{"KEN-ZIWANI-PORT", "Ziwani landing", "Débarcadère de Ziwani", "Embarcadero de Ziwani", "مرسى زيواني", "KEN-ZIWANI", place.Port, -1.63, 36.44},
		{"KEN-MTO-BRIDGE", "Mto bridge", "Pont de Mto", "Puente de Mto", "جسر متو", "KEN-MTONI", place.FlowPoint, -1.22, 37.20},
		{"KEN-MSITU-ROAD", "Msitu road block", "Barrage routier de Msitu", "Control de carretera de Msitu", "حاجز طريق مسيتو", "KEN-MSITU", place.FlowPoint, -0.72, 36.42},
		{"KEN-PWANI-FORD", "The ford", "Le gué", "El vado", "المخاضة", "KEN-PWANI", place.UnofficialCrossing, -2.42, 36.70},
	} {
		out = append(out, place.Point{Code: p.code, Kind: p.kind, Names: map[string]string{"en": p.en, "fr": p.fr, "es": p.es, "ar": p.ar}, Country: "KEN", Area: p.area,
			Position: &place.Position{Lat: p.lat, Lon: p.lon}, Source: "Demonstration", Guarded: p.kind == place.UnofficialCrossing})
	}
	return out
}

// demoMatrices are roads of 40 km/h that wind, and travel that falls with their length.
func demoMatrices() []mobility.Table {
	flows := mobility.Table{Matrix: mobility.Matrix{Code: "demo-flows", Name: "Flow monitoring, last month", Measure: mobility.People, Per: "month", Unlisted: mobility.UnlistedFew, Fewer: 50, Source: "Demonstration",
		Limits: "Invented. Counted at some points in some hours; fewer than 50 people are not listed."}, Rows: map[string]map[string]*float64{}}
	roads := mobility.Table{Matrix: mobility.Matrix{Code: "demo-roads", Name: "Travel time by road", Measure: mobility.Minutes, Unlisted: mobility.UnlistedUnknown, Source: "Demonstration", Limits: "Invented."}, Rows: map[string]map[string]*float64{}}
	for _, a := range demoZones {
		flows.Rows[a.code], roads.Rows[a.code] = map[string]*float64{}, map[string]*float64{}
		for _, b := range demoZones {
			if a.code == b.code {
				continue
			}
			km := 1.3 * place.Position{Lat: a.lat, Lon: a.lon}.Kilometres(place.Position{Lat: b.lat, Lon: b.lon})
			minutes := math.Round(km / 40 * 60)
			roads.Rows[a.code][b.code] = &minutes
			if people := math.Round(a.people * b.people / (km * km) / 5000); people >= flows.Fewer {
				flows.Rows[a.code][b.code] = &people
			}
		}
	}
	return []mobility.Table{flows, roads}
}
