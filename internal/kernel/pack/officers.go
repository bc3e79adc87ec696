package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Submit says that a draft is complete and waits for officers.
func (g *Registry) Submit(ctx context.Context, id, act db.ID) error {
	return g.act(ctx, access.PackImport, id, Act{ID: act, Name: ActSubmit}, func(tx *db.Tx, v Version, _ *Pack, _ db.ID) error {
		if v.Status != Draft {
			return fault.New(fault.Conflict, "pack.Submit", "packs.error.not_draft")
		}
		return nil
	})
}

// Approve is one medical officer's agreement. Two different officers make a
// version approved. act is the id of the new document, made when the form was
// shown, so that a form sent twice counts once.
func (g *Registry) Approve(ctx context.Context, id, act db.ID) error {
	return g.act(ctx, access.PackApprove, id, Act{ID: act, Name: ActApprove}, func(tx *db.Tx, v Version, _ *Pack, by db.ID) error {
		switch {
		case v.Status == Draft:
			return fault.New(fault.Conflict, "pack.Approve", "packs.error.not_submitted")
		case v.Life.Whole:
			return fault.New(fault.Conflict, "pack.Approve", "packs.error.was_stopped")
		case didAlready(v.Life.Approvals, by):
			return fault.New(fault.Conflict, "pack.Approve", "packs.error.approved_already")
		}
		return nil
	})
}

// Activate is one officer's word that an approved version is to hold from a day.
// It takes effect when a second officer names the same day.
func (g *Registry) Activate(ctx context.Context, id, act db.ID, from calendar.Day) error {
	return g.act(ctx, access.PackActivate, id, Act{ID: act, Name: ActActivate, From: from}, func(tx *db.Tx, v Version, p *Pack, by db.ID) error {
		return g.mayActivate(tx, v, p, by, from)
	})
}

func (g *Registry) mayActivate(tx *db.Tx, v Version, p *Pack, by db.ID, from calendar.Day) error {
	const op = "pack.Activate"
	conflict := func(key string, args ...any) error {
		e := fault.New(fault.Conflict, op, key)
		if len(args) == 2 {
			e.Args = map[string]any{args[0].(string): args[1]}
		}
		return e
	}
	switch {
	case v.Life.Whole:
		return conflict("packs.error.was_stopped")
	case !v.Life.Approved():
		return conflict("packs.error.not_approved")
	case v.Life.Activated && v.Life.From == from:
		return conflict("packs.error.active_already")
	case v.Life.Waiting != nil && v.Life.Waiting.By == by && v.Life.Waiting.From == from:
		return conflict("packs.error.second_officer")
	case !inForce(p.EffectiveFrom, p.EffectiveTo, from):
		return fault.Field(op, "from", "packs.error.outside")
	}
	if err := g.afterOthers(tx, v, from); err != nil {
		return err
	}
	switch s := g.sound(v.Hash, p, max(from, g.today())); {
	case s.lint > 0:
		return conflict("packs.error.lint", "count", s.lint)
	case s.failed > 0 || !s.ok:
		return conflict("packs.error.cases", "count", s.failed)
	}
	return nil
}

// soundness is what is wrong with a version on a day.
type soundness struct {
	lint, failed int
	ok           bool // its worked cases
}

// sound checks a version with the linter and with its own cases. What it finds follows
// from the content and the day, and is found once.
func (g *Registry) sound(hash string, p *Pack, on calendar.Day) soundness {
	key := struct {
		hash string
		on   calendar.Day
	}{hash, on}
	if was, ok := g.checked.Load(key); ok {
		return was.(soundness)
	}
	s := soundness{lint: Errors(p.Lint(on))}
	if s.lint == 0 {
		rep := p.TestOwn()
		s.failed, s.ok = rep.Failed, rep.OK()
	}
	g.checked.Store(key, s)
	return s
}

// afterOthers refuses an effective date that would change what was decided under
// another version: one not after theirs, or in the past while one of them holds.
func (g *Registry) afterOthers(tx *db.Tx, v Version, from calendar.Day) error {
	others, err := g.versions(tx, v.Pack)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Hash == v.Hash || !o.Life.Activated {
			continue
		}
		holds := !o.Life.Whole
		if from < o.Life.From || holds && (from == o.Life.From || from < g.today()) {
			return &fault.Error{Code: fault.Invalid, Op: "pack.Activate", Field: "from", Key: "packs.error.before_other",
				Args: map[string]any{"version": o.Number, "date": o.Life.From.Date()}}
		}
	}
	return nil
}

