package app

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// The hub's pages of its nodes, for whoever looks after it. They call what the
// command line calls.

const nodesPath = "/admin/nodes"

// silentAfter is how long a node may be silent before somebody should ask after it.
const silentAfter = 7 * 24 * time.Hour

// nodesView is the list of nodes, or how this installation becomes a hub.
type nodesView struct {
	Notice  page.Callout
	Command string
	Invite  page.Link
	Table   page.Table
}

func (n *Node) getNodes(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	ctx := r.Context()
	nodes, err := n.Sync.Nodes(ctx)
	var sites []place.Site
	if err == nil {
		sites, err = n.sites(ctx)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	v := nodesView{Table: nodesTable(nodes, sites, page.LocaleOf(r).Code, n.clock())}
	if n.nodes != nil {
		v.Invite = page.Link{Href: nodesPath + "/new", Text: page.M("app.nodes.invite")}
	} else {
		v.Notice, v.Command = notHub()
	}
	n.Pages.Render(w, r, page.Page{Template: "app/nodes", Title: "app.nodes.title", View: v, Wide: true, Return: nodesPath})
}

// notHub says how an installation becomes a hub.
func notHub() (page.Callout, string) {
	return page.Callout{Level: page.Info, Title: page.M("app.nodes.not_hub"), Text: []page.Msg{page.M("app.nodes.not_hub_text")}},
		"godwit serve … --sync-addr 0.0.0.0:8443 --sync-name hub.example.org:8443"
}

func nodesTable(nodes []sync.PeerStanding, sites []place.Site, lang string, now time.Time) page.Table {
	t := page.Table{Empty: page.Empty{Title: page.M("app.nodes.none"), Text: page.M("app.nodes.none_text")}, Columns: []page.Column{
		{Label: page.M("app.nodes.name")}, {Label: page.M("app.sync.sites"), Wide: true}, {Label: page.M("app.users.state")}, {Label: page.M("app.sync.contact")},
		{Label: page.M("app.nodes.to_it")}, {Label: page.M("app.nodes.from_it")}, {Label: page.M("app.nodes.received")}, {Label: page.M("app.nodes.act"), Hide: true}}}
	nodes = slices.Clone(nodes)
	slices.SortStableFunc(nodes, func(a, b sync.PeerStanding) int { return last(a.State == sync.Revoked) - last(b.State == sync.Revoked) })
	for _, p := range nodes {
		state := []page.Cell{nodeTag(p.Peer, now)}
		if p.Trouble != "" && p.State == sync.Enrolled {
			state = append(state, page.M("app.nodes.told", "what", page.M(p.Trouble)))
		}
		var act any = page.M("app.nodes.over")
		if !p.Ended.IsZero() {
			act = []page.Cell{page.M("app.nodes.over"), p.Ended.In(now.Location())}
		}
		if p.Why == sync.WhyDestroyed {
			state = append(state, page.M("app.nodes.destroyed_said"))
		}
		if p.State != sync.Revoked {
			act = []page.Cell{page.Link{Href: nodePath(p.ID), Text: page.M("app.nodes.scope_do")}, page.Link{Href: revokePath(p.ID), Text: page.M(revokeWord(p.Peer, "do"))}}
		}
		t.Rows = append(t.Rows, []page.Cell{p.Name, siteNames(p.Sites, sites, lang), state, contactCell(p.Contact, now),
			backlogCell(p), behindCell(p.Peer), receivedCell(p), act})
	}
	return t
}

func revokePath(id db.ID) string { return nodePath(id) + "/revoke" }

// nodeTag says how a node stands. One that is silent for a week may be lost.
func nodeTag(p sync.Peer, now time.Time) page.Tag {
	heard := p.Contact
	if heard.IsZero() {
		heard = p.Enrolled
	}
	switch silent := now.Sub(heard); {
	case p.Why == sync.WhyDestroyed:
		return page.Tag{Level: page.Danger, Text: page.M("app.nodes.state_destroyed")}
	case p.State == sync.Revoked:
		return page.Tag{Level: page.Quiet, Text: page.M("app.nodes.state_revoked")}
	case p.State == sync.Invited && now.After(p.Until):
		return page.Tag{Level: page.Wait, Text: page.M("app.nodes.state_expired")}
	case p.State == sync.Invited:
		return page.Tag{Level: page.Info, Text: page.M("app.nodes.state_invited")}
	case silent >= silentAfter:
		return page.Tag{Level: page.Wait, Text: page.M("app.nodes.state_silent", "count", int(silent/(24*time.Hour)))}
	case p.Trouble != "":
		return page.Tag{Level: page.Wait, Text: page.M("app.nodes.state_trouble")}
	}
	return page.Tag{Level: page.Done, Text: page.M("app.nodes.state_enrolled")}
}

// backlogCell is what a node has not taken. What came since it was last here has not
// been looked through for it, and is told as "at most".
func backlogCell(p sync.PeerStanding) any {
	b := p.Backlog
	switch {
	case !b.Known || p.State == sync.Revoked:
		return page.M("app.nodes.not_known")
	case b.Unread == 0:
		return b.Ready
	case b.Ready == 0:
		return page.M("app.nodes.at_most", "number", int(b.Unread))
	}
	return page.M("app.nodes.between", "from", int(b.Ready), "to", int(b.Ready+b.Unread))
}

// behindCell is what a node had not sent when it was last here.
func behindCell(p sync.Peer) any {
	if p.Behind == nil {
		return page.M("app.nodes.not_known")
	}
	return *p.Behind
}

func receivedCell(p sync.PeerStanding) any {
	out := []page.Cell{p.Received}
	for _, h := range p.Heads {
		out = append(out, page.M("app.nodes.head", "head", page.Code(shortHead(h))))
	}
	return out
}

// inviteForm asks what a node to be is called, whom it gets, and how many at most.
func inviteForm(sites []place.Site, lang string) *page.Form {
	where := page.Field{Kind: page.Checks, Name: "sites", Label: page.M("app.sync.sites"), Hint: page.M("app.nodes.sites_hint"), Optional: true}
	for _, s := range sites {
		where.Options = append(where.Options, page.Option{Value: s.Code, Text: s.Name(lang)})
	}
	return &page.Form{Submit: page.M("app.nodes.invite"), Cancel: page.Link{Href: nodesPath, Text: page.M("app.nodes.title")}, Fields: []page.Field{
		{Kind: page.Text, Name: "name", Label: page.M("app.nodes.name"), Hint: page.M("app.nodes.name_hint"), Width: 30, Max: 80, Auto: "off", Dir: "auto"}, where,
		{Kind: page.Text, Name: "most", Label: page.M("app.nodes.most"), Hint: page.M("app.nodes.most_hint"), Width: 10, Max: 10, Optional: true, Dir: "ltr", Auto: "off"}}}
}

// mostPeople is the highest cap that can be typed.
const mostPeople = 100_000_000

// typedInvitation reads the form.
func typedInvitation(name, most string, chosen []string, sites []place.Site) (sync.Invitation, error) {
	chosen, number, err := typedCatchment(chosen, most, sites, nil)
	return sync.Invitation{Name: name, Sites: chosen, Most: number}, err
}

// typedMost reads a cap; 0 for the usual one.
func typedMost(most string) (int64, error) {
	if most = strings.TrimSpace(most); most == "" {
		return 0, nil
	}
	number, err := strconv.ParseInt(most, 10, 64)
	if err != nil || number < 1 || number > mostPeople {
		return 0, fault.Field("app.typedMost", "most", "app.nodes.most_wrong")
	}
	return number, nil
}

// inviting opens the form; not ok when it answered already.
func (n *Node) inviting(w http.ResponseWriter, r *http.Request) (*page.Form, []place.Site, bool) {
	if !n.manages(w, r) {
		return nil, nil, false
	}
	if n.nodes == nil {
		n.Pages.Redirect(w, r, nodesPath, page.Msg{}) // which says how to become one
		return nil, nil, false
	}
	sites, err := n.sites(r.Context())
	if err != nil {
		n.Pages.Error(w, r, err)
		return nil, nil, false
	}
	return inviteForm(sites, page.LocaleOf(r).Code), sites, true
}

func (n *Node) getInvite(w http.ResponseWriter, r *http.Request) {
	if f, _, ok := n.inviting(w, r); ok {
		n.Pages.Form(w, r, page.Page{Title: "app.nodes.invite", Return: nodesPath}, f)
	}
}

// invitedView is the code of a node, shown once.
type invitedView struct {
	Notice page.Callout
	Code   string
	QR     page.Symbol
	Steps  []page.Msg
	Nodes  page.Link
}

// postInvite makes the node and shows its code on the answer itself: it travels in no
// redirect, cookie or address, and the hub keeps its hash alone.
func (n *Node) postInvite(w http.ResponseWriter, r *http.Request) {
	f, sites, ok := n.inviting(w, r)
	if !ok {
		return
	}
	if err := page.ReadForm(w, r, maxUserForm); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	in, err := typedInvitation(r.PostForm.Get("name"), r.PostForm.Get("most"), r.PostForm["sites"], sites)
	var v invitedView
	if err == nil {
		v, err = n.invite(r.Context(), in)
	}
	switch {
	case err == nil:
		n.Pages.Render(w, r, page.Page{Template: "app/invited", Title: "app.nodes.invited", View: v, Return: nodesPath})
	case f.Fail(err):
		n.Pages.Form(w, r, page.Page{Title: "app.nodes.invite", Return: nodesPath}, f)
	default:
		n.Pages.Error(w, r, err)
	}
}

func (n *Node) invite(ctx context.Context, in sync.Invitation) (invitedView, error) {
	p, code, err := n.Sync.Invite(ctx, in)
	if err != nil {
		return invitedView{}, err
	}
	return invitedPage(p.Name, code)
}

func invitedPage(name, code string) (invitedView, error) {
	qr, err := page.SymbolOf(code, page.M("app.nodes.qr"))
	return invitedView{Code: code, QR: qr, Nodes: page.Link{Href: nodesPath, Text: page.M("app.nodes.title")},
		Notice: page.Callout{Level: page.Wait, Title: page.M("app.nodes.code_for", "name", name), Text: []page.Msg{page.M("app.nodes.code_once"), page.M("app.nodes.code_secret")}},
		Steps:  []page.Msg{page.M("app.nodes.step_serve"), page.M("app.nodes.step_type"), page.M("app.nodes.step_command", "command", page.Code("godwit sync enrol …")), page.M("app.nodes.step_wait")}}, err
}

// revokeView asks before a node is revoked.
type revokeView struct {
	Rows  page.Summary
	Means page.Callout
	Form  *page.Form
}

// revokeWord is the word for ending a node, or the invitation of one to be.
func revokeWord(p sync.Peer, what string) string {
	if p.State == sync.Invited {
		return "app.nodes.withdraw_" + what
	}
	return "app.nodes.revoke_" + what
}

// nodeOf finds the node of a page's path.
func (n *Node) nodeOf(r *http.Request) (sync.PeerStanding, error) {
	missing := fault.New(fault.NotFound, "app.nodeOf", "page.error.not_found")
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return sync.PeerStanding{}, missing
	}
	nodes, err := n.Sync.Nodes(r.Context())
	if err != nil {
		return sync.PeerStanding{}, err
	}
	i := slices.IndexFunc(nodes, func(p sync.PeerStanding) bool { return p.ID == id && p.State != sync.Revoked })
	if i < 0 {
		return sync.PeerStanding{}, missing
	}
	return nodes[i], nil
}

