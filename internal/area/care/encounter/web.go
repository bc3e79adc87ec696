package encounter

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	listPath = "/care"
	newPath  = "/care/new"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /care":             s.getToday,
		"GET /care/new":         s.getNew,
		"POST /care/new":        s.postNew,
		"GET /care/{id}":        s.getOne,
		"POST /care/{id}/again": s.postAgain,
		"POST /care/{id}/tests": s.postTests,
		"POST /care/{id}/end":   s.postEnd,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func path(id db.ID) string { return listPath + "/" + id.String() }

// After is where an order leads once its result is saved: to the encounter that asked its
// form. It is empty for an order of anything else.
func After(o order.Order) string {
	if o.Service != formService {
		return ""
	}
	return path(o.Case)
}

func listLink() page.Link { return page.Link{Href: listPath, Text: page.M("encounter.title")} }

func (s *Service) getToday(w http.ResponseWriter, r *http.Request) {
	list, err := s.Today(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "encounter.title", Wide: true}, listSheet(list), nil)
}

func listSheet(list []Listed) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("encounter.q.person"), Wide: true}, {Label: page.M("encounter.q.code")}, {Label: page.M("encounter.q.begun")}, {Label: page.M("encounter.q.where")}},
		Empty: page.Empty{Title: page.M("encounter.none"), Text: page.M("encounter.none_text"), Action: page.Link{Href: "/people", Text: page.M("encounter.find")}}}
	for _, e := range list {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(e.ID), Name: nameOf(e.Who)}, page.Code(e.Who.Code), e.At, whereTag(e.Where)})
	}
	return page.Sheet{Lead: page.M("encounter.lead"), Table: t}
}

// nameOf is what a list calls somebody.
func nameOf(b people.Brief) string {
	for _, name := range []string{b.Original, b.Latin, b.Code} {
		if name != "" {
			return name
		}
	}
	return "?"
}

func whereTag(w Where) page.Tag {
	if w == "" {
		return page.Tag{Level: page.Wait, Text: page.M("encounter.goes_on")}
	}
	return page.Tag{Level: page.Quiet, Text: page.M("encounter.where." + string(w))}
}

// kindName is what a pack calls an encounter of its own.
func kindName(p *pack.Pack, code string) page.Msg {
	if p == nil {
		return page.M("encounter.kind", "code", code)
	}
	return page.Words(func(lang string) string {
		w, _ := p.Word(lang, "encounter."+code)
		return w
	})
}

func (s *Service) newForm(id, person db.ID, offers []Offer) *page.Form {
	var what []page.Option
	for _, o := range offers {
		opt := page.Option{Value: o.Key(), Label: kindName(o.Pack, o.Code), Hint: page.Words(o.Pack.Title)}
		switch o.For {
		case value.No:
			opt.Hint = page.M("encounter.not_for")
		case value.Yes:
		default:
			opt.Hint = page.M("encounter.perhaps_for")
		}
		what = append(what, opt)
	}
	return &page.Form{Action: newPath, Submit: page.M("encounter.begin"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()}, {Kind: page.Hidden, Name: "person", Value: person.String()},
		{Kind: page.Radios, Name: "what", Label: page.M("encounter.q.what"), Options: what},
		{Kind: page.Radios, Name: "setting", Label: page.M("encounter.q.setting"), Inline: true, Value: string(Fixed), Options: page.OptionsOf(Settings, "encounter.setting.")},
	}}
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, id, person db.ID, failed func(*page.Form) bool, err error) {
	offers, look := s.Offers(r.Context(), person)
	var banner *page.Banner
	if look == nil {
		look = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			banner, err = s.People.Banner(r.Context(), tx, person)
			return err
		})
	}
	if look == nil {
		look = s.Access.Opened(r.Context(), person, "care.encounter")
	}
	if look != nil {
		s.Pages.Error(w, r, look)
		return
	}
	f := s.newForm(id, person, offers)
	if failed != nil && !failed(f) {
		s.Pages.Error(w, r, err)
		return
	}
	v := page.Sheet{Form: f}
	if len(offers) == 0 {
		v = page.Sheet{Notes: []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("encounter.no_packs")}}}, Actions: []page.Link{{Href: "/packs", Text: page.M("encounter.packs")}}}
		f = nil
	}
	s.Pages.Sheet(w, r, page.Page{Title: "encounter.new.title", Banner: banner, Back: page.Link{Href: "/people/" + person.String(), Text: page.M("encounter.person")}}, v, f)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	person, err := db.ParseID(r.URL.Query().Get("person"))
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "encounter.getNew", "page.error.not_found"))
		return
	}
	s.showNew(w, r, db.NewID(), person, nil, nil)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	id, err := db.ParseID(r.PostForm.Get("id"))
	person, err2 := db.ParseID(r.PostForm.Get("person"))
	if err != nil || err2 != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "encounter.postNew", "page.error.body"))
		return
	}
	packID, code, _ := strings.Cut(r.PostForm.Get("what"), " ")
	err = s.Begin(r.Context(), id, person, packID, code, Setting(r.PostForm.Get("setting")))
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("encounter.begun"))
		return
	}
	s.showNew(w, r, id, person, func(f *page.Form) bool { f.Fill(r.PostForm); return f.Fail(err) }, err)
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) { s.show(w, r, nil) }

