package assessment

import (
	"net/http"
	"net/url"
	"slices"

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

// hiddenIDs are what an act's form carries: its own id, and the decision seen.
func hiddenIDs(v *view) []page.Field {
	seen := ""
	if v.Last != nil {
		seen = v.Last.ID.String()
	}
	return []page.Field{{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}, {Kind: page.Hidden, Name: "decision", Value: seen}}
}

// postSign signs. What stands against it is said on the member's page, which shows
// what has moved.
func (s *Service) postSign(w http.ResponseWriter, r *http.Request) {
	v, _, err := s.posted(w, r, access.CaseSign)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	id, seen, err := postedIDs(r.Form)
	cleared := false
	if err == nil {
		cleared, err = s.Sign(r.Context(), id, v.Member.ID, seen)
	}
	said := page.M("assessment.sign.held")
	if cleared {
		said = page.M("assessment.sign.cleared")
	}
	switch code := fault.CodeOf(err); {
	case err == nil:
		s.Pages.Redirect(w, r, memberPath(v), said)
	case fault.KeyOf(err) == keyReplayed:
		s.Pages.Redirect(w, r, memberPath(v), page.M(keyReplayed))
	case code == fault.Conflict || code == fault.Invalid:
		f := &page.Form{}
		f.Fail(err)
		s.showMember(w, r, code.Status(), f.Problems())
	default:
		s.Pages.Error(w, r, err)
	}
}

func reasonField() page.Field {
	return page.Field{Kind: page.LongText, Name: "reason", Label: page.M("assessment.reason"), Hint: page.M("assessment.reason_hint"), Max: 2000, Rows: 4}
}

func waiveForm(v *view, rd reader) *page.Form {
	f := &page.Form{Submit: page.M("assessment.waive.do"), Danger: true, Cancel: page.Link{Href: memberPath(v), Text: page.M("assessment.cancel")}, Fields: hiddenIDs(v)}
	q := page.Field{Kind: page.Radios, Name: "service", Label: page.M("assessment.waive.which")}
	for _, it := range v.Plan.Items {
		if !slices.Contains(waivable, it.State) || it.Offered {
			continue
		}
		o := page.Option{Value: it.Code, Label: rd.service(v.Pack, it)}
		if why := rd.reasons(v.Pack, it.MayWaive, it.Sensitive); len(why) > 0 {
			o.Hint = why[0] // a rule of the destination by which it may be left out
		}
		q.Options = append(q.Options, o)
	}
	f.Fields = append(f.Fields, q, reasonField())
	return f
}

func (s *Service) getWaive(w http.ResponseWriter, r *http.Request) {
	s.getReasoned(w, r, access.PlanWaive, "assessment.waive.title", waiveForm)
}

func (s *Service) postWaive(w http.ResponseWriter, r *http.Request) {
	s.postReasoned(w, r, access.PlanWaive, "assessment.waive.title", waiveForm, func(v *view, id, seen db.ID) error {
		return s.Waive(r.Context(), id, v.Member.ID, seen, r.Form.Get("service"), r.Form.Get("reason"))
	})
}

func overrideForm(v *view, rd reader) *page.Form {
	f := &page.Form{Submit: page.M("assessment.override.do"), Danger: true, Cancel: page.Link{Href: memberPath(v), Text: page.M("assessment.cancel")}, Fields: hiddenIDs(v)}
	q := page.Field{Kind: page.Radios, Name: "outcome", Label: page.M("assessment.override.what")}
	if v.held() {
		q.Options = append(q.Options, page.Option{Value: "release", Label: page.M("assessment.override.release")})
	} else {
		q.Options = append(q.Options, page.Option{Value: "hold", Label: page.M("assessment.override.hold")})
	}
	for _, code := range classesOf(v.Pack) {
		q.Options = append(q.Options, page.Option{Value: "class:" + code, Label: page.M("assessment.class.officer", "class", rd.class(v, code))})
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Note, Label: page.M("assessment.override.note")}, q, reasonField())
	return f
}

func (s *Service) getOverride(w http.ResponseWriter, r *http.Request) {
	s.getReasoned(w, r, access.CaseOverride, "assessment.override.title", overrideForm)
}

func (s *Service) postOverride(w http.ResponseWriter, r *http.Request) {
	s.postReasoned(w, r, access.CaseOverride, "assessment.override.title", overrideForm, func(v *view, id, seen db.ID) error {
		return s.Override(r.Context(), id, v.Member.ID, seen, r.Form.Get("outcome"), r.Form.Get("reason"))
	})
}

// getReasoned shows the form of an act that needs a reason.
func (s *Service) getReasoned(w http.ResponseWriter, r *http.Request, right access.Action, titleKey string, form func(*view, reader) *page.Form) {
	v, banner, err := s.memberPage(r, right)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, page.Page{Title: titleKey, Banner: banner, Back: page.Link{Href: memberPath(v), Text: page.M("assessment.back")}}, form(v, s.readerOf(r.Context(), v)))
}

// postReasoned posts such an act: what was typed is shown again when it is refused.
func (s *Service) postReasoned(w http.ResponseWriter, r *http.Request, right access.Action, titleKey string, form func(*view, reader) *page.Form, do func(*view, db.ID, db.ID) error) {
	v, banner, err := s.posted(w, r, right)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := form(v, s.readerOf(r.Context(), v))
	f.Fill(r.Form)
	id, seen, err := postedIDs(r.Form)
	if err == nil {
		err = do(v, id, seen)
	}
	if fault.KeyOf(err) == "assessment.error.moved" {
		// The form names the decision that holds now: who sends it again has been told.
		if last, again := s.LastDecision(r.Context(), v.Member.ID); again == nil {
			f.Find("decision").Value = last.String()
		}
	}
	s.afterForm(w, r, v, banner, titleKey, f, err, page.M("assessment.act.done"))
}
