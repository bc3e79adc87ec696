package order

import (
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A centre orders weeks ahead. Who came today must be on the list, and first, even
// when more than the list holds have waited longer.
func TestWhoeverIsHereTodayComesFirstAndWhatWasDoneIsFoundAgain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for range mostListed {
			w.place("CXR", "film", "radiology", func(r *Request) { r.Subject = db.NewID() })
		}
		here := db.NewID()
		last := w.place("CXR", "film", "radiology", func(r *Request) { r.Subject = here })
		tech := w.as(access.Radiographer)
		found := func() (place int, l Line) {
			lines, err := w.Worklist(tech, "radiology")
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range lines {
				if l.Order.ID == last {
					return i, l
				}
			}
			return -1, Line{}
		}
		if place, _ := found(); place != -1 {
			t.Fatalf("the list is not full, so this test shows nothing: the last order stands at %d", place)
		}
		// What no list has room for is found by its label, and what was begun is always listed.
		if id, err := w.ByNumber(tech, "radiology", Number(last)); err != nil || id != last {
			t.Errorf("by its label: %v %v", id, err)
		}
		begun := w.place("CXR", "film", "radiology", func(r *Request) { r.Subject = db.NewID() })
		if err := w.Perform(tech, Act{ID: db.NewID(), Order: begun, Identity: "photo"}); err != nil {
			t.Fatal(err)
		}
		if lines, err := w.Worklist(tech, "radiology"); err != nil || len(lines) != mostListed || !slices.ContainsFunc(lines, func(l Line) bool { return l.Order.ID == begun }) {
			t.Errorf("a full list of %d lost what was begun: %v", len(lines), err)
		}
		came := w.now().Add(-time.Second)
		w.Service.Here = func(_ *db.Tx, site string, on calendar.Day) (map[db.ID]time.Time, error) {
			if site != "KLA" || on != w.today() {
				t.Errorf("asked for who is at %s on %s", site, on)
			}
			return map[db.ID]time.Time{here: came}, nil
		}
		place, l := found()
		if place != 0 || !l.Here || l.Waiting > w.now().Sub(came) {
			t.Errorf("who came stands at %d: %+v", place, l)
		}
		w.record(tech, Entry{Order: last, Identity: "photo", Answers: given("film", "normal")})
		w.Service.Numbered = func(_ *db.Tx, number string) ([]db.ID, error) {
			if number == "GW-7" {
				return []db.ID{here}, nil
			}
			return nil, nil
		}
		for number, want := range map[string]int{"": 1, " GW-7 ": 1, "GW-8": 0} {
			lines, err := w.DoneAt(tech, "radiology", number)
			if err != nil || len(lines) != want {
				t.Errorf("done by number %q: %+v %v", number, lines, err)
			}
		}
		if lines, err := w.DoneAt(w.as(access.Laboratory), "radiology", ""); err != nil || len(lines) != 0 {
			t.Errorf("the laboratory sees what radiology did: %+v %v", lines, err)
		}
		if _, err := w.DoneAt(w.as(access.Reception), "radiology", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception: %v", err)
		}
		v := worklist("radiology", PartHere, List{Lines: []Line{l, {Order: Order{Status: InProgress}}}, Awaited: 1, Later: 1}, nil)
		if len(v.Tables) != 2 || len(v.Tables[0].Rows) != 1 || len(v.Tables[1].Rows) != 1 || v.Later.Href != "/worklist/radiology?part=later" {
			t.Errorf("the page: %+v", v)
		}
	})
}
