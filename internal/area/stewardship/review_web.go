package stewardship

import (
	"net/http"
	"net/url"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getItems(w http.ResponseWriter, r *http.Request) {
	items, err := s.Items(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.render(w, r, page.Page{Title: "stewardship.review.title", Wide: true}, view{Lead: page.M("stewardship.review.lead"), Table: itemTable(items, plainWords{known: s.known})}, nil)
}

func itemTable(items []Item, words plainWords) *page.Table {
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.review.since")}, {Label: page.M("stewardship.review.document")}, {Label: page.M("stewardship.review.part"), Wide: true},
		{Label: page.M("stewardship.rights.person")}, {Label: page.M("stewardship.rights.open"), Hide: true},
	}, Empty: page.Empty{Title: page.M("stewardship.review.none"), Text: page.M("stewardship.review.none_text")}}
	for _, i := range items {
		t.Rows = append(t.Rows, []page.Cell{i.Opened, words.kind(i.Kind), words.topic(i.Topic), personCell(i.Subject),
			page.Link{Href: itemPath(i.Doc, i.Topic), Text: page.M("stewardship.review.look")}})
	}
	return t
}

func personCell(person db.ID) any {
	if person.IsZero() {
		return page.M("stewardship.audit.nobody")
	}
	return page.Link{Href: "/people/" + person.String(), Name: people.ShowCode(people.Code(person))}
}

func itemPath(doc db.ID, topic string) string {
	return "/review/" + doc.String() + "?" + url.Values{"topic": {topic}}.Encode()
}

func itemForm(v ItemView, names []page.Msg) *page.Form {
	f := &page.Form{Action: itemPath(v.Doc, v.Topic), Submit: page.M("stewardship.review.keep"), Fields: []page.Field{
		{Kind: page.Radios, Name: "keep", Label: page.M("stewardship.review.which"), Hint: page.M("stewardship.review.which_hint")},
	}}
	for i, val := range v.Values {
		f.Fields[0].Options = append(f.Fields[0].Options, page.Option{Value: val.Version, Label: names[i]})
	}
	return f
}

func (s *Service) getItem(w http.ResponseWriter, r *http.Request) { s.showItem(w, r, nil) }

func (s *Service) showItem(w http.ResponseWriter, r *http.Request, failed error) {
	doc, err := pathID(r, "doc")
	var v ItemView
	if err == nil {
		v, err = s.OpenItem(r.Context(), doc, r.URL.Query().Get("topic"))
	}
	var b *page.Banner
	if err == nil && !v.Subject.IsZero() {
		if b, err = banner(s, r, v.Subject); fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
			err = nil
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	out, f := itemPage(v, plainWords{known: s.known, lang: page.LocaleOf(r).Code})
	if failed != nil && f != nil {
		_ = f.Fail(failed)
	}
	s.render(w, r, page.Page{Title: "stewardship.review.one", Banner: b, Back: page.Link{Href: "/review", Text: page.M("stewardship.review.title")}}, out, f)
}

// itemPage shows the values one under the other, each with who entered it.
func itemPage(v ItemView, words plainWords) (view, *page.Form) {
	out := view{Rows: page.Summary{{Label: page.M("stewardship.review.document"), Value: words.kind(v.Kind)}, {Label: page.M("stewardship.review.part"), Value: words.topic(v.Topic)}}}
	var names []page.Msg
	for i, val := range v.Values {
		name := page.M("stewardship.review.value", "number", i+1)
		names = append(names, name)
		rows := append(words.rows(val.Fields), page.Row{Label: page.M("stewardship.copy.by"), Value: val.By}, page.Row{Label: page.M("stewardship.copy.changed"), Value: val.At})
		out.Parts = append(out.Parts, part{Title: name, Rows: rows})
	}
	if !v.MayResolve {
		return out, nil
	}
	f := itemForm(v, names)
	out.Parts = append(out.Parts, part{Title: page.M("stewardship.review.settle"), Form: f})
	return out, f
}

func (s *Service) postItem(w http.ResponseWriter, r *http.Request) {
	doc, err := posted(w, r, "doc")
	if err == nil {
		err = s.Resolve(r.Context(), doc, r.URL.Query().Get("topic"), r.PostForm.Get("keep"))
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, "/review", page.M("stewardship.review.saved"))
	case fault.Is(err, fault.Invalid) && fault.FieldOf(err) == "keep":
		s.showItem(w, r, err)
	default:
		s.Pages.Error(w, r, err)
	}
}
