package assessment

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const enough = "The film was seen and discussed."

func (w *world) state(member db.ID) State { w.t.Helper(); return w.look(member).Member.State }

func TestAFamilyFromOpeningToClearance(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		mother, child := w.register("Amina", 34, people.Female), w.register("Musa", 9, people.Male)
		_, ms := w.open("us-immigrant", nil, mother, child)
		if st := w.item(ms[0], "CXR").State; st != ItemRequired {
			t.Errorf("the mother's X-ray: %q", st)
		}
		if it := w.item(ms[1], "CXR"); it.State != ItemUndecided {
			t.Errorf("whether the child needs an X-ray depends on answers: %q", it.State)
		}
		// What is required is ordered, once; what is undecided is not.
		if o := w.order(ms[0], "CXR"); o.Status != order.Ordered || o.Case != w.look(ms[0]).Case.ID || !slices.Equal(o.Why, []string{"US-S3"}) {
			t.Errorf("%+v", o)
		}
		for i, m := range ms {
			w.ready(m, nil)
			if !w.sign(m) {
				t.Fatalf("%d not cleared: %v", i, w.look(m).obstacles())
			}
			v := w.look(m)
			if v.Member.State != StateCleared || v.clearance() != ClearanceIssued || len(v.Member.Stations) != 0 {
				t.Errorf("%s %v %v", v.Member.State, v.Clearance, v.Member.Stations)
			}
		}
		if rep, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !rep.Same() {
			t.Errorf("rebuilt from the journal the rows differ: %v %+v", err, rep.Tables)
		}
	})
}

func TestACaseIsOpenedOnce(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Female)
		c := NewCase{ID: db.NewID(), Case: Case{Number: "GW-1", Destination: "us-immigrant", ExamDate: w.today().Date()}, Members: []NewMember{{ID: db.NewID(), Person: p}}}
		reception := w.as(access.Reception)
		must(t, w.Open(reception, c))
		again := c
		again.Members = []NewMember{{ID: db.NewID(), Person: p}}
		if err := w.Open(reception, again); !fault.Is(err, fault.Conflict) {
			t.Errorf("a form sent twice: %v", err)
		}
		again.ID = db.NewID()
		refused(t, "the number again", w.Open(reception, again), fault.Invalid, "assessment.error.number_taken")
		again.Case.Number = "GW-2"
		again.Members[0].ID = db.NewID()
		must(t, w.Open(reception, again))
		list, _ := w.orders.OfPerson(w.as(access.Physician), p)
		n := 0
		for _, o := range list {
			if o.Code == "CXR" && o.Case == c.ID {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the X-ray was ordered %d times", n)
		}
	})
}

func TestACaseThatCannotBe(t *testing.T) {
	w := newWorld(t, "")
	p := w.register("Amina", 34, people.Female)
	good := func() NewCase {
		return NewCase{ID: db.NewID(), Case: Case{Number: "GW-1", Destination: "us-immigrant", ExamDate: w.today().Date()}, Members: []NewMember{{ID: db.NewID(), Person: p}}}
	}
	year, _ := calendar.OfYear(2026)
	for _, tc := range []struct {
		why, field string
		change     func(*NewCase)
	}{
		{"no number", "number", func(c *NewCase) { c.Case.Number = "" }},
		{"no destination", "destination", func(c *NewCase) { c.Case.Destination = "" }},
		{"no rules for it", "exam_date", func(c *NewCase) { c.Case.Destination = "atlantis" }},
		{"a day known in part", "exam_date", func(c *NewCase) { c.Case.ExamDate = year }},
		{"nobody", "members", func(c *NewCase) { c.Members = nil }},
	} {
		c := good()
		tc.change(&c)
		if err := w.Open(w.as(access.Reception), c); !fault.Is(err, fault.Invalid) || fault.FieldOf(err) != tc.field {
			t.Errorf("%s: %v (field %q)", tc.why, err, fault.FieldOf(err))
		}
	}
	for _, r := range []access.Role{access.Nurse, access.Laboratory, access.Manager, access.Administrator, access.PrivacyOfficer, access.Screener} {
		if err := w.Open(w.as(r), good()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", r, err)
		}
	}
	if err := w.Open(context.Background(), good()); err == nil {
		t.Error("nobody opened a case")
	}
	elsewhere := good()
	elsewhere.Site = "NBO"
	if err := w.Open(w.as(access.Reception), elsewhere); !fault.Is(err, fault.Forbidden) {
		t.Errorf("at another site: %v", err)
	}
}

