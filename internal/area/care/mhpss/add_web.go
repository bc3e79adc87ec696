package mhpss

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// addition is something that is kept of a case: its questions, and how it is read and kept.
type addition struct {
	name  string
	title string // of its page and of the way to it
	ask   func(s *Service, f *page.Form, o Opened, typed url.Values, lang string) ([]page.Callout, error)
	keep  func(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, lang string) error
}

// adds are shown in this order. Erasing stands apart.
var adds = []addition{
	{"talk", "mhpss.talk", askTalk, keepTalk}, {"score", "mhpss.score", askScore, keepScore}, {"check", "mhpss.check", askCheck, keepCheck}, {"plan", "mhpss.plan", askPlan, keepPlan},
	{"refer", "mhpss.refer", askRefer, keepRefer}, {"contact", "mhpss.contact", askContact, keepContact}, {"close", "mhpss.close", askClose, keepClose},
}

func additionOf(r *http.Request) (addition, bool) {
	for _, a := range adds {
		if a.name == r.PathValue("what") {
			return a, true
		}
	}
	return addition{}, false
}

func (s *Service) getAdd(w http.ResponseWriter, r *http.Request) {
	a, ok := additionOf(r)
	id, err := page.PathID(r, "id")
	if !ok || err != nil {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "mhpss.getAdd", "page.error.not_found"))
		return
	}
	s.showAdd(w, r, a, id, nil, nil)
}

func (s *Service) showAdd(w http.ResponseWriter, r *http.Request, a addition, id db.ID, typed url.Values, failed error) {
	o, err := s.Look(r.Context(), id)
	if err == nil && o.Closed != nil {
		err = fault.New(fault.Conflict, "mhpss.showAdd", "mhpss.error.closed")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if typed == nil && r.FormValue("instrument") != "" {
		typed = url.Values{"instrument": {r.FormValue("instrument")}}
	}
	v, f, err := s.addSheet(a, o, typed, page.LocaleOf(r).Code, failed)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sheet(w, r, page.Page{Banner: o.Banner, Back: page.Link{Href: path(id), Text: page.M("mhpss.back")}, Return: path(id) + "/" + a.name}, v, f)
}

func (s *Service) addSheet(a addition, o Opened, typed url.Values, lang string, failed error) (page.Sheet, *page.Form, error) {
	f := &page.Form{Action: path(o.ID) + "/" + a.name, Submit: page.M("mhpss.keep"), Fields: []page.Field{{Kind: page.Hidden, Name: "doc", Value: db.NewID().String()}}}
	notes, err := a.ask(s, f, o, typed, lang)
	if err != nil {
		return page.Sheet{}, nil, err
	}
	v := page.Sheet{Notes: notes, Parts: []page.Part{{Title: page.M(a.title), Form: f}}}
	if len(f.Fields) == 1 {
		v.Parts[0].Form = nil
	}
	if failed != nil {
		f.Fill(typed)
		if !f.Fail(failed) {
			return v, f, failed
		}
	}
	return v, f, nil
}

func (s *Service) postAdd(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if r.PathValue("what") == "erase" {
		s.postErase(w, r, id)
		return
	}
	a, ok := additionOf(r)
	doc, err := db.ParseID(r.PostForm.Get("doc"))
	if !ok || err != nil {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "mhpss.postAdd", "page.error.not_found"))
		return
	}
	o, err := s.Look(r.Context(), id)
	if err == nil {
		err = a.keep(r.Context(), s, o, doc, r.PostForm, page.LocaleOf(r).Code)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("mhpss.kept"))
		return
	}
	if o.ID.IsZero() {
		s.fail(w, r, err)
		return
	}
	s.showAdd(w, r, a, id, r.PostForm, err)
}

func (s *Service) postErase(w http.ResponseWriter, r *http.Request, id db.ID) {
	if err := s.Erase(r.Context(), id); err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, listPath, page.M("mhpss.erase.done"))
}

func date(name, label string, on calendar.Day, today calendar.Day, optional bool) page.Field {
	q := page.Field{Kind: page.Date, Name: name, Label: page.M(label), Optional: optional}
	var d calendar.Date
	if on != 0 {
		d = on.Date()
	}
	q.SetDate(d, today)
	return q
}

// readDay reads an exact day; zero where none was typed.
func readDay(v url.Values, name string, today calendar.Day) (calendar.Day, error) {
	d, err := page.ReadDate(v, name, today)
	if err != nil {
		return 0, err
	}
	day, _ := d.Exact()
	return day, nil
}

