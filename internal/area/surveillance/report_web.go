package surveillance

import (
	"errors"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// tellForm is the short form of a volunteer, on a phone: what was seen, in everyday
// words, where, since when and how many.
func (s *Service) tellForm(id db.ID, signs []string) *page.Form {
	return &page.Form{Action: "/surveillance/tell", Submit: page.M("surveillance.tell.send"), Fields: append([]page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Radios, Name: "sign", Label: page.M("surveillance.tell.sign"), Options: signOptions(signs)},
	}, whereFields()...)}
}

// whereFields are asked of everybody.
func whereFields() []page.Field {
	return []page.Field{
		{Kind: page.Text, Name: "place", Label: page.M("surveillance.report.place"), Hint: page.M("surveillance.report.place_hint"), Max: longPlace, Dir: "auto", Auto: "off", Optional: true},
		{Kind: page.Date, Name: "start", Label: page.M("surveillance.report.start"), Hint: page.M("surveillance.report.start_hint"), Date: page.DateInput{Partial: true, AllowUnknown: true}},
		{Kind: page.Text, Name: "cases", Label: page.M("surveillance.report.cases"), Hint: page.M("surveillance.report.cases_hint"), Width: 4, Max: 7, Dir: "ltr", Auto: "off", Optional: true},
		{Kind: page.Text, Name: "deaths", Label: page.M("surveillance.report.deaths"), Width: 4, Max: 7, Dir: "ltr", Auto: "off", Optional: true},
		{Kind: page.LongText, Name: "words", Label: page.M("surveillance.report.words"), Hint: page.M("surveillance.report.words_hint"), Max: longWords, Optional: true},
	}
}

func signOptions(signs []string) []page.Option {
	var out []page.Option
	for _, code := range signs {
		out = append(out, page.Option{Value: code, Label: page.M("surveillance.lay." + code), Hint: page.M("surveillance.lay_how." + code)})
	}
	return out
}

func (s *Service) diseaseOptions() []page.Option {
	out := []page.Option{{Value: "", Label: page.M("surveillance.report.no_disease")}}
	for _, d := range s.lists.Diseases {
		out = append(out, page.Option{Value: d.Code, Label: page.M("surveillance.disease." + d.Code)})
	}
	return out
}

// reportForm is the form of the desk and of every member of staff.
func (s *Service) reportForm(id db.ID, locale string, choice choice) *page.Form {
	countries := []page.Option{{Value: "", Label: page.M("surveillance.report.no_country")}}
	for _, c := range place.Sorted(locale) {
		countries = append(countries, page.Option{Value: c.Code, Text: c.Name(locale)})
	}
	fields := []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Radios, Name: "source", Label: page.M("surveillance.report.source"), Options: page.OptionsOf(Sources, "surveillance.source.")},
		{Kind: page.Select, Name: "disease", Label: page.M("surveillance.report.disease"), Hint: page.M("surveillance.report.disease_hint"), Options: s.diseaseOptions(), Optional: true},
		{Kind: page.Select, Name: "sign", Label: page.M("surveillance.report.sign"), Optional: true,
			Options: append([]page.Option{{Value: "", Label: page.M("surveillance.report.no_sign")}}, page.OptionsOf(choice.signs, "surveillance.lay.")...)},
	}
	if len(choice.sites) > 1 {
		fields = append(fields, page.Field{Kind: page.Select, Name: "site", Label: page.M("surveillance.report.site"), Options: choice.sites})
	}
	fields = append(fields, page.Field{Kind: page.Select, Name: "country", Label: page.M("surveillance.report.country"), Options: countries, Value: choice.country, Optional: true})
	fields = append(fields, whereFields()...)
	fields = append(fields, page.Field{Kind: page.Date, Name: "detected", Label: page.M("surveillance.report.detected"), Hint: page.M("surveillance.report.detected_hint"), Optional: true})
	return &page.Form{Action: "/surveillance/report", Submit: page.M("surveillance.report.save"), Fields: fields}
}

// choice is what can be chosen on a form: the sites that the actor may report for, the
// country of the first of them, and the signs that can be told.
type choice struct {
	sites   []page.Option
	country string
	signs   []string
}

func (s *Service) choices(r *http.Request) (out choice, err error) {
	a, err := access.Acting(r.Context(), "surveillance.choices")
	if err != nil {
		return out, err
	}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		out = choice{}
		p, err := s.Protocol(tx)
		if out.signs = p.Signs; err != nil || s.Sites == nil {
			return err
		}
		all, err := s.Sites.All(tx)
		for _, site := range all {
			if site.Closed || !mayAt(a, site.Code) {
				continue
			}
			if out.country == "" {
				out.country = site.Country
			}
			out.sites = append(out.sites, page.Option{Value: site.Code, Text: site.Name(page.LocaleOf(r).Code)})
		}
		return err
	})
	return out, err
}

func mayAt(a access.Actor, site string) bool {
	for _, s := range a.Sites {
		if s == access.All || s == site {
			return true
		}
	}
	return false
}

func (s *Service) mayReport(r *http.Request) error {
	return s.Access.Check(r.Context(), access.SignalRaise, access.Resource{Kind: kindSignal})
}

