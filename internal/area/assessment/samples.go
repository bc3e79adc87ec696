package assessment

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Samples are the pages of this area with nothing, everything and hostile data.
func Samples() []page.Sample {
	banner := sampleBanner()
	return []page.Sample{
		{Name: "cases", Template: "assessment/cases", Title: "assessment.cases.title", Empty: emptyCases(), Full: sampleCases(), Wide: true},
		{Name: "choose a destination", Template: "assessment/choose", Title: "assessment.case.choose", Empty: emptyChoice(), Full: sampleChoice()},
		{Name: "new case", Template: "page/form", Title: "assessment.case.new", Empty: &page.Form{}, Full: sampleCaseForm(),
			Problems: []page.Problem{{Field: "number", Text: page.M("assessment.error.number")}}},
		{Name: "board", Template: "assessment/board", Title: "assessment.board.title", Empty: boardView{}, Full: sampleBoard(), Wide: true},
		{Name: "who is in the case", Template: "assessment/people", Title: "assessment.people.title", Empty: peopleView{}, Full: samplePeople()},
		{Name: "member", Template: "assessment/member", Title: "assessment.member.title", Empty: memberView{}, Full: sampleMember(), Banner: banner,
			Problems: []page.Problem{{Text: page.M("assessment.error.moved")}}},
		{Name: "answer", Template: "page/form", Title: "assessment.answer.title", Empty: &page.Form{}, Full: sampleAnswer(), Banner: banner},
		{Name: "set aside", Template: "page/form", Title: "assessment.waive.title", Empty: &page.Form{}, Full: sampleReasoned(), Banner: banner},
		{Name: "certificate", Template: "assessment/certificate", Title: "assessment.certificate.title", Empty: certificateView{}, Full: sampleCertificate(), Bare: true},
		{Name: "why am I asked", Template: "assessment/why", Title: "assessment.why.title", Empty: whyView{}, Full: sampleWhy(), Bare: true},
		{Name: "alerts", Template: "assessment/alerts", Title: "assessment.alerts.title", Empty: alertsView{}, Full: sampleAlerts()},
	}
}

const sampleID = "0198b2c0-5f00-7a10-8000-0000000000a1"

var (
	sampleBirth = calendar.DayOf(1991, 6, 3).Date()
	sampleDay   = calendar.DayOf(2026, 11, 22)
	sampleTime  = time.Date(2026, 11, 22, 9, 40, 0, 0, time.UTC)
)

// sampleWords is a text of a pack, as these pages get them.
func sampleWords(en, fr, es, ar string) page.Msg {
	return page.Words(func(lang string) string {
		switch lang {
		case "fr":
			return fr
		case "es":
			return es
		case "ar":
			return ar
		}
		return en
	})
}

func samplePack() page.Msg {
	return sampleWords("United States, immigrant medical examination", "États-Unis, examen médical d’immigration", "Estados Unidos, examen médico de inmigrantes", "الولايات المتحدة، الفحص الطبي للمهاجرين")
}

func sampleXray() page.Msg {
	return sampleWords("Chest X-ray", "Radiographie du thorax", "Radiografía de tórax", "صورة الصدر بالأشعة")
}

func sampleWhyXray() page.Msg {
	return sampleWords("From 15 years on everybody has a chest X-ray.", "À partir de 15 ans, chacun passe une radiographie du thorax.", "A partir de los 15 años, todos se hacen una radiografía de tórax.", "تُجرى صورة للصدر لكل من بلغ 15 سنة.")
}

func sampleQuestion() page.Msg {
	return sampleWords("Has the person been close to somebody with tuberculosis?", "La personne a-t-elle été proche d’une personne tuberculeuse ?", "¿Ha estado cerca de alguien con tuberculosis?", "هل خالط الشخص مريضاً بالسل؟")
}

func sampleBanner() *page.Banner {
	return &page.Banner{Href: "/people/" + sampleID, Name: "أمينة عبد الله", NameLang: "ar", Latin: "Amina Abdallah", Sex: page.Female, Born: sampleBirth, On: sampleDay,
		Case: "GW-10042", CaseHref: "/cases/" + sampleID, Languages: []string{"ar", "en"}, Interp: value.Yes, HasAllergy: value.No,
		Flags: []page.Tag{{Level: page.Danger, Text: page.M("page.sex.female")}}}
}

func emptyCases() casesView {
	return casesView{Table: page.Table{Empty: page.Empty{Title: page.M("assessment.cases.empty"), Text: page.M("assessment.cases.empty_text")}}}
}