// The examination moves past a birthday: the plan is another.
func TestAMovedExaminationPlansAnew(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		turning := w.register("Musa", 14, people.Male, func(r *people.Registration) {
			r.Person.Birth = (w.today() + 10).AddYears(-15, calendar.ClampToMonthEnd).Date()
			r.Stays[0].From = r.Person.Birth
		})
		id, ms := w.open("us-immigrant", nil, turning)
		w.answer(ms[0], value.Facts{"symptoms": value.Of(false), "contact": value.Of(false)})
		if st := w.item(ms[0], "IGRA").State; st != ItemRequired {
			t.Fatalf("at 14 in a high-burden country: IGRA %q", st)
		}
		var doc *journal.Doc
		w.read(func(tx *db.Tx) (err error) { doc, err = w.Journal.Load(tx, id); return err })
		later := w.day(20).Date()
		change := Change{Case: id, Base: doc.Version, ExamDate: &later}
		must(t, w.Edit(w.as(access.Reception), change))
		if st := w.item(ms[0], "CXR").State; st != ItemRequired {
			t.Errorf("at 15: X-ray %q", st)
		}
		if st := w.item(ms[0], "IGRA").State; st != "" {
			t.Errorf("at 15 the blood test is not asked for: %q", st)
		}
		// The order nobody began is withdrawn, the new one is there.
		if o := w.order(ms[0], "IGRA"); o.Status != order.Cancelled {
			t.Errorf("the order of the blood test: %s", o.Status)
		}
		if o := w.order(ms[0], "CXR"); o.Status != order.Ordered {
			t.Errorf("the order of the X-ray: %s", o.Status)
		}
		refused(t, "a change over an old page", w.Edit(w.as(access.Reception), change), fault.Conflict, "assessment.error.edited")
		if err := w.Edit(w.as(access.Nurse), change); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse moves the examination: %v", err)
		}
	})
}

// The examination moves so far that a result is too old: it is done again.
func TestAResultTooOldIsDoneAgain(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		id, ms := w.open("us-immigrant", nil, p)
		w.ready(ms[0], nil)
		var doc *journal.Doc
		w.read(func(tx *db.Tx) (err error) { doc, err = w.Journal.Load(tx, id); return err })
		later := w.day(200).Date()
		must(t, w.Edit(w.as(access.Reception), Change{Case: id, Base: doc.Version, ExamDate: &later}))
		if st := w.item(ms[0], "CXR").State; st != ItemAgain {
			t.Fatalf("an X-ray of 200 days ago: %q", st)
		}
		if o := w.order(ms[0], "CXR"); o.Status != order.Ordered {
			t.Errorf("it is not ordered again: %s", o.Status)
		}
		if !slices.Contains(w.look(ms[0]).Member.Stations, "radiology") {
			t.Errorf("stations %v", w.look(ms[0]).Member.Stations)
		}
	})
}

