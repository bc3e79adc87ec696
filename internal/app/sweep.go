package app

import (
	"context"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
)

// sweepEvery is how often the program asks whether rules changed without an officer
// of this process: another process of the hub, another node.
const sweepEvery = time.Hour

// sweepRules looks again at everybody whom changed rules concern, when the program
// starts, after an officer's act, and every hour, until ctx ends.
func (n *Node) sweepRules(ctx context.Context) {
	every := time.NewTicker(sweepEvery)
	defer every.Stop()
	for {
		var later <-chan time.Time
		done, err := n.alone(ctx, "sweep", func(ctx context.Context) error { return n.Assessment.SweepRules(AsProgram(ctx)) })
		if err != nil && ctx.Err() == nil {
			n.log.Error("looking again after a change of rules", "err", err)
		}
		if !done {
			later = time.After(aloneAgain)
		}
		select {
		case <-ctx.Done():
			return
		case <-n.rulesChanged:
		case <-every.C:
		case <-later:
		}
	}
}

// tellSweep wakes sweepRules. Several changes are one.
func (n *Node) tellSweep() {
	select {
	case n.rulesChanged <- struct{}{}:
	default:
	}
}

// AsProgram is the program itself at work on assessments: nobody's act, and in the
// journal nobody's name.
func AsProgram(ctx context.Context) context.Context {
	actor, _ := access.From(access.Operator(ctx))
	actor.Purpose = "assessment"
	return access.With(ctx, actor)
}
