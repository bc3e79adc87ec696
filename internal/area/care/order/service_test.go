package order

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestAnImageFromOrderToResult(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("CXR", "film", "radiology")
		tech := w.as(access.Radiographer)
		lines, err := w.Worklist(tech, "radiology")
		if err != nil || len(lines) != 1 || lines[0].Order.ID != id || lines[0].Person.Family != "GW-10001" || lines[0].Waiting <= 0 {
			t.Fatalf("worklist %+v %v", lines, err)
		}
		entry := Entry{ID: db.NewID(), Order: id, Answers: given("film", "normal")}
		_, err = w.Record(tech, entry)
		refused(t, "no identity", err, fault.Invalid, "order.error.identity")
		if len(w.facts()) != 0 {
			t.Error("a refused result left facts")
		}
		entry.Identity = "photo"
		saved := w.record(tech, entry)
		f := w.facts("cxr")["cxr"]
		if v, _ := f.Value.Str(); v != "normal" || f.AsOf.String() != "2026-11-22" || f.Disputed {
			t.Errorf("fact %+v", f)
		}
		if o := w.order(id); o.Status != Done || o.Request.Version != "2026.1" || o.Hash != "abc" {
			t.Errorf("order %+v", o)
		}
		v, err := w.Read(w.as(access.Physician), saved.Result.ID)
		if err != nil || v.Result.Facts["cxr"].Value.String() != "normal" || v.Result.By != w.users[access.Radiographer] {
			t.Errorf("read %+v %v", v.Result, err)
		}
		if _, err := w.Record(tech, Entry{ID: entry.ID, Order: id, Answers: entry.Answers, Identity: "photo"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a replayed form: %v", err)
		}
		if lines, _ := w.Worklist(tech, "radiology"); len(lines) != 0 {
			t.Errorf("done and still waiting: %+v", lines)
		}
	})
}

func TestAnswersThatAreNotRightAreNamedAndNothingIsSaved(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("CXR", "film", "radiology")
		s, err := w.Record(w.as(access.Radiographer), Entry{ID: db.NewID(), Order: id, Identity: "photo", Answers: given("film", "tb")})
		refused(t, "a missing answer", err, fault.Invalid, "order.error.form")
		if e, ok := s.Check.Error("cavity"); !ok || e.Code != "required" {
			t.Errorf("check %+v", s.Check)
		}
		if o := w.order(id); o.Status != Ordered {
			t.Errorf("status %s", o.Status)
		}
	})
}

func TestNobodyIsTouchedBeforeTheSafetyCheckIsClean(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("CXR", "film", "radiology")
		tech := w.as(access.Radiographer)
		act := Act{ID: db.NewID(), Order: id, Identity: "photo"}
		entry := Entry{ID: db.NewID(), Order: id, Identity: "photo", Answers: given("film", "normal")}

		w.safety.clean = false
		refused(t, "perform", w.Perform(tech, act), fault.Conflict, "order.error.safety")
		_, err := w.Record(tech, entry)
		refused(t, "record", err, fault.Conflict, "order.error.safety")

		w.safety.clean, w.safety.err = true, errBroken
		refused(t, "a check that fails", w.Perform(tech, act), fault.Unavailable, "order.error.no_safety")

		w.safety.err = nil
		w.Service.Safety = nil
		refused(t, "no check at all", w.Perform(tech, act), fault.Unavailable, "order.error.no_safety")

		w.Service.Safety = w.safety
		if err := w.Perform(tech, act); err != nil {
			t.Fatal(err)
		}
		// The image is taken: its reading is no second touch.
		w.safety.clean = false
		w.record(tech, Entry{Order: id, Answers: given("film", "normal")})

		// A specimen asks no such question.
		before := w.safety.asked
		lab := w.place("IGRA", "hiv", "laboratory")
		if err := w.Perform(w.as(access.Laboratory), Act{ID: db.NewID(), Order: lab, Identity: "document", Label: "A-1"}); err != nil || w.safety.asked != before {
			t.Errorf("specimen: %v, asked %d", err, w.safety.asked-before)
		}
		// A dose does.
		dose := w.place("MMR", "film", "vaccination")
		refused(t, "dose", w.Perform(w.as(access.Nurse), Act{ID: db.NewID(), Order: dose, Identity: "photo"}), fault.Conflict, "order.error.safety")
	})
}

