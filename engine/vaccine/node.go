package vaccine

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a file of supporting data: the largest published is half a megabyte.
const (
	maxFile  = 32 << 20
	maxDepth = 24
	maxNodes = 1 << 20
)

// node is an XML element: its own text, trimmed, and its children in order.
type node struct {
	name, text string
	line       int
	kids       []node
}

// parseXML reads a document into a tree. Supporting data is plain: elements and text. The
// reader takes only that (and comments, CDATA, the five entities and character numbers),
// because a full XML decoder takes longer than a program may take to start. Attributes
// are skipped, a document type is refused.
func parseXML(file string, data []byte) (*node, error) {
	if len(data) > maxFile {
		return nil, errorf(file, "is larger than %d MB", maxFile>>20)
	}
	if !utf8.Valid(data) {
		return nil, errorf(file, "is not UTF-8")
	}
	p := treeReader{src: string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), names: map[string]string{}}
	root := node{}
	if err := p.children(&root, 0); err != nil {
		return nil, errorf(fmt.Sprintf("%s line %d", file, p.line()), "is not XML: %v", err)
	}
	if len(root.kids) != 1 || root.text != "" {
		return nil, errorf(file, "has %d root elements, not one", len(root.kids))
	}
	return &root.kids[0], nil
}

type treeReader struct {
	src   string
	at    int
	names map[string]string
	count int
	// lines are counted up to here only, so that counting costs one pass
	counted, lines int
}

func (p *treeReader) line() int {
	p.lines += strings.Count(p.src[p.counted:p.at], "\n")
	p.counted = p.at
	return p.lines + 1
}

// children reads until the end tag of n, or until the end of the document at depth 0.
func (p *treeReader) children(n *node, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("elements are nested deeper than %d", maxDepth)
	}
	for {
		open := strings.IndexByte(p.src[p.at:], '<')
		if open < 0 {
			if depth > 0 {
				return fmt.Errorf("<%s> is not closed", n.name)
			}
			return n.add(p.src[p.at:])
		}
		if err := n.add(p.src[p.at : p.at+open]); err != nil {
			return err
		}
		p.at += open
		rest := p.src[p.at:]
		switch {
		case strings.HasPrefix(rest, "</"):
			return p.end(n, depth)
		case strings.HasPrefix(rest, "<![CDATA["):
			text, err := p.until("<![CDATA[", "]]>")
			if err != nil {
				return err
			}
			n.text = strings.TrimSpace(n.text + " " + text)
		case strings.HasPrefix(rest, "<!--"):
			if _, err := p.until("<!--", "-->"); err != nil {
				return err
			}
		case strings.HasPrefix(rest, "<?"):
			if _, err := p.until("<?", "?>"); err != nil {
				return err
			}
		case strings.HasPrefix(rest, "<!"):
			return fmt.Errorf("a document type is not taken")
		default:
			if err := p.start(n, depth); err != nil {
				return err
			}
		}
	}
}

func (p *treeReader) until(begin, end string) (string, error) {
	from := p.at + len(begin)
	i := strings.Index(p.src[from:], end)
	if i < 0 {
		return "", fmt.Errorf("%s is not closed", begin)
	}
	p.at = from + i + len(end)
	return p.src[from : from+i], nil
}

func (p *treeReader) end(n *node, depth int) error {
	name, err := p.until("</", ">")
	if err != nil {
		return err
	}
	if name = strings.TrimSpace(name); depth == 0 || name != n.name {
		return fmt.Errorf("<%s> is closed by </%s>", n.name, name)
	}
	return nil
}

func (p *treeReader) start(n *node, depth int) error {
	tag, err := p.until("<", ">")
	if err != nil {
		return err
	}
	tag, closed := strings.CutSuffix(tag, "/")
	name, _, _ := strings.Cut(tag, " ")
	name = strings.TrimSpace(name)
	if !isName(name) || strings.ContainsRune(tag, '<') {
		return fmt.Errorf("<%.40s> is not an element", tag)
	}
	if p.count++; p.count > maxNodes {
		return fmt.Errorf("there are more than %d elements", maxNodes)
	}
	known, ok := p.names[name]
	if !ok {
		known = name
		p.names[name] = known
	}
	if n.kids == nil {
		n.kids = make([]node, 0, 6)
	}
	n.kids = append(n.kids, node{name: known, line: p.line()})
	if closed {
		return nil
	}
	return p.children(&n.kids[len(n.kids)-1], depth+1)
}

func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r > 127
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '-' && r != '.' && r != ':') {
			return false
		}
	}
	return s != ""
}

// add adds text that stands between tags.
func (n *node) add(raw string) error {
	s := strings.TrimSpace(raw)
	if s == "" {
		return nil
	}
	s, err := unescape(s)
	if err != nil {
		return err
	}
	if n.text != "" {
		s = n.text + " " + s
	}
	n.text = s
	return nil
}

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// unescape replaces the five entities of XML and character numbers.
func unescape(s string) (string, error) {
	if !strings.Contains(s, "&") {
		return s, nil
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, after, ok := strings.Cut(rest, ";")
		if !ok {
			return "", fmt.Errorf("& is not followed by a name and ;")
		}
		text, known := entities[name]
		if !known {
			r, ok := number(name)
			if !ok {
				return "", fmt.Errorf("&%.20s; is not known", name)
			}
			text = string(r)
		}
		b.WriteString(text)
		s = after
	}
}

// number reads #8805 and #x2265.
func number(s string) (rune, bool) {
	digits, ok := strings.CutPrefix(s, "#")
	base := 10
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	v, err := strconv.ParseUint(digits, base, 32)
	if !ok || err != nil || v == 0 || !utf8.ValidRune(rune(v)) {
		return 0, false
	}
	return rune(v), true
}

// all returns the children of a name.
func (n *node) all(name string) func(func(*node) bool) {
	return func(yield func(*node) bool) {
		if n == nil {
			return
		}
		for i := range n.kids {
			if n.kids[i].name == name && !yield(&n.kids[i]) {
				return
			}
		}
	}
}

// first returns the first child of a name, or nil.
func (n *node) first(name string) *node {
	if n == nil {
		return nil
	}
	for i := range n.kids {
		if n.kids[i].name == name {
			return &n.kids[i]
		}
	}
	return nil
}

// str returns the text of the first child of a name; "n/a" is no text.
func (n *node) str(name string) string {
	k := n.first(name)
	if k == nil || strings.EqualFold(k.text, "n/a") {
		return ""
	}
	return k.text
}

// empty is true for an element that holds nothing: supporting data writes an absent
// rule as an empty element.
func (n *node) empty() bool {
	if n.text != "" {
		return false
	}
	for i := range n.kids {
		if !n.kids[i].empty() {
			return false
		}
	}
	return true
}
