package stewardship

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /audit":             s.getAudit,
		"GET /audit/glass":       s.getGlasses,
		"GET /audit/glass/{id}":  s.getGlass,
		"POST /audit/glass/{id}": s.postGlass,
		"GET /audit/policy":      s.getPolicy,

		"GET /people/{id}/print/copy":   s.getCopy,
		"GET /people/{id}/print/looked": s.getLooked,

		"GET /rights":              s.getRequests,
		"GET /rights/new":          s.getNewRequest,
		"POST /rights/new":         s.postNewRequest,
		"GET /rights/{id}":         s.getRequest,
		"POST /rights/{id}/extend": s.postExtend,
		"POST /rights/{id}/answer": s.postAnswer,
		"POST /rights/{id}/tell":   s.postTell,

		"GET " + access.PathComplaint:              s.getComplaint,
		"POST " + access.PathComplaint:             s.postComplaint,
		"GET " + access.PathComplaint + "/follow":  s.getFollow,
		"POST " + access.PathComplaint + "/follow": s.postFollow,
		"GET /complaints":                          s.getComplaints,
		"GET /complaints/{id}":                     s.getOneComplaint,
		"POST /complaints/{id}/forward":            s.postForward,
		"POST /complaints/{id}/answer":             s.postSettle,

		"GET /erasures":               s.getErasures,
		"GET /erasures/new":           s.getNewErasure,
		"POST /erasures/new":          s.postNewErasure,
		"GET /erasures/{id}":          s.getErasure,
		"POST /erasures/{id}/approve": s.postApprove,
		"POST /erasures/{id}/refuse":  s.postRefuse,

		"GET /agreements":            s.getAgreements,
		"GET /agreements/new":        s.getNewAgreement,
		"POST /agreements/new":       s.postNewAgreement,
		"GET /agreements/{id}":       s.getAgreement,
		"POST /agreements/{id}/sign": s.postSign,
		"POST /agreements/{id}/end":  s.postEnd,

		"GET /people/{id}/handover":                  s.getHandOvers,
		"GET /people/{id}/handover/{agreement}":      s.getHandOver,
		"POST /people/{id}/handover/{agreement}":     s.postHandOver,
		"POST /people/{id}/handover/{agreement}/ask": s.postAskOther,

		"GET /handovers":       s.getInbox,
		"GET /handovers/{id}":  s.getPacket,
		"POST /handovers/{id}": s.postPacket,
		"GET " + PathReply:     s.getReply,
		"POST " + PathReply:    s.postReply,

		"GET /review":        s.getItems,
		"GET /review/{doc}":  s.getItem,
		"POST /review/{doc}": s.postItem,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// view is any page of this area: a few notes, a list or an answer, and forms.
type view struct {
	Lead    page.Msg
	Notes   []page.Callout
	Actions []page.Link
	Filter  *page.Form
	Rows    page.Summary
	Table   *page.Table
	Parts   []part
}

type part struct {
	Title page.Msg
	Lead  page.Msg
	Lines []string // of a file, shown as they are
	Rows  page.Summary
	Table *page.Table
	Form  *page.Form
}

const formLimit = 64 << 10

// render writes a page of this area; f is the form whose problems it shows, if it
// has one.
func (s *Service) render(w http.ResponseWriter, r *http.Request, pg page.Page, v view, f *page.Form) {
	pg.Template, pg.View = "stewardship/page", v
	if f != nil {
		s.Pages.Form(w, r, pg, f)
		return
	}
	s.Pages.Render(w, r, pg)
}

// posted reads the id of the path and the form of a POST.
func posted(w http.ResponseWriter, r *http.Request, name string) (db.ID, error) {
	id, err := page.PathID(r, name)
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

func banner(s *Service, r *http.Request, person db.ID) (*page.Banner, error) {
	var b *page.Banner
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		b, err = s.People.Banner(r.Context(), tx, person)
		return err
	})
	return b, err
}

func clockTag(c Clock) page.Tag {
	switch c {
	case Late:
		return page.Tag{Level: page.Danger, Text: page.M("stewardship.clock.late")}
	case Soon:
		return page.Tag{Level: page.Wait, Text: page.M("stewardship.clock.soon")}
	case Running:
		return page.Tag{Level: page.Info, Text: page.M("stewardship.clock.running")}
	}
	return page.Tag{Level: page.Done, Text: page.M("stewardship.clock.stopped")}
}