func TestNeedsBlockUntilTheyAreMet(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("HIV", "hiv", "laboratory", sensitive)
		lab, counsellor := w.as(access.Laboratory), w.as(access.Counsellor)
		lines, err := w.Worklist(lab, "laboratory")
		if err != nil || len(lines) != 1 || !slices.Equal(lines[0].Unmet, []Need{NeedCounselling, NeedConsent}) {
			t.Fatalf("%+v %v", lines, err)
		}
		entry := Entry{ID: db.NewID(), Order: id, Identity: "document", Answers: given("result", "neg")}
		_, err = w.Record(lab, entry)
		refused(t, "before counselling", err, fault.Conflict, "order.error.needs")
		refused(t, "collect before counselling", w.Perform(lab, Act{ID: db.NewID(), Order: id, Identity: "document"}), fault.Conflict, "order.error.needs")

		refused(t, "a child interprets", w.Counsel(counsellor, Talk{ID: db.NewID(), Order: id, Interp: "child"}), fault.Invalid, "order.error.interpreter_child")
		refused(t, "a relative interprets", w.Counsel(counsellor, Talk{ID: db.NewID(), Order: id, Interp: "relative"}), fault.Invalid, "order.error.interpreter_relative")
		if err := w.Counsel(counsellor, Talk{ID: db.NewID(), Order: id, Interp: "remote"}); err != nil {
			t.Fatal(err)
		}
		_, err = w.Record(lab, entry)
		refused(t, "before consent", err, fault.Conflict, "order.error.needs")
		refused(t, "no decision", w.consent(counsellor, id, people.NotAsked), fault.Invalid, "people.error.consent_decision")
		if err := w.consent(counsellor, id, people.Given); err != nil {
			t.Fatal(err)
		}
		r := w.record(lab, entry).Result

		refused(t, "told without counselling after", w.Tell(counsellor, Telling{ID: db.NewID(), Result: r.ID, Interp: "remote"}), fault.Invalid, "order.error.counselled_after")
		if err := w.Tell(counsellor, Telling{ID: db.NewID(), Result: r.ID, Interp: "remote", Counselled: true, Care: CareAccepted, Where: "Mulago clinic"}); err != nil {
			t.Fatal(err)
		}
		v, err := w.Read(counsellor, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []StepKind
		for _, s := range v.Acts {
			kinds = append(kinds, s.Kind)
		}
		if !slices.Equal(kinds, []StepKind{StepTold, StepAfter, StepLinked}) {
			t.Errorf("acts %v", kinds)
		}
	})
}

func TestARefusalClosesTheOrderAndIsNoAnswer(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var told []Status
		w.OnStatus(func(_ context.Context, _ *db.Tx, o Order) error { told = append(told, o.Status); return nil })
		id := w.place("HIV", "hiv", "laboratory", sensitive)
		if err := w.consent(w.as(access.Counsellor), id, people.Refused); err != nil {
			t.Fatal(err)
		}
		if o := w.order(id); o.Status != Refused || len(told) == 0 || told[len(told)-1] != Refused {
			t.Errorf("status %s, told %v", o.Status, told)
		}
		if len(w.facts()) != 0 {
			t.Errorf("a refusal became a fact: %v", w.facts())
		}
		_, err := w.Record(w.as(access.Laboratory), Entry{ID: db.NewID(), Order: id, Identity: "photo", Answers: given("result", "neg")})
		refused(t, "a result of a refused test", err, fault.Conflict, "order.error.closed")
		var states map[string]Status
		w.read(func(tx *db.Tx) (err error) { states, err = w.States(tx, w.person, w.cas); return err })
		if states["HIV"] != Refused {
			t.Errorf("states %v", states)
		}
	})
}

