package e2e

import (
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
)

// The culture of a cleared person turns positive on the evening before the flight:
// the clearance, the board and everyone who acted on it change.
func TestStoryACultureTurnsPositiveTheEveningBeforeTheFlight(t *testing.T) {
	s := tale{lang: "en", width: 1280, number: "E2E-CULT-" + time.Now().UTC().Format("150405"), speaks: "so", lives: "KEN", script: [2]string{"Guuleed", "Bashiir"},
		mother: passport{issuer: "SOM", surname: "GUULEED", given: "BASHIIR", number: "P00773391", nationality: "SOM", born: "880611", sex: "M", expires: "310101"}}
	b := open(t, world(t)).size(s.width)
	h, sputum := b.clearsWithSputum(s)
	plan := h.plan[s.mother.given]

	// The physician signed; the medical officer gives the certificate out.
	b.logIn("medical_officer").in(s.lang).visit(plan).submit("certificate").sees(say(t, s.lang, "assessment.certificate.title"), s.number)
	for _, who := range []string{"physician", "medical_officer"} {
		b.logIn(who).visit("/alerts").seesNot(s.script[1])
	}

	b.logIn("laboratory").visit("/worklist/laboratory").follow("/done").set("number", s.number)
	b.leave(`document.querySelector("main form.compact button").click()`)
	b.row(s.script[1], sayPack(t, s.lang, "us-immigrant", "service.SPUTUM3"))
	if b.where() != sputum {
		t.Errorf("the list of what was done leads to %s, want %s", b.where(), sputum)
	}
	b.follow("/results/")
	b.follow("/correct")
	b.submit()
	b.sees(say(t, s.lang, "page.error.summary")) // no correction without a reason
	b.set("reason", "The bottle of another person had been read").set("q-culture", "pos").submit()
	b.sees(begin(say(t, s.lang, "order.result.replaced")))

	suspended := say(t, s.lang, "assessment.state.suspended")
	b.logIn("physician").visit(plan).sees(suspended, say(t, s.lang, "assessment.suspended.title"), say(t, s.lang, "assessment.cause.correction"))
	if len(b.links("print/certificate")) > 0 || eval[bool](b, `!!document.getElementById("certificate")`) {
		t.Error("the certificate of a suspended clearance is still offered")
	}
	b.visit(h.board).sees(suspended).seesNot(say(t, s.lang, "assessment.state.cleared"))
	b.visit("/cases?state=suspended").sees(s.number)
	b.cannotPrint(plan)

	for _, who := range []string{"physician", "medical_officer"} {
		b.logIn(who)
		b.visit("/").sees(say(t, s.lang, "app.nav.alerts"))
		if !eval[bool](b, `!!document.querySelector("main .callout.danger a[href='/alerts']")`) {
			t.Errorf("Today does not tell %s of an alert: %s", who, b.text())
		}
		b.visit("/alerts").sees(s.script[1], s.number, say(t, s.lang, "assessment.cause.correction"))
		b.answersTheAlert(s)
		b.visit("/alerts").seesNot(s.number)
	}
	// The nurse did not act on it, and is not told.
	b.logIn("nurse").visit("/alerts").seesNot(s.number)
}

// clearsWithSputum brings one person to a clearance that rests on three sputum
// samples, and returns the path of their order.
func (b *tab) clearsWithSputum(s tale) (h household, sputum string) {
	b.t.Helper()
	b.logIn("reception").in(s.lang)
	h = b.registers(s)
	b.opens(s, &h, "us-immigrant")
	b.logIn("physician").in(s.lang)
	b.members(s, &h)
	plan := h.plan[s.mother.given]
	b.visit(plan).follow(plan + "/answer").complete(nil)
	b.logIn("radiographer")
	b.works(s, "radiology", s.script[1], answers{"cxr": "tb"})
	b.logIn("laboratory")
	name := sayPack(b.t, s.lang, "us-immigrant", "service.SPUTUM3")
	b.visit("/worklist/laboratory").row(s.script[1], s.number, name)
	sputum = b.where()
	if done := b.works(s, "laboratory", s.script[1], answers{"smear": "neg", "culture": "neg", "naat": "neg"}); len(done) < 4 {
		b.t.Errorf("three samples and a molecular test were %d acts: %v", len(done), done)
	}
	b.vaccinates(s, s.script[1])
	b.logIn("physician")
	b.works(s, "physician", s.script[1], nil)
	b.visit(plan)
	if len(b.links(plan+"/answer")) > 0 { // which disease, after all results
		b.follow(plan + "/answer").complete(answers{"tb_dx": "none"})
	}
	b.visit(plan).sees(sayPack(b.t, s.lang, "us-immigrant", "classify.B1_PULM"))
	if !eval[bool](b, `!!document.getElementById("sign")`) {
		b.t.Fatalf("cannot be signed: %s", b.text())
	}
	b.submit("sign").sees(say(b.t, s.lang, "assessment.state.cleared"))
	return h, sputum
}

// cannotPrint asks for the certificate past the page that no longer offers it.
func (b *tab) cannotPrint(plan string) {
	b.t.Helper()
	b.visit(plan)
	b.leave(`(function(){var f=document.createElement("form");f.method="post";f.action=` + browser.Quote(plan+"/print/certificate") + `;
		var i=document.createElement("input");i.name="id";i.value="01a20000-0000-7000-8000-00000000e2e0";f.append(i);document.body.append(f);f.submit();})()`)
	if b.status() < 400 || b.says(say(b.t, "en", "assessment.certificate.title")) {
		b.t.Errorf("a suspended clearance was given out: %d %s", b.status(), b.text())
	}
}

// answersTheAlert answers the alert about the story's case.
func (b *tab) answersTheAlert(s tale) {
	b.t.Helper()
	id := eval[string](b, `(function(number){var c=[...document.querySelectorAll("main .callout")].find(c=>c.textContent.includes(number)&&c.querySelector("form"));
		return c?c.querySelector("form").id:"";})(`+browser.Quote(s.number)+`)`)
	if id == "" {
		b.t.Fatalf("no alert about %s can be answered: %s", s.number, b.text())
	}
	b.submit(id).sees(say(b.t, s.lang, "assessment.error.answer"))
	b.set("answer-"+id[len("alert-"):], "Called the family: they do not fly").submit(id).sees(say(b.t, s.lang, "assessment.alerts.answered"))
}
