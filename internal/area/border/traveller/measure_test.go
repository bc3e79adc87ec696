package traveller

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

var allConditions = []string{"food_water", "shelter", "clothing", "belongings", "treatment", "phone", "language", "respect"}

// isolation are the answers to the form of an isolation that nothing holds back.
func isolation(more Answers) Answers {
	return Answers{"measure": {"isolation"}, "measure_compulsory": {"yes"}, "legal_basis": {"IHR 31.2"}, "order_giver": {"Dr Haddad"}, "reasons": {"fever and bleeding"}, "alternatives": {"observation: too far from care"},
		"measure_consent": {"given"}, "language": {"Luganda, a colleague"}, "told_risks": {"yes"}, "planned_end": {"2026-11-24"}, "review_hours": {"4"}, "conditions": allConditions, "complaint_told": {"yes"}}.with(more)
}

// held is a traveller who is isolated at BUSIA.
func (w *world) held() (screening, measure db.ID) {
	w.t.Helper()
	w.shift("screener", "BUSIA")
	screening, _ = w.begins(Answers{"visible_sign": {"yes"}})
	w.must(w.SecondScreening(w.as("screener"), screening, ill("vhf", Answers{"ended": {"isolated"}})))
	measure = db.NewID()
	w.must(w.Order(w.as("screener"), measure, screening, isolation(nil)))
	return screening, measure
}

func (w *world) care(login string, id db.ID) Care {
	w.t.Helper()
	c, err := w.Care(w.as(login), id)
	w.must(err)
	return c
}

// Nobody is held without basis, order, conditions and an hour at which it is looked at
// again; what the pack holds back is said in its words.
func TestAMeasureThatTheRulesHoldBackDoesNotBegin(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.shift("screener", "BUSIA")
		id, _ := w.begins(Answers{"visible_sign": {"yes"}})
		for name, c := range map[string]struct {
			more  Answers
			holds string
		}{
			"without food and water":     {Answers{"conditions": allConditions[1:]}, "CONDITIONS"},
			"in no language understood":  {Answers{"conditions": slices.DeleteFunc(slices.Clone(allConditions), func(c string) bool { return c == "language" })}, "NOT_TOLD"},
			"without telling the risks":  {Answers{"told_risks": {"no"}}, "NOT_TOLD"},
			"a refused vaccination":      {Answers{"measure": {"vaccination"}, "measure_consent": {"declined"}, "imminent_risk": {"no"}}, "NO_CONSENT"},
			"a refused exam, no answers": {Answers{"measure": {"exam_noninvasive"}, "measure_consent": {"declined"}, "imminent_risk": {"no"}}, "NO_CONSENT"},
		} {
			err := w.Order(w.as("screener"), db.NewID(), id, isolation(c.more))
			var held *Refusal
			if !errors.As(err, &held) || !slices.Contains(held.Holds, c.holds) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, more := range map[string]Answers{"no basis": {"legal_basis": {""}}, "no order": {"order_giver": {""}}, "no hour": {"review_hours": {""}}, "a month": {"review_hours": {"700"}}, "no hours": {"review_hours": {"0"}}} {
			if err := w.Order(w.as("screener"), db.NewID(), id, isolation(more)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, body := w.post("screener", path(id)+"/measure", typed(db.NewID(), isolation(Answers{"conditions": allConditions[1:], "planned_end": nil}).with(Answers{"planned_end-": nil})))
		if list, err := w.Waiting(w.as("screener")); err != nil || len(list) != 0 {
			t.Errorf("%d are held, %v; %.200s", len(list), err, body)
		}
	})
}

// An overdue review alerts: on the list, on the measure's page and in the numbers of the
// board; looking after somebody puts it off, an appeal does not.
func TestAnOverdueReviewAlerts(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, id := w.held()
		w.clock = w.clock.Add(4 * time.Hour)
		if c := w.care("screener", id); c.Overdue(w.clock) || c.Ruling.Overdue || !slices.Contains(c.Ruling.Articles, "ART_31_2") {
			t.Errorf("on the hour: %+v", c.Ruling)
		}
		w.clock = w.clock.Add(time.Minute)
		if c := w.care("screener", id); !c.Overdue(w.clock) || !c.Ruling.Overdue {
			t.Errorf("a minute after: %+v", c.Ruling)
		}
		_, body := w.get("screener", "/border/measures")
		w.says(body, "1 measure should have been looked at again", "Isolation", "Overdue")
		if strings.Contains(body, "Planted") {
			t.Error("the list of who is held shows a name")
		}
		board, err := w.Border.BoardOf(w.as("epidemiologist"), 0, 1)
		if err != nil || len(board.Found) != 1 || board.Found[0].Held != (border.Held{Open: 1, Overdue: 1}) || board.Found[0].Found["isolated"] != 1 || board.Found[0].Found["measures"] != 1 {
			t.Errorf("the board says %+v, %v", board.Found, err)
		}
		if _, known := board.Found[0].PerScreened(); known {
			t.Error("a rate among travellers whom nobody counted")
		}
		_, page := w.get("epidemiologist", "/border/board?days=1")
		w.says(page, "Found and held", "At Busia 1 measure should have been looked at again")
		if strings.Contains(page, "Planted") {
			t.Error("the board shows a name")
		}
		w.must(w.Looked(w.as("screener"), id, Look{Act: Appealed, Words: "I want to call my brother"}, ""))
		if c := w.care("screener", id); !c.Overdue(w.clock) || !c.Unanswered() {
			t.Error("an appeal put the review off")
		}
		for field, l := range map[string]Look{"food": {Act: Reviewed, Phone: value.Yes}, "phone": {Act: Reviewed, Food: value.Yes}} {
			if err := w.Looked(w.as("screener"), id, l, "4"); fault.FieldOf(err) != field {
				t.Errorf("without %s: %v", field, err)
			}
		}
		if err := w.Looked(w.as("screener"), id, Look{Act: Reviewed, Food: value.Yes, Phone: value.Yes}, ""); fault.FieldOf(err) != "hours" {
			t.Errorf("without the next hour: %v", err)
		}
		w.must(w.Looked(w.as("screener"), id, Look{Act: Reviewed, Food: value.Yes, Phone: value.No, Words: "no telephone here"}, "2"))
		if c := w.care("screener", id); c.Overdue(w.clock) || !c.Due.Equal(w.clock.Add(2*time.Hour)) || len(c.Looks) != 2 {
			t.Errorf("%+v", c.Measure)
		}
	})
}