func number(v url.Values, name string) (int, error) {
	text := strings.TrimSpace(page.Digits(v.Get(name)))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fault.Field("mhpss.number", name, "mhpss.error.count")
	}
	return n, nil
}

func askTalk(s *Service, f *page.Form, o Opened, _ url.Values, _ string) ([]page.Callout, error) {
	f.Fields = append(f.Fields, date("day", "mhpss.q.day", s.today(), s.today(), false),
		page.Field{Kind: page.Radios, Name: "mode", Label: page.M("mhpss.q.mode"), Options: page.OptionsOf(Modes, "mhpss.mode.")},
		page.Field{Kind: page.Number, Name: "minutes", Label: page.M("mhpss.q.minutes"), Unit: "min", Optional: true, Width: 4},
		long("aims", "mhpss.q.aims"), long("note", "mhpss.q.note"), date("next", "mhpss.q.next", 0, s.today(), true))
	return nil, nil
}

func keepTalk(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, _ string) error {
	day, err := readDay(v, "day", s.today())
	next, err2 := readDay(v, "next", s.today())
	minutes, err3 := number(v, "minutes")
	t := Talk{Day: day, Mode: Mode(v.Get("mode")), Minutes: minutes, Aims: v.Get("aims"), Note: v.Get("note"), Next: next}
	if err := errors.Join(append(t.Valid(s.today()), err, err2, err3)...); err != nil {
		return err
	}
	return s.Talked(ctx, o.ID, doc, t)
}

// askScore first asks which questionnaire, and then, where the pack's gates are open, its
// questions in the wording that was imported.
func askScore(s *Service, f *page.Form, o Opened, typed url.Values, lang string) ([]page.Callout, error) {
	if o.Pack == nil {
		return []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("mhpss.error.no_pack")}}}, nil
	}
	chosen := typed.Get("instrument")
	if chosen == "" {
		for _, code := range instruments(o.Pack) {
			if f.Find("instrument") == nil {
				f.Fields = append(f.Fields, page.Field{Kind: page.Radios, Name: "instrument", Label: page.M("mhpss.q.instrument")})
			}
			q := f.Find("instrument")
			q.Options = append(q.Options, page.Option{Value: code, Label: instrumentName(o.Pack, code)})
		}
		f.Method, f.Submit = "get", page.M("mhpss.go_on")
		f.Fields = f.Fields[1:] // no id yet: nothing is kept
		f.Fields = append(f.Fields, page.Field{Kind: page.Note, Label: page.M("mhpss.score_lead")})
		return nil, nil
	}
	var notes []page.Callout
	err := s.DB.Read(context.Background(), func(tx *db.Tx) error {
		x, err := s.gate(tx, o.Pack, o.Case, o.in, chosen, lang)
		if err == nil && !gateOpen(x) {
			notes = gateNotes(x)
		}
		return err
	})
	if err != nil || len(notes) > 0 {
		return notes, err
	}
	sf, _ := o.Pack.Form(scoresForm)
	answers := page.Answers(sf, typed)
	answers["instrument"] = []string{chosen}
	f.Ask(items(sf, answers, chosen, s.today()), typed, false)
	w, _ := o.in.wording(chosen, lang)
	f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "instrument", Value: chosen, Keep: true})
	names, _ := itemsOf(o.Pack, chosen)
	for i, name := range names {
		if q := f.Find(page.QuestionPrefix + name); q != nil && i < len(w.Items) {
			text := w.Items[i]
			q.Hint = page.Words(func(string) string { return text })
		}
	}
	return []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mhpss.word_for_word"), page.M("mhpss.on_duty", "who", o.in.duty.Name+" · "+o.in.duty.Reach)}}}, nil
}

// items are the questions of one instrument.
func items(f *form.Form, answers map[string][]string, instrument string, on calendar.Day) (out []form.Item) {
	for _, it := range f.View(answers, f.Check(answers, nil, on, others(instrument))) {
		if strings.HasPrefix(it.Name, instrument+"_") {
			out = append(out, it)
		}
	}
	return out
}

// gateNotes say which gate holds, or could.
func gateNotes(x pack.Explanation) (out []page.Callout) {
	for _, o := range x.Outcomes {
		if codeOf(o) == "hold."+safetyCheck || codeOf(o) == "hold."+twoFacilitators || !strings.HasPrefix(codeOf(o), "hold.") {
			continue
		}
		word := o.Word
		out = append(out, page.Callout{Level: page.Wait, Title: page.Words(func(string) string { return word }), Text: []page.Msg{page.M("mhpss.gate_text")}})
	}
	return out
}

