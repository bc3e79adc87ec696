package mobility

import (
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// watched is a world with a flow monitoring point; it is 9:30 of 1 June 2026 by UTC, and
// 12:30 at the point.
func (w *world) watched() Watchpoint {
	w.t.Helper()
	_, err := w.Gazetteer.SavePoint(w.as(access.Administrator), place.Point{Code: "UGA-F1", Kind: place.FlowPoint, Names: map[string]string{"en": "Old bridge"}, Country: "UGA", Area: "UGA-A"})
	w.must(err)
	p := Watchpoint{Point: "UGA-F1", Site: "S1", Offset: 180, From: 6, To: 18, Places: []string{"UGA-A", "UGA-B"}, Excludes: "market trips"}
	w.must(w.SaveWatchpoint(w.as(access.Epidemiologist), p))
	return p
}

var june1 = calendar.DayOf(2026, 6, 1)

func aGroup(people int) Group {
	return Group{ID: db.NewID(), Point: "UGA-F1", Day: june1, Hour: 10, Way: "in", From: "UGA-A", To: "UGA-B", Mode: "bus", People: people, Groups: map[string]int{"women": 2}, Vulnerable: map[string]int{"pregnant": 1}}
}

func TestAGroupCountsOnceHoweverOftenItIsSent(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.watched()
		ctx, g := w.as(access.Screener), aGroup(12)
		for range 3 {
			w.must(w.CountGroup(ctx, g))
		}
		w.must(w.CountGroup(ctx, aGroup(30)))
		g.People = 13
		if err := w.CountGroup(ctx, g); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same form with another number: %v", err)
		}
		w.must(w.Watch(ctx, "UGA-F1", june1, 8, 12))
		w.must(w.Watch(ctx, "UGA-F1", june1, 10, 13)) // another device, the same hours
		f, err := w.FlowsAt(w.as(access.Epidemiologist), "UGA-F1", 7)
		w.must(err)
		if f.People != 42 || f.Watched != 5 || f.All.Counted != 42 || f.All.Hours != 5 || f.Who["group:women"] != 4 || f.Who["vulnerable:pregnant"] != 2 || f.Who["mode:bus"] != 42 {
			t.Errorf("%+v", f)
		}
		// One day of seven was watched, five of its twelve hours: 42/5 an hour in 79 hours,
		// since five of today's have not begun.
		if len(f.Ways) != 1 || f.Ways[0].Ends != (Ends{"in", "UGA-A", "UGA-B"}) || math.Abs(f.All.People.Mid-42./5*79) > 1e-9 || f.All.People.Level != 0 {
			t.Errorf("%+v", f.Ways)
		}
	})
}

func TestCountsFollowTheirDocumentsWhenTheyAreTakenBack(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.watched()
		g := aGroup(12)
		w.must(w.CountGroup(w.as(access.Screener), g))
		w.must(w.DB.Write(t.Context(), func(tx *db.Tx) error { return uncounted[Group]("mobility_group")(tx, g.ID) }))
		w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			for _, counter := range []string{counterPassed, counterWho} {
				sums, err := tally.Sum(tx, counter, june1-90, june1+90)
				if err != nil || len(sums) != 0 {
					t.Errorf("%s: %v %v", counter, sums, err)
				}
			}
			return nil
		}))
	})
}

