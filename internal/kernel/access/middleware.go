package access

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/web"
)

// Paths of the door, which package page serves.
const (
	PathLogIn    = "/login"
	PathLogOut   = "/logout"
	PathLock     = "/lock"
	PathUnlock   = "/unlock"
	PathKept     = "/kept"
	PathKeptSend = "/kept/send"
	PathPassword = "/password"
	// PathComplaint is open to everybody: a complaint, also about staff, needs no
	// account and does not say who typed it (ST/SGB/2003/13: reporting must be open to all).
	PathComplaint = "/complaint"
)

// BackgroundHeader marks requests that a page makes by itself (a worklist that
// refreshes): they do not count as somebody being there, so that a screen left
// alone still locks. Pages set it with hx-headers.
const BackgroundHeader = "Godwit-Background"

// csp allows nothing inline and nothing from elsewhere: what a name or a note
// contains can never run (Content Security Policy Level 3).
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Middleware is the gate in front of every page: the host it was asked for, the
// headers, requests from other sites, who is logged in, forms that came too late,
// and what may not leave.
func (a *Access) Middleware(next http.Handler) http.Handler {
	inner := a.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.admit(w, r, next) }))
	a.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		a.refuse(w, r, fault.Wrap("access.session", err))
	}
	return a.Outside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if without(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	}))
}

