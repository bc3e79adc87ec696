package app

import (
	"context"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance/ready"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// newReady makes the service of preparedness. A point of the gazetteer belongs to the
// site that screens there.
func (n *Node) newReady(o Options) *ready.Service {
	return ready.New(ready.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Sites: n.Sites, Points: n.Gazetteer, Clock: o.Clock,
		SiteOf: func(tx *db.Tx, point string) (string, error) {
			p, err := n.Border.PointIn(tx, point)
			if fault.Is(err, fault.NotFound) {
				return "", nil // nobody screens there
			}
			return p.Post.Site, err
		}})
}

// readyCard is what preparedness waits for, to those who look after it.
func (n *Node) readyCard(ctx context.Context) ([]todayCard, error) {
	if !n.Access.Ever(ctx, access.PrepareEdit) {
		return nil, nil
	}
	list, err := n.Ready.Waiting(ctx)
	late := 0
	for _, a := range list {
		if d := a.Day("due"); d != 0 && d < calendar.DayOfTime(n.clock()) {
			late++
		}
	}
	if err != nil || late == 0 {
		return nil, err
	}
	return []todayCard{{page.M("ready.title"), page.M("ready.actions.late", "count", late), []page.Link{{Href: "/surveillance/ready/actions", Text: page.M("app.today.open")}}}}, nil
}

// seedReady gives the first point of the demo what it has and what it lacks.
func (n *Node) seedReady(ctx context.Context) error {
	desk, err := n.As(ctx, string(access.Manager), "public_health")
	if err != nil {
		return err
	}
	today := calendar.DayOfTime(n.clock())
	on := func(days int) string { return (today + calendar.Day(days)).String() }
	exercise := db.NewID()
	of := func(id db.ID, w ready.What, answers map[string]string) ready.Record {
		return ready.Record{ID: id, What: w, Place: "point/" + DemoPoints[0].Code, Answers: maps.Clone(answers)}
	}
	records := []ready.Record{
		of(db.NewID(), ready.Plan, map[string]string{"name": "Contingency plan for public health emergencies", "version": "2", "dated": on(-300), "kept": "Port health office, red folder; copy with the shift leader", "tested": on(-120), "next": on(65)}),
		of(db.NewID(), ready.Item, map[string]string{"name": "Gloves", "unit": "pairs", "minimum": "200", "have": "260", "counted": on(-6), "lasting": "expires", "expires": on(400), "next": on(24)}),
		of(db.NewID(), ready.Item, map[string]string{"name": "Chlorine powder", "unit": "kg", "minimum": "20", "have": "8", "counted": on(-6), "lasting": "expires", "expires": on(-3), "next": on(24)}),
		of(db.NewID(), ready.Contact, map[string]string{"function": "port_health", "name": "Port health office, on duty", "phone": "+254 20 555 0101", "deputy": "Shift leader", "deputy_phone": "+254 20 555 0102", "confirmed": on(-20), "next": on(70)}),
		of(db.NewID(), ready.Contact, map[string]string{"function": "ambulance", "name": "County ambulance", "phone": "+254 20 555 0199", "confirmed": on(-200), "next": on(-20)}),
		of(exercise, ready.Exercise, map[string]string{"name": "A feverish traveller leaves the bus", "format": "table_top", "held": on(-120), "people": "14", "objectives": "Who is called, in which order, and by when", "findings": "Nobody knew who calls the ambulance at night", "next": on(60)}),
		of(db.NewID(), ready.Action, map[string]string{"name": "Write the night number of the ambulance on the wall", "owner": "Shift leader", "due": on(-30)}),
	}
	records[len(records)-1].From = exercise
	records = append(records, of(db.NewID(), ready.Action, map[string]string{"name": "Agree with the other side who tells whom of a contact"}))
	return n.Ready.Save(desk, slices.Clone(records)...)
}
