package referral

import (
	"context"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Refer is the way to refer somebody from an encounter (encounter.OnRefer). It is none
// where that was done, or where the actor may not.
func (s *Service) Refer(ctx context.Context, tx *db.Tx, e encounter.Encounter) (page.Link, error) {
	b, err := s.brief(ctx, tx, access.ClinicalWrite, e.Person)
	if err != nil || b.Died {
		return page.Link{}, nil //nolint:nilerr // who may not refer is offered nothing
	}
	done, err := from(tx, e.ID)
	if err != nil {
		return page.Link{}, err
	}
	for _, r := range done {
		if k := r.State(); k != Cancelled && k != Declined {
			return page.Link{}, nil
		}
	}
	return page.Link{Href: newPath + "?person=" + e.Person.String() + "&encounter=" + e.ID.String(), Text: page.M("referral.new.title")}, nil
}

// Beside shows on an encounter's page where it led (encounter.OnBeside).
func (s *Service) Beside(ctx context.Context, tx *db.Tx, e encounter.Encounter) (out encounter.Beside, err error) {
	list, err := from(tx, e.ID)
	for _, r := range list {
		if s.Access.May(ctx, access.ClinicalRead, r.Resource()) {
			out.Rows = append(out.Rows, page.Row{Label: page.M("referral.one.title"), Value: []any{
				page.Link{Href: Path(r.ID), Text: page.M("referral.urgency." + r.Urgency)}, stateTag(r, s.now())}})
		}
	}
	return out, err
}

// Before are the referrals of somebody that wait for an answer, for the page before an
// encounter is signed (encounter.OnBefore).
func (s *Service) Before(ctx context.Context, tx *db.Tx, person db.ID) (out []encounter.BeforeLine, err error) {
	list, err := of(tx, person)
	for _, r := range list {
		if !r.State().Answers() && s.Access.May(ctx, access.ClinicalRead, r.Resource()) {
			out = append(out, encounter.BeforeLine{What: page.Link{Href: Path(r.ID), Text: page.M("referral.link", "day", page.DateText(dayOf(r.At)))}, State: stateTag(r, s.now())})
		}
	}
	return out, err
}

// mostToday is how many referrals the first page names; the list has all.
const mostToday = 4

// Today is the first page's word on what waits at the actor's sites: how many, and the
// clock of the first few. The zero Msg is nothing.
func (s *Service) Today(ctx context.Context) (text page.Msg, links []page.Link, err error) {
	w, err := s.Waiting(ctx, mostToday)
	if err != nil || w.Received+w.Sent == 0 {
		return page.Msg{}, nil, err
	}
	received, sent := page.M("referral.today.received", "count", w.Received), page.M("referral.today.sent", "count", w.Sent)
	switch {
	case w.Sent == 0:
		text = received
	case w.Received == 0:
		text = sent
	default:
		text = page.M("referral.today.both", "received", received, "sent", sent)
	}
	for _, r := range w.First {
		key := "referral.today.first"
		if r.Overdue(w.Now) {
			key = "referral.today.late"
		}
		links = append(links, page.Link{Href: Path(r.ID), Text: page.M(key, "urgency", page.M("referral.urgency."+r.Urgency), "at", r.Due)})
	}
	return text, append(links, listLink()), nil
}

// dayNumber is the day of a time.
func dayNumber(t time.Time) calendar.Day { return calendar.DayOfTime(t) }

func dayOf(t time.Time) calendar.Date { return dayNumber(t).Date() }
