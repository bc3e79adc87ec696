package access

import (
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// house is the gate with a few pages behind it and a browser in front.
type house struct {
	*world
	t      *testing.T
	server *httptest.Server
	browser
}

type browser struct {
	*http.Client
	base string
}

func newBrowser(t *testing.T, base string) browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{base: base, Client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (b browser) do(t *testing.T, method, path string, body io.Reader, header ...string) answer {
	t.Helper()
	req, err := http.NewRequest(method, b.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func (b browser) get(t *testing.T, path string, header ...string) answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, nil, header...)
}

func (b browser) post(t *testing.T, path string, form url.Values, header ...string) answer {
	t.Helper()
	return b.do(t, http.MethodPost, path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
}

// newHouse serves the door as the page package does, and pages that tell what
// they got.
func newHouse(t *testing.T, w *world) *house {
	t.Helper()
	h := &house{world: w, t: t}
	h.serve()
	h.browser = newBrowser(t, h.server.URL)
	return h
}

func (h *house) serve() {
	mux := http.NewServeMux()
	fail := func(w http.ResponseWriter, err error) {
		http.Error(w, fault.KeyOf(err), fault.CodeOf(err).Status())
	}
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "who are you?") })
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if err := h.LogIn(r.Context(), r.FormValue("login"), r.FormValue("password"), r.RemoteAddr); err != nil {
			fail(w, err)
			return
		}
		http.Redirect(w, r, SafeNext(r.FormValue("next")), http.StatusSeeOther)
	})
	mux.HandleFunc("POST /unlock", func(w http.ResponseWriter, r *http.Request) {
		if err := h.Unlock(r.Context(), r.FormValue("password"), r.RemoteAddr); err != nil {
			fail(w, err)
		}
	})
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		if err := h.LogOut(r.Context()); err != nil {
			fail(w, err)
		}
	})
	mux.HandleFunc("POST /password", func(w http.ResponseWriter, r *http.Request) {
		if err := h.ChangePassword(r.Context(), r.FormValue("old"), r.FormValue("password"), r.RemoteAddr); err != nil {
			fail(w, err)
		}
	})
	mux.HandleFunc("GET /kept", func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(h.KeptForms(r)) })
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		a, _ := From(r.Context())
		_, _ = io.WriteString(w, a.Login)
	})
	mux.HandleFunc("POST /people", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
			fail(w, err)
			return
		}
		if r.FormValue("name") == "fails" {
			http.Error(w, "ours", http.StatusInternalServerError)
			return
		}
		files := 0
		if r.MultipartForm != nil {
			files = len(r.MultipartForm.File)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"name": r.FormValue("name"), "q": r.URL.Query().Get("q"), "files": files})
	})
	mux.HandleFunc("GET /assets/x.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	})
	mux.HandleFunc("GET /people/{id}/print/leak", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "name and result") })
	mux.HandleFunc("GET /people/{id}/print/copy", func(w http.ResponseWriter, r *http.Request) {
		id, _ := db.ParseID(r.PathValue("id"))
		if err := h.Release(r.Context(), Route{Name: "test.copy"}, Applicant, id); err != nil {
			fail(w, err)
			return
		}
		_, _ = io.WriteString(w, "your copy")
	})
	if h.server != nil {
		h.server.Close()
	}
	h.server = httptest.NewServer(h.Middleware(mux))
	h.t.Cleanup(h.server.Close)
	h.base = h.server.URL
}

func (h *house) signIn(login string) answer {
	h.t.Helper()
	return h.post(h.t, "/login", url.Values{"login": {login}, "password": {goodPassword}})
}

func TestOnlyThoseWhoAreSignedInSeePages(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		h := newHouse(t, w)
		h.add(t, "amal", Nurse)
		if a := h.get(t, "/who?x=1"); a.status != 303 || a.header.Get("Location") != "/login?next=%2Fwho%3Fx%3D1" {
			t.Errorf("without a log-in: %d %s", a.status, a.header.Get("Location"))
		}
		if a := h.post(t, "/login", url.Values{"login": {"amal"}, "password": {"not the password"}}); a.status != 403 {
			t.Errorf("a wrong password: %d", a.status)
		}
		a := h.post(t, "/login", url.Values{"login": {" AMAL"}, "password": {goodPassword}, "next": {"//evil.example/"}})
		if a.status != 303 || a.header.Get("Location") != "/" {
			t.Errorf("%d %q", a.status, a.header.Get("Location"))
		}
		if a := h.get(t, "/who"); a.body != "amal" {
			t.Errorf("%+v", a)
		}
		h.post(t, "/logout", nil)
		if a := h.get(t, "/who"); a.status != 303 {
			t.Errorf("after signing out: %d", a.status)
		}
	})
}

