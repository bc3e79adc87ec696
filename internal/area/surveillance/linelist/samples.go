package linelist

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 6, 10, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page; p is a case
// definition, whose words they show.
func Samples(hostile string, p *pack.Pack) []page.Sample {
	lists := surveillance.New(surveillance.Deps{}).Lists()
	s := New(Deps{Clock: func() time.Time { return sampleNow }, Lists: lists})
	one := func(words string) Opened { return sampleCase(words, p, lists) }
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: full.Table != nil}
	}
	list := func(words string) page.Sheet {
		l := one(words).Listed
		other := l
		other.Officer, other.Known, other.Ending, other.Imported = &Override{Class: NotACase}, false, "", value.No
		return listView([]Listed{l, other}, 250, 100, Filter{Disease: "bdbv"}, lists)
	}
	form := func(words string) page.Sheet {
		return page.Sheet{Lead: page.M("linelist.new.lead"), Form: s.caseForm(one(words).Case, "en", "/linelist/new", false)}
	}
	stale := one(hostile)
	stale.Stale, stale.Known, stale.Classed = true, false, []Classed{{Class: NotMeeting, Cause: "new", At: sampleNow}}
	species, _ := byFrom(p, "lab:species:filovirus")
	contact := func(words string) OpenedContact {
		last := calendar.DayOfTime(sampleNow) - 3
		f := Followed{Contact: Contact{ID: db.ID{9}, Disease: "bdbv", Name: words, Sex: people.Female, Area: words, Place: words, Last: last.Date(), Listed: last.Date(),
			Visits: []Visit{{Day: last + 1, How: Seen, Signs: value.No}, {Day: last + 2, How: NotSeen}}}, Following: Following{InForce: true, Status: "UNDER_FOLLOW_UP", Days: 21, DayNo: 3, DayKnown: true, Due: true, Today: Seen}}
		return OpenedContact{Followed: f, Sources: []Listed{one(words).Listed}, Counter: one(words).Counter, MayWrite: true}
	}
	contacts := func(words string) page.Sheet {
		lost := contact(words).Followed
		lost.State, lost.Status, lost.Today, lost.Days = DeclaredLost, "LOST", "", 0
		return contactsView([]Followed{contact(words).Followed, lost}, Indicators{Contacts: 8, Due: 7, SeenToday: 3, Seen48: 4, Seen72: 5, DueOpen: 2, Never: 1, Lost: 1, Cases: 3, KnownBefore: 1})
	}
	opened := contact("Bahati")
	circle := func(words string) Circle {
		x := contact(words).Contact
		return Circle{Case: one(words).Case, Contacts: []Contact{x, {ID: db.ID{10}, Name: words, Last: x.Last}}, Listed: []db.ID{x.ID}}
	}
	chains := func(words string) page.Sheet {
		a, b, d := one(words).Listed, one(words).Listed, one(words).Listed
		a.ID, b.ID, d.ID = db.ID{1}, db.ID{2}, db.ID{3}
		b.Onset, b.Ending, b.Imported, d.Onset, d.Ending = (calendar.DayOfTime(sampleNow) - 9).Date(), Recovered, value.No, calendar.Date{}, ""
		return chainsView(Chain([]Listed{a, b, d}, []Link{{ID: db.ID{9}, From: a.ID, To: b.ID, Sure: Certain}, {From: db.ID{8}, To: a.ID}, {From: b.ID, To: d.ID, Sure: Possible}}, nil, map[db.ID]int{a.ID: 3}), 400)
	}
	report := func(words string) page.Sheet {
		return page.Sheet{Lead: page.M("linelist.in.lead"), Form: s.importForm(), Parts: []page.Part{reportPart(SheetReport{New: 3, Here: 1, Doubts: []Doubt{{words, 4, "onset is no date such as 2026-05-18: left open"}}})}}
	}
	return []page.Sample{
		pageOf("chains", "linelist.chains.title", chains("Mongbwalu"), chains(hostile)),
		pageOf("source of a case", "linelist.source.title", page.Sheet{Form: linkForm(one("").Listed, []Listed{one("").Listed})}, page.Sheet{Form: linkForm(one(hostile).Listed, []Listed{one(hostile).Listed})}, page.Problem{Field: "from", Text: page.M("linelist.error.cycle")}),
		pageOf("take out", "linelist.out.title", page.Sheet{Lead: page.M("linelist.out.lead"), Form: s.exportForm(Filter{})}, page.Sheet{Form: s.exportForm(Filter{})}, page.Problem{Field: "country", Text: page.M("linelist.error.country")}),
		pageOf("bring in", "linelist.in.title", report("list.csv"), report(hostile), page.Problem{Field: "map", Text: page.M("linelist.error.map")}),
		pageOf("contacts to see", "linelist.contacts.title", contacts("Bahati"), contacts(hostile)),
		pageOf("a contact", "linelist.contact.title", contactView(opened, s.visitForm(opened)), contactView(contact(hostile), s.visitForm(opened)), page.Problem{Field: "how", Text: page.M("linelist.error.choose")}),
		pageOf("list a contact", "linelist.contact.new.title", page.Sheet{Lead: page.M("linelist.contact.new.lead"), Form: s.contactForm(db.ID{1}, db.ID{2})}, page.Sheet{Form: s.contactForm(db.ID{1}, db.ID{2})}, page.Problem{Field: "last", Text: page.M("linelist.error.day")}),
		pageOf("line list", "linelist.title", list("Mongbwalu"), list(hostile)),
		pageOf("record a case", "linelist.new.title", form("Mongbwalu"), form(hostile), page.Problem{Field: "onset", Text: page.M("linelist.error.after_death")}),
		pageOf("a case", "linelist.case.title", caseView(one("Mongbwalu")), caseView(stale)),
		pageOf("signs", "linelist.signs.title", page.Sheet{Lead: page.M("linelist.signs.lead"), Form: signsForm(one("Mongbwalu"))}, page.Sheet{Form: signsForm(stale)}),
		pageOf("choose a test", "linelist.result.title", testsView(one("")), testsView(stale)),
		pageOf("a result", "linelist.result.title", page.Sheet{Form: resultForm(one(""), species)}, page.Sheet{Form: resultForm(stale, species)}, page.Problem{Field: "on", Text: page.M("linelist.error.before_specimen")}),
		pageOf("who came with them", "linelist.circle.title", circleView(circle("Bahati")), circleView(circle(hostile))),
		pageOf("an officer's class", "linelist.override.title", page.Sheet{Lead: page.M("linelist.override.lead"), Form: overrideForm(one(""))}, page.Sheet{Form: overrideForm(stale)}, page.Problem{Field: "why", Text: page.M("linelist.error.why")}),
	}
}

