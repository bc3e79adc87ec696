package app

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// The administrator's pages of users. They call what the command line calls, so
// that one is not a way around the other.

const usersPath = "/admin/users"

// maxUserForm bounds a posted form, in bytes.
const maxUserForm = 64 << 10

func (n *Node) userRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /admin/users", n.getUsers)
	mux.HandleFunc("GET /admin/users/new", n.getNewUser)
	mux.HandleFunc("POST /admin/users/new", n.postNewUser)
	mux.HandleFunc("GET /admin/users/{id}", n.getUser)
	mux.HandleFunc("GET /admin/users/{id}/edit", n.getEditUser)
	mux.HandleFunc("POST /admin/users/{id}/edit", n.postEditUser)
	mux.HandleFunc("POST /admin/users/{id}/password", n.postUserPassword)
	mux.HandleFunc("POST /admin/users/{id}/disable", n.postUserAct("disabled", n.Access.DisableUser))
	mux.HandleFunc("POST /admin/users/{id}/enable", n.postUserAct("enabled", n.Access.EnableUser))
	mux.HandleFunc("POST /admin/users/{id}/unlock", n.postUserAct("unlocked", n.Access.UnlockUser))
	mux.HandleFunc("POST /admin/users/{id}/end", n.postUserAct("ended", n.Access.EndLogIns))
	mux.HandleFunc("GET /audit/accounts", n.getAccounts)
	mux.HandleFunc("POST /audit/accounts", n.postAccounts)
}

// usersView is the list of users.
type usersView struct {
	Table page.Table
	Add   page.Link
}

func (n *Node) getUsers(w http.ResponseWriter, r *http.Request) {
	accounts, err := n.Access.Accounts(r.Context())
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	slices.SortStableFunc(accounts, func(a, b access.Account) int { return last(a.Disabled) - last(b.Disabled) })
	v := usersView{Table: usersTable(accounts)}
	if n.Access.Ever(r.Context(), access.UserEdit) {
		v.Add = page.Link{Href: usersPath + "/new", Text: page.M("app.users.add")}
	}
	n.Pages.Render(w, r, page.Page{Template: "app/users", Title: "app.users.title", View: v, Wide: true})
}

// last puts what is over after what is not.
func last(over bool) int {
	if over {
		return 1
	}
	return 0
}

func usersTable(accounts []access.Account) page.Table {
	t := page.Table{Empty: page.Empty{Title: page.M("app.users.none")}, Columns: []page.Column{
		{Label: page.M("door.me.name")}, {Label: page.M("door.login.name")}, {Label: page.M("door.me.roles"), Wide: true},
		{Label: page.M("door.me.sites")}, {Label: page.M("app.users.state")}}}
	for _, a := range accounts {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: usersPath + "/" + a.ID.String(), Name: a.Name}, page.Code(a.Login),
			roleNames(a.Roles), codesOrAll(a.Sites), accountTags(a)})
	}
	return t
}

func roleNames(roles []access.Role) (out []page.Msg) {
	for _, r := range roles {
		out = append(out, page.RoleMsg(r))
	}
	return out
}

func codesOrAll(codes []string) any {
	if slices.Contains(codes, access.All) {
		return page.M("door.me.all")
	}
	var out []page.Cell
	for _, c := range codes {
		out = append(out, page.Code(c))
	}
	return out
}

// accountTags say how an account stands.
func accountTags(a access.Account) (tags []page.Tag) {
	add := func(level page.Level, key string, args ...any) {
		tags = append(tags, page.Tag{Level: level, Text: page.M(key, args...)})
	}
	if a.Disputed {
		add(page.Danger, "app.users.state_disputed")
	}
	switch {
	case a.Disabled:
		add(page.Quiet, "app.users.state_disabled")
	case !a.Password:
		add(page.Quiet, "app.users.state_elsewhere")
	case a.Given:
		add(page.Wait, "app.users.state_given")
	default:
		add(page.Done, "app.users.state_active")
	}
	if !a.Shut.IsZero() && !a.Disabled {
		add(page.Wait, "app.users.state_shut", "when", a.Shut)
	}
	return tags
}

