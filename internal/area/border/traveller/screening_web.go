package traveller

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getOwn(w http.ResponseWriter, r *http.Request) {
	list, err := s.Own(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	open, err := s.Waiting(r.Context())
	if err != nil && fault.KeyOf(err) != "border.error.no_shift" {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.own.title", Wide: true, Back: countLink()}, ownView(list, open), nil)
}

func countLink() page.Link {
	return page.Link{Href: "/border/count", Text: page.M("border.count.title")}
}

func ownView(list []Screening, open []Measure) page.Sheet {
	v := page.Sheet{Lead: page.M("traveller.own.lead"), Actions: []page.Link{{Href: "/border/travellers/new", Text: page.M("traveller.new.title")}},
		Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("traveller.code")}, {Label: page.M("traveller.at")}, {Label: page.M("traveller.found"), Wide: true}, {Label: page.M("traveller.next")}},
			Empty: page.Empty{Title: page.M("traveller.own.none"), Text: page.M("traveller.own.none_text")}}}
	for _, sc := range list {
		v.Table.Rows = append(v.Table.Rows, []page.Cell{page.Link{Href: path(sc.ID), Name: sc.Code()}, sc.At, classTag(sc.Last().Class), waitsTag(sc)})
	}
	if len(open) > 0 {
		v.Actions = append(v.Actions, page.Link{Href: "/border/measures", Text: page.M("traveller.held.title")})
	}
	return v
}

// classTags weigh the classes that have a weight; their words are the pack's.
var classTags = map[string]page.Level{StopVehicle: page.Danger, Referred: page.Danger, Secondary: page.Wait, FollowUp: page.Info, Released: page.Done, "RELEASED_ADVICE": page.Done}

func classTag(class string) page.Tag {
	if class == "" {
		return page.Tag{Level: page.Wait, Text: page.M("traveller.open")}
	}
	if _, ok := classTags[class]; !ok {
		return page.Tag{Text: page.Words(func(string) string { return class })}
	}
	return page.Tag{Level: classTags[class], Text: page.M("traveller.class." + lower(class))}
}

func waitsTag(sc Screening) any {
	if w := sc.Waits(); w != WaitsNone {
		return page.Tag{Level: page.Wait, Text: page.M("traveller.waits." + string(w))}
	}
	return page.Tag{Level: page.Done, Text: page.M("traveller.waits.nothing")}
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	sh, err := s.FirstSheet(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, _, _ := asked(sh, db.NewID(), "/border/travellers/new", true, nil, false)
	s.showNew(w, r, f)
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.new.title", Back: countLink()}, page.Sheet{Lead: page.M("traveller.lead.new"), Form: f}, f)
}

// live shows the questions that follow from the answers so far; nothing is saved.
func (s *Service) live(w http.ResponseWriter, r *http.Request, action string, open func() (Sheet, error)) {
	sh, id, err := s.read(w, r, open)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, _, _ := asked(sh, id, action, true, r.PostForm, false)
	s.Pages.Fragment(w, r, "page/form", f)
}

func (s *Service) liveNew(w http.ResponseWriter, r *http.Request) {
	s.live(w, r, "/border/travellers/new", func() (Sheet, error) { return s.FirstSheet(r.Context()) })
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	sh, id, err := s.read(w, r, func() (Sheet, error) { return s.FirstSheet(r.Context()) })
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, res, answers := asked(sh, id, "/border/travellers/new", true, r.PostForm, true)
	if !res.OK() {
		s.showNew(w, r, f)
		return
	}
	kept, err := s.Begin(r.Context(), id, answers)
	switch {
	case err != nil:
		s.fail(w, r, err)
	case !kept:
		s.Pages.Redirect(w, r, "/border/count", page.M("traveller.new.nothing"))
	default:
		s.Pages.Redirect(w, r, path(id), page.M("traveller.saved"))
	}
}

func (s *Service) getScreening(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	o, err := s.Open(r.Context(), id, page.LocaleOf(r).Code)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	back := page.Link{Href: "/border/travellers", Text: page.M("traveller.own.title")}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.one.title", Back: back}, screeningView(o, page.LocaleOf(r).Code), nil)
}

// word is what a code of the pack means, in the reader's language.
func (o Opened) word(k decision.Kind, code string) page.Msg {
	return page.Words(func(lang string) string {
		if o.Pack == nil {
			return code
		}
		return o.Pack.OutcomeWord(lang, k, code)
	})
}

func screeningView(o Opened, lang string) page.Sheet {
	last := o.Last()
	v := page.Sheet{Notes: []page.Callout{o.card()}}
	if !o.Signal.ID.IsZero() {
		v.Notes = append(v.Notes, signalNote(o))
	}
	if o.Mine {
		v.Actions = o.actions()
	}
	v.Rows = page.Summary{{Label: page.M("traveller.code"), Value: page.Code(o.Code())}, {Label: page.M("border.point.point"), Value: o.Point.Name(lang)}, {Label: page.M("traveller.at"), Value: o.At},
		{Label: page.M("traveller.found"), Value: classTag(last.Class)}}
	v.Rows = append(v.Rows, o.temperatures()...)
	for _, name := range []string{"traveller_name", "traveller_age", "traveller_phone", "next_address", "itinerary"} {
		if text := o.Second.One(name); text != "" {
			v.Rows = append(v.Rows, page.Row{Label: page.M("traveller.q." + name), Value: text})
		}
	}
	if o.Screening.Until != 0 {
		v.Rows = append(v.Rows, page.Row{Label: page.M("traveller.until"), Value: o.Screening.Until.Date()})
	}
	v.Parts = append(v.Parts, o.why())
	if o.Screening.Journey != nil {
		v.Parts = append(v.Parts, journeyPart(*o.Screening.Journey, last.Journey, o.Second))
	}
	v.Parts = append(v.Parts, o.history())
	if len(o.Measures) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("traveller.measures"), Table: measureTable(o.Measures, o.Now)})
	}
	if o.Vehicle != nil {
		v.Parts = append(v.Parts, page.Part{Title: page.M("traveller.companions"), Lead: page.M("traveller.companions_count", "count", len(o.Vehicle.Companions))})
	}
	v.Limits = []page.Msg{page.M("traveller.unconfirmed")}
	if o.Screening.Journey != nil {
		v.Limits = append(v.Limits, page.M("outbreak.limit.declared"))
	}
	return v
}

