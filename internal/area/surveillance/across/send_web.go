package across

import (
	"errors"
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func matterLink(about About, id db.ID) page.Link {
	if about == OfContact {
		return page.Link{Href: "/contacts/" + id.String(), Text: page.M("linelist.contact.title")}
	}
	return page.Link{Href: "/linelist/" + id.String(), Text: page.M("linelist.case.title")}
}

func newPath(about About, id, agreement db.ID) string {
	return boardPath + "/new/" + string(about) + "/" + id.String() + "?agreement=" + agreement.String()
}

// getOffers shows under which agreements a case or a contact can be told, and what was.
func (s *Service) getOffers(about About) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := page.PathID(r, "id")
		var m Matter
		var offers []Terms
		var lines []Line
		if err == nil {
			m, offers, lines, err = s.Offers(r.Context(), about, id)
		}
		if err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Sheet(w, r, page.Page{Title: titleOf(about), Back: matterLink(about, id), Wide: true}, offersView(m, offers, lines), nil)
	}
}

func titleOf(about About) string {
	if about == OfContact {
		return "across.beyond.contact"
	}
	return "across.beyond.case"
}

func offersView(m Matter, offers []Terms, lines []Line) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("across.col.number"), Value: page.Code(m.Code)}, {Label: page.M("across.col.about"), Value: []any{aboutMsg(m.About), diseaseMsg(m.Disease)}}}}
	choose := page.Part{Title: page.M("across.offers.title"), Lead: page.M("across.offers.none")}
	if len(offers) > 0 {
		choose.Lead = page.M("across.offers.lead")
		for _, t := range offers {
			choose.Rows = append(choose.Rows, page.Row{Label: page.M("across.offers.to", "hub", t.Peer), Value: []any{page.Country(t.Country), page.M("across.offers.keep", "count", t.Keep)},
				Change: page.Link{Href: newPath(m.About, m.ID, t.ID), Text: page.M("across.offers.look")}})
		}
	}
	v.Parts = []page.Part{choose, {Title: page.M("across.sent.title"), Table: sentTable(lines, true)}}
	return v
}

// ofPath reads what a page is about.
func ofPath(r *http.Request) (about About, id, agreement db.ID, err error) {
	about = About(r.PathValue("about"))
	if !slices.Contains(Abouts, about) {
		return about, id, agreement, fault.New(fault.NotFound, "across.ofPath", "page.error.not_found")
	}
	if id, err = page.PathID(r, "id"); err != nil {
		return about, id, agreement, err
	}
	if agreement, err = db.ParseID(r.URL.Query().Get("agreement")); err != nil {
		err = fault.New(fault.NotFound, "across.ofPath", "page.error.not_found")
	}
	return about, id, agreement, err
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) { s.showNew(w, r, nil) }

