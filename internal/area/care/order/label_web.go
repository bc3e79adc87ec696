package order

import (
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	codes "github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// labelRoutes adds the printed worklist, the labels, and the way from a label back
// to its order.
func (s *Service) labelRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /orders/{id}/print/label", s.printLabel)
	mux.HandleFunc("GET /worklist/{station}/print/list", s.printList)
	mux.HandleFunc("GET /worklist/{station}/label", s.getLabelled)
	mux.HandleFunc("POST /worklist/{station}/label", s.postLabelled)
}

// labelSizes are the papers that labels come on: two rolls, and an A4 sheet of 24.
// web/label.css lays them out.
var labelSizes = []string{"50x25", "57x32", "a4"}

// labelView is a sheet of labels, one a specimen.
type labelView struct {
	Size   string
	Sizes  []page.Link
	Labels []label
}

// label has two identifiers of the person, the code and the year of birth, and
// neither name nor diagnosis (design, section 9). No label says a service: where only
// the sensitive ones had none, having none would say which they are.
type label struct {
	QR       page.Symbol
	Number   string // of the order
	Person   string // code
	Born     string
	Specimen page.Msg
	On       calendar.Day
}

func (s *Service) printLabel(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	var o Order
	var b Brief
	if err == nil {
		o, b, err = s.Label(r.Context(), id)
	}
	var v labelView
	if err == nil {
		v, err = labels(o, b, r.URL.Query().Get("size"), s.today())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "order/label", Title: "order.label.title", Bare: true, View: v,
		Back: page.Link{Href: "/orders/" + id.String(), Text: page.M("order.back")}})
}

func labels(o Order, b Brief, size string, on calendar.Day) (labelView, error) {
	v := labelView{Size: size}
	if !slices.Contains(labelSizes, size) {
		v.Size = labelSizes[0]
	}
	for _, other := range labelSizes {
		if other != v.Size {
			v.Sizes = append(v.Sizes, page.Link{Href: "/orders/" + o.ID.String() + "/print/label?size=" + other, Text: page.M("order.label.size_" + other)})
		}
	}
	number := Number(o.ID)
	sym, err := page.SymbolOf(number, page.M("order.label.qr"))
	for n := 1; n <= max(o.Specimens, 1); n++ {
		l := label{QR: sym, Number: codes.ShowCode(number), Person: codes.ShowCode(b.Code), Born: birthYear(b.Birth), On: on}
		if o.Specimens > 1 {
			l.Specimen = page.M("order.label.specimen", "n", n, "of", o.Specimens)
		}
		v.Labels = append(v.Labels, l)
	}
	return v, err
}

// servicesOnPaper reports whether a printed list may say services: all of them or
// none. Where one is sensitive, a row left empty among others would say which; the
// numbers lead to them.
func servicesOnPaper(lines []Line) bool {
	return !slices.ContainsFunc(lines, func(l Line) bool { return l.Order.Sensitivity > journal.Clinical })
}

// listView is a station's worklist on paper: codes, and a box to tick.
type listView struct {
	Station page.Msg
	On      calendar.Day
	Table   page.Table
	Unsaid  bool // the services stand on the orders only
}

func (s *Service) printList(w http.ResponseWriter, r *http.Request) {
	station := r.PathValue("station")
	if !slices.Contains(place.Stations, station) {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "order.printList", "order.error.not_found"))
		return
	}
	lines, err := s.PrintedList(r.Context(), station)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "order/list", Title: "order.worklist.title", Bare: true, View: printedList(station, lines, s.today()),
		Back: page.Link{Href: "/worklist/" + station, Text: page.M("order.to_worklist")}})
}

func printedList(station string, lines []Line, on calendar.Day) listView {
	v := listView{Station: page.M("place.station." + station), On: on, Unsaid: !servicesOnPaper(lines), Table: page.Table{Tight: true, Empty: page.Empty{Title: page.M("order.worklist.empty")},
		Columns: []page.Column{{Label: page.M("order.list.done")}, {Label: page.M("order.column.person")}, {Label: page.M("order.column.sex")}, {Label: page.M("order.list.born")},
			{Label: page.M("order.column.family")}, {Label: page.M("order.list.number")}}}}
	if !v.Unsaid {
		v.Table.Columns = append(v.Table.Columns, page.Column{Label: page.M("order.column.service")})
	}
	v.Table.Columns = append(v.Table.Columns, page.Column{Label: page.M("order.list.note"), Wide: true})
	for _, l := range lines {
		born := page.Cell(nil)
		if y := birthYear(l.Person.Birth); y != "" {
			born = page.Code(y)
		}
		row := []page.Cell{page.Code("☐"), page.Code(codes.ShowCode(l.Person.Code)), page.Sex(l.Person.Sex), born, family(l.Person.Family),
			page.Code(codes.ShowCode(Number(l.Order.ID)))}
		if !v.Unsaid {
			row = append(row, page.Code(l.Order.Code))
		}
		v.Table.Rows = append(v.Table.Rows, append(row, page.Code(" ")))
	}
	return v
}

// labelledForm asks for the number on a label; a scanner types it.
func labelledForm(station string) *page.Form {
	return &page.Form{Submit: page.M("order.label.find"), Cancel: page.Link{Href: "/worklist/" + station, Text: page.M("order.to_worklist")},
		Fields: []page.Field{{Kind: page.Text, Name: "number", Label: page.M("order.list.number"), Hint: page.M("order.label.find_hint"), Dir: "ltr", Width: 20, Max: 20}}}
}

func (s *Service) getLabelled(w http.ResponseWriter, r *http.Request) {
	station := r.PathValue("station")
	if !slices.Contains(place.Stations, station) {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "order.labelled", "order.error.not_found"))
		return
	}
	s.Pages.Form(w, r, page.Page{Title: "order.label.find_title"}, labelledForm(station))
}

func (s *Service) postLabelled(w http.ResponseWriter, r *http.Request) {
	station := r.PathValue("station")
	f := labelledForm(station)
	err := page.ReadForm(w, r, maxPosted)
	var id db.ID
	if err == nil {
		f.Fill(r.PostForm)
		id, err = s.ByNumber(r.Context(), station, r.PostForm.Get("number"))
	}
	switch {
	case err == nil:
		http.Redirect(w, r, "/orders/"+id.String(), http.StatusSeeOther)
	case f.Fail(err):
		s.Pages.Form(w, r, page.Page{Title: "order.label.find_title"}, f)
	default:
		s.Pages.Error(w, r, err)
	}
}