// The examination moves away and back: what was ordered once more is withdrawn, and
// while it is needed it stays.
func TestAnOrderThatIsNotNeededTwiceIsWithdrawn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		id, ms := w.open("us-immigrant", nil, p)
		w.ready(ms[0], nil)
		first := w.today().Date()
		move := func(day calendar.Date) {
			t.Helper()
			must(t, w.Edit(w.as(access.Reception), Change{Case: id, Base: w.version(id), ExamDate: &day}))
		}
		films := func() (open, done int) {
			t.Helper()
			list, err := w.orders.OfPerson(w.as(access.Physician), p)
			must(t, err)
			for _, o := range list {
				switch {
				case o.Code == "CXR" && o.Status == order.Ordered:
					open++
				case o.Code == "CXR" && o.Status == order.Done:
					done++
				}
			}
			return open, done
		}
		move(w.day(200).Date())
		for range 2 { // planned anew, it is neither ordered twice nor withdrawn
			if open, done := films(); open != 1 || done != 1 {
				t.Fatalf("with a film of 200 days ago: %d ordered, %d done", open, done)
			}
			must(t, w.Refresh(w.as(access.Physician), p))
		}
		move(first)
		if open, done := films(); open != 0 || done != 1 {
			t.Errorf("moved back: %d ordered, %d done", open, done)
		}
		if st := w.item(ms[0], "CXR").State; st != ItemDone {
			t.Errorf("the film: %q", st)
		}
		move(w.day(200).Date())
		must(t, w.orders.Perform(w.as(access.Physician), order.Act{ID: db.NewID(), Order: w.order(ms[0], "CXR").ID, Identity: "photo"}))
		move(first)
		if st := w.item(ms[0], "CXR").State; st == ItemDone || w.order(ms[0], "CXR").Status != order.InProgress {
			t.Errorf("a film that was taken is withdrawn: %q %s", st, w.order(ms[0], "CXR").Status)
		}
	})
}

// The evening before the flight a culture turns positive: the clearance falls, and
// everybody who acted on it hears of it.
func TestACorrectedResultSuspendsAndAlerts(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.register("Yusuf", 40, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		w.do(m, "CXR", map[string]string{"cxr": "tb", "tb_signs": "fibrosis"})
		w.ready(m, value.Facts{"tb_dx": value.Text("none")})
		if !w.sign(m) {
			t.Fatalf("not cleared: %v", w.look(m).obstacles())
		}
		// A nurse reads a result, somebody else prints the certificate.
		o := w.order(m, "SPUTUM3")
		results, err := w.orders.ResultsOf(w.as(access.Physician), o.ID)
		must(t, err)
		if _, err := w.orders.Read(w.as(access.Nurse), results[0].ID); err != nil {
			t.Fatal(err)
		}
		other := w.user("second physician", access.Physician, journal.Sensitive)
		if _, err := w.Certificate(other, db.NewID(), m); err != nil {
			t.Fatal(err)
		}
		_, err = w.orders.Correct(w.as(access.Laboratory), order.Entry{ID: db.NewID(), Order: o.ID, Corrects: results[0].ID, Reason: "grew in week seven",
			Answers: map[string][]string{"smear": {"neg"}, "culture": {"pos"}}})
		must(t, err)
		v := w.look(m)
		if v.Member.State != StateSuspended || v.clearance() != ClearanceSuspended || v.Clearance.Cause != "correction" {
			t.Fatalf("%s %+v", v.Member.State, v.Clearance)
		}
		if _, err := w.Certificate(other, db.NewID(), m); fault.KeyOf(err) != "assessment.error.not_cleared" {
			t.Errorf("printed after it fell: %v", err)
		}
		for name, ctx := range map[string]context.Context{"signer": w.as(access.Physician), "printer": other, "reader": w.as(access.Nurse)} {
			a, _ := access.From(ctx)
			var list []Alert
			w.read(func(tx *db.Tx) (err error) { list, err = openAlerts(tx, a.User, 9); return err })
			if len(list) != 1 || list[0].Cause != "correction" || list[0].Member != m {
				t.Errorf("the %s has %+v", name, list)
				continue
			}
			must(t, w.AnswerAlert(ctx, list[0].ID, "The airline was told."))
			if n, _ := w.Waiting(ctx); n != 0 {
				t.Errorf("the %s still has %d", name, n)
			}
			if err := w.AnswerAlert(w.user("stranger", access.Physician, journal.Sensitive), list[0].ID, "x"); !fault.Is(err, fault.NotFound) {
				t.Errorf("somebody else answers: %v", err)
			}
		}
		if a, _ := access.From(w.user("stranger", access.Physician, journal.Sensitive)); true {
			var list []Alert
			w.read(func(tx *db.Tx) (err error) { list, err = openAlerts(tx, a.User, 9); return err })
			if len(list) != 0 {
				t.Error("who did nothing is alerted")
			}
		}
		// The signature is on the results: who corrects one sees who signed.
		found := false
		w.read(func(tx *db.Tx) error {
			steps, err := w.orders.ActedOn(tx, results[1].ID)
			for _, st := range steps {
				found = found || st.Kind == order.StepUsed && st.How == "signed"
			}
			return err
		})
		if !found {
			t.Error("the result does not say that a signature rests on it")
		}
	})
}

