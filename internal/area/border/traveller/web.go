package traveller

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	s.declarationRoutes(mux)
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /border/travellers":                       s.getOwn,
		"GET /border/travellers/new":                   s.getNew,
		"POST /border/travellers/new":                  s.postNew,
		"POST /border/travellers/new/live":             s.liveNew,
		"GET /border/travellers/{id}":                  s.getScreening,
		"GET /border/travellers/{id}/again":            s.getAgain,
		"POST /border/travellers/{id}/again":           s.postAgain,
		"GET /border/travellers/{id}/second":           s.getSecond,
		"POST /border/travellers/{id}/second":          s.postSecond,
		"POST /border/travellers/{id}/second/live":     s.liveSecond,
		"GET /border/travellers/{id}/companions":       s.getCompanions,
		"POST /border/travellers/{id}/companions":      s.postCameWith,
		"POST /border/travellers/{id}/companions/list": s.postCompanion,
		"GET /border/travellers/{id}/measure":          s.getMeasure,
		"POST /border/travellers/{id}/measure":         s.postMeasure,
		"POST /border/travellers/{id}/measure/live":    s.liveMeasure,
		"GET /border/measures":                         s.getWaiting,
		"GET /border/measures/{id}":                    s.getCare,
		"GET /border/measures/{id}/{act}":              s.getLook,
		"POST /border/measures/{id}/{act}":             s.postLook,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// fail answers an error: whoever has no shift is sent to begin one.
func (s *Service) fail(w http.ResponseWriter, r *http.Request, err error) {
	if fault.KeyOf(err) == "border.error.no_shift" {
		s.Pages.Redirect(w, r, "/border", page.M("border.error.no_shift"))
		return
	}
	s.Pages.Error(w, r, err)
}

func path(id db.ID) string { return "/border/travellers/" + id.String() }

func backTo(id db.ID) page.Link {
	return page.Link{Href: path(id), Text: page.M("traveller.one.title")}
}

// asked is a sheet of the pack on a page: its questions with what was typed. judge says
// what is wrong with the answers.
func asked(sh Sheet, id db.ID, action string, live bool, typed url.Values, judge bool) (*page.Form, *form.Result, Answers) {
	f := &page.Form{Action: action, Submit: page.M("traveller.save"), Cancel: page.Link{Href: "/border/count", Text: page.M("border.count.go_on")},
		Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()}}}
	if live {
		f.Live = action + "/live"
	}
	var skip []func(*form.Row) bool
	if sh.Skip != nil {
		skip = append(skip, sh.Skip)
	}
	res, answers := border.AskPack(f, sh.Form, sh.Day, typed, judge, skip...)
	return f, res, answers
}

// read reads a posted sheet. id is that of the new document, made with the page.
func (s *Service) read(w http.ResponseWriter, r *http.Request, open func() (Sheet, error)) (Sheet, db.ID, error) {
	return s.readMost(w, r, page.FormLimit, open)
}

// readMost is read of a form of so many bytes at most.
func (s *Service) readMost(w http.ResponseWriter, r *http.Request, most int64, open func() (Sheet, error)) (sh Sheet, id db.ID, err error) {
	if err = page.ReadForm(w, r, most); err == nil {
		sh, err = open()
	}
	if err == nil {
		if id, err = db.ParseID(r.PostForm.Get("id")); err != nil {
			err = fault.New(fault.Invalid, "traveller.read", "page.error.body")
		}
	}
	return sh, id, err
}
