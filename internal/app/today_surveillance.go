package app

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// mostOutbreaks is how many outbreaks the first page names; the list has all.
const mostOutbreaks = 4

// dutyCards are the border's, what is to be repaired and prepared, what came across a
// border, and where to look, around the stations of whoever has one. Whoever has none
// begins with the signals.
func (n *Node) dutyCards(ctx context.Context, actor access.Actor, stations []todayCard) ([]todayCard, error) {
	var parts [6][]todayCard
	for i, of := range []func(context.Context) ([]todayCard, error){n.signalCard, n.lookoutCards, n.acrossCard, n.borderTasks, n.readyCard, n.referralCard} {
		var err error
		if parts[i], err = of(ctx); err != nil {
			return nil, err
		}
	}
	signals, lookout, notices, tasks := parts[0], parts[1], parts[2], slices.Concat(parts[3], parts[4])
	notices = slices.Concat(parts[5], notices)
	if len(stations) == 0 {
		return slices.Concat(borderCard(actor), signals, lookout, notices, tasks), nil
	}
	return slices.Concat(borderCard(actor), tasks, notices, stations, lookout, signals), nil
}

// lookoutCards say where to look today: alerts that nobody acknowledged, contacts whose
// visit is due, and whom to offer care because their journey met an outbreak. What is
// nothing has no card.
func (n *Node) lookoutCards(ctx context.Context) (cards []todayCard, err error) {
	open := page.M("app.today.open")
	if n.Access.Ever(ctx, access.StatisticsRead) {
		waiting, err := n.Alerts.Waiting(ctx)
		if err != nil {
			return nil, err
		}
		if waiting > 0 {
			cards = append(cards, todayCard{page.M("alert.title"), page.M("alert.waiting", "count", waiting), []page.Link{{Href: "/surveillance/alerts", Text: open}}})
		}
	}
	if n.Access.Ever(ctx, access.ContactFollow) {
		due, left, err := n.Cases.DueToday(ctx)
		if err != nil {
			return nil, err
		}
		if due > 0 {
			cards = append(cards, todayCard{page.M("linelist.contacts.title"), page.M("app.today.contacts_due", "count", due, "left", left), []page.Link{{Href: "/contacts", Text: open}}})
		}
	}
	if n.Access.Ever(ctx, access.ExposureRead) {
		list, err := n.Outbreaks.ToOffer(ctx)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			card := todayCard{Title: page.M("outbreak.people.title"), Text: page.M("app.today.offer_text")}
			for _, o := range list[:min(len(list), mostOutbreaks)] {
				card.Links = append(card.Links, page.Link{Href: o.Path(), Text: page.M("app.today.offer_of", "disease", page.M("surveillance.disease."+o.Disease), "count", o.Total, "certain", o.Certain)})
			}
			card.Links = append(card.Links, page.Link{Href: "/outbreaks", Text: page.M("app.nav.outbreaks")})
			cards = append(cards, card)
		}
	}
	return cards, nil
}
