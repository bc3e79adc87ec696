package course

import (
	"net/http"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getContinuity(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var m Missing
	if err == nil {
		m, err = s.Continuity(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "course.continuity.title", Banner: m.Banner, Back: page.Link{Href: "/people/" + id.String(), Text: page.M("course.person")}}, missingSheet(m), nil)
}

// missingSheet is what was due and is not recorded, with where and when.
func missingSheet(m Missing) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("course.q.missing"), Wide: true}, {Label: page.M("course.q.programme")}, {Label: page.M("course.q.when")}, {Label: page.M("course.q.where")}},
		Empty: page.Empty{Title: page.M("course.continuity.none"), Text: page.M("course.continuity.none_text")}}
	for _, g := range m.Gaps {
		var when any = g.From
		if g.To != g.From {
			when = []any{g.From, g.To}
		}
		where := []any{page.Code(g.Site)}
		if g.Site != m.Here {
			where = append(where, page.Tag{Level: page.Info, Text: page.M("course.elsewhere")})
		}
		var programme any
		if g.Kind != GapResult {
			programme = page.Link{Href: path(g.Course.ID), Text: programmeName(g.Pack, g.Course.Code)}
		}
		t.Rows = append(t.Rows, []page.Cell{gapCell(g), programme, when, where})
	}
	return page.Sheet{Lead: page.M("course.continuity.lead"), Table: t, Limits: []page.Msg{page.M("course.limit.continuity")}}
}

func gapCell(g Gap) page.Cell {
	switch g.Kind {
	case GapVisit:
		return visitName(g.Pack, g.Visit, g.Again)
	case GapMissed, GapUnknown:
		return page.M("course.gap."+string(g.Kind), "count", g.Days)
	case GapTransfer:
		return []any{page.M("course.gap.transfer"), moveTag(g.State)}
	}
	return page.Link{Href: "/orders/" + g.Order.String(), Text: page.M("course.gap.result")}
}

func (s *Service) getCorridor(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c, err := s.CorridorOf(r.Context(), q.Get("from"), q.Get("to"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "course.corridor.title", Back: listLink()}, corridorSheet(c), nil)
}

func corridorSheet(c Corridor) page.Sheet {
	end := func(name, label, chosen string) page.Field {
		f := page.Field{Kind: page.Select, Name: name, Label: page.M(label), Value: chosen, Options: []page.Option{{Value: "", Label: page.M("course.choose")}}}
		for _, code := range c.Countries {
			f.Options = append(f.Options, page.Option{Value: "country:" + code, Label: page.Country(code)})
		}
		for _, x := range c.Sites {
			f.Options = append(f.Options, page.Option{Value: "site:" + x.Code, Label: page.Words(x.Name)})
		}
		return f
	}
	v := page.Sheet{Lead: page.M("course.corridor.lead"), Filter: &page.Form{Action: ContinuityPath, Method: "get", Compact: true, Submit: page.M("course.show"),
		Fields: []page.Field{end("from", "course.q.from", c.From), end("to", "course.q.to", c.To)}}}
	if !c.Asked {
		return v
	}
	t := &page.Table{Columns: []page.Column{{Label: page.M("course.q.step"), Wide: true}, {Label: page.M("course.q.count"), Number: true}}, Empty: page.Empty{Title: page.M("course.corridor.none")}}
	for _, st := range Steps {
		n, told := c.Count(st)
		if told == value.No {
			t.Rows = append(t.Rows, []page.Cell{page.M("course.step." + string(st)), page.M("course.few", "count", smallCount)})
			continue
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("course.step." + string(st)), n})
	}
	if c.TotalTold() {
		t.Rows = append(t.Rows, []page.Cell{page.M("course.corridor.total"), c.Total})
	}
	v.Table = t
	v.Limits = []page.Msg{page.M("course.limit.corridor", "date", page.DateText(c.Since.Date()))}
	if c.Cut {
		v.Limits = append(v.Limits, page.M("course.limit.cut", "count", mostCourses))
	}
	return v
}
