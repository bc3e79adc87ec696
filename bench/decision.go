package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// The budget of decisions (design, section 10): 100,000 a second on one core for
// a destination pack with all facts known.
const decisionBudget = 100000

// decisionRun is how long each figure is measured, after a warm-up of a tenth.
const decisionRun = 700 * time.Millisecond

// benchDecision decides the worked cases of each shipped pack over and over on
// one core: by name (maps, as the assessment area asks), by slot, and with every
// fourth fact unknown, where the engine has to enumerate. The second is one of
// processor time, garbage collection included, so that a busy machine does not
// change the figure. The ratio is the rate by name against the budget.
func benchDecision(w io.Writer) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	fmt.Fprintf(w, "decisions a second on one core over each pack's own worked cases, budget %d for a destination\n", decisionBudget)
	fmt.Fprintf(w, "%-18s %6s %6s %6s %12s %12s %8s %8s %14s\n", "pack", "rows", "facts", "cases", "by name/s", "by slot/s", "ratio", "allocs", "1/4 unknown/s")
	for _, name := range packs.Names() {
		p, err := pack.Load(packs.Builtin(), name)
		if err != nil {
			return err
		}
		if p.Protocol == nil {
			continue // a pack of forms only
		}
		b := newDecisionBench(p)
		if len(b.inputs) == 0 {
			continue
		}
		byName := b.rate(func(i int) { p.Protocol.Decide(b.inputs[i]) })
		bySlot := b.rate(func(i int) { p.Protocol.DecideSheet(b.sheets[i]) })
		veiled := b.rate(func(i int) { p.Protocol.Decide(b.veiled[i]) })
		ratio := "-"
		if p.Kind == "destination" {
			ratio = fmt.Sprintf("%.2f", byName.perSecond/decisionBudget)
		}
		fmt.Fprintf(w, "%-18s %6d %6d %6d %12.0f %12.0f %8s %8.1f %14.0f\n", name, b.rows, b.facts, len(b.inputs),
			byName.perSecond, bySlot.perSecond, ratio, byName.allocs, veiled.perSecond)
	}
	return nil
}

// decisionBench holds the inputs of one pack, read once.
type decisionBench struct {
	rows, facts int
	inputs      []decision.Input
	sheets      []*decision.Sheet
	veiled      []decision.Input
}

func newDecisionBench(p *pack.Pack) *decisionBench {
	src := p.Protocol.Source()
	b := &decisionBench{facts: len(src.Facts)}
	for _, t := range src.Tables {
		b.rows += len(t.Rows)
	}
	for _, c := range p.Cases {
		in, ok := caseInput(p, c)
		if !ok {
			continue
		}
		b.inputs = append(b.inputs, in)
		sheet := p.Protocol.NewSheet(in.On)
		less := decision.Input{On: in.On, Facts: map[string]decision.Fact{}}
		for i, f := range src.Facts {
			v, ok := in.Facts[f.Name]
			if !ok {
				continue
			}
			if slot, ok := p.Protocol.Slot(f.Name); ok {
				sheet.Set(slot, v)
			}
			if (i+len(b.inputs))%4 != 0 || f.Name == src.DateBasis {
				less.Facts[f.Name] = v
			}
		}
		b.sheets = append(b.sheets, sheet)
		b.veiled = append(b.veiled, less)
	}
	return b
}

// caseInput reads a case of which every fact is known; ok is false for others.
func caseInput(p *pack.Pack, c pack.Case) (decision.Input, bool) {
	on, exact := c.On.Exact()
	if c.Err != nil || !exact || len(c.Journey) > 0 {
		return decision.Input{}, false
	}
	in := decision.Input{On: on, Facts: map[string]decision.Fact{}}
	for _, f := range c.Facts {
		def, ok := p.Protocol.Fact(f.Name)
		var v value.Value
		if !ok || json.Unmarshal(f.JSON, &v) != nil {
			return in, false
		}
		if s, isText := v.Str(); isText && def.Type == "date" {
			d, err := calendar.Parse(s)
			if err != nil {
				return in, false
			}
			v = d.Value()
		}
		if !v.Known() {
			return in, false
		}
		in.Facts[f.Name] = decision.Fact{Value: v, AsOf: on.Date()}
	}
	d := p.Protocol.Decide(in)
	for _, o := range d.Outcomes {
		if o.State == decision.Undetermined {
			return in, false
		}
	}
	return in, true
}

// decisionRate is what one way of asking costs.
type decisionRate struct {
	perSecond float64
	allocs    float64 // a decision
}

func (b *decisionBench) rate(decide func(i int)) decisionRate {
	run := func(d time.Duration) (n int, took time.Duration) {
		start := processTime()
		for took < d {
			for i := range b.inputs {
				decide(i)
			}
			n += len(b.inputs)
			took = processTime() - start
		}
		return n, took
	}
	run(decisionRun / 10)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, took := run(decisionRun)
	runtime.ReadMemStats(&after)
	return decisionRate{float64(n) / took.Seconds(), float64(after.Mallocs-before.Mallocs) / float64(n)}
}
