package place_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// twoZones are neighbours that share a wavy border, and a disputed line.
func twoZones() string {
	var border, back []string
	for i := 0; i <= 200; i++ {
		x := 1 + 0.01*math.Sin(float64(i)/7) + 0.2*math.Sin(float64(i)/60)
		border = append(border, fmt.Sprintf("[%v,%v]", x, float64(i)/100))
	}
	for i := len(border) - 1; i >= 0; i-- {
		back = append(back, border[i])
	}
	west := "[[0,0]," + strings.Join(border, ",") + ",[0,2],[0,0]]"
	east := "[[3,2]," + strings.Join(back, ",") + ",[3,0],[3,2]]"
	return `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"nom":"Bunia","pc":"CD5401"},"geometry":{"type":"Polygon","coordinates":[` + west + `]}},
		{"type":"Feature","properties":{"nom":"Mahaghi","pc":null},"geometry":{"type":"MultiPolygon","coordinates":[[` + east + `]]}},
		{"type":"Feature","properties":{"nom":"the ridge","status":"disputed"},"geometry":{"type":"LineString","coordinates":[[0,0,350],[1,1],[2,2.5]]}},
		{"type":"Feature","properties":{"nom":"a point"},"geometry":{"type":"Point","coordinates":[0,0]}},
		{"type":"Feature","properties":{"nom":"open"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}},
		{"type":"Feature","properties":{"nom":"swapped"},"geometry":{"type":"LineString","coordinates":[[1,100],[1,2]]}},
		{"type":"Feature","properties":{"nom":"half"},"geometry":{"type":"LineString","coordinates":[[1],[1,2]]}}]}`
}

var properties = place.Properties{Code: "pc", Name: "nom", Disputed: "status"}

func TestNeighboursShareTheirBorderAfterSimplifying(t *testing.T) {
	full, wrong, err := place.ReadGeoJSON(strings.NewReader(twoZones()), properties, 0)
	if err != nil || len(full) != 3 || len(wrong) != 4 {
		t.Fatalf("%d features, %v, %v", len(full), wrong, err)
	}
	for i, key := range []string{"feature_type", "feature_ring", "feature_globe", "feature_coordinates"} {
		if fault.KeyOf(wrong[i]) != "place.error."+key || fault.FieldOf(wrong[i]) != fmt.Sprintf("feature %d", i+4) {
			t.Errorf("%v, want %s", wrong[i], key)
		}
	}
	thin, _, err := place.ReadGeoJSON(strings.NewReader(twoZones()), properties, 0.02)
	if err != nil {
		t.Fatal(err)
	}
	west, east := thin[0].Shape.Polygons[0][0], thin[1].Shape.Polygons[0][0]
	if len(west) > 40 || len(west) < 6 || west[0] != west[len(west)-1] || east[0] != east[len(east)-1] {
		t.Errorf("the west has %d positions of 204", len(west))
	}
	of := func(ring []place.LonLat) map[place.LonLat]bool {
		m := map[place.LonLat]bool{}
		for _, p := range ring {
			if p[0] > 0.5 && p[0] < 2.5 {
				m[p] = true
			}
		}
		return m
	}
	w, e := of(west), of(east)
	if len(w) != len(e) || len(w) < 3 {
		t.Errorf("%d and %d positions of one border", len(w), len(e))
	}
	for p := range w {
		if !e[p] {
			t.Errorf("%v is on the border of one only", p)
		}
	}
	// nothing moved by more than the tolerance
	for _, p := range full[0].Shape.Polygons[0][0] {
		least := math.Inf(1)
		for i := 1; i < len(west); i++ {
			least = math.Min(least, off(p, west[i-1], west[i]))
		}
		if least > 0.02+1e-9 {
			t.Errorf("%v is %v degrees off", p, least)
		}
	}
	if len(thin[2].Shape.Lines[0]) != 3 || !thin[2].Disputed || full[0].Disputed {
		t.Errorf("%+v", thin[2])
	}
}

func off(p, a, b place.LonLat) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	s := math.Max(0, math.Min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/math.Max(1e-300, dx*dx+dy*dy)))
	return math.Hypot(p[0]-a[0]-s*dx, p[1]-a[1]-s*dy)
}

