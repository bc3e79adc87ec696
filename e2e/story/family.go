package story

import (
	"fmt"
	"strings"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
)

// Tale is a family as the stories tell it. The names are made up, and another in
// each story, so that all of them fit into one world.
type Tale struct {
	Lang          string
	Width         int
	Mother        Passport
	Script        [2]string // her surname and given name in her own script
	Speaks, Lives string
	Child         string // given name of the child, in Latin letters
	Number        string // of the case
}

// Household is what came of the registration.
type Household struct {
	Mother, child string // paths of the two records
	family        string // path of the family
	Board         string // path of the case
	Plan          map[string]string
}

// Registers registers the mother from her passport and the child, if there is one,
// by hand, and returns where their records are.
func (b *Tab) Registers(s Tale) (h Household) {
	b.T.Helper()
	b.Visit("/people/new").Speaks(s.Lang)
	b.Set("zone", s.Mother.Td3()).Submit("zone-form")
	b.Sees(Say(b.T, s.Lang, "people.mrz.state.ok"), Say(b.T, s.Lang, "people.mrz.compare"))
	for field, want := range map[string]string{"family_latin": s.Mother.Surname, "given_latin": s.Mother.Given, "birth-year": "19" + s.Mother.Born[:2], "nationalities": s.Mother.Nationality} {
		if got := b.value(field); !strings.EqualFold(got, want) {
			b.T.Errorf("the document gives %s = %q, want %q", field, got, want)
		}
	}
	b.Set("family", s.Script[0]).Set("given", s.Script[1])
	b.Set("languages", s.Speaks).Set("interpreter", "yes").Set("with_family", "family").Set("family_number", s.Number).Set("place", s.Lives).Set("from-year", "2019").Set("arrived", "yes")
	b.Saves()
	h.Mother = b.Where()
	if !PersonPath.MatchString(h.Mother) {
		b.T.Fatalf("the mother is not registered: %s", b.Problems())
	}
	b.Sees(Begin(Say(b.T, s.Lang, "people.registered")), s.Script[0], s.Mother.Surname,
		Say(b.T, s.Lang, map[string]string{"F": "page.sex.female", "M": "page.sex.male"}[s.Mother.Sex])).Speaks(s.Lang)
	h.family = b.Links("/families/")[0]
	if s.Child == "" {
		return h
	}
	b.Follow("/people/new?family=")
	b.Set("given_latin", s.Child).Set("family_latin", s.Mother.Surname).Set("birth-year", fmt.Sprint(time.Now().Year()-6)).Set("sex", "male")
	b.Set("languages", s.Speaks).Set("interpreter", "yes").Set("nationalities", s.Mother.Nationality).Set("role", "child").Set("accompaniment", "accompanied").Set("arrived", "yes")
	b.Saves()
	h.child = b.Where()
	if !PersonPath.MatchString(h.child) || h.child == h.Mother {
		b.T.Fatalf("the child is not registered: %s", b.Problems())
	}
	b.Sees(s.Child, s.Mother.Surname)
	b.Visit(h.family).Sees(s.Child, s.Mother.Surname, Say(b.T, s.Lang, "people.role.child"), Say(b.T, s.Lang, "people.role.head")).Speaks(s.Lang)
	return h
}

// Travels adds the journey of a person: born elsewhere, on the way, here.
func (b *Tab) Travels(s Tale, person string) {
	b.T.Helper()
	b.Visit(person).Follow("/stays/new")
	b.Set("place", s.Mother.Nationality).Set("from-year", "19"+s.Mother.Born[:2]).Set("to-month", "3").Set("to-year", "2019").Set("sure", "likely").Set("source", "said").Submit()
	b.Visit(person + "/journey").Sees(Say(b.T, s.Lang, "people.sure.likely")).Speaks(s.Lang)
	if !Eval[bool](b, `!!document.querySelector("form[action$='/journey/whole'] button")`) {
		b.T.Fatalf("nobody can say that the journey is whole: %s", b.Text())
	}
	b.Leave(`document.querySelector("form[action$='/journey/whole'] button").click()`)
}

// Opens opens the case of the family for a destination, with the examination today.
func (b *Tab) Opens(s Tale, h *Household, destination string) {
	b.T.Helper()
	b.Visit(h.Mother).Follow("/cases/new")
	b.Follow("destination=" + destination)
	b.Speaks(s.Lang)
	for _, person := range []string{h.Mother, h.child} {
		if person != "" {
			b.Set("members", strings.TrimPrefix(person, "/people/"))
		}
	}
	b.Set("number", s.Number)
	if b.value("exam_country") == "" {
		b.Set("exam_country", "KEN")
	}
	if b.Has("fact.programme") {
		b.Set("fact.programme", "=immigrant").Set("fact.flu_season", "no")
	}
	if year := b.value("exam_date-year"); year != time.Now().UTC().Format("2006") {
		b.T.Errorf("the day of the examination is not proposed: %q", year)
	}
	b.Submit()
	h.Board = b.Where()
	if !casePath.MatchString(h.Board) {
		b.T.Fatalf("the case is not open: %s", b.Problems())
	}
	b.Sees(s.Mother.Surname, s.Child).Speaks(s.Lang)
}

