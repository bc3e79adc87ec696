package drill

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// turn is something that somebody does at a time of the exercise.
type turn struct {
	at   time.Time
	what string
	do   func(context.Context) error
}

// in lets something be done after so long, beside whatever else goes on: a nurse who
// visits contacts does not wait for the desk, nor one hub for the other.
func (p *Play) in(d time.Duration, what string, do func(context.Context) error) {
	t := turn{p.Clock.Now().Add(d), what, do}
	at, _ := slices.BinarySearchFunc(p.agenda, t, func(a, b turn) int {
		if a.at.After(b.at) {
			return 1
		}
		return -1 // of the same time, whoever came first is first
	})
	p.agenda = slices.Insert(p.agenda, at, t)
}

// goOn plays what is on the agenda, in the order of its times, until there is no more.
func (p *Play) goOn(ctx context.Context) error {
	for len(p.agenda) > 0 {
		next := p.agenda[0]
		p.agenda = p.agenda[1:]
		if wait := next.at.Sub(p.Clock.Now()); wait > 0 {
			if err := p.Clock.Move(ctx, wait); err != nil {
				return err
			}
		}
		if err := next.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", next.what, err)
		}
	}
	return ctx.Err()
}
