package campaign

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func rumoursLink() page.Link {
	return page.Link{Href: rumoursPath, Text: page.M("campaign.rumour.title")}
}

func (s *Service) getRumours(w http.ResponseWriter, r *http.Request) {
	list, more, err := s.Rumours(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.rumour.title", Wide: true, Back: listLink()}, rumoursView(list, more, s.Access.Ever(r.Context(), access.CampaignRecord), s.lists), nil)
}

func rumoursView(list []Rumour, more, records bool, l Lists) page.Sheet {
	v := page.Sheet{Lead: page.M("campaign.rumour.lead"), Table: rumourTable(list, l)}
	if records {
		v.Actions = []page.Link{{Href: rumoursPath + "/new", Text: page.M("campaign.rumour.new")}}
	}
	offered := 0
	for _, r := range list {
		if r.Ill == value.Yes && r.Signal.IsZero() {
			offered++
		}
	}
	if offered > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("campaign.rumour.offered", "n", offered)}}}
	}
	if more {
		v.Limits = []page.Msg{page.M("campaign.limit.more", "n", mostList)}
	}
	return v
}

// shortWords is how much of a rumour a list shows.
const shortWords = 80

func rumourTable(list []Rumour, l Lists) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("campaign.q.words"), Wide: true}, {Label: page.M("campaign.q.place")}, {Label: page.M("campaign.rumour.times"), Number: true}, {Label: page.M("campaign.q.risks")}, {Label: page.M("campaign.state")}},
		Empty: page.Empty{Title: page.M("campaign.rumour.none"), Text: page.M("campaign.rumour.none_text")}}
	for _, r := range list {
		words := []rune(r.Words)
		if len(words) > shortWords {
			words = append(words[:shortWords], '…')
		}
		state := []any{stateTag(r.State())}
		switch {
		case !r.Signal.IsZero():
			state = append(state, page.Tag{Level: page.Info, Text: page.M("campaign.rumour.is_signal")})
		case r.Ill == value.Yes:
			state = append(state, page.Tag{Level: page.Danger, Text: page.M("campaign.rumour.speaks_ill")})
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: rumourPath(r.ID), Name: string(words)}, r.Place, r.Times(), l.Risks.Msgs(r.Risks), state})
	}
	return t
}

func stateTag(s State) page.Tag {
	return page.Tag{Level: map[State]page.Level{Heard: page.Wait, Checked: page.Info, Answered: page.Info, Followed: page.Done}[s], Text: page.M("campaign.rumour.state." + string(s))}
}

func tellForm(l Lists, campaign, id db.ID, signs []string, today calendar.Day) *page.Form {
	since := page.Field{Kind: page.Date, Name: "since", Label: page.M("campaign.q.since"), Optional: true}
	since.SetDate(calendar.Date{}, today)
	ill := truthField("ill", false)
	ill.Hint = page.M("campaign.q.ill_hint")
	number := func(name string) page.Field {
		return page.Field{Kind: page.Number, Name: name, Label: page.M("campaign.q." + name), Width: 6, Optional: true}
	}
	var sign []page.Option
	for _, code := range signs {
		sign = append(sign, page.Option{Value: code, Label: page.M("surveillance.lay." + code)})
	}
	f := &page.Form{Action: rumoursPath + "/new", Submit: page.M("campaign.rumour.save"), Cancel: rumoursLink(), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()}, {Kind: page.Hidden, Name: "campaign", Value: campaign.String()},
		{Kind: page.LongText, Name: "words", Label: page.M("campaign.q.words"), Hint: page.M("campaign.q.words_hint"), Max: longText, Rows: 3, Dir: "auto"},
		{Kind: page.Radios, Name: "kind", Label: page.M("campaign.q.kind"), Options: l.Feedback.Options(nil)}, ill,
		{Kind: page.Select, Name: "sign", Label: page.M("campaign.q.sign"), Hint: page.M("campaign.q.sign_hint"), Options: append([]page.Option{{Value: "", Label: page.M("campaign.q.sign_none")}}, sign...), Optional: true},
		number("cases"), number("deaths"),
		{Kind: page.Text, Name: "place", Label: page.M("campaign.q.where"), Max: longPlace, Dir: "auto", Auto: "off"},
		{Kind: page.Select, Name: "language", Label: page.M("campaign.q.said_in"), Options: append([]page.Option{{Value: "", Label: page.M("campaign.choose")}}, l.Languages.Options(nil)...)},
		{Kind: page.Radios, Name: "channel", Label: page.M("campaign.q.heard"), Options: l.Heard.Options(nil)}, since,
		{Kind: page.Checks, Name: "risks", Label: page.M("campaign.q.risks"), Optional: true, Options: l.Risks.Options(nil)}}}
	if campaign.IsZero() {
		f.Fields = append(f.Fields, page.Field{Kind: page.Select, Name: "topic", Label: page.M("campaign.q.topic"), Optional: true, Options: append([]page.Option{{Value: "", Label: page.M("campaign.q.no_topic")}}, l.Topics.Options(nil)...)})
	}
	return f
}

