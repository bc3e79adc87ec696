package decision

import (
	"math"
	"sort"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// outcomes lists what the frame comes to, settling by enumeration what Kleene
// logic leaves open, and then collects the questions that could settle the rest:
// outcomes first, so that questions cannot use up what settling needs.
func (g *program) outcomes(f *frame, s *settler, dec *Decision) {
	dec.Outcomes = make([]Outcome, 0, min(len(g.targets), 10))
	var open []openTarget
	for i := range g.targets {
		t := &g.targets[i]
		r, ok := g.resultOf(f, t)
		capped := false
		if !ok {
			r, ok, capped = s.settle(f, t)
		}
		switch {
		case !ok:
			open = append(open, openTarget{len(dec.Outcomes), i, capped})
			dec.Outcomes = append(dec.Outcomes, g.outcome(f, t, r, Undetermined))
		case r.status == blocked:
			dec.Outcomes = append(dec.Outcomes, g.outcome(f, t, r, Blocked))
		case r.status == present:
			dec.Outcomes = append(dec.Outcomes, g.outcome(f, t, r, Definite))
		default:
			if fires, barred, _ := g.standing(f, t); fires == value.Yes && barred == value.Yes {
				dec.Overruled = append(dec.Overruled, g.outcome(f, t, r, Definite))
			}
		}
	}
	if s.unasked {
		return
	}
	var tally map[int]int
	if len(open) > 0 {
		tally = map[int]int{}
		s.left = questionCap
	}
	for _, x := range open {
		o := &dec.Outcomes[x.at]
		for _, q := range g.questionsOf(f, s, x.target, x.capped) {
			o.Ask = append(o.Ask, g.questionName(q))
			tally[q]++
		}
	}
	g.askFor(f, dec, tally)
}

// openTarget is an outcome that is not settled, and whether that is only because
// there were too many ways to try.
type openTarget struct {
	at     int // among the outcomes
	target int
	capped bool
}

// questionName is the fact a question asks for, or AskJourney.
func (g *program) questionName(q int) string {
	if q >= len(g.p.facts) {
		return AskJourney
	}
	return g.p.facts[q].def.Name
}

// questions lists the unknown facts that could change an open outcome: those
// for which some answers to the others make the outcome depend on them. What was
// refused is not asked again. With every, all unknown facts that the outcome reads
// are listed.
func (g *program) questions(f *frame, s *settler, t *target, every bool) []int {
	seen := map[int]bool{}
	var out []int
	asked := map[int]bool{} // whether a group matters
	matters := func(group int) bool {
		m, ok := asked[group]
		if !ok {
			m = s.relevant(f, t, group)
			asked[group] = m
		}
		return m
	}
	consider := func(slot int) {
		if slot >= len(g.p.facts) {
			return
		}
		d := g.p.facts[slot].derive
		// Without a journey the other inputs of what is derived from it matter
		// as much as the journey does.
		blocked := d != nil && !s.given[slot] && s.journeyless(d)
		for _, q := range g.openInputs(f, s.given, slot) {
			if seen[q] || q < len(g.p.facts) && f.vals[q].Kind() == value.KindRefused {
				continue
			}
			if every || matters(q) || blocked && matters(len(g.p.facts)) {
				seen[q] = true
				out = append(out, q)
			}
		}
	}
	for _, ts := range t.slice {
		for _, ri := range ts.rows {
			for ci := range g.rows[ri].cells {
				consider(g.rows[ri].cells[ci].slot)
			}
		}
	}
	for i := range t.numbers {
		if a := t.numbers[i].anchor; a >= 0 {
			consider(a)
		}
	}
	sort.Ints(out)
	return out
}

// openInputs are the questions behind a slot that is not settled.
func (g *program) openInputs(f *frame, given []bool, i int) []int {
	if g.doms[i] != nil && g.of(f, i).single() && f.state[i] == stKnown {
		return nil
	}
	if g.doms[i] == nil && f.vals[i].Known() {
		return nil
	}
	d := g.p.facts[i].derive
	if d == nil || given[i] {
		return []int{i}
	}
	var out []int
	for _, in := range d.inputs {
		if !f.vals[in].Known() {
			out = append(out, g.openInputs(f, given, in)...)
		}
	}
	if d.journey {
		out = append(out, len(g.p.facts))
	}
	if len(out) == 0 {
		out = append(out, i)
	}
	return out
}

// askFor orders the questions: first those that bear on most open outcomes, then
// as the facts are declared. What a row asks for by name is added.
func (g *program) askFor(f *frame, dec *Decision, tally map[int]int) {
	for q := range tally {
		dec.Ask = append(dec.Ask, g.questionName(q))
	}
	index := func(name string) int {
		if i, ok := g.p.factIdx[name]; ok {
			return i
		}
		return len(g.p.facts)
	}
	sort.Slice(dec.Ask, func(i, j int) bool {
		a, b := index(dec.Ask[i]), index(dec.Ask[j])
		if tally[a] != tally[b] {
			return tally[a] > tally[b]
		}
		return a < b
	})
	for _, o := range dec.Outcomes {
		if o.Kind != Ask || o.State != Definite {
			continue
		}
		i := index(o.Code)
		if i < len(g.p.facts) && (f.vals[i].Known() || f.vals[i].Kind() == value.KindRefused) {
			continue
		}
		found := false
		for _, a := range dec.Ask {
			found = found || a == o.Code
		}
		if !found {
			dec.Ask = append(dec.Ask, o.Code)
		}
	}
}

// outcome builds one outcome with the rows that give it and those against it.
func (g *program) outcome(f *frame, t *target, r result, st State) Outcome {
	o := Outcome{Kind: t.kind, Code: t.code, Args: t.args, State: st}
	o.Rows, o.Unconfirmed = g.refs(f, t.rows)
	fires, barred, block := g.standing(f, t)
	o.Fires, o.Barred = fires, barred.Or(block)
	if st == Definite && r.status == present {
		// Every way of filling in the unknown gives it, so in each it fires and nothing
		// stands against it, whatever three values say of one row by itself.
		o.Fires, o.Barred = value.Yes, value.No
	}
	if o.Barred != value.No {
		both := append(append([]int(nil), t.bars...), t.block...)
		o.BarredBy, _ = g.refs(f, both)
	}
	switch {
	case len(o.Args) == 0:
		o.Args = nil
	}
	if t.mode != modeSet {
		g.numericOutcome(f, t, r, &o)
	}
	return o
}

// numericOutcome gives an aggregate its number, or what is known of it.
func (g *program) numericOutcome(f *frame, t *target, r result, o *Outcome) {
	args := make(map[string]string, len(t.args)+1)
	lo, hi, _, _ := g.bounds(f, t)
	if o.State != Undetermined {
		lo, hi = r.num, r.num
	}
	if t.mode != modeUntil {
		for k, v := range t.args {
			args[k] = v
		}
		switch {
		case o.State != Undetermined:
			args[t.column] = formatNumber(lo)
		default:
			args[t.column+"_least"], args[t.column+"_most"] = formatNumber(lo), formatNumber(hi)
		}
		o.Args = args
		return
	}
	switch {
	case o.State != Undetermined:
		args["until"] = isoDay(calendar.Day(lo))
	default:
		if !math.IsInf(lo, 0) {
			args["until_earliest"] = calendar.Day(lo).String()
		}
		if !math.IsInf(hi, 0) {
			args["until_latest"] = calendar.Day(hi).String()
		}
	}
	o.Args = args
	if o.State == Undetermined {
		return
	}
	// Only the rows that give this day decide; their code is the outcome's.
	var deciding []int
	for i, ri := range t.rows {
		if a, b := until(f, &t.numbers[i]); f.hit[ri] != value.No && a == lo && b == lo {
			if len(deciding) == 0 {
				o.Code = t.numbers[i].code
			}
			deciding = append(deciding, ri)
		}
	}
	if len(deciding) > 0 {
		o.Rows, o.Unconfirmed = g.refs(f, deciding)
	}
}

// isoDay prints 2027-04-01 without going through a format string.
func isoDay(d calendar.Day) string {
	y, m, dd := d.YMD()
	if y < 1000 || y > 9999 {
		return d.String()
	}
	b := [10]byte{'0' + byte(y/1000), '0' + byte(y/100%10), '0' + byte(y/10%10), '0' + byte(y%10), '-',
		'0' + byte(m/10), '0' + byte(m%10), '-', '0' + byte(dd/10), '0' + byte(dd%10)}
	return string(b[:])
}

func formatNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// refs names the rows that fire or may fire, and whether any of them is only
// recalled, itself or through an outcome of an earlier table that it reads.
func (g *program) refs(f *frame, rows []int) (out []RowRef, unconfirmed bool) {
	live, only := 0, -1
	for _, ri := range rows {
		if f.hit[ri] != value.No {
			live++
			only = ri
			unconfirmed = unconfirmed || g.unconfirmed(f, ri, 0)
		}
	}
	if live == 1 && f.hit[only] == value.Yes {
		return g.rows[only].self[:1:1], unconfirmed
	}
	out = make([]RowRef, 0, live)
	for _, ri := range rows {
		if f.hit[ri] == value.No {
			continue
		}
		ref := g.rows[ri].ref
		ref.Truth = f.hit[ri]
		out = append(out, ref)
	}
	return out, unconfirmed
}

func (g *program) unconfirmed(f *frame, ri, depth int) bool {
	r := &g.rows[ri]
	if r.recalled {
		return true
	}
	if depth > len(g.tabs) {
		return false
	}
	for i := range r.cells {
		ps := r.cells[i].slot - len(g.p.facts)
		if ps < 0 {
			continue
		}
		for _, term := range g.pseudo[ps].terms {
			for _, o := range term.rows {
				if f.hit[o] != value.No && g.unconfirmed(f, o, depth+1) {
					return true
				}
			}
		}
	}
	return false
}
