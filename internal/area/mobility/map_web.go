package mobility

import (
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

const mapPath = homePath + "/map"

// Outlets are the ways out of this package.
func Outlets() []access.Route { return []access.Route{flowsRoute} }

var flowsRoute = access.Route{Name: "mobility.flows", Means: access.Export, Purpose: "statistics", Recipients: []access.Recipient{access.Statistics},
	Action: access.ExportStatistics, Patterns: []string{"GET /mobility/export/{code}"}}

func (s *Service) getMap(w http.ResponseWriter, r *http.Request) {
	q, _ := readNext(r)
	m, err := s.MapOf(r.Context(), q)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.map.title", Back: homeLink(), Wide: true}, mapView(m, page.LocaleOf(r).Code), nil)
}

func mapView(m Map, lang string) page.Sheet {
	v := page.Sheet{Lead: page.M("mobility.map.lead")}
	if m.Query.Disease == "" {
		v.Table = noOutbreak()
		return v
	}
	v.Filter = &page.Form{Method: "get", Action: mapPath, Compact: true, Submit: page.M("mobility.next.show"), Fields: []page.Field{m.seriesField(), m.dayField(), m.matrixField("flows", People, m.Scene.Flows)}}
	drawing, missing := mapDrawing(m, lang)
	v.Drawing = drawing
	if missing > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("mobility.map.no_position", "n", missing)}})
	}
	if drawing == nil {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("mobility.map.nothing")}})
	}
	v.Parts = []page.Part{mapPlacesPart(m, lang), mapFlowsPart(m, lang), mapPointsPart(m, lang)}
	if m.Scene.Flows != nil {
		v.Actions = []page.Link{{Href: homePath + "/export/" + m.Scene.Flows.Code, Text: page.M("mobility.map.export")}}
	}
	v.Limits = limitsOf(m.Scene.Flows)
	for _, b := range m.Boundaries {
		v.Limits = append(v.Limits, page.M("mobility.map.boundaries", "source", b.Source, "note", b.Note))
	}
	v.Limits = append(v.Limits, page.M("mobility.map.disclaimer"), page.M("mobility.map.small", "n", m.Small), page.M("mobility.limits.static"))
	return v
}

// How much a map shows; its tables show the rest.
const (
	mapWidth  = 640.0
	mostDrawn = 60 // flows
	mostLabel = 30
)

// mapDrawing draws the ground, the flows, the places and the points; nil where nobody
// knows where anything is. missing is how many places are not on it.
func mapDrawing(m Map, lang string) (d *page.Drawing, missing int) {
	at := map[string]place.Position{}
	var all []place.Position
	for _, p := range m.Places {
		if p.Position == nil {
			missing++
			continue
		}
		at[p.Unit] = *p.Position
		if p.Affected || p.Coming > 0 || len(m.Places) <= mostDrawn {
			all = append(all, *p.Position)
		}
	}
	for _, p := range m.Points {
		if p.Position != nil && len(at) == 0 {
			all = append(all, *p.Position) // a map of the points alone
		}
	}
	if len(all) == 0 {
		return nil, missing
	}
	f := frameOf(all, mapWidth, 48)
	d = &page.Drawing{Title: page.M("mobility.map.drawing", "day", m.Query.AsOf), Text: page.M("mobility.map.drawing_text"), W: f.W, H: f.H + 24}
	d.Marks = append(groundMarks(m.Shapes, f), flowMarks(m, at, f, lang)...)
	d.Marks = append(d.Marks, placeMarks(m, f, lang)...)
	d.Marks = append(d.Marks, pointMarks(m.Points, f, lang)...)
	d.Marks = append(d.Marks, scaleMarks(f)...)
	d.Key = []page.KeyEntry{{Kind: page.MarkDot, Look: page.LookAlarm, Text: page.M("mobility.map.affected")}, {Kind: page.MarkDot, Look: page.LookAxis, Text: page.M("mobility.map.not_affected")},
		{Kind: page.MarkLine, Look: page.LookTwo, Text: page.M("mobility.map.flow")}, {Kind: page.MarkTriangle, Look: page.LookThree, Text: page.M("mobility.map.entry")},
		{Kind: page.MarkSquare, Look: page.LookThree, Text: page.M("mobility.map.congregation")}, {Kind: page.MarkDiamond, Look: page.LookThree, Text: page.M("place.point.flow_point")}}
	return d, missing
}

