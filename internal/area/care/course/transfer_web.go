package course

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// transferForm asks another site. A closed one is shown and answers why it cannot be: who
// looks for it must not think that it is missing.
func transferForm(id db.ID, doc db.ID, sites []place.Site) *page.Form {
	to := page.Field{Kind: page.Select, Name: "to", Label: page.M("course.q.to"), Options: []page.Option{{Value: "", Label: page.M("course.choose")}}}
	for _, x := range sites {
		o := page.Option{Value: x.Code, Label: page.Words(x.Name)}
		if x.Closed {
			o.Label = page.M("course.closed_site", "site", page.Words(x.Name))
		}
		to.Options = append(to.Options, o)
	}
	return &page.Form{Action: path(id) + "/transfer", Submit: page.M("course.transfer.ask"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "doc", Value: doc.String()}, to,
		{Kind: page.LongText, Name: "why", Label: page.M("course.q.why"), Optional: true, Max: longText}}}
}

func (s *Service) getTransfer(w http.ResponseWriter, r *http.Request) { s.showTransfer(w, r, nil) }

func (s *Service) showTransfer(w http.ResponseWriter, r *http.Request, failed error) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Look(r.Context(), id, page.LocaleOf(r).Code)
	}
	var sites []place.Site
	if err == nil {
		sites, err = s.SitesFor(r.Context(), o.Course)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := transferForm(id, db.NewID(), sites)
	if failed != nil {
		f.Fill(r.PostForm)
		if !f.Fail(failed) {
			s.Pages.Error(w, r, failed)
			return
		}
	}
	v := page.Sheet{Lead: page.M("course.transfer.lead"), Form: f}
	s.Pages.Sheet(w, r, page.Page{Title: "course.transfer.title", Banner: o.Banner, Back: page.Link{Href: path(id), Text: page.M("course.one.title")}}, v, f)
}

func (s *Service) postTransfer(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var doc db.ID
	if err == nil {
		doc, err = db.ParseID(r.PostForm.Get("doc"))
	}
	if err == nil {
		err = s.AskTransfer(r.Context(), doc, id, r.PostForm.Get("to"), r.PostForm.Get("why"))
	}
	if err != nil {
		s.showTransfer(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M("course.transfer.asked"))
}

func (s *Service) getMove(w http.ResponseWriter, r *http.Request) { s.showMove(w, r, nil) }

func (s *Service) showMove(w http.ResponseWriter, r *http.Request, failed error) {
	id, err := page.PathID(r, "id")
	var t Incoming
	if err == nil {
		t, err = s.LookTransfer(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v, forms := moveSheet(t)
	var shown *page.Form
	if failed != nil {
		shown = forms[TransferState(r.PostForm.Get("state"))]
		if shown == nil {
			s.Pages.Error(w, r, failed)
			return
		}
		shown.Fill(r.PostForm)
		if !shown.Fail(failed) {
			s.Pages.Error(w, r, failed)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "course.move.title", Back: listLink()}, v, shown)
}

// moveSheet is a transfer, and what can be answered by who reads it.
func moveSheet(t Incoming) (page.Sheet, map[TransferState]*page.Form) {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("course.q.person"), Value: page.Link{Href: "/people/" + t.Person.String(), Name: nameOf(t.Who)}},
		{Label: page.M("course.q.code"), Value: page.Code(t.Who.Code)}, {Label: page.M("course.q.programme"), Value: programmeName(t.Rules, t.Code)},
		{Label: page.M("course.q.from"), Value: t.FromName}, {Label: page.M("course.q.to"), Value: t.ToName},
		{Label: page.M("course.q.state"), Value: []any{moveTag(t.State), t.Since}}, {Label: page.M("course.q.asked"), Value: t.AskedAt}}}
	for _, r := range []page.Row{{Label: page.M("course.q.why"), Value: t.Why}, {Label: page.M("course.q.reason"), Value: t.Reason}} {
		if r.Value != "" {
			v.Rows = append(v.Rows, r)
		}
	}
	forms := map[TransferState]*page.Form{}
	offer := func(state TransferState, fields ...page.Field) {
		f := &page.Form{Action: movesPath + "/" + t.ID.String(), Submit: page.M("course.answer." + string(state)), Fields: append([]page.Field{{Kind: page.Hidden, Name: "state", Value: string(state), Keep: true}}, fields...)}
		forms[state] = f
		v.Parts = append(v.Parts, page.Part{Title: page.M("course.answer_title." + string(state)), Form: f})
	}
	if t.MayAnswer {
		switch t.State {
		case Asked:
			offer(Accepted)
			offer(Refused, page.Field{Kind: page.LongText, Name: "reason", Label: page.M("course.q.reason"), Max: longText})
		case Accepted:
			offer(Arrived)
			offer(NotCome)
		case NotCome:
			offer(Arrived)
		}
		if t.State != Asked && t.State != Refused && t.State != Withdrawn {
			v.Actions = append(v.Actions, page.Link{Href: path(t.Course), Text: page.M("course.one.title")})
		}
	}
	if t.MayWithdraw && t.State == Asked {
		offer(Withdrawn)
	}
	return v, forms
}

func (s *Service) postMove(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Answer(r.Context(), id, TransferState(r.PostForm.Get("state")), r.PostForm.Get("reason"))
	}
	if err != nil {
		s.showMove(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, movesPath+"/"+id.String(), page.M("course.answered"))
}
