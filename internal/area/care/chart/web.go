package chart

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /people/{id}/growth", s.getGrowth)
	mux.HandleFunc("GET /people/{id}/print/growth", s.getPrint)
}

func path(person db.ID) string { return "/people/" + person.String() + "/growth" }

func (s *Service) getGrowth(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Look(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := sheet(o)
	if o.MayPrint && len(o.Visits) > 0 {
		v.Actions = []page.Link{{Href: "/people/" + id.String() + "/print/growth", Text: page.M("chart.print")}}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "chart.title", Banner: o.Banner, Wide: true, Back: page.Link{Href: "/people/" + id.String(), Text: page.M("chart.person")}}, v, nil)
}

func (s *Service) getPrint(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Print(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := sheet(o)
	v.Print = true
	s.Pages.Sheet(w, r, page.Page{Title: "chart.title", Banner: o.Banner, Bare: true, Back: page.Link{Href: path(id), Text: page.M("chart.title")}}, v, nil)
}

// sheet is a child's growth: the table of all visits first, then a chart of each index
// that has a score.
func sheet(o Opened) page.Sheet {
	v := page.Sheet{Lead: page.M("chart.lead"), Notes: notes(o.Growth), Table: table(o.Growth)}
	for _, i := range shown {
		for _, lying := range []bool{true, false} {
			if i != growth.WeightForLength && !lying {
				continue
			}
			if pts := o.points(i, lying); len(pts) > 0 {
				v.Parts = append(v.Parts, page.Part{Drawing: draw(i, o.Sex, lying, pts)})
			}
		}
	}
	v.Limits = []page.Msg{page.M("chart.limit.standard"), page.M("chart.limit.position"), page.M("chart.limit.flag")}
	return v
}

// notes say why scores are missing, and which are hardly possible.
func notes(g Growth) (out []page.Callout) {
	if g.Sex == growth.SexUnknown {
		out = append(out, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("chart.no_sex")}})
	}
	if !g.Dated {
		out = append(out, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("chart.no_birth")}})
	}
	flagged := 0
	for _, v := range g.Visits {
		for _, i := range shown {
			if x := v.Of(i); x.State == growth.Stands && x.Implausible {
				flagged++
			}
		}
	}
	if flagged > 0 {
		out = append(out, page.Callout{Level: page.Wait, Title: page.M("chart.implausible"), Text: []page.Msg{page.M("chart.implausible_text", "count", flagged)}})
	}
	return out
}

func name(i growth.Index) page.Msg { return page.M("chart.index." + i.String()) }

func table(g Growth) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("chart.q.day")}, {Label: page.M("chart.q.age")}, {Label: page.M("chart.q.weight"), Number: true}, {Label: page.M("chart.q.length"), Number: true},
		{Label: page.M("chart.q.arm"), Number: true}}, Empty: page.Empty{Title: page.M("chart.none"), Text: page.M("chart.none_text")}}
	indices := shown
	head := slices.ContainsFunc(g.Visits, func(v Visit) bool { return !math.IsNaN(v.Child.Head) })
	if head {
		t.Columns = append(t.Columns, page.Column{Label: page.M("chart.q.head"), Number: true})
	} else { // few sites measure it, and the room is scarce
		indices = slices.DeleteFunc(slices.Clone(shown), func(i growth.Index) bool { return i == growth.HeadForAge })
	}
	for _, i := range indices {
		t.Columns = append(t.Columns, page.Column{Label: page.M("chart.z", "index", name(i)), Number: true})
	}
	for n := len(g.Visits) - 1; n >= 0; n-- { // the latest first
		v := g.Visits[n]
		age := any(page.M("chart.unknown"))
		if !math.IsNaN(v.Child.Age) {
			age = page.Age(g.Born.Date(), v.Day)
		}
		row := []page.Cell{v.Day.Date(), age, number(v.Child.Weight, 1), number(v.Child.Length, 1), number(v.Child.Arm, 1)}
		if head {
			row = append(row, number(v.Child.Head, 1))
		}
		for _, i := range indices {
			row = append(row, score(v.Of(i)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// number writes a measure, or that there is none.
func number(v float64, digits int) any {
	if math.IsNaN(v) {
		return page.M("chart.state.not-measured")
	}
	return page.Code(fmt.Sprintf("%.*f", digits, v))
}

// score writes a score with its sign, or why there is none.
func score(x growth.Score) any {
	switch {
	case x.State != growth.Stands:
		return page.M("chart.state." + x.State.String())
	case x.Implausible:
		return []any{page.Code(signed(x.Z)), page.Tag{Level: page.Wait, Text: page.M("chart.check")}}
	}
	return page.Code(signed(x.Z))
}

func signed(z float64) string { return strings.ReplaceAll(fmt.Sprintf("%+.2f", z), "-", "−") }