func sampleCases() casesView {
	v := casesView{
		Filter: &page.Form{Method: "get", Action: "/cases", Compact: true, Submit: page.M("assessment.cases.find"), Fields: []page.Field{
			{Kind: page.Text, Name: "number", Label: page.M("assessment.case.number"), Value: "GW-1", Dir: "ltr", Width: 10}}},
		Table: page.Table{Caption: page.M("assessment.cases.caption"), Tight: true,
			Columns: []page.Column{{Label: page.M("assessment.case.number")}, {Label: page.M("assessment.case.who")}, {Label: page.M("assessment.case.destination")},
				{Label: page.M("assessment.case.exam")}, {Label: page.M("assessment.case.state"), Wide: true}, {Label: page.M("assessment.case.where")}},
			Pager: page.Pager{Next: "/cases?after=" + sampleID, From: 1, To: 50}},
		Links: []page.Link{{Href: "/people", Text: page.M("assessment.cases.new")}, {Href: "/cases?closed=yes", Text: page.M("assessment.cases.closed")}},
	}
	for i, l := range countLinks(map[State]int{StateSuspended: 1, StateQuestions: 12, StateServices: 230, StateToSign: 8, StateExpired: 3, StateCleared: 640}) {
		v.Counts = append(v.Counts, countLink{l, i == 1})
	}
	v.Table.Rows = [][]page.Cell{
		{page.Link{Href: "/cases/" + sampleID, Name: "GW-10042"}, []any{"أمينة عبد الله", "Amina Abdallah", page.M("assessment.case.people_count", "count", 5)}, samplePack(), sampleDay.Date(),
			familyTags(map[State]int{StateSuspended: 1, StateServices: 3, StateCleared: 1}), stationTags([]string{"laboratory", "radiology"})},
		{page.Link{Href: "/cases/" + sampleID, Name: "GW-10043"}, []any{"ሰላማዊት ተስፋዬ", "Selamawit Tesfaye", page.M("assessment.case.people_count", "count", 1)}, page.M("assessment.destination.unknown"), sampleDay.Date(),
			familyTags(map[State]int{StateToSign: 1}), page.M("assessment.nowhere")},
	}
	return v
}

func emptyChoice() chooseDestination {
	return chooseDestination{Empty: page.Empty{Title: page.M("assessment.case.no_destinations"), Text: page.M("assessment.case.no_destinations_text")}}
}

func sampleChoice() chooseDestination {
	return chooseDestination{Links: []page.Link{{Href: "/cases/new?person=" + sampleID, Text: samplePack()}}}
}

func sampleCaseForm() *page.Form {
	f := &page.Form{Submit: page.M("assessment.case.open"), Cancel: page.Link{Href: "/cases", Text: page.M("assessment.cancel")}, Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: sampleID},
		{Kind: page.Checks, Name: "members", Label: page.M("assessment.case.members"), Hint: page.M("assessment.case.members_hint"),
			Options: []page.Option{{Value: "a", Text: "أمينة عبد الله · Amina Abdallah"}, {Value: "b", Text: "يوسف · Yusuf"}}},
		{Kind: page.Text, Name: "number", Label: page.M("assessment.case.number"), Hint: page.M("assessment.case.number_hint"), Error: page.M("assessment.error.number"), Width: 20, Dir: "ltr"},
		{Kind: page.Date, Name: "exam_date", Label: page.M("assessment.case.exam"), Hint: page.M("assessment.case.exam_hint")},
	}}
	f.Fields[3].SetDate(sampleDay.Date(), sampleDay)
	f.Fields = append(f.Fields, countryField("UGA", "en"))
	return f
}

func sampleBoard() boardView {
	return boardView{
		Summary: page.Summary{{Label: page.M("assessment.case.destination"), Value: samplePack()}, {Label: page.M("assessment.case.exam"), Value: sampleDay.Date()}},
		Alerts:  []page.Callout{{Level: page.Wait, Title: page.M("assessment.case.disputed"), Text: []page.Msg{page.M("assessment.case.disputed_text")}}},
		Members: []boardMember{
			{Who: page.Link{Href: "/people/" + sampleID, Name: "أمينة عبد الله"}, NameLang: "ar", Latin: "Amina Abdallah", Relation: relationMsg("head"), Born: sampleBirth, On: sampleDay,
				State: stateTag(StateServices), Stations: stationTags([]string{"laboratory", "radiology", "physician"}), Done: 1, Total: 4, Plan: page.Link{Href: "/cases/" + sampleID + "/members/" + sampleID, Text: page.M("assessment.board.plan")}},
			{Who: page.Link{Href: "/people/" + sampleID, Name: "يوسف عبد الله"}, NameLang: "ar", Latin: "Yusuf Abdallah", Relation: relationMsg("spouse"), Born: sampleBirth, On: sampleDay,
				State: stateTag(StateSuspended), Done: 5, Total: 5, Plan: page.Link{Href: "/cases/" + sampleID + "/members/" + sampleID, Text: page.M("assessment.board.plan")}},
			{Who: page.Link{Href: "/people/" + sampleID, Name: "Sara"}, Relation: relationMsg("child"), Born: sampleBirth, On: sampleDay, State: stateTag(StateCleared), Done: 2, Total: 2},
		},
		Links:   []page.Link{{Href: "/cases/" + sampleID + "/edit", Text: page.M("assessment.case.edit")}, {Href: "/cases/" + sampleID + "/people", Text: page.M("assessment.people.link")}},
		Buttons: []*page.Form{{Action: "/cases/" + sampleID + "/close", Submit: page.M("assessment.case.close"), Compact: true}},
	}
}

