package order

import (
	"context"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// telling fails unless the results that somebody has to give, at counselling and on the
// person's plan, are these.
func (w *world) telling(what string, ctx context.Context, want ...ToTell) {
	w.t.Helper()
	lines, err := w.Worklist(ctx, access.Counselling)
	if err != nil {
		w.t.Fatal(err)
	}
	lines = slices.DeleteFunc(lines, func(l Line) bool { return !l.Tell })
	list, err := w.Untold(ctx, w.person)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(lines) != len(want) || len(list) != len(want) {
		w.t.Errorf("%s: %d at counselling, %d on the plan, want %d", what, len(lines), len(list), len(want))
		return
	}
	for i, x := range want {
		if list[i].Order.ID != x.Order.ID || list[i].Result != x.Result || list[i].Again != x.Again || lines[i].Order.ID != x.Order.ID || lines[i].Again != x.Again {
			w.t.Errorf("%s: %+v, on the list %+v; want %+v", what, list[i], lines[i], x)
		}
	}
}

func waits(order, result db.ID, again bool) ToTell {
	return ToTell{Order: Order{Request: Request{ID: order}}, Result: result, Again: again}
}

// After a result that asks for care the talk is over when the link to it is recorded,
// taken up or not; what asks for care is the form's to say.
func TestATalkIsOverWhenTheLinkToCareIsRecorded(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		counsellor, lab := w.as(access.Counsellor), w.as(access.Laboratory)
		test := func(result string) (order, res db.ID) {
			t.Helper()
			order = w.hivOrder(w.person)
			if err := w.consent(counsellor, order, people.Given); err != nil {
				t.Fatal(err)
			}
			res = w.record(lab, Entry{Order: order, Identity: "photo", Answers: given("result", result)}).Result.ID
			return order, res
		}
		order, res := test("pos")
		w.telling("a positive result", counsellor, waits(order, res, false))
		tell := func(r db.ID, care, where string) error {
			return w.Tell(counsellor, Telling{ID: db.NewID(), Result: r, Interp: "not_needed", Counselled: true, Care: care, Where: where})
		}
		refused(t, "nothing about care", tell(res, "", ""), fault.Invalid, "order.error.care")
		refused(t, "another word", tell(res, "perhaps", ""), fault.Invalid, "order.error.choice")
		refused(t, "accepted, nobody knows where", tell(res, CareAccepted, " "), fault.Invalid, "order.error.where")
		refused(t, "declined, nobody knows what", tell(res, CareDeclined, ""), fault.Invalid, "order.error.where")
		if err := tell(res, CareLater, ""); err != nil {
			t.Fatal(err)
		}
		w.telling("told, and no link yet", counsellor, waits(order, res, true))
		if err := tell(res, CareDeclined, "Mulago clinic"); err != nil {
			t.Fatal(err)
		}
		w.telling("declined is an answer", counsellor)

		// A negative one asks for no care, and is told like before.
		w.cas = db.NewID()
		order, res = test("neg")
		w.telling("a negative result", counsellor, waits(order, res, false))
		if err := tell(res, "", ""); err != nil {
			t.Fatal(err)
		}
		w.telling("told", counsellor)
		fixed, err := w.Correct(lab, Entry{ID: db.NewID(), Corrects: res, Reason: "tubes mixed up", Answers: given("result", "pos")})
		if err != nil {
			t.Fatal(err)
		}
		w.telling("corrected to positive", counsellor, waits(order, fixed.Result.ID, true))
		if err := tell(fixed.Result.ID, CareAccepted, "Mulago clinic"); err != nil {
			t.Fatal(err)
		}
		w.telling("told anew", counsellor)
		if rep, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !rep.Same() {
			t.Errorf("rebuilt: %v %+v", err, rep.Tables)
		}
	})
}

// A smear that is positive is told while the other samples grow; a test that nobody was
// counselled for waits for nobody unless it asks for care. Only who may tell sees it.
func TestWhatAsksForCareIsToldBeforeTheOrderIsDone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		doctor, nurse, lab := w.as(access.Physician), w.as(access.Nurse), w.as(access.Laboratory)
		id := w.place("SPUTUM3", "sputum", "laboratory")
		report := func(n int, smear, culture string) db.ID {
			t.Helper()
			return w.record(lab, Entry{Order: id, Specimen: n, Identity: "photo", Label: "S", Answers: given("smear", smear, "culture", culture)}).Result.ID
		}
		report(1, "neg", "pending")
		w.telling("nothing found", doctor)
		pos := report(2, "pos", "pending")
		if w.order(id).Status != InProgress {
			t.Fatalf("the order is %s", w.order(id).Status)
		}
		w.telling("a positive smear", doctor, waits(id, pos, false))
		w.telling("for the nurse", nurse, waits(id, pos, false))
		w.telling("for the counsellor, who has no part in it", w.as(access.Counsellor))
		for _, r := range []access.Role{access.Laboratory, access.Radiographer, access.Reception} {
			if list, err := w.Untold(w.as(r), w.person); err != nil || len(list) != 0 {
				t.Errorf("%s: %+v %v", r, list, err)
			}
		}
		elsewhere := access.With(t.Context(), access.Actor{User: db.NewID(), Roles: []access.Role{access.Physician}, Sites: []string{"NBO"},
			Programmes: []string{access.All}, Sensitivity: journal.Sensitive, Purpose: "assessment"})
		if list, err := w.Untold(elsewhere, w.person); err != nil || len(list) != 0 {
			t.Errorf("at another site: %+v %v", list, err)
		}
		if err := w.Tell(nurse, Telling{ID: db.NewID(), Result: pos, Interp: "not_needed", Care: CareAccepted, Where: "TB clinic"}); err != nil {
			t.Fatal(err)
		}
		w.telling("told and linked", doctor)
		report(3, "pos", "pending")
		w.telling("another positive one says nothing new", doctor)

		// It was another person's: who was told that it is positive hears so.
		if _, err := w.Correct(lab, Entry{ID: db.NewID(), Corrects: pos, Reason: "mixed up", Answers: given("smear", "neg", "culture", "neg")}); err != nil {
			t.Fatal(err)
		}
		list, err := w.Untold(doctor, w.person)
		if err != nil || len(list) != 1 || list[0].Order.ID != id {
			t.Errorf("after the correction: %+v %v", list, err)
		}
	})
}
