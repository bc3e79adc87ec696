package mobility

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// PlanQuery asks what a protocol finds and where teams cover most.
type PlanQuery struct {
	ForecastQuery
	Where Where
	Teams int
}

// Planned is a screening plan with what it stands on.
type Planned struct {
	Imports
	Where    Where
	Teams    int
	Screened Screened
	Plan     Plan
}

const usualTeams = 5

// PlanScreening says what a protocol finds of infected travellers, and where to put teams.
func (s *Service) PlanScreening(ctx context.Context, q PlanQuery) (out Planned, err error) {
	const op = "mobility.PlanScreening"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.scene(ctx, q.NextQuery, func(tx *db.Tx, sc Scene) error {
		out, err = s.planned(tx, sc, q)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) planned(tx *db.Tx, sc Scene, q PlanQuery) (out Planned, err error) {
	out = Planned{Where: q.Where, Teams: q.Teams}
	if !slices.Contains(Wheres, out.Where) {
		out.Where = AtDeparture
	}
	if out.Teams < 1 || out.Teams > mostTeams {
		out.Teams = usualTeams
	}
	if out.Imports, err = s.imports(tx, sc, q.ForecastQuery); err != nil || len(sc.outbreak.Days) == 0 {
		return out, err
	}
	assumed, missing := s.Book.Of(out.Assumptions, ScreeningAsks)
	if out.Screened, err = s.views.screening(out.Where, assumed, missing, out.Assumptions.Seed, out.Assumptions.Draws); err != nil {
		return out, err
	}
	return out, s.plan(tx, &out)
}

// plan places the teams at points of the gazetteer.
func (s *Service) plan(tx *db.Tx, out *Planned) error {
	points, err := s.pointsOf(tx)
	if err != nil {
		return err
	}
	routes, weighted := routesOf(out.Forecast)
	p := Plan{Weighted: weighted}
	within := map[string][]string{}
	for _, pt := range points {
		if within[pt.Code], err = s.within(tx, pt); err != nil {
			return err
		}
		if pt.Position == nil && pt.Area == "" {
			p.NoPlace++
		}
	}
	corridors, err := roads(tx)
	if err != nil {
		return err
	}
	used := map[int]int{} // of the points in the list: those that any way passes
	for r := range routes {
		for i, pt := range points {
			if !onRoad(corridors, pt.Code, routes[r].from, routes[r].to) && !passes(pt.Point, within[pt.Code], routes[r].from, routes[r].to, out.in.Positions, s.Book.Detour) {
				continue
			}
			at, ok := used[i]
			if !ok {
				at = len(p.Points)
				used[i] = at
				p.Points = append(p.Points, pt)
			}
			routes[r].points = append(routes[r].points, at)
		}
		slices.Sort(routes[r].points)
	}
	sensitivity := 1.0
	if out.Screened.Shares != nil {
		sensitivity = foundOf(out.Screened.Shares)
	}
	if err := p.place(routes, sensitivity, out.Teams); err != nil {
		return err
	}
	out.Plan = p
	return nil
}

// pointsOf are the points where people can be screened, with what may be shown of each.
func (s *Service) pointsOf(tx *db.Tx) (out []PlannedPoint, err error) {
	list, err := s.Gazetteer.Points(tx, place.PointFilter{})
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if !p.Kind.Entry() && !p.Kind.Congregation() && p.Kind != place.FlowPoint || p.Kind == place.Detention || p.Kind == place.Shelter {
			continue // nobody is screened where they are shut in or sheltered
		}
		o, err := s.Gazetteer.OutwardPoint(tx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, PlannedPoint{Point: p, Outward: o})
	}
	return out, nil
}

// within are the areas in which a point lies, the smallest first.
func (s *Service) within(tx *db.Tx, p PlannedPoint) ([]string, error) {
	if p.Area == "" {
		return nil, nil
	}
	out := []string{p.Area}
	above, err := s.Gazetteer.Ancestors(tx, p.Area)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	for _, a := range above {
		out = append(out, a.Code)
	}
	return out, err
}
