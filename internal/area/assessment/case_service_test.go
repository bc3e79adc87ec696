package assessment

import (
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestADeathStops(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		other, ms := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
		died := func(truth value.Truth) {
			must(t, w.people.EditPerson(w.as(access.Physician), people.PersonEdit{Person: p, Edit: func(x *people.Person) { x.Died = truth }}))
		}
		died(value.Yes)
		for _, member := range []db.ID{m, ms[0]} {
			v := w.look(member)
			if v.Member.State != StateEnded || len(v.Member.Stations) != 0 {
				t.Errorf("%s %v", v.Member.State, v.Member.Stations)
			}
			for code, st := range v.Orders {
				if st == OrderOpen {
					t.Errorf("%s still waits for somebody who died", code)
				}
			}
		}
		if v := w.look(m); v.clearance() != ClearanceWithdrawn {
			t.Errorf("the clearance is %s", v.clearance())
		}
		_, err := w.Sign(w.as(access.Physician), db.NewID(), ms[0], w.look(ms[0]).Last.ID)
		refused(t, "signed", err, fault.Conflict, "assessment.error.ended")
		refused(t, "answered", w.Answer(w.as(access.Physician), ms[0], value.Facts{"symptoms": value.Of(false)}), fault.Conflict, "assessment.error.ended")
		must(t, w.Close(w.as(access.Physician), other))
		// It was somebody else: the plan is made again, the clearance is not.
		died(value.No)
		if v := w.look(m); v.Member.State != StateToSign || v.clearance() != ClearanceWithdrawn {
			t.Errorf("%s %s", v.Member.State, v.clearance())
		}
	})
}

func TestWhoLeavesAndWhoJoins(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		mother, child, born := w.register("Amina", 34, people.Female), w.register("Musa", 9, people.Male), w.register("Sara", 0, people.Female)
		id, ms := w.open("us-immigrant", nil, mother, child)
		reception := w.as(access.Reception)
		must(t, w.Leave(reception, id, ms[0]))
		v := w.look(ms[0])
		if v.Member.State != StateEnded || !v.Member.Left {
			t.Errorf("%s", v.Member.State)
		}
		if o := w.order(ms[0], "CXR"); o.Status != order.Cancelled {
			t.Errorf("the X-ray of somebody who left: %s", o.Status)
		}
		refused(t, "left again", w.Leave(reception, id, ms[0]), fault.Conflict, "assessment.error.left")
		refused(t, "of another case", w.Leave(reception, id, db.NewID()), fault.NotFound, "db.not_found")
		// A fact about who left plans nothing.
		must(t, w.Refresh(w.as(access.Physician), mother))
		if o := w.order(ms[0], "CXR"); o.Status != order.Cancelled {
			t.Errorf("ordered again: %s", o.Status)
		}
		must(t, w.Join(reception, id, NewMember{ID: db.NewID(), Person: born, Relation: "child"}))
		must(t, w.Join(reception, id, NewMember{ID: db.NewID(), Person: mother}))
		refused(t, "in it already", w.Join(reception, id, NewMember{ID: db.NewID(), Person: child}), fault.Conflict, "assessment.error.member_already")
		var members []Member
		w.read(func(tx *db.Tx) (err error) { members, err = membersOf(tx, id); return err })
		if len(members) != 3 || w.state(ms[0]) == StateEnded || w.order(ms[0], "CXR").Status != order.Ordered {
			t.Errorf("%d members, the mother is %s", len(members), w.state(ms[0]))
		}
		if err := w.Join(w.as(access.Nurse), id, NewMember{ID: db.NewID(), Person: born}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse: %v", err)
		}
	})
}

func TestWhoLeavesLosesTheClearance(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		id, m, _ := w.cleared()
		must(t, w.Leave(w.as(access.Reception), id, m))
		if v := w.look(m); v.clearance() != ClearanceWithdrawn || v.Clearance.Cause != "left" {
			t.Errorf("%+v", v.Clearance)
		}
		if n, _ := w.Waiting(w.as(access.Physician)); n != 1 {
			t.Errorf("%d alerts", n)
		}
	})
}

