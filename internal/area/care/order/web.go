package order

import (
	"embed"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Templates and Locales are this area's pages and words (page.Area "order").
var (
	//go:embed templates
	Templates embed.FS
	//go:embed locales
	Locales embed.FS
)

// maxPosted bounds a posted form.
const maxPosted = 1 << 20

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /worklist", s.getStations)
	mux.HandleFunc("GET /worklist/{station}", s.getWorklist)
	mux.HandleFunc("GET /worklist/{station}/done", s.getDone)
	mux.HandleFunc("POST /worklist/{station}/done", s.postDone)
	s.labelRoutes(mux)
	mux.HandleFunc("GET /orders/{id}", s.getOrder)
	mux.HandleFunc("GET /orders/{id}/result", s.getResultForm)
	mux.HandleFunc("POST /orders/{id}/result", s.postResult)
	mux.HandleFunc("POST /orders/{id}/result/live", s.liveResult)
	mux.HandleFunc("GET /orders/{id}/collect", s.getCollect)
	mux.HandleFunc("POST /orders/{id}/collect", s.postCollect)
	mux.HandleFunc("GET /orders/{id}/counselling", s.getTalk)
	mux.HandleFunc("POST /orders/{id}/counselling", s.postTalk)
	mux.HandleFunc("GET /orders/{id}/consent", s.getConsent)
	mux.HandleFunc("POST /orders/{id}/consent", s.postConsent)
	mux.HandleFunc("GET /orders/{id}/close", s.getClose)
	mux.HandleFunc("POST /orders/{id}/close", s.postClose)
	mux.HandleFunc("GET /orders/{id}/again", s.getAgain)
	mux.HandleFunc("POST /orders/{id}/again", s.postAgain)
	mux.HandleFunc("GET /results/{id}", s.getResult)
	mux.HandleFunc("GET /results/{id}/correct", s.getCorrect)
	mux.HandleFunc("POST /results/{id}/correct", s.postCorrect)
	mux.HandleFunc("POST /results/{id}/correct/live", s.liveCorrect)
	mux.HandleFunc("GET /results/{id}/error", s.getStrike)
	mux.HandleFunc("POST /results/{id}/error", s.postStrike)
	mux.HandleFunc("GET /results/{id}/told", s.getTold)
	mux.HandleFunc("POST /results/{id}/told", s.postTold)
}

// pathID reads the id of the path; what is no id is not found.
func pathID(r *http.Request) (db.ID, error) {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return id, fault.New(fault.NotFound, "order.path", "order.error.not_found")
	}
	return id, nil
}

// posted reads a posted form and the path's id.
func (s *Service) posted(w http.ResponseWriter, r *http.Request) (db.ID, bool) {
	id, err := pathID(r)
	if err == nil {
		err = page.ReadForm(w, r, maxPosted)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return id, false
	}
	return id, true
}

// newID is the id that a form carries; a broken one is as none, and refused later
// as a new document without id.
func newID(r *http.Request) db.ID {
	id, err := db.ParseID(r.PostForm.Get("id"))
	if err != nil {
		return db.NewID()
	}
	return id
}

// fieldSeen is the hidden field of what held when a form was shown. It always has a
// value: a form that comes back with a mistake keeps what it was shown with.
const fieldSeen = "seen"

// SeenField makes the hidden field of what held when a form was shown.
func SeenField(ids []db.ID) page.Field {
	text := "-"
	for _, id := range ids {
		text += " " + id.String()
	}
	return page.Field{Kind: page.Hidden, Name: fieldSeen, Value: text}
}

// PostedSeen reads it; nil where the form had none.
func PostedSeen(typed url.Values) []db.ID {
	if !typed.Has(fieldSeen) {
		return nil
	}
	out := []db.ID{}
	for _, word := range strings.Fields(typed.Get(fieldSeen)) {
		if id, err := db.ParseID(word); err == nil {
			out = append(out, id)
		}
	}
	return out
}

func idField() page.Field {
	return page.Field{Kind: page.Hidden, Name: "id", Value: db.NewID().String()}
}

