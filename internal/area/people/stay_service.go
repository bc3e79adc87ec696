package people

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// saveOne writes one of several documents of a person: a stay, a document, a
// contact. A zero base makes it new; a new one whose id exists is a form sent
// twice.
func saveOne[T any](ctx context.Context, s *Service, person db.ID, p part, doc db.ID, base journal.Base, after T, valid func(Person) []error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, p.action, row.part(p.kind, p.sens)); err != nil {
			return err
		}
		if err := join(valid(row.Person)); err != nil {
			return err
		}
		if base.IsZero() {
			err := s.put(ctx, tx, row, p.kind, doc, p.sens, base, nil, after)
			if fault.Is(err, fault.Conflict) {
				return fault.New(fault.Conflict, "people.saveOne", "people.error.replayed_part")
			}
			return err
		}
		d, err := s.ownDocument(tx, person, p.kind, doc)
		if err != nil {
			return err
		}
		var before T
		if err := d.Decode(&before); err != nil {
			return err
		}
		return s.put(ctx, tx, row, p.kind, doc, 0, base, before, after)
	})
}

// ownDocument loads a document and checks that it is of this kind and person, so
// that an id put into a URL by hand reaches nothing else.
func (s *Service) ownDocument(tx *db.Tx, person db.ID, kind string, doc db.ID) (*journal.Doc, error) {
	d, err := s.Journal.Load(tx, doc)
	if err != nil {
		return nil, err
	}
	if d.Kind != kind || d.Subject != person || d.Error {
		return nil, errGone
	}
	return d, nil
}

// removeOne marks a document as entered in error. It stays in the history.
func (s *Service) removeOne(ctx context.Context, person db.ID, p part, doc db.ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, person)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, p.action, row.part(p.kind, p.sens)); err != nil {
			return err
		}
		d, err := s.ownDocument(tx, person, p.kind, doc)
		if err != nil {
			return err
		}
		a, err := actor(ctx)
		if err != nil {
			return err
		}
		return s.append(ctx, tx, a, journal.Change{Kind: p.kind, Doc: doc, Purpose: a.Purpose, Base: d.Version, EnteredInError: true}, person)
	})
}

var (
	stayPart     = part{kindStay, journal.Identity, access.JourneyWrite}
	journeyPart  = part{kindJourney, journal.Identity, access.JourneyWrite}
	documentPart = part{kindDocument, journal.Identity, access.PersonEdit}
	contactPart  = part{kindContact, journal.Identity, access.PersonEdit}
)

// SaveStay adds a stay (zero base) or changes one.
func (s *Service) SaveStay(ctx context.Context, person db.ID, base journal.Base, st Stay) error {
	return fault.Wrap("people.SaveStay", saveOne(ctx, s, person, stayPart, st.ID, base, st,
		func(p Person) []error { return st.Valid(p.BirthFact(), s.Today()) }))
}

// RemoveStay marks a stay as entered in error.
func (s *Service) RemoveStay(ctx context.Context, person, stay db.ID) error {
	return fault.Wrap("people.RemoveStay", s.removeOne(ctx, person, stayPart, stay))
}

// SaveJourney records whether the person says that the stays are all there is.
func (s *Service) SaveJourney(ctx context.Context, person db.ID, base journal.Base, complete bool) error {
	j := Journey{Complete: complete}
	if complete {
		j.CompleteOn = s.Today().Date()
	}
	return fault.Wrap("people.SaveJourney", s.saveOnly(ctx, person, journeyPart, base, decoded[Journey], j, func(Person) []error { return nil }))
}

// SaveDocument adds a document (zero base) or changes one.
func (s *Service) SaveDocument(ctx context.Context, person db.ID, base journal.Base, d Document) error {
	return fault.Wrap("people.SaveDocument", saveOne(ctx, s, person, documentPart, d.ID, base, d,
		func(Person) []error { return d.Valid(s.Today()) }))
}

// RemoveDocument marks a document as entered in error.
func (s *Service) RemoveDocument(ctx context.Context, person, doc db.ID) error {
	return fault.Wrap("people.RemoveDocument", s.removeOne(ctx, person, documentPart, doc))
}

// SaveContact adds a contact (zero base) or changes one.
func (s *Service) SaveContact(ctx context.Context, person db.ID, base journal.Base, c Contact) error {
	return fault.Wrap("people.SaveContact", saveOne(ctx, s, person, contactPart, c.ID, base, c, func(Person) []error { return c.Valid() }))
}

// RemoveContact marks a contact as entered in error.
func (s *Service) RemoveContact(ctx context.Context, person, contact db.ID) error {
	return fault.Wrap("people.RemoveContact", s.removeOne(ctx, person, contactPart, contact))
}
