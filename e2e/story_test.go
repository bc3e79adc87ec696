package e2e

import (
	"strings"
	"testing"
	"time"
)

// tales are the family of the main story, told in two languages. The countries
// are those on the passports; nobody in them exists.
func tales() []tale {
	now := time.Now().UTC().Format("150405") // an open case's number is its own
	return []tale{
		{lang: "en", width: 1280, number: "E2E-EN-" + now, mother: passport{issuer: "ETH", surname: "WOLDETSADIK", given: "MEHRET SENAIT", number: "EP7301944", nationality: "ETH",
			born: "920314", sex: "F", expires: "310101"}, script: [2]string{"ወልደጻድቅ", "ምህረት ሰናይት"}, speaks: "am", lives: "KEN", child: "Natinael"},
		{lang: "ar", width: 360, number: "E2E-AR-" + now, mother: passport{issuer: "SDN", surname: "ABDELGADIR", given: "NAFISA HUDA", number: "P04416207", nationality: "SDN",
			born: "910722", sex: "F", expires: "310101"}, script: [2]string{"عبد القادر", "نفيسة هدى"}, speaks: "ar", lives: "KEN", child: "Mazin"},
	}
}

// The main job of an assessment centre, from the door to the certificate, in a
// left-to-right and a right-to-left language.
func TestStoryAFamilyIsCleared(t *testing.T) {
	base := world(t)
	for _, s := range tales() {
		t.Run(s.lang, func(t *testing.T) {
			b := open(t, base).size(s.width)
			b.logIn("reception").in(s.lang)
			h := b.registers(s)
			b.travels(s, h.mother)
			b.opens(s, &h, "us-immigrant")

			b.logIn("physician").in(s.lang)
			b.members(s, &h)
			b.explainsThePlans(s, h)
			b.logIn("radiographer").in(s.lang)
			b.imagesTheMother(s)
			for _, st := range []string{"nurse", "laboratory", "physician"} {
				b.logIn(st).in(s.lang)
				for _, who := range []string{s.script[1], s.child} {
					t.Log(st, who, b.works(s, st, who, sizes(s, who)))
				}
			}
			for _, who := range []string{s.script[1], s.child} {
				b.vaccinates(s, who)
			}
			b.logIn("physician").in(s.lang)
			b.signs(s, h)
			b.prints(s, h)

			b.logIn("reception").in(s.lang)
			b.visit(h.board).speaks(s.lang)
			if n := strings.Count(b.text(), say(t, s.lang, "assessment.state.cleared")); n != 2 {
				t.Errorf("%d of 2 are cleared on the board: %s", n, b.text())
			}
		})
	}
}

// sizes are the measurements of a child.
func sizes(s tale, who string) answers {
	if who != s.child {
		return nil
	}
	return answers{"weight": "20", "height": "115", "pulse": "90"}
}

// explainsThePlans checks that each plan says what is required, why and by whose
// rule, and answers what is asked.
func (b *tab) explainsThePlans(s tale, h household) {
	b.t.Helper()
	why := map[string][]string{s.mother.given: {"row.US-S1", "row.US-S3", "row.US-S9p"}, s.child: {"row.US-S1", "row.US-S2"}}
	for who, plan := range h.plan {
		b.visit(plan).speaks(s.lang)
		for _, row := range why[who] {
			b.sees(sayPack(b.t, s.lang, "us-immigrant", row), "("+ruleNumber(s, b, row))
		}
		b.sees(begin(say(b.t, s.lang, "assessment.source.O")), "CDC Technical Instructions for Panel Physicians", say(b.t, s.lang, "assessment.item.required"),
			say(b.t, s.lang, "assessment.questions.title"), say(b.t, s.lang, "assessment.state.questions"))
		if len(b.links("/sign")) > 0 || eval[bool](b, `!!document.getElementById("sign")`) {
			b.t.Errorf("the plan of %s can be signed while answers are missing", who)
		}
		b.follow(plan + "/answer").speaks(s.lang).complete(nil)
		b.sees(say(b.t, s.lang, "assessment.answer.saved")).seesNot(say(b.t, s.lang, "assessment.questions.title"))
	}
}

