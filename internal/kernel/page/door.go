package page

import (
	"net/http"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Door serves the pages at which people come in and go out: sign in, the locked
// screen, the form that was kept, the own password, the broken glass, and the
// page for those who may not.
type Door struct {
	Pages  *Renderer
	Access *access.Access
	// Demo accounts are listed on the sign-in page of a demonstration.
	Demo []access.DemoAccount
}

// doorForm is a body limit: no form of the door is longer.
const doorForm = 16 << 10

// Routes adds the door's pages.
func (d *Door) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+access.PathLogIn, d.logIn)
	mux.HandleFunc("POST "+access.PathLogIn, d.logInPost)
	mux.HandleFunc("POST "+access.PathLogOut, d.logOut)
	mux.HandleFunc("POST "+access.PathLock, d.lock)
	mux.HandleFunc("GET "+access.PathUnlock, d.unlock)
	mux.HandleFunc("POST "+access.PathUnlock, d.unlockPost)
	mux.HandleFunc("GET "+access.PathKept, d.kept)
	mux.HandleFunc("POST "+access.PathKept+"/drop", d.keptDrop)
	mux.HandleFunc("GET "+access.PathPassword, d.password)
	mux.HandleFunc("POST "+access.PathPassword, d.passwordPost)
	mux.HandleFunc("GET /me", d.me)
	mux.HandleFunc("GET /glass/{subject}", d.glass)
	mux.HandleFunc("POST /glass/{subject}", d.glassPost)
}

// Fail is access.Options.Fail: the page for what the middleware refuses.
func (d *Door) Fail(w http.ResponseWriter, r *http.Request, err error) { d.Pages.Error(w, r, err) }

type doorView struct {
	Notice   Callout
	Form     *Form
	Demo     Table
	Complain bool // offers the complaint that needs no account
}

func signInForm(next string) *Form {
	return &Form{
		Action: access.PathLogIn, Submit: M("door.login.submit"),
		Fields: []Field{
			{Kind: Text, Name: "login", Label: M("door.login.name"), Auto: "username", Dir: "ltr", Width: 20, Max: 64},
			{Kind: Password, Name: "password", Label: M("door.login.password"), Auto: "current-password", Width: 30},
			{Kind: Hidden, Name: "next", Value: next},
		},
	}
}

// next is where a sign-in leads to: a path of this node, and not the door itself.
func next(p string) string {
	switch p = access.SafeNext(p); p {
	case access.PathLogIn, access.PathUnlock, access.PathLogOut:
		return "/"
	}
	return p
}

func (d *Door) logIn(w http.ResponseWriter, r *http.Request) {
	to := next(r.URL.Query().Get("next"))
	state, _, _, _, err := d.Access.LogInOf(r.Context())
	switch {
	case err != nil:
		d.Pages.Error(w, r, err)
		return
	case state == access.LoggedIn:
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	case state == access.Locked:
		http.Redirect(w, r, access.PathUnlock, http.StatusSeeOther)
		return
	}
	d.showLogIn(w, r, signInForm(to), notice(r))
}

// notice says what became of a form that came too late.
func notice(r *http.Request) Callout {
	q := r.URL.Query()
	switch {
	case q.Get("next") == access.PathKept:
		return Callout{Level: Info, Text: []Msg{M("door.kept.waiting")}}
	case q.Get("lost") == "large":
		return Callout{Level: Wait, Text: []Msg{M("door.kept.large")}}
	case q.Get("lost") != "":
		return Callout{Level: Wait, Text: []Msg{M("door.kept.lost")}}
	}
	return Callout{}
}

func (d *Door) showLogIn(w http.ResponseWriter, r *http.Request, f *Form, c Callout) {
	v := doorView{Notice: c, Form: f, Complain: true}
	for _, a := range d.Demo {
		v.Demo.Rows = append(v.Demo.Rows, []Cell{Code(a.User.Login), Code(a.Password), roleMsgs(a.User.Roles)})
	}
	if len(v.Demo.Rows) > 0 {
		v.Demo.Tight = true
		v.Demo.Caption = M("door.demo.title")
		v.Demo.Columns = []Column{{Label: M("door.login.name")}, {Label: M("door.login.password")}, {Label: M("door.me.roles"), Wide: true}}
	}
	d.Pages.Form(w, r, Page{Template: "door/login", Title: "door.login.title", View: v, Return: access.PathLogIn}, f)
}

