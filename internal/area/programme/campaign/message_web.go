package campaign

import (
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/internal/area/programme/listed"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func writeForm(o Opened, id db.ID) *page.Form {
	return &page.Form{Action: campaignPath(o.ID) + "/messages", Submit: page.M("campaign.message.save"), Cancel: backTo(o.Campaign), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Text, Name: "title", Label: page.M("campaign.q.title"), Hint: page.M("campaign.q.title_hint"), Max: longName, Dir: "auto", Auto: "off"},
		{Kind: page.Radios, Name: "language", Label: page.M("campaign.q.language"), Options: o.Lists.Languages.Options(func(it listed.Item) bool { return contains(o.Languages, it.Code) })},
		textField("")}}
}

func textField(value string) page.Field {
	return page.Field{Kind: page.LongText, Name: "text", Label: page.M("campaign.q.text"), Hint: page.M("campaign.q.text_hint"), Value: value, Max: longText, Rows: 5, Dir: "auto"}
}

func (s *Service) getWrite(w http.ResponseWriter, r *http.Request) {
	o, ok := s.opened(w, r)
	if !ok {
		return
	}
	if !o.Edits {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "campaign.getWrite", "door.forbidden"))
		return
	}
	s.showWrite(w, r, o, writeForm(o, db.NewID()))
}

func (s *Service) showWrite(w http.ResponseWriter, r *http.Request, o Opened, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.message.new", Back: backTo(o.Campaign)}, page.Sheet{Lead: page.M("campaign.message.lead"), Form: f}, f)
}

func (s *Service) postWrite(w http.ResponseWriter, r *http.Request) {
	o, ok := s.openedPost(w, r)
	if !ok {
		return
	}
	id, err := idIn(r.PostForm)
	if err == nil {
		err = s.Write(r.Context(), Message{ID: id, Campaign: o.ID, Title: r.PostForm.Get("title"), Language: r.PostForm.Get("language")}, r.PostForm.Get("text"))
	}
	f := writeForm(o, id)
	s.shown(w, r, err, messagePath(id), "campaign.message.saved", f, func() { s.showWrite(w, r, o, f) })
}

func (s *Service) getMessage(w http.ResponseWriter, r *http.Request) { s.showMessage(w, r, nil) }

func (s *Service) showMessage(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var m MessageSheet
	if err == nil {
		m, err = s.Message(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.message.one", Back: backTo(m.Campaign)}, messageView(m, failed), failed)
}

// messageView is a message: how it reads now, whether it may be used, and what was before.
func messageView(m MessageSheet, failed *page.Form) page.Sheet {
	last := m.Last()
	v := page.Sheet{Rows: page.Summary{{Label: page.M("campaign.q.title"), Value: m.Title}, {Label: page.M("campaign.q.language"), Value: m.Lists.Languages.Msg(m.Language)},
		{Label: page.M("campaign.message.version"), Value: []any{m.Number(last.ID), standingTag(m.StandingOf(last.ID))}}, {Label: page.M("campaign.q.text"), Value: last.Text}}}
	if u, ok := m.Usable(); !ok {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("campaign.message.not_used")}})
	} else if u.ID != last.ID {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("campaign.message.use_older", "n", m.Number(u.ID))}})
	}
	for _, f := range messageForms(m) {
		form := f.Form
		if failed != nil && failed.Action == form.Action {
			form = failed
		}
		f.Form = form
		v.Parts = append(v.Parts, f)
	}
	v.Parts = append(v.Parts, versionPart(m))
	return v
}

