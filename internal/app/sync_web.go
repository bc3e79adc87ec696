package app

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// The page of the exchange, on which everybody reads what has not left this device,
// and from which an administrator enrols it.

const syncPath = "/sync"

// syncPatience is how long somebody who asked for an exchange waits for its end. What
// takes longer goes on by itself.
const syncPatience = 20 * time.Second

func (n *Node) syncRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sync", n.getSync)
	mux.HandleFunc("POST /sync/now", n.postSyncNow)
	mux.HandleFunc("POST /sync/enrol", n.postSyncEnrol)
	mux.HandleFunc("POST "+reissuePath, n.postReissue)
	mux.HandleFunc("GET "+FetchPath, n.getFetch)
	mux.HandleFunc("POST "+FetchPath, n.postFetch)
	mux.HandleFunc("GET "+TakeInPath, n.getTakeIn)
	mux.HandleFunc("POST "+TakeInPath, n.postTakeIn)
	mux.HandleFunc("GET /admin/nodes", n.getNodes)
	mux.HandleFunc("GET /admin/nodes/new", n.getInvite)
	mux.HandleFunc("POST /admin/nodes/new", n.postInvite)
	mux.HandleFunc("GET /admin/nodes/{id}", n.getNode)
	mux.HandleFunc("POST /admin/nodes/{id}", n.postNode)
	mux.HandleFunc("GET /audit/nodes", n.getNodeActs)
	mux.HandleFunc("GET /admin/nodes/{id}/revoke", n.getRevoke)
	mux.HandleFunc("POST /admin/nodes/{id}/revoke", n.postRevoke)
}

// syncView is how this device stands with its hub.
type syncView struct {
	State page.Callout
	Rows  page.Summary
	Now   *page.Form // the administrator's
	Enrol *page.Form
	Anew  *reissueView
}

func (n *Node) getSync(w http.ResponseWriter, r *http.Request) { n.showSync(w, r, enrolForm()) }

