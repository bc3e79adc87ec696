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

		"GET /agreements":             s.getAgreements,
		"GET /agreements/new":         s.getNewAgreement,
		"POST /agreements/new":        s.postNewAgreement,
		"GET /agreements/{id}":        s.getAgreement,
		"GET " + hubsPath:             s.getHubs,
		"POST " + hubsPath:            s.postHub,
		"GET " + hubsPath + "/{pin}":  s.getHub,
		"POST " + hubsPath + "/{pin}": s.postRevokeHub,
		"POST /agreements/{id}/sign":  s.postSign,
		"POST /agreements/{id}/end":   s.postEnd,

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
