package page

import (
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/web"
)

// funcs are the functions every template has. doc.go lists them for those who
// write pages.
func (s *localeSet) funcs() template.FuncMap {
	sp := &s.speak
	part := func(name string) func(any) (template.HTML, error) {
		return func(v any) (template.HTML, error) { return s.part(name, v) }
	}
	return template.FuncMap{
		"t":     func(key any, args ...any) (template.HTML, error) { m, err := asMsg(key, args); return sp.html(m), err },
		"plain": func(key any, args ...any) (string, error) { m, err := asMsg(key, args); return sp.plain(m), err },
		"tn": func(key string, n int, args ...any) template.HTML {
			return sp.html(M(key, append([]any{"count", n}, args...)...))
		},
		"msg":     func(key string, args ...any) Msg { return M(key, args...) },
		"date":    func(v any) (template.HTML, error) { d, err := asDate(v); return sp.date(d), err },
		"clock":   func(t time.Time) template.HTML { return sp.clock(t) },
		"moment":  func(t time.Time) template.HTML { return sp.moment(t) },
		"age":     func(b calendar.Date, on calendar.Day) template.HTML { return sp.html(ageMsg(b, on)) },
		"born":    func(b calendar.Date) template.HTML { return sp.html(bornMsg(b)) },
		"num":     sp.num,
		"bdi":     func(v any) template.HTML { return bdi(fmt.Sprint(v)) },
		"ltr":     func(v any) template.HTML { return ltr(fmt.Sprint(v)) },
		"lang":    sp.lang,
		"country": sp.country,
		"truth":   func(t value.Truth) template.HTML { return sp.html(TruthMsg(t)) },
		"show":    s.show,
		"rows":    s.rows,
		"tag": func(level Level, key any, args ...any) (template.HTML, error) {
			m, err := asMsg(key, args)
			if err != nil {
				return "", err
			}
			return s.tag(Tag{level, m}), nil
		},
		"link": func(href string, key any, args ...any) (template.HTML, error) {
			m, err := asMsg(key, args)
			if err != nil {
				return "", err
			}
			return s.link(Link{Href: href, Text: m})
		},
		"form":     func(f *Form) (template.HTML, error) { return s.part("form", f) },
		"field":    func(f Field) (template.HTML, error) { return s.part("field", f) },
		"summary":  func(l Summary) (template.HTML, error) { return s.part("summary", l) },
		"tasks":    func(l Tasks) (template.HTML, error) { return s.part("tasks", l) },
		"timeline": func(l Timeline) (template.HTML, error) { return s.part("timeline", l) },
		"table":    func(t Table) (template.HTML, error) { return s.part("table", t) },
		"empty":    func(e Empty) (template.HTML, error) { return s.part("empty", e) },
		"drawing":  func(d *Drawing) (template.HTML, error) { return s.drawing(d) },
		"callout":  func(c Callout) (template.HTML, error) { return s.part("callout", c) },
		"pager":    func(p Pager) (template.HTML, error) { return s.part("pager", p) },
		"banner":   func(b *Banner) (template.HTML, error) { return s.part("banner", b) },
		"symbol":   func(v Symbol) (template.HTML, error) { return s.part("symbol", v) },
		"refused":  func() (template.HTML, error) { return part("refused")(nil) },
		"asset":    web.Path,
		"locale":   func() Locale { return s.loc },
		"current":  current,
		"list":     func(vs ...any) []any { return vs },
		"columns":  func(width int) string { return widthClass(width) },
		"unit":     s.speak.unit,
		"optionID": optionID,
		"chosen":   chosen,
		"msgOf":    func(key string, args []any) Msg { return M(key, args...) },
		"langof":   func(l Locale) string { return l.langName() },
	}
}

func asMsg(key any, args []any) (Msg, error) {
	switch k := key.(type) {
	case string:
		return M(k, args...), nil
	case Msg:
		return k, nil
	}
	return Msg{}, fmt.Errorf("page: %T is not a message", key)
}

func asDate(v any) (calendar.Date, error) {
	switch d := v.(type) {
	case calendar.Date:
		return d, nil
	case calendar.Day:
		return d.Date(), nil
	case time.Time:
		if d.IsZero() {
			return calendar.Date{}, nil
		}
		return calendar.DayOfTime(d).Date(), nil
	}
	return calendar.Date{}, fmt.Errorf("page: %T is not a date", v)
}

// show writes any value the way its kind is written everywhere: user data
// isolated, messages translated, dates with their precision.
func (s *localeSet) show(v any) (template.HTML, error) {
	sp := &s.speak
	switch v := v.(type) {
	case nil:
		return s.unknown(), nil
	case string:
		if v == "" {
			return s.unknown(), nil
		}
		return bdi(v), nil
	case Msg:
		return sp.html(v), nil
	case template.HTML:
		return "", errors.New("page: show takes values, not markup")
	case Tag:
		return s.tag(v), nil
	case Link:
		return s.link(v)
	case calendar.Date:
		if v.IsZero() {
			return s.unknown(), nil
		}
		return sp.date(v), nil
	case calendar.Day:
		return sp.date(v.Date()), nil
	case time.Time:
		return sp.moment(v), nil
	case value.Truth:
		return sp.html(TruthMsg(v)), nil
	case Sex:
		return sp.html(v.Msg()), nil
	case int, int32, int64, uint64, float64, value.Quantity:
		return sp.num(v), nil
	case Code:
		return ltr(string(v)), nil
	case *Form:
		return s.part("form", v)
	}
	return s.showAll(v)
}

// showAll writes a list of values, one a line.
func (s *localeSet) showAll(v any) (template.HTML, error) {
	var all []any
	switch v := v.(type) {
	case []any:
		all = v
	case []string:
		for _, e := range v {
			all = append(all, e)
		}
	case []Tag:
		for _, e := range v {
			all = append(all, e)
		}
	case []Msg:
		for _, e := range v {
			all = append(all, e)
		}
	case []Link:
		for _, e := range v {
			all = append(all, e)
		}
	case fmt.Stringer:
		return ltr(v.String()), nil
	default:
		return "", fmt.Errorf("page: show does not know %T", v)
	}
	return s.lines(all)
}

// Code is an identifier (a case number, a lot): shown left-to-right everywhere.
type Code string

// optionID is the id of an option: the first has the field's own, so that a link
// from the error summary lands on it.
func optionID(name string, i int) string {
	if i == 0 {
		return "f-" + name
	}
	return fmt.Sprintf("f-%s-%d", name, i+1)
}

func chosen(f Field, v string) bool {
	if f.Kind == Checks {
		return slices.Contains(f.Values, v)
	}
	return f.Value != "" && f.Value == v
}

func column(t Table, i int) Column {
	if i < len(t.Columns) {
		return t.Columns[i]
	}
	return Column{}
}

// current reports whether a navigation item leads to this page or one below it.
func current(href, path string) bool {
	if href == "/" {
		return path == "/"
	}
	return path == href || strings.HasPrefix(path, href+"/")
}

// widthClass names the box width for about n characters; widths are classes
// because the content security policy allows no inline style.
func widthClass(n int) string {
	for _, w := range []int{2, 4, 6, 10, 20, 30} {
		if n > 0 && n <= w {
			return fmt.Sprintf("w%d", w)
		}
	}
	return "w-full"
}
