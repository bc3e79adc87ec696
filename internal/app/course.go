package app

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/care/course"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// courses builds the programmes of visits, which hear of every result.
func (n *Node) courses(o Options) {
	n.Courses = course.New(course.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Packs: carePacks{n.Packs}, People: n.People, Orders: n.Orders, Sites: n.Sites, Clock: o.Clock,
		OpenTo: func(ctx context.Context, tx *db.Tx, person db.ID, site string) error {
			return n.Access.OpenTo(ctx, tx, person, site, access.Transferred)
		}})
	n.Orders.OnResult(n.Courses.Recorded)
	n.People.OnRecord(n.Courses.Links)
}

// afterResult is where the page of a result leads: to the encounter or the course that
// asked its form.
func afterResult(o order.Order) string {
	if to := encounter.After(o); to != "" {
		return to
	}
	if to := course.After(o); to != "" {
		return to
	}
	return travel.After(o)
}

// followedPeople gives encounters what the courses of a person tell beside the other
// facts: a pack that asks for it reads it, and to every other one it is nothing.
type followedPeople struct {
	*people.Service
	n *Node // its courses are built after the encounters
}

// Facts implements encounter.People.
func (p followedPeople) Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error) {
	facts, journey, err := p.Service.Facts(tx, person, on)
	if err != nil {
		return nil, nil, err
	}
	told, err := p.n.Courses.Facts(tx, person, facts[people.FactDied].Value.Truth())
	for name, f := range told {
		facts[name] = f
	}
	return facts, journey, err
}

// coursesCame lets what came from elsewhere have its consequence: a birth that is
// followed up at one site ends the pregnancy that another followed. The hub does it, which
// hears of both; a node hears of it from there.
func (n *Node) coursesCame(ctx context.Context, tx *db.Tx, headers []journal.Header) error {
	if n.nodes == nil && n.DB.Engine() != db.Postgres {
		return nil
	}
	seen := map[db.ID]bool{}
	for _, h := range headers {
		if h.Kind != course.KindCourse || seen[h.Subject] {
			continue
		}
		seen[h.Subject] = true
		if err := n.Courses.Settle(ctx, tx, h.Subject); err != nil {
			return err
		}
	}
	return nil
}
