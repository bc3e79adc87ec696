package stewardship

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// PathReply is the bare form on which a clinic without Godwit answers. It needs no
// account, and shows nothing about anybody.
const PathReply = "/reply"

func (s *Service) getHandOvers(w http.ResponseWriter, r *http.Request) {
	person, err := page.PathID(r, "id")
	var list []HandedOver
	var offers []Agreement
	if err == nil {
		list, err = s.HandOvers(r.Context(), person)
	}
	if err == nil {
		offers, err = s.Offers(r.Context(), person)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	b, err := banner(s, r, person)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.handover.title", Banner: b, Back: personLink(person)}, s.handOversView(person, list, offers), nil)
}

func personLink(person db.ID) page.Link {
	return page.Link{Href: "/people/" + person.String(), Text: page.M("stewardship.back")}
}

func (s *Service) handOversView(person db.ID, list []HandedOver, offers []Agreement) page.Sheet {
	v := page.Sheet{Lead: page.M("stewardship.handover.lead")}
	for _, h := range list {
		v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.handover.to", "hub", h.Peer), Rows: append(stateRows(h), s.packetRows(h.Packet)...)})
	}
	choose := page.Part{Title: page.M("stewardship.handover.choose"), Lead: page.M("stewardship.handover.none")}
	if len(offers) > 0 {
		choose.Lead = page.M("stewardship.handover.choose_lead")
		for _, g := range offers {
			choose.Rows = append(choose.Rows, page.Row{Label: page.M("stewardship.handover.to", "hub", g.Peer),
				Value:  []any{recipientIn(g.Recipient(), g.Country), page.M("door.purpose." + g.Purpose)},
				Change: page.Link{Href: handOverPath(person, g.ID), Text: page.M("stewardship.handover.look")}})
		}
	}
	v.Parts = append(v.Parts, choose)
	return v
}

func handOverPath(person, agreement db.ID) string {
	return "/people/" + person.String() + "/handover/" + agreement.String()
}

// stateRows say how far a hand-over is, each step with its time.
func stateRows(h HandedOver) page.Summary {
	rows := page.Summary{{Label: page.M("stewardship.step.prepared"), Value: h.Made}}
	sent := page.Tag{Level: page.Wait, Text: page.M("stewardship.step.waits")}
	_, received := h.Steps[StepReceived]
	switch {
	case h.Taken || received:
		sent = page.Tag{Level: page.Done, Text: page.M("stewardship.step.taken")}
	case h.Sent:
		sent = page.Tag{Level: page.Wait, Text: page.M("stewardship.step.queued")}
	}
	rows = append(rows, page.Row{Label: page.M("stewardship.step.sent"), Value: sent})
	for _, step := range Steps {
		rep, ok := h.Steps[step]
		if !ok {
			rows = append(rows, page.Row{Label: page.M("stewardship.step." + string(step)), Value: page.M("stewardship.step.not_yet")})
			continue
		}
		value := []any{rep.At}
		if rep.Outcome != "" {
			value = append(value, page.M("stewardship.outcome."+string(rep.Outcome)))
		}
		if rep.Words != "" {
			value = append(value, rep.Words)
		}
		if rep.ByCode {
			value = append(value, page.M("stewardship.step.by_code"))
		}
		rows = append(rows, page.Row{Label: page.M("stewardship.step." + string(step)), Value: value})
	}
	return rows
}

// packetRows say what is in a packet, in words.
func (s *Service) packetRows(p Packet) page.Summary {
	words := plainWords{known: s.known}
	var out page.Summary
	for _, name := range partsIn(p.Parts) {
		for _, piece := range p.Parts[name] {
			for _, field := range slices.Sorted(maps.Keys(piece.Values)) {
				value := piece.Values[field]
				shown, ok := words.value(field, plain(value))
				if !ok {
					continue
				}
				row := page.Row{Label: page.M("stewardship.agreements.field", "part", partName(name), "field", words.field(field)), Value: shown}
				if d, err := calendar.Parse(piece.On); err == nil && piece.On != "" && name != PartJourney {
					row.Value = []any{shown, d}
				}
				out = append(out, row)
			}
		}
	}
	return out
}

// plain is a value as it looks after it has travelled.
func plain(v any) any {
	switch v := v.(type) {
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	case string, bool, float64, nil, []any:
		return v
	}
	return fmt.Sprint(v)
}

func (s *Service) handOverForm(w http.ResponseWriter, r *http.Request) (person, agreement db.ID, ok bool) {
	person, err := page.PathID(r, "id")
	if err == nil {
		agreement, err = page.PathID(r, "agreement")
	}
	if err == nil && r.Method == http.MethodPost {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
	}
	return person, agreement, err == nil
}

func (s *Service) getHandOver(w http.ResponseWriter, r *http.Request) {
	if person, agreement, ok := s.handOverForm(w, r); ok {
		s.showHandOver(w, r, person, agreement, nil)
	}
}

func (s *Service) showHandOver(w http.ResponseWriter, r *http.Request, person, agreement db.ID, failed error) {
	o, err := s.Preview(r.Context(), person, agreement)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	b, err := banner(s, r, person)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v, f := s.offerView(person, o)
	if f != nil && failed != nil && !f.Fail(failed) {
		s.Pages.Error(w, r, failed)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.handover.one", Banner: b, Back: page.Link{Href: "/people/" + person.String() + "/handover", Text: page.M("stewardship.handover.title")}}, v, f)
}

// offerView says exactly what would be sent and to whom, and asks.
func (s *Service) offerView(person db.ID, o Offer) (page.Sheet, *page.Form) {
	g := o.Agreement
	path := handOverPath(person, g.ID)
	v := page.Sheet{Lead: page.M("stewardship.handover.one_lead"), Rows: page.Summary{
		{Label: page.M("stewardship.agreements.peer"), Value: g.Peer}, {Label: page.M("stewardship.agreements.recipient"), Value: recipientIn(g.Recipient(), g.Country)},
		{Label: page.M("stewardship.agreements.purpose"), Value: page.M("door.purpose." + g.Purpose)},
	}}
	what := page.Part{Title: page.M("stewardship.handover.what"), Rows: s.packetRows(Packet{Parts: o.Parts})}
	if len(what.Rows) == 0 {
		what.Lead = page.M("stewardship.error.nothing")
	}
	v.Parts = []page.Part{what}
	var f *page.Form
	switch {
	case o.Refused != nil:
		v.Notes = []page.Callout{{Level: page.Wait, Text: []page.Msg{refusedMsg(o.Refused), page.M("stewardship.handover.care")}, Links: []page.Link{askLink(person, g.Purpose)}}}
	case len(what.Rows) > 0:
		f = &page.Form{Action: path, Submit: page.M("stewardship.handover.send"), Fields: []page.Field{
			{Kind: page.Note, Label: page.M("stewardship.handover.care")}, {Kind: page.Hidden, Name: "shown", Value: o.Digest, Keep: true}}}
		v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.handover.send_title"), Form: f})
	}
	if s.Link != nil {
		v.Parts = append(v.Parts, page.Part{Title: page.M("stewardship.ask.title"), Lead: page.M("stewardship.ask.lead", "hub", g.Peer),
			Form: &page.Form{Action: path + "/ask", Submit: page.M("stewardship.ask.ask"), Compact: true}})
	}
	return v, f
}

// askLink is the way to the page where the person is asked for the consent.
func askLink(person db.ID, purpose string) page.Link {
	scope := people.ScopeShareCare
	if purpose == "assessment" {
		scope = people.ScopeAssessment
	}
	return page.Link{Href: "/people/" + person.String() + "/consent/" + string(scope), Text: page.M("stewardship.handover.consent")}
}

func (s *Service) postHandOver(w http.ResponseWriter, r *http.Request) {
	person, agreement, ok := s.handOverForm(w, r)
	if !ok {
		return
	}
	_, code, err := s.HandOver(r.Context(), person, agreement, r.PostForm.Get("shown"))
	if err != nil {
		s.showHandOver(w, r, person, agreement, err)
		return
	}
	// Shown here and nowhere again.
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.handover.done", Return: "/people/" + person.String() + "/handover", Back: page.Link{Href: "/people/" + person.String() + "/handover", Text: page.M("stewardship.handover.title")}},
		codeView(code), nil)
}

func codeView(code string) page.Sheet {
	return page.Sheet{Lead: page.M("stewardship.handover.done_lead"), Rows: page.Summary{{Label: page.M("stewardship.reply.code"), Value: page.Code(code)}},
		Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("stewardship.handover.code_note")}}}}
}

