package assessment

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// postedIDs reads the act's own id, made when the form was shown, and the decision
// the officer saw.
func postedIDs(typed url.Values) (id, seen db.ID, err error) {
	if id, err = db.ParseID(typed.Get("id")); err == nil {
		seen, err = db.ParseID(typed.Get("decision"))
	}
	if err != nil {
		err = fault.New(fault.Invalid, "assessment.act", "assessment.error.form")
	}
	return id, seen, err
}

func (s *Service) postSign(w http.ResponseWriter, r *http.Request) {
	member, err := pathMember(r)
	if err == nil {
		err = page.ReadForm(w, r, 1<<16)
	}
	var id, seen db.ID
	if err == nil {
		id, seen, err = postedIDs(r.Form)
	}
	cleared := false
	if err == nil {
		cleared, err = s.Sign(r.Context(), id, member, seen)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	said := page.M("assessment.sign.held")
	if cleared {
		said = page.M("assessment.sign.cleared")
	}
	s.Pages.Redirect(w, r, "/cases/"+r.PathValue("id")+"/members/"+r.PathValue("member"), said)
}

func hiddenIDs(v *view) []page.Field {
	seen := ""
	if v.Last != nil {
		seen = v.Last.ID.String()
	}
	return []page.Field{{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}, {Kind: page.Hidden, Name: "decision", Value: seen}}
}

func reasonField() page.Field {
	return page.Field{Kind: page.LongText, Name: "reason", Label: page.M("assessment.reason"), Hint: page.M("assessment.reason_hint"), Max: 2000}
}

func waiveForm(v *view, rd reader) *page.Form {
	f := &page.Form{Submit: page.M("assessment.waive.do"), Danger: true, Cancel: page.Link{Href: memberPath(v), Text: page.M("assessment.cancel")}, Fields: hiddenIDs(v)}
	q := page.Field{Kind: page.Radios, Name: "service", Label: page.M("assessment.waive.which")}
	for _, it := range v.Plan.Items {
		switch it.State {
		case ItemRequired, ItemRefused, ItemDeferred, ItemUndecided:
			q.Options = append(q.Options, page.Option{Value: it.Code, Label: rd.name(v.Pack, it)})
		}
	}
	f.Fields = append(f.Fields, q, reasonField())
	return f
}

func (s *Service) getWaive(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.memberPage(r, access.PlanWaive)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, page.Page{Title: "assessment.waive.title", Banner: banner}, waiveForm(v, s.readerOf(r, v)))
}

func (s *Service) postWaive(w http.ResponseWriter, r *http.Request) {
	s.postReasoned(w, r, access.PlanWaive, "assessment.waive.title", waiveForm, func(v *view, id, seen db.ID) error {
		return s.Waive(r.Context(), id, v.Member.ID, seen, r.Form.Get("service"), r.Form.Get("reason"))
	})
}

func overrideForm(v *view, _ reader) *page.Form {
	f := &page.Form{Submit: page.M("assessment.override.do"), Danger: true, Cancel: page.Link{Href: memberPath(v), Text: page.M("assessment.cancel")}, Fields: hiddenIDs(v)}
	q := page.Field{Kind: page.Radios, Name: "outcome", Label: page.M("assessment.override.what"), Options: []page.Option{{Value: "hold", Label: page.M("assessment.override.hold")}}}
	if officerHold(v.Acts) {
		q.Options = append(q.Options, page.Option{Value: "release", Label: page.M("assessment.override.release")})
	}
	for _, code := range classesOf(v.Pack) {
		q.Options = append(q.Options, page.Option{Value: "class:" + code, Label: page.M("assessment.class.officer", "class", words(v.Pack, "classify."+code))})
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Note, Label: page.M("assessment.override.note")}, q, reasonField())
	return f
}

func (s *Service) getOverride(w http.ResponseWriter, r *http.Request) {
	v, banner, err := s.memberPage(r, access.CaseOverride)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, page.Page{Title: "assessment.override.title", Banner: banner}, overrideForm(v, s.readerOf(r, v)))
}

func (s *Service) postOverride(w http.ResponseWriter, r *http.Request) {
	s.postReasoned(w, r, access.CaseOverride, "assessment.override.title", overrideForm, func(v *view, id, seen db.ID) error {
		return s.Override(r.Context(), id, v.Member.ID, seen, r.Form.Get("outcome"), r.Form.Get("reason"))
	})
}

// postReasoned posts an act that needs a reason: what was typed is shown again
// when it is refused.
func (s *Service) postReasoned(w http.ResponseWriter, r *http.Request, right access.Action, titleKey string, form func(*view, reader) *page.Form, do func(*view, db.ID, db.ID) error) {
	if err := page.ReadForm(w, r, 1<<16); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v, banner, err := s.memberPage(r, right)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := form(v, s.readerOf(r, v))
	f.Fill(r.Form)
	id, seen, err := postedIDs(r.Form)
	if err == nil {
		err = do(v, id, seen)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Form(w, r, page.Page{Title: titleKey, Banner: banner}, f)
		return
	}
	s.Pages.Redirect(w, r, memberPath(v), page.M("assessment.act.done"))
}
