package mobility

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
	"github.com/godwit-health/godwit/internal/area/surveillance"
)

// Rank puts the candidates into an order by each model, and scores each against what
// came to pass between AsOf and Until.
func Rank(in RankInput) (Ranking, error) {
	if err := in.prepare(); err != nil {
		return Ranking{}, err
	}
	r := Ranking{AsOf: in.AsOf, Until: in.Until, Scores: map[Model]flow.Score{}, Absent: map[Model]string{}}
	for _, unit := range slices.Sorted(maps.Keys(in.First)) {
		if in.First[unit] > in.AsOf {
			continue
		}
		a := Affected{Unit: unit, First: in.First[unit], Cases: in.Cases[unit], Last: in.Last[unit]}
		a.Silent = a.Last <= in.AsOf-ReportingDays
		a.NoFlow = in.Flows == nil || in.Flows.Rows[unit] == nil
		a.NoRoad = in.Times == nil || in.Times.Rows[unit] == nil
		_, known := in.People[unit]
		a.NoCount = !known
		r.Affected = append(r.Affected, a)
	}
	for _, unit := range in.Candidates {
		if since, ever := in.First[unit]; !ever || since > in.AsOf {
			r.Candidates = append(r.Candidates, Candidate{Unit: unit, Hit: ever && since <= in.Until, Since: since, Scores: map[Model]flow.Amount{}, Ranks: map[Model]int{}, Minutes: in.minutes(r.Affected, unit)})
		}
	}
	for _, m := range Models {
		if err := r.model(in, m); err != nil {
			return r, err
		}
	}
	return r, nil
}

// model scores every candidate by one model, ranks them and looks at what came to pass.
func (r *Ranking) model(in RankInput, m Model) error {
	score, why, err := in.scorer(m, r.Affected)
	if err != nil {
		return err
	}
	if score == nil || len(r.Candidates) == 0 {
		r.Absent[m] = cmp.Or(why, "candidates")
		return nil
	}
	list := make([]flow.Ranked, len(r.Candidates))
	known := false
	for i := range r.Candidates {
		c := &r.Candidates[i]
		c.Scores[m] = score(c)
		known = known || c.Scores[m].Known
		list[i] = flow.Ranked{Place: c.Unit, Score: c.Scores[m], Hit: c.Hit}
	}
	if !known {
		r.Absent[m] = "data"
		return nil
	}
	r.rank(m)
	s, err := flow.Backtest(list, TopPlaces)
	r.Scores[m] = s
	return err
}

// rank numbers the candidates from the best score; equals share the best number.
func (r *Ranking) rank(m Model) {
	var order []int
	for i, c := range r.Candidates {
		if c.Scores[m].Known {
			order = append(order, i)
		}
	}
	score := func(i int) float64 { return r.Candidates[i].Scores[m].Value }
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(score(b), score(a)) })
	for at, i := range order {
		if at > 0 && score(i) == score(order[at-1]) {
			r.Candidates[i].Ranks[m] = r.Candidates[order[at-1]].Ranks[m]
			continue
		}
		r.Candidates[i].Ranks[m] = at + 1
	}
}

// scorer is a model's score of a candidate; nil, and the reason, where what it needs is
// not there.
func (in RankInput) scorer(m Model, affected []Affected) (score func(*Candidate) flow.Amount, why string, err error) {
	if len(affected) == 0 {
		return nil, "affected", nil
	}
	switch m {
	case FlowIncidence, FlowOnly:
		if in.Flows == nil {
			return nil, "flows", nil
		}
		return func(c *Candidate) flow.Amount { return in.travel(affected, c.Unit, m == FlowIncidence) }, "", nil
	case Effective:
		return in.effective(affected)
	case Gravity, RoadTime:
		if in.Times == nil {
			return nil, "times", nil
		}
		if m == RoadTime {
			return func(c *Candidate) flow.Amount { return negative(c.Minutes) }, "", nil
		}
		return func(c *Candidate) flow.Amount { return in.gravity(affected, c.Unit) }, "", nil
	case StraightLine:
		if len(in.Positions) == 0 {
			return nil, "positions", nil
		}
		return func(c *Candidate) flow.Amount { return negative(in.kilometres(affected, c.Unit)) }, "", nil
	}
	return func(c *Candidate) flow.Amount {
		n, known := in.People[c.Unit]
		return flow.Amount{Value: n, Known: known}
	}, "", nil
}

