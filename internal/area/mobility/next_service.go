package mobility

import (
	"context"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// NextQuery asks who may be next. What is empty is chosen: the disease with the latest
// counts, the first matrix of its measure, the last day that was reported.
type NextQuery struct {
	Disease, Source string
	Flows, Times    string // codes of matrices; "-" leaves one out
	AsOf            calendar.Day
	Minutes         float64 // only places within this travel time of an affected one; 0 is any
}

// Scene is an outbreak with the movement around it: what every joined view stands on.
type Scene struct {
	Query    NextQuery
	Series   []surveillance.CountSeries // to choose from
	Matrices []Matrix
	Flows    *Matrix // those that were used
	Times    *Matrix
	Names    map[string]place.Area // of all places that are named
	Passed   map[Measure]string    // names of those that were asked for and have none of the affected places

	in       RankInput
	outbreak Outbreak
	since    calendar.Day // the first day that a report with cases is of
}

// Next is who may be next, beside how the models did on the days before.
type Next struct {
	Scene
	Ranking Ranking
	Past    []Ranking // as of days before, with what came to pass until now
}

// mostPast is how many days are looked back at.
const mostPast = 5

// WhoMayBeNext ranks the places that are not affected yet.
func (s *Service) WhoMayBeNext(ctx context.Context, q NextQuery) (out Next, err error) {
	const op = "mobility.WhoMayBeNext"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.scene(ctx, q, func(tx *db.Tx, sc Scene) error {
		out = Next{Scene: sc}
		if len(sc.outbreak.Days) == 0 {
			return nil
		}
		return out.rank()
	})
	return out, fault.Wrap(op, err)
}

// scene finds the outbreak that is asked for and what is known of movement around it,
// and hands it to f within the same reading; without an outbreak it has no days.
func (s *Service) scene(ctx context.Context, q NextQuery, f func(*db.Tx, Scene) error) error {
	series, err := s.Counts.CountSeries(ctx)
	if err != nil {
		return err
	}
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		sc := Scene{Query: q, Series: series, Names: map[string]place.Area{}, Passed: map[Measure]string{}}
		if sc.Matrices, err = matrices(tx); err != nil {
			return err
		}
		if sc.choose(&q) {
			sc.Query = q
			if err := s.set(tx, q, &sc); err != nil {
				return err
			}
		}
		return f(tx, sc)
	})
}

// choose fills in what was not asked for; false where there is no outbreak to look at.
func (n *Scene) choose(q *NextQuery) bool {
	var best *surveillance.CountSeries
	for i, c := range n.Series {
		fits := (q.Disease == "" || c.Disease == q.Disease) && (q.Source == "" || c.Source == q.Source)
		if fits && (best == nil || c.Last > best.Last || c.Last == best.Last && c.Counts > best.Counts) {
			best = &n.Series[i]
		}
	}
	if best == nil {
		return false
	}
	q.Disease, q.Source = best.Disease, best.Source
	return true
}

// last is the last day of which the chosen series has counts.
func (n *Scene) last(q NextQuery) (day calendar.Day) {
	for _, c := range n.Series {
		if c.Disease == q.Disease && c.Source == q.Source {
			day = c.Last
		}
	}
	if q.AsOf != 0 {
		day = min(day, q.AsOf)
	}
	return day
}

// matrix is the code of the matrix that was asked for, or else of the one of a measure
// that lists most of the places where somebody was ill. One that has none of them gives way
// where another has: a page keeps the choices of the outbreak before, and with those of
// another part of the world no model knows any place.
func (n *Scene) matrix(tx *db.Tx, code string, measure Measure, units []string) (string, error) {
	best, most, asked := "-", -1, ""
	for _, m := range n.Matrices {
		if m.Measure != measure {
			continue
		}
		listed, err := countOrigins(tx, m.Code, units)
		if err != nil {
			return "", err
		}
		if code == m.Code {
			if listed > 0 {
				return code, nil
			}
			asked = m.Name
		}
		if listed > most {
			best, most = m.Code, listed
		}
	}
	switch {
	case code == "-" || asked != "" && most == 0:
		return code, nil
	case asked != "":
		n.Passed[measure] = asked
	}
	return best, nil
}

