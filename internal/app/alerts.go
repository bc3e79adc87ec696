package app

import (
	"context"
	"fmt"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// newAlerts builds the alert board and ties it to what it counts.
func (n *Node) newAlerts(o Options) *alert.Service {
	s := alert.New(alert.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Signals: n.Signals, Cases: n.Cases, Packs: n.Packs, Clock: o.Clock, Mine: n.Sync.InCharge,
		Population: func(tx *db.Tx, unit string) (int, bool, error) {
			p, known, err := n.Gazetteer.Population(tx, unit)
			return int(p.Count), known, err
		}})
	n.Cases.OnCase(s.Case)
	n.Signals.OnCounts(s.Counted)
	return s
}

// watchEvery is how often every rule is held against every series: a week that ends is a
// change that nobody writes.
const watchEvery = time.Hour

// watchCounts looks at all series when the program starts and every hour, until ctx
// ends.
func (n *Node) watchCounts(ctx context.Context) {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	for {
		_, err := n.alone(ctx, "alerts", func(ctx context.Context) error { return n.Alerts.Look(forPublicHealth(ctx)) })
		if err != nil && ctx.Err() == nil {
			n.log.Error("looking for alerts", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// forPublicHealth is the program itself at work on counts: in the journal nobody's name.
func forPublicHealth(ctx context.Context) context.Context {
	actor, _ := access.From(access.Operator(ctx))
	actor.Purpose = "public_health"
	return access.With(ctx, actor)
}

// seedAlerts makes a demo's centre and two of its districts report every week, the
// centre with a rise of watery diarrhoea that its rules find.
func (n *Node) seedAlerts(ctx context.Context) error {
	officer, err := n.As(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return err
	}
	site, err := DemoSite()
	if err != nil {
		return err
	}
	today := calendar.DayOfTime(n.clock())
	first := surveillance.WeekPeriod(today - 7*12)
	centre := surveillance.SiteUnit(site.Code)
	for _, r := range []alert.Reporter{
		{Unit: centre, Setting: alert.Camp, Diseases: []string{"cholera", "measles", "awd", "bloody_diarrhoea"}, Due: 2, From: first},
		{Unit: demoZones[0].code, Setting: alert.District, Diseases: []string{"measles", "malaria"}, Due: 2, From: first},
		{Unit: demoZones[1].code, Setting: alert.District, Diseases: []string{"measles"}, Due: 2, From: first},
	} {
		if err := n.Alerts.SaveReporter(officer, r); err != nil {
			return fmt.Errorf("demo reporter %s: %w", r.Unit, err)
		}
	}
	if err := n.Alerts.Count(officer, alert.Headcount{Unit: centre, On: today - 20, Source: alert.Registration, People: 16_200, Under5: 2_916}); err != nil {
		return fmt.Errorf("demo headcount: %w", err)
	}
	var list []surveillance.Report
	say := func(unit, disease string, cases []int) {
		for i, n := range cases {
			p := surveillance.WeekPeriod(today - calendar.Day(7*(len(cases)-i)))
			_, last, _ := p.Bounds()
			if n >= 0 { // less: nobody reported that week
				list = append(list, surveillance.Report{Cell: surveillance.Cell{Unit: unit, Disease: disease, Indicator: alert.WeeklyCases, Period: p, Source: alert.WeeklySource}, Value: surveillance.Of(n), Reported: min(last+calendar.Day(1+i%3), today)})
			}
		}
	}
	say(centre, "awd", []int{9, 11, 8, 12, 10, 9, 11, 10, 12, 9, 11, 27})
	say(centre, "measles", []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	say(demoZones[0].code, "measles", []int{1, 0, 2, 1, -1, 1, 0, 1, 3, 6, 9, 14})
	say(demoZones[1].code, "measles", []int{0, 0, -1, 0, 0, -1, -1, 1, 2, 0})
	if _, err := n.Signals.RecordCounts(officer, list...); err != nil {
		return fmt.Errorf("demo weekly reports: %w", err)
	}
	return n.Alerts.Look(officer)
}
