package order

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// mostDone caps the list of what was done: who looks for something older knows a
// number.
const mostDone = 100

// DoneAt lists what was done at a station, the latest first, for whoever may read
// the list: a result that turns out to be wrong has to be found to be corrected. A
// number of a person or a family narrows it. It notes whom it showed.
func (s *Service) DoneAt(ctx context.Context, station, number string) (lines []Line, err error) {
	const op = "order.DoneAt"
	scope, err := s.Access.Scope(ctx, access.WorklistRead)
	if err != nil {
		return nil, err
	}
	if scope.Empty() {
		return nil, fault.New(fault.Forbidden, op, "order.error.worklist")
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		lines, shown = nil, nil
		var people []db.ID
		if number = strings.TrimSpace(number); number != "" && s.Numbered != nil {
			if people, err = s.Numbered(tx, number); err != nil {
				return err
			}
			people = append([]db.ID{}, people...) // nobody is not everybody
		}
		orders, err := doneAt(tx, station, scope, people, mostDone)
		if err != nil {
			return err
		}
		for _, o := range orders {
			if !slices.Contains(shown, o.Subject) {
				shown = append(shown, o.Subject)
			}
		}
		briefs, err := s.People.Briefs(tx, shown)
		if err != nil {
			return err
		}
		for _, o := range orders {
			lines = append(lines, Line{Order: o, Person: briefs[o.Subject], Waiting: max(s.now().Sub(o.Since), 0)})
		}
		return nil
	})
	if err != nil || len(lines) == 0 {
		return lines, fault.Wrap(op, err)
	}
	return lines, fault.Wrap(op, s.Access.Searched(ctx, "care.done", shown))
}