func samplePeople() peopleView {
	leave := &page.Form{ID: "leave", Submit: page.M("assessment.people.leave"), Compact: true, Fields: []page.Field{{Kind: page.Hidden, Name: "leave", Value: sampleID}}}
	return peopleView{
		Table: page.Table{Columns: []page.Column{{Label: page.M("assessment.people.name"), Wide: true},
			{Label: page.M("assessment.people.relation")}, {Label: page.M("assessment.case.state")}, {Label: page.M("assessment.people.action"), Hide: true}},
			Rows: [][]page.Cell{{"أمينة عبد الله · Amina Abdallah", relationMsg("head"), stateTag(StateServices), leave}}},
		Join: &page.Form{ID: "join", Submit: page.M("assessment.people.join"), Fields: []page.Field{{Kind: page.Checks, Name: "join", Label: page.M("assessment.people.who_joins"),
			Hint: page.M("assessment.people.join_hint"), Options: []page.Option{{Value: "a", Text: "Musa"}}}}},
	}
}

func sampleMember() memberView {
	source := page.M("assessment.source.R", "source", "CDC Technical Instructions, figure 2", "row", "US-S3")
	task := func(name page.Msg, st ItemState, unsure bool) page.Task {
		return page.Task{Name: name, Href: "/orders/" + sampleID, State: itemTag(st), Why: []page.Msg{sampleWhyXray()}, Source: source, Note: unconfirmed(unsure)}
	}
	return memberView{
		State:   stateTag(StateSuspended),
		Alerts:  []page.Callout{{Level: page.Danger, Title: page.M("assessment.suspended.title"), Text: []page.Msg{page.M("assessment.suspended.text"), causeMsg("correction")}}},
		Against: []page.Msg{page.M("assessment.against.service", "service", sampleXray(), "state", page.M("assessment.item.required")), page.M("assessment.against.fact", "question", sampleQuestion())},
		Summary: page.Summary{{Label: page.M("assessment.case.destination"), Value: samplePack()}, {Label: page.M("assessment.case.exam"), Value: sampleDay.Date()},
			{Label: page.M("assessment.member.clearance"), Value: []any{page.Tag{Level: page.Danger, Text: page.M("assessment.clearance.suspended")}}},
			{Label: page.M("assessment.member.valid"), Value: []any{(sampleDay + 180).Date(), unconfirmed(true)}}, {Label: page.M("assessment.member.pack"), Value: page.Code("us-immigrant 2026.1")}},
		Questions: []page.Msg{sampleQuestion(), page.M("assessment.question.journey"), page.M("assessment.hidden.question")},
		Answers: []page.Link{{Href: "/cases/" + sampleID + "/members/" + sampleID + "/answer", Text: page.M("assessment.answer.link")},
			{Href: "/people/" + sampleID + "/journey", Text: page.M("assessment.answer.journey")}},
		Findings: page.Tasks{{Name: sampleXray(), State: page.Tag{Level: page.Wait, Text: page.M("assessment.finding.hold")}, Why: []page.Msg{sampleWhyXray()}, Source: source, Note: unconfirmed(true)}},
		Tasks: page.Tasks{task(sampleXray(), ItemBlocked, false), task(page.M("assessment.hidden.service"), ItemRequired, true), task(sampleXray(), ItemUndecided, false),
			task(sampleXray(), ItemAwaited, false), task(sampleXray(), ItemDone, false), task(sampleXray(), ItemWaived, false)},
		Tell: page.Tasks{{Name: sampleXray(), Href: "/results/" + sampleID + "/told", State: page.Tag{Level: page.Wait, Text: page.M("assessment.tell.wait")}},
			{Name: sampleXray(), Href: "/results/" + sampleID + "/told", State: page.Tag{Level: page.Wait, Text: page.M("assessment.tell.again")}}},
		Offers: []*page.Form{{ID: "take-HIV", Compact: true, Submit: page.M("assessment.take.order", "service", sampleXray()), Fields: []page.Field{{Kind: page.Hidden, Name: "service", Value: "HIV"}}}},
		Sign: &page.Form{ID: "sign", Action: "/cases/" + sampleID + "/members/" + sampleID + "/sign", Submit: page.M("assessment.sign.hold"),
			Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: sampleID}}},
		Print: &page.Form{ID: "certificate", Submit: page.M("assessment.certificate.print")},
		Links: []page.Link{{Href: "/cases/" + sampleID + "/members/" + sampleID + "/waive", Text: page.M("assessment.waive.link")}},
		History: page.Table{Columns: []page.Column{{Label: page.M("assessment.history.when")}, {Label: page.M("assessment.history.who")},
			{Label: page.M("assessment.history.act")}, {Label: page.M("assessment.history.reason"), Wide: true}},
			Rows: [][]page.Cell{{sampleTime, "Dr Samira Haddad", page.M("assessment.act.waive", "service", sampleXray()), "The film of last month was seen."},
				{sampleTime, "Dr Samira Haddad", page.M("assessment.act.sign_cleared"), page.M("assessment.history.no_reason")}}},
	}
}

