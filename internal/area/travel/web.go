package travel

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /departures":           s.getList,
		"GET /departures/new":       s.getNew,
		"POST /departures/new":      s.postNew,
		"GET /departures/{id}":      s.getOne,
		"POST /departures/{id}/on":  s.postOn,
		"POST /departures/{id}/off": s.postOff,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func listLink() page.Link { return page.Link{Href: "/departures", Text: page.M("travel.title")} }

func path(id db.ID) string { return "/departures/" + id.String() }

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	list, err := s.List(r.Context(), s.today())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := listSheet(list, s.mayPlan(r))
	if s.Beyond != nil {
		v.Actions = append(v.Actions, s.Beyond(r.Context(), s.today()+1)...)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.title", Wide: true}, v, nil)
}

// mayPlan reports whether the reader may plan a movement of their own site.
func (s *Service) mayPlan(r *http.Request) bool {
	a, ok := access.From(r.Context())
	return ok && s.Access.May(r.Context(), access.TravelWrite, access.Resource{Kind: kindMovement, Site: a.Site(), Sensitivity: journal.Identity})
}

func listSheet(list []Movement, write bool) page.Sheet {
	v := page.Sheet{Lead: page.M("travel.lead"), Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("travel.q.day")}, {Label: page.M("travel.q.number")}, {Label: page.M("travel.q.mode")}, {Label: page.M("travel.q.to")}, {Label: page.M("travel.q.site")}},
		Empty: page.Empty{Title: page.M("travel.none")}}}
	if write {
		v.Actions = append(v.Actions, page.Link{Href: "/departures/new", Text: page.M("travel.new.title")})
	}
	for _, m := range list {
		v.Table.Rows = append(v.Table.Rows, []page.Cell{m.Day, page.Link{Href: path(m.ID), Name: m.Number}, page.M("travel.mode." + string(m.Mode)), toCell(m.To), page.Code(m.Site)})
	}
	return v
}

func toCell(code string) any {
	if code == "" {
		return nil
	}
	return page.Country(code)
}

func (s *Service) newForm(locale string, m Movement) *page.Form {
	countries := []page.Option{{Value: "", Label: page.M("travel.q.not_said")}}
	for _, p := range place.Sorted(locale) {
		countries = append(countries, page.Option{Value: p.Code, Text: p.Name(locale)})
	}
	day := page.Field{Kind: page.Date, Name: "day", Label: page.M("travel.q.day")}
	day.SetDate((s.today() + 1).Date(), s.today())
	return &page.Form{Action: "/departures/new", Submit: page.M("travel.save"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: m.ID.String()}, day,
		{Kind: page.Radios, Name: "mode", Label: page.M("travel.q.mode"), Inline: true, Options: page.OptionsOf(Modes, "travel.mode.")},
		{Kind: page.Text, Name: "number", Label: page.M("travel.q.number"), Max: longNumber, Width: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Select, Name: "to", Label: page.M("travel.q.to"), Options: countries, Optional: true},
	}}
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "travel.new.title", Back: listLink()}, page.Sheet{Form: f}, f)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	if !s.mayPlan(r) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "travel.getNew", "door.forbidden"))
		return
	}
	s.showNew(w, r, s.newForm(page.LocaleOf(r).Code, Movement{ID: db.NewID()}))
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	m := Movement{Mode: Mode(r.PostForm.Get("mode")), Number: strings.TrimSpace(r.PostForm.Get("number")), To: r.PostForm.Get("to")}
	var err error
	if m.ID, err = db.ParseID(r.PostForm.Get("id")); err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "travel.postNew", "page.error.body"))
		return
	}
	date, err := page.ReadDate(r.PostForm, "day", s.today())
	if err == nil {
		m.Day, _ = date.Exact() // no exact day is one long past
		_, err = s.Plan(r.Context(), m)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(m.ID), page.M("travel.saved"))
		return
	}
	f := s.newForm(page.LocaleOf(r).Code, m)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showNew(w, r, f)
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) { s.show(w, r, nil) }

func (s *Service) show(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Open(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := oneSheet(o, s.today(), failed)
	if s.Beyond != nil {
		v.Actions = append(v.Actions, s.Beyond(r.Context(), o.Day)...)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.one.title", Back: listLink(), Wide: true}, v, failed)
}

func oneSheet(o Opened, today calendar.Day, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("travel.q.day"), Value: o.Day}, {Label: page.M("travel.q.mode"), Value: page.M("travel.mode." + string(o.Mode))},
		{Label: page.M("travel.q.number"), Value: page.Code(o.Number)}, {Label: page.M("travel.q.to"), Value: toCell(o.To)}},
		Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("travel.q.person"), Wide: true}, {Label: page.M("travel.q.code")}, {Label: page.M("travel.q.sex_age")}}, Empty: page.Empty{Title: page.M("travel.nobody")}}}
	if o.Hidden > 0 {
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("travel.hidden", "count", o.Hidden)}}}
	}
	var off []page.Option
	for _, b := range o.Who {
		name := b.Original
		if name == "" {
			name = b.Latin
		}
		if name == "" {
			name = b.Code
		}
		about := []any{page.Sex(b.Sex).Msg()}
		if !b.Birth.IsZero() {
			about = append(about, page.Age(b.Birth, today))
		}
		v.Table.Rows = append(v.Table.Rows, []page.Cell{page.Link{Href: "/people/" + b.ID.String(), Name: name}, page.Code(b.Code), about})
		off = append(off, page.Option{Value: b.ID.String(), Text: name})
	}
	if !o.MayWrite {
		return v
	}
	on := onForm(o.ID)
	if failed != nil {
		on = failed
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("travel.on"), Form: on})
	if len(off) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("travel.off"), Form: &page.Form{Action: path(o.ID) + "/off", Submit: page.M("travel.off"), Fields: []page.Field{
			{Kind: page.Select, Name: "person", Label: page.M("travel.q.person"), Options: append([]page.Option{{Value: "", Label: page.M("travel.q.choose")}}, off...)}}}})
	}
	return v
}

// onForm takes somebody onto the list by the code or number that is typed.
func onForm(id db.ID) *page.Form {
	return &page.Form{Action: path(id) + "/on", Submit: page.M("travel.on"), Fields: []page.Field{{Kind: page.Text, Name: "typed", Label: page.M("travel.q.typed"), Hint: page.M("travel.q.typed_hint"), Max: longNumber, Width: 20, Dir: "ltr", Auto: "off"}}}
}

func (s *Service) postOn(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Board(r.Context(), id, r.PostForm.Get("typed"))
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("travel.saved"))
		return
	}
	f := onForm(id)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, f)
}

func (s *Service) postOff(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		var person db.ID
		if person, err = db.ParseID(r.PostForm.Get("person")); err != nil {
			err = fault.New(fault.Invalid, "travel.postOff", "travel.error.choose")
		} else {
			err = s.TakeOff(r.Context(), id, person)
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M("travel.saved"))
}
