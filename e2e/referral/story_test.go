// Package referral tells what happens when somebody is sent on: from a post on a phone to
// a clinic at a desk, and the answer back.
package referral

import (
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
)

func TestMain(m *testing.M) { program.Main(m) }

// story is one telling of it, in the language of whoever looks.
type story struct {
	*browser.Tab
	t *testing.T
}

func (s *story) say(lang, key string, args ...string) string {
	s.t.Helper()
	return browser.Say(s.t, lang, key, args...)
}

// registers registers a child of some months at the desk and answers the page.
func (s *story) registers(family, given string, months int) (where string) {
	s.t.Helper()
	born := time.Now().AddDate(0, -months, -3)
	s.LogIn("reception").In("en").Visit("/people/new")
	s.Set("family_latin", family).Set("given_latin", given).Set("sex", "female")
	s.Set("birth-day", born.Format("2")).Set("birth-month", born.Format("1")).Set("birth-year", born.Format("2006"))
	s.Leave(`document.querySelector("main form[action='/people'] button[type=submit]").click()`)
	return s.Where()
}

// seen is an encounter of a child in which a danger sign is found: the page leads to the
// form of a referral.
func (s *story) seen(child, lang string) {
	s.t.Helper()
	s.LogIn("nurse").In(lang).Window(360, 740).Visit(child).Follow("/care/new")
	s.Set("what", "phc-child IMCI_CHILD").Set("setting", "mobile").Submit()
	s.Follow("/result")
	s.Set("q-convulsing_now", "no").Set("q-cannot_drink", "yes").Set("q-fluid_test", "fails").Set("q-diarrhoea", "no").Set("q-resp_rate", "58").Set("q-temp", "37.9").Submit()
	s.Sees(browser.SayPack(s.t, lang, "phc-child", "classify.VERY_SEVERE_DISEASE"), s.say(lang, "referral.new.title"))
	s.Shot("danger-" + lang + "-phone")
	s.Follow("/referrals/new")
}

// fills says what every referral says, to the clinic on the road.
func (s *story) fills(reason string) {
	s.t.Helper()
	s.Set("urgency", "emergency").Set("to", "site").Set("agreed", "yes").Set("transport", "vehicle").Set("reason", reason)
}

func TestAChildWithDangerSignsIsSentOnAndTheAnswerComesBack(t *testing.T) {
	s := &story{browser.Open(t, program.World(t)), t}
	child := s.registers("Wafula", "Sela", 9)
	s.seen(child, "ar")
	if n := browser.Eval[int](s.Tab, `document.querySelectorAll("main input:checked").length`); n != 0 {
		t.Errorf("%d answers are chosen in advance", n)
	}
	// Sent without a place: what was typed and chosen stays.
	s.fills("لا يشرب، تنفس سريع")
	s.Leave(`(() => { document.querySelector("main input[name=include]").click(); document.querySelector("main form button[type=submit]").click() })()`)
	s.Sees(s.say("ar", "referral.error.site"))
	if n := browser.Eval[int](s.Tab, `document.querySelectorAll("main input[name=include]:checked").length`); n != 1 {
		t.Errorf("%d pieces of the record are chosen still, want the one", n)
	}
	s.Shot("referral-new-ar-phone")
	clinic := browser.Eval[string](s.Tab, `[...document.querySelectorAll("main select[name=to_site] option")].map(o => o.value).filter(v => v)[0]`)
	s.Set("to_site", clinic).Submit()
	one := s.Where()
	s.Sees(s.say("ar", "referral.sent_now"), s.say("ar", "referral.state.sent"), s.say("ar", "referral.no_steps"))
	s.Shot("referral-ar-phone")
	s.Visit("/").Sees(s.say("ar", "referral.title"))

	s.LogIn("nurse_clinic").In("en").Size(1280).Visit("/").Sees(s.say("en", "referral.title"))
	s.Visit("/referrals").Sees("Sela", s.say("en", "referral.urgency.emergency"))
	s.Shot("referrals-en-desk")
	s.Visit(child).Sees("Sela") // the record is open to whom the child is sent
	s.Visit(one).Sees(s.say("en", "referral.say_lead"), browser.SayPack(t, "en", "phc-child", "flag.DANGER_SIGN"))
	s.Set("step", "received").Submit().Sees(s.say("en", "referral.told"))
	s.Set("step", "result").Submit().Sees(s.say("en", "referral.error.words"))
	s.Set("words", "Oxygen and antibiotics, drinks again").Submit().Sees("drinks again").SeesNot(s.say("en", "referral.say_lead"))
	s.Shot("referral-answered-en-desk")

	s.LogIn("nurse").In("ar").Window(360, 740).Visit(one).Sees("drinks again", s.say("ar", "referral.step.result"))
	s.Shot("referral-answered-ar-phone")
	s.LogIn("reception").In("en").Visit("/referrals").SeesNot("Sela")
}

