package pack

import (
	"context"
	"fmt"
	"io"

	"github.com/godwit-health/godwit/engine/decision"
)

// Survivor is a mutant that no case noticed: a rule somebody could break unseen.
type Survivor struct {
	Table, Row, What string
}

// Mutation is how well a pack's cases guard its tables.
type Mutation struct {
	Caught    int
	Survivors []Survivor
	Illegal   int // mutants that no longer compile; they could never be activated
}

// Score is the share of mutants caught, in percent.
func (m Mutation) Score() float64 {
	if n := m.Caught + len(m.Survivors); n > 0 {
		return 100 * float64(m.Caught) / float64(n)
	}
	return 0
}

// Mutate drops each row and moves each bound by one, and runs the pack's own
// cases on every mutant. It can be stopped through ctx; step, if not nil, is told
// after each mutant how many are done.
func (p *Pack) Mutate(ctx context.Context, step func(done int)) (Mutation, error) {
	var m Mutation
	ins := make([]prepared, 0, len(p.Cases))
	for _, c := range p.Cases {
		if in, err := p.caseInput(c); err == nil {
			ins = append(ins, prepared{c.Expect, in})
		}
	}
	done := 0
	for mutant := range decision.Mutants(p.source()) {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		proto, err := decision.Compile(mutant.Source)
		switch {
		case err != nil:
			m.Illegal++
		case anyNotices(proto, ins):
			m.Caught++
		default:
			m.Survivors = append(m.Survivors, Survivor{mutant.Table, mutant.Row, mutant.Description})
		}
		if done++; step != nil {
			step(done)
		}
	}
	p.mutateDoses(&m)
	return m, nil
}

// prepared is a case read once for many mutants.
type prepared struct {
	expect Expect
	in     decision.Input
}

func anyNotices(proto *decision.Protocol, cases []prepared) bool {
	for _, c := range cases {
		if len(compare(c.expect, proto, proto.Decide(c.in))) > 0 {
			return true
		}
	}
	return false
}

// Print writes the survivors and the score.
func (m Mutation) Print(w io.Writer) {
	for _, s := range m.Survivors {
		fmt.Fprintf(w, "survived: %s %s: %s\n", s.Table, s.Row, s.What)
	}
	if m.Illegal > 0 {
		fmt.Fprintf(w, "%d mutants do not compile and are not counted\n", m.Illegal)
	}
	fmt.Fprintf(w, "%d of %d mutants caught, %.1f %%\n", m.Caught, m.Caught+len(m.Survivors), m.Score())
}
