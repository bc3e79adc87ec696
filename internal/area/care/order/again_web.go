package order

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) againForm(sh Sheet) (*page.Form, error) {
	if err := need(sh.MayAgain); err != nil {
		return nil, err
	}
	return &page.Form{Submit: page.M("order.do.again"), Fields: []page.Field{idField(),
		{Kind: page.Note, Label: page.M("order.q.again_note")},
		{Kind: page.Radios, Name: "how", Label: page.M("order.q.again"), Options: options("order.again.", Agains)},
		{Kind: page.LongText, Name: "note", Label: page.M("order.q.note"), Optional: true, Max: 500, Rows: 2},
	}}, nil
}

func (s *Service) getAgain(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_again", s.againForm); ok {
		s.Pages.Form(w, r, pg, f)
	}
}

func (s *Service) postAgain(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	made := newID(r)
	err := s.Again(r.Context(), id, made, r.PostForm.Get("how"), r.PostForm.Get("note"))
	if err == nil {
		s.Pages.Redirect(w, r, "/orders/"+made.String(), page.M("order.saved"))
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_again", s.againForm); ok {
		f.Fill(r.PostForm)
		s.fail(w, r, pg, f, err)
	}
}
