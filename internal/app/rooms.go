package app

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/internal/area/care/mhpss"
	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

// Rooms are what teams keep sealed, and the pages that open it to their members.
type Rooms struct {
	Vault   *seal.Vault
	Team    *team.Service
	Support *mhpss.Service
}

// quickSeal is for a demonstration, which prints its one password, and for tests.
var quickSeal = key.Cost{Memory: 64, Time: 1, Threads: 1}

// sealRooms builds them.
func (n *Node) sealRooms(o Options) {
	var cost key.Cost
	if o.Demo || o.Quick {
		cost = quickSeal
	}
	v := seal.New(seal.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Clock: o.Clock, Cost: cost, Session: n.session})
	n.Access.OnPassword(v.Rewrap)
	n.Rooms = Rooms{Vault: v,
		Team:    team.New(team.Deps{Vault: v, Access: n.Access, Pages: n.Pages, Clock: o.Clock}),
		Support: mhpss.New(mhpss.Deps{DB: n.DB, Vault: v, Access: n.Access, Pages: n.Pages, Packs: packsOf{n.Packs}, People: n.People, Clock: o.Clock})}
	n.People.OnRecord(n.roomLinks)
}

// Routes adds the pages of rooms.
func (r Rooms) Routes(mux *http.ServeMux) {
	r.Team.Routes(mux)
	r.Support.Routes(mux)
}

// session is under what somebody's rooms are open: their log-in at a browser; outside one, as
// in the making of a demonstration, their user.
func (n *Node) session(ctx context.Context) string {
	if name, ok := n.Access.SessionName(ctx); ok {
		return name
	}
	a, _ := access.From(ctx)
	return "user " + a.User.String()
}

// roomLinks are the ways from a person's page to the pages of rooms: for whoever may be in one,
// and the same whether or not anything of this person is kept.
func (n *Node) roomLinks(ctx context.Context, person db.ID) []page.Link {
	if !n.Access.Ever(ctx, access.RoomUse) {
		return nil
	}
	return []page.Link{{Href: mhpss.Entry(person), Text: page.M("mhpss.title")}}
}