// A required test that no rule of the pack reads counts as much.
func TestACorrectedResultThatNoRuleReadsSuspends(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		o := w.order(m, "SYPHILIS")
		lab := w.as(access.Laboratory)
		results, err := w.orders.ResultsOf(lab, o.ID)
		must(t, err)
		_, err = w.orders.Correct(lab, order.Entry{ID: db.NewID(), Order: o.ID, Corrects: results[0].ID, Reason: "tubes exchanged",
			Answers: map[string][]string{"treponemal": {"pos"}, "nontreponemal": {"neg"}, "syphilis_conclusion": {"past"}}})
		must(t, err)
		if st := w.state(m); st != StateSuspended {
			t.Errorf("%s", st)
		}
		// The same, struck out: the service is to be done again.
		_, m2, _ := w.cleared()
		o = w.order(m2, "SYPHILIS")
		results, err = w.orders.ResultsOf(lab, o.ID)
		must(t, err)
		if _, err := w.orders.StrikeOut(lab, results[0].ID, "another person's tube"); err != nil {
			t.Fatal(err)
		}
		if v := w.look(m2); v.Member.State != StateSuspended || itemOf(v.Plan, "SYPHILIS").State == ItemDone {
			t.Errorf("%s %v", v.Member.State, codesAndStates(v.Plan))
		}
	})
}

// What says the same again is no correction.
func TestTheSameResultAgainSuspendsNothing(t *testing.T) {
	w := newWorld(t, "")
	_, m, p := w.cleared()
	w.answer(m, value.Facts{"symptoms": value.Of(false)})
	must(t, w.Refresh(w.as(access.Physician), p))
	must(t, w.people.SaveSafety(w.as(access.Physician), p, journal.Base{}, people.Safety{HasAllergy: value.No}))
	if st := w.state(m); st != StateCleared {
		t.Errorf("%s", st)
	}
	w.answer(m, value.Facts{"symptoms": value.NotKnown()})
	if st := w.state(m); st != StateSuspended {
		t.Errorf("a fact that became unknown: %s", st)
	}
}

func TestAfterASuspensionItIsSignedAnew(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		id, m, _ := w.cleared()
		must(t, w.Close(w.as(access.Physician), id))
		w.answer(m, value.Facts{"contact": value.Of(true)})
		v := w.look(m)
		if v.Member.State != StateSuspended || v.Case.Closed {
			t.Fatalf("%s, closed %v: a late fact reopens the case", v.Member.State, v.Case.Closed)
		}
		for _, it := range v.Plan.Items {
			if it.State.ToDo() {
				w.do(m, it.Code, nil)
			}
		}
		if !w.sign(m) {
			t.Fatalf("%v", w.look(m).obstacles())
		}
		if v := w.look(m); v.Member.State != StateCleared || v.clearance() != ClearanceIssued {
			t.Errorf("%s %v", v.Member.State, v.Clearance)
		}
	})
}

func TestAHoldBlocksClearanceAndNothingElseIsSignedOver(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Yusuf", 40, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		sign := func() error {
			_, err := w.Sign(w.as(access.Physician), db.NewID(), m, w.look(m).Last.ID)
			return err
		}
		refused(t, "services to do", sign(), fault.Invalid, "assessment.error.open")
		w.do(m, "CXR", map[string]string{"cxr": "tb", "tb_signs": "cavity"})
		w.ready2(m, map[string]map[string]string{"SPUTUM3": {"culture": "pos", "smear": "pos"}}, value.Facts{"tb_dx": value.Text("pulm"), "dot_done": value.Of(false)})
		v := w.look(m)
		if v.Member.State != StateHold {
			t.Fatalf("%s %v %v", v.Member.State, codesAndStates(v.Plan), v.Plan.Questions)
		}
		cleared, err := w.Sign(w.as(access.Physician), db.NewID(), m, v.Last.ID)
		must(t, err)
		if cleared || w.look(m).Clearance != nil || w.state(m) != StateHold {
			t.Errorf("a hold was signed over: %v %v %s", cleared, w.look(m).Clearance, w.state(m))
		}
		refused(t, "signed again", sign(), fault.Conflict, "assessment.error.signed")
		refused(t, "a certificate", func() error { _, err := w.Certificate(w.as(access.Physician), db.NewID(), m); return err }(), fault.Conflict, "assessment.error.not_cleared")
	})
}

