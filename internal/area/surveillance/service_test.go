package surveillance

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestASignalGoesAllTheWay(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.report("volunteer", Raised{Source: Community, Sign: "bleeding", Place: "Bwera market", Deaths: Of(1)})
		o := w.opened(id)
		if o.Stage != Triage || o.Site != "KLA" || o.Country != "UGA" || o.Cases.Known || o.Deaths != Of(1) || o.Pace != InTime || o.Reporter != "Grace Atim" {
			t.Fatalf("just reported: %+v", o)
		}
		epi := w.as("epidemiologist")
		do := func(s Step) {
			t.Helper()
			if err := w.Do(epi, id, s); err != nil {
				t.Fatalf("%+v: %v", s, err)
			}
			w.clock = w.clock.Add(time.Hour)
		}
		do(Step{Act: ActTake})
		if got := w.opened(id); got.Owner != "Dr Elena Petrova" {
			t.Errorf("taken by %q", got.Owner)
		}
		do(Step{Act: ActTriage, Outcome: GoOn})
		if got := w.opened(id); got.Owner != "" || got.Stage != Verify {
			t.Errorf("the next step has an owner already: %q at %s", got.Owner, got.Stage)
		}
		do(Step{Act: ActVerify, Outcome: GoOn})
		do(Step{Act: ActAssess, Likelihood: 4, Consequence: 5, Why: "a funeral with many contacts"})
		if got := w.opened(id); got.Level != VeryHigh || got.Stage != Respond {
			t.Errorf("assessed: %s at %s", got.Level, got.Stage)
		}
		today := calendar.DayOfTime(w.clock)
		do(Step{Act: ActNotify, On: today})
		do(Step{Act: ActCount, Cases: Of(4)})
		do(Step{Act: ActRespond, Action: "investigation", On: today})
		do(Step{Act: ActClose, Why: "no case for 42 days"})
		got := w.opened(id)
		if got.Stage != Closed || got.CasesNow != Of(4) || got.DeathsNow != Of(1) || got.Notified != today || got.Pace != Stopped || len(got.Steps) != 8 {
			t.Errorf("closed: %+v", got)
		}
		if open, _, err := w.Waiting(epi); err != nil || open != 0 {
			t.Errorf("%d open, %v", open, err)
		}
	})
}

func TestTheWorklistBeginsWithWhatIsDue(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		first := w.report("nurse", Raised{Source: Care, Disease: "measles"})
		w.clock = w.clock.Add(2 * time.Hour)
		second := w.report("nurse", Raised{Source: Care, Disease: "cholera"})
		epi := w.as("epidemiologist")
		w.must(w.Do(epi, first, Step{Act: ActTriage, Outcome: GoOn})) // its clock begins anew
		list, err := w.List(epi, "")
		w.must(err)
		if len(list) != 2 || list[0].ID != second && list[0].ID != first {
			t.Fatalf("%d on the list", len(list))
		}
		if list[0].Due.After(list[1].Due) {
			t.Errorf("due %s stands before %s", list[0].Due, list[1].Due)
		}
		w.clock = w.clock.Add(25 * time.Hour)
		open, overdue, err := w.Waiting(epi)
		w.must(err)
		if open != 2 || overdue != 2 {
			t.Errorf("a day later %d open and %d overdue, want 2 and 2", open, overdue)
		}
		only, err := w.List(epi, Verify)
		w.must(err)
		if len(only) != 1 || only[0].ID != first || only[0].Pace != Overdue {
			t.Errorf("at verification: %+v", only)
		}
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.report("volunteer", Raised{Source: Community, Sign: "rash"})
		for login, want := range map[string]struct{ look, work bool }{
			"epidemiologist": {true, true}, "physician": {true, true}, "medical_officer": {true, true}, "nurse": {true, false}, "manager": {true, false},
			"volunteer": {}, "screener": {}, "reception": {}, "administrator": {}, "privacy_officer": {}, "epidemiologist_elsewhere": {},
		} {
			_, err := w.Open(w.as(login), id)
			if (err == nil) != want.look || err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s opens it: %v, want %t", login, err, want.look)
			}
			err = w.Do(w.as(login), id, Step{Act: ActTake})
			if (err == nil) != want.work || err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s works on it: %v, want %t", login, err, want.work)
			}
		}
		if list, err := w.List(w.as("epidemiologist_elsewhere"), ""); err != nil || len(list) != 0 {
			t.Errorf("at another site %d are listed, %v", len(list), err)
		}
		if _, err := w.List(w.as("volunteer"), ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a volunteer sees the worklist: %v", err)
		}
		if _, err := w.Report(context.Background(), Raised{Source: Community, Sign: "rash"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody reports: %v", err)
		}
		mine, err := w.Mine(w.as("volunteer"))
		w.must(err)
		if others, err := w.Mine(w.as("nurse")); err != nil || len(others) != 0 || len(mine) != 1 {
			t.Errorf("own reports: %d and %d, %v", len(mine), len(others), err)
		}
	})
}

