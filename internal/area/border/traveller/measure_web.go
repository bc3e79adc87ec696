package traveller

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getMeasure(w http.ResponseWriter, r *http.Request) {
	s.getSheet(w, r, "measure", s.MeasureSheet)
}

func (s *Service) liveMeasure(w http.ResponseWriter, r *http.Request) {
	s.liveSheet(w, r, "measure", s.MeasureSheet)
}

func (s *Service) postMeasure(w http.ResponseWriter, r *http.Request) {
	s.postSheet(w, r, "measure", s.MeasureSheet, func(ctx context.Context, screening db.ID, a Answers) error {
		id, err := db.ParseID(r.PostForm.Get("id"))
		if err != nil {
			return err
		}
		return s.Order(ctx, id, screening, a)
	})
}

func measurePath(id db.ID) string { return "/border/measures/" + id.String() }

func (s *Service) getWaiting(w http.ResponseWriter, r *http.Request) {
	list, err := s.Waiting(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.held.title", Wide: true, Back: page.Link{Href: "/border", Text: page.M("border.title")}}, waitingView(list, s.now()), nil)
}

// HeldText says how many are held, or, where somebody should have looked after some of
// them, how many those are.
func HeldText(list []Measure, now time.Time) page.Msg {
	if late := overdue(list, now); late > 0 {
		return page.M("traveller.held.overdue", "count", late)
	}
	return page.M("traveller.held.count", "count", len(list))
}

func overdue(list []Measure, now time.Time) (late int) {
	for _, m := range list {
		if m.Overdue(now) {
			late++
		}
	}
	return late
}

func waitingView(list []Measure, now time.Time) page.Sheet {
	v := page.Sheet{Lead: page.M("traveller.held.lead"), Table: measureTable(list, now)}
	if late := overdue(list, now); late > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Title: page.M("traveller.held.overdue", "count", late)}}
	}
	return v
}

func measureTable(list []Measure, now time.Time) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("traveller.code")}, {Label: page.M("traveller.measure.what"), Wide: true}, {Label: page.M("traveller.measure.since")}, {Label: page.M("traveller.measure.due")}},
		Empty: page.Empty{Title: page.M("traveller.held.none")}}
	for _, m := range list {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: measurePath(m.ID), Name: m.Called()}, measureMsg(m.Code), m.At, dueCell(m, now)})
	}
	return t
}

func dueCell(m Measure, now time.Time) any {
	switch {
	case !m.Open():
		return []any{page.Tag{Level: page.Done, Text: page.M("traveller.measure.over")}, m.Ended}
	case m.Overdue(now):
		return []any{page.Tag{Level: page.Danger, Text: page.M("traveller.measure.overdue")}, m.Due}
	}
	return m.Due
}

// measureMsg names a measure of the pack; one that a later pack brings has its code.
func measureMsg(code string) page.Msg {
	if !slices.Contains(measures, code) {
		return page.Words(func(string) string { return code })
	}
	return page.M("traveller.measure.is." + code)
}

var measures = []string{"interview", "observation", "exam_noninvasive", "exam_invasive", "vaccination", "isolation", "quarantine", "entry_refused"}

func (s *Service) getCare(w http.ResponseWriter, r *http.Request) {
	c, err := s.cared(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	back := page.Link{Href: "/border/measures", Text: page.M("traveller.held.title")}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.care.title", Back: back}, careView(c, page.LocaleOf(r).Code, s.Access.Ever(r.Context(), access.ScreeningRecord)), nil)
}

func (s *Service) cared(r *http.Request) (Care, error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		return Care{}, err
	}
	return s.Care(r.Context(), id)
}

func careView(c Care, lang string, mine bool) page.Sheet {
	v := page.Sheet{}
	if c.Overdue(c.Now) {
		v.Notes = append(v.Notes, page.Callout{Level: page.Danger, Title: page.M("traveller.measure.overdue"), Text: []page.Msg{page.M("traveller.care.overdue_text")}})
	}
	if c.Open() && c.Unanswered() {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Title: page.M("traveller.care.appeal_waits")})
	}
	if c.Open() && mine {
		for _, act := range c.acts() {
			v.Actions = append(v.Actions, page.Link{Href: measurePath(c.ID) + "/" + string(act), Text: page.M("traveller.care." + string(act))})
		}
	}
	if c.Whole {
		v.Actions = append(v.Actions, page.Link{Href: path(c.Screening), Text: page.M("traveller.one.title")})
	}
	v.Rows = c.rows(lang)
	v.Parts = append(v.Parts, page.Part{Title: page.M("traveller.history"), Timeline: c.timeline()})
	return v
}

