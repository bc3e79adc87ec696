package linelist

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func contactPath(id db.ID) string { return "/contacts/" + id.String() }

func (s *Service) getContacts(w http.ResponseWriter, r *http.Request) {
	due, n, err := s.Worklist(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.contacts.title", Back: listLink()}, contactsView(due, n), nil)
}

func contactsView(due []Followed, n Indicators) page.Sheet {
	return page.Sheet{Lead: page.M("linelist.contacts.lead"), Table: contactTable(due, "linelist.contacts.none"),
		Parts: []page.Part{{Title: page.M("linelist.ind.title"), Rows: indicatorRows(n)}}}
}

// share tells a part of a whole, with the percentage where there is a whole.
func share(n, of int) page.Msg {
	if of == 0 {
		return page.M("linelist.ind.share", "n", n, "of", of)
	}
	return page.M("linelist.ind.share_percent", "n", n, "of", of, "percent", (200*n+of)/(2*of))
}

func indicatorRows(n Indicators) page.Summary {
	rows := page.Summary{{Label: page.M("linelist.ind.seen"), Value: share(n.SeenToday, n.Due)}, {Label: page.M("linelist.ind.seen48"), Value: share(n.Seen48, n.Due)}, {Label: page.M("linelist.ind.seen72"), Value: share(n.Seen72, n.Due)}, {Label: page.M("linelist.ind.never"), Value: share(n.Never, n.Due)},
		{Label: page.M("linelist.ind.lost"), Value: share(n.Lost, n.Contacts)}, {Label: page.M("linelist.ind.known"), Value: share(n.KnownBefore, n.Cases)}}
	if n.DueOpen > 0 {
		rows = append(rows, page.Row{Label: page.M("linelist.ind.due_open"), Value: n.DueOpen})
	}
	if n.Cases > 0 {
		rows = append(rows, page.Row{Label: page.M("linelist.ind.per_case"), Value: page.Code(strconv.FormatFloat(float64(n.Contacts)/float64(n.Cases), 'f', 1, 64))})
	}
	return rows
}

func contactTable(list []Followed, none string) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("linelist.contact.title")}, {Label: page.M("linelist.contact.day")}, {Label: page.M("linelist.contact.today")},
		{Label: page.M("linelist.contact.status")}, {Label: page.M("linelist.q.area")}, {Label: page.M("linelist.contact.last")}}, Empty: page.Empty{Title: page.M(none)}}
	for _, f := range list {
		name := f.Name
		if name == "" {
			name = f.Code()
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: contactPath(f.ID), Name: name}, dayCell(f), howCell(f.Today), statusCell(f), areaOf(f.Contact), f.Last})
	}
	return t
}

func areaOf(c Contact) any { return areaCell(Case{Place: c.Place, Area: c.Area}) }

func dayCell(f Followed) any {
	switch {
	case !f.DayKnown:
		return nil
	case f.Days == 0:
		return page.Code(strconv.Itoa(f.DayNo))
	}
	return page.M("linelist.contact.day_of", "day", f.DayNo, "days", f.Days)
}

func howCell(h How) any {
	if h == "" {
		return nil
	}
	level := page.Wait
	if h == Seen {
		level = page.Done
	}
	return page.Tag{Level: level, Text: page.M("linelist.how." + string(h))}
}

func statusCell(f Followed) any {
	if f.State == ContactDied {
		return page.Tag{Level: page.Danger, Text: page.M("linelist.state.died")}
	}
	if f.State == HandedOver {
		return page.Tag{Level: page.Done, Text: page.M("linelist.state.handed_over")}
	}
	if !f.InForce {
		return nil
	}
	status, level := strings.ToLower(f.Status), page.Quiet
	switch f.Status {
	case "":
		status, level = "open", page.Wait
	case "BECAME_CASE", "LOST":
		level = page.Danger
	case "COMPLETED":
		level = page.Done
	case "INCOMPLETE":
		level = page.Wait
	}
	return page.Tag{Level: level, Text: page.M("linelist.status." + status)}
}

