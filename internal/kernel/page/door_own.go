package page

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// RoleMsg names a role.
func RoleMsg(r access.Role) Msg { return M("door.role." + string(r)) }

// PurposeMsg names a purpose.
func PurposeMsg(code string) Msg { return M("door.purpose." + code) }

// BasisMsg names a legal basis.
func BasisMsg(basis string) Msg { return M("door.basis." + basis) }

// RecipientMsg names who gets what leaves; an authority with its country's name,
// which the caller looks up.
func RecipientMsg(r access.Recipient, country string) Msg {
	if country == "" {
		return M("door.recipient." + string(r.Kind()))
	}
	return M("door.recipient.in", "who", M("door.recipient."+string(r.Kind())), "country", country)
}

func roleMsgs(roles []access.Role) []Msg {
	var out []Msg
	for _, r := range roles {
		out = append(out, RoleMsg(r))
	}
	return out
}

// queryPath is the request's own path, to come back to, escaped for a query.
func queryPath(r *http.Request) string { return url.QueryEscape(access.SafeNext(r.URL.RequestURI())) }

type meView struct {
	Rows Summary
}

func (d *Door) me(w http.ResponseWriter, r *http.Request) {
	a, ok := access.From(r.Context())
	if !ok {
		d.Pages.Error(w, r, fault.New(fault.Forbidden, "page.me", "door.no_actor"))
		return
	}
	places := func(list []string) any {
		if len(list) == 1 && list[0] == access.All {
			return M("door.me.all")
		}
		return list
	}
	v := meView{Rows: Summary{
		{Label: M("door.me.name"), Value: a.Name},
		{Label: M("door.login.name"), Value: Code(a.Login)},
		{Label: M("door.me.roles"), Value: roleMsgs(a.Roles)},
		{Label: M("door.me.sites"), Value: places(a.Sites)},
		{Label: M("door.me.programmes"), Value: places(a.Programmes)},
		{Label: M("door.me.sensitivity"), Value: M("door.sensitivity." + a.Sensitivity.String())},
		{Label: M("door.me.purpose"), Value: PurposeMsg(a.Purpose)},
	}}
	d.Pages.Render(w, r, Page{Template: "door/me", Title: "door.me.title", View: v})
}

func passwordForm() *Form {
	return &Form{
		Action: access.PathPassword, Submit: M("door.password.submit"), Cancel: Link{Href: "/me", Text: M("door.me.title")},
		Fields: []Field{
			{Kind: Password, Name: "old", Label: M("door.password.now"), Auto: "current-password", Width: 30},
			{Kind: Password, Name: "password", Label: M("door.password.new"), Hint: M("door.password.hint"), Auto: "new-password", Width: 30},
			{Kind: Password, Name: "again", Label: M("door.password.repeat"), Auto: "new-password", Width: 30},
		},
	}
}

func (d *Door) password(w http.ResponseWriter, r *http.Request) { d.showPassword(w, r, passwordForm()) }

func (d *Door) showPassword(w http.ResponseWriter, r *http.Request, f *Form) {
	v := doorView{Form: f}
	if _, _, _, temporary, err := d.Access.LogInOf(r.Context()); err == nil && temporary {
		v.Notice = Callout{Level: Info, Text: []Msg{M("door.password.temporary")}}
		f.Cancel = Link{}
	}
	d.Pages.Form(w, r, Page{Template: "door/login", Title: "door.password.title", View: v}, f)
}

func (d *Door) passwordPost(w http.ResponseWriter, r *http.Request) {
	f := passwordForm()
	if err := ReadForm(w, r, doorForm); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	old, fresh, again := r.PostForm.Get("old"), r.PostForm.Get("password"), r.PostForm.Get("again")
	if fresh != again {
		f.Note("again", M("door.password.again"))
		d.showPassword(w, r, f)
		return
	}
	if err := d.Access.ChangePassword(r.Context(), old, fresh, r.RemoteAddr); err != nil {
		d.failed(w, r, f, err, func() { d.showPassword(w, r, f) })
		return
	}
	d.Pages.Redirect(w, r, "/", M("door.password.changed"))
}

func glassForm(next string) *Form {
	return &Form{
		Submit: M("door.glass.submit"), Cancel: Link{Href: "/", Text: M("page.home")}, Danger: true,
		Fields: []Field{
			{Kind: LongText, Name: "reason", Label: M("door.glass.ask"), Hint: M("door.glass.hint"), Max: 1000},
			{Kind: Hidden, Name: "next", Value: next},
		},
	}
}

func (d *Door) glass(w http.ResponseWriter, r *http.Request) {
	d.showGlass(w, r, glassForm(next(r.URL.Query().Get("next"))))
}

func (d *Door) showGlass(w http.ResponseWriter, r *http.Request, f *Form) {
	subject, err := db.ParseID(r.PathValue("subject"))
	if err != nil {
		d.Pages.Error(w, r, fault.New(fault.NotFound, "page.glass", "door.glass.none"))
		return
	}
	if err := d.Access.Check(r.Context(), access.GlassBreak, access.Resource{Subject: subject}); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	v := doorView{Form: f, Notice: Callout{Level: Wait, Text: []Msg{M("door.glass.text"), M("door.glass.told")}}}
	d.Pages.Form(w, r, Page{Template: "door/login", Title: "door.glass.title", View: v}, f)
}

func (d *Door) glassPost(w http.ResponseWriter, r *http.Request) {
	subject, err := db.ParseID(r.PathValue("subject"))
	if err == nil {
		err = ReadForm(w, r, doorForm)
	}
	if err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	f := glassForm("/")
	f.Fill(r.PostForm)
	if err := d.Access.BreakGlass(r.Context(), subject, r.PostForm.Get("reason")); err != nil {
		d.failed(w, r, f, err, func() { d.showGlass(w, r, f) })
		return
	}
	d.Pages.Redirect(w, r, next(r.PostForm.Get("next")), M("door.glass.open"))
}