// card is the card "what now": one at a time, the least intrusive step first.
func (o Opened) card() page.Callout {
	last := o.Last()
	c := page.Callout{Level: classTags[last.Class], Title: page.M("traveller.card.title", "what", classTag(last.Class).Text)}
	var steps []page.Msg
	if last.Class != Referred && last.Class != StopVehicle { // nobody rests who is to be kept apart: measuring again can wait
		for _, code := range last.Needs {
			steps = append(steps, o.word(decision.Require, code))
		}
	}
	for _, code := range last.Steps {
		steps = append(steps, o.word(decision.Flag, code))
	}
	for _, code := range last.Refer {
		steps = append(steps, o.word(decision.Refer, code))
	}
	if last.Contacts > 0 && !slices.Contains(last.Steps, "STEP_LIST_CONTACTS") {
		steps = append(steps, page.M("traveller.card.list", "count", last.Contacts))
	}
	if len(steps) > 0 && o.Waits() == WaitsSecond {
		steps = append(steps, page.M("traveller.card.second"))
	}
	for i, text := range steps {
		c.Text = append(c.Text, page.M("traveller.card.step", "n", i+1, "step", text))
	}
	if len(steps) == 0 {
		c.Text = append(c.Text, page.M("traveller.card."+cardWord(o.Screening)))
	}
	return c
}

// cardWord says what comes next where the pack has no steps.
func cardWord(sc Screening) string {
	switch {
	case sc.Waits() == WaitsSecond:
		return "second"
	case sc.Last().Class == FollowUp:
		return "follow"
	case sc.Last().Journey.tells():
		return "go_inform"
	}
	return "go"
}

func signalNote(o Opened) page.Callout {
	c := page.Callout{Level: page.Info, Title: page.M("traveller.signal.raised", "when", o.Signal.At), Text: []page.Msg{page.M("traveller.signal.stage", "stage", page.M("surveillance.stage."+string(o.Signal.Stage)))}}
	if o.Signal.Pace != surveillance.Stopped {
		c.Text = append(c.Text, page.M("traveller.signal.due", "when", o.Signal.Due))
	}
	if o.Signal.Pace == surveillance.Overdue {
		c.Level = page.Danger
	}
	if o.MayDesk {
		c.Links = []page.Link{{Href: "/surveillance/signals/" + o.Signal.ID.String(), Text: page.M("traveller.signal.open")}}
	}
	return c
}