func TestACorrectionNamesWhoActedOnTheOldResult(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var causes []string
		w.OnResult(func(_ context.Context, tx *db.Tx, r Result) error {
			f, err := w.Facts(tx, r.Subject, []string{"cxr"}) // what rests on it is decided in the same transaction
			causes = append(causes, f["cxr"].Value.String())
			return err
		})
		id := w.place("CXR", "film", "radiology")
		tech, doctor := w.as(access.Radiographer), w.as(access.Physician)
		old := w.record(tech, Entry{Order: id, Identity: "photo", Answers: given("film", "normal")}).Result
		if _, err := w.Read(doctor, old.ID); err != nil {
			t.Fatal(err)
		}
		err := w.DB.Write(doctor, func(tx *db.Tx) error {
			return w.Used(tx, journal.Author{User: w.users[access.Physician]}, w.person, "signed")
		})
		if err != nil {
			t.Fatal(err)
		}
		fix := Entry{ID: db.NewID(), Corrects: old.ID, Answers: given("film", "tb", "cavity-not", "unknown")}
		_, err = w.Correct(tech, fix)
		refused(t, "no reason", err, fault.Invalid, "order.error.reason")
		fix.Reason = "films mixed up"
		saved, err := w.Correct(tech, fix)
		if err != nil {
			t.Fatal(err)
		}
		var acted []string
		for _, s := range saved.Acted {
			acted = append(acted, string(s.Kind)+" "+s.How)
			if s.By != w.users[access.Physician] {
				t.Errorf("acted by somebody else: %+v", s)
			}
		}
		if !slices.Equal(acted, []string{"opened ", "used signed"}) {
			t.Errorf("acted %q", acted)
		}
		if !slices.Equal(causes, []string{"normal", "tb"}) {
			t.Errorf("decided on %v", causes)
		}
		f := w.facts()
		if f["cxr"].Value.String() != "tb" || f["cavity"].Value.Kind() != value.KindUnknown {
			t.Errorf("facts %v", f)
		}
		v, err := w.Read(doctor, old.ID)
		if err != nil || v.Result.Replaced != saved.Result.ID || v.Result.Facts["cxr"].Value.String() != "normal" {
			t.Errorf("the old result: %+v %v", v.Result, err)
		}
		_, err = w.Correct(tech, Entry{ID: db.NewID(), Corrects: old.ID, Reason: "again", Answers: given("film", "normal")})
		refused(t, "the old one twice", err, fault.Conflict, "order.error.replaced")
		var who []db.ID
		w.read(func(tx *db.Tx) (err error) { who, err = w.Acted(tx, w.person); return err })
		if !slices.Equal(who, []db.ID{w.users[access.Physician]}) {
			t.Errorf("acted: %v", who)
		}
	})
}

func TestEnteredInErrorCountsForNothingAndStays(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("CXR", "film", "radiology")
		tech := w.as(access.Radiographer)
		first := w.record(tech, Entry{Order: id, Identity: "photo", Answers: given("film", "normal")}).Result
		second, err := w.Correct(tech, Entry{ID: db.NewID(), Corrects: first.ID, Reason: "typing", Answers: given("film", "tb", "cavity", "yes")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.StrikeOut(tech, second.Result.ID, ""); fault.KeyOf(err) != "order.error.reason" {
			t.Errorf("no reason: %v", err)
		}
		if _, err := w.StrikeOut(tech, second.Result.ID, "wrong person"); err != nil {
			t.Fatal(err)
		}
		if f := w.facts(); f["cxr"].Value.String() != "normal" || len(f) != 1 {
			t.Errorf("the corrected result does not hold again: %v", f)
		}
		if _, err := w.StrikeOut(tech, first.ID, "wrong person too"); err != nil {
			t.Fatal(err)
		}
		if f := w.facts(); len(f) != 0 {
			t.Errorf("facts %v", f)
		}
		if o := w.order(id); o.Status != InProgress {
			t.Errorf("the order is %s", o.Status)
		}
		v, err := w.Read(tech, first.ID)
		if err != nil || !v.Result.InError || v.Result.Reason != "wrong person too" {
			t.Errorf("the history: %+v %v", v.Result, err)
		}
	})
}

func TestThreeSputumSpecimensAreCollectedAndReportedEach(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("SPUTUM3", "sputum", "laboratory")
		lab := w.as(access.Laboratory)
		collect := func(n int, label string) error {
			return w.Perform(lab, Act{ID: db.NewID(), Order: id, Identity: "wristband", Specimen: n, Label: label})
		}
		refused(t, "the second before the first", collect(2, "S2"), fault.Conflict, "order.error.specimen")
		for n, label := range map[int]string{1: "S1"} {
			if err := collect(n, label); err != nil {
				t.Fatal(err)
			}
		}
		report := func(n int, smear, culture string) db.ID {
			t.Helper()
			return w.record(lab, Entry{Order: id, Specimen: n, Identity: "wristband", Answers: given("smear", smear, "culture", culture)}).Result.ID
		}
		report(1, "neg", "pending")
		if f := w.facts(); f["smear"].Value.Kind() != value.KindUnknown || f["culture"].Value.Kind() != value.KindUnknown {
			t.Errorf("one of three makes a fact: %v", f)
		}
		w.clock = w.clock.Add(24 * time.Hour)
		if err := collect(2, "S2"); err != nil {
			t.Fatal(err)
		}
		report(2, "neg", "neg")
		w.clock = w.clock.Add(24 * time.Hour)
		if err := collect(3, "S3"); err != nil {
			t.Fatal(err)
		}
		report(3, "neg", "neg")
		f := w.facts()
		if f["smear"].Value.String() != "neg" || f["culture"].Value.String() != "pending" || f["smear"].AsOf.String() != "2026-11-24" {
			t.Errorf("three of three: %v", f)
		}
		if o := w.order(id); o.Status != InProgress {
			t.Errorf("a culture is growing and the order is %s", o.Status)
		}
		// Eight weeks later: positive. A positive one counts at once.
		w.clock = w.clock.Add(56 * 24 * time.Hour)
		last := report(1, "neg", "pos")
		if f := w.facts("culture")["culture"]; f.Value.String() != "pos" || f.Disputed {
			t.Errorf("culture %+v", f)
		}
		if o := w.order(id); o.Status != Done {
			t.Errorf("the order is %s", o.Status)
		}
		// That culture was of somebody else: corrected, the fact is negative.
		if _, err := w.Correct(lab, Entry{ID: db.NewID(), Corrects: last, Reason: "mixed up", Answers: given("smear", "neg", "culture", "neg")}); err != nil {
			t.Fatal(err)
		}
		if f := w.facts("culture")["culture"]; f.Value.String() != "neg" {
			t.Errorf("culture %+v", f)
		}
	})
}

