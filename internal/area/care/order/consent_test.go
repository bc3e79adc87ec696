package order

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// hivOrder is an order of a test whose talk is done, for a person.
func (w *world) hivOrder(person db.ID, more ...func(*Request)) db.ID {
	w.t.Helper()
	id := w.place("HIV", "hiv", "laboratory", append([]func(*Request){sensitive, func(r *Request) { r.Subject = person }}, more...)...)
	if err := w.Counsel(w.as(access.Counsellor), Talk{ID: db.NewID(), Order: id, Interp: "not_needed"}); err != nil {
		w.t.Fatal(err)
	}
	return id
}

// history are the decisions that the history of an order tells.
func (w *world) history(id db.ID) (out []string) {
	w.t.Helper()
	w.read(func(tx *db.Tx) error {
		steps, err := stepsOf(tx, id)
		for _, s := range steps {
			if s.Kind == StepConsent {
				out = append(out, s.Decision)
			}
		}
		return err
	})
	return out
}

// What is taken back on the person's page is gone at the station in that moment.
func TestAWithdrawnConsentStopsTheOrderAtOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		counsellor, lab := w.as(access.Counsellor), w.as(access.Laboratory)
		id := w.hivOrder(w.person)
		yes := w.says(id, people.Given)
		if err := w.people.RecordConsent(counsellor, w.person, []people.Consent{yes}); err != nil {
			t.Fatal(err)
		}
		unmet := func() ([]Need, people.ConsentState) {
			t.Helper()
			lines, err := w.Worklist(lab, "laboratory")
			if err != nil || len(lines) != 1 {
				t.Fatalf("%+v %v", lines, err)
			}
			return lines[0].Unmet, lines[0].Consent
		}
		if needs, st := unmet(); len(needs) != 0 || st != people.ConsentGiven {
			t.Fatalf("agreed: %v %s", needs, st)
		}
		if err := w.people.Withdraw(counsellor, w.person, yes.ID, people.BySelf, "I thought again"); err != nil {
			t.Fatal(err)
		}
		if needs, st := unmet(); !slices.Equal(needs, []Need{NeedConsent}) || st != people.ConsentWithdrawn {
			t.Errorf("withdrawn: %v %s", needs, st)
		}
		refused(t, "blood is taken", w.Perform(lab, Act{ID: db.NewID(), Order: id, Identity: "photo"}), fault.Conflict, "order.error.needs")
		_, err := w.Record(lab, Entry{ID: db.NewID(), Order: id, Identity: "photo", Answers: given("result", "neg")})
		refused(t, "a result at once", err, fault.Conflict, "order.error.needs")
		if lines, err := w.Worklist(counsellor, "counselling"); err != nil || len(lines) != 1 {
			t.Errorf("nobody is asked to talk again: %d %v", len(lines), err)
		}
		if o := w.order(id); o.Status != Ordered {
			t.Errorf("the order is %s", o.Status)
		}

		// The person agrees anew, and takes it back once the tube stands in the laboratory:
		// it is not examined.
		again := w.says(id, people.Given)
		if err := w.people.RecordConsent(counsellor, w.person, []people.Consent{again}); err != nil {
			t.Fatal(err)
		}
		if err := w.Perform(lab, Act{ID: db.NewID(), Order: id, Identity: "photo", Label: "T-1"}); err != nil {
			t.Fatal(err)
		}
		if err := w.people.Withdraw(counsellor, w.person, again.ID, people.BySelf, ""); err != nil {
			t.Fatal(err)
		}
		_, err = w.Record(lab, Entry{ID: db.NewID(), Order: id, Answers: given("result", "neg")})
		refused(t, "the tube is examined", err, fault.Conflict, "order.error.needs")
		if got := w.history(id); !slices.Equal(got, []string{Agreed, TakenBack, Agreed, TakenBack}) {
			t.Errorf("history %v", got)
		}
		if rep, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !rep.Same() {
			t.Errorf("rebuilt: %v %+v", err, rep.Tables)
		}
	})
}