func (d *Door) logInPost(w http.ResponseWriter, r *http.Request) {
	f := signInForm("/")
	if err := ReadForm(w, r, doorForm); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	to := next(r.PostForm.Get("next"))
	err := d.Access.LogIn(r.Context(), r.PostForm.Get("login"), r.PostForm.Get("password"), r.RemoteAddr)
	if err != nil {
		d.failed(w, r, f, err, func() { d.showLogIn(w, r, f, Callout{}) })
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// failed shows a form of the door again: a wrong password and a shut gate are
// said above it, anything else is an error page.
func (d *Door) failed(w http.ResponseWriter, r *http.Request, f *Form, err error, show func()) {
	switch fault.CodeOf(err) {
	case fault.Forbidden, fault.Unavailable:
		if fault.KeyOf(err) != "" {
			f.Note("", faultMsg(err))
			show()
			return
		}
	default:
		if f.Fail(err) {
			show()
			return
		}
	}
	d.Pages.Error(w, r, err)
}

func (d *Door) logOut(w http.ResponseWriter, r *http.Request) {
	if err := d.Access.LogOut(r.Context()); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	// What the browser keeps of the pages goes too (Clear Site Data, section 3.1).
	w.Header().Set("Clear-Site-Data", `"cache"`)
	d.Pages.Redirect(w, r, access.PathLogIn, M("door.login.out"))
}

func (d *Door) lock(w http.ResponseWriter, r *http.Request) {
	d.Access.Lock(r.Context())
	http.Redirect(w, r, access.PathUnlock, http.StatusSeeOther)
}

func unlockForm(next string) *Form {
	return &Form{
		Action: access.PathUnlock, Submit: M("door.unlock.submit"),
		Fields: []Field{
			{Kind: Password, Name: "password", Label: M("door.login.password"), Auto: "current-password", Width: 30},
			{Kind: Hidden, Name: "next", Value: next},
		},
	}
}

type unlockView struct {
	Notice Callout
	Who    Msg
	Form   *Form
}

func (d *Door) unlock(w http.ResponseWriter, r *http.Request) {
	to := next(r.URL.Query().Get("next"))
	state, _, _, _, err := d.Access.LogInOf(r.Context())
	switch {
	case err != nil:
		d.Pages.Error(w, r, err)
	case state == access.LoggedOut:
		http.Redirect(w, r, access.PathLogIn, http.StatusSeeOther)
	case state == access.LoggedIn:
		http.Redirect(w, r, to, http.StatusSeeOther)
	default:
		d.showUnlock(w, r, unlockForm(to), notice(r))
	}
}

func (d *Door) showUnlock(w http.ResponseWriter, r *http.Request, f *Form, c Callout) {
	_, _, name, _, err := d.Access.LogInOf(r.Context())
	if err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	v := unlockView{Notice: c, Who: M("door.unlock.who", "name", name), Form: f}
	d.Pages.Form(w, r, Page{Template: "door/unlock", Title: "door.unlock.title", View: v, Return: access.PathUnlock}, f)
}

func (d *Door) unlockPost(w http.ResponseWriter, r *http.Request) {
	f := unlockForm("/")
	if err := ReadForm(w, r, doorForm); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	if err := d.Access.Unlock(r.Context(), r.PostForm.Get("password"), r.RemoteAddr); err != nil {
		if fault.KeyOf(err) == "door.ended" {
			http.Redirect(w, r, access.PathLogIn, http.StatusSeeOther)
			return
		}
		d.failed(w, r, f, err, func() { d.showUnlock(w, r, f, Callout{}) })
		return
	}
	http.Redirect(w, r, next(r.PostForm.Get("next")), http.StatusSeeOther)
}

// keptView shows what was kept of a form; Rows is what was typed.
type keptView struct {
	Forms []keptForm
	Empty Empty
}

type keptForm struct {
	ID    string
	Path  string
	At    time.Time
	Rows  []keptRow
	Files int
}

type keptRow struct{ Name, Value string }

func (d *Door) kept(w http.ResponseWriter, r *http.Request) {
	v := keptView{Empty: Empty{Title: M("door.kept.none"), Action: Link{Href: "/", Text: M("page.home")}}}
	for _, k := range d.Access.KeptForms(r) {
		f := keptForm{ID: k.ID, Path: k.Path, At: k.At, Files: k.Files}
		for _, q := range k.Fields {
			f.Rows = append(f.Rows, keptRow(q))
		}
		v.Forms = append(v.Forms, f)
	}
	d.Pages.Render(w, r, Page{Template: "door/kept", Title: "door.kept.title", View: v})
}

func (d *Door) keptDrop(w http.ResponseWriter, r *http.Request) {
	if err := ReadForm(w, r, doorForm); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	d.Access.DropKept(w, r, r.PostForm.Get("id"))
	d.Pages.Redirect(w, r, access.PathKept, M("door.kept.dropped"))
}

// Refused is the page for those who may not see something. When it is about a
// person and the user's role may break the glass, it offers to.
func (d *Door) Refused(w http.ResponseWriter, r *http.Request, subject db.ID) {
	v := refusedView{}
	if !subject.IsZero() && d.Access.May(r.Context(), access.GlassBreak, access.Resource{Subject: subject}) {
		v.Glass = Link{Href: "/glass/" + subject.String() + "?next=" + queryPath(r), Text: M("door.refused.glass")}
	}
	d.Pages.Render(w, r, Page{Template: "door/refused", Title: "page.refused.title", Status: http.StatusForbidden, View: v, Return: "/"})
}

type refusedView struct{ Glass Link }
