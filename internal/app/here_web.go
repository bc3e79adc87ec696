package app

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The page on which a clinic takes somebody into its care who is registered at another
// site of this installation, or whose record came from the hub (docs/adr/0032). It begins
// with the number on the card, which stands in no address and no log, and ends with how
// the person was recognised.

const TakeInPath = "/people/here"

// mayTakeIn reports whether the actor is of a clinic that takes people in.
func (n *Node) mayTakeIn(ctx context.Context) error {
	a, err := access.Acting(ctx, "app.takeIn")
	if err != nil {
		return err
	}
	return n.Access.Check(access.For(ctx, "care"), access.ClinicalWrite, access.Resource{Kind: access.OpenedKind, Site: a.Site(), Sensitivity: journal.Clinical})
}

func takeInForm(number string) *page.Form {
	return &page.Form{Action: TakeInPath, Submit: page.M("app.here.find"), Cancel: page.Link{Href: "/people", Text: page.M("people.title.find")}, Fields: []page.Field{
		{Kind: page.Text, Name: "number", Label: page.M("app.fetch.number"), Hint: page.M("app.fetch.number_hint"), Value: number, Width: 20, Max: maxNumber, Dir: "ltr", Auto: "off"}}}
}

// whoForm asks which of those who have the number is there, and by what they were
// recognised.
func whoForm(number string, list []people.Brief) *page.Form {
	f := &page.Form{Action: TakeInPath, Submit: page.M("app.here.take"), Cancel: page.Link{Href: TakeInPath, Text: page.M("app.fetch.again")}, Fields: []page.Field{
		{Kind: page.Hidden, Name: "number", Value: number, Keep: true},
		{Kind: page.Radios, Name: "person", Label: page.M("app.here.who")}, {Kind: page.Radios, Name: "how", Label: page.M("app.here.how")}}}
	for _, b := range list {
		name := b.Original
		if name == "" {
			name = b.Latin
		}
		f.Fields[1].Options = append(f.Fields[1].Options, page.Option{Value: b.Resource.Subject.String(), Text: strings.TrimSpace(name + " " + people.ShowCode(b.Code))})
	}
	for _, how := range order.Identified {
		f.Fields[2].Options = append(f.Fields[2].Options, page.Option{Value: how, Label: page.M("order.identity." + how)})
	}
	return f
}

func (n *Node) getTakeIn(w http.ResponseWriter, r *http.Request) {
	if err := n.mayTakeIn(r.Context()); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.showTakeIn(w, r, takeInForm(""))
}

func (n *Node) showTakeIn(w http.ResponseWriter, r *http.Request, f *page.Form) {
	n.Pages.Sheet(w, r, page.Page{Title: "app.here.title", Return: "/people", Back: page.Link{Href: "/people", Text: page.M("people.title.find")}}, takeInSheet(f), f)
}

func takeInSheet(f *page.Form) page.Sheet {
	return page.Sheet{Lead: page.M("app.here.lead"), Form: f, Limits: []page.Msg{page.M("app.fetch.confirm"), page.M("app.here.told"), page.M("app.here.until", "days", int(access.OpenFor.Hours()/24))}}
}

func (n *Node) postTakeIn(w http.ResponseWriter, r *http.Request) {
	ctx := access.For(r.Context(), "care")
	err := n.mayTakeIn(ctx)
	if err == nil {
		err = page.ReadForm(w, r, maxUserForm)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	number := strings.TrimSpace(r.PostForm.Get("number"))
	if number == "" || len(number) > maxNumber {
		f := takeInForm("")
		f.Note("number", page.M("app.fetch.no_number"))
		n.showTakeIn(w, r, f)
		return
	}
	list, err := n.haveNumber(ctx, number)
	switch {
	case err != nil:
		n.Pages.Error(w, r, err)
		return
	case len(list) == 0:
		f := takeInForm(number)
		f.Note("number", page.M("app.here.nobody"))
		n.showTakeIn(w, r, f)
		return
	}
	f := whoForm(number, list)
	if !r.PostForm.Has("person") && !r.PostForm.Has("how") {
		n.showTakeIn(w, r, f)
		return
	}
	f.Fill(r.PostForm)
	person, err := db.ParseID(r.PostForm.Get("person"))
	if err != nil || !slices.ContainsFunc(list, func(b people.Brief) bool { return b.Resource.Subject == person }) {
		f.Note("person", page.M("app.here.no_person"))
	}
	how := r.PostForm.Get("how")
	if !slices.Contains(order.Identified, how) {
		f.Note("how", page.M("app.here.no_how"))
	}
	if f.Failed() {
		n.showTakeIn(w, r, f)
		return
	}
	if err := n.Access.TakeIn(ctx, person, how); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Redirect(w, r, "/people/"+person.String(), page.M("app.here.done"))
}

// haveNumber are the living who have the number that was typed, with a line in the read
// audit that says who was shown.
func (n *Node) haveNumber(ctx context.Context, number string) (out []people.Brief, err error) {
	var ids []db.ID
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		if ids, err = n.numbered(tx, number); err != nil {
			return err
		}
		briefs, err := n.People.Briefs(tx, ids)
		out = nil
		for _, id := range ids {
			if b, ok := briefs[id]; ok {
				b.Resource.Subject = id
				out = append(out, b)
			}
		}
		return err
	})
	if err != nil {
		return nil, fault.Wrap("app.haveNumber", err)
	}
	return out, n.Access.Searched(ctx, access.OpenedKind, ids)
}
