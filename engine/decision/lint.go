package decision

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// LintOptions are what the linter needs to know beside the protocol.
type LintOptions struct {
	On         calendar.Day    // the day for which lists and parameters must not have run out
	From, To   *calendar.Day   // when the protocol is meant to be in force; nil: open
	HazardRows map[string]bool // row ids that hazard lines name; nil: not checked
}

// Lint examines a protocol for what Compile cannot call a mistake: gaps,
// overlaps, rows that never count, dates that never apply, lists that have run
// out, units nobody knows, bands with a hole, and treat, clear and waive rows
// without a hazard line or on recalled ground.
func Lint(p *Protocol, o LintOptions) []Finding {
	l := &linter{p: p, o: o, seen: map[string]bool{}}
	for _, t := range p.tables {
		l.rows(t)
	}
	for _, e := range p.epochs {
		if !l.epochMatters(e) {
			continue
		}
		l.epochs++
		g, _ := p.program(e)
		for i := range g.tabs {
			l.table(g, &g.tabs[i])
		}
	}
	l.dated()
	l.unreached()
	l.names()
	l.lists()
	l.units()
	sort.SliceStable(l.out, func(i, j int) bool { return l.out[i].Severity < l.out[j].Severity })
	return l.out
}

type linter struct {
	p      *Protocol
	o      LintOptions
	out    []Finding
	seen   map[string]bool
	alive  map[*crow]bool // rows that count in some epoch
	dead   map[*crow]Finding
	epochs int // looked into
	shown  []*shown
}

// shown is a finding that some epochs show, from the first of them on.
type shown struct {
	f      Finding
	n      int
	epochs string
}

// add keeps one finding of a kind for a place, however many epochs show it.
func (l *linter) add(f Finding) {
	key := strings.Join([]string{f.Rule, f.Table, f.Row, f.Column, f.Message}, "\x00")
	if l.seen[key] {
		return
	}
	l.seen[key] = true
	l.out = append(l.out, f)
}

// epochMatters reports whether the protocol is in force in the epoch.
// addIn keeps a finding of one epoch; what all epochs show is said once.
func (l *linter) addIn(g *program, f Finding) {
	for _, s := range l.shown {
		if s.f == f {
			s.n++
			return
		}
	}
	l.shown = append(l.shown, &shown{f: f, n: 1, epochs: since(g)})
}

// dated reports the findings of epochs, with the days where only some show it.
func (l *linter) dated() {
	for _, s := range l.shown {
		if s.n < l.epochs {
			s.f.Message += s.epochs
		}
		l.add(s.f)
	}
}

// epochMatters reports whether the protocol is in force in the epoch.
func (l *linter) epochMatters(e *epoch) bool {
	return (l.o.From == nil || e.to >= *l.o.From) && (l.o.To == nil || e.from <= *l.o.To)
}

// rows checks what can be said of a row without its neighbours.
func (l *linter) rows(t *ctable) {
	for _, r := range t.rows {
		at := func(sev Severity, rule, col, format string, args ...any) {
			l.add(Finding{Severity: sev, Rule: rule, Table: t.t.Name, Row: r.row.ID, Line: r.row.Line, Column: col, Message: fmt.Sprintf(format, args...)})
		}
		if l.o.To != nil && r.row.From != nil && *r.row.From > *l.o.To || l.o.From != nil && r.row.To != nil && *r.row.To < *l.o.From {
			at(Error, "dates", "from", "the row never applies while the protocol is in force")
		}
		if r.row.Source == "" {
			at(Warning, "source", "source", "the row names no source")
		}
		acts := false
		for i := range r.outs {
			o := &r.outs[i]
			acts = acts || o.kind == Treat || o.kind == Clear || o.kind == Waive
			if l.o.HazardRows != nil && (o.kind == Treat || o.kind == Clear) && !l.o.HazardRows[r.row.ID] {
				at(Error, "hazard", "", "a %s row needs a line in the hazards that names it", o.kind)
			}
			if dose := o.args["dose"]; dose != "" {
				if msg := checkDose(dose); msg != "" {
					at(Error, "unit", "dose", "%s", msg)
				}
			}
		}
		if acts && l.restsOnRecalled(r, t) {
			at(Error, "recalled", "certainty", "a treat, clear or waive row must not rest on what is only recalled (certainty R, or a list or parameter that is)")
		}
	}
}

