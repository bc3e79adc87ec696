package app

import (
	"context"
	"fmt"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// demoFlight is the flight of tomorrow, at half past two.
func demoFlight(site string, today calendar.Day) travel.Movement {
	at := time.Unix(0, 0).UTC().AddDate(0, 0, int(today)+1).Add(14*time.Hour + 30*time.Minute)
	return travel.Movement{Site: site, Day: today + 1, Mode: travel.Flight, Number: "GW 101", To: "CAN", At: at, Hours: 9, Carrier: "general"}
}

// escorted gets somebody of the demo ready for a flight: their own word, a check that asks
// for oxygen, a physician's signature, and a nurse who goes along.
func (n *Node) escorted(ctx context.Context, flight, person db.ID, today calendar.Day) error {
	nurse, err := n.As(ctx, string(access.Nurse), "care")
	if err != nil {
		return err
	}
	doctor, err := n.As(ctx, string(access.Physician), "care")
	if err != nil {
		return err
	}
	if err := n.Travel.Declare(nurse, person, travel.Declaration{Movement: flight, By: people.BySelf, Language: "Swahili", Interpreter: people.InterpreterStaff, Witness: "Nurse on duty (synthetic)"}); err != nil {
		return fmt.Errorf("demo declaration: %w", err)
	}
	if err := n.Travel.Begin(nurse, db.NewID(), flight, person); err != nil {
		return fmt.Errorf("demo check: %w", err)
	}
	p, err := n.Travel.Person(doctor, flight, person, "en")
	if err != nil {
		return err
	}
	answers := map[string][]string{"temp": {"36.8"}, "mobility": {"wchr"}, "self_care": {"yes"}, "walk_50m": {"yes"}, "oxygen_need": {"yes"}, "behaviour": {"calm"}, "heart_event": {"none"}, "surgery": {"none"},
		"pneumothorax": {"none"}, "predeparture_treatment": {"not_due"}, "medif": {"signed"}, "medif_day": {today.String()}}
	for _, name := range []string{"ill_today", "contagious", "contact_infectious", "seizure_recent", "critical_care", "heart_unstable", "stroke", "cast", "anaemia", "pregnancy_today", "delivered", "complex_condition"} {
		answers[name] = []string{"no"}
	}
	for _, o := range p.Check.Orders {
		if _, err := n.Orders.Record(doctor, order.Entry{ID: db.NewID(), Order: o.ID, Answers: answers}); err != nil {
			return fmt.Errorf("demo check: %w", err)
		}
	}
	if err := n.Travel.Sign(doctor, flight, person, travel.Signature{Verdict: travel.Fit, Level: travel.Nurse}); err != nil {
		return fmt.Errorf("demo signature: %w", err)
	}
	if err := n.Travel.Assign(nurse, flight, person, travel.Typed{With: []travel.Companion{{Name: string(access.Nurse), Role: travel.RoleNurse}}, Oxygen: travel.Oxygen{Litres: 2, Hours: 12, Source: "Concentrator (synthetic)"},
		Kit: "Adrenaline 1 mg, 2, " + (today + 300).String() + "\nOximeter, 1\nGloves, 20", Calls: "Clinic on duty, +254 700 000000\nWho takes over, +1 416 000 0000"}); err != nil {
		return fmt.Errorf("demo escort: %w", err)
	}
	return n.Travel.Brief(nurse, flight, person)
}
