package stewardship

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// sheetView is a print for the person, in a language of theirs.
type sheetView struct {
	Langs    []langLink
	Lead     page.Msg
	Who      page.Summary
	Notes    []page.Msg
	Table    *page.Table
	Sections []Section
}

type langLink struct{ Href, Code, Dir, Name string }

// sheetLang is the language of a print: the one asked for, else the first of the
// person's that Godwit speaks, else the reader's.
func sheetLang(r *http.Request, b *page.Banner) string {
	wishes := append([]string{r.URL.Query().Get("lang")}, b.Languages...)
	for _, wish := range wishes {
		for _, l := range page.Locales() {
			if l.Code == wish {
				return wish
			}
		}
	}
	return page.LocaleOf(r).Code
}

func langLinks(path, now string) []langLink {
	var out []langLink
	for _, l := range page.Locales() {
		if l.Code != now {
			out = append(out, langLink{Href: path + "?lang=" + l.Code, Code: l.Code, Dir: l.Dir, Name: l.Name})
		}
	}
	return out
}

func (s *Service) sheet(w http.ResponseWriter, r *http.Request, title string, write func(person db.ID, lang string) (sheetView, error)) {
	person, err := page.PathID(r, "id")
	var b *page.Banner
	if err == nil {
		b, err = banner(s, r, person)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	lang := sheetLang(r, b)
	v, err := write(person, lang)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v.Langs = langLinks(r.URL.Path, lang)
	v.Who = page.Summary{{Label: page.M("stewardship.copy.code"), Value: page.Code(people.ShowCode(people.Code(person)))},
		{Label: page.M("stewardship.copy.printed"), Value: s.now()}}
	s.Pages.Render(w, r, page.Page{Template: "stewardship/sheet", Title: title, View: v, Bare: true, Banner: b, Lang: lang,
		Back: page.Link{Href: "/people/" + person.String(), Text: page.M("stewardship.back")}})
}

func (s *Service) getCopy(w http.ResponseWriter, r *http.Request) {
	s.sheet(w, r, "stewardship.copy.title", func(person db.ID, lang string) (sheetView, error) {
		sections, err := s.Copy(r.Context(), person, lang)
		return sheetView{Lead: page.M("stewardship.copy.lead"), Notes: rightsNotes(), Sections: sections}, err
	})
}

// rightsNotes tell the person what they can do about what they read.
func rightsNotes() []page.Msg {
	return []page.Msg{page.M("stewardship.copy.rights"), page.M("stewardship.copy.complain")}
}

func (s *Service) getLooked(w http.ResponseWriter, r *http.Request) {
	s.sheet(w, r, "stewardship.looked.title", func(person db.ID, _ string) (sheetView, error) {
		lines, err := s.Looked(r.Context(), person)
		return sheetView{Lead: page.M("stewardship.looked.lead"), Notes: rightsNotes(), Table: lookedTable(lines)}, err
	})
}

func lookedTable(lines []Line) *page.Table {
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.audit.when")}, {Label: page.M("stewardship.audit.who")}, {Label: page.M("stewardship.audit.did")},
		{Label: page.M("stewardship.audit.purpose")}, {Label: page.M("stewardship.audit.to_whom")},
	}, Empty: page.Empty{Title: page.M("stewardship.looked.none")}}
	for _, l := range lines {
		t.Rows = append(t.Rows, []page.Cell{l.At, whoCell(l), actCell(l), page.PurposeMsg(l.Purpose), toCell(l.Recipient)})
	}
	return t
}

// copyLinks are the prints for a person that the reader may make.
func copyLinks(s *Service, r *http.Request, person db.ID) []page.Link {
	var out []page.Link
	ctx := access.For(r.Context(), routeCopy.Purpose)
	if s.Access.Ever(ctx, access.ExportCopy) {
		out = append(out, page.Link{Href: "/people/" + person.String() + "/print/copy", Text: page.M("stewardship.copy.title")})
	}
	if s.Access.Ever(ctx, access.ExportLooked) {
		out = append(out, page.Link{Href: "/people/" + person.String() + "/print/looked", Text: page.M("stewardship.looked.title")})
	}
	return out
}
