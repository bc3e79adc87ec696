package people

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// findView is the page that finds somebody or starts a registration.
type findView struct {
	Typed    string
	Form     *page.Form
	Asked    bool // something was searched for
	Found    foundView
	Register bool

	Elsewhere string // where to ask for who was not found here, and by which number
	Number    string
}

// foundView is the list of who was found; it is also a fragment by itself.
type foundView struct {
	Hits []hitView
	More bool
}

// hitView is one person found.
type hitView struct {
	Href      string
	FullName  string // in its own script
	Latin     string
	Lang      string
	Wristband string
	Hit       Hit
	Ref       page.Code
	Sex       page.Sex
}

func foundOf(f Found) foundView {
	v := foundView{More: f.More}
	for _, h := range f.Hits {
		hv := hitView{Href: personPath(h.ID), FullName: h.Original, Latin: h.Latin, Lang: h.NameLang, Wristband: h.Wristband, Hit: h, Ref: page.Code(ShowCode(h.Code)), Sex: page.Sex(h.Sex)}
		if hv.FullName == "" {
			hv.FullName, hv.Latin, hv.Lang = h.Latin, "", ""
		}
		v.Hits = append(v.Hits, hv)
	}
	return v
}

func (s *Service) getFind(w http.ResponseWriter, r *http.Request) { s.find(w, r, "") }

// postFind searches. What is typed is a person's name or number: it travels in the
// body, so that no log, history or proxy keeps it with a path.
func (s *Service) postFind(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, maxPosted); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.find(w, r, r.PostForm.Get("q"))
}

func (s *Service) find(w http.ResponseWriter, r *http.Request, typed string) {
	found, err := s.Search(r.Context(), typed)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if page.IsFragment(r) {
		if found.Query.Empty() { // the box was emptied: nothing stands below it
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			return
		}
		s.Pages.Fragment(w, r, "people/found", foundOf(found))
		return
	}
	a, err := actor(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := findView{Typed: typed, Asked: !found.Query.Empty(), Found: foundOf(found),
		Register: s.Access.May(r.Context(), registerAction, personRow{Site: a.Site()}.identity()),
		Form: &page.Form{Action: "/people/find", Submit: page.M("page.search.button"), Fields: []page.Field{
			{Kind: page.Text, Name: "q", Label: page.M("people.find.label"), Hint: page.M("people.find.hint"), Value: typed, Max: maxTyped, Dir: "auto"}}}}
	if v.Asked && len(found.Hits) == 0 && s.Elsewhere != nil {
		if v.Elsewhere = s.Elsewhere(r.Context()); found.Query.Number != "" {
			v.Number = typed
		}
	}
	s.Pages.Render(w, r, page.Page{Template: "people/find", Title: "people.title.find", View: v, Return: "/people"})
}

func (s *Service) getToday(w http.ResponseWriter, r *http.Request) {
	a, err := actor(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	list, err := s.TodayList(r.Context(), a.Site())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "people/sections", Title: "people.title.today", View: todayView(list), Wide: true})
}

func todayView(list []TodayRow) sections {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("people.col.name"), Wide: true}, {Label: page.M("people.col.born")},
		{Label: page.M("people.col.sex")}, {Label: page.M("people.col.state")}}, Empty: page.Empty{Title: page.M("people.today.none"), Text: page.M("people.today.none_text"), Action: page.Link{Href: "/people", Text: page.M("people.title.find")}}}
	same := 0
	for _, row := range list {
		var tags []page.Tag
		if row.Urgent {
			tags = append(tags, page.Tag{Level: page.Danger, Text: page.M("people.flag.urgent_child")})
		}
		if row.Namesake {
			same++
			tags = append(tags, page.Tag{Level: page.Wait, Text: page.M("people.flag.namesake")})
		}
		var state any = page.M("people.flag.none")
		if len(tags) > 0 {
			state = tags
		}
		t.Rows = append(t.Rows, []page.Cell{nameLink(row.ID, row.Original, row.Latin, ShowCode(row.Code)), row.Birth, page.Sex(row.Sex), state})
	}
	v := sections{Sections: []section{{ID: "today", Title: page.M("people.today.caption"), Table: t}}}
	if same > 0 {
		v.Alerts = []page.Callout{{Level: page.Wait, Title: page.M("people.namesake.title"), Text: []page.Msg{page.M("people.namesake.text")}}}
	}
	return v
}
