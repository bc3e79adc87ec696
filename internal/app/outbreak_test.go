package app

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// askingPacks are the packs of the registry, and for one destination a version of it
// that asks whether somebody was exposed to measles.
type askingPacks struct {
	casePacks
	asks *pack.Pack
}

func (p askingPacks) Active(tx *db.Tx, id string, on calendar.Day) (*pack.Pack, error) {
	if id == p.asks.ID {
		return p.asks, nil
	}
	return p.casePacks.Active(tx, id, on)
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

// declare declares measles where everybody of a demo is, and looks at all of them.
func (n *testNode) declare(places ...string) db.ID {
	n.t.Helper()
	id, err := n.Outbreaks.Declare(n.actor(access.Epidemiologist), outbreak.Outbreak{Disease: "measles", Places: places, From: (today(n) - 10).Date(), Source: "Ministry of Health"},
		outbreak.Step{State: outbreak.Active, Why: "Confirmed by the laboratory."})
	if err == nil {
		err = n.Outbreaks.Look(asProgram(n.t.Context()))
	}
	if err != nil {
		n.t.Fatal(err)
	}
	return id
}

// An exposure bars nobody: everybody of a world is exposed, and every clearance stands,
// every decision says what it said. Only a pack that asks for the fact says otherwise.
func TestAnExposureAloneChangesNoOutcome(t *testing.T) {
	n := seeded(t, 1, func(i int, _ demo.Family, _ []demo.Sight) bool { return i < 30 })
	if err := n.Assessment.SweepRules(asProgram(t.Context())); err != nil {
		t.Fatal(err)
	}
	count := func(sql string, args ...any) (count int) {
		n.read(func(tx *db.Tx) error { return tx.Row(sql, args...).Scan(&count) })
		return count
	}
	const issued, decisions = "SELECT count(*) FROM assessment_clearance WHERE state = 'issued'", "SELECT count(*) FROM assessment_decision"
	cleared, decided := count(issued), count(decisions)
	if cleared == 0 {
		t.Fatal("nobody in this world is cleared")
	}
	site, err := demoSite()
	if err != nil {
		t.Fatal(err)
	}
	n.declare(site.Country)
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
	n.read(func(tx *db.Tx) error {
		return tx.Row(`SELECT m.person, m.id FROM outbreak_met o JOIN assessment_member m ON m.person = o.person JOIN assessment_case c ON c.id = m.case_id JOIN assessment_clearance k ON k.member = m.id
			WHERE k.state = 'issued' AND c.destination = ? ORDER BY m.id LIMIT 1`, destination).Scan(&person, &member)
	})
	n.Assessment.Packs = askingPacks{casePacks{n.Packs}, asksFor(t, destination)}
	if err := n.DB.Write(t.Context(), func(tx *db.Tx) error { return n.Assessment.Changed(asProgram(t.Context()), tx, person, "exposure") }); err != nil {
		t.Fatal(err)
	}
	if count("SELECT count(*) FROM assessment_clearance WHERE member = ? AND state = 'issued'", member) != 0 {
		t.Error("a pack asks for the exposure and holds, and the clearance stands")
	}
	if count("SELECT count(*) FROM assessment_decision WHERE member = ? AND record LIKE '%TEST-E1%'", member) == 0 {
		t.Error("the pack asks for the exposure, and no decision rests on its row")
	}
}

// Whoever may read it finds a quiet line with its reason above the journey and on the
// banner; reception, who may not, finds none.
func TestTheJourneySaysWhatItMet(t *testing.T) {
	n := startNode(t)
	person := n.woman()
	site, err := demoSite()
	if err != nil {
		t.Fatal(err)
	}
	n.declare(outbreak.SitePrefix + site.Code)
	if _, err := n.People.Arrived(n.actor(access.Reception), person); err != nil {
		t.Fatal(err)
	}
	path := "/people/" + person.String()
	n.at(access.Nurse).get(path).says(t, 200, "Exposed on the journey to Measles : Yes", "Came to "+site.Name("en"), "Source: Ministry of Health", "bars nobody")
	n.at(access.Nurse).get("/exposure/"+person.String()).says(t, 200, "Exposed on the journey Yes", "for certain", "Outbreak of Measles , since")
	if a := n.at(access.Reception).get(path); strings.Contains(a.body, "Measles") {
		t.Error("reception reads the exposure")
	}
	if a := n.at(access.Reception).get("/exposure/" + person.String()); a.status != 403 {
		t.Errorf("reception opens the exposure: %d", a.status)
	}
}

// Tomorrow's flight: who is on its list, what each was exposed to, what the packs offer
// before a departure, and the way there from the flight and from the outbreak.
func TestTheListOfTomorrowsFlightSaysWhatEachMet(t *testing.T) {
	n := startNode(t)
	desk := n.at(access.Reception)
	person := n.register(desk, "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	site, err := demoSite()
	if err != nil {
		t.Fatal(err)
	}
	id := n.declare(outbreak.SitePrefix + site.Code)
	if _, err := n.People.Arrived(n.actor(access.Reception), person); err != nil {
		t.Fatal(err)
	}
	flight, err := n.Travel.Plan(n.actor(access.Reception), travel.Movement{Day: today(n) + 1, Mode: travel.Flight, Number: "GW 101", To: "CAN"})
	if err == nil {
		err = n.Travel.Board(n.actor(access.Reception), flight, people.ShowCode(people.Code(person)))
	}
	if err != nil {
		t.Fatal(err)
	}
	nurse := n.at(access.Nurse)
	nurse.get("/departures/"+flight.String()).says(t, 200, "Hassan", "Exposure of who leaves")
	nurse.get("/outbreaks/"+id.String()).says(t, 200, "Exposure of who leaves")
	nurse.get("/outbreaks/departures").says(t, 200, "Hassan", "GW 101", "Measles Yes", "Measles and rubella vaccine to offer", "To be checked in the days before departure")
	nurse.get("/outbreaks/departures?day=2026-01-01").says(t, 200, "Nobody is on a list for this day")
	if a := desk.get("/outbreaks/departures"); a.status != 403 {
		t.Errorf("reception reads who was exposed: %d", a.status)
	}
	if a := desk.get("/departures/" + flight.String()); strings.Contains(a.body, "Exposure of who leaves") {
		t.Error("reception is shown a way it may not go")
	}
}

// From a signal whoever may declare an outbreak comes to the form with what the signal
// says; whoever may not is shown no way.
func TestAnOutbreakIsDeclaredFromASignal(t *testing.T) {
	n := startNode(t)
	id, err := n.Signals.Report(n.actor(access.Nurse), surveillance.Raised{Source: surveillance.Care, Disease: "measles", Place: "Camp", Country: "KEN", Cases: surveillance.Of(3)})
	if err != nil {
		t.Fatal(err)
	}
	way := "/outbreaks/new?signal=" + id.String()
	desk := n.at(access.Epidemiologist)
	if a := desk.get("/surveillance/signals/" + id.String()); !strings.Contains(a.body, way) {
		t.Error("a signal of a disease has no way to the outbreak")
	}
	if a := desk.get(way); !strings.Contains(a.body, `value="measles" selected`) || !strings.Contains(a.body, id.String()) {
		t.Error("the form does not begin with what the signal says")
	}
	if a := n.at(access.Physician).get("/surveillance/signals/" + id.String()); strings.Contains(a.body, way) {
		t.Error("a physician is shown a way that is not theirs")
	}
}