// messageForms are what the actor may do to the last version.
func messageForms(m MessageSheet) (out []page.Part) {
	last := m.Last()
	version := page.Field{Kind: page.Hidden, Name: "version", Value: last.ID.String()}
	state := m.StandingOf(last.ID)
	switch {
	case state != Draft || !m.Approves:
	case m.Own:
		out = append(out, page.Part{Title: page.M("campaign.message.approve"), Lead: page.M("campaign.message.own")})
	default:
		out = append(out, page.Part{Title: page.M("campaign.message.approve"), Lead: page.M("campaign.message.approve_lead"), Form: &page.Form{Action: messagePath(m.ID) + "/approve", Submit: page.M("campaign.message.approve"), Fields: []page.Field{version,
			{Kind: page.Checks, Name: "reads", Label: page.M("campaign.q.reads", "language", m.Lists.Languages.Msg(m.Language)), Options: []page.Option{{Value: "yes", Label: page.M("campaign.q.reads_yes")}}}}}})
	}
	if m.Edits {
		out = append(out, page.Part{Title: page.M("campaign.message.reword"), Lead: page.M("campaign.message.reword_lead"), Form: &page.Form{Action: messagePath(m.ID) + "/versions", Submit: page.M("campaign.message.reword"), Fields: []page.Field{textField(last.Text)}}})
	}
	if u, ok := m.Usable(); ok && m.Approves {
		out = append(out, page.Part{Title: page.M("campaign.message.withdraw"), Lead: page.M("campaign.message.withdraw_lead", "n", m.Number(u.ID)), Form: &page.Form{Action: messagePath(m.ID) + "/withdraw", Submit: page.M("campaign.message.withdraw"), Danger: true,
			Fields: []page.Field{{Kind: page.Hidden, Name: "version", Value: u.ID.String()}, {Kind: page.LongText, Name: "why", Label: page.M("campaign.q.why"), Max: longText, Rows: 2}}}})
	}
	return out
}

func versionPart(m MessageSheet) page.Part {
	p := page.Part{Title: page.M("campaign.message.versions")}
	for _, v := range slices.Backward(m.Versions) {
		detail := []any{v.Text, page.M("campaign.message.by", "name", m.Names[v.By])}
		for _, d := range m.Verdicts {
			if d.Version != v.ID {
				continue
			}
			key := "campaign.message.approved_by"
			if !d.Good {
				key = "campaign.message.withdrawn_by"
			}
			detail = append(detail, page.M(key, "name", m.Names[d.By]))
			if d.Why != "" {
				detail = append(detail, d.Why)
			}
		}
		p.Timeline = append(p.Timeline, page.Event{When: v.At, What: page.M("campaign.message.number", "n", m.Number(v.ID)), Detail: detail, State: standingTag(m.StandingOf(v.ID))})
	}
	return p
}

func (s *Service) postReword(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var m MessageSheet
	if err == nil {
		m, err = s.Message(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := &page.Form{Action: messagePath(id) + "/versions", Submit: page.M("campaign.message.reword"), Fields: []page.Field{textField(m.Last().Text)}}
	s.shown(w, r, s.Reword(r.Context(), id, r.PostForm.Get("text")), messagePath(id), "campaign.message.saved", f, func() { s.showMessage(w, r, f) })
}

func (s *Service) postApprove(w http.ResponseWriter, r *http.Request) {
	s.postVerdict(w, r, "/approve", "campaign.message.is_approved", Verdict{Good: true, Reads: true})
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) {
	s.postVerdict(w, r, "/withdraw", "campaign.message.is_withdrawn", Verdict{})
}

func (s *Service) postVerdict(w http.ResponseWriter, r *http.Request, what, done string, v Verdict) {
	id, err := page.Posted(w, r, "id")
	var m MessageSheet
	if err == nil {
		m, err = s.Message(r.Context(), id)
	}
	if err == nil {
		v.Version, err = db.ParseID(r.PostForm.Get("version"))
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v.Why, v.Reads = r.PostForm.Get("why"), v.Good && r.PostForm.Get("reads") == "yes"
	err = s.Judge(r.Context(), id, v)
	var f *page.Form
	for _, p := range messageForms(m) {
		if p.Form != nil && p.Form.Action == messagePath(id)+what {
			f = p.Form
		}
	}
	s.shown(w, r, err, messagePath(id), done, f, func() { s.showMessage(w, r, f) })
}