// groundMarks draws outlines, and disputed lines dashed.
func groundMarks(shapes []place.Boundary, f Frame) (out []page.Mark) {
	line := func(list []place.LonLat) (at []float64) {
		for _, p := range list {
			x, y := f.At(place.Position{Lat: p[1], Lon: p[0]})
			at = append(at, x, y)
		}
		return at
	}
	for _, b := range shapes {
		for _, polygon := range b.Shape.Polygons {
			if len(polygon) > 0 {
				out = append(out, page.Mark{Kind: page.MarkArea, Look: page.LookGround, At: line(polygon[0])})
			}
		}
		look := page.LookBoundary
		if b.Disputed {
			look = page.LookDashed
		}
		for _, l := range b.Shape.Lines {
			out = append(out, page.Mark{Kind: page.MarkLine, Look: look, At: line(l)})
		}
	}
	return out
}

// flowMarks draws the largest flows, those of most people broadest.
func flowMarks(m Map, at map[string]place.Position, f Frame, lang string) (out []page.Mark) {
	if len(m.Flows) == 0 {
		return nil
	}
	most := m.Flows[0].People
	for _, x := range m.Flows[:min(len(m.Flows), mostDrawn)] {
		a, okA := at[x.From]
		b, okB := at[x.To]
		if !okA || !okB {
			continue
		}
		x1, y1 := f.At(a)
		x2, y2 := f.At(b)
		out = append(out, page.Mark{Kind: page.MarkLine, Look: page.LookTwo, At: []float64{x1, y1, x2, y2}, R: 0.75 + 4*math.Sqrt(x.People/most), Arrow: true,
			Name: page.M("mobility.map.flow_of", "from", m.name(x.From, lang), "to", m.name(x.To, lang), "n", three(x.People))})
	}
	slices.Reverse(out) // the largest on top
	return out
}

// placeMarks draws each place and the names of those that matter most, as far as they
// stand free of each other.
func placeMarks(m Map, f Frame, lang string) (out []page.Mark) {
	most := 1
	for _, p := range m.Places {
		most = max(most, p.Cases)
	}
	var boxes [][4]float64
	var words []page.Mark
	for _, p := range m.Places {
		if p.Position == nil {
			continue
		}
		x, y := f.At(*p.Position)
		if x < 0 || y < 0 || x > f.W || y > f.H {
			continue
		}
		name, r := m.name(p.Unit, lang), 3.0
		mark := page.Mark{Kind: page.MarkDot, Look: page.LookAxis, At: []float64{x, y}, R: r, Name: name}
		if p.Affected {
			r = 5 + 11*math.Sqrt(float64(p.Cases)/float64(most))
			mark = page.Mark{Kind: page.MarkDot, Look: page.LookAlarm, At: []float64{x, y}, R: r, Name: page.M("mobility.map.cases_of", "place", name, "n", p.Cases)}
		}
		out = append(out, mark)
		box := [4]float64{x - 4*float64(len([]rune(name))), y - r - 18, x + 4*float64(len([]rune(name))), y - r - 2}
		if len(words) < mostLabel && !slices.ContainsFunc(boxes, func(b [4]float64) bool { return box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3] }) {
			boxes = append(boxes, box)
			words = append(words, page.Mark{Kind: page.MarkWords, At: []float64{x, y - r - 5}, Text: name, Anchor: page.AnchorMiddle})
		}
	}
	return append(out, words...)
}

func pointMarks(points []MapPoint, f Frame, lang string) (out []page.Mark) {
	for _, p := range points {
		if p.Position == nil {
			continue
		}
		x, y := f.At(*p.Position)
		if x < 0 || y < 0 || x > f.W || y > f.H {
			continue
		}
		kind := page.MarkSquare
		switch {
		case p.Kind.Entry():
			kind = page.MarkTriangle
		case p.Kind == place.FlowPoint:
			kind = page.MarkDiamond
		}
		out = append(out, page.Mark{Kind: kind, Look: page.LookThree, At: []float64{x, y}, R: 5, Name: place.Point{Code: p.Code, Names: p.Name}.Name(lang)})
	}
	return out
}

// scaleMarks is the length of some kilometres at the foot.
func scaleMarks(f Frame) []page.Mark {
	km, pixels := f.Kilometres()
	y := f.H + 8
	return []page.Mark{{Kind: page.MarkLine, At: []float64{16, y - 4, 16, y, 16 + pixels, y, 16 + pixels, y - 4}}, {Kind: page.MarkWords, Look: page.LookAxis, At: []float64{24 + pixels, y + 2}, Text: page.M("mobility.map.km", "n", three(km))},
		{Kind: page.MarkWords, Look: page.LookAxis, At: []float64{f.W - 12, y + 2}, Anchor: page.AnchorEnd, Text: page.M("mobility.map.north")}}
}

