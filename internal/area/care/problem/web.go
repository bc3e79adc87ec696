package problem

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	termsPath   = "/care/terms"
	problemPath = "/problems/"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /people/{id}/problems":    s.getOf,
		"POST /people/{id}/problems":   s.postAdd,
		"POST /problems/{id}/confirm":  s.postConfirm,
		"POST /problems/{id}/end":      s.postEnd,
		"POST /problems/{id}/signal":   s.postSignal,
		"POST /problems/{id}/error":    s.postError,
		"GET /problems/{id}":           s.getOne,
		"GET /care/terms":              s.getTerms,
		"POST /care/terms":             s.postTerm,
		"POST /care/terms/import":      s.postImport,
		"POST /care/terms/{id}/{what}": s.postOffer,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func ofPath(person db.ID) string { return "/people/" + person.String() + "/problems" }

// nameCell is a problem's name in the reader's language, with its code.
func nameCell(w Words, lang string) []any {
	out := []any{w.In(lang)}
	if w.Code != "" {
		out = append(out, page.Code(w.Code))
	}
	return out
}

func statusTag(p Problem) page.Tag {
	switch {
	case p.Status != Active:
		return page.Tag{Level: page.Quiet, Text: page.M("problem.status." + string(p.Status))}
	case p.Certainty == Confirmed:
		return page.Tag{Level: page.Info, Text: page.M("problem.certainty.confirmed")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("problem.certainty.suspected")}
}

func listSheet(l List, form *page.Form, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("problem.q.what"), Wide: true}, {Label: page.M("problem.q.state")}, {Label: page.M("problem.q.since")}, {Label: page.M("problem.q.site")}},
		Empty: page.Empty{Title: page.M("problem.none"), Text: page.M("problem.none_text")}}
	for _, p := range l.Problems {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: problemPath + p.ID.String(), Name: p.In(lang)}, statusTag(p), p.Since, page.Code(p.Site)})
	}
	v := page.Sheet{Lead: page.M("problem.lead"), Table: t}
	if form != nil {
		v.Parts = []page.Part{{Title: page.M("problem.add"), Form: form}}
		v.Actions = []page.Link{{Href: termsPath, Text: page.M("problem.terms.title")}}
	}
	return v
}

// addForm asks for a diagnosis: of the short list first, in words where it has none.
func addForm(l List, id db.ID, encounter string, today calendar.Day, lang string) *page.Form {
	since := page.Field{Kind: page.Date, Name: "since", Label: page.M("problem.q.since"), Hint: page.M("problem.q.since_hint"), Optional: true}
	since.SetDate(calendar.Date{}, today)
	fields := []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()}, {Kind: page.Hidden, Name: "encounter", Value: encounter}}
	if len(l.Terms) > 0 {
		opts := []page.Option{{Label: page.M("problem.not_listed")}}
		for _, t := range l.Terms {
			opts = append(opts, page.Option{Value: t.ID.String(), Text: t.In(lang) + " · " + t.Code})
		}
		fields = append(fields, page.Field{Kind: page.Select, Name: "term", Label: page.M("problem.q.term"), Options: opts, Optional: true,
			Extra: []page.Extra{{Name: "again", Value: "yes", Label: page.M("problem.q.again")}}})
	}
	return &page.Form{Action: ofPath(l.Person), Submit: page.M("problem.save"), Fields: append(fields,
		page.Field{Kind: page.Text, Name: "name", Label: page.M("problem.q.name"), Hint: page.M("problem.q.name_hint"), Optional: true, Max: longestName, Auto: "off", Dir: "auto"},
		page.Field{Kind: page.Radios, Name: "certainty", Label: page.M("problem.q.certainty"), Inline: true, Options: page.OptionsOf(Certainties, "problem.certainty.")},
		since)}
}

func (s *Service) getOf(w http.ResponseWriter, r *http.Request) { s.showOf(w, r, nil) }

func (s *Service) showOf(w http.ResponseWriter, r *http.Request, failed error) {
	person, err := page.PathID(r, "id")
	var l List
	if err == nil {
		l, err = s.Of(r.Context(), person)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	var f *page.Form
	if l.MayWrite {
		f = addForm(l, db.NewID(), r.URL.Query().Get("encounter"), s.today(), page.LocaleOf(r).Code)
	}
	if failed != nil {
		if f == nil {
			s.Pages.Error(w, r, failed)
			return
		}
		f.Fill(r.PostForm)
		if fault.FieldOf(failed) == "term" && f.Find("term") == nil {
			failed = fault.Field("problem.showOf", "name", fault.KeyOf(failed))
		}
		if !f.Fail(failed) {
			s.Pages.Error(w, r, failed)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "problem.title", Banner: l.Banner, Wide: true, Back: page.Link{Href: "/people/" + person.String(), Text: page.M("problem.person")}}, listSheet(l, f, page.LocaleOf(r).Code), f)
}

func (s *Service) postAdd(w http.ResponseWriter, r *http.Request) {
	person, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	e := Entry{Person: person, Words: Words{Name: r.PostForm.Get("name")}, Certainty: Certainty(r.PostForm.Get("certainty")), Again: r.PostForm.Get("again") == "yes"}
	if e.ID, err = db.ParseID(r.PostForm.Get("id")); err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "problem.postAdd", "page.error.body"))
		return
	}
	e.Encounter, _ = db.ParseID(r.PostForm.Get("encounter")) // none where it was not written from one
	e.Term, _ = db.ParseID(r.PostForm.Get("term"))           // none: the words count
	if e.Since, err = page.ReadDate(r.PostForm, "since", s.today()); err == nil {
		err = s.Add(r.Context(), e)
	}
	if err != nil {
		s.showOf(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, problemPath+e.ID.String(), page.M("problem.saved"))
}

