package linelist

import (
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestACaseIsClassifiedAnewWhenSomethingIsKnown(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.record(Case{Disease: "filovirus", Name: "A man from the ferry", Ending: Alive})
		if o := w.opened(id); o.Class() != Open {
			t.Errorf("nothing is known: %s, want that it cannot be said", o.Class())
		}
		w.answer(id, "sign:bleeding_unexplained")
		o := w.opened(id)
		if last, _ := o.Last(); o.Class() != Suspected || last.Level != "CLINICAL" || last.Cause != "sign" {
			t.Fatalf("bleeding: %+v", last)
		}
		w.result(id, "lab:pcr:filovirus", "pending", "")
		if c := w.opened(id).Class(); c != Suspected {
			t.Errorf("a result that is awaited: %s", c)
		}
		w.result(id, "lab:pcr:filovirus", "positive", "2026-06-09")
		o = w.opened(id)
		last, _ := o.Last()
		if o.Class() != Confirmed || last.Level != "LAB" {
			t.Errorf("PCR positive: %+v", last)
		}
		kept := map[string]bool{}
		for _, x := range o.Explanation.Outcomes {
			for _, row := range x.Because {
				kept[row.ID] = true
			}
		}
		if !kept["FV-S3"] || !kept["FV-C1a"] {
			t.Errorf("the rows behind it are not all kept: %v", kept)
		}
		var classes []Class
		for _, k := range o.Classed {
			classes = append(classes, k.Class)
			if k.At.IsZero() || o.Names[k.By] == "" {
				t.Errorf("nobody knows who classified it, and when: %+v", k)
			}
		}
		if len(classes) < 3 || classes[0] != Open || classes[len(classes)-1] != Confirmed {
			t.Errorf("the history is %v", classes)
		}
	})
}

func TestNothingIsReadAsANo(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.record(Case{Disease: "measles"})
		w.answer(id, "-sign:fever", "-sign:rash_maculopapular", "-sign:clinician_suspects")
		if c := w.opened(id).Class(); c == NotACase {
			t.Errorf("what does not meet the definition is called no case")
		}
		open := w.record(Case{Disease: "measles"})
		w.answer(open, "sign:fever")
		if o := w.opened(open); o.Class() != Open {
			t.Errorf("a rash that nobody looked for: %s", o.Class())
		}
		w.answer(open, "sign:rash_maculopapular")
		if o := w.opened(open); o.Class() != Suspected {
			t.Errorf("fever and rash: %s", o.Class())
		}
		// Taken back, it is open again.
		w.Must(w.Answer(w.As("nurse"), open, journal.Base{}, map[string]value.Value{"sign:rash_maculopapular": value.NotKnown()}))
		if o := w.opened(open); o.Class() == Suspected {
			t.Error("an answer that was taken back still counts")
		}
	})
}

func TestAnOfficersWordStandsBesideTheDefinitions(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.record(Case{Disease: "measles"})
		w.answer(id, "sign:fever", "sign:rash_maculopapular")
		if err := w.Override(w.As("nurse"), id, NotACase, "insect bites"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse overrides: %v", err)
		}
		if err := w.Override(w.As("epidemiologist"), id, NotACase, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		w.Must(w.Override(w.As("epidemiologist"), id, NotACase, "insect bites, seen by two"))
		o := w.opened(id)
		if last, _ := o.Last(); o.Class() != NotACase || last.Class != Suspected || o.Officer.Why == "" {
			t.Errorf("set: %s, definition %+v", o.Class(), last)
		}
		if list, n, err := w.List(w.As("epidemiologist"), Filter{Class: NotACase}, 0); err != nil || n != 1 || len(list) != 1 {
			t.Errorf("the list by the officer's class has %d, %v", n, err)
		}
		w.Must(w.Override(w.As("epidemiologist"), id, "", "a second look"))
		if o := w.opened(id); o.Class() != Suspected || o.Officer != nil {
			t.Errorf("taken back: %s", o.Class())
		}
	})
}