// Outside is the part of Middleware that needs no database: the host that was asked
// for, the headers, requests from other sites. A locked node has nothing else.
func (a *Access) Outside(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.knownHost(r.Host) {
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "This address is not served here.", http.StatusMisdirectedRequest)
			return
		}
		a.headers(w)
		if err := cross.Check(r); err != nil {
			a.counts.crossed()
			a.refuse(w, r, fault.New(fault.Forbidden, "access.Middleware", "door.cross_origin"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// without lists what needs neither session nor log-in: assets, the language
// switch, and the check that the server lives.
func without(path string) bool {
	return strings.HasPrefix(path, web.Prefix) || strings.HasPrefix(path, "/lang/") || path == "/healthz" || path == "/favicon.ico" || path == "/robots.txt"
}

// open reports paths that anybody may ask for: the door, a complaint, and what
// the composition root adds.
func (a *Access) open(path string) bool {
	switch path {
	case PathLogIn, PathLogOut, PathUnlock, PathComplaint:
		return true
	}
	if strings.HasPrefix(path, PathComplaint+"/") {
		return true
	}
	for _, p := range a.options.Open {
		if path == strings.TrimSuffix(p, "/") || strings.HasSuffix(p, "/") && strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// knownHost guards against DNS rebinding: a page of another site that makes its
// own name point here still sends its own name.
func (a *Access) knownHost(host string) bool {
	if a.options.AnyHost {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if name == "localhost" || slices.Contains(a.options.Hosts, name) {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

func (a *Access) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// same-origin, not no-referrer: the latter makes browsers send "Origin: null"
	// with forms, which the cross-origin check must refuse.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=()")
	// Nothing of a person stays on the disk of a shared computer; assets set
	// their own.
	h.Set("Cache-Control", "no-store")
	if a.options.Secure && !a.options.Unpinned {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// admit decides about one request with its session loaded.
func (a *Access) admit(w http.ResponseWriter, r *http.Request, next http.Handler) {
	ctx := r.Context()
	s, err := a.load(ctx, r.Header.Get(BackgroundHeader) != "")
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	if s.state != LoggedIn {
		if a.open(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		a.toTheDoor(w, r, s)
		return
	}
	if s.temporary && r.URL.Path != PathPassword && !a.open(r.URL.Path) {
		a.send(w, r, PathPassword)
		return
	}
	actor := s.user.actor()
	actor.Shift = a.sessions.GetString(ctx, sessShift)
	if actor.Glass, err = a.brokenGlass(ctx, actor.User); err != nil {
		a.refuse(w, r, err)
		return
	}
	if actor, err = a.Refresh(ctx, actor); err != nil {
		a.refuse(w, r, err)
		return
	}
	r = r.WithContext(With(ctx, actor))
	r = r.WithContext(With(context.WithValue(ctx, inSession{}, true), actor))
	if r.URL.Path == PathKeptSend && r.Method == http.MethodPost {
		again, t, err := a.replay(w, r, actor.User)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		// Dropped once a page has taken it in; a failure of ours leaves it where it is.
		if status := a.guard(w, again, next); status < 400 || status == http.StatusUnprocessableEntity {
			a.kept.drop(t, actor.User)
		}
		return
	}
	a.guard(w, r, next)
}

// toTheDoor keeps what was typed and sends the user to log in or to unlock.
func (a *Access) toTheDoor(w http.ResponseWriter, r *http.Request, s session) {
	door := PathLogIn
	if s.state == Locked {
		door = PathUnlock
	}
	to := url.Values{}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if next := SafeNext(r.URL.RequestURI()); next != "/" && r.Header.Get("HX-Request") == "" {
			to.Set("next", next)
		}
	case http.MethodPost:
		switch err := a.keepForm(w, r, s); {
		case err == nil:
			to.Set("next", PathKept)
		case fault.KeyOf(err) == "door.kept.large":
			to.Set("lost", "large")
		case !fault.Is(err, fault.NotFound):
			slog.Error("a form could not be kept", "op", "access.keepForm", "code", string(fault.CodeOf(err)))
			to.Set("lost", "form")
		}
	}
	if len(to) > 0 {
		door += "?" + to.Encode()
	}
	a.send(w, r, door)
}

// send redirects a page, and tells htmx to load the whole page at the door
// instead of putting it into a part of the old one.
func (a *Access) send(w http.ResponseWriter, r *http.Request, to string) {
	if r.Header.Get("HX-Request") == "true" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// keepForm keeps a form that was sent with a session that had run out. Without a
// session there is nobody to keep it for: fault.NotFound.
func (a *Access) keepForm(w http.ResponseWriter, r *http.Request, s session) error {
	const op = "access.keepForm"
	user := s.user.ID
	if user.IsZero() {
		former, ok := a.formerUser(r)
		if !ok {
			return fault.New(fault.NotFound, op, "door.kept.nobody")
		}
		user = former
	}
	if r.URL.Path == PathPassword || r.URL.Path == PathKeptSend || r.URL.Path == PathLock {
		return fault.New(fault.NotFound, op, "door.kept.nobody")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, keptItemSize))
	if err != nil {
		return fault.New(fault.Invalid, op, "door.kept.large")
	}
	t, err := a.kept.keep(user, keptForm{Path: r.URL.RequestURI(), Type: r.Header.Get("Content-Type"), Body: body})
	if err != nil {
		return err
	}
	list := append([]ticket{t}, a.tickets(r)...)
	a.setTickets(w, list[:min(len(list), keptEach)])
	return nil
}

func (a *Access) tickets(r *http.Request) []ticket {
	c, err := r.Cookie(cookieName("godwit_kept", a.options.Secure))
	if err != nil {
		return nil
	}
	return parseTickets(c.Value)
}

func (a *Access) setTickets(w http.ResponseWriter, list []ticket) {
	c := &http.Cookie{
		Name: cookieName("godwit_kept", a.options.Secure), Value: formatTickets(list), Path: "/",
		HttpOnly: true, Secure: a.options.Secure, SameSite: http.SameSiteLaxMode, MaxAge: int(keptFor / time.Second),
	}
	if len(list) == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// KeptForms lists the forms that were kept for whoever is logged in, latest first.
func (a *Access) KeptForms(r *http.Request) []Kept {
	actor, ok := From(r.Context())
	if !ok {
		return nil
	}
	var out []Kept
	for _, t := range a.tickets(r) {
		f, at, err := a.kept.open(t, actor.User)
		if err != nil {
			continue
		}
		k := Kept{ID: keptName(t), Path: f.Path, At: at}
		k.Fields, k.Files = f.shown()
		out = append(out, k)
	}
	return out
}

// DropKept throws a kept form away.
func (a *Access) DropKept(w http.ResponseWriter, r *http.Request, id string) {
	actor, _ := From(r.Context())
	t, rest, ok := a.findTicket(r, id)
	if ok {
		a.kept.drop(t, actor.User)
	}
	a.setTickets(w, rest)
}

// keptName names a ticket in a form without giving its key away.
func keptName(t ticket) string { return db.ID(t.id).String() }

func (a *Access) findTicket(r *http.Request, id string) (found ticket, rest []ticket, ok bool) {
	for _, t := range a.tickets(r) {
		if keptName(t) == id {
			found, ok = t, true
			continue
		}
		rest = append(rest, t)
	}
	return found, rest, ok
}

// replay turns "send it now" into the request that came too late. What happens
// to it now is for the page it was meant for to say, as if it had come in time.
func (a *Access) replay(w http.ResponseWriter, r *http.Request, user db.ID) (*http.Request, ticket, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		return nil, ticket{}, fault.New(fault.Invalid, "access.replay", "door.kept.damaged")
	}
	t, _, ok := a.findTicket(r, r.PostForm.Get("id"))
	if !ok {
		return nil, ticket{}, fault.New(fault.NotFound, "access.replay", "door.kept.gone")
	}
	f, _, err := a.kept.open(t, user)
	if err != nil {
		return nil, ticket{}, err
	}
	u, err := url.ParseRequestURI(f.Path)
	if err != nil {
		return nil, ticket{}, fault.New(fault.Invalid, "access.replay", "door.kept.damaged")
	}
	again := r.Clone(r.Context())
	again.URL, again.RequestURI = u, f.Path
	again.Form, again.PostForm, again.MultipartForm = nil, nil, nil
	again.Header.Set("Content-Type", f.Type)
	again.Header.Del("HX-Request")
	again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(f.Body)), int64(len(f.Body))
	return again, t, nil
}

// refuse answers with an error page.
func (a *Access) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if a.options.Fail != nil {
		a.options.Fail(w, r, err)
		return
	}
	code := fault.CodeOf(err)
	http.Error(w, string(code), code.Status())
}