// ruleNumber is how the source of a rule names it: "rule US-S1" in English.
func ruleNumber(s tale, b *tab, row string) string {
	b.t.Helper()
	text := say(b.t, s.lang, "assessment.source.O", "{row}", strings.TrimPrefix(row, "row."))
	_, text, _ = strings.Cut(text, "(")
	text, _, _ = strings.Cut(text, strings.TrimPrefix(row, "row."))
	return text + strings.TrimPrefix(row, "row.")
}

// imagesTheMother takes the X-ray: not before the question of the day was answered,
// and not without the person confirmed.
func (b *tab) imagesTheMother(s tale) {
	b.t.Helper()
	b.visit("/worklist/radiology").speaks(s.lang).row(s.script[1], s.number)
	order := b.where()
	// The plan asked her of pregnancy today; her periods are the station's to ask.
	b.sees(say(b.t, s.lang, "order.stop.title"), sayPack(b.t, s.lang, "station-safety", "row.SS-H4"))
	if len(b.links(order+"/result")) > 0 {
		b.t.Error("the order offers to record a result while it is stopped")
	}
	// Whoever knows the address of the form is stopped too.
	b.visit(order + "/result")
	b.fill(answers{"identity": "photo"})
	b.submit()
	if b.where() == order {
		b.t.Fatalf("an image was recorded before the question of the day: %s", b.text())
	}

	b.visit(order).follow("/ask/pregnancy").speaks(s.lang)
	if n := eval[int](b, `document.querySelectorAll("main input:checked").length`); n != 0 {
		b.t.Errorf("%d answers are ticked in advance", n)
	}
	b.complete(answers{"pregnancy_today": "no", "periods": "known", "lmp": time.Now().UTC().AddDate(0, 0, -10).Format(time.DateOnly)})
	b.visit(order).seesNot(say(b.t, s.lang, "order.stop.title"))

	b.follow(order + "/result")
	for range tries {
		n := b.fill(answers{"identity": "nobody"}) // a choice that is not there: left open
		if b.submit(); n == 0 {
			break
		}
	}
	b.sees(say(b.t, s.lang, "order.error.identity"))
	b.visit(order)
	b.does(s, order, nil)
}

// signs lets the physician sign what the table decided.
func (b *tab) signs(s tale, h household) {
	b.t.Helper()
	for who, plan := range h.plan {
		b.visit(plan).speaks(s.lang)
		b.sees(sayPack(b.t, s.lang, "us-immigrant", "row.US-C7"), say(b.t, s.lang, "assessment.finding.class"), say(b.t, s.lang, "assessment.member.valid"))
		if !eval[bool](b, `!!document.getElementById("sign")`) {
			b.t.Fatalf("%s cannot be signed: %s", who, b.text())
		}
		b.submit("sign").sees(say(b.t, s.lang, "assessment.sign.cleared"), say(b.t, s.lang, "assessment.state.cleared"))
	}
}

// prints prints the certificate, which holds no result, and the sheet that says why.
func (b *tab) prints(s tale, h household) {
	b.t.Helper()
	plan := h.plan[s.mother.given]
	b.visit(plan).submit("certificate").speaks(s.lang)
	b.sees(say(b.t, s.lang, "assessment.certificate.title"), s.script[1], s.number, say(b.t, s.lang, "assessment.certificate.until"))
	b.seesNot(sayPack(b.t, s.lang, "us-immigrant", "service.SYPHILIS"), sayPack(b.t, s.lang, "us-immigrant", "value.cxr.normal"), sayPack(b.t, s.lang, "us-immigrant", "row.US-C7"))
	b.visit(plan).follow("/print/why").speaks(map[bool]string{true: "ar", false: "en"}[s.lang == "ar"])
	b.sees(say(b.t, s.lang, "assessment.why.title"), sayPack(b.t, s.lang, "us-immigrant", "row.US-S3"), sayPack(b.t, s.lang, "us-immigrant", "why.refusal"),
		sayPack(b.t, s.lang, "us-immigrant", "why.sees"), sayPack(b.t, s.lang, "us-immigrant", "why.rule"))
}
