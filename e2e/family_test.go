package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
)

// tale is a family as the stories tell it. The names are made up, and another in
// each story, so that all of them fit into one world.
type tale struct {
	lang          string
	width         int
	mother        passport
	script        [2]string // her surname and given name in her own script
	speaks, lives string
	child         string // given name of the child, in Latin letters
	number        string // of the case
}

// household is what came of the registration.
type household struct {
	mother, child string // paths of the two records
	family        string // path of the family
	board         string // path of the case
	plan          map[string]string
}

var (
	personPath = regexp.MustCompile(`^/people/[0-9a-f-]{36}$`)
	casePath   = regexp.MustCompile(`^/cases/[0-9a-f-]{36}$`)
)

// registers registers the mother from her passport and the child, if there is one,
// by hand, and returns where their records are.
func (b *tab) registers(s tale) (h household) {
	b.t.Helper()
	b.visit("/people/new").speaks(s.lang)
	b.set("zone", s.mother.td3()).submit("zone-form")
	b.sees(say(b.t, s.lang, "people.mrz.state.ok"), say(b.t, s.lang, "people.mrz.compare"))
	for field, want := range map[string]string{"family_latin": s.mother.surname, "given_latin": s.mother.given, "birth-year": "19" + s.mother.born[:2], "nationalities": s.mother.nationality} {
		if got := b.value(field); !strings.EqualFold(got, want) {
			b.t.Errorf("the document gives %s = %q, want %q", field, got, want)
		}
	}
	b.set("family", s.script[0]).set("given", s.script[1])
	b.set("languages", s.speaks).set("interpreter", "yes").set("with_family", "family").set("family_number", s.number).set("place", s.lives).set("from-year", "2019").set("arrived", "yes")
	b.saves()
	h.mother = b.where()
	if !personPath.MatchString(h.mother) {
		b.t.Fatalf("the mother is not registered: %s", b.problems())
	}
	b.sees(begin(say(b.t, s.lang, "people.registered")), s.script[0], s.mother.surname,
		say(b.t, s.lang, map[string]string{"F": "page.sex.female", "M": "page.sex.male"}[s.mother.sex])).speaks(s.lang)
	h.family = b.links("/families/")[0]
	if s.child == "" {
		return h
	}
	b.follow("/people/new?family=")
	b.set("given_latin", s.child).set("family_latin", s.mother.surname).set("birth-year", fmt.Sprint(time.Now().Year()-6)).set("sex", "male")
	b.set("languages", s.speaks).set("interpreter", "yes").set("nationalities", s.mother.nationality).set("role", "child").set("accompaniment", "accompanied").set("arrived", "yes")
	b.saves()
	h.child = b.where()
	if !personPath.MatchString(h.child) || h.child == h.mother {
		b.t.Fatalf("the child is not registered: %s", b.problems())
	}
	b.sees(s.child, s.mother.surname)
	b.visit(h.family).sees(s.child, s.mother.surname, say(b.t, s.lang, "people.role.child"), say(b.t, s.lang, "people.role.head")).speaks(s.lang)
	return h
}

// saves sends a registration. In a world in which the story was told before there
// is somebody of that name, and reception says that it is somebody else.
func (b *tab) saves() {
	b.t.Helper()
	const save = `document.querySelector("main form[action='/people'] button[type=submit]").click()`
	b.leave(save)
	if b.has("distinct") {
		eval[bool](b, `[...document.querySelectorAll("main [name=distinct]")].forEach(e=>e.checked=true);true`)
		b.leave(save)
	}
}

// value is what stands in a field.
func (b *tab) value(name string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`(function(n){var all=[...document.querySelectorAll("main [name]")].filter(e=>e.name===n);
		var e=all.find(e=>e.type!=="radio"||e.checked);return e?e.value:"";})(%s)`, browser.Quote(name)))
}

// travels adds the journey of a person: born elsewhere, on the way, here.
func (b *tab) travels(s tale, person string) {
	b.t.Helper()
	b.visit(person).follow("/stays/new")
	b.set("place", s.mother.nationality).set("from-year", "19"+s.mother.born[:2]).set("to-month", "3").set("to-year", "2019").set("sure", "likely").set("source", "said").submit()
	b.visit(person + "/journey").sees(say(b.t, s.lang, "people.sure.likely")).speaks(s.lang)
	if !eval[bool](b, `!!document.querySelector("form[action$='/journey/whole'] button")`) {
		b.t.Fatalf("nobody can say that the journey is whole: %s", b.text())
	}
	b.leave(`document.querySelector("form[action$='/journey/whole'] button").click()`)
}

