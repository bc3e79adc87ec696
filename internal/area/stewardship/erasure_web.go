package stewardship

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getErasures(w http.ResponseWriter, r *http.Request) {
	list, err := s.Erasures(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	t := &page.Table{Columns: []page.Column{
		{Label: page.M("stewardship.erasures.asked")}, {Label: page.M("stewardship.erasures.state")}, {Label: page.M("stewardship.rights.person")},
		{Label: page.M("stewardship.erasures.reason")}, {Label: page.M("stewardship.rights.open"), Hide: true},
	}, Empty: page.Empty{Title: page.M("stewardship.erasures.none")}}
	for _, e := range list {
		t.Rows = append(t.Rows, []page.Cell{e.Asked, erasureTag(e.State), page.Code(people.ShowCode(people.Code(e.Person))), page.M("stewardship.reason." + string(e.Reason)),
			page.Link{Href: "/erasures/" + e.ID.String(), Text: page.M("stewardship.rights.open")}})
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.erasures.title", Wide: true}, page.Sheet{Lead: page.M("stewardship.erasures.lead"), Table: t,
		Actions: []page.Link{{Href: "/erasures/new", Text: page.M("stewardship.erasures.new")}}}, nil)
}

func erasureTag(st ErasureState) page.Tag {
	switch st {
	case ErasureDone:
		return page.Tag{Level: page.Done, Text: page.M("stewardship.erasures.done")}
	case ErasureRefused:
		return page.Tag{Level: page.Quiet, Text: page.M("stewardship.erasures.refused")}
	}
	return page.Tag{Level: page.Wait, Text: page.M("stewardship.erasures.waits")}
}

// findForm asks whose record it is about; the second page shows what is held.
func findForm() *page.Form {
	return &page.Form{Method: "get", Action: "/erasures/new", Submit: page.M("stewardship.erasures.find"), Fields: []page.Field{
		{Kind: page.Text, Name: "person", Label: page.M("stewardship.rights.code"), Hint: page.M("stewardship.rights.code_hint"), Dir: "ltr", Width: 20, Max: 40},
	}}
}

func erasureForm(id, person db.ID, held []KindCount, words plainWords) *page.Form {
	f := &page.Form{Action: "/erasures/new", Submit: page.M("stewardship.erasures.ask"), Danger: true, Cancel: page.Link{Href: "/erasures", Text: page.M("stewardship.cancel")}, Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()}, {Kind: page.Hidden, Name: "person", Value: person.String(), Keep: true},
		{Kind: page.Radios, Name: "reason", Label: page.M("stewardship.erasures.reason"), Options: page.OptionsOf(Reasons, "stewardship.reason.")},
		{Kind: page.Checks, Name: "kinds", Label: page.M("stewardship.erasures.what"), Options: []page.Option{
			{Value: AllKinds, Label: page.M("stewardship.erasures.all"), Hint: page.M("stewardship.erasures.all_hint")}}},
	}}
	what := &f.Fields[3]
	for _, k := range held {
		what.Options = append(what.Options, page.Option{Value: k.Kind, Label: page.M("stewardship.erasures.kind", "kind", words.kind(k.Kind), "count", k.Count)})
	}
	return f
}

func (s *Service) getNewErasure(w http.ResponseWriter, r *http.Request) {
	typed := strings.TrimSpace(r.URL.Query().Get("person"))
	if typed == "" {
		if !s.Access.Ever(r.Context(), access.ErasureRequest) {
			s.Pages.Error(w, r, fault.New(fault.Forbidden, "stewardship.erasure", "door.forbidden"))
			return
		}
		f := findForm()
		s.Pages.Sheet(w, r, page.Page{Title: "stewardship.erasures.new"}, page.Sheet{Lead: page.M("stewardship.erasures.new_lead"), Parts: []page.Part{{Form: f}}}, f)
		return
	}
	person, err := s.personOfCode(r.Context(), typed)
	if err != nil {
		f := findForm()
		f.Fill(r.URL.Query())
		f.Note("person", page.M("stewardship.error.person"))
		s.Pages.Sheet(w, r, page.Page{Title: "stewardship.erasures.new"}, page.Sheet{Parts: []page.Part{{Form: f}}}, f)
		return
	}
	s.showNewErasure(w, r, person, nil)
}

