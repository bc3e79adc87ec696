package order

import (
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// doneView is what was done at a station, to be looked up again or corrected.
type doneView struct {
	Station  page.Msg
	Filter   *page.Form
	Table    page.Table
	Worklist page.Link
}

func (s *Service) getDone(w http.ResponseWriter, r *http.Request) { s.showDone(w, r, "") }

// postDone narrows the list by a number. It is posted, so that no number of a
// person stands in an address or a log of addresses.
func (s *Service) postDone(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, maxPosted); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showDone(w, r, r.PostForm.Get("number"))
}

func (s *Service) showDone(w http.ResponseWriter, r *http.Request, number string) {
	station := r.PathValue("station")
	if !slices.Contains(place.Stations, station) {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "order.done", "order.error.not_found"))
		return
	}
	lines, err := s.DoneAt(r.Context(), station, number)
	var names map[db.ID]page.Msg
	if err == nil {
		err = s.DB.Read(r.Context(), func(tx *db.Tx) error { names = s.serviceNames(tx, lines); return nil })
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "order/done", Title: "order.done.title", Wide: true, View: done(station, number, lines, names)})
}

func done(station, number string, lines []Line, names map[db.ID]page.Msg) doneView {
	v := doneView{Station: page.M("place.station." + station), Worklist: page.Link{Href: "/worklist/" + station, Text: page.M("order.to_worklist")},
		Filter: &page.Form{Action: "/worklist/" + station + "/done", Compact: true, Submit: page.M("order.done.find"), Fields: []page.Field{
			{Kind: page.Text, Name: "number", Label: page.M("order.done.number"), Value: number, Dir: "ltr", Width: 20, Max: 40}}},
		Table: page.Table{Caption: page.M("order.done.caption", "count", mostDone), Tight: true, Empty: page.Empty{Title: page.M("order.done.none"), Text: page.M("order.done.none_text")},
			Columns: []page.Column{{Label: page.M("order.column.person")}, {Label: page.M("order.column.sex")}, {Label: page.M("order.column.born")},
				{Label: page.M("order.column.family")}, {Label: page.M("order.column.service")}, {Label: page.M("order.column.when")}}}}
	for _, l := range lines {
		v.Table.Rows = append(v.Table.Rows, []page.Cell{personCell(l), page.Sex(l.Person.Sex), l.Person.Birth, family(l.Person.Family), names[l.Order.ID], l.Order.Since})
	}
	return v
}