func (s *Service) postAskOther(w http.ResponseWriter, r *http.Request) {
	person, agreement, ok := s.handOverForm(w, r)
	if !ok {
		return
	}
	found, err := s.AskOther(r.Context(), person, agreement)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	answer := page.M("stewardship.ask.no")
	if !found.IsZero() {
		answer = page.M("stewardship.ask.yes")
	}
	s.Pages.Redirect(w, r, handOverPath(person, agreement), answer)
}

func (s *Service) getInbox(w http.ResponseWriter, r *http.Request) {
	list, err := s.Inbox(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.inbox.title", Wide: true}, page.Sheet{Lead: page.M("stewardship.inbox.lead"), Table: inboxTable(list)}, nil)
}

func inboxTable(list []HandedOver) *page.Table {
	t := &page.Table{Columns: []page.Column{{Label: page.M("stewardship.step.received")}, {Label: page.M("stewardship.inbox.from")}, {Label: page.M("stewardship.agreements.purpose")},
		{Label: page.M("stewardship.agreements.state")}, {Label: page.M("stewardship.rights.open"), Hide: true}}, Empty: page.Empty{Title: page.M("stewardship.inbox.none")}}
	for _, h := range list {
		state := page.Tag{Level: page.Wait, Text: page.M("stewardship.inbox.new")}
		if _, ok := h.Steps[StepSeen]; ok {
			state = page.Tag{Level: page.Info, Text: page.M("stewardship.step.seen")}
		}
		if o, ok := h.Steps[StepOutcome]; ok {
			state = page.Tag{Level: page.Done, Text: page.M("stewardship.outcome." + string(o.Outcome))}
		}
		t.Rows = append(t.Rows, []page.Cell{h.Steps[StepReceived].At, h.Peer, recipientIn(h.Recipient, ""), state,
			page.Link{Href: "/handovers/" + h.ID.String(), Text: page.M("stewardship.rights.open")}})
	}
	return t
}

func answerFields() []page.Field {
	return []page.Field{
		{Kind: page.Radios, Name: "step", Label: page.M("stewardship.reply.step"), Options: page.OptionsOf(Steps, "stewardship.step.")},
		{Kind: page.Radios, Name: "outcome", Label: page.M("stewardship.step.outcome"), Hint: page.M("stewardship.reply.outcome_hint"), Options: page.OptionsOf(Outcomes, "stewardship.outcome."), Optional: true},
		{Kind: page.LongText, Name: "words", Label: page.M("stewardship.reply.words"), Hint: page.M("stewardship.reply.words_hint"), Rows: 2, Max: longReplyWords, Optional: true},
	}
}

func readReply(r *http.Request) Reply {
	return Reply{Step: Step(r.PostForm.Get("step")), Outcome: Outcome(r.PostForm.Get("outcome")), Words: r.PostForm.Get("words")}
}

func (s *Service) getPacket(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showPacket(w, r, id, nil)
}

func (s *Service) showPacket(w http.ResponseWriter, r *http.Request, id db.ID, f *page.Form) {
	h, err := s.OpenPacket(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.inbox.one", Back: page.Link{Href: "/handovers", Text: page.M("stewardship.inbox.title")}}, s.packetView(h, f), f)
}

func (s *Service) packetView(h HandedOver, f *page.Form) page.Sheet {
	if f == nil {
		f = packetForm(h.ID)
	}
	return page.Sheet{Lead: page.M("stewardship.inbox.one_lead", "hub", h.Peer), Rows: s.packetRows(h.Packet), Parts: []page.Part{
		{Title: page.M("stewardship.inbox.state"), Rows: stateRows(h)[2:]}, {Title: page.M("stewardship.inbox.answer"), Form: f}}}
}

func packetForm(id db.ID) *page.Form {
	return &page.Form{Action: "/handovers/" + id.String(), Submit: page.M("stewardship.inbox.tell"), Fields: answerFields()}
}

func (s *Service) postPacket(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	rep := readReply(r)
	rep.Packet = id
	if err := s.Answer(r.Context(), rep); err != nil {
		f := packetForm(id)
		f.Fill(r.PostForm)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showPacket(w, r, id, f)
		return
	}
	s.Pages.Redirect(w, r, "/handovers/"+id.String(), page.M("stewardship.inbox.told"))
}

func replyForm() *page.Form {
	return &page.Form{Action: PathReply, Submit: page.M("stewardship.inbox.tell"), Fields: append([]page.Field{
		{Kind: page.Text, Name: "code", Label: page.M("stewardship.reply.code"), Dir: "ltr", Width: 20, Max: 30, Auto: "off"}}, answerFields()...)}
}

func (s *Service) getReply(w http.ResponseWriter, r *http.Request) {
	f := replyForm()
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.reply.title"}, page.Sheet{Lead: page.M("stewardship.reply.lead"), Parts: []page.Part{{Form: f}}}, f)
}

func (s *Service) postReply(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if err := s.AnswerByCode(r.Context(), r.PostForm.Get("code"), readReply(r), address(r)); err != nil {
		f := replyForm()
		f.Fill(r.PostForm)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Sheet(w, r, page.Page{Title: "stewardship.reply.title"}, page.Sheet{Lead: page.M("stewardship.reply.lead"), Parts: []page.Part{{Form: f}}}, f)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.reply.thanks", Return: PathReply}, page.Sheet{Lead: page.M("stewardship.reply.thanks_lead")}, nil)
}
