package surveillance

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
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

// view is any page of this package: a few notes, a list or an answer, and forms.
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

const formLimit = 64 << 10

// render writes a page; f is the form whose problems it shows, if it has one.
func (s *Service) render(w http.ResponseWriter, r *http.Request, pg page.Page, v view, f *page.Form) {
	pg.Template, pg.View = "surveillance/page", v
	if f != nil {
		s.Pages.Form(w, r, pg, f)
		return
	}
	s.Pages.Render(w, r, pg)
}

// posted reads the id of the path and the form of a POST.
func posted(w http.ResponseWriter, r *http.Request) (db.ID, error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		return id, err
	}
	return id, page.ReadForm(w, r, formLimit)
}

// options makes the choices of a field from a list of codes and their words.
func options[T ~string](list []T, prefix string) []page.Option {
	var out []page.Option
	for _, v := range list {
		out = append(out, page.Option{Value: string(v), Label: page.M(prefix + string(v))})
	}
	return out
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
