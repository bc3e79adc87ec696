package ready

import (
	"net/http"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/areatest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A node of another site is sent what this one has: else its board calls it missing.
func TestWhatAPlaceHasGoesToEveryInstallation(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		want := map[db.ID]string{}
		for _, ref := range []string{"point/BUSIA", "point/PATH", "site/BUS"} { // PATH has no site
			for _, r := range []Record{goodPlan, goodItem, goodContact, goodExercise, record(Review, "name", "Flood", "held", "2026-06-01"), goodAction} {
				r = at(r, ref)
				want[r.ID] = ref + " " + string(r.What)
				w.Must(w.Save(w.As("manager"), r))
			}
		}
		feed := db.NewID()
		w.Must(w.DB.Write(t.Context(), func(tx *db.Tx) error {
			if err := w.Journal.NewFeed(tx, feed); err != nil {
				return err
			}
			_, _, err := w.Journal.FillFeed(tx, feed, journal.Filter{Reference: true, Own: func(db.ID) bool { return false },
				Wants: func(h *journal.Header) bool { return h.Site == "KLA" }}, 1000)
			return err
		}))
		w.Must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			sent, err := w.Journal.Feed(tx, feed, 0, 1000)
			for _, it := range sent {
				delete(want, it.Part.Doc)
			}
			return err
		}))
		for _, what := range want {
			t.Errorf("%s does not go to a node of another site", what)
		}
	})
}

func TestEveryFormForbidsNamesOfIllPersons(t *testing.T) {
	w := newWorld(t, "")
	for _, what := range Whats {
		code, body := w.Get("manager", "/surveillance/ready/point/BUSIA/"+string(what))
		if code != http.StatusOK || !strings.Contains(areatest.Reads(body), "say nothing of anybody’s illness") {
			t.Errorf("%s: %d", what, code)
		}
	}
}
