// Package border tells what happens after a screener's alert, from a phone at a crossing
// to the desk.
package border

import (
	"fmt"
	"testing"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
	"github.com/godwit-health/godwit/e2e/program"
)

func TestMain(m *testing.M) { program.Main(m) }

// story is the demo with a phone at a crossing and a desk far from it.
type story struct {
	*browser.Tab
	t    *testing.T
	lang string
}

// say and word are what a page says in the story's language: of an area, of a pack.
func (s *story) say(key string) string {
	s.t.Helper()
	return browser.Begin(browser.Say(s.t, s.lang, key))
}

func (s *story) word(pack, key string) string {
	s.t.Helper()
	return browser.SayPack(s.t, s.lang, pack, key)
}

// answer answers questions of a pack in their order. One that follows from another comes
// up when that was answered.
func (s *story) answer(pairs ...string) *story {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for i := 0; i < len(pairs); i += 2 {
		for !s.Has("q-" + pairs[i]) {
			if time.Now().After(deadline) {
				s.t.Fatalf("%s is never asked at %s: %.1500s", pairs[i], s.Where(), s.Text())
			}
		}
		s.Set("q-"+pairs[i], pairs[i+1])
	}
	return s
}

// day fills the boxes of a date.
func (s *story) day(name string, t time.Time) *story {
	s.t.Helper()
	s.answer(name[len("q-"):]+"-year", fmt.Sprint(t.Year()))
	s.Set(name+"-month", fmt.Sprint(int(t.Month()))).Set(name+"-day", fmt.Sprint(t.Day()))
	return s
}

// open follows the first link of the page that reads so.
func (s *story) open(text string) *story {
	s.t.Helper()
	js := fmt.Sprintf(`[...document.querySelectorAll("main a[href]")].find(a=>a.innerText.includes(%s))`, browser.Quote(text))
	if !browser.Eval[bool](s.Tab, `!!(`+js+`)`) {
		s.t.Fatalf("no link says %q at %s: %.1500s", text, s.Where(), s.Text())
	}
	s.Leave("(" + js + ").click()")
	return s
}

// The demo holds a signal of a border already; pneumonic plague is of this story alone.
const (
	traveller = "Zawadi Planted"
	companion = "Bahati Beside"
)

// A screener finds somebody ill on a phone in French. At the desk in Arabic the signal,
// which holds nobody's name, is triaged, verified and assessed; a case is made of it, who
// came with them become contacts, and when one of those falls ill the two cases are a
// chain. The first of them is a line in the situation report of the team, and nothing in
// the one that is shared: its week is not over.
func TestAnAlertOfAScreenerBecomesASignalACaseContactsAChainAndALine(t *testing.T) {
	s := &story{Tab: browser.Open(t, program.World(t)), t: t}
	s.atTheCrossing()
	s.atTheDesk()
}

func (s *story) atTheCrossing() {
	s.t.Helper()
	s.lang = "fr"
	s.Size(360).LogIn("screener").In("fr").Visit("/border")
	s.Set("point", "BUSIA").Submit().Speaks("fr")
	s.Follow("/border/travellers/new").Sees(s.say("traveller.new.title")).Shot("border-look-closer-fr-phone")
	s.answer("screen_consent", "agreed", "corpse_or_very_ill", "no", "known_contact", "no", "visible_sign", "yes", "temp1_device", "ncit", "temp1_c", "39.1", "recent_sign", "yes",
		"exposed_recently", "unknown", "listed_stay", "no", "temp2_taken", "no").Submit()
	s.Sees(s.say("traveller.card.second"), s.word("border-screening", "service.REMEASURE")).Follow("/second")
	onset := time.Now().UTC().AddDate(0, 0, -2)
	s.answer("traveller_name", traveller, "traveller_age", "34", "traveller_sex", "female", "stay1_place", "Nyota", "signs", "cough", "antipyretic_6h", "no", "suspicion", "plague", "ended", "isolated")
	s.day("q-sign_onset", onset).day("q-stay1_from", onset.AddDate(0, 0, -18)).day("q-stay1_to", time.Now().UTC()).Submit()
	s.Sees(s.word("border-screening", "flag.STEP_DISTANCE"), s.word("border-screening", "flag.STEP_MASK"), s.word("border-screening", "flag.STEP_CALL"), s.say("traveller.signal.raised"), s.say("traveller.signal.due"))
	s.Sees(s.say("traveller.journey.met"), s.say("outbreak.answer.yes"), browser.Say(s.t, "fr", "surveillance.disease.measles"), s.say("outbreak.why.source"), s.say("traveller.journey.last_on"), s.say("outbreak.limit.declared"))
	s.Speaks("fr").Shot("border-what-now-fr-phone")
	s.Follow("/companions").Set("kind", "bus").Set("number", "KBA 123A").Submit().Sees(s.word("conveyance-contacts", "flag.LIST_ALL_ABOARD"))
	for _, name := range []string{companion, "Okello Behind"} {
		s.answer("pl_name", name).Submit().Sees(name)
	}
	s.Visit("/border/count").Follow("/border/travellers").SeesNot(traveller)
}

