package surveillance

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	one := func(words string) Opened { return s.sampleOpened(words) }
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: full.Table != nil}
	}
	form := func() *page.Form {
		return s.reportForm(db.ID{1}, "en", choice{[]page.Option{{Value: "KLA", Text: "Kampala"}, {Value: "ENT", Text: hostile}}, "UGA", sampleSigns})
	}
	list := func(words string) []Listed {
		out := []Listed{one(words).Listed, one("").Listed}
		out[1].Pace, out[1].Owner, out[1].CasesNow = Soon, words, Count{}
		return out
	}
	triage, closed := one(hostile), one(hostile)
	triage.Standing, triage.MayWork = Standing{Stage: Triage}, true
	closed.Standing, closed.MayWork = Standing{Stage: Closed, Level: VeryHigh}, true
	counts := func(words string) (page.Sheet, page.Sheet, page.Sheet) {
		u, one := countSample(words)
		series := CountSeries{Disease: "bdbv", Source: words, Counts: 7, Last: u.Last}
		return s.countsView(Overview{Series: []CountSeries{series}, Chosen: series, Units: []UnitCounts{u}}, "en", true), s.unitView(u, "bdbv", "en"), countView(one, words, true)
	}
	all, unit, count := counts("INSP")
	allBad, unitBad, countBad := counts(hostile)
	return []page.Sample{
		pageOf("reported counts", "surveillance.counts.title", all, allBad),
		pageOf("the counts of a unit", "surveillance.counts.unit_title", unit, unitBad),
		pageOf("the history of a count", "surveillance.counts.one", count, countBad),
		pageOf("report a count", "surveillance.counts.new", page.Sheet{Lead: page.M("surveillance.counts.new_lead"), Form: s.countForm()}, page.Sheet{Form: s.countForm()}, page.Problem{Field: "value", Text: page.M("surveillance.error.value_or_not")}),
		pageOf("surveillance desk", "surveillance.title", deskView(list("Mbandaka"), "", nil), deskView(list(hostile), Verify, map[string]string{"KLA": hostile})),
		pageOf("report a signal", "surveillance.report.title", page.Sheet{Lead: page.M("surveillance.report.lead"), Form: form()}, page.Sheet{Form: form()}, page.Problem{Field: "sign", Text: page.M("surveillance.error.what")}),
		pageOf("tell what was seen", "surveillance.tell.title", tellView(s.tellForm(db.ID{1}, sampleSigns)), tellView(s.tellForm(db.ID{1}, sampleSigns)), page.Problem{Field: "deaths", Text: page.M("surveillance.error.deaths")}),
		pageOf("what I reported", "surveillance.mine.title", mineView([]Signal{one("Mbandaka").Signal}), mineView([]Signal{one(hostile).Signal})),
		pageOf("a signal in response", "surveillance.signal.title", s.signalView(one("Mbandaka"), nil), s.signalView(one(hostile), nil)),
		pageOf("a signal at triage", "surveillance.signal.title", s.signalView(triage, nil), s.signalView(triage, nil), page.Problem{Field: "outcome", Text: page.M("surveillance.error.choose")}),
		pageOf("a signal that is closed", "surveillance.signal.title", s.signalView(closed, nil), s.signalView(closed, nil)),
		pageOf("an early response action", "surveillance.do.respond", page.Sheet{Rows: reportRows(one(""))[:2], Form: s.formOf(ActRespond, one(""))}, page.Sheet{Form: s.formOf(ActRespond, triage)}, page.Problem{Field: "why", Text: page.M("surveillance.error.why")}),
	}
}

// What a pack has is invented here: a page is looked at, and no pack is asked.
var (
	sampleSigns  = []string{"rash", "bleeding", "weakness", "animals", SignOther}
	sampleClocks = Clocks{ClockRespond: {Long: 20 * time.Hour}, SevenDetect: {Long: 5 * 24 * time.Hour}, SevenNotify: {Long: 2 * 24 * time.Hour}, SevenRespond: {Long: 6 * 24 * time.Hour}}
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// sampleOpened is a signal that went through every step.
func (s *Service) sampleOpened(words string) Opened {
	start, _ := calendar.OfMonth(2026, 11)
	by, other := db.ID{7}, db.ID{8}
	at := func(hours int) time.Time { return sampleNow.Add(time.Duration(hours-100) * time.Hour) }
	today := calendar.DayOfTime(sampleNow)
	sig := Signal{ID: db.ID{1}, Site: "KLA", Source: Community, Sign: "bleeding", Disease: "bdbv", Country: "COD", Place: words, Start: start, Detected: at(0), Reported: at(1), Reporter: by,
		Cases: Of(3), Deaths: Of(1), Words: words, Steps: []Step{
			{Act: ActTake, By: by, At: at(2)}, {Act: ActTriage, By: by, At: at(3), Outcome: GoOn, Why: words},
			{Act: ActVerify, By: other, At: at(10), Outcome: NoAnswer}, {Act: ActVerify, By: other, At: at(20), Outcome: GoOn}, {Act: ActTriage, By: by, At: at(21), Outcome: Discard, Duplicate: db.ID{2}},
			{Act: ActAssess, By: by, At: at(30), Likelihood: 4, Consequence: 5, Level: VeryHigh, Why: words}, {Act: ActNotify, By: by, At: at(31), On: today - 2},
			{Act: ActRespond, By: by, At: at(40), Action: "investigation", On: today - 1}, {Act: ActRespond, By: by, At: at(41), Action: "countermeasures", Needless: true, Why: words},
			{Act: ActCount, By: by, At: at(50), Cases: Of(5)}}}
	sig.Standing = Fold(sig)
	sig.PersonKnown, sig.Person = true, db.ID{9}
	o := Opened{Listed: Listed{Signal: sig, Owner: words}, Reporter: words, Names: map[db.ID]string{by: "Dr Elena Petrova", other: words}, MayWork: true, Sites: map[string]string{"KLA": words},
		Like: []Signal{{ID: db.ID{3}, Sign: "bleeding", Country: "COD", Place: words, Reported: at(0), Standing: Standing{Stage: Verify}}}}
	o.Due, o.Pace = Due(sig.Standing, sampleClocks, sampleNow)
	o.Seven = SevenOf(sig, sampleClocks, today)
	return o
}
