package page

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// speaker turns messages and values into words of one language. It holds no
// state of a request and is safe for concurrent use.
type speaker struct {
	loc Locale
	cat Catalogue
}

// isolate marks where a name or number starts and ends, so that a Latin case
// number stays left-to-right in an Arabic sentence (Unicode UAX #9, isolates).
func isolate(s string) string { return "\u2068" + s + "\u2069" }

func bdi(s string) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(s) + "</bdi>")
}

// ltr isolates digits and codes, which read left-to-right in every language.
func ltr(s string) template.HTML {
	return template.HTML(`<bdi dir="ltr">` + template.HTMLEscapeString(s) + "</bdi>")
}

// html says a message with its placeholders as isolated markup.
func (s *speaker) html(m Msg) template.HTML {
	var b strings.Builder
	for _, p := range s.pieces(m) {
		if p.name == "" {
			b.WriteString(template.HTMLEscapeString(p.text))
			continue
		}
		b.WriteString(string(s.argHTML(arg(m.Args, p.name), p.name)))
	}
	return template.HTML(b.String())
}

// plain says a message as text, for attributes, titles and headers.
func (s *speaker) plain(m Msg) string {
	var b strings.Builder
	for _, p := range s.pieces(m) {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(s.argPlain(arg(m.Args, p.name), p.name))
	}
	return b.String()
}

// pieces looks the message up and cuts it at its placeholders.
func (s *speaker) pieces(m Msg) []piece {
	if m.IsZero() {
		return nil
	}
	var text string
	if m.Say != nil {
		text = m.Say(s.loc.langName())
		return s.pseudo([]piece{{text: text}})
	}
	e, ok := s.cat.find(s.loc, m.Key)
	if !ok {
		// A key that is in no catalogue is our mistake: show it rather than nothing.
		return []piece{{text: "[" + m.Key + "]"}}
	}
	text = e.Text
	if e.Plural != nil {
		text = e.Plural["other"]
		if n, ok := count(arg(m.Args, "count")); ok {
			if t, ok := e.Plural[Category(s.loc.Tag, n)]; ok {
				text = t
			}
		}
	}
	return s.pseudo(split(text))
}

func (s *speaker) pseudo(p []piece) []piece {
	if s.loc.Code != Pseudo {
		return p
	}
	out := append([]piece{{text: "⟦"}}, p...)
	return append(out, piece{text: "⟧"})
}

func arg(args []any, name string) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	return nil
}

func count(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case int32:
		return int(n), true
	case uint64:
		return int(n), true
	case float64:
		return int(n), n == float64(int(n))
	}
	return 0, false
}

func (s *speaker) argHTML(v any, name string) template.HTML {
	switch v := v.(type) {
	case nil:
		return bdi("{" + name + "}") // our mistake, and visible
	case Msg:
		return s.sentence(s.html(v))
	case calendar.Date:
		return s.sentence(s.date(v))
	case calendar.Day:
		return s.sentence(s.date(v.Date()))
	case time.Time:
		return s.sentence(s.moment(v))
	case string:
		return bdi(v)
	case Code:
		return ltr(string(v))
	case fmt.Stringer:
		return bdi(v.String())
	}
	return s.num(v)
}

// sentence isolates words of the reader's own language. Their direction is said: a
// browser that finds it by the first letter passes over what is isolated inside,
// and would lay out an Arabic date from left to right.
func (s *speaker) sentence(h template.HTML) template.HTML {
	return template.HTML(`<bdi dir="`+s.loc.Dir+`">`) + h + "</bdi>"
}

func (s *speaker) sentencePlain(text string) string {
	if s.loc.Dir == "rtl" {
		return "\u2067" + text + "\u2069" // right-to-left isolate
	}
	return isolate(text)
}

func (s *speaker) argPlain(v any, name string) string {
	switch v := v.(type) {
	case nil:
		return "{" + name + "}"
	case Msg:
		return s.sentencePlain(s.plain(v))
	case calendar.Date:
		return s.sentencePlain(s.dateText(v))
	case calendar.Day:
		return s.sentencePlain(s.dateText(v.Date()))
	case time.Time:
		return s.sentencePlain(s.dateText(calendar.DayOfTime(v).Date()) + " " + isolate(v.Format("15:04")))
	case string:
		return isolate(v)
	case fmt.Stringer:
		return isolate(v.String())
	}
	return isolate(digits(v))
}