// One is a problem as its own page shows it.
type One struct {
	Problem
	Banner   *page.Banner
	MayWrite bool
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var o One
	if err == nil {
		o, err = s.One(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "problem.one.title", Banner: o.Banner, Back: page.Link{Href: ofPath(o.Person), Text: page.M("problem.title")}}, oneSheet(o, page.LocaleOf(r).Code), nil)
}

func oneSheet(o One, lang string) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("problem.q.what"), Value: nameCell(o.Words, lang)}, {Label: page.M("problem.q.state"), Value: statusTag(o.Problem)}, {Label: page.M("problem.q.since"), Value: o.Since},
		{Label: page.M("problem.q.written"), Value: o.At}, {Label: page.M("problem.q.site"), Value: page.Code(o.Site)}}}
	if o.Until != 0 {
		v.Rows = append(v.Rows, page.Row{Label: page.M("problem.q.until"), Value: o.Until.Date()})
	}
	if !o.Signal.IsZero() {
		v.Notes = append(v.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("problem.signal_raised")}})
	}
	if !o.MayWrite {
		return v
	}
	at := problemPath + o.ID.String()
	if o.MayRaise() {
		v.Parts = append(v.Parts, page.Part{Title: page.M("problem.signal"), Lead: page.M("problem.signal_lead"), Form: &page.Form{Action: at + "/signal", Submit: page.M("problem.signal_do")}})
	}
	if o.Status == Active && o.Certainty != Confirmed {
		v.Parts = append(v.Parts, page.Part{Title: page.M("problem.confirm"), Form: &page.Form{Action: at + "/confirm", Submit: page.M("problem.confirm_do")}})
	}
	if o.Status == Active {
		v.Parts = append(v.Parts, page.Part{Title: page.M("problem.end"), Form: &page.Form{Action: at + "/end", Submit: page.M("problem.end_do"),
			Fields: []page.Field{{Kind: page.Radios, Name: "status", Label: page.M("problem.q.end"), Options: page.OptionsOf(Ends, "problem.status.")}}}})
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("problem.error_title"), Lead: page.M("problem.error_lead"), Form: &page.Form{Action: at + "/error", Submit: page.M("problem.error_do"), Danger: true}})
	return v
}

// watched is a condition of surveillance's list by its name; nil where there is none.
func watched(code string) any {
	if code == "" {
		return nil
	}
	return page.M("surveillance.disease." + code)
}

// act does what a button of the page does, and shows where it led.
func (s *Service) act(w http.ResponseWriter, r *http.Request, do func(db.ID) error, where func(db.ID) string, done string) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = do(id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, where(id), page.M(done))
}

func here(id db.ID) string { return problemPath + id.String() }

func (s *Service) postConfirm(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(id db.ID) error { return s.Confirm(r.Context(), id) }, here, "problem.saved")
}

func (s *Service) postEnd(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(id db.ID) error { return s.End(r.Context(), id, Status(r.PostForm.Get("status"))) }, here, "problem.saved")
}

func (s *Service) postSignal(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(id db.ID) error { return s.Raise(r.Context(), id) }, here, "problem.signal_raised")
}

func (s *Service) postError(w http.ResponseWriter, r *http.Request) {
	var person db.ID
	s.act(w, r, func(id db.ID) error {
		o, err := s.One(r.Context(), id)
		if err != nil {
			return err
		}
		person = o.Person
		return s.Strike(r.Context(), id)
	}, func(db.ID) string { return ofPath(person) }, "problem.struck")
}

func (s *Service) getTerms(w http.ResponseWriter, r *http.Request) { s.showTerms(w, r, nil, nil, nil) }

