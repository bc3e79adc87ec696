package mobility

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /mobility":                 s.getHome,
		"GET /mobility/matrices/{code}": s.getMatrix,
		"GET /mobility/next":            s.getNext,
		"GET /mobility/forecast":        s.getForecast,
		"GET /mobility/screening":       s.getScreening,
		"GET /mobility/measures":        s.getMeasures,
		"GET /mobility/map":             s.getMap,
		"GET /mobility/export/{code}":   s.getExport,

		"GET /mobility/watch":               s.getWatchpoints,
		"GET /mobility/watch/new":           s.getWatchpointForm,
		"POST /mobility/watch":              s.postWatchpoint,
		"GET /mobility/watch/{code}":        s.getFlows,
		"GET /mobility/watch/{code}/edit":   s.getWatchpointForm,
		"GET /mobility/watch/{code}/count":  s.getGroup,
		"POST /mobility/watch/{code}/count": s.postGroup,
		"POST /mobility/watch/{code}/hours": s.postHours,
		"GET /mobility/watch/{code}/ask":    s.getAnswer,
		"POST /mobility/watch/{code}/ask":   s.postAnswer,
		"POST /mobility/monitored":          s.postMatrix,
		"GET /mobility/corridors":           s.getRoads,
		"POST /mobility/corridors":          s.postRoad,
		"GET /mobility/sketches":            s.getSketches,
		"POST /mobility/sketches":           s.postSketch,
		"GET /mobility/assumptions":         s.getAssumptions,
		"POST /mobility/assumptions":        s.postAssumptions,
	} {
		mux.HandleFunc(pattern, h)
	}
}

const homePath = "/mobility"

func homeLink() page.Link { return page.Link{Href: homePath, Text: page.M("mobility.title")} }

func (s *Service) getHome(w http.ResponseWriter, r *http.Request) {
	list, err := s.Matrices(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.title", Wide: true}, homeView(list), nil)
}

func homeView(list []Matrix) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mobility.matrix.name"), Wide: true}, {Label: page.M("mobility.matrix.measure")}, {Label: page.M("mobility.matrix.when")}, {Label: page.M("mobility.matrix.source")}},
		Empty: page.Empty{Title: page.M("mobility.matrix.none"), Text: page.M("mobility.matrix.none_text")}}
	for _, m := range list {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: homePath + "/matrices/" + m.Code, Name: m.Name}, measureMsg(m), whenCell(m), m.Source})
	}
	return page.Sheet{Lead: page.M("mobility.lead"), Actions: []page.Link{{Href: homePath + "/next", Text: page.M("mobility.next.title")}, {Href: forecastPath, Text: page.M("mobility.forecast.title")},
		{Href: screeningPath, Text: page.M("mobility.screening.title")}, {Href: measuresPath, Text: page.M("mobility.measures.title")}, {Href: mapPath, Text: page.M("mobility.map.title")},
		{Href: watchPath, Text: page.M("mobility.watch.title")}, {Href: roadsPath, Text: page.M("mobility.road.title")}, {Href: sketchesPath, Text: page.M("mobility.sketch.title")}}, Parts: []page.Part{{Title: page.M("mobility.matrix.all"), Table: t}}}
}

// measureMsg says what the numbers of a matrix are, and of which period.
func measureMsg(m Matrix) page.Msg {
	if m.Measure == People && m.Per != "" {
		return page.M("mobility.measure.people_" + m.Per)
	}
	return page.M("mobility.measure." + string(m.Measure))
}

func whenCell(m Matrix) any {
	switch {
	case m.From.IsZero() && m.To.IsZero():
		return nil
	case m.From == m.To || m.To.IsZero():
		return m.From
	case m.From.IsZero():
		return m.To
	}
	return []any{m.From, m.To}
}

func (s *Service) getMatrix(w http.ResponseWriter, r *http.Request) {
	t, err := s.Table(r.Context(), r.PathValue("code"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "mobility.matrix.title", Back: homeLink()}, matrixView(t), nil)
}

func matrixView(t Table) page.Sheet {
	listed, unknown := 0, 0
	for _, cells := range t.Rows {
		for _, v := range cells {
			if listed++; v == nil {
				unknown++
			}
		}
	}
	v := page.Sheet{Rows: page.Summary{{Label: page.M("mobility.matrix.name"), Value: t.Name}, {Label: page.M("mobility.matrix.measure"), Value: measureMsg(t.Matrix)},
		{Label: page.M("mobility.matrix.when"), Value: whenCell(t.Matrix)}, {Label: page.M("mobility.matrix.source"), Value: t.Source}, {Label: page.M("mobility.matrix.licence"), Value: t.Licence},
		{Label: page.M("mobility.matrix.origins"), Value: len(t.Rows)}, {Label: page.M("mobility.matrix.pairs"), Value: listed}, {Label: page.M("mobility.matrix.unknown"), Value: unknown},
		{Label: page.M("mobility.matrix.unlisted"), Value: page.M("mobility.unlisted." + string(t.Unlisted))}}}
	v.Limits = limitsOf(&t.Matrix)
	return v
}

// limitsOf are the limits of what a page was made of, in the words of the sources.
func limitsOf(list ...*Matrix) (out []page.Msg) {
	for _, m := range list {
		if m != nil && m.Limits != "" {
			out = append(out, page.M("mobility.limits.of", "name", m.Name, "limits", m.Limits))
		}
	}
	return out
}
