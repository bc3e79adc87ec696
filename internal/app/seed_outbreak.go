package app

import (
	"context"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// seedOutbreaks declares the measles of a demo in two of its districts, and puts two
// people on tomorrow's flight: one who was there, and one who was not. There is a camp
// beside it in which none is declared.
func (n *Node) seedOutbreaks(ctx context.Context) error {
	today := calendar.DayOfTime(n.clock())
	if _, err := n.Gazetteer.SavePoint(access.Operator(ctx), place.Point{Code: "KEN-JANGWA-CAMP", Kind: place.Camp, Country: "KEN", Area: "KEN-JANGWA", Source: "Demonstration",
		Names: map[string]string{"en": "Jangwa camp", "fr": "Camp de Jangwa", "es": "Campamento de Jangwa", "ar": "مخيم جانغوا"}}); err != nil {
		return fmt.Errorf("demo camp: %w", err)
	}
	officer, err := n.As(ctx, string(access.Epidemiologist), "public_health")
	if err != nil {
		return err
	}
	if _, err := n.Outbreaks.Declare(officer, outbreak.Outbreak{Disease: "measles", Places: []string{"KEN-MAWIMBI", "KEN-NYOTA"}, From: (today - 24).Date(), Source: "Situation report of the county (synthetic)"},
		outbreak.Step{State: outbreak.Active, Why: "The reference laboratory confirmed it, and cases double in ten days."}); err != nil {
		return fmt.Errorf("demo outbreak: %w", err)
	}
	desk, err := n.As(ctx, string(access.Reception), "assessment")
	if err != nil {
		return err
	}
	site, err := DemoSite()
	if err != nil {
		return err
	}
	flight, err := n.Travel.Plan(desk, demoFlight(site.Code, today))
	if err != nil {
		return fmt.Errorf("demo flight: %w", err)
	}
	for i, p := range []struct{ family, given, was string }{{"Wekesa", "Juma", "Nyota"}, {"Nabwire", "Peter", "Kilele"}} {
		birth, err := calendar.BornAtAge(31+8*i, 0, today)
		if err != nil {
			return err
		}
		id := db.NewID()
		if _, err := n.People.Register(desk, people.Registration{ID: id, Site: site.Code, Person: people.Person{FamilyLatin: p.family, GivenLatin: p.given, Sex: people.Male, Birth: birth}, Stays: []people.Stay{
			{ID: db.NewID(), Place: "KEN", Detail: p.was, From: (today - 400).Date(), Ongoing: true, Sure: people.SureCertain, Source: people.StaySaid}}}); err != nil {
			return fmt.Errorf("demo traveller: %w", err)
		}
		if err := n.Travel.Board(desk, flight, people.ShowCode(people.Code(id))); err != nil {
			return fmt.Errorf("demo traveller: %w", err)
		}
		if i == 0 {
			if err := n.escorted(ctx, flight, id, today); err != nil {
				return err
			}
		}
	}
	return nil
}
