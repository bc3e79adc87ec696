package mobility

import (
	"context"

	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// MeasureQuery asks what can be done at the ways. Doubling is the days in which the
// outbreak doubles; 0 estimates them.
type MeasureQuery struct {
	PlanQuery
	Doubling float64
}

// Measured is what can be done, with what it stands on.
type Measured struct {
	Planned
	Doubling float64
	Choices  Choices
}

// Measures puts open, screened and closed ways beside each other.
func (s *Service) Measures(ctx context.Context, q MeasureQuery) (out Measured, err error) {
	const op = "mobility.Measures"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.scene(ctx, q.NextQuery, func(tx *db.Tx, sc Scene) error {
		out = Measured{Doubling: q.Doubling}
		if out.Planned, err = s.planned(tx, sc, q.PlanQuery); err != nil || len(sc.outbreak.Days) == 0 || out.Forecast.Absent != "" {
			return err
		}
		out.Choices, err = s.choices(out.Planned, q.Doubling)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) choices(p Planned, doubling float64) (out Choices, err error) {
	g, err := growthOf(p.outbreak, p.Forecast.AsOf, p.Forecast.Window)
	if doubling > 0 {
		g, err = told(doubling)
	}
	if err != nil {
		return out, err
	}
	travel := 0.0
	for _, c := range p.Forecast.Corridors {
		travel += c.People
	}
	met, effective := 0.0, 0.0
	if n := len(p.Plan.Placed); p.Screened.Shares != nil && n > 0 && p.Plan.Total > 0 {
		// A way that passes two teams is screened twice: what they find together is more
		// than what a protocol finds of those who are met.
		last := p.Plan.Placed[n-1]
		met, effective = last.Met/p.Plan.Total, last.Best.Detected/p.Plan.Total/foundOf(p.Screened.Shares)
	}
	diverted, _ := s.Book.Of(p.Assumptions, MeasureAsks)
	if out, err = choose(g, screening{travel, met, effective, p.Screened.Found}, diverted[0]); err != nil {
		return out, err
	}
	return out, out.simulate(p.pair())
}

// pair takes the affected places together and all that are listed from there together.
func (p Planned) pair() (out Pair) {
	f := p.Forecast
	v := make([]float64, len(f.Assumed))
	for i, a := range f.Assumed {
		v[i] = a.Likely
	}
	out.IncubationDays, out.Days = v[atIncubation], v[atIll]
	for _, o := range f.Origins {
		if !o.People.Known || !o.Cases.Known() {
			continue
		}
		infected := o.Cases.Likely / v[atReported] / float64(f.Window)
		out.People[0] += o.People.Value
		out.Incubating += infected * v[atIncubation]
		out.Ill += infected * v[atIll]
	}
	for _, d := range f.Destinations {
		people, known := f.People[d.Unit]
		if !known {
			continue
		}
		out.People[1] += people
		for _, o := range f.Origins {
			out.There += f.Flows.Listed(o.Unit, d.Unit) / f.Flows.Days()
			out.Back += f.Flows.Listed(d.Unit, o.Unit) / f.Flows.Days()
		}
	}
	return out
}

// unlimited reports whether a limit of a delay is none.
func unlimited(i flow.Interval) bool { return i.High > 10_000 }