func TestTheFormMayAskForIdentityItself(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("TST", "identity", "nurse")
		nurse := w.as(access.Nurse)
		_, err := w.Record(nurse, Entry{ID: db.NewID(), Order: id, Identity: "photo", Answers: given("mm", "12")})
		refused(t, "a posted identity is no answer to the form", err, fault.Invalid, "order.error.form")
		w.record(nurse, Entry{Order: id, Answers: given("mm", "12", "identity_by", "document")})
		var steps []Step
		w.read(func(tx *db.Tx) (err error) { steps, err = stepsOf(tx, id); return err })
		if len(steps) != 2 || steps[0].Kind != StepIdentity && steps[1].Kind != StepIdentity {
			t.Errorf("steps %+v", steps)
		}
		if f := w.facts(); len(f) != 1 || f["tst"].Value.String() != "12" {
			t.Errorf("facts %v", f)
		}
	})
}

// What was struck out was of another image, or of another person: whoever comes next
// is identified, and asked what makes it unsafe, as if nothing had been done.
func TestAfterAResultWasStruckOutThePersonIsIdentifiedAndAskedAnew(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		tech := w.as(access.Radiographer)
		id := w.place("CXR", "film", "radiology")
		if err := w.Perform(tech, Act{ID: db.NewID(), Order: id, Identity: "photo"}); err != nil {
			t.Fatal(err)
		}
		first := w.record(tech, Entry{Order: id, Answers: given("film", "normal")}).Result
		fixed, err := w.Correct(tech, Entry{ID: db.NewID(), Corrects: first.ID, Reason: "typing", Answers: given("film", "tb", "cavity", "no")})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []db.ID{fixed.Result.ID, first.ID} {
			if _, err := w.StrikeOut(tech, r, "another person"); err != nil {
				t.Fatal(err)
			}
		}
		w.clock = w.clock.Add(48 * time.Hour)
		entry := Entry{ID: db.NewID(), Order: id, Answers: given("film", "normal")}
		_, err = w.Record(tech, entry)
		refused(t, "the next without identity", err, fault.Invalid, "order.error.identity")
		entry.Identity, w.safety.clean = "photo", false
		_, err = w.Record(tech, entry)
		refused(t, "the next without the check of its day", err, fault.Conflict, "order.error.safety")
		sh, err := w.Look(tech, id)
		if err != nil || sh.Touched || sh.Safety == nil || sh.Safety.Clean {
			t.Errorf("the station does not see that it starts anew: %+v %v", sh.Safety, err)
		}
		w.safety.clean = true
		if r := w.record(tech, entry).Result; r.On.String() != "2026-11-24" {
			t.Errorf("the new image counts as of %s, the day of the struck one", r.On)
		}

		lab := w.as(access.Laboratory)
		blood := w.place("IGRA", "hiv", "laboratory")
		tube := w.record(lab, Entry{Order: blood, Identity: "document", Answers: given("result", "neg")}).Result
		if _, err := w.StrikeOut(lab, tube.ID, "another person"); err != nil {
			t.Fatal(err)
		}
		_, err = w.Record(lab, Entry{ID: db.NewID(), Order: blood, Answers: given("result", "neg")})
		refused(t, "the next specimen without identity", err, fault.Invalid, "order.error.identity")
	})
}

