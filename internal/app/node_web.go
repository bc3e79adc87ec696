package app

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// The hub's page of one node: whose records it gets, and what was done to it.

func nodePath(id db.ID) string { return nodesPath + "/" + id.String() }

// nodeView is one node.
type nodeView struct {
	Rows  page.Summary
	Means page.Callout
	Form  *page.Form
	Done  page.Timeline
}

// scopeForm asks for a node's sites and cap. A site that it has and that is not listed
// here any more can still be taken away.
func scopeForm(p sync.Peer, sites []place.Site, lang string) *page.Form {
	where := page.Field{Kind: page.Checks, Name: "sites", Label: page.M("app.sync.sites"), Hint: page.M("app.nodes.sites_hint"), Optional: true, Values: p.Sites}
	for _, s := range sites {
		where.Options = append(where.Options, page.Option{Value: s.Code, Text: s.Name(lang)})
	}
	for _, code := range p.Sites {
		if !isSite(sites, code) {
			where.Options = append(where.Options, page.Option{Value: code, Text: code})
		}
	}
	return &page.Form{Action: nodePath(p.ID), Submit: page.M("app.nodes.scope_save"), Cancel: page.Link{Href: nodesPath, Text: page.M("app.nodes.title")}, Fields: []page.Field{where,
		{Kind: page.Text, Name: "most", Label: page.M("app.nodes.most"), Hint: page.M("app.nodes.most_hint"), Value: strconv.FormatInt(p.Most, 10), Width: 10, Max: 10, Optional: true, Dir: "ltr", Auto: "off"}}}
}

func isSite(sites []place.Site, code string) bool {
	return slices.ContainsFunc(sites, func(s place.Site) bool { return s.Code == code })
}

func nodePage(p sync.PeerStanding, f *page.Form, done page.Timeline, sites []page.Cell, lost any) nodeView {
	v := nodeView{Form: f, Done: done, Rows: page.Summary{{Label: page.M("app.nodes.name"), Value: p.Name}, {Label: page.M("app.users.state"), Value: lost},
		{Label: page.M("app.sync.sites"), Value: sites}, {Label: page.M("app.nodes.people"), Value: p.People}}}
	v.Means = page.Callout{Level: page.Info, Title: page.M("app.nodes.scope_means"), Text: []page.Msg{page.M("app.nodes.scope_arrives"), page.M("app.nodes.scope_leaves"), page.M("app.nodes.scope_cap")}}
	return v
}

func (n *Node) getNode(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	p, err := n.nodeOf(r)
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.showNode(w, r, p, nil)
}

// showNode shows a node; f is the form with what was wrong in it, or nil.
func (n *Node) showNode(w http.ResponseWriter, r *http.Request, p sync.PeerStanding, f *page.Form) {
	ctx, lang := r.Context(), page.LocaleOf(r).Code
	sites, err := n.sites(ctx)
	var done page.Timeline
	if err == nil {
		done, err = n.nodeLines(ctx, p.ID, sites, lang)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	if f == nil {
		f = scopeForm(p.Peer, sites, lang)
	}
	v := nodePage(p, f, done, siteNames(p.Sites, sites, lang), nodeTag(p.Peer, n.clock()))
	n.Pages.Form(w, r, page.Page{Template: "app/node", Title: "app.nodes.scope_title", View: v, Return: nodesPath, Back: page.Link{Href: nodesPath, Text: page.M("app.nodes.title")}}, f)
}

// nodeLines are what was done to a node, with who did it.
func (n *Node) nodeLines(ctx context.Context, id db.ID, sites []place.Site, lang string) (out page.Timeline, err error) {
	acts, err := n.Sync.Acts(ctx, id)
	if err != nil {
		return nil, err
	}
	return out, n.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, e := range acts {
			by, err := userName(tx, e.By)
			if err != nil {
				return err
			}
			detail := append([]page.Cell{by}, siteNames(e.Sites, sites, lang)...)
			out = append(out, page.Event{When: e.At, What: page.M("app.nodes.act_" + string(e.Act)), Detail: append(detail, page.M("app.nodes.act_most", "count", int(e.Most)))})
		}
		return nil
	})
}

// postNode changes whose records a node gets.
func (n *Node) postNode(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	p, err := n.nodeOf(r)
	var sites []place.Site
	if err == nil {
		err = page.ReadForm(w, r, maxUserForm)
	}
	if err == nil {
		sites, err = n.sites(r.Context())
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	f := scopeForm(p.Peer, sites, page.LocaleOf(r).Code)
	f.Fill(r.PostForm)
	chosen, most, err := typedCatchment(r.PostForm["sites"], r.PostForm.Get("most"), sites, p.Sites)
	if err == nil {
		err = n.Sync.SetCatchment(r.Context(), p.ID, chosen, most)
	}
	switch {
	case err == nil:
		n.Pages.Redirect(w, r, nodePath(p.ID), page.M("app.nodes.scope_saved"))
	case f.Fail(err):
		n.showNode(w, r, p, f)
	default:
		n.Pages.Error(w, r, err)
	}
}

// actsView is what was done to all nodes, for the privacy officer.
type actsView struct{ Table page.Table }

func (n *Node) getNodeActs(w http.ResponseWriter, r *http.Request) {
	ctx, lang := r.Context(), page.LocaleOf(r).Code
	err := n.Access.Check(ctx, access.AuditRead, access.Resource{Kind: sync.ActKind})
	var sites []place.Site
	var acts []sync.NodeEvent
	if err == nil {
		sites, err = n.sites(ctx)
	}
	if err == nil {
		acts, err = n.Sync.Acts(ctx, db.ID{})
	}
	v := actsView{actsTable()}
	if err == nil {
		err = n.DB.Read(ctx, func(tx *db.Tx) error {
			for _, e := range acts {
				by, err := userName(tx, e.By)
				if err != nil {
					return err
				}
				v.Table.Rows = append(v.Table.Rows, []page.Cell{e.At, by, page.M("app.nodes.act_" + string(e.Act)), e.Name, siteNames(e.Sites, sites, lang), e.Most})
			}
			return nil
		})
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Render(w, r, page.Page{Template: "app/acts", Title: "app.nodes.acts_all", View: v, Wide: true, Back: page.Link{Href: "/audit", Text: page.M("app.nav.audit")}})
}

func actsTable() page.Table {
	return page.Table{Empty: page.Empty{Title: page.M("app.nodes.acts_none")}, Columns: []page.Column{
		{Label: page.M("app.accounts.when")}, {Label: page.M("app.accounts.by")}, {Label: page.M("app.accounts.what")},
		{Label: page.M("app.nodes.name")}, {Label: page.M("app.sync.sites"), Wide: true}, {Label: page.M("app.nodes.most")}}}
}

// typedCatchment reads the sites and the cap of a node; has are those that it has.
func typedCatchment(chosen []string, most string, sites []place.Site, has []string) ([]string, int64, error) {
	for _, code := range chosen {
		if !isSite(sites, code) && !slices.Contains(has, code) {
			return nil, 0, fault.Field("app.typedCatchment", "sites", "app.nodes.site_wrong")
		}
	}
	number, err := typedMost(most)
	return chosen, number, err
}
