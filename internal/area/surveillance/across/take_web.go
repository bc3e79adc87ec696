package across

import (
	"errors"
	"net/http"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) getTaken(w http.ResponseWriter, r *http.Request) { s.showTaken(w, r, "", nil) }

// takenForms are the three things that can be done about a notice that came.
type takenForms struct{ accept, refuse, outcome *page.Form }

func (s *Service) formsOf(a Arrival) takenForms {
	on := page.Field{Kind: page.Date, Name: "on", Label: page.M("across.outcome.on")}
	on.SetDate(s.today().Date(), s.today())
	return takenForms{
		accept: &page.Form{Action: takenPath(a.ID) + "/accept", Submit: page.M("across.accept.submit_" + string(a.About))},
		refuse: &page.Form{Action: takenPath(a.ID) + "/refuse", Submit: page.M("across.refuse.submit"), Fields: []page.Field{{Kind: page.Radios, Name: "reason", Label: page.M("across.refuse.why"), Options: page.OptionsOf(Reasons, "across.reason.")}}},
		outcome: &page.Form{Action: takenPath(a.ID) + "/outcome", Submit: page.M("across.outcome.submit", "hub", a.Peer), Fields: []page.Field{
			{Kind: page.Radios, Name: "outcome", Label: page.M("across.outcome.what"), Options: page.OptionsOf(OutcomesOf(a.About), "across.outcome.")}, on}},
	}
}

// showTaken shows a notice that came, with the form that failed, if one did.
func (s *Service) showTaken(w http.ResponseWriter, r *http.Request, failed string, wrong error) {
	id, err := page.PathID(r, "id")
	var a Arrival
	if err == nil {
		a, err = s.OpenTaken(r.Context(), id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	forms := s.formsOf(a)
	var f *page.Form
	if wrong != nil {
		f = map[string]*page.Form{"accept": forms.accept, "refuse": forms.refuse, "outcome": forms.outcome}[failed]
		if fault.FieldOf(wrong) == "another" {
			f.Fields = append(f.Fields, page.Field{Kind: page.Checks, Name: "another", Label: page.M("across.accept.same"), Options: []page.Option{{Value: "yes", Label: page.M("linelist.another")}}})
		}
		f.Fill(r.PostForm)
		if !f.Fail(wrong) {
			s.Pages.Error(w, r, wrong)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "across.one.title", Back: boardLink()}, takenView(a, forms), f)
}

func takenView(a Arrival, forms takenForms) page.Sheet {
	v := page.Sheet{Rows: page.Summary{
		{Label: page.M("across.col.number"), Value: page.Code(a.Number)}, {Label: page.M("across.col.state"), Value: cameTag(a)},
		{Label: page.M("across.col.about"), Value: []any{aboutMsg(a.About), diseaseMsg(a.Disease)}}, {Label: page.M("across.col.from"), Value: a.Peer},
		{Label: page.M("across.col.came"), Value: a.At}, {Label: page.M("across.col.until"), Value: a.Until}}}
	if a.Reader != "" {
		v.Rows = append(v.Rows, page.Row{Label: page.M("across.step.read"), Value: a.Reader})
	}
	if !a.DecidedAt.IsZero() {
		v.Rows = append(v.Rows, page.Row{Label: page.M("across.col.decided"), Value: []any{a.Decider, a.DecidedAt}})
	}
	if r := a.Steps[StepRefused].Reason; r != "" {
		v.Rows = append(v.Rows, page.Row{Label: page.M("across.step.refused"), Value: reasonMsg(r)})
	}
	if !a.Became.IsZero() {
		v.Actions = []page.Link{matterLink(a.About, a.Became)}
	}
	switch {
	case a.AtHub:
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("across.one.at_hub")}}}
	case !a.Kept:
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("across.one.gone")}}}
	case !a.Notice.Withdrawn.IsZero():
		v.Notes = []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("across.came.withdrawn_text"), page.M("across.why." + string(a.Notice.Why))}}}
	default:
		v.Parts = append(v.Parts, noticeParts(a.Notice)...)
	}
	if !a.MayTake || a.Over() {
		return v
	}
	if a.Decided == "" {
		v.Parts = append(v.Parts, page.Part{Title: page.M("across.accept.title"), Lead: page.M("across.accept.lead_" + string(a.About)), Form: forms.accept}, page.Part{Title: page.M("across.refuse.title"), Form: forms.refuse})
		return v
	}
	told := page.Part{Title: page.M("across.outcome.title"), Lead: page.M("across.outcome.lead"), Form: forms.outcome}
	if a.Due != "" {
		told.Notes = []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("across.outcome.due"), outcomeMsg(a.Due)}}}
	}
	v.Parts = append(v.Parts, told)
	return v
}

func (s *Service) postAccept(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if _, err := s.Accept(r.Context(), id, r.PostForm.Get("another") != ""); err != nil {
		s.showTaken(w, r, "accept", err)
		return
	}
	s.Pages.Redirect(w, r, takenPath(id), page.M("across.accept.done"))
}

func (s *Service) postRefuse(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if err := s.Refuse(r.Context(), id, Reason(r.PostForm.Get("reason"))); err != nil {
		s.showTaken(w, r, "refuse", err)
		return
	}
	s.Pages.Redirect(w, r, takenPath(id), page.M("across.refuse.done"))
}

func (s *Service) postOutcome(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	on, bad := s.dayOf(r)
	if err = bad; err == nil {
		err = s.Tell(r.Context(), id, Outcome(r.PostForm.Get("outcome")), on)
	}
	if err != nil {
		s.showTaken(w, r, "outcome", err)
		return
	}
	s.Pages.Redirect(w, r, takenPath(id), page.M("across.outcome.done"))
}

func (s *Service) dayOf(r *http.Request) (calendar.Day, error) {
	d, err := page.ReadDate(r.PostForm, "on", s.today())
	if day, ok := d.Exact(); ok {
		return day, err
	}
	if !d.IsZero() {
		err = errors.Join(err, fault.Field("across.postOutcome", "on", "across.error.day"))
	}
	return 0, err
}