func (s *story) atTheDesk() {
	s.t.Helper()
	s.lang = "ar"
	s.Size(1280).LogIn("epidemiologist").In("ar").Visit("/surveillance").Speaks("ar").Shot("border-signals-ar-desk")
	s.open(browser.Say(s.t, "ar", "surveillance.disease.plague")).Speaks("ar").SeesNot(traveller, companion)
	signal := s.Where()
	s.Set("outcome", "go_on").Submit().Sees(s.say("surveillance.stage.verify"))
	s.Set("outcome", "go_on").Submit().Sees(s.say("surveillance.stage.assess"))
	s.Set("likelihood", "3").Set("consequence", "4").Set("why", "الحافلة كانت مزدحمة").Submit().Sees(s.say("surveillance.stage.respond"))
	s.Follow("/linelist/new?signal=")
	if got := browser.Eval[string](s.Tab, `document.querySelector("main [name=disease]").value+" "+document.querySelector("main [name=name]").value+" "+document.querySelector("main [name=onset-year]").value`); got != fmt.Sprintf("plague %s %d", traveller, time.Now().UTC().AddDate(0, 0, -2).Year()) {
		s.t.Fatalf("the case begins with %q", got)
	}
	s.Submit()
	made := s.classified()
	s.Follow(signal) // a case says what it was made of
	s.Visit(made).Follow("/circle").Sees(companion).Submit().Sees(s.say("linelist.contacts.of_case"), companion).Shot("border-case-ar-desk")
	s.open(companion).Speaks("ar")
	if !browser.Eval[bool](s.Tab, `!!document.querySelector("main form[action$='/case'] button")`) {
		s.t.Fatalf("a contact cannot become a case: %.1500s", s.Text())
	}
	s.Leave(`document.querySelector("main form[action$='/case'] button").click()`)
	s.chain(made)
	s.report()
}

// classified answers the signs of the case that was made, until it is a suspected one,
// and returns where it stands.
func (s *story) classified() string {
	s.t.Helper()
	bitten := time.Now().UTC().AddDate(0, 0, -6)
	s.Set("s-haemoptysis", "yes").Set("s-cough", "yes").Set("s-plague_focus", "yes")
	s.Set("s-plague_focus_date-day", fmt.Sprint(bitten.Day())).Set("s-plague_focus_date-month", fmt.Sprint(int(bitten.Month()))).Set("s-plague_focus_date-year", fmt.Sprint(bitten.Year()))
	s.Submit().Sees(traveller, s.say("linelist.class.suspected")).Speaks("ar")
	return s.Where()
}

// report is where the story ends: with the case, and nobody's name, in the report of the
// team, and without it in the report that is shared.
func (s *story) report() {
	s.t.Helper()
	s.Visit("/surveillance/desk?disease=plague").Speaks("ar").Shot("border-desk-ar-desk")
	s.Follow("/surveillance/desk/team?").Speaks("ar").Sees(s.say("analysis.team.title"), s.say("analysis.team.keep"), s.say("surveillance.disease.plague")).SeesNot(traveller, companion)
	if got := s.row(s.say("analysis.class.suspected")); got != "1 0" {
		s.t.Fatalf("the line of suspected cases says %q: %.1500s", got, s.Text())
	}
	s.Shot("border-team-ar-desk")
	s.Visit("/surveillance/desk/print?disease=plague").Speaks("ar").Sees(s.say("analysis.report.title"), s.say("analysis.limit.weeks"), s.say("analysis.suspected")+" 0").SeesNot(traveller, companion)
	s.Shot("border-report-ar-desk")
}

// row is what the cells of a table say beside a word, "" where no row has it.
func (s *story) row(word string) string {
	s.t.Helper()
	return browser.Eval[string](s.Tab, `(function(w){var row=[...document.querySelectorAll("main tbody tr")].find(r=>r.cells[0].innerText.trim()===w);return row?[...row.cells].slice(1).map(c=>c.innerText.trim()).join(" "):""})(`+browser.Quote(word)+`)`)
}

// chain is what came of the contact: the second case stands under the first, and both in the
// drawing of chains.
func (s *story) chain(source string) {
	s.t.Helper()
	s.Visit(source).Sees(s.say("linelist.linked")).Speaks("ar")
	links := browser.Eval[[]string](s.Tab, `[...document.querySelectorAll("main table a[href^='/linelist/']")].map(a=>a.getAttribute("href"))`)
	if len(links) == 0 {
		s.t.Fatalf("no case is linked: %.1500s", s.Text())
	}
	s.Visit(links[0]).Sees(companion)
	if !browser.Eval[bool](s.Tab, `!!document.querySelector("main a[href='`+source+`']")`) {
		s.t.Fatalf("the second case does not lead back to %s: %.1500s", source, s.Text())
	}
	second := links[0]
	s.Visit("/linelist/chains?disease=plague").Speaks("ar").Sees(s.say("linelist.chains.title"))
	row := browser.Eval[string](s.Tab, `(function(){var rows=[...document.querySelectorAll("main tr")].filter(r=>r.querySelector("a[href='`+second+`']")&&r.querySelector("a[href='`+source+`']"));return rows.length+" "+(document.querySelectorAll("main svg").length>0)})()`)
	if row != "1 true" {
		s.t.Fatalf("the chain is not drawn with its source (%s): %.1500s", row, s.Text())
	}
	s.Shot("border-chain-ar-desk")
}
