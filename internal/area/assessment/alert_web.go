package assessment

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// alertsView lists what changed after the reader acted on it.
type alertsView struct {
	Alerts []alertItem
	Empty  page.Empty
}

type alertItem struct {
	Who    page.Link
	Case   page.Link
	When   page.Row
	Cause  page.Msg
	Answer *page.Form
}

func (s *Service) getAlerts(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	actor, ok := access.From(ctx)
	if !ok || !s.Access.Ever(ctx, access.AlertRead) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "assessment.alerts", "page.error.forbidden"))
		return
	}
	v := alertsView{Empty: page.Empty{Title: page.M("assessment.alerts.empty"), Text: page.M("assessment.alerts.empty_text")}}
	var subjects []db.ID
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := openAlerts(tx, actor.User, 100)
		if err != nil {
			return err
		}
		for _, a := range list {
			m, err := loadMember(tx, a.Member)
			if err != nil {
				return err
			}
			c, err := loadCase(tx, m.Case)
			if err != nil {
				return err
			}
			b, err := s.People.Banner(ctx, tx, m.Person)
			if err != nil {
				return err
			}
			subjects = append(subjects, m.Person)
			v.Alerts = append(v.Alerts, alertItem{
				Who:   page.Link{Href: "/cases/" + c.ID.String() + "/members/" + m.ID.String(), Name: b.Name},
				Case:  page.Link{Href: "/cases/" + c.ID.String(), Name: c.Number},
				When:  page.Row{Label: page.M("assessment.history.when"), Value: a.At},
				Cause: causeMsg(a.Cause),
				Answer: &page.Form{Action: "/alerts/" + a.ID.String(), ID: "alert-" + a.ID.String(), Submit: page.M("assessment.alerts.answer"),
					Fields: []page.Field{{Kind: page.Text, Name: "answer", Label: page.M("assessment.alerts.what_done"), Max: 500}}},
			})
		}
		return nil
	})
	for _, subject := range subjects {
		if err == nil {
			err = s.Access.Opened(ctx, subject, "assessment.alert")
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "assessment/alerts", Title: "assessment.alerts.title", View: v})
}

func (s *Service) postAlert(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err == nil {
		err = page.ReadForm(w, r, 1<<16)
	}
	if err == nil {
		err = s.AnswerAlert(r.Context(), id, r.Form.Get("answer"))
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, "/alerts", page.M("assessment.alerts.answered"))
}
