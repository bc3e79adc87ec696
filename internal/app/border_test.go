package app

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// A screener's day without script: where they work, a press, the hand-over; and the
// desk, which reads what was counted and no shift of anybody.
func TestAShiftAtAPointOfEntry(t *testing.T) {
	n := startNode(t)
	if err := n.openPoint(t.Context(), demoPoints[0], border.Post{Code: "BUSIA", Site: "NBO-1", Offset: 180}); err != nil {
		t.Fatal(err)
	}
	phone := n.at(access.Screener)
	phone.get("/").says(t, 200, "Points of entry")
	phone.get("/people").says(t, 403)
	phone.form("/border").set("point", "BUSIA").send().says(t, 200, "Count travellers", "Busia crossing")
	count := phone.get("/border/count")
	form := phone.pick(count, "/border/tap").set("direction", "in")
	form.values.Set("tap", "all")
	form.send()
	form.send().says(t, 200, "Coming in") // a form that is sent twice counts once
	points, err := n.Border.Points(n.actor(access.Epidemiologist))
	if err != nil || len(points) != 1 || points[0].Totals[border.Passed] != 1 || points[0].Totals[border.HandWashed] != 1 {
		t.Fatalf("counted %+v, %v", points, err)
	}
	n.at(access.Screener).get("/border/count").says(t, 200, "You are on no shift") // another log-in has not taken it
	phone.form("/border/shift/end").set("note", "Soap is low").send().says(t, 200, "The shift is over")
	desk := n.at(access.Epidemiologist).get("/border").says(t, 200, "Busia crossing", "Nobody at work")
	for _, l := range desk.links() {
		if strings.HasSuffix(l, "/day") || l == "/border/count" {
			t.Errorf("the desk is led to %s", l)
		}
	}
}
