package border

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) postShift(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.fail(w, r, err)
		return
	}
	sh, err := s.StartShift(r.Context(), r.PostForm.Get("point"))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		s.Pages.Redirect(w, r, "/border", page.M("border.shift.choose"))
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.TakeShift(r.Context(), sh.ID.String())
	s.Pages.Redirect(w, r, "/border/count", page.M("border.shift.started"))
}

func endForm() *page.Form {
	return &page.Form{Action: "/border/shift/end", Submit: page.M("border.shift.end"), Cancel: page.Link{Href: "/border/count", Text: page.M("border.count.go_on")}, Fields: []page.Field{
		{Kind: page.LongText, Name: "note", Label: page.M("border.shift.note"), Hint: page.M("border.shift.note_hint"), Max: longNote, Optional: true}}}
}

func (s *Service) getEnd(w http.ResponseWriter, r *http.Request) { s.showEnd(w, r, endForm()) }

func (s *Service) showEnd(w http.ResponseWriter, r *http.Request, f *page.Form) {
	own, err := s.OwnShift(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "border.shift.end", Back: page.Link{Href: "/border/count", Text: page.M("border.count.title")}}, endView(own, f, page.LocaleOf(r).Code), f)
}

func endView(own Own, f *page.Form, lang string) page.Sheet {
	rows := page.Summary{{Label: page.M("border.point.point"), Value: own.Point.Name(lang)}, {Label: page.M("border.shift.started_at"), Value: own.Shift.Started}}
	for _, w := range Whats {
		rows = append(rows, page.Row{Label: page.M("border.what." + string(w)), Value: own.Counts[w]})
	}
	return page.Sheet{Lead: page.M("border.shift.end_lead"), Rows: rows, Form: f, Actions: []page.Link{{Href: dayPath(own.Point.Post.Code), Text: page.M("border.day.title")}}}
}

func (s *Service) postEnd(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.fail(w, r, err)
		return
	}
	if err := s.EndShift(r.Context(), r.PostForm.Get("note")); err != nil {
		f := endForm()
		f.Fill(r.PostForm)
		if !f.Fail(err) {
			s.fail(w, r, err)
			return
		}
		s.showEnd(w, r, f)
		return
	}
	s.TakeShift(r.Context(), "")
	s.Pages.Redirect(w, r, "/border", page.M("border.shift.ended"))
}