func (s *Service) signs(ctx context.Context) ([]string, error) {
	var p surveillance.Protocol
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = s.Signals.Protocol(tx)
		return err
	})
	return p.Signs, err
}

func (s *Service) getTell(w http.ResponseWriter, r *http.Request) {
	campaign, _ := db.ParseID(r.URL.Query().Get("campaign")) // none: it belongs to none
	s.withSigns(w, r, func(signs []string) {
		s.showTell(w, r, campaign, tellForm(s.lists, campaign, db.NewID(), signs, s.today()))
	})
}

func (s *Service) withSigns(w http.ResponseWriter, r *http.Request, do func([]string)) {
	a, err := access.Acting(r.Context(), "campaign.withSigns")
	if err == nil {
		err = s.may(r.Context(), access.CampaignRecord, kindRumour, a.Site())
	}
	var signs []string
	if err == nil {
		signs, err = s.signs(r.Context())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	do(signs)
}

func (s *Service) showTell(w http.ResponseWriter, r *http.Request, campaign db.ID, f *page.Form) {
	back := rumoursLink()
	if !campaign.IsZero() {
		back = page.Link{Href: campaignPath(campaign), Text: page.M("campaign.one")}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.rumour.new", Back: back}, tellView(f), f)
}

// tellView says first what does not belong here: what somebody did to somebody.
func tellView(f *page.Form) page.Sheet {
	return page.Sheet{Lead: page.M("campaign.rumour.new_lead"), Form: f,
		Notes: []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("campaign.rumour.sensitive")}, Links: []page.Link{{Href: access.PathComplaint, Text: page.M("campaign.rumour.complain")}}}}}
}