func (s *Service) showNewErasure(w http.ResponseWriter, r *http.Request, person db.ID, failed *page.Form) {
	held, err := s.Held(r.Context(), person)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	b, err := banner(s, r, person)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := erasureForm(db.NewID(), person, held, plainWords{known: s.known})
	if failed != nil {
		f.Fill(r.PostForm)
		f.Fields[0].Value = r.PostForm.Get("id")
		for _, p := range failed.Problems() {
			f.Note(p.Field, p.Text)
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "stewardship.erasures.new", Banner: b}, page.Sheet{Notes: []page.Callout{{Level: page.Danger, Text: []page.Msg{
		page.M("stewardship.erasures.warn"), page.M("stewardship.erasures.law")}}}, Parts: []page.Part{{Form: f}}}, f)
}

func (s *Service) postNewErasure(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, page.FormLimit)
	var e Erasure
	if err == nil {
		e.ID, err = db.ParseID(r.PostForm.Get("id"))
	}
	if err == nil {
		e.Person, err = db.ParseID(r.PostForm.Get("person"))
	}
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "stewardship.erasure", "page.error.body"))
		return
	}
	e.Reason, e.Kinds = Reason(r.PostForm.Get("reason")), r.PostForm["kinds"]
	if err := s.AskErasure(r.Context(), e); err != nil {
		f := erasureForm(e.ID, e.Person, nil, plainWords{})
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showNewErasure(w, r, e.Person, f)
		return
	}
	s.Pages.Redirect(w, r, "/erasures/"+e.ID.String(), page.M("stewardship.erasures.saved"))
}

func (s *Service) getErasure(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var e Erasure
	if err == nil {
		e, err = s.OpenErasure(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	b, err := banner(s, r, e.Person) // gone once the record is erased
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		s.Pages.Error(w, r, err)
		return
	}
	asker, err := s.userName(r, e.AskedBy)
	var decider string
	if err == nil && !e.DecidedBy.IsZero() {
		decider, err = s.userName(r, e.DecidedBy)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	texts, err := s.Texts(r.Context(), id)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	a, _ := access.From(r.Context())
	s.Pages.Sheet(w, r, page.Page{Title: erasureTitle(e), Banner: b, Back: page.Link{Href: "/erasures", Text: page.M("stewardship.erasures.title")}},
		erasureView(e, asker, decider, a.User != e.AskedBy, texts, plainWords{known: s.known}), nil)
}

// erasureTitle is that of a receipt once it is done.
func erasureTitle(e Erasure) string {
	if e.State == ErasureDone {
		return "stewardship.erasures.receipt"
	}
	return "stewardship.erasures.one"
}

func erasureView(e Erasure, asker, decider string, second bool, texts []Unit, words plainWords) page.Sheet {
	v := page.Sheet{Rows: page.Summary{
		{Label: page.M("stewardship.erasures.state"), Value: erasureTag(e.State)},
		{Label: page.M("stewardship.rights.person"), Value: page.Code(people.ShowCode(people.Code(e.Person)))},
		{Label: page.M("stewardship.erasures.reason"), Value: page.M("stewardship.reason." + string(e.Reason))},
		{Label: page.M("stewardship.erasures.what"), Value: kindNames(e.Kinds, words)},
		{Label: page.M("stewardship.erasures.asked"), Value: []any{e.Asked, asker}},
	}}
	if e.State != ErasureAsked {
		v.Rows = append(v.Rows, page.Row{Label: page.M("stewardship.erasures.decided"), Value: []any{e.Decided, decider}})
	}
	action := "/erasures/" + e.ID.String()
	switch {
	case e.State == ErasureDone:
		v.Lead = page.M("stewardship.erasures.receipt_lead")
		t := &page.Table{Columns: []page.Column{{Label: page.M("stewardship.erasures.document")}, {Label: page.M("stewardship.erasures.count"), Number: true}}}
		kinds := make([]string, 0, len(e.Counts))
		for k := range e.Counts {
			kinds = append(kinds, k)
		}
		slices.Sort(kinds)
		for _, k := range kinds {
			t.Rows = append(t.Rows, []page.Cell{words.kind(k), e.Counts[k]})
		}
		v.Rows = append(v.Rows, page.Row{Label: page.M("stewardship.erasures.total"), Value: e.Total()},
			page.Row{Label: page.M("stewardship.erasures.number"), Value: page.Code(e.ID.String())})
		v.Table = t
	case e.State == ErasureAsked && second:
		v.Notes = []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("stewardship.erasures.warn"), page.M("stewardship.erasures.law")}}}
		v.Parts = []page.Part{
			{Title: page.M("stewardship.erasures.approve_title"), Form: &page.Form{Action: action + "/approve", Submit: page.M("stewardship.erasures.approve"), Danger: true, Fields: textFields(texts)}},
			{Form: &page.Form{Action: action + "/refuse", Submit: page.M("stewardship.erasures.refuse"), Compact: true}},
		}
	case e.State == ErasureAsked:
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("stewardship.erasures.other")}}}
		for _, u := range texts {
			v.Rows = append(v.Rows, page.Row{Label: page.M("stewardship.erasures.text", "document", words.kind(u.Kind)), Value: u.Text})
		}
	}
	return v
}