func TestAnAreaRaisesInItsOwnTransaction(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		out, err := w.people.Register(w.as("reception"), people.Registration{ID: db.NewID(), Person: people.Person{FamilyLatin: "Okot", GivenLatin: "Daniel"}})
		w.must(err)
		lab, result := w.as("laboratory"), db.NewID()
		raise := func(fail bool) (id db.ID, err error) {
			err = w.DB.Write(lab, func(tx *db.Tx) error {
				if id, err = w.Raise(lab, tx, Raised{Source: Laboratory, Disease: "tuberculosis", Cases: Of(1), Person: out.ID, Sensitivity: journal.Clinical, About: result}); err != nil || !fail {
					return err
				}
				return fault.New(fault.Invalid, "test", "page.error.body")
			})
			return id, err
		}
		if _, err := raise(true); err == nil {
			t.Fatal("the area's own failure was lost")
		}
		if list, err := w.List(w.as("epidemiologist"), ""); err != nil || len(list) != 0 {
			t.Fatalf("the area failed, and %d signals stand, %v", len(list), err)
		}
		first, err := raise(false)
		w.must(err)
		again, err := raise(false)
		w.must(err)
		if first != again {
			t.Error("one result raised two signals")
		}
		if o := w.opened(first); o.PersonKnown {
			t.Error("the epidemiologist is told whom it came from without a right to that record")
		}
		o, err := w.Open(w.as("physician"), first)
		w.must(err)
		if !o.PersonKnown || o.Person != out.ID {
			t.Errorf("a physician of the site is not told whom it came from: %+v", o.Person)
		}
		for _, login := range []string{"epidemiologist", "nurse"} {
			_, body := w.get(login, path(first))
			if strings.Contains(body, out.ID.String()) && login == "epidemiologist" || strings.Contains(body, "Okot") {
				t.Errorf("%s: the signal's page says who it is", login)
			}
		}
	})
}

func TestBadStepsAreRefused(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.report("nurse", Raised{Source: Care, Disease: "cholera", Cases: Of(2)})
		other := w.report("nurse", Raised{Source: Care, Disease: "cholera", Cases: Of(3)})
		epi, today := w.as("epidemiologist"), calendar.DayOfTime(w.clock)
		refuse := func(why string, code fault.Code, field string, s Step) {
			t.Helper()
			err := w.Do(epi, id, s)
			if !fault.Is(err, code) || field != "" && fault.FieldOf(err) != field {
				t.Errorf("%s: %v, want %s of %q", why, err, code, field)
			}
		}
		refuse("closing what nobody looked at", fault.Conflict, "", Step{Act: ActClose, Why: "tired"})
		refuse("an outcome that is none", fault.Invalid, "outcome", Step{Act: ActTriage, Outcome: "perhaps"})
		refuse("no answer at triage", fault.Invalid, "outcome", Step{Act: ActTriage, Outcome: NoAnswer})
		refuse("discarding without a reason", fault.Invalid, "why", Step{Act: ActTriage, Outcome: Discard})
		refuse("a reason with a telephone number", fault.Invalid, "why", Step{Act: ActTriage, Outcome: GoOn, Why: "ask 0772 123 456"})
		refuse("a double of itself", fault.Invalid, "duplicate", Step{Act: ActTriage, Outcome: Discard, Duplicate: id})
		refuse("a double of nothing", fault.Invalid, "duplicate", Step{Act: ActTriage, Outcome: Discard, Duplicate: db.NewID()})
		w.must(w.Do(epi, other, Step{Act: ActTriage, Outcome: Discard, Duplicate: id}))
		w.must(w.Do(epi, id, Step{Act: ActTriage, Outcome: GoOn}))
		refuse("triage a second time", fault.Conflict, "", Step{Act: ActTriage, Outcome: GoOn})
		w.must(w.Do(epi, id, Step{Act: ActVerify, Outcome: GoOn}))
		refuse("off the scale", fault.Invalid, "likelihood", Step{Act: ActAssess, Likelihood: 6, Consequence: 1, Why: "because"})
		w.must(w.Do(epi, id, Step{Act: ActAssess, Likelihood: 1, Consequence: 1, Why: "one family, treated"}))
		refuse("told tomorrow", fault.Invalid, "on", Step{Act: ActNotify, On: today + 1})
		refuse("told before it was known", fault.Invalid, "on", Step{Act: ActNotify, On: today - 1})
		refuse("an action without a day", fault.Invalid, "on", Step{Act: ActRespond, Action: "care"})
		refuse("no need and no reason", fault.Invalid, "why", Step{Act: ActRespond, Action: "care", Needless: true})
		refuse("more deaths than cases", fault.Invalid, "deaths", Step{Act: ActCount, Deaths: Of(3)})
		if _, err := w.Report(w.as("nurse"), Raised{ID: id, Source: Care, Disease: "cholera"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a form sent twice: %v", err)
		}
		if _, err := w.Report(w.as("nurse"), Raised{Source: Care, Disease: "cholera", Site: "GUL"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a report for a site that is not one's own: %v", err)
		}
	})
}

