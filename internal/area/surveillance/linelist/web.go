package linelist

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /linelist":                s.getList,
		"GET /linelist/new":            s.getNew,
		"POST /linelist/new":           s.postNew,
		"GET /linelist/{id}":           s.getCase,
		"GET /linelist/{id}/edit":      s.getEdit,
		"POST /linelist/{id}/edit":     s.postEdit,
		"GET /linelist/{id}/signs":     s.getSigns,
		"POST /linelist/{id}/signs":    s.postSigns,
		"GET /linelist/{id}/result":    s.getResult,
		"POST /linelist/{id}/result":   s.postResult,
		"GET /linelist/{id}/override":  s.getOverride,
		"POST /linelist/{id}/override": s.postOverride,
		"POST /linelist/{id}/look":     s.postLook,
		"GET /linelist/{id}/contact":   s.getNewContact,
		"POST /linelist/{id}/contact":  s.postNewContact,
		"GET /contacts":                s.getContacts,
		"GET /contacts/{id}":           s.getContact,
		"POST /contacts/{id}/visit":    s.postVisit,
		"POST /contacts/{id}/state":    s.postState,
		"POST /contacts/{id}/case":     s.postBecome,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// view is any page of this package.
type view struct {
	Lead    page.Msg
	Notes   []page.Callout
	Actions []page.Link
	Filter  *page.Form
	Rows    page.Summary
	Table   *page.Table
	Form    *page.Form
	Parts   []part
}

type part struct {
	Title    page.Msg
	Lead     page.Msg
	Rows     page.Summary
	Table    *page.Table
	Timeline page.Timeline
	Form     *page.Form
}

const formLimit = 128 << 10

func (s *Service) render(w http.ResponseWriter, r *http.Request, pg page.Page, v view, f *page.Form) {
	pg.Template, pg.View = "linelist/page", v
	if f != nil {
		s.Pages.Form(w, r, pg, f)
		return
	}
	s.Pages.Render(w, r, pg)
}

func posted(w http.ResponseWriter, r *http.Request) (db.ID, error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		return id, err
	}
	return id, page.ReadForm(w, r, formLimit)
}

func options[T ~string](list []T, prefix string) []page.Option {
	var out []page.Option
	for _, v := range list {
		out = append(out, page.Option{Value: string(v), Label: page.M(prefix + strings.ToLower(string(v)))})
	}
	return out
}

func listLink() page.Link {
	return page.Link{Href: "/linelist", Text: page.M("linelist.title")}
}

func path(id db.ID) string { return "/linelist/" + id.String() }

func caseLink(id db.ID) page.Link {
	return page.Link{Href: path(id), Text: page.M("linelist.case.title")}
}

// diseaseMsg names a disease; the words are package surveillance's.
func diseaseMsg(code string) page.Msg { return page.M("surveillance.disease." + code) }
