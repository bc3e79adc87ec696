package surveillance

import (
	"context"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Raising is what whoever raised a signal is shown of it: where it stands and by when
// the next step is due, and nothing of what was found.
type Raising struct {
	ID    db.ID
	Stage Stage
	Due   time.Time
	Pace  Pace
	At    time.Time // when it was raised
	About db.ID     // the document that raised it
}

// RaisingOf answers that in the caller's transaction, for an area that raised it.
func (s *Service) RaisingOf(tx *db.Tx, id db.ID) (Raising, error) {
	r, err := findSignal(tx, id)
	if err != nil {
		return Raising{}, err
	}
	clocks, err := s.Clocks(tx)
	if err != nil {
		return Raising{}, err
	}
	out := Raising{ID: id, Stage: r.Stage, At: r.Reported, About: r.About}
	out.Due, out.Pace = Due(r.Standing, clocks, s.now())
	return out, nil
}

// ReadIn answers a signal to whoever may read it, with whom it came from where they may
// open that person, in the caller's transaction.
func (s *Service) ReadIn(ctx context.Context, tx *db.Tx, id db.ID) (Signal, error) {
	const op = "surveillance.ReadIn"
	r, err := findSignal(tx, id)
	if err != nil {
		return Signal{}, fault.Wrap(op, err)
	}
	if err := s.Access.Check(ctx, access.SignalRead, r.Resource); err != nil {
		return Signal{}, fault.Wrap(op, err)
	}
	return r.Signal, fault.Wrap(op, s.person(ctx, tx, &r.Signal))
}
