package travel

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Declare writes down that somebody goes of their own will. One who withdrew may declare
// anew: it is the same document, so that the withdrawal stays in its history.
func (s *Service) Declare(ctx context.Context, person db.ID, d Declaration) error {
	const op = "travel.Declare"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if errs := d.Valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := s.listed(ctx, tx, access.TravelWrite, d.Movement, person)
		if err != nil {
			return err
		}
		if t.move.Left(s.now()) {
			return fault.New(fault.Conflict, op, "travel.error.has_left")
		}
		return s.declares(tx, a, t, map[string]any{"movement": d.Movement, "by": d.By, "name": strings.TrimSpace(d.Name), "language": strings.TrimSpace(d.Language),
			"interpreter": d.Interpreter, "witness": strings.TrimSpace(d.Witness), "at": s.now(), "withdrawn": false, "withdrawal": ""})
	}))
}

// Withdraw says that somebody does not go of their own will any more. It needs no reason
// and holds at once; it can be said of a movement for which nothing was declared.
func (s *Service) Withdraw(ctx context.Context, movement, person db.ID, why string) error {
	const op = "travel.Withdraw"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(why) > longText {
		return fault.Field(op, "withdrawal", "travel.error.long")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := s.listed(ctx, tx, access.TravelWrite, movement, person)
		if err != nil {
			return err
		}
		return s.declares(tx, a, t, map[string]any{"withdrawn": true, "withdrawal": strings.TrimSpace(why)})
	}))
}

func (s *Service) declares(tx *db.Tx, a access.Actor, t listed, fields map[string]any) error {
	id := idOf("travel.declared", t.move.ID, t.who.ID)
	ch := journal.Change{Kind: kindDeclared, Doc: id, Subject: t.who.ID, Site: t.who.Resource.Site, Programme: t.who.Resource.Programme, Sensitivity: journal.Identity, Purpose: a.Purpose, Fields: fields}
	switch doc, err := s.Journal.Load(tx, id); {
	case fault.Is(err, fault.NotFound):
		ch.Fields["movement"] = t.move.ID
	case err != nil:
		return err
	default:
		ch.Base = doc.Version
	}
	return s.Journal.Append(tx, a.Author(), ch)
}
