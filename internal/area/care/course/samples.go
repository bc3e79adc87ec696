package course

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	sample := func(name, title string, make func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: make("Amina Warsame"), Hostile: make(hostile), Problems: problems, Wide: name == "recall"}
	}
	return []page.Sample{
		sample("recall", "course.title", func(words string) page.Sheet { return recallSheet(sampleRecall(words)) }),
		sample("an enrolment", "course.new.title", func(string) page.Sheet {
			p := samplePack()
			return page.Sheet{Form: s.newForm(db.ID{1}, db.ID{2}, []Offer{{Pack: p, Programme: p.Programmes[0], For: value.Yes}, {Pack: p, Programme: p.Programmes[1], For: value.No, Open: db.ID{3}}})}
		}, page.Problem{Field: "what", Text: page.M("course.error.what")}),
		sample("a course", "course.one.title", func(string) page.Sheet { return oneSheet(sampleOpened("PREGNANCY"), nil) }),
		sample("a course that a table ends", "course.one.title", func(words string) page.Sheet {
			o := sampleOpened("DOSES")
			o.Transfers = []Transfer{sampleTransfer(words, Asked), sampleTransfer(words, Refused)}
			return oneSheet(o, nil)
		}),
		sample("a course that ended", "course.one.title", func(string) page.Sheet {
			o := sampleOpened("PREGNANCY")
			o.Course.Ending = Ending{Outcome: "DELIVERED", On: o.Today, Where: "NKU-1"}
			return oneSheet(o, nil)
		}),
		sample("a course whose rules are elsewhere", "course.one.title", func(string) page.Sheet {
			o := sampleOpened("PREGNANCY")
			o.Pack, o.Shown, o.Said = nil, nil, pack.Explanation{}
			return oneSheet(o, nil)
		}),
		{Name: "doses", Template: "course/doses", Title: "course.doses.title", Empty: dosesView{}, Full: dosesPage(sampleOpened("DOSES"), calendar.DayOfTime(sampleNow)-1), Hostile: dosesPage(sampleOpened("DOSES"), calendar.DayOfTime(sampleNow))},
		sample("a transfer is asked", "course.transfer.title", func(words string) page.Sheet {
			return page.Sheet{Lead: page.M("course.transfer.lead"), Form: transferForm(db.ID{1}, db.ID{2}, sampleSites(words))}
		}, page.Problem{Field: "to", Text: page.M("course.error.site_closed")}),
		sample("a transfer", "course.move.title", func(words string) page.Sheet {
			v, _ := moveSheet(Incoming{Transfer: sampleTransfer(words, Asked), Rules: samplePack(), Who: sampleWho(words), MayAnswer: true, MayWithdraw: true, FromName: words, ToName: words})
			return v
		}),
		sample("what is missing", "course.continuity.title", func(string) page.Sheet { return missingSheet(sampleMissing()) }),
		sample("a corridor", "course.corridor.title", func(words string) page.Sheet {
			return corridorSheet(Corridor{From: "country:KEN", To: "site:NKU-1", Since: calendar.DayOfTime(sampleNow) - corridorDays, Asked: true, Cut: true, Total: 31,
				Counts: map[Step]int{StepContinued: 20, StepWaiting: 3, StepNotCome: 8}, Sites: sampleSites(words), Countries: []string{"KEN", "UGA"}})
		}),
	}
}

func sampleWho(words string) people.Brief {
	return people.Brief{Hit: people.Hit{Original: words, Code: "7K3QX-M2P9D"}, MayCall: true}
}

func sampleRecall(words string) Recall {
	today := calendar.DayOfTime(sampleNow)
	return Recall{Today: today, Packs: []*pack.Pack{samplePack()}, Code: "DOSES", Next: after{today, db.ID{1}, 2}.String(),
		Lines: []Line{{recall{Course: db.ID{1}, Person: db.ID{2}, Code: "PREGNANCY", Visit: "CONTACT", From: today - 20, To: today - 3}, sampleWho(words)},
			{recall{Course: db.ID{3}, Person: db.ID{4}, Code: "DOSES", Visit: codeDose, From: today, To: today}, sampleWho("")},
			{recall{Course: db.ID{5}, Person: db.ID{6}, Code: "DOSES", Visit: codeForm, From: today, To: today}, sampleWho(words)}},
		In: []Transfer{sampleTransfer(words, Asked)}, Out: []Transfer{sampleTransfer(words, Refused), sampleTransfer(words, NotCome)}, Who: map[db.ID]people.Brief{{2}: sampleWho(words)}}
}

func sampleTransfer(words string, state TransferState) Transfer {
	t := Transfer{ID: db.ID{9}, Person: db.ID{2}, To: "NKU-1", Course: db.ID{1}, Pack: "sample", Code: "DOSES", From: "NBO", Why: words, AskedAt: sampleNow, State: state, Since: sampleNow}
	if state == Refused {
		t.Reason = words
	}
	return t
}

