package app_test

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Tuberculosis at a centre is notified, one for an order, and is a signal only where
// several people of one site have it; that signal is about nobody.
func TestTuberculosisAtACentreIsNotifiedAndIsASignalOnlyAsACluster(t *testing.T) {
	n := apptest.Start(t)
	ctx := n.Actor(access.Laboratory)
	on := calendar.DayOfTime(apptest.Day)
	send := func(person, ord db.ID, test, said string) {
		t.Helper()
		r := order.Result{ID: db.NewID(), Order: ord, Subject: person, Site: "NBO-1", Sens: journal.Clinical, On: on, Facts: map[string]order.Observed{test: {Value: value.Text(said)}, "note": {Value: value.Text("pos")}}}
		if err := n.DB.Write(ctx, func(tx *db.Tx) error { return n.LabSignal(ctx, tx, r) }); err != nil {
			t.Fatal(err)
		}
	}
	signals := func() []surveillance.Listed {
		t.Helper()
		list, err := n.Signals.List(n.Actor(access.Epidemiologist), "")
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
