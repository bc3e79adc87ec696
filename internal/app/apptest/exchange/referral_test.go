package exchange

import (
	"net/http"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/referral"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Somebody is sent from a centre at the hub to a clinic whose laptop has none of its
// people: the referral and the record come with the next exchange, the answer goes back
// with the one after. Of whoever did not agree nothing comes.
func TestAReferralAndItsAnswerCrossAnExchange(t *testing.T) {
	hub, node := apptest.StartHub(t), apptest.StartOther(t)
	clinic := app.DemoClinic().Code
	chief := node.At(access.Administrator)
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Clinic laptop", clinic)).Send().Says(t, 200, "This device is enrolled")
	exchange := func() {
		t.Helper()
		chief.Pick(chief.Get("/sync"), "/sync/now").Send().Says(t, 200, "The exchange is done")
	}
	desk, doctor := hub.At(access.Reception), access.For(hub.Actor(access.Physician), "care")
	send := func(family string, agreed value.Truth) (person, id db.ID) {
		t.Helper()
		person, id = hub.Register(desk, "family_latin", family, "given_latin", "Omar", "sex", "male", "birth-year", "1990"), db.NewID()
		if err := hub.Referrals.Send(doctor, referral.Request{ID: id, Person: person, To: referral.ToSite, ToSite: clinic, Urgency: "soon", Reason: "Cough of " + family, Transport: "public", Agreed: agreed}); err != nil {
			t.Fatal(err)
		}
		return person, id
	}
	omar, sent := send("Hassan", value.Yes)
	_, kept := send("Otieno", value.No)
	exchange()
	nurse := node.At("nurse_clinic")
	nurse.Get("/").Says(t, 200, "1 person sent here waits")
	nurse.Get(referral.ListPath).Says(t, 200, "Omar Hassan")
	nurse.Get("/people/"+omar.String()).Says(t, 200, "Omar")
	if a := nurse.Get(referral.Path(kept)); a.Status == http.StatusOK {
		t.Error("who did not agree is there all the same")
	}
	a := nurse.Get(referral.Path(sent)).Says(t, 200, "Cough of Hassan")
	nurse.Pick(a, referral.Path(sent)).Set("step", "result").Set("words", "Sputum clear, sent home").Send().Says(t, 200, "The answer is saved")
	exchange()
	hub.At(access.Nurse).Get(referral.Path(sent)).Says(t, 200, "Sputum clear, sent home", "Result")
}
