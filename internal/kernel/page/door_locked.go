package page

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// PathRecovery is the page at which the recovery key opens a locked node.
const PathRecovery = "/recovery"

// LockedDoor serves the only pages that a node has while its records are locked:
// the log-in that opens them, and the recovery key for when nobody can log in. It
// has no database, and so nothing to give away. Everything else leads to it.
type LockedDoor struct {
	Pages *Renderer
	// State is "locked", "new" (nobody has set the node up) or "destroyed".
	State func() string
	// Told is what the hub knows of the records having been destroyed (see Destroyed).
	Told func() string
	// Unlock opens the node for a user who may log in, and UnlockWords with the
	// recovery key; with a log-in, that administrator gets the password.
	Unlock      func(ctx context.Context, login, password, remote string) error
	UnlockWords func(ctx context.Context, words, login, password string) error
	// Opened is the node's own handler, nil while it is locked.
	Opened func() http.Handler
}

// Routes adds them.
func (d *LockedDoor) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+access.PathLogIn, d.logIn)
	mux.HandleFunc("POST "+access.PathLogIn, d.logInPost)
	mux.HandleFunc("GET "+PathRecovery, d.recovery)
	mux.HandleFunc("POST "+PathRecovery, d.recoveryPost)
	mux.HandleFunc("/", d.toTheDoor)
}

type lockedView struct {
	Notice  Callout
	State   string
	Hub     string // of one whose records were destroyed, see Destroyed
	Form    *Form
	Recover Link
}

// toTheDoor leads every other request to the log-in, and back to its page after
// it. What was sent with a form is lost: there is nowhere to keep it.
func (d *LockedDoor) toTheDoor(w http.ResponseWriter, r *http.Request) {
	to := url.Values{}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		to.Set("lost", "form")
	} else if next := access.SafeNext(r.URL.RequestURI()); next != "/" && r.Header.Get("HX-Request") == "" {
		to.Set("next", next)
	}
	door := access.PathLogIn
	if len(to) > 0 {
		door += "?" + to.Encode()
	}
	if r.Header.Get("HX-Request") == "true" { // the whole page, not a part of the old one
		w.Header().Set("HX-Redirect", door)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, door, http.StatusSeeOther)
}

// closed answers where nobody can log in at all.
func (d *LockedDoor) closed(w http.ResponseWriter, r *http.Request) bool {
	state := d.State()
	switch state {
	case "new":
		d.Pages.Render(w, r, Page{Template: "door/locked", Title: "door.new.title", Status: http.StatusServiceUnavailable, View: lockedView{State: state}, Return: access.PathLogIn})
	case "destroyed":
		Destroyed(d.Pages, w, r, d.Told())
	default:
		return false
	}
	return true
}

// Destroyed is the page of a node whose records were destroyed. hub is "told",
// "by_hand" where the hub still has to be told, or "" where there is none.
func Destroyed(p *Renderer, w http.ResponseWriter, r *http.Request, hub string) {
	p.Render(w, r, Page{Template: "door/locked", Title: "door.gone.title", Status: http.StatusGone, View: lockedView{State: "destroyed", Hub: hub}, Return: access.PathLogIn})
}

func (d *LockedDoor) logIn(w http.ResponseWriter, r *http.Request) {
	if !d.closed(w, r) {
		d.show(w, r, signInForm(next(r.URL.Query().Get("next"))), notice(r))
	}
}

func (d *LockedDoor) show(w http.ResponseWriter, r *http.Request, f *Form, c Callout) {
	v := lockedView{Notice: c, State: "locked", Form: f, Recover: Link{Href: PathRecovery, Text: M("door.locked.recover")}}
	d.Pages.Form(w, r, Page{Template: "door/locked", Title: "door.locked.title", View: v, Return: access.PathLogIn}, f)
}

