package outbreak

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const leavingPath = "/outbreaks/departures"

// LeavingLinks are the ways from a departure to who on it was exposed.
func (s *Service) LeavingLinks(ctx context.Context, day calendar.Day) []page.Link {
	if s.Leaving == nil || !s.Access.Ever(ctx, access.ExposureRead) {
		return nil
	}
	return []page.Link{{Href: leavingPath + "?day=" + day.String(), Text: page.M("outbreak.leaving.link")}}
}

func (s *Service) getLeaving(w http.ResponseWriter, r *http.Request) {
	day, err := calendar.ParseDay(r.URL.Query().Get("day"))
	if date, readErr := page.ReadDate(r.URL.Query(), "on", s.today()); readErr == nil && !date.IsZero() {
		day, _ = date.Exact()
	} else if err != nil {
		day = s.today() + 1 // tomorrow, unless another day was asked for
	}
	out, err := s.DeparturesOn(r.Context(), day, page.LocaleOf(r).Code)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := leavingSheet(out)
	on := page.Field{Kind: page.Date, Name: "on", Label: page.M("outbreak.q.day")}
	on.SetDate(day.Date(), s.today())
	v.Filter = &page.Form{Method: "get", Action: leavingPath, Compact: true, Submit: page.M("outbreak.people.show"), Fields: []page.Field{on}}
	s.Pages.Sheet(w, r, page.Page{Title: "outbreak.leaving.title", Back: listLink(), Wide: true}, v, nil)
}

func leavingSheet(out Departures) page.Sheet {
	v := page.Sheet{Lead: page.M("outbreak.leaving.lead"), Limits: []page.Msg{page.M("outbreak.limit.bar"), page.M("outbreak.limit.declared"), page.M("outbreak.limit.shown")},
		Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("outbreak.q.person")}, {Label: page.M("outbreak.q.sex_age")}, {Label: page.M("outbreak.q.flight")}, {Label: page.M("outbreak.q.exposed")}, {Label: page.M("outbreak.q.care"), Wide: true}},
			Empty: page.Empty{Title: page.M("outbreak.leaving.none"), Action: page.Link{Href: "/travel", Text: page.M("outbreak.leaving.plan")}}}}
	v.Rows = page.Summary{{Label: page.M("outbreak.q.day"), Value: out.Day}}
	for _, a := range answerOrder {
		v.Rows = append(v.Rows, page.Row{Label: page.M("outbreak.leaving.of", "answer", page.M("outbreak.answer."+string(a))), Value: page.M("outbreak.leaving.people", "count", out.Count[a])})
	}
	if out.Hidden > 0 {
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("outbreak.leaving.hidden", "count", out.Hidden)}}}
	}
	for _, d := range out.List {
		v.Table.Rows = append(v.Table.Rows, []page.Cell{page.Link{Href: "/exposure/" + d.Person.String(), Name: nameOf(d.Who)}, sexAge(d.Who), page.Link{Href: "/travel/" + d.Movement.String(), Name: d.Number}, exposedCell(d), departingCare(d)})
	}
	return v
}

// exposedCell says each outbreak with its answer, else the answer alone.
func exposedCell(d Departing) any {
	if len(d.Met) == 0 {
		return answerTag(d.Answer)
	}
	var out []any
	for _, m := range d.Met {
		out = append(out, page.Link{Href: path(m.Outbreak.ID) + "/people/" + d.Person.String(), Text: diseaseMsg(m.Outbreak.Disease)}, answerTag(m.Answer))
	}
	return out
}

func departingCare(d Departing) any {
	var out []any
	for _, m := range d.Met {
		if cell, ok := careCell(m.Who).([]any); ok {
			out = append(out, cell...)
		}
	}
	if d.Answer == Unknown {
		out = append(out, page.M("outbreak.leaving.ask"))
	}
	return out
}