func (c Care) rows(lang string) page.Summary {
	out := page.Summary{{Label: page.M("traveller.code"), Value: page.Code(c.Called())}, {Label: page.M("traveller.measure.what"), Value: measureMsg(c.Code)},
		{Label: page.M("border.point.point"), Value: c.Point.Name(lang)}, {Label: page.M("traveller.measure.since"), Value: c.At}, {Label: page.M("traveller.measure.due"), Value: dueCell(c.Measure, c.Now)}}
	var articles []any
	for _, code := range c.Ruling.Articles {
		articles = append(articles, page.Words(func(lang string) string { return c.Pack.OutcomeWord(lang, decision.Flag, code) }))
	}
	for _, code := range c.Ruling.Notify {
		articles = append(articles, page.Words(func(lang string) string { return c.Pack.OutcomeWord(lang, decision.Notify, code) }))
	}
	if len(articles) > 0 {
		out = append(out, page.Row{Label: page.M("traveller.measure.rules"), Value: articles})
	}
	for _, name := range []string{"legal_basis", "order_giver", "reasons", "alternatives", "language"} {
		if (name == "reasons" || name == "alternatives") && !c.Whole {
			continue // what was found is of the screening
		}
		if text := c.Answers.One(name); text != "" {
			out = append(out, page.Row{Label: page.M("traveller.q." + name), Value: text})
		}
	}
	if !c.Open() {
		out = append(out, page.Row{Label: page.M("traveller.care.why"), Value: c.Why})
	}
	return out
}

// acts are what can be done with a measure that holds somebody.
func (c Care) acts() []Act {
	if c.Unanswered() {
		return []Act{Answered, Reviewed, Let}
	}
	return []Act{Reviewed, Appealed, Let}
}

func lookForm(id db.ID, act Act) *page.Form {
	yes := func(name string) page.Field {
		return page.Field{Kind: page.Radios, Name: name, Label: page.M("traveller.look." + name), Inline: true, Options: []page.Option{{Value: "yes", Label: page.TruthMsg(value.Yes)}, {Value: "no", Label: page.TruthMsg(value.No)}}}
	}
	words := page.Field{Kind: page.LongText, Name: "words", Label: page.M("traveller.look.words_" + string(act)), Max: longWords, Rows: 2, Optional: act == Reviewed}
	hours := page.Field{Kind: page.Number, Name: "hours", Label: page.M("traveller.look.hours"), Unit: "h", Width: 4, Optional: act == Answered}
	f := &page.Form{Action: measurePath(id) + "/" + string(act), Submit: page.M("traveller.save_act." + string(act)), Cancel: page.Link{Href: measurePath(id), Text: page.M("traveller.care.title")}}
	switch act {
	case Reviewed:
		f.Fields = append(f.Fields, yes("food"), yes("phone"), hours, words)
	case Answered:
		f.Fields = append(f.Fields, yes("upheld"), hours, words)
	default:
		f.Fields = append(f.Fields, words)
	}
	return f
}

func (c Care) timeline() page.Timeline {
	var out page.Timeline
	for _, l := range slices.Backward(c.Looks) {
		e := page.Event{When: l.At, What: page.M("traveller.look.was_" + string(l.Act))}
		detail := []any{c.Names[l.By]}
		if l.Act == Reviewed {
			detail = append(detail, page.M("traveller.look.food_was", "given", page.TruthMsg(l.Food)), page.M("traveller.look.phone_was", "given", page.TruthMsg(l.Phone)))
		}
		if l.Act == Answered {
			detail = append(detail, page.M("traveller.look.upheld_was", "stays", page.TruthMsg(l.Upheld)))
		}
		if l.Words != "" {
			detail = append(detail, l.Words)
		}
		e.Detail = detail
		out = append(out, e)
	}
	return append(out, page.Event{When: c.At, What: page.M("traveller.look.began")})
}

// actOf reads what is to be done with a measure from the path.
func actOf(r *http.Request) (Act, error) {
	act := Act(r.PathValue("act"))
	if !slices.Contains([]Act{Reviewed, Appealed, Answered, Let}, act) {
		return "", fault.New(fault.NotFound, "traveller.act", "page.error.not_found")
	}
	return act, nil
}

func (s *Service) getLook(w http.ResponseWriter, r *http.Request) {
	act, err := actOf(r)
	var c Care
	if err == nil {
		c, err = s.cared(r)
	}
	if err == nil && !c.Open() {
		err = fault.New(fault.Conflict, "traveller.getLook", "traveller.error.released")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.showLook(w, r, c.ID, act, lookForm(c.ID, act))
}

func (s *Service) showLook(w http.ResponseWriter, r *http.Request, id db.ID, act Act, f *page.Form) {
	back := page.Link{Href: measurePath(id), Text: page.M("traveller.care.title")}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.care." + string(act), Back: back}, lookView(act, f), f)
}

func lookView(act Act, f *page.Form) page.Sheet {
	return page.Sheet{Lead: page.M("traveller.lead." + string(act)), Form: f}
}

func (s *Service) postLook(w http.ResponseWriter, r *http.Request) {
	act, err := actOf(r)
	var id db.ID
	if err == nil {
		id, err = page.Posted(w, r, "id")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	l := Look{Act: act, Words: r.PostForm.Get("words")}
	for _, q := range []struct {
		name string
		into *value.Truth
	}{{"food", &l.Food}, {"phone", &l.Phone}, {"upheld", &l.Upheld}} {
		*q.into, _ = value.ParseTruth(r.PostForm.Get(q.name)) // what is no answer is none
	}
	err = s.Looked(r.Context(), id, l, page.Digits(r.PostForm.Get("hours")))
	if err == nil {
		s.Pages.Redirect(w, r, measurePath(id), page.M("traveller.saved"))
		return
	}
	f := lookForm(id, act)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.fail(w, r, err)
		return
	}
	s.showLook(w, r, id, act, f)
}