func TestARegisteredPersonIsNamedToWhoeverMayOpenThem(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		born, _ := calendar.OfYear(1990)
		out, err := w.people.Register(w.As("reception"), people.Registration{ID: db.NewID(), Person: people.Person{FamilyLatin: "Okot", GivenLatin: "Daniel", Birth: born, Sex: people.Male}})
		w.Must(err)
		id, err := w.Record(w.As("physician"), Case{Disease: "measles", Person: out.ID, Reported: calendar.DayOfTime(w.Now).Date(), Name: "Somebody else"}, false)
		w.Must(err)
		o, err := w.Open(w.As("physician"), id, "en")
		w.Must(err)
		if !strings.Contains(o.Name, "Okot") || o.Case.Name != "" || o.Sex != people.Male || o.Birth != born {
			t.Errorf("to the physician: %q, kept %q", o.Name, o.Case.Name)
		}
		if o := w.opened(id); o.Name != "" || o.MayPerson {
			t.Errorf("to the epidemiologist, who may not open the person: %q", o.Name)
		}
		_, body := w.Get("epidemiologist", "/linelist")
		if strings.Contains(body, "Okot") || strings.Contains(body, out.ID.String()) {
			t.Error("the line list names the person to somebody who may not open them")
		}
		if _, err := w.Record(w.As("epidemiologist"), Case{Disease: "measles", Person: out.ID, Reported: o.Reported}, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody who may not open a person makes them a case: %v", err)
		}
		if _, err := w.Record(w.As("physician"), Case{Disease: "measles", Person: out.ID, Reported: o.Reported}, false); fault.FieldOf(err) != "another" {
			t.Errorf("the same person and disease a second time: %v", err)
		}
	})
}

func TestACaseThatIsHereAlreadyIsAskedAbout(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		y1990, _ := calendar.OfYear(1990)
		y1970, _ := calendar.OfYear(1970)
		w.record(Case{Disease: "bdbv", Name: "Mohamed Ali", Sex: people.Male, Birth: y1990})
		for _, tc := range []struct {
			why string
			c   Case
			ask bool
		}{
			{"another sex", Case{Disease: "bdbv", Name: "Mohamed Ali", Sex: people.Female}, false},
			{"another age", Case{Disease: "bdbv", Name: "Mohamed Ali", Sex: people.Male, Birth: y1970}, false},
			{"another disease", Case{Disease: "measles", Name: "Mohamed Ali"}, false},
			{"no name at all", Case{Disease: "bdbv"}, false},
			{"spelled another way", Case{Disease: "bdbv", Name: "Muhammad Aly"}, true},
		} {
			tc.c.Reported = calendar.DayOfTime(w.Now).Date()
			_, err := w.Record(w.As("nurse"), tc.c, false)
			if (fault.FieldOf(err) == "another") != tc.ask || err != nil && !tc.ask {
				t.Errorf("%s: %v, want to be asked: %t", tc.why, err, tc.ask)
			}
			if tc.ask {
				if _, err := w.Record(w.As("nurse"), tc.c, true); err != nil {
					t.Errorf("%s, looked at: %v", tc.why, err)
				}
			}
		}
	})
}

func TestWhoMayOpenTheLineList(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.record(Case{Disease: "cholera"})
		for login, want := range map[string]bool{"epidemiologist": true, "physician": true, "medical_officer": true, "nurse": true,
			"volunteer": false, "screener": false, "reception": false, "laboratory": false, "manager": false, "administrator": false, "privacy_officer": false, "epidemiologist_elsewhere": false} {
			if _, err := w.Open(w.As(login), id, "en"); (err == nil) != want || err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v, want %t", login, err, want)
			}
		}
		if list, n, err := w.List(w.As("epidemiologist_elsewhere"), Filter{}, 0); err != nil || n != 0 || len(list) != 0 {
			t.Errorf("at another site there are %d, %v", n, err)
		}
	})
}

func TestACaseFollowsFromTheJournal(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.record(Case{Disease: "measles", Name: "Rosa"})
		w.answer(id, "sign:fever", "sign:rash_maculopapular", "-vaccine:measles")
		w.result(id, "lab:igm:measles", "positive", "2026-06-09")
		report, err := w.Journal.Rebuild(t.Context(), nil)
		w.Must(err)
		if !report.Same() {
			t.Errorf("the tables differ after a rebuild: %+v", report)
		}
		if o := w.opened(id); o.Class() != Confirmed || len(o.Results) != 1 || len(o.Signs) != 3 || o.Stale {
			t.Errorf("after a rebuild: %s, %d results, %d signs, stale %t", o.Class(), len(o.Results), len(o.Signs), o.Stale)
		}
	})
}

