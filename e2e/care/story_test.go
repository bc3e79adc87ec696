// Package care tells what happens when somebody is ill: an encounter by the pack that is
// made for them, what it finds, and how it ends.
package care

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

// ends sends the form that ends an encounter.
func (s *story) ends() *browser.Tab {
	s.t.Helper()
	s.Leave(`document.querySelector("main form[action$='/end'] button[type=submit]").click()`)
	return s.Tab
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

// A nurse with a phone sees a child of ten months who drinks nothing and whose chest draws
// in. The pack for her age stands first; the page says stop and why, and does not let her
// go home without a word. A physician at a desk reads the same in Arabic.
func TestAChildWithDangerSigns(t *testing.T) {
	s := &story{browser.Open(t, program.World(t)), t}
	child := s.registers("Achieng", "Nia", 10)

	s.LogIn("nurse").In("fr").Size(360).Visit(child).Follow("/care/new")
	imci := browser.SayPack(t, "fr", "phc-child", "encounter.IMCI_CHILD")
	text := s.Text()
	if i, j := strings.Index(text, imci), strings.Index(text, browser.SayPack(t, "fr", "phc-adult", "encounter.TRIAGE")); i < 0 || j < i {
		t.Fatalf("what is made for a child of ten months does not stand first: %.1500s", text)
	}
	s.Shot("encounter-new-fr-phone")
	s.Set("what", "phc-child IMCI_CHILD").Set("setting", "mobile").Submit()
	one := s.Where()
	s.Sees(s.say("fr", "encounter.to_fill")).SeesNot(s.say("fr", "encounter.open_lead"))
	s.Set("where", "home")
	s.ends().Sees(s.say("fr", "encounter.error.not_answered"))

	s.Visit(one).Follow("/result")
	s.Set("q-convulsing_now", "no").Set("q-cannot_drink", "yes").Set("q-fluid_test", "fails").Set("q-diarrhoea", "no").Set("q-cough", "yes")
	for end := time.Now().Add(time.Minute); !s.Has("q-indrawing"); time.Sleep(50 * time.Millisecond) { // it comes up with the cough
		if time.Now().After(end) {
			t.Fatal("whoever coughs is not asked whether the chest draws in")
		}
	}
	s.Set("q-indrawing", "yes").Set("q-resp_rate", "58").Set("q-temp", "37.9").Submit()
	if s.Where() != one {
		t.Fatalf("the answers do not lead back to the encounter: %s %.800s", s.Where(), s.Text())
	}
	severe := browser.SayPack(t, "fr", "phc-child", "classify.VERY_SEVERE_DISEASE")
	s.Sees(s.say("fr", "encounter.found"), severe, s.say("fr", "encounter.open_lead"))
	s.Shot("encounter-fr-phone")

	s.Set("where", "home")
	s.ends().Sees(s.say("fr", "encounter.error.stops"))
	s.Set("where", "referred").Set("advice", "Garder au chaud, donner le sein.")
	s.ends().Sees(s.say("fr", "referral.new.lead")) // nobody is sent on without a word to where
	s.Visit(one).Sees(s.say("fr", "encounter.where.referred"), severe, "Garder au chaud").SeesNot(s.say("fr", "encounter.end_lead"))
	s.Visit("/care").Sees("Nia", s.say("fr", "encounter.where.referred"))
	s.Shot("care-today-fr-phone")

	s.LogIn("physician").In("ar").Size(1280).Visit(one)
	s.Sees(browser.SayPack(t, "ar", "phc-child", "classify.VERY_SEVERE_DISEASE"), s.say("ar", "encounter.where.referred"))
	s.Shot("encounter-ar-desk")
	s.LogIn("reception").In("en").Visit(child).SeesNot(s.say("en", "encounter.new.title"))
	s.Visit("/care").SeesNot("Nia")
}