func TestBoundariesAreReplacedAndDisputedLinesKept(t *testing.T) {
	atlases(t, func(t *testing.T, a *atlas) {
		a.congo()
		features, _, err := place.ReadGeoJSON(strings.NewReader(twoZones()), properties, 0.02)
		if err != nil {
			t.Fatal(err)
		}
		set := place.BoundarySet{Code: "COD-2-A", Within: "COD", Level: 2, Source: "a mapping agency", Licence: "CC BY 4.0", Date: "2025"}
		rep, err := a.ImportFeatures(by(t, access.Administrator), set, features)
		if err != nil || rep.Kept != 2 || rep.Lines != 1 || len(rep.Waiting) != 1 || rep.Waiting[0] != "Mahaghi" {
			t.Fatalf("%+v %v", rep, err)
		}
		if _, err := a.ImportFeatures(by(t, access.Epidemiologist), set, features); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an epidemiologist brought boundaries in: %v", err)
		}
		// the name is mapped once; the same file again brings the shape
		if _, err := a.Choose(by(t, access.Epidemiologist), place.Name{Text: "Mahaghi", Within: "COD", Target: "COD-MAHAGI"}); err != nil {
			t.Fatal(err)
		}
		if rep, err = a.ImportFeatures(by(t, access.Administrator), set, features); err != nil || rep.Kept != 3 || len(rep.Waiting) != 0 {
			t.Fatalf("%+v %v", rep, err)
		}
		shapes := func(want ...string) (set place.BoundarySet, list []place.Boundary) {
			t.Helper()
			a.read(func(tx *db.Tx) (err error) { set, list, err = a.Boundaries(tx, "COD", 2); return err })
			got := map[string]bool{}
			for _, b := range list {
				got[b.Area] = true
				if b.Line != (b.Area == "") || b.Line && !b.Disputed {
					t.Errorf("%+v", b)
				}
			}
			for _, w := range want {
				if !got[w] {
					t.Errorf("no shape of %q: %v", w, got)
				}
			}
			if len(list) != len(want) {
				t.Errorf("%d shapes, want %v", len(list), want)
			}
			return set, list
		}
		inUse, list := shapes("COD-BUNIA", "COD-MAHAGI", "")
		if inUse.Source != "a mapping agency" || inUse.Licence != "CC BY 4.0" {
			t.Errorf("%+v", inUse)
		}
		raw, err := json.Marshal(list[len(list)-1].Shape)
		if err != nil || !strings.HasPrefix(string(raw), `{"type":"Multi`) {
			t.Errorf("%s %v", raw, err)
		}
		// a shape that the file no longer has is out of use, and comes back with it
		if _, err := a.ImportFeatures(by(t, access.Administrator), set, features[:1]); err != nil {
			t.Fatal(err)
		}
		shapes("COD-BUNIA")
		if _, err := a.ImportFeatures(by(t, access.Administrator), set, features); err != nil {
			t.Fatal(err)
		}
		shapes("COD-BUNIA", "COD-MAHAGI", "")
		// another source takes its place
		set.Code, set.Source = "COD-2-B", "another agency"
		if _, err := a.ImportFeatures(by(t, access.Administrator), set, features[:2]); err != nil {
			t.Fatal(err)
		}
		if inUse, _ := shapes("COD-BUNIA", "COD-MAHAGI"); inUse.Code != "COD-2-B" {
			t.Errorf("%+v", inUse)
		}
		a.read(func(tx *db.Tx) error {
			all, err := a.BoundarySets(tx)
			if err != nil || len(all) != 2 || all[0].Replaced != "COD-2-B" {
				t.Errorf("%+v %v", all, err)
			}
			return nil
		})
		if _, err := a.ImportFeatures(by(t, access.Administrator), place.BoundarySet{Code: "X1", Within: "COD"}, nil); fault.FieldOf(err) != "source" {
			t.Errorf("boundaries without a source: %v", err)
		}
		a.same()
	})
}

// No file may crash the reader, and what it keeps are closed rings on the globe.
func FuzzGeoJSON(f *testing.F) {
	f.Add(twoZones(), 0.02)
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[0,0],[0,0],[0,0]]]}}]}`, 0.5)
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,1],[0,0],[1,0],[0,0]]]}}]}`, 1.0)
	f.Fuzz(func(t *testing.T, text string, tolerance float64) {
		features, _, err := place.ReadGeoJSON(strings.NewReader(text), properties, tolerance)
		if err != nil {
			return
		}
		for _, ft := range features {
			raw, err := json.Marshal(ft.Shape)
			if err != nil {
				t.Fatal(err)
			}
			var again place.Shape
			if err := json.Unmarshal(raw, &again); err != nil {
				t.Fatalf("%s: %v", raw, err)
			}
		}
	})
}
