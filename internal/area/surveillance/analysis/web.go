package analysis

import (
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	deskPath   = "/surveillance/desk"
	annexPath  = "/surveillance/annex2/"
	deathsPath = "/surveillance/deaths"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /surveillance/desk":                s.getDesk,
		"GET /surveillance/desk/team":           s.getTeam,
		"GET /surveillance/desk/print":          s.getPrint,
		"GET /surveillance/desk/export":         s.getExport,
		"GET /surveillance/desk/reported":       s.getSituation,
		"GET /surveillance/desk/reported/print": s.getSituationPrint,
		"GET /surveillance/annex2/{id}":         s.getAnnex2,
		"POST /surveillance/annex2/{id}":        s.postAnnex2,
		"GET /surveillance/deaths":              s.getDeaths,
		"GET /surveillance/deaths/new":          s.getNewDeaths,
		"POST /surveillance/deaths/new":         s.postNewDeaths,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func signalsLink() page.Link {
	return page.Link{Href: "/surveillance", Text: page.M("analysis.signals")}
}

func diseaseMsg(code string) page.Msg { return page.M("surveillance.disease." + code) }

// decimal shows a number to so many places; what is none is not known.
func decimal(f float64, places int) any {
	n, ok := round(f, places)
	if !ok {
		return nil
	}
	return page.Code(strconv.FormatFloat(n, 'f', places, 64))
}

// text is decimal as a placeholder.
func text(f float64, places int) string {
	n, ok := round(f, places)
	if !ok {
		return "–"
	}
	return strconv.FormatFloat(n, 'f', places, 64)
}

// refused says why there is no number.
func refused(r Refusal) any {
	return page.Tag{Level: page.Wait, Text: page.M("analysis.refusal." + string(r))}
}
