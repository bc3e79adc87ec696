package linelist

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func lower(c Class) string { return strings.ToLower(string(c)) }

func (s *Service) getCase(w http.ResponseWriter, r *http.Request) {
	o, b, err := s.opened(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := caseView(o)
	v.Actions = append(v.Actions, s.beyond(r.Context(), false, o.ID)...)
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.case.title", Banner: b, Back: listLink()}, v, nil)
}

// opened opens the case of the path, with the banner of a registered person whom the
// reader may open.
func (s *Service) opened(r *http.Request) (Opened, *page.Banner, error) {
	id, err := page.PathID(r, "id")
	if err != nil {
		return Opened{}, nil, err
	}
	o, err := s.Open(r.Context(), id, page.LocaleOf(r).Code)
	if err != nil || !o.MayPerson {
		return o, nil, err
	}
	var b *page.Banner
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		b, err = s.People.Banner(r.Context(), tx, o.Person)
		return err
	})
	if fault.Is(err, fault.Forbidden) {
		return o, nil, nil
	}
	return o, b, err
}

func caseView(o Opened) page.Sheet {
	v := page.Sheet{Rows: caseRowsOf(o)}
	if o.Stale {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("linelist.stale")}})
	}
	if !o.Known {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("linelist.species_open_text")}})
	}
	if o.MayWrite {
		v.Actions = []page.Link{{Href: path(o.ID) + "/signs", Text: page.M("linelist.signs.title")}, {Href: path(o.ID) + "/result", Text: page.M("linelist.result.title")},
			{Href: path(o.ID) + "/edit", Text: page.M("linelist.edit.title")}, {Href: path(o.ID) + "/contact", Text: page.M("linelist.contact.new.title")}, {Href: path(o.ID) + "/source", Text: page.M("linelist.source.title")}}
		if !o.Signal.IsZero() {
			v.Actions = append(v.Actions, page.Link{Href: path(o.ID) + "/circle", Text: page.M("linelist.circle.title")})
		}
	}
	if o.MayOverride {
		v.Actions = append(v.Actions, page.Link{Href: path(o.ID) + "/override", Text: page.M("linelist.override.title")})
	}
	v.Parts = append(v.Parts, whyPart(o))
	if needs := needsOf(o); len(needs) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("linelist.needs"), Rows: needs})
	}
	v.Parts = append(v.Parts, circleParts(o)...)
	v.Parts = append(v.Parts, counterParts(o)...)
	if len(o.Results) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("linelist.results"), Table: resultTable(o)})
	}
	if rows := signRows(o); len(rows) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("linelist.signs.known"), Rows: rows})
	}
	if o.Stale && o.MayWrite {
		v.Parts = append(v.Parts, page.Part{Title: page.M("linelist.look.title"), Form: &page.Form{Action: path(o.ID) + "/look", Submit: page.M("linelist.look.title"), Compact: true}})
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("linelist.history"), Timeline: classHistory(o)})
	return v
}

func caseRowsOf(o Opened) page.Summary {
	rows := page.Summary{
		{Label: page.M("linelist.q.number"), Value: page.Code(o.Code())},
		{Label: page.M("linelist.q.disease"), Value: diseaseCell(o.Listed)},
		{Label: page.M("linelist.class.title"), Value: classCell(o.Case)},
	}
	if o.Officer != nil {
		rows = append(rows, page.Row{Label: page.M("linelist.override.why"), Value: []any{o.Officer.Why, o.Names[o.Officer.By], o.Officer.At}})
	}
	rows = append(rows, page.Summary{
		{Label: page.M("linelist.q.name"), Value: o.Name}, {Label: page.M("linelist.q.sex_age"), Value: sexAge(o.Case)},
		{Label: page.M("linelist.q.health_worker"), Value: o.Work},
		{Label: page.M("linelist.q.area"), Value: areaCell(o.Case)}, {Label: page.M("linelist.q.onset"), Value: o.Onset}, {Label: page.M("linelist.q.reported"), Value: o.Reported},
		{Label: page.M("linelist.q.isolated"), Value: o.Isolated}, {Label: page.M("linelist.q.ending"), Value: []any{endingCell(o.Case), o.Ended}},
	}...)
	if !o.Signal.IsZero() {
		rows = append(rows, page.Row{Label: page.M("linelist.q.signal"), Value: page.Link{Href: "/surveillance/signals/" + o.Signal.String(), Text: page.M("linelist.q.open_signal")}})
	}
	return rows
}