func (s *Service) getContact(w http.ResponseWriter, r *http.Request) {
	s.showContact(w, r, nil)
}

// showContact shows a contact, with the visit's form as it was sent where it was wrong.
func (s *Service) showContact(w http.ResponseWriter, r *http.Request, wrong error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	o, err := s.OpenContact(r.Context(), id, page.LocaleOf(r).Code)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.visitForm(o)
	if wrong != nil {
		f.Fill(r.PostForm)
		if !f.Fail(wrong) {
			s.Pages.Error(w, r, wrong)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.contact.title", Back: page.Link{Href: "/contacts", Text: page.M("linelist.contacts.title")}}, s.withBeyond(r.Context(), contactView(o, f), o.ID), f)
}

func (s *Service) visitForm(o OpenedContact) *page.Form {
	day := page.Field{Kind: page.Date, Name: "day", Label: page.M("linelist.contact.visit_day")}
	day.SetDate(s.today().Date(), s.today())
	return &page.Form{Action: contactPath(o.ID) + "/visit", Submit: page.M("linelist.contact.visit"), Fields: []page.Field{
		{Kind: page.Radios, Name: "how", Label: page.M("linelist.contact.how"), Inline: true, Options: page.OptionsOf(AskedHows, "linelist.how.")},
		{Kind: page.Radios, Name: "signs", Label: page.M("linelist.contact.signs"), Inline: true, Optional: true, Options: yesNo()}, day}}
}

func contactView(o OpenedContact, f *page.Form) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("linelist.q.contact_number"), Value: page.Code(o.Code())}, {Label: page.M("linelist.q.name"), Value: o.Name}, {Label: page.M("linelist.q.sex_age"), Value: sexAge(Case{Sex: o.Sex, Birth: o.Birth, Reported: o.Listed})},
		{Label: page.M("linelist.q.area"), Value: areaOf(o.Contact)}, {Label: page.M("linelist.contact.last"), Value: o.Last}, {Label: page.M("linelist.contact.day"), Value: dayCell(o.Followed)},
		{Label: page.M("linelist.contact.status"), Value: statusCell(o.Followed)}, {Label: page.M("linelist.contact.today"), Value: howCell(o.Today)}}}
	if !o.InForce {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("linelist.contacts.no_rule")}})
	}
	if o.Became.IsZero() {
		v.Form = f
	} else {
		v.Actions = append(v.Actions, page.Link{Href: path(o.Became), Text: page.M("linelist.status.became_case")})
	}
	for _, x := range o.Sources {
		v.Rows = append(v.Rows, page.Row{Label: page.M("linelist.contact.sources"), Value: []any{page.Link{Href: path(x.ID), Name: x.Code()}, diseaseCell(x)}})
	}
	v.Parts = append(v.Parts, counterParts(Opened{Counter: o.Counter})...)
	if len(o.Visits) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("linelist.contact.visits"), Table: visitTable(o.Contact)})
	}
	if o.MayWrite && o.Became.IsZero() {
		states := append([]page.Option{{Value: "", Label: page.M("linelist.state.none")}}, page.OptionsOf(Standings, "linelist.state.")...)
		v.Parts = append(v.Parts, page.Part{Title: page.M("linelist.contact.become"), Lead: page.M("linelist.contact.become_lead"), Form: &page.Form{Action: contactPath(o.ID) + "/case", Submit: page.M("linelist.contact.become"), Compact: true}},
			page.Part{Title: page.M("linelist.contact.state"), Form: &page.Form{Action: contactPath(o.ID) + "/state", Submit: page.M("linelist.save"), Compact: true,
				Fields: []page.Field{{Kind: page.Select, Name: "state", Label: page.M("linelist.contact.state"), Value: string(o.State), Options: states, Optional: true}}}})
	}
	return v
}

func visitTable(c Contact) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("linelist.contact.visit_day")}, {Label: page.M("linelist.contact.how")}, {Label: page.M("linelist.contact.signs")}}}
	for i := len(c.Visits) - 1; i >= 0; i-- {
		v := c.Visits[i]
		t.Rows = append(t.Rows, []page.Cell{v.Day.Date(), howCell(v.How), v.Signs})
	}
	return t
}