func (s *Service) show(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Look(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "encounter.one.title", Banner: o.Banner, Back: listLink()}, oneSheet(o, s.today(), failed), failed)
}

// oneSheet is an encounter: what was found, what to do, what is still to come, and the end.
func oneSheet(o Opened, today calendar.Day, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("encounter.q.what"), Value: kindName(o.Pack, o.Code)}, {Label: page.M("encounter.q.begun"), Value: o.At},
		{Label: page.M("encounter.q.setting"), Value: page.M("encounter.setting." + string(o.Setting))}, {Label: page.M("encounter.q.where"), Value: whereTag(o.Where)}}}
	forms, tests := o.parts()
	if o.Pack == nil {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("encounter.error.no_pack")}})
	}
	if o.Answered || !o.Open() {
		v.Notes = append(v.Notes, alerts(o.Look, o.Refer)...)
	}
	v.Notes, v.Actions, v.Rows = append(v.Notes, o.Beside.Notes...), append(v.Actions, o.Beside.Links...), append(v.Rows, o.Beside.Rows...)
	for _, f := range forms {
		if f.Status.Open() && o.MayWrite {
			v.Actions = append(v.Actions, page.Link{Href: "/orders/" + f.ID.String() + "/result", Text: page.M("encounter.fill")})
		}
	}
	if !o.Answered && o.Open() {
		v.Lead = page.M("encounter.to_fill")
		if !o.MayWrite {
			return v
		}
		v.Parts = append(v.Parts, endPart(o, today, failed))
		return v
	}
	v.Parts = append(v.Parts, found(o.Look), todo(o.Look), testPart(o, tests))
	if open := openPart(o.Look); len(open.Rows) > 0 {
		v.Parts = append(v.Parts, open)
	}
	v.Parts = append(v.Parts, formPart(o, forms))
	if !o.Open() {
		v.Rows = append(v.Rows, ended(o.Ending)...)
	} else if o.MayWrite {
		if len(o.Before) > 0 {
			v.Parts = append(v.Parts, beforePart(o.Before))
		}
		v.Parts = append(v.Parts, endPart(o, today, failed))
	}
	v.Limits = []page.Msg{page.M("encounter.limit.review"), page.M("encounter.limit.dose")}
	return v
}

func ended(e Ending) (rows page.Summary) {
	for _, r := range []page.Row{{Label: page.M("encounter.q.advice"), Value: e.Advice}, {Label: page.M("encounter.q.why"), Value: e.Why}} {
		if r.Value != "" {
			rows = append(rows, r)
		}
	}
	if e.FollowUp != 0 {
		rows = append(rows, page.Row{Label: page.M("encounter.q.follow_up"), Value: e.FollowUp.Date()})
	}
	return rows
}