// Members finds the plan of each member on the board, as somebody who may open it.
func (b *Tab) Members(s Tale, h *Household) {
	b.T.Helper()
	b.Visit(h.Board)
	h.Plan = map[string]string{}
	for _, who := range []string{s.Mother.Given, s.Child} {
		if who == "" {
			continue
		}
		h.Plan[who] = Eval[string](b, fmt.Sprintf(`(function(who){
			var card=[...document.querySelectorAll(".board-member")].find(c=>c.textContent.toLowerCase().includes(who.toLowerCase()));
			var a=card&&card.querySelector("a[href*='/members/']");return a?a.getAttribute("href"):"";})(%s)`, browser.Quote(who)))
		if h.Plan[who] == "" {
			b.T.Fatalf("no plan of %s on the board: %s", who, b.Text())
		}
	}
}

// Waits reports whether the worklist of the page has a line of that member of the family.
func (b *Tab) Waits(s Tale, name string) bool {
	b.T.Helper()
	return Eval[bool](b, fmt.Sprintf(`[...document.querySelectorAll("main tr")].some(r=>r.textContent.includes(%s)&&r.textContent.includes(%s)&&r.querySelector("a[href^='/orders/']"))`,
		browser.Quote(name), browser.Quote(s.Number)))
}

// Works does what waits for a person at a station, as its role: what comes before
// it, the act with the person confirmed, the result. It returns the paths of the
// orders it did.
func (b *Tab) Works(s Tale, station, name string, findings Answers) (done []string) {
	b.T.Helper()
	for range 12 {
		b.Visit("/worklist/" + station).Speaks(s.Lang)
		if !b.Waits(s, name) {
			return done
		}
		b.Row(name, s.Number)
		done = append(done, b.Where())
		b.Does(s, b.Where(), findings)
	}
	b.T.Fatalf("the orders of %s at %s have no end", name, station)
	return done
}

// cardOf is a vaccine card on which the vaccine against polio alone is missing.
const cardOf = "dtp|td|mmr|hep_a|hep_b|hib|pneumo|rotavirus|varicella|menacwy|influenza|covid19"

// Vaccinates looks through a person's vaccine card as the nurse, and gives what is
// missing.
func (b *Tab) Vaccinates(s Tale, name string) {
	b.T.Helper()
	b.LogIn("nurse").In(s.Lang)
	if done := b.Works(s, "vaccination", name, Answers{"vaccine_record": "yes", "vaccines_complete": cardOf}); len(done) != 2 {
		b.T.Errorf("the card and the one missing vaccine of %s were %d acts: %v", name, len(done), done)
	}
}

// Agrees is an adult's own decision, and what goes with it.
func Agrees(interpreter string) Answers {
	return Answers{"interpreter": interpreter, "decision": "given", "given_by": "self", "language": "so", "mode": "signature", "confidential": "yes"}
}

// Does carries out one order.
func (b *Tab) Does(s Tale, order string, findings Answers) {
	b.T.Helper()
	for _, step := range []string{"/counselling", "/consent"} {
		if len(b.Links(order+step)) > 0 {
			b.Follow(order + step).Complete(Agrees("professional"))
			b.Visit(order)
		}
	}
	b.Follow(order + "/result").Speaks(s.Lang)
	known := Answers{"identity": "photo"}
	for k, v := range findings {
		known[k] = v
	}
	b.Complete(known).Sees(Say(b.T, s.Lang, "order.result_saved"))
}

// Tales are the family of the main story, told in two languages. The countries
// are those on the passports; nobody in them exists.
func Tales() []Tale {
	now := time.Now().UTC().Format("150405") // an open case's number is its own
	return []Tale{
		{Lang: "en", Width: 1280, Number: "E2E-EN-" + now, Mother: Passport{Issuer: "ETH", Surname: "WOLDETSADIK", Given: "MEHRET SENAIT", Number: "EP7301944", Nationality: "ETH",
			Born: "920314", Sex: "F", Expires: "310101"}, Script: [2]string{"ወልደጻድቅ", "ምህረት ሰናይት"}, Speaks: "am", Lives: "KEN", Child: "Natinael"},
		{Lang: "ar", Width: 360, Number: "E2E-AR-" + now, Mother: Passport{Issuer: "SDN", Surname: "ABDELGADIR", Given: "NAFISA HUDA", Number: "P04416207", Nationality: "SDN",
			Born: "910722", Sex: "F", Expires: "310101"}, Script: [2]string{"عبد القادر", "نفيسة هدى"}, Speaks: "ar", Lives: "KEN", Child: "Mazin"},
	}
}
