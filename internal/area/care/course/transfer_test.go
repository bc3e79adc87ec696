package course

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func calDay(n int) calendar.Day { return calendar.Day(n) }

// asked is a transfer that the nurse of the camp asks the clinic along the road.
func (w *world) asked(id db.ID) db.ID {
	w.T.Helper()
	doc := db.NewID()
	w.Must(w.AskTransfer(w.As("nurse"), doc, id, "ROAD", "Moves on Friday"))
	return doc
}

func TestATransferLeavesNoGap(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		opened := map[string]db.ID{}
		w.OpenTo = func(_ context.Context, _ *db.Tx, person db.ID, site string) error { opened[site] = person; return nil }
		id := w.tb()
		move := w.asked(id)
		// Until it is accepted the course is where it was.
		if _, err := w.dose("nurse", id, w.day(), Observed); err != nil {
			t.Fatal(err)
		}
		if _, err := w.dose("nurse_road", id, w.day(), Observed); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the other site before it accepted: %v", err)
		}
		list, err := w.Recall(w.As("nurse_road"), "", "")
		if err != nil || len(list.In) != 1 || len(list.Lines) != 0 {
			t.Fatalf("it is announced there: %+v %v", list.In, err)
		}
		if got := w.outcome(id); got != "TB_ON_TREATMENT" {
			t.Errorf("asked: %q", got)
		}
		w.Must(w.Answer(w.As("nurse_road"), move, Accepted, ""))
		w.Must(w.Answer(w.As("nurse_road"), move, Accepted, "")) // pressed twice
		if opened["ROAD"].IsZero() {
			t.Error("the record is not opened there")
		}
		if _, err := w.dose("nurse", id, w.day(), Observed); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the old site after it was accepted: %v", err)
		}
		// On the way nobody can say how it goes; once they have arrived it goes on.
		x, _ := w.look("nurse_road", id).Outcome()
		if x.Code != "TB_NOT_EVALUATED" {
			t.Errorf("on the way: %q", x.Code)
		}
		w.Must(w.Answer(w.As("nurse_road"), move, NotCome, ""))
		w.Must(w.Answer(w.As("nurse_road"), move, Arrived, ""))
		w.on(1)
		if _, err := w.dose("nurse_road", id, w.day(), Observed); err != nil {
			t.Fatal(err)
		}
		delete(opened, "ROAD")
		w.fills("nurse_road", id, serviceVisit, "side_effects", "no")
		if opened["ROAD"].IsZero() {
			t.Error("the record does not stay open while it is cared for there")
		}
		o := w.look("nurse_road", id)
		if x, _ := o.Outcome(); x.Code != "TB_ON_TREATMENT" || len(o.Doses) != 2 || o.Doses[0].Site != "CAMP" || o.Doses[1].Site != "ROAD" {
			t.Errorf("%q %+v", x.Code, o.Doses)
		}
		w.rebuilt()
	})
}

func TestATransferIsAnsweredOnceAndByWhomItIsFor(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		move := w.asked(id)
		if err := w.AskTransfer(w.As("nurse"), db.NewID(), id, "ROAD", ""); key(err) != "course.error.on_its_way" {
			t.Errorf("asked twice: %v", err)
		}
		if err := w.Answer(w.As("nurse"), move, Accepted, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("accepted by who asked: %v", err)
		}
		if err := w.Answer(w.As("nurse_road"), move, Withdrawn, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("withdrawn by whom it is for: %v", err)
		}
		if err := w.Answer(w.As("nurse_road"), move, Refused, " "); key(err) != "course.error.reason" {
			t.Errorf("refused without a reason: %v", err)
		}
		if err := w.Answer(w.As("nurse_road"), move, Arrived, ""); key(err) != "course.error.answered" {
			t.Errorf("arrived before it was accepted: %v", err)
		}
		w.Must(w.Answer(w.As("nurse_road"), move, Refused, "No medicines for it"))
		if err := w.Answer(w.As("nurse_road"), move, Accepted, ""); key(err) != "course.error.answered" {
			t.Errorf("accepted after it was refused: %v", err)
		}
		if _, err := w.dose("nurse", id, w.day(), Observed); err != nil {
			t.Errorf("after a refusal the course is where it was: %v", err)
		}
		again := w.asked(id)
		w.Must(w.Answer(w.As("nurse"), again, Withdrawn, ""))
		w.asked(id)
	})
}

func TestAClosedSiteTakesNobodyOver(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		for to, want := range map[string]string{"SHUT": "course.error.site_closed", "CAMP": "course.error.same_site", "NOWHERE": "course.error.no_site", "": "course.error.no_site"} {
			if err := w.AskTransfer(w.As("nurse"), db.NewID(), id, to, ""); key(err) != want {
				t.Errorf("to %q: %v", to, err)
			}
		}
		code, body := w.Post("nurse", path(id)+"/transfer", url.Values{"doc": {db.NewID().String()}, "to": {"SHUT"}, "why": {"She moves on Friday"}})
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "This site is closed", "She moves on Friday", "Old clinic (closed)")
		// One that closes while it is asked accepts nothing either.
		move := w.asked(id)
		var road = func() (err error) {
			return w.Store.Read(t.Context(), func(tx *db.Tx) error {
				site, err := w.Houses.Site(tx, "ROAD")
				site.Closed = true
				defer func() { w.Must(w.Houses.Save(w.As("administrator"), site)) }()
				return err
			})
		}
		w.Must(road())
		if err := w.Answer(w.As("nurse_road"), move, Accepted, ""); key(err) != "course.error.site_closed" {
			t.Errorf("closed meanwhile: %v", err)
		}
	})
}

