package pack

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Whole returns a pack that is in force on a day joined with its companions, as a
// case is decided. A companion that is not in force makes the whole unavailable:
// nobody is cleared by half of the rules. One whose own rules begin after the day is
// left out; one whose rules have ended is not, as nobody said what took their place.
func (g *Registry) Whole(tx *db.Tx, id string, on calendar.Day) (*Pack, error) {
	vs, err := g.versions(tx, "")
	if err != nil {
		return nil, fault.Wrap("pack.Whole", err)
	}
	base, err := g.active(tx, vs, id, on)
	if err != nil {
		return nil, err
	}
	return g.beside(tx, vs, base, nil, on)
}

// Trial is what the destinations that read a pack would be on a day if this
// version of it held.
func (g *Registry) Trial(tx *db.Tx, p *Pack, on calendar.Day) ([]*Pack, error) {
	vs, err := g.versions(tx, "")
	if err != nil {
		return nil, fault.Wrap("pack.Trial", err)
	}
	bases, err := g.bases(tx, vs, on, func(q *Pack) bool {
		return q.ID != p.ID && q.Kind == "destination" && slices.ContainsFunc(q.With, func(w With) bool { return w.Pack == p.ID })
	})
	if err != nil {
		return nil, fault.Wrap("pack.Trial", err)
	}
	if p.Kind == "destination" {
		bases = append([]*Pack{p}, bases...)
	}
	return g.wholes(tx, vs, bases, p, on)
}

// beside joins a destination with its companions on a day, one of them as given.
func (g *Registry) beside(tx *db.Tx, vs []Version, base, given *Pack, on calendar.Day) (*Pack, error) {
	var companions []*Pack
	for _, w := range base.With {
		if given != nil && w.Pack == given.ID {
			companions = append(companions, given)
			continue
		}
		q, err := g.active(tx, vs, w.Pack, on)
		switch {
		case err == nil:
			companions = append(companions, q)
		case fault.KeyOf(err) == keyNotYet:
		default:
			return nil, err
		}
	}
	return g.join(base, companions)
}

// WholeAll returns every pack of a kind that holds on a day with its companions, by
// id.
func (g *Registry) WholeAll(tx *db.Tx, kind string, on calendar.Day) ([]*Pack, error) {
	vs, err := g.versions(tx, "")
	if err != nil {
		return nil, fault.Wrap("pack.WholeAll", err)
	}
	bases, err := g.bases(tx, vs, on, func(p *Pack) bool { return p.Kind == kind })
	if err != nil {
		return nil, fault.Wrap("pack.WholeAll", err)
	}
	return g.wholes(tx, vs, bases, nil, on)
}

// bases are the packs that hold on a day and are wanted, by id.
func (g *Registry) bases(tx *db.Tx, vs []Version, on calendar.Day, want func(*Pack) bool) ([]*Pack, error) {
	var ps []*Pack
	for i := range vs {
		if i > 0 && vs[i].Pack == vs[i-1].Pack {
			continue
		}
		p, err := g.active(tx, vs, vs[i].Pack, on)
		if fault.Is(err, fault.Unavailable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if want(p) {
			ps = append(ps, p)
		}
	}
	return ps, nil
}

// wholes joins packs with their companions, one of those as given if there is one.
// Which waits for another companion is left out: no case is decided by it yet.
func (g *Registry) wholes(tx *db.Tx, vs []Version, bases []*Pack, given *Pack, on calendar.Day) ([]*Pack, error) {
	out := make([]*Pack, 0, len(bases))
	for _, base := range bases {
		q, err := g.beside(tx, vs, base, given, on)
		if fault.Is(err, fault.Unavailable) {
			continue
		}
		if err != nil {
			return nil, fault.Wrap("pack.wholes", err)
		}
		out = append(out, q)
	}
	return out, nil
}

func (g *Registry) join(base *Pack, companions []*Pack) (*Pack, error) {
	if len(companions) == 0 {
		return base, nil
	}
	key := "joined\x00"
	for _, q := range append([]*Pack{base}, companions...) {
		key += q.Hash + " " + strings.Join(q.StoppedRows, " ") + "\x00"
	}
	if p, ok := g.cache.Load(key); ok {
		return p.(*Pack), nil
	}
	p, err := Join(base, companions...)
	if err != nil {
		return nil, fault.Wrap("pack.join", err)
	}
	g.cache.Store(key, p)
	return p, nil
}

// OfRecord returns the pack, or the joined packs, that made a stored decision,
// without the rows that were stopped then.
func (g *Registry) OfRecord(tx *db.Tx, r Record) (*Pack, error) {
	parts := r.Parts
	if len(parts) == 0 {
		parts = []Part{{r.Pack, r.Version, r.Hash}}
	}
	var ps []*Pack
	for _, part := range parts {
		p, err := g.ByHash(tx, part.Hash)
		if err != nil {
			return nil, err
		}
		if p, err = p.without(rowsOf(p, r.Stopped)); err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return g.join(ps[0], ps[1:])
}

// rowsOf is which of some rows are a pack's.
func rowsOf(p *Pack, rows []string) []string {
	return slices.DeleteFunc(slices.Clone(rows), func(id string) bool {
		_, _, there := p.RowByID(id)
		return !there
	})
}
