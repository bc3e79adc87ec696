package mobility

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func TestWhatLeavesHasNoSmallCellAndNoSmallGroupsVillage(t *testing.T) {
	first := func(code string) string { return code[:1] } // A1 lies in A
	got := outwardFlows([]MapFlow{{"A1", "B1", 9}, {"A2", "B1", 4}, {"A1", "B2", 3}, {"A1", "B3", 10}, {"A1", "B4", 0}, {"C1", "B1", 9.9}}, first, 10)
	want := []FlowRow{{From: "A1", To: "B3", People: 10}, {From: "A", To: "B1", People: 13, Coarse: true}, {From: "A", To: "B2", Fewer: true, Coarse: true}, {From: "C", To: "B1", Fewer: true, Coarse: true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestAFrameKeepsShapesAndPutsNorthUp(t *testing.T) {
	f := frameOf([]place.Position{{Lat: 60, Lon: 10}, {Lat: 61, Lon: 12}}, 640, 40)
	x1, y1 := f.At(place.Position{Lat: 60, Lon: 10})
	x2, y2 := f.At(place.Position{Lat: 61, Lon: 12})
	if math.Abs(x1-40) > 1e-9 || math.Abs(x2-600) > 1e-9 || y2 >= y1 || math.Abs(y1-(f.H-40)) > 1e-9 || math.Abs(y2-40) > 1e-9 {
		t.Errorf("%v %v, %v %v in %+v", x1, y1, x2, y2, f)
	}
	// A degree of longitude at 60.5° is half one of latitude.
	if ratio := (y1 - y2) / ((x2 - x1) / 2); math.Abs(ratio-1/math.Cos(60.5*math.Pi/180)) > 1e-9 {
		t.Errorf("%v", ratio)
	}
	if tall := frameOf([]place.Position{{Lat: 0, Lon: 30}, {Lat: 20, Lon: 31}}, 640, 40); tall.H > 1000 {
		t.Errorf("a tall land is drawn smaller: %+v", tall)
	}
	if one := frameOf([]place.Position{{Lat: 1, Lon: 30}}, 640, 40); math.IsNaN(one.H) || one.H < 100 {
		t.Errorf("one place alone: %+v", one)
	}
	km, pixels := f.Kilometres()
	at := place.Position{Lat: 60, Lon: 10}
	if real := at.Kilometres(place.Position{Lat: 60 + pixels/f.perLat, Lon: 10}); math.Abs(real-km) > 0.01*km || pixels > 130 {
		t.Errorf("%v km are %v pixels, which are %v km", km, pixels, real)
	}
}

func TestAMapShowsWhatIsKnownAndSaysWhatIsNotOnIt(t *testing.T) {
	d, missing := mapDrawing(sampleMap("Zone", true), "en")
	if d == nil || missing != 1 {
		t.Fatalf("%d are not on the map", missing)
	}
	count := map[page.MarkKind]int{}
	for _, m := range d.Marks {
		count[m.Kind]++
		for i, v := range m.At {
			if m.Kind != page.MarkArea && m.Look != page.LookDashed && m.Look != page.LookBoundary && (v < -1 || i%2 == 0 && v > d.W || i%2 == 1 && v > d.H) {
				t.Errorf("%s at %v stands outside of %v × %v", m.Kind, m.At, d.W, d.H)
			}
		}
	}
	if count[page.MarkDot] != 4 || count[page.MarkTriangle] != 1 || count[page.MarkArea] != 1 || count[page.MarkDiamond] != 0 {
		t.Errorf("%v: four places have a position, one point of entry has one, and what is guarded stands nowhere", count)
	}
	if none, missing := mapDrawing(sampleMap("Zone", false), "en"); none != nil || missing != 5 {
		t.Errorf("%v %d", none, missing)
	}
}

func TestTheMapAndWhatLeavesOfItOnBothStores(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.outbreak()
		admin, ctx := w.as(access.Administrator), w.as(access.Epidemiologist)
		for i, name := range []string{"A", "B"} {
			_, err := w.Gazetteer.SaveArea(admin, place.Area{Code: "UGA-" + name, Country: "UGA", Parent: "UGA", Level: 1, Names: map[string]string{"en": "Zone " + name}, Position: &place.Position{Lat: float64(i), Lon: 30}})
			w.must(err)
		}
		_, err := w.Gazetteer.SaveArea(admin, place.Area{Code: "UGA-C1", Country: "UGA", Parent: "UGA-C", Level: 2, Names: map[string]string{"en": "Village C1"}})
		w.must(err)
		_, err = w.Gazetteer.SavePoint(admin, place.Point{Code: "UGA-F", Kind: place.UnofficialCrossing, Names: map[string]string{"en": "Ford by the fig tree"}, Country: "UGA", Area: "UGA-A", Guarded: true, Position: &place.Position{Lat: 0.123456, Lon: 30.98}})
		w.must(err)
		_, err = w.SaveMatrix(ctx, Table{Matrix: Matrix{Code: "village", Name: "v", Measure: People, Per: "week", Unlisted: UnlistedUnknown, Source: "=HYPERLINK(x)"}, Rows: map[string]map[string]*float64{"UGA-C1": {"UGA-A": n(4), "UGA-B": n(25)}}})
		w.must(err)
		body := w.page(access.Epidemiologist, "/mobility/map?flows=flows")
		for _, part := range []string{"<svg", "Zone B", "North is up", "told by its region only", "say nothing about the status"} {
			if !strings.Contains(body, part) {
				t.Errorf("%q is not in the page", part)
			}
		}
		if strings.Contains(body, "fig tree") {
			t.Error("the page names an unofficial crossing")
		}
		if code, _ := w.get(access.Screener, "/mobility/export/village"); code != 403 {
			t.Errorf("a screener takes flows out: %d", code)
		}
		w.must(w.Access.Register(Outlets()...))
		csv := w.page(access.Epidemiologist, "/mobility/export/village")
		if want := "UGA-C,Zone C,UGA-A,Zone A,,10,region,'=HYPERLINK(x),"; !strings.Contains(csv, want) {
			t.Errorf("%q is not in %q", want, csv)
		}
		if !strings.Contains(csv, "UGA-C1,Village C1,UGA-B,Zone B,25,,place") || strings.Contains(csv, "UGA-C1,Village C1,UGA-A") {
			t.Errorf("%q", csv)
		}
		if code, _ := w.get(access.Epidemiologist, "/mobility/export/road"); code != 422 && code != 400 {
			t.Errorf("minutes are no people: %d", code)
		}
	})
}
