package apptest

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// LinkTo is the first link of a page that leads to part, "" for none.
func LinkTo(a Answer, part string) string {
	for _, l := range a.Links() {
		if strings.Contains(l, part) {
			return l
		}
	}
	return ""
}

// Visitor is somebody at a browser.
type Visitor struct {
	T      testing.TB
	URL    string
	Client *http.Client
}

// NewVisitor is somebody at a browser of the test's own making.
func NewVisitor(t testing.TB, url string, c *http.Client) *Visitor { return &Visitor{t, url, c} }

// Answer is a page as it came, after redirects.
type Answer struct {
	Status int
	Path   string
	Body   string
	Doc    *html.Node
}

// Do sends a request and reads the page.
func (v *Visitor) Do(req *http.Request) Answer {
	v.T.Helper()
	resp, err := v.Client.Do(req)
	if err != nil {
		v.T.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.T.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		v.T.Fatal(err)
	}
	return Answer{resp.StatusCode, resp.Request.URL.RequestURI(), string(body), doc}
}

// Request is a request to the node.
func (v *Visitor) Request(method, path, kind string, body io.Reader) *http.Request {
	v.T.Helper()
	req, err := http.NewRequestWithContext(v.T.Context(), method, v.URL+path, body)
	if err != nil {
		v.T.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req
}

// Get opens a page.
func (v *Visitor) Get(path string) Answer {
	v.T.Helper()
	return v.Do(v.Request(http.MethodGet, path, "", nil))
}

// Post sends values as a form does.
func (v *Visitor) Post(path string, values url.Values) Answer {
	v.T.Helper()
	return v.Do(v.Request(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode())))
}

// LogIn logs in, or ends the test.
func (v *Visitor) LogIn(login, password string) {
	v.T.Helper()
	if a := v.Post("/login", url.Values{"login": {login}, "password": {password}}); a.Status != 200 || strings.HasPrefix(a.Path, "/login") {
		v.T.Fatalf("log-in of %s: %d at %s", login, a.Status, a.Path)
	}
}

// Filled is a form of a page with what it holds, ready to be answered and sent.
type Filled struct {
	V      *Visitor
	action string
	Names  map[string]bool
	Values url.Values
	files  bool
}

// Form opens a page and takes its main form: the one that is posted and has fields.
func (v *Visitor) Form(path string) *Filled {
	v.T.Helper()
	a := v.Get(path)
	if a.Status != 200 {
		v.T.Fatalf("%s: status %d: %s", path, a.Status, Text(a.Doc))
	}
	return v.FormOf(a, path)
}

// FormOf is Form on a page that is open.
func (v *Visitor) FormOf(a Answer, path string) *Filled {
	v.T.Helper()
	var best *Filled
	for _, f := range v.Forms(a) {
		if best == nil || len(f.Names) > len(best.Names) {
			best = f
		}
	}
	if best == nil {
		v.T.Fatalf("%s has no form: %s", path, Text(a.Doc))
	}
	return best
}

// Pick takes the form of a page that is sent to an action.
func (v *Visitor) Pick(a Answer, action string) *Filled {
	v.T.Helper()
	for _, f := range v.Forms(a) {
		if f.action == action {
			return f
		}
	}
	v.T.Fatalf("%s has no form for %s: %s", a.Path, action, Text(a.Doc))
	return nil
}

// Forms are the forms of a page's main part that are posted.
func (v *Visitor) Forms(a Answer) (all []*Filled) {
	Each(a.Doc, "main", func(main *html.Node) {
		Each(main, "form", func(f *html.Node) {
			if !strings.EqualFold(Attr(f, "method"), "post") {
				return
			}
			got := &Filled{V: v, action: Attr(f, "action"), Names: map[string]bool{}, Values: url.Values{}, files: Attr(f, "enctype") == "multipart/form-data"}
			if got.action == "" {
				got.action = a.Path
			}
			for _, tag := range []string{"input", "select", "textarea"} {
				Each(f, tag, got.field)
			}
			all = append(all, got)
		})
	})
	return all
}

// field takes a field with what it holds.
func (f *Filled) field(e *html.Node) {
	name := Attr(e, "name")
	if name == "" {
		return
	}
	f.Names[name] = true
	switch {
	case e.Data == "textarea":
		f.Values.Set(name, Text(e))
	case e.Data == "select":
		Each(e, "option", func(o *html.Node) {
			if has(o, "selected") {
				f.Values.Set(name, Attr(o, "value"))
			}
		})
	case Attr(e, "type") == "radio" || Attr(e, "type") == "checkbox":
		if has(e, "checked") {
			f.Values.Add(name, Attr(e, "value"))
		}
	case Attr(e, "type") == "hidden": // may be there several times
		f.Values.Add(name, Attr(e, "value"))
	case Attr(e, "type") != "file" && Attr(e, "type") != "submit":
		f.Values.Set(name, Attr(e, "value"))
	}
}

// Set answers questions by name; a name that the form does not have is a mistake of
// the test.
func (f *Filled) Set(pairs ...string) *Filled {
	f.V.T.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !f.Names[pairs[i]] {
			f.V.T.Fatalf("the form at %s has no %q, it has %v", f.action, pairs[i], f.Names)
		}
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// Send sends the form.
func (f *Filled) Send() Answer {
	f.V.T.Helper()
	if f.files {
		return f.SendFile("", "", nil)
	}
	return f.V.Post(f.action, f.Values)
}

// SendFile sends the form as browsers send files.
func (f *Filled) SendFile(name, file string, content io.Reader) Answer {
	f.V.T.Helper()
	pr, pw := io.Pipe()
	m := multipart.NewWriter(pw)
	go func() {
		err := func() error {
			for k, all := range f.Values {
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
	return f.V.Do(f.V.Request(http.MethodPost, f.action, m.FormDataContentType(), pr))
}

// Says fails unless a page says all of these words.
func (a Answer) Says(t testing.TB, status int, words ...string) Answer {
	t.Helper()
	got := Text(a.Doc)
	if a.Status != status {
		t.Errorf("%s: status %d, want %d: %.1500s", a.Path, a.Status, status, got)
	}
	for _, w := range words {
		if !strings.Contains(got, w) {
			t.Errorf("%s does not say %q: %.1500s", a.Path, w, got)
		}
	}
	return a
}

// Links are the paths that a page's main part leads to.
func (a Answer) Links() []string {
	var out []string
	Each(a.Doc, "main", func(main *html.Node) {
		Each(main, "a", func(e *html.Node) { out = append(out, Attr(e, "href")) })
	})
	return out
}

// Each calls f with every element of a tag below a node.
func Each(n *html.Node, tag string, f func(*html.Node)) {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == tag {
			f(c)
		}
	}
}

// Attr is an attribute of an element, "" where it has none.
func Attr(n *html.Node, name string) string {
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

// Text is what a reader sees below a node, with single spaces.
func Text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "script" && c.Parent.Data != "style" {
			fmt.Fprint(&b, c.Data, " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