// Stop is one officer's word that a version, or rows of it, must hold no more. It
// takes effect at once when a second officer says the same. The reason holds no
// personal data.
func (g *Registry) Stop(ctx context.Context, id, act db.ID, rows []string, reason string) error {
	const op = "pack.Stop"
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 5 || n > 500 {
		return fault.Field(op, "reason", "packs.error.reason")
	}
	rows = sortedSet(rows)
	a := Act{ID: act, Name: ActStop, Rows: rows, Reason: reason}
	return g.act(ctx, access.PackStop, id, a, func(tx *db.Tx, v Version, p *Pack, by db.ID) error {
		for _, row := range rows {
			if key := p.CanStopRow(row); key != "" {
				return &fault.Error{Code: fault.Invalid, Op: op, Field: "rows", Key: key, Args: map[string]any{"row": row}}
			}
		}
		switch {
		case !v.Life.Activated:
			return fault.New(fault.Conflict, op, "packs.error.not_activated")
		case v.Life.Whole:
			return fault.New(fault.Conflict, op, "packs.error.was_stopped")
		case v.Life.StopWaits != nil && v.Life.StopWaits.By == by && slices.Equal(v.Life.StopWaits.Rows, rows):
			return fault.New(fault.Conflict, op, "packs.error.second_officer")
		}
		return nil
	})
}

// act checks the right, checks the act against where the version stands, and
// appends it, in one transaction.
func (g *Registry) act(ctx context.Context, action access.Action, id db.ID, a Act, may func(*db.Tx, Version, *Pack, db.ID) error) error {
	by, err := g.allow(ctx, action)
	if err != nil {
		return err
	}
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		v, p, err := g.version(tx, id)
		if err != nil {
			return err
		}
		if err := may(tx, v, p, by.User); err != nil {
			return err
		}
		fields := map[string]any{"hash": v.Hash, "act": a.Name}
		if a.Name == ActActivate {
			fields["from"] = a.From.String()
		}
		if a.Name == ActStop {
			fields["rows"], fields["reason"] = a.Rows, a.Reason
		}
		return g.journal.Append(tx, by, journal.Change{Kind: ActKind, Doc: a.ID, Sensitivity: journal.Identity, Purpose: purpose, Fields: fields})
	})
	if err == nil && (a.Name == ActActivate || a.Name == ActStop) {
		for _, f := range g.changed {
			f()
		}
	}
	return fault.Wrap("pack."+string(a.Name), err)
}

// OnChange has f called after an officer activated or stopped something, which may
// have changed the rules in force. It must not wait. It is for the composition root,
// before the first request.
func (g *Registry) OnChange(f func()) { g.changed = append(g.changed, f) }

// Rules names which rules hold for a pack's cases on any day: it changes when two
// officers activated or stopped a version, or rows of one, of the pack itself or of
// one that may stand beside it (any that is not a destination of its own, nor of
// surveillance, the border or care).
func (g *Registry) Rules(tx *db.Tx, id string) (string, error) {
	vs, err := g.versions(tx, "")
	if err != nil {
		return "", fault.Wrap("pack.Rules", err)
	}
	read, err := g.read(tx, vs, id)
	if err != nil {
		return "", fault.Wrap("pack.Rules", err)
	}
	h := sha256.New()
	for _, v := range vs {
		if !v.Life.Activated || !read[v.Pack] {
			continue
		}
		fmt.Fprintf(h, "%s %s %s %v %q\n", v.Hash, v.Life.From, v.Life.Since.UTC().Format(time.RFC3339Nano), v.Life.Whole, v.Life.Rows)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// read is which packs a destination's cases read, by any of its versions: itself,
// its companions, and whatever may stand beside it, as a safety pack does.
func (g *Registry) read(tx *db.Tx, vs []Version, id string) (map[string]bool, error) {
	read := map[string]bool{id: true}
	for _, v := range vs {
		p, err := g.ByHash(tx, v.Hash)
		if err != nil {
			return nil, err
		}
		if p.Kind != "destination" && !p.Apart() {
			read[v.Pack] = true
		}
		if v.Pack == id {
			for _, w := range p.With {
				read[w.Pack] = true
			}
		}
	}
	return read, nil
}

func didAlready(acts []Act, by db.ID) bool {
	return slices.ContainsFunc(acts, func(a Act) bool { return a.By == by })
}

// ActivateShipped lets two officers approve and activate every shipped version
// that waits and whose pack has no activated version yet, from a day. It is for the demo, whose officers are synthetic; both
// need their own right, and every check of Approve and Activate applies.
func (g *Registry) ActivateShipped(ctx context.Context, first, second access.Actor, from calendar.Day) error {
	one, two := access.With(ctx, first), access.With(ctx, second)
	vs, err := g.Versions(one)
	if err != nil {
		return err
	}
	for _, v := range vs {
		held := slices.ContainsFunc(vs, func(o Version) bool { return o.Pack == v.Pack && o.Life.Activated })
		if !v.Shipped || v.Status != Review || held {
			continue
		}
		for _, officer := range []context.Context{one, two} {
			if err := g.Approve(officer, v.ID, db.NewID()); err != nil {
				return fault.Wrap("pack.ActivateShipped "+v.Pack, err)
			}
		}
		day := from
		if _, p, err := g.Version(one, v.ID); err != nil {
			return err
		} else if start, ok := p.EffectiveFrom.Exact(); ok && start > day {
			day = start
		}
		for _, officer := range []context.Context{one, two} {
			if err := g.Activate(officer, v.ID, db.NewID(), day); err != nil {
				return fault.Wrap("pack.ActivateShipped "+v.Pack, err)
			}
		}
	}
	return nil
}
