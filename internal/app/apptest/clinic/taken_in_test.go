package clinic

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// A woman who is registered at the centre comes to the clinic with her card.
func TestAClinicTakesInWhoIsRegisteredElsewhere(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	page, card := "/people/"+person.String(), people.ShowCode(people.Code(person))
	nurse := n.At("nurse_clinic")
	if a := nurse.Get(page); a.Status != http.StatusForbidden {
		t.Fatalf("open before anybody took her in: %d", a.Status)
	}
	a := nurse.Post("/people/find", url.Values{"q": {card}})
	if !strings.Contains(a.Body, app.TakeInPath) {
		t.Fatal("the search that found nobody does not lead on")
	}
	nurse.Post(app.TakeInPath, url.Values{"number": {"ZZZZZ-ZZZZZ"}}).Says(t, http.StatusUnprocessableEntity, "Nobody here has this number")
	a = nurse.Post(app.TakeInPath, url.Values{"number": {card}, "bring": {"1"}}).Says(t, 200, "Who is here?", card)
	nurse.Pick(a, app.TakeInPath).Set("person", person.String()).Send().Says(t, http.StatusUnprocessableEntity, "Say how you recognised the person")
	if a := nurse.Get(page); a.Status != http.StatusForbidden {
		t.Fatalf("open without being recognised: %d", a.Status)
	}
	other := n.Register(n.At(access.Reception), "family_latin", "Okoth", "given_latin", "Jane", "sex", "female", "birth-year", "1980")
	nurse.Post(app.TakeInPath, url.Values{"number": {card}, "person": {other.String()}, "how": {"photo"}}).Says(t, http.StatusUnprocessableEntity, "Choose who is here")
	before := n.LinesAbout(person)
	nurse.Pick(a, app.TakeInPath).Set("person", person.String()).Set("how", "document").Send().Says(t, 200, "The record is open to this site")
	if n.LinesAbout(person) <= before {
		t.Error("nothing stands in the list that she may ask for")
	}
	n.At("physician_clinic").Get(page).Says(t, 200, card)
	nurse.Get("/care/new?person="+person.String()).Says(t, 200, "New encounter")
	if a := nurse.Get("/people/" + other.String()); a.Status != http.StatusForbidden {
		t.Errorf("somebody else's record is open too: %d", a.Status)
	}
	for _, role := range []access.Role{access.Reception, access.Screener, access.Administrator, access.PrivacyOfficer} {
		if a := n.At(role).Get(app.TakeInPath); a.Status != http.StatusForbidden {
			t.Errorf("%s takes people into care: %d", role, a.Status)
		}
	}
}
