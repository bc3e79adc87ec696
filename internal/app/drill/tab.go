package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Tab is somebody at a browser.
type Tab struct {
	base     *url.URL
	client   *http.Client
	cookies  map[string]string
	path     string
	status   int
	login    string
	password string
	doc      *html.Node
	file     *File             // that came in place of a page
	looked   func(marked bool) // told of every page and every file
}

// mostPage is the largest page that a tab reads.
const mostPage = 4 << 20

// open is a browser without a log-in. Its cookies hold until they are taken back: the
// clock of an exercise is not this machine's.
func open(base string) (*Tab, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return &Tab{base: u, cookies: map[string]string{}, client: &http.Client{Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// ask sends a request and follows where it leads.
func (t *Tab) ask(ctx context.Context, method, path string, form url.Values) error {
	if form == nil {
		return t.send(ctx, method, path, nil, "")
	}
	return t.send(ctx, method, path, []byte(form.Encode()), "application/x-www-form-urlencoded")
}

// send sends something of a kind and follows where it leads.
func (t *Tab) send(ctx context.Context, method, path string, what []byte, kind string) error {
	for range 8 {
		var body io.Reader
		if what != nil {
			body = bytes.NewReader(what)
		}
		at, err := t.base.Parse(path)
		if err != nil || at.Host != t.base.Host {
			return fmt.Errorf("a page leads away from here")
		}
		req, err := http.NewRequestWithContext(ctx, method, at.String(), body)
		if err != nil {
			return err
		}
		if what != nil {
			req.Header.Set("Content-Type", kind)
		}
		for name, v := range t.cookies {
			req.AddCookie(&http.Cookie{Name: name, Value: v})
		}
		to, err := t.answer(req, at)
		if err != nil || to == "" {
			return err
		}
		method, path, what = http.MethodGet, to, nil
	}
	return errors.New("the pages lead in a circle")
}

// answer takes one answer in; to is where it leads.
func (t *Tab) answer(req *http.Request, at *url.URL) (to string, err error) {
	resp, err := t.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(t.cookies, c.Name)
		} else {
			t.cookies[c.Name] = c.Value
		}
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, mostPage))
	if err != nil {
		return "", err
	}
	if resp.StatusCode == http.StatusSeeOther {
		return resp.Header.Get("Location"), nil
	}
	if d := resp.Header.Get("Content-Disposition"); strings.HasPrefix(d, "attachment") {
		t.status, t.file = resp.StatusCode, fileOf(d, raw)
		if t.looked != nil {
			t.looked(t.file.Marked())
		}
		return "", nil // the page stays
	}
	t.path, t.status, t.file = at.RequestURI(), resp.StatusCode, nil
	t.doc, err = html.Parse(bytes.NewReader(raw))
	if err == nil && t.looked != nil {
		t.looked(t.Marked())
	}
	return "", err
}

// Get opens a page.
func (t *Tab) Get(ctx context.Context, path string) error {
	if err := t.ask(ctx, http.MethodGet, path, nil); err != nil {
		return err
	}
	if strings.HasPrefix(t.path, "/login") && t.login != "" { // they went home in between
		if err := t.LogIn(ctx, t.login, t.password); err != nil {
			return err
		}
		if err := t.ask(ctx, http.MethodGet, path, nil); err != nil {
			return err
		}
	}
	if strings.HasPrefix(t.path, "/unlock") { // the screen locked itself meanwhile
		f, err := t.Form("/unlock")
		if err != nil {
			return err
		}
		if err := f.Send(ctx, map[string][]string{"password": {t.password}}); err != nil {
			return err
		}
	}
	return t.fine(path)
}

// fine is what is wrong with the page that came.
func (t *Tab) fine(asked string) error {
	switch {
	case t.status == http.StatusOK && !strings.HasPrefix(t.path, "/login"):
		return nil
	case t.status == http.StatusOK:
		return fmt.Errorf("%s asks for a log-in", asked)
	}
	return fmt.Errorf("%s answered %d: %s", asked, t.status, t.complaint())
}

// complaint is the summary of what is wrong on the page, or its beginning.
func (t *Tab) complaint() string {
	out := ""
	each(t.doc, func(n *html.Node) bool {
		return n.Data == "div" && strings.Contains(attr(n, "class"), "problems") || n.Data == "section" && strings.Contains(attr(n, "class"), "problems")
	}, func(n *html.Node) { out += read(n) })
	if out == "" {
		each(t.doc, named("main"), func(n *html.Node) { out = read(n) })
	}
	return out[:min(len(out), 300)]
}

// Reads is what the main part of the page says.
func (t *Tab) Reads() string {
	out := ""
	each(t.doc, named("main"), func(n *html.Node) { out = read(n) })
	return out
}

// Marked reports whether the page says that it is an exercise.
func (t *Tab) Marked() bool {
	found := false
	each(t.doc, named("aside"), func(n *html.Node) {
		found = found || strings.Contains(" "+attr(n, "class")+" ", " exercise ")
	})
	return found
}

