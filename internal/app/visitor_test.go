package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/testkit"
)

// The shared helpers of this package's tests: a real node on a folder of its own,
// and visitors who use it over HTTP as a browser does.

// testDay is the day on which the tests' nodes stand.
var testDay = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond) // no two entries at one instant
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// staffed is the folder of a demo with its staff and active packs and no family,
// made once a test run and copied for each test.
var staffed struct {
	sync.Once
	dir string
	err error
}

func TestMain(m *testing.M) {
	if child := os.Getenv(childVariable); child != "" {
		os.Exit(runChild(child))
	}
	testkit.Main(m, func() {
		if staffed.dir != "" {
			_ = os.RemoveAll(staffed.dir)
		}
	})
}

// staffedFolder copies the staffed demo into a folder of the test's own.
func staffedFolder(t testing.TB) string {
	t.Helper()
	staffed.Do(func() {
		if staffed.dir, staffed.err = os.MkdirTemp("", "godwit-app-"); staffed.err != nil {
			return
		}
		ctx := context.Background()
		n, err := OpenDemo(ctx, staffed.dir, DemoOptions{Seed: 1, Families: noFamilies, Clock: (&clock{now: testDay}).Now})
		if err != nil {
			staffed.err = err
			return
		}
		staffed.err = n.Close()
	})
	if staffed.err != nil {
		t.Fatal(staffed.err)
	}
	dir, err := os.MkdirTemp("", "gw-") // short: a socket's path has 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for _, name := range []string{databaseFile, keyFile, demoFile} {
		b, err := os.ReadFile(filepath.Join(staffed.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// testNode is a node at work.
type testNode struct {
	*Node
	t     testing.TB
	clock *clock
	url   string
}

func startNode(t testing.TB) *testNode {
	t.Helper()
	return serveFolder(t, staffedFolder(t), testDay)
}

// serveFolder opens the demo of a folder and serves it over HTTP.
func serveFolder(t testing.TB, dir string, now time.Time) *testNode {
	t.Helper()
	return serveWith(t, Options{Dir: dir}, now)
}

// serveWith is serveFolder with options.
func serveWith(t testing.TB, o Options, now time.Time) *testNode {
	t.Helper()
	c := &clock{now: now}
	o.Demo, o.Clock = true, c.Now
	n, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(n.Handler())
	t.Cleanup(func() {
		srv.Close()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return &testNode{Node: n, t: t, clock: c, url: srv.URL}
}

// actor is the context of a demo account, for what a test does without a page.
func (n *testNode) actor(role access.Role) context.Context {
	n.t.Helper()
	ctx, err := n.Node.as(n.t.Context(), string(role), "assessment")
	if err != nil {
		n.t.Fatal(err)
	}
	return ctx
}

func (n *testNode) read(f func(tx *db.Tx) error) {
	n.t.Helper()
	if err := n.DB.Read(n.t.Context(), f); err != nil {
		n.t.Fatal(err)
	}
}

// visitor is somebody at a browser.
type visitor struct {
	t   testing.TB
	url string
	c   *http.Client
}

// visit is a browser without a log-in.
func (n *testNode) visit() *visitor {
	n.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		n.t.Fatal(err)
	}
	return &visitor{n.t, n.url, &http.Client{Jar: jar, Timeout: 2 * time.Minute}}
}

// as is a browser in which a demo account is logged in.
func (n *testNode) at(role access.Role) *visitor {
	n.t.Helper()
	v := n.visit()
	v.logIn(string(role), demoPassword())
	return v
}

// answer is a page as it came, after redirects.
type answer struct {
	status int
	path   string
	body   string
	doc    *html.Node
}

func (v *visitor) do(req *http.Request) answer {
	v.t.Helper()
	resp, err := v.c.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Request.URL.RequestURI(), string(body), doc}
}

func (v *visitor) request(method, path, kind string, body io.Reader) *http.Request {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.url+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req
}

func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.do(v.request(http.MethodGet, path, "", nil))
}

func (v *visitor) post(path string, values url.Values) answer {
	v.t.Helper()
	return v.do(v.request(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode())))
}

func (v *visitor) logIn(login, password string) {
	v.t.Helper()
	if a := v.post("/login", url.Values{"login": {login}, "password": {password}}); a.status != 200 || strings.HasPrefix(a.path, "/login") {
		v.t.Fatalf("log-in of %s: %d at %s", login, a.status, a.path)
	}
}

// filled is a form of a page with what it holds, ready to be answered and sent.
type filled struct {
	v      *visitor
	action string
	names  map[string]bool
	values url.Values
	files  bool
}

// form opens a page and takes its main form: the one that is posted and has fields.
func (v *visitor) form(path string) *filled {
	v.t.Helper()
	a := v.get(path)
	if a.status != 200 {
		v.t.Fatalf("%s: status %d: %s", path, a.status, text(a.doc))
	}
	return v.formOf(a, path)
}

func (v *visitor) formOf(a answer, path string) *filled {
	v.t.Helper()
	var best *filled
	for _, f := range v.forms(a) {
		if best == nil || len(f.names) > len(best.names) {
			best = f
		}
	}
	if best == nil {
		v.t.Fatalf("%s has no form: %s", path, text(a.doc))
	}
	return best
}

// pick takes the form of a page that is sent to an action.
func (v *visitor) pick(a answer, action string) *filled {
	v.t.Helper()
	for _, f := range v.forms(a) {
		if f.action == action {
			return f
		}
	}
	v.t.Fatalf("%s has no form for %s: %s", a.path, action, text(a.doc))
	return nil
}

// forms are the forms of a page's main part that are posted.
func (v *visitor) forms(a answer) (all []*filled) {
	each(a.doc, "main", func(main *html.Node) {
		each(main, "form", func(f *html.Node) {
			if !strings.EqualFold(attr(f, "method"), "post") {
				return
			}
			got := &filled{v: v, action: attr(f, "action"), names: map[string]bool{}, values: url.Values{}, files: attr(f, "enctype") == "multipart/form-data"}
			if got.action == "" {
				got.action = a.path
			}
			for _, tag := range []string{"input", "select", "textarea"} {
				each(f, tag, got.field)
			}
			all = append(all, got)
		})
	})
	return all
}

// field takes a field with what it holds.
func (f *filled) field(e *html.Node) {
	name := attr(e, "name")
	if name == "" {
		return
	}
	f.names[name] = true
	switch {
	case e.Data == "textarea":
		f.values.Set(name, text(e))
	case e.Data == "select":
		each(e, "option", func(o *html.Node) {
			if has(o, "selected") {
				f.values.Set(name, attr(o, "value"))
			}
		})
	case attr(e, "type") == "radio" || attr(e, "type") == "checkbox":
		if has(e, "checked") {
			f.values.Add(name, attr(e, "value"))
		}
	case attr(e, "type") == "hidden": // may be there several times
		f.values.Add(name, attr(e, "value"))
	case attr(e, "type") != "file" && attr(e, "type") != "submit":
		f.values.Set(name, attr(e, "value"))
	}
}

// set answers questions by name; a name that the form does not have is a mistake of
// the test.
func (f *filled) set(pairs ...string) *filled {
	f.v.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !f.names[pairs[i]] {
			f.v.t.Fatalf("the form at %s has no %q, it has %v", f.action, pairs[i], f.names)
		}
		f.values.Set(pairs[i], pairs[i+1])
	}
	return f
}