func TestTheCookieChangesAtSignInAndIsStoredHashed(t *testing.T) {
	w := newWorld(t, db.Options{})
	h := newHouse(t, w)
	h.add(t, "amal", Nurse)
	token := func() string {
		u, _ := url.Parse(h.base)
		for _, c := range h.Jar.Cookies(u) {
			if c.Name == "godwit_session" {
				return c.Value
			}
		}
		return ""
	}
	a := h.signIn("amal")
	set := a.header.Get("Set-Cookie")
	if !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") || strings.Contains(set, "Secure") || strings.Contains(set, "Expires") {
		t.Errorf("cookie on a plain address: %s", set)
	}
	first := token()
	h.signIn("amal")
	if second := token(); first == "" || first == second {
		t.Error("the token did not change at sign-in: session fixation")
	}
	err := w.db.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT token FROM access_session")
		if err != nil {
			return err
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			var stored string
			if err := rows.Scan(&stored); err != nil {
				return err
			}
			if n++; stored == first || stored == token() {
				t.Error("a session token is stored as it is")
			}
		}
		if n != 1 {
			t.Errorf("%d sessions are stored, want the one that is open", n)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	w.options.Secure = true
	w.restart(t)
	h.serve()
	if set := h.signIn("amal").header.Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-godwit_session=") || !strings.Contains(set, "Secure") {
		t.Errorf("cookie over TLS: %s", set)
	}
}

func TestTooManyFailuresShutTheGateThroughARestart(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		h := newHouse(t, w)
		h.add(t, "amal", Nurse)
		h.add(t, "omar", Nurse)
		try := func(login, password string) (int, string) {
			a := h.post(t, "/login", url.Values{"login": {login}, "password": {password}})
			return a.status, strings.TrimSpace(a.body)
		}
		for _, login := range []string{"amal", "nobody"} {
			for i := range freeByUser {
				if status, _ := try(login, "not the password"); status != 403 {
					t.Fatalf("%s, attempt %d: %d", login, i+1, status)
				}
			}
			if status, key := try(login, goodPassword); status != 503 || key != "door.wait" {
				t.Errorf("%s: after %d failures the right password answers %d %s", login, freeByUser, status, key)
			}
		}
		if status, _ := try("omar", goodPassword); status != 303 {
			t.Errorf("another user cannot sign in: %d", status)
		}
		w.restart(t)
		h.serve()
		if status, _ := try("amal", goodPassword); status != 503 {
			t.Errorf("a restart forgave: %d", status)
		}
		w.clock.move(31 * time.Second)
		if status, _ := try("amal", "not the password"); status != 403 {
			t.Errorf("after the delay: %d", status)
		}
		w.clock.move(31 * time.Second)
		if status, _ := try("amal", goodPassword); status != 503 {
			t.Errorf("the delay did not grow: %d", status)
		}
		w.clock.move(time.Minute)
		if status, _ := try("amal", goodPassword); status != 303 {
			t.Errorf("after the longer delay: %d", status)
		}
		if status, _ := try("amal", "not the password"); status != 403 {
			t.Errorf("success did not clear the count: %d", status)
		}
	})
}

// A hundred guesses at once must not all be looked at before the first is counted.
func TestGuessesAtOnceAreCountedBeforeTheyAreChecked(t *testing.T) {
	w := newWorld(t, db.Options{})
	w.add(t, "amal", Nurse)
	const tries = 40
	done := make(chan error, tries)
	for range tries {
		go func() {
			ctx, err := w.sessions.Load(context.Background(), "")
			if err == nil {
				err = w.LogIn(ctx, "amal", "not the password", "127.0.0.1:1")
			}
			done <- err
		}()
	}
	checked := 0
	for range tries {
		if err := <-done; fault.KeyOf(err) == "door.wrong" {
			checked++
		} else if fault.KeyOf(err) != "door.wait" {
			t.Error(err)
		}
	}
	if checked != freeByUser {
		t.Errorf("%d of %d passwords were looked at, want %d", checked, tries, freeByUser)
	}
}

