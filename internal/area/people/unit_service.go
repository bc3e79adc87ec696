package people

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// SharedUnit is a family as an erasure must know it: its document is about nobody
// by its header, and yet tells of each of its members.
type SharedUnit struct {
	ID     db.ID
	Kind   string
	Others int    // members beside the person, those who left too
	Note   string // free text, in which anybody may be named
}

// SharedUnits lists the families that a person belongs or belonged to. It checks
// no rights.
func (s *Service) SharedUnits(tx *db.Tx, person db.ID) ([]SharedUnit, error) {
	mine, err := membershipsOf(tx, person)
	if err != nil {
		return nil, err
	}
	var out []SharedUnit
	seen := map[db.ID]bool{}
	for _, m := range mine {
		if seen[m.Family] {
			continue
		}
		seen[m.Family] = true
		f, err := findFamily(tx, m.Family)
		if notFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all, err := members(tx, m.Family)
		if err != nil {
			return nil, err
		}
		u := SharedUnit{ID: f.ID, Kind: kindFamily, Note: f.Note}
		for _, other := range all {
			if other.Person != person {
				u.Others++
			}
		}
		out = append(out, u)
	}
	return out, nil
}

// RenewFamily puts a family's members into a new family of the same kind and
// number with another note, so that the old document can be erased with all that
// ever stood in it. It checks no rights.
func (s *Service) RenewFamily(ctx context.Context, tx *db.Tx, id db.ID, note string) error {
	a, err := actor(ctx)
	if err != nil {
		return err
	}
	old, err := findFamily(tx, id)
	if err != nil {
		return err
	}
	renewed := old.Family
	renewed.ID, renewed.Note = db.NewID(), note
	if err := join(renewed.Valid()); err != nil {
		return err
	}
	if err := s.put(ctx, tx, personRow{Site: old.Site, Programme: old.Programme}, kindFamily, renewed.ID, old.Sensitivity, journal.Base{}, nil, renewed); err != nil {
		return err
	}
	all, err := members(tx, id)
	if err != nil {
		return err
	}
	for _, m := range all {
		d, err := s.Journal.Load(tx, m.ID)
		if err != nil {
			return err
		}
		if err := s.append(ctx, tx, a, journal.Change{Kind: kindMember, Doc: m.ID, Purpose: a.Purpose, Base: d.Version, Fields: map[string]any{"family": renewed.ID}}, m.Person); err != nil {
			return err
		}
	}
	return nil
}