// A rebuild from the journal gives the same tables.
func TestSignalsFollowFromTheJournal(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.report("nurse", Raised{Source: Care, Disease: "cholera", Cases: Of(2)})
		w.must(w.Do(w.as("physician"), id, Step{Act: ActTriage, Outcome: GoOn}))
		report, err := w.Journal.Rebuild(t.Context(), nil)
		w.must(err)
		if !report.Same() {
			t.Errorf("the tables differ after a rebuild: %+v", report)
		}
		if o := w.opened(id); o.Stage != Verify {
			t.Errorf("after a rebuild it stands at %s", o.Stage)
		}
	})
}

func TestAVolunteerTellsOnAPhoneAndADeskFollows(t *testing.T) {
	w := newWorld(t, "")
	id := db.NewID()
	code, body := w.post("volunteer", "/surveillance/tell", url.Values{"id": {id.String()}, "sign": {"awd"}, "cases": {"x"}, "words": {"ring 0772 123 456"}})
	if code != 422 {
		t.Fatalf("a report that cannot be: %d", code)
	}
	w.says(body, "Write a whole number.", "This looks like a telephone number")
	code, to := w.post("volunteer", "/surveillance/tell", url.Values{"id": {id.String()}, "sign": {"awd"}, "place": {"Camp 4"}, "cases": {"٣"}, "deaths": {""}})
	if code != 303 || to != "/surveillance/mine" {
		t.Fatalf("%d %s", code, to)
	}
	_, body = w.get("volunteer", to)
	w.says(body, "Much watery diarrhoea", "Camp 4", "Received, nobody has looked yet")
	_, body = w.get("epidemiologist", "/surveillance")
	w.says(body, "Much watery diarrhoea", "Camp 4", "Kampala", "Triage", "In time", "Nobody yet", "3")
	if strings.Contains(body, "KLA") {
		t.Error("the desk tells a site by its code")
	}
	if code, body = w.post("epidemiologist", path(id)+"/triage", url.Values{}); code != 422 {
		t.Fatalf("an empty triage: %d", code)
	}
	w.says(body, "Choose one of the list.")
	if code, to = w.post("epidemiologist", path(id)+"/triage", url.Values{"outcome": {"go_on"}}); code != 303 || to != path(id) {
		t.Fatalf("%d %s", code, to)
	}
	_, body = w.get("epidemiologist", to)
	w.says(body, "Verification", "Triage: to be verified", "Dr Elena Petrova", "7-1-7")
	_, body = w.get("nurse", path(id))
	if strings.Contains(body, path(id)+"/verify") {
		t.Error("a nurse is offered what she may not do")
	}
	if o := w.opened(id); o.DeathsNow.Known {
		t.Error("an empty box was read as no deaths")
	}
	if code, _ = w.get("volunteer", "/surveillance"); code != 403 {
		t.Errorf("a volunteer at the desk: %d", code)
	}
}
