package stewardship

import (
	"encoding/json"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Samples are this area's pages for the tests that render every page.
func Samples() []page.Sample {
	words := New(Deps{})
	now := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	words.Clock = func() time.Time { return now }
	today := calendar.DayOfTime(now)
	id := db.ID{1, 2, 3}
	pageOf := func(name, title string, full page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Problems: problems, Wide: full.Table != nil}
	}
	b := sampleBanner()
	answer, extend := answerForm("/rights/x/answer"), extendForm(id)
	request := Request{ID: id, Person: id, Asked: AskedCorrection, By: BySelf, Words: "I was born in 1991.", Wanted: "1991", Received: today - 25,
		Answer: Refused, Reply: "The passport says 1990.", Statement: true, Answered: today, Told: []Told{{Route: "assessment.results", Recipient: "destination_authority/USA", On: today}}}
	open := RequestView{Request: Request{ID: id, Person: id, Asked: AskedErasure, By: ByParent, Received: today - 40}, MayDecide: true}
	answered := RequestView{Request: request, MayDecide: true, ToTell: []Told{{Route: "care.summary", Recipient: "care_provider"}}}
	complaint := Complaint{ID: id, About: AboutExploitation, Words: "Somebody asked for money.", Where: "KLA", Contact: "tell my sister", Received: now.Add(-30 * time.Hour)}
	item, itemWords := sampleItem(now), plainWords{known: words.known, lang: "en"}
	itemView, _ := itemPage(item, itemWords)
	same := item
	same.Topic, same.Other = journal.TopicSameAct, db.ID{3}
	same.Values = append([]ItemValue{}, same.Values...)
	same.Values[0].Said = page.Summary{{Label: page.M("stewardship.field.birth"), Value: "1990"}}
	sameView, _ := itemPage(same, itemWords)
	withBanner := func(s page.Sample) page.Sample { s.Banner = b; return s }
	return append(sharingSamples(now, b), []page.Sample{
		pageOf("audit", "stewardship.audit.title", page.Sheet{Filter: auditFilter([]access.User{{ID: id, Name: "Amal Idris"}}), Table: auditTable(sampleLines(now), nil),
			Notes: []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("stewardship.glass.waiting", "count", 2)}, Links: []page.Link{backToAudit}}}, Actions: []page.Link{backToAudit}}),
		pageOf("policy", "stewardship.policy.title", samplePolicy()),
		pageOf("broken glass", "stewardship.glass.one", page.Sheet{Rows: page.Summary{{Label: page.M("stewardship.glass.reason"), Value: "unconscious, allergy?"},
			{Label: page.M("stewardship.glass.state"), Value: words.glassTag(access.Glass{Opened: now.Add(-200 * time.Hour)})}}, Parts: []page.Part{{Title: page.M("stewardship.glass.judge"), Form: glassForm()}}},
			page.Problem{Field: "finding", Text: page.M("door.glass.finding")}),
		pageOf("requests", "stewardship.rights.title", page.Sheet{Lead: page.M("stewardship.rights.lead"), Table: requestTable([]Request{open.Request, request}, today)}),
		pageOf("new request", "stewardship.rights.new", page.Sheet{Lead: page.M("stewardship.rights.new_lead"), Parts: []page.Part{{Form: requestForm(id, "ABCDE-12345")}}},
			page.Problem{Field: "asked", Text: page.M("stewardship.error.choose")}),
		withBanner(pageOf("open request", "stewardship.rights.one", page.Sheet{Rows: requestRows(open.Request, today), Parts: []page.Part{{Title: page.M("stewardship.answer.heading"), Form: answer},
			{Title: page.M("stewardship.rights.extend"), Lead: page.M("stewardship.rights.extend_lead"), Form: extend}}}, page.Problem{Field: "reply", Text: page.M("stewardship.error.reply")})),
		withBanner(pageOf("answered request", "stewardship.rights.one", page.Sheet{Rows: requestRows(request, today), Parts: words.requestParts(answered, nil)})),
		pageOf("complaint", "stewardship.complaint.title", complaintView(complaintForm(id)), page.Problem{Field: "words", Text: page.M("stewardship.error.words")}),
		pageOf("complaint arrived", "stewardship.complaint.thanks", thanksView("BCDF-2345-GHJK")),
		pageOf("follow a complaint", "stewardship.follow.title", page.Sheet{Lead: page.M("stewardship.follow.lead"), Rows: followRows(Complained{Answer: Done, Reply: "We spoke with the site."}), Parts: []page.Part{{Form: followForm()}}},
			page.Problem{Field: "code", Text: page.M("stewardship.error.code")}),
		pageOf("complaints", "stewardship.complaints.title", page.Sheet{Lead: page.M("stewardship.complaints.lead"), Table: words.complaintTable([]Complaint{complaint})}),
		pageOf("one complaint", "stewardship.complaints.one", page.Sheet{Rows: complaintRows(complaint, Late), Parts: []page.Part{{Title: page.M("stewardship.answer.heading"), Form: answerForm("/complaints/x/answer")}}}),
		withBanner(pageOf("ask for an erasure", "stewardship.erasures.new", page.Sheet{Notes: []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("stewardship.erasures.warn")}}},
			Parts: []page.Part{{Form: erasureForm(id, id, []KindCount{{"people.person", 1}, {"care.result", 12}, {"border.screening", 3}}, itemWords)}}}, page.Problem{Field: "kinds", Text: page.M("stewardship.error.kinds")})),
		pageOf("erasure to decide", "stewardship.erasures.one", erasureView(Erasure{ID: id, Person: id, Reason: ReasonRequest, Kinds: []string{AllKinds}, Asked: now, State: ErasureAsked}, "Miriam Cohen", "", true, []Unit{{Doc: id, Kind: "people.family", Others: 2, Text: "Amina is the aunt."}}, itemWords)),
		pageOf("erasure receipt", "stewardship.erasures.receipt", erasureView(Erasure{ID: id, Person: id, Reason: ReasonRetention, Kinds: []string{"care.result", "people.photo"}, Asked: now, State: ErasureDone,
			Decided: now, Counts: map[string]int{"care.result": 2, "people.photo": 1}}, "Miriam Cohen", "Dr Anna Keller", true, nil, itemWords)),
		pageOf("review items", "stewardship.review.title", itemsPage([]Item{item.Item, same.Item}, Weeks([]Span{{Arose: now.Add(-50 * time.Hour), Settled: now}, {Arose: now.Add(-200 * time.Hour), Settled: now.Add(-197 * time.Hour)}, {Arose: now.Add(-400 * time.Hour), Settled: now.Add(-400 * time.Hour)}}, today), itemWords)),
		withBanner(pageOf("one review item", "stewardship.review.one", itemView, page.Problem{Field: "keep", Text: page.M("stewardship.error.choose")})),
		withBanner(pageOf("a record entered twice", "stewardship.same.title", sameView, page.Problem{Field: "reason", Text: page.M("stewardship.error.struck")})),
		{Name: "own copy", Template: "stewardship/sheet", Title: "stewardship.copy.title", Banner: b, Bare: true, Empty: sheetView{Lead: page.M("stewardship.copy.lead")},
			Full: sheetView{Langs: langLinks("/people/x/print/copy", "en"), Lead: page.M("stewardship.copy.lead"), Notes: rightsNotes(), Sections: []Section{
				{Title: itemWords.kind("people.person"), Rows: itemWords.rows(item.Values[0].Fields)}, {Title: itemWords.kind("border.screening"), Rows: itemWords.rows(item.Values[1].Fields)}}}},
		{Name: "who looked", Template: "stewardship/sheet", Title: "stewardship.looked.title", Banner: b, Bare: true, Empty: sheetView{Lead: page.M("stewardship.looked.lead"), Table: lookedTable(nil)},
			Full: sheetView{Langs: langLinks("/people/x/print/looked", "ar"), Lead: page.M("stewardship.looked.lead"), Notes: rightsNotes(), Table: lookedTable(sampleOnly(sampleLines(now)))}},
	}...)
}

