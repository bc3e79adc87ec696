package linelist

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// caseForm asks what is told of a case.
func (s *Service) caseForm(c Case, locale, action string, registered bool) *page.Form {
	diseases := []page.Option{{Value: "", Label: page.M("linelist.q.choose")}}
	for _, d := range s.Lists.Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: diseaseMsg(d.Code)})
	}
	countries := []page.Option{{Value: "", Label: page.M("linelist.q.not_known")}}
	for _, p := range place.Sorted(locale) {
		countries = append(countries, page.Option{Value: p.Code, Text: p.Name(locale)})
	}
	text := func(name string, v string) page.Field {
		return page.Field{Kind: page.Text, Name: name, Label: page.M("linelist.q." + name), Value: v, Max: longText, Dir: "auto", Auto: "off", Optional: true}
	}
	date := func(name string, d calendar.Date) page.Field {
		f := page.Field{Kind: page.Date, Name: name, Label: page.M("linelist.q." + name), Optional: name != "reported", Date: page.DateInput{Partial: true}}
		f.SetDate(d, s.today())
		return f
	}
	truth := func(name string, t value.Truth) page.Field {
		return page.Field{Kind: page.Radios, Name: name, Label: page.M("linelist.q." + name), Value: truthText(t), Inline: true, Optional: true, Options: yesNo()}
	}
	fields := []page.Field{
		{Kind: page.Hidden, Name: "id", Value: c.ID.String()},
		{Kind: page.Select, Name: "disease", Label: page.M("linelist.q.disease"), Value: c.Disease, Options: diseases},
		date("reported", c.Reported),
	}
	if !registered {
		birth := page.Field{Kind: page.Date, Name: "birth", Label: page.M("linelist.q.birth"), Optional: true, Date: page.DateInput{Partial: true, AllowAge: true}}
		birth.SetDate(c.Birth, s.today())
		fields = append(fields, page.Field{Kind: page.Text, Name: "name", Label: page.M("linelist.q.name"), Hint: page.M("linelist.q.name_hint"), Value: c.Name, Max: longName, Dir: "auto", Auto: "off", Optional: true},
			page.Field{Kind: page.Radios, Name: "sex", Label: page.M("linelist.q.sex"), Value: string(c.Sex), Inline: true, Optional: true, Options: sexOptions()}, birth)
	}
	fields = append(fields, truth("health_worker", c.Work),
		page.Field{Kind: page.Select, Name: "country", Label: page.M("linelist.q.country"), Value: c.Country, Options: countries, Optional: true}, text("area", c.Area), text("place", c.Place),
		date("onset", c.Onset), truth("imported", c.Imported), text("from", c.From), date("admitted", c.Admitted), date("isolated", c.Isolated),
		page.Field{Kind: page.Radios, Name: "ending", Label: page.M("linelist.q.ending"), Value: string(c.Ending), Optional: true, Options: page.OptionsOf(Endings, "linelist.ending.")}, date("ended", c.Ended),
		text("number", c.Number))
	return &page.Form{Action: action, Submit: page.M("linelist.save"), Fields: fields}
}

func sexOptions() []page.Option {
	var out []page.Option
	for _, x := range sexes {
		out = append(out, page.Option{Value: string(x), Label: page.Sex(x).Msg()})
	}
	return out
}

func yesNo() []page.Option {
	return []page.Option{{Value: "yes", Label: page.TruthMsg(value.Yes)}, {Value: "no", Label: page.TruthMsg(value.No)}, {Value: "unknown", Label: page.TruthMsg(value.Unknown)}}
}

func truthText(t value.Truth) string {
	if !t.Known() {
		return ""
	}
	return t.String()
}

// readCase reads what was typed of a case.
func (s *Service) readCase(r *http.Request) (Case, error) {
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	c := Case{Disease: get("disease"), Name: get("name"), Sex: people.Sex(get("sex")), Country: get("country"), Area: get("area"), Place: get("place"), From: get("from"),
		Ending: Ending(get("ending")), Number: get("number")}
	var errs []error
	for _, d := range []struct {
		name string
		into *calendar.Date
	}{{"reported", &c.Reported}, {"birth", &c.Birth}, {"onset", &c.Onset}, {"admitted", &c.Admitted}, {"isolated", &c.Isolated}, {"ended", &c.Ended}} {
		var err error
		if *d.into, err = page.ReadDate(r.PostForm, d.name, s.today()); err != nil {
			errs = append(errs, err)
		}
	}
	for _, q := range []struct {
		name string
		into *value.Truth
	}{{"health_worker", &c.Work}, {"imported", &c.Imported}} {
		t, err := value.ParseTruth(get(q.name))
		if err != nil {
			errs = append(errs, fault.Field("linelist.readCase", q.name, "linelist.error.choose"))
		}
		*q.into = t
	}
	if c.Country != "" {
		if _, ok := place.Country(c.Country); !ok {
			errs = append(errs, fault.Field("linelist.readCase", "country", "linelist.error.choose"))
		}
	}
	return c, errors.Join(errs...)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	if err := s.mayWrite(r); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	c := Case{ID: db.NewID(), Reported: s.today().Date()}
	if code := r.URL.Query().Get("disease"); s.Lists.HasDisease(code) {
		c.Disease = code
	}
	c.Signal, _ = db.ParseID(r.URL.Query().Get("signal")) // none, or a malformed one, is none
	if err := s.prefill(r.Context(), &c); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.newForm(c, r)
	s.showNew(w, r, f)
}

