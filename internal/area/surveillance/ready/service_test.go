package ready

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestTheBoardHasEveryPlaceAndTheWorstFirst(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for _, r := range []Record{goodPlan, goodItem, goodContact, goodExercise} {
			w.Must(w.Save(w.As("manager"), at(r, "point/BUSIA")))
		}
		w.Must(w.Save(w.As("manager"), at(goodPlan, "site/BUS")))
		list, err := w.Board(w.As("nurse"))
		w.Must(err)
		got := map[string]int{}
		for _, st := range list {
			got[st.Ref()] = len(st.Gaps)
		}
		if len(got) != 4 || got["point/BUSIA"] != 0 || got["site/BUS"] != 3 || got["point/GULU"] != 4 || got["point/PATH"] != 4 {
			t.Errorf("gaps by place: %v", got)
		}
		if list[len(list)-1].Ref() != "point/BUSIA" || list[0].grave() != 4 {
			t.Errorf("the order of the board: %v", list)
		}
	})
}

func TestWhoRenamesTakesNoCountBackUnseen(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		r := at(goodItem, "point/GULU")
		w.Must(w.Save(w.As("manager"), r))
		seen, err := w.Record(w.As("manager"), r.ID)
		w.Must(err)
		if seen.Site != "BUS" {
			t.Errorf("the point's record belongs to %q", seen.Site)
		}
		seen.Seen = seen.Stands()
		w.Must(w.Save(w.As("epidemiologist"), with(seen, "have", "120")))
		if err := w.Save(w.As("manager"), with(seen, "name", "Gloves, nitrile")); fault.KeyOf(err) != "ready.error.changed" { // the form had 200
			t.Errorf("who saw 200 takes 120 back: %v", err)
		}
		now, err := w.Record(w.As("manager"), r.ID)
		w.Must(err)
		now.Seen = now.Stands()
		w.Must(w.Save(w.As("manager"), with(now, "name", "Gloves, nitrile")))
		now, err = w.Record(w.As("manager"), r.ID)
		w.Must(err)
		if now.Name() != "Gloves, nitrile" || now.Answers["have"] != "120" {
			t.Errorf("%v", now.Answers)
		}
		k, err := w.Open(w.As("manager"), "point/GULU")
		w.Must(err)
		if len(k.Of(Item)) != 1 {
			t.Errorf("%d items", len(k.Of(Item)))
		}
	})
}

func TestAnActionIsOpenUntilItIsDone(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		exercise := at(goodExercise, "point/BUSIA")
		late, done := at(with(goodAction, "due", "2026-11-01"), "point/BUSIA"), at(goodAction, "site/BUS")
		late.From = exercise.ID
		w.Must(w.Save(w.As("manager"), exercise, late, done))
		list, err := w.Waiting(w.As("nurse"))
		w.Must(err)
		if len(list) != 2 || list[0].ID != late.ID || list[0].From != exercise.ID || list[0].At.Code != "BUSIA" {
			t.Fatalf("%v", list)
		}
		w.Must(w.Save(w.As("manager"), with(done, "done", "2026-11-23")))
		list, err = w.Waiting(w.As("nurse"))
		w.Must(err)
		if len(list) != 1 || list[0].ID != late.ID {
			t.Errorf("%v", list)
		}
	})
}

func TestOnlyWhoLooksAfterPointsChangesThem(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		r := at(goodPlan, "point/BUSIA")
		for _, login := range []string{"nurse", "physician", "screener", "administrator", "volunteer"} {
			if err := w.Save(w.As(login), r); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", login, err)
			}
		}
		if _, err := w.Open(w.As("screener"), "point/BUSIA"); err != nil {
			t.Errorf("a screener does not learn whom to call: %v", err)
		}
		for _, login := range []string{"volunteer", "administrator", "reception"} {
			if _, err := w.Board(w.As(login)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s reads the board: %v", login, err)
			}
		}
		if err := w.Save(w.As("manager"), at(goodPlan, "point/NOWHERE")); !fault.Is(err, fault.NotFound) {
			t.Errorf("a place that is none: %v", err)
		}
		other := r
		w.Must(w.Save(w.As("manager"), r))
		other.Place = "site/BUS"
		if err := w.Save(w.As("manager"), other); !fault.Is(err, fault.NotFound) {
			t.Errorf("a record went to another place: %v", err)
		}
	})
}

