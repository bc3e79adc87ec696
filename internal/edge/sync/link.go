package sync

import (
	"context"
	"errors"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Link is an exchange between a node and a hub of one process. What is under way
// lies in Up and Down, and whoever holds the link moves it, frame by frame, or cuts,
// doubles, swaps or withholds it: a simulator, which has no sockets and no goroutines
// and gets the same exchange again for the same seed. All else is as over HTTPS.
type Link struct {
	Up, Down []Frame // under way to the hub, and to the node

	node    *Service
	session *NodeSession
	hub     *HubSession
}

// EnrolAt enrols this node at a hub of the same process, by a code. What is told over
// HTTPS and pinned from its handshake is handed over here.
func (s *Service) EnrolAt(ctx context.Context, hub *Service, text string) (Hub, error) {
	co, err := parseCode(text)
	if err != nil {
		return Hub{}, err
	}
	id, req, err := s.asks(ctx, co)
	if err != nil {
		return Hub{}, err
	}
	own, err := id.pin()
	if err != nil {
		return Hub{}, err
	}
	a, err := hub.enrol(ctx, own, req)
	if err != nil {
		return Hub{}, err
	}
	var theirs identity
	err = hub.DB.Write(ctx, func(tx *db.Tx) (err error) { theirs, err = ownIdentity(tx); return err })
	if err != nil {
		return Hub{}, err
	}
	pin, err := theirs.pin()
	if err != nil {
		return Hub{}, err
	}
	return s.enrolled(ctx, co, id, pin, a)
}

// EnrolAnewAt is EnrolAnew with a hub of the same process.
func (s *Service) EnrolAnewAt(ctx context.Context, hub *Service, text string) (Hub, error) {
	co, id, req, err := s.anew(ctx, text)
	if err != nil {
		return Hub{}, err
	}
	own, err := id.pin()
	if err != nil {
		return Hub{}, err
	}
	a, err := hub.enrol(ctx, own, req)
	if err != nil {
		return Hub{}, err
	}
	h := Hub{}
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { h, err = hubOf(tx); return err }); err != nil {
		return h, err
	}
	return s.enrolledAnew(ctx, co, id, h.pin, a)
}

// LinkTo begins an exchange with a hub of the same process. fresh begins the stream
// from nothing.
func (s *Service) LinkTo(ctx context.Context, hub *Service, fresh bool) (*Link, error) {
	session, err := NewNodeSession(ctx, s.Deps)
	if err != nil {
		return nil, err
	}
	session.fresh = fresh
	pin, err := identity{key: session.hub.key, cert: session.hub.cert}.pin()
	if err != nil {
		return nil, err
	}
	peer, err := hub.recognise(ctx, pin)
	if err != nil {
		return nil, err
	}
	l := &Link{node: s, session: session, hub: NewHubSession(hub, peer)}
	l.Up, err = session.Start(ctx)
	return l, err
}

// MoveUp gives the hub the first frame that is under way to it. An error is one of
// the hub's machine, and ends the exchange.
func (l *Link) MoveUp(ctx context.Context) error {
	if l.hub.Over() {
		l.Up = nil // nobody reads it
	}
	if len(l.Up) == 0 {
		return nil
	}
	f := l.Up[0]
	l.Up = l.Up[1:]
	out, err := l.hub.Receive(ctx, f)
	l.Down = append(l.Down, out...)
	return err
}

// MoveDown gives the node the first frame that is under way to it. An error ends the
// exchange; what is wrong with what came is told to the hub, as over HTTPS.
func (l *Link) MoveDown(ctx context.Context) error {
	if len(l.Down) == 0 {
		return nil
	}
	f := l.Down[0]
	l.Down = l.Down[1:]
	out, err := l.session.Receive(ctx, f)
	l.Up = append(l.Up, out...)
	if t := l.session.Trouble(); t != nil {
		err = errors.Join(err, t.fault())
	}
	if err != nil && l.session.Trouble() == nil && answers(err) {
		t := Trouble{Code: string(fault.CodeOf(err)), Key: fault.KeyOf(err)}
		if list, mistake := frames(typeTrouble, t); mistake == nil {
			_, mistake = l.hub.Receive(ctx, list[0])
			err = errors.Join(err, mistake, l.session.keepTrouble(ctx, t.known()))
		}
	}
	return err
}

// Done reports whether both sides have said all that they had.
func (l *Link) Done() bool { return l.session.Done() }

// Moved is what the exchange has done so far.
func (l *Link) Moved() Report {
	return Report{Sent: l.session.Sent, Up: l.session.Up, Down: l.session.Down}
}

// Mend does what Sync does about an error of a link: again says that another one, to
// be begun fresh, will do better.
func (s *Service) Mend(ctx context.Context, err error) (again bool, _ error) { return s.mend(ctx, err) }
