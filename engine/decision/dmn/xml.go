package dmn

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits on outside XML.
const (
	MaxBytes    = 8 << 20
	MaxDepth    = 64
	MaxElements = 200000
)

// Error is a mistake in a document, and where it is.
type Error struct {
	Line, Column int
	Element      string // the element at fault, with its id or name
	Msg          string
}

// Error prints the place and the reason.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("dmn")
	if e.Line > 0 {
		fmt.Fprintf(&b, ", line %d, column %d", e.Line, e.Column)
	}
	if e.Element != "" {
		b.WriteString(", " + e.Element)
	}
	return b.String() + ": " + e.Msg
}

// node is an element of the document.
type node struct {
	space, name string
	attrs       []xml.Attr
	kids        []*node
	text        string
	line, col   int
}

func (n *node) errorf(format string, args ...any) error {
	el := n.name
	for _, a := range []string{"name", "id"} {
		if v := n.attr(a); v != "" {
			el += fmt.Sprintf(" %q", v)
			break
		}
	}
	return &Error{Line: n.line, Column: n.col, Element: el, Msg: fmt.Sprintf(format, args...)}
}

// attr returns an attribute without namespace.
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// attrNS returns an attribute of a namespace.
func (n *node) attrNS(space, name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name && a.Name.Space == space {
			return a.Value
		}
	}
	return ""
}

// kid returns the first child of that name in the same namespace, or nil.
func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.name == name && k.space == n.space {
			return k
		}
	}
	return nil
}

// all returns the children of that name in the same namespace.
func (n *node) all(name string) []*node {
	var out []*node
	for _, k := range n.kids {
		if k.name == name && k.space == n.space {
			out = append(out, k)
		}
	}
	return out
}

// textOf returns the text child's content, as DMN wraps expressions.
func (n *node) textOf() string {
	if n == nil {
		return ""
	}
	if t := n.kid("text"); t != nil {
		return strings.TrimSpace(t.text)
	}
	return ""
}

// readXML reads a document into a tree.
func readXML(r io.Reader) (*node, error) {
	lr := &io.LimitedReader{R: r, N: MaxBytes + 1}
	dec := xml.NewDecoder(lr)
	dec.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("character set %q; want UTF-8", charset)
	}
	var root *node
	var stack []*node
	count := 0
	fail := func(format string, args ...any) error {
		line, col := dec.InputPos()
		return &Error{Line: line, Column: col, Msg: fmt.Sprintf(format, args...)}
	}
	for {
		line, col := dec.InputPos() // where the next element begins
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if lr.N <= 0 {
			return nil, fail("longer than %d bytes", MaxBytes)
		}
		if err != nil {
			var se *xml.SyntaxError
			if errors.As(err, &se) {
				return nil, fail("%s", se.Msg)
			}
			return nil, fail("%v", err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, fail("a document type is not allowed")
		case xml.StartElement:
			if count++; count > MaxElements {
				return nil, fail("more than %d elements", MaxElements)
			}
			if len(stack) >= MaxDepth {
				return nil, fail("nested more than %d deep", MaxDepth)
			}
			n := &node{space: t.Name.Space, name: t.Name.Local, attrs: t.Copy().Attr}
			n.line, n.col = line, col
			if len(stack) == 0 {
				if root != nil {
					return nil, fail("more than one root element")
				}
				root = n
			} else {
				top := stack[len(stack)-1]
				top.kids = append(top.kids, n)
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(t)
			}
		}
	}
	if root == nil {
		return nil, fail("the document is empty")
	}
	return root, nil
}
