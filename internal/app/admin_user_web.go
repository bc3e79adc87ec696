package app

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// userView is one user: how the account stands, what can be done with it, and
// what was done.
type userView struct {
	Password page.Callout // shown once, right after it was made
	Secret   string
	Rows     page.Summary
	Edit     page.Link
	Acts     []userAct
	Own      bool // the reader's own account: nothing of this is done to oneself
	Done     page.Timeline
}

// userAct is a button with what it does.
type userAct struct {
	Path       string
	Text, Hint page.Msg
	Danger     bool
}

func (n *Node) showUser(w http.ResponseWriter, r *http.Request, id db.ID, password string) {
	ctx := r.Context()
	u, events, err := n.Access.AccountOf(ctx, id)
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	me, _ := access.From(ctx)
	v := userView{Secret: password, Own: me.User == id, Rows: page.Summary{
		{Label: page.M("door.me.name"), Value: u.Name},
		{Label: page.M("door.login.name"), Value: page.Code(u.Login)},
		{Label: page.M("app.users.state"), Value: accountTags(u)},
		{Label: page.M("door.me.roles"), Value: roleNames(u.Roles)},
		{Label: page.M("door.me.sites"), Value: codesOrAll(u.Sites)},
		{Label: page.M("door.me.programmes"), Value: codesOrAll(u.Programmes)},
		{Label: page.M("app.users.ceiling"), Value: page.M("door.sensitivity." + u.Ceiling)},
		{Label: page.M("app.users.locale"), Value: localeName(u.Locale)},
	}}
	if u.Password {
		v.Rows = append(v.Rows, page.Row{Label: page.M("app.users.password_set"), Value: u.Changed})
	}
	if password != "" {
		v.Password = page.Callout{Level: page.Wait, Title: page.M("app.users.password_title"),
			Text: []page.Msg{page.M("app.users.password_once"), page.M("app.users.password_tell")}}
	}
	if n.Access.Ever(ctx, access.UserEdit) {
		v.Edit = page.Link{Href: usersPath + "/" + id.String() + "/edit", Text: page.M("app.users.edit")}
		v.Acts = userActs(u, v.Own)
	}
	if v.Done, err = n.accountLines(ctx, events); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Render(w, r, page.Page{Template: "app/user", Title: "app.users.one", View: v, Return: usersPath + "/" + id.String(),
		Back: page.Link{Href: usersPath, Text: page.M("app.users.title")}})
}

func localeName(code string) any {
	for _, l := range page.Locales() {
		if l.Code == code {
			return l.Name
		}
	}
	return nil
}

// userActs are the buttons that make sense for an account.
func userActs(u access.Account, own bool) (acts []userAct) {
	if own {
		return nil
	}
	add := func(path string, danger bool) {
		acts = append(acts, userAct{usersPath + "/" + u.ID.String() + "/" + path, page.M("app.users.do_" + path), page.M("app.users.hint_" + path), danger})
	}
	if u.Disabled {
		add("enable", false)
		return acts
	}
	if !u.Shut.IsZero() {
		add("unlock", false)
	}
	add("password", false)
	if u.Password {
		add("end", false)
	}
	add("disable", true)
	return acts
}

// accountLines are acts on accounts as a timeline, with who did them.
func (n *Node) accountLines(ctx context.Context, events []access.AccountEvent) (out page.Timeline, err error) {
	return out, n.DB.Read(ctx, func(tx *db.Tx) error {
		for _, e := range events {
			by, err := userName(tx, e.By)
			if err != nil {
				return err
			}
			out = append(out, page.Event{When: e.At, What: page.M("app.accounts.act_" + string(e.Act)), Detail: []page.Cell{by, roleNames(e.Roles)}, State: lookedTag(e)})
		}
		return nil
	})
}

