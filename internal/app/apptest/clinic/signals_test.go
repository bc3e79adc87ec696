package clinic

import (
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// Somebody who saw something tells it on a phone; the desk works on it; whoever told
// it reads what became of it.
func TestFromAVolunteersPhoneToTheDeskAndBack(t *testing.T) {
	n := apptest.Start(t)
	phone, desk := n.At(access.Volunteer), n.At(access.Epidemiologist)
	phone.Get("/").Says(t, 200, "Tell what you saw")
	phone.Form("/surveillance/tell").Set("sign", "bleeding", "place", "Market", "deaths", "1").Send().Says(t, 200, "Fever and bleeding", "Received, nobody has looked yet")
	desk.Get("/").Says(t, 200, "1 signal is open.")
	page := desk.Get("/surveillance").Says(t, 200, "Market", "In time")
	var signal string
	for _, l := range page.Links() {
		if len(l) > len("/surveillance/signals/") && l[:len("/surveillance/signals/")] == "/surveillance/signals/" {
			signal = l
		}
	}
	if signal == "" {
		t.Fatal("the desk leads to no signal")
	}
	send := func(act string, values ...string) apptest.Answer {
		t.Helper()
		return desk.Pick(desk.Get(signal), signal+"/"+act).Set(values...).Send()
	}
	send("triage", "outcome", "go_on").Says(t, 200, "Verification")
	send("verify", "outcome", "go_on").Says(t, 200, "Risk assessment")
	send("assess", "likelihood", "4", "consequence", "5", "why", "deaths after a funeral").Says(t, 200, "Very high", "Early response actions")
	phone.Get("/surveillance/mine").Says(t, 200, "It is true, a team is at work")
	desk.Get(signal+"/close").Says(t, 200, "Why")
	phone.Get(signal).Says(t, 403)
}
