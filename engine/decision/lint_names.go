package decision

import (
	"fmt"
	"math"
	"strings"
)

// names finds facts and lists that nothing reads, and codes in a table's order
// that no row gives.
func (l *linter) names() {
	p := l.p
	readFact := make([]bool, len(p.facts))
	readList := map[string]bool{}
	readParam := map[string]bool{}
	given := map[string]bool{}
	for _, t := range p.tables {
		for _, s := range t.cols {
			if s < len(p.facts) {
				readFact[s] = true
			}
		}
		for _, r := range t.rows {
			for _, c := range r.cells {
				for _, x := range c.tests {
					if x.kind == testList {
						readList[x.text] = true
					}
					readParam[x.lo.param] = true
					readParam[x.hi.param] = true
				}
			}
			for i := range r.outs {
				given[r.outs[i].code] = true
				if r.outs[i].anchor >= 0 {
					readFact[r.outs[i].anchor] = true
				}
			}
		}
	}
	for _, t := range p.tables {
		for _, code := range t.t.Order { // a later table may give it
			if !given[code] {
				l.add(Finding{Severity: Warning, Rule: "order", Table: t.t.Name, Message: fmt.Sprintf("no row gives %s, which the order names", code)})
			}
		}
	}
	for i := len(p.order) - 1; i >= 0; i-- {
		f := p.facts[p.order[i]]
		if !readFact[f.idx] {
			continue
		}
		for _, in := range f.derive.inputs {
			readFact[in] = true
		}
		for _, id := range f.derive.lists {
			readList[id] = true
		}
	}
	for i, f := range p.facts {
		if !readFact[i] && i != p.basis {
			l.add(Finding{Severity: Warning, Rule: "unused", Column: f.def.Name, Message: "no row reads the fact"})
		}
	}
	for _, d := range p.src.Lists {
		if !readList[d.ID] {
			l.add(Finding{Severity: Warning, Rule: "unused", Column: d.ID, Message: "no row reads the list"})
		}
	}
	for _, q := range p.src.Params {
		if !readParam[q.ID] {
			l.add(Finding{Severity: Warning, Rule: "unused", Column: q.ID, Message: "no row reads the parameter"})
		}
	}
}

// lists finds lists and parameters with nothing in force on the day, or, for
// parameters, anywhere while the protocol holds.
func (l *linter) lists() {
	for _, d := range l.p.src.Lists {
		live := 0
		codes := map[string]bool{}
		for _, e := range d.Entries {
			if inForce(e.From, e.To, l.o.On) {
				live++
				if codes[e.Code] {
					l.add(Finding{Severity: Error, Rule: "duplicate", Column: d.ID, Row: e.Code, Message: "the code stands twice on the same day"})
				}
				codes[e.Code] = true
			}
		}
		if live == 0 {
			l.add(Finding{Severity: Error, Rule: "expired", Column: d.ID, Message: fmt.Sprintf("the list has no entry in force on %s", l.o.On)})
		}
	}
	for _, q := range l.p.src.Params {
		g := &program{p: l.p, from: l.o.On}
		if v, _ := g.param(q.ID); math.IsNaN(v) {
			l.add(Finding{Severity: Error, Rule: "expired", Column: q.ID, Message: fmt.Sprintf("the parameter has no value in force on %s", l.o.On)})
		}
		for _, e := range l.p.epochs {
			if v, _ := (&program{p: l.p, from: e.from}).param(q.ID); math.IsNaN(v) && l.epochMatters(e) && e.from > l.p.epochs[0].from {
				l.add(Finding{Severity: Warning, Rule: "expired", Column: q.ID, Message: fmt.Sprintf("the parameter has no value from %s", e.from)})
			}
		}
	}
}

func (l *linter) units() {
	for _, f := range l.p.facts {
		if u := f.def.Unit; u != "" && !knownUnit(u) {
			l.add(Finding{Severity: Error, Rule: "unit", Column: f.def.Name, Message: fmt.Sprintf("%q is not a unit (UCUM, or an ISO 4217 currency)", u)})
		}
		if f.def.Unit != "" && !(f.typ == typeInt || f.typ == typeDecimal) {
			l.add(Finding{Severity: Error, Rule: "unit", Column: f.def.Name, Message: "only a number has a unit"})
		}
	}
}

// units of UCUM that occur in health assessment; the full system is larger.
var ucumUnits = map[string]bool{
	"1": true, "a": true, "mo": true, "wk": true, "d": true, "h": true, "min": true, "s": true,
	"kg": true, "g": true, "mg": true, "ug": true, "ng": true, "m": true, "cm": true, "mm": true, "km": true,
	"L": true, "dL": true, "mL": true, "uL": true, "Cel": true, "[degF]": true, "%": true, "[IU]": true, "[iU]": true,
	"mol": true, "mmol": true, "umol": true, "nmol": true, "mm[Hg]": true, "U": true, "kU": true, "m2": true, "[lb_av]": true,
	"100": true, "1000": true, "10000": true, "100000": true, "1000000": true, "10*3": true, "10*5": true, "10*6": true, "10*9": true,
}

// knownUnit accepts products and quotients of known units with annotations in
// braces, and three capital letters for a currency.
func knownUnit(u string) bool {
	if len(u) == 3 && strings.ToUpper(u) == u && strings.Trim(u, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return true
	}
	for _, part := range strings.FieldsFunc(u, func(r rune) bool { return r == '/' || r == '.' }) {
		if i := strings.IndexByte(part, '{'); i >= 0 {
			if !strings.HasSuffix(part, "}") {
				return false
			}
			part = part[:i]
			if part == "" {
				continue
			}
		}
		if !ucumUnits[part] {
			return false
		}
	}
	return u != "" && !strings.HasSuffix(u, "/")
}
