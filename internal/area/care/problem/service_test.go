package problem

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

const shortList = "system,code,name,name_fr,condition,sensitive\nicd10,A00.9,Cholera,Choléra,cholera,\nicd10,B24,HIV,,,yes\nown,S1,Scabies,,,\n"

// listed is a camp with a short list.
func listed(w *world) []Term {
	w.T.Helper()
	n, bad, err := w.Import(w.As("physician"), strings.NewReader(shortList))
	w.Must(err)
	l, err := w.Terms(w.As("physician"))
	w.Must(err)
	if n != 3 || len(bad) != 0 || len(l.Terms) != 3 {
		w.T.Fatalf("%d added, %v, %d listed", n, bad, len(l.Terms))
	}
	return l.Terms
}

func TestAShortListIsTheSites(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		terms := listed(w)
		if n, bad, err := w.Import(w.As("physician"), strings.NewReader(shortList+"own,S2,Scalds,,,\n")); n != 1 || len(bad) != 0 || err != nil {
			t.Errorf("read again: %d, %v, %v", n, bad, err)
		}
		if n, _, err := w.Import(w.As("physician"), strings.NewReader(shortList)); n != 0 || err != nil {
			t.Errorf("nothing new: %d, %v", n, err)
		}
		if _, _, err := w.Import(w.As("nurse"), strings.NewReader(shortList)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse changes the list: %v", err)
		}
		if l, err := w.Terms(w.As("nurse_far")); err != nil || len(l.Terms) != 0 {
			t.Errorf("another site has it: %v, %v", l.Terms, err)
		}
		if _, err := w.Terms(w.As("reception")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception: %v", err)
		}
		w.Must(w.Offer(w.As("physician"), terms[2].ID, false))
		l, err := w.Of(w.As("physician"), w.person())
		w.Must(err)
		for _, term := range l.Terms {
			if term.ID == terms[2].ID {
				t.Error("what is offered no more is offered")
			}
		}
	})
}

func TestADiagnosisIsWrittenOnceAndEnds(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		terms, doctor, person := listed(w), w.As("physician"), w.person()
		e := Entry{ID: db.NewID(), Person: person, Term: terms[0].ID, Certainty: Suspected}
		w.Must(w.Add(doctor, e))
		if err := w.Add(doctor, e); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent twice: %v", err)
		}
		e.ID = db.NewID()
		if err := w.Add(doctor, e); fault.KeyOf(err) != "problem.error.stands" {
			t.Errorf("a second one of what stands: %v", err)
		}
		e.Again = true
		w.Must(w.Add(doctor, e))
		w.Must(w.Strike(doctor, e.ID))
		l, err := w.Of(doctor, person)
		w.Must(err)
		if len(l.Problems) != 1 || l.Problems[0].Status != Active || l.Problems[0].In("fr") != "Choléra" {
			t.Fatalf("%+v", l.Problems)
		}
		id := l.Problems[0].ID
		w.Must(w.Confirm(doctor, id))
		if err := w.End(doctor, id, Active); fault.KeyOf(err) != "problem.error.status" {
			t.Errorf("ended as it stands: %v", err)
		}
		w.Must(w.End(doctor, id, Resolved))
		if err := w.Confirm(doctor, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed when it was over: %v", err)
		}
		for key, e := range map[string]Entry{
			"problem.error.certainty": {ID: db.NewID(), Person: person, Term: terms[0].ID},
			"problem.error.term":      {ID: db.NewID(), Person: person, Certainty: Suspected},
			"problem.error.long":      {ID: db.NewID(), Person: person, Certainty: Suspected, Words: Words{Name: strings.Repeat("x", 121)}},
		} {
			if err := w.Add(doctor, e); fault.KeyOf(err) != key {
				t.Errorf("%s: %v", key, err)
			}
		}
	})
}

func TestWhoeverMayNotKnowASensitiveDiagnosisSeesNoGap(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		terms, person := listed(w), w.person()
		var hiv Term
		for _, term := range terms {
			if term.Sensitive {
				hiv = term
			}
		}
		if err := w.Add(w.As("nurse"), Entry{ID: db.NewID(), Person: person, Term: hiv.ID, Certainty: Confirmed}); err == nil {
			t.Error("a nurse writes what she may not read")
		}
		_, before := w.Get("nurse", ofPath(person))
		w.Must(w.Add(w.As("physician"), Entry{ID: db.NewID(), Person: person, Term: hiv.ID, Certainty: Confirmed}))
		if _, after := w.Get("nurse", ofPath(person)); reads(after) != reads(before) {
			t.Errorf("the nurse's page changed:\n%s\n%s", reads(before), reads(after))
		}
		if _, body := w.Get("physician", ofPath(person)); !strings.Contains(body, "HIV") {
			t.Error("the physician does not see it")
		}
		if code, _ := w.Get("physician_far", ofPath(person)); code != http.StatusForbidden && code != http.StatusNotFound {
			t.Errorf("another site: %d", code)
		}
	})
}

// reads is what a page says, without the ids that are made anew each time it is shown.
func reads(body string) string {
	var out []string
	for _, line := range strings.Split(body, "\n") {
		if !strings.Contains(line, `type="hidden"`) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func TestWhatSurveillanceWatchesIsToldOnceAndNeverByItself(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		terms, doctor, person := listed(w), w.As("physician"), w.person()
		id := db.NewID()
		w.Must(w.Add(doctor, Entry{ID: id, Person: person, Term: terms[0].ID, Certainty: Suspected}))
		count := func() int {
			list, err := w.signals.List(w.As("epidemiologist"), surveillance.Stage(""))
			w.Must(err)
			return len(list)
		}
		if n := count(); n != 0 {
			t.Fatalf("%d signals before anybody pressed", n)
		}
		at := problemPath + id.String()
		if code, body := w.Post("physician", at+"/signal", url.Values{}); code != http.StatusSeeOther {
			t.Fatalf("%d %s", code, body)
		}
		if err := w.Raise(doctor, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("raised twice: %v", err)
		}
		mine, err := w.signals.Mine(doctor)
		w.Must(err)
		if len(mine) != 1 || mine[0].Disease != "cholera" {
			t.Errorf("raised: %+v", mine)
		}
		scabies := db.NewID()
		w.Must(w.Add(doctor, Entry{ID: scabies, Person: person, Term: terms[2].ID, Certainty: Suspected}))
		if err := w.Raise(doctor, scabies); fault.KeyOf(err) != "problem.error.not_watched" {
			t.Errorf("not watched: %v", err)
		}
	})
}

func TestTheFormGivesBackWhatWasTyped(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.person()
		code, body := w.Post("physician", ofPath(person), url.Values{"id": {db.NewID().String()}, "name": {"Chronic cough"}})
		if code != http.StatusUnprocessableEntity && code != http.StatusBadRequest && code != http.StatusOK {
			t.Errorf("status %d", code)
		}
		if !strings.Contains(body, `value="Chronic cough"`) {
			t.Error("what was typed is lost")
		}
		w.Says(body, "Say whether it is suspected or confirmed.")
		code, body = w.Post("physician", termsPath, url.Values{"id": {db.NewID().String()}, "system": {"icd10"}, "code": {"9"}, "name": {"Gastritis"}, "sensitive": {"no"}})
		if !strings.Contains(body, `value="Gastritis"`) {
			t.Error("what was typed is lost")
		}
		w.Says(body, "A code of ICD-10 looks like A09 or B50.9.")
		if code == http.StatusSeeOther {
			t.Error("a wrong code was taken")
		}
	})
}