func (n *Node) getRevoke(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	p, err := n.nodeOf(r)
	var sites []place.Site
	if err == nil {
		sites, err = n.sites(r.Context())
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	v := revokePage(p, siteNames(p.Sites, sites, page.LocaleOf(r).Code), n.clock())
	n.Pages.Form(w, r, page.Page{Template: "app/revoke", Title: revokeWord(p.Peer, "title"), View: v, Return: nodesPath,
		Back: page.Link{Href: nodesPath, Text: page.M("app.nodes.title")}}, v.Form)
}

func revokePage(p sync.PeerStanding, sites []page.Cell, now time.Time) revokeView {
	v := revokeView{Rows: page.Summary{{Label: page.M("app.nodes.name"), Value: p.Name}, {Label: page.M("app.sync.sites"), Value: sites}},
		Form: &page.Form{Action: revokePath(p.ID), Submit: page.M(revokeWord(p.Peer, "do")), Danger: true, Cancel: page.Link{Href: nodesPath, Text: page.M("app.nodes.title")}}}
	if p.State == sync.Invited {
		v.Means = page.Callout{Level: page.Info, Title: page.M("app.nodes.withdraw_means")}
		return v
	}
	v.Rows = append(v.Rows, page.Row{Label: page.M("app.sync.contact"), Value: contactCell(p.Contact, now)}, page.Row{Label: page.M("app.nodes.from_it"), Value: behindCell(p.Peer)},
		page.Row{Label: page.M("app.nodes.received"), Value: receivedCell(p)})
	v.Means = page.Callout{Level: page.Danger, Title: page.M("app.nodes.revoke_means"), Text: []page.Msg{page.M("app.nodes.revoke_kept"), page.M("app.nodes.revoke_lost"),
		page.M("app.nodes.revoke_device"), page.M("app.nodes.revoke_back")}}
	return v
}

func (n *Node) postRevoke(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	p, err := n.nodeOf(r)
	if err == nil {
		err = n.Sync.Revoke(r.Context(), p.ID)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Redirect(w, r, nodesPath, page.M(revokeWord(p.Peer, "done")))
}
