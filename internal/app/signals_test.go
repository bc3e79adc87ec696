package app

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A positive culture raises one signal for its order, a negative one none, and who it
// is stands in no signal.
func TestAPositiveResultOfANotifiableDiseaseRaisesASignal(t *testing.T) {
	n := startNode(t)
	person, one := db.NewID(), db.NewID()
	ctx := n.actor(access.Laboratory)
	result := func(ord db.ID, culture string) order.Result {
		return order.Result{ID: db.NewID(), Order: ord, Subject: person, Site: "NBO-1", Sens: journal.Clinical, On: calendar.DayOfTime(testDay),
			Facts: map[string]order.Observed{"culture": {Value: value.Text(culture)}, "smear": {Value: value.Text("not_done")}}}
	}
	for _, r := range []order.Result{result(one, "neg"), result(one, "pos"), result(one, "pos"), result(db.NewID(), "pos"), result(db.NewID(), "pending")} {
		if err := n.DB.Write(ctx, func(tx *db.Tx) error { return n.labSignal(ctx, tx, r) }); err != nil {
			t.Fatal(err)
		}
	}
	list, err := n.Signals.List(n.actor(access.Epidemiologist), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Disease != "tuberculosis" || list[0].Source != surveillance.Laboratory || list[0].CasesNow != surveillance.Of(1) || list[0].Words != "" {
		t.Errorf("two orders with a positive culture raised %d signals: %+v", len(list), list)
	}
}

// Somebody who saw something tells it on a phone; the desk works on it; whoever told
// it reads what became of it.
func TestFromAVolunteersPhoneToTheDeskAndBack(t *testing.T) {
	n := startNode(t)
	phone, desk := n.at(access.Volunteer), n.at(access.Epidemiologist)
	phone.get("/").says(t, 200, "Tell what you saw")
	phone.form("/surveillance/tell").set("sign", "bleeding", "place", "Market", "deaths", "1").send().says(t, 200, "Fever and bleeding", "Received, nobody has looked yet")
	desk.get("/").says(t, 200, "1 signal is open.")
	page := desk.get("/surveillance").says(t, 200, "Market", "In time")
	var signal string
	for _, l := range page.links() {
		if len(l) > len("/surveillance/signals/") && l[:len("/surveillance/signals/")] == "/surveillance/signals/" {
			signal = l
		}
	}
	if signal == "" {
		t.Fatal("the desk leads to no signal")
	}
	send := func(act string, values ...string) answer {
		t.Helper()
		return desk.pick(desk.get(signal), signal+"/"+act).set(values...).send()
	}
	send("triage", "outcome", "go_on").says(t, 200, "Verification")
	send("verify", "outcome", "go_on").says(t, 200, "Risk assessment")
	send("assess", "likelihood", "4", "consequence", "5", "why", "deaths after a funeral").says(t, 200, "Very high", "Early response actions")
	phone.get("/surveillance/mine").says(t, 200, "It is true, a team is at work")
	desk.get(signal+"/close").says(t, 200, "Why")
	phone.get(signal).says(t, 403)
}
