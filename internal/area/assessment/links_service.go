package assessment

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Links are the ways from a person's page to their open cases, and to opening one,
// as far as the actor may go.
func (s *Service) Links(ctx context.Context, person db.ID) []page.Link {
	var out []page.Link
	_ = s.DB.Read(ctx, func(tx *db.Tx) error {
		members, err := membersAbout(tx, person)
		if err != nil {
			return err
		}
		for _, m := range members {
			c, _, _, err := loadCase(tx, m.Case)
			if err != nil {
				return err
			}
			if m.Left {
				continue
			}
			doc, err := s.Journal.Load(tx, m.Case)
			if err == nil && s.Access.May(ctx, access.BoardRead, access.Of(doc)) {
				out = append(out, page.Link{Href: "/cases/" + m.Case.String(), Text: page.M("assessment.case.link", "number", c.Number)})
			}
		}
		return nil
	}) // a way that cannot be shown is left out: the page itself still helps
	if s.Access.Ever(ctx, access.CaseOpen) {
		out = append(out, page.Link{Href: "/cases/new?person=" + person.String(), Text: page.M("assessment.case.open_for")})
	}
	return out
}