func TestAGroupThatCannotBeIsRefusedByItsField(t *testing.T) {
	w := newWorld(t, "")
	p := w.watched()
	today, hour := p.Clock(time.Date(2026, 6, 1, 9, 30, 0, 0, time.UTC))
	if today != june1 || hour != 12 {
		t.Fatalf("%v %d", today, hour)
	}
	for field, change := range map[string]func(*Group){
		"people": func(g *Group) { g.People = 0 }, "way": func(g *Group) { g.Way = "up" }, "from": func(g *Group) { g.From = "UGA-C" }, "to": func(g *Group) { g.To = "UGA-A" }, "mode": func(g *Group) { g.Mode = "" },
		"day": func(g *Group) { g.Hour = 13 }, "hour": func(g *Group) { g.Hour = -1 }, "pregnant": func(g *Group) { g.Vulnerable["pregnant"] = 13 }, "women": func(g *Group) { g.Groups["women"] = -1 },
	} {
		g := aGroup(12)
		change(&g)
		errs := g.Valid(p, today, hour)
		if len(errs) == 0 || fault.FieldOf(errs[0]) != field {
			t.Errorf("%s: %v", field, errs)
		}
	}
	g := aGroup(12)
	g.Groups = map[string]int{"women": 8, "men": 5}
	if errs := g.Valid(p, today, hour); len(errs) != 1 || fault.KeyOf(errs[0]) != "mobility.error.parts" {
		t.Errorf("thirteen of twelve: %v", errs)
	}
	old := aGroup(5)
	old.Day -= 60
	if errs := old.Valid(p, today, hour); len(errs) != 1 {
		t.Errorf("%v", errs)
	}
	for _, c := range []struct {
		day      calendar.Day
		from, to int
		field    string
	}{{june1, 8, 14, "to"}, {june1 + 1, 1, 2, "to"}, {june1, 9, 9, "to"}, {june1 - 60, 1, 2, "day"}} {
		if err := w.Watch(w.as(access.Screener), "UGA-F1", c.day, c.from, c.to); fault.FieldOf(err) != c.field {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestWhoeverDeclinedHasNoAnswers(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.watched()
		ctx := w.as(access.Volunteer)
		if err := w.Ask(ctx, Answer{ID: db.NewID(), Point: "UGA-F1", Day: june1, Reason: "trade"}); fault.FieldOf(err) != "agreed" {
			t.Errorf("%v", err)
		}
		w.must(w.Ask(ctx, Answer{ID: db.NewID(), Point: "UGA-F1", Day: june1}))
		a := Answer{ID: db.NewID(), Point: "UGA-F1", Day: june1, Agreed: true, From: "UGA-A", Reason: "trade", Needs: []string{"water", "health"}}
		w.must(w.Ask(ctx, a))
		w.must(w.Ask(ctx, a)) // the phone sent it again
		f, err := w.FlowsAt(w.as(access.Epidemiologist), "UGA-F1", 7)
		w.must(err)
		if f.Asked["agreed"] != 1 || f.Asked["declined"] != 1 || f.Asked["need:water"] != 1 || f.Asked["reason:trade"] != 1 {
			t.Errorf("%v", f.Asked)
		}
		if body := w.page(access.Epidemiologist, "/mobility/watch/UGA-F1"); !strings.Contains(body, "fewer than") {
			t.Error("one person's answer is told as one")
		}
	})
}

func TestThePagesOfAPointOnAPhoneAndADesk(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.watched()
		id := db.NewID().String()
		form := url.Values{"id": {id}, "people": {"25"}, "way": {"in"}, "from": {"UGA-A"}, "to": {"elsewhere"}, "mode": {"foot"}, "hour": {"11"}, "vulnerable_pregnant": {"2"}}
		for range 2 {
			if code, body := w.post(access.Screener, "/mobility/watch/UGA-F1/count", form); code != 303 {
				t.Fatalf("%d %s", code, body)
			}
		}
		bad := url.Values{"id": {db.NewID().String()}, "people": {"2.5"}, "way": {"in"}, "from": {"UGA-A"}, "to": {"UGA-B"}, "mode": {"foot"}, "hour": {"11"}, "vulnerable_pregnant": {"7"}}
		if code, body := w.post(access.Screener, "/mobility/watch/UGA-F1/count", bad); code != 422 || !strings.Contains(body, "whole number") {
			t.Errorf("%d", code)
		}
		bad.Set("people", "5")
		if code, body := w.post(access.Screener, "/mobility/watch/UGA-F1/count", bad); code != 422 || !strings.Contains(body, "fewer people in the group") || !strings.Contains(body, "f-vulnerable_pregnant") {
			t.Errorf("%d: the fault stands at its box", code)
		}
		if code, _ := w.post(access.Screener, "/mobility/watch/UGA-F1/hours", url.Values{"day": {june1.String()}, "from_hour": {"6"}, "to_hour": {"12"}}); code != 303 {
			t.Errorf("%d", code)
		}
		if code, body := w.post(access.Screener, "/mobility/watch/UGA-F1/hours", url.Values{"day": {june1.String()}, "from_hour": {"12"}, "to_hour": {"6"}}); code != 422 || !strings.Contains(body, "the earlier first") {
			t.Errorf("%d", code)
		}
		for _, path := range []string{"/mobility/watch", "/mobility/watch/UGA-F1/count", "/mobility/watch/UGA-F1/ask"} {
			w.page(access.Screener, path)
		}
		for path, role := range map[string]access.Role{"/mobility/watch/UGA-F1": access.Screener, "/mobility/watch/new": access.Screener, "/mobility/corridors": access.Volunteer, "/mobility/sketches": access.Nurse, "/mobility/watch": access.Radiographer} {
			if code, _ := w.get(role, path); code != 403 {
				t.Errorf("%s opens %s: %d", role, path, code)
			}
		}
		body := w.page(access.Epidemiologist, "/mobility/watch/UGA-F1?days=7")
		for _, part := range []string{"25", "market trips", "Hours that nobody watched", "Whoever passes twice", "<svg", "fewer than"} {
			if !strings.Contains(body, part) {
				t.Errorf("%q is not in the page", part)
			}
		}
	})
}

