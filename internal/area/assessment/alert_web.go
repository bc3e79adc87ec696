package assessment

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// mostAlerts caps the page of alerts; the newest come first.
const mostAlerts = 50

// alertsView lists what changed after the reader acted on it.
type alertsView struct {
	Alerts []alertItem
	Empty  page.Empty
}

type alertItem struct {
	Who    any // a link, a name, or words where the reader may no longer know the name
	Case   page.Code
	When   page.Row
	Cause  page.Msg
	Answer *page.Form
}

func (s *Service) getAlerts(w http.ResponseWriter, r *http.Request) { s.showAlerts(w, r, db.ID{}, nil) }

// showAlerts shows the reader's open alerts; fault is what was wrong with the
// answer to one of them.
func (s *Service) showAlerts(w http.ResponseWriter, r *http.Request, wrong db.ID, why error) {
	ctx := r.Context()
	actor, ok := access.From(ctx)
	if !ok || !s.Access.Ever(ctx, access.AlertRead) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "assessment.alerts", "page.error.forbidden"))
		return
	}
	v := alertsView{Empty: page.Empty{Title: page.M("assessment.alerts.empty"), Text: page.M("assessment.alerts.empty_text")}}
	var shown []db.ID
	var problems []page.Problem
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := openAlerts(tx, actor.User, mostAlerts)
		if err != nil {
			return err
		}
		for _, a := range list {
			it, person, err := s.alertItem(ctx, tx, a)
			if err != nil {
				return err
			}
			if !person.IsZero() {
				shown = append(shown, person)
			}
			if a.ID == wrong && it.Answer.Fail(why) {
				problems = it.Answer.Problems()
			}
			v.Alerts = append(v.Alerts, it)
		}
		return nil
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "assessment.alerts", shown)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/alerts", Title: "assessment.alerts.title", View: v, Problems: problems, Return: "/alerts"})
}

// alertItem is one alert as its reader may see it: who moved on, or lost a right,
// still hears that something changed.
func (s *Service) alertItem(ctx context.Context, tx *db.Tx, a Alert) (alertItem, db.ID, error) {
	field := "answer-" + a.ID.String()
	it := alertItem{Who: page.M("assessment.alerts.somebody"), When: page.Row{Label: page.M("assessment.history.when"), Value: a.At}, Cause: causeMsg(a.Cause),
		Answer: &page.Form{Action: "/alerts/" + a.ID.String(), ID: "alert-" + a.ID.String(), Submit: page.M("assessment.alerts.answer"),
			Fields: []page.Field{{Kind: page.Text, Name: field, Label: page.M("assessment.alerts.what_done"), Max: 500, Auto: "off"}}}}
	m, err := loadMember(tx, a.Member)
	if fault.Is(err, fault.NotFound) {
		return it, db.ID{}, nil // erased since
	}
	if err != nil {
		return it, db.ID{}, err
	}
	c, site, programme, err := loadCase(tx, m.Case)
	var b *page.Banner
	if err == nil {
		b, err = s.People.Banner(ctx, tx, m.Person)
	}
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
		return it, db.ID{}, nil
	}
	if err != nil {
		return it, db.ID{}, err
	}
	name := b.Name
	if name == "" {
		name = b.Wristband
	}
	it.Case, it.Who = page.Code(c.Number), name
	res := access.Resource{Kind: kindMember, Doc: m.ID, Subject: m.Person, Site: site, Programme: programme, Sensitivity: journal.Clinical}
	if s.Access.May(ctx, access.PlanRead, res) {
		it.Who = page.Link{Href: casePath(c.ID) + "/members/" + m.ID.String(), Name: name}
	}
	return it, m.Person, nil
}

func (s *Service) postAlert(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err == nil {
		err = page.ReadForm(w, r, maxPosted)
	}
	if err == nil {
		err = s.AnswerAlert(r.Context(), id, r.Form.Get("answer-"+id.String()))
	}
	switch {
	case fault.FieldOf(err) == "answer":
		s.showAlerts(w, r, id, fault.Field("assessment.alerts", "answer-"+id.String(), fault.KeyOf(err)))
	case err != nil:
		s.Pages.Error(w, r, err)
	default:
		s.Pages.Redirect(w, r, "/alerts", page.M("assessment.alerts.answered"))
	}
}

// Waiting counts the alerts the actor has not answered.
func (s *Service) Waiting(ctx context.Context) (n int, err error) {
	actor, _ := access.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = countAlerts(tx, actor.User)
		return err
	})
	return n, err
}