// textFields ask the second officer what shall stand in the texts that others who
// stay share with the person. Each comes with the digest of what was shown, by which
// is known what was added since.
func textFields(texts []Unit) []page.Field {
	var out []page.Field
	for _, u := range texts {
		out = append(out, page.Field{Kind: page.LongText, Name: textField + u.Doc.String(), Label: page.M("stewardship.erasures.text_label"),
			Hint: page.M("stewardship.erasures.text_hint", "count", u.Others), Value: u.Text, Rows: 4, Optional: true},
			page.Field{Kind: page.Hidden, Name: shownField + u.Doc.String(), Value: textDigest(u.Text), Keep: true})
	}
	return out
}

// textField and shownField begin the names of those fields; the document's id
// follows.
const textField, shownField = "text-", "shown-"

// postedTexts reads them.
func postedTexts(form url.Values) map[db.ID]NewText {
	out := map[db.ID]NewText{}
	for name, v := range form {
		if rest, ok := strings.CutPrefix(name, textField); ok && len(v) == 1 {
			if id, err := db.ParseID(rest); err == nil {
				out[id] = NewText{Text: v[0], Shown: form.Get(shownField + rest)}
			}
		}
	}
	return out
}

func kindNames(kinds []string, words plainWords) []page.Msg {
	var out []page.Msg
	for _, k := range kinds {
		if k == AllKinds {
			return []page.Msg{page.M("stewardship.erasures.all")}
		}
		out = append(out, words.kind(k))
	}
	return out
}

func (s *Service) postApprove(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var e Erasure
	if err == nil {
		e, err = s.ApproveErasure(r.Context(), id, postedTexts(r.PostForm))
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, "/erasures/"+id.String(), page.M("stewardship.erasures.erased"))
	case e.State == ErasureDone:
		// Destroyed, but the file was not rewritten: old pages may still hold it.
		s.Pages.Redirect(w, r, "/erasures/"+id.String(), page.M("stewardship.erasures.not_scrubbed"))
	default:
		s.Pages.Error(w, r, err)
	}
}

func (s *Service) postRefuse(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.RefuseErasure(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, "/erasures/"+id.String(), page.M("stewardship.erasures.refusal_saved"))
}
