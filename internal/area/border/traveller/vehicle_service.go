package traveller

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// VehicleSheet is what the page of the companions needs.
type VehicleSheet struct {
	Sheet                // the form of one companion
	Listing   *pack.Pack // whom to list
	Vehicle   *Vehicle
	Kinds     []string
	Contacts  int // days of follow-up that the screening asks for
	Suspicion string
}

// VehicleSheet answers the conveyance of a screening with the form of a companion.
func (s *Service) VehicleSheet(ctx context.Context, screening db.ID) (VehicleSheet, error) {
	const op = "traveller.VehicleSheet"
	var out VehicleSheet
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		sc, err := s.mayChange(ctx, tx, screening)
		if err != nil {
			return err
		}
		out = VehicleSheet{Sheet: Sheet{Screening: sc, Day: sc.Day}, Contacts: sc.Last().Contacts, Suspicion: sc.Second.One("suspicion")}
		if out.Point, err = s.Border.PointIn(tx, sc.Point); err != nil {
			return err
		}
		if out.Listing, err = s.active(tx, packConveyance, sc.Day); err != nil {
			return err
		}
		out.Kinds = kindsOf(out.Listing)
		if out.Pack, err = s.active(tx, packDeclarations, sc.Day); err != nil {
			return err
		}
		if out.Form, err = formOf(out.Pack, formCompanion); err != nil {
			return err
		}
		if out.Vehicle, err = vehicle(tx, sc.Conveyance); err != nil {
			return err
		}
		return s.Access.OpenedTx(ctx, tx, screening, "border.companions")
	})
	return out, fault.Wrap(op, err)
}

// CameWith records what a traveller came with; whom the pack says to list is kept with
// it. A traveller came with one conveyance: recording it again corrects it.
func (s *Service) CameWith(ctx context.Context, screening db.ID, c Conveyance) error {
	const op = "traveller.CameWith"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		sc, err := s.mayChange(ctx, tx, screening)
		if err != nil {
			return err
		}
		p, err := s.active(tx, packConveyance, sc.Day)
		if err != nil {
			return err
		}
		if c.Hours = strings.TrimSpace(c.Hours); c.Hours != "" {
			if n, err := strconv.ParseFloat(c.Hours, 64); err != nil || n < 0 {
				return fault.Field(op, "hours", "traveller.error.number")
			}
		}
		c.Number = strings.TrimSpace(c.Number)
		switch {
		case !slices.Contains(kindsOf(p), c.Kind):
			return fault.Field(op, "kind", "traveller.error.choose")
		case len([]rune(c.Number)) > longNumber:
			return fault.Field(op, "number", "traveller.error.long")
		case c.Day == 0:
			c.Day = sc.Day
		case c.Day > sc.Day:
			return fault.Field(op, "day", "traveller.error.future")
		}
		c.ID, c.Point, c.Shift, c.At, c.Disease = idOf("border.conveyance "+screening.String()), sc.Point, sc.Shift, s.now(), s.named[sc.Second.One("suspicion")].Listing
		c.Lists = whom(p, c, sc.Day)
		keep, err := s.active(tx, packScreening, sc.Day)
		if err == nil {
			c.Until, err = keptUntil(keep, "listed", sc.Day)
		}
		if err != nil {
			return err
		}
		ch := journal.Change{Kind: kindConveyance, Doc: c.ID, Site: sc.Site, Sensitivity: journal.Clinical, Purpose: "public_health", Fields: map[string]any{"point": c.Point, "shift": c.Shift,
			"day": c.Day, "at": c.At, "kind": c.Kind, "number": c.Number, "hours": c.Hours, "ill_on_board": c.Ill, "fluids": c.Fluids, "disease": c.Disease, "lists": c.Lists, until: c.Until}}
		if err := s.put(tx, a, ch); err != nil || sc.Conveyance == c.ID {
			return err
		}
		return s.put(tx, a, journal.Change{Kind: kindScreening, Doc: screening, Purpose: "public_health", Fields: map[string]any{"conveyance": c.ID}})
	}))
}

const longNumber = 200

// put appends a change to a document that may be there already: its author has seen it
// as it stands.
func (s *Service) put(tx *db.Tx, a access.Actor, c journal.Change) error {
	d, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = d.Version
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// ListCompanion lists somebody who was in the conveyance.
func (s *Service) ListCompanion(ctx context.Context, id, screening db.ID, answers Answers) error {
	const op = "traveller.ListCompanion"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		sc, err := s.mayChange(ctx, tx, screening)
		if err != nil {
			return err
		}
		v, err := vehicle(tx, sc.Conveyance)
		if err != nil {
			return err
		}
		if v == nil {
			return fault.New(fault.Conflict, op, "traveller.error.no_vehicle")
		}
		p, err := s.active(tx, packDeclarations, sc.Day)
		if err != nil {
			return err
		}
		f, err := formOf(p, formCompanion)
		if err != nil {
			return err
		}
		if !f.Check(answers, nil, sc.Day).OK() {
			return fault.New(fault.Invalid, op, "traveller.error.answers")
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindCompanion, Doc: id, Site: sc.Site, Sensitivity: journal.Clinical, Purpose: "public_health",
			Fields: map[string]any{"conveyance": v.ID, "day": sc.Day, "at": s.now(), "answers": answers, until: v.Until}})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "traveller.error.sent_twice")
		}
		if err != nil {
			return err
		}
		return s.counts(tx, a, id, sc.Site, Found{sc.Point, sc.Day, map[string]int64{"listed": 1}})
	}))
}
