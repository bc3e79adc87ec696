package encounter

import (
	"context"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// mostListed is how many encounters a list has: a desk sees a hundred in a day.
const mostListed = 300

// Listed is an encounter of a list.
type Listed struct {
	Encounter
	Who people.Brief
}

// Today lists the encounters of today that the actor may read, the open ones first.
func (s *Service) Today(ctx context.Context) (out []Listed, err error) {
	const op = "encounter.Today"
	sc, err := s.Access.Reach(ctx, op, access.ClinicalRead)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, shown = nil, nil
		all, err := on(tx, sc, s.today(), mostListed)
		if err != nil {
			return err
		}
		ids := make([]db.ID, 0, len(all))
		for _, e := range all {
			ids = append(ids, e.Person)
		}
		who, err := s.People.Briefs(tx, ids)
		for _, e := range all {
			out, shown = append(out, Listed{e, who[e.Person]}), append(shown, e.Person)
		}
		return err
	})
	if err == nil && len(shown) > 0 {
		err = s.Access.Searched(ctx, "care.encounter", shown)
	}
	return out, fault.Wrap(op, err)
}

// mostOf is how many encounters of one person are shown on their page.
const mostOf = 5

// Links are the ways from a person's page: the encounters that go on, the last ones, and
// a new one.
func (s *Service) Links(ctx context.Context, person db.ID) []page.Link {
	var out []page.Link
	_ = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := of(tx, person, mostOf)
		for _, e := range list {
			if s.Access.May(ctx, access.ClinicalRead, e.Resource()) {
				out = append(out, page.Link{Href: path(e.ID), Text: page.M("encounter.link", "day", page.DateText(e.Day.Date()))})
			}
		}
		if b, err := s.brief(ctx, tx, access.ClinicalWrite, person); err == nil && !b.Died {
			out = append(out, page.Link{Href: newPath + "?person=" + person.String(), Text: page.M("encounter.new.title")})
		}
		return err
	}) // a way that cannot be shown is left out: the page itself still helps
	return out
}
