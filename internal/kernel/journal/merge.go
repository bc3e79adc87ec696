package journal

import (
	"slices"
)

// change is an entry as merging needs it.
type change struct {
	*Header
	fields []field // sorted by name; empty for a sealed payload
	sealed []byte
	names  []Version // other names under which it stands here too
}

func (c *change) event() event { return event{c.Version, c.HLC, c.Actor} }

// supersedes reports whether c puts v out of date but for what it keeps.
func (c *change) supersedes(v Version) bool {
	return c.Base.Has(v) || slices.Contains(c.Resolves, v)
}

// touched is the part of a change that falls into one group.
type touched struct {
	def    groupDef
	fields []field
}

// touches splits a change by groups, into memory that it may use.
func (k *kindInfo) touches(c *change, all []touched) []touched {
	if c.Sealed {
		return append(all, touched{def: groupDef{sealedGroup, Append}})
	}
next:
	for at, f := range c.fields {
		d := k.groupOf(f.name)
		for i := range all {
			if all[i].def.name == d.name {
				all[i].fields = append(all[i].fields, f)
				continue next
			}
		}
		all = append(all, touched{def: d, fields: c.fields[at : at+1 : at+1]})
	}
	return all
}

// past is what a fold remembers of a change to one group, so that a later change
// that had seen less than we have can be merged as its author meant it.
type past struct {
	alternative
	c    *change
	keep []Version // alternatives it had seen and left standing
	bare bool      // it resolved without giving a value
}

// merger folds changes into a state.
type merger struct {
	k    *kindInfo
	s    *state
	past map[string][]*past // by group; nil when only the newest change is merged

	touched []touched // memory of step
}

// step merges c, which comes after all its base in the canonical order.
func (m *merger) step(c *change) {
	s := m.s
	latest := c.Base.Covers(s.seen)
	m.document(c, latest)
	m.touched = m.k.touches(c, m.touched[:0])
	s.reserve(len(m.touched))
	for _, t := range m.touched {
		g := s.ensure(t.def)
		alive := g.alts
		if !latest {
			alive = m.aliveAt(t.def.name, c.Base)
		}
		m.put(g, alive, c, t.fields)
	}
	if len(c.fields) == 0 && !c.Sealed && len(c.Resolves) > 0 {
		m.resolve(c, latest)
	}
	s.seen = s.seen.with(c.Version)
	for _, v := range c.names {
		s.seen = s.seen.with(v)
	}
	m.review(c)
}

// document merges what stands in the header.
func (m *merger) document(c *change, latest bool) {
	s, e := m.s, c.event()
	if s.seen.IsZero() {
		s.created, s.updated = e, e
	} else if e.later(s.updated) {
		s.updated = e
	}
	if !c.Subject.IsZero() {
		s.subject = c.Subject
	}
	if c.Programme != "" {
		s.programme = c.Programme
	}
	if c.Site != "" {
		s.site = c.Site
	}
	if latest || c.Sensitivity > s.sensitivity {
		s.sensitivity = c.Sensitivity
	}
	s.inError = s.inError || c.EnteredInError
}

// put adds c's value of one group. alive are the values that its author saw.
func (m *merger) put(g *group, alive []alternative, c *change, fields []field) {
	a := alternative{event: c.event()}
	var keep []Version
	switch {
	case c.Sealed:
		a.sealed = c.sealed
		keep = unresolved(alive, c)
	case g.class == Append || g.class == Safety && len(alive) > 1:
		a.fields = overlay(nil, fields)
		keep = unresolved(alive, c)
	case len(alive) == 0:
		a.fields = overlay(nil, fields)
	default: // the author changed the value that was shown
		a.fields = overlay(alive[len(alive)-1].fields, fields)
	}
	if len(g.alts) > 0 {
		g.supersede(c, keep)
	}
	i, _ := slices.BinarySearchFunc(g.alts, c.Version, func(a alternative, v Version) int { return a.version.compare(v) })
	g.alts = slices.Insert(g.alts, i, a)
	m.remember(g.name, a, c, keep, false)
}