func (s *Service) getTell(w http.ResponseWriter, r *http.Request) {
	err := s.mayReport(r)
	var c choice
	if err == nil {
		c, err = s.choices(r)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showTell(w, r, s.tellForm(db.NewID(), c.signs))
}

func (s *Service) showTell(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.tell.title"}, tellView(f), f)
}

func tellView(f *page.Form) page.Sheet {
	return page.Sheet{Lead: page.M("surveillance.tell.lead"), Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("surveillance.tell.safe")}}}, Form: f,
		Actions: []page.Link{{Href: "/surveillance/mine", Text: page.M("surveillance.mine.title")}}}
}

func (s *Service) postTell(w http.ResponseWriter, r *http.Request) {
	c, err := s.choices(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.tellForm(db.ID{}, c.signs)
	s.send(w, r, f, c.signs, Community, func(f *page.Form) { s.showTell(w, r, f) })
}

func (s *Service) getReport(w http.ResponseWriter, r *http.Request) {
	err := s.mayReport(r)
	var c choice
	if err == nil {
		c, err = s.choices(r)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showReport(w, r, s.reportForm(db.NewID(), page.LocaleOf(r).Code, c))
}

func (s *Service) showReport(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.report.title", Back: deskLink()}, page.Sheet{Lead: page.M("surveillance.report.lead"), Form: f}, f)
}

func deskLink() page.Link {
	return page.Link{Href: "/surveillance", Text: page.M("surveillance.title")}
}

func (s *Service) postReport(w http.ResponseWriter, r *http.Request) {
	c, err := s.choices(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.reportForm(db.ID{}, page.LocaleOf(r).Code, c)
	s.send(w, r, f, c.signs, "", func(f *page.Form) { s.showReport(w, r, f) })
}

// send reads a report and raises it; source is given where the form does not ask it.
func (s *Service) send(w http.ResponseWriter, r *http.Request, f *page.Form, signs []string, source Source, again func(*page.Form)) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	raised, err := s.readReport(r, signs, source)
	if err == nil {
		_, err = s.Report(r.Context(), raised)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		again(f)
		return
	}
	to := "/surveillance/mine"
	if s.Access.Ever(r.Context(), access.SignalRead) && source == "" {
		to = "/surveillance/signals/" + raised.ID.String()
	}
	s.Pages.Redirect(w, r, to, page.M("surveillance.report.saved"))
}

func (s *Service) readReport(r *http.Request, signs []string, source Source) (Raised, error) {
	get := r.PostForm.Get
	raised := Raised{Source: Source(get("source")), Sign: get("sign"), Disease: get("disease"), Site: get("site"), Country: get("country"), Place: get("place"), Words: get("words")}
	if source != "" {
		raised.Source = source
	}
	var errs []error
	var err error
	if raised.ID, err = db.ParseID(get("id")); err != nil {
		return raised, fault.New(fault.Invalid, "surveillance.report", "page.error.body")
	}
	if raised.Start, err = page.ReadDate(r.PostForm, "start", s.today()); err != nil {
		errs = append(errs, err)
	}
	if raised.Cases, err = readCount(r, "cases"); err != nil {
		errs = append(errs, err)
	}
	if raised.Deaths, err = readCount(r, "deaths"); err != nil {
		errs = append(errs, err)
	}
	detected, err := page.ReadDate(r.PostForm, "detected", s.today())
	if err != nil {
		errs = append(errs, err)
	}
	if day, ok := detected.Exact(); ok {
		if day > s.today() {
			errs = append(errs, fault.Field("surveillance.report", "detected", "surveillance.error.future"))
		}
		raised.Detected = startOf(day) // the earliest it can have been: a clock must not run late
	}
	if raised.Country != "" {
		if _, ok := place.Country(raised.Country); !ok {
			errs = append(errs, fault.Field("surveillance.report", "country", "surveillance.error.choose"))
		}
	}
	// What the service finds wrong is told with the rest, not after it.
	if len(errs) > 0 {
		errs = append(errs, raised.Valid(s.lists, Protocol{Signs: signs}, s.today())...)
	}
	return raised, errors.Join(errs...)
}

func (s *Service) getMine(w http.ResponseWriter, r *http.Request) {
	list, err := s.Mine(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "surveillance.mine.title", Wide: true}, mineView(list), nil)
}

func mineView(list []Signal) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("surveillance.mine.reported")}, {Label: page.M("surveillance.list.what")}, {Label: page.M("surveillance.list.place")}, {Label: page.M("surveillance.mine.state"), Wide: true}},
		Empty: page.Empty{Title: page.M("surveillance.mine.none"), Action: page.Link{Href: "/surveillance/tell", Text: page.M("surveillance.tell.title")}}}
	for _, sig := range list {
		t.Rows = append(t.Rows, []page.Cell{sig.Reported, whatOf(sig), sig.Place, mineTag(sig)})
	}
	return page.Sheet{Lead: page.M("surveillance.mine.lead"), Table: t, Actions: []page.Link{{Href: "/surveillance/tell", Text: page.M("surveillance.tell.title")}}}
}

// mineTag tells whoever reported what became of it, in everyday words.
func mineTag(s Signal) page.Tag {
	switch s.Stage {
	case Triage:
		return page.Tag{Level: page.Wait, Text: page.M("surveillance.mine.triage")}
	case Verify:
		return page.Tag{Level: page.Info, Text: page.M("surveillance.mine.verify")}
	case Assess, Respond:
		return page.Tag{Level: page.Info, Text: page.M("surveillance.mine.respond")}
	case Closed:
		return page.Tag{Level: page.Done, Text: page.M("surveillance.mine.closed")}
	}
	return page.Tag{Text: page.M("surveillance.mine.discarded")}
}
