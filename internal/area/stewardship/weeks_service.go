package stewardship

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// mostSpans bounds what is read for the numbers of conflicts.
const mostSpans = 5000

// WeeksOfConflicts says how many conflicts arose and were settled in each of the last
// weeks, as far as the actor may see them. Two records that look like one act are not
// among them: once settled nothing says when they were.
func (s *Service) WeeksOfConflicts(ctx context.Context) ([]Week, error) {
	const op = "stewardship.WeeksOfConflicts"
	if !s.Access.Ever(ctx, access.ReviewRead) {
		return nil, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	var spans []Span
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		spans = nil
		all, err := s.Journal.ReviewsSince(tx, startOf(firstWeek(s.today())), mostSpans)
		if err != nil {
			return err
		}
		for _, r := range all {
			doc, err := s.Journal.Load(tx, r.Doc)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if s.Access.May(ctx, access.ReviewRead, access.Of(doc)) {
				spans = append(spans, Span{Arose: r.Opened, Settled: r.Resolved})
			}
		}
		return nil
	})
	return Weeks(spans, s.today()), fault.Wrap(op, err)
}
