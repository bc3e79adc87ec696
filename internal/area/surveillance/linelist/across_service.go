package linelist

import (
	"context"
	"errors"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// TakeContact lists a contact whom another authority handed over: their case is there
// and not here, and the visits that were made there count on, so that the follow-up has
// no gap. Whoever seems to be here already is asked about, as ListContact does.
func (s *Service) TakeContact(ctx context.Context, c Contact, visits []Visit, another bool) (db.ID, error) {
	const op = "linelist.TakeContact"
	if c.ID.IsZero() {
		c.ID = db.NewID()
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.LineListWrite, access.Resource{Kind: kindContact, Site: c.Site, Programme: c.Programme, Sensitivity: journal.Clinical}); err != nil {
			return err
		}
		if c.Listed.IsZero() {
			c.Listed = s.today().Date()
		}
		if errs := c.Valid(s.Lists, s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		if !another {
			if err := s.notHereYet(tx, Case{Disease: c.Disease}, c); err != nil {
				return err
			}
		}
		err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindContact, Doc: c.ID, Site: c.Site, Programme: c.Programme, Sensitivity: journal.Clinical, Purpose: "public_health", Fields: contactFields(c)})
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "linelist.error.sent_twice")
		}
		for _, v := range visits {
			if err != nil {
				return err
			}
			var doc *journal.Doc
			if doc, err = s.Journal.Load(tx, c.ID); err == nil {
				v.At = s.now()
				err = s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindContact, Doc: c.ID, Base: doc.Version, Purpose: "public_health", Fields: map[string]any{"visit": v}})
			}
		}
		return err
	})
	return c.ID, fault.Wrap(op, err)
}

// HandOn notes that another authority follows a contact from now on, or, where it does
// not, that it is for this one again. It is the program's, which heard the other's word.
// An officer's word on the contact stays.
func (s *Service) HandOn(tx *db.Tx, by journal.Author, id db.ID, there bool) error {
	r, err := findContact(tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil // erased since
	}
	if err != nil {
		return err
	}
	from, to := Standing(""), HandedOver
	if !there {
		from, to = HandedOver, ""
	}
	if r.State != from || !r.Became.IsZero() {
		return nil
	}
	doc, err := s.Journal.Load(tx, id)
	if err != nil {
		return err
	}
	return s.Journal.Append(tx, by, journal.Change{Kind: kindContact, Doc: id, Base: doc.Version, Purpose: "public_health", Fields: map[string]any{"state": to}})
}

// FollowedAt says where a contact's follow-up stands, and CaseAt what a case is, for
// whoever has checked that it may be told.
func (s *Service) FollowedAt(tx *db.Tx, id db.ID) (Followed, access.Resource, error) {
	r, err := findContact(tx, id)
	if err != nil {
		return Followed{}, r.Resource, err
	}
	list, err := s.followed(tx, []contactRow{r})
	if err != nil {
		return Followed{}, r.Resource, err
	}
	return list[0], r.Resource, nil
}

// CaseAt answers a case as it is now, and what its right is decided by.
func (s *Service) CaseAt(tx *db.Tx, id db.ID) (Case, access.Resource, error) {
	r, err := findCase(tx, id)
	return r.Case, r.Resource, err
}

// ExposureOf answers how a contact was exposed, where it was told.
func (s *Service) ExposureOf(tx *db.Tx, id db.ID) (Exposure, error) {
	links, err := linksOf(tx, id)
	for _, l := range links {
		if l.To == id && l.Type != "" {
			return l.Type, err
		}
	}
	return "", err
}

func (s *Service) beyond(ctx context.Context, contact bool, id db.ID) []page.Link {
	if s.Beyond == nil {
		return nil
	}
	return s.Beyond(ctx, contact, id)
}

func (s *Service) withBeyond(ctx context.Context, v page.Sheet, id db.ID) page.Sheet {
	v.Actions = append(v.Actions, s.beyond(ctx, true, id)...)
	return v
}
