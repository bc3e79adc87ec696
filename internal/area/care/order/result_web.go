package order

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// entryView is a page with a result's form.
type entryView struct {
	Service  page.Msg
	Callouts []page.Callout
	Form     *page.Form
}

// entryForm builds the form of a result: identity where the form does not ask it,
// the number on the tube, then the pack's questions.
func (s *Service) entryForm(sh Sheet, f *form.Form, res *form.Result, typed url.Values, answers map[string][]string, judge bool) *page.Form {
	id := "/orders/" + sh.Order.ID.String()
	n := reporting(sh)
	out := &page.Form{Action: id + "/result", Live: id + "/result/live", Submit: page.M("order.do.result_save"), Cancel: page.Link{Href: id, Text: page.M("order.back")},
		Fields: []page.Field{idField(), SeenField(sh.Seen)}}
	if n > 0 {
		out.Fields = append(out.Fields, page.Field{Kind: page.Note, Label: page.M("order.specimen_n", "n", n)}, page.Field{Kind: page.Hidden, Name: "specimen", Value: itoa(n)})
	}
	if !sh.Touched && sh.Order.Act != form.NoAct && !asksIdentity(f) {
		out.Fields = append(out.Fields, identityField())
		if sh.Order.Act == form.Specimen {
			out.Fields = append(out.Fields, labelField())
		}
	}
	if typed != nil {
		out.Fill(typed)
	}
	out.Ask(f.View(answers, res), typed, judge)
	return out
}

func (s *Service) entryPage(w http.ResponseWriter, r *http.Request, sh Sheet, f *page.Form) page.Page {
	return page.Page{Template: "order/entry", Title: "order.title_result", Banner: sh.Banner, Back: f.Cancel,
		View: entryView{Service: sh.Service, Callouts: warnings(sh), Form: f}}
}

func (s *Service) getResultForm(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	sh, err := s.Look(r.Context(), id)
	switch {
	case err != nil:
	case sh.Form == nil:
		err = fault.New(fault.NotFound, "order.result", "order.error.form_missing")
	default:
		err = need(sh.MayRecord)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var answers map[string][]string
	if last, ok := latest(sh.Results, reporting(sh)); ok {
		answers = goOn(sh.Form, last.Answers) // the same specimen: a culture read later
	}
	_, res, err := s.Try(r.Context(), id, access.ResultRecord, answers)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.entryForm(sh, sh.Form, res, nil, answers, false)
	s.Pages.Form(w, r, s.entryPage(w, r, sh, f), f)
}

// liveResult shows which questions apply to the answers so far; nothing is saved.
func (s *Service) liveResult(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	sh, f, err := s.again(r, id, false)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	_ = sh
	s.Pages.Fragment(w, r, "page/form", f)
}

// again builds the form with what was typed.
func (s *Service) again(r *http.Request, id db.ID, judge bool) (Sheet, *page.Form, error) {
	sh, err := s.Look(r.Context(), id)
	if err != nil {
		return sh, nil, err
	}
	if sh.Form == nil {
		return sh, nil, fault.New(fault.NotFound, "order.result", "order.error.form_missing")
	}
	answers := page.Answers(sh.Form, r.PostForm)
	_, res, err := s.Try(r.Context(), id, access.ResultRecord, answers)
	if err != nil {
		return sh, nil, err
	}
	return sh, s.entryForm(sh, sh.Form, res, r.PostForm, answers, judge), nil
}

func (s *Service) postResult(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	sh, f, err := s.again(r, id, true)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	_, err = s.Record(r.Context(), Entry{ID: newID(r), Order: id, Specimen: atoi(r.PostForm.Get("specimen")), Label: r.PostForm.Get("label"),
		Identity: r.PostForm.Get("identity"), Answers: page.Answers(sh.Form, r.PostForm), Seen: PostedSeen(r.PostForm)})
	if err == nil {
		s.Pages.Redirect(w, r, s.after(sh.Order), page.M("order.result_saved"))
		return
	}
	s.fail(w, r, s.entryPage(w, r, sh, f), f, err)
}

// after is where a saved result leads.
func (s *Service) after(o Order) string {
	if s.After != nil {
		if to := s.After(o); to != "" {
			return to
		}
	}
	return "/orders/" + o.ID.String()
}

// resultView is one result.
type resultView struct {
	Service page.Msg
	State   []page.Tag
	Notes   []page.Callout
	Answers page.Summary
	Actions []page.Link
	Acts    page.Table
}

func (s *Service) getResult(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v, err := s.Read(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var b *page.Banner
	var service page.Msg
	var names map[db.ID]string
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		service, names = s.serviceName(tx, v.Order.Request), s.names(tx, v.Acts, []Result{v.Result})
		b, err = s.People.Banner(r.Context(), tx, v.Order.Subject)
		return err
	})
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	may := func(a access.Action) bool { return s.Access.May(r.Context(), a, v.Order.at(0)) }
	s.Pages.Render(w, r, page.Page{Template: "order/result", Title: "order.title_read", Banner: b, View: resultPage(v, service, names, may(access.ResultCorrect), may(access.ResultTell))})
}