func TestAPlaceOnItsPages(t *testing.T) {
	w := newWorld(t, "")
	id := db.NewID()
	code, to := w.Post("manager", "/surveillance/ready/point/BUSIA/contact", url.Values{"id": {id.String()}, "function": {"ambulance"}, "name": {"County ambulance"}, "phone": {"+254 20 555 0199"},
		"confirmed-day": {"1"}, "confirmed-month": {"11"}, "confirmed-year": {"2026"}, "next-day": {"1"}, "next-month": {"12"}, "next-year": {"2026"}})
	if code != http.StatusSeeOther || !strings.HasPrefix(to, "/surveillance/ready/point/BUSIA") {
		t.Fatal(code, to)
	}
	_, body := w.Get("nurse", "/surveillance/ready/point/BUSIA")
	for _, want := range []string{"Busia crossing", "Ambulance", "+254 20 555 0199", "1 November 2026", "No deputy", "No plan is recorded here", "No exercise is recorded here"} {
		if !strings.Contains(areatest.Reads(body), want) {
			t.Errorf("%q is not on the page of the place", want)
		}
	}
	for login, leads := range map[string]bool{"nurse": true, "screener": false} {
		if code, board := w.Get(login, "/surveillance/ready"); code != http.StatusOK || strings.Contains(board, `href="/surveillance"`) != leads {
			t.Errorf("the board leads a %s to the desk: %v (%d)", login, !leads, code)
		}
	}
	if strings.Contains(body, "Add a plan") {
		t.Error("a nurse is offered to add a plan")
	}
	code, body = w.Post("manager", "/surveillance/ready/point/BUSIA/contact/"+id.String(), url.Values{"function": {"ambulance"}, "name": {"County ambulance"}, "phone": {""}, "confirmed-day": {""}, "confirmed-month": {"10"}, "confirmed-year": {"2026"}})
	if code != http.StatusUnprocessableEntity || !strings.Contains(areatest.Reads(body), "Give day, month and year") {
		t.Errorf("a month for a day: %d", code)
	}
	if code, _ = w.Post("manager", "/surveillance/ready/point/BUSIA/contact/"+id.String(), url.Values{"function": {"ambulance"}, "name": {"County ambulance"}, "gone": {"yes"}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	if _, body = w.Get("manager", "/surveillance/ready/point/BUSIA"); strings.Contains(body, "County ambulance") || !strings.Contains(areatest.Reads(body), "Nobody to call is recorded here") {
		t.Error("what is no longer used is still there")
	}
	for _, path := range []string{"/surveillance/ready/point/BUSIA/gun", "/surveillance/ready/point/BUSIA/plan/" + id.String(), "/surveillance/ready/site/BUS/contact/" + id.String(), "/surveillance/ready/house/BUS"} {
		if code, _ := w.Get("manager", path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

func TestAnActionComesFromItsExercise(t *testing.T) {
	w := newWorld(t, "")
	exercise := at(goodExercise, "point/BUSIA")
	w.Must(w.Save(w.As("manager"), exercise))
	_, body := w.Get("manager", recordPath(exercise))
	link := "/surveillance/ready/point/BUSIA/action?from=" + exercise.ID.String()
	if !strings.Contains(body, link) {
		t.Fatal("the exercise offers no action")
	}
	if _, body = w.Get("manager", link); !strings.Contains(body, `name="from"`) {
		t.Fatal("the form forgets where the action comes from")
	}
	id := db.NewID()
	if code, to := w.Post("manager", "/surveillance/ready/point/BUSIA/action", url.Values{"id": {id.String()}, "from": {exercise.ID.String()}, "name": {"Write it down"}, "owner": {"Shift leader"}, "due-day": {"1"}, "due-month": {"11"}, "due-year": {"2026"}}); code != http.StatusSeeOther {
		t.Fatal(code, to)
	}
	r, err := w.Record(w.As("manager"), id)
	w.Must(err)
	if r.From != exercise.ID {
		t.Error("the action does not say where it comes from")
	}
	for login, leads := range map[string]bool{"nurse": false, "manager": true} {
		if _, body := w.Get(login, "/surveillance/ready/actions"); strings.Contains(body, "/point/BUSIA/action/") != leads {
			t.Errorf("the open actions lead a %s to the form of one: %v", login, !leads)
		}
	}
	if _, body = w.Get("nurse", "/surveillance/ready/actions"); !strings.Contains(areatest.Reads(body), "1 action is overdue") {
		t.Error(areatest.Reads(body))
	}
}

func TestNoPaperSaysWhereAnUnofficialCrossingIs(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		code, body := w.Get("manager", "/surveillance/ready/print")
		if code != http.StatusOK || strings.Contains(body, "Forest path") || !strings.Contains(areatest.Reads(body), "1 place is not shown") || !strings.Contains(body, "Busia crossing") {
			t.Errorf("%d %s", code, areatest.Reads(body))
		}
		if code, _ := w.Get("manager", "/surveillance/ready/point/PATH/print"); code != http.StatusForbidden {
			t.Errorf("the crossing prints: %d", code)
		}
		if code, _ := w.Get("manager", "/surveillance/ready/point/BUSIA/print"); code != http.StatusOK {
			t.Errorf("a point does not print: %d", code)
		}
	})
}
