package pack

import (
	"slices"
	"sort"
	"strings"
)

// RowFacts lists the facts that a row's reason rests on: those its cells read,
// those its outcome counts from, and, where a cell reads an earlier outcome
// (hold.any, require.CXR), those of the rows that can bring that outcome about.
// Whoever may not know one of them may not be told the row's sentence.
func (p *Pack) RowFacts(table, row string) []string {
	all := p.ruleList
	facts, seen := map[string]bool{}, map[string]bool{}
	var visit func(q rule)
	visit = func(q rule) {
		if seen[q.table+"/"+q.id] {
			return
		}
		seen[q.table+"/"+q.id] = true
		for _, f := range q.facts {
			kind, code, pseudo := strings.Cut(f, ".")
			if _, declared := p.Fact(f); declared || !pseudo {
				facts[f] = true
				continue
			}
			for _, other := range all {
				if other.kind == kind && (code == "any" || slices.Contains(other.codes, code)) {
					visit(other)
				}
			}
		}
	}
	for _, q := range all {
		if q.table == table && q.id == row {
			visit(q)
		}
	}
	out := make([]string, 0, len(facts))
	for f := range facts {
		out = append(out, f)
	}
	sort.Strings(out)
	return out
}
