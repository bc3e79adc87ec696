package outbreak

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	list, err := s.Listed(r.Context(), page.LocaleOf(r).Code)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := listSheet(list, s.Access.Ever(r.Context(), access.OutbreakDeclare))
	v.Actions = append(v.Actions, s.LeavingLinks(r.Context(), s.today()+1)...)
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.title", Wide: true}, v, nil)
}

func listSheet(list []Listed, declare bool) page.Sheet {
	v := page.Sheet{Lead: page.M("outbreak.lead"), Table: &page.Table{Tight: true,
		Columns: []page.Column{{Label: page.M("outbreak.q.disease")}, {Label: page.M("outbreak.q.state")}, {Label: page.M("outbreak.q.places"), Wide: true}, {Label: page.M("outbreak.q.from")}, {Label: page.M("outbreak.q.until")}, {Label: page.M("outbreak.q.source")}},
		Empty:   page.Empty{Title: page.M("outbreak.none"), Text: page.M("outbreak.none_text")}}}
	if declare {
		v.Actions = append(v.Actions, page.Link{Href: "/outbreaks/new", Text: page.M("outbreak.new.title")})
	}
	for _, o := range list {
		v.Table.Rows = append(v.Table.Rows, []page.Cell{page.Link{Href: path(o.ID), Text: diseaseMsg(o.Disease)}, stateTag(o.State()), listed(o.Names), o.From, untilCell(o.Outbreak), o.Source})
	}
	return v
}

func untilCell(o Outbreak) any {
	switch {
	case !o.Until.IsZero():
		return o.Until
	case o.State().Runs():
		return page.M("outbreak.runs")
	}
	return nil
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o, err := s.Open(r.Context(), id, page.LocaleOf(r).Code)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := oneSheet(o)
	if o.State().Runs() {
		v.Actions = append(v.Actions, s.LeavingLinks(r.Context(), s.today()+1)...)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.one.title", Back: listLink()}, v, nil)
}

func oneSheet(o Opened) page.Sheet {
	v := page.Sheet{Rows: page.Summary{
		{Label: page.M("outbreak.q.disease"), Value: diseaseMsg(o.Disease)},
		{Label: page.M("outbreak.q.state"), Value: stateTag(o.State())},
		{Label: page.M("outbreak.q.places"), Value: listed(o.Names)},
		{Label: page.M("outbreak.q.from"), Value: o.From},
		{Label: page.M("outbreak.q.until"), Value: untilCell(o.Outbreak)},
		{Label: page.M("outbreak.q.source"), Value: o.Source},
		{Label: page.M("outbreak.q.owner"), Value: o.Users[o.Owner()]},
		{Label: page.M("outbreak.q.incubation"), Value: incubationMsg(o.In)},
	}, Limits: []page.Msg{page.M("outbreak.limit.bar"), page.M("outbreak.limit.declared")}}
	if !o.Signal.IsZero() {
		v.Rows = append(v.Rows, page.Row{Label: page.M("outbreak.q.signal"), Value: page.Link{Href: "/surveillance/signals/" + o.Signal.String(), Text: page.M("outbreak.open_signal")}})
	}
	if o.MayPeople && o.State() != Discarded {
		v.Actions = append(v.Actions, peopleLink(o.ID))
		v.Rows = append(v.Rows, page.Row{Label: page.M("outbreak.people.title"), Value: page.M("outbreak.people.count", "count", o.Page.Total, "certain", o.Page.Certain)})
		if o.Page.Looking {
			v.Notes = append(v.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("outbreak.looking")}})
		}
	}
	if o.MayDeclare {
		v.Actions = append(v.Actions, page.Link{Href: path(o.ID) + "/step", Text: page.M("outbreak.step.title")})
	}
	var line page.Timeline
	for _, st := range slices.Backward(o.Steps) {
		line = append(line, page.Event{When: st.At, What: page.M("outbreak.state." + string(st.State)), Detail: []any{o.Users[st.By], st.Why}})
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("outbreak.steps"), Timeline: line})
	return v
}

func incubationMsg(in Incubation) page.Msg {
	if !in.Known {
		return page.M("outbreak.incubation.unknown")
	}
	return page.M("outbreak.incubation.days", "count", in.Days)
}

// form asks what is declared of an outbreak, with the step that goes with it.
func (s *Service) form(r *http.Request, o Outbreak, st Step, action string, states []State) (*page.Form, error) {
	locale := page.LocaleOf(r).Code
	sites, names, err := s.choices(r.Context(), o, locale)
	if err != nil {
		return nil, err
	}
	return s.asks(o, st, action, states, locale, sites, names), nil
}

