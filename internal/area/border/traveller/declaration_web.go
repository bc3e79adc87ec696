package traveller

import (
	"net"
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// PathDeclare is below which anybody declares for themselves, without an account: the
// composition root opens it.
const PathDeclare = "/declare/"

// declarationRoutes are the pages of declarations.
func (s *Service) declarationRoutes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /border/declarations":              s.getDeclarations,
		"POST /border/declarations/shown":       s.postShown,
		"GET /border/declarations/new":          s.getDeclare,
		"POST /border/declarations/new":         s.postDeclare,
		"GET /border/declarations/{id}":         s.getDeclared,
		"GET /border/declarations/{id}/{list}":  s.getLister,
		"POST /border/declarations/{id}/{list}": s.postLister,
		"GET /border/points/{point}/poster":     s.getPoster,
		"GET /declare/{point}":                  s.getPublic,
		"POST /declare/{point}":                 s.postPublic,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func declarationPath(id db.ID) string { return "/border/declarations/" + id.String() }

func declarationsLink() page.Link {
	return page.Link{Href: "/border/declarations", Text: page.M("traveller.declarations.title")}
}

func codeForm() *page.Form {
	return &page.Form{Action: "/border/declarations/shown", Submit: page.M("traveller.declarations.open"), Fields: []page.Field{
		{Kind: page.Text, Name: "code", Label: page.M("traveller.declarations.code"), Hint: page.M("traveller.declarations.code_hint"), Width: 20, Max: 30, Dir: "ltr", Auto: "off"}}}
}

func (s *Service) getDeclarations(w http.ResponseWriter, r *http.Request) {
	s.showDeclarations(w, r, codeForm())
}

func (s *Service) showDeclarations(w http.ResponseWriter, r *http.Request, f *page.Form) {
	list, err := s.Declarations(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.declarations.title", Wide: true, Back: countLink()}, declarationsView(list, f), f)
}

func declarationsView(list []Declaration, f *page.Form) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("traveller.code")}, {Label: page.M("traveller.declarations.who"), Wide: true}, {Label: page.M("traveller.at")}, {Label: page.M("traveller.found")}},
		Empty: page.Empty{Title: page.M("traveller.declarations.none")}}
	for _, d := range list {
		state := page.Tag{Level: page.Done, Text: page.M("traveller.declared.nothing")}
		if len(d.Needs) > 0 {
			state = page.Tag{Level: page.Wait, Text: page.M("traveller.declared.look")}
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: declarationPath(d.ID), Name: d.Code()}, page.M("traveller.declares." + string(d.Kind)), d.At, state})
	}
	return page.Sheet{Lead: page.M("traveller.declarations.lead"), Actions: []page.Link{{Href: "/border/declarations/new?kind=ship", Text: page.M("traveller.declares.new_ship")}, {Href: "/border/declarations/new?kind=aircraft", Text: page.M("traveller.declares.new_aircraft")}},
		Form: f, Parts: []page.Part{{Table: t}}}
}

func (s *Service) postShown(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.fail(w, r, err)
		return
	}
	id, err := s.Shown(r.Context(), r.PostForm.Get("code"))
	if err == nil {
		http.Redirect(w, r, declarationPath(id), http.StatusSeeOther)
		return
	}
	f := codeForm()
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.fail(w, r, err)
		return
	}
	s.showDeclarations(w, r, f)
}

// declareForm is the form that holds, or the question that settles which one does.
func declareForm(sh DeclarationSheet, id db.ID, typed url.Values, judge bool) (f *page.Form, ok bool, answers Answers) {
	kind := string(sh.Declaration.Kind)
	if sh.Form == nil {
		var options []page.Option
		for _, v := range sh.Versions {
			options = append(options, page.Option{Value: v, Text: v})
		}
		return &page.Form{Method: "get", Action: "/border/declarations/new", Submit: page.M("traveller.declare.go"), Fields: []page.Field{{Kind: page.Hidden, Name: "kind", Value: kind},
			{Kind: page.Radios, Name: "version", Label: page.M("traveller.declare.version"), Hint: page.M("traveller.declare.version_hint"), Options: options}}}, false, nil
	}
	f, res, answers := asked(sh.Sheet, id, "/border/declarations/new", false, typed, judge)
	f.Cancel = declarationsLink()
	f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "kind", Value: kind, Keep: true}, page.Field{Kind: page.Hidden, Name: "version", Value: sh.Declaration.Version, Keep: true})
	return f, res.OK(), answers
}

