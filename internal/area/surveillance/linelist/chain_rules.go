package linelist

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Knot is a case in a chain of transmission.
type Knot struct {
	Case Listed
	// Sources are the links to it that are not ruled out, the surest first. The first is
	// the one that the chain is drawn by.
	Sources    []Link
	Generation int // 0 has no source here
	Row        int // in the order of the drawing
	Contacts   int // listed under it who are no cases
	Faults     []ChainFault
}

// ChainFault is what cannot be in a chain. Its word is linelist.chain.<fault>.
type ChainFault string

// The faults.
const (
	Cycle        ChainFault = "cycle"         // somebody is the source of their own source
	BeforeSource ChainFault = "before_source" // the onset is before that of the source
	TwoSources   ChainFault = "two_sources"   // two links are certain
	SourceGone   ChainFault = "source_gone"   // the source is not here, or not open to the reader
)

// Chains are the cases of some links, in the order of a drawing: every case below its
// source, the first onset first.
type Chains struct {
	Knots []Knot
	// First and Last are the days between which the onsets lie; 0 without any.
	First, Last calendar.Day
	NoOnset     int // cases whose onset nobody knows
}

// Faulty counts the cases of a chain with something that cannot be.
func (c Chains) Faulty() (n int) {
	for _, k := range c.Knots {
		if len(k.Faults) > 0 {
			n++
		}
	}
	return n
}

// Source is the case that infected another, by the surest link; ok is false without one
// here.
func (c Chains) Source(k Knot) (Knot, Link, bool) {
	for _, l := range k.Sources {
		if i := slices.IndexFunc(c.Knots, func(x Knot) bool { return x.Case.ID == l.From }); i >= 0 {
			return c.Knots[i], l, true
		}
	}
	return Knot{}, Link{}, false
}

func sureness(c Certainty) int {
	return slices.Index([]Certainty{Certain, Likely, Possible, ""}, c)
}

// Chain puts cases into chains by links. became says which case a contact became, so
// that a link to the contact is one to the case.
func Chain(cases []Listed, links []Link, became map[db.ID]db.ID, contacts map[db.ID]int) Chains {
	at := map[db.ID]int{}
	var out Chains
	for i, c := range cases {
		at[c.ID] = i
		out.Knots = append(out.Knots, Knot{Case: c, Contacts: contacts[c.ID], Generation: -1, Row: -1})
	}
	for _, l := range links {
		if to, ok := became[l.To]; ok {
			l.To = to
		}
		i, ok := at[l.To]
		if !ok || l.Sure == RuledOut || l.From == l.To {
			continue
		}
		out.Knots[i].Sources = append(out.Knots[i].Sources, l)
	}
	for i := range out.Knots {
		k := &out.Knots[i]
		slices.SortStableFunc(k.Sources, func(a, b Link) int {
			return cmp.Or(cmp.Compare(sureness(a.Sure), sureness(b.Sure)), cmp.Compare(onsetDay(cases, at, b.From), onsetDay(cases, at, a.From)), bytes.Compare(a.ID[:], b.ID[:]))
		})
		k.Faults = faultsOf(*k, cases, at)
		first, last, ok := k.Case.Onset.Bounds()
		if !ok {
			out.NoOnset++
			continue
		}
		if out.First == 0 || first < out.First {
			out.First = first
		}
		out.Last = max(out.Last, last)
	}
	out.order(at)
	return out
}

// onsetDay is the first day that the onset of a case may be, for a fixed order.
func onsetDay(cases []Listed, at map[db.ID]int, id db.ID) calendar.Day {
	if i, ok := at[id]; ok {
		if first, _, ok := cases[i].Onset.Bounds(); ok {
			return first
		}
	}
	return 0
}

func faultsOf(k Knot, cases []Listed, at map[db.ID]int) (out []ChainFault) {
	sure := 0
	for _, l := range k.Sources {
		i, here := at[l.From]
		if l.Sure == Certain {
			sure++
		}
		switch {
		case !here:
			out = append(out, SourceGone)
		case k.Case.Onset.Before(cases[i].Onset) == value.Yes:
			out = append(out, BeforeSource)
		}
	}
	if sure > 1 {
		out = append(out, TwoSources)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// order walks from those without a source down, and breaks a cycle where it closes.
func (c *Chains) order(at map[db.ID]int) {
	children := make([][]int, len(c.Knots))
	roots := []int{}
	for i, k := range c.Knots {
		parent := -1
		for _, l := range k.Sources {
			if j, ok := at[l.From]; ok {
				parent = j
				break
			}
		}
		if parent < 0 {
			roots = append(roots, i)
		} else {
			children[parent] = append(children[parent], i)
		}
	}
	byOnset := func(a, b int) int {
		x, y := c.Knots[a].Case, c.Knots[b].Case
		fx, _, okx := x.Onset.Bounds()
		fy, _, oky := y.Onset.Bounds()
		if okx != oky { // who has no onset comes last
			if okx {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(fx, fy), bytes.Compare(x.ID[:], y.ID[:]))
	}
	var walk func(i, generation int)
	var rows []int
	walk = func(i, generation int) {
		if c.Knots[i].Row >= 0 {
			return
		}
		c.Knots[i].Row, c.Knots[i].Generation = len(rows), generation
		rows = append(rows, i)
		slices.SortFunc(children[i], byOnset)
		for _, j := range children[i] {
			walk(j, generation+1)
		}
	}
	slices.SortFunc(roots, byOnset)
	for _, i := range roots {
		walk(i, 0)
	}
	// What nobody without a source leads to goes round in a circle.
	left := []int{}
	for i := range c.Knots {
		if c.Knots[i].Row < 0 {
			left = append(left, i)
		}
	}
	slices.SortFunc(left, byOnset)
	for _, i := range left {
		if c.inCycle(i, at) {
			c.Knots[i].Faults = append(c.Knots[i].Faults, Cycle)
		}
	}
	for _, i := range left {
		walk(i, 0)
	}
	sorted := make([]Knot, len(rows))
	for row, i := range rows {
		sorted[row] = c.Knots[i]
	}
	c.Knots = sorted
}

// inCycle reports whether the way from a case up its sources comes back to it.
func (c *Chains) inCycle(start int, at map[db.ID]int) bool {
	seen := map[int]bool{}
	for i := start; ; {
		next := -1
		for _, l := range c.Knots[i].Sources {
			if j, ok := at[l.From]; ok {
				next = j
				break
			}
		}
		if next == start {
			return true
		}
		if next < 0 || seen[next] {
			return false
		}
		seen[next] = true
		i = next
	}
}

// closesCycle reports whether a source for a case would make a circle of what is known:
// whether the case is above the source already.
func closesCycle(links []Link, from, to db.ID) bool {
	seen := map[db.ID]bool{}
	above := []db.ID{from}
	for len(above) > 0 {
		id := above[0]
		above = above[1:]
		if id == to {
			return true
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		for _, l := range links {
			if l.To == id && l.Sure != RuledOut {
				above = append(above, l.From)
			}
		}
	}
	return false
}

// interval is how many days lie between two onsets; ok is false where either is not
// known to the day.
func interval(from, to calendar.Date) (days int, ok bool) {
	a, ok1 := from.Exact()
	b, ok2 := to.Exact()
	return int(b - a), ok1 && ok2
}