func TestCareAlongACorridor(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		gone, waits := w.tb(), w.tb()
		w.tb() // stays
		move := w.asked(gone)
		w.Must(w.Answer(w.As("nurse_road"), move, Accepted, ""))
		w.Must(w.Answer(w.As("nurse_road"), move, Arrived, ""))
		w.asked(waits)
		c, err := w.CorridorOf(w.As("epidemiologist"), "country:KEN", "country:UGA")
		if err != nil {
			t.Fatal(err)
		}
		if c.Total != 2 || c.Counts[StepNothing] != 1 || c.Counts[StepWaiting] != 1 || c.Names || c.TotalTold() {
			t.Errorf("%+v", c)
		}
		if _, err := w.dose("nurse_road", gone, w.day(), Observed); err != nil {
			t.Fatal(err)
		}
		if c, _ := w.CorridorOf(w.As("nurse"), "site:CAMP", "site:ROAD"); c.Counts[StepContinued] != 1 || c.Counts[StepNothing] != 0 {
			t.Errorf("a dose there goes on: %+v", c.Counts)
		}
		if c, _ := w.CorridorOf(w.As("nurse"), "site:ROAD", "site:CAMP"); c.Total != 0 {
			t.Errorf("the other way: %+v", c.Counts)
		}
		if _, err := w.CorridorOf(w.As("reception"), "", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the reception: %v", err)
		}
		code, body := w.Get("epidemiologist", ContinuityPath+"?from=site:CAMP&to=site:ROAD")
		if code != http.StatusOK {
			t.Fatalf("%d", code)
		}
		w.Says(body, "fewer than 5")
	})
}

func TestWhatIsMissingStandsOnOnePage(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		person := w.look("nurse", id).Person
		w.on(3)
		if _, err := w.dose("nurse", id, w.day()-2, Missed); err != nil {
			t.Fatal(err)
		}
		_, body := w.Get("nurse", ContinuityPath+"/"+person.String())
		w.Says(body, "1 dose missed", "2 days without a record of a dose", "CAMP")
		if code, _ := w.Get("nurse_road", ContinuityPath+"/"+person.String()); code != http.StatusForbidden {
			t.Errorf("a site that has nothing to do with them: %d", code)
		}
		if links := w.Links(w.As("nurse"), person); len(links) != 3 {
			t.Errorf("from the person's page: %+v", links)
		}
		if links := w.Links(w.As("reception"), person); len(links) != 0 {
			t.Errorf("the reception: %+v", links)
		}
	})
}

func TestThePagesOfACourse(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		woman := w.person(people.Female)
		code, body := w.Get("nurse", newPath+"?person="+woman.String())
		if code != http.StatusOK {
			t.Fatalf("%d", code)
		}
		w.Says(body, "Antenatal care", "Treatment of tuberculosis")
		id := db.NewID()
		form := url.Values{"id": {id.String()}, "person": {woman.String()}, "what": {""}}
		code, body = w.Post("nurse", newPath, form)
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "Choose a programme")
		form.Set("what", "anc ANC")
		if code, to := w.Post("nurse", newPath, form); code != http.StatusSeeOther || to != path(id) {
			t.Fatalf("%d %s", code, to)
		}
		_, body = w.Get("nurse", path(id))
		w.Says(body, "Antenatal care", "Fill in the form of enrolment", "Date not known yet")
		_, body = w.Get("nurse", listPath)
		w.Says(body, "Form of enrolment")
		if code, to := w.Post("nurse", path(id)+"/form", url.Values{"form": {serviceVisit}}); code != http.StatusSeeOther || to == path(id) {
			t.Errorf("%d %s", code, to)
		}
		if code, _ := w.Post("nurse", path(id)+"/form", url.Values{"form": {"care"}}); code != http.StatusBadRequest && code != http.StatusUnprocessableEntity {
			t.Errorf("a form that is none: %d", code)
		}
		code, body = w.Post("nurse", path(id)+"/end", url.Values{"outcome": {"CURED"}})
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "Choose how it ended")
		move := db.NewID()
		if code, to := w.Post("nurse", path(id)+"/transfer", url.Values{"doc": {move.String()}, "to": {"ROAD"}}); code != http.StatusSeeOther || to != path(id) {
			t.Fatalf("%d %s", code, to)
		}
		_, body = w.Get("nurse_road", movesPath+"/"+move.String())
		w.Says(body, "Accept the course", "Not take the person over", "Camp")
		code, body = w.Post("nurse_road", movesPath+"/"+move.String(), url.Values{"state": {"refused"}})
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "Say why")
		if code, _ := w.Get("reception", path(id)); code != http.StatusForbidden {
			t.Errorf("the reception reads a course: %d", code)
		}
	})
}
