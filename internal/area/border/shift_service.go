package border

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// longShift is after how long a shift that nobody ended is over: whoever comes next
// begins one of their own.
const longShift = 16 * time.Hour

func joined(errs []error) error { return errors.Join(errs...) }

// openShift answers the shift at work at a point; one without an id is none.
func (s *Service) openShift(tx *db.Tx, point string) (Shift, error) {
	last, err := lastShifts(tx, point, 1)
	if err != nil || len(last) == 0 || !last[0].Open() || s.now().Sub(last[0].Started) > longShift {
		return Shift{}, err
	}
	return last[0], nil
}

// StartShift puts the actor on the shift at work at a point, or begins one.
func (s *Service) StartShift(ctx context.Context, point string) (Shift, error) {
	const op = "border.StartShift"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return Shift{}, err
	}
	var out Shift
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := s.point(tx, point)
		if err != nil {
			return err
		}
		out = Shift{ID: db.NewID(), Site: p.Post.Site, Point: p.Post.Code, Started: s.now(), By: a.User}
		if err := s.Access.Check(ctx, access.ScreeningRecord, resourceOf(kindShift, out)); err != nil {
			return err
		}
		if !p.Open() {
			return fault.Field(op, "point", "border.error.closed_point")
		}
		open, err := s.openShift(tx, p.Post.Code)
		if err != nil {
			return err
		}
		if !open.ID.IsZero() {
			out = open
			return nil
		}
		before, err := lastShifts(tx, p.Post.Code, 1)
		if err != nil {
			return err
		}
		if len(before) > 0 {
			out.Before = before[0].ID
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindShift, Doc: out.ID, Site: p.Post.Site, Sensitivity: journal.Identity, Purpose: "public_health",
			Fields: map[string]any{"point": out.Point, "started": out.Started, "by": out.By, "before": out.Before}})
	})
	return out, fault.Wrap(op, err)
}

// Own is the actor's shift with what it needs to work.
type Own struct {
	Shift  Shift
	Point  Point
	Before Shift // the shift before, with what it handed over
	Counts Totals
	Hour   Hour // now, at the point
}

// OwnShift answers the shift that the actor is on, fault.NotFound where there is none
// or it is over.
func (s *Service) OwnShift(ctx context.Context) (Own, error) {
	const op = "border.OwnShift"
	var out Own
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		out, err = s.own(ctx, tx, op)
		if err != nil {
			return err
		}
		if out.Counts, err = shiftCounts(tx, out.Shift.ID); err != nil {
			return err
		}
		if !out.Shift.Before.IsZero() {
			out.Before, err = findShift(tx, out.Shift.Before)
			if fault.Is(err, fault.NotFound) {
				err = nil
			}
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// own checks and answers the shift of the actor.
func (s *Service) own(ctx context.Context, tx *db.Tx, op string) (Own, error) {
	a, err := access.Acting(ctx, op)
	if err != nil {
		return Own{}, err
	}
	none := fault.New(fault.NotFound, op, "border.error.no_shift")
	id, err := db.ParseID(a.Shift)
	if err != nil {
		if !s.Access.Ever(ctx, access.ScreeningRecord) {
			return Own{}, fault.New(fault.Forbidden, op, "door.forbidden")
		}
		return Own{}, none
	}
	sh, err := findShift(tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !sh.Open() {
		return Own{}, none
	}
	if err != nil {
		return Own{}, err
	}
	if err := s.Access.Check(ctx, access.ScreeningRead, resourceOf(kindShift, sh)); err != nil {
		return Own{}, err
	}
	p, err := s.point(tx, sh.Point)
	return Own{Shift: sh, Point: p, Hour: p.HourAt(s.now())}, err
}

// EndShift ends the actor's shift with a note for the next one.
func (s *Service) EndShift(ctx context.Context, note string) error {
	const op = "border.EndShift"
	note = strings.TrimSpace(note)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		own, err := s.own(ctx, tx, op)
		if err != nil {
			return err
		}
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ScreeningRecord, resourceOf(kindShift, own.Shift)); err != nil {
			return err
		}
		if errs := noteFault(op, "note", note); len(errs) > 0 {
			return joined(errs)
		}
		return s.put(tx, a, journal.Change{Kind: kindShift, Doc: own.Shift.ID, Purpose: "public_health",
			Fields: map[string]any{"ended": s.now(), "ended_by": a.User, "handover": note}})
	}))
}
