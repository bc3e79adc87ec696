package decision

import (
	"fmt"
	"io"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Explanation is a decision with every row in force and how each of its cells
// came out.
type Explanation struct {
	Decision Decision     `json:"decision"`
	From     string       `json:"from,omitempty"` // first day on which these rows are in force
	To       string       `json:"to,omitempty"`   // last day
	Tables   []TableTrace `json:"tables"`
}

// TableTrace is a table as evaluated.
type TableTrace struct {
	Name   string     `json:"name"`
	Policy Policy     `json:"policy"`
	Rows   []RowTrace `json:"rows"`
}

// RowTrace is a row as evaluated: Match is whether its cells hold, Counts
// whether it counts under the table's hit policy.
type RowTrace struct {
	RowRef
	Match    value.Truth `json:"match"`
	Counts   value.Truth `json:"counts"`
	Outcomes []string    `json:"outcomes"`
	Cells    []CellTrace `json:"cells"`
}

// CellTrace is a cell as evaluated. Cells that hold for anything are left out.
type CellTrace struct {
	Column string      `json:"column"`
	Test   string      `json:"test"`
	Value  string      `json:"value"`
	Holds  value.Truth `json:"holds"`
}

// Explain decides and keeps the trace. Where the day on the date basis is not
// exact, the trace is of the rows in force on the first day it may be.
func (p *Protocol) Explain(in Input) Explanation {
	x := Explanation{Decision: p.Decide(in)}
	s := p.NewSheet(in.On)
	s.Journey = in.Journey
	for name, v := range in.Facts {
		if i, ok := p.factIdx[name]; ok {
			s.Set(i, v)
		}
	}
	n := len(p.facts)
	l := &loaded{vals: make([]value.Value, n), state: make([]uint8, n), given: make([]bool, n)}
	p.load(s, l)
	lo, _, _ := l.on.Bounds()
	e := p.epochAt(calendar.Day(lo))
	x.From, x.To = epochText(e)
	g, _ := p.program(e)
	f := g.newFrame()
	copy(f.vals, l.vals)
	g.derive(f, l, in.Journey, &Decision{})
	g.run(f, g.whole)
	for ti := range g.tabs {
		tab := &g.tabs[ti]
		tt := TableTrace{Name: tab.ct.t.Name, Policy: tab.policy}
		for ri := tab.lo; ri < tab.hi; ri++ {
			tt.Rows = append(tt.Rows, g.traceRow(f, tab, ri))
		}
		x.Tables = append(x.Tables, tt)
	}
	return x
}

func epochText(e *epoch) (from, to string) {
	if e.from > calendar.DayOf(1, 1, 1) {
		from = e.from.String()
	}
	if e.to < calendar.DayOf(9999, 1, 1) {
		to = e.to.String()
	}
	return from, to
}

func (g *program) traceRow(f *frame, tab *ptab, ri int) RowTrace {
	r := &g.rows[ri]
	rt := RowTrace{RowRef: r.ref, Match: r.truth(f), Counts: f.hit[ri]}
	rt.Truth = f.hit[ri]
	for i := range r.def.outs {
		rt.Outcomes = append(rt.Outcomes, strings.TrimSpace(string(r.def.outs[i].kind)+" "+r.def.outs[i].code))
	}
	for ci := range r.cells {
		c := &r.cells[ci]
		ct := CellTrace{Column: tab.ct.t.Inputs[c.col], Test: r.def.cells[c.col].text, Holds: c.truth(f)}
		if c.slot < len(g.p.facts) {
			ct.Value = f.vals[c.slot].String()
		} else {
			ct.Value = pseudoText(g.of(f, c.slot)[0])
		}
		rt.Cells = append(rt.Cells, ct)
	}
	return rt
}

func pseudoText(b uint64) string {
	switch b {
	case 1:
		return "false"
	case 2:
		return "true"
	}
	return "unknown"
}

var truthMarks = map[value.Truth]string{value.Yes: "yes", value.No: "no", value.Unknown: "open"}

// WriteText prints the explanation for a terminal: what follows and why, what is
// open and on which facts it hangs, then each table, row by row, with the cells
// that held, failed or are open.
func (x Explanation) WriteText(w io.Writer) error {
	ew := &errWriter{w: w}
	d := x.Decision
	ew.printf("%s %s on %s (%.12s)\n", d.Protocol, d.Version, d.On, d.Hash)
	for _, o := range d.Outcomes {
		writeOutcome(ew, o, "")
	}
	for _, o := range d.Overruled {
		writeOutcome(ew, o, "overruled: ")
	}
	if len(d.Ask) > 0 {
		ew.printf("ask: %s\n", strings.Join(d.Ask, ", "))
	}
	for _, p := range d.Problems {
		ew.printf("problem: %s\n", p)
	}
	if d.Capped {
		ew.printf("too many unknowns to try them all: what is open may be settled\n")
	}
	for _, t := range x.Tables {
		ew.printf("\ntable %s (%s)\n", t.Name, t.Policy)
		for _, r := range t.Rows {
			ew.printf("  %-4s %s [%s] → %s\n", truthMarks[r.Counts], r.ID, r.Certainty, strings.Join(r.Outcomes, ", "))
			if r.Match != r.Counts {
				ew.printf("         matches: %s, but the hit policy decides\n", truthMarks[r.Match])
			}
			for _, c := range r.Cells {
				ew.printf("         %-4s %s %s  (%s)\n", truthMarks[c.Holds], c.Column, c.Test, c.Value)
			}
			if r.Source != "" {
				ew.printf("         source: %s\n", r.Source)
			}
		}
	}
	return ew.err
}

func writeOutcome(ew *errWriter, o Outcome, prefix string) {
	ew.printf("%s%s %s", prefix, o.Kind, o.Code)
	for _, k := range []string{"until", "until_earliest", "until_latest", "drug", "dose", "level", "within_days", "months", "days", "hours", "count"} {
		if v := o.Args[k]; v != "" {
			ew.printf(" %s=%s", k, v)
		}
	}
	if prefix == "" {
		ew.printf(": %s", o.State)
	}
	if o.Unconfirmed {
		ew.printf(", unconfirmed")
	}
	ids := make([]string, len(o.Rows))
	for i, r := range o.Rows {
		ids[i] = r.ID
	}
	if len(ids) > 0 {
		ew.printf(" (rows %s)", strings.Join(ids, ", "))
	}
	for i, r := range o.BarredBy {
		if i == 0 {
			ew.printf("; against it")
		}
		ew.printf(" %s (%s)", r.ID, truthMarks[r.Truth])
	}
	if len(o.Ask) > 0 {
		ew.printf("; depends on %s", strings.Join(o.Ask, ", "))
	}
	ew.printf("\n")
}

// errWriter keeps the first error, so that printing reads as printing.
type errWriter struct {
	w   io.Writer
	err error
}

func (e *errWriter) printf(format string, args ...any) {
	if e.err == nil {
		_, e.err = fmt.Fprintf(e.w, format, args...)
	}
}