// Two officers decide for a child who has nobody: the second is another one.
func TestTwoOfficersDecideForAChildAndTheSecondIsAnother(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		child := w.register(people.Person{Given: "Musa", Family: "Warsame", Birth: calendar.DayOf(2014, 3, 1).Date(), Sex: people.Male,
			Alone: people.Unaccompanied, FocalName: "Child desk", FocalReach: "Room 4"})
		counsellor, doctor, lab := w.as(access.Counsellor), w.as(access.Physician), w.as(access.Laboratory)
		id := w.hivOrder(child)
		c := w.says(id, people.Given)
		record := func(change func(*people.Consent)) error {
			try := c
			change(&try)
			return w.people.RecordConsent(counsellor, child, []people.Consent{try})
		}
		refused(t, "the child alone", record(func(c *people.Consent) { c.Assent = people.AssentYes }), fault.Invalid, "people.error.consent_age")
		refused(t, "nobody asked the child", record(func(c *people.Consent) { c.GivenBy = people.ByOfficers }), fault.Invalid, "people.error.consent_assent")
		if err := record(func(c *people.Consent) { c.GivenBy, c.Assent = people.ByOfficers, people.AssentYes }); err != nil {
			t.Fatal(err)
		}
		act := Act{ID: db.NewID(), Order: id, Identity: "guardian"}
		refused(t, "one officer alone", w.Perform(lab, act), fault.Conflict, "order.error.needs")
		refused(t, "the first as the second", w.people.Countersign(counsellor, child, c.ID), fault.Forbidden, "people.error.consent_same_officer")
		refused(t, "still one officer", w.Perform(lab, act), fault.Conflict, "order.error.needs")
		if sh, err := w.Look(doctor, id); err != nil || sh.Consent != people.ConsentPending {
			t.Errorf("the second officer sees %q (%v)", sh.Consent, err)
		}
		if err := w.people.Countersign(doctor, child, c.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.Perform(lab, act); err != nil {
			t.Errorf("after the second: %v", err)
		}
		if got := w.history(id); !slices.Equal(got, []string{Halfway, Countersigned}) {
			t.Errorf("history %v", got)
		}
	})
}

// A consent is to the order it was asked for: not to the next one, not to another
// person's, and not to one that asks for another.
func TestAConsentIsToOneOrder(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		counsellor, lab := w.as(access.Counsellor), w.as(access.Laboratory)
		other := w.register(people.Person{Given: "Omar", Family: "Ali", Birth: calendar.DayOf(1980, 1, 1).Date(), Sex: people.Male})
		first, next, his := w.hivOrder(w.person), w.hivOrder(w.person, func(r *Request) { r.Case = db.NewID() }), w.hivOrder(other)
		film := w.place("CXR", "film", "radiology")
		refused(t, "for another person's order", w.consent(counsellor, his, people.Given), fault.NotFound, "order.error.not_found")
		refused(t, "for an order that asks for none", w.consent(w.as(access.Physician), film, people.Given), fault.Invalid, "order.error.request")
		refused(t, "for no order there is", w.consent(counsellor, db.NewID(), people.Given), fault.NotFound, "order.error.not_found")
		perform := func(id db.ID) error { return w.Perform(lab, Act{ID: db.NewID(), Order: id, Identity: "photo"}) }
		if err := w.consent(counsellor, db.ID{}, people.Given); err != nil {
			t.Fatal(err)
		}
		refused(t, "by a word that was given for no order", perform(first), fault.Conflict, "order.error.needs")
		if err := w.consent(counsellor, first, people.Given); err != nil {
			t.Fatal(err)
		}
		refused(t, "by the word for another case", perform(next), fault.Conflict, "order.error.needs")
		// Who wants no such test any more says so once.
		if err := w.consent(counsellor, next, people.Refused); err != nil {
			t.Fatal(err)
		}
		if o := w.order(next); o.Status != Refused {
			t.Errorf("the refused order is %s", o.Status)
		}
		refused(t, "after a refusal of the same test", perform(first), fault.Conflict, "order.error.needs")
		if err := w.consent(counsellor, first, people.Given); err != nil {
			t.Fatal(err)
		}
		if err := perform(first); err != nil {
			t.Errorf("agreed anew: %v", err)
		}
		refused(t, "to what is closed", w.consent(counsellor, next, people.Given), fault.Conflict, "order.error.closed")
		if n := len(w.history(first)); n != 2 {
			t.Errorf("%d decisions in the history", n)
		}
	})
}

// Whoever may not know of the order records no consent for it, and nothing is left.
func TestNobodyConsentsForAnOrderTheyMayNotSee(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.hivOrder(w.person)
		ctx := access.With(t.Context(), access.Actor{User: db.NewID(), Roles: []access.Role{access.Nurse}, Sites: []string{"KLA"},
			Programmes: []string{access.All}, Sensitivity: journal.Clinical, Purpose: "assessment"})
		if err := w.consent(ctx, id, people.Given); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse: %v", err)
		}
		w.read(func(tx *db.Tx) error {
			all, err := w.people.ConsentsOf(tx, []db.ID{w.person})
			if len(all[w.person]) != 0 {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}
