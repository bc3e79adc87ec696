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
		if err := benchWhole(w, p, b); err != nil {
			return err
		}
	}
	fmt.Fprintln(w, "whole: a destination joined with its companions, as a case is decided, what they ask besides answered by their first case;")
	fmt.Fprintln(w, "nothing known: of the first person who comes, and of the next who is alike (the questions are remembered)")
	return nil
}

// benchWhole is the same for a destination with its companions.
func benchWhole(w io.Writer, base *pack.Pack, alone *decisionBench) error {
	if len(base.With) == 0 {
		return nil
	}
	var companions []*pack.Pack
	more := map[string]decision.Fact{}
	for _, with := range base.With {
		q, err := pack.Load(packs.Builtin(), with.Pack)
		if err != nil {
			return err
		}
		companions = append(companions, q)
		if b := newDecisionBench(q); len(b.inputs) > 0 {
			for name, f := range b.inputs[0].Facts {
				more[name] = f
			}
		}
	}
	whole, err := pack.Join(base, companions...)
	if err != nil {
		return err
	}
	b := &decisionBench{facts: len(whole.Protocol.Source().Facts)}
	for _, t := range whole.Tables {
		b.rows += len(t.Rows)
	}
	for _, in := range alone.inputs {
		all := decision.Input{On: in.On, Facts: map[string]decision.Fact{}}
		for _, facts := range []map[string]decision.Fact{more, in.Facts} {
			for name, f := range facts {
				if _, ok := whole.Protocol.Fact(name); ok {
					all.Facts[name] = decision.Fact{Value: f.Value, AsOf: in.On.Date()}
				}
			}
		}
		b.inputs = append(b.inputs, all)
	}
	rate := b.rate(func(i int) { whole.Protocol.Decide(b.inputs[i]) })
	basis := b.inputs[0].Facts[base.DateBasis]
	nothing := decision.Input{On: b.inputs[0].On, Facts: map[string]decision.Fact{base.DateBasis: basis}}
	fresh, err := pack.Join(base, companions...)
	if err != nil {
		return err
	}
	start := processTime()
	fresh.Protocol.Decide(nothing)
	first := processTime() - start
	b.inputs = b.inputs[:1]
	again := b.rate(func(int) { fresh.Protocol.Decide(nothing) })
	fmt.Fprintf(w, "%-18s %6d %6d %6d %12.0f %12s %8.2f %8.1f   nothing known: first %.1f ms, then %.2f ms\n", "  whole", b.rows, b.facts, len(alone.inputs),
		rate.perSecond, "", rate.perSecond/decisionBudget, rate.allocs, first.Seconds()*1000, 1000/again.perSecond)
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
