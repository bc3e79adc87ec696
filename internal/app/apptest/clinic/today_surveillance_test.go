package clinic

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// Whoever opens the first page learns where to look today: an alert, a contact to be
// seen, people whose journey met an outbreak. Whoever may not know of one has no card of
// it, and what is done is no longer told as left.
func TestTheFirstPageSaysWhereToLookToday(t *testing.T) {
	n := apptest.Start(t)
	words := []string{"Alert board", "Contacts to see today", "Whom to offer care"}
	for _, w := range words {
		if strings.Contains(n.At(access.Epidemiologist).Get("/").Body, w) {
			t.Errorf("%q where nothing waits", w)
		}
	}
	person := n.Woman()
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	id := n.Declare(outbreak.SitePrefix + site.Code)
	if _, err := n.People.Arrived(n.Actor(access.Reception), person); err != nil {
		t.Fatal(err)
	}
	officer := n.Actor(access.Epidemiologist)
	source, err := n.Cases.Record(officer, linelist.Case{Disease: "bdbv", Site: site.Code, Name: "Case", Reported: apptest.Today(n).Date(), Onset: (apptest.Today(n) - 6).Date()}, true)
	if err != nil {
		t.Fatal(err)
	}
	contact, err := n.Cases.ListContact(officer, source, linelist.Contact{Name: "Contact", Site: site.Code, Last: (apptest.Today(n) - 5).Date()}, linelist.Touched, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Cases.Override(officer, source, linelist.Confirmed, "The reference laboratory telephoned."); err != nil {
		t.Fatal(err)
	}
	if err := n.Alerts.Look(officer); err != nil {
		t.Fatal(err)
	}
	first := n.At(access.Epidemiologist).Get("/").Says(t, 200, "Alert board", "wait", "1 contact is to be seen today; not asked after yet: 1", "Whom to offer care", "for certain: 1")
	if !strings.Contains(first.Body, "/outbreaks/"+id.String()+"/people") || !strings.Contains(first.Body, `href="/contacts"`) || !strings.Contains(first.Body, `href="/surveillance/alerts"`) {
		t.Error("a card leads to its list")
	}
	if err := n.Cases.Visited(officer, contact, linelist.Visit{Day: apptest.Today(n), How: linelist.Seen}); err != nil {
		t.Fatal(err)
	}
	n.At(access.Epidemiologist).Get("/").Says(t, 200, "1 contact is to be seen today; not asked after yet: 0")
	for _, role := range []access.Role{access.Reception, access.Volunteer, access.Screener, access.Administrator} {
		body := n.At(role).Get("/").Says(t, 200).Body
		for _, w := range words {
			if strings.Contains(body, w) {
				t.Errorf("%s reads %q", role, w)
			}
		}
	}
}