func (s *Service) showTerms(w http.ResponseWriter, r *http.Request, bad []Row, fill func(add, file *page.Form) *page.Form, failed error) {
	l, err := s.Terms(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	add, file := s.termForm(db.NewID()), importForm()
	var f *page.Form
	if failed != nil {
		if f = fill(add, file); !l.MayWrite || !f.Fail(failed) {
			s.Pages.Error(w, r, failed)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "problem.terms.title", Wide: true, Back: page.Link{Href: "/care", Text: page.M("problem.care")}}, termSheet(l, bad, add, file, page.LocaleOf(r).Code), f)
}

func termSheet(l TermList, bad []Row, add, file *page.Form, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("problem.q.code")}, {Label: page.M("problem.q.name"), Wide: true}, {Label: page.M("problem.q.disease")}, {Label: page.M("problem.q.state")}},
		Empty: page.Empty{Title: page.M("problem.terms.none"), Text: page.M("problem.terms.none_text")}}
	for _, term := range l.Terms {
		state := any(page.Tag{Level: page.Info, Text: page.M("problem.terms.offered")})
		what, do := "stop", "problem.terms.stop"
		if term.Off {
			state, what, do = page.Tag{Level: page.Quiet, Text: page.M("problem.terms.stopped")}, "start", "problem.terms.start"
		}
		cell := []any{state}
		if l.MayWrite {
			cell = append(cell, &page.Form{Action: termsPath + "/" + term.ID.String() + "/" + what, Submit: page.M(do)})
		}
		t.Rows = append(t.Rows, []page.Cell{page.Code(term.Code), term.In(lang), watched(term.Disease), cell})
	}
	v := page.Sheet{Lead: page.M("problem.terms.lead"), Table: t, Limits: []page.Msg{page.M("problem.terms.licence")}}
	if len(bad) > 0 {
		p := page.Part{Title: page.M("problem.terms.bad")}
		for _, b := range bad {
			p.Rows = append(p.Rows, page.Row{Label: page.M("problem.terms.line", "line", b.Line), Value: page.M(b.Key)})
		}
		v.Parts = append(v.Parts, p)
	}
	if l.MayWrite {
		v.Parts = append(v.Parts, page.Part{Title: page.M("problem.terms.add"), Form: add}, page.Part{Title: page.M("problem.terms.import"), Form: file})
	}
	return v
}

func (s *Service) termForm(id db.ID) *page.Form {
	diseases := []page.Option{{Label: page.M("problem.terms.not_watched")}}
	for _, d := range s.Signals.Lists().Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: page.M("surveillance.disease." + d.Code)})
	}
	return &page.Form{Action: termsPath, Submit: page.M("problem.terms.save"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Radios, Name: "system", Label: page.M("problem.q.system"), Inline: true, Options: page.OptionsOf(Systems, "problem.system.")},
		{Kind: page.Text, Name: "code", Label: page.M("problem.q.code"), Width: 10, Max: longestCode, Auto: "off", Dir: "ltr"},
		{Kind: page.Text, Name: "name", Label: page.M("problem.q.name"), Max: longestName, Auto: "off", Dir: "auto"},
		{Kind: page.Select, Name: "disease", Label: page.M("problem.q.disease"), Hint: page.M("problem.q.disease_hint"), Options: diseases, Optional: true},
		{Kind: page.Radios, Name: "sensitive", Label: page.M("problem.q.sensitive"), Hint: page.M("problem.q.sensitive_hint"), Inline: true, Options: []page.Option{{Value: "yes", Label: page.M("page.truth.yes")}, {Value: "no", Label: page.M("page.truth.no")}}},
	}}
}

func importForm() *page.Form {
	return &page.Form{Action: termsPath + "/import", Submit: page.M("problem.terms.import_do"), Fields: []page.Field{
		{Kind: page.File, Name: "file", Label: page.M("problem.terms.file"), Hint: page.M("problem.terms.file_hint", "columns", strings.Join(columns, ", ")), Accept: ".csv,text/csv"}}}
}

func (s *Service) postTerm(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	var id db.ID
	if err == nil {
		id, err = db.ParseID(r.PostForm.Get("id"))
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	words := Words{System: System(r.PostForm.Get("system")), Code: r.PostForm.Get("code"), Name: r.PostForm.Get("name"), Disease: r.PostForm.Get("disease"), Sensitive: r.PostForm.Get("sensitive") == "yes"}
	if r.PostForm.Get("sensitive") == "" {
		err = fault.Field("problem.postTerm", "sensitive", "problem.error.yes_no")
	} else {
		err = s.SaveTerm(r.Context(), id, words)
	}
	if err != nil {
		s.showTerms(w, r, nil, func(add, _ *page.Form) *page.Form { add.Fill(r.PostForm); return add }, err)
		return
	}
	s.Pages.Redirect(w, r, termsPath, page.M("problem.saved"))
}

func (s *Service) postImport(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, fileLimit+page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	theFile := func(_, file *page.Form) *page.Form { return file }
	f, _, err := r.FormFile("file")
	if err != nil {
		s.showTerms(w, r, nil, theFile, fault.Field("problem.postImport", "file", "problem.error.file_none"))
		return
	}
	defer f.Close()
	added, bad, err := s.Import(r.Context(), f)
	switch {
	case err != nil:
		s.showTerms(w, r, nil, theFile, err)
	case len(bad) > 0:
		s.showTerms(w, r, bad, nil, nil)
	default:
		s.Pages.Redirect(w, r, termsPath, page.M("problem.terms.imported", "count", added))
	}
}

func (s *Service) postOffer(w http.ResponseWriter, r *http.Request) {
	what := r.PathValue("what")
	if what != "stop" && what != "start" {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "problem.postOffer", "page.error.not_found"))
		return
	}
	s.act(w, r, func(id db.ID) error { return s.Offer(r.Context(), id, what == "start") }, func(db.ID) string { return termsPath }, "problem.saved")
}
