package app

import (
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
	Cards    []todayCard
}

type todayCard struct {
	Title page.Msg
	Text  page.Msg
	Links []page.Link
}

func (n *Node) getToday(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	actor, _ := access.From(ctx)
	var v todayView
	if n.Access.Ever(ctx, access.AlertRead) {
		waiting, err := n.Assessment.Waiting(ctx)
		if err != nil {
			n.Pages.Error(w, r, err)
			return
		}
		if waiting > 0 {
			v.Alerts = page.Callout{Level: page.Danger, Title: page.M("app.today.alerts", "count", waiting), Links: []page.Link{{Href: "/alerts", Text: page.M("app.nav.alerts")}}}
		}
	}
	if n.Access.Ever(ctx, access.AuditRead) {
		waiting, err := n.Access.AccountsWaiting(ctx)
		if err != nil {
			n.Pages.Error(w, r, err)
			return
		}
		if waiting > 0 {
			v.Accounts = accountsNotice(waiting)
			v.Accounts.Links = []page.Link{{Href: "/audit/accounts", Text: page.M("app.accounts.title")}}
		}
	}
	door := todayCard{page.M("app.today.reception"), page.M("app.today.reception_text"), []page.Link{
		{Href: "/people/new", Text: page.M("app.today.register")}, {Href: "/people", Text: page.M("app.nav.people")}}}
	registers := n.Access.Ever(ctx, access.PersonRegister)
	if registers && actor.Is(access.Reception) {
		v.Cards = append(v.Cards, door)
	}
	if n.Access.Ever(ctx, access.WorklistRead) {
		v.Cards = append(v.Cards, todayCard{page.M("app.today.station"), page.M("app.today.station_text"), []page.Link{{Href: "/worklist", Text: page.M("app.nav.worklist")}}})
	}
	if n.Access.Ever(ctx, access.ClinicalRead) {
		waiting, err := n.Steward.Unseen(ctx)
		if err != nil {
			n.Pages.Error(w, r, err)
			return
		}
		if waiting > 0 {
			v.Cards = append(v.Cards, todayCard{page.M("app.nav.handovers"), page.M("app.today.handovers_text"), []page.Link{{Href: "/handovers", Text: page.M("app.today.open")}}})
		}
	}
	if n.Access.Ever(ctx, access.BoardRead) {
		counts, err := n.Assessment.Counts(ctx)
		if err != nil {
			n.Pages.Error(w, r, err)
			return
		}
		card := todayCard{Title: page.M("app.today.cases"), Text: page.M("app.today.cases_text"), Links: counts}
		if len(counts) == 0 {
			card.Links = []page.Link{{Href: "/cases", Text: page.M("app.nav.cases")}}
		}
		v.Cards = append(v.Cards, card)
	}
	if registers && !actor.Is(access.Reception) { // who works elsewhere registers now and then
		v.Cards = append(v.Cards, door)
	}
	card, err := n.signalCard(ctx)
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	tasks, err := n.borderTasks(ctx)
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	v.Cards = append(append(append(borderCard(actor), tasks...), v.Cards...), card...)
	for _, way := range ways {
		switch way.name {
		case "packs", "audit", "rights", "review":
			if n.Access.Ever(ctx, way.action) && (way.name != "packs" || actor.Is(access.MedicalOfficer)) {
				v.Cards = append(v.Cards, todayCard{page.M("app.nav." + way.name), page.M("app.today." + way.name + "_text"), []page.Link{{Href: way.href, Text: page.M("app.today.open")}}})
			}
		}
	}
	if actor.Is(access.Administrator) {
		notice, err := n.backupNotice(ctx)
		if err != nil {
			n.Pages.Error(w, r, err)
			return
		}
		v.Backup = notice
		v.Cards = append(v.Cards, todayCard{Title: page.M("app.today.administration"), Text: page.M("app.today.administration_text"),
			Links: []page.Link{{Href: usersPath, Text: page.M("app.users.title")}, {Href: devicePath, Text: page.M("app.device.title")}}})
		if v.Key = n.keyNotice(r); v.Key.Level != page.Danger {
			v.Key = page.Callout{}
		}
	}
	n.Pages.Render(w, r, page.Page{Template: "app/today", Title: "app.today.title", View: v, Wide: true})
}