func sampleSites(words string) []place.Site {
	names := func(s string) map[string]string { return map[string]string{"en": s, "fr": s, "es": s, "ar": s} }
	return []place.Site{{Code: "NKU-1", Names: names(words), Country: "UGA"}, {Code: "OLD", Names: names(words), Country: "KEN", Closed: true}}
}

// samplePack has the words of a pack, which officers approve: they are no text from outside.
func samplePack() *pack.Pack {
	const words = "Contact of week 20"
	p := &pack.Pack{Manifest: pack.Manifest{ID: "sample", Programmes: []pack.Programme{{Code: "PREGNANCY", Visit: "v", Outcomes: []string{"DELIVERED", "DIED"}},
		{Code: "DOSES", Visit: "v", Ending: "e", Decides: "OUTCOME", Running: []string{"ON"}}}}, Words: map[string]map[string]string{}}
	for _, lang := range pack.Languages {
		p.Words[lang] = map[string]string{"pack.title": words, "programme.PREGNANCY": words, "programme.DOSES": words, "form.CONTACT": words, "end.DELIVERED": words, "end.DIED": words,
			"classify.ON": words, "fact.edd": words}
	}
	return p
}

func sampleOpened(code string) Opened {
	const words = "Contact of week 20"
	today := calendar.DayOfTime(sampleNow)
	outcome := func(kind decision.Kind, code, level, table string) pack.ExplainedOutcome {
		return pack.ExplainedOutcome{Outcome: decision.Outcome{Kind: kind, Code: code, Args: map[string]string{"level": level}, State: decision.Definite}, Word: words,
			Because: []pack.ExplainedRow{{RowRef: decision.RowRef{ID: code, Table: table, Certainty: "R", Truth: value.Yes}, Sentence: words}}}
	}
	p := samplePack()
	g, _ := p.ProgrammeOf(code)
	c := Course{ID: db.ID{1}, Person: db.ID{2}, Site: "NBO", Disputed: true, Pack: "sample", Code: code, Enrolled: today - 70, Begun: "NKU-1", Plan: Plan{First: today - 90, Doses: code == "DOSES", Form: true,
		Anchors: map[string]calendar.Date{"start": (today - 90).Date()}, Rows: []Row{{Code: "CONTACT", From: today - 80, Due: today - 76, To: today - 72, Before: true}, {Code: "CONTACT", Again: 1, From: today - 60, To: today - 50, Due: today - 55},
			{Code: "CONTACT", Again: 2, From: today - 5, To: today + 5, Due: today}, {Code: "CONTACT", Again: 3, From: today + 40, To: today + 50, Due: today + 45}, {Code: "CONTACT", Again: 4}}}}
	o := Opened{Course: c, Programme: g, Pack: p, Who: sampleWho(words), MayWrite: true, Today: today, Shown: []Shown{{"edd", (today + 190).Date()}},
		Visits: []Visit{{ID: db.ID{3}, Site: "NBO", Course: c.ID, Code: "CONTACT", Row: 1, On: today - 52}, {ID: db.ID{4}, Site: "NBO", Course: c.ID, Code: "CONTACT", Row: 2, On: today - 1, Absent: true}},
		Doses: []Dose{{ID: db.ID{5}, Site: "NBO", Course: c.ID, On: today - 1, State: Observed, At: sampleNow}, {ID: db.ID{6}, Site: "NKU-1", Course: c.ID, On: today - 1, State: Missed, At: sampleNow},
			{ID: db.ID{7}, Site: "NBO", Course: c.ID, On: today - 2, State: SelfReported, At: sampleNow}},
		Orders: []order.Order{{Request: order.Request{ID: db.ID{8}, Service: serviceEnrol, Code: code}, Status: order.Ordered, Since: sampleNow}, {Request: order.Request{ID: db.ID{9}, Service: "sputum", Code: "S"}, Status: order.Done, Since: sampleNow}},
		Said: pack.Explanation{Outcomes: []pack.ExplainedOutcome{outcome(decision.Classify, "ON", "", "OUTCOME"), outcome(decision.Hold, "WAIT", "", ""), outcome(decision.Flag, "CALL", "ASK", ""),
			outcome(decision.Require, "TEST", "", ""), outcome(decision.Flag, "NOTE", "QUIET", "")}}}
	o.Pending = pending(c, o.Visits, o.Doses)
	return o
}

func sampleMissing() Missing {
	today := calendar.DayOfTime(sampleNow)
	c := Course{ID: db.ID{1}, Code: "DOSES"}
	gap := func(g Gap) Gap { g.Course, g.Pack, g.From, g.To = c, samplePack(), today-9, today-2; return g }
	return Missing{Person: db.ID{2}, Here: "NBO", Gaps: []Gap{gap(Gap{Kind: GapVisit, Visit: "CONTACT", Again: 1, Site: "NKU-1"}), gap(Gap{Kind: GapMissed, Days: 1, Site: "NBO"}),
		gap(Gap{Kind: GapUnknown, Days: 7, Site: "NBO"}), gap(Gap{Kind: GapTransfer, State: Refused, Site: "NKU-1"}), {Kind: GapResult, Order: db.ID{4}, From: today, To: today, Site: "NBO"}}}
}
