package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/web"
)

// Drawing is a chart or a map, written as SVG without a script. Its units are CSS
// pixels at full size; x grows to the right and y downwards in every language, and
// words are isolated, so that a time axis reads the same beside an Arabic page. On a
// window narrower than the drawing its frame scrolls and the page does not. What it
// shows must stand in a table or a sentence too: a drawing alone tells a reader who
// cannot see it nothing but Title and Text.
type Drawing struct {
	Title Msg // what it is, shown above it
	Text  Msg // what can be seen in it, in a sentence
	W, H  float64
	Marks []Mark // drawn in this order
	Key   []KeyEntry
}

// Mark is one figure or one text of a Drawing.
type Mark struct {
	Kind   MarkKind
	Look   Look
	At     []float64 // x and y of each point in turn
	R      float64   // of a point figure: its radius; of a line: its width, 0 is one pixel
	Arrow  bool      // a line ends in an arrow head
	Text   any       // of words: a string from outside, a Msg, a number, a date
	Anchor Anchor    // of words: which end of it stands at the point
	Name   any       // what a pointer over it reads, like Text
	Href   string    // where it leads; a page of ours
}

// MarkKind is the figure of a Mark.
type MarkKind string

// The figures. A colour never stands alone: what differs has another figure too, or
// its word.
const (
	MarkLine     MarkKind = "line"     // through all points
	MarkArea     MarkKind = "area"     // closed and filled
	MarkBar      MarkKind = "bar"      // from its first point to its second
	MarkDot      MarkKind = "dot"      // a point figure: R is its radius
	MarkSquare   MarkKind = "square"   // a point figure
	MarkDiamond  MarkKind = "diamond"  // a point figure
	MarkTriangle MarkKind = "triangle" // a point figure
	MarkWords    MarkKind = "words"
)

// Look is the colour and stroke of a Mark.
type Look string

// The looks.
const (
	LookPlain    Look = ""         // ink
	LookAxis     Look = "axis"     // a thin grey line, or grey small words
	LookOne      Look = "one"      // the first series
	LookTwo      Look = "two"      // the second series
	LookThree    Look = "three"    // the third series
	LookAlarm    Look = "alarm"    // red: an alarm, a death
	LookDashed   Look = "dashed"   // a limit, an uncertain link
	LookGround   Look = "ground"   // land, a band of uncertainty
	LookBoundary Look = "boundary" // between areas
)

// Anchor says where words stand at their point.
type Anchor string

// The anchors. Start is the left in every language.
const (
	AnchorStart  Anchor = ""
	AnchorMiddle Anchor = "middle"
	AnchorEnd    Anchor = "end"
)

// KeyEntry is a line of the key of a Drawing.
type KeyEntry struct {
	Kind MarkKind
	Look Look
	Text Msg
}

// phoneWide is the width that a drawing has on the narrowest screen, without the edges of
// its frame: a wider one slides there.
const phoneWide = 294

// drawing writes a Drawing. Nothing reaches the markup but numbers, fixed names and
// what was escaped.
func (s *localeSet) drawing(d *Drawing) (template.HTML, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `<link rel="stylesheet" href="%s"><figure class="drawing"><figcaption>`, web.Path("drawing.css"))
	if !d.Title.IsZero() {
		b.WriteString("<strong>" + string(s.speak.html(d.Title)) + "</strong> ")
	}
	b.WriteString(string(s.speak.html(d.Text)) + "</figcaption>")
	s.drawKey(&b, d.Key)
	label := s.speak.plain(d.Title)
	if label == "" {
		label = s.speak.plain(d.Text)
	}
	if d.W > phoneWide { // the style sheet shows it on a phone alone
		b.WriteString(`<p class="drawing-slide">` + string(s.speak.html(M("page.drawing.slide"))) + `</p>`)
	}
	fmt.Fprintf(&b, `<div class="drawing-frame" tabindex="0" role="group" aria-label="%s"><svg dir="ltr" width="%[2]s" height="%[3]s" viewBox="0 0 %[2]s %[3]s" role="%[4]s" aria-label="%[1]s">`, template.HTMLEscapeString(label), px(d.W), px(d.H), d.role())
	for _, m := range d.Marks {
		if err := s.mark(&b, m); err != nil {
			return "", err
		}
	}
	b.WriteString("</svg></div></figure>")
	return template.HTML(b.String()), nil //nolint:gosec // made of numbers and of what was escaped above
}

// role is an image, unless something in it leads somewhere: a reader would not be told
// of a link within an image.
func (d *Drawing) role() string {
	if slices.ContainsFunc(d.Marks, func(m Mark) bool { return m.Href != "" }) {
		return "group"
	}
	return "img"
}

func (s *localeSet) drawKey(b *strings.Builder, key []KeyEntry) {
	if len(key) == 0 {
		return
	}
	b.WriteString(`<ul class="drawing-key">`)
	for _, e := range key {
		at := []float64{8, 8}
		switch e.Kind {
		case MarkLine:
			at = []float64{0, 8, 16, 8}
		case MarkBar, MarkArea:
			at = []float64{2, 2, 14, 14}
		}
		m := Mark{Kind: e.Kind, Look: e.Look, At: at, R: 5}
		switch e.Kind {
		case MarkLine:
			m.R = 2
		case MarkArea:
			m.Kind = MarkBar
		}
		b.WriteString(`<li><svg dir="ltr" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">`)
		_ = s.mark(b, m) // no words in it, so that it cannot fail
		b.WriteString("</svg> " + string(s.speak.html(e.Text)) + "</li>")
	}
	b.WriteString("</ul>")
}

