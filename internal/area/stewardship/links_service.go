package stewardship

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Links is the way from a person's page to what the person may ask for, as far as
// the actor may write it down.
func (s *Service) Links(ctx context.Context, person db.ID) []page.Link {
	var out []page.Link
	if s.Access.Ever(ctx, access.RightsRecord) {
		out = append(out, page.Link{Href: "/rights/new?person=" + person.String(), Text: page.M("stewardship.rights.new")})
	}
	if s.Access.Ever(ctx, access.ExportResults) {
		out = append(out, page.Link{Href: "/people/" + person.String() + "/handover", Text: page.M("stewardship.handover.title")})
	}
	return out
}
