// Package outbreak tells what follows from an outbreak that is declared in a camp: the
// list of tomorrow's flight is checked, and vaccination is offered.
package outbreak

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
)

func TestMain(m *testing.M) { program.Main(m) }

// story is one telling of it: the epidemiologist and the nurse each read in a language,
// on a phone or at a desk.
type story struct {
	*browser.Tab
	t *testing.T
}

func (s *story) say(lang, key string, args ...string) string {
	s.t.Helper()
	return browser.Say(s.t, lang, key, args...)
}

var (
	personCode = regexp.MustCompile(`\b[0-9A-Z]{5}-[0-9A-Z]{5}\b`)
	outbreaks  = regexp.MustCompile(`^/outbreaks/[0-9a-f-]{36}$`)
)

// registers registers a man and the stay that he tells, and answers where he is and his
// code.
func (s *story) registers(family, given, was string) (where, code string) {
	s.t.Helper()
	s.LogIn("reception").In("en").Visit("/people/new")
	s.Set("family_latin", family).Set("given_latin", given).Set("sex", "male").Set("birth-year", "1991")
	s.Leave(`document.querySelector("main form[action='/people'] button[type=submit]").click()`)
	where = s.Where()
	if code = personCode.FindString(s.Text()); code == "" {
		s.t.Fatalf("%s is not registered: %.1500s", given, s.Text())
	}
	s.Visit(where+"/stays/new").Set("place", "KEN").Set("detail", was).Set("from-year", "2024").Set("ongoing", "yes").Set("sure", "certain").Submit()
	return where, code
}

// workedOut opens a list of whom to offer care when everybody has been looked at, which
// the program does behind the pages.
func (s *story) workedOut(path string) *browser.Tab {
	s.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; {
		if s.Visit(path); !strings.Contains(s.Text(), s.say("en", "outbreak.looking")) {
			return s.Tab
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s is still being worked out: %.500s", path, s.Text())
		}
	}
}

// An outbreak of measles is declared in a camp, on a phone and in French. Reception has
// two people on tomorrow's flight; the nurse, at a desk, checks its list, finds the one
// who lived in the camp, offers him vaccination and notes that it was given. The other one
// is on the list as not exposed, and nobody is kept from leaving.
func TestMeaslesInACampBeforeTomorrowsFlight(t *testing.T) {
	s := &story{browser.Open(t, program.World(t)), t}
	exposed, code := s.registers("Tukei", "Daudi", "Jangwa camp")
	_, other := s.registers("Lemeki", "Isaya", "Kilele")

	s.Visit("/travel/new").Set("mode", "flight").Set("number", "GW 202").Set("to", "CAN").Submit()
	flight := s.Where()
	for _, c := range []string{code, other} {
		s.Visit(flight).Set("typed", c).Submit()
	}
	s.Visit(flight).Sees("Tukei", "Lemeki", "GW 202").SeesNot(s.say("en", "outbreak.leaving.link"))

	s.LogIn("epidemiologist").In("fr").Size(360).Visit("/outbreaks").Follow("/outbreaks/new")
	s.Set("disease", "measles").Set("state", "active").Set("country", "KEN").Set("places", "Jangwa camp")
	s.Set("from-month", "1").Set("from-year", "2026").Set("source", "Laboratoire de référence").Set("why", "Quatre cas confirmés dans le camp.").Submit()
	one := s.Where()
	if !outbreaks.MatchString(one) {
		t.Fatalf("the outbreak is not declared: %.2000s", s.Text())
	}
	s.Sees(s.say("fr", "outbreak.state.active"), "Camp de Jangwa", "Quatre cas confirmés dans le camp.", s.say("fr", "outbreak.limit.bar"))
	s.Shot("outbreak-fr-phone")

	s.LogIn("nurse").In("en").Size(1280).Visit(one).Follow("/outbreaks/departures")
	s.Sees("Tukei", "Lemeki", "GW 202", browser.SayPack(t, "en", "exposure-care", "service.MEASLES_VACCINE")+" "+s.say("en", "outbreak.care.to_offer"))
	s.Shot("departures-en-desk")
	s.workedOut(one + "/people").Sees("Tukei").SeesNot("Lemeki")
	s.Visit(one + "/people" + exposed[len("/people"):])
	s.Sees(s.say("en", "outbreak.answer.yes"), "Jangwa camp", s.say("en", "outbreak.why.certain"), "Laboratoire de référence")
	s.Set("state_MEASLES_VACCINE", "offered").Set("state_SYMPTOM_CHECK", "given").Set("note", "No signs.").Submit()
	s.Sees(s.say("en", "outbreak.offer.offered"), "No signs.")
	s.Set("state_MEASLES_VACCINE", "given").Submit()
	s.Shot("exposure-en-desk")
	s.Visit("/outbreaks/departures").Sees(browser.SayPack(t, "en", "exposure-care", "service.MEASLES_VACCINE") + " " + s.say("en", "outbreak.offer.given"))

	s.Size(360).In("ar").Visit(exposed).Sees(s.say("ar", "outbreak.answer.yes"), s.say("ar", "outbreak.limit.bar"))
	s.Shot("exposed-ar-phone")
	s.LogIn("reception").In("en").Size(1280).Visit(exposed).SeesNot(s.say("en", "surveillance.disease.measles"))
	s.Visit(flight).Sees("Tukei", "Lemeki")
}
