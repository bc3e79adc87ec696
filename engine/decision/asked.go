package decision

import (
	"encoding/binary"
	"slices"
	"sync"
)

// asked remembers which questions an open outcome has. Finding them is the dearest
// part of a decision about somebody of whom little is known, and most people of
// whom little is known are alike: the same facts are open, and the rest lies in the
// same regions.
type asked struct {
	mu   sync.RWMutex
	seen map[string]answer
}

// answer is the questions of a target and what finding them spent. Whoever remembers
// spends it too: what is left for the targets behind it, and so what they ask, must not
// hang on who was decided about before.
type answer struct {
	questions []int
	spent     int
}

// askedMost bounds what is remembered; then it begins anew.
const askedMost = 1 << 13

func (a *asked) get(key []byte) (answer, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	w, ok := a.seen[string(key)]
	return w, ok
}

func (a *asked) put(key []byte, w answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen == nil || len(a.seen) >= askedMost {
		a.seen = map[string]answer{}
	}
	a.seen[string(key)] = w
}

// questionsOf is questions, remembered. What a search cut short answers depends on
// what was spent before it, and is not kept.
func (g *program) questionsOf(f *frame, s *settler, at int, every bool) []int {
	t := &g.targets[at]
	if every || s.journey != nil && g.readsJourney(f, s, t) {
		return g.questions(f, s, t, every)
	}
	key := g.askedKey(nil, f, s, at)
	if w, ok := g.asked.get(key); ok && w.spent < s.left {
		s.left -= w.spent
		return w.questions
	}
	before := s.left
	qs := g.questions(f, s, t, false)
	if s.left > 0 { // nothing was cut short
		g.asked.put(key, answer{qs, before - s.left})
	}
	return qs
}

// readsJourney reports whether something that the target reads and that is open
// follows from the journey, which the key does not hold.
func (g *program) readsJourney(f *frame, s *settler, t *target) bool {
	return slices.ContainsFunc(t.reads, func(i int) bool {
		d := g.p.facts[i].derive
		return d != nil && d.journey && !s.given[i] && g.isOpen(f, i)
	})
}

// isOpen reports whether it is not settled in which region a fact lies.
func (g *program) isOpen(f *frame, i int) bool {
	if g.doms[i] == nil {
		return !f.vals[i].Known()
	}
	return f.state[i] != stKnown || !g.of(f, i).single()
}

// askedKey tells apart all that the questions of a target can depend on: how each
// fact that it reads is known, in which regions it may lie, and, where something is
// derived from it that is open or it counts as a day, its value.
func (g *program) askedKey(key []byte, f *frame, s *settler, at int) []byte {
	t := &g.targets[at]
	key = binary.AppendUvarint(key, uint64(at))
	if s.journey == nil {
		key = append(key, 0)
	}
	derives := false
	for _, i := range t.reads {
		key = append(key, f.state[i], byte(f.vals[i].Kind()))
		if s.given[i] {
			key = append(key, 1)
		} else {
			key = append(key, 0)
		}
		if g.doms[i] != nil {
			for _, w := range g.of(f, i) {
				key = binary.LittleEndian.AppendUint64(key, w)
			}
		}
		feeds := slices.ContainsFunc(g.p.facts[i].feeds, func(d int) bool { return !s.given[d] && (g.isOpen(f, d) || g.isOpen(f, i)) })
		derives = derives || feeds
		if feeds || g.doms[i] == nil || slices.ContainsFunc(t.numbers, func(o outDef) bool { return o.anchor == i }) {
			text := f.vals[i].String()
			key = binary.AppendUvarint(key, uint64(len(text)))
			key = append(key, text...)
		}
	}
	if derives { // a derivation may read the day
		key = append(key, s.on.String()...)
	}
	return key
}

// readsOf lists the facts that the search for a target's questions can come across:
// what its rows read, what that is derived from, and what else would move with it.
func (g *program) readsOf(t *target) []int {
	seen := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		if i < 0 || i >= len(g.p.facts) || seen[i] {
			return
		}
		seen[i] = true
		if d := g.p.facts[i].derive; d != nil {
			for _, in := range d.inputs {
				visit(in)
			}
		}
		for _, d := range g.p.facts[i].feeds {
			visit(d)
		}
	}
	for _, ts := range t.slice {
		for _, ri := range ts.rows {
			for ci := range g.rows[ri].cells {
				visit(g.rows[ri].cells[ci].slot)
			}
		}
	}
	for i := range t.numbers {
		visit(t.numbers[i].anchor)
	}
	out := make([]int, 0, len(seen))
	for i := range seen {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}
