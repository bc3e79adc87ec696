package family

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// Before an HIV test somebody talks with the person alone, and the person agrees;
// the result is told in person. Who need not know does not learn that there is one.
func TestStoryTheTalkBeforeAndAfterATest(t *testing.T) {
	s := story.Tale{Lang: "en", Width: 1280, Number: "E2E-TALK-" + time.Now().UTC().Format("150405"), Speaks: "so", Lives: "KEN", Script: [2]string{"Nuurow", "Cabdalle"},
		Mother: story.Passport{Issuer: "SOM", Surname: "NUUROW", Given: "CABDALLE", Number: "P00661128", Nationality: "SOM", Born: "890203", Sex: "M", Expires: "310101"}}
	b := story.Open(t, program.World(t)).Size(s.Width)
	hiv := story.SayPack(t, s.Lang, "canada-ime", "service.HIV")
	b.LogIn("reception").In(s.Lang)
	h := b.Registers(s)
	b.Opens(s, &h, "canada-ime")
	b.SeesNot("HIV") // the board can stand where the family looks
	b.LogIn("physician").Members(s, &h)
	plan := h.Plan[s.Mother.Given]
	b.Visit(plan).Sees(hiv)
	b.LogIn("nurse").Visit(plan).Sees(story.Say(t, s.Lang, "assessment.hidden.service")).SeesNot("HIV")

	b.LogIn("laboratory").Visit("/worklist/laboratory").Row(s.Script[1], s.Number, hiv)
	order := b.Where()
	b.Sees(story.Say(t, s.Lang, "order.blocked.title"), story.Say(t, s.Lang, "order.blocked.counselling"), story.Say(t, s.Lang, "order.blocked.consent"))
	if len(b.Links(order+"/result"))+len(b.Links(order+"/collect")) > 0 {
		t.Error("blood can be taken before anybody talked with the person")
	}

	b.LogIn("counsellor").Visit("/worklist/counselling").Row(s.Script[1], s.Number)
	b.Follow(order+"/counselling").Set("interpreter", "child").Submit().Sees(story.Say(t, s.Lang, "order.error.interpreter_child"))
	b.Set("interpreter", "relative").Submit().Sees(story.Say(t, s.Lang, "order.error.interpreter_relative"))
	b.Set("interpreter", "remote").Submit()
	if n := story.Eval[int](b.Visit(order).Follow(order+"/consent"), `document.querySelectorAll("main input:checked").length`); n != 0 {
		t.Errorf("%d answers are ticked in advance", n)
	}
	b.Complete(story.Agrees("remote"))
	b.Visit(order).SeesNot(story.Say(t, s.Lang, "order.blocked.title"))

	// It is the consent's own record: taken back on the person's page, it is gone here.
	consents := h.Mother + "/consents"
	b.Follow(consents).Sees(story.Say(t, s.Lang, "people.scope.hiv_test"), story.Say(t, s.Lang, "people.consent.at_station"))
	b.Follow("/withdraw").Set("withdrawn_by", "self").Submit()
	b.Visit(order).Sees(story.Say(t, s.Lang, "order.blocked.consent_withdrawn"))
	b.LogIn("laboratory").Visit("/worklist/laboratory").Row(s.Script[1], s.Number, hiv).Sees(story.Say(t, s.Lang, "order.blocked.title"))
	if len(b.Links(order+"/result"))+len(b.Links(order+"/collect")) > 0 {
		t.Error("blood can be taken after the consent was withdrawn")
	}
	b.LogIn("counsellor").Visit(order).Follow(order + "/consent").Complete(story.Agrees("remote"))
	b.Visit(order).SeesNot(story.Say(t, s.Lang, "order.blocked.title"))

	b.LogIn("laboratory").Visit(order).Does(s, order, story.Answers{"hiv_result": "pos"})
	if n := len(b.Links("/told")); n > 0 {
		t.Error("the laboratory may tell an HIV result")
	}
	b.LogIn("counsellor").Visit("/worklist/counselling").Row(s.Script[1], s.Number, story.Say(t, s.Lang, "order.to_tell"))
	b.Follow("/results/").Follow("/told")
	b.Set("interpreter", "remote").Set("counselled", "yes").Submit().Sees(story.Say(t, s.Lang, "order.error.care"))
	b.Set("care", "accepted").Submit().Sees(story.Say(t, s.Lang, "order.error.where"))
	b.Set("care", "later").Submit()

	// Told, and nobody has arranged the care: the talk goes on, from the plan as well.
	b.Visit("/worklist/counselling").Row(s.Script[1], s.Number, story.Say(t, s.Lang, "order.to_tell_again"))
	b.Visit(plan).Sees(story.Say(t, s.Lang, "assessment.tell.title"), story.Say(t, s.Lang, "assessment.tell.again"))
	b.Follow("/told").Set("interpreter", "remote").Set("counselled", "yes").Set("care", "accepted").Set("where", "Mulago clinic").Submit()
	b.Visit("/worklist/counselling")
	if b.Waits(s, s.Script[1]) {
		t.Error("a result that was told still waits to be told")
	}
	b.Visit(plan).SeesNot(story.Say(t, s.Lang, "assessment.tell.title"))
	b.Visit(order).Sees(story.Say(t, s.Lang, "order.step.told"), story.Say(t, s.Lang, "order.care.accepted"))

	// It is on no page of those who need not know, and never on the board.
	b.LogIn("nurse").Visit(plan).SeesNot("HIV")
	b.LogIn("reception").Visit(h.Board).SeesNot("HIV")
	b.Visit(h.Mother).SeesNot("HIV")
}