// alerts are what says stop and what asks, each with why.
func alerts(l Look, refer page.Link) (out []page.Callout) {
	for _, a := range l.Stops {
		c := page.Callout{Level: page.Danger, Title: word(a), Text: because(a)}
		if refer.Href != "" {
			c.Links = []page.Link{refer}
		}
		out = append(out, c)
	}
	for _, a := range l.Asks {
		out = append(out, page.Callout{Level: page.Wait, Title: word(a), Text: because(a)})
	}
	return out
}

// word is what an outcome is called, in the reader's language.
func word(o pack.ExplainedOutcome) page.Msg { return page.Words(func(string) string { return o.Word }) }

// because are the sentences of the rows that fired.
func because(o pack.ExplainedOutcome) (out []page.Msg) {
	for _, row := range o.Because {
		if row.Truth == value.Yes {
			out = append(out, page.Words(func(string) string { return row.Sentence }))
		}
	}
	return out
}

// why are the same as cells, with what is only recalled marked.
func why(o pack.ExplainedOutcome) []any {
	var out []any
	for _, row := range o.Because {
		if row.Truth != value.Yes {
			continue
		}
		out = append(out, row.Sentence)
		if row.Certainty == string(pack.Recalled) {
			out = append(out, page.Tag{Level: page.Wait, Text: page.M("encounter.unconfirmed")})
		}
	}
	return out
}

// colours are how grave a class is shown to be; its word stands beside it.
var colours = map[string]page.Level{"RED": page.Danger, "PINK": page.Danger, "YELLOW": page.Wait, "REVIEW": page.Wait}

func found(l Look) page.Part {
	p := page.Part{Title: page.M("encounter.found")}
	for _, c := range l.Classes {
		level, ok := colours[levelOf(c.Outcome)]
		if !ok {
			level = page.Quiet
		}
		p.Rows = append(p.Rows, page.Row{Label: page.M("encounter.class"), Value: append([]any{page.Tag{Level: level, Text: word(c)}}, why(c)...)})
	}
	for _, q := range l.Quiet {
		p.Rows = append(p.Rows, page.Row{Label: word(q), Value: why(q)})
	}
	if len(p.Rows) == 0 {
		p.Lead = page.M("encounter.nothing_settled")
	}
	return p
}

func todo(l Look) page.Part {
	p := page.Part{Title: page.M("encounter.todo")}
	add := func(label string, list []pack.ExplainedOutcome) {
		for _, o := range list {
			p.Rows = append(p.Rows, page.Row{Label: page.M(label), Value: append([]any{word(o)}, why(o)...)})
		}
	}
	add("encounter.refer", l.Refer)
	add("encounter.treat", l.Treat)
	add("encounter.never", l.Never)
	add("encounter.also", l.Other)
	if len(p.Rows) == 0 {
		p.Lead = page.M("encounter.nothing_to_do")
	}
	return p
}

// openPart is what is not settled, and what would settle it.
func openPart(l Look) page.Part {
	p := page.Part{Title: page.M("encounter.open"), Lead: page.M("encounter.open_lead")}
	for i, q := range l.Questions {
		if i == 10 {
			break
		}
		p.Rows = append(p.Rows, page.Row{Label: page.M("encounter.ask"), Value: q.Text})
	}
	return p
}

