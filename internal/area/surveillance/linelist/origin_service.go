package linelist

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Origin is what a case begins with that is made from a signal: what the signal says,
// and, where it came from somebody at a border, who they are and who was with them.
type Origin struct {
	Case     Case
	Contacts []Contact
}

// Origins answers the origin of a signal to whoever may read it. It checks that itself:
// the case is not there yet.
type Origins interface {
	Origin(ctx context.Context, tx *db.Tx, signal db.ID) (Origin, error)
}

// prefill completes an empty case from the signal that it is made from. A signal that
// is not here, or that the actor may not read, gives nothing.
func (s *Service) prefill(ctx context.Context, c *Case) error {
	if c.Signal.IsZero() || s.Origins == nil {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.Origins.Origin(ctx, tx, c.Signal)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			return nil
		}
		if err != nil {
			return err
		}
		from := o.Case
		from.ID, from.Signal, from.Reported = c.ID, c.Signal, c.Reported
		if c.Disease != "" {
			from.Disease = c.Disease
		}
		*c = from
		return nil
	})
}

// Circle is who was with somebody from whose signal a case was made.
type Circle struct {
	Case     Case
	Contacts []Contact
	Listed   []db.ID // those who are on the list of contacts already
}

// CircleOf answers whom a border listed with the traveller that a case was made from.
func (s *Service) CircleOf(ctx context.Context, id db.ID) (Circle, error) {
	const op = "linelist.CircleOf"
	var out Circle
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		_, r, err := s.mayChange(ctx, tx, op, id)
		if err != nil {
			return err
		}
		out = Circle{Case: r.Case}
		if r.Signal.IsZero() || s.Origins == nil {
			return nil
		}
		o, err := s.Origins.Origin(ctx, tx, r.Signal)
		if fault.Is(err, fault.NotFound) {
			return nil // the border keeps its lists for follow-up only
		}
		out.Contacts = o.Contacts
		for _, c := range o.Contacts {
			if _, there := s.Journal.Load(tx, c.ID); err == nil && there == nil {
				out.Listed = append(out.Listed, c.ID)
			}
		}
		return err
	})
	return out, fault.Wrap(op, err)
}

// ListCircle lists as contacts of a case everybody whom a border listed with them and
// who is not listed yet. Whoever is a case already, or a contact by name, is left for a
// person to decide, and counted.
func (s *Service) ListCircle(ctx context.Context, id db.ID) (listed, left int, err error) {
	circle, err := s.CircleOf(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	for _, c := range circle.Contacts {
		if slices.Contains(circle.Listed, c.ID) {
			continue
		}
		switch _, err := s.ListContact(ctx, id, c, Near, false); {
		case err == nil:
			listed++
		case fault.FieldOf(err) == "another" || fault.Is(err, fault.Conflict):
			left++
		default:
			return listed, left, err
		}
	}
	return listed, left, nil
}

// MayCome reports whether the actor may take somebody's origin over into the line list
// of a site: whoever may write a clinical case there.
func MayCome(ctx context.Context, a *access.Access, site string) error {
	return a.Check(ctx, access.LineListWrite, access.Resource{Kind: kindCase, Site: site, Sensitivity: journal.Clinical})
}
