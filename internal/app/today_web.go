package app

import (
	"context"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// todayView is what waits for this user, by role: the first page after log-in.
type todayView struct {
	Alerts   page.Callout
	Accounts page.Callout // the privacy officer's: what opened a way to people's data
	Key      page.Callout // the administrator's: something is to be done about the key
	Backup   page.Callout // the administrator's: how the backups stand
	Date     page.Callout // the administrator's: the clock says a day that is doubted
	Cards    []todayCard
}

type todayCard struct {
	Title page.Msg
	Text  page.Msg
	Links []page.Link
}

func (n *Node) getToday(w http.ResponseWriter, r *http.Request) {
	v, err := n.today(r)
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.Pages.Render(w, r, page.Page{Template: "app/today", Title: "app.today.title", View: v, Wide: true})
}

// today is what waits for whoever looks, and where their work begins.
func (n *Node) today(r *http.Request) (v todayView, err error) {
	ctx := r.Context()
	actor, _ := access.From(ctx)
	if v.Alerts, v.Accounts, err = n.todayNotices(ctx); err != nil {
		return v, err
	}
	if v.Cards, err = n.stationCards(ctx, actor); err != nil {
		return v, err
	}
	if v.Cards, err = n.dutyCards(ctx, actor, v.Cards); err != nil {
		return v, err
	}
	for _, way := range ways {
		switch way.name {
		case "packs", "audit", "rights", "review":
			if n.Access.Ever(ctx, way.action) && (way.name != "packs" || actor.Is(access.MedicalOfficer)) {
				v.Cards = append(v.Cards, todayCard{page.M("app.nav." + way.name), page.M("app.today." + way.name + "_text"), []page.Link{{Href: way.href, Text: page.M("app.today.open")}}})
			}
		}
	}
	if actor.Is(access.Administrator) {
		if v.Backup, err = n.backupNotice(ctx); err != nil {
			return v, err
		}
		date, err := n.date(ctx)
		if err != nil {
			return v, err
		}
		v.Date = dateNotice(date)
		v.Cards = append(v.Cards, todayCard{Title: page.M("app.today.administration"), Text: page.M("app.today.administration_text"),
			Links: []page.Link{{Href: usersPath, Text: page.M("app.users.title")}, {Href: DevicePath, Text: page.M("app.device.title")}}})
		if v.Key = n.keyNotice(r); v.Key.Level != page.Danger {
			v.Key = page.Callout{}
		}
	}
	return v, nil
}

// todayNotices are what must not wait: alerts about people, and accounts to look at.
func (n *Node) todayNotices(ctx context.Context) (alerts, accounts page.Callout, err error) {
	if n.Access.Ever(ctx, access.AlertRead) {
		waiting, err := n.Assessment.Waiting(ctx)
		if err != nil {
			return alerts, accounts, err
		}
		if waiting > 0 {
			alerts = page.Callout{Level: page.Danger, Title: page.M("app.today.alerts", "count", waiting), Links: []page.Link{{Href: "/alerts", Text: page.M("app.nav.alerts")}}}
		}
	}
	if n.Access.Ever(ctx, access.AuditRead) {
		waiting, err := n.Access.AccountsWaiting(ctx)
		if err != nil {
			return alerts, accounts, err
		}
		if waiting > 0 {
			accounts = accountsNotice(waiting)
			accounts.Links = []page.Link{{Href: "/audit/accounts", Text: page.M("app.accounts.title")}}
		}
	}
	return alerts, accounts, nil
}

// stationCards are the work at the stations of a centre.
func (n *Node) stationCards(ctx context.Context, actor access.Actor) (cards []todayCard, err error) {
	door := todayCard{page.M("app.today.reception"), page.M("app.today.reception_text"), []page.Link{
		{Href: "/people/new", Text: page.M("app.today.register")}, {Href: "/people", Text: page.M("app.nav.people")}}}
	registers := n.Access.Ever(ctx, access.PersonRegister)
	if registers && actor.Is(access.Reception) {
		cards = append(cards, door)
	}
	if n.Access.Ever(ctx, access.WorklistRead) {
		cards = append(cards, todayCard{page.M("app.today.station"), page.M("app.today.station_text"), []page.Link{{Href: "/worklist", Text: page.M("app.nav.worklist")}}})
	}
	if n.Access.Ever(ctx, access.ClinicalRead) {
		waiting, err := n.Steward.Unseen(ctx)
		if err != nil {
			return nil, err
		}
		if waiting > 0 {
			cards = append(cards, todayCard{page.M("app.nav.handovers"), page.M("app.today.handovers_text"), []page.Link{{Href: "/handovers", Text: page.M("app.today.open")}}})
		}
	}
	if n.Access.Ever(ctx, access.BoardRead) {
		counts, err := n.Assessment.Counts(ctx)
		if err != nil {
			return nil, err
		}
		card := todayCard{Title: page.M("app.today.cases"), Text: page.M("app.today.cases_text"), Links: counts}
		if len(counts) == 0 {
			card.Links = []page.Link{{Href: "/cases", Text: page.M("app.nav.cases")}}
		}
		cards = append(cards, card)
	}
	if registers && !actor.Is(access.Reception) { // who works elsewhere registers now and then
		cards = append(cards, door)
	}
	return cards, nil
}
