package order

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// doubles are the open review items of two results that look like one act.
func (w *world) doubles() (out []journal.Review) {
	w.t.Helper()
	if err := w.DB.Read(w.t.Context(), func(tx *db.Tx) (err error) { out, err = w.Journal.Reviews(tx, 100); return err }); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestTheSameObservationByTwoPeopleWhoDidNotSeeEachOtherIsToBeReviewed(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		nurse, physician := w.as(access.Nurse), w.as(access.Physician)
		before := []db.ID{} // both forms were opened on an empty record
		first := w.record(nurse, Entry{Order: w.place("A", "exam", "nurse"), Seen: before, Answers: given("cough", "no", "hiv", "no", "weight", "60")})
		if got := w.doubles(); len(got) != 0 {
			t.Fatalf("one result: %+v", got)
		}
		second := w.record(physician, Entry{Order: w.place("B", "exam", "physician"), Seen: before, Answers: given("cough", "no", "hiv", "no", "weight", "61")})
		got := w.doubles()
		if len(got) != 1 || got[0].Topic != journal.TopicSameAct || got[0].Kind != kindResult {
			t.Fatalf("two results of one day: %+v", got)
		}
		w.record(physician, Entry{Order: w.place("C", "exam", "physician"), Answers: given("cough", "yes", "hiv", "no", "weight", "61")})
		if got := w.doubles(); len(got) != 1 {
			t.Errorf("whoever had both before them measured again: %+v", got)
		}
		fixed, err := w.Correct(physician, Entry{Corrects: second.Result.ID, Reason: "scales", Answers: given("cough", "no", "hiv", "no", "weight", "60")})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.doubles(); len(got) != 0 {
			t.Errorf("one was corrected by somebody who saw both: %+v", got)
		}
		if _, err := w.StrikeOut(physician, fixed.Result.ID, "not hers"); err != nil {
			t.Fatal(err)
		}
		if got := w.doubles(); len(got) != 1 {
			t.Errorf("the correction was struck out: %+v", got)
		}
		if _, err := w.StrikeOut(physician, first.Result.ID, "entered twice"); err != nil {
			t.Fatal(err)
		}
		if got := w.doubles(); len(got) != 0 {
			t.Errorf("one was struck out: %+v", got)
		}
		if r, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !r.Same() {
			t.Errorf("a rebuild: %+v %v", r, err)
		}
	})
}
