package page_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/page/pagetest"
)

func TestDoorPagesInEveryLanguage(t *testing.T) {
	pagetest.EveryPage(t, renderer(t), page.DoorSamples())
}

func TestDoorPagesInABrowser(t *testing.T) {
	pagetest.BrowseSamples(t, renderer(t), page.DoorSamples())
}

// What packages access and key say at the door has words here: they have no pages
// of their own.
func TestAccessSaysNothingWithoutWords(t *testing.T) {
	var words page.Catalogue
	for _, a := range page.OwnAreas() {
		if a.Name == "door" {
			var err error
			if words, err = page.ReadCatalogue(a.Locales, "locales"); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob("../access/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	slots, err := filepath.Glob("../key/*.go")
	if err != nil || len(slots) == 0 {
		t.Fatal(slots, err)
	}
	files = append(files, slots...)
	key := regexp.MustCompile(`"(door\.[a-z_.]+)"`)
	said := map[string]bool{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(b), -1) {
			said[m[1]] = true
		}
	}
	if len(said) < 20 {
		t.Fatalf("only %d keys found in access", len(said))
	}
	have := func(k string) {
		if _, ok := words["en"][k]; !ok {
			t.Errorf("%s has no words", k)
		}
	}
	for k := range said {
		have(k)
	}
	for _, r := range access.Roles() {
		have("door.role." + string(r))
	}
	for _, r := range access.Recipients() {
		have("door.recipient." + string(r))
	}
	for _, b := range access.Bases() {
		have("door.basis." + b)
	}
	a, err := access.New(access.Options{Cost: access.Cost{Memory: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range a.Purposes() {
		have("door.purpose." + p.Code)
	}
}

// doorHouse serves the real door on a real store.
type doorHouse struct {
	t      *testing.T
	access *access.Access
	now    time.Time
	url    string
	http.Client
}

const doorPassword = "heron walks on warm mud"

func newDoorHouse(t *testing.T) *doorHouse {
	t.Helper()
	h := &doorHouse{t: t, now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	d, err := db.Open(t.Context(), db.Options{Path: filepath.Join(t.TempDir(), "g.db"), Key: key.Plain(bytes.Repeat([]byte{1}, 32)),
		Migrations: append(journal.Migrations(), access.Migrations()...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	j, err := journal.New(journal.Options{DB: d, Kinds: access.Kinds(), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := page.New(page.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	door := &page.Door{Pages: pages, Demo: access.DemoAccounts([]string{"KLA"}, []string{"immigrant"})}
	h.access, err = access.New(access.Options{DB: d, Journal: j, Clock: clock, Cost: access.Cost{Memory: 64, Time: 1, Threads: 1}, Fail: door.Fail})
	if err != nil {
		t.Fatal(err)
	}
	door.Access = h.access
	mux := http.NewServeMux()
	pages.Routes(mux)
	door.Routes(mux)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "home") })
	mux.HandleFunc("POST /people", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "got "+r.FormValue("name")) })
	mux.HandleFunc("GET /people/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, _ := db.ParseID(r.PathValue("id"))
		if err := h.access.Check(r.Context(), access.PersonRead, access.Resource{Subject: id, Site: "LOS", Sensitivity: journal.Identity}); err != nil {
			door.Refused(w, r, id)
			return
		}
		_, _ = io.WriteString(w, "a person")
	})
	s := httptest.NewServer(h.access.Middleware(mux))
	t.Cleanup(s.Close)
	h.url = s.URL
	h.Jar, _ = cookiejar.New(nil)
	for _, a := range access.DemoAccounts([]string{"KLA"}, []string{"immigrant"}) {
		if _, err := h.access.AddUser(access.Operator(t.Context()), a.User, doorPassword, false); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h *doorHouse) read(resp *http.Response, err error) (int, string, string) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, resp.Request.URL.Path, string(b)
}

func (h *doorHouse) get(path string) (int, string, string) {
	h.t.Helper()
	return h.read(h.Get(h.url + path))
}

func (h *doorHouse) post(path string, form url.Values) (int, string, string) {
	h.t.Helper()
	return h.read(h.PostForm(h.url+path, form))
}

func (h *doorHouse) want(what, text string, parts ...string) {
	h.t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			h.t.Errorf("%s: %q is not in\n%s", what, p, text)
		}
	}
}

func TestComingInThroughTheDoor(t *testing.T) {
	h := newDoorHouse(t)
	status, path, body := h.get("/")
	if status != 200 || path != "/login" {
		t.Fatalf("%d %s", status, path)
	}
	h.want("sign in", body, "Sign in", "privacy_officer", access.DemoPassword, `autocomplete="current-password"`)
	status, _, body = h.post("/login", url.Values{"login": {"nurse"}, "password": {"not the password"}})
	if status != 422 {
		t.Errorf("a wrong password: %d", status)
	}
	h.want("a wrong password", body, "The sign-in name or the password is wrong.", `value="nurse"`)
	if strings.Contains(body, "not the password") {
		t.Error("the password is shown again")
	}
	for range 4 {
		h.post("/login", url.Values{"login": {"nurse"}, "password": {"not the password"}})
	}
	_, _, body = h.post("/login", url.Values{"login": {"nurse"}, "password": {doorPassword}})
	h.want("too many", body, "Too many attempts. Try again in", "minute")
	h.now = h.now.Add(time.Hour)
	if _, path, body = h.post("/login", url.Values{"login": {"nurse"}, "password": {doorPassword}, "next": {"/me"}}); path != "/me" {
		t.Errorf("led to %s", path)
	}
	h.want("own account", body, "Your account", "Nurse", "Health assessment", "KLA")
	if _, path, _ = h.get("/login"); path != "/" {
		t.Errorf("who is in is asked to sign in again: %s", path)
	}
	if _, path, body = h.post("/lock", nil); path != "/unlock" {
		t.Errorf("%s", path)
	}
	h.want("locked", body, "Locked for", "Almaz Bekele", "Sign in as someone else")
	status, _, body = h.post("/unlock", url.Values{"password": {"wrong wrong wrong"}})
	h.want("a wrong password", body, "the password is wrong", "Almaz Bekele")
	if status != 422 {
		t.Errorf("%d", status)
	}
	if _, path, _ = h.post("/unlock", url.Values{"password": {doorPassword}, "next": {"/me"}}); path != "/me" {
		t.Errorf("%s", path)
	}
	_, path, body = h.post("/logout", nil)
	if path != "/login" {
		t.Errorf("%s", path)
	}
	h.want("out", body, "You are signed out.")
}

func TestTheKeptFormIsOfferedAndSent(t *testing.T) {
	h := newDoorHouse(t)
	h.post("/login", url.Values{"login": {"nurse"}, "password": {doorPassword}})
	h.now = h.now.Add(20 * time.Minute)
	_, path, body := h.post("/people", url.Values{"name": {"ሰላም <b>"}})
	if path != "/unlock" {
		t.Fatal(path)
	}
	h.want("the locked screen", body, "What you typed is kept for 30 minutes")
	_, path, body = h.post("/unlock", url.Values{"password": {doorPassword}, "next": {"/kept"}})
	if path != "/kept" {
		t.Fatal(path)
	}
	h.want("offered", body, "Nothing is lost", "ሰላም &lt;b&gt;", "/people", "Send it now")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(body)[1]
	if _, _, body = h.post("/kept/send", url.Values{"id": {id}}); body != "got ሰላም <b>" {
		t.Errorf("sent: %s", body)
	}
	status, _, body := h.post("/kept/send", url.Values{"id": {id}})
	h.want("sent twice", body, "no longer kept")
	if status != 404 {
		t.Errorf("%d", status)
	}
	_, _, body = h.get("/kept")
	h.want("empty", body, "No form is waiting")
}

func TestTheOwnPassword(t *testing.T) {
	h := newDoorHouse(t)
	if err := h.access.SetPassword(access.Operator(t.Context()), "nurse", "given for the first day"); err != nil {
		t.Fatal(err)
	}
	_, path, body := h.post("/login", url.Values{"login": {"nurse"}, "password": {"given for the first day"}})
	if path != "/password" {
		t.Fatal(path)
	}
	h.want("a given password", body, "Choose one that only you know")
	for _, c := range []struct{ old, fresh, again, want string }{
		{"given for the first day", "short", "short", "at least 12 characters"},
		{"given for the first day", "curlew on the sandbank", "curlew on the sandbar", "The two new passwords differ"},
		{"wrong wrong wrong", "curlew on the sandbank", "curlew on the sandbank", "This is not your password now"},
		{"given for the first day", "given for the first day", "given for the first day", "differs from the one you have"},
		{"given for the first day", "curlew by Almaz", "curlew by Almaz", "must not contain your name"},
	} {
		status, _, body := h.post("/password", url.Values{"old": {c.old}, "password": {c.fresh}, "again": {c.again}})
		h.want(c.fresh, body, c.want)
		if status != 422 {
			t.Errorf("%s: %d", c.fresh, status)
		}
	}
	_, path, body = h.post("/password", url.Values{"old": {"given for the first day"}, "password": {"curlew on the sandbank"}, "again": {"curlew on the sandbank"}})
	if path != "/" || body != "home" {
		t.Errorf("%s %s", path, body)
	}
}

func TestTheGlassIsOfferedToClinicians(t *testing.T) {
	h := newDoorHouse(t)
	person := "/people/" + db.NewID().String()
	h.post("/login", url.Values{"login": {"reception"}, "password": {doorPassword}})
	status, _, body := h.get(person)
	if status != 403 || strings.Contains(body, "/glass/") {
		t.Errorf("reception: %d %s", status, body)
	}
	h.want("refused", body, "Your role does not include this")
	h.post("/login", url.Values{"login": {"nurse"}, "password": {doorPassword}})
	_, _, body = h.get(person)
	link := regexp.MustCompile(`href="(/glass/[^"]+)"`).FindStringSubmatch(body)
	if link == nil {
		t.Fatalf("no way to break the glass in\n%s", body)
	}
	glass := strings.ReplaceAll(link[1], "&amp;", "&")
	_, _, body = h.get(glass)
	h.want("the glass", body, "The privacy officer is told at once", `name="next" value="`+person+`"`)
	path, _, _ := strings.Cut(glass, "?")
	status, _, body = h.post(path, url.Values{"reason": {"no"}, "next": {person}})
	h.want("without a reason", body, "Say in a few words why you need it.")
	if status != 422 {
		t.Errorf("%d", status)
	}
	if _, to, body := h.post(path, url.Values{"reason": {"unconscious, allergy must be known"}, "next": {person}}); to != person || body != "a person" {
		t.Errorf("%s %s", to, body)
	}
	if status, _, _ := h.get("/glass/not-an-id"); status != 404 {
		t.Errorf("%d", status)
	}
}

// A page of the door in Arabic, chosen before anybody is known.
func TestTheDoorSpeaksBeforeItKnowsWhoComes(t *testing.T) {
	h := newDoorHouse(t)
	_, path, body := h.get("/lang/ar?return=/login")
	if path != "/login" {
		t.Fatal(path)
	}
	h.want("Arabic", body, `dir="rtl"`, "تسجيل الدخول")
}