func TestAnAppealThatIsGrantedReleases(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, id := w.held()
		if err := w.Looked(w.as("nurse"), id, Look{Act: Answered, Upheld: value.No, Words: "nothing to answer"}, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("an answer to no appeal: %v", err)
		}
		w.must(w.Looked(w.as("screener"), id, Look{Act: Appealed, Words: "I was in no contact"}, ""))
		if err := w.Looked(w.as("nurse"), id, Look{Act: Answered, Words: "because"}, "2"); fault.FieldOf(err) != "upheld" {
			t.Errorf("an answer that says neither: %v", err)
		}
		w.must(w.Looked(w.as("nurse"), id, Look{Act: Answered, Upheld: value.No, Words: "the contact was somebody else's"}, ""))
		c := w.care("nurse", id)
		if c.Open() || c.Unanswered() || c.Why == "" {
			t.Errorf("%+v", c.Measure)
		}
		if err := w.Looked(w.as("nurse"), id, Look{Act: Reviewed, Food: value.Yes, Phone: value.Yes}, "2"); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody who was released is looked after: %v", err)
		}
	})
}

// Whoever is held is handed over with the shift: by their code, and without their name
// and what was found.
func TestTheNextShiftLooksAfterWhoIsHeldWithoutTheirName(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		screening, id := w.held()
		w.ends("screener")
		w.shift("screener_2", "BUSIA")
		list, err := w.Waiting(w.as("screener_2"))
		if err != nil || len(list) != 1 {
			t.Fatalf("%d, %v", len(list), err)
		}
		_, body := w.get("screener_2", measurePath(id))
		w.says(body, list[0].Called(), "Isolation")
		for _, word := range []string{"Planted", "bleeding", path(screening)} {
			if strings.Contains(body, word) {
				t.Errorf("the next shift reads %q", word)
			}
		}
		if _, err := w.Open(w.as("screener_2"), screening, "en"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the next shift opens the traveller: %v", err)
		}
		w.must(w.Looked(w.as("screener_2"), id, Look{Act: Let, Words: "taken to the ward"}, ""))
		if _, err := w.Care(w.as("screener_2"), id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("after the release it is not theirs any more: %v", err)
		}
		w.shift("screener", "LWANDA") // another point
		if _, err := w.Care(w.as("screener"), id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("from another point: %v", err)
		}
	})
}

// As long as somebody is held their record stays, whatever day was said.
func TestTheRecordOfWhoIsHeldStays(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		screening, id := w.held()
		w.clock = w.clock.AddDate(0, 0, 60)
		if n, err := w.sweeps(); err != nil || n != 0 {
			t.Errorf("%d are gone, %v", n, err)
		}
		w.must(w.Looked(w.as("nurse"), id, Look{Act: Let, Words: "recovered"}, ""))
		if n, err := w.sweeps(); err != nil || n != 1 {
			t.Errorf("%d are gone, %v: the screening is, the measure is kept on", n, err)
		}
		if _, err := w.Open(w.as("nurse"), screening, "en"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
		if c := w.care("nurse", id); c.Open() {
			t.Error("it is open")
		}
	})
}
