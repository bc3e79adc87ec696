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

// Tuberculosis at a centre is notified, one for an order, and is a signal only where
// several people of one site have it; that signal is about nobody.
func TestTuberculosisAtACentreIsNotifiedAndIsASignalOnlyAsACluster(t *testing.T) {
	n := startNode(t)
	ctx := n.actor(access.Laboratory)
	on := calendar.DayOfTime(testDay)
	send := func(person, ord db.ID, test, said string) {
		t.Helper()
		r := order.Result{ID: db.NewID(), Order: ord, Subject: person, Site: "NBO-1", Sens: journal.Clinical, On: on, Facts: map[string]order.Observed{test: {Value: value.Text(said)}, "note": {Value: value.Text("pos")}}}
		if err := n.DB.Write(ctx, func(tx *db.Tx) error { return n.labSignal(ctx, tx, r) }); err != nil {
			t.Fatal(err)
		}
	}
	signals := func() []surveillance.Listed {
		t.Helper()
		list, err := n.Signals.List(n.actor(access.Epidemiologist), "")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	notified := func() (people int) {
		t.Helper()
		if err := n.DB.Read(ctx, func(tx *db.Tx) (err error) {
			people, err = n.Signals.NotifiedPeople(tx, "NBO-1", "tuberculosis", on-27, on)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return people
	}
	one, two, three, four, first := db.NewID(), db.NewID(), db.NewID(), db.NewID(), db.NewID()
	send(one, first, "culture", "neg")
	send(one, first, "culture", "pos")
	send(one, first, "smear", "pos")
	send(one, db.NewID(), "naat", "pos")
	send(two, db.NewID(), "culture", "pos")
	send(three, db.NewID(), "culture", "pending")
	if p := notified(); p != 2 || len(signals()) != 0 {
		t.Fatalf("two people: %d notified, %d signals", p, len(signals()))
	}
	send(three, db.NewID(), "naat", "pos")
	send(four, db.NewID(), "naat", "pos")
	list := signals()
	if p := notified(); p != 4 || len(list) != 1 || list[0].Disease != "tuberculosis" || list[0].Source != surveillance.Laboratory || list[0].CasesNow != surveillance.Of(3) {
		t.Errorf("four people: %d notified, signals %+v", p, list)
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