func TestAnAddressIsCountedButNotTheNodeItself(t *testing.T) {
	w := newWorld(t, db.Options{})
	w.add(t, "amal", Nurse)
	guess := func(i int, remote string) error {
		ctx, err := w.sessions.Load(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return w.LogIn(ctx, "user"+string(rune('a'+i)), "not the password", remote)
	}
	for _, remote := range []string{"192.0.2.7:4000", "[2001:db8::1:2]:4000"} {
		for i := range freeByRemote {
			if err := guess(i, remote); fault.KeyOf(err) != "door.wrong" {
				t.Fatalf("%s %d: %v", remote, i, err)
			}
		}
	}
	for remote, want := range map[string]string{"192.0.2.7:4001": "door.wait", "[2001:db8::9:9]:1": "door.wait", "192.0.2.8:4000": "door.wrong"} {
		if err := guess(99, remote); fault.KeyOf(err) != want {
			t.Errorf("%s: %v, want %s", remote, err, want)
		}
	}
	for i := range freeByRemote + 5 {
		if err := guess(200+i, "127.0.0.1:9"); fault.KeyOf(err) != "door.wrong" {
			t.Fatalf("the node's own machine was shut out: %v", err)
		}
	}
}

func TestAScreenLeftAloneAsksForThePassword(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		h := newHouse(t, w)
		h.add(t, "amal", Nurse)
		h.signIn("amal")
		for range 3 {
			w.clock.move(14 * time.Minute)
			if a := h.get(t, "/who"); a.status != 200 {
				t.Fatalf("locked though somebody is there: %d", a.status)
			}
		}
		// A worklist that refreshes itself is not somebody.
		for range 2 {
			w.clock.move(7 * time.Minute)
			h.get(t, "/who", BackgroundHeader, "1")
		}
		w.clock.move(time.Minute)
		if a := h.get(t, "/who"); a.status != 303 || a.header.Get("Location") != "/unlock?next=%2Fwho" {
			t.Fatalf("after 15 minutes: %d %s", a.status, a.header.Get("Location"))
		}
		w.restart(t)
		h.serve()
		if a := h.get(t, "/who"); a.status != 303 {
			t.Errorf("a restart unlocked: %d", a.status)
		}
		if a := h.post(t, "/unlock", url.Values{"password": {"not the password"}}); a.status != 403 {
			t.Errorf("a wrong password unlocked: %d", a.status)
		}
		if a := h.post(t, "/unlock", url.Values{"password": {goodPassword}}); a.status != 200 {
			t.Errorf("unlock: %d %s", a.status, a.body)
		}
		if a := h.get(t, "/who"); a.body != "amal" {
			t.Errorf("after unlocking: %+v", a)
		}
		w.clock.move(13 * time.Hour)
		if a := h.get(t, "/who"); a.header.Get("Location") != "/login?next=%2Fwho" {
			t.Errorf("a log-in outlived its life: %s", a.header.Get("Location"))
		}
	})
}

func TestANewPasswordAndAShutAccountEndEverySession(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		h := newHouse(t, w)
		h.add(t, "amal", Nurse)
		h.add(t, "pavel", Administrator)
		h.signIn("amal")
		other := newBrowser(t, h.base)
		other.post(t, "/login", url.Values{"login": {"amal"}, "password": {goodPassword}})
		if a := h.post(t, "/password", url.Values{"old": {goodPassword}, "password": {"stilts in the shallow salt pan"}}); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a := other.get(t, "/who"); a.status != 303 {
			t.Errorf("the other session goes on: %d", a.status)
		}
		if a := h.get(t, "/who"); a.body != "amal" {
			t.Errorf("the own session ended: %d", a.status)
		}
		if err := w.SetPassword(Operator(t.Context()), "amal", "given by somebody else"); err != nil {
			t.Fatal(err)
		}
		if a := h.get(t, "/who"); a.status != 303 {
			t.Errorf("a reset left the session open: %d", a.status)
		}
		if a := h.post(t, "/login", url.Values{"login": {"amal"}, "password": {"given by somebody else"}}); a.status != 303 {
			t.Fatalf("%d", a.status)
		}
		if a := h.get(t, "/who"); a.header.Get("Location") != PathPassword {
			t.Errorf("a given password need not be changed: %d %s", a.status, a.header.Get("Location"))
		}
		if a := h.post(t, "/password", url.Values{"old": {"given by somebody else"}, "password": {"godwit"}}); a.status != 422 {
			t.Errorf("a weak password: %d", a.status)
		}
		if a := h.post(t, "/password", url.Values{"old": {"given by somebody else"}, "password": {"stilts in the shallow salt pan"}}); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if err := w.DisableUser(Operator(t.Context()), "amal"); err != nil {
			t.Fatal(err)
		}
		if a := h.get(t, "/who"); a.status != 303 {
			t.Errorf("a shut account is still in: %d", a.status)
		}
		if a := h.post(t, "/login", url.Values{"login": {"amal"}, "password": {"stilts in the shallow salt pan"}}); a.status != 403 || strings.TrimSpace(a.body) != "door.wrong" {
			t.Errorf("a shut account signed in: %d %s", a.status, a.body)
		}
	})
}

