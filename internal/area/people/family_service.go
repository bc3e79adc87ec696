package people

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func (f familyRow) resource() access.Resource {
	return access.Resource{Kind: kindFamily, Doc: f.ID, Site: f.Site, Programme: f.Programme, Sensitivity: f.Sensitivity}
}

func (s *Service) openFamily(ctx context.Context, tx *db.Tx, action access.Action, id db.ID) (familyRow, error) {
	f, err := findFamily(tx, id)
	if err != nil {
		return f, err
	}
	return f, s.Access.Check(ctx, action, f.resource())
}

// OpenFamily loads a family with the members that the actor may open.
func (s *Service) OpenFamily(ctx context.Context, id db.ID) (FamilyView, error) {
	const op = "people.OpenFamily"
	var v FamilyView
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if _, err = s.openFamily(ctx, tx, access.PersonRead, id); err != nil {
			return err
		}
		v, err = s.familyView(ctx, tx, id)
		return err
	})
	if err != nil {
		return v, fault.Wrap(op, err)
	}
	shown := make([]db.ID, 0, len(v.Members))
	for _, m := range v.Members {
		shown = append(shown, m.Person)
	}
	return v, fault.Wrap(op, s.Access.Searched(ctx, kindFamily, shown))
}

// NewFamily makes a family with one person in it.
func (s *Service) NewFamily(ctx context.Context, f Family, person db.ID, role Role) error {
	const op = "people.NewFamily"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonEdit, person)
		if err != nil {
			return err
		}
		m := Member{Family: f.ID, Person: person, Role: role}
		if err := join(append(f.Valid(), m.Valid()...)); err != nil {
			return err
		}
		if err := s.putFamily(ctx, tx, row, f); err != nil {
			return err
		}
		return s.put(ctx, tx, row, kindMember, db.NewID(), journal.Identity, journal.Base{}, nil, m)
	}))
}

// putFamily writes a new family. It is about no one person, so it has no subject.
func (s *Service) putFamily(ctx context.Context, tx *db.Tx, near personRow, f Family) error {
	near.ID = db.ID{}
	return s.put(ctx, tx, near, kindFamily, f.ID, journal.Identity, journal.Base{}, nil, f)
}

// SaveFamily changes a family's number, unit or note.
func (s *Service) SaveFamily(ctx context.Context, base journal.Base, f Family) error {
	const op = "people.SaveFamily"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.openFamily(ctx, tx, access.PersonEdit, f.ID)
		if err != nil {
			return err
		}
		if err := join(f.Valid()); err != nil {
			return err
		}
		return s.put(ctx, tx, personRow{Site: row.Site, Programme: row.Programme}, kindFamily, f.ID, 0, base, row.Family, f)
	}))
}

// AddMember puts a person into a family. Who is in it already is refused.
func (s *Service) AddMember(ctx context.Context, m Member) error {
	const op = "people.AddMember"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.openFamily(ctx, tx, access.PersonEdit, m.Family); err != nil {
			return err
		}
		row, err := s.open(ctx, tx, access.PersonEdit, m.Person)
		if err != nil {
			return err
		}
		if err := join(m.Valid()); err != nil {
			return err
		}
		there, err := s.FamilyOf(tx, m.Family)
		if err != nil {
			return err
		}
		for _, o := range there {
			if o.Person == m.Person {
				return fault.Field(op, "person", "people.error.member_already")
			}
		}
		return s.put(ctx, tx, row, kindMember, orNew(m.ID), journal.Identity, journal.Base{}, nil, m)
	}))
}

// ChangeMember gives a member another role, or says that they have left.
func (s *Service) ChangeMember(ctx context.Context, member db.ID, role Role, left bool) error {
	const op = "people.ChangeMember"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.Journal.Load(tx, member)
		if err != nil {
			return err
		}
		if d.Kind != kindMember {
			return errGone
		}
		var old Member
		if err := d.Decode(&old); err != nil {
			return err
		}
		row, err := s.open(ctx, tx, access.PersonEdit, old.Person)
		if err != nil {
			return err
		}
		after := old
		after.Role, after.Left = role, left
		if err := join(after.Valid()); err != nil {
			return err
		}
		return s.put(ctx, tx, row, kindMember, member, 0, d.Version, old, after)
	}))
}

// Relate says what one person is to another. The actor must be allowed to change
// both records.
func (s *Service) Relate(ctx context.Context, r Relation) error {
	const op = "people.Relate"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := join(r.Valid()); err != nil {
			return err
		}
		row, err := s.open(ctx, tx, access.PersonEdit, r.Of)
		if err != nil {
			return err
		}
		other, err := s.open(ctx, tx, access.PersonEdit, r.Other)
		if err != nil {
			return err
		}
		if (r.Kind == Mother || r.Kind == Father) && before(row.Person.Birth, other.Person.Birth) {
			return fault.Field(op, "relation", "people.error.parent_younger")
		}
		return s.put(ctx, tx, row, kindRelation, orNew(r.ID), journal.Identity, journal.Base{}, nil, r)
	}))
}

// EndRelation marks a relation as entered in error.
func (s *Service) EndRelation(ctx context.Context, person, relation db.ID) error {
	const op = "people.EndRelation"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonEdit, person)
		if err != nil {
			return err
		}
		d, err := s.Journal.Load(tx, relation)
		if err != nil {
			return err
		}
		var r Relation
		if err := d.Decode(&r); err != nil {
			return err
		}
		if d.Kind != kindRelation || d.Error || r.Of != row.ID && r.Other != row.ID {
			return errGone
		}
		a, err := actor(ctx)
		if err != nil {
			return err
		}
		return s.append(ctx, tx, a, journal.Change{Kind: kindRelation, Doc: relation, Purpose: a.Purpose, Base: d.Version, EnteredInError: true}, person)
	}))
}