func (f *filled) send() answer {
	f.v.t.Helper()
	if f.files {
		return f.sendFile("", "", nil)
	}
	return f.v.post(f.action, f.values)
}

// sendFile sends the form as browsers send files.
func (f *filled) sendFile(name, file string, content io.Reader) answer {
	f.v.t.Helper()
	pr, pw := io.Pipe()
	m := multipart.NewWriter(pw)
	go func() {
		err := func() error {
			for k, all := range f.values {
				for _, one := range all {
					if err := m.WriteField(k, one); err != nil {
						return err
					}
				}
			}
			if name != "" {
				w, err := m.CreateFormFile(name, file)
				if err != nil {
					return err
				}
				if _, err := io.Copy(w, content); err != nil {
					return err
				}
			}
			return m.Close()
		}()
		_ = pw.CloseWithError(err)
	}()
	return f.v.do(f.v.request(http.MethodPost, f.action, m.FormDataContentType(), pr))
}

// says fails unless a page says all of these words.
func (a answer) says(t testing.TB, status int, words ...string) answer {
	t.Helper()
	got := text(a.doc)
	if a.status != status {
		t.Errorf("%s: status %d, want %d: %.1500s", a.path, a.status, status, got)
	}
	for _, w := range words {
		if !strings.Contains(got, w) {
			t.Errorf("%s does not say %q: %.1500s", a.path, w, got)
		}
	}
	return a
}

// links are the paths that a page's main part leads to.
func (a answer) links() []string {
	var out []string
	each(a.doc, "main", func(main *html.Node) {
		each(main, "a", func(e *html.Node) { out = append(out, attr(e, "href")) })
	})
	return out
}

func each(n *html.Node, tag string, f func(*html.Node)) {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == tag {
			f(c)
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// text is what a reader sees below a node, with single spaces.
func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "script" && c.Parent.Data != "style" {
			fmt.Fprint(&b, c.Data, " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