func (s *Service) asks(o Outbreak, st Step, action string, states []State, locale string, sites []place.Site, names []string) *page.Form {
	diseases := []page.Option{{Value: "", Label: page.M("outbreak.q.choose")}}
	for _, d := range s.Lists.Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: diseaseMsg(d.Code)})
	}
	countries := []page.Option{{Value: "", Label: page.M("outbreak.q.anywhere")}}
	for _, p := range place.Sorted(locale) {
		countries = append(countries, page.Option{Value: p.Code, Text: p.Name(locale)})
	}
	date := func(name string, hint bool) page.Field {
		f := page.Field{Kind: page.Date, Name: name, Label: page.M("outbreak.q." + name), Optional: name == "until", Date: page.DateInput{Partial: true}}
		if hint {
			f.Hint = page.M("outbreak.q." + name + "_hint")
		}
		return f
	}
	from, until := date("from", true), date("until", true)
	from.SetDate(o.From, s.today())
	until.SetDate(o.Until, s.today())
	fields := []page.Field{
		{Kind: page.Hidden, Name: "id", Value: o.ID.String()},
		{Kind: page.Select, Name: "disease", Label: page.M("outbreak.q.disease"), Hint: page.M("outbreak.q.disease_hint"), Value: o.Disease, Options: diseases},
		{Kind: page.Radios, Name: "state", Label: page.M("outbreak.q.state"), Value: string(st.State), Options: page.OptionsOf(states, "outbreak.state.")},
		{Kind: page.Heading, Label: page.M("outbreak.q.where"), Hint: page.M("outbreak.q.where_hint")},
	}
	if kept := keptPlaces(o, names); len(kept) > 0 {
		fields = append(fields, page.Field{Kind: page.Checks, Name: "kept", Label: page.M("outbreak.q.kept"), Values: o.Places, Options: kept})
	}
	fields = append(fields, siteField(sites, o, locale),
		page.Field{Kind: page.Select, Name: "country", Label: page.M("outbreak.q.country"), Options: countries, Optional: true},
		page.Field{Kind: page.LongText, Name: "places", Label: page.M("outbreak.q.names"), Hint: page.M("outbreak.q.names_hint"), Rows: 3, Max: 4000, Dir: "auto", Optional: true},
		from, until,
		page.Field{Kind: page.Text, Name: "source", Label: page.M("outbreak.q.source"), Hint: page.M("outbreak.q.source_hint"), Value: o.Source, Max: longSource, Dir: "auto", Auto: "off"},
		page.Field{Kind: page.LongText, Name: "why", Label: page.M("outbreak.q.why"), Value: st.Why, Max: longWhy, Rows: 3, Dir: "auto"})
	return &page.Form{Action: action, Submit: page.M("outbreak.save"), Fields: fields}
}

// keptPlaces are the places that an outbreak has and that are no site: a tick that is
// taken away takes the place away.
func keptPlaces(o Outbreak, names []string) (out []page.Option) {
	for i, code := range o.Places {
		if !strings.HasPrefix(code, SitePrefix) {
			out = append(out, page.Option{Value: code, Text: names[i]})
		}
	}
	return out
}

func siteField(sites []place.Site, o Outbreak, locale string) page.Field {
	f := page.Field{Kind: page.Checks, Name: "sites", Label: page.M("outbreak.q.sites"), Optional: true}
	for _, st := range sites {
		f.Options = append(f.Options, page.Option{Value: SitePrefix + st.Code, Text: st.Name(locale)})
		if slices.Contains(o.Places, SitePrefix+st.Code) {
			f.Values = append(f.Values, SitePrefix+st.Code)
		}
	}
	return f
}

