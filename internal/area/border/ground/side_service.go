package ground

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func sideID(point string) db.ID { return idOf("border.side %s", point) }

// Agree records what a point has agreed with the other side.
func (s *Service) Agree(ctx context.Context, x Side) error {
	const op = "ground.Agree"
	a, err := access.Acting(ctx, op)
	if err == nil {
		err = s.edits(ctx, border.Point{})
	}
	if err != nil {
		return fault.Wrap(op, err)
	}
	var errs []error
	for _, t := range []struct {
		field string
		text  *string
	}{{"other_name", &x.OtherName}, {"ours", &x.Ours}, {"theirs", &x.Theirs}, {"words", &x.Words}} {
		if *t.text = strings.TrimSpace(*t.text); len([]rune(*t.text)) > 1000 {
			errs = append(errs, fault.Field(op, t.field, "ground.error.long"))
		}
	}
	if err := textFault(op, "words", x.Words); err != nil {
		errs = append(errs, err)
	}
	for _, code := range x.Procedures {
		if !slices.Contains(joint, code) {
			errs = append(errs, fault.Field(op, "procedures", "ground.error.choose"))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := s.Border.PointIn(tx, x.Point)
		if err == nil {
			err = s.edits(ctx, p)
		}
		if err != nil {
			return err
		}
		return s.put(tx, a, journal.Change{Kind: kindSide, Doc: sideID(x.Point), Site: p.Post.Site, Fields: map[string]any{"point": x.Point, "other_name": x.OtherName, "ours": x.Ours, "theirs": x.Theirs,
			"procedures": x.Procedures, "shared": x.Shared, "words": x.Words, "reviewed": s.today().String()}})
	}))
}

// Waited records how long people and goods wait now, as whoever works there sees it.
func (s *Service) Waited(ctx context.Context, point string, w Wait) error {
	const op = "ground.Waited"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	var errs []error
	known := false
	for _, n := range []struct {
		field string
		Number
	}{{"minutes", w.Minutes}, {"drivers", w.Drivers}, {"vehicles", w.Vehicles}, {"goods", w.Goods}} {
		known = known || n.Number != ""
		if !n.Valid() {
			errs = append(errs, fault.Field(op, n.field, "ground.error.number"))
		}
	}
	if !known && len(errs) == 0 {
		errs = append(errs, fault.Field(op, "minutes", "ground.error.number"))
	}
	w.Why = strings.TrimSpace(w.Why)
	if err := textFault(op, "why", w.Why); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := s.Border.PointIn(tx, point)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.ScreeningRecord, access.Resource{Kind: kindSide, Site: p.Post.Site, Sensitivity: journal.Identity}); err != nil {
			return err
		}
		w.Day, w.At = p.HourAt(s.now()).Day(), s.now()
		return s.put(tx, a, journal.Change{Kind: kindSide, Doc: sideID(point), Site: p.Post.Site, Fields: map[string]any{"point": point, "wait": w}})
	}))
}