func (s *Service) postVisit(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := Visit{How: How(r.PostForm.Get("how"))}
	day, err := page.ReadDate(r.PostForm, "day", s.today())
	if first, last, ok := day.Bounds(); ok && first == last {
		v.Day = first
	} else if ok {
		err = errors.Join(err, fault.Field("linelist.postVisit", "day", "linelist.error.day"))
	}
	var bad error
	if v.Signs, bad = value.ParseTruth(r.PostForm.Get("signs")); bad != nil {
		err = errors.Join(err, fault.Field("linelist.postVisit", "signs", "linelist.error.choose"))
	}
	if err == nil {
		err = s.Visited(r.Context(), id, v)
	}
	if err != nil {
		s.showContact(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, "/contacts", page.M("linelist.saved"))
}

func (s *Service) postState(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Declare(r.Context(), id, Standing(r.PostForm.Get("state")))
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, contactPath(id), page.M("linelist.saved"))
}

func (s *Service) postBecome(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var made db.ID
	if err == nil {
		made, err = s.BecomeCase(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(made)+"/signs", page.M("linelist.saved"))
}

func (s *Service) getNewContact(w http.ResponseWriter, r *http.Request) {
	o, b, err := s.opened(r)
	if err != nil || !o.MayWrite {
		s.refuse(w, r, err)
		return
	}
	f := s.contactForm(o.ID, db.NewID())
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.contact.new.title", Banner: b, Back: caseLink(o.ID)}, page.Sheet{Lead: page.M("linelist.contact.new.lead"), Form: f}, f)
}

func (s *Service) contactForm(source, id db.ID) *page.Form {
	text := func(name string) page.Field {
		return page.Field{Kind: page.Text, Name: name, Label: page.M("linelist.q." + name), Max: longText, Dir: "auto", Auto: "off", Optional: true}
	}
	last := page.Field{Kind: page.Date, Name: "last", Label: page.M("linelist.contact.last")}
	birth := page.Field{Kind: page.Date, Name: "birth", Label: page.M("linelist.q.birth"), Optional: true, Date: page.DateInput{Partial: true, AllowAge: true}}
	last.SetDate(calendar.Date{}, s.today())
	birth.SetDate(calendar.Date{}, s.today())
	return &page.Form{Action: path(source) + "/contact", Submit: page.M("linelist.save"), Fields: []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()}, text("name"),
		{Kind: page.Radios, Name: "sex", Label: page.M("linelist.q.sex"), Inline: true, Optional: true, Options: sexOptions()}, birth, last,
		{Kind: page.Radios, Name: "type", Label: page.M("linelist.contact.type"), Optional: true, Options: page.OptionsOf(Exposures, "linelist.exposure.")}, text("area"), text("place")}}
}

func (s *Service) postNewContact(w http.ResponseWriter, r *http.Request) {
	source, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	c := Contact{Name: get("name"), Sex: people.Sex(get("sex")), Area: get("area"), Place: get("place")}
	c.ID, _ = db.ParseID(get("id")) // none, or a malformed one, gets a new one
	var e1, e2 error
	c.Birth, e1 = page.ReadDate(r.PostForm, "birth", s.today())
	c.Last, e2 = page.ReadDate(r.PostForm, "last", s.today())
	if err = errors.Join(e1, e2); err == nil {
		_, err = s.ListContact(r.Context(), source, c, Exposure(get("type")), get("another") != "")
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(source), page.M("linelist.saved"))
		return
	}
	f := s.contactForm(source, c.ID)
	f.Fill(r.PostForm)
	if fault.FieldOf(err) == "another" {
		f.Fields = append(f.Fields, page.Field{Kind: page.Checks, Name: "another", Label: page.M("linelist.same"), Options: []page.Option{{Value: "yes", Label: page.M("linelist.another")}}})
	}
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.contact.new.title", Back: caseLink(source)}, page.Sheet{Lead: page.M("linelist.contact.new.lead"), Form: f}, f)
}