func sampleAnswer() *page.Form {
	return &page.Form{Submit: page.M("page.save"), Cancel: page.Link{Href: "/cases/" + sampleID, Text: page.M("assessment.cancel")}, Fields: []page.Field{
		{Kind: page.Radios, Name: "fact.contact", Label: sampleQuestion(), Options: []page.Option{{Value: "yes", Label: page.M("page.truth.yes")}, {Value: "no", Label: page.M("page.truth.no")},
			{Value: answerUnknown, Label: page.M("assessment.answer.unknown")}, {Value: answerRefused, Label: page.M("assessment.answer.refused")}}},
		{Kind: page.Number, Name: "fact.weeks", Label: sampleQuestion(), Unit: "wk", Width: 10, Extra: extras("fact.weeks", []page.Option{{Value: answerUnknown, Label: page.M("assessment.answer.unknown")}})},
	}}
}

func sampleReasoned() *page.Form {
	return &page.Form{Submit: page.M("assessment.waive.do"), Danger: true, Cancel: page.Link{Href: "/cases/" + sampleID, Text: page.M("assessment.cancel")}, Fields: []page.Field{
		{Kind: page.Radios, Name: "service", Label: page.M("assessment.waive.which"), Options: []page.Option{{Value: "CXR", Label: sampleXray(), Hint: sampleWhyXray()}, {Value: "X", Label: page.M("assessment.hidden.service")}}},
		reasonField()}}
}

func sampleCertificate() certificateView {
	return certificateView{Destination: samplePack(), Name: "أمينة عبد الله", Latin: "Amina Abdallah", Sex: page.Female, Born: sampleBirth, Case: "GW-10042", Exam: sampleDay.Date(),
		Valid: (sampleDay + 180).Date(), Signed: sampleDay.Date(), Signer: "Dr Samira Haddad", Services: []page.Msg{sampleXray()}, Number: sampleID, Pack: "us-immigrant 2026.1", Unconfirmed: true}
}

func sampleWhy() whyView {
	return whyView{Destination: samplePack(), Name: "أمينة عبد الله", Exam: sampleDay.Date(), Questions: []page.Msg{sampleQuestion()}, Hidden: true, Rule: samplePack(), Sees: samplePack(), Refusal: samplePack(),
		Items: []whyItem{{What: sampleXray(), Why: []page.Msg{sampleWhyXray()}, Source: page.M("assessment.source.O", "source", "CDC Technical Instructions", "row", "US-S3"), Note: unconfirmed(true)},
			{What: page.M("assessment.hidden.service"), Why: []page.Msg{page.M("assessment.hidden.reason")}}},
		Langs: []whyLang{{"fr", "ltr", "Français", "/cases/" + sampleID + "/members/" + sampleID + "/print/why?lang=fr"}, {"ar", "rtl", "العربية", "/cases/" + sampleID + "/members/" + sampleID + "/print/why?lang=ar"}}}
}

func sampleAlerts() alertsView {
	alert := func(n string, who any) alertItem {
		return alertItem{Who: who, Case: "GW-10042", When: page.Row{Label: page.M("assessment.history.when"), Value: sampleTime}, Cause: causeMsg("correction"),
			Answer: &page.Form{Action: "/alerts/" + sampleID, ID: "alert-" + n, Submit: page.M("assessment.alerts.answer"),
				Fields: []page.Field{{Kind: page.Text, Name: "answer-" + n, Label: page.M("assessment.alerts.what_done"), Max: 500}}}}
	}
	return alertsView{Alerts: []alertItem{alert("1", page.Link{Href: "/cases/" + sampleID, Name: "أمينة عبد الله"}), alert("2", page.M("assessment.alerts.somebody"))},
		Empty: page.Empty{Title: page.M("assessment.alerts.empty"), Text: page.M("assessment.alerts.empty_text")}}
}