func TestAPointIsSetUpByNamesOfTheGazetteer(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.watched()
		form := url.Values{"point": {"UGA-F1"}, "site": {"S2"}, "offset": {"120"}, "from": {"5"}, "to": {"19"}, "places": {"zone a, ZONE B; UGA-C"}, "excludes": {"School trips"}}
		if code, body := w.post(access.Epidemiologist, "/mobility/watch", form); code != 303 {
			t.Fatalf("%d %s", code, body)
		}
		p, err := w.Watchpoint(w.as(access.Epidemiologist), "UGA-F1")
		w.must(err)
		if p.Site != "S2" || p.Offset != 120 || p.Hours() != 14 || !slices.Equal(p.Places, []string{"UGA-A", "UGA-B", "UGA-C"}) {
			t.Errorf("%+v", p.Watchpoint)
		}
		form.Set("places", "Zone A, Atlantis")
		if code, body := w.post(access.Epidemiologist, "/mobility/watch", form); code != 422 || !strings.Contains(body, "Atlantis") {
			t.Errorf("a place that nobody knows: %d", code)
		}
		if code, _ := w.post(access.Manager, "/mobility/watch", form); code == 303 {
			t.Error("a manager sets up a point")
		}
	})
}

func TestCorridorsAndSketchesAreKeptAndAPlanTakesThePointsOfACorridor(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.watched()
		w.outbreak()
		_, err := w.Gazetteer.SavePoint(w.as(access.Administrator), place.Point{Code: "UGA-P9", Kind: place.Market, Names: map[string]string{"en": "Far market"}, Country: "UGA"})
		w.must(err)
		if p, err := w.PlanScreening(w.as(access.Epidemiologist), PlanQuery{}); err != nil || len(p.Plan.Points) != 0 {
			t.Fatalf("%+v %v", p.Plan.Points, err)
		}
		road := url.Values{"code": {"north"}, "name": {"North road"}, "from": {"Zone B"}, "to": {"Zone C"}, "points": {"UGA-P9"}}
		if code, body := w.post(access.Epidemiologist, "/mobility/corridors", road); code != 303 {
			t.Fatalf("%d %s", code, body)
		}
		if p, err := w.PlanScreening(w.as(access.Epidemiologist), PlanQuery{}); err != nil || len(p.Plan.Points) != 1 || p.Plan.Points[0].Code != "UGA-P9" {
			t.Errorf("%+v %v", p.Plan.Points, err)
		}
		if _, body := w.get(access.Epidemiologist, "/mobility/corridors"); strings.Count(body, "Far market") != 2 || strings.Count(body, "UGA-P9") != 1 {
			t.Error("a corridor tells its points by name; the code is the value of the form alone")
		}
		road.Set("to", "Zone B")
		if code, body := w.post(access.Epidemiologist, "/mobility/corridors", road); code != 422 || !strings.Contains(body, "same place") {
			t.Errorf("%d", code)
		}
		sketch := url.Values{"id": {db.NewID().String()}, "about": {"Zone A"}, "place": {"Ford below the mill"}, "what": {"crossing"}, "way": {"in"}, "who": {"traders with goats"}, "few": {"20"}, "many": {"60"}, "when": {"market_day"}, "trust": {"several"}, "told": {"driver"}}
		for range 2 {
			if code, body := w.post(access.Epidemiologist, "/mobility/sketches", sketch); code != 303 {
				t.Fatalf("%d %s", code, body)
			}
		}
		if body := w.page(access.Epidemiologist, "/mobility/sketches"); strings.Count(body, "Ford below the mill") != 1 || !strings.Contains(body, "North road") == false {
			t.Error("the sketch is there once")
		}
		sketch.Set("few", "90")
		sketch.Set("id", db.NewID().String())
		if code, body := w.post(access.Epidemiologist, "/mobility/sketches", sketch); code != 422 || !strings.Contains(body, "the fewer first") {
			t.Errorf("%d", code)
		}
	})
}