func negative(a flow.Amount) flow.Amount { return flow.Amount{Value: -a.Value, Known: a.Known} }

// travel is Σ T_ij over the affected places i, or Σ C_i/N_i · T_ij: how many people, or
// infected people, come from there in the period of the matrix. A pair that is not listed
// counts as nobody, which is what a list of the larger flows can say; a place that the
// matrix does not have at all has no score.
func (in RankInput) travel(affected []Affected, to string, incidence bool) flow.Amount {
	if !in.listed[to] {
		return flow.Amount{}
	}
	sum, some := 0.0, false
	for _, a := range affected {
		people, known := in.People[a.Unit]
		switch {
		case a.NoFlow || incidence && (!known || people <= 0):
			continue
		case incidence:
			sum += float64(a.Cases) / people * in.Flows.Listed(a.Unit, to)
		default:
			sum += in.Flows.Listed(a.Unit, to)
		}
		some = true
	}
	return flow.Amount{Value: sum, Known: some}
}

// prepare makes what rankings of several days share.
func (in *RankInput) prepare() (err error) {
	if in.Flows == nil || in.network != nil {
		return nil
	}
	if in.network, err = in.Flows.Network(); err != nil {
		return err
	}
	in.listed, in.from = map[string]bool{}, map[string][]flow.Distance{}
	for _, p := range in.network.Places() {
		in.listed[p] = true
	}
	return nil
}

// gravity is Σ C_i · N_j / t_ij² over the affected places i. The exponents are the usual
// first guess (1 and 2) and are not fitted to the outbreak.
func (in RankInput) gravity(affected []Affected, to string) flow.Amount {
	people, known := in.People[to]
	if !known {
		return flow.Amount{}
	}
	sum, some := 0.0, false
	for _, a := range affected {
		if t := in.Times.At(a.Unit, to); t.Known && t.Value > 0 {
			sum, some = sum+float64(a.Cases)*people/(t.Value*t.Value), true
		}
	}
	return flow.Amount{Value: sum, Known: some}
}

// minutes is the travel time from the nearest affected place.
func (in RankInput) minutes(affected []Affected, to string) flow.Amount {
	best := flow.Amount{}
	if in.Times == nil {
		return best
	}
	for _, a := range affected {
		if t := in.Times.At(a.Unit, to); t.Known && (!best.Known || t.Value < best.Value) {
			best = t
		}
	}
	return best
}

func (in RankInput) kilometres(affected []Affected, to string) flow.Amount {
	best := flow.Amount{}
	at, known := in.Positions[to]
	if !known {
		return best
	}
	for _, a := range affected {
		if p, ok := in.Positions[a.Unit]; ok {
			if km := p.Kilometres(at); !best.Known || km < best.Value {
				best = flow.Of(km)
			}
		}
	}
	return best
}

// effective is the nearest affected place by effective distance. Ways through a place of
// which nobody lists where people go are not among those that it looks at.
func (in RankInput) effective(affected []Affected) (func(*Candidate) flow.Amount, string, error) {
	if in.Flows == nil {
		return nil, "flows", nil
	}
	index := map[string]int{}
	for i, p := range in.network.Places() {
		index[p] = i
	}
	best := map[int]float64{}
	for _, a := range affected {
		i, ok := index[a.Unit]
		if !ok || a.NoFlow {
			continue
		}
		from, ok := in.from[a.Unit]
		if !ok {
			from, _ = in.network.DominantPath(i) // an error says that nobody is known to leave it
			in.from[a.Unit] = from
		}
		for j, d := range from {
			if was, ok := best[j]; d.State == flow.Known && (!ok || d.Value < was) {
				best[j] = d.Value
			}
		}
	}
	return func(c *Candidate) flow.Amount {
		i, ok := index[c.Unit]
		if !ok || len(best) == 0 { // nobody lists where people go from any affected place

			return flow.Amount{}
		}
		if d, ok := best[i]; ok {
			return flow.Of(-d)
		}
		return flow.Of(math.Inf(-1)) // no way is listed
	}, "", nil
}