// Anchor is a link: where it leads and what it says.
type Anchor struct{ Href, Text string }

// Anchors are the links of the main part.
func (t *Tab) Anchors(prefix string) []Anchor {
	var out []Anchor
	each(t.doc, named("main"), func(m *html.Node) {
		each(m, named("a"), func(a *html.Node) {
			if h := attr(a, "href"); strings.HasPrefix(h, prefix) {
				out = append(out, Anchor{h, read(a)})
			}
		})
	})
	return out
}

// Links are where the links of the main part lead.
func (t *Tab) Links(prefix string) []string {
	var out []string
	for _, a := range t.Anchors(prefix) {
		out = append(out, a.Href)
	}
	return out
}

// Sent is a form of a page as it is sent.
type Sent struct {
	tab    *Tab
	action string
	has    map[string]bool // fields that it asks, and buttons with a name
	values url.Values

	choices url.Values        // of a question, what can be chosen
	labels  map[string]Labels // and in words
}

// Form is the first form of the main part that is sent to an action that ends so.
func (t *Tab) Form(ends string) (*Sent, error) {
	var found *Sent
	each(t.doc, named("main"), func(m *html.Node) {
		each(m, named("form"), func(f *html.Node) {
			action := attr(f, "action")
			if action == "" {
				action = t.path
			}
			if found == nil && strings.EqualFold(attr(f, "method"), "post") && strings.HasSuffix(action, ends) {
				found = &Sent{tab: t, action: action, has: map[string]bool{}, values: url.Values{}, choices: url.Values{}, labels: map[string]Labels{}}
				found.read(f)
			}
		})
	})
	if found == nil {
		return nil, fmt.Errorf("%s has no form for %q: %s", t.path, ends, t.complaint())
	}
	return found, nil
}

// read takes over what a form holds already.
func (s *Sent) read(f *html.Node) {
	each(f, named("input", "select", "textarea", "button"), func(n *html.Node) {
		name := attr(n, "name")
		if name == "" {
			return
		}
		s.has[name] = true
		switch kind := attr(n, "type"); {
		case n.Data == "button": // sent only where it is pressed
		case n.Data == "textarea":
			s.values.Set(name, strings.TrimPrefix(rawText(n), "\n"))
		case n.Data == "select":
			s.choose(n, name)
		case kind == "radio" || kind == "checkbox":
			s.offer(f, n, name)
			if has(n, "checked") {
				s.values.Add(name, attr(n, "value"))
			}
		case kind != "submit" && kind != "file":
			s.values.Set(name, attr(n, "value"))
		}
	})
}

// choose takes the option that is chosen, else the first, as a browser does.
func (s *Sent) choose(n *html.Node, name string) {
	first := true
	each(n, named("option"), func(o *html.Node) {
		s.choices.Add(name, attr(o, "value"))
		if first || has(o, "selected") {
			s.values.Set(name, attr(o, "value"))
		}
		first = false
	})
}

// Send answers the fields that the form has and sends it. Where further questions come
// up because of an answer, they are answered too, as without a script. What the form
// never asks is left out.
func (s *Sent) Send(ctx context.Context, answers map[string][]string) error {
	for range 12 {
		asked := len(s.has)
		for name, v := range answers {
			if s.has[name] {
				s.values[name] = v
			}
		}
		if err := s.tab.ask(ctx, http.MethodPost, s.action, s.values); err != nil {
			return err
		}
		if s.tab.status != http.StatusUnprocessableEntity {
			return s.tab.fine(s.action)
		}
		again, err := s.tab.Form(s.action)
		if err != nil {
			return err
		}
		if len(again.has) == asked && !more(again, s) {
			return fmt.Errorf("%s was not taken: %s", s.action, s.tab.complaint())
		}
		s.has, s.values, s.choices, s.labels = again.has, again.values, again.choices, again.labels
	}
	return fmt.Errorf("%s asks without end", s.action)
}

// more reports whether a form asks something that it did not ask before.
func more(now, before *Sent) bool {
	for name := range now.has {
		if !before.has[name] {
			return true
		}
	}
	return false
}

// LogIn logs somebody in.
func (t *Tab) LogIn(ctx context.Context, login, password string) error {
	t.login, t.password = login, password
	if err := t.ask(ctx, http.MethodPost, "/login", url.Values{"login": {login}, "password": {password}}); err != nil {
		return err
	}
	return t.fine("the log-in of " + login)
}

func named(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		for _, x := range names {
			if n.Data == x {
				return true
			}
		}
		return false
	}
}

// each calls f for every element below that is wanted.
func each(n *html.Node, want func(*html.Node) bool, f func(*html.Node)) {
	if n == nil {
		return
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && want(c) {
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

func rawText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// read is what an element says, without the marks that isolate names.
func read(n *html.Node) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(rawText(n))), " ")
}