func TestRightsCountFromTheNextClick(t *testing.T) {
	w := newWorld(t, db.Options{})
	u := w.add(t, "amal", Nurse)
	h := newHouse(t, w)
	h.signIn("amal")
	u.Roles = []Role{Reception}
	if err := w.EditUser(Operator(t.Context()), u); err != nil {
		t.Fatal(err)
	}
	var got Actor
	check := h.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = From(r.Context()) }))
	req := httptest.NewRequest("GET", "/x", nil)
	req.Host = "localhost"
	base, _ := url.Parse(h.base)
	for _, c := range h.Jar.Cookies(base) {
		req.AddCookie(c)
	}
	check.ServeHTTP(httptest.NewRecorder(), req)
	if got.Is(Nurse) || !got.Is(Reception) {
		t.Errorf("%+v", got)
	}
}

func TestHeadersHostsAndOtherSites(t *testing.T) {
	w := newWorld(t, db.Options{})
	w.options.Hosts = []string{"godwit.lan"}
	w.restart(t)
	h := newHouse(t, w)
	h.add(t, "amal", Nurse)
	a := h.get(t, "/login")
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if !strings.Contains(a.header.Get(name), want) {
			t.Errorf("%s: %q", name, a.header.Get(name))
		}
	}
	if c := a.header.Get("Content-Security-Policy"); strings.Contains(c, "unsafe") || !strings.Contains(c, "frame-ancestors 'none'") {
		t.Errorf("policy: %s", c)
	}
	if a := h.get(t, "/assets/x.css"); a.status != 200 || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.header.Get("Set-Cookie") != "" {
		t.Errorf("an asset: %d %v", a.status, a.header)
	}
	for host, want := range map[string]int{"localhost:8080": 200, "127.0.0.1": 200, "[::1]:8080": 200, "godwit.lan": 200, "GODWIT.LAN.": 200, "127.0.0.2:1": 200,
		"evil.example": 421, "godwit.lan.evil.example": 421, "10.0.0.1": 421, "localhost.evil.example:8080": 421} {
		if a := h.get(t, "/login", "Host", host); a.status != want {
			t.Errorf("host %s: %d, want %d", host, a.status, want)
		}
	}
	h.signIn("amal")
	for name, header := range map[string][]string{
		"another site":  {"Sec-Fetch-Site", "cross-site"},
		"a sister host": {"Sec-Fetch-Site", "same-site"},
		"by its origin": {"Origin", "https://evil.example"},
	} {
		if a := h.post(t, "/people", url.Values{"name": {"x"}}, header...); a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := h.post(t, "/people", url.Values{"name": {"x"}}, "Sec-Fetch-Site", "same-origin"); a.status != 200 {
		t.Errorf("the own site: %d", a.status)
	}
}

// upload is a form with a file.
func upload(t *testing.T, name string, size int) (body *strings.Reader, contentType string) {
	t.Helper()
	var b strings.Builder
	m := multipart.NewWriter(&b)
	if err := m.WriteField("name", name); err != nil {
		t.Fatal(err)
	}
	f, err := m.CreateFormFile("photo", "p.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(make([]byte, size))
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return strings.NewReader(b.String()), m.FormDataContentType()
}
