package app

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/godwit-health/godwit/internal/app/packweb"
	"github.com/godwit-health/godwit/internal/area/care/referral"
	"github.com/godwit-health/godwit/internal/area/programme/report"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/mark"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

//go:embed templates locales
var files embed.FS

// ownPages are the pages of no area: today.
func ownPages() page.Area { return page.Area{Name: "app", Templates: files, Locales: files} }

// routes puts every page behind the gate.
func (n *Node) routes() http.Handler {
	mux := http.NewServeMux()
	n.mux = mux
	n.door = &page.Door{Pages: n.Pages, Access: n.Access}
	if n.Demo {
		n.door.Demo = DemoAccounts()
		n.Pages.StyleRoutes(mux)
	}
	n.door.Routes(mux)
	n.Pages.Routes(mux)
	n.People.Routes(mux)
	n.Signals.Routes(mux)
	n.Cases.Routes(mux)
	n.Alerts.Routes(mux)
	n.Desk.Routes(mux)
	n.Outbreaks.Routes(mux)
	n.Ready.Routes(mux)
	n.Across.Routes(mux)
	n.Travel.Routes(mux)
	n.Border.Routes(mux)
	n.Travellers.Routes(mux)
	n.Ground.Routes(mux)
	n.Mobility.Routes(mux)
	n.Reports.Routes(mux)
	n.Campaigns.Routes(mux)
	n.Orders.Routes(mux)
	n.Encounters.Routes(mux)
	n.Courses.Routes(mux)
	n.Referrals.Routes(mux)
	n.Charts.Routes(mux)
	n.Problems.Routes(mux)
	n.Rooms.Routes(mux)
	n.Stock.Routes(mux)
	n.Assessment.Routes(mux)
	n.Steward.Routes(mux)
	packweb.New(packweb.Deps{DB: n.DB, Registry: n.Packs, Access: n.Access, Pages: n.Pages, Clock: n.clock,
		Sweeps: n.Assessment.Sweeps, Impact: n.Assessment.Impact}).Routes(mux)
	n.safetyRoutes(mux)
	n.userRoutes(mux)
	n.deviceRoutes(mux)
	n.dateRoutes(mux)
	n.host.installRoutes(mux)
	n.syncRoutes(mux)
	mux.HandleFunc("GET /{$}", n.getToday)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		n.Pages.Error(w, r, fault.New(fault.NotFound, "app", "page.error.not_found"))
	})
	if n.Exercise {
		return mark.Files(n.Access.Middleware(mux))
	}
	return n.Access.Middleware(mux)
}

// frame is what surrounds every page: site, role, and the way to what this user
// may do.
func (n *Node) frame(r *http.Request) page.Frame {
	ctx := r.Context()
	f := page.Frame{Demo: n.Demo, Exercise: n.Exercise, Sync: n.syncFrame(ctx)}
	actor, ok := access.From(ctx)
	if !ok {
		return f
	}
	f.Sync.Href = syncPath
	f.User, f.Me, f.Locale, f.SignOut = actor.Name, "/me", actor.Locale, access.PathLogOut
	if len(actor.Roles) > 0 {
		f.Role = page.RoleMsg(actor.Roles[0])
	}
	f.Site = n.siteName(ctx, actor, page.LocaleOf(r).Code)
	if n.Access.Ever(ctx, access.PersonSearch) {
		f.Search = "/people/find"
	}
	f.Nav = append(f.Nav, page.Nav{Href: "/", Text: page.M("app.nav.today")})
	for _, way := range ways {
		if way.name == "watch" && n.Access.Ever(ctx, access.StatisticsRead) {
			continue // it is a page of Mobility, for whoever opens that
		}
		if n.Access.Ever(ctx, way.action) || way.or != "" && n.Access.Ever(ctx, way.or) {
			f.Nav = append(f.Nav, page.Nav{Href: way.href, Text: page.M("app.nav." + way.name)})
		}
	}
	return f
}

// ways are the main places, each shown to whoever may ever go there.
var ways = []struct {
	name, href string
	action, or access.Action // either opens it
}{
	{"people", "/people", access.PersonSearch, ""},
	{"care", "/care", access.ClinicalWrite, ""},
	{"courses", "/courses", access.ClinicalWrite, ""},
	{"referrals", referral.ListPath, access.ClinicalWrite, ""},
	{"worklist", "/worklist", access.WorklistRead, ""},
	{"rooms", "/rooms", access.RoomUse, ""},
	{"stock", "/stock", access.StockRead, ""},
	{"cases", "/cases", access.BoardRead, ""},
	{"surveillance", "/surveillance", access.SignalRead, ""},
	{"linelist", "/linelist", access.LineListRead, ""},
	{"outbreaks", "/outbreaks", access.OutbreakRead, ""},
	{"across", "/across", access.NoticeRead, ""},
	{"departures", "/travel", access.TravelRead, ""},
	{"border", "/border", access.BorderRead, access.ScreeningRecord},
	{"mobility", "/mobility", access.StatisticsRead, ""},
	{"programme", report.BoardPath, access.StatisticsRead, ""},
	{"watch", "/mobility/watch", access.FlowCount, ""},
	{"campaigns", "/campaigns", access.CampaignRead, ""},
	{"alerts", "/alerts", access.AlertRead, ""},
	{"packs", "/packs", access.PackRead, ""},
	{"audit", "/audit", access.AuditRead, ""},
	{"rights", "/rights", access.RightsRead, access.RightsRecord},
	{"review", "/review", access.ReviewRead, ""},
	{"agreements", "/agreements", access.AgreementRead, ""},
	{"users", usersPath, access.UserEdit, ""},
	{"nodes", nodesPath, access.NodeManage, ""},
}

func (n *Node) siteName(ctx context.Context, a access.Actor, lang string) string {
	name := a.Site()
	_ = n.DB.Read(ctx, func(tx *db.Tx) error {
		if s, err := n.Sites.Site(tx, name); err == nil {
			name = s.Name(lang)
		}
		return nil
	})
	return name
}

// contextForMetrics bounds what a scrape may wait for.
func contextForMetrics() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	context.AfterFunc(ctx, cancel)
	return ctx
}
