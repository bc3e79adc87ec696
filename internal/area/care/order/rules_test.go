package order

import (
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func obs(result byte, code, v string, day int, seen ...byte) Observation {
	o := Observation{Result: db.ID{result}, Code: code, Value: value.Text(v), On: calendar.Day(day)}
	for _, s := range seen {
		o.Seen = append(o.Seen, db.ID{s})
	}
	return o
}

func at(o Observation, specimen int) Observation { o.Order, o.Specimen = db.ID{99}, specimen; return o }

func TestOneFactOfManyObservations(t *testing.T) {
	refusedObs := obs(3, "cxr", "", 12)
	refusedObs.Value = value.RefusedAnswer()
	for _, tt := range []struct {
		name     string
		obs      []Observation
		want     string
		on       string
		disputed bool
	}{
		{"one", []Observation{obs(1, "cxr", "normal", 10)}, "normal", "1970-01-11", false},
		{"the later day counts", []Observation{obs(1, "cxr", "normal", 10), obs(2, "cxr", "tb", 12)}, "tb", "1970-01-13", false},
		{"whoever saw the other counts", []Observation{obs(1, "cxr", "tb", 10), obs(2, "cxr", "normal", 10, 1)}, "normal", "1970-01-11", false},
		{"two that did not see each other and differ", []Observation{obs(1, "cxr", "tb", 10), obs(2, "cxr", "normal", 10)}, "normal", "1970-01-11", true},
		{"two that did not see each other and agree", []Observation{obs(1, "cxr", "tb", 10), obs(2, "cxr", "tb", 10)}, "tb", "1970-01-11", false},
		{"a third that saw both settles it", []Observation{obs(1, "cxr", "tb", 10), obs(2, "cxr", "normal", 10), obs(3, "cxr", "tb", 10, 1, 2)}, "tb", "1970-01-11", false},
		{"a third that saw one leaves the other", []Observation{obs(1, "cxr", "tb", 10), obs(2, "cxr", "normal", 10), obs(3, "cxr", "tb", 10, 1)}, "tb", "1970-01-11", true},
		{"what was learnt late of an earlier day does not replace a later one", []Observation{obs(2, "cxr", "tb", 12), obs(1, "cxr", "normal", 10, 2)}, "tb", "1970-01-13", false},
		{"refused is the answer that counts", []Observation{obs(1, "cxr", "normal", 10), refusedObs}, "refused", "1970-01-13", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := facts(tt.obs, nil)["cxr"]
			if f.Value.String() != tt.want || f.AsOf.String() != tt.on || f.Disputed != tt.disputed {
				t.Errorf("%s as of %s, disputed %v", f.Value, f.AsOf, f.Disputed)
			}
		})
	}
}

func TestSeveralSpecimensMakeOneFact(t *testing.T) {
	three := combos{db.ID{99}: {specimens: 3, codes: map[string][]string{"culture": {"neg", "pending", "pos"}}}}
	for _, tt := range []struct {
		name string
		obs  []Observation
		want string
	}{
		{"one negative is nothing yet", []Observation{at(obs(1, "culture", "neg", 1), 1)}, "unknown"},
		{"two negative are nothing yet", []Observation{at(obs(1, "culture", "neg", 1), 1), at(obs(2, "culture", "neg", 2), 2)}, "unknown"},
		{"three negative are negative", []Observation{at(obs(1, "culture", "neg", 1), 1), at(obs(2, "culture", "neg", 2), 2), at(obs(3, "culture", "neg", 3), 3)}, "neg"},
		{"one growing keeps it open", []Observation{at(obs(1, "culture", "neg", 1), 1), at(obs(2, "culture", "pending", 2), 2), at(obs(3, "culture", "neg", 3), 3)}, "pending"},
		{"one positive is positive at once", []Observation{at(obs(1, "culture", "pos", 1), 1)}, "pos"},
		{"the same specimen thrice is one", []Observation{at(obs(1, "culture", "neg", 1), 1), at(obs(2, "culture", "neg", 2), 1), at(obs(3, "culture", "neg", 3), 1)}, "unknown"},
		{"an answer outside the order is no report", []Observation{at(obs(1, "culture", "neg", 1), 1), at(obs(2, "culture", "lost", 2), 2), at(obs(3, "culture", "neg", 3), 3)}, "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if f := facts(tt.obs, three)["culture"]; f.Value.String() != tt.want {
				t.Errorf("%s, want %s", f.Value, tt.want)
			}
		})
	}
}

