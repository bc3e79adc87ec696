package across

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const boardPath = "/across"

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /across":                     s.getBoard,
		"GET /linelist/{id}/across":       s.getOffers(OfCase),
		"GET /contacts/{id}/across":       s.getOffers(OfContact),
		"GET /across/new/{about}/{id}":    s.getNew,
		"POST /across/new/{about}/{id}":   s.postNew,
		"GET /across/sent/{id}":           s.getSent,
		"POST /across/sent/{id}/correct":  s.postCorrect,
		"POST /across/sent/{id}/withdraw": s.postWithdraw,
		"GET /across/came/{id}":           s.getTaken,
		"POST /across/came/{id}/accept":   s.postAccept,
		"POST /across/came/{id}/refuse":   s.postRefuse,
		"POST /across/came/{id}/outcome":  s.postOutcome,
		"GET /across/register/{id}":       s.getRegister,
		"GET /across/files":               s.getFiles,
		"POST /across/export":             s.postExport,
		"POST /across/files":              s.postImport,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// Beyond are the ways from a case or a contact to telling another authority of them.
func (s *Service) Beyond(ctx context.Context, contact bool, id db.ID) []page.Link {
	if !s.Access.Ever(ctx, access.NoticeSend) {
		return nil
	}
	if contact {
		return []page.Link{{Href: offersPath(OfContact, id), Text: page.M("across.beyond.contact")}}
	}
	return []page.Link{{Href: offersPath(OfCase, id), Text: page.M("across.beyond.case")}}
}

func offersPath(about About, id db.ID) string {
	if about == OfContact {
		return "/contacts/" + id.String() + "/across"
	}
	return "/linelist/" + id.String() + "/across"
}

// RegisterLink is where everything that went and came under an agreement is listed.
func RegisterLink(agreement db.ID) page.Link {
	return page.Link{Href: boardPath + "/register/" + agreement.String(), Text: page.M("across.register.title")}
}

func boardLink() page.Link { return page.Link{Href: boardPath, Text: page.M("across.title")} }

func sentPath(id db.ID) string { return boardPath + "/sent/" + id.String() }

func takenPath(id db.ID) string { return boardPath + "/came/" + id.String() }

func diseaseMsg(code string) page.Msg { return page.M("surveillance.disease." + code) }