// newForm is caseForm with what leads here: a person's page, a signal.
func (s *Service) newForm(c Case, r *http.Request) *page.Form {
	from := func(name string) string {
		if name == "person" && !c.Person.IsZero() {
			return c.Person.String()
		}
		if v := r.PostForm.Get(name); v != "" {
			return v
		}
		return r.URL.Query().Get(name)
	}
	f := s.caseForm(c, page.LocaleOf(r).Code, "/linelist/new", from("person") != "")
	for _, name := range []string{"person", "signal"} {
		if id, err := db.ParseID(from(name)); err == nil {
			f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: name, Value: id.String(), Keep: true})
		}
	}
	return f
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.new.title", Back: listLink()}, page.Sheet{Lead: page.M("linelist.new.lead"), Form: f}, f)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.newForm(Case{}, r)
	f.Fill(r.PostForm)
	c, err := s.readCase(r)
	if c.ID, _ = db.ParseID(r.PostForm.Get("id")); c.ID.IsZero() {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "linelist.new", "page.error.body"))
		return
	}
	c.Person, _ = db.ParseID(r.PostForm.Get("person")) // none, or a malformed one, is nobody
	c.Signal, _ = db.ParseID(r.PostForm.Get("signal"))
	if err == nil {
		told := Case{ID: c.ID, Signal: c.Signal}
		err = s.prefill(r.Context(), &told)
		c.Signs = told.Signs
	}
	if err == nil {
		_, err = s.Record(r.Context(), c, r.PostForm.Get("another") != "")
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(c.ID)+"/signs", page.M("linelist.saved"))
		return
	}
	if fault.FieldOf(err) == "another" {
		f.Fields = append(f.Fields, page.Field{Kind: page.Checks, Name: "another", Label: page.M("linelist.same"), Options: []page.Option{{Value: "yes", Label: page.M("linelist.another")}}})
	}
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showNew(w, r, f)
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) {
	o, b, err := s.opened(r)
	if err != nil || !o.MayWrite {
		s.refuse(w, r, err)
		return
	}
	f := s.editForm(o, page.LocaleOf(r).Code)
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.edit.title", Banner: b, Back: caseLink(o.ID)}, page.Sheet{Form: f}, f)
}

func (s *Service) editForm(o Opened, locale string) *page.Form {
	f := s.caseForm(o.Case, locale, path(o.ID)+"/edit", !o.Person.IsZero())
	f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "base", Value: o.Base.String()})
	return f
}

// refuse answers a fault, or that the reader may not.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		err = fault.New(fault.Forbidden, "linelist.write", "door.forbidden")
	}
	s.Pages.Error(w, r, err)
}

func readBase(r *http.Request) (journal.Base, error) {
	base, err := journal.ParseBase(r.PostForm.Get("base"))
	if err != nil {
		return base, fault.New(fault.Invalid, "linelist.base", "page.error.body")
	}
	return base, nil
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	c, err := s.readCase(r)
	c.ID = id
	if err == nil {
		var base journal.Base
		if base, err = readBase(r); err == nil {
			err = s.Edit(r.Context(), c, base)
		}
	}
	s.after(w, r, id, err, "linelist.edit.title", func(o Opened) *page.Form { return s.editForm(o, page.LocaleOf(r).Code) })
}

// after redirects to the case, or shows a form again with what is wrong.
func (s *Service) after(w http.ResponseWriter, r *http.Request, id db.ID, err error, title string, form func(o Opened) *page.Form) {
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("linelist.saved"))
		return
	}
	o, b, openErr := s.opened(r)
	if openErr != nil {
		s.Pages.Error(w, r, openErr)
		return
	}
	f := form(o)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: title, Banner: b, Back: caseLink(id)}, page.Sheet{Form: f}, f)
}

