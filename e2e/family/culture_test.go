package family

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// The culture of a cleared person turns positive on the evening before the flight:
// the clearance, the board and everyone who acted on it change.
func TestStoryACultureTurnsPositiveTheEveningBeforeTheFlight(t *testing.T) {
	s := story.Tale{Lang: "en", Width: 1280, Number: "E2E-CULT-" + time.Now().UTC().Format("150405"), Speaks: "so", Lives: "KEN", Script: [2]string{"Guuleed", "Bashiir"},
		Mother: story.Passport{Issuer: "SOM", Surname: "GUULEED", Given: "BASHIIR", Number: "P00773391", Nationality: "SOM", Born: "880611", Sex: "M", Expires: "310101"}}
	b := story.Open(t, program.World(t)).Size(s.Width)
	h, sputum := clearsWithSputum(b, s)
	plan := h.Plan[s.Mother.Given]

	// The physician signed; the medical officer gives the certificate out.
	b.LogIn("medical_officer").In(s.Lang).Visit(plan).Submit("certificate").Sees(story.Say(t, s.Lang, "assessment.certificate.title"), s.Number)
	for _, who := range []string{"physician", "medical_officer"} {
		b.LogIn(who).Visit("/alerts").SeesNot(s.Script[1])
	}

	b.LogIn("laboratory").Visit("/worklist/laboratory").Follow("/done").Set("number", s.Number)
	b.Leave(`document.querySelector("main form.compact button").click()`)
	b.Row(s.Script[1], story.SayPack(t, s.Lang, "us-immigrant", "service.SPUTUM3"))
	if b.Where() != sputum {
		t.Errorf("the list of what was done leads to %s, want %s", b.Where(), sputum)
	}
	b.Follow("/results/")
	b.Follow("/correct")
	b.Submit()
	b.Sees(story.Say(t, s.Lang, "page.error.summary")) // no correction without a reason
	b.Set("reason", "The bottle of another person had been read").Set("q-culture", "pos").Submit()
	b.Sees(story.Begin(story.Say(t, s.Lang, "order.result.replaced")))

	suspended := story.Say(t, s.Lang, "assessment.state.suspended")
	b.LogIn("physician").Visit(plan).Sees(suspended, story.Say(t, s.Lang, "assessment.suspended.title"), story.Say(t, s.Lang, "assessment.cause.correction"))
	if len(b.Links("print/certificate")) > 0 || story.Eval[bool](b, `!!document.getElementById("certificate")`) {
		t.Error("the certificate of a suspended clearance is still offered")
	}
	b.Visit(h.Board).Sees(suspended).SeesNot(story.Say(t, s.Lang, "assessment.state.cleared"))
	b.Visit("/cases?state=suspended").Sees(s.Number)
	cannotPrint(b, plan)

	for _, who := range []string{"physician", "medical_officer"} {
		b.LogIn(who)
		b.Visit("/").Sees(story.Say(t, s.Lang, "app.nav.alerts"))
		if !story.Eval[bool](b, `!!document.querySelector("main .callout.danger a[href='/alerts']")`) {
			t.Errorf("Today does not tell %s of an alert: %s", who, b.Text())
		}
		b.Visit("/alerts").Sees(s.Script[1], s.Number, story.Say(t, s.Lang, "assessment.cause.correction"))
		answersTheAlert(b, s)
		b.Visit("/alerts").SeesNot(s.Number)
	}
	// The nurse did not act on it, and is not told.
	b.LogIn("nurse").Visit("/alerts").SeesNot(s.Number)
}

// clearsWithSputum brings one person to a clearance that rests on three sputum
// samples, and returns the path of their order.
func clearsWithSputum(b *story.Tab, s story.Tale) (h story.Household, sputum string) {
	b.T.Helper()
	b.LogIn("reception").In(s.Lang)
	h = b.Registers(s)
	b.Opens(s, &h, "us-immigrant")
	b.LogIn("physician").In(s.Lang)
	b.Members(s, &h)
	plan := h.Plan[s.Mother.Given]
	b.Visit(plan).Follow(plan + "/answer").Complete(nil)
	b.LogIn("radiographer")
	b.Works(s, "radiology", s.Script[1], story.Answers{"cxr": "tb"})
	b.LogIn("laboratory")
	name := story.SayPack(b.T, s.Lang, "us-immigrant", "service.SPUTUM3")
	b.Visit("/worklist/laboratory").Row(s.Script[1], s.Number, name)
	sputum = b.Where()
	if done := b.Works(s, "laboratory", s.Script[1], story.Answers{"smear": "neg", "culture": "neg", "naat": "neg"}); len(done) < 4 {
		b.T.Errorf("three samples and a molecular test were %d acts: %v", len(done), done)
	}
	b.Vaccinates(s, s.Script[1])
	b.LogIn("physician")
	b.Works(s, "physician", s.Script[1], nil)
	b.Visit(plan)
	if len(b.Links(plan+"/answer")) > 0 { // which disease, after all results
		b.Follow(plan + "/answer").Complete(story.Answers{"tb_dx": "none"})
	}
	b.Visit(plan).Sees(story.SayPack(b.T, s.Lang, "us-immigrant", "classify.B1_PULM"))
	if !story.Eval[bool](b, `!!document.getElementById("sign")`) {
		b.T.Fatalf("cannot be signed: %s", b.Text())
	}
	b.Submit("sign").Sees(story.Say(b.T, s.Lang, "assessment.state.cleared"))
	return h, sputum
}

// cannotPrint asks for the certificate past the page that no longer offers it.
func cannotPrint(b *story.Tab, plan string) {
	b.T.Helper()
	b.Visit(plan)
	b.Leave(`(function(){var f=document.createElement("form");f.method="post";f.action=` + browser.Quote(plan+"/print/certificate") + `;
		var i=document.createElement("input");i.name="id";i.value="01a20000-0000-7000-8000-00000000e2e0";f.append(i);document.body.append(f);f.submit();})()`)
	if b.Status() < 400 || b.Says(story.Say(b.T, "en", "assessment.certificate.title")) {
		b.T.Errorf("a suspended clearance was given out: %d %s", b.Status(), b.Text())
	}
}

// answersTheAlert answers the alert about the story's case.
func answersTheAlert(b *story.Tab, s story.Tale) {
	b.T.Helper()
	id := story.Eval[string](b, `(function(number){var c=[...document.querySelectorAll("main .callout")].find(c=>c.textContent.includes(number)&&c.querySelector("form"));
		return c?c.querySelector("form").id:"";})(`+browser.Quote(s.Number)+`)`)
	if id == "" {
		b.T.Fatalf("no alert about %s can be answered: %s", s.Number, b.Text())
	}
	b.Submit(id).Sees(story.Say(b.T, s.Lang, "assessment.error.answer"))
	b.Set("answer-"+id[len("alert-"):], "Called the family: they do not fly").Submit(id).Sees(story.Say(b.T, s.Lang, "assessment.alerts.answered"))
}
