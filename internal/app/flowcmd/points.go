package flowcmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/flow"
)

// ScreeningCmd is godwit flow screening.
type ScreeningCmd struct {
	common
	Cases string `arg:"" help:"CSV with one row a question: p_symptoms, p_aware, sens_symptom_dep, sens_symptom_arr, sens_risk_dep, sens_risk_arr (or sens_symptom and sens_risk for both), transit_days, mean_incubation, var_incubation, departure and arrival (TRUE or FALSE; both if left out), frac_evade (0 if left out), and days_since_exposure, or R0 and mean_to_admit for a growing epidemic. - is standard input." placeholder:"CASES.csv"`

	IncubationVariance *float64 `help:"Variance of the incubation period in days squared, where the file has no var_incubation. The figures of Gostic 2020 are with 5.0625 (standard deviation 2.25 days)." placeholder:"DAYS2"`
}

// Help adds an example.
func (c *ScreeningCmd) Help() string {
	return "Of infected travellers, the shares found by the symptom screen and by questions at departure and on arrival, and the shares missed and why (Gostic 2015, 2020). Incubation is gamma by mean and variance. With R0 and mean_to_admit the time since exposure is that of travellers from a growing epidemic.\n\n" +
		"Example:\n\n  godwit flow screening protocol.csv\n  godwit flow screening --incubation-variance 5.0625 epidemic.csv\n\nOutput: caught by stage and reason, missed_both, missed_symptom_only, missed_risk_only, not_detectable, evaded (these nine sum to 1), and caught."
}

// Run runs the command.
func (c *ScreeningCmd) Run(e *Env) error {
	t, err := e.open(c.Cases)
	if err != nil {
		return err
	}
	group, err := c.group(t)
	if err != nil {
		return err
	}
	out := newTable(group, "caught_departure_symptom", "caught_departure_risk", "caught_arrival_symptom", "caught_arrival_risk",
		"missed_both", "missed_symptom_only", "missed_risk_only", "not_detectable", "evaded", "caught")
	for r := range t.Len() {
		y, err := c.yield(t, r)
		if err != nil {
			return err
		}
		out.add(group, t.Text(r, group), y.DepartureSymptom, y.DepartureRisk, y.ArrivalSymptom, y.ArrivalRisk,
			y.MissedBoth, y.MissedSymptomOnly, y.MissedRiskOnly, y.NotDetectable, y.Evaded, y.Caught())
	}
	return e.print(out, c.JSON)
}

func (c *ScreeningCmd) yield(t *flow.Table, r int) (flow.Yield, error) {
	p := flow.Protocol{Departure: true, Arrival: true}
	var inc flow.Incubation
	either := func(col, both string) string {
		if t.Has(col) {
			return col
		}
		return both
	}
	for _, f := range []struct {
		col string
		to  *float64
	}{
		{"p_symptoms", &p.Symptoms}, {"p_aware", &p.Aware}, {"transit_days", &p.Transit}, {"mean_incubation", &inc.Mean},
		{either("sens_symptom_dep", "sens_symptom"), &p.SymptomDeparture}, {either("sens_symptom_arr", "sens_symptom"), &p.SymptomArrival},
		{either("sens_risk_dep", "sens_risk"), &p.RiskDeparture}, {either("sens_risk_arr", "sens_risk"), &p.RiskArrival},
	} {
		if err := t.Need(f.col); err != nil {
			return flow.Yield{}, err
		}
		v, err := t.Number(r, f.col)
		if err != nil {
			return flow.Yield{}, err
		}
		*f.to = v
	}
	if err := c.rest(t, r, &p, &inc); err != nil {
		return flow.Yield{}, err
	}
	y, err := c.screen(t, r, p, inc)
	if err != nil {
		err = &flow.Error{At: t.At(r), Why: err.Error()}
	}
	return y, err
}

