package decision

import "github.com/godwit-health/godwit/engine/value"

// relevant answers whether a question (a group of unknown slots) can change the
// target under some answers to all other questions. When the search is cut
// short the answer is yes.
func (s *settler) relevant(f *frame, t *target, group int) bool {
	q := &search{settler: s, t: t, group: group, moved: s.movedBy(group)}
	q.live, q.livePseudo = make([]bool, len(s.g.rows)), make([]bool, len(s.g.pseudo))
	// Two orders of splitting find most answers soon; only where both fail is the
	// whole budget spent.
	for _, try := range []struct {
		budget    int
		nearFirst bool
	}{{relevanceCap / 10, true}, {relevanceCap / 10, false}, {relevanceCap, true}} {
		q.budget, q.nearFirst, q.gaveUp = min(try.budget, s.left), try.nearFirst, false
		start := q.budget
		sub := s.frame(f)
		q.explore(sub)
		s.release(sub)
		s.left -= start - max(q.budget, 0)
		if q.matters || !q.gaveUp {
			return q.matters
		}
	}
	return true
}

// movedBy marks the facts that an answer to a question can move.
func (s *settler) movedBy(group int) []bool {
	p := s.g.p
	moved := make([]bool, len(p.facts))
	mark := func(i int) {
		moved[i] = true
		for _, d := range p.facts[i].feeds {
			moved[d] = moved[d] || !s.given[d]
		}
	}
	if group < len(p.facts) {
		mark(group)
		return moved
	}
	for i, f := range p.facts {
		if f.derive != nil && f.derive.journey && !s.given[i] {
			mark(i)
		}
	}
	return moved
}

// alive reports whether an answer to the group can still reach the target: from
// an open row that hangs on it, through open outcomes of earlier tables and
// through rows of one table that stand in each other's way, to rows that keep the
// target open. If it cannot, no answer changes the target from here.
func (q *search) alive(f *frame) bool {
	g := q.g
	for i := range q.t.slice {
		ts := &q.t.slice[i]
		tab := &g.tabs[ts.tab]
		rivals := tab.policy == First || tab.policy == Priority || tab.clash != nil
		reached := false
		for _, ri := range ts.rows {
			q.live[ri] = f.hit[ri] == value.Unknown && q.hangs(f, &g.rows[ri], true)
			reached = reached || q.live[ri]
		}
		for _, ri := range ts.rows {
			if rivals && reached && f.hit[ri] == value.Unknown {
				q.live[ri] = true
			}
		}
		for _, ps := range tab.pseudo {
			q.livePseudo[ps] = g.doms[len(g.p.facts)+ps] != nil && g.of(f, len(g.p.facts)+ps)[0] == 3 && q.anyTerm(ps)
		}
	}
	fires, barred, block := g.standing(f, q.t)
	switch {
	case q.t.mode != modeSet && q.aliveNumber(f),
		fires == value.Unknown && q.anyLive(q.t.rows),
		barred == value.Unknown && q.anyLive(q.t.bars):
		return true
	case block != value.Unknown:
		return false
	}
	if q.anyLive(q.t.block) {
		return true
	}
	for _, tab := range q.t.tabs {
		for r := g.tabs[tab].lo; r < g.tabs[tab].hi; r++ {
			if q.live[r] {
				return true
			}
		}
	}
	return false
}

func (q *search) aliveNumber(f *frame) bool {
	if q.anyLive(q.t.rows) {
		return true
	}
	for i := range q.t.numbers {
		if a := q.t.numbers[i].anchor; q.t.mode == modeUntil && a >= 0 && q.moved[a] && f.hit[q.t.rows[i]] != value.No {
			return true
		}
	}
	return false
}

func (q *search) anyLive(rows []int) bool {
	for _, r := range rows {
		if q.live[r] {
			return true
		}
	}
	return false
}

func (q *search) anyTerm(ps int) bool {
	for _, t := range q.g.pseudo[ps].terms {
		if q.anyLive(t.rows) || q.anyLive(t.bars) {
			return true
		}
	}
	return false
}

// hangs reports whether a cell of the row is open because of the group, or, with
// through, because of an outcome of an earlier table that the group can still
// change.
func (q *search) hangs(f *frame, row *prow, through bool) bool {
	for ci := range row.cells {
		c := &row.cells[ci]
		moved := false
		if c.slot < len(q.moved) {
			moved = q.moved[c.slot]
		} else if through {
			moved = q.livePseudo[c.slot-len(q.moved)]
		}
		if moved && c.truth(f) == value.Unknown {
			return true
		}
	}
	return false
}