func sampleCase(words string, p *pack.Pack, lists surveillance.Lists) Opened {
	today := calendar.DayOfTime(sampleNow)
	born, _ := calendar.BornAtAge(34, 2, today)
	by := db.ID{7}
	c := Case{ID: db.ID{1}, Site: "KLA", Disease: "filovirus", Number: "BDBV-0007", Reported: (today - 2).Date(), Signal: db.ID{3}, Name: words, Sex: people.Female, Birth: born, Work: value.Yes,
		Country: "COD", Area: words, Place: words, Imported: value.Yes, From: words, Onset: (today - 6).Date(), Ending: Dead, Ended: (today - 1).Date(),
		Signs: map[string]Sign{"sign:fever": {Value: value.Of(true), On: today.Date()}, "sign:bleeding_unexplained": {Value: value.Of(true), On: today.Date()}, "exposure:case": {Value: value.Text("confirmed"), On: today.Date(), Disputed: true},
			"sign:of_another_definition": {Value: value.Of(false), On: today.Date()}},
		Results: []Result{{Of: "lab:species:filovirus", Value: value.Text("BDBV"), Final: true, On: today.Date(), Lab: words, By: by}, {Of: "lab:pcr:filovirus", Value: value.Text("positive"), Final: true, Collected: (today - 2).Date(), On: today.Date(), By: by},
			{Of: "lab:igm:filovirus", By: by, At: sampleNow}},
		Officer: &Override{Class: Confirmed, Why: words, By: by, At: sampleNow}}
	k, _, err := classify(p, c, Around{}, today)
	if err == nil {
		k.Cause, k.At, k.By = "result", sampleNow, by
		c.Classed = []Classed{{Class: Open, Cause: "new", At: sampleNow.Add(-time.Hour), By: by}, k}
	}
	o := Opened{Listed: Listed{Case: c, Name: words}, Definition: p, Names: map[db.ID]string{by: "Dr Elena Petrova"}, MayWrite: true, MayOverride: true}
	o.Disease, o.Known = Species(c, lists)
	o.Contacts = []Followed{{Contact: Contact{ID: db.ID{9}, Name: words, Last: today.Date()}}}
	o.Linked = []Linked{{Link: Link{From: db.ID{1}, To: db.ID{8}, Type: Near}, Case: Case{ID: db.ID{8}, Number: words}}, {Link: Link{From: db.ID{8}, To: db.ID{1}}, Case: Case{ID: db.ID{8}}}}
	o.Counter = Countermeasures{InForce: true, Told: map[Role][]pack.ExplainedOutcome{RoleContact: {{Outcome: decision.Outcome{Kind: decision.Contraindicate, Code: "ERVEBO", Unconfirmed: true}, Word: words,
		Because: []pack.ExplainedRow{{Sources: []pack.Cited{{Source: pack.Source{Title: words}}}}}}}}}
	_, o.Explanation = p.Explain(decision.Input{On: today, Facts: facts(p, c, Around{})}, "en")
	return o
}