func (s *Service) postTell(w http.ResponseWriter, r *http.Request) {
	id, err := postedID(w, r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.withSigns(w, r, func(signs []string) {
		x, err := s.readRumour(r.PostForm, id)
		if err == nil {
			err = s.Tell(r.Context(), x)
		}
		f := tellForm(s.lists, x.Campaign, id, signs, s.today())
		s.shown(w, r, err, rumourPath(id), "campaign.rumour.saved", f, func() { s.showTell(w, r, x.Campaign, f) })
	})
}

func (s *Service) readRumour(typed url.Values, id db.ID) (Rumour, error) {
	r := Rumour{ID: id, Kind: typed.Get("kind"), Topic: typed.Get("topic"), Words: typed.Get("words"), Place: typed.Get("place"), Language: typed.Get("language"), Channel: typed.Get("channel"),
		Risks: typed["risks"], Sign: typed.Get("sign")}
	r.Campaign, _ = db.ParseID(typed.Get("campaign"))
	ill, err := value.ParseTruth(typed.Get("ill"))
	if err != nil || typed.Get("ill") == "" {
		return r, fault.Field("campaign.readRumour", "ill", "campaign.error.choose")
	}
	r.Ill = ill
	if r.Since, err = page.ReadDate(typed, "since", s.today()); err != nil {
		return r, err
	}
	if r.Cases, err = readCount(typed, "cases"); err != nil {
		return r, err
	}
	r.Deaths, err = readCount(typed, "deaths")
	return r, err
}

func (s *Service) getRumour(w http.ResponseWriter, r *http.Request) { s.showRumour(w, r, nil) }

func (s *Service) showRumour(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var x RumourSheet
	if err == nil {
		x, err = s.Rumour(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	back := rumoursLink()
	if !x.Rumour.Campaign.IsZero() {
		back = backTo(x.Campaign)
		back.Href = campaignPath(x.Rumour.Campaign)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "campaign.rumour.one", Back: back}, rumourView(x, failed), failed)
}

func rumourView(x RumourSheet, failed *page.Form) page.Sheet {
	l := x.Lists
	v := page.Sheet{Rows: page.Summary{{Label: page.M("campaign.q.words"), Value: x.Words}, {Label: page.M("campaign.state"), Value: stateTag(x.State())}, {Label: page.M("campaign.q.kind"), Value: l.Feedback.Msg(x.Kind)},
		{Label: page.M("campaign.q.where"), Value: x.Place}, {Label: page.M("campaign.q.said_in"), Value: l.Languages.Msg(x.Language)}, {Label: page.M("campaign.q.heard"), Value: l.Heard.Msg(x.Channel)},
		{Label: page.M("campaign.q.since"), Value: x.Since}, {Label: page.M("campaign.rumour.times"), Value: x.Times()}, {Label: page.M("campaign.q.risks"), Value: l.Risks.Msgs(x.Risks)}, {Label: page.M("campaign.q.ill"), Value: page.TruthMsg(x.Ill)}}}
	if x.Ill == value.Yes {
		v.Rows = append(v.Rows, page.Row{Label: page.M("campaign.q.sign"), Value: page.M("surveillance.lay." + x.Sign)}, page.Row{Label: page.M("campaign.q.cases"), Value: countCell(x.Cases)}, page.Row{Label: page.M("campaign.q.deaths"), Value: countCell(x.Deaths)})
	}
	if c, ok := signalNote(x); ok {
		v.Notes = append(v.Notes, c)
	}
	if x.Offered() && x.Records {
		v.Form = &page.Form{Action: rumourPath(x.ID) + "/signal", Submit: page.M("campaign.rumour.raise")}
	}
	for _, p := range rumourForms(x) {
		if failed != nil && p.Form.Action == failed.Action {
			p.Form = failed
		}
		v.Parts = append(v.Parts, p)
	}
	v.Parts = append(v.Parts, rumourHistory(x))
	return v
}

// signalNote says whether surveillance knows, or that it should be told.
func signalNote(x RumourSheet) (page.Callout, bool) {
	switch {
	case !x.Signal.IsZero():
		c := page.Callout{Level: page.Info, Text: []page.Msg{page.M("campaign.rumour.raised")}}
		if x.Raising.Stage != "" {
			c.Text = append(c.Text, page.M("campaign.rumour.stage", "stage", page.M("surveillance.stage."+string(x.Raising.Stage))))
		}
		if x.Desk {
			c.Links = []page.Link{{Href: "/surveillance/signals/" + x.Signal.String(), Text: page.M("campaign.rumour.signal")}}
		}
		return c, true
	case x.Ill == value.Yes:
		return page.Callout{Level: page.Danger, Title: page.M("campaign.rumour.speaks_ill"), Text: []page.Msg{page.M("campaign.rumour.offer")}}, true
	case x.Ill != value.No:
		return page.Callout{Level: page.Wait, Text: []page.Msg{page.M("campaign.rumour.offer_unknown")}}, true
	}
	return page.Callout{}, false
}

func rumourForms(x RumourSheet) (out []page.Part) {
	if next := x.Next(); next != "" && x.Edits {
		f := &page.Form{Action: rumourPath(x.ID) + "/step", Submit: page.M("campaign.rumour.do." + string(next)), Fields: []page.Field{{Kind: page.Hidden, Name: "to", Value: string(next)}}}
		switch next {
		case Checked:
			f.Fields = append(f.Fields, truthField("true", false))
		case Answered:
			f.Fields = append(f.Fields, page.Field{Kind: page.Radios, Name: "version", Label: page.M("campaign.q.answer_with"), Hint: page.M("campaign.q.answer_hint"), Optional: true, Options: versionOptions(x.Messages, x.Lists)})
			if len(versionOptions(x.Messages, x.Lists)) == 0 {
				f.Fields = f.Fields[:1]
			}
		case Followed:
			f.Fields = append(f.Fields, truthField("still", false))
		}
		f.Fields = append(f.Fields, page.Field{Kind: page.LongText, Name: "words", Label: page.M("campaign.q.step_" + string(next)), Hint: page.M("campaign.no_names"), Max: longText, Rows: 3, Dir: "auto"})
		out = append(out, page.Part{Title: page.M("campaign.rumour.do." + string(next)), Form: f})
	}
	if x.Records {
		out = append(out, page.Part{Title: page.M("campaign.rumour.again"), Form: heardForm(x.ID)})
	}
	return out
}

func heardForm(id db.ID) *page.Form {
	return &page.Form{Action: rumourPath(id) + "/heard", Submit: page.M("campaign.rumour.again"), Fields: []page.Field{{Kind: page.Number, Name: "times", Label: page.M("campaign.q.times"), Width: 4, Value: "1"}}}
}

func rumourHistory(x RumourSheet) page.Part {
	p := page.Part{Title: page.M("campaign.rumour.history")}
	for _, st := range slices.Backward(x.Steps) {
		detail := []any{st.Words}
		switch st.To {
		case Checked:
			detail = append(detail, page.M("campaign.rumour.true_is", "answer", page.TruthMsg(st.True)))
		case Answered:
			if v := versionCell(x.Messages, st.Version); v != nil {
				detail = append(detail, v.([]any)...)
			}
		case Followed:
			detail = append(detail, page.M("campaign.rumour.still_is", "answer", page.TruthMsg(st.Still)))
		}
		p.Timeline = append(p.Timeline, page.Event{When: st.At, What: page.M("campaign.rumour.state." + string(st.To)), Detail: append(detail, page.M("campaign.message.by", "name", x.Names[st.By]))})
	}
	for _, h := range slices.Backward(x.Heard) {
		p.Timeline = append(p.Timeline, page.Event{When: h.At, What: page.M("campaign.rumour.more", "n", h.Times), Detail: page.M("campaign.message.by", "name", x.Names[h.By])})
	}
	p.Timeline = append(p.Timeline, page.Event{When: x.At, What: page.M("campaign.rumour.state.heard"), Detail: page.M("campaign.message.by", "name", x.Names[x.By])})
	return p
}

func (s *Service) postHeard(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	times, err := strconv.Atoi(page.Digits(r.PostForm.Get("times")))
	if err != nil {
		times = 0 // what is no number is none, and the service says so
	}
	f := heardForm(id)
	s.shown(w, r, s.HeardAgain(r.Context(), id, times), rumourPath(id), "campaign.rumour.saved", f, func() { s.showRumour(w, r, f) })
}

func (s *Service) postStep(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var x RumourSheet
	if err == nil {
		x, err = s.Rumour(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	step := Step{To: State(r.PostForm.Get("to")), Words: r.PostForm.Get("words")}
	step.True, _ = value.ParseTruth(r.PostForm.Get("true"))
	step.Still, _ = value.ParseTruth(r.PostForm.Get("still"))
	step.Version, _ = db.ParseID(r.PostForm.Get("version"))
	var f *page.Form
	for _, p := range rumourForms(x) {
		if p.Form.Action == rumourPath(id)+"/step" {
			f = p.Form
		}
	}
	s.shown(w, r, s.Do(r.Context(), id, step), rumourPath(id), "campaign.rumour.saved", f, func() { s.showRumour(w, r, f) })
}

func (s *Service) postSignal(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		_, err = s.Raise(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, rumourPath(id), page.M("campaign.rumour.is_raised"))
}

// Origin answers where a signal that a rumour raised came from, for the page of the signal.
func (s *Service) Origin(ctx context.Context, about db.ID) (page.Link, bool) {
	var ok bool
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		_, ok = s.OriginIn(ctx, tx, about)
		return nil
	})
	return page.Link{Href: rumourPath(about), Text: page.M("campaign.rumour.origin")}, ok && err == nil
}
