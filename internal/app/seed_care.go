package app

import (
	"context"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// visit is what the demo's nurse finds of somebody, by the form of an encounter.
type visit struct {
	pack, code string
	setting    encounter.Setting
	answers    map[string][]string
	end        encounter.Ending // none: it goes on
}

// careFor has the nurse of the demo see the first family that is only registered: its
// head for triage, and a child under five whose encounter goes on.
func (s *seeder) careFor(ctx context.Context, f *demo.Family, regs []people.Registration) error {
	if f.Number != s.cared {
		return nil
	}
	if err := s.keepRoom(ctx, regs[0].ID); err != nil {
		return err
	}
	nurse := access.For(s.as(ctx, string(access.Nurse)), "care")
	today := s.world.Today
	for i, r := range regs {
		v := visit{pack: "phc-adult", code: "TRIAGE", setting: encounter.Fixed, answers: map[string][]string{"pulse": {"78"}, "temp": {"36.9"}},
			end: encounter.Ending{Where: encounter.WentHome, Advice: "Come back if fever begins (synthetic)"}}
		switch age := f.Members[i].Birth; {
		case calendar.AtLeast(age, today.Date(), 2, calendar.Months) == value.Yes && calendar.AtLeast(age, today.Date(), 60, calendar.Months) == value.No:
			v = visit{pack: "phc-child", code: "IMCI_CHILD", setting: encounter.Mobile, answers: map[string][]string{"cough": {"yes"}, "cough_days": {"3"}, "resp_rate": {"54"}, "indrawing": {"no"}, "convulsing_now": {"no"}}}
		case i > 0:
			continue
		}
		if err := s.sees(nurse, r.ID, v); err != nil {
			return fmt.Errorf("care: %w", err)
		}
	}
	if err := s.followed(ctx, f, regs); err != nil {
		return fmt.Errorf("courses: %w", err)
	}
	if err := s.referred(ctx, f, regs); err != nil {
		return err
	}
	return s.diagnosed(ctx, regs[0].ID)
}

// sees begins an encounter, fills in its form and ends it.
func (s *seeder) sees(ctx context.Context, person db.ID, v visit) error {
	id := db.NewID()
	if err := s.n.Encounters.Begin(ctx, id, person, v.pack, v.code, v.setting); err != nil {
		return err
	}
	o, err := s.n.Encounters.Look(ctx, id, "en")
	if err != nil {
		return err
	}
	for _, form := range o.Orders {
		if _, err := s.n.Orders.Record(ctx, order.Entry{ID: db.NewID(), Order: form.ID, Answers: v.answers}); err != nil {
			return err
		}
	}
	if v.end.Where == "" {
		return nil
	}
	return s.n.Encounters.End(ctx, id, v.end)
}
