package course

import (
	"net/url"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// across is the installation of a clinic on the other side of a border, enrolled at the
// hub, with a nurse of its own.
func across(t *testing.T, hub *apptest.Node) *apptest.Node {
	node := apptest.StartOther(t)
	site := place.Site{Code: "MLB-1", Kind: place.Clinic, Country: "UGA", Names: map[string]string{"en": "Malaba clinic", "ar": "عيادة مالابا"}, Stations: []string{"reception", "nurse"}}
	must(t, hub.Sites.Save(access.Operator(t.Context()), site))
	chief := node.At(access.Administrator)
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Malaba")).Send().Says(t, 200, "This device is enrolled")
	exchanged(node)
	nurse := app.DemoAccounts()[0]
	for _, a := range app.DemoAccounts() {
		if a.User.Login == string(access.Nurse) {
			nurse = a
		}
	}
	nurse.User.Login, nurse.User.Sites = "nurse_malaba", []string{site.Code}
	_, err := node.Access.AddUser(access.Operator(t.Context()), nurse.User, nurse.Password, false)
	must(t, err)
	return node
}

// exchanged has an installation exchange with its hub.
func exchanged(node *apptest.Node) {
	node.T.Helper()
	chief := node.At(access.Administrator)
	chief.Pick(chief.Get("/sync"), "/sync/now").Send().Says(node.T, 200, "The exchange is done")
}

// contact records the contact that is due from the recall list.
func (d *desk) contact(lang, name, visit string) {
	d.T.Helper()
	d.LogIn("nurse").In(lang).Visit("/courses").Sees(name, d.word(lang, "anc", visit)).Follow("/courses/0")
	d.with("form", "course-visit")
	d.Set("q-sbp", "116").Set("q-dbp", "74").Submit().Sees(d.say(lang, "course.state.attended"))
}

// A woman is seen three times during her pregnancy, crosses a border and gives birth
// there. The clinic over there has an installation of its own; it reads what was done and
// what is missing, and follows the birth up. After the next exchange the centre knows that
// she has given birth, and calls her no more.
func TestAPregnancyThatEndsAcrossABorder(t *testing.T) {
	hub := apptest.StartHub(t)
	node := across(t, hub)
	woman := hub.Register(hub.At(access.Reception), "family_latin", "Warsame", "given_latin", "Hodan", "sex", "female", "birth-year", "1996")
	number := people.ShowCode(people.Code(woman))
	d := at(hub)
	lmp := d.today() - 84

	d.LogIn("nurse").In("en").Size(1280).Visit("/people/" + woman.String()).Follow("/courses/new")
	d.Set("what", "anc ANC").Submit()
	anc := d.Where()
	d.Follow("/result")
	d.date("q-lmp", lmp).Set("q-lmp_certain", "yes").Set("q-dating_basis", "lmp").Submit()
	d.Sees(d.word("en", "anc", "form.ANC_CONTACT_12"), d.word("en", "anc", "form.ANC_CONTACT_40"))
	d.Shot("course-anc-en-desk")
	d.contact("en", "Hodan", "form.ANC_CONTACT_12")
	d.Visit("/courses").SeesNot("Hodan")
	d.after(56).Size(360)
	d.contact("fr", "Hodan", "form.ANC_CONTACT_20")
	d.after(42)
	d.Visit("/courses").Shot("recall-fr-phone")
	d.contact("fr", "Hodan", "form.ANC_CONTACT_26")

	// Over there: asked for by her card, taken in, in Arabic on a phone.
	const later = 91
	d.after(later)
	node.Clock.Set(hub.Clock.Now())
	desk := node.At("nurse_malaba")
	a := desk.Post("/people/find", url.Values{"q": {number}})
	a = desk.Pick(a, app.FetchPath).Send()
	desk.Pick(a, app.FetchPath).Set("purpose", "care").Send().Says(t, 200, "Found. 1 record is here now")
	a = desk.Post(app.TakeInPath, url.Values{"number": {number}})
	desk.Pick(a, app.TakeInPath).Set("person", woman.String(), "how", "document").Send().Says(t, 200, "The record is open to this site")

	there := at(node)
	there.LogIn("nurse_malaba").In("ar").Size(360).Visit("/people/" + woman.String()).Follow("/continuity/")
	there.Sees(there.word("ar", "anc", "form.ANC_CONTACT_30"), there.say("ar", "course.elsewhere")).SeesNot(there.word("ar", "anc", "form.ANC_CONTACT_20"))
	there.Shot("continuity-ar-phone")
	there.Visit(anc).Sees(there.word("ar", "anc", "programme.ANC"))
	there.Visit("/people/" + woman.String()).Follow("/courses/new")
	there.Set("what", "pnc PNC_MOTHER").Submit()
	pnc := there.Where()
	there.Follow("/result")
	there.date("q-birth_date", there.today()).Set("q-birth_mode", "vaginal").Set("q-birth_state", "alive").Submit()
	there.Sees(there.word("ar", "pnc", "form.PNC_CONTACT_1"), there.say("ar", "course.state.due"))
	there.Shot("course-pnc-ar-phone")
	there.Visit(anc).Sees(there.word("ar", "anc", "end.DELIVERED"), "MLB-1")

	exchanged(node)
	d.LogIn("nurse").In("en").Size(1280).Visit(anc).Sees(d.word("en", "anc", "end.DELIVERED"), "MLB-1")
	d.Shot("course-anc-ended-en-desk")
	d.Visit("/courses").SeesNot("Hodan")
	d.Visit(pnc).SeesNot("Hodan") // it is of the other site
}
