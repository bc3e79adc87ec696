package packcmd

import (
	"context"
	"fmt"
)

// Mutate mutates a pack's tables, runs its own cases on each mutant and prints
// those that none noticed. The status is 1 when fewer than least percent were
// caught.
func (e *Env) Mutate(name string, least float64) int {
	p, ok := e.open(name)
	if !ok {
		return 2
	}
	if rep := p.TestOwn(); !rep.OK() {
		fmt.Fprintln(e.Err, "error: the pack's own cases fail; mutants would all look caught")
		rep.Print(e.Out)
		return 1
	}
	m, err := p.Mutate(context.Background(), nil)
	if err != nil {
		fmt.Fprintf(e.Err, "error: %v\n", err)
		return 2
	}
	m.Print(e.Out)
	if m.Score() < least {
		fmt.Fprintf(e.Err, "error: at least %.0f %% are needed; write cases on both sides of what survived\n", least)
		return 1
	}
	return 0
}