// userForm asks for a user; with fixed the log-in is one that exists.
func (n *Node) userForm(ctx context.Context, lang string, fixed bool) (*page.Form, []place.Site, error) {
	sites, err := n.sites(ctx)
	if err != nil {
		return nil, nil, err
	}
	f := &page.Form{Submit: page.M("app.users.add"), Cancel: page.Link{Href: usersPath, Text: page.M("app.users.title")}}
	if !fixed {
		f.Fields = append(f.Fields, page.Field{Kind: page.Text, Name: "login", Label: page.M("door.login.name"), Hint: page.M("app.users.login_hint"), Dir: "ltr", Width: 20, Max: 64})
	}
	roles := page.Field{Kind: page.Checks, Name: "roles", Label: page.M("door.me.roles"), Hint: page.M("door.user.apart")}
	for _, r := range access.Roles() {
		roles.Options = append(roles.Options, page.Option{Value: string(r), Label: page.RoleMsg(r), Hint: page.M("app.users.role_" + string(r))})
	}
	where := page.Field{Kind: page.Checks, Name: "sites", Label: page.M("door.me.sites"), Hint: page.M("app.users.sites_hint")}
	for _, s := range sites {
		where.Options = append(where.Options, page.Option{Value: s.Code, Text: s.Name(lang)})
	}
	where.Options = append(where.Options, page.Option{Value: access.All, Label: page.M("app.users.all_sites"), Hint: page.M("app.users.all_sites_hint")})
	ceiling := page.Field{Kind: page.Radios, Name: "sensitivity", Label: page.M("app.users.ceiling")}
	for _, c := range []string{"identity", "clinical", "sensitive"} {
		ceiling.Options = append(ceiling.Options, page.Option{Value: c, Label: page.M("door.sensitivity." + c), Hint: page.M("app.users.ceiling_" + c)})
	}
	locale := page.Field{Kind: page.Select, Name: "locale", Label: page.M("app.users.locale"), Optional: true}
	for _, l := range page.Locales() {
		locale.Options = append(locale.Options, page.Option{Value: l.Code, Text: l.Name})
	}
	f.Fields = append(f.Fields,
		page.Field{Kind: page.Text, Name: "name", Label: page.M("door.me.name"), Max: 200, Width: 30}, roles, where,
		page.Field{Kind: page.Text, Name: "programmes", Label: page.M("door.me.programmes"), Hint: page.M("app.users.programmes_hint"), Dir: "ltr", Width: 30, Max: 400},
		ceiling, locale)
	return f, sites, nil
}

// typedUser reads the form.
func (n *Node) typedUser(typed url.Values, sites []place.Site) (access.User, error) {
	const op = "app.typedUser"
	u := access.User{
		Login: typed.Get("login"), Name: strings.TrimSpace(typed.Get("name")), Sites: typed["sites"], Ceiling: typed.Get("sensitivity"), Locale: typed.Get("locale"),
		Programmes: strings.FieldsFunc(typed.Get("programmes"), func(r rune) bool { return r == ' ' || r == ',' || r == '،' }),
	}
	for _, r := range typed["roles"] {
		u.Roles = append(u.Roles, access.Role(r))
	}
	for _, code := range u.Sites {
		if code != access.All && !slices.ContainsFunc(sites, func(s place.Site) bool { return s.Code == code }) {
			return u, fault.Field(op, "sites", "door.user.sites")
		}
	}
	switch {
	case len(u.Programmes) == 0:
		return u, fault.Field(op, "programmes", "app.users.programmes_hint")
	case !n.Exercise && slices.Contains(u.Programmes, journal.ExerciseProgramme):
		return u, fault.Field(op, "programmes", "journal.exercise_programme")
	case u.Ceiling == "": // what AddUser would take for the least is not what was chosen
		return u, fault.Field(op, "sensitivity", "door.user.sensitivity")
	case u.Locale != "" && !slices.ContainsFunc(page.Locales(), func(l page.Locale) bool { return l.Code == u.Locale }):
		return u, fault.Field(op, "locale", "app.users.locale_choose")
	}
	return u, nil
}