// readOutbreak reads what was typed. Names that mean no place are wrong: whoever declares
// an outbreak must see where it is.
func (s *Service) readOutbreak(r *http.Request) (o Outbreak, st Step, err error) {
	const op = "outbreak.readOutbreak"
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	o = Outbreak{Disease: get("disease"), Source: get("source")}
	st = Step{State: State(get("state")), Why: get("why")}
	o.ID, _ = db.ParseID(get("id"))
	o.Signal, _ = db.ParseID(get("signal"))
	var errs []error
	if o.From, err = page.ReadDate(r.PostForm, "from", s.today()); err != nil {
		errs = append(errs, err)
	}
	if o.Until, err = page.ReadDate(r.PostForm, "until", s.today()); err != nil {
		errs = append(errs, err)
	}
	o.Places = append(slices.Clone(r.PostForm["kept"]), r.PostForm["sites"]...)
	typed := get("places")
	meant, err := s.Mean(r.Context(), get("country"), typed)
	if err != nil {
		return o, st, err
	}
	if len(meant.Wrong) > 0 {
		errs = append(errs, fault.Field(op, "places", "outbreak.error.place"))
	}
	o.Places = append(o.Places, meant.Codes...)
	if len(o.Places) == 0 && typed == "" && get("country") != "" {
		o.Places = []string{get("country")} // the whole country
	}
	slices.Sort(o.Places)
	o.Places = slices.Compact(o.Places)
	return o, st, errors.Join(errs...)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	if err := s.Access.Check(r.Context(), access.OutbreakDeclare, access.Resource{Kind: kindOutbreak}); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o := Outbreak{ID: db.NewID()}
	if id, err := db.ParseID(r.URL.Query().Get("signal")); err == nil && s.Signals != nil {
		if sig, err := s.Signals.Open(r.Context(), id); err == nil {
			o.Signal, o.Disease, o.From = id, sig.Disease, sig.Start
		}
	}
	f, err := s.newForm(r, o, Step{})
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showNew(w, r, f)
}

func (s *Service) newForm(r *http.Request, o Outbreak, st Step) (*page.Form, error) {
	f, err := s.form(r, o, st, "/outbreaks/new", []State{Suspected, Active, Over})
	if err == nil && !o.Signal.IsZero() {
		f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "signal", Value: o.Signal.String(), Keep: true})
	}
	return f, err
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.new.title", Back: listLink()}, page.Sheet{Lead: page.M("outbreak.new.lead"), Form: f}, f)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o, st, err := s.readOutbreak(r)
	if o.ID.IsZero() {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "outbreak.new", "page.error.body"))
		return
	}
	if err == nil {
		_, err = s.Declare(r.Context(), o, st)
	}
	if err == nil {
		err = s.LookSome(r.Context(), soon)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(o.ID), page.M("outbreak.saved"))
		return
	}
	f, formErr := s.newForm(r, Outbreak{ID: o.ID, Signal: o.Signal}, Step{})
	s.failed(w, r, f, formErr, err, s.showNew)
}

// soon is how many transactions of looking a page waits for: what is left is done behind
// the pages.
const soon = 8

// failed shows a form with what is wrong.
func (s *Service) failed(w http.ResponseWriter, r *http.Request, f *page.Form, formErr, err error, show func(http.ResponseWriter, *http.Request, *page.Form)) {
	if formErr != nil {
		s.Pages.Error(w, r, formErr)
		return
	}
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	show(w, r, f)
}

func (s *Service) getStep(w http.ResponseWriter, r *http.Request) {
	o, err := s.opened(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, err := s.stepForm(r, o)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showStep(w, r, f)
}

// opened opens the outbreak of the path for somebody who may change it.
func (s *Service) opened(r *http.Request) (Opened, error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		return Opened{}, err
	}
	o, err := s.Open(r.Context(), id, page.LocaleOf(r).Code)
	if err == nil && !o.MayDeclare {
		err = fault.New(fault.Forbidden, "outbreak.opened", "door.forbidden")
	}
	return o, err
}

func (s *Service) stepForm(r *http.Request, o Opened) (*page.Form, error) {
	f, err := s.form(r, o.Outbreak, Step{State: o.State()}, path(o.ID)+"/step", States)
	if err == nil {
		f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "base", Value: o.Base.String()})
	}
	return f, err
}

func (s *Service) showStep(w http.ResponseWriter, r *http.Request, f *page.Form) {
	id, _ := page.PathID(r, "id") // read before
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.step.title", Back: oneLink(id)}, page.Sheet{Lead: page.M("outbreak.step.lead"), Form: f}, f)
}

func (s *Service) postStep(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	old, err := s.opened(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o, st, err := s.readOutbreak(r)
	base, baseErr := readBase(r.PostForm.Get("base"))
	if err == nil && baseErr == nil {
		err = s.Do(r.Context(), Change{ID: old.ID, Base: base, Outbreak: o, Step: st})
	}
	if err = errors.Join(err, baseErr); err == nil {
		err = s.LookSome(r.Context(), soon)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(old.ID), page.M("outbreak.saved"))
		return
	}
	f, formErr := s.stepForm(r, old)
	s.failed(w, r, f, formErr, err, s.showStep)
}