// rest reads what may be left out.
func (c *ScreeningCmd) rest(t *flow.Table, r int, p *flow.Protocol, inc *flow.Incubation) (err error) {
	variance := c.IncubationVariance
	if t.Has("var_incubation") {
		variance = nil
	}
	if inc.Variance, err = number(t, r, "var_incubation", variance, "--incubation-variance"); err != nil {
		return err
	}
	if t.Has("frac_evade") {
		if p.Evade, err = t.Number(r, "frac_evade"); err != nil {
			return err
		}
	}
	for col, to := range map[string]*bool{"departure": &p.Departure, "arrival": &p.Arrival} {
		if t.Has(col) {
			if *to, err = t.Truth(r, col); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *ScreeningCmd) screen(t *flow.Table, r int, p flow.Protocol, inc flow.Incubation) (flow.Yield, error) {
	if !t.Has("R0") {
		if err := t.Need("days_since_exposure"); err != nil {
			return flow.Yield{}, err
		}
		day, err := t.Number(r, "days_since_exposure")
		if err != nil {
			return flow.Yield{}, err
		}
		return flow.Screen(p, inc, day)
	}
	if err := t.Need("mean_to_admit"); err != nil {
		return flow.Yield{}, err
	}
	r0, err := t.Number(r, "R0")
	if err != nil {
		return flow.Yield{}, err
	}
	admit, err := t.Number(r, "mean_to_admit")
	if err != nil {
		return flow.Yield{}, err
	}
	return flow.ScreenEpidemic(p, inc, flow.Epidemic{R0: r0, ToAdmit: admit})
}

// PlacePointsCmd is godwit flow place-points.
type PlacePointsCmd struct {
	common
	Routes string `arg:"" help:"CSV of routes: route, weight (infected travellers expected on it), points (names with a space or | between). - is standard input." placeholder:"ROUTES.csv"`
	Points string `help:"CSV of possible points: point, sensitivity (share of infected travellers found there, 0 to 1). Left out if ROUTES.csv has the points as rows point0, point1 ..." placeholder:"POINTS.csv"`
	Teams  []int  `required:"" help:"How many points can be staffed; several with commas." placeholder:"K"`
}

// Help adds an example.
func (c *PlacePointsCmd) Help() string {
	return "The k points that find most: sum over routes of weight (1 - product over their staffed points of (1 - sensitivity)). Exact by branch and bound; greedy beside it, with the bound that nothing exceeds and the gap to it (never over 37 %).\n\n" +
		"Example:\n\n  godwit flow place-points --points points.csv --teams 1,2,3 routes.csv\n\n" +
		"One file may hold both: route_or_point, points_or_index, weight_or_sensitivity.\n\n" +
		"Output: teams, optimal_points, optimal_expected_detected, exact (yes, or no where the search was cut off), greedy_points, greedy_expected_detected, greedy_bound, greedy_gap, total_infected_weight."
}

// network is one set of routes over named points.
type network struct {
	routes      []flow.ScreenedRoute
	names       []string
	sensitivity []float64
	index       map[string]int
}

// Run runs the command.
func (c *PlacePointsCmd) Run(e *Env) error {
	t, err := e.open(c.Routes)
	if err != nil {
		return err
	}
	group, err := c.group(t)
	if err != nil {
		return err
	}
	var points *flow.Table
	if c.Points != "" {
		if points, err = e.open(c.Points); err != nil {
			return err
		}
	}
	out := newTable(group, "teams", "optimal_points", "optimal_expected_detected", "exact", "greedy_points", "greedy_expected_detected", "greedy_bound", "greedy_gap", "total_infected_weight")
	names, rows := t.Groups(group)
	for _, name := range names {
		n, err := readNetwork(t, rows[name], points, group, name)
		if err != nil {
			return err
		}
		for _, k := range c.Teams {
			best, err := flow.BestPoints(n.routes, n.sensitivity, k)
			if err != nil {
				return err
			}
			greedy, err := flow.GreedyPoints(n.routes, n.sensitivity, k)
			if err != nil {
				return err
			}
			exact := "no"
			if best.Exact {
				exact = "yes"
			}
			out.add(group, name, k, n.named(best.Chosen), best.Detected, exact, n.named(greedy.Chosen), greedy.Detected, greedy.Bound, greedy.Gap(), best.Total)
		}
	}
	return e.print(out, c.JSON)
}

func (n *network) named(chosen []int) string {
	out := make([]string, len(chosen))
	for i, p := range chosen {
		out[i] = n.names[p]
	}
	return strings.Join(out, " ")
}

// readNetwork reads the points first, wherever they are, then the routes.
func readNetwork(t *flow.Table, rows []int, points *flow.Table, group, name string) (*network, error) {
	n := &network{index: map[string]int{}}
	combined := t.Has("route_or_point")
	route, weight, on := "route", "weight", "points"
	if combined {
		route, weight, on = "route_or_point", "weight_or_sensitivity", "points_or_index"
	}
	if err := t.Need(route, weight, on); err != nil {
		return nil, err
	}
	isPoint := func(r int) bool { return combined && strings.HasPrefix(t.Text(r, route), "point") }
	switch {
	case combined:
		for _, r := range rows {
			if isPoint(r) {
				if err := n.point(t, r, on, weight); err != nil {
					return nil, err
				}
			}
		}
	case points == nil:
		return nil, &flow.Error{Param: "--points", Why: "is missing; give the CSV of the points and their sensitivities"}
	default:
		if err := n.from(points, group, name); err != nil {
			return nil, err
		}
	}
	for _, r := range rows {
		if isPoint(r) {
			continue
		}
		if err := n.route(t, r, weight, on); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *network) from(points *flow.Table, group, name string) error {
	if err := points.Need("point", "sensitivity"); err != nil {
		return err
	}
	for r := range points.Len() {
		if group != "" && points.Has(group) && points.Text(r, group) != name {
			continue
		}
		if err := n.point(points, r, "point", "sensitivity"); err != nil {
			return err
		}
	}
	return nil
}

func (n *network) point(t *flow.Table, r int, nameCol, sensitivityCol string) error {
	name := t.Text(r, nameCol)
	if _, twice := n.index[name]; twice || name == "" || strings.ContainsAny(name, " |") {
		return t.Fault(r, nameCol, "is %q; every point needs one name, without spaces", name)
	}
	s, err := t.Number(r, sensitivityCol)
	if err != nil {
		return err
	}
	if s < 0 || s > 1 {
		return t.Fault(r, sensitivityCol, "is %v; a sensitivity lies in 0 to 1", s)
	}
	n.index[name] = len(n.names)
	n.names, n.sensitivity = append(n.names, name), append(n.sensitivity, s)
	return nil
}

func (n *network) route(t *flow.Table, r int, weightCol, onCol string) error {
	w, err := t.Number(r, weightCol)
	if err != nil {
		return err
	}
	if w < 0 {
		return t.Fault(r, weightCol, "is %v; it cannot be negative", w)
	}
	route := flow.ScreenedRoute{Weight: w}
	for _, p := range strings.FieldsFunc(t.Text(r, onCol), func(c rune) bool { return c == ' ' || c == '|' }) {
		i, ok := n.index[p]
		if !ok {
			return t.Fault(r, onCol, "names the point %q, which is not among the points; correct its name or give its sensitivity", p)
		}
		route.Points = append(route.Points, i)
	}
	n.routes = append(n.routes, route)
	return nil
}

// BacktestCmd is godwit flow backtest.
type BacktestCmd struct {
	common
	File   string   `arg:"" help:"CSV of candidate places as of a past day: place, hit (yes or no: affected since), and one column of scores a model. - is standard input." placeholder:"FILE.csv"`
	Scores []string `help:"Columns of scores, with commas; all other columns if left out." placeholder:"COLUMN"`
	Top    []int    `default:"10" help:"Count the hits among the first k; several with commas." placeholder:"K"`
}

// Help adds an example.
func (c *BacktestCmd) Help() string {
	return "For each model: AUC (the chance that a place affected later was ranked above one that was not, ties half), n, hits, and hits among the first k; where the k-th rank is tied they lie between low and high. Places without a score are counted apart. One outbreak proves nothing about the next.\n\n" +
		"Example:\n\n  godwit flow backtest --top 10 candidates.csv\n\nOutput: model, auc, n, hits, unscored, unscored_hits, top10_low, top10_high, top10_expected, state (unknown where nothing or everything was hit)."
}

// Run runs the command.
func (c *BacktestCmd) Run(e *Env) error {
	t, err := e.open(c.File)
	if err != nil {
		return err
	}
	group, err := c.group(t)
	if err != nil {
		return err
	}
	if err := t.Need(append([]string{"place", "hit"}, c.Scores...)...); err != nil {
		return err
	}
	scores := c.Scores
	if len(scores) == 0 {
		for _, h := range t.Header {
			if !slices.Contains([]string{"place", "hit", group}, h) {
				scores = append(scores, h)
			}
		}
	}
	cols := []string{"model", "auc", "n", "hits", "unscored", "unscored_hits"}
	for _, k := range c.Top {
		cols = append(cols, fmt.Sprintf("top%d_low", k), fmt.Sprintf("top%d_high", k), fmt.Sprintf("top%d_expected", k))
	}
	out := newTable(group, append(cols, "state")...)
	names, rows := t.Groups(group)
	for _, name := range names {
		for _, model := range scores {
			list, err := candidates(t, rows[name], model)
			if err != nil {
				return err
			}
			s, err := flow.Backtest(list, c.Top...)
			if err != nil {
				return err
			}
			cells := []any{model, known(s.State, s.AUC), s.N, s.Hits, s.Unscored, s.UnscoredHits}
			for _, k := range s.Top {
				cells = append(cells, k.Low, k.High, k.Expected)
			}
			out.add(group, name, append(cells, s.State.String())...)
		}
	}
	return e.print(out, c.JSON)
}

func candidates(t *flow.Table, rows []int, model string) ([]flow.Ranked, error) {
	if _, err := unique(t, rows, "place"); err != nil {
		return nil, err
	}
	list := make([]flow.Ranked, len(rows))
	for i, r := range rows {
		hit, err := t.Truth(r, "hit")
		if err != nil {
			return nil, err
		}
		score, err := t.Amount(r, model)
		if err != nil {
			return nil, err
		}
		list[i] = flow.Ranked{Place: t.Text(r, "place"), Score: score, Hit: hit}
	}
	return list, nil
}