// An exam day moved by mistake and back cancels an order and makes it once more:
// what was done is done.
func TestWhatWasDoneIsNotHiddenByACancelledOrRepeatedOrder(t *testing.T) {
	all := []Status{InProgress, Done, Ordered, Refused, NotPossible, Cancelled}
	for i, stronger := range all {
		for _, weaker := range all[i+1:] {
			if stronger == Refused && weaker == NotPossible {
				continue // either is what became of it; the last counts
			}
			if weight[stronger] <= weight[weaker] {
				t.Errorf("%s does not count before %s", stronger, weaker)
			}
		}
	}
	both(t, func(t *testing.T, w *world) {
		state := func() (st Status) {
			t.Helper()
			w.read(func(tx *db.Tx) error {
				states, err := w.States(tx, w.person, w.cas)
				st = states["CXR"]
				return err
			})
			return st
		}
		w.record(w.as(access.Radiographer), Entry{Order: w.place("CXR", "film", "radiology"), Identity: "photo", Answers: given("film", "normal")})
		again := w.place("CXR", "film", "radiology")
		if again == (db.ID{}) || w.order(again).Status != Ordered || state() != Done {
			t.Errorf("with an order that nobody has begun: %s", state())
		}
		if err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			return w.Withdraw(tx, journal.Author{User: db.NewID()}, w.person, w.cas, "CXR")
		}); err != nil {
			t.Fatal(err)
		}
		if w.order(again).Status != Cancelled || state() != Done {
			t.Errorf("with a cancelled one: %s", state())
		}
	})
}

// A form that was left open does not come after what was said while it was open: the
// two are in dispute until somebody who saw both decides.
func TestAStaleAnswerIsADisputeAndOverwritesNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var shown []db.ID
		answer := func(v value.Value, seen []db.ID) {
			t.Helper()
			if err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
				return w.Answer(tx, journal.Author{User: db.NewID()}, Answer{Subject: w.person, Code: "pregnancy_today", Value: v, On: w.today(), Sensitivity: journal.Sensitive, Site: "KLA", Seen: seen})
			}); err != nil {
				t.Fatal(err)
			}
		}
		see := func() {
			t.Helper()
			w.read(func(tx *db.Tx) (err error) {
				shown, err = w.Seen(tx, w.person, []string{"pregnancy_today"})
				if shown == nil {
					shown = []db.ID{}
				}
				return err
			})
		}
		see()
		answer(value.Of(true), shown)
		answer(value.Of(false), shown)
		if f := w.facts("pregnancy_today")["pregnancy_today"]; !f.Disputed {
			t.Errorf("a stale no came after a yes: %+v", f)
		}
		see()
		answer(value.Of(true), shown)
		if f := w.facts("pregnancy_today")["pregnancy_today"]; f.Disputed || f.Value.Truth() != value.Yes {
			t.Errorf("who saw both did not settle it: %+v", f)
		}
		answer(value.Of(false), nil)
		if f := w.facts("pregnancy_today")["pregnancy_today"]; f.Disputed || f.Value.Truth() != value.No {
			t.Errorf("an answer of now: %+v", f)
		}
	})
}

func TestARefusalInsideAFormIsNotDone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		nurse, doctor := w.as(access.Nurse), w.as(access.Physician)
		id := w.place("ALB", "dose", "vaccination")
		w.safety.clean = false
		_, err := w.Record(nurse, Entry{ID: db.NewID(), Order: id, Answers: given("outcome", "refused")})
		refused(t, "of nobody", err, fault.Invalid, "order.error.identity")
		r := w.record(nurse, Entry{Order: id, Identity: "photo", Answers: given("outcome", "refused")}).Result
		if o := w.order(id); o.Status != Refused {
			t.Errorf("a refused dose is %s", o.Status)
		}
		w.read(func(tx *db.Tx) error {
			steps, err := stepsOf(tx, id)
			if slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == StepPerformed }) {
				t.Error("a refused dose counts as given")
			}
			return err
		})
		_, err = w.Correct(doctor, Entry{ID: db.NewID(), Corrects: r.ID, Reason: "she took it after all", Answers: given("outcome", "given")})
		refused(t, "a dose around the safety check", err, fault.Conflict, "order.error.was_refused")
		if _, err := w.StrikeOut(doctor, r.ID, "she took it after all"); err != nil {
			t.Fatal(err)
		}
		entry := Entry{ID: db.NewID(), Order: id, Identity: "photo", Answers: given("outcome", "given")}
		_, err = w.Record(nurse, entry)
		refused(t, "while the check is not clean", err, fault.Conflict, "order.error.safety")
		w.safety.clean = true
		w.record(nurse, entry)
		if o := w.order(id); o.Status != Done {
			t.Errorf("a given dose is %s", o.Status)
		}
	})
}
