package linelist

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f := s.readFilter(q)
	skip, _ := strconv.Atoi(q.Get("skip")) // what is no number is the first page
	list, total, err := s.List(r.Context(), f, skip)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.title", Wide: true}, s.withExchange(r, listView(list, total, max(skip, 0), f, s.Lists), f), nil)
}

// withExchange adds the ways in and out for whoever may go them.
func (s *Service) withExchange(r *http.Request, v page.Sheet, f Filter) page.Sheet {
	v.Actions = append(v.Actions, page.Link{Href: "/linelist/chains?" + f.query().Encode(), Text: page.M("linelist.chains.title")})
	if s.Access.Ever(r.Context(), access.LineListWrite) {
		v.Actions = append(v.Actions, page.Link{Href: "/linelist/bring-in", Text: page.M("linelist.in.title")})
	}
	if s.Access.Ever(r.Context(), access.ExportLineList) {
		v.Actions = append(v.Actions, page.Link{Href: "/linelist/take-out?" + f.query().Encode(), Text: page.M("linelist.out.title")})
	}
	return v
}

// readFilter reads a filter from a query; what is none is left out. A query holds
// codes and days, never anything of a person.
func (s *Service) readFilter(q url.Values) Filter {
	var f Filter
	if s.Lists.HasDisease(q.Get("disease")) {
		f.Disease = q.Get("disease")
	}
	if c := Class(q.Get("class")); slices.Contains(Classes, c) {
		f.Class = c
	}
	f.From, _ = calendar.ParseDay(q.Get("from"))
	f.To, _ = calendar.ParseDay(q.Get("to"))
	return f
}

func (f Filter) query() url.Values {
	q := url.Values{}
	set := func(name, v string) {
		if v != "" {
			q.Set(name, v)
		}
	}
	set("disease", f.Disease)
	set("class", string(f.Class))
	if f.From != 0 {
		set("from", f.From.String())
	}
	if f.To != 0 {
		set("to", f.To.String())
	}
	return q
}

func listView(list []Listed, total, skip int, f Filter, lists surveillance.Lists) page.Sheet {
	v := page.Sheet{Lead: page.M("linelist.lead"), Actions: []page.Link{{Href: "/linelist/new", Text: page.M("linelist.new.title")}, {Href: "/contacts", Text: page.M("linelist.contacts.title")}, {Href: "/surveillance", Text: page.M("linelist.signals")}},
		Filter: filterForm(f, lists), Table: caseTable(list)}
	v.Table.Pager = pagerOf(len(list), total, skip, f)
	return v
}

func pagerOf(shown, total, skip int, f Filter) page.Pager {
	if total <= PageOf && skip == 0 {
		return page.Pager{}
	}
	at := func(skip int) string {
		q := f.query()
		if skip > 0 {
			q.Set("skip", strconv.Itoa(skip))
		}
		return "/linelist?" + q.Encode()
	}
	p := page.Pager{From: skip + 1, To: skip + shown, Total: total}
	if skip > 0 {
		p.Prev = at(max(skip-PageOf, 0))
	}
	more := skip+shown < total
	if total > mostCounted { // nobody counted all of them
		p.Total, more = 0, shown == PageOf
	}
	if more {
		p.Next = at(skip + PageOf)
	}
	return p
}

func filterForm(f Filter, lists surveillance.Lists) *page.Form {
	diseases := []page.Option{{Value: "", Label: page.M("linelist.filter.all")}}
	for _, d := range lists.Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: diseaseMsg(d.Code)})
	}
	classes := append([]page.Option{{Value: "", Label: page.M("linelist.filter.all")}}, page.OptionsOf(Classes, "linelist.class.")...)
	return &page.Form{Method: "get", Action: "/linelist", Compact: true, Submit: page.M("linelist.filter.show"), Fields: []page.Field{
		{Kind: page.Select, Name: "disease", Label: page.M("linelist.q.disease"), Options: diseases, Value: f.Disease},
		{Kind: page.Select, Name: "class", Label: page.M("linelist.class.title"), Options: classes, Value: string(f.Class)},
	}}
}

func caseTable(list []Listed) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("linelist.q.number")}, {Label: page.M("linelist.q.disease")}, {Label: page.M("linelist.class.title")},
		{Label: page.M("linelist.q.name")}, {Label: page.M("linelist.q.sex_age")}, {Label: page.M("linelist.q.area")}, {Label: page.M("linelist.q.onset")},
		{Label: page.M("linelist.q.reported")}, {Label: page.M("linelist.q.ending")}},
		Empty: page.Empty{Title: page.M("linelist.none"), Action: page.Link{Href: "/linelist/new", Text: page.M("linelist.new.title")}}}
	for _, l := range list {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(l.ID), Name: l.Code()}, diseaseCell(l), classCell(l.Case), l.Name, sexAge(l.Case), areaCell(l.Case), l.Onset, l.Reported, endingCell(l.Case)})
	}
	return t
}

// diseaseCell names what a case is known to be, and says where the species is open.
func diseaseCell(l Listed) any {
	if l.Known {
		return diseaseMsg(l.Disease.Code)
	}
	return []any{diseaseMsg(l.Disease.Code), page.Tag{Level: page.Wait, Text: page.M("linelist.species_open")}}
}

func classTag(c Class) page.Tag {
	level := page.Quiet
	switch c {
	case Confirmed, Compatible:
		level = page.Danger
	case Probable, Suspected, Open:
		level = page.Wait
	case NotACase:
		level = page.Done
	}
	switch c {
	case Confirmed, Compatible, Probable, Suspected, Open, NotMeeting, NotACase, NoRule:
		return page.Tag{Level: level, Text: page.M("linelist.class." + lower(c))}
	}
	return page.Tag{Level: level, Text: page.M("linelist.class.other", "code", string(c))}
}

func classCell(c Case) any {
	if c.Officer != nil {
		return []any{classTag(c.Class()), page.M("linelist.class.by_officer")}
	}
	return classTag(c.Class())
}

func sexAge(c Case) any {
	var out []any
	if c.Sex != "" {
		out = append(out, page.Sex(c.Sex).Msg())
	}
	if !c.Birth.IsZero() {
		on := c.Onset
		if on.IsZero() {
			on = c.Reported
		}
		if day, _, ok := on.Bounds(); ok {
			out = append(out, page.Age(c.Birth, day))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func areaCell(c Case) any {
	var out []any
	for _, t := range []string{c.Place, c.Area} {
		if t != "" {
			out = append(out, t)
		}
	}
	if c.Country != "" {
		out = append(out, page.Country(c.Country))
	}
	if c.Imported == value.Yes {
		out = append(out, page.Tag{Level: page.Info, Text: page.M("linelist.imported")})
	}
	return out
}

func endingCell(c Case) any {
	if c.Ending == "" {
		return nil
	}
	level := page.Done
	if c.Ending == Dead {
		level = page.Danger
	}
	return page.Tag{Level: level, Text: page.M("linelist.ending." + string(c.Ending))}
}
