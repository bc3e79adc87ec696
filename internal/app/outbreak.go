package app

import (
	"context"
	"errors"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// outbreaks makes the service of outbreaks and ties it to those who hear of it.
func (n *Node) outbreaks(o Options) {
	n.Outbreaks = outbreak.New(outbreak.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, People: n.People, Places: n.Gazetteer, Sites: n.Sites, Packs: n.Packs,
		Signals: n.Signals, Lists: n.Signals.Lists(), Clock: o.Clock, Leaving: n.leaving})
	n.Cases.OutbreakAt = func(tx *db.Tx, c linelist.Case) (string, error) {
		day := c.Onset
		if day.IsZero() {
			day = c.Reported
		}
		st, err := n.Outbreaks.StateAt(tx, c.Disease, c.Site, day)
		return string(st), err
	}
	n.People.OnBanner(n.Outbreaks.Flags)
	n.People.OnJourney(n.Outbreaks.Remarks)
	n.declared = make(chan struct{}, 1)
	n.Outbreaks.OnDeclare(n.tellDeclared)
	n.Outbreaks.OnChange(func(ctx context.Context, tx *db.Tx, person db.ID) error {
		if isQuiet(ctx) {
			return nil
		}
		return n.Assessment.Changed(AsProgram(ctx), tx, person, "exposure")
	})
}

// leaving tells the outbreaks who leaves on a day.
func (n *Node) leaving(tx *db.Tx, day calendar.Day) ([]outbreak.Leaving, error) {
	list, err := n.Travel.Leaving(tx, day)
	var out []outbreak.Leaving
	for _, l := range list {
		out = append(out, outbreak.Leaving{Person: l.Person, Movement: l.Movement.ID, Number: l.Movement.Number})
	}
	return out, err
}

// exposedPeople gives assessments what a person was exposed to beside the other facts:
// a pack that asks for it reads it, and to every other one it is nothing.
type exposedPeople struct {
	*people.Service
	o *outbreak.Service
}

// Facts implements assessment.People.
func (p exposedPeople) Facts(tx *db.Tx, person db.ID, on calendar.Day) (map[string]decision.Fact, *decision.Journey, error) {
	facts, journey, err := p.Service.Facts(tx, person, on)
	if err != nil {
		return nil, nil, err
	}
	// Of today, whatever the day of the examination: who was exposed since then was.
	exposed, err := p.o.Facts(tx, person, p.Today())
	for name, f := range exposed {
		facts[name] = f
	}
	return facts, journey, err
}

// journeyed is what a change of a person comes to: the lists of outbreaks follow the
// journey, and the assessments every fact.
func (n *Node) journeyed(ctx context.Context, tx *db.Tx, person db.ID, cause string) error {
	if cause == people.CauseJourney || cause == people.CauseArrival {
		if err := n.Outbreaks.Journeyed(ctx, tx, person); err != nil {
			return err
		}
	}
	if cause == people.CauseArrival {
		return nil // no other fact rests on it
	}
	return n.Assessment.Changed(ctx, tx, person, cause)
}

// lookAtJourneys brings the lists of outbreaks in line with journeys that came from
// another installation. Outbreaks that came are looked at by lookAtOutbreaks.
func (n *Node) lookAtJourneys(ctx context.Context, tx *db.Tx, headers []journal.Header) error {
	seen := map[db.ID]bool{}
	for _, h := range headers {
		if outbreak.IsOutbreak(h.Kind) {
			n.tellDeclared()
		}
		if !people.IsJourney(h.Kind) || seen[h.Subject] {
			continue
		}
		seen[h.Subject] = true
		if err := n.Outbreaks.Journeyed(ctx, tx, h.Subject); err != nil {
			return err
		}
	}
	return nil
}

// lookAtOutbreaks looks at everybody and every case that may have met an outbreak, when the program
// starts, after one was declared or came, and every hour, until ctx ends.
func (n *Node) lookAtOutbreaks(ctx context.Context) {
	every := time.NewTicker(sweepEvery)
	defer every.Stop()
	for {
		var later <-chan time.Time
		done, err := n.alone(ctx, "outbreaks", func(ctx context.Context) error { return n.outbreaksChanged(AsProgram(ctx)) })
		if err != nil && ctx.Err() == nil {
			n.log.Error("looking at who met an outbreak", "err", err)
		}
		if !done {
			later = time.After(aloneAgain)
		}
		select {
		case <-ctx.Done():
			return
		case <-n.declared:
		case <-every.C:
		case <-later:
		}
	}
}

// outbreaksChanged is what follows from the outbreaks as they are: who met one, and the
// class of cases whose definition asks for it.
func (n *Node) outbreaksChanged(ctx context.Context) error {
	return errors.Join(n.Outbreaks.Look(ctx), n.Cases.LookAtOutbreaks(ctx))
}

// tellDeclared wakes lookAtOutbreaks. Several changes are one.
func (n *Node) tellDeclared() {
	select {
	case n.declared <- struct{}{}:
	default:
	}
}

// exposedDeclared answers a border, which is built before the outbreaks are.
func (n *Node) exposedDeclared(tx *db.Tx, stays []outbreak.Declared, on calendar.Day) (outbreak.Said, error) {
	return n.Outbreaks.ExposedDeclared(tx, stays, on)
}