func (s *Service) getDeclare(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	sh, err := s.DeclarationSheet(r.Context(), Declares(q.Get("kind")), q.Get("version"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, _, _ := declareForm(sh, db.NewID(), nil, false)
	s.showDeclare(w, r, sh, f)
}

func (s *Service) showDeclare(w http.ResponseWriter, r *http.Request, sh DeclarationSheet, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.declares.new_" + string(sh.Declaration.Kind), Back: declarationsLink()}, declareView(sh, f), f)
}

func declareView(sh DeclarationSheet, f *page.Form) page.Sheet {
	v := page.Sheet{Form: f}
	if code := sh.Declaration.Form; code != "" {
		v.Lead = page.Words(func(lang string) string { return sh.Pack.OutcomeWord(lang, decision.Form, code) })
	}
	return v
}

func (s *Service) postDeclare(w http.ResponseWriter, r *http.Request) {
	var sh DeclarationSheet
	_, id, err := s.read(w, r, func() (_ Sheet, err error) {
		sh, err = s.DeclarationSheet(r.Context(), Declares(r.PostForm.Get("kind")), r.PostForm.Get("version"))
		return sh.Sheet, err
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, ok, answers := declareForm(sh, id, r.PostForm, true)
	if ok {
		if err = s.TakeDeclaration(r.Context(), id, sh.Declaration.Kind, sh.Declaration.Version, answers); err == nil {
			s.Pages.Redirect(w, r, declarationPath(id), page.M("traveller.saved"))
			return
		}
		if !f.Fail(err) {
			s.fail(w, r, err)
			return
		}
	}
	s.showDeclare(w, r, sh, f)
}

func (s *Service) getDeclared(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var d Declared
	if err == nil {
		d, err = s.Declared(r.Context(), id)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.declared.title", Back: declarationsLink()}, declaredView(d, page.LocaleOf(r).Code), nil)
}

func (d Declared) word(k decision.Kind, code string) page.Msg {
	return page.Words(func(lang string) string {
		if d.Pack == nil {
			return code
		}
		return d.Pack.OutcomeWord(lang, k, code)
	})
}

func declaredView(d Declared, lang string) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("traveller.code"), Value: page.Code(d.Code())}, {Label: page.M("traveller.declarations.who"), Value: page.M("traveller.declares." + string(d.Kind))},
		{Label: page.M("traveller.declared.form"), Value: d.word(decision.Form, d.Form)}, {Label: page.M("border.point.point"), Value: d.Point.Name(lang)}, {Label: page.M("traveller.at"), Value: d.At}}}
	note := page.Callout{Level: page.Done, Title: page.M("traveller.declared.nothing")}
	if len(d.Needs) > 0 {
		note = page.Callout{Level: page.Danger, Title: page.M("traveller.declared.look")}
	}
	for _, code := range d.Needs {
		note.Text = append(note.Text, d.word(decision.Require, code))
	}
	for _, code := range d.Flags {
		note.Text = append(note.Text, d.word(decision.Flag, code))
	}
	v.Notes = []page.Callout{note}
	if d.Mine {
		v.Actions = []page.Link{{Href: "/border/travellers/new", Text: page.M("traveller.new.title")}}
		if d.Kind != TravellerDeclares {
			v.Actions = append(v.Actions, page.Link{Href: declarationPath(d.ID) + "/" + string(ListSick), Text: page.M("traveller.declared.sick")}, page.Link{Href: declarationPath(d.ID) + "/" + string(ListPassengers), Text: page.M("traveller.declared.passengers")})
		}
	}
	v.Parts = []page.Part{d.answers()}
	if len(d.Sick) > 0 {
		t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("traveller.companion.name"), Wide: true}, {Label: page.M("traveller.declared.illness")}}}
		for _, a := range d.Sick {
			t.Rows = append(t.Rows, []page.Cell{a.One("sick_name"), a.One("sick_illness")})
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("traveller.declared.sick"), Table: t})
	}
	if d.Vehicle != nil {
		v.Parts = append(v.Parts, page.Part{Title: page.M("traveller.declared.passengers"), Lead: page.M("traveller.companions_count", "count", len(d.Vehicle.Companions)), Table: companionTable(d.Vehicle.Companions)})
	}
	v.Rows = append(v.Rows, page.Row{Label: page.M("traveller.until"), Value: d.Until.Date()})
	return v
}