func mapPlacesPart(m Map, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.next.place"), Wide: true}, {Label: page.M("mobility.map.state")}, {Label: page.M("mobility.next.cases"), Number: true}, {Label: page.M("mobility.next.first")}, {Label: page.M("mobility.map.coming"), Number: true}}}
	for _, p := range m.Places[:min(len(m.Places), 2*mostShown)] {
		row := []page.Cell{m.name(p.Unit, lang), page.Tag{Text: page.M("mobility.next.not_affected")}, 0, page.M("mobility.map.none"), three(p.Coming)}
		if p.Affected {
			row[1], row[2], row[3] = page.Tag{Level: page.Danger, Text: page.M("mobility.next.affected_since")}, p.Cases, p.First
		}
		t.Rows = append(t.Rows, row)
	}
	return page.Part{Title: page.M("mobility.map.places"), Lead: page.M("mobility.map.places_lead", "n", len(t.Rows), "all", len(m.Places)), Table: t}
}

func mapFlowsPart(m Map, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.forecast.from"), Wide: true}, {Label: page.M("mobility.forecast.to"), Wide: true}, {Label: page.M("mobility.forecast.people"), Number: true}},
		Empty: page.Empty{Title: page.M("mobility.map.no_flows")}}
	for _, x := range m.Flows[:min(len(m.Flows), mostDrawn)] {
		t.Rows = append(t.Rows, []page.Cell{m.name(x.From, lang), m.name(x.To, lang), three(x.People)})
	}
	return page.Part{Title: page.M("mobility.map.flows"), Lead: page.M("mobility.map.flows_lead", "n", len(t.Rows), "all", len(m.Flows), "few", m.Few, "small", m.Small), Table: t}
}

func mapPointsPart(m Map, lang string) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mobility.map.point"), Wide: true}, {Label: page.M("mobility.map.kind")}, {Label: page.M("mobility.map.on_map")}}, Empty: page.Empty{Title: page.M("mobility.map.no_points")}}
	for _, p := range m.Points[:min(len(m.Points), 4*mostShown)] {
		name, on := any(place.Point{Code: p.Code, Names: p.Name}.Name(lang)), page.M("mobility.map.yes")
		switch {
		case p.Guarded:
			region := any(page.Country(p.Country))
			if p.Names != nil {
				region = place.Area{Code: p.Code, Names: p.Names}.Name(lang)
			}
			name, on = page.M("mobility.map.guarded", "n", p.N, "region", region), page.M("mobility.map.region_only")
		case p.Position == nil:
			on = page.M("mobility.map.no")
		}
		t.Rows = append(t.Rows, []page.Cell{name, page.M("place.point." + string(p.Kind)), on})
	}
	return page.Part{Title: page.M("mobility.map.points"), Table: t}
}

// getExport writes the flows of a matrix as they may leave: with small cells suppressed
// and the origins of small groups as regions.
func (s *Service) getExport(w http.ResponseWriter, r *http.Request) {
	code := r.PathValue("code")
	t, rows, names, err := s.FlowsOut(r.Context(), code)
	if err == nil {
		err = s.Access.Release(r.Context(), flowsRoute, access.Statistics, db.ID{})
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", t.Code+".csv"))
	out, lang := csv.NewWriter(w), page.LocaleOf(r).Code
	_ = out.Write([]string{"from", "from_name", "to", "to_name", "people", "fewer_than", "origin", "source", "limits"})
	for _, row := range rows {
		people, fewer, origin := strconv.FormatInt(row.People, 10), "", "place"
		if row.Fewer {
			people, fewer = "", strconv.FormatInt(s.Book.Small, 10)
		}
		if row.Coarse {
			origin = "region"
		}
		_ = out.Write([]string{row.From, cellText(names[row.From].Name(lang)), row.To, cellText(names[row.To].Name(lang)), people, fewer, origin, cellText(t.Source), cellText(t.Limits)})
	}
	out.Flush()
}

// cellText keeps a spreadsheet from taking a name for a formula (OWASP, CSV injection).
func cellText(s string) string {
	if strings.ContainsAny(s[:min(1, len(s))], "=+-@\t\r") {
		return "'" + s
	}
	return s
}