// mayEdit answers an error page to whoever may not change users.
func (n *Node) mayEdit(w http.ResponseWriter, r *http.Request) bool {
	if err := n.Access.Check(r.Context(), access.UserEdit, access.Resource{Kind: access.UserKind}); err != nil {
		n.Pages.Error(w, r, err)
		return false
	}
	return true
}

func (n *Node) getNewUser(w http.ResponseWriter, r *http.Request) {
	if !n.mayEdit(w, r) {
		return
	}
	f, _, err := n.userForm(r.Context(), page.LocaleOf(r).Code, false)
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Form(w, r, page.Page{Title: "app.users.add"}, f)
}

// postNewUser makes the user and shows the password once, on the answer itself:
// it travels in no redirect, cookie or address, and is stored nowhere.
func (n *Node) postNewUser(w http.ResponseWriter, r *http.Request) {
	if !n.mayEdit(w, r) {
		return
	}
	f, sites, err := n.userForm(r.Context(), page.LocaleOf(r).Code, false)
	if err == nil {
		err = page.ReadForm(w, r, maxUserForm)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	u, err := n.typedUser(r.PostForm, sites)
	var password string
	if err == nil {
		password, err = access.TemporaryPassword()
	}
	if err == nil {
		u, err = n.Access.AddUser(r.Context(), u, password, true)
	}
	switch {
	case err == nil:
		n.showUser(w, r, u.ID, password)
	case f.Fail(err):
		n.Pages.Form(w, r, page.Page{Title: "app.users.add"}, f)
	default:
		n.Pages.Error(w, r, err)
	}
}

func (n *Node) getUser(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.showUser(w, r, id, "")
}

func (n *Node) getEditUser(w http.ResponseWriter, r *http.Request) {
	if u, f, _, ok := n.editing(w, r); ok {
		f.Fill(url.Values{"name": {u.Name}, "sites": u.Sites, "sensitivity": {u.Ceiling}, "locale": {u.Locale},
			"programmes": {strings.Join(u.Programmes, " ")}, "roles": roleCodes(u.Roles)})
		n.Pages.Form(w, r, page.Page{Title: "app.users.edit"}, f)
	}
}

func roleCodes(roles []access.Role) (out []string) {
	for _, r := range roles {
		out = append(out, string(r))
	}
	return out
}

// editing opens the form that changes a user; not ok when it answered already.
func (n *Node) editing(w http.ResponseWriter, r *http.Request) (access.Account, *page.Form, []place.Site, bool) {
	if !n.mayEdit(w, r) {
		return access.Account{}, nil, nil, false
	}
	id, err := page.PathID(r, "id")
	var u access.Account
	if err == nil {
		u, _, err = n.Access.AccountOf(r.Context(), id)
	}
	var f *page.Form
	var sites []place.Site
	if err == nil {
		f, sites, err = n.userForm(r.Context(), page.LocaleOf(r).Code, true)
	}
	if err != nil {
		n.Pages.Error(w, r, err)
		return u, nil, nil, false
	}
	f.Submit, f.Cancel = page.M("page.save"), page.Link{Href: usersPath + "/" + id.String(), Text: page.M("app.users.one")}
	return u, f, sites, true
}

func (n *Node) postEditUser(w http.ResponseWriter, r *http.Request) {
	old, f, sites, ok := n.editing(w, r)
	if !ok {
		return
	}
	if err := page.ReadForm(w, r, maxUserForm); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	u, err := n.typedUser(r.PostForm, sites)
	u.Login = old.Login
	if err == nil {
		err = n.Access.EditUser(r.Context(), u)
	}
	switch {
	case err == nil:
		n.Pages.Redirect(w, r, usersPath+"/"+old.ID.String(), page.M("app.users.saved"))
	case f.Fail(err):
		n.Pages.Form(w, r, page.Page{Title: "app.users.edit"}, f)
	default:
		n.Pages.Error(w, r, err)
	}
}
