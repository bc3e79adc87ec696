package assessment

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// editCase runs one change to a case in a transaction: load, check the right.
func (s *Service) editCase(ctx context.Context, op string, id db.ID, do func(d *desk, doc *journal.Doc, c Case) error) error {
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		doc, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		if err := s.Access.Check(ctx, access.CaseEdit, access.Of(doc)); err != nil {
			return err
		}
		c, _, _, err := loadCase(tx, id)
		if err != nil {
			return err
		}
		return do(s.desk(tx), doc, c)
	}))
}

// Join adds a person to a case: a child born meanwhile, a spouse who applies
// later. Somebody who left is taken back.
func (s *Service) Join(ctx context.Context, id db.ID, m NewMember) error {
	const op = "assessment.Join"
	return s.editCase(ctx, op, id, func(d *desk, doc *journal.Doc, c Case) error {
		p, err := d.pack(c)
		if err != nil {
			return err
		}
		members, err := membersOf(d.tx, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(members, func(o Member) bool { return o.Person == m.Person })
		switch {
		case i >= 0 && !members[i].Left:
			return fault.New(fault.Conflict, op, "assessment.error.member_already")
		case i >= 0:
			return d.setLeft(ctx, members[i].ID, false)
		}
		actor, _ := access.From(ctx)
		if err := d.put(ctx, memberChange(id, m, doc.Site, p.Programme, actor.Purpose)); err != nil {
			return err
		}
		return d.reassess(ctx, m.ID, "opened")
	})
}

// Leave takes a person out of a case: orders nobody has begun are withdrawn, and
// their clearance in this case holds no more. The record stays.
func (s *Service) Leave(ctx context.Context, id, member db.ID) error {
	const op = "assessment.Leave"
	return s.editCase(ctx, op, id, func(d *desk, _ *journal.Doc, _ Case) error {
		m, err := loadMember(d.tx, member)
		if err != nil {
			return err
		}
		switch {
		case m.Case != id:
			return orNotFound(nil)
		case m.Left:
			return fault.New(fault.Conflict, op, "assessment.error.left")
		}
		return d.setLeft(ctx, member, true)
	})
}

func (d *desk) setLeft(ctx context.Context, member db.ID, left bool) error {
	doc, err := d.Journal.Load(d.tx, member)
	if err != nil {
		return err
	}
	actor, _ := access.From(ctx)
	if err := d.put(ctx, journal.Change{Kind: kindMember, Doc: member, Base: doc.Version, Purpose: actor.Purpose, Fields: map[string]any{"left": left}}); err != nil {
		return err
	}
	return d.reassess(ctx, member, "left")
}

// Close closes a case in which nobody has anything to do any more. A fact that
// arrives later opens it again.
func (s *Service) Close(ctx context.Context, id db.ID) error {
	const op = "assessment.Close"
	return s.editCase(ctx, op, id, func(d *desk, doc *journal.Doc, c Case) error {
		members, err := membersOf(d.tx, id)
		if err != nil {
			return err
		}
		if c.Closed || slices.ContainsFunc(members, func(m Member) bool { return !m.State.Finished() }) {
			return fault.New(fault.Conflict, op, "assessment.error.not_finished")
		}
		return d.setClosed(ctx, doc, true)
	})
}

// Reopen opens a closed case by hand.
func (s *Service) Reopen(ctx context.Context, id db.ID) error {
	const op = "assessment.Reopen"
	return s.editCase(ctx, op, id, func(d *desk, doc *journal.Doc, c Case) error {
		if !c.Closed {
			return fault.New(fault.Conflict, op, "assessment.error.not_closed")
		}
		if err := d.setClosed(ctx, doc, false); err != nil {
			return err
		}
		return d.reassessCase(ctx, id, "case")
	})
}

func (d *desk) setClosed(ctx context.Context, doc *journal.Doc, closed bool) error {
	actor, _ := access.From(ctx)
	return d.put(ctx, journal.Change{Kind: kindCase, Doc: doc.ID, Base: doc.Version, Purpose: actor.Purpose, Fields: map[string]any{"closed": closed}})
}
