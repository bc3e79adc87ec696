package surveillance

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /surveillance":         s.getDesk,
		"GET /surveillance/report":  s.getReport,
		"POST /surveillance/report": s.postReport,
		"GET /surveillance/tell":    s.getTell,
		"POST /surveillance/tell":   s.postTell,
		"GET /surveillance/mine":    s.getMine,

		"GET /surveillance/signals/{id}":        s.getSignal,
		"GET /surveillance/signals/{id}/{act}":  s.getAct,
		"POST /surveillance/signals/{id}/{act}": s.postAct,
	} {
		mux.HandleFunc(pattern, h)
	}
	s.countRoutes(mux)
}

// readCount reads a box for a number of people; an empty one is not known.
func readCount(r *http.Request, name string) (Count, error) {
	text := strings.TrimSpace(latin(r.PostForm.Get(name)))
	if text == "" {
		return Count{}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return Count{}, fault.Field("surveillance.readCount", name, "surveillance.error.number")
	}
	return Of(n), nil
}

// countText says a count; one that nobody gave is not known.
func countText(c Count) any {
	if !c.Known {
		return nil
	}
	return c.N
}
