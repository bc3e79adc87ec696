package page

import (
	"net/http"

	"github.com/godwit-health/godwit/web"
)

// Sample is one page with three views for the tests that render every page:
// nothing known, everything filled in, and hostile data. Each area exports
// Samples() []page.Sample; pagetest.EveryPage renders them in every language.
type Sample struct {
	Name     string // what the page is, for the test's output
	Template string
	Title    string
	Empty    any // the zero view
	Full     any
	Hostile  any // see pagetest.Hostile
	Banner   *Banner
	Problems []Problem
	Wide     bool
	Bare     bool
	Fragment bool // a part that htmx fetches: no shell around it
}

// Page returns the page of a sample with one of its views.
func (s Sample) Page(view any) Page {
	return Page{Template: s.Template, Title: s.Title, Banner: s.Banner, View: view, Problems: s.Problems, Wide: s.Wide, Bare: s.Bare}
}

// Routes adds the language switch and the assets.
func (p *Renderer) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /lang/{code}", SwitchLanguage)
	mux.Handle("GET "+web.Prefix, web.Handler())
}