// showNew shows exactly what would go, with the form as it was sent where it was wrong.
func (s *Service) showNew(w http.ResponseWriter, r *http.Request, wrong error) {
	about, id, agreement, err := ofPath(r)
	var p Preview
	if err == nil {
		p, err = s.Preview(r.Context(), about, id, agreement)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.sendForm(p)
	if wrong != nil {
		f.Fill(r.PostForm)
		if !f.Fail(wrong) {
			s.Pages.Error(w, r, wrong)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: titleOf(about), Back: page.Link{Href: offersPath(about, id), Text: page.M(titleOf(about))}}, previewView(p, f), f)
}

// typed are the fields that the officer adds when a contact travels on. They go with who
// it is, or not at all.
var typed = []string{"going_to", "arrives", "reach"}

func (s *Service) sendForm(p Preview) *page.Form {
	f := &page.Form{Action: newPath(p.About, p.ID, p.Terms.ID), Submit: page.M("across.new.send", "hub", p.Terms.Peer), Cancel: page.Link{Href: offersPath(p.About, p.ID), Text: page.M("across.new.cancel")},
		Fields: []page.Field{{Kind: page.Hidden, Name: "shown", Value: p.Digest, Keep: true}}}
	for _, name := range typed {
		if !slices.Contains(p.Who, name) || p.Refused != nil { // what does not go is not asked
			continue
		}
		q := page.Field{Kind: page.Text, Name: name, Label: fieldMsg(name), Max: longestValue, Dir: "auto", Auto: "off", Optional: true}
		if name == "arrives" {
			q = page.Field{Kind: page.Date, Name: name, Label: fieldMsg(name), Optional: true}
		}
		f.Fields = append(f.Fields, q)
	}
	if !p.Registered && len(p.Who) > 0 {
		f.Fields = append(f.Fields, page.Field{Kind: page.Radios, Name: "shield", Label: page.M("across.new.shield", "country", page.Country(p.Terms.Country)), Hint: page.M("across.new.shield_hint"), Options: []page.Option{
			{Value: "no", Label: page.M("across.new.shield_no"), Hint: page.M("across.new.shield_no_hint")},
			{Value: "yes", Label: page.M("across.new.shield_yes"), Hint: page.M("across.new.unnamed")},
			{Value: "unknown", Label: page.M("across.new.shield_unknown"), Hint: page.M("across.new.unnamed")}}})
	}
	return f
}

func previewView(p Preview, f *page.Form) page.Sheet {
	values, visits, _ := p.Terms.keep(p.About, true, p.Values, p.Visits)
	told := Notice{About: p.About, Values: values, Visits: visits}
	who, what := Notice{About: p.About, Values: map[string]string{}}, Notice{About: p.About, Values: map[string]string{}}
	for field, v := range told.Values {
		if slices.Contains(fieldsOf[p.About.who()], field) {
			who.Values[field] = v
		} else {
			what.Values[field] = v
		}
	}
	v := page.Sheet{Lead: page.M("across.new.lead"), Rows: page.Summary{
		{Label: page.M("across.col.to"), Value: []any{p.Terms.Peer, page.Country(p.Terms.Country)}}, {Label: page.M("across.col.about"), Value: []any{aboutMsg(p.About), diseaseMsg(p.Disease)}},
		{Label: page.M("across.col.until"), Value: page.M("across.offers.keep", "count", p.Terms.Keep)}}}
	if p.Refused != nil {
		v.Notes = []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("across.new.refused")}}}
	}
	v.Parts = []page.Part{{Title: page.M("across.new.told"), Rows: valueRows(what)}}
	if len(visits) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: fieldMsg(fieldVisits), Table: visitTable(visits)})
	}
	if len(p.Who) > 0 && p.Refused == nil {
		lead := page.M("across.new.who_lead")
		if p.Registered {
			lead = page.M("across.new.who_registered")
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("across.new.who"), Lead: lead, Rows: valueRows(who)})
	}
	v.Parts = append(v.Parts, page.Part{Form: f})
	return v
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	about, id, agreement, err := ofPath(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	in := Sending{About: about, Of: id, Agreement: agreement, GoingTo: r.PostForm.Get("going_to"), Reach: r.PostForm.Get("reach"), Shown: r.PostForm.Get("shown")}
	in.Arrives, err = page.ReadDate(r.PostForm, "arrives", s.today())
	switch r.PostForm.Get("shield") {
	case "no":
		in.Shield = value.No
	case "yes":
		in.Shield = value.Yes
	case "unknown":
	case "":
		if p, bad := s.Preview(r.Context(), about, id, agreement); bad == nil && !p.Registered && len(p.Who) > 0 {
			err = errors.Join(err, fault.Field("across.postNew", "shield", "across.error.shield"))
		}
	}
	var sent db.ID
	if err == nil {
		sent, err = s.Send(r.Context(), in)
	}
	if err != nil {
		s.showNew(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, sentPath(sent), page.M("across.new.done"))
}

func (s *Service) getSent(w http.ResponseWriter, r *http.Request) { s.showSent(w, r, nil) }

func (s *Service) showSent(w http.ResponseWriter, r *http.Request, wrong error) {
	id, err := page.PathID(r, "id")
	var l Line
	var n Notice
	var kept bool
	if err == nil {
		l, n, kept, err = s.OpenSent(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := withdrawForm(l.ID)
	if wrong != nil {
		f.Fill(r.PostForm)
		if !f.Fail(wrong) {
			s.Pages.Error(w, r, wrong)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "across.one.title", Back: boardLink()}, sentView(l, n, kept, f), f)
}

func withdrawForm(id db.ID) *page.Form {
	return &page.Form{Action: sentPath(id) + "/withdraw", Submit: page.M("across.withdraw.submit"), Danger: true,
		Fields: []page.Field{{Kind: page.Radios, Name: "why", Label: page.M("across.withdraw.why"), Options: page.OptionsOf(Whys, "across.why.")}}}
}

func sentView(l Line, n Notice, kept bool, f *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{
		{Label: page.M("across.col.number"), Value: page.Code(l.Number)}, {Label: page.M("across.col.state"), Value: stateCell(l)},
		{Label: page.M("across.col.about"), Value: []any{aboutMsg(l.About), diseaseMsg(l.Disease)}}, {Label: page.M("across.col.to"), Value: []any{l.Peer, page.Country(l.Country)}},
		{Label: page.M("across.col.sent"), Value: []any{l.At, l.Who}}, {Label: page.M("across.col.fields"), Value: fieldMsgs(l.Fields)},
		{Label: page.M("across.one.named"), Value: namedMsg(l.Named)}, {Label: page.M("across.col.until"), Value: l.Until}},
		Actions: []page.Link{matterLink(l.About, l.Of)}}
	v.Parts = []page.Part{{Title: page.M("across.one.steps"), Timeline: timeline(l)}}
	if !kept {
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("across.one.gone")}}}
		return v
	}
	if !l.Withdrawn.IsZero() {
		return v
	}
	v.Parts = append(v.Parts, noticeParts(n)...)
	v.Parts = append(v.Parts, page.Part{Title: page.M("across.correct.title"), Lead: page.M("across.correct.lead"), Form: &page.Form{Action: sentPath(l.ID) + "/correct", Submit: page.M("across.correct.submit"), Compact: true}},
		page.Part{Title: page.M("across.withdraw.title"), Lead: page.M("across.withdraw.lead"), Form: f})
	return v
}

func namedMsg(named bool) page.Msg {
	if named {
		return page.M("across.one.named_yes")
	}
	return page.M("across.one.named_no")
}

func (s *Service) postCorrect(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Correct(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, sentPath(id), page.M("across.correct.done"))
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if err := s.Withdraw(r.Context(), id, Why(r.PostForm.Get("why"))); err != nil {
		s.showSent(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, sentPath(id), page.M("across.withdraw.done"))
}