// restsOnRecalled reports whether a row is recalled in any epoch, or bears on
// what a recalled row decides.
func (l *linter) restsOnRecalled(r *crow, _ *ctable) bool {
	if r.row.Certainty == "R" {
		return true
	}
	for _, e := range l.p.epochs {
		g, _ := l.p.program(e)
		for i := range g.rows {
			if g.rows[i].def == r && g.rows[i].recalled {
				return true
			}
		}
	}
	return false
}

// checkDose wants a number, or a range, with a unit: 400 mg, 40 mg/kg.
func checkDose(dose string) string {
	number, unit, ok := strings.Cut(dose, " ")
	if _, err := strconv.ParseFloat(number, 64); err != nil || !ok {
		return fmt.Sprintf("%q; want a number, a blank and a unit", dose)
	}
	if !knownUnit(strings.TrimSpace(unit)) {
		return fmt.Sprintf("%q is not a unit (UCUM)", unit)
	}
	return ""
}

// table checks a table in one epoch.
func (l *linter) table(g *program, t *ptab) {
	if t.lo == t.hi {
		return
	}
	b := g.boxesOf(t)
	l.gaps(g, t, b)
	l.overlaps(g, t, b)
	l.reach(g, t, b)
	l.holes(g, t)
	l.duplicates(g, t)
	if b.budget < 0 {
		l.add(Finding{Severity: Warning, Rule: "size", Table: t.ct.t.Name, Message: "the table is too large to be checked for gaps and unreachable rows in full"})
	}
}

func (l *linter) gaps(g *program, t *ptab, b *boxes) {
	switch t.policy {
	case Unique, Any, First, Priority:
	default:
		return
	}
	rows := make([]int, t.hi-t.lo)
	for i := range rows {
		rows[i] = i
	}
	sort.SliceStable(rows, func(i, j int) bool {
		return len(g.rows[t.lo+rows[i]].cells) < len(g.rows[t.lo+rows[j]].cells)
	})
	if w := b.uncovered(append([]bits(nil), b.known...), rows); w != nil {
		l.addIn(g, Finding{Severity: Error, Rule: "gap", Table: t.ct.t.Name, Message: "no row applies when " + b.describe(w) +
			"; a row without outcome says that nothing follows"})
	}
}

// since names the epoch of a finding.
func since(g *program) string {
	from, to := epochText(&epoch{from: g.from, to: g.to})
	switch {
	case from == "" && to == "":
		return ""
	case from == "":
		return fmt.Sprintf(" (until %s)", to)
	case to == "":
		return fmt.Sprintf(" (from %s)", from)
	}
	return fmt.Sprintf(" (from %s to %s)", from, to)
}

func (l *linter) overlaps(g *program, t *ptab, b *boxes) {
	if t.clash == nil {
		return
	}
	for a := range t.clash {
		for _, o := range t.clash[a] {
			box := make([]bits, len(b.axes))
			empty := false
			for ai := range b.axes {
				box[ai] = and(b.may[a][ai], b.may[o-t.lo][ai])
				empty = empty || box[ai].empty()
			}
			if empty {
				continue
			}
			first, second := g.rows[t.lo+a].ref.ID, g.rows[o].ref.ID
			what := "both apply"
			if t.policy == Any {
				what = "both apply and say different things"
			}
			l.addIn(g, Finding{Severity: Error, Rule: "overlap", Table: t.ct.t.Name, Row: first, Line: g.rows[t.lo+a].def.row.Line,
				Message: fmt.Sprintf("rows %s and %s %s when %s", first, second, what, b.describe(box))})
		}
	}
}

