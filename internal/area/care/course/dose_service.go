package course

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// DoseResult says what recording a dose came to.
type DoseResult int

// What it came to.
const (
	DoseKept  DoseResult = iota
	DoseTwice            // somebody else recorded the day too: both are kept, and it is one dose
)

// RecordDose records what happened on a day. seen are the doses of that day that the
// page showed: another one that is there was recorded by somebody who did not see this.
func (s *Service) RecordDose(ctx context.Context, doc, id db.ID, on calendar.Day, state DoseState, seen []db.ID) (out DoseResult, err error) {
	const op = "course.RecordDose"
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		out = DoseKept
		o, a, err := s.writable(ctx, tx, op, id)
		if err != nil {
			return err
		}
		if err := o.doseOn(op, on, state, s.today()); err != nil {
			return err
		}
		there := slices.DeleteFunc(slices.Clone(o.Doses), func(d Dose) bool { return d.On != on })
		for _, d := range there {
			switch {
			case d.ID == doc:
				return nil // sent twice
			case slices.Contains(seen, d.ID):
				return &fault.Error{Code: fault.Conflict, Op: op, Field: "on", Key: "course.error.dose_there"}
			case d.By == a.User && d.State == state:
				return nil // the same press from an older page
			}
			out = DoseTwice
		}
		site := o.Site
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindDose, Doc: doc, Subject: o.Person, Site: site, Programme: o.Course.Programme, Sensitivity: o.Course.Sensitivity, Purpose: a.Purpose,
			Fields: map[string]any{"course": id, "on": on, "state": state, "by": a.User, "at": s.now(), "seen": seen}})
		if err := sentTwice(err); err != nil {
			return err
		}
		return s.keepOpen(ctx, tx, o)
	})
	return out, fault.Wrap(op, err)
}

// doseOn checks that a dose can have been on a day.
func (o Opened) doseOn(op string, on calendar.Day, state DoseState, today calendar.Day) error {
	switch {
	case !o.Plan.Doses:
		return fault.New(fault.Invalid, op, "course.error.no_doses")
	case !slices.Contains(DoseStates, state):
		return fault.Field(op, "state", "course.error.state")
	case o.Plan.First == 0:
		return fault.Field(op, "on", "course.error.no_start")
	case o.clockBehind(today):
		return fault.Field(op, "on", "course.error.clock")
	case on > today:
		return fault.Field(op, "on", "course.error.dose_future")
	case on < o.Plan.First:
		return fault.Field(op, "on", "course.error.dose_before")
	case o.Who.Died && on == today:
		return fault.New(fault.Conflict, op, "course.error.died")
	}
	return nil
}

// clockBehind reports that something of the course was recorded, here or elsewhere, on a
// day that this computer says has not come: its clock, or that of another, is wrong.
func (o Opened) clockBehind(today calendar.Day) bool {
	return o.Enrolled > today || slices.ContainsFunc(o.Doses, func(d Dose) bool { return d.On > today }) || slices.ContainsFunc(o.Visits, func(v Visit) bool { return v.On > today })
}

// UndoDose takes back what was recorded of a day by mistake.
func (s *Service) UndoDose(ctx context.Context, id, dose db.ID) error {
	const op = "course.UndoDose"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		o, a, err := s.writable(ctx, tx, op, id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(o.Doses, func(d Dose) bool { return d.ID == dose }) {
			return nil // taken back already
		}
		doc, err := s.Journal.Load(tx, dose)
		if err != nil {
			return err
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindDose, Doc: dose, Base: doc.Version, Subject: o.Person, Purpose: a.Purpose, EnteredInError: true})
	}))
}

// Strike is what a review item of two doses offers: one of them was entered in error.
func (s *Service) Strike(ctx context.Context, tx *db.Tx, d *journal.Doc, _ string) error {
	a, err := access.Acting(ctx, "course.Strike")
	if err != nil {
		return err
	}
	if err := s.Access.Check(ctx, access.ClinicalWrite, access.Of(d)); err != nil {
		return err
	}
	return s.Journal.Append(tx, a.Author(), journal.Change{Kind: d.Kind, Doc: d.ID, Base: d.Version, Subject: d.Subject, Purpose: a.Purpose, EnteredInError: true})
}