// ready2 is ready for a person with findings: results by service, answers by fact;
// it stops when nothing is left to do.
func (w *world) ready2(member db.ID, results map[string]map[string]string, facts value.Facts) {
	w.t.Helper()
	for range 8 {
		did := false
		for _, it := range w.look(member).Plan.Items {
			if it.State.ToDo() && w.item(member, it.Code).State.ToDo() {
				w.do(member, it.Code, results[it.Code])
				did = true
			}
		}
		answers := value.Facts{}
		v := w.look(member)
		for _, q := range v.Plan.Questions {
			f, _ := v.Pack.Fact(q)
			switch val, told := facts[q]; {
			case told:
				answers[q] = val
			case f.Type == "bool":
				answers[q] = value.Of(false)
			}
		}
		if len(answers) > 0 {
			w.answer(member, answers)
			did = true
		}
		if !did {
			return
		}
	}
}

func TestAnOpenQuestionARefusalAndAnUnknownAreNoNo(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		for _, tc := range []struct {
			why string
			val value.Value
		}{{"not asked", value.Value{}}, {"nobody knows", value.NotKnown()}, {"declined to answer", value.RefusedAnswer()}} {
			p := w.register("Amina", 34, people.Male)
			_, ms := w.open("us-immigrant", nil, p)
			m := ms[0]
			w.ready(m, nil)
			w.answer(m, value.Facts{"contact": tc.val})
			v := w.look(m)
			if v.Member.State == StateToSign || len(v.obstacles()) == 0 {
				t.Errorf("%s: %s, nothing stands against signing", tc.why, v.Member.State)
			}
			_, err := w.Sign(w.as(access.Physician), db.NewID(), m, v.Last.ID)
			refused(t, tc.why, err, fault.Invalid, "assessment.error.open")
			if it := w.item(m, "IGRA"); it.State != ItemUndecided {
				t.Errorf("%s: the contact's test is %q", tc.why, it.State)
			}
		}
	})
}

func TestARefusedServiceIsNoNo(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		doctor := w.as(access.Physician)
		must(t, w.orders.Close(doctor, w.order(m, "CXR").ID, order.Refused, ""))
		w.answer(m, value.Facts{"symptoms": value.Of(false), "contact": value.Of(false)})
		w.do(m, "CORE_EXAM", nil)
		w.do(m, "SYPHILIS", nil)
		v := w.look(m)
		if v.Member.State != StateBlocked || w.item(m, "CXR").State != ItemRefused {
			t.Fatalf("%s %v", v.Member.State, codesAndStates(v.Plan))
		}
		if _, has := v.Input.Facts["cxr"]; has {
			t.Error("the X-ray that was declined reads as a result")
		}
		if it := w.item(m, "SPUTUM3"); it.State != ItemUndecided {
			t.Errorf("sputum is %q: what the X-ray would show is not known", it.State)
		}
		// Nothing orders it again behind the person's back.
		must(t, w.Refresh(doctor, p))
		if o := w.order(m, "CXR"); o.Status != order.Refused {
			t.Errorf("ordered again: %s", o.Status)
		}
	})
}

func TestAStaleSignatureIsAConflict(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		w.ready(m, nil)
		seen := w.look(m).Last.ID
		w.answer(m, value.Facts{"contact": value.Of(true)})
		_, err := w.Sign(w.as(access.Physician), db.NewID(), m, seen)
		refused(t, "what moved", err, fault.Conflict, "assessment.error.moved")
		refused(t, "a waiver over it", w.Waive(w.as(access.Physician), db.NewID(), m, seen, "CXR", enough), fault.Conflict, "assessment.error.moved")
		_, err = w.Sign(w.as(access.Physician), db.NewID(), m, db.ID{})
		refused(t, "without having seen a decision", err, fault.Conflict, "assessment.error.moved")
	})
}

