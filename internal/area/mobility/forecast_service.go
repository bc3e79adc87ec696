package mobility

import (
	"context"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// ForecastQuery asks what to expect. Window is the days whose cases are read, Days how
// far it looks ahead; 0 is a month of both.
type ForecastQuery struct {
	NextQuery
	Window, Days int
}

// aMonth is how far a forecast looks where nobody said.
const (
	aMonth  = 30
	mostFar = 365
)

// Imports is an importation forecast with what it stands on.
type Imports struct {
	Scene
	Asked       ForecastQuery
	Assumptions Assumptions
	Forecast    Forecast
}

// Imported forecasts how many infected travellers reach the places not affected yet.
func (s *Service) Imported(ctx context.Context, q ForecastQuery) (out Imports, err error) {
	const op = "mobility.Imported"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.scene(ctx, q.NextQuery, func(tx *db.Tx, sc Scene) error {
		out, err = s.imports(tx, sc, q)
		return err
	})
	return out, fault.Wrap(op, err)
}

// imports forecasts within a reading.
func (s *Service) imports(tx *db.Tx, sc Scene, q ForecastQuery) (out Imports, err error) {
	q.NextQuery = sc.Query
	out = Imports{Scene: sc, Asked: q}
	if len(sc.outbreak.Days) == 0 {
		return out, nil
	}
	if out.Assumptions, err = assumptionsOf(tx, sc.Query.Disease); err != nil {
		return out, err
	}
	in := sc.forecastInput(q)
	var missing []string
	in.Assumed, missing = s.Book.Of(out.Assumptions, ForecastAsks)
	in.Seed, in.Draws = out.Assumptions.Seed, out.Assumptions.Draws
	out.Asked.Window, out.Asked.Days = in.Window, in.Days
	if out.Forecast, err = s.views.forecasted(in); err != nil {
		return out, err
	}
	out.Forecast.Missing = missing
	return out, nil
}

// forecastInput takes from a scene what a forecast reads: the cases reported in the
// window, which is never longer than the outbreak is known.
func (sc Scene) forecastInput(q ForecastQuery) ForecastInput {
	in := ForecastInput{AsOf: sc.Query.AsOf, Window: q.Window, Days: q.Days, Flows: sc.in.Flows, People: sc.in.People}
	if in.Window <= 0 || in.Window > mostFar {
		in.Window = aMonth
	}
	if in.Days <= 0 || in.Days > mostFar {
		in.Days = aMonth
	}
	in.Window = max(1, min(in.Window, int(in.AsOf-sc.since)+1))
	in.Cases = sc.outbreak.CasesIn(in.AsOf, in.Window)
	for _, unit := range sc.in.Candidates {
		if since, ever := sc.in.First[unit]; !ever || since > in.AsOf {
			in.Places = append(in.Places, unit)
		}
	}
	slices.Sort(in.Places)
	return in
}

// SaveAssumptions keeps what the models of a disease take for granted here.
func (s *Service) SaveAssumptions(ctx context.Context, a Assumptions) error {
	const op = "mobility.SaveAssumptions"
	if err := s.mayRecord(ctx); err != nil {
		return fault.Wrap(op, err)
	}
	if err := a.Valid(); err != nil {
		return err
	}
	if !s.Counts.Lists().HasDisease(a.Disease) {
		return fault.Field(op, "disease", "mobility.error.choose")
	}
	if a.Own == nil {
		a.Own = map[string]Range{}
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		return s.put(ctx, tx, &Saved{}, kindAssumptions, idOf(kindAssumptions, a.Disease), map[string]any{"disease": a.Disease, "seed": a.Seed, "draws": a.Draws, "own": a.Own, "why": a.Why})
	})
	return fault.Wrap(op, err)
}

// AssumptionsOf are those of a disease, and whether the actor may change them.
func (s *Service) AssumptionsOf(ctx context.Context, disease string) (a Assumptions, change bool, err error) {
	const op = "mobility.AssumptionsOf"
	if err := s.mayRead(ctx); err != nil {
		return a, false, fault.Wrap(op, err)
	}
	if !s.Counts.Lists().HasDisease(disease) {
		return a, false, fault.New(fault.NotFound, op, "")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { a, err = assumptionsOf(tx, disease); return err })
	return a, s.Access.Ever(ctx, access.FlowRecord), fault.Wrap(op, err)
}