func resultPage(v View, service page.Msg, names map[db.ID]string, mayCorrect, mayTell bool) resultView {
	r := v.Result
	out := resultView{Service: service, State: resultTags(r), Acts: actTable(v.Acts, names)}
	switch {
	case r.InError:
		out.Notes = append(out.Notes, page.Callout{Level: page.Danger, Title: page.M("order.result.in_error"), Text: []page.Msg{page.M("order.result.in_error_text"), page.M("order.result.reason", "reason", r.Reason)}})
	case !r.Replaced.IsZero():
		out.Notes = append(out.Notes, page.Callout{Level: page.Danger, Title: page.M("order.result.replaced"), Text: []page.Msg{page.M("order.result.replaced_text")},
			Links: []page.Link{{Href: "/results/" + r.Replaced.String(), Text: page.M("order.result.to_new")}}})
	case !r.Corrects.IsZero():
		out.Notes = append(out.Notes, page.Callout{Level: page.Info, Title: page.M("order.result.corrects"), Text: []page.Msg{page.M("order.result.reason", "reason", r.Reason)},
			Links: []page.Link{{Href: "/results/" + r.Corrects.String(), Text: page.M("order.result.to_old")}}})
	}
	out.Answers = page.Summary{{Label: page.M("order.column.day"), Value: r.On}, {Label: page.M("order.column.by"), Value: names[r.By]}}
	if r.Label != "" {
		out.Answers = append(out.Answers, page.Row{Label: page.M("order.q.label"), Value: page.Code(r.Label)})
	}
	out.Answers = append(out.Answers, answerRows(v)...)
	id := "/results/" + r.ID.String()
	if !r.InError && r.Replaced.IsZero() {
		if mayTell {
			out.Actions = append(out.Actions, page.Link{Href: id + "/told", Text: page.M("order.do.told")})
		}
		if mayCorrect && v.Form != nil {
			out.Actions = append(out.Actions, page.Link{Href: id + "/correct", Text: page.M("order.do.correct")})
		}
		if mayCorrect {
			out.Actions = append(out.Actions, page.Link{Href: id + "/error", Text: page.M("order.do.error")})
		}
	}
	if !v.Order.ID.IsZero() {
		out.Actions = append(out.Actions, page.Link{Href: "/orders/" + v.Order.ID.String(), Text: page.M("order.back")})
	}
	return out
}

// answerRows shows the answers in the words of the form; codes where there is no
// form any more.
func answerRows(v View) page.Summary {
	var out page.Summary
	if v.Form == nil {
		for _, code := range codesOf(v.Result.Facts) {
			out = append(out, page.Row{Label: page.M("order.service_code", "code", code), Value: shown(nil, v.Result.Facts[code].Value, v.Result.Facts[code].Unit)})
		}
		return out
	}
	for i := range v.Form.Rows {
		row := &v.Form.Rows[i]
		if a, ok := v.Result.Answers[row.Name]; ok && row.Asked() {
			out = append(out, page.Row{Label: page.MsgOf(row), Value: shown(row, a, row.Unit)})
		}
	}
	return out
}

// shown is a value as the page writes its kind.
func shown(row *form.Row, v value.Value, unit string) any {
	switch v.Kind() {
	case value.KindUnknown, value.KindRefused, value.KindBool:
		return page.TruthMsg(v.Truth())
	case value.KindNumber:
		n, ok := v.Float()
		switch {
		case !ok:
			return page.Code(v.String())
		case unit != "":
			return value.Quantity{Number: n, Unit: unit}
		}
		return n
	case value.KindDate:
		lo, hi, _ := v.Bounds()
		if lo == hi {
			return calendar.Day(lo).Date()
		}
		d, err := calendar.Between(calendar.Day(lo), calendar.Day(hi))
		if err != nil {
			return nil
		}
		return d
	case value.KindList:
		var all []any
		for _, e := range v.Items() {
			all = append(all, shown(row, e, ""))
		}
		return all
	}
	s, _ := v.Str()
	return choiceWord(row, s)
}

func choiceWord(row *form.Row, name string) any {
	if row == nil || row.List == "" {
		return name
	}
	if row.List == form.YesNo {
		return page.M("page.truth." + name)
	}
	for _, c := range row.Choices {
		if c.Name == name && len(c.Label) > 0 {
			return page.Words(c.Label.In)
		}
	}
	return page.Code(name)
}

