package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// Two officers stop the rules of a destination: whoever was cleared by them is
// suspended though nobody opens their page, and the workbench says how far it is.
func TestStoppedRulesReachEverybodyTheyCleared(t *testing.T) {
	n := apptest.Seeded(t, 1, func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 30 })
	issued := func(destination string) (count int) {
		n.Read(func(tx *db.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM assessment_clearance k JOIN assessment_member m ON m.id = k.member JOIN assessment_case c ON c.id = m.case_id
				WHERE k.state = 'issued' AND c.destination = ?`, destination).Scan(&count)
		})
		return count
	}
	const stopped = "us-immigrant"
	if err := n.Assessment.SweepRules(app.AsProgram(t.Context())); err != nil {
		t.Fatal(err)
	}
	before, others := issued(stopped), issued("canada-ime")
	if before == 0 {
		t.Fatal("nobody in this world is cleared for the United States")
	}
	vs, err := n.Packs.Versions(n.Actor(access.MedicalOfficer))
	if err != nil {
		t.Fatal(err)
	}
	for len(n.RulesChanged()) > 0 {
		<-n.RulesChanged() // the activations of the demo
	}
	for _, login := range []string{"medical_officer", "medical_officer_2"} {
		officer, err := n.As(t.Context(), login, "administration")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			if v.Pack == stopped && v.Life.Activated {
				if err := n.Packs.Stop(officer, v.ID, db.NewID(), nil, "An age in the table is wrong."); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if len(n.RulesChanged()) == 0 {
		t.Error("nobody woke the sweep")
	}
	if err := n.Assessment.SweepRules(app.AsProgram(t.Context())); err != nil {
		t.Fatal(err)
	}
	if now := issued(stopped); now != 0 {
		t.Errorf("%d of %d clearances still stand on rules that were stopped", now, before)
	}
	if now := issued("canada-ime"); now != others {
		t.Errorf("%d of %d clearances of another destination stand", now, others)
	}
	if waiting, err := n.Assessment.Waiting(n.Actor(access.Physician)); err != nil || waiting == 0 {
		t.Errorf("%d alerts to the physician who signed, %v", waiting, err)
	}
	n.At(access.MedicalOfficer).Get("/packs").Says(t, 200, "looked at again", "Of whom the rules say something else now")
}

// Before the second officer activates a version, the page says how many people it
// would decide otherwise about.
func TestTheActivationPageLooksAhead(t *testing.T) {
	n := apptest.Seeded(t, 1, func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 12 })
	p, err := pack.Load(packs.Builtin(), "us-immigrant")
	if err != nil {
		t.Fatal(err)
	}
	files := pack.Files{}
	for name, text := range p.Files {
		files[name] = text
	}
	files["pack.yaml"] = strings.Replace(files["pack.yaml"], `version: "2026.1"`, `version: "2026.9"`, 1)
	const table, adults = "tables/1-services.csv", "US-S3,,,>=15,"
	if !strings.Contains(files[table], adults) {
		t.Fatal("the row of the test is not in the pack any more")
	}
	files[table] = strings.Replace(files[table], adults, "US-S3,,,>=99,", 1)
	var id db.ID
	for i, login := range []string{"medical_officer", "medical_officer_2"} {
		officer, err := n.As(t.Context(), login, "administration")
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if id, err = n.Packs.Import(officer, files); err != nil {
				t.Fatal(err)
			}
		}
		if err := n.Packs.Approve(officer, id, db.NewID()); err != nil {
			t.Fatal(err)
		}
	}
	a := n.At(access.MedicalOfficer).Get("/packs/"+id.String()+"/activate").Says(t, 200, "examined on", "this version would say something else: ")
	if strings.Contains(a.Body, "something else: 0.") {
		t.Error("that adults have no X-ray changes nothing, it says")
	}
}

// The worker ends with the server and not before.
func TestTheSweepEndsWithTheServer(t *testing.T) {
	n := apptest.Start(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { n.SweepRules(ctx); close(ended) }()
	n.TellSweep()
	n.TellSweep() // several changes are one, and nobody waits
	stop()
	select {
	case <-ended:
	case <-time.After(apptest.Longest):
		t.Fatal("the sweep does not end")
	}
	if actor, ok := access.From(app.AsProgram(t.Context())); !ok || actor.Purpose != "assessment" || strings.TrimSpace(actor.Login) == "" {
		t.Errorf("%+v", actor)
	}
}