func TestClosingACase(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		mother, child := w.register("Amina", 34, people.Male), w.register("Musa", 9, people.Male)
		id, ms := w.open("us-immigrant", nil, mother, child)
		reception := w.as(access.Reception)
		refused(t, "with work to do", w.Close(reception, id), fault.Conflict, "assessment.error.not_finished")
		w.ready(ms[0], nil)
		w.sign(ms[0])
		must(t, w.Leave(reception, id, ms[1]))
		must(t, w.Close(reception, id))
		refused(t, "closed already", w.Close(reception, id), fault.Conflict, "assessment.error.not_finished")
		must(t, w.Reopen(reception, id))
		refused(t, "open already", w.Reopen(reception, id), fault.Conflict, "assessment.error.not_closed")
	})
}

// One person, two destinations: a fact moves both, a clearance is each one's own.
func TestAPersonInTwoCases(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		_, ms := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, p)
		if w.state(m) != StateCleared {
			t.Fatalf("another application is no new fact: %s", w.state(m))
		}
		if it := w.item(ms[0], "HIV"); it.State != ItemRequired {
			t.Errorf("Canada asks for the HIV test: %q", it.State)
		}
		// The film of the first application is the second's as well.
		film := w.order(m, "CXR")
		results, err := w.orders.ResultsOf(w.as(access.Physician), film.ID)
		must(t, err)
		f, known, err := w.orders.FormOf(w.as(access.Physician), film.ID)
		must(t, err)
		_, err = w.orders.Correct(w.as(access.Physician), order.Entry{ID: db.NewID(), Corrects: results[0].ID, Reason: "read again",
			Answers: w.fill(f, known, map[string]string{"cxr": "tb", "tb_signs": "cavity"})})
		must(t, err)
		if w.state(m) != StateSuspended {
			t.Errorf("an X-ray that suggests TB leaves the other clearance %s", w.state(m))
		}
		if it := w.item(ms[0], "SPUTUM3"); it.State != ItemRequired {
			t.Errorf("and Canada's plan: sputum %q", it.State)
		}
		var two []Member
		w.read(func(tx *db.Tx) (err error) { two, err = membersAbout(tx, p); return err })
		if len(two) != 2 {
			t.Errorf("%d cases", len(two))
		}
	})
}

