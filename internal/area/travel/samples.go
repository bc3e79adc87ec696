package travel

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	today := calendar.DayOfTime(sampleNow)
	wide := map[string]bool{"departures": true, "a departure": true, "a departure to read": true}
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: wide[name]}
	}
	flight := func(words string) Movement {
		return Movement{ID: db.ID{1}, Site: "NBO", Day: today + 1, Mode: Flight, Number: words, To: "CAN"}
	}
	list := func(words string) page.Sheet {
		v := listSheet([]Listed{{Movement: flight(words), People: 4, Waiting: 2}, {Movement: Movement{ID: db.ID{2}, Site: words, Day: today + 3, Mode: Bus, Number: "KBA 123A"}, People: 1}, {Movement: flight(words)}}, true, true)
		a := sampleAlong(words)
		v.Parts = append(v.Parts, minePart([]Going{{a.Movement, a.Brief}}), comingPart([]Came{{Note: a.Note, Who: a.Brief}, {Note: a.Note, Who: a.Brief, Answers: []Answer{{Step: Accepted}}, Mine: true}}, true))
		return v
	}
	carriers := []Choice{{"general", "general rules"}}
	one := func(words string) page.Sheet {
		born, _ := calendar.OfYear(1991)
		day := (today - 400).Date()
		return s.oneSheet(Opened{Movement: flight("GW 101"), MayWrite: true, Hidden: 2, Carriers: carriers, Who: []Passenger{
			{Brief: people.Brief{Hit: people.Hit{ID: db.ID{3}, Latin: words, Original: words, Code: "7K3QX-M2P9D", Sex: people.Female, Birth: born}}, Gaps: []Gap{GapUndeclared, GapClearance, GapUnchecked}},
			{Brief: people.Brief{Hit: people.Hit{ID: db.ID{4}, Code: "9B2RT-K4W7H", Birth: day}}, Level: Nurse, Traveller: Traveller{State: Boarded}}}}, nil)
	}
	person := func(words string) page.Sheet { return personSheet(samplePerson(words), db.ID{9}, nil) }
	plan := page.Sheet{Form: s.newForm("en", Movement{ID: db.ID{5}, Day: today}, carriers)}
	along := func(words string) page.Sheet { return s.escortSheet(sampleAlong(words), db.ID{9}, nil) }
	paper := func(words string) page.Sheet {
		return printedSheet(Printed{Along: sampleAlong(words), Code: "ABCD-EFGH-JKMN-PQRS"}, "godwit.example/reply")
	}
	file := func(words string) page.Sheet {
		return fileSheet(Carried{Along: sampleAlong(words), To: ToCare, File: File{Problems: []Filed{{Text: words}, {On: 20700, Text: words}}}})
	}
	received := func(words string) page.Sheet {
		a := sampleAlong(words)
		return receivedSheet(Received{Came: Came{Note: a.Note, Who: a.Brief, Answers: []Answer{{Step: Accepted, Words: words, By: words, At: sampleNow}}}, Words: a.Words, MayAnswer: true}, nil)
	}
	return []page.Sample{
		pageOf("an escort", "travel.escort.title", along("Amina Warsame"), along(hostile), page.Problem{Field: "kit", Text: page.M("travel.error.no_calls")}),
		pageOf("a hand-over note on paper", "travel.note", paper("Amina Warsame"), paper(hostile)),
		pageOf("a medical file on paper", "travel.file", file("Amina Warsame"), file(hostile)),
		pageOf("a hand-over note that came", "travel.note", received("Amina Warsame"), received(hostile), page.Problem{Field: "step", Text: page.M("travel.error.answered")}),
		pageOf("departures", "travel.title", list("GW 101"), list(hostile)),
		pageOf("plan a departure", "travel.new.title", plan, plan, page.Problem{Field: "number", Text: page.M("travel.error.number")}),
		pageOf("a departure", "travel.one.title", one("Amina Warsame"), one(hostile), page.Problem{Field: "typed", Text: page.M("travel.error.nobody")}),
		pageOf("a departure to read", "travel.one.title", s.oneSheet(Opened{Movement: flight("GW 101")}, nil), s.oneSheet(Opened{Movement: flight(hostile)}, nil)),
		pageOf("somebody on a departure", "travel.person.title", person("Amina Warsame"), person(hostile), page.Problem{Field: "witness", Text: page.M("travel.error.witness")}),
	}
}

// samplePerson is somebody who has withdrawn, and whom a physician found fit before.
func samplePerson(words string) Person {
	return Person{Movement: Movement{ID: db.ID{1}, Day: 20780, Mode: Flight, Number: "GW 101", To: "CAN"}, MayWrite: true, SeesCheck: true, MayCheck: true, MayFile: true, HasCheck: true, Signer: words,
		Passenger: Passenger{Brief: people.Brief{Hit: people.Hit{ID: db.ID{3}}}, Gaps: []Gap{GapWithdrawn, GapOutdated}, Level: Nurse},
		Declared:  Declaration{At: sampleNow, By: people.ByParent, Name: words, Language: words, Interpreter: people.InterpreterStaff, Witness: words, Withdrawn: true, Why: words},
		Check: Looked{Check: Check{ID: db.ID{8}, At: sampleNow, Signature: Signature{Verdict: Fit, Level: Nurse, Why: words, SignedAt: sampleNow}}, Answered: true, MayWrite: true, MaySign: true,
			Pack: &pack.Pack{}, Said: Said{Fit: value.No}, Explained: pack.Explanation{Outcomes: []pack.ExplainedOutcome{{Outcome: decision.Outcome{Kind: decision.Hold, Code: "PREGNANCY", State: decision.Definite}, Word: words}}, Ask: []pack.Question{{Text: words}}}}}
}

// sampleAlong is an escort under way with an expired thing in the kit, whose note was
// accepted with a code.
func sampleAlong(words string) Along {
	p := samplePerson(words)
	p.Gaps = []Gap{GapEscortReady, GapOxygen}
	p.Escort = Escort{With: []Companion{{Login: "nurse", Name: words, Role: RoleNurse}, {Name: words, Role: RoleDoctor}}, Oxygen: Oxygen{Litres: 2, Hours: 9.5, Source: words},
		Kit: []Item{{Name: words, Count: 2, Expires: 20700}, {Name: "gauze", Count: 10}}, Calls: []Call{{Who: words, Number: "+254 700 000000"}}, BriefedAt: sampleNow}
	note := Note{ID: db.ID{6}, Movement: p.Movement.ID, From: "NBO", ToSite: "YYZ", To: words, Arrival: 20781, Condition: words, Medicines: words, Equipment: words, By: words, At: sampleNow,
		Actions: []Action{{Visit: "HAND_24H", Day: 20782, Text: words}, {Visit: "HAND_7D", Day: 20788}, {Visit: "HAND_30D", Day: 20811, Text: words}}}
	return Along{Person: p, Briefer: words, Sender: true, Note: note, Due: note.Actions, Words: map[string]string{"HAND_24H": words, "HAND_7D": words},
		Sites: []Choice{{"YYZ", words}}, Log: []Line{{At: sampleNow, What: Given, Text: words, By: words}, {At: sampleNow, What: Left, Text: words, By: words}},
		Answers: []Answer{{Step: Followed, Outcome: Continued, Words: words, ByCode: true, At: sampleNow}}}
}
