package mobility

import (
	"cmp"
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// MapOf is an outbreak on the map.
func (s *Service) MapOf(ctx context.Context, q NextQuery) (out Map, err error) {
	const op = "mobility.MapOf"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.scene(ctx, q, func(tx *db.Tx, sc Scene) error {
		out = Map{Scene: sc, Small: s.Book.Small}
		if err := s.ground(tx, &out); err != nil {
			return err
		}
		if out.Points, err = s.mapPoints(tx); err != nil {
			return err
		}
		out.fill()
		return nil
	})
	return out, fault.Wrap(op, err)
}

// ground finds the boundaries of the countries and levels of the places.
func (s *Service) ground(tx *db.Tx, out *Map) error {
	type land struct {
		country string
		level   int
	}
	seen := map[land]bool{}
	for _, a := range out.Names {
		seen[land{a.Country, a.Level}] = true
	}
	var lands []land
	for l := range seen {
		if l.country != "" {
			lands = append(lands, l)
		}
	}
	slices.SortFunc(lands, func(a, b land) int { return cmp.Or(cmp.Compare(a.country, b.country), cmp.Compare(a.level, b.level)) })
	for _, l := range lands {
		set, shapes, err := s.Gazetteer.Boundaries(tx, l.country, l.level)
		if err != nil {
			return err
		}
		if set.Code != "" {
			out.Boundaries, out.Shapes = append(out.Boundaries, set), append(out.Shapes, shapes...)
		}
	}
	return nil
}

// mapPoints are the points where people pass or gather. Those that are guarded are told
// by their region and number, and stand nowhere on the map.
func (s *Service) mapPoints(tx *db.Tx) (out []MapPoint, err error) {
	list, err := s.Gazetteer.Points(tx, place.PointFilter{})
	if err != nil {
		return nil, err
	}
	type region struct {
		kind place.PointKind
		code string
	}
	together := map[region]int{}
	for _, p := range list {
		if !p.Kind.Entry() && !p.Kind.Congregation() && p.Kind != place.FlowPoint {
			continue
		}
		o, err := s.Gazetteer.OutwardPoint(tx, p)
		if err != nil {
			return nil, err
		}
		if !o.Guarded {
			out = append(out, MapPoint{Outward: o, Kind: p.Kind, Name: p.Names, N: 1})
			continue
		}
		k := region{p.Kind, o.Code}
		if i, ok := together[k]; ok {
			out[i].N++
			continue
		}
		together[k] = len(out)
		out = append(out, MapPoint{Outward: o, Kind: p.Kind, N: 1})
	}
	return out, nil
}

// fill takes the places and flows of the scene.
func (m *Map) fill() {
	if len(m.outbreak.Days) == 0 {
		return
	}
	outline := map[string]*place.Position{}
	for _, b := range m.Shapes {
		if b.Area != "" {
			outline[b.Area] = middle(b.Shape)
		}
	}
	affected := map[string]bool{}
	cases := m.outbreak.Cases(m.Query.AsOf)
	for unit := range cases {
		affected[unit] = true
	}
	m.Flows, m.Few = mapFlows(m.in.Flows, affected, m.Small)
	coming := map[string]float64{}
	for _, f := range m.Flows {
		coming[f.To] += f.People
	}
	for unit := range m.Names {
		p := MapPlace{Unit: unit, Affected: affected[unit], Cases: cases[unit], First: m.outbreak.First[unit], Coming: coming[unit], Position: outline[unit]}
		if at, ok := m.in.Positions[unit]; ok {
			p.Position = &at
		}
		m.Places = append(m.Places, p)
	}
	slices.SortFunc(m.Places, func(a, b MapPlace) int {
		return cmp.Or(cmp.Compare(b.Cases, a.Cases), cmp.Compare(b.Coming, a.Coming), cmp.Compare(a.Unit, b.Unit))
	})
}

// FlowsOut are the flows of a matrix as they may leave, with the names of their places.
func (s *Service) FlowsOut(ctx context.Context, code string) (t Table, rows []FlowRow, names map[string]place.Area, err error) {
	const op = "mobility.FlowsOut"
	if err := s.Access.Check(ctx, access.ExportStatistics, access.Resource{Kind: kindMatrix}); err != nil {
		return t, nil, nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if t, err = s.views.tableOf(tx, code); err != nil {
			return err
		}
		if t.Measure != People && t.Measure != Displaced {
			return fault.New(fault.Invalid, op, "mobility.error.no_people")
		}
		var flows []MapFlow
		for _, from := range t.Origins() {
			for to, v := range t.Rows[from] {
				if v != nil {
					flows = append(flows, MapFlow{from, to, *v})
				}
			}
		}
		slices.SortFunc(flows, func(a, b MapFlow) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
		names = map[string]place.Area{}
		look := func(code string) (place.Area, error) {
			if a, ok := names[code]; ok {
				return a, nil
			}
			a, err := s.Gazetteer.Area(tx, code)
			if fault.Is(err, fault.NotFound) {
				a, err = place.Area{Code: code}, nil
			}
			names[code] = a
			return a, err
		}
		var failed error
		rows = outwardFlows(flows, func(code string) string {
			up, err := s.firstLevel(tx, code, look)
			failed = cmp.Or(failed, err)
			return up
		}, s.Book.Small)
		for _, r := range rows {
			for _, code := range []string{r.From, r.To} {
				if _, err := look(code); err != nil {
					return err
				}
			}
		}
		return failed
	})
	return t, rows, names, fault.Wrap(op, err)
}

// firstLevel is the region of the first level in which an area lies; its country where
// that is not known, and of what nobody knows where it is, nothing.
func (s *Service) firstLevel(tx *db.Tx, code string, look func(string) (place.Area, error)) (string, error) {
	a, err := look(code)
	if err != nil || a.Level == 1 {
		return code, err
	}
	if a.Level == 0 {
		if _, ok := place.Country(code); ok {
			return code, nil
		}
		return "", nil
	}
	above, err := s.Gazetteer.Ancestors(tx, code)
	for _, up := range above {
		if up.Level == 1 {
			return up.Code, err
		}
	}
	return a.Country, err
}
