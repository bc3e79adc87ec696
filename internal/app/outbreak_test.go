package app_test

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// askingPacks are the packs of the registry, and for one destination a version of it
// that asks whether somebody was exposed to measles.
type askingPacks struct {
	app.CasePacks
	asks *pack.Pack
}

func (p askingPacks) Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error) {
	if id == p.asks.ID {
		return p.asks, nil
	}
	return p.CasePacks.Active(tx, id, on)
}

// asksFor is a destination with a row of its own about the exposure.
func asksFor(t *testing.T, id string) *pack.Pack {
	t.Helper()
	p, err := pack.Load(packs.Builtin(), id)
	if err != nil {
		t.Fatal(err)
	}
	files := pack.Files{}
	for name, text := range p.Files {
		files[name] = text
	}
	files["pack.yaml"] = strings.Replace(files["pack.yaml"], "\nfacts:\n", "\nfacts:\n  - {name: exposed_measles, type: code, values: [\"yes\", possible, \"no\"], from: \"exposed:measles\", sensitivity: clinical}\n", 1)
	files["tables/9-exposed.csv"] = "table,TEST.exposed,collect\nid,from,to,exposed_measles,|,outcome,code,|,certainty,source,note\n" +
		"TEST-E1,,,\"\"\"yes\"\",\"\"possible\"\"\",|,hold,TEST_EXPOSED,|,R,godwit,\n"
	if p, err = pack.Parse(files); err != nil {
		t.Fatal(err)
	}
	return p
}

// An exposure bars nobody: everybody of a world is exposed, and every clearance stands,
// every decision says what it said. Only a pack that asks for the fact says otherwise.
func TestAnExposureAloneChangesNoOutcome(t *testing.T) {
	n := apptest.Seeded(t, 1, func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 30 })
	if err := n.Assessment.SweepRules(app.AsProgram(t.Context())); err != nil {
		t.Fatal(err)
	}
	count := func(sql string, args ...any) (count int) {
		n.Read(func(tx *db.Tx) error { return tx.Row(sql, args...).Scan(&count) })
		return count
	}
	const issued, decisions = "SELECT count(*) FROM assessment_clearance WHERE state = 'issued'", "SELECT count(*) FROM assessment_decision"
	cleared, decided := count(issued), count(decisions)
	if cleared == 0 {
		t.Fatal("nobody in this world is cleared")
	}
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	n.Declare(site.Country)
	exposed := "SELECT count(*) FROM outbreak_met o JOIN assessment_member m ON m.person = o.person JOIN assessment_clearance k ON k.member = m.id WHERE k.state = 'issued'"
	if count(exposed) == 0 {
		t.Fatal("nobody who is cleared was exposed: the test shows nothing")
	}
	if now := count(issued); now != cleared {
		t.Errorf("%d of %d clearances stand after an exposure that no pack asks for", now, cleared)
	}
	if now := count(decisions); now != decided {
		t.Errorf("%d decisions became %d by an exposure that no pack asks for", decided, now)
	}

	const destination = "us-immigrant"
	var person, member db.ID
	n.Read(func(tx *db.Tx) error {
		return tx.Row(`SELECT m.person, m.id FROM outbreak_met o JOIN assessment_member m ON m.person = o.person JOIN assessment_case c ON c.id = m.case_id JOIN assessment_clearance k ON k.member = m.id
			WHERE k.state = 'issued' AND c.destination = ? ORDER BY m.id LIMIT 1`, destination).Scan(&person, &member)
	})
	n.Assessment.Packs = askingPacks{app.CasePacksOf(n.Packs), asksFor(t, destination)}
	if err := n.DB.Write(t.Context(), func(tx *db.Tx) error { return n.Assessment.Changed(app.AsProgram(t.Context()), tx, person, "exposure") }); err != nil {
		t.Fatal(err)
	}
	if count("SELECT count(*) FROM assessment_clearance WHERE member = ? AND state = 'issued'", member) != 0 {
		t.Error("a pack asks for the exposure and holds, and the clearance stands")
	}
	if count("SELECT count(*) FROM assessment_decision WHERE member = ? AND record LIKE '%TEST-E1%'", member) == 0 {
		t.Error("the pack asks for the exposure, and no decision rests on its row")
	}
}
