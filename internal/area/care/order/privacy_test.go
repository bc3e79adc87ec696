package order

import (
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Who sees which list: a station sees its own, and nobody sees what is above them.
func TestWorklistsByRole(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.place("CXR", "film", "radiology")
		w.place("IGRA", "hiv", "laboratory")
		w.place("HIV", "hiv", "laboratory", sensitive)
		w.place("CORE_EXAM", "exam", "nurse")
		for _, tt := range []struct {
			role    access.Role
			station string
			want    int // -1: refused
		}{
			{access.Radiographer, "radiology", 1}, {access.Radiographer, "laboratory", 0}, {access.Radiographer, "nurse", 0},
			{access.Laboratory, "laboratory", 2}, {access.Laboratory, "radiology", 0},
			{access.Nurse, "laboratory", 1}, {access.Nurse, "nurse", 1}, // a nurse does not learn of the HIV test
			{access.Physician, "laboratory", 2},
			{access.Reception, "laboratory", -1}, {access.Administrator, "laboratory", -1}, {access.PrivacyOfficer, "laboratory", -1},
			{access.Epidemiologist, "laboratory", -1}, {access.Screener, "laboratory", -1},
		} {
			lines, err := w.Worklist(w.as(tt.role), tt.station)
			if tt.want < 0 {
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s at %s: %d lines, %v", tt.role, tt.station, len(lines), err)
				}
				continue
			}
			if err != nil || len(lines) != tt.want {
				t.Errorf("%s at %s: %d lines, want %d (%v)", tt.role, tt.station, len(lines), tt.want, err)
			}
		}
	})
}

// The counsellor finds whom to talk with before a test, and whom to tell a result;
// nobody else's counselling list shows them.
func TestTheCounsellorsList(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("HIV", "hiv", "laboratory", sensitive)
		w.place("IGRA", "hiv", "laboratory")
		counsellor, lab := w.as(access.Counsellor), w.as(access.Laboratory)
		list := func(want int, tell bool) {
			t.Helper()
			lines, err := w.Worklist(counsellor, "counselling")
			if err != nil || len(lines) != want || want == 1 && (lines[0].Order.ID != id || lines[0].Tell != tell) {
				t.Fatalf("%+v %v", lines, err)
			}
			for _, r := range []access.Role{access.Nurse, access.Laboratory, access.Radiographer} {
				if lines, err := w.Worklist(w.as(r), "counselling"); err != nil || len(lines) != 0 {
					t.Errorf("%s sees %d (%v)", r, len(lines), err)
				}
			}
		}
		list(1, false)
		if err := w.Counsel(counsellor, Talk{ID: db.NewID(), Order: id, Interp: "not_needed"}); err != nil {
			t.Fatal(err)
		}
		list(1, false)
		if err := w.consent(counsellor, id, people.Given); err != nil {
			t.Fatal(err)
		}
		list(0, false)
		r := w.record(lab, Entry{Order: id, Identity: "photo", Answers: given("result", "neg")}).Result
		list(1, true)
		if err := w.Tell(counsellor, Telling{ID: db.NewID(), Result: r.ID, Interp: "not_needed", Counselled: true}); err != nil {
			t.Fatal(err)
		}
		list(0, false)
		// What was told was wrong: the new result has to be told too.
		if _, err := w.Correct(lab, Entry{ID: db.NewID(), Corrects: r.ID, Reason: "tubes mixed up", Answers: given("result", "pos")}); err != nil {
			t.Fatal(err)
		}
		list(1, true)
	})
}

func TestAnotherSiteSeesNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.place("CXR", "film", "radiology", func(r *Request) { r.Site = "KLA" })
		ctx := access.With(t.Context(), access.Actor{User: db.NewID(), Roles: []access.Role{access.Physician}, Sites: []string{"NBO"},
			Programmes: []string{access.All}, Sensitivity: journal.Sensitive, Purpose: "assessment"})
		if lines, err := w.Worklist(ctx, "radiology"); err != nil || len(lines) != 0 {
			t.Errorf("%d lines, %v", len(lines), err)
		}
	})
}

