package assessment

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// tellTasks are the results of a member that wait to be given in person, each with the
// way to do so, for who may give them. They are what the talk after a test is about,
// and no part of the plan: nothing waits for it but the person.
func (s *Service) tellTasks(ctx context.Context, v *view) (page.Tasks, error) {
	if v.Dead {
		return nil, nil
	}
	list, err := s.Orders.Untold(ctx, v.Member.Person, v.Case.ID)
	var out page.Tasks
	for _, u := range list {
		tag := page.Tag{Level: page.Wait, Text: page.M("assessment.tell.wait")}
		if u.Again {
			tag.Text = page.M("assessment.tell.again")
		}
		out = append(out, page.Task{Name: words(v.Pack, "service."+u.Code), Href: "/results/" + u.Result.String() + "/told", State: tag})
	}
	return out, err
}
