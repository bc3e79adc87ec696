package outbreak

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func readBase(text string) (journal.Base, error) {
	b, err := journal.ParseBase(text)
	if err != nil {
		err = fault.New(fault.Invalid, "outbreak.readBase", "page.error.body")
	}
	return b, err
}

func (s *Service) getPeople(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	q := r.URL.Query()
	skip, _ := strconv.Atoi(q.Get("skip")) // what is no number is the first page
	out, o, err := s.PeopleOf(r.Context(), id, q.Get("site"), page.LocaleOf(r).Code, max(skip, 0))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	sites, _, err := s.choices(r.Context(), Outbreak{}, page.LocaleOf(r).Code)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	out.Sites = map[string]string{}
	for _, st := range sites {
		out.Sites[st.Code] = st.Name(page.LocaleOf(r).Code)
	}
	v := peopleSheet(out, o, max(skip, 0), q.Get("site"))
	v.Filter = &page.Form{Method: "get", Action: path(id) + "/people", Compact: true, Submit: page.M("outbreak.people.show"), Fields: []page.Field{siteFilter(sites, q.Get("site"), page.LocaleOf(r).Code)}}
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.people.title", Back: oneLink(id), Wide: true}, v, nil)
}

func peopleSheet(out Page, o Outbreak, skip int, site string) page.Sheet {
	v := page.Sheet{Lead: page.M("outbreak.people.lead", "disease", diseaseMsg(o.Disease)), Table: whoTable(out, o.ID),
		Limits: []page.Msg{page.M("outbreak.limit.bar"), page.M("outbreak.limit.shown")}}
	if out.Looking {
		v.Notes = append(v.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("outbreak.looking")}})
	}
	v.Rows = page.Summary{{Label: page.M("outbreak.people.title"), Value: page.M("outbreak.people.count", "count", out.Total, "certain", out.Certain)}}
	if out.Total > PageOf || skip > 0 {
		at := func(skip int) string { return path(o.ID) + "/people?site=" + site + "&skip=" + strconv.Itoa(skip) }
		v.Table.Pager = page.Pager{From: skip + 1, To: min(skip+PageOf, out.Total), Total: out.Total}
		if skip > 0 {
			v.Table.Pager.Prev = at(max(skip-PageOf, 0))
		}
		if skip+PageOf < out.Total {
			v.Table.Pager.Next = at(skip + PageOf)
		}
	}
	return v
}

func whoTable(p Page, outbreak db.ID) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("outbreak.q.person")}, {Label: page.M("outbreak.q.sex_age")}, {Label: page.M("outbreak.q.exposed")},
		{Label: page.M("outbreak.q.last")}, {Label: page.M("outbreak.q.care"), Wide: true}, {Label: page.M("outbreak.q.site")}},
		Empty: page.Empty{Title: page.M("outbreak.people.none"), Text: page.M("outbreak.people.none_text")}}
	for _, w := range p.Who {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(outbreak) + "/people/" + w.Person.String(), Name: nameOf(w)}, sexAge(w), answerTag(w.Answer), lastCell(w.Last), careCell(w), cmp.Or(p.Sites[w.Brief.Resource.Site], w.Brief.Resource.Site)})
	}
	return t
}

// nameOf is the name in its own script, else in Latin, else the code.
func nameOf(w Who) string {
	for _, n := range []string{w.Brief.Original, w.Brief.Latin} {
		if n != "" {
			return n
		}
	}
	return w.Brief.Code
}

func sexAge(w Who) any {
	out := []any{page.Sex(w.Brief.Sex).Msg()}
	if !w.Brief.Birth.IsZero() && w.On != 0 {
		out = append(out, page.Age(w.Brief.Birth, w.On))
	}
	return out
}

func lastCell(d calendar.Day) any {
	switch d {
	case Forever:
		return page.M("outbreak.runs")
	case never:
		return nil
	}
	return d
}

func careCell(w Who) any {
	var out []any
	for _, c := range w.Care {
		switch is := c.Offer.Last(); {
		case is.State != "":
			out = append(out, c.Word, offerTag(is.State))
		case c.Open:
			out = append(out, c.Word, page.Tag{Level: page.Wait, Text: page.M("outbreak.care.ask")})
		default:
			out = append(out, c.Word, page.Tag{Level: page.Info, Text: page.M("outbreak.care.to_offer")})
		}
	}
	for _, f := range w.Flags {
		out = append(out, f)
	}
	if !w.Brief.MayCall {
		out = append(out, page.M("outbreak.care.no_call"))
	}
	return out
}

func (s *Service) getPerson(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var person db.ID
	if err == nil {
		person, err = page.PathID(r, "person")
	}
	var t Told
	if err == nil {
		t, err = s.PersonOf(r.Context(), id, person, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showTold(w, r, t, nil)
}

func (s *Service) showTold(w http.ResponseWriter, r *http.Request, t Told, failed *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.person.title", Banner: t.Banner, Back: peopleLink(t.Outbreak.ID)}, personSheet(t, failed), failed)
}

func personSheet(t Told, failed *page.Form) page.Sheet {
	v := page.Sheet{Lead: page.M("outbreak.person.lead"), Rows: append(unbannered(t.Banner, t.Who), page.Summary{
		{Label: page.M("outbreak.q.disease"), Value: diseaseMsg(t.Outbreak.Disease)},
		{Label: page.M("outbreak.q.places"), Value: listed(t.Names)},
		{Label: page.M("outbreak.q.exposed"), Value: answerTag(t.Exposure.Answer)},
	}...), Limits: []page.Msg{page.M("outbreak.limit.bar")}}
	v.Parts = append(v.Parts, page.Part{Title: page.M("outbreak.why.title"), Timeline: whyLines(t.Exposure.Met, t.Places), Lead: whyNone(t.Exposure)})
	for _, c := range t.Who.Care {
		v.Parts = append(v.Parts, carePart(t, c))
	}
	if f := failed; t.MayOffer && len(t.Who.Care) > 0 {
		if f == nil {
			f = offerForm(t.Outbreak.ID, t.Who)
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("outbreak.offer.title"), Lead: page.M("outbreak.offer.lead"), Form: f})
	}
	if len(t.Who.Barred) > 0 {
		var rows page.Summary
		for _, c := range t.Who.Barred {
			rows = append(rows, page.Row{Label: page.M("outbreak.care.never"), Value: c.Word})
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("outbreak.care.never_title"), Lead: page.M("outbreak.care.never_lead"), Rows: rows})
	}
	return v
}

