package clinic

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestSettlingABirthDateThatTwoChangedAtOncePlansTheCaseAnew(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	id := n.OpenCase(person)
	if before := n.Ordered(person, id); !slices.Contains(before, "CXR") {
		t.Fatalf("a woman of 30 is ordered %v", before)
	}
	n.AtOnce(person, "birth", "1996-03-03", "2023-03-03")
	desk := n.At(access.Reception)
	item := apptest.LinkTo(desk.Get("/review").Says(t, 200, "Birth date"), "/review/")
	alt := n.Load(person).Disputed["birth"]
	i := slices.IndexFunc(alt, func(a journal.Alternative) bool { return string(a.Fields["birth"]) == `"2023-03-03"` })
	desk.Form(item).Set("keep", alt[i].Version.String()).Send().Says(t, 200, "Settled")
	if after := n.Ordered(person, id); slices.Contains(after, "CXR") || len(after) == 0 {
		t.Errorf("a child of three is ordered %v", after)
	}
}

func TestWhoMayNotChangeARecordMayNotSettleIt(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	id := n.OpenCase(person)
	n.AtOnce(id, "number", "NBO2026000002", "NBO2026000003")
	nurse := n.At(access.Nurse) // settles review items, and does not change cases
	item := apptest.LinkTo(nurse.Get("/review").Says(t, 200), "/review/"+id.String())
	if item == "" {
		t.Fatal("the item is not listed for the nurse")
	}
	if forms := nurse.Forms(nurse.Get(item).Says(t, 200)); len(forms) != 0 {
		t.Error("the nurse is offered to settle it")
	}
	version := n.Load(id).Disputed["application"][0].Version.String()
	nurse.Post(item, map[string][]string{"keep": {version}}).Says(t, 403)
	n.At(access.Reception).Form(item).Set("keep", version).Send().Says(t, 200, "Settled")
}

func TestAFilmThatWasReportedTwiceIsSettledByStrikingOneOut(t *testing.T) {
	n := apptest.Start(t)
	person := n.Register(n.At(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	var results []db.ID
	for i, role := range []access.Role{access.Radiographer, access.Physician} {
		ctx := n.Actor(role)
		o, err := db.ParseID(n.Film(person)[len("/orders/"):])
		if err != nil {
			t.Fatal(err)
		}
		saved, err := n.Orders.Record(ctx, order.Entry{ID: db.NewID(), Order: o, Seen: []db.ID{}, Identity: "photo", Answers: map[string][]string{
			"image_date": {apptest.Today(n).String()}, "shielded": {"no"}, "quality": {"good"}, "cxr": {[]string{"normal", "tb"}[i]}, "tb_signs": {"cavity"}, "reader": {"R. Quispe"}}})
		if err != nil {
			t.Fatalf("%v %+v", err, saved.Check)
		}
		results = append(results, saved.Result.ID)
	}
	doctor := n.At(access.Physician)
	item := apptest.LinkTo(doctor.Get("/review").Says(t, 200, "Recorded twice?"), "/review/")
	doctor.Get(item).Says(t, 200, "Entered twice?", "What does the picture show?", "a finding that suggests tuberculosis", "Entered by", "Joseph Okello", "It was done twice: keep both")
	doctor.Form(item).Set("keep", results[0].String()).Send().Says(t, 422, "Say why the other one is in error")
	doctor.Form(item).Set("keep", results[0].String(), "reason", "one film, two reports").Send().Says(t, 200, "Settled")
	if !n.Load(results[1]).Error || n.Load(results[0]).Error {
		t.Error("not the other one was struck out")
	}
	doctor.Get("/review").Says(t, 200, "Nothing waits for you")
	doctor.Get(item).Says(t, 404)
}

func TestACaseIsErasedWithItsLastMember(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	id := n.OpenCase(person)
	e := stewardship.Erasure{ID: db.NewID(), Person: person, Reason: stewardship.ReasonRequest, Kinds: []string{stewardship.AllKinds}}
	if err := n.Steward.AskErasure(n.Actor(access.PrivacyOfficer), e); err != nil {
		t.Fatal(err)
	}
	done, err := n.Steward.ApproveErasure(n.Actor(access.MedicalOfficer), e.ID, nil)
	if err != nil || done.Counts["assessment.case"] != 1 {
		t.Fatalf("%+v %v", done.Counts, err)
	}
	n.Read(func(tx *db.Tx) error {
		if _, err := n.Journal.Load(tx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("the case is still there: %v", err)
		}
		return nil
	})
	n.At(access.Reception).Get("/cases/"+id.String()).Says(t, 404)
}