// Facts of an application: those of the family, one person's own, and the
// sensitive ones, which are never the family's.
func TestFactsOfTheApplication(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		mother, father := w.register("Amina", 34, people.Male), w.register("Yusuf", 40, people.Male)
		facts := value.Facts{"visa": value.Text("permanent"), "stay_months": value.Number(0), "tb_risk_country": value.Of(true), "health_worker": value.Of(false),
			"hepb_high_risk": value.Of(true)}
		id, ms := w.open("australia-ime", facts, mother, father)
		var c Case
		w.read(func(tx *db.Tx) (err error) { c, _, _, err = loadCase(tx, id); return err })
		if _, has := c.Facts["hepb_high_risk"]; has {
			t.Error("a sensitive fact stands on the case, which reception edits")
		}
		var doc *journal.Doc
		w.read(func(tx *db.Tx) (err error) {
			doc, err = w.Journal.Load(tx, answerID(ms[0], "hepb_high_risk"))
			return err
		})
		if doc.Sensitivity != journal.Sensitive {
			t.Errorf("it is kept as %s", doc.Sensitivity)
		}
		for _, m := range ms {
			if it := w.item(m, "708"); it.State != ItemRequired {
				t.Errorf("hepatitis B: %q", it.State)
			}
			if it := w.item(m, "716"); it.State != "" {
				t.Errorf("hepatitis C is for health workers: %q", it.State)
			}
		}
		doctor := w.as(access.Physician)
		must(t, w.Own(doctor, ms[0], value.Facts{"health_worker": value.Of(true)}, nil))
		if w.item(ms[0], "716").State != ItemRequired || w.item(ms[1], "716").State != "" {
			t.Errorf("she is a nurse, he is not: %q %q", w.item(ms[0], "716").State, w.item(ms[1], "716").State)
		}
		must(t, w.Own(doctor, ms[0], nil, []string{"health_worker", "visa"}))
		if w.item(ms[0], "716").State != "" {
			t.Errorf("as for the whole case again: %q", w.item(ms[0], "716").State)
		}
		// Her own answer that nobody knows is not the family's yes.
		must(t, w.Own(doctor, ms[0], value.Facts{"hepb_high_risk": value.NotKnown()}, nil))
		if w.item(ms[0], "708").State != ItemUndecided || w.item(ms[1], "708").State != ItemRequired {
			t.Errorf("%q %q", w.item(ms[0], "708").State, w.item(ms[1], "708").State)
		}
		if err := w.Own(w.as(access.Nurse), ms[0], value.Facts{"hepb_high_risk": value.Of(false)}, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse answers what she may not know: %v", err)
		}
		if err := w.Own(doctor, ms[0], value.Facts{"exam_date": value.Day(0)}, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("the day is the case's: %v", err)
		}
		err := w.Edit(w.as(access.Reception), Change{Case: id, Base: w.version(id), Facts: value.Facts{"hepb_high_risk": value.Of(false)}})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("reception sets a sensitive fact for all: %v", err)
		}
		// An edit of one fact leaves the others.
		must(t, w.Edit(w.as(access.Reception), Change{Case: id, Base: w.version(id), Facts: value.Facts{"stay_months": value.Number(12)}}))
		w.read(func(tx *db.Tx) (err error) { c, _, _, err = loadCase(tx, id); return err })
		if s, _ := c.Facts["visa"].Str(); s != "permanent" {
			t.Errorf("%v", c.Facts)
		}
		if rep, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !rep.Same() {
			t.Errorf("rebuilt: %v %+v", err, rep.Tables)
		}
	})
}

func (w *world) version(doc db.ID) journal.Base {
	w.t.Helper()
	var d *journal.Doc
	w.read(func(tx *db.Tx) (err error) { d, err = w.Journal.Load(tx, doc); return err })
	return d.Version
}

// A question of the application that is answered on one member's page is answered
// for the family; a sensitive one for that member alone.
func TestAnsweringTheApplicationOnAPlan(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		mother, father := w.register("Amina", 34, people.Male), w.register("Yusuf", 40, people.Male)
		_, ms := w.open("australia-ime", value.Facts{"visa": value.NotKnown()}, mother, father)
		if w.state(ms[0]) != StateQuestions {
			t.Fatalf("without a visa there is no plan: %s", w.state(ms[0]))
		}
		w.answer(ms[0], value.Facts{"visa": value.Text("permanent"), "hepb_high_risk": value.Of(true)})
		if w.item(ms[1], "502").State != ItemRequired {
			t.Errorf("the visa is the family's: %v", codesAndStates(w.look(ms[1]).Plan))
		}
		if w.item(ms[0], "708").State != ItemRequired || w.item(ms[1], "708").State == ItemRequired {
			t.Error("the risk is hers alone")
		}
		refused(t, "a fact of no question", w.Answer(w.as(access.Physician), ms[0], value.Facts{"age_years": value.Number(3)}), fault.Invalid, "assessment.error.choice")
		refused(t, "a fact of no pack", w.Answer(w.as(access.Physician), ms[0], value.Facts{"zodiac": value.Number(3)}), fault.Invalid, "assessment.error.choice")
		if err := w.Answer(w.as(access.Reception), ms[0], value.Facts{"symptoms": value.Of(false)}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception: %v", err)
		}
		if err := w.Answer(w.as(access.Nurse), ms[0], value.Facts{"birth_in_au": value.Of(false)}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse answers what she may not know: %v", err)
		}
	})
}