// A fact that came another way, or new rules: the officer is told to look, and the
// page then shows what there is to sign.
func TestRulesThatChangedAreLookedAtBeforeSigning(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		w.ready(m, nil)
		seen := w.look(m).Last.ID
		next := *w.shelf.packs["us-immigrant"]
		next.Hash, next.Version = "next", "2027.1"
		w.shelf.packs["us-immigrant"] = &next
		_, err := w.Sign(w.as(access.Physician), db.NewID(), m, seen)
		refused(t, "under other rules", err, fault.Conflict, "assessment.error.moved")
		v := w.look(m)
		if v.Last.ID == seen || !v.current() || v.Last.Hash != "next" {
			t.Fatal("the plan was not made anew")
		}
		if !w.sign(m) {
			t.Error("not cleared")
		}
	})
}

func TestACertificateIsNotPrintedWhenItsGroundMovedUnseen(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		w.shelf.packs["us-immigrant"] = stricter(t, w)
		_, err := w.Certificate(w.as(access.Physician), db.NewID(), m)
		refused(t, "print", err, fault.Conflict, "assessment.error.not_cleared")
		if v := w.look(m); v.Member.State != StateSuspended || v.Clearance.Cause != "rules" {
			t.Errorf("%s %+v", v.Member.State, v.Clearance)
		}
	})
}

func TestTwoOfficersSignAtOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		w.ready(m, nil)
		seen := w.look(m).Last.ID
		officers := []context.Context{w.as(access.Physician), w.user("second physician", access.Physician, journal.Sensitive)}
		errs := make([]error, len(officers))
		var g sync.WaitGroup
		for i, ctx := range officers {
			g.Go(func() { _, errs[i] = w.Sign(ctx, db.NewID(), m, seen) })
		}
		g.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v / %v", errs[0], errs[1])
		}
		refused(t, "the second", errors.Join(errs...), fault.Conflict, "assessment.error.signed")
		n := 0
		for _, a := range w.look(m).Acts {
			if a.Act == ActSign {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d signatures", n)
		}
	})
}

func TestAReplayedActCountsOnce(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		w.ready(m, nil)
		doctor, id, seen := w.as(access.Physician), db.NewID(), w.look(m).Last.ID
		if _, err := w.Sign(doctor, id, m, seen); err != nil {
			t.Fatal(err)
		}
		_, err := w.Sign(doctor, id, m, seen)
		refused(t, "the signature again", err, fault.Conflict, keyReplayed)
		print := db.NewID()
		for range 2 {
			if _, err := w.Certificate(doctor, print, m); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for _, a := range w.look(m).Acts {
			if a.Act == ActPrint {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d prints of one form", n)
		}
	})
}

// A pack that was stopped in an emergency stops plans, and no result.
func TestWithoutRulesResultsAreStillRecorded(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		other, ms := w.open("us-immigrant", nil, w.register("Musa", 30, people.Male))
		stopped := w.shelf.packs["us-immigrant"]
		delete(w.shelf.packs, "us-immigrant")
		doctor := w.as(access.Physician)
		must(t, w.people.SaveSafety(doctor, p, journal.Base{}, people.Safety{HasAllergy: value.No}))
		must(t, w.people.EditPerson(doctor, people.PersonEdit{Person: p, Edit: func(x *people.Person) { x.Died = value.No }}))
		if got := w.get(doctor, "/cases/"+other.String()+"/members/"+ms[0].String()); got.Code != 503 {
			t.Errorf("a plan without rules: %d", got.Code)
		}
		if got := w.get(doctor, "/cases/"+other.String()); got.Code != 200 {
			t.Errorf("the board: %d", got.Code)
		}
		w.shelf.packs["us-immigrant"] = stopped
		if v := w.look(m); v.Member.State != StateSuspended {
			t.Errorf("a fact that nobody could judge leaves the clearance %s", v.clearance())
		}
		if n, _ := w.Waiting(doctor); n != 1 {
			t.Errorf("%d alerts", n)
		}
		if !w.sign(m) {
			t.Errorf("not signed anew: %v", w.look(m).obstacles())
		}
	})
}