// To whom may not see a sensitive order it is as if there were none.
func TestASensitiveOrderIsNotThereForOthers(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("HIV", "hiv", "laboratory", sensitive)
		for _, c := range []struct {
			name string
			err  error
		}{
			{"perform", w.Perform(w.as(access.Nurse), Act{ID: db.NewID(), Order: id, Identity: "photo"})},
			{"close", w.Close(w.as(access.Nurse), id, Refused, "")},
			{"none", w.Close(w.as(access.Nurse), db.NewID(), Refused, "")},
		} {
			refused(t, c.name, c.err, fault.NotFound, "order.error.not_found")
		}
		// Who may not ask for an HIV test hears so whether there is an order or not.
		for _, order := range []db.ID{id, db.NewID()} {
			refused(t, "consent", w.consent(w.as(access.Radiographer), order, people.Given), fault.Forbidden, "door.forbidden")
		}
		orders, err := w.OfPerson(w.as(access.Nurse), w.person)
		if err != nil || len(orders) != 0 {
			t.Errorf("the nurse's list has %d", len(orders))
		}
		if orders, _ := w.OfPerson(w.as(access.Physician), w.person); len(orders) != 1 {
			t.Errorf("the physician's list has %d", len(orders))
		}
	})
}

// One form, two sensitivities: the nurse answers what is hers, the physician the
// rest, and neither sees nor loses the other's.
func TestPartsOfAResultAreKeptApart(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("CORE_EXAM", "exam", "physician")
		doctor, nurse := w.as(access.Physician), w.as(access.Nurse)
		r := w.record(doctor, Entry{Order: id, Answers: given("cough", "no", "hiv", "yes", "weight", "61.5")}).Result
		v, err := w.Read(nurse, r.ID)
		if err != nil || !v.Result.Hidden || len(v.Result.Facts) != 2 {
			t.Fatalf("the nurse sees %+v %v", v.Result.Facts, err)
		}
		if _, has := v.Result.Answers["hiv"]; has {
			t.Error("the nurse sees the answer on HIV")
		}
		v, err = w.Read(doctor, r.ID)
		if err != nil || v.Result.Hidden || v.Result.Facts["hiv"].Value.Truth() != value.Yes {
			t.Errorf("the physician sees %+v %v", v.Result.Facts, err)
		}
		var sens []journal.Sensitivity
		w.read(func(tx *db.Tx) error {
			ps, err := partsOf(tx, r.ID)
			for _, p := range ps {
				sens = append(sens, p.Sens)
			}
			return err
		})
		if len(sens) != 2 || sens[0] != journal.Clinical || sens[1] != journal.Sensitive {
			t.Errorf("parts %v", sens)
		}
		// A second examination by the nurse leaves the sensitive question to others.
		second := w.place("CORE_EXAM", "exam", "nurse")
		w.record(nurse, Entry{Order: second, Answers: given("cough", "yes", "hiv", "no")})
		f := w.facts()
		if f["symptoms"].Value.Truth() != value.Yes || f["hiv"].Value.Truth() != value.Yes {
			t.Errorf("facts %v", f)
		}
		// What the corrector cannot see stays.
		tech := access.With(t.Context(), access.Actor{User: db.NewID(), Roles: []access.Role{access.Physician}, Sites: []string{"KLA"},
			Programmes: []string{access.All}, Sensitivity: journal.Clinical, Purpose: "assessment"})
		if _, err := w.Correct(tech, Entry{ID: db.NewID(), Corrects: r.ID, Reason: "weight", Answers: given("cough", "no", "weight", "62")}); err != nil {
			t.Fatal(err)
		}
		f = w.facts()
		if f["hiv"].Value.Truth() != value.Yes || f["weight"].Value.String() != "62" {
			t.Errorf("after a correction by who may not see it: %v", f)
		}
		// Struck out is the whole, also what who strikes it out does not see.
		if _, err := w.StrikeOut(tech, r.ID, "another person"); err != nil {
			t.Fatal(err)
		}
		if _, has := w.facts()["hiv"]; has {
			t.Error("a part of a result of another person still counts")
		}
	})
}

// The read audit and the list of who read a result.
func TestReadingIsNoted(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("CXR", "film", "radiology")
		r := w.record(w.as(access.Radiographer), Entry{Order: id, Identity: "photo", Answers: given("film", "normal")}).Result
		for range 2 {
			if _, err := w.Read(w.as(access.Physician), r.ID); err != nil {
				t.Fatal(err)
			}
		}
		var acts []Step
		w.read(func(tx *db.Tx) (err error) { acts, err = w.ActedOn(tx, r.ID); return err })
		if len(acts) != 1 || acts[0].Kind != StepOpened || acts[0].By != w.users[access.Physician] {
			t.Errorf("acts %+v", acts)
		}
		if n, err := w.Access.VerifyReads(t.Context()); err != nil || n != 2 {
			t.Errorf("audit lines %d %v", n, err)
		}
	})
}