// logInPost opens the records, and hands the same request to the node that is open
// then: password, account and wait are checked there as at any other log-in.
func (d *LockedDoor) logInPost(w http.ResponseWriter, r *http.Request) {
	if d.closed(w, r) {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, doorForm))
	if err != nil {
		d.Pages.Error(w, r, fault.New(fault.Invalid, "page.locked", "page.error.body"))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err := ReadForm(w, r, doorForm); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	f := signInForm("/")
	f.Fill(r.PostForm)
	if err := d.Unlock(r.Context(), r.PostForm.Get("login"), r.PostForm.Get("password"), r.RemoteAddr); err != nil {
		d.failed(w, r, f, err, func() { d.show(w, r, f, Callout{}) })
		return
	}
	again := r.Clone(r.Context())
	again.Form, again.PostForm = nil, nil
	again.Body = io.NopCloser(bytes.NewReader(body))
	d.Opened().ServeHTTP(w, again)
}

// failed says above the form what can be said there.
func (d *LockedDoor) failed(w http.ResponseWriter, r *http.Request, f *Form, err error, show func()) {
	switch fault.CodeOf(err) {
	case fault.Forbidden, fault.Unavailable:
		f.Note("", faultMsg(err))
	default:
		if !f.Fail(err) {
			d.Pages.Error(w, r, err)
			return
		}
	}
	show()
}

func recoveryForm() *Form {
	return &Form{
		Action: PathRecovery, Submit: M("door.recover.submit"), Cancel: Link{Href: access.PathLogIn, Text: M("door.login.title")},
		Fields: []Field{
			{Kind: LongText, Name: "words", Label: M("door.recover.words"), Hint: M("door.recover.words_hint"), Auto: "off", Dir: "ltr", Lang: "en", Max: 300, Rows: 3},
			{Kind: Heading, Label: M("door.recover.also")},
			{Kind: Note, Label: M("door.recover.also_text")},
			{Kind: Text, Name: "login", Label: M("door.recover.login"), Auto: "off", Dir: "ltr", Width: 20, Max: 64, Optional: true},
			{Kind: Password, Name: "password", Label: M("door.password.new"), Hint: M("door.password.hint"), Auto: "new-password", Width: 30, Optional: true},
			{Kind: Password, Name: "again", Label: M("door.password.repeat"), Auto: "new-password", Width: 30, Optional: true},
		},
	}
}

func (d *LockedDoor) recovery(w http.ResponseWriter, r *http.Request) {
	if !d.closed(w, r) {
		d.showRecovery(w, r, recoveryForm())
	}
}

func (d *LockedDoor) showRecovery(w http.ResponseWriter, r *http.Request, f *Form) {
	v := lockedView{State: "recovery", Form: f}
	d.Pages.Form(w, r, Page{Template: "door/locked", Title: "door.recover.title", View: v, Return: PathRecovery}, f)
}

func (d *LockedDoor) recoveryPost(w http.ResponseWriter, r *http.Request) {
	if d.closed(w, r) {
		return
	}
	f := recoveryForm()
	if err := ReadForm(w, r, doorForm); err != nil {
		d.Pages.Error(w, r, err)
		return
	}
	f.Fill(r.PostForm)
	login, password := r.PostForm.Get("login"), r.PostForm.Get("password")
	switch {
	case password != r.PostForm.Get("again"):
		f.Note("again", M("door.password.again"))
	case login == "" && password != "":
		f.Note("login", M("door.recover.not_administrator"))
	case login != "":
		if err := access.CheckPassword(password, login, ""); err != nil { // before the work
			f.Fail(err)
		}
	}
	if f.Failed() {
		d.showRecovery(w, r, f)
		return
	}
	if err := d.UnlockWords(r.Context(), r.PostForm.Get("words"), login, password); err != nil {
		d.failed(w, r, f, err, func() { d.showRecovery(w, r, f) })
		return
	}
	done := M("door.recover.opened")
	if login != "" {
		done = M("door.recover.set")
	}
	d.Pages.Redirect(w, r, access.PathLogIn, done)
}
