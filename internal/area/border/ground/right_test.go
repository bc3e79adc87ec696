package ground

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestWhoWorksAtOneSiteChangesNothingAtAPointOfAnother(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := db.NewID()
		w.must(w.AddStation(w.as("manager"), id, "BUSIA", "Gate 2"))
		other := w.users["manager"]
		other.Sites = []string{"GUL"}
		w.users["manager_elsewhere"] = other
		ctx := w.as("manager_elsewhere")
		_, sheet := w.CapacitySheet(ctx, "BUSIA")
		for words, err := range map[string]error{
			"a station":              w.AddStation(ctx, db.NewID(), "BUSIA", "Gate 3"),
			"a station taken away":   w.Remove(ctx, id),
			"the checklist":          sheet,
			"the capacities":         w.Assess(ctx, "BUSIA", map[string][]string{}),
			"what both sides agreed": w.Agree(ctx, Side{Point: "BUSIA", Ours: "Port health"}),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", words, err)
			}
		}
		if _, body := w.get("manager_elsewhere", "/border/points/BUSIA/ground"); strings.Contains(body, "/border/points/BUSIA/stations") {
			t.Error("the page offers to change a point of another site")
		}
	})
}

func TestWhatAPointHasLeadsAScreenerToWhomToCall(t *testing.T) {
	w := newWorld(t, "")
	if _, body := w.get("screener", "/border/points/BUSIA/ground"); !strings.Contains(body, `href="/surveillance/ready/point/BUSIA"`) {
		t.Error("what the point has does not lead to its preparedness")
	}
}
