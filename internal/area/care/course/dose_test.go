package course

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestADoseSaysWhyItCannotBe(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		for name, c := range map[string]struct {
			days int
			want string
		}{"a day that has not come": {1, "course.error.dose_future"}, "before the first day": {-1, "course.error.dose_before"}} {
			if _, err := w.dose("nurse", id, w.day()+calDay(c.days), Observed); key(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.dose("nurse", id, w.day(), "swallowed"); key(err) != "course.error.state" {
			t.Errorf("a state that is none: %v", err)
		}
		if _, err := w.dose("nurse", w.enrolled("nurse", w.look("nurse", id).Person, "ncd", "NCD"), w.day(), Observed); key(err) != "course.error.no_doses" {
			t.Errorf("a programme without doses: %v", err)
		}
		// The clock of this computer goes back: what was recorded is in its future.
		if _, err := w.dose("nurse", id, w.day(), Observed); err != nil {
			t.Fatal(err)
		}
		w.on(-3)
		if _, err := w.dose("nurse", id, w.day(), Observed); key(err) != "course.error.clock" {
			t.Errorf("a wrong clock: %v", err)
		}
	})
}

func TestWithoutTheFirstDayNoDoseIsRecorded(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.enrolled("nurse", w.person("male"), "tb", "TB")
		if _, err := w.dose("nurse", id, w.day(), Observed); key(err) != "course.error.no_start" {
			t.Errorf("%v", err)
		}
	})
}

func TestTheSameDoseByTwoNursesIsOneDoseAndAReview(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		if out, err := w.dose("nurse", id, w.day(), Observed); err != nil || out != DoseKept {
			t.Fatalf("%v %v", out, err)
		}
		// The physician's page was opened before.
		if out, err := w.dose("physician", id, w.day(), Observed); err != nil || out != DoseTwice {
			t.Fatalf("%v %v", out, err)
		}
		if got := w.reviews(); len(got) != 1 || got[0].Topic != journal.TopicSameAct || got[0].Kind != kindDose {
			t.Fatalf("reviews: %+v", got)
		}
		o := w.look("nurse", id)
		if cal := calendarOf(o.Doses); cal.States[w.day()] != Observed || len(o.Doses) != 2 {
			t.Errorf("both are kept and are one: %+v", o.Doses)
		}
		w.Must(w.UndoDose(w.As("physician"), id, o.Doses[1].ID))
		if got := w.reviews(); len(got) != 0 {
			t.Errorf("one was taken back: %+v", got)
		}
		w.rebuilt()
	})
}

func TestTwoNursesWhoDifferLeaveTheDayOpen(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		w.on(1)
		for login, state := range map[string]DoseState{"nurse": Observed, "physician": Missed} {
			if _, err := w.dose(login, id, w.day()-1, state); err != nil {
				t.Fatal(err)
			}
		}
		o := w.look("nurse", id)
		if cal := calendarOf(o.Doses); !cal.Disputed[w.day()-1] || cal.States[w.day()-1] != "" {
			t.Errorf("%+v", cal)
		}
		if got := codes(o, "flag"); len(got) != 0 {
			t.Errorf("a day that is open is missed: %v", got)
		}
	})
}

func TestOnePressADoseAndUndo(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := w.tb()
		doc := db.NewID()
		page := path(id) + "/doses"
		form := url.Values{"doc": {doc.String()}, "on": {w.day().String()}, "state": {"observed"}}
		for range 2 { // pressed twice
			if code, to := w.Post("nurse", page, form); code != http.StatusSeeOther || to != page+"?on="+w.day().String() {
				t.Fatalf("%d %s", code, to)
			}
		}
		o := w.look("nurse", id)
		if len(o.Doses) != 1 || len(w.reviews()) != 0 {
			t.Fatalf("%+v", o.Doses)
		}
		_, body := w.Get("nurse", page)
		w.Says(body, "Observed", "Undo")
		// A page that shows the dose does not record another.
		form.Set("doc", db.NewID().String())
		form.Set("seen", doc.String())
		code, body := w.Post("nurse", page, form)
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "Undo it first")
		if code, _ := w.Post("nurse", path(id)+"/undo", url.Values{"dose": {doc.String()}, "on": {w.day().String()}}); code != http.StatusSeeOther {
			t.Errorf("%d", code)
		}
		if o := w.look("nurse", id); len(o.Doses) != 0 {
			t.Errorf("taken back: %+v", o.Doses)
		}
		_, body = w.Get("nurse", page)
		w.Says(body, "Not recorded")
		form.Del("seen")
		form.Set("on", (w.day() + 1).String())
		code, body = w.Post("nurse", page, form)
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%d", code)
		}
		w.Says(body, "That day has not come")
	})
}