func sampleBanner() *page.Banner {
	born, _ := calendar.OfYear(1990)
	return &page.Banner{Href: "/people/x", Name: "ሰላም ተስፋዬ", NameLang: "am", Latin: "Selam Tesfaye", Sex: page.Female, Born: born, Languages: []string{"am", "ar"}}
}

func sampleLines(now time.Time) []AuditLine {
	who, whom := db.ID{4}, db.ID{5}
	line := func(r access.Read, name string) AuditLine {
		r.At, r.User = now, who
		return AuditLine{Line: Line{Read: r, Name: name}, Code: "ABCDE-12345"}
	}
	return []AuditLine{
		line(access.Read{Act: access.ActOpened, Subject: whom, Purpose: "assessment", What: "people.person"}, "Amal Idris"),
		line(access.Read{Act: access.ActSearched, Purpose: "assessment", What: "people.search", Shown: []db.ID{whom}}, "Rosa Quispe"),
		line(access.Read{Act: access.ActReleased, Subject: whom, Purpose: "assessment", What: "assessment.certificate", Recipient: "destination_authority/USA"}, "Dr Samira Haddad"),
		line(access.Read{Act: access.ActGlass, Subject: whom, Purpose: "emergency", What: "access.glass", Recipient: ""}, ""),
	}
}

func sampleOnly(lines []AuditLine) []Line {
	var out []Line
	for _, l := range lines {
		out = append(out, l.Line)
	}
	return out
}

func sampleItem(now time.Time) ItemView {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	return ItemView{Item: Item{Doc: db.ID{1}, Kind: "people.person", Topic: "birth", Subject: db.ID{2}, Opened: now}, MayResolve: true, Values: []ItemValue{
		{Version: "1.2", By: "Amal Idris", At: now, Fields: map[string]json.RawMessage{"birth": raw(`"1990"`), "nationalities": raw(`["ETH","ERI"]`), "languages": raw(`["am"]`),
			"age_disputed": raw("true"), "sex": raw(`"female"`), "answers": raw(`{"cough":"no","weight":61.5}`)}},
		{Version: "1.3", By: "Omar Farah", At: now, Fields: map[string]json.RawMessage{"birth": raw(`"1991-05-03"`), "family": raw(`"ተስፋዬ"`), "at": raw(`"2026-11-20T10:00:00Z"`)}},
	}}
}

func samplePolicy() page.Sheet {
	a, err := access.New(access.Options{})
	if err != nil {
		return page.Sheet{}
	}
	if err := a.Register(routeCopy, routeLooked); err != nil {
		return page.Sheet{}
	}
	return policyView(a)
}
