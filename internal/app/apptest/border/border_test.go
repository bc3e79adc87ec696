package border

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// A screener's day without script: where they work, a press, the hand-over; and the
// desk, which reads what was counted and no shift of anybody.
func TestAShiftAtAPointOfEntry(t *testing.T) {
	n := apptest.Start(t)
	if err := n.OpenPoint(t.Context(), app.DemoPoints[0], border.Post{Code: "BUSIA", Site: "NBO-1", Offset: 180}); err != nil {
		t.Fatal(err)
	}
	phone := n.At(access.Screener)
	phone.Get("/").Says(t, 200, "Points of entry")
	phone.Get("/people").Says(t, 403)
	phone.Form("/border").Set("point", "BUSIA").Send().Says(t, 200, "Count travellers", "Busia crossing")
	count := phone.Get("/border/count")
	form := phone.Pick(count, "/border/tap").Set("direction", "in")
	form.Values.Set("tap", "all")
	form.Send()
	form.Send().Says(t, 200, "Coming in") // a form that is sent twice counts once
	points, err := n.Border.Points(n.Actor(access.Epidemiologist))
	if err != nil || len(points) != 1 || points[0].Totals[border.Passed] != 1 || points[0].Totals[border.HandWashed] != 1 {
		t.Fatalf("counted %+v, %v", points, err)
	}
	n.At(access.Screener).Get("/border/count").Says(t, 200, "You are on no shift") // another log-in has not taken it
	phone.Form("/border/shift/end").Set("note", "Soap is low").Send().Says(t, 200, "The shift is over")
	desk := n.At(access.Epidemiologist).Get("/border").Says(t, 200, "Busia crossing", "Nobody at work")
	for _, l := range desk.Links() {
		if strings.HasSuffix(l, "/day") || l == "/border/count" {
			t.Errorf("the desk is led to %s", l)
		}
	}
}