// set loads what the models need.
func (s *Service) set(tx *db.Tx, q NextQuery, out *Scene) error {
	list, err := s.Counts.CountsIn(tx, surveillance.CountFilter{Disease: q.Disease, Source: q.Source, From: out.last(q) - surveillance.CurrentDays})
	if err != nil {
		return err
	}
	o := OutbreakOf(s.Counts.Lists(), list)
	if len(o.Days) == 0 {
		return nil
	}
	units := slices.Sorted(maps.Keys(o.First))
	if q.Flows, err = out.matrix(tx, q.Flows, People, units); err != nil {
		return err
	}
	if q.Times, err = out.matrix(tx, q.Times, Minutes, units); err != nil {
		return err
	}
	in := RankInput{First: o.First, People: map[string]float64{}, Positions: map[string]place.Position{}, Until: o.Days[len(o.Days)-1]}
	if in.Flows, out.Flows, err = s.views.optional(tx, q.Flows); err != nil {
		return err
	}
	// Only the ways from where somebody was ever ill are looked at.
	if in.Times, out.Times, err = s.views.optional(tx, q.Times, units...); err != nil {
		return err
	}
	if err := in.prepare(); err != nil {
		return err
	}
	if in.Candidates, err = candidates(tx, in, o); err != nil {
		return err
	}
	if err := s.describe(tx, &in, out); err != nil {
		return err
	}
	if q.AsOf == 0 || q.AsOf > in.Until {
		q.AsOf = in.Until
	}
	out.Query, out.in, out.outbreak, out.since = q, in, o, o.since()
	return nil
}

// rank runs the models for the day and for days before it.
func (n *Next) rank() (err error) {
	if n.Ranking, err = rankOn(n.in, n.outbreak, n.Query.AsOf, n.Query.Minutes); err != nil {
		return err
	}
	for _, day := range pastDays(n.outbreak, n.Query.AsOf) {
		r, err := rankOn(n.in, n.outbreak, day, n.Query.Minutes)
		if err != nil {
			return err
		}
		n.Past = append(n.Past, r)
	}
	return nil
}

// optional reads a matrix, or nothing where none is used.
func (v *views) optional(tx *db.Tx, code string, origins ...string) (*Table, *Matrix, error) {
	if code == "" || code == "-" {
		return nil, nil, nil
	}
	t, err := v.tableOf(tx, code, origins...)
	return &t, &t.Matrix, err
}

// candidates are the places that the flows cover as origins, else those of the travel
// times, else those of the outbreak: where no model can say anything, nothing is ranked.
func candidates(tx *db.Tx, in RankInput, o Outbreak) ([]string, error) {
	switch {
	case in.Flows != nil:
		return in.Flows.Origins(), nil
	case in.Times != nil:
		return originsOf(tx, in.Times.Code)
	}
	return slices.Sorted(maps.Keys(o.First)), nil
}

// describe finds the names, positions and populations of all places.
func (s *Service) describe(tx *db.Tx, in *RankInput, out *Scene) error {
	codes := slices.Clone(in.Candidates)
	for unit := range in.First {
		codes = append(codes, unit)
	}
	for _, code := range codes {
		if _, seen := out.Names[code]; seen {
			continue
		}
		a, err := s.Gazetteer.Area(tx, code)
		if fault.Is(err, fault.NotFound) {
			a, err = place.Area{Code: code}, nil
		}
		if err != nil {
			return err
		}
		out.Names[code] = a
		if a.Position != nil {
			in.Positions[code] = *a.Position
		}
		p, known, err := s.Gazetteer.Population(tx, code)
		if err != nil {
			return err
		}
		if known {
			in.People[code] = p.Count
		}
	}
	return nil
}

// rankOn ranks as of a day, among the places near enough.
func rankOn(in RankInput, o Outbreak, day calendar.Day, minutes float64) (Ranking, error) {
	in.AsOf, in.Cases, in.Last = day, o.Cases(day), o.Last(day)
	if minutes > 0 && in.Times != nil {
		in.Candidates = Within(in, minutes)
	}
	return Rank(in)
}

// pastDays are days before asOf, of which counts were given and after which another place
// was affected by asOf: the last ones.
func pastDays(o Outbreak, asOf calendar.Day) (out []calendar.Day) {
	for _, day := range slices.Backward(o.Days) {
		before, after := false, false
		for _, first := range o.First {
			before = before || first <= day
			after = after || first > day && first <= asOf
		}
		if day < asOf && before && after && len(out) < mostPast {
			out = append(out, day)
		}
	}
	slices.Reverse(out)
	return out
}

// Score is a model's back-test over the rankings of the past, one a day.
func (n Next) Score(m Model) (out []flow.Score) {
	for _, r := range n.Past {
		out = append(out, r.Scores[m])
	}
	return out
}