// showSync shows the page; form is the one for a code, or for what was refused, with
// what was wrong in it.
func (n *Node) showSync(w http.ResponseWriter, r *http.Request, form *page.Form) {
	ctx := r.Context()
	st, err := n.Sync.Status(ctx)
	var sites []place.Site
	if err == nil {
		sites, err = n.sites(ctx)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	v := syncView{State: syncState(st, n.nodes != nil, n.host.Keys() != nil), Rows: syncRows(st, siteNames(st.Sites, sites, page.LocaleOf(r).Code), n.clock())}
	manages := n.Access.Ever(ctx, access.NodeManage)
	if n.nodes != nil && manages {
		v.State.Links = []page.Link{{Href: nodesPath, Text: page.M("app.nodes.title")}}
	}
	switch {
	case n.maySendAnew(ctx, st):
		if form.Action != reissuePath {
			form = reissueForm()
		}
		v.Anew = reissuing(form)
	case manages && st.Enrolled:
		v.Now = &page.Form{Action: syncPath + "/now", Submit: page.M("app.sync.now")}
		if sync.EnrolsAnew(st.Trouble) {
			v.Enrol = form
		}
	case manages && n.nodes == nil:
		v.Enrol = form
	}
	n.Pages.Form(w, r, page.Page{Template: "app/sync", Title: "app.sync.title", View: v, Return: syncPath}, form)
}

func enrolForm() *page.Form {
	return &page.Form{Action: syncPath + "/enrol", Submit: page.M("app.sync.enrol"), Fields: []page.Field{
		{Kind: page.LongText, Name: "code", Label: page.M("app.sync.code"), Hint: page.M("app.sync.code_hint"), Auto: "off", Dir: "ltr", Rows: 2, Max: 400}}}
}

// syncState says in words what has not left this device, and what that means.
func syncState(st sync.Status, hub, locked bool) page.Callout {
	switch {
	case !st.Enrolled && hub:
		return page.Callout{Level: page.Info, Title: page.M("page.sync.hub"), Text: []page.Msg{page.M("app.sync.hub_text")}}
	case !st.Enrolled:
		c := page.Callout{Level: page.Wait, Title: page.M("page.sync.alone"), Text: []page.Msg{page.M("app.sync.alone_text"), page.M("app.sync.alone_lost")}}
		if locked {
			c.Text = append(c.Text, page.M("app.sync.alone_closed"))
		}
		return c
	}
	c := page.Callout{Level: page.Done, Title: page.M("app.sync.all_sent")}
	if st.Unsent > 0 {
		c = page.Callout{Level: page.Wait, Title: page.M("app.sync.unsent", "count", int(st.Unsent)), Text: []page.Msg{page.M("app.sync.unsent_text")}}
	}
	if st.Trouble != "" {
		c.Level = page.Wait
		c.Text = append(c.Text, page.M(st.Trouble))
	}
	return c
}

// syncRows are what is known of the exchange.
func syncRows(st sync.Status, sites []page.Cell, now time.Time) page.Summary {
	if !st.Enrolled {
		return nil
	}
	rows := page.Summary{
		{Label: page.M("app.sync.name"), Value: st.Name},
		{Label: page.M("app.sync.sites"), Value: sites},
		{Label: page.M("app.sync.contact"), Value: contactCell(st.Contact, now)},
		{Label: page.M("app.sync.not_left"), Value: st.Unsent},
	}
	if len(st.Heads) == 0 {
		return append(rows, page.Row{Label: page.M("app.sync.receipt"), Value: page.M("app.sync.no_receipt")})
	}
	var lines []page.Cell
	for _, h := range st.Heads {
		lines = append(lines, receiptMsg(h))
	}
	return append(rows, page.Row{Label: page.M("app.sync.receipt"), Value: lines})
}

// receiptMsg says how far an origin is at the hub.
func receiptMsg(h journal.Head) page.Msg {
	return page.M("app.sync.received", "count", int(h.Seq), "head", page.Code(shortHead(h)))
}

// shortHead is the beginning of a head: enough to compare by eye.
func shortHead(h journal.Head) string { return hex.EncodeToString(h.Hash[:4]) + "…" }

// siteNames are the sites of a node by name, or that it has none.
func siteNames(codes []string, all []place.Site, lang string) []page.Cell {
	if len(codes) == 0 {
		return []page.Cell{page.M("app.nodes.no_site")}
	}
	var out []page.Cell
	for _, code := range codes {
		name := code
		for _, s := range all {
			if s.Code == code {
				name = s.Name(lang)
			}
		}
		out = append(out, name)
	}
	return out
}

// contactCell says when the other side was last heard of, and how long ago that is.
func contactCell(at, now time.Time) any {
	if at.IsZero() {
		return page.M("app.sync.never")
	}
	return []page.Cell{at.In(now.Location()), agoMsg(now.Sub(at))}
}

// agoMsg says how long ago something was. A clock that was set back makes it "now".
func agoMsg(d time.Duration) page.Msg {
	switch {
	case d < time.Minute:
		return page.M("app.ago.now")
	case d < time.Hour:
		return page.M("app.ago.minutes", "count", int(d/time.Minute))
	case d < 48*time.Hour:
		return page.M("app.ago.hours", "count", int(d/time.Hour))
	}
	return page.M("app.ago.days", "count", int(d/(24*time.Hour)))
}

// postSyncNow exchanges with the hub and says in words what came of it. An exchange
// that was called off here loses nothing: the next one goes on where it was.
func (n *Node) postSyncNow(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), syncPatience)
	defer cancel()
	report, err := n.Sync.Sync(ctx, sync.Client{})
	switch {
	case err == nil:
		n.Pages.Redirect(w, r, syncPath, page.M("app.sync.done", "up", int(report.Up), "down", int(report.Down)))
	case ctx.Err() != nil:
		n.wakeSync()
		n.Pages.Redirect(w, r, syncPath, page.M("app.sync.goes_on"))
	case fault.KeyOf(err) != "":
		n.Pages.Redirect(w, r, syncPath, page.M("app.sync.failed")) // the page says why
	default:
		n.Pages.Error(w, r, err)
	}
}

// enrol enrols this machine. One that was restored, or that its hub does not know any
// more, since that was put back to a day before, enrols there anew, with what it has.
func (n *Node) enrol(ctx context.Context, code string) error {
	st, err := n.Sync.Status(ctx)
	if err == nil && st.Enrolled && sync.EnrolsAnew(st.Trouble) {
		_, err = n.Sync.EnrolAnew(ctx, sync.Client{}, code)
		return err
	}
	if err == nil {
		_, err = n.Sync.Enrol(ctx, sync.Client{}, code)
	}
	return err
}

func (n *Node) postSyncEnrol(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	if err := page.ReadForm(w, r, maxUserForm); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	f := enrolForm()
	f.Fill(r.PostForm)
	ctx, cancel := context.WithTimeout(r.Context(), syncPatience)
	defer cancel()
	err := n.enrol(ctx, r.PostForm.Get("code"))
	key := fault.KeyOf(err)
	switch {
	case err == nil:
		n.wakeSync()
		n.Pages.Redirect(w, r, syncPath, page.M("app.sync.enrolled"))
	case f.Fail(err):
		n.showSync(w, r, f)
	case key != "" && fault.CodeOf(err) != fault.Internal: // the hub said no, or did not answer
		f.Note("code", page.M(key))
		n.showSync(w, r, f)
	default:
		n.Pages.Error(w, r, err)
	}
}