// lookedTag says whether the privacy officer has looked at an act.
func lookedTag(e access.AccountEvent) page.Tag {
	switch {
	case !e.Opens:
		return page.Tag{}
	case e.Reviewed.IsZero():
		return page.Tag{Level: page.Wait, Text: page.M("app.accounts.waits")}
	}
	return page.Tag{Level: page.Done, Text: page.M("app.accounts.looked")}
}

// userName is a user's name, or that it was the command line.
func userName(tx *db.Tx, id db.ID) (any, error) {
	if access.IsOperator(id) {
		return page.M("app.accounts.operator"), nil
	}
	name, err := access.UserName(tx, id)
	return name, err
}

// postUserPassword gives a new password and shows it once, as postNewUser does.
func (n *Node) postUserPassword(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var u access.Account
	var password string
	if err == nil {
		u, _, err = n.Access.AccountOf(r.Context(), id)
	}
	if err == nil {
		password, err = access.TemporaryPassword()
	}
	if err == nil {
		err = n.Access.SetPassword(r.Context(), u.Login, password)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.showUser(w, r, id, password)
}

// postUserAct does an act that needs no form.
func (n *Node) postUserAct(done string, do func(context.Context, string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := page.PathID(r, "id")
		var u access.Account
		if err == nil {
			u, _, err = n.Access.AccountOf(r.Context(), id)
		}
		if err == nil {
			err = do(r.Context(), u.Login)
		}
		if err != nil {
			n.Pages.Error(w, r, err)
			return
		}
		n.Pages.Redirect(w, r, usersPath+"/"+id.String(), page.M("app.accounts.act_"+done))
	}
}

// accountsView is what was done to accounts, for the privacy officer.
type accountsView struct {
	Notice page.Callout
	Table  page.Table
	Form   *page.Form
}

func (n *Node) getAccounts(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	events, err := n.Access.AccountEvents(ctx)
	v := accountsView{Table: accountsTable()}
	f := &page.Form{Action: "/audit/accounts", Submit: page.M("app.accounts.look")}
	if err == nil {
		err = n.DB.Read(ctx, func(tx *db.Tx) error {
			for _, e := range events {
				by, err := userName(tx, e.By)
				if err != nil {
					return err
				}
				name, err := access.UserName(tx, e.User)
				if err != nil {
					return err
				}
				v.Table.Rows = append(v.Table.Rows, []page.Cell{e.At, by, page.M("app.accounts.act_" + string(e.Act)),
					page.Link{Href: usersPath + "/" + e.User.String(), Name: name}, roleNames(e.Roles), lookedTag(e)})
				if e.Opens && e.Reviewed.IsZero() {
					f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "id", Value: e.ID.String()})
				}
			}
			return nil
		})
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	if len(f.Fields) > 0 {
		v.Form, v.Notice = f, accountsNotice(len(f.Fields))
	}
	n.Pages.Render(w, r, page.Page{Template: "app/accounts", Title: "app.accounts.title", View: v, Wide: true, Back: page.Link{Href: "/audit", Text: page.M("app.nav.audit")}})
}

func accountsNotice(waiting int) page.Callout {
	return page.Callout{Level: page.Wait, Title: page.M("app.accounts.waiting", "count", waiting), Text: []page.Msg{page.M("app.accounts.why")}}
}

func accountsTable() page.Table {
	return page.Table{Empty: page.Empty{Title: page.M("app.accounts.none")}, Columns: []page.Column{
		{Label: page.M("app.accounts.when")}, {Label: page.M("app.accounts.by")}, {Label: page.M("app.accounts.what")},
		{Label: page.M("app.accounts.account")}, {Label: page.M("app.accounts.roles")}, {Label: page.M("app.accounts.officer")}}}
}

func (n *Node) postAccounts(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, maxUserForm); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	var ids []db.ID
	for _, text := range r.PostForm["id"] {
		if id, err := db.ParseID(text); err == nil {
			ids = append(ids, id)
		}
	}
	if err := n.Access.ReviewAccounts(r.Context(), ids...); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Redirect(w, r, "/audit/accounts", page.M("app.accounts.looked"))
}
