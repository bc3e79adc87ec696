package linelist

import (
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getCircle(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var c Circle
	if err == nil {
		c, err = s.CircleOf(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.circle.title", Back: caseLink(id)}, circleView(c), nil)
}

func circleView(c Circle) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("linelist.q.name"), Wide: true}, {Label: page.M("linelist.q.sex_age")}, {Label: page.M("linelist.contact.last")}, {Label: page.M("linelist.circle.state")}},
		Empty: page.Empty{Title: page.M("linelist.circle.none"), Text: page.M("linelist.circle.none_text")}}
	for _, x := range c.Contacts {
		state := page.Tag{Level: page.Wait, Text: page.M("linelist.circle.not_listed")}
		if slices.Contains(c.Listed, x.ID) {
			state = page.Tag{Level: page.Done, Text: page.M("linelist.circle.listed")}
		}
		t.Rows = append(t.Rows, []page.Cell{x.Name, sexAge(Case{Sex: x.Sex, Birth: x.Birth, Reported: c.Case.Reported}), x.Last, state})
	}
	v := page.Sheet{Lead: page.M("linelist.circle.lead"), Table: t}
	if len(c.Contacts) > len(c.Listed) {
		v.Form = &page.Form{Action: path(c.Case.ID) + "/circle", Submit: page.M("linelist.circle.list")}
	}
	return v
}

func (s *Service) postCircle(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var listed, left int
	if err == nil {
		listed, left, err = s.ListCircle(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if left > 0 {
		s.Pages.Redirect(w, r, path(id), page.M("linelist.circle.left", "count", left))
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M("linelist.circle.done", "count", listed))
}
