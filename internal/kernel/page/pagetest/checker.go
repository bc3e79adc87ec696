package pagetest

import (
	"regexp"
	"strings"
	"sync"

	"golang.org/x/net/html"

	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/web"
)

// checker walks a page once and remembers what must fit together.
type checker struct {
	faults  []string
	view    string
	ids     map[string]int
	labels  map[string]bool // ids that a label points at
	refs    []string        // ids that something points at
	needs   []string        // ids of fields that need a label
	visible strings.Builder // text that is not data
	lang    string
	dir     string
	title   string
	h1      int
	main    int
}

// state is what an element inherits.
type state struct{ data, isolated, hidden bool }

// spoken are the attributes a reader sees or hears.
var spoken = []string{"aria-label", "title", "placeholder", "alt", "data-label"}

var leftOver = regexp.MustCompile(`\{[a-z_]+\}|\[[a-z]+\.[a-z_.]+\]`)

func (c *checker) walk(n *html.Node, s state) {
	switch n.Type {
	case html.TextNode:
		c.text(n.Data, s)
	case html.ElementNode:
		s = c.element(n, s)
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.walk(k, s)
	}
}

func (c *checker) text(text string, s state) {
	if strings.Contains(text, "\u202e") && !s.isolated {
		c.add("a right-to-left override escapes: put the name into bdi: %.60q", text)
	}
	if s.hidden {
		return
	}
	if !s.data {
		if m := leftOver.FindString(text); m != "" && !strings.Contains(text, Override) {
			c.add("%s was not filled in or is no key: %.80q", m, text)
		}
		c.visible.WriteString(text)
		c.visible.WriteString(" ")
	}
}

func (c *checker) element(n *html.Node, s state) state {
	a := map[string]string{}
	for _, at := range n.Attr {
		if _, twice := a[at.Key]; twice {
			c.add("<%s> has %s twice", n.Data, at.Key)
		}
		a[at.Key] = at.Val
		if strings.HasPrefix(at.Key, "on") || at.Key == "style" {
			c.add("<%s> has %s: no inline script or style", n.Data, at.Key)
		}
	}
	_, user := a["data-user"]
	s.data = s.data || user || n.Data == "bdi"
	s.isolated = s.isolated || user || n.Data == "bdi" || n.Data == "textarea" || n.Data == "option"
	switch n.Data {
	case "script", "style", "template":
		s.hidden = true
	case "textarea":
		s.data = true
	case "title":
		s.isolated = true
		c.title = innerText(n)
	}
	c.attributes(n, a, s)
	c.kinds(n, a)
	return s
}

// hooks are classes without a rule of their own.
var hooks = map[string]bool{"form": true, "w-full": true, "search-button": true}

var classes = sync.OnceValue(web.Classes)

func (c *checker) attributes(n *html.Node, a map[string]string, s state) {
	for _, name := range strings.Fields(a["class"]) {
		if !classes()[name] && !hooks[name] {
			c.add("the class %q is not in web/godwit.css: use what is there", name)
		}
	}
	if id, ok := a["id"]; ok {
		if id == "" || strings.ContainsAny(id, " \t\n") {
			c.add("<%s> has the id %q", n.Data, id)
		}
		c.ids[id]++
	}
	for _, k := range []string{"aria-describedby", "aria-labelledby", "aria-controls"} {
		c.refs = append(c.refs, strings.Fields(a[k])...)
	}
	for _, k := range spoken {
		if v, ok := a[k]; ok && !s.data && v != "" {
			c.visible.WriteString(v + " ")
		}
	}
	if href, ok := a["href"]; ok {
		c.href(n, href)
	}
	for _, k := range []string{"src", "action"} {
		if v, ok := a[k]; ok && (v == "" || strings.HasPrefix(strings.ToLower(v), "javascript:") || v == "x") {
			c.add("<%s %s=%q>", n.Data, k, v)
		}
	}
}

func (c *checker) href(n *html.Node, href string) {
	switch {
	case strings.TrimSpace(href) == "" || href == "#":
		c.add("<%s> has an empty href", n.Data)
	case strings.HasPrefix(href, "#"):
		c.refs = append(c.refs, href[1:])
	case strings.HasPrefix(strings.ToLower(strings.TrimSpace(href)), "javascript:"), strings.HasPrefix(strings.ToLower(href), "data:"):
		c.add("<%s> has the href %.40q", n.Data, href)
	}
	if n.Data == "a" && strings.TrimSpace(innerText(n)) == "" {
		c.add("the link to %.40q has no text", href)
	}
}

func (c *checker) kinds(n *html.Node, a map[string]string) {
	switch n.Data {
	case "html":
		c.lang, c.dir = a["lang"], a["dir"]
	case "h1":
		c.h1++
	case "main":
		c.main++
	case "script":
		if a["src"] == "" {
			c.add("an inline script: %.60q", innerText(n))
		}
	case "style":
		c.add("an inline style sheet")
	case "label":
		c.labels[a["for"]] = true
		c.refs = append(c.refs, a["for"])
	case "img":
		if _, ok := a["alt"]; !ok {
			c.add("an image without alt")
		}
	case "th":
		if a["scope"] == "" {
			c.add("a table heading without scope: %q", innerText(n))
		}
	case "input", "select", "textarea":
		c.control(n, a)
	case "button":
		if strings.TrimSpace(innerText(n)) == "" && a["aria-label"] == "" {
			c.add("a button without text")
		}
	case "form":
		if strings.EqualFold(a["method"], "get") && strings.Contains(a["action"], "?") {
			c.add("a GET form drops the query of its action %q", a["action"])
		}
	}
}

func (c *checker) control(n *html.Node, a map[string]string) {
	kind := a["type"]
	if kind == "hidden" || kind == "submit" {
		return
	}
	_, ticked := a["checked"]
	if ticked && c.view == "empty" {
		c.add("%s %q is ticked in advance", kind, a["name"])
	}
	if a["name"] == "" {
		c.add("<%s id=%q> has no name", n.Data, a["id"])
	}
	if a["aria-label"] == "" && a["aria-labelledby"] == "" {
		c.needs = append(c.needs, a["id"])
	}
}

func (c *checker) references() {
	for id, n := range c.ids {
		if n > 1 {
			c.add("the id %q stands %d times", id, n)
		}
	}
	for _, id := range c.needs {
		if !c.labels[id] {
			c.add("the field %q has no label", id)
		}
	}
	for _, id := range c.refs {
		if c.ids[id] == 0 {
			c.add("something points at %q, which is not there", id)
		}
	}
}

// whole checks what only a page with its shell has.
func (c *checker) whole(l page.Locale) {
	lang := l.Code
	if lang == page.Pseudo {
		lang = "en"
	}
	if c.lang != lang || c.dir != l.Dir {
		c.add("<html lang=%q dir=%q>, want %q and %q", c.lang, c.dir, lang, l.Dir)
	}
	if c.title == "" {
		c.add("the page has no title")
	}
	if c.main != 1 {
		c.add("%d main elements", c.main)
	}
	if c.h1 != 1 {
		c.add("%d h1 headings, want one (Title, or one in the template)", c.h1)
	}
}

func innerText(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		b.WriteString(innerText(k))
	}
	if n.Data == "img" {
		for _, a := range n.Attr {
			if a.Key == "alt" {
				b.WriteString(a.Val)
			}
		}
	}
	return b.String()
}