// digits prints a number with Latin digits and a decimal point in every
// language: a dose or a result must not change its look with the reader
// (design, section 8). Whole numbers of five digits and more are grouped by thin
// spaces, which no language reads as a decimal sign (ISO 80000-1, 7.3).
func digits(v any) string {
	var s string
	switch n := v.(type) {
	case float64:
		s = strconv.FormatFloat(n, 'f', -1, 64)
	case float32:
		s = strconv.FormatFloat(float64(n), 'f', -1, 32)
	default:
		s = fmt.Sprint(v)
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "\u2212", s[1:]
	}
	whole, frac, dot := strings.Cut(s, ".")
	if len(whole) >= 5 && strings.Trim(whole, "0123456789") == "" {
		var b strings.Builder
		for i, c := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteRune('\u202f')
			}
			b.WriteRune(c)
		}
		whole = b.String()
	}
	if dot {
		whole += "." + frac
	}
	return sign + whole
}

// num shows a number, or a quantity with its unit, isolated and left-to-right.
func (s *speaker) num(v any) template.HTML {
	if q, ok := v.(value.Quantity); ok {
		if q.IsZero() {
			return s.html(M("page.unknown"))
		}
		if q.Unit == "1" {
			return ltr(digits(q.Number))
		}
		if m, ok := withUnit(digits(q.Number), q.Unit).(Msg); ok {
			return s.html(m)
		}
		return ltr(digits(q.Number) + "\u00a0" + unitText(q.Unit))
	}
	return ltr(digits(v))
}

// timeUnits are the units that are words in every language, with how many of them is
// said: nobody reads "a" as years.
var timeUnits = map[string]string{"a": "page.age.years", "mo": "page.age.months", "wk": "page.age.weeks", "d": "page.age.days"}

// unit writes a unit beside a box.
func (s *speaker) unit(ucum string) template.HTML {
	if timeUnits[ucum] != "" {
		return s.html(M("page.unit." + ucum))
	}
	return ltr(unitText(ucum))
}

// unitText writes a UCUM unit the way a clinician reads it.
func unitText(ucum string) string {
	switch ucum {
	case "Cel":
		return "°C"
	case "[degF]":
		return "°F"
	case "mm[Hg]":
		return "mmHg"
	case "10*9/L":
		return "×10⁹/L"
	case "10*6/L":
		return "×10⁶/L"
	case "ug":
		return "µg"
	}
	return ucum
}

// clock shows a time of day, 07:40, in the time's own location.
func (s *speaker) clock(t time.Time) template.HTML {
	if t.IsZero() {
		return s.html(M("page.unknown"))
	}
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `"><bdi dir="ltr">` + t.Format("15:04") + `</bdi></time>`)
}

// moment shows a day and time of day.
func (s *speaker) moment(t time.Time) template.HTML {
	if t.IsZero() {
		return s.html(M("page.unknown"))
	}
	return s.date(calendar.DayOfTime(t).Date()) + " " + s.clock(t)
}

// lang names a language by its code in the reader's own: from the list of place,
// which knows the languages people on the move speak, else from CLDR.
func (s *speaker) lang(code string) template.HTML { return s.name(s.langText(code)) }

func (s *speaker) langText(code string) string {
	if l, ok := place.LanguageOf(code); ok {
		return l.Name(s.loc.langName())
	}
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if n := display.Languages(s.loc.Tag).Name(tag); n != "" {
		return n
	}
	return code
}

// country names a place by its code (ISO 3166 alpha-3 or a code of place).
func (s *speaker) country(code string) template.HTML {
	p, ok := place.Lookup(code)
	if !ok {
		return ltr(code)
	}
	return s.name(p.Name(s.loc.langName()))
}

// name shows a name that comes translated from elsewhere.
func (s *speaker) name(text string) template.HTML {
	if s.loc.Code == Pseudo {
		text = "⟦" + text + "⟧"
	}
	return template.HTML(template.HTMLEscapeString(text))
}
