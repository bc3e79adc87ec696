package assessment

import (
	"cmp"
	"context"
	"errors"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// sweepBatch is how many members are looked at between two notes of how far it is:
// what a kill makes it look at once more.
const sweepBatch = 50

// SweepRules looks at everybody whom rules still concern, of each destination whose
// rules changed since it was last done: a version was activated or stopped, or rows
// of one. What a version says anew is decided, ordered and told as if a fact had
// changed, each member in a transaction of their own; a clearance whose ground moved
// is suspended. It goes on where it was stopped, and to look twice does nothing.
// What fails in one destination keeps no other waiting: it is told at the end.
// It is the program's own work, in the name of whom ctx holds.
func (s *Service) SweepRules(ctx context.Context) error {
	const op = "assessment.SweepRules"
	var failed []error
	for dest := ""; ; {
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			dest, err = destinationAfter(tx, dest)
			return err
		})
		if err != nil || dest == "" {
			return fault.Wrap(op, errors.Join(append(failed, err)...))
		}
		err = s.sweepDestination(ctx, dest)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed = append(failed, err)
	}
}

// sweepDestination looks at the members of a destination, batch by batch. Of what
// fails it tells the first: one is enough to look for, thousands hide it.
func (s *Service) sweepDestination(ctx context.Context, dest string) (first error) {
	for more := true; more && ctx.Err() == nil; {
		var err error
		more, err = s.sweepSome(ctx, dest)
		first = cmp.Or(first, err)
	}
	return first
}

// sweepSome looks at the next members of a destination. There may be more of them
// though it tells of one that could not be looked at.
func (s *Service) sweepSome(ctx context.Context, dest string) (more bool, err error) {
	var at sweep
	var members []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rules, err := s.Packs.Rules(tx, dest)
		if err != nil {
			return err
		}
		if at, err = sweepOf(tx, dest); err != nil || at.Rules == rules && !at.Ended.IsZero() {
			return err
		}
		more = true
		if at.Rules != rules { // changed since, or again meanwhile: from the beginning
			at = sweep{Destination: dest, Rules: rules, Sweep: Sweep{Begun: s.Clock()}}
			if at.Total, err = countSweep(tx, dest, s.today()); err != nil {
				return err
			}
		}
		members, err = sweepMembers(tx, dest, s.today(), at.After, sweepBatch)
		return err
	})
	if err != nil || !more {
		return false, err
	}
	for _, m := range members {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		moved, wrong := s.lookAgain(ctx, m)
		at.Looked, at.After = at.Looked+1, m
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err() // the rest of the batch is looked at once more
		case wrong != nil: // one record that cannot be read keeps nobody else waiting
			at.Failed, err = at.Failed+1, cmp.Or(err, wrong)
		case moved:
			at.Moved++
		}
	}
	more = true
	switch {
	case len(members) == sweepBatch:
	case at.Failed == 0:
		at.Ended = s.Clock()
	default: // the next time, from the beginning
		more, at.After, at.Looked, at.Failed = false, db.ID{}, 0, 0
	}
	at.Total = max(at.Total, at.Looked) // who came meanwhile was decided under the new rules already
	if put := s.DB.Write(ctx, func(tx *db.Tx) error { return putSweep(tx, at) }); put != nil {
		return false, put
	}
	return more, err
}

// lookAgain decides about one member under the rules in force, and writes only
// where that says something else than what is stored.
func (s *Service) lookAgain(ctx context.Context, id db.ID) (moved bool, err error) {
	same := false
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		v, err := s.desk(tx).look(id)
		if fault.KeyOf(err) == keyNoRules {
			return nil
		}
		same = err == nil && v.current() && v.state() == v.Member.State
		return err
	})
	if err != nil || same {
		return false, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		d := s.desk(tx)
		if moved, err = d.wouldMove(id); err != nil {
			return err
		}
		return d.reassess(ctx, id, "rules")
	})
	return moved, err
}

// wouldMove reports whether the rules in force say something else about a member
// than was stored of them.
func (d *desk) wouldMove(id db.ID) (bool, error) {
	v, err := d.look(id)
	if fault.KeyOf(err) == keyNoRules {
		c, err := lastClearance(d.tx, id)
		return c != nil && c.State == ClearanceIssued, err
	}
	if err != nil || v.ended() {
		return false, err
	}
	if v.Last == nil {
		return true, nil
	}
	was, err := pack.ParseRecord(v.Last.Record)
	return !sameGround(was, v.Pack.NewRecord(v.Input, v.Decision)), err
}

// Sweeps says how far each destination is, for the workbench of rules. There are no
// persons in it.
func (s *Service) Sweeps(ctx context.Context) (map[string]Sweep, error) {
	out := map[string]Sweep{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		for dest := ""; ; {
			var err error
			if dest, err = destinationAfter(tx, dest); err != nil || dest == "" {
				return err
			}
			at, err := sweepOf(tx, dest)
			if err != nil {
				return err
			}
			if at.Rules != "" {
				out[dest] = at.Sweep
			}
		}
	})
	return out, fault.Wrap("assessment.Sweeps", err)
}

// Impact is what a version would change if it held from a day.
type Impact struct {
	Open   int // open members, and clearances in force, examined on that day or later
	Looked int // of whom so many were looked at, the newest
	Moved  int // of whom the version says something else
}

// mostLooked caps a look ahead: it is made while an officer waits for a page.
const mostLooked = 200

// Impact looks ahead: it decides about members with a version that does not hold
// yet, and writes nothing. It answers in numbers only, to whoever may activate.
func (s *Service) Impact(ctx context.Context, p *pack.Pack, from calendar.Day) (out Impact, err error) {
	const op = "assessment.Impact"
	if err := s.Access.Check(ctx, access.PackActivate, access.Resource{Kind: pack.VersionKind}); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		wholes, err := s.Packs.Trial(tx, p, from)
		if err != nil {
			return err
		}
		for _, whole := range wholes {
			if err := s.ahead(tx, whole, from, &out); err != nil {
				return err
			}
		}
		return nil
	})
	return out, fault.Wrap(op, err)
}

// ahead counts who is decided otherwise by a destination as it would be.
func (s *Service) ahead(tx *db.Tx, p *pack.Pack, from calendar.Day, out *Impact) error {
	members, err := examinedFrom(tx, p.ID, s.today(), from, maxAhead)
	if err != nil {
		return err
	}
	looked := min(len(members), max(mostLooked-out.Looked, 0))
	out.Open, out.Looked = out.Open+len(members), out.Looked+looked
	for _, id := range members[:looked] {
		d := s.desk(tx)
		m, err := loadMember(tx, id)
		if err != nil {
			return err
		}
		c, _, _, err := loadCase(tx, m.Case)
		if err != nil {
			return err
		}
		day, _ := c.ExamDate.Exact()
		d.packs[packDay{p.ID, day}] = packAnswer{p: p}
		moved, err := d.wouldMove(id)
		if err != nil {
			return err
		}
		if moved {
			out.Moved++
		}
	}
	return nil
}

// maxAhead caps the count of a look ahead: beyond it, "more than" says enough.
const maxAhead = 10000
