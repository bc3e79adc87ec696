package order

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// interpreterFields ask who interprets. A relative is warned against, a child
// refused.
func interpreterFields() []page.Field {
	return []page.Field{
		{Kind: page.Radios, Name: "interpreter", Label: page.M("order.q.interpreter"), Hint: page.M("order.q.interpreter_hint"), Options: options("order.interpreter.", Interpreters)},
		{Kind: page.Checks, Name: "sure", Label: page.M("order.q.sure"), Optional: true, Options: []page.Option{{Value: "yes", Label: page.M("order.q.sure_yes")}}},
	}
}

func sure(r *http.Request) bool { return r.PostForm.Get("sure") == "yes" }

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a small number of a hidden field; anything else is 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 9 {
		return 0
	}
	return n
}

func (s *Service) talkForm(sh Sheet) (*page.Form, error) {
	if err := need(sh.MayCounsel); err != nil {
		return nil, err
	}
	f := &page.Form{Submit: page.M("order.do.counselling_save"), Fields: []page.Field{idField(), {Kind: page.Note, Label: page.M("order.q.counselling_note")}}}
	f.Fields = append(f.Fields, interpreterFields()...)
	f.Fields = append(f.Fields, page.Field{Kind: page.LongText, Name: "note", Label: page.M("order.q.note"), Optional: true, Max: 2000})
	return f, nil
}

func (s *Service) getTalk(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_counselling", s.talkForm); ok {
		s.Pages.Form(w, r, pg, f)
	}
}

func (s *Service) postTalk(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	err := s.Counsel(r.Context(), Talk{ID: newID(r), Order: id, Interp: r.PostForm.Get("interpreter"), Sure: sure(r), Note: r.PostForm.Get("note")})
	if err == nil {
		s.Pages.Redirect(w, r, "/orders/"+id.String(), page.M("order.saved"))
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_counselling", s.talkForm); ok {
		f.Fill(r.PostForm)
		s.fail(w, r, pg, f, err)
	}
}

// consentForm is the people area's form of the consent that the order asks for: one
// record, whichever page it was asked on. typed is what was sent with it, nil at first.
func (s *Service) consentForm(r *http.Request, typed url.Values) func(Sheet) (*page.Form, error) {
	return func(sh Sheet) (*page.Form, error) {
		if err := need(sh.MayConsent); err != nil {
			return nil, err
		}
		scope, ok := people.ScopeFor(sh.Order.Consent)
		if !ok || s.Consents == nil || !sh.Order.needsConsent() {
			return nil, fault.New(fault.NotFound, "order.consent", "order.error.not_found")
		}
		f, err := s.Consents.AskForm(r.Context(), sh.Order.Subject, scope, page.LocaleOf(r).Code, typed)
		if err != nil {
			return nil, err
		}
		f.Submit = page.M("order.do.consent_save")
		f.Fields = append([]page.Field{{Kind: page.Note, Label: page.M("order.q.consent_note", "service", sh.Service)}}, f.Fields...)
		return f, nil
	}
}

func (s *Service) getConsent(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if pg, f, ok := s.formPage(w, r, id, "order.title_consent", s.consentForm(r, nil)); ok {
		s.Pages.Form(w, r, pg, f)
	}
}

func (s *Service) postConsent(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	// The page is made first: whoever may not ask hears so before anything is read.
	pg, f, ok := s.formPage(w, r, id, "order.title_consent", s.consentForm(r, r.PostForm))
	if !ok {
		return
	}
	var o Order
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { o, err = findOrder(tx, id); return err })
	if err == nil {
		scope, _ := people.ScopeFor(o.Consent)
		err = s.Consents.PostConsent(r.Context(), o.Subject, scope, o.ID, r.PostForm)
	}
	if err == nil {
		s.Pages.Redirect(w, r, "/orders/"+id.String(), page.M("order.saved"))
		return
	}
	s.fail(w, r, pg, f, err)
}

// toldPage is the form that records that a result was given in person.
func (s *Service) toldPage(r *http.Request, id db.ID) (page.Page, *page.Form, error) {
	v, err := s.Read(r.Context(), id)
	if err != nil {
		return page.Page{}, nil, err
	}
	b, err := s.banner(r.Context(), v.Order.Subject)
	if err != nil {
		return page.Page{}, nil, err
	}
	f := &page.Form{Submit: page.M("order.do.told"), Cancel: page.Link{Href: "/results/" + id.String(), Text: page.M("order.back_result")}}
	f.Fields = append(f.Fields, idField(), page.Field{Kind: page.Note, Label: page.M("order.q.told_note")})
	f.Fields = append(f.Fields, interpreterFields()...)
	f.Fields = append(f.Fields,
		page.Field{Kind: page.Checks, Name: "counselled", Label: page.M("order.q.counselled"), Optional: true, Options: []page.Option{{Value: "yes", Label: page.M("order.q.counselled_yes")}}},
		page.Field{Kind: page.Radios, Name: "care", Label: page.M("order.q.care"), Hint: page.M("order.q.care_hint"), Optional: !v.Result.Care, Options: options("order.care.", Cares)},
		page.Field{Kind: page.Text, Name: "where", Label: page.M("order.q.where"), Optional: true, Max: 500},
		page.Field{Kind: page.LongText, Name: "note", Label: page.M("order.q.note"), Optional: true, Max: 2000})
	return page.Page{Title: "order.title_told", Banner: b, Back: f.Cancel}, f, nil
}

func (s *Service) getTold(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	pg, f, err := s.toldPage(r, id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, pg, f)
}

func (s *Service) postTold(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	err := s.Tell(r.Context(), Telling{ID: newID(r), Result: id, Interp: r.PostForm.Get("interpreter"), Sure: sure(r),
		Counselled: r.PostForm.Get("counselled") == "yes", Care: r.PostForm.Get("care"), Where: r.PostForm.Get("where"), Note: r.PostForm.Get("note")})
	if err == nil {
		s.Pages.Redirect(w, r, "/results/"+id.String(), page.M("order.saved"))
		return
	}
	pg, f, perr := s.toldPage(r, id)
	if perr != nil || fault.Is(err, fault.NotFound) {
		s.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	s.fail(w, r, pg, f, err)
}
