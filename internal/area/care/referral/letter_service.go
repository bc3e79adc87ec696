package referral

import (
	"context"
	"errors"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

var letterRoute = access.Route{Name: "care.referral_letter", Means: access.Print, Purpose: "care", Recipients: []access.Recipient{access.CareProvider},
	Action: access.ExportReferral, Sensitivity: journal.Clinical, Patterns: []string{"POST /referrals/{id}/print/letter"}}

// Outlets are the ways on which something of a person leaves this area.
func Outlets() []access.Route { return []access.Route{letterRoute} }

// Letter is what the person carries, with the code by which the place answers. Each letter
// has a code of its own, which is shown here and never again.
func (s *Service) Letter(ctx context.Context, id db.ID, lang string) (o Opened, text string, err error) {
	const op = "referral.Letter"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return o, "", err
	}
	if o, err = s.Look(ctx, id, lang); err != nil {
		return o, "", fault.Wrap(op, err)
	}
	if !o.AsSender { // a letter goes from whoever sends
		return o, "", fault.New(fault.Forbidden, op, "door.forbidden")
	}
	// The route is registered for clinical content; this letter may be sensitive.
	if err := s.Access.Check(ctx, access.ExportReferral, o.Resource()); err != nil {
		return o, "", fault.Wrap(op, err)
	}
	if o.State().Answers() {
		return o, "", fault.New(fault.Conflict, op, "referral.error.answered")
	}
	if err := s.Access.Release(ctx, letterRoute, access.CareProvider, o.Person); err != nil {
		return o, "", fault.Wrap(op, err)
	}
	text, hash := newCode()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindCode, Doc: db.NewID(), Subject: o.Person, Site: o.Site, Programme: o.Programme, Sensitivity: o.Sensitivity, Purpose: "care",
			Fields: map[string]any{"referral": o.ID, "hash": hash, "until": s.now().Add(codeLife)}})
	})
	return o, text, fault.Wrap(op, err)
}

// byCode are the steps that a place may say with a code.
var byCode = []StepKind{Received, Seen, Result, Declined, NotCome}

// AnswerByCode takes an answer from whoever holds a letter, without an account. A code that
// is wrong, too old or used up is told alike, and nothing of anybody is shown.
func (s *Service) AnswerByCode(ctx context.Context, text string, k StepKind, words, address string) error {
	const op = "referral.AnswerByCode"
	t := Step{ID: db.NewID(), Step: k, Words: strings.TrimSpace(words), How: ByCode, At: s.now()}
	if k == Cancelled {
		t.Step = ""
	}
	if errs := t.valid(); len(errs) > 0 {
		return errors.Join(errs...)
	}
	if !s.limit.take(address, s.Clock()) {
		return fault.New(fault.Unavailable, op, "referral.error.many")
	}
	wrong := fault.Field(op, "code", "referral.error.code")
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := codeByHash(tx, hashOf(text))
		if fault.Is(err, fault.NotFound) || err == nil && !s.now().Before(c.Until) {
			return wrong
		}
		if err != nil {
			return err
		}
		r, err := find(tx, c.Referral)
		if fault.Is(err, fault.NotFound) || err == nil && r.mayAdd(k, false) != nil {
			return wrong
		}
		if err != nil {
			return err
		}
		t.Referral, t.Site = r.ID, r.Site
		return s.add(tx, access.Anybody(), r, t)
	}))
}