// sent reports whether what the posted form makes is there already: the form came
// twice, and was saved the first time.
func (s *Service) sent(r *http.Request) bool {
	id, err := db.ParseID(r.PostForm.Get("id"))
	if err != nil {
		return false
	}
	return s.DB.Read(r.Context(), func(tx *db.Tx) error {
		_, err := s.Journal.Load(tx, id)
		return err
	}) == nil
}

// fail answers a failed post: the form again, or the page of the fault. A form sent
// twice leads on, and says so: whatever else it meets now comes of itself.
func (s *Service) fail(w http.ResponseWriter, r *http.Request, pg page.Page, f *page.Form, err error) {
	if pg.Back.Href != "" && s.sent(r) {
		s.Pages.Redirect(w, r, pg.Back.Href, page.M("order.error.replayed"))
		return
	}
	if fault.KeyOf(err) == "order.error.form" && f.Failed() {
		s.Pages.Form(w, r, pg, f) // the questions say what is wrong
		return
	}
	if fault.Is(err, fault.Conflict) && strings.HasPrefix(fault.KeyOf(err), "journal.") {
		err = fault.New(fault.Conflict, "order.web", "order.error.replayed")
	}
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, pg, f)
}

// stationsView lists the stations whose orders the user may see.
type stationsView struct {
	Stations []page.Link
	Empty    page.Empty
}

func (s *Service) getStations(w http.ResponseWriter, r *http.Request) {
	a, _ := access.From(r.Context())
	v := stationsView{Empty: page.Empty{Title: page.M("order.worklist.none"), Text: page.M("order.worklist.none_text")}}
	var here []string
	waiting := map[string]int{}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		here = place.Stations
		if s.Stations != nil {
			if own := s.Stations(tx, a.Site()); len(own) > 0 {
				here = own
			}
		}
		scope, err := s.Access.Scope(r.Context(), access.WorklistRead)
		if err != nil {
			return err
		}
		if waiting, err = waitingAt(tx, scope); err != nil {
			return err
		}
		// Counselling has on its list what waits elsewhere for a talk as well.
		talk, tell, err := s.talks(r.Context(), tx)
		if n := len(talk) + len(tell); n > 0 {
			waiting[access.Counselling] = n
		}
		return err
	})
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	for _, st := range here {
		for _, sens := range []journal.Sensitivity{journal.Clinical, journal.Sensitive} {
			if s.Access.May(r.Context(), access.WorklistRead, access.Resource{Kind: kindOrder, Site: a.Site(), Station: st, Sensitivity: sens}) {
				v.Stations = append(v.Stations, page.Link{Href: "/worklist/" + st,
					Text: page.M("order.worklist.waiting_at", "station", page.M("place.station."+st), "count", waiting[st])})
				break
			}
		}
	}
	if len(v.Stations) == 1 { // whoever has one station is there already
		http.Redirect(w, r, v.Stations[0].Href, http.StatusSeeOther)
		return
	}
	if len(v.Stations) == 0 && !s.Access.Ever(r.Context(), access.WorklistRead) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "order.stations", "order.error.worklist"))
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "order/stations", Title: "order.worklist.stations", View: v})
}

// formPage shows or answers a small form about an order.
func (s *Service) formPage(w http.ResponseWriter, r *http.Request, id db.ID, title string, make func(Sheet) (*page.Form, error)) (page.Page, *page.Form, bool) {
	sh, err := s.Look(r.Context(), id)
	var f *page.Form
	if err == nil {
		f, err = make(sh)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return page.Page{}, nil, false
	}
	f.Cancel = page.Link{Href: "/orders/" + id.String(), Text: page.M("order.back")}
	return page.Page{Title: title, Banner: sh.Banner, Back: f.Cancel}, f, true
}

// options makes the answers of a closed list: the key is prefix + code.
func options(prefix string, codes []string) []page.Option {
	out := make([]page.Option, len(codes))
	for i, c := range codes {
		out[i] = page.Option{Value: c, Label: page.M(prefix + c)}
	}
	return out
}

var errForbidden = errors.New("order: not allowed")

// need answers Forbidden unless the right is there.
func need(ok bool) error {
	if !ok {
		return &fault.Error{Code: fault.Forbidden, Op: "order.web", Key: "door.forbidden", Err: errForbidden}
	}
	return nil
}
