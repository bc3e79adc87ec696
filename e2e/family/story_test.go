package family

import (
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// The main job of an assessment centre, from the door to the certificate, in a
// left-to-right and a right-to-left language.
func TestStoryAFamilyIsCleared(t *testing.T) {
	base := program.World(t)
	for _, s := range story.Tales() {
		t.Run(s.Lang, func(t *testing.T) {
			b := story.Open(t, base).Size(s.Width)
			b.LogIn("reception").In(s.Lang)
			h := b.Registers(s)
			b.Travels(s, h.Mother)
			b.Opens(s, &h, "us-immigrant")

			b.LogIn("physician").In(s.Lang)
			b.Members(s, &h)
			explainsThePlans(b, s, h)
			b.LogIn("radiographer").In(s.Lang)
			imagesTheMother(b, s)
			for _, st := range []string{"nurse", "laboratory", "physician"} {
				b.LogIn(st).In(s.Lang)
				for _, who := range []string{s.Script[1], s.Child} {
					t.Log(st, who, b.Works(s, st, who, sizes(s, who)))
				}
			}
			for _, who := range []string{s.Script[1], s.Child} {
				b.Vaccinates(s, who)
			}
			b.LogIn("physician").In(s.Lang)
			signs(b, s, h)
			prints(b, s, h)

			b.LogIn("reception").In(s.Lang)
			b.Visit(h.Board).Speaks(s.Lang)
			if n := strings.Count(b.Text(), story.Say(t, s.Lang, "assessment.state.cleared")); n != 2 {
				t.Errorf("%d of 2 are cleared on the board: %s", n, b.Text())
			}
		})
	}
}

// sizes are the measurements of a child.
func sizes(s story.Tale, who string) story.Answers {
	if who != s.Child {
		return nil
	}
	return story.Answers{"weight": "20", "height": "115", "pulse": "90"}
}

// explainsThePlans checks that each plan says what is required, why and by whose
// rule, and answers what is asked.
func explainsThePlans(b *story.Tab, s story.Tale, h story.Household) {
	b.T.Helper()
	why := map[string][]string{s.Mother.Given: {"row.US-S1", "row.US-S3", "row.US-S9p"}, s.Child: {"row.US-S1", "row.US-S2"}}
	for who, plan := range h.Plan {
		b.Visit(plan).Speaks(s.Lang)
		for _, row := range why[who] {
			b.Sees(story.SayPack(b.T, s.Lang, "us-immigrant", row), "("+ruleNumber(s, b, row))
		}
		b.Sees(story.Begin(story.Say(b.T, s.Lang, "assessment.source.O")), "CDC Technical Instructions for Panel Physicians", story.Say(b.T, s.Lang, "assessment.item.required"),
			story.Say(b.T, s.Lang, "assessment.questions.title"), story.Say(b.T, s.Lang, "assessment.state.questions"))
		if len(b.Links("/sign")) > 0 || story.Eval[bool](b, `!!document.getElementById("sign")`) {
			b.T.Errorf("the plan of %s can be signed while answers are missing", who)
		}
		b.Follow(plan + "/answer").Speaks(s.Lang).Complete(nil)
		b.Sees(story.Say(b.T, s.Lang, "assessment.answer.saved")).SeesNot(story.Say(b.T, s.Lang, "assessment.questions.title"))
	}
}

// ruleNumber is how the source of a rule names it: "rule US-S1" in English.
func ruleNumber(s story.Tale, b *story.Tab, row string) string {
	b.T.Helper()
	text := story.Say(b.T, s.Lang, "assessment.source.O", "{row}", strings.TrimPrefix(row, "row."))
	_, text, _ = strings.Cut(text, "(")
	text, _, _ = strings.Cut(text, strings.TrimPrefix(row, "row."))
	return text + strings.TrimPrefix(row, "row.")
}

// imagesTheMother takes the X-ray: not before the question of the day was answered,
// and not without the person confirmed.
func imagesTheMother(b *story.Tab, s story.Tale) {
	b.T.Helper()
	b.Visit("/worklist/radiology").Speaks(s.Lang).Row(s.Script[1], s.Number)
	order := b.Where()
	// The plan asked her of pregnancy today; her periods are the station's to ask.
	b.Sees(story.Say(b.T, s.Lang, "order.stop.title"), story.SayPack(b.T, s.Lang, "station-safety", "row.SS-H4"))
	if len(b.Links(order+"/result")) > 0 {
		b.T.Error("the order offers to record a result while it is stopped")
	}
	// Whoever knows the address of the form is stopped too.
	b.Visit(order + "/result")
	b.Fill(story.Answers{"identity": "photo"})
	b.Submit()
	if b.Where() == order {
		b.T.Fatalf("an image was recorded before the question of the day: %s", b.Text())
	}

	b.Visit(order).Follow("/ask/pregnancy").Speaks(s.Lang)
	if n := story.Eval[int](b, `document.querySelectorAll("main input:checked").length`); n != 0 {
		b.T.Errorf("%d answers are ticked in advance", n)
	}
	b.Complete(story.Answers{"pregnancy_today": "no", "periods": "known", "lmp": time.Now().UTC().AddDate(0, 0, -10).Format(time.DateOnly)})
	b.Visit(order).SeesNot(story.Say(b.T, s.Lang, "order.stop.title"))

	b.Follow(order + "/result")
	for range story.Tries {
		n := b.Fill(story.Answers{"identity": "nobody"}) // a choice that is not there: left open
		if b.Submit(); n == 0 {
			break
		}
	}
	b.Sees(story.Say(b.T, s.Lang, "order.error.identity"))
	b.Visit(order)
	b.Does(s, order, nil)
}

// signs lets the physician sign what the table decided.
func signs(b *story.Tab, s story.Tale, h story.Household) {
	b.T.Helper()
	for who, plan := range h.Plan {
		b.Visit(plan).Speaks(s.Lang)
		b.Sees(story.SayPack(b.T, s.Lang, "us-immigrant", "row.US-C7"), story.Say(b.T, s.Lang, "assessment.finding.class"), story.Say(b.T, s.Lang, "assessment.member.valid"))
		if !story.Eval[bool](b, `!!document.getElementById("sign")`) {
			b.T.Fatalf("%s cannot be signed: %s", who, b.Text())
		}
		b.Submit("sign").Sees(story.Say(b.T, s.Lang, "assessment.sign.cleared"), story.Say(b.T, s.Lang, "assessment.state.cleared"))
	}
}

// prints prints the certificate, which holds no result, and the sheet that says why.
func prints(b *story.Tab, s story.Tale, h story.Household) {
	b.T.Helper()
	plan := h.Plan[s.Mother.Given]
	b.Visit(plan).Submit("certificate").Speaks(s.Lang)
	b.Sees(story.Say(b.T, s.Lang, "assessment.certificate.title"), s.Script[1], s.Number, story.Say(b.T, s.Lang, "assessment.certificate.until"))
	b.SeesNot(story.SayPack(b.T, s.Lang, "us-immigrant", "service.SYPHILIS"), story.SayPack(b.T, s.Lang, "us-immigrant", "value.cxr.normal"), story.SayPack(b.T, s.Lang, "us-immigrant", "row.US-C7"))
	b.Visit(plan).Follow("/print/why").Speaks(map[bool]string{true: "ar", false: "en"}[s.Lang == "ar"])
	b.Sees(story.Say(b.T, s.Lang, "assessment.why.title"), story.SayPack(b.T, s.Lang, "us-immigrant", "row.US-S3"), story.SayPack(b.T, s.Lang, "us-immigrant", "why.refusal"),
		story.SayPack(b.T, s.Lang, "us-immigrant", "why.sees"), story.SayPack(b.T, s.Lang, "us-immigrant", "why.rule"))
}
