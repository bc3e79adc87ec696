package app

import (
	"context"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// seedCounts are the reported counts of a demo: weeks of cholera at the centre, of which
// one was not reported and one nobody sent, and a neighbour's cumulative count that fell.
func (n *Node) seedCounts(ctx context.Context) error {
	officer, err := n.As(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return err
	}
	site, err := DemoSite()
	if err != nil {
		return err
	}
	today := calendar.DayOfTime(n.clock())
	var list []surveillance.Report
	say := func(unit, indicator string, p surveillance.Period, value surveillance.Count, source string) {
		_, last, _ := p.Bounds()
		list = append(list, surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: "cholera", Indicator: indicator, Period: p, Source: source}, Value: value, Reported: min(last+1, today)})
	}
	for i, cases := range []int{0, 1, 0, 2, -1, 3, -2, 11} { // -1: not reported; -2: no report
		count := surveillance.Of(cases)
		if cases == -1 {
			count = surveillance.Count{}
		}
		if cases != -2 {
			say(surveillance.SiteUnit(site.Code), "new_suspected_cases", surveillance.WeekPeriod(today-calendar.Day(7*(8-i))), count, "Weekly report")
		}
	}
	for i, total := range []int{104, 131, 127, 140} {
		say("UGA", "cumulative_suspected_cases", surveillance.DayPeriod(today-calendar.Day(8-2*i)), surveillance.Of(total), "Situation report")
	}
	if _, err := n.Signals.RecordCounts(officer, list...); err != nil {
		return fmt.Errorf("demo counts: %w", err)
	}
	return nil
}

// unitsOf finds the areas and points that counts are about in the gazetteer.
type unitsOf struct{ g *place.Gazetteer }

// Unit implements surveillance.Deps.Places.
func (u unitsOf) Unit(tx *db.Tx, code string) (surveillance.Unit, error) {
	a, err := u.g.Area(tx, code)
	if err == nil {
		return surveillance.Unit{Code: a.Code, Names: a.Names, Parent: a.Parent}, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return surveillance.Unit{}, err
	}
	p, err := u.g.Point(tx, code)
	return surveillance.Unit{Code: p.Code, Names: p.Names, Parent: p.Area}, err
}

// FindUnit implements surveillance.Deps.Places. A name that several places have is none.
func (u unitsOf) FindUnit(tx *db.Tx, text string) (surveillance.Unit, bool, error) {
	r, err := u.g.Resolve(tx, place.Query{Text: text})
	if err != nil || r.Place == nil || r.Place.What == place.IsCountry {
		return surveillance.Unit{}, false, err
	}
	return surveillance.Unit{Code: r.Place.Code, Names: r.Place.Names, Parent: r.Place.Parent}, true, nil
}
