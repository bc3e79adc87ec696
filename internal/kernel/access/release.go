package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// routeList is the registry of the ways out.
type routeList struct {
	sync.RWMutex
	list []Route
}

// Register adds the ways out that an area owns. A second route of the same name
// is refused, and so is one with an unknown purpose, recipient or right.
func (a *Access) Register(routes ...Route) error {
	a.routes.Lock()
	defer a.routes.Unlock()
	for _, r := range routes {
		if err := r.Valid(a.purposes); err != nil {
			return err
		}
		if slices.ContainsFunc(a.routes.list, func(x Route) bool { return x.Name == r.Name }) {
			return &fault.Error{Code: fault.Internal, Op: "access.Register", Err: fmt.Errorf("route %q is registered twice", r.Name)}
		}
		a.routes.list = append(a.routes.list, r)
	}
	return nil
}

// Routes lists every registered way out, for the page that shows them and for
// the test that compares them with what is served.
func (a *Access) Routes() []Route {
	a.routes.RLock()
	defer a.routes.RUnlock()
	return slices.Clone(a.routes.list)
}

// StandingOf tells Release how to learn what it must know of a person. The
// composition root calls it with the people area's answer; until then nothing
// about a person leaves.
func (a *Access) StandingOf(of func(tx *db.Tx, subject db.ID) (Standing, error)) {
	a.standing.Lock()
	defer a.standing.Unlock()
	a.standing.of = of
}

// Release decides whether something about the subject may go to the recipient
// over the route, and writes it into the audit. Every export, print and message
// calls it, before the first byte. A zero subject is for what names nobody: only
// counts to Statistics.
//
// It checks that the route is registered and the recipient one of its own, the
// user's right to this export of this person's record, the person's consent
// where the route needs it, and that nothing identifiable reaches an authority
// that a refugee, an asylum seeker, a stateless person or one whose status is
// not known fled or belongs to, unless a consent names it.
func (a *Access) Release(ctx context.Context, route Route, to Recipient, subject db.ID) error {
	return a.ReleaseAll(ctx, route, to, []db.ID{subject})
}

// ReleaseAll is Release for a page that is about several persons: all or none.
func (a *Access) ReleaseAll(ctx context.Context, route Route, to Recipient, subjects []db.ID) error {
	const op = "access.Release"
	known, actor, err := a.wayOut(ctx, op, route, to)
	if err != nil {
		return err
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		for _, subject := range subjects {
			if err := a.mayRelease(For(ctx, known.Purpose), tx, known, to, subject); err != nil {
				return err
			}
			if err := a.record(tx, read{
				User: actor.User, Subject: subject, Act: ActReleased, Purpose: known.Purpose, What: known.Name, Recipient: string(to),
			}); err != nil {
				return err
			}
		}
		return nil
	})
	a.counts.released(known.Means, err == nil)
	if err != nil {
		return fault.Wrap(op, err)
	}
	note(ctx, subjects...)
	if m, ok := ctx.Value(releasedKey{}).(*released); ok {
		m.yes = true
	}
	return nil
}

// wayOut is a route as it is registered, if the recipient is one of its own, and who
// releases.
func (a *Access) wayOut(ctx context.Context, op string, route Route, to Recipient) (known Route, actor Actor, err error) {
	if known, err = a.route(route.Name); err != nil {
		return known, actor, err
	}
	if !to.Valid() || !slices.Contains(known.Recipients, to.Kind()) {
		return known, actor, fault.New(fault.Forbidden, op, "door.release.recipient")
	}
	actor, err = Acting(ctx, op)
	return known, actor, err
}

func (a *Access) route(name string) (Route, error) {
	a.routes.RLock()
	defer a.routes.RUnlock()
	i := slices.IndexFunc(a.routes.list, func(x Route) bool { return x.Name == name })
	if i < 0 {
		return Route{}, fault.New(fault.Forbidden, "access.Release", "door.release.unregistered")
	}
	return a.routes.list[i], nil
}

func (a *Access) mayRelease(ctx context.Context, tx *db.Tx, r Route, to Recipient, subject db.ID) error {
	const op = "access.Release"
	if subject.IsZero() {
		if to.Kind() != Statistics || r.Action.Personal() {
			return fault.New(fault.Forbidden, op, "door.release.subject")
		}
		return a.Check(ctx, r.Action, Resource{Sensitivity: journal.Identity})
	}
	a.standing.RLock()
	of := a.standing.of
	a.standing.RUnlock()
	if of == nil {
		return fault.New(fault.Unavailable, op, "door.release.standing")
	}
	s, err := of(tx, subject)
	if err != nil {
		return err
	}
	s.Subject, s.Station = subject, r.Station
	s.Sensitivity = max(s.Sensitivity, r.Sensitivity)
	if err := a.Check(ctx, r.Action, s.Resource); err != nil {
		return err
	}
	return mayLeave(r, to, s)
}

// released is set by Release and looked at by the guard.
type released struct{ yes bool }

type releasedKey struct{}

// IsWayOut reports whether a path is one of a print or an export: one of its
// parts is "print" or "export". Every such path must have a registered Route.
func IsWayOut(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if part == "print" || part == "export" {
			return true
		}
	}
	return false
}

// Unregistered lists the mux patterns that are ways out and that no route names.
// The composition root's test gives it every pattern that is served.
func Unregistered(patterns []string, routes []Route) []string {
	var out []string
	for _, p := range patterns {
		_, path, ok := strings.Cut(p, " ")
		if !ok {
			path = p
		}
		if IsWayOut(path) && !slices.ContainsFunc(routes, func(r Route) bool { return slices.Contains(r.Patterns, p) }) {
			out = append(out, p)
		}
	}
	return out
}