// whyPart tells the last decision: every row that fired with its source, and what
// could still change it.
func whyPart(o Opened) page.Part {
	p := page.Part{Title: page.M("linelist.why")}
	last, ok := o.Last()
	if !ok || last.Class == NoRule {
		p.Lead = page.M("linelist.no_rule")
		return p
	}
	if last.Class == NotMeeting {
		p.Lead = page.M("linelist.not_meeting")
	}
	for _, x := range o.Explanation.Outcomes {
		if x.Kind != decision.Classify || x.State != decision.Definite {
			continue
		}
		for _, row := range x.Because {
			if row.Truth != value.Yes {
				continue // it may still fire: that is a question and no reason
			}
			cells := []any{row.Sentence}
			for _, src := range row.Sources {
				cells = append(cells, page.M("linelist.source", "title", src.Title))
			}
			if row.Certainty == "R" {
				cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("linelist.unconfirmed")})
			}
			p.Rows = append(p.Rows, page.Row{Label: classTag(Class(x.Code)).Text, Value: cells})
		}
	}
	if len(last.Ask) > 0 && o.Definition != nil {
		var ask []any
		for _, name := range last.Ask {
			ask = append(ask, factMsg(o, name))
		}
		p.Rows = append(p.Rows, page.Row{Label: page.M("linelist.ask"), Value: ask})
	}
	return p
}

// factMsg is the question of a fact, in the reader's language.
func factMsg(o Opened, name string) page.Msg {
	return page.Words(func(lang string) string { return o.Definition.FactWord(lang, name) })
}

// needsOf is what else the definition asks for: specimens, isolation, notification.
func needsOf(o Opened) page.Summary {
	var rows page.Summary
	for _, x := range o.Explanation.Outcomes {
		if x.Kind == decision.Classify || x.State != decision.Definite {
			continue
		}
		cells := []any{x.Word}
		if x.Unconfirmed {
			cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("linelist.unconfirmed")})
		}
		rows = append(rows, page.Row{Label: page.M("linelist.need." + string(x.Kind)), Value: cells})
	}
	return rows
}

func resultTable(o Opened) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("linelist.result.of"), Wide: true}, {Label: page.M("linelist.result.value")}, {Label: page.M("linelist.result.collected")},
		{Label: page.M("linelist.result.on")}, {Label: page.M("linelist.result.lab")}, {Label: page.M("linelist.result.by")}}}
	for _, r := range slices.Backward(o.Results) {
		v := any(page.Tag{Level: page.Wait, Text: page.M("linelist.result.pending")})
		if r.Final {
			v = valueMsg(o, r.Of, r.Value)
		}
		t.Rows = append(t.Rows, []page.Cell{ofMsg(o, r.Of), v, r.Collected, r.On, r.Lab, o.Names[r.By]})
	}
	return t
}

func signRows(o Opened) page.Summary {
	var rows page.Summary
	for _, from := range sortedKeys(o.Signs) {
		s := o.Signs[from]
		cells := []any{valueMsg(o, from, s.Value), s.On}
		if s.Disputed {
			cells = append(cells, page.Tag{Level: page.Wait, Text: page.M("linelist.disputed")})
		}
		rows = append(rows, page.Row{Label: ofMsg(o, from), Value: cells})
	}
	return rows
}

// classHistory tells every decision and every officer's word, the latest first.
func classHistory(o Opened) page.Timeline {
	var out page.Timeline
	if o.Officer != nil {
		out = append(out, page.Event{When: o.Officer.At, What: page.M("linelist.history.officer"), State: classTag(o.Officer.Class), Detail: []any{o.Names[o.Officer.By], o.Officer.Why}})
	}
	for _, k := range slices.Backward(o.Classed) {
		out = append(out, page.Event{When: k.At, What: page.M("linelist.cause." + k.Cause), State: classTag(k.Class), Detail: []any{o.Names[k.By]}})
	}
	return out
}

func (s *Service) postLook(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.LookAt(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M("linelist.saved"))
}

func (s *Service) mayWrite(r *http.Request) error {
	if !s.Access.Ever(r.Context(), access.LineListWrite) {
		return fault.New(fault.Forbidden, "linelist.write", "door.forbidden")
	}
	return nil
}

// circleParts tell whom a case had contact with.
func circleParts(o Opened) (out []page.Part) {
	if len(o.Contacts) > 0 {
		out = append(out, page.Part{Title: page.M("linelist.contacts.of_case"), Table: contactTable(o.Contacts, "linelist.contacts.none")})
	}
	if len(o.Linked) > 0 {
		t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("linelist.linked.from")}, {Label: page.M("linelist.linked.to")}, {Label: page.M("linelist.contact.last")}, {Label: page.M("linelist.contact.type")}, {Label: page.M("linelist.chains.certainty")}}}
		for _, l := range o.Linked {
			from, to := any(page.Code(o.Code())), any(page.Link{Href: path(l.Case.ID), Name: l.Case.Code()})
			if l.Link.To == o.ID {
				from, to = to, from
			}
			var how any
			if l.Type != "" {
				how = page.M("linelist.exposure." + string(l.Type))
			}
			t.Rows = append(t.Rows, []page.Cell{from, to, l.Last, how, certaintyCell(l.Sure)})
		}
		out = append(out, page.Part{Title: page.M("linelist.linked"), Table: t})
	}
	return out
}
