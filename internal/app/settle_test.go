package app

import (
	"maps"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// openCase opens a case for one person and answers it.
func (n *testNode) openCase(person db.ID) db.ID {
	n.t.Helper()
	id := db.NewID()
	if err := n.Assessment.Open(n.actor(access.Reception), assessment.NewCase{ID: id, Case: assessment.Case{Number: "NBO2026000001", Destination: "us-immigrant",
		ExamDate: today(n).Date(), ExamCountry: "KEN"}, Members: []assessment.NewMember{{ID: db.NewID(), Person: person, Relation: "principal"}}}); err != nil {
		n.t.Fatal(err)
	}
	return id
}

// ordered are the services of a person that are ordered for a case and not withdrawn.
func (n *testNode) ordered(person, caseID db.ID) (codes []string) {
	n.t.Helper()
	n.read(func(tx *db.Tx) error {
		states, err := n.Orders.States(tx, person, caseID)
		maps.DeleteFunc(states, func(_ string, s order.Status) bool { return !s.Open() })
		codes = slices.Sorted(maps.Keys(states))
		return err
	})
	return codes
}

func (n *testNode) load(doc db.ID) (d *journal.Doc) {
	n.t.Helper()
	n.read(func(tx *db.Tx) (err error) { d, err = n.Journal.Load(tx, doc); return err })
	return d
}

// atOnce has two officers change a document on the same page.
func (n *testNode) atOnce(doc db.ID, field string, values ...string) {
	n.t.Helper()
	d := n.load(doc)
	for i, v := range values {
		a, _ := access.From(n.actor([]access.Role{access.Reception, access.Nurse}[i]))
		if err := n.DB.Write(n.t.Context(), func(tx *db.Tx) error {
			return n.Journal.Append(tx, a.Author(), journal.Change{Kind: d.Kind, Doc: doc, Base: d.Version, Fields: map[string]any{field: v}})
		}); err != nil {
			n.t.Fatal(err)
		}
	}
}

func TestSettlingABirthDateThatTwoChangedAtOncePlansTheCaseAnew(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	id := n.openCase(person)
	if before := n.ordered(person, id); !slices.Contains(before, "CXR") {
		t.Fatalf("a woman of 30 is ordered %v", before)
	}
	n.atOnce(person, "birth", "1996-03-03", "2023-03-03")
	desk := n.at(access.Reception)
	item := linkTo(desk.get("/review").says(t, 200, "Birth date"), "/review/")
	alt := n.load(person).Disputed["birth"]
	i := slices.IndexFunc(alt, func(a journal.Alternative) bool { return string(a.Fields["birth"]) == `"2023-03-03"` })
	desk.form(item).set("keep", alt[i].Version.String()).send().says(t, 200, "Settled")
	if after := n.ordered(person, id); slices.Contains(after, "CXR") || len(after) == 0 {
		t.Errorf("a child of three is ordered %v", after)
	}
}

func TestWhoMayNotChangeARecordMayNotSettleIt(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	id := n.openCase(person)
	n.atOnce(id, "number", "NBO2026000002", "NBO2026000003")
	nurse := n.at(access.Nurse) // settles review items, and does not change cases
	item := linkTo(nurse.get("/review").says(t, 200), "/review/"+id.String())
	if item == "" {
		t.Fatal("the item is not listed for the nurse")
	}
	if forms := nurse.forms(nurse.get(item).says(t, 200)); len(forms) != 0 {
		t.Error("the nurse is offered to settle it")
	}
	version := n.load(id).Disputed["application"][0].Version.String()
	nurse.post(item, map[string][]string{"keep": {version}}).says(t, 403)
	n.at(access.Reception).form(item).set("keep", version).send().says(t, 200, "Settled")
}

func TestAFilmThatWasReportedTwiceIsSettledByStrikingOneOut(t *testing.T) {
	n := startNode(t)
	person := n.register(n.at(access.Reception), "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	var results []db.ID
	for i, role := range []access.Role{access.Radiographer, access.Physician} {
		ctx := n.actor(role)
		o, err := db.ParseID(n.film(person)[len("/orders/"):])
		if err != nil {
			t.Fatal(err)
		}
		saved, err := n.Orders.Record(ctx, order.Entry{ID: db.NewID(), Order: o, Seen: []db.ID{}, Identity: "photo", Answers: map[string][]string{
			"image_date": {today(n).String()}, "shielded": {"no"}, "quality": {"good"}, "cxr": {[]string{"normal", "tb"}[i]}, "tb_signs": {"cavity"}, "reader": {"R. Quispe"}}})
		if err != nil {
			t.Fatalf("%v %+v", err, saved.Check)
		}
		results = append(results, saved.Result.ID)
	}
	doctor := n.at(access.Physician)
	item := linkTo(doctor.get("/review").says(t, 200, "Recorded twice?"), "/review/")
	doctor.get(item).says(t, 200, "Entered twice?", "What does the picture show?", "a finding that suggests tuberculosis", "Entered by", "Joseph Okello", "It was done twice: keep both")
	doctor.form(item).set("keep", results[0].String()).send().says(t, 422, "Say why the other one is in error")
	doctor.form(item).set("keep", results[0].String(), "reason", "one film, two reports").send().says(t, 200, "Settled")
	if !n.load(results[1]).Error || n.load(results[0]).Error {
		t.Error("not the other one was struck out")
	}
	doctor.get("/review").says(t, 200, "Nothing waits for you")
	doctor.get(item).says(t, 404)
}

func TestEveryKindOfDocumentHasAnAreaThatAnswersForItsReviewItems(t *testing.T) {
	n := startNode(t)
	covered := map[string]int{}
	for _, a := range n.settlers() {
		if a.MaySettle == nil {
			t.Errorf("nobody checks who may settle %v", a.Kinds)
		}
		for _, k := range a.Kinds {
			covered[k]++
		}
	}
	for _, k := range kinds() {
		if covered[k.Name] != 1 {
			t.Errorf("%d areas answer for %s, want one", covered[k.Name], k.Name)
		}
	}
	for kind := range stewardship.SettleActions() {
		if !slices.ContainsFunc(kinds(), func(k journal.Kind) bool { return k.Name == kind }) {
			t.Errorf("%s is no kind", kind)
		}
	}
}

func TestACaseIsErasedWithItsLastMember(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	id := n.openCase(person)
	e := stewardship.Erasure{ID: db.NewID(), Person: person, Reason: stewardship.ReasonRequest, Kinds: []string{stewardship.AllKinds}}
	if err := n.Steward.AskErasure(n.actor(access.PrivacyOfficer), e); err != nil {
		t.Fatal(err)
	}
	done, err := n.Steward.ApproveErasure(n.actor(access.MedicalOfficer), e.ID, nil)
	if err != nil || done.Counts["assessment.case"] != 1 {
		t.Fatalf("%+v %v", done.Counts, err)
	}
	n.read(func(tx *db.Tx) error {
		if _, err := n.Journal.Load(tx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("the case is still there: %v", err)
		}
		return nil
	})
	n.at(access.Reception).get("/cases/"+id.String()).says(t, 404)
}
