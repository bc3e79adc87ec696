package page

import (
	"html/template"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
)

// byTemplate is the body of a table as a template of html/template writes it, which
// decides by itself what has to be escaped where.
const byTemplate = `{{$t := .}}{{range .Rows}}<tr role="row">{{range $i, $c := .}}{{$col := column $t $i}}<td role="cell" class="{{if $col.Number}}figure{{end}}"{{if not $col.Hide}} data-label="{{plain $col.Label}}"{{end}}><div>{{cell $c}}</div></td>{{end}}</tr>{{end}}`

// linesByTemplate is a list of values as a template writes it.
const linesByTemplate = `<ul class="lines">{{range .}}<li>{{cell .}}</li>{{end}}</ul>`

// What is written without a template says the same as the template, whatever
// somebody typed and in every language.
func TestRowsWrittenWithoutATemplateAreThoseOfTheTemplate(t *testing.T) {
	typed := []string{"Selam", "", `<script>alert(1)</script>`, `" onclick="x`, "O'Neill & Søn", "a+b", "سلام", "\u202eabc", "/people/1"}
	own, err := ownAreas()
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	pseudo, _ := localeOf(Pseudo)
	for _, loc := range append(Locales(), pseudo) {
		s, err := newLocaleSet(loc, p.catalogue, own)
		if err != nil {
			t.Fatal(err)
		}
		part := func(name string, v any) template.HTML {
			h, err := s.part(name, v)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		var cell func(v any) template.HTML
		write := func(text string, v any) template.HTML {
			t.Helper()
			var b strings.Builder
			tm, err := template.New("x").Funcs(s.funcs()).Funcs(template.FuncMap{"cell": func(v any) template.HTML { return cell(v) }, "column": column}).Parse(text)
			if err == nil {
				err = tm.Execute(&b, v)
			}
			if err != nil {
				t.Fatal(err)
			}
			return template.HTML(b.String())
		}
		cell = func(v any) template.HTML {
			switch v := v.(type) {
			case nil:
				return part("unknown", nil)
			case Tag:
				return part("tag", v)
			case Link:
				return part("link", v)
			case []any:
				if len(v) > 0 {
					return write(linesByTemplate, v)
				}
				return part("unknown", nil)
			case []Tag:
				var all []any
				for _, e := range v {
					all = append(all, e)
				}
				return cell(all)
			}
			h, err := s.show(v)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		tab := Table{Columns: []Column{{Label: M("page.next")}, {Label: Words(func(string) string { return `<b>"label"</b> & 'more'` }), Number: true}, {Label: M("page.previous"), Hide: true}}}
		for _, text := range typed {
			say := Words(func(string) string { return text })
			for _, c := range []Cell{text, nil, Code(text), 12345, calendar.Day(20000), time.Unix(1e9, 0), Sex("female"), say, M("page.from_to", "from", text, "to", 3),
				Tag{Level: Wait, Text: say}, Tag{Text: say}, Tag{Level: Level(text), Text: say}, []Tag{}, []Tag{{Text: say}, {Level: Danger, Text: say}},
				Link{Href: "/orders/0190-af", Name: text}, Link{Href: "/cases?state=open", Text: say}, Link{Href: "/x?a=1&b=" + text, Text: say}, Link{Href: text, Text: say},
				Link{Href: "javascript:alert(1)", Text: say}, Link{Href: "//elsewhere.example/x", Text: say},
				[]any{Link{Href: "/a", Name: text}, text, Tag{Text: say}}, []any{}, []any{[]any{text}, nil}} {
				tab.Rows = append(tab.Rows, []Cell{c, c, c, c}) // one more than there are columns
			}
		}
		for i, row := range tab.Rows {
			one := tab
			one.Rows = [][]Cell{row}
			got, err := s.rows(one)
			if err != nil {
				t.Fatal(err)
			}
			// The template also writes + as an entity, which no browser needs.
			if want := write(byTemplate, one); plus(got) != plus(want) {
				t.Errorf("%s, row %d (%v):\n got %s\nwant %s", loc.Code, i, row[0], got, want)
			}
		}
	}
}

func plus(h template.HTML) string { return strings.ReplaceAll(string(h), "&#43;", "+") }
