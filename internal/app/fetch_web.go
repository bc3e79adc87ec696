package app

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The page on which a node asks its hub for somebody who is not in its scope. The
// number travels in bodies of requests alone: it stands in no address and no log.

const FetchPath = "/people/ask"

// fetchView is the page, with what came of asking.
type fetchView struct {
	Result page.Callout // empty before anybody asked
	Form   *page.Form
	Again  page.Link
}

// maxNumber is the longest number that is sent to a hub.
const maxNumber = 40

func fetchForm(number string) *page.Form {
	purpose := page.Field{Kind: page.Radios, Name: "purpose", Label: page.M("app.fetch.purpose")}
	for _, code := range access.AskPurposes {
		purpose.Options = append(purpose.Options, page.Option{Value: code, Label: page.PurposeMsg(code)})
	}
	return &page.Form{Action: FetchPath, Submit: page.M("app.fetch.do"), Cancel: page.Link{Href: "/people", Text: page.M("people.title.find")}, Fields: []page.Field{
		{Kind: page.Text, Name: "number", Label: page.M("app.fetch.number"), Hint: page.M("app.fetch.number_hint"), Value: number, Width: 20, Max: maxNumber, Dir: "ltr", Auto: "off"}, purpose}}
}

// MayFetch reports whether this user may ask here: a search of people that reaches
// further, so the right is the same.
func (n *Node) MayFetch(ctx context.Context) error {
	_, err := n.Access.Reach(ctx, "app.fetch", access.PersonSearch)
	return err
}

// elsewhere is the way from a search that found nobody: to the hub, or, where there is
// none, to those who are registered at another site of this installation.
func (n *Node) elsewhere(ctx context.Context) string {
	st, err := n.Sync.Status(ctx)
	switch {
	case err == nil && st.Enrolled && n.MayFetch(ctx) == nil:
		return FetchPath
	case n.mayTakeIn(ctx) == nil:
		return TakeInPath
	}
	return ""
}

func (n *Node) getFetch(w http.ResponseWriter, r *http.Request) { n.showFetch(w, r, fetchForm("")) }

func (n *Node) showFetch(w http.ResponseWriter, r *http.Request, f *page.Form) {
	err := n.MayFetch(r.Context())
	var st sync.Status
	if err == nil {
		st, err = n.Sync.Status(r.Context())
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	v := fetchView{Form: f}
	if !st.Enrolled {
		v = fetchView{Result: fetchAlone()}
	}
	n.Pages.Form(w, r, page.Page{Template: "app/fetch", Title: "app.fetch.title", View: v, Return: "/people", Back: page.Link{Href: "/people", Text: page.M("people.title.find")}}, f)
}

func fetchAlone() page.Callout {
	return page.Callout{Level: page.Info, Title: page.M("app.fetch.alone"), Text: []page.Msg{page.M("app.fetch.alone_text")}}
}

// postFetch asks. Without a purpose it shows the form: so a search that found nobody
// brings along what was typed.
func (n *Node) postFetch(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	err := n.MayFetch(ctx)
	if err == nil {
		err = page.ReadForm(w, r, maxUserForm)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	number, purpose := strings.TrimSpace(r.PostForm.Get("number")), r.PostForm.Get("purpose")
	if len(number) > maxNumber {
		number = ""
	}
	f := fetchForm(number)
	if !r.PostForm.Has("purpose") && r.PostForm.Has("bring") {
		n.showFetch(w, r, f)
		return
	}
	f.Fill(r.PostForm)
	if number == "" {
		f.Note("number", page.M("app.fetch.no_number"))
	}
	if !access.MayAskFor(purpose) {
		f.Note("purpose", page.M("app.fetch.no_purpose"))
	}
	if f.Failed() {
		n.showFetch(w, r, f)
		return
	}
	c, err := n.fetch(access.For(ctx, purpose), number, purpose)
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Render(w, r, page.Page{Template: "app/fetch", Title: "app.fetch.title", Return: "/people", Back: page.Link{Href: "/people", Text: page.M("people.title.find")},
		View: fetchView{Result: c, Again: page.Link{Href: FetchPath, Text: page.M("app.fetch.again")}}})
}

// fetch asks the hub and says in words what came of it. Here it is a line of the read
// audit like any search, with those that it brought; at the hub it is another.
func (n *Node) fetch(ctx context.Context, number, purpose string) (page.Callout, error) {
	actor, _ := access.From(ctx)
	limited, cancel := context.WithTimeout(ctx, syncPatience)
	defer cancel()
	found, failed := n.Sync.Fetch(limited, sync.Client{}, sync.Ask{Number: number, Purpose: purpose, User: actor.User[:]})
	var here []db.ID
	if found {
		n.wakeSync() // what was cut goes on
		if err := n.DB.Read(ctx, func(tx *db.Tx) (err error) { here, err = n.numbered(tx, number); return err }); err != nil {
			return page.Callout{}, err
		}
	}
	if err := n.Access.Searched(ctx, "sync.ask", here); err != nil {
		return page.Callout{}, err
	}
	if fault.KeyOf(failed) == "sync.not_enrolled" {
		return fetchAlone(), nil
	}
	var links []page.Link
	other := false
	for _, id := range here {
		seen, err := n.mayOpen(ctx, id)
		if err != nil {
			return page.Callout{}, err
		}
		other = other || !seen
		if seen || n.Access.May(ctx, access.GlassBreak, access.Resource{Subject: id}) {
			links = append(links, page.Link{Href: "/people/" + id.String(), Text: page.M("app.fetch.open", "code", page.Code(people.ShowCode(people.Code(id))))})
		}
	}
	if other && n.mayTakeIn(ctx) == nil {
		links = append(links, page.Link{Href: TakeInPath, Text: page.M("app.here.link")})
	}
	st, err := n.Sync.Status(ctx)
	return fetched(found, failed, len(here), st.Trouble == "sync.full", other, links), err
}

// mayOpen reports whether this user's own rights reach a person's record.
func (n *Node) mayOpen(ctx context.Context, person db.ID) (ok bool, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		st, err := n.People.Standing(tx, person)
		ok = err == nil && n.Access.May(ctx, access.PersonRead, st.Resource)
		return err
	})
	return ok, err
}

// fetched says what came of asking.
func fetched(found bool, failed error, here int, full, other bool, links []page.Link) page.Callout {
	switch {
	case here > 0:
		c := page.Callout{Level: page.Done, Title: page.M("app.fetch.here", "count", here), Text: []page.Msg{page.M("app.fetch.confirm"), page.M("app.fetch.stays")}, Links: links}
		if other {
			c.Text = append(c.Text, page.M("app.fetch.others"))
		}
		return c
	case found && full:
		return page.Callout{Level: page.Wait, Title: page.M("app.fetch.full"), Text: []page.Msg{page.M("sync.full")}}
	case found:
		return page.Callout{Level: page.Wait, Title: page.M("app.fetch.arriving"), Text: []page.Msg{page.M("app.fetch.arriving_text")}}
	case failed == nil:
		return page.Callout{Level: page.Info, Title: page.M("app.fetch.nobody"), Text: []page.Msg{page.M("app.fetch.nobody_text")}}
	}
	key := fault.KeyOf(failed)
	if key == "" || fault.CodeOf(failed) == fault.Internal || slices.Contains([]string{"sync.busy", "sync.bad_frame"}, key) {
		key = "sync.unreachable"
	}
	return page.Callout{Level: page.Wait, Title: page.M("app.fetch.not_asked"), Text: []page.Msg{page.M(key), page.M("app.fetch.not_asked_text")}}
}