func (s *Service) getSigns(w http.ResponseWriter, r *http.Request) {
	o, b, err := s.opened(r)
	if err != nil || !o.MayWrite {
		s.refuse(w, r, err)
		return
	}
	f := signsForm(o)
	v := page.Sheet{Lead: page.M("linelist.signs.lead"), Form: f}
	if o.Definition == nil {
		v = page.Sheet{Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("linelist.no_rule")}}}}
		s.Pages.Sheet(w, r, page.Page{Title: "linelist.signs.title", Banner: b, Back: caseLink(o.ID)}, v, nil)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.signs.title", Banner: b, Back: caseLink(o.ID)}, v, f)
}

// signsForm asks what the definition reads, with what is known already. What is asked
// for most comes first: the facts that the last decision lacked.
func signsForm(o Opened) *page.Form {
	f := &page.Form{Action: path(o.ID) + "/signs", Submit: page.M("linelist.save"), Fields: []page.Field{{Kind: page.Hidden, Name: "base", Value: o.Base.String()}}}
	if o.Definition == nil {
		return f
	}
	signs, _ := asked(o.Definition)
	last, _ := o.Last()
	slices.SortStableFunc(signs, func(a, b pack.Fact) int {
		x, y := slices.Contains(last.Ask, a.Name), slices.Contains(last.Ask, b.Name)
		switch {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return 0
	})
	for _, fact := range signs {
		f.Fields = append(f.Fields, factField(o, fact, o.Signs[fact.From].Value))
	}
	return f
}

// factField asks one fact of a definition, by its type.
func factField(o Opened, f pack.Fact, known value.Value) page.Field {
	q := page.Field{Name: "s-" + f.Name, Label: factMsg(o, f.Name), Optional: true}
	switch f.Type {
	case "bool":
		q.Kind, q.Inline, q.Options, q.Value = page.Radios, true, yesNo(), truthText(known.Truth())
	case "code":
		q.Kind = page.Select
		q.Options = []page.Option{{Value: "", Label: page.M("linelist.q.not_known")}}
		for _, code := range f.Values {
			q.Options = append(q.Options, page.Option{Value: code, Label: page.Words(func(lang string) string { return o.Definition.ValueWord(lang, f.Name, value.Text(code)) })})
		}
		q.Value, _ = known.Str()
	case "date":
		q.Kind, q.Date = page.Date, page.DateInput{Partial: true}
		if d, ok := dateOf(known); ok {
			q.SetDate(d, 0)
		}
	default:
		q.Kind, q.Width, q.Dir, q.Unit = page.Number, 4, "ltr", f.Unit
		if n, ok := known.Float(); ok {
			q.Value = strconv.FormatFloat(n, 'f', -1, 64)
		}
	}
	return q
}

func dateOf(v value.Value) (calendar.Date, bool) {
	text, ok := v.Str()
	if !ok {
		return calendar.Date{}, false
	}
	d, err := calendar.Parse(text)
	return d, err == nil && !d.IsZero()
}

// readFact reads one answer; ok is false where the question was left open.
func (s *Service) readFact(typed url.Values, f pack.Fact) (v value.Value, err error) {
	name := "s-" + f.Name
	bad := fault.Field("linelist.readFact", name, "linelist.error.choose")
	text := strings.TrimSpace(typed.Get(name))
	switch f.Type {
	case "bool":
		t, err := value.ParseTruth(text)
		if err != nil {
			return v, bad
		}
		return value.OfTruth(t), nil
	case "code":
		switch {
		case text == "":
			return value.NotKnown(), nil
		case !slices.Contains(f.Values, text):
			return v, bad
		}
		return value.Text(text), nil
	case "date":
		d, err := page.ReadDate(typed, name, s.today())
		if err != nil || d.IsZero() {
			return value.NotKnown(), err
		}
		if first, _, _ := d.Bounds(); first > s.today() {
			return v, fault.Field("linelist.readFact", name, "linelist.error.future")
		}
		return value.Text(d.String()), nil
	}
	n, ok, err := page.ReadNumber(typed, name)
	if err != nil || !ok {
		return value.NotKnown(), err
	}
	if f.Min != nil && n < *f.Min || f.Max != nil && n > *f.Max {
		return v, fault.Field("linelist.readFact", name, "linelist.error.number")
	}
	return value.Number(n), nil
}

func (s *Service) postSigns(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o, _, err := s.opened(r)
	if err != nil || o.Definition == nil {
		s.refuse(w, r, err)
		return
	}
	signs, _ := asked(o.Definition)
	answers, errs := map[string]value.Value{}, []error{}
	for _, f := range signs {
		v, err := s.readFact(r.PostForm, f)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		answers[f.From] = v
	}
	base, err := readBase(r)
	if err = errors.Join(append(errs, err)...); err == nil {
		err = s.Answer(r.Context(), id, base, answers)
	}
	s.after(w, r, id, err, "linelist.signs.title", signsForm)
}
