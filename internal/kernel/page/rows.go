package page

import (
	"html/template"
	"strings"
)

// What stands many times on a page is written here and not by a template: a list of
// two hundred persons has some three thousand cells, tags and links, and starting a
// template for each took half the time of its page. rows_test.go holds each against
// its template.

// rows writes the body of a table.
func (s *localeSet) rows(t Table) (template.HTML, error) {
	var b strings.Builder
	open := make([]string, 0, len(t.Columns))
	for _, row := range t.Rows {
		b.WriteString(`<tr role="row">`)
		for i, c := range row {
			if i == len(open) {
				open = append(open, s.openCell(column(t, i)))
			}
			h, err := s.show(c)
			if err != nil {
				return "", err
			}
			b.WriteString(open[i])
			b.WriteString(string(h))
			b.WriteString("</div></td>")
		}
		b.WriteString("</tr>")
	}
	return template.HTML(b.String()), nil //nolint:gosec // made of what show escapes
}

// openCell begins a cell of a column; its label stands beside the value where the
// rows become cards.
func (s *localeSet) openCell(c Column) string {
	class, label := "", ""
	if c.Number {
		class = "figure"
	}
	if !c.Hide {
		label = ` data-label="` + template.HTMLEscapeString(s.speak.plain(c.Label)) + `"`
	}
	return `<td role="cell" class="` + class + `"` + label + `><div>`
}

func (s *localeSet) tag(t Tag) template.HTML {
	class := "tag"
	if t.Level != "" {
		class += " " + template.HTMLEscapeString(string(t.Level))
	}
	return template.HTML(`<strong class="`+class+`">`) + s.speak.html(t.Text) + "</strong>"
}

func (s *localeSet) unknown() template.HTML {
	return `<span class="unknown">` + s.speak.html(M("page.unknown")) + "</span>"
}

// link writes a link to a page of ours. Any other address goes through the template,
// which knows what an address may be.
func (s *localeSet) link(l Link) (template.HTML, error) {
	if !ownPath(l.Href) {
		return s.part("link", l)
	}
	text := s.speak.html(l.Text)
	if l.Name != "" {
		text = bdi(l.Name)
	}
	return template.HTML(`<a href="`+l.Href+`">`) + text + "</a>", nil
}

// ownPath reports whether an address is a plain path of this program, in which no
// letter means anything to HTML or has to be written otherwise.
func ownPath(href string) bool {
	if !strings.HasPrefix(href, "/") {
		return false
	}
	for i := range len(href) {
		switch c := href[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '/', c == '-', c == '_', c == '.', c == '?', c == '=':
		default:
			return false
		}
	}
	return true
}

// lines writes a list of values, one a line.
func (s *localeSet) lines(all []any) (template.HTML, error) {
	if len(all) == 0 {
		return s.unknown(), nil
	}
	var b strings.Builder
	b.WriteString(`<ul class="lines">`)
	for _, v := range all {
		h, err := s.show(v)
		if err != nil {
			return "", err
		}
		b.WriteString("<li>")
		b.WriteString(string(h))
		b.WriteString("</li>")
	}
	b.WriteString("</ul>")
	return template.HTML(b.String()), nil //nolint:gosec // made of what show escapes
}