// A hospital without Godwit gets a letter in its own language, and answers with its code.
func TestAHospitalWithoutGodwitAnswersWithTheLettersCode(t *testing.T) {
	s := &story{browser.Open(t, program.World(t)), t}
	child := s.registers("Naliaka", "Wema", 14)
	s.LogIn("nurse").In("en").Size(1280).Visit(child).Follow("/referrals/new")
	s.fills("Very pale, for blood")
	s.Set("to", "outside").Set("to_name", "District hospital").Submit()
	one := s.Where()
	s.Sees(s.say("en", "referral.by_letter"))
	s.Set("lang", "fr")
	s.Leave(`document.querySelector("main form[action$='/print/letter'] button[type=submit]").click()`)
	s.Sees(s.say("fr", "referral.letter.title"), "Very pale", "District hospital").Shot("letter-fr")
	text := s.Text()
	i := strings.LastIndex(text, s.say("fr", "referral.q.code"))
	if i < 0 {
		t.Fatalf("no code on the letter: %s", text)
	}
	code := strings.Fields(text[i:])[1]

	s.LogIn("nurse_clinic").In("fr").Window(360, 740).Visit(one).SeesNot("Very pale") // another site hears nothing of it
	s.Visit("/referred").Set("code", "1234").Set("step", "result").Set("words", "Transfusion faite").Submit().Sees(s.say("fr", "referral.error.code"))
	if typed := browser.Eval[string](s.Tab, `document.querySelector("main [name=words]").value`); typed != "Transfusion faite" {
		t.Errorf("what was typed is lost: %q", typed)
	}
	s.Shot("reply-fr-phone")
	s.Set("code", code).Submit().Sees(s.say("fr", "referral.reply.thanks_lead")).SeesNot("Wema")
	s.LogIn("nurse").In("en").Visit(one).Sees("Transfusion faite", s.say("en", "referral.how.by_code"))
}

// A child is weighed and measured on a phone; the chart stands beside the encounter, and a
// sheet of it goes home with the mother.
func TestAChildsGrowthStandsBesideTheEncounter(t *testing.T) {
	s := &story{browser.Open(t, program.World(t)), t}
	child := s.registers("Nekesa", "Imani", 11)
	s.LogIn("nurse").In("ar").Window(360, 740).Visit(child).Follow("/growth")
	s.Sees(s.say("ar", "chart.none"))
	s.Visit(child).Follow("/care/new").Set("what", "nutrition NUTRITION").Set("setting", "mobile").Submit()
	s.Follow("/result").Set("q-weight", "7.6").Set("q-height", "70.5").Set("q-muac", "126").Set("q-oedema", "none").Submit()
	s.Follow("/growth").Sees(s.say("ar", "chart.index.whz"), "7.6", "70.5", s.say("ar", "chart.key.median"))
	s.Shot("growth-ar-phone").From("figure").Shot("growth-chart-ar-phone")
	s.In("en").Size(1280).Visit(child+"/growth").Sees("Imani", s.say("en", "chart.index.haz")).Shot("growth-en-desk")
	s.Follow("/print/growth").Sees("Imani", "7.6").Shot("growth-print-en")
	s.LogIn("reception").Visit(child + "/growth").SeesNot("7.6")
}