func keepScore(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, lang string) error {
	if o.Pack == nil {
		return fault.New(fault.Unavailable, "mhpss.keepScore", "mhpss.error.no_pack")
	}
	f, ok := o.Pack.Form(scoresForm)
	if !ok {
		return fault.New(fault.Unavailable, "mhpss.keepScore", "mhpss.error.no_pack")
	}
	_, err := s.Score(ctx, o.ID, doc, v.Get("instrument"), lang, page.Answers(f, v))
	return err
}

func askCheck(s *Service, f *page.Form, o Opened, typed url.Values, _ string) ([]page.Callout, error) {
	if o.Pack == nil {
		return []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("mhpss.error.no_pack")}}}, nil
	}
	cf, _ := o.Pack.Form(checkForm)
	answers := page.Answers(cf, typed)
	f.Ask(cf.View(answers, cf.Check(answers, nil, s.today())), typed, false)
	f.Fields = append(f.Fields, long("note", "mhpss.q.note"))
	return []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mhpss.check_lead")}}}, nil
}

func keepCheck(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, lang string) error {
	if o.Pack == nil {
		return fault.New(fault.Unavailable, "mhpss.keepCheck", "mhpss.error.no_pack")
	}
	f, _ := o.Pack.Form(checkForm)
	_, err := s.Check(ctx, o.ID, doc, page.Answers(f, v), v.Get("note"), lang)
	return err
}

func askPlan(s *Service, f *page.Form, o Opened, _ url.Values, _ string) ([]page.Callout, error) {
	var have Plan
	if o.Plan != nil {
		have = o.Plan.V
	}
	for _, x := range planFields(have) {
		q := long(x.name, "mhpss.plan."+x.name)
		q.Value = x.value
		f.Fields = append(f.Fields, q)
	}
	f.Fields = append(f.Fields, date("review", "mhpss.q.review", have.Review, s.today(), true), yes("own_copy", "mhpss.q.own_copy"))
	return []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mhpss.plan_lead")}}}, nil
}

func keepPlan(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, _ string) error {
	review, err := readDay(v, "review", s.today())
	p := Plan{Signs: v.Get("signs"), Alone: v.Get("alone"), Places: v.Get("places"), People: v.Get("people"), Lines: v.Get("lines"), Around: v.Get("around"), Review: review, OwnCopy: v.Get("own_copy") == "yes"}
	if err := errors.Join(append(p.Valid(s.today()), err)...); err != nil {
		return err
	}
	return s.put(ctx, o.ID, doc, planLeaf, p)
}

func askRefer(_ *Service, f *page.Form, _ Opened, _ url.Values, _ string) ([]page.Callout, error) {
	f.Fields = append(f.Fields, line("to", "mhpss.q.to"), long("why", "mhpss.q.why"), long("tells", "mhpss.q.tells"), yes("agreed", "mhpss.q.agreed_refer"))
	return []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("mhpss.refer_lead")}}}, nil
}

func keepRefer(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, _ string) error {
	return s.Refer(ctx, o.ID, doc, Referral{To: v.Get("to"), Why: v.Get("why"), Tells: v.Get("tells"), Agreed: v.Get("agreed") == "yes"})
}

func askContact(_ *Service, f *page.Form, _ Opened, _ url.Values, _ string) ([]page.Callout, error) {
	f.Fields = append(f.Fields, contactFields()[1:]...)
	return nil, nil
}

func keepContact(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, _ string) error {
	c := readContact(v)
	if err := errors.Join(c.Valid()...); err != nil {
		return err
	}
	return s.put(ctx, o.ID, doc, contactLeaf, c)
}

func askClose(_ *Service, f *page.Form, _ Opened, _ url.Values, _ string) ([]page.Callout, error) {
	f.Fields = append(f.Fields, page.Field{Kind: page.Radios, Name: "why", Label: page.M("mhpss.q.end"), Options: page.OptionsOf(Ends, "mhpss.end.")})
	return nil, nil
}

func keepClose(ctx context.Context, s *Service, o Opened, doc db.ID, v url.Values, _ string) error {
	return s.Close(ctx, o.ID, doc, Closing{Why: End(v.Get("why"))})
}