// Two nodes that did not see each other answer one question otherwise: it counts as
// not known until somebody settles it.
func TestASignInConflictIsNotKnown(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.record(Case{Disease: "measles"})
		seen := w.opened(id).Base
		w.answer(id, "sign:fever", "sign:rash_maculopapular")
		w.Must(w.Answer(w.As("nurse"), id, seen, map[string]value.Value{"sign:rash_maculopapular": value.Of(false)}))
		o := w.opened(id)
		if !o.Signs["sign:rash_maculopapular"].Disputed {
			t.Fatalf("two answers that did not see each other are not in conflict: %+v", o.Signs)
		}
		if !o.Stale {
			w.Must(w.LookAt(w.As("epidemiologist"), id))
		}
		w.Must(w.LookAt(w.As("epidemiologist"), id))
		if o := w.opened(id); o.Class() == Suspected || o.Class() == NotACase {
			t.Errorf("with a rash in conflict it is %s", o.Class())
		}
	})
}

func TestWithoutADefinitionInForceNothingIsDecided(t *testing.T) {
	w := newWorld(t, "")
	w.Packs.(*areatest.Shipped).Gone = true
	id := w.record(Case{Disease: "cholera"})
	if c := w.opened(id).Class(); c != NoRule {
		t.Errorf("%s", c)
	}
	w.Packs.(*areatest.Shipped).Gone = false
	if o := w.opened(id); !o.Stale {
		t.Error("a definition came into force and the page does not say so")
	}
	code, to := w.Post("epidemiologist", path(id)+"/look", url.Values{})
	if code != 303 || to != path(id) {
		t.Fatalf("%d %s", code, to)
	}
	if c := w.opened(id).Class(); c != Open {
		t.Errorf("%s", c)
	}
}

func TestACaseIsRecordedOnItsPages(t *testing.T) {
	w := newWorld(t, "")
	id := db.NewID()
	form := url.Values{"id": {id.String()}, "disease": {"filovirus"}, "reported-day": {"9"}, "reported-month": {"6"}, "reported-year": {"2026"}, "name": {"Amina"}, "sex": {"female"}, "birth-age": {"30"},
		"onset-day": {"12"}, "onset-month": {"6"}, "onset-year": {"2026"}, "ending": {"alive"}, "area": {"Mongbwalu"}}
	code, body := w.Post("nurse", "/linelist/new", form)
	if code != 422 {
		t.Fatalf("an onset to come: %d", code)
	}
	w.Says(body, "This day is still to come.")
	form.Set("onset-day", "5")
	code, to := w.Post("nurse", "/linelist/new", form)
	if code != 303 || to != path(id)+"/signs" {
		t.Fatalf("%d %s", code, to)
	}
	_, body = w.Get("nurse", to)
	w.Says(body, "Unexplained bleeding?", "Sudden onset?")
	base := w.opened(id).Base.String()
	code, to = w.Post("nurse", path(id)+"/signs", url.Values{"base": {base}, "s-fever": {"yes"}, "s-onset_sudden": {"yes"}, "s-contact_case": {"confirmed"}})
	if code != 303 {
		t.Fatalf("%d %s", code, to)
	}
	_, body = w.Get("nurse", path(id))
	w.Says(body, "Suspected", "Amina", "Mongbwalu", "Species not known yet", "contact with a case", "Source:", "RT-PCR for filovirus")
	if read := areatest.Reads(body); strings.Contains(read, "inexplicable bleeding") || strings.Contains(read, "unexplained bleeding.") || strings.Contains(read, "sick or dead animal.") {
		t.Error("a row that may fire is told as a reason")
	}
	_, body = w.Get("nurse", path(id)+"/result?of=lab:species:filovirus")
	w.Says(body, "Virus identified?")
	for of, v := range map[string]string{"lab:species:filovirus": "BDBV", "lab:pcr:filovirus": "positive"} {
		name := map[string]string{"lab:species:filovirus": "virus", "lab:pcr:filovirus": "filo_pcr"}[of]
		if code, to = w.Post("nurse", path(id)+"/result", url.Values{"of": {of}, "s-" + name: {v}}); code != 303 {
			t.Fatalf("%s: %d %.300s", of, code, to)
		}
	}
	_, body = w.Get("epidemiologist", "/linelist?disease=filovirus&class=CONFIRMED")
	w.Says(body, "Amina", "Confirmed", "Bundibugyo virus disease (BDBV)")
	if strings.Contains(areatest.Reads(body), "Species not known yet") {
		t.Error("the species is known, and the list says it is not")
	}
	code, body = w.Post("epidemiologist", path(id)+"/override", url.Values{"class": {"NOT_A_CASE"}})
	if code != 422 {
		t.Fatalf("without a reason: %d", code)
	}
	w.Says(body, "Say why.")
	if code, _ = w.Get("nurse", path(id)+"/override"); code != 403 {
		t.Errorf("a nurse at the officer's form: %d", code)
	}
}