// reach notes which rows can count in this epoch.
func (l *linter) reach(g *program, t *ptab, b *boxes) {
	if l.alive == nil {
		l.alive, l.dead = map[*crow]bool{}, map[*crow]Finding{}
	}
	order := make([]int, 0, t.hi-t.lo)
	for r := t.lo; r < t.hi; r++ {
		order = append(order, r-t.lo)
	}
	if t.policy == Priority {
		order = order[:0]
		for _, r := range t.rank {
			order = append(order, r-t.lo)
		}
	}
	for k, r := range order {
		def := g.rows[t.lo+r].def
		why := ""
		empty := false
		for ai := range b.axes {
			empty = empty || b.may[r][ai].empty()
		}
		switch {
		case empty:
			why = "no value satisfies its cells"
		case (t.policy == First || t.policy == Priority) && b.uncovered(append([]bits(nil), b.may[r]...), order[:k]) == nil && b.budget >= 0:
			why = "rows ahead of it apply whenever it does"
		}
		if why == "" {
			l.alive[def] = true
			continue
		}
		l.dead[def] = Finding{Severity: Error, Rule: "unreachable", Table: t.ct.t.Name, Row: def.row.ID, Line: def.row.Line, Message: "the row never counts: " + why}
	}
}

func (l *linter) unreached() {
	for _, t := range l.p.tables {
		for _, r := range t.rows {
			if f, ok := l.dead[r]; ok && !l.alive[r] {
				l.add(f)
			}
		}
	}
}

// duplicates finds rows with the same cells and outcomes.
func (l *linter) duplicates(g *program, t *ptab) {
	seen := map[string]string{}
	for r := t.lo; r < t.hi; r++ {
		row := g.rows[r].def
		key := strings.Join(row.row.Cells, "\x00") + "\x01" + strings.Join(row.row.Out, "\x00")
		if first, ok := seen[key]; ok {
			l.add(Finding{Severity: Warning, Rule: "duplicate", Table: t.ct.t.Name, Row: row.row.ID, Line: row.row.Line, Message: "says the same as row " + first})
			continue
		}
		seen[key] = row.row.ID
	}
}

// holes finds numbers left out between the bands of one column: rows that agree
// in all other cells and in what they give. It finds `>12` beside `[2..12)`
// under any hit policy.
func (l *linter) holes(g *program, t *ptab) {
	for col, slot := range t.ct.cols {
		d := g.doms[slot]
		if d == nil || !d.typ.numeric() {
			continue
		}
		bands := map[string]bits{}
		count := map[string]int{}
		treats := map[string]bool{}
		var order []string
		for r := t.lo; r < t.hi; r++ {
			row := &g.rows[r]
			c := row.cellOn(col)
			if c == nil || len(row.def.outs) == 0 || row.def.cells[col].not {
				continue
			}
			key := bandKey(row.def, col)
			if bands[key] == nil {
				bands[key] = newBits(d.n)
				order = append(order, key)
			}
			for i, w := range c.m[stKnown] {
				bands[key][i] |= w
			}
			count[key]++
			treats[key] = treats[key] || row.def.outs[0].kind == Treat
		}
		for _, key := range order {
			hole := d.holeIn(bands[key])
			if count[key] < 2 || hole == "" {
				continue
			}
			sev := Warning
			if treats[key] {
				sev = Error
			}
			l.addIn(g, Finding{Severity: sev, Rule: "hole", Table: t.ct.t.Name, Column: t.ct.t.Inputs[col], Message: "the bands leave out " + hole})
		}
	}
}

func (r *prow) cellOn(col int) *pcell {
	for i := range r.cells {
		if r.cells[i].col == col {
			return &r.cells[i]
		}
	}
	return nil
}

// bandKey tells which rows are bands of one rule: the same other cells, kind and
// codes.
func bandKey(r *crow, col int) string {
	var b strings.Builder
	for i, c := range r.cells {
		if i != col {
			b.WriteString(c.text + "\x00")
		}
	}
	for i := range r.outs {
		b.WriteString("\x01" + string(r.outs[i].kind) + " " + r.outs[i].code)
	}
	return b.String()
}

// holeIn describes what a set leaves out between its least and greatest number.
func (d *domain) holeIn(set bits) string {
	in := func(i int) bool { return d.seg[i] >= 0 && set.has(d.seg[i]) }
	first, last := -1, -1
	for i := range d.seg {
		if in(i) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return ""
	}
	for i := first; i <= last; i++ {
		if in(i) || d.seg[i] < 0 {
			continue
		}
		j := i
		for j+1 <= last && !in(j+1) {
			j++
		}
		for d.seg[j] < 0 {
			j--
		}
		return d.describeRun(i, j)
	}
	return ""
}