// actions are what can be done next, what waits first.
func (o Opened) actions() []page.Link {
	var out []page.Link
	at := func(what string) {
		out = append(out, page.Link{Href: path(o.ID) + "/" + what, Text: page.M("traveller.do." + what)})
	}
	if o.MayMeasure() {
		at("again")
	}
	at("second")
	if o.Last().Contacts > 0 || o.Vehicle != nil || o.Last().Class == Referred {
		at("companions")
	}
	at("measure")
	return out
}

// temperatures shows both readings: the second decides, and both are kept.
func (o Opened) temperatures() page.Summary {
	var out page.Summary
	for _, t := range []struct {
		from         Answers
		device, name string
	}{{o.First, "temp1_device", "temp1_c"}, {o.First.with(o.Again), "temp2_device", "temp2_c"}} {
		text := t.from.One(t.name)
		if text == "" {
			continue
		}
		cells := []any{page.Code(text + "\u00a0°C")}
		if device := t.from.One(t.device); device != "" && o.Pack != nil {
			cells = append(cells, page.Words(func(lang string) string { return o.Pack.ValueWord(lang, t.device, value.Text(device)) }))
		}
		out = append(out, page.Row{Label: page.M("traveller.q." + t.name), Value: cells})
	}
	return out
}

// why tells the rows behind the last finding, and what is still to be asked.
func (o Opened) why() page.Part {
	p := page.Part{Title: page.M("traveller.why")}
	for _, x := range o.Explanation.Outcomes {
		if x.State != decision.Definite || x.Kind == decision.Flag && len(x.Code) > len(step) && x.Code[:len(step)] == step {
			continue // the steps stand on the card
		}
		for _, row := range x.Because {
			if row.Truth != value.Yes {
				continue
			}
			cells := []any{row.Sentence}
			if row.Certainty == "R" {
				cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("traveller.recalled")})
			}
			p.Rows = append(p.Rows, page.Row{Label: page.Words(func(string) string { return x.Word }), Value: cells})
		}
	}
	if ask := o.Last().Ask; len(ask) > 0 && o.Pack != nil {
		var cells []any
		for _, name := range ask {
			cells = append(cells, page.Words(func(lang string) string { return o.Pack.FactWord(lang, name) }))
		}
		p.Rows = append(p.Rows, page.Row{Label: page.M("traveller.ask"), Value: cells})
	}
	return p
}

func (o Opened) history() page.Part {
	p := page.Part{Title: page.M("traveller.history")}
	for _, f := range slices.Backward(o.Findings) {
		p.Timeline = append(p.Timeline, page.Event{When: f.At, What: classTag(f.Class).Text})
	}
	return p
}

func (s *Service) getAgain(w http.ResponseWriter, r *http.Request) {
	s.getSheet(w, r, "again", s.AgainSheet)
}

func (s *Service) getSecond(w http.ResponseWriter, r *http.Request) {
	s.getSheet(w, r, "second", s.SecondSheet)
}

func (s *Service) postAgain(w http.ResponseWriter, r *http.Request) {
	s.postSheet(w, r, "again", s.AgainSheet, s.MeasureAgain)
}

func (s *Service) postSecond(w http.ResponseWriter, r *http.Request) {
	s.postSheet(w, r, "second", s.SecondSheet, s.SecondScreening)
}

func (s *Service) liveSecond(w http.ResponseWriter, r *http.Request) {
	s.liveSheet(w, r, "second", s.SecondSheet)
}

// was are the answers of a sheet that were given before.
func was(sh Sheet, what string) url.Values {
	if what != "second" || len(sh.Screening.Second) == 0 {
		return nil
	}
	out := url.Values{}
	for name, v := range sh.Screening.Second {
		if r, ok := sh.Form.Row(name); ok && r.Type == form.Date && !sh.Screening.Second.date(name).IsZero() {
			for i, part := range strings.Split(sh.Screening.Second.One(name), "-") { // 2026, 2026-11 or 2026-11-20, as the boxes of a page give it
				out.Set(page.QuestionPrefix+name+[]string{"-year", "-month", "-day"}[i], part)
			}
			continue
		}
		out[page.QuestionPrefix+name] = v
	}
	return out
}