// answers shows what was declared, in the order and words of the form.
func (d Declared) answers() page.Part {
	p := page.Part{Title: page.M("traveller.declared.answers")}
	if d.Pack == nil {
		return p
	}
	f, ok := d.Pack.Form(formFile(d.Form))
	if !ok {
		return p
	}
	for i := range f.Rows {
		row := &f.Rows[i]
		given := d.Answers[row.Name]
		if !row.Asked() || len(given) == 0 {
			continue
		}
		var cells []any
		for _, v := range given {
			cells = append(cells, answerCell(v, row.Bool()))
		}
		p.Rows = append(p.Rows, page.Row{Label: page.MsgOf(row), Value: cells})
	}
	return p
}

func answerCell(v string, yesNo bool) any {
	if yesNo && (v == "yes" || v == "no") {
		return page.M("page.truth." + v)
	}
	return v
}

func companionTable(list []Companion) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("traveller.companion.name"), Wide: true}, {Label: page.M("traveller.companion.seat")}, {Label: page.M("traveller.companion.phone")}},
		Empty: page.Empty{Title: page.M("traveller.companions.none")}}
	for _, c := range list {
		t.Rows = append(t.Rows, []page.Cell{c.Answers.One("pl_name"), c.Answers.One("pl_seat"), page.Code(c.Answers.One("pl_phone"))})
	}
	return t
}

// lister is what is listed by a path.
func lister(r *http.Request) (id db.ID, l Lister, err error) {
	id, err = page.PathID(r, "id")
	if l = Lister(r.PathValue("list")); err == nil && l != ListSick && l != ListPassengers {
		err = fault.New(fault.NotFound, "traveller.lister", "page.error.not_found")
	}
	return id, l, err
}

