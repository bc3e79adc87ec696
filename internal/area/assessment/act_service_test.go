package assessment

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestWaive(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m, doctor := ms[0], w.as(access.Physician)
		waive := func(service, reason string) error {
			return w.Waive(doctor, db.NewID(), m, w.look(m).Last.ID, service, reason)
		}
		refused(t, "a word is no reason", waive("CXR", "  pregnant "), fault.Invalid, "assessment.error.reason")
		refused(t, "nothing of that name", waive("XYZ", enough), fault.Invalid, "assessment.error.not_waivable")
		refused(t, "an offer", waive("HIV", enough), fault.Invalid, "assessment.error.not_waivable")
		if err := w.Waive(w.as(access.Nurse), db.NewID(), m, w.look(m).Last.ID, "CXR", enough); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse: %v", err)
		}
		clinical := w.user("who may not know", access.Physician, journal.Clinical)
		if err := w.Waive(clinical, db.NewID(), m, w.look(m).Last.ID, "CXR", enough); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a physician who may not see all the plan rests on: %v", err)
		}
		must(t, waive("CXR", enough))
		if w.item(m, "CXR").State != ItemWaived || w.order(m, "CXR").Status != order.Cancelled {
			t.Errorf("%q, order %s", w.item(m, "CXR").State, w.order(m, "CXR").Status)
		}
		v := w.look(m)
		if a := v.Acts[0]; a.Act != ActWaive || a.Reason != enough || a.Service != "CXR" || a.By.IsZero() || !slices.Equal(a.Rows, []string{"US-S3"}) {
			t.Errorf("%+v", a)
		}
		// What an X-ray would have shown is still not known, and not a no.
		if it := w.item(m, "SPUTUM3"); it.State != ItemUndecided {
			t.Errorf("sputum: %q", it.State)
		}
		// Another rule asks for it now: the waiver was not for that.
		w.answer(m, value.Facts{"symptoms": value.Of(true)})
		if st := w.item(m, "CXR").State; st != ItemRequired {
			t.Errorf("with symptoms the X-ray is %q", st)
		}
		if w.order(m, "CXR").Status != order.Ordered {
			t.Error("it is not ordered again")
		}
	})
}

func TestOverride(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		doctor := w.as(access.Physician)
		override := func(outcome, reason string) error {
			return w.Override(doctor, db.NewID(), m, w.look(m).Last.ID, outcome, reason)
		}
		refused(t, "no reason", override("hold", ""), fault.Invalid, "assessment.error.reason")
		for _, what := range []string{"", "cleared", "release", "class:", "class:NONSENSE", "not_cleared"} {
			refused(t, "decides "+what, override(what, enough), fault.Invalid, "assessment.error.override")
		}
		if err := w.Override(w.as(access.Reception), db.NewID(), m, w.look(m).Last.ID, "hold", enough); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception: %v", err)
		}
		before := w.look(m)
		must(t, override("hold", enough))
		v := w.look(m)
		if v.Member.State != StateSuspended || !v.held() || len(v.obstacles()) != 1 {
			t.Fatalf("%s %v", v.Member.State, v.obstacles())
		}
		if string(v.Record) != string(before.Record) || v.Pack != before.Pack {
			t.Error("an override changed what the rules say")
		}
		if n, _ := w.Waiting(doctor); n != 1 {
			t.Errorf("%d alerts to who signed", n)
		}
		refused(t, "held twice", override("hold", enough), fault.Invalid, "assessment.error.override")
		if w.sign(m) {
			t.Fatal("cleared over an officer's hold")
		}
		must(t, override("release", enough))
		if !w.sign(m) {
			t.Fatalf("%v", w.look(m).obstacles())
		}
		// Another class goes with another certificate: what is out is suspended.
		must(t, override("class:B2", enough))
		if v := w.look(m); v.Member.State != StateSuspended || officerClass(v.Acts) != "B2" {
			t.Errorf("%s %q", v.Member.State, officerClass(v.Acts))
		}
	})
}

func TestSignNeedsTheRightToAllItRestsOn(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		w.ready(ms[0], nil)
		seen := w.look(ms[0]).Last.ID
		for _, r := range access.Roles() {
			if r == access.Physician || r == access.MedicalOfficer {
				continue
			}
			if _, err := w.Sign(w.as(r), db.NewID(), ms[0], seen); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s signs: %v", r, err)
			}
		}
		if _, err := w.Sign(w.user("who may not know", access.Physician, journal.Clinical), db.NewID(), ms[0], seen); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a physician who may not see what it rests on: %v", err)
		}
	})
}

