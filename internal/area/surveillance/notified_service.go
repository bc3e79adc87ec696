package surveillance

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Notified is that a disease of somebody is notified to the programme that answers for
// it. It raises no signal and has no clock of the desk.
type Notified struct {
	Disease string       `json:"disease"`
	On      calendar.Day `json:"on"`
	About   db.ID        `json:"about"` // the document that says so; it notifies once

	Person          db.ID               `json:"-"`
	Sensitivity     journal.Sensitivity `json:"-"`
	Site, Programme string              `json:"-"`
}

// Notify keeps a notification in the transaction of the area that found it, and answers
// whether it is new. Whoever calls it has checked the right to what it is about.
func (s *Service) Notify(ctx context.Context, tx *db.Tx, n Notified) (bool, error) {
	const op = "surveillance.Notify"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return false, err
	}
	id := notifiedID(n)
	switch _, err := s.Journal.Load(tx, id); {
	case err == nil:
		return false, nil
	case !fault.Is(err, fault.NotFound):
		return false, fault.Wrap(op, err)
	}
	err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindNotified, Doc: id, Subject: n.Person, Site: n.Site, Programme: n.Programme, Sensitivity: n.Sensitivity, Purpose: "public_health",
		Fields: map[string]any{"disease": n.Disease, "on": n.On, "about": n.About}})
	return err == nil, fault.Wrap(op, err)
}

// NotifiedPeople counts the people of a site of whom a disease was notified in some days.
func (s *Service) NotifiedPeople(tx *db.Tx, site, disease string, first, last calendar.Day) (int, error) {
	return notifiedPeople(tx, site, disease, first, last)
}