func TestWhatThePointsEstimateBecomesAMatrixAndTheLargerOfTwoPointsCounts(t *testing.T) {
	known := func(ends Ends, n float64) Passed {
		return Passed{Ends: ends, Estimate: flow.Passing{State: flow.Known, People: flow.Interval{Mid: n}}}
	}
	rows := matrixOfPassed(map[string][]Passed{"P": {known(Ends{"in", "A", "B"}, 300), known(Ends{"inside", "A", "B"}, 30), known(Ends{"out", "B", Elsewhere}, 99), {Ends: Ends{"out", "B", "A"}}}, "Q": {known(Ends{"in", "A", "B"}, 400)}}, map[string]float64{"P": 30, "Q": 30})
	if len(rows) != 1 || len(rows["A"]) != 1 || math.Abs(*rows["A"]["B"]-400./30) > 1e-9 {
		t.Errorf("%v", rows)
	}
	both(t, func(t *testing.T, w *world) {
		w.watched()
		if code, _ := w.post(access.Epidemiologist, "/mobility/monitored", url.Values{}); code != 303 {
			t.Errorf("%d", code)
		}
		if list, err := w.Matrices(w.as(access.Epidemiologist)); err != nil || len(list) != 0 {
			t.Errorf("a matrix of nothing: %v %v", list, err)
		}
		w.must(w.CountGroup(w.as(access.Screener), aGroup(12)))
		w.must(w.Watch(w.as(access.Screener), "UGA-F1", june1, 8, 12))
		if code, _ := w.post(access.Epidemiologist, "/mobility/monitored", url.Values{}); code != 303 {
			t.Errorf("%d", code)
		}
		m, err := w.Table(w.as(access.Epidemiologist), monitored)
		w.must(err)
		if v := m.At("UGA-A", "UGA-B"); !v.Known || math.Abs(v.Value-3*12) > 1e-9 || !strings.Contains(m.Limits, "market trips") || m.Per != "day" {
			t.Errorf("%+v %+v", v, m.Matrix)
		}
	})
}

func TestDaysThatNobodyWatchedAreNotDaysWithoutPeople(t *testing.T) {
	w := Watchpoint{From: 6, To: 18}
	e := Ends{"in", "A", "B"}
	all, ways, err := estimate(w, []DayCount{{Hours: 6, Ends: map[Ends]int64{e: 60}}, {}, {Hours: 6, Ends: map[Ends]int64{e: 60}}})
	if err != nil || all.People.Mid != 360 || all.Days != 2 || len(ways) != 1 {
		t.Errorf("%+v %v", all, err)
	}
	if all, _, err := estimate(w, []DayCount{{Hours: 1, ToCome: w.Hours() - 2, Ends: map[Ends]int64{e: 30}}}); err != nil || all.People.Mid != 60 {
		t.Errorf("hours that have not begun count: %+v %v", all, err)
	}
	if all, _, err := estimate(w, []DayCount{{Hours: 20, Ends: map[Ends]int64{e: 60}}}); err != nil || all.People.Mid != 60 {
		t.Errorf("watched longer than people were said to pass: %+v %v", all, err)
	}
	if all, _, err := estimate(w, []DayCount{{Ends: map[Ends]int64{e: 60}}}); err != nil || all.State != flow.Unknown {
		t.Errorf("counted in no hours: %+v %v", all, err)
	}
}

// Who counted a group watched its hour, also where nobody said so.
func TestTheHourOfAGroupIsWatched(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.watched()
		w.must(w.CountGroup(w.as(access.Screener), aGroup(12)))
		f, err := w.FlowsAt(w.as(access.Epidemiologist), "UGA-F1", 7)
		w.must(err)
		if f.Watched != 1 || f.All.Counted != 12 || f.All.Hours != 1 {
			t.Errorf("%+v", f.All)
		}
	})
}