func TestADisputedClearanceCountsAsSuspended(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		c := w.look(m).Clearance
		// Two changes that did not see each other, as two nodes make them.
		must(t, w.DB.Write(t.Context(), func(tx *db.Tx) error {
			doc, err := w.Journal.Load(tx, c.ID)
			if err != nil {
				return err
			}
			a, _ := access.From(w.as(access.Physician))
			for _, st := range []ClearanceState{ClearanceIssued, ClearanceWithdrawn} {
				if err := w.Journal.Append(tx, a.Author(), journal.Change{Kind: kindClearance, Doc: c.ID, Base: doc.Version, Purpose: "assessment",
					Fields: map[string]any{"state": st, "cause": "result"}}); err != nil {
					return err
				}
			}
			return nil
		}))
		if v := w.look(m); v.clearance() != ClearanceSuspended || v.state() != StateSuspended {
			t.Fatalf("%s %s", v.clearance(), v.state())
		}
		if _, err := w.Certificate(w.as(access.Physician), db.NewID(), m); fault.KeyOf(err) != "assessment.error.not_cleared" {
			t.Errorf("printed: %v", err)
		}
		// A new signature settles it with a clearance of its own.
		if !w.sign(m) {
			t.Fatal("not cleared")
		}
		if v := w.look(m); v.clearance() != ClearanceIssued || v.Clearance.ID == c.ID {
			t.Errorf("%+v", v.Clearance)
		}
		if rep, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !rep.Same() {
			t.Errorf("rebuilt: %v %+v", err, rep.Tables)
		}
	})
}

func TestACertificateSaysNoMoreThanWasAsked(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		// The HIV test is offered, not asked for: taken up, it is nobody's business.
		doctor := w.as(access.Physician)
		refused(t, "what nobody offers", w.Take(doctor, m, "CXR"), fault.Invalid, "assessment.error.not_offered")
		if err := w.Take(w.as(access.Nurse), m, "HIV"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse orders what she may not know: %v", err)
		}
		must(t, w.Take(doctor, m, "HIV"))
		refused(t, "taken up twice", w.Take(doctor, m, "HIV"), fault.Conflict, keyReplayed)
		if v := w.look(m); v.Member.State != StateCleared || !slices.Contains(v.Member.Stations, "laboratory") {
			t.Errorf("%s %v", v.Member.State, v.Member.Stations)
		}
		w.do(m, "HIV", nil)
		v, err := w.Certificate(doctor, db.NewID(), m)
		if err != nil {
			t.Fatalf("%v %v", err, w.look(m).Clearance)
		}
		b, err := w.banner(p)
		must(t, err)
		text := w.render(t, "assessment/certificate", certificate(v, b))
		for _, word := range []string{"HIV", "yphilis", "negative", "NO_TB_CLASS", "tuberculosis class", "normal"} {
			if strings.Contains(text, word) {
				t.Errorf("the certificate says %q", word)
			}
		}
		for _, word := range []string{"Amina", "Chest X-ray", v.Case.Number, v.Clearance.ID.String(), "us-immigrant 2026.1", "Unconfirmed"} {
			if !strings.Contains(text, word) {
				t.Errorf("the certificate does not say %q", word)
			}
		}
	})
}

func TestAnExpiredClearanceIsNotPrinted(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		until, _ := w.look(m).Clearance.DayOf()
		y, mo, d := until.YMD()
		w.clock = time.Date(y, time.Month(mo), d, 20, 0, 0, 0, time.UTC) // the last day counts
		if _, err := w.Certificate(w.as(access.Physician), db.NewID(), m); err != nil {
			t.Errorf("on the last day: %v", err)
		}
		w.clock = w.clock.Add(24 * 3600e9)
		_, err := w.Certificate(w.as(access.Physician), db.NewID(), m)
		refused(t, "the day after", err, fault.Conflict, "assessment.error.expired")
	})
}

func TestAlertsOfStations(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		o := w.order(m, "CXR")
		radio := w.as(access.Radiographer)
		results, err := w.orders.ResultsOf(radio, o.ID)
		must(t, err)
		if _, err := w.orders.Read(radio, results[0].ID); err != nil {
			t.Fatal(err)
		}
		w.answer(m, value.Facts{"contact": value.Of(true)})
		a, _ := access.From(radio)
		var list []Alert
		w.read(func(tx *db.Tx) (err error) { list, err = openAlerts(tx, a.User, 9); return err })
		if len(list) != 1 {
			t.Fatalf("%d alerts to the radiographer who read the X-ray", len(list))
		}
		refused(t, "nothing said", w.AnswerAlert(radio, list[0].ID, "  "), fault.Invalid, "assessment.error.answer")
		must(t, w.AnswerAlert(radio, list[0].ID, "Read again: no change."))
	})
}
