package stewardship

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getItems(w http.ResponseWriter, r *http.Request) {
	items, err := s.Items(r.Context())
	var weeks []Week
	if err == nil {
		weeks, err = s.WeeksOfConflicts(r.Context())
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.review.title", Wide: true}, itemsPage(items, weeks, plainWords{known: s.known}), nil)
}

// itemsPage is what waits, and below it how many there were and how long they waited.
func itemsPage(items []Item, weeks []Week, words plainWords) page.Sheet {
	doubles := 0
	for _, i := range items {
		if i.Topic == journal.TopicSameAct {
			doubles++
		}
	}
	return page.Sheet{Lead: page.M("stewardship.review.lead"), Table: itemTable(items, words), Parts: []page.Part{
		{Title: page.M("stewardship.weeks.title"), Lead: page.M("stewardship.weeks.lead"), Table: weekTable(weeks)},
		{Lead: page.M("stewardship.weeks.doubles", "count", doubles)}}}
}

func weekTable(weeks []Week) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("stewardship.weeks.from")}, {Label: page.M("stewardship.weeks.arose"), Number: true},
		{Label: page.M("stewardship.weeks.settled"), Number: true}, {Label: page.M("stewardship.weeks.wait")}}}
	for _, w := range weeks {
		t.Rows = append(t.Rows, []page.Cell{w.From, w.Arose, w.Settled, waitMsg(w)})
	}
	return t
}

// waitMsg says the median wait of a week in words.
func waitMsg(w Week) page.Msg {
	const day = 24 * time.Hour
	switch {
	case w.Settled == 0:
		return page.M("stewardship.weeks.none")
	case w.Wait < time.Hour:
		return page.M("stewardship.weeks.soon")
	case w.Wait < 2*day:
		return page.M("stewardship.weeks.hours", "count", int(w.Wait/time.Hour))
	}
	return page.M("stewardship.weeks.days", "count", int(w.Wait/day))
}

func itemTable(items []Item, words plainWords) *page.Table {
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.review.since")}, {Label: page.M("stewardship.review.document")}, {Label: page.M("stewardship.review.part"), Wide: true},
		{Label: page.M("stewardship.rights.person")}, {Label: page.M("stewardship.rights.open"), Hide: true},
	}, Empty: page.Empty{Title: page.M("stewardship.review.none"), Text: page.M("stewardship.review.none_text")}}
	for _, i := range items {
		t.Rows = append(t.Rows, []page.Cell{i.Opened, words.kind(i.Kind), words.topic(i.Topic), personCell(i.Subject),
			page.Link{Href: itemPath(i), Text: page.M("stewardship.review.look")}})
	}
	return t
}

func personCell(person db.ID) any {
	if person.IsZero() {
		return page.M("stewardship.audit.nobody")
	}
	return page.Link{Href: "/people/" + person.String(), Name: people.ShowCode(people.Code(person))}
}

func itemPath(i Item) string {
	q := url.Values{"topic": {i.Topic}}
	if !i.Other.IsZero() {
		q.Set("other", i.Other.String())
	}
	return "/review/" + i.Doc.String() + "?" + q.Encode()
}

func itemForm(v ItemView, names []page.Msg) *page.Form {
	f := &page.Form{Action: itemPath(v.Item), Submit: page.M("stewardship.review.keep"), Fields: []page.Field{
		{Kind: page.Radios, Name: "keep", Label: page.M("stewardship.review.which"), Hint: page.M("stewardship.review.which_hint")},
	}}
	for i, val := range v.Values {
		f.Fields[0].Options = append(f.Fields[0].Options, page.Option{Value: val.Version, Label: names[i]})
	}
	if v.Topic == journal.TopicSameAct {
		f.Submit = page.M("stewardship.same.submit")
		f.Fields[0].Label, f.Fields[0].Hint = page.M("stewardship.same.which"), page.M("stewardship.same.which_hint")
		f.Fields[0].Options = append(f.Fields[0].Options, page.Option{Value: KeepBoth, Label: page.M("stewardship.same.both")})
		f.Fields = append(f.Fields, page.Field{Kind: page.LongText, Name: "reason", Label: page.M("stewardship.same.reason"),
			Hint: page.M("stewardship.same.reason_hint"), Max: longestReason, Rows: 2, Optional: true})
	}
	return f
}