// opens opens the case of the family for a destination, with the examination today.
func (b *tab) opens(s tale, h *household, destination string) {
	b.t.Helper()
	b.visit(h.mother).follow("/cases/new")
	b.follow("destination=" + destination)
	b.speaks(s.lang)
	for _, person := range []string{h.mother, h.child} {
		if person != "" {
			b.set("members", strings.TrimPrefix(person, "/people/"))
		}
	}
	b.set("number", s.number)
	if b.value("exam_country") == "" {
		b.set("exam_country", "KEN")
	}
	if b.has("fact.programme") {
		b.set("fact.programme", "=immigrant").set("fact.flu_season", "no")
	}
	if year := b.value("exam_date-year"); year != time.Now().UTC().Format("2006") {
		b.t.Errorf("the day of the examination is not proposed: %q", year)
	}
	b.submit()
	h.board = b.where()
	if !casePath.MatchString(h.board) {
		b.t.Fatalf("the case is not open: %s", b.problems())
	}
	b.sees(s.mother.surname, s.child).speaks(s.lang)
}

// members finds the plan of each member on the board, as somebody who may open it.
func (b *tab) members(s tale, h *household) {
	b.t.Helper()
	b.visit(h.board)
	h.plan = map[string]string{}
	for _, who := range []string{s.mother.given, s.child} {
		if who == "" {
			continue
		}
		h.plan[who] = eval[string](b, fmt.Sprintf(`(function(who){
			var card=[...document.querySelectorAll(".board-member")].find(c=>c.textContent.toLowerCase().includes(who.toLowerCase()));
			var a=card&&card.querySelector("a[href*='/members/']");return a?a.getAttribute("href"):"";})(%s)`, browser.Quote(who)))
		if h.plan[who] == "" {
			b.t.Fatalf("no plan of %s on the board: %s", who, b.text())
		}
	}
}

// waits reports whether the worklist of the page has a line of that member of the family.
func (b *tab) waits(s tale, name string) bool {
	b.t.Helper()
	return eval[bool](b, fmt.Sprintf(`[...document.querySelectorAll("main tr")].some(r=>r.textContent.includes(%s)&&r.textContent.includes(%s)&&r.querySelector("a[href^='/orders/']"))`,
		browser.Quote(name), browser.Quote(s.number)))
}

// works does what waits for a person at a station, as its role: what comes before
// it, the act with the person confirmed, the result. It returns the paths of the
// orders it did.
func (b *tab) works(s tale, station, name string, findings answers) (done []string) {
	b.t.Helper()
	for range 12 {
		b.visit("/worklist/" + station).speaks(s.lang)
		if !b.waits(s, name) {
			return done
		}
		b.row(name, s.number)
		done = append(done, b.where())
		b.does(s, b.where(), findings)
	}
	b.t.Fatalf("the orders of %s at %s have no end", name, station)
	return done
}

// cardOf is a vaccine card on which the vaccine against polio alone is missing.
const cardOf = "dtp|td|mmr|hep_a|hep_b|hib|pneumo|rotavirus|varicella|menacwy|influenza|covid19"

// vaccinates looks through a person's vaccine card as the nurse, and gives what is
// missing.
func (b *tab) vaccinates(s tale, name string) {
	b.t.Helper()
	b.logIn("nurse").in(s.lang)
	if done := b.works(s, "vaccination", name, answers{"vaccine_record": "yes", "vaccines_complete": cardOf}); len(done) != 2 {
		b.t.Errorf("the card and the one missing vaccine of %s were %d acts: %v", name, len(done), done)
	}
}

// agrees is an adult's own decision, and what goes with it.
func agrees(interpreter string) answers {
	return answers{"interpreter": interpreter, "decision": "given", "given_by": "self", "language": "so", "mode": "signature", "confidential": "yes"}
}

// does carries out one order.
func (b *tab) does(s tale, order string, findings answers) {
	b.t.Helper()
	for _, step := range []string{"/counselling", "/consent"} {
		if len(b.links(order+step)) > 0 {
			b.follow(order + step).complete(agrees("professional"))
			b.visit(order)
		}
	}
	b.follow(order + "/result").speaks(s.lang)
	known := answers{"identity": "photo"}
	for k, v := range findings {
		known[k] = v
	}
	b.complete(known).sees(say(b.t, s.lang, "order.result_saved"))
}