func whyNone(e Exposure) page.Msg {
	if len(e.Met) > 0 {
		return page.Msg{}
	}
	return page.M("outbreak.why." + string(e.Answer))
}

// whyLines says of each meeting which stay it was, when, and how sure that is.
func whyLines(met []MetBy, places map[db.ID]string) page.Timeline {
	var out page.Timeline
	for _, m := range met {
		ev := page.Event{When: lastCell(m.Last), State: page.Tag{Level: page.Wait, Text: page.M("outbreak.why.may_be")}}
		if m.Certain {
			ev.State = page.Tag{Level: page.Wait, Text: page.M("outbreak.why.certain")}
		}
		detail := []any{page.M("outbreak.why.ran", "from", page.DateText(m.Outbreak.From), "disease", diseaseMsg(m.Outbreak.Disease)), page.M("outbreak.why.source", "source", m.Outbreak.Source)}
		ev.What = metMsg(m, places)
		if !m.Came {
			if m.Stay.Detail != "" {
				detail = append([]any{m.Stay.Detail}, detail...)
			}
			if m.Lies == Around {
				detail = append(detail, page.M("outbreak.why.around"))
			}
			if m.Stay.Source != "" {
				detail = append(detail, page.M("people.source."+string(m.Stay.Source)))
			}
		}
		ev.Detail = detail
		out = append(out, ev)
	}
	return out
}

func stayMsg(m MetBy) page.Msg {
	args := []any{"place", page.Country(m.Stay.Place)}
	switch from, to := m.Stay.From, m.Stay.To; {
	case m.Stay.Ongoing && !from.IsZero():
		return page.M("outbreak.why.since", append(args, "from", page.DateText(from))...)
	case !from.IsZero() && !to.IsZero():
		return page.M("outbreak.why.between", append(args, "from", page.DateText(from), "to", page.DateText(to))...)
	case !from.IsZero():
		return page.M("outbreak.why.from", append(args, "from", page.DateText(from))...)
	case !to.IsZero():
		return page.M("outbreak.why.to", append(args, "to", page.DateText(to))...)
	}
	return page.M("outbreak.why.was", args...)
}

func carePart(t Told, c Care) page.Part {
	p := page.Part{Title: page.M("outbreak.word", "word", c.Word)}
	for _, text := range c.Why {
		p.Rows = append(p.Rows, page.Row{Label: page.M("outbreak.care.why"), Value: text})
	}
	for _, q := range c.Ask {
		p.Rows = append(p.Rows, page.Row{Label: page.M("outbreak.care.ask"), Value: q.Text})
	}
	for _, is := range c.Offer.Told {
		p.Timeline = append(p.Timeline, page.Event{When: is.At, What: page.M("outbreak.offer." + string(is.State)), Detail: []any{t.Users[is.By], is.Note}})
	}
	return p
}

// offerForm asks what became of each offer; what nobody ticks stays as it is.
func offerForm(outbreak db.ID, w Who) *page.Form {
	f := &page.Form{Action: path(outbreak) + "/people/" + w.Person.String(), Submit: page.M("outbreak.save")}
	for _, c := range w.Care {
		f.Fields = append(f.Fields, page.Field{Kind: page.Radios, Name: "state_" + c.Code, Label: page.M("outbreak.word", "word", c.Word), Optional: true, Options: page.OptionsOf(OfferStates, "outbreak.offer.")})
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Text, Name: "note", Label: page.M("outbreak.q.note"), Max: longWhy, Dir: "auto", Auto: "off", Optional: true})
	return f
}

func (s *Service) postOffer(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var person db.ID
	if err == nil {
		person, err = page.PathID(r, "person")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	t := Tell{Outbreak: id, Person: person, Care: map[string]OfferState{}, Note: r.PostForm.Get("note")}
	for name := range r.PostForm {
		if code, ok := strings.CutPrefix(name, "state_"); ok && r.PostForm.Get(name) != "" {
			t.Care[code] = OfferState(r.PostForm.Get(name))
		}
	}
	if err = s.Offer(r.Context(), t); err == nil {
		s.Pages.Redirect(w, r, path(id)+"/people/"+person.String(), page.M("outbreak.offer.saved"))
		return
	}
	told, openErr := s.PersonOf(r.Context(), id, person, page.LocaleOf(r).Code)
	if openErr != nil {
		s.Pages.Error(w, r, openErr)
		return
	}
	f := offerForm(id, told.Who)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showTold(w, r, told, f)
}

func siteFilter(sites []place.Site, value, locale string) page.Field {
	f := page.Field{Kind: page.Select, Name: "site", Label: page.M("outbreak.q.site"), Value: value, Options: []page.Option{{Value: "", Label: page.M("outbreak.people.all_sites")}}}
	for _, st := range sites {
		f.Options = append(f.Options, page.Option{Value: st.Code, Text: st.Name(locale)})
	}
	return f
}
