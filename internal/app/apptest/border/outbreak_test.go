package border

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// Whoever may read it finds a quiet line with its reason above the journey and on the
// banner; reception, who may not, finds none.
func TestTheJourneySaysWhatItMet(t *testing.T) {
	n := apptest.Start(t)
	person := n.Woman()
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	n.Declare(outbreak.SitePrefix + site.Code)
	if _, err := n.People.Arrived(n.Actor(access.Reception), person); err != nil {
		t.Fatal(err)
	}
	path := "/people/" + person.String()
	n.At(access.Nurse).Get(path).Says(t, 200, "Exposed on the journey to Measles : Yes", "Came to "+site.Name("en"), "Source: Ministry of Health", "bars nobody")
	n.At(access.Nurse).Get("/exposure/"+person.String()).Says(t, 200, "Exposed on the journey Yes", "for certain", "Outbreak of Measles , since")
	if a := n.At(access.Reception).Get(path); strings.Contains(a.Body, "Measles") {
		t.Error("reception reads the exposure")
	}
	if a := n.At(access.Reception).Get("/exposure/" + person.String()); a.Status != 403 {
		t.Errorf("reception opens the exposure: %d", a.Status)
	}
}

// Tomorrow's flight: who is on its list, what each was exposed to, what the packs offer
// before a departure, and the way there from the flight and from the outbreak.
func TestTheListOfTomorrowsFlightSaysWhatEachMet(t *testing.T) {
	n := apptest.Start(t)
	desk := n.At(access.Reception)
	person := n.Register(desk, "family_latin", "Hassan", "given_latin", "Omar", "sex", "male", "birth-year", "1990")
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	id := n.Declare(outbreak.SitePrefix + site.Code)
	if _, err := n.People.Arrived(n.Actor(access.Reception), person); err != nil {
		t.Fatal(err)
	}
	flight, err := n.Travel.Plan(n.Actor(access.Reception), travel.Movement{Day: apptest.Today(n) + 1, Mode: travel.Flight, Number: "GW 101", To: "CAN"})
	if err == nil {
		err = n.Travel.Board(n.Actor(access.Reception), flight, people.ShowCode(people.Code(person)))
	}
	if err != nil {
		t.Fatal(err)
	}
	nurse := n.At(access.Nurse)
	nurse.Get("/travel/"+flight.String()).Says(t, 200, "Hassan", "Exposure of who leaves")
	nurse.Get("/outbreaks/"+id.String()).Says(t, 200, "Exposure of who leaves")
	nurse.Get("/outbreaks/departures").Says(t, 200, "Hassan", "GW 101", "Measles Yes", "Measles and rubella vaccine to offer", "To be checked in the days before departure")
	nurse.Get("/outbreaks/departures?day=2026-01-01").Says(t, 200, "Nobody is on a list for this day")
	if a := desk.Get("/outbreaks/departures"); a.Status != 403 {
		t.Errorf("reception reads who was exposed: %d", a.Status)
	}
	if a := desk.Get("/travel/" + flight.String()); strings.Contains(a.Body, "Exposure of who leaves") {
		t.Error("reception is shown a way it may not go")
	}
}

// From a signal whoever may declare an outbreak comes to the form with what the signal
// says; whoever may not is shown no way.
func TestAnOutbreakIsDeclaredFromASignal(t *testing.T) {
	n := apptest.Start(t)
	id, err := n.Signals.Report(n.Actor(access.Nurse), surveillance.Raised{Source: surveillance.Care, Disease: "measles", Place: "Camp", Country: "KEN", Cases: surveillance.Of(3)})
	if err != nil {
		t.Fatal(err)
	}
	way := "/outbreaks/new?signal=" + id.String()
	desk := n.At(access.Epidemiologist)
	if a := desk.Get("/surveillance/signals/" + id.String()); !strings.Contains(a.Body, way) {
		t.Error("a signal of a disease has no way to the outbreak")
	}
	if a := desk.Get(way); !strings.Contains(a.Body, `value="measles" selected`) || !strings.Contains(a.Body, id.String()) {
		t.Error("the form does not begin with what the signal says")
	}
	if a := n.At(access.Physician).Get("/surveillance/signals/" + id.String()); strings.Contains(a.Body, way) {
		t.Error("a physician is shown a way that is not theirs")
	}
}