// Within are the candidates within a travel time of a place affected by the day.
func Within(in RankInput, minutes float64) (out []string) {
	var affected []Affected
	for unit, first := range in.First {
		if first <= in.AsOf {
			affected = append(affected, Affected{Unit: unit})
		}
	}
	for _, unit := range in.Candidates {
		if t := in.minutes(affected, unit); t.Known && t.Value <= minutes {
			out = append(out, unit)
		}
	}
	return out
}

// Network is the network of a table of flows: what it does not list of an origin is
// taken as nobody, and of a place that is no origin too.
func (t Table) Network() (*flow.Network, error) {
	places := t.Places()
	m, err := flow.NewMatrix(places)
	if err != nil {
		return nil, err
	}
	for from, cells := range t.Rows {
		i, _ := m.Index(from)
		for to, v := range cells {
			j, _ := m.Index(to)
			if v == nil {
				m.SetUnknown(i, j)
			} else if err := m.Set(i, j, *v); err != nil {
				return nil, err
			}
		}
	}
	m.AssumeNone()
	return flow.NewNetwork(m)
}

// Outbreak is what was reported of where and when people fell ill.
type Outbreak struct {
	Days  []calendar.Day // of which there are counts, in order
	First map[string]calendar.Day
	lists surveillance.Lists
	units map[string][]surveillance.Reported
}

// OutbreakOf reads reported counts of one disease.
func OutbreakOf(lists surveillance.Lists, list []surveillance.Reported) Outbreak {
	o := Outbreak{First: map[string]calendar.Day{}, lists: lists, units: map[string][]surveillance.Reported{}}
	days := map[calendar.Day]bool{}
	for _, r := range list {
		ind, ok := lists.Indicator(r.Indicator)
		if !ok || ind.Group != "cases" {
			continue
		}
		o.units[r.Unit] = append(o.units[r.Unit], r)
		if _, last, ok := r.Period.Bounds(); ok {
			days[last] = true
		}
	}
	o.Days = slices.Sorted(maps.Keys(days))
	for unit, list := range o.units {
		if day, seen := surveillance.FirstSeen(list); seen {
			o.First[unit] = day
		}
	}
	return o
}

// Cases are how many were ill by a day in each place affected by then: the largest of the
// latest cumulative counts (some ministries count the confirmed among the suspected, and
// some do not, so they are not added), else the new ones together.
func (o Outbreak) Cases(asOf calendar.Day) map[string]int {
	out := map[string]int{}
	for unit, first := range o.First {
		if first > asOf {
			continue
		}
		latest := map[string]surveillance.Reported{}
		fresh := map[string]int{}
		for _, r := range o.units[unit] {
			ind, _ := o.lists.Indicator(r.Indicator)
			_, last, _ := r.Period.Bounds()
			if last > asOf || !r.Value.Known {
				continue
			}
			if ind.Mode == surveillance.PerPeriod {
				fresh[ind.Stem] += r.Value.N
				continue
			}
			was, ok := latest[ind.Stem]
			if _, lastWas, _ := was.Period.Bounds(); !ok || last >= lastWas {
				latest[ind.Stem] = r
			}
		}
		most := 0
		for _, r := range latest {
			most = max(most, r.Value.N)
		}
		if most == 0 {
			for _, n := range fresh {
				most = max(most, n)
			}
		}
		out[unit] = max(most, 1) // somebody was: the place is affected
	}
	return out
}