func TestUnmet(t *testing.T) {
	blood := Order{Request: Request{Needs: []Need{NeedCounselling, NeedConsent}}, Act: form.Specimen}
	film := blood
	film.Act = form.Image
	talked, taken := []Step{{Kind: StepBefore}}, []Step{{Kind: StepBefore}, {Kind: StepPerformed}}
	for _, tt := range []struct {
		name    string
		order   Order
		steps   []Step
		consent people.ConsentState
		want    int
	}{
		{"nothing done", blood, nil, people.ConsentNone, 2},
		{"counselled", blood, talked, people.ConsentNone, 1},
		{"agreed", blood, nil, people.ConsentGiven, 1},
		{"both", blood, talked, people.ConsentGiven, 0},
		{"refused", blood, talked, people.ConsentRefused, 1},
		{"withdrawn", blood, talked, people.ConsentWithdrawn, 1},
		{"one officer of two", blood, talked, people.ConsentPending, 1},
		{"an older text", blood, talked, people.ConsentOutdated, 1},
		{"a trace in the history is no consent", blood, []Step{{Kind: StepBefore}, {Kind: StepConsent, Decision: Agreed}}, people.ConsentNone, 1},
		{"withdrawn before the specimen is examined", blood, taken, people.ConsentWithdrawn, 1},
		{"withdrawn after the image was taken", film, taken, people.ConsentWithdrawn, 0},
		{"nobody knows of consents", blood, talked, "", 1},
	} {
		if got := Unmet(tt.order, tt.steps, tt.consent); len(got) != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if got := Unmet(Order{}, nil, ""); len(got) != 0 {
		t.Errorf("no needs: %v", got)
	}
}

// Two nodes enter a result of one day without having met.
func TestTwoNodesThatDisagreeMakeADisputeUntilOneIsCorrected(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.place("CXR", "film", "radiology")
		here := w.record(w.as(access.Radiographer), Entry{Order: id, Identity: "photo", Answers: given("film", "normal")}).Result
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			return w.Journal.Append(tx, journal.Author{User: db.NewID()}, journal.Change{Kind: kindResult, Doc: db.NewID(), Subject: w.person, Site: "KLA",
				Sensitivity: journal.Clinical, Fields: map[string]any{"order": id, "station": "radiology", "on": "2026-11-22", "at": w.now(),
					"facts": map[string]Observed{"cxr": {Value: value.Text("tb")}}}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if f := w.facts("cxr")["cxr"]; !f.Disputed {
			t.Errorf("no dispute: %+v", f)
		}
		if _, err := w.Correct(w.as(access.Radiographer), Entry{ID: db.NewID(), Corrects: here.ID, Reason: "second reading", Answers: given("film", "tb", "cavity", "no")}); err != nil {
			t.Fatal(err)
		}
		if f := w.facts("cxr")["cxr"]; f.Disputed || f.Value.String() != "tb" {
			t.Errorf("still in dispute: %+v", f)
		}
	})
}

// Every row comes from the journal and from nothing else.
func TestRebuildGivesTheSameRows(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		film, exam := w.place("CXR", "film", "radiology"), w.place("CORE_EXAM", "exam", "physician")
		r := w.record(w.as(access.Radiographer), Entry{Order: film, Identity: "photo", Answers: given("film", "normal")}).Result
		if _, err := w.Correct(w.as(access.Radiographer), Entry{ID: db.NewID(), Corrects: r.ID, Reason: "x", Answers: given("film", "tb", "cavity", "yes")}); err != nil {
			t.Fatal(err)
		}
		e := w.record(w.as(access.Physician), Entry{Order: exam, Answers: given("cough", "no", "hiv", "yes", "weight", "61.5")}).Result
		if _, err := w.StrikeOut(w.as(access.Physician), e.ID, "another person"); err != nil {
			t.Fatal(err)
		}
		rep, err := w.Journal.Rebuild(t.Context(), nil)
		if err != nil || !rep.Same() {
			t.Errorf("%+v %v", rep, err)
		}
		if f := w.facts(); len(f) != 2 || f["cxr"].Value.String() != "tb" {
			t.Errorf("facts %v", f)
		}
	})
}
