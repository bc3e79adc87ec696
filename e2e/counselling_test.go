package e2e

import (
	"testing"
	"time"
)

// Before an HIV test somebody talks with the person alone, and the person agrees;
// the result is told in person. Who need not know does not learn that there is one.
func TestStoryTheTalkBeforeAndAfterATest(t *testing.T) {
	s := tale{lang: "en", width: 1280, number: "E2E-TALK-" + time.Now().UTC().Format("150405"), speaks: "so", lives: "KEN", script: [2]string{"Nuurow", "Cabdalle"},
		mother: passport{issuer: "SOM", surname: "NUUROW", given: "CABDALLE", number: "P00661128", nationality: "SOM", born: "890203", sex: "M", expires: "310101"}}
	b := open(t, world(t)).size(s.width)
	hiv := sayPack(t, s.lang, "canada-ime", "service.HIV")
	b.logIn("reception").in(s.lang)
	h := b.registers(s)
	b.opens(s, &h, "canada-ime")
	b.seesNot("HIV") // the board can stand where the family looks
	b.logIn("physician").members(s, &h)
	plan := h.plan[s.mother.given]
	b.visit(plan).sees(hiv)
	b.logIn("nurse").visit(plan).sees(say(t, s.lang, "assessment.hidden.service")).seesNot("HIV")

	b.logIn("laboratory").visit("/worklist/laboratory").row(s.script[1], s.number, hiv)
	order := b.where()
	b.sees(say(t, s.lang, "order.blocked.title"), say(t, s.lang, "order.blocked.counselling"), say(t, s.lang, "order.blocked.consent"))
	if len(b.links(order+"/result"))+len(b.links(order+"/collect")) > 0 {
		t.Error("blood can be taken before anybody talked with the person")
	}

	b.logIn("counsellor").visit("/worklist/counselling").row(s.script[1], s.number)
	b.follow(order+"/counselling").set("interpreter", "child").submit().sees(say(t, s.lang, "order.error.interpreter_child"))
	b.set("interpreter", "relative").submit().sees(say(t, s.lang, "order.error.interpreter_relative"))
	b.set("interpreter", "remote").submit()
	if n := eval[int](b.visit(order).follow(order+"/consent"), `document.querySelectorAll("main input:checked").length`); n != 0 {
		t.Errorf("%d answers are ticked in advance", n)
	}
	b.complete(agrees("remote"))
	b.visit(order).seesNot(say(t, s.lang, "order.blocked.title"))

	// It is the consent's own record: taken back on the person's page, it is gone here.
	consents := h.mother + "/consents"
	b.follow(consents).sees(say(t, s.lang, "people.scope.hiv_test"), say(t, s.lang, "people.consent.at_station"))
	b.follow("/withdraw").set("withdrawn_by", "self").submit()
	b.visit(order).sees(say(t, s.lang, "order.blocked.consent_withdrawn"))
	b.logIn("laboratory").visit("/worklist/laboratory").row(s.script[1], s.number, hiv).sees(say(t, s.lang, "order.blocked.title"))
	if len(b.links(order+"/result"))+len(b.links(order+"/collect")) > 0 {
		t.Error("blood can be taken after the consent was withdrawn")
	}
	b.logIn("counsellor").visit(order).follow(order + "/consent").complete(agrees("remote"))
	b.visit(order).seesNot(say(t, s.lang, "order.blocked.title"))

	b.logIn("laboratory").visit(order).does(s, order, answers{"hiv_result": "pos"})
	if n := len(b.links("/told")); n > 0 {
		t.Error("the laboratory may tell an HIV result")
	}
	b.logIn("counsellor").visit("/worklist/counselling").row(s.script[1], s.number, say(t, s.lang, "order.to_tell"))
	b.follow("/results/").follow("/told")
	b.set("interpreter", "remote").set("counselled", "yes").submit().sees(say(t, s.lang, "order.error.care"))
	b.set("care", "accepted").submit().sees(say(t, s.lang, "order.error.where"))
	b.set("care", "later").submit()

	// Told, and nobody has arranged the care: the talk goes on, from the plan as well.
	b.visit("/worklist/counselling").row(s.script[1], s.number, say(t, s.lang, "order.to_tell_again"))
	b.visit(plan).sees(say(t, s.lang, "assessment.tell.title"), say(t, s.lang, "assessment.tell.again"))
	b.follow("/told").set("interpreter", "remote").set("counselled", "yes").set("care", "accepted").set("where", "Mulago clinic").submit()
	b.visit("/worklist/counselling")
	if b.waits(s, s.script[1]) {
		t.Error("a result that was told still waits to be told")
	}
	b.visit(plan).seesNot(say(t, s.lang, "assessment.tell.title"))
	b.visit(order).sees(say(t, s.lang, "order.step.told"), say(t, s.lang, "order.care.accepted"))

	// It is on no page of those who need not know, and never on the board.
	b.logIn("nurse").visit(plan).seesNot("HIV")
	b.logIn("reception").visit(h.board).seesNot("HIV")
	b.visit(h.mother).seesNot("HIV")
}