func (s *Service) getLister(w http.ResponseWriter, r *http.Request) {
	id, l, err := lister(r)
	var sh Sheet
	if err == nil {
		sh, err = s.ListerSheet(r.Context(), id, l)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, _, _ := asked(sh, db.NewID(), declarationPath(id)+"/"+string(l), false, nil, false)
	s.showLister(w, r, id, l, f)
}

func (s *Service) showLister(w http.ResponseWriter, r *http.Request, id db.ID, l Lister, f *page.Form) {
	f.Cancel = page.Link{Href: declarationPath(id), Text: page.M("traveller.declared.title")}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.declared." + string(l), Back: f.Cancel}, page.Sheet{Lead: page.M("traveller.lead.companions"), Form: f}, f)
}

func (s *Service) postLister(w http.ResponseWriter, r *http.Request) {
	id, l, err := lister(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sh, made, err := s.read(w, r, func() (Sheet, error) { return s.ListerSheet(r.Context(), id, l) })
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, res, answers := asked(sh, made, declarationPath(id)+"/"+string(l), false, r.PostForm, true)
	if res.OK() {
		if err = s.AddTo(r.Context(), made, id, l, answers); err == nil {
			s.Pages.Redirect(w, r, declarationPath(id), page.M("traveller.saved"))
			return
		}
		if !f.Fail(err) {
			s.fail(w, r, err)
			return
		}
	}
	s.showLister(w, r, id, l, f)
}

// posterView is what hangs at a point: the address of its declaration as a code.
type posterView struct {
	QR      page.Symbol
	Address string
}

func (s *Service) getPoster(w http.ResponseWriter, r *http.Request) {
	if _, err := s.PublicSheet(r.Context(), r.PathValue("point")); err != nil {
		s.fail(w, r, err)
		return
	}
	base, err := s.Address.of(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v, err := newPoster(base + PathDeclare + r.PathValue("point"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "traveller/poster", Title: "traveller.public.title", View: v, Back: page.Link{Href: "/border", Text: page.M("border.title")}})
}

func newPoster(address string) (posterView, error) {
	qr, err := page.SymbolOf(address, page.M("traveller.poster.qr"))
	return posterView{qr, address}, err
}

// publicForm is what a traveller fills in on their own phone.
func publicForm(sh DeclarationSheet, point string, id db.ID, typed url.Values, judge bool) (*page.Form, bool, Answers) {
	f, res, answers := asked(sh.Sheet, id, PathDeclare+point, false, typed, judge)
	f.Submit, f.Cancel = page.M("traveller.public.send"), page.Link{}
	return f, res.OK(), answers
}

func (s *Service) getPublic(w http.ResponseWriter, r *http.Request) {
	sh, err := s.PublicSheet(r.Context(), r.PathValue("point"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, _, _ := publicForm(sh, r.PathValue("point"), db.NewID(), nil, false)
	s.showPublic(w, r, sh, f)
}

func (s *Service) showPublic(w http.ResponseWriter, r *http.Request, sh DeclarationSheet, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.public.title"}, publicView(sh, f, page.LocaleOf(r).Code), f)
}

// publicView says before the first question who reads the answers, that nobody has to
// give them, and until when they are kept.
func publicView(sh DeclarationSheet, f *page.Form, lang string) page.Sheet {
	return page.Sheet{Lead: page.M("traveller.public.lead", "point", sh.Point.Name(lang)), Form: f,
		Notes: []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("traveller.public.who"), page.M("traveller.public.free"), page.M("traveller.public.kept")}}}}
}

// publicLimit is how many bytes anybody may send: what is sent is kept on every node.
const publicLimit = 8 << 10

// postPublic takes a declaration and shows its code. A form that is sent twice shows the
// same code again.
func (s *Service) postPublic(w http.ResponseWriter, r *http.Request) {
	var sh DeclarationSheet
	_, id, err := s.readMost(w, r, publicLimit, func() (_ Sheet, err error) {
		sh, err = s.PublicSheet(r.Context(), r.PathValue("point"))
		return sh.Sheet, err
	})
	if fault.KeyOf(err) == "page.error.too_large" { // which says whole megabytes
		err = fault.New(fault.Invalid, "traveller.postPublic", "page.error.body")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f, ok, answers := publicForm(sh, r.PathValue("point"), id, r.PostForm, true)
	if !ok {
		s.showPublic(w, r, sh, f)
		return
	}
	address, _, splitErr := net.SplitHostPort(r.RemoteAddr)
	if splitErr != nil {
		address = r.RemoteAddr
	}
	d, err := s.DeclareSelf(r.Context(), address, id, r.PathValue("point"), answers)
	if err != nil && fault.KeyOf(err) != "traveller.error.sent_twice" {
		if fault.Is(err, fault.Unavailable) {
			f.Note("", page.M(fault.KeyOf(err)))
			s.showPublic(w, r, sh, f)
			return
		}
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "traveller.public.done"}, doneView(d), nil)
}

func doneView(d Declaration) page.Sheet {
	return page.Sheet{Notes: []page.Callout{{Level: page.Done, Title: page.M("traveller.public.code", "code", page.Code(d.Code())), Text: []page.Msg{page.M("traveller.public.show"), page.M("traveller.public.no_answer")}}}}
}
