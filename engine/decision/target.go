package decision

import "sort"

// makeTargets lists every outcome the program can give, in the order decisions
// list them: by kind, then by the first row that gives it, or by the table's
// order under output-order.
func (g *program) makeTargets() {
	byKey := map[string]int{}
	for ri := range g.rows {
		r := &g.rows[ri]
		tab := &g.tabs[r.tab]
		for oi := range r.def.outs {
			o := &r.def.outs[oi]
			mode, key := targetKey(tab, r.tab, o)
			ti, ok := byKey[key]
			if !ok {
				ti = len(g.targets)
				byKey[key] = ti
				g.targets = append(g.targets, target{kind: o.kind, code: o.code, args: o.args, mode: mode, column: o.column})
			}
			t := &g.targets[ti]
			if mode != modeSet {
				t.args = common(t.args, o.args)
			}
			t.rows = append(t.rows, ri)
			t.numbers = append(t.numbers, *o)
		}
	}
	sort.SliceStable(g.targets, func(i, j int) bool {
		a, b := &g.targets[i], &g.targets[j]
		if a.kind != b.kind {
			return kindRank[a.kind] < kindRank[b.kind]
		}
		t := &g.tabs[g.rows[a.rows[0]].tab]
		return t.policy == OutputOrder && t == &g.tabs[g.rows[b.rows[0]].tab] && place(t.ct.t, a.code) < place(t.ct.t, b.code)
	})
	for i := range g.targets {
		g.finishTarget(&g.targets[i])
	}
}

// place is where a code stands in a table's order; codes it does not name come
// last.
func place(t *Table, code string) int {
	for i, c := range t.Order {
		if c == code {
			return i
		}
	}
	return len(t.Order)
}

// common keeps the arguments that all rows of an aggregate share.
func common(a, b map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range a {
		if b[k] == v {
			out[k] = v
		}
	}
	return out
}

// targetKey decides which rows give one and the same outcome. All valid rows of
// the protocol compete for the earliest; the rows of an aggregating table give
// one number for each kind and code.
func targetKey(t *ptab, tab int, o *outDef) (targetMode, string) {
	if o.kind == Valid {
		return modeUntil, string(Valid)
	}
	modes := map[Policy]targetMode{CollectMin: modeMin, CollectMax: modeMax, CollectSum: modeSum, CollectCount: modeCount}
	if m, ok := modes[t.policy]; ok {
		return m, o.key + "\x00" + t.ct.t.Name
	}
	return modeSet, o.key
}

// finishTarget finds what stands against the outcome and which part of the
// program it depends on.
func (g *program) finishTarget(t *target) {
	if t.kind == Require {
		for ri := range g.rows {
			for _, o := range g.rows[ri].def.outs {
				if o.kind == Contraindicate && o.code == t.code {
					t.block = append(t.block, ri)
				}
			}
		}
	}
	t.bars = g.barring(t.kind, t.code)
	need := map[int]bool{}
	for _, rows := range [][]int{t.rows, t.bars, t.block} {
		for _, ri := range rows {
			g.needRow(ri, need)
			if tab := g.rows[ri].tab; g.tabs[tab].clash != nil && !contains(t.tabs, tab) {
				t.tabs = append(t.tabs, tab)
			}
		}
	}
	for ti := range g.tabs {
		var rows []int
		for r := g.tabs[ti].lo; r < g.tabs[ti].hi; r++ {
			if need[r] {
				rows = append(rows, r)
			}
		}
		if len(rows) > 0 {
			t.slice = append(t.slice, tabSlice{ti, rows})
		}
	}
	t.reads = g.readsOf(t)
}

func contains(xs []int, x int) bool {
	for _, y := range xs {
		if y == x {
			return true
		}
	}
	return false
}

// needRow marks the rows that decide whether a row counts: itself, those that
// compete with it under its table's hit policy, and those that make the
// pseudo-facts it reads.
func (g *program) needRow(ri int, need map[int]bool) {
	if need[ri] {
		return
	}
	need[ri] = true
	r := &g.rows[ri]
	tab := &g.tabs[r.tab]
	switch tab.policy {
	case First:
		for o := tab.lo; o < ri; o++ {
			g.needRow(o, need)
		}
	case Priority:
		for _, o := range tab.rank {
			if o == ri {
				break
			}
			g.needRow(o, need)
		}
	case Unique, Any:
		if tab.clash != nil {
			for o := tab.lo; o < tab.hi; o++ {
				g.needRow(o, need)
			}
		}
	}
	for i := range r.cells {
		s := r.cells[i].slot - len(g.p.facts)
		if s < 0 {
			continue
		}
		for _, term := range g.pseudo[s].terms {
			for _, o := range term.rows {
				g.needRow(o, need)
			}
			for _, o := range term.bars {
				g.needRow(o, need)
			}
		}
	}
}
