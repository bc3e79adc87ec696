package clinic

import (
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// A traveller, and a case with a name only, are nobody who is registered: what two people
// wrote of them at once shows their names, and leaves a line of who read it.
func TestAConflictAboutSomebodyWhoIsNotRegisteredLeavesALineInTheReadAudit(t *testing.T) {
	n := apptest.Start(t)
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	named := func(name string) map[string][]string { return map[string][]string{"pl_name": {name}} }
	companion := db.NewID()
	a, _ := access.From(n.Actor(access.Nurse))
	if err := n.DB.Write(t.Context(), func(tx *db.Tx) error {
		return n.Journal.Append(tx, a.Author(), journal.Change{Kind: "border.companion", Doc: companion, Site: site.Code, Sensitivity: journal.Clinical, Purpose: "public_health",
			Fields: map[string]any{"conveyance": db.NewID(), "day": apptest.Today(n), "answers": named("Bahati"), "until": apptest.Today(n) + 30}})
	}); err != nil {
		t.Fatal(err)
	}
	c, err := n.Cases.Record(n.Actor(access.Nurse), linelist.Case{Disease: "measles", Name: "Bahati", Reported: apptest.Today(n).Date()}, true)
	if err != nil {
		t.Fatal(err)
	}
	for doc, values := range map[db.ID][2]any{companion: {named("Planted Bahata"), named("Planted Bahari")}, c: {"Planted Bahata", "Planted Bahari"}} {
		field := map[db.ID]string{companion: "answers", c: "name"}[doc]
		d := n.Load(doc)
		for _, v := range values {
			if err := n.DB.Write(t.Context(), func(tx *db.Tx) error {
				return n.Journal.Append(tx, a.Author(), journal.Change{Kind: d.Kind, Doc: doc, Base: d.Version, Fields: map[string]any{field: v}})
			}); err != nil {
				t.Fatal(err)
			}
		}
		topic := ""
		for name := range n.Load(doc).Disputed {
			topic = name
		}
		opened := false
		for _, role := range []access.Role{access.Nurse, access.Physician, access.MedicalOfficer, access.Reception} {
			before := n.LinesAbout(doc)
			answer := n.At(role).Get("/review/" + doc.String() + "?topic=" + topic)
			if answer.Status != 200 {
				if n.LinesAbout(doc) != before {
					t.Errorf("%s: refused to the %s, and there is a line", d.Kind, role)
				}
				continue
			}
			answer.Says(t, 200, "Planted Bahata", "Planted Bahari")
			if after := n.LinesAbout(doc); after != before+1 {
				t.Errorf("%s: the %s read it and left %d lines", d.Kind, role, after-before)
			}
			opened = true
		}
		if !opened {
			t.Errorf("nobody may open the conflict of %s: the test shows nothing", d.Kind)
		}
	}
}
