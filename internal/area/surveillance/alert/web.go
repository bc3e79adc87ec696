package alert

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	boardPath = "/surveillance/alerts"
	weeksPath = "/surveillance/weeks"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /surveillance/alerts":          s.getBoard,
		"POST /surveillance/alerts/look":    s.postLook,
		"GET /surveillance/alerts/{id}":     s.getAlert,
		"POST /surveillance/alerts/{id}":    s.postAlert,
		"GET /surveillance/watched":         s.getWatched,
		"POST /surveillance/watched":        s.postWatched,
		"GET /surveillance/weeks":           s.getWeeks,
		"GET /surveillance/weeks/report":    s.getReport,
		"POST /surveillance/weeks/report":   s.postReport,
		"GET /surveillance/weeks/reporter":  s.getReporter,
		"POST /surveillance/weeks/reporter": s.postReporter,
		"GET /surveillance/weeks/people":    s.getPeople,
		"POST /surveillance/weeks/people":   s.postPeople,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func boardLink() page.Link { return page.Link{Href: boardPath, Text: page.M("alert.title")} }

func weeksLink() page.Link { return page.Link{Href: weeksPath, Text: page.M("alert.weeks.title")} }

func deskLink() page.Link { return page.Link{Href: "/surveillance", Text: page.M("alert.desk")} }

func diseaseMsg(code string) page.Msg { return page.M("surveillance.disease." + code) }