func testPart(o Opened, tests []order.Order) page.Part {
	p := page.Part{Title: page.M("encounter.tests"), Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("encounter.test"), Wide: true}, {Label: page.M("encounter.q.state")}},
		Empty: page.Empty{Title: page.M("encounter.no_tests")}}}
	service := func(code string) page.Msg {
		if o.Pack == nil {
			return page.M("encounter.kind", "code", code)
		}
		return page.Words(func(lang string) string { return o.Pack.OutcomeWord(lang, decision.Require, code) })
	}
	for _, t := range tests {
		p.Table.Rows = append(p.Table.Rows, []page.Cell{page.Link{Href: "/orders/" + t.ID.String(), Text: service(t.Code)}, page.M("order.status." + string(t.Status))})
	}
	wanted := 0
	for _, t := range o.Look.Tests {
		if o.ordered(t.Code) {
			continue
		}
		state := page.M("encounter.offered")
		if t.Kind == decision.Require {
			state = page.M("encounter.wanted")
			wanted++
		}
		p.Table.Rows = append(p.Table.Rows, []page.Cell{word(t), state})
	}
	if wanted > 0 && o.Open() && o.MayWrite {
		p.Form = &page.Form{Action: path(o.ID) + "/tests", Submit: page.M("encounter.order_tests")}
	}
	return p
}

func formPart(o Opened, forms []order.Order) page.Part {
	p := page.Part{Title: page.M("encounter.answers")}
	for _, f := range forms {
		p.Rows = append(p.Rows, page.Row{Label: page.M("order.status." + string(f.Status)), Value: []any{page.Link{Href: "/orders/" + f.ID.String(), Text: page.M("encounter.answers_of")}, f.Since}})
	}
	if o.Open() && o.MayWrite && !slices.ContainsFunc(forms, func(f order.Order) bool { return f.Status.Open() }) {
		p.Form = &page.Form{Action: path(o.ID) + "/again", Submit: page.M("encounter.again")}
	}
	return p
}

func endPart(o Opened, today calendar.Day, failed *page.Form) page.Part {
	f := endForm(o, today)
	if failed != nil {
		f = failed
	}
	return page.Part{Title: page.M("encounter.end"), Lead: page.M("encounter.end_lead"), Form: f}
}

func endForm(o Opened, today calendar.Day) *page.Form {
	follow := page.Field{Kind: page.Date, Name: "follow_up", Label: page.M("encounter.q.follow_up"), Optional: true}
	follow.SetDate(calendar.Date{}, today)
	fields := []page.Field{{Kind: page.Radios, Name: "where", Label: page.M("encounter.q.where_to"), Options: page.OptionsOf(Wheres, "encounter.where.")},
		{Kind: page.LongText, Name: "advice", Label: page.M("encounter.q.advice"), Optional: true, Max: longText}, follow}
	if len(o.Look.Stops) > 0 {
		fields = append(fields, page.Field{Kind: page.LongText, Name: "why", Label: page.M("encounter.q.why"), Hint: page.M("encounter.q.why_hint"), Optional: true, Max: longText})
	}
	return &page.Form{Action: path(o.ID) + "/end", Submit: page.M("encounter.end"), Fields: fields}
}

func (s *Service) postAgain(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "encounter.asked_again", func(id db.ID) error { return s.Again(r.Context(), id) })
}

func (s *Service) postTests(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "encounter.tests_ordered", func(id db.ID) error { _, err := s.OrderTests(r.Context(), id); return err })
}

// act does what a button of the page does, and shows the page again.
func (s *Service) act(w http.ResponseWriter, r *http.Request, done string, do func(db.ID) error) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = do(id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M(done))
}

func (s *Service) postEnd(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	end := Ending{Where: Where(r.PostForm.Get("where")), Advice: r.PostForm.Get("advice"), Why: r.PostForm.Get("why")}
	date, err := page.ReadDate(r.PostForm, "follow_up", s.today())
	if err == nil {
		end.FollowUp, _ = date.Exact()
		err = s.End(r.Context(), id, end)
	}
	if err == nil {
		to := path(id)
		if end.Where == Referred {
			if href, look := s.referPath(r.Context(), id); look == nil && href != "" {
				to = href // nobody is sent on without a word to where they are sent
			}
		}
		s.Pages.Redirect(w, r, to, page.M("encounter.ended"))
		return
	}
	o, look := s.Look(r.Context(), id, page.LocaleOf(r).Code)
	if look != nil {
		s.Pages.Error(w, r, look)
		return
	}
	f := endForm(o, s.today())
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, f)
}
