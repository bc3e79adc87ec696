package ground

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// CapacitySheet is the checklist of a point, with its last answers.
type CapacitySheet struct {
	Point border.Point
	Pack  *pack.Pack
	Form  *form.Form
	Last  Assessment
	Day   calendar.Day
}

// CapacitySheet answers the checklist of a point to whoever may change it.
func (s *Service) CapacitySheet(ctx context.Context, point string) (CapacitySheet, error) {
	const op = "ground.CapacitySheet"
	var out CapacitySheet
	err := s.edits(ctx, border.Point{})
	if err == nil {
		err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			o := Overview{}
			if o.Point, err = s.Border.PointIn(tx, point); err == nil {
				err = s.edits(ctx, o.Point)
			}
			if err != nil {
				return err
			}
			if err := s.gather(tx, &o); err != nil {
				return err
			}
			out = CapacitySheet{Point: o.Point, Day: o.Point.HourAt(s.now()).Day()}
			if len(o.Assessed) > 0 {
				out.Last = o.Assessed[0]
			}
			if out.Pack, err = s.active(tx, packCapacities); err == nil {
				out.Form, err = formOf(out.Pack, formCapacities)
			}
			return err
		})
	}
	return out, fault.Wrap(op, err)
}

// Assess records the checklist of a point for today. A day has one: doing it again
// corrects it; those of other days stay.
func (s *Service) Assess(ctx context.Context, point string, answers map[string][]string) error {
	const op = "ground.Assess"
	a, err := access.Acting(ctx, op)
	if err == nil {
		err = s.edits(ctx, border.Point{})
	}
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := s.Border.PointIn(tx, point)
		if err == nil {
			err = s.edits(ctx, p)
		}
		if err != nil {
			return err
		}
		rules, err := s.active(tx, packCapacities)
		if err != nil {
			return err
		}
		f, err := formOf(rules, formCapacities)
		if err != nil {
			return err
		}
		x := Assessment{Point: point, Day: p.HourAt(s.now()).Day(), Answers: answers}
		if !f.Check(answers, nil, x.Day, notOn(assessedOn)).OK() {
			return fault.New(fault.Invalid, op, "ground.error.answers")
		}
		for _, text := range answers["evidence"] {
			if err := textFault(op, page.QuestionPrefix+"evidence", text); err != nil {
				return err
			}
		}
		if x, err = assess(rules, x); err != nil {
			return err
		}
		return s.put(tx, a, journal.Change{Kind: kindCapacity, Doc: idOf("border.capacity %s %d", point, x.Day), Site: p.Post.Site, Fields: map[string]any{"point": point, "day": x.Day, "answers": answers,
			"result": x.Result, "ask": x.Ask, "routine": x.Routine, "emergency": x.Emergency, "record": x.Record, "by": a.User, "at": s.now()}})
	}))
}
