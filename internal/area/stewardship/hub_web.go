package stewardship

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const hubsPath = "/hubs"

func hubsLink() page.Link {
	return page.Link{Href: hubsPath, Text: page.M("stewardship.hubs.title")}
}

func (s *Service) getHubs(w http.ResponseWriter, r *http.Request) { s.showHubs(w, r, hubForm()) }

func (s *Service) showHubs(w http.ResponseWriter, r *http.Request, f *page.Form) {
	own, list, err := s.KnownHubs(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.hubs.title", Back: page.Link{Href: "/agreements", Text: page.M("stewardship.agreements.title")}}, hubsView(own, list, f), f)
}

// hubsView has what is read out to the other side, then what was read out by it.
func hubsView(own OwnCard, list []KnownHub, f *page.Form) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("stewardship.agreements.peer")}, {Label: page.M("stewardship.hubs.fingerprint")}, {Label: page.M("stewardship.agreements.state")}, {Label: page.M("stewardship.rights.open"), Hide: true}},
		Empty: page.Empty{Title: page.M("stewardship.hubs.none")}}
	for _, h := range list {
		open := any(nil)
		if !h.Revoked {
			open = page.Link{Href: hubsPath + "/" + h.Pin, Text: page.M("stewardship.rights.open")}
		}
		t.Rows = append(t.Rows, []page.Cell{h.Name, page.Code(h.Fingerprint), hubTag(h), open})
	}
	return page.Sheet{Lead: page.M("stewardship.hubs.lead"), Parts: []page.Part{
		{Title: page.M("stewardship.hubs.own"), Lead: page.M("stewardship.hubs.own_lead"),
			Rows: page.Summary{{Label: page.M("stewardship.hubs.fingerprint"), Value: page.Code(own.Fingerprint)}, {Label: page.M("stewardship.hubs.card"), Value: page.Code(own.Card)}}},
		{Title: page.M("stewardship.hubs.add"), Lead: page.M("stewardship.hubs.add_lead"), Form: f},
		{Title: page.M("stewardship.hubs.known"), Table: t}}}
}

func hubTag(h KnownHub) page.Tag {
	switch {
	case h.Revoked:
		return page.Tag{Level: page.Danger, Text: page.M("stewardship.hubs.state_revoked")}
	case h.ByFile:
		return page.Tag{Level: page.Done, Text: page.M("stewardship.hubs.state_files")}
	}
	return page.Tag{Level: page.Done, Text: page.M("stewardship.hubs.state_link")}
}

// hubForm asks for the fingerprint as it was heard; the page never shows that of the card
// that was pasted, which somebody would copy.
func hubForm() *page.Form {
	return &page.Form{Action: hubsPath, Submit: page.M("stewardship.hubs.add"), Fields: []page.Field{
		{Kind: page.Text, Name: "name", Label: page.M("stewardship.hubs.name"), Hint: page.M("stewardship.hubs.name_hint"), Dir: "auto", Max: 80, Auto: "off"},
		{Kind: page.LongText, Name: "card", Label: page.M("stewardship.hubs.their_card"), Hint: page.M("stewardship.hubs.their_card_hint"), Dir: "ltr", Rows: 4},
		{Kind: page.Text, Name: "fingerprint", Label: page.M("stewardship.hubs.their_fingerprint"), Hint: page.M("stewardship.hubs.their_fingerprint_hint"), Dir: "ltr", Max: 40, Auto: "off"}}}
}

func (s *Service) postHub(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = s.AddHub(r.Context(), r.PostForm.Get("name"), r.PostForm.Get("card"), r.PostForm.Get("fingerprint"))
	}
	if err == nil {
		s.Pages.Redirect(w, r, hubsPath, page.M("stewardship.hubs.added"))
		return
	}
	f := hubForm()
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showHubs(w, r, f)
}

func (s *Service) getHub(w http.ResponseWriter, r *http.Request) {
	s.showHub(w, r, revokeForm(r.PathValue("pin")))
}

func (s *Service) showHub(w http.ResponseWriter, r *http.Request, f *page.Form) {
	_, list, err := s.KnownHubs(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	for _, h := range list {
		if h.Pin == r.PathValue("pin") {
			s.Pages.Sheet(w, r, page.Page{Title: "stewardship.hubs.one", Back: hubsLink()}, hubView(h, f), f)
			return
		}
	}
	s.Pages.Error(w, r, fault.New(fault.NotFound, "stewardship.getHub", "page.error.not_found"))
}

func hubView(h KnownHub, f *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("stewardship.agreements.peer"), Value: h.Name}, {Label: page.M("stewardship.hubs.fingerprint"), Value: page.Code(h.Fingerprint)}, {Label: page.M("stewardship.agreements.state"), Value: hubTag(h)}}}
	if !h.Revoked {
		v.Parts = []page.Part{{Title: page.M("stewardship.hubs.revoke"), Lead: page.M("stewardship.hubs.revoke_lead"), Form: f}}
	}
	return v
}

func revokeForm(pin string) *page.Form {
	return &page.Form{Action: hubsPath + "/" + pin, Submit: page.M("stewardship.hubs.revoke"), Fields: []page.Field{
		{Kind: page.Checks, Name: "sure", Label: page.M("stewardship.hubs.sure"), Options: []page.Option{{Value: "yes", Label: page.M("stewardship.hubs.sure_yes")}}}}}
}

func (s *Service) postRevokeHub(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = s.RevokeHub(r.Context(), r.PathValue("pin"), r.PostForm.Get("sure") == "yes")
	}
	if err == nil {
		s.Pages.Redirect(w, r, hubsPath, page.M("stewardship.hubs.revoked"))
		return
	}
	f := revokeForm(r.PathValue("pin"))
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showHub(w, r, f)
}