// correction is the form that corrects a result.
func (s *Service) correction(r *http.Request, id db.ID, typed url.Values, judge bool) (View, page.Page, *page.Form, error) {
	v, err := s.Read(r.Context(), id)
	if err == nil && v.Form == nil {
		err = fault.New(fault.NotFound, "order.correct", "order.error.form_missing")
	}
	if err == nil {
		err = s.Access.Check(r.Context(), access.ResultCorrect, v.Order.at(0))
	}
	if err != nil {
		return v, page.Page{}, nil, err
	}
	answers := goOn(v.Form, v.Result.Answers)
	if typed != nil {
		answers = page.Answers(v.Form, typed)
	}
	_, res, err := s.Try(r.Context(), v.Order.ID, access.ResultCorrect, answers)
	if err != nil {
		return v, page.Page{}, nil, err
	}
	var seen []db.ID
	if err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { seen, err = s.seenBy(r.Context(), tx, v.Order, v.Form); return err }); err != nil {
		return v, page.Page{}, nil, err
	}
	path := "/results/" + id.String()
	f := &page.Form{Action: path + "/correct", Live: path + "/correct/live", Submit: page.M("order.do.correct_save"), Danger: true,
		Cancel: page.Link{Href: path, Text: page.M("order.back_result")}, Fields: []page.Field{idField(), SeenField(seen),
			{Kind: page.LongText, Name: "reason", Label: page.M("order.q.correct_reason"), Max: 500, Rows: 2}}}
	if typed != nil {
		f.Fill(typed)
	}
	f.Ask(v.Form.View(answers, res), typed, judge)
	b, err := s.banner(r.Context(), v.Order.Subject)
	pg := page.Page{Template: "order/entry", Title: "order.title_correct", Banner: b, Back: f.Cancel,
		View: entryView{Form: f, Callouts: []page.Callout{{Level: page.Wait, Title: page.M("order.correct.title"), Text: []page.Msg{page.M("order.correct.text")}}}}}
	return v, pg, f, err
}

func (s *Service) getCorrect(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	_, pg, f, err := s.correction(r, id, nil, false)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, pg, f)
}

func (s *Service) liveCorrect(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	_, _, f, err := s.correction(r, id, r.PostForm, false)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Fragment(w, r, "page/form", f)
}

func (s *Service) postCorrect(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	v, pg, f, err := s.correction(r, id, r.PostForm, true)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	saved, err := s.Correct(r.Context(), Entry{ID: newID(r), Corrects: id, Reason: r.PostForm.Get("reason"), Answers: page.Answers(v.Form, r.PostForm), Seen: PostedSeen(r.PostForm)})
	if err == nil {
		// Back to the old result: it lists who acted on it.
		s.Pages.Redirect(w, r, "/results/"+id.String(), page.M("order.corrected", "count", userCount(saved.Acted)))
		return
	}
	s.fail(w, r, pg, f, err)
}

// userCount counts the different users of steps.
func userCount(steps []Step) int {
	seen := map[db.ID]bool{}
	for _, st := range steps {
		seen[st.By] = true
	}
	return len(seen)
}

// strikePage is the form that marks a result as entered in error.
func (s *Service) strikePage(r *http.Request, id db.ID) (page.Page, *page.Form, error) {
	v, err := s.Read(r.Context(), id)
	if err == nil {
		err = s.Access.Check(r.Context(), access.ResultCorrect, v.Order.at(0))
	}
	if err != nil {
		return page.Page{}, nil, err
	}
	b, err := s.banner(r.Context(), v.Order.Subject)
	f := &page.Form{Submit: page.M("order.do.error"), Danger: true, Cancel: page.Link{Href: "/results/" + id.String(), Text: page.M("order.back_result")}, Fields: []page.Field{
		{Kind: page.Note, Label: page.M("order.q.error_note")},
		{Kind: page.LongText, Name: "reason", Label: page.M("order.q.error_reason"), Max: 500, Rows: 2}}}
	return page.Page{Title: "order.title_error", Banner: b, Back: f.Cancel}, f, err
}

func (s *Service) getStrike(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	pg, f, err := s.strikePage(r, id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, pg, f)
}

func (s *Service) postStrike(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	pg, f, err := s.strikePage(r, id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	acted, err := s.StrikeOut(r.Context(), id, r.PostForm.Get("reason"))
	if err == nil {
		s.Pages.Redirect(w, r, "/results/"+id.String(), page.M("order.corrected", "count", userCount(acted)))
		return
	}
	s.fail(w, r, pg, f, err)
}
