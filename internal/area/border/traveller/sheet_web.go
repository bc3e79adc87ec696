package traveller

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func lower(s string) string { return strings.ToLower(s) }

// opens opens a sheet of a screening.
type opens func(ctx context.Context, screening db.ID) (Sheet, error)

// getSheet shows a form of the pack about a screening.
func (s *Service) getSheet(w http.ResponseWriter, r *http.Request, what string, open opens) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sh, err := open(r.Context(), id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, _, _ := asked(sh, db.NewID(), path(id)+"/"+what, what != "again", was(sh, what), false)
	s.showSheet(w, r, id, what, f)
}

func (s *Service) showSheet(w http.ResponseWriter, r *http.Request, id db.ID, what string, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.do." + what, Back: backTo(id)}, page.Sheet{Lead: page.M("traveller.lead." + what), Form: f}, f)
}

func (s *Service) liveSheet(w http.ResponseWriter, r *http.Request, what string, open opens) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.live(w, r, path(id)+"/"+what, func() (Sheet, error) { return open(r.Context(), id) })
}

// postSheet saves the answers to a form of the pack about a screening.
func (s *Service) postSheet(w http.ResponseWriter, r *http.Request, what string, open opens, save func(ctx context.Context, id db.ID, a Answers) error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sh, made, err := s.read(w, r, func() (Sheet, error) { return open(r.Context(), id) })
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, res, answers := asked(sh, made, path(id)+"/"+what, what != "again", r.PostForm, true)
	if !res.OK() {
		s.showSheet(w, r, id, what, f)
		return
	}
	if err := save(r.Context(), id, answers); err != nil {
		s.failed(w, r, id, what, f, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M("traveller.saved"))
}

// failed shows a form again with what is wrong; what the pack holds back is said in its
// words.
func (s *Service) failed(w http.ResponseWriter, r *http.Request, id db.ID, what string, f *page.Form, err error) {
	var held *Refusal
	switch {
	case errors.As(err, &held):
		for _, code := range held.Holds {
			f.Note("", page.Words(func(lang string) string { return held.Pack.OutcomeWord(lang, decision.Hold, code) }))
		}
	case !f.Fail(err):
		s.fail(w, r, err)
		return
	}
	s.showSheet(w, r, id, what, f)
}