// mark writes one mark, as a link if it leads somewhere.
func (s *localeSet) mark(b *strings.Builder, m Mark) error {
	if len(m.At) < 2 || len(m.At)%2 != 0 {
		return fmt.Errorf("page: a mark %q with %d coordinates", m.Kind, len(m.At))
	}
	for _, v := range m.At {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("page: a mark %q at %v", m.Kind, v)
		}
	}
	name, err := s.said(m.Name)
	if err != nil {
		return err
	}
	link := m.Href != "" && ownPath(m.Href)
	if link {
		fmt.Fprintf(b, `<a href="%s" aria-label="%s">`, m.Href, template.HTMLEscapeString(name))
	}
	if err := s.figure(b, m, name); err != nil {
		return err
	}
	if link {
		b.WriteString("</a>")
	}
	return nil
}

func (s *localeSet) figure(b *strings.Builder, m Mark, name string) error {
	class, title := strings.TrimSpace(m.Kind.class()+" "+m.Look.class()), ""
	if name != "" {
		title = "<title data-user>" + template.HTMLEscapeString(name) + "</title>"
	}
	x, y, r := m.At[0], m.At[1], m.R
	switch m.Kind {
	case MarkWords:
		text, err := s.said(m.Text)
		if err != nil {
			return err
		}
		user := ""
		if _, ours := m.Text.(Msg); !ours {
			user = " data-user"
		}
		fmt.Fprintf(b, `<text%s class="%s" x="%s" y="%s" text-anchor="%s">%s%s</text>`, user, class, px(x), px(y), m.Anchor.svg(), template.HTMLEscapeString(text), title)
	case MarkDot:
		fmt.Fprintf(b, `<circle class="%s" cx="%s" cy="%s" r="%s">%s</circle>`, class, px(x), px(y), px(r), title)
	case MarkLine:
		width := ""
		if r > 0 {
			width = ` stroke-width="` + px(r) + `"`
		}
		fmt.Fprintf(b, `<polyline class="%s"%s points="%s">%s</polyline>`, class, width, points(m.At), title)
		if m.Arrow && len(m.At) >= 4 {
			fmt.Fprintf(b, `<polygon class="%s" points="%s"/>`, MarkArea.class()+" "+m.Look.class(), points(arrowHead(m.At, r)))
		}
	default:
		fmt.Fprintf(b, `<polygon class="%s" points="%s">%s</polygon>`, class, points(outline(m)), title)
	}
	return nil
}

// class is the look's class in drawing.css.
func (l Look) class() string {
	switch l {
	case LookAxis:
		return "look-axis"
	case LookOne:
		return "look-one"
	case LookTwo:
		return "look-two"
	case LookThree:
		return "look-three"
	case LookAlarm:
		return "look-alarm"
	case LookDashed:
		return "look-dashed"
	case LookGround:
		return "look-ground"
	case LookBoundary:
		return "look-boundary"
	}
	return ""
}

// class is the kind's class in drawing.css.
func (k MarkKind) class() string {
	switch k {
	case MarkWords:
		return "mark-words"
	case MarkLine:
		return "mark-line"
	}
	return "mark-fill"
}

func (a Anchor) svg() string {
	switch a {
	case AnchorMiddle, AnchorEnd:
		return string(a)
	}
	return "start"
}

// outline is the closed line of a filled figure.
func outline(m Mark) []float64 {
	x, y, r := m.At[0], m.At[1], m.R
	switch m.Kind {
	case MarkBar:
		if len(m.At) >= 4 {
			x2, y2 := m.At[2], m.At[3]
			return []float64{x, y, x2, y, x2, y2, x, y2}
		}
	case MarkSquare:
		return []float64{x - r, y - r, x + r, y - r, x + r, y + r, x - r, y + r}
	case MarkDiamond:
		return []float64{x, y - r, x + r, y, x, y + r, x - r, y}
	case MarkTriangle:
		return []float64{x, y - r, x + r, y + r, x - r, y + r}
	}
	return m.At
}

// arrowHead is the head of an arrow at the end of a line of that width.
func arrowHead(at []float64, width float64) []float64 {
	n := len(at)
	x, y := at[n-2], at[n-1]
	dx, dy := x-at[n-4], y-at[n-3]
	l := math.Hypot(dx, dy)
	if l == 0 {
		return []float64{x, y, x, y, x, y}
	}
	size := 6 + 1.5*width
	dx, dy = dx/l*size, dy/l*size
	return []float64{x, y, x - dx - dy/2, y - dy + dx/2, x - dx + dy/2, y - dy - dx/2}
}

func points(at []float64) string {
	var b strings.Builder
	for i, v := range at {
		if i > 0 {
			b.WriteByte(" ,"[i%2])
		}
		b.WriteString(px(v))
	}
	return b.String()
}

// px writes a coordinate to a tenth of a pixel.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// said is a value in plain text, for where no markup can stand.
func (s *localeSet) said(v any) (string, error) {
	sp := &s.speak
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return isolate(v), nil
	case Msg:
		return sp.plain(v), nil
	case calendar.Date, calendar.Day:
		d, err := asDate(v)
		return sp.dateText(d), err
	case time.Time, fmt.Stringer, int, int64, float64:
		return sp.argPlain(v, ""), nil
	}
	return "", fmt.Errorf("page: a drawing cannot say %T", v)
}
