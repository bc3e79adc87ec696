package app

import (
	"context"
	"fmt"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/area/care/course"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// followed has the nurse of the demo enrol the family that is seen for care: a woman who
// may be pregnant, whose contact is due, and a man on treatment with a missed dose, whom
// the clinic on the road is asked to take over.
func (s *seeder) followed(ctx context.Context, f *demo.Family, regs []people.Registration) error {
	nurse := access.For(s.as(ctx, string(access.Nurse)), "care")
	today := s.world.Today
	pregnant, treated := false, false
	for i, r := range regs {
		adult := calendar.AtLeast(f.Members[i].Birth, today.Date(), 18, calendar.Years) == value.Yes && calendar.AtLeast(f.Members[i].Birth, today.Date(), 45, calendar.Years) == value.No
		switch {
		case adult && f.Members[i].Sex == "female" && !pregnant:
			pregnant = true
			lmp := (today - 150).String()
			if _, err := s.follows(nurse, r.ID, "anc", "ANC", today-60, map[string][]string{"lmp": {lmp}, "lmp_certain": {"yes"}, "dating_basis": {"lmp"}}); err != nil {
				return fmt.Errorf("antenatal care: %w", err)
			}
		case adult && !treated:
			treated = true
			if err := s.treated(nurse, r.ID); err != nil {
				return fmt.Errorf("tuberculosis: %w", err)
			}
		}
	}
	return nil
}

// treated is a course of ten days with a missed dose, on its way to the clinic.
func (s *seeder) treated(nurse context.Context, person db.ID) error {
	const days = 10
	today := s.world.Today
	start := today - days
	id, err := s.follows(nurse, person, "tb", "TB", start, map[string][]string{"tb_start": {start.String()}, "tb_planned_end": {(start + 168).String()}, "tb_regimen": {"ds"}, "tb_phase": {"intensive"},
		"tb_site": {"pulmonary"}, "tb_confirmed": {"yes"}, "tb_smear_negative_start": {"no"}})
	if err != nil {
		return err
	}
	for day := start; day < today; day++ {
		state := course.Observed
		if day == today-1 {
			state = course.Missed
		}
		if _, err := s.n.Courses.RecordDose(nurse, db.NewID(), id, day, state, nil); err != nil {
			return err
		}
	}
	return s.n.Courses.AskTransfer(nurse, db.NewID(), id, DemoClinic().Code, "Travels on (synthetic)")
}

// follows enrols somebody and fills in the form of enrolment.
func (s *seeder) follows(nurse context.Context, person db.ID, packID, code string, on calendar.Day, answers map[string][]string) (db.ID, error) {
	id := db.NewID()
	if err := s.n.Courses.Enrol(nurse, id, person, packID, code, on); err != nil {
		return id, err
	}
	o, err := s.n.Courses.Look(nurse, id, "en")
	if err != nil {
		return id, err
	}
	for _, form := range o.Orders {
		if _, err := s.n.Orders.Record(nurse, order.Entry{ID: db.NewID(), Order: form.ID, Answers: answers}); err != nil {
			return id, err
		}
	}
	return id, nil
}