// resolve merges a change without fields that names values to drop from groups in
// conflict. One always stays: a resolution that names all of them without a new
// value drops none.
func (m *merger) resolve(c *change, latest bool) {
	for i := range m.s.groups {
		g := &m.s.groups[i]
		alive := g.alts
		if !latest {
			alive = m.aliveAt(g.name, c.Base)
		}
		keep := unresolved(alive, c)
		if len(alive) < 2 || len(keep) == 0 || len(keep) == len(alive) {
			continue
		}
		g.supersede(c, keep)
		m.remember(g.name, alternative{event: c.event()}, c, keep, true)
	}
}

// supersede takes away the alternatives that c's author had seen or named and
// did not keep.
func (g *group) supersede(c *change, keep []Version) {
	g.alts = slices.DeleteFunc(slices.Clone(g.alts), func(a alternative) bool { return c.ends(a.version, keep) })
}

// ends reports whether c puts v out of date.
func (c *change) ends(v Version, keep []Version) bool {
	return c.supersedes(v) && !slices.Contains(keep, v)
}

func (m *merger) remember(name string, a alternative, c *change, keep []Version, bare bool) {
	if m.past != nil {
		m.past[name] = append(m.past[name], &past{a, c, keep, bare})
	}
}

// unresolved are the alternatives that c does not name.
func unresolved(alive []alternative, c *change) []Version {
	var keep []Version
	for _, a := range alive {
		if !slices.Contains(c.Resolves, a.version) {
			keep = append(keep, a.version)
		}
	}
	return keep
}

// aliveAt answers what a group held for someone who had seen base and no more.
func (m *merger) aliveAt(name string, base Base) []alternative {
	var seen []*past
	for _, p := range m.past[name] {
		if base.Has(p.version) {
			seen = append(seen, p)
		}
	}
	var alive []alternative
	for i, p := range seen {
		if p.bare {
			continue
		}
		if !slices.ContainsFunc(seen[i+1:], func(q *past) bool { return q.c.ends(p.version, q.keep) }) {
			alive = append(alive, p.alternative)
		}
	}
	slices.SortFunc(alive, func(a, b alternative) int { return a.version.compare(b.version) })
	return alive
}

// review opens a review item for each group that c brought into conflict and
// resolves those that it brought out of it.
func (m *merger) review(c *change) {
	s := m.s
	for i := range s.groups {
		g := &s.groups[i]
		open := slices.IndexFunc(s.reviews, func(r review) bool { return r.group == g.name && r.resolved == 0 })
		switch {
		case g.disputed() && open < 0:
			s.reviews = append(s.reviews, review{group: g.name, opened: c.HLC})
		case !g.disputed() && open >= 0:
			s.reviews[open].resolved = max(c.HLC, 1) // 0 is open; no honest clock says it, but another node's entry can
		}
	}
}

// fold merges all entries of a document from nothing.
func fold(k *kindInfo, changes []change) *state {
	m := merger{k: k, s: &state{}, past: make(map[string][]*past)}
	for _, i := range canonical(changes) {
		m.step(&changes[i])
	}
	return m.s
}

// canonical orders changes so that each comes after all that its author had seen
// and, where that leaves a choice, the smaller version first: one order for one
// set, on every node.
func canonical(changes []change) []int {
	left := make([]int, len(changes))
	for i := range left {
		left[i] = i
	}
	slices.SortFunc(left, func(a, b int) int { return changes[a].Version.compare(changes[b].Version) })
	order := make([]int, 0, len(left))
	for len(left) > 0 {
		pick := 0 // entries that claim to have seen each other are no honest node's: the smallest goes first
		for n, i := range left {
			if !slices.ContainsFunc(left, func(j int) bool { return j != i && changes[i].Base.Has(changes[j].Version) }) {
				pick = n
				break
			}
		}
		order = append(order, left[pick])
		left = slices.Delete(left, pick, pick+1)
	}
	return order
}
