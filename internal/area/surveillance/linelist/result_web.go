package linelist

import (
	"errors"
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// byFrom finds the fact of a definition that is read from a place.
func byFrom(p *pack.Pack, from string) (pack.Fact, bool) {
	if p != nil {
		for _, f := range p.Facts {
			if f.From == from {
				return f, true
			}
		}
	}
	return pack.Fact{}, false
}

// ofMsg names what a sign or a result is of, in the words of the definition.
func ofMsg(o Opened, from string) page.Msg {
	if f, ok := byFrom(o.Definition, from); ok {
		return factMsg(o, f.Name)
	}
	return page.M("linelist.of_other", "code", from)
}

// valueMsg says a value in the words of the definition.
func valueMsg(o Opened, from string, v value.Value) any {
	if v.Kind() == value.KindBool {
		return page.TruthMsg(v.Truth())
	}
	if f, ok := byFrom(o.Definition, from); ok {
		if f.Type == "date" {
			if d, ok := dateOf(v); ok {
				return d
			}
		}
		return page.Words(func(lang string) string { return o.Definition.ValueWord(lang, f.Name, v) })
	}
	return v.String()
}

// testOf is the test that a query asks for, of those that the definition reads.
func testOf(o Opened, from string) (pack.Fact, bool) {
	if o.Definition == nil {
		return pack.Fact{}, false
	}
	_, tests := asked(o.Definition)
	for _, t := range tests {
		if t.From == from {
			return t, true
		}
	}
	return pack.Fact{}, false
}

func (s *Service) getResult(w http.ResponseWriter, r *http.Request) {
	o, b, err := s.opened(r)
	if err != nil || !o.MayWrite {
		s.refuse(w, r, err)
		return
	}
	pg := page.Page{Title: "linelist.result.title", Banner: b, Back: caseLink(o.ID)}
	if t, ok := testOf(o, r.URL.Query().Get("of")); ok {
		f := resultForm(o, t)
		s.Pages.Sheet(w, r, pg, page.Sheet{Form: f}, f)
		return
	}
	s.Pages.Sheet(w, r, pg, testsView(o), nil)
}

// testsView is the choice of a test.
func testsView(o Opened) page.Sheet {
	v := page.Sheet{Lead: page.M("linelist.result.choose")}
	if o.Definition == nil {
		return page.Sheet{Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("linelist.no_rule")}}}}
	}
	_, tests := asked(o.Definition)
	for _, t := range tests {
		v.Actions = append(v.Actions, page.Link{Href: path(o.ID) + "/result?of=" + t.From, Text: factMsg(o, t.Name)})
	}
	if len(tests) == 0 {
		v.Lead = page.M("linelist.result.none")
	}
	return v
}

func resultForm(o Opened, t pack.Fact) *page.Form {
	q := factField(o, t, value.NotKnown())
	q.Optional, q.Hint = true, page.M("linelist.result.value_hint")
	date := func(name string) page.Field {
		return page.Field{Kind: page.Date, Name: name, Label: page.M("linelist.result." + name), Optional: true, Date: page.DateInput{Partial: true}}
	}
	return &page.Form{Action: path(o.ID) + "/result", Submit: page.M("linelist.save"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "of", Value: t.From}, q, date("collected"), date("on"),
		{Kind: page.Text, Name: "lab", Label: page.M("linelist.result.lab"), Max: longText, Auto: "off", Optional: true}}}
}

func (s *Service) postResult(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o, _, err := s.opened(r)
	t, ok := testOf(o, r.PostForm.Get("of"))
	if err == nil && !ok {
		err = fault.New(fault.Invalid, "linelist.result", "page.error.body")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	res := Result{Of: t.From, Lab: strings.TrimSpace(r.PostForm.Get("lab"))}
	var errs [3]error
	res.Value, errs[0] = s.readFact(r.PostForm, t)
	res.Collected, errs[1] = page.ReadDate(r.PostForm, "collected", s.today())
	res.On, errs[2] = page.ReadDate(r.PostForm, "on", s.today())
	// A result that nobody has yet says that it is awaited; "pending" and "none" are
	// answers of the list and mean the same.
	code, isCode := res.Value.Str()
	res.Final = res.Value.Kind() != value.KindUnknown && !(isCode && (code == "pending" || code == "none"))
	if err = errors.Join(errs[:]...); err == nil {
		err = s.AddResult(r.Context(), id, res)
	}
	s.after(w, r, id, err, "linelist.result.title", func(o Opened) *page.Form { return resultForm(o, t) })
}

func overrideForm(o Opened) *page.Form {
	classes := page.OptionsOf(Overrides, "linelist.class.")
	if o.Officer != nil {
		classes = append(classes, page.Option{Value: "back", Label: page.M("linelist.override.back")})
	}
	return &page.Form{Action: path(o.ID) + "/override", Submit: page.M("linelist.save"), Fields: []page.Field{
		{Kind: page.Radios, Name: "class", Label: page.M("linelist.override.class"), Options: classes},
		{Kind: page.LongText, Name: "why", Label: page.M("linelist.override.why"), Max: longWhy}}}
}

func (s *Service) getOverride(w http.ResponseWriter, r *http.Request) {
	o, b, err := s.opened(r)
	if err != nil || !o.MayOverride {
		s.refuse(w, r, err)
		return
	}
	f := overrideForm(o)
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.override.title", Banner: b, Back: caseLink(o.ID)}, page.Sheet{Lead: page.M("linelist.override.lead"), Form: f}, f)
}

func (s *Service) postOverride(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	class := Class(r.PostForm.Get("class"))
	switch class {
	case "":
		err = fault.Field("linelist.override", "class", "linelist.error.choose")
	case "back":
		class = ""
	}
	if err == nil {
		err = s.Override(r.Context(), id, class, r.PostForm.Get("why"))
	}
	s.after(w, r, id, err, "linelist.override.title", overrideForm)
}
