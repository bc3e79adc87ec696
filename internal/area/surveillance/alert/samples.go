package alert

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 6, 15, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }, Signals: surveillance.New(surveillance.Deps{})})
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: full.Table != nil}
	}
	alert := func(words string) page.Sheet { return alertView(sampleSeen(words), ackForm(), "en") }
	days := func(words string) page.Sheet {
		d := sampleDaily(words)
		a := sampleSeen(words)
		a.Daily, a.Of = &d, d.of(RuleEARS, d.Last)
		a.Raised = []Raised{{Of: a.Of, Level: Aberration, AsOf: d.Last, Observed: 21, Span: OfDay, Checks: d.DetectDay(0), At: sampleNow}}
		return alertView(a, ackForm(), "en")
	}
	watched := func(words string) page.Sheet {
		v := watchedView(sampleWatches(words))
		v.Parts = []page.Part{{Title: page.M("alert.watched.new"), Lead: page.M("alert.watched.new_lead"), Form: s.watchedForm(sampleWatches(words))}}
		return v
	}
	board := func(words string) page.Sheet { return boardView(sampleBoard(words), "en") }
	weeks := func(words string) page.Sheet { return weeksView(sampleWeeks(words), 4, "en", true) }
	week := Weekly{Unit: "site:KLA", Week: "2026-W24", Lines: []Line{{Disease: "measles", Cases: surveillance.Of(2)}, {Disease: "cholera"}}}
	report := page.Sheet{Lead: page.M("alert.report.lead"), Form: reportForm(Reporter{Unit: "site:KLA"}, week)}
	reporter := func(words string) page.Sheet {
		return page.Sheet{Lead: page.M("alert.reporter.lead"), Form: s.reporterForm(Reporter{Unit: words, Setting: Camp, Diseases: []string{"measles"}, From: "2026-W05"})}
	}
	people := page.Sheet{Lead: page.M("alert.people.lead"), Form: s.peopleForm()}
	return []page.Sample{
		pageOf("alert board", "alert.title", board("Mongbwalu"), board(hostile)),
		pageOf("an alert", "alert.one", alert("Mongbwalu"), alert(hostile), page.Problem{Field: "why", Text: page.M("alert.error.why")}),
		pageOf("an alert of reported counts", "alert.one", days("Mongbwalu"), days(hostile)),
		pageOf("reported counts that are watched", "alert.watched.title", watched("Mongbwalu"), watched(hostile), page.Problem{Field: "rules", Text: page.M("alert.error.rules")}),
		pageOf("weekly reports", "alert.weeks.title", weeks("Mongbwalu"), weeks(hostile)),
		pageOf("a weekly report", "alert.report.title", report, report, page.Problem{Field: "zero", Text: page.M("alert.error.nothing")}),
		pageOf("a site that reports", "alert.reporter.title", reporter("Mongbwalu"), reporter(hostile), page.Problem{Field: "from", Text: page.M("alert.error.week")}),
		pageOf("people counted", "alert.people.title", people, people, page.Problem{Field: "people", Text: page.M("alert.error.people")}),
	}
}

func sampleUnit(words string) surveillance.Unit {
	return surveillance.Unit{Code: "site:KLA", Names: map[string]string{"en": words}, Site: "KLA"}
}

func sampleAlerts(words string) (open, ears, done Alert) {
	of := Of{Unit: "site:KLA", Disease: "measles", Rule: "AT-CAMP1", Week: "2026-W24"}
	open = Alert{ID: db.ID{1}, Of: of, Raised: []Raised{{Of: of, Level: Epidemic, AsOf: calendar.DayOfTime(sampleNow), Observed: 3, AtLeast: true, Span: "30d", At: sampleNow}}}
	of.Rule = RuleEARS
	ears = Alert{ID: db.ID{2}, Of: of, Raised: []Raised{{Of: of, Level: Aberration, AsOf: calendar.DayOfTime(sampleNow), Observed: 3, Span: OfWeek, At: sampleNow, Checks: sampleChecks()}}}
	done = ears
	done.ID, done.Acks = db.ID{3}, []Acknowledged{{Outcome: Investigate, Why: words, Observed: 2, Signal: db.ID{9}, At: sampleNow, By: db.ID{7}}}
	return open, ears, done
}

func sampleChecks() []Check {
	return []Check{{Method: "ears-c1", State: "ok", Alarm: true, Observed: 3, Upper: 1.5, SD: 0.5}, {Method: "ears-c2", State: "ok", Observed: 3, Upper: 4.5, Expected: 1, SD: 0.5},
		{Method: "ears-c3", State: "no-variation", Observed: 3}, {Method: "farrington-flexible", State: "insufficient-history"}}
}

func sampleBoard(words string) Board {
	open, ears, done := sampleAlerts(words)
	b := Board{Open: []Alert{open, ears}, Done: []Alert{done}, Units: map[string]surveillance.Unit{"site:KLA": sampleUnit(words)}}
	for i, st := range []Standing{{Known: true, Fired: []string{"AT-CAMP1"}}, {AtLeast: true, May: []string{"alert"}}, {NoPack: true}, {Known: true}} {
		st.Unit, st.Disease, st.Week, st.Observed = "site:KLA", []string{"measles", "cholera", "afp", "plague"}[i], "2026-W24", float64(i)
		st.Checks = sampleChecks()[:4-i]
		b.Standings = append(b.Standings, st)
	}
	d := sampleDaily(words)
	b.Units[d.Unit] = sampleUnit(words)
	st, _ := JudgeDays(nil, d)
	other := st
	other.Rules, other.State, other.Known, other.Checks = []RuleSet{EARS}, DayUnsaid, false, []Check{{Method: "ears-c1", State: "not-reported"}}
	b.Days = []DayStanding{st, other}
	return b
}

func sampleSeen(words string) Seen {
	open, ears, _ := sampleAlerts(words)
	ears.Acks = []Acknowledged{{Outcome: Watch, Why: words, Observed: 1, At: sampleNow, By: db.ID{7}}}
	series := Series{Unit: "site:KLA", Setting: Camp, Population: 16200, Today: calendar.DayOfTime(sampleNow), Last: epi.Week{Year: 2026, Number: 24}}
	for i := range 30 {
		w := WeekCount{Reported: surveillance.Of(i % 4)}
		if i%7 == 3 {
			w = WeekCount{Listed: i % 2}
		}
		series.Weeks = append(series.Weeks, w)
	}
	return Seen{Alert: ears, UnitName: sampleUnit(words), Series: series, Standing: Standing{Checks: sampleChecks()}, Others: []Alert{open}, Names: map[db.ID]string{{7}: words}, MayAck: true}
}

func sampleWeeks(words string) Weeks {
	out := Weeks{All: Shares{Expected: 4, Received: 2, OnTime: 1}}
	line := WeekLine{Reporter: Reporter{Unit: "site:KLA"}, Name: sampleUnit(words), Shares: out.All, May: true}
	for i, st := range []ReportState{NotDue, OnTime, Late, Missing, NotExpected} {
		out.Weeks = append(out.Weeks, epi.Week{Year: 2026, Number: 24 - i})
		line.States = append(line.States, st)
		var got *Received
		if st == OnTime {
			got = &Received{Zero: true}
		}
		line.Got = append(line.Got, got)
	}
	out.Lines = []WeekLine{line}
	return out
}
