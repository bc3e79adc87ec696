package linelist

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /linelist":                s.getList,
		"GET /linelist/new":            s.getNew,
		"POST /linelist/new":           s.postNew,
		"GET /linelist/take-out":       s.getTakeOut,
		"POST /linelist/export":        s.postExport,
		"GET /linelist/bring-in":       s.getBringIn,
		"POST /linelist/bring-in":      s.postBringIn,
		"GET /linelist/chains":         s.getChains,
		"GET /linelist/{id}/source":    s.getSource,
		"POST /linelist/{id}/source":   s.postSource,
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
		"GET /linelist/{id}/circle":    s.getCircle,
		"POST /linelist/{id}/circle":   s.postCircle,
		"GET /contacts":                s.getContacts,
		"GET /contacts/{id}":           s.getContact,
		"POST /contacts/{id}/visit":    s.postVisit,
		"POST /contacts/{id}/state":    s.postState,
		"POST /contacts/{id}/case":     s.postBecome,
	} {
		mux.HandleFunc(pattern, h)
	}
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