func (s *Service) getItem(w http.ResponseWriter, r *http.Request) { s.showItem(w, r, nil) }

func (s *Service) showItem(w http.ResponseWriter, r *http.Request, failed error) {
	doc, err := page.PathID(r, "doc")
	var v ItemView
	if err == nil {
		v, err = s.openItem(r, doc)
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
	s.Pages.Sheet(w, r, page.Page{Title: itemTitle(v.Item), Banner: b, Back: page.Link{Href: "/review", Text: page.M("stewardship.review.title")}}, out, f)
}

// openItem opens the item that the address names.
func (s *Service) openItem(r *http.Request, doc db.ID) (ItemView, error) {
	topic := r.URL.Query().Get("topic")
	if topic != journal.TopicSameAct {
		return s.OpenItem(r.Context(), doc, topic)
	}
	other, err := db.ParseID(r.URL.Query().Get("other"))
	if err != nil {
		return ItemView{}, fault.New(fault.NotFound, "stewardship.path", "page.error.not_found")
	}
	return s.OpenSame(r.Context(), doc, other)
}

func itemTitle(i Item) string {
	if i.Topic == journal.TopicSameAct {
		return "stewardship.same.title"
	}
	return "stewardship.review.one"
}

// itemPage shows the values one under the other, each with who entered it.
func itemPage(v ItemView, words plainWords) (page.Sheet, *page.Form) {
	out := page.Sheet{Rows: page.Summary{{Label: page.M("stewardship.review.document"), Value: words.kind(v.Kind)}, {Label: page.M("stewardship.review.part"), Value: words.topic(v.Topic)}}}
	if v.Topic == journal.TopicSameAct {
		out.Lead = page.M("stewardship.same.lead")
	}
	var names []page.Msg
	when := page.M("stewardship.copy.changed")
	if v.Topic == journal.TopicSameAct {
		when = page.M("stewardship.same.when")
	}
	for i, val := range v.Values {
		name := page.M("stewardship.review.value", "number", i+1)
		if v.Topic == journal.TopicSameAct {
			name = page.M("stewardship.same.record", "number", i+1)
		}
		names = append(names, name)
		rows := val.Said
		if len(rows) == 0 {
			rows = words.rows(val.Fields)
		}
		rows = append(slices.Clip(rows), page.Row{Label: page.M("stewardship.copy.by"), Value: val.By}, page.Row{Label: when, Value: val.At})
		out.Parts = append(out.Parts, page.Part{Title: name, Rows: rows})
	}
	if !v.MayResolve {
		return out, nil
	}
	f := itemForm(v, names)
	out.Parts = append(out.Parts, page.Part{Title: page.M("stewardship.review.settle"), Form: f})
	return out, f
}

func (s *Service) postItem(w http.ResponseWriter, r *http.Request) {
	doc, err := page.Posted(w, r, "doc")
	if err == nil {
		err = s.settleItem(r, doc)
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, "/review", page.M("stewardship.review.saved"))
	case fault.Is(err, fault.Invalid) && fault.FieldOf(err) != "":
		s.showItem(w, r, err)
	default:
		s.Pages.Error(w, r, err)
	}
}

// settleItem settles the item that the address names.
func (s *Service) settleItem(r *http.Request, doc db.ID) error {
	topic, keep := r.URL.Query().Get("topic"), r.PostForm.Get("keep")
	if topic != journal.TopicSameAct {
		return s.Resolve(r.Context(), doc, topic, keep)
	}
	other, err := db.ParseID(r.URL.Query().Get("other"))
	if err != nil {
		return fault.New(fault.NotFound, "stewardship.path", "page.error.not_found")
	}
	return s.SettleSame(r.Context(), doc, other, keep, r.PostForm.Get("reason"))
}
