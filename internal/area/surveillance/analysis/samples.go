package analysis

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 6, 15, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page; p is the
// instrument of Annex 2, whose words they show.
func Samples(hostile string, p *pack.Pack) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }, Signals: surveillance.New(surveillance.Deps{})})
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: name == "desk" || name == "situation report of reported counts"}
	}
	sites := func(words string) map[string]place.Site {
		return map[string]place.Site{"KLA": {Code: "KLA", Names: map[string]string{"en": words}}, "SHE": {Code: "SHE", Names: map[string]string{"en": words}, Guarded: true}}
	}
	desk := func(words string) page.Sheet {
		d := sampleDesk(words)
		v := deskView(d, sites(words), "en")
		v.Filter = s.deskForm(d.Asked, sites(words), "en")
		return v
	}
	report := func(words string) page.Sheet {
		d := sampleDesk(words)
		d.From, d.To, _ = wholeWeeks(d.From, d.To, calendar.DayOfTime(sampleNow))
		return reportView(newReported(d, s.rule, sites(words)), "en")
	}
	team, left := func(t, _ page.Sheet) page.Sheet { return t }, func(_, l page.Sheet) page.Sheet { return l }
	annex := func(words string) page.Sheet {
		return annex2View(sampleAnnex(words, p), annex2Form(sampleAnnex(words, p)))
	}
	dying := func(words string) page.Sheet {
		v := page.Sheet{Lead: page.M("analysis.deaths.lead"), Filter: mortalityForm(words, calendar.DayOfTime(sampleNow)-27, calendar.DayOfTime(sampleNow))}
		mortalityParts(&v, sampleDied(words), "en")
		return v
	}
	entry := page.Sheet{Lead: page.M("analysis.deaths.new_lead"), Form: s.deathsForm()}
	return []page.Sample{
		pageOf("desk", "analysis.title", desk("Mongbwalu"), desk(hostile)),
		pageOf("situation report of the team", "analysis.team.title", teamView(sampleDesk("Mongbwalu"), sites("Mongbwalu"), "en"), teamView(sampleDesk(hostile), sites(hostile), "en")),
		pageOf("situation report", "analysis.report.title", report("Mongbwalu"), report(hostile)),
		pageOf("situation report of reported counts", "analysis.reported.title", team(situationSample("INSP", s.rule)), team(situationSample(hostile, s.rule))),
		pageOf("situation report of reported counts to share", "analysis.report.title", left(situationSample("INSP", s.rule)), left(situationSample(hostile, s.rule))),
		pageOf("annex 2", "analysis.annex2.title", annex("Mongbwalu"), annex(hostile), page.Problem{Field: "ihr_q1", Text: page.M("analysis.error.choose")}),
		pageOf("mortality", "analysis.deaths.title", dying("Mongbwalu"), dying(hostile)),
		pageOf("record deaths", "analysis.deaths.new", entry, entry, page.Problem{Field: "deaths", Text: page.M("analysis.error.number")}),
	}
}

func sampleDesk(words string) Desk {
	today := calendar.DayOfTime(sampleNow)
	var list []linelist.Tallied
	for i := range 40 {
		for j, from := range []value.Truth{value.No, value.Yes, value.Unknown} {
			k := linelist.Tallied{Day: today - calendar.Day(40-i), Site: []string{"KLA", "SHE"}[i%2], Class: []linelist.Class{linelist.Confirmed, linelist.Suspected, linelist.Probable}[j], Imported: from, Onset: value.Yes, Age: []linelist.Band{linelist.Under5, linelist.FiveUp, ""}[i%3], N: 1 + i/(4*(j+1))}
			if i%5 == 0 {
				k.Ending = linelist.Dead
			}
			list = append(list, k)
		}
	}
	late := list[0]
	late.Onset = value.No
	d, _ := surveillance.Shipped().Disease("covid")
	out := Make(Asked{Disease: "covid", From: today - 41, To: today, Given: Interval{A: 4.7, B: 2.9}}, today, d, append(list, late), list, 16200, Interval{A: 4.7, B: 2.9, Source: words}, Interval{A: 2.4, B: 3.33, Source: words}, true)
	out.Contacts, out.ContactsKnown = linelist.Indicators{Contacts: 8, Due: 7, SeenToday: 3, Never: 1, Lost: 1, Cases: 3, KnownBefore: 1}, true
	out.New = linelist.NewCases{NewLine: linelist.NewLine{All: 9, Known: 4, Open: 1}, Sources: []linelist.NewLine{{Key: "no", All: 5, Known: 4}, {Key: "yes", All: 3}, {Key: "unknown", All: 1, Open: 1}},
		Areas: []linelist.NewLine{{Key: words, All: 8, Known: 4, Open: 1}, {All: 1}}}
	return out
}

func sampleAnnex(words string, p *pack.Pack) Annexed {
	a := Annex2{Always: "none", Answers: map[string]string{}, Why: map[string]string{}}
	for _, q := range Questions {
		a.Answers[q], a.Why[q] = "yes", words
	}
	out := Annexed{Pack: p, MayWork: true, Names: map[db.ID]string{{7}: words}, Answers: []Answered{{Annex2: a, Result: NotifyWHO, At: sampleNow, By: db.ID{7}}}}
	_, out.Told = p.Explain(a.input(calendar.DayOfTime(sampleNow)), "en")
	return out
}

func sampleDied(words string) Died {
	to := calendar.DayOfTime(sampleNow)
	d := Died{Name: surveillance.Unit{Code: "site:KLA", Names: map[string]string{"en": words}}, Pack: true}
	d.Dying = Mortality("site:KLA", to-6, to, []Entry{{How: AsCount, From: to - 6, To: to, Deaths: 14, Under5: 5}, {How: OneByOne, From: to - 1, To: to - 1, Deaths: 1}}, []alert.Headcount{{On: to - 9, Source: alert.Head, People: 16200, Under5: 2916}})
	d.Told = pack.Explanation{Outcomes: []pack.ExplainedOutcome{{Outcome: decision.Outcome{Kind: decision.Classify, State: decision.Definite}, Word: "Emergency", Because: []pack.ExplainedRow{{Sentence: words, RowRef: decision.RowRef{Certainty: "R"}, Sources: []pack.Cited{{Source: pack.Source{Title: words}}}}}}}}
	return d
}
