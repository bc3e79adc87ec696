package flowcmd

import (
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/flow"
)

// ImportCmd is godwit flow import.
type ImportCmd struct {
	output
	Cases  string `arg:"" help:"CSV of outbreaks: case_id, population, cases, and window_days or first_date and last_date (YYYY-MM-DD); draw_set with --draws; ascertainment if it differs." placeholder:"CASES.csv"`
	Travel string `arg:"" help:"CSV of travel in the window: case_id, dest, travellers_to (residents who go there), travellers_from (visitors from there), length_of_stay (days); reduction if it differs." placeholder:"TRAVEL.csv"`

	Draws         string   `help:"CSV of drawn periods: incubation, infectious (days), and draw_set where there are several sets." placeholder:"DRAWS.csv" xor:"periods" required:""`
	Incubation    string   `help:"Distribution of the incubation period in days, such as gamma:mean=9.4,sd=7.4; with --infectious in place of --draws. Also lognormal:meanlog=,sdlog= normal:mean=,sd= weibull:shape=,scale= fixed:days=" placeholder:"DIST" xor:"periods" required:""`
	Infectious    string   `help:"Distribution of the infectious period in days." placeholder:"DIST"`
	Seed          uint64   `default:"1" help:"Seed of the draws. The same seed gives the same draws for ever; keep it with the result."`
	N             int      `name:"n" default:"1000" help:"How many pairs of periods to draw."`
	Ascertainment *float64 `help:"Share of infections that is reported, more than 0 to 1; 1 if neither this nor the column says otherwise." placeholder:"SHARE"`
	Reduction     *float64 `help:"Share of infected residents who do not travel or are stopped, 0 to 1; 0 if neither this nor the column says otherwise." placeholder:"SHARE"`
	Total         bool     `help:"Add up all outbreaks for each destination."`
}

// Help adds an example.
func (c *ImportCmd) Help() string {
	return "Cases who travel while they incubate or are infectious, and visitors who return infected (Dorigatti 2017):\n" +
		"lambda = (C/asc)/N T min(1,(TE+TI)/W) (1-d)  +  V (C/asc) L/(N W) min(1,(TE+TI)/L)\n\n" +
		"Example:\n\n  godwit flow import --draws draws.csv cases.csv travel.csv\n  godwit flow import --incubation gamma:mean=9.4,sd=7.4 --infectious gamma:mean=5,sd=4.7 --seed 7 --ascertainment 0.5 cases.csv travel.csv\n\n" +
		"Output: mean_cases with its 2.5 and 97.5 % quantiles lo95 and hi95, what residents and visitors bring of it, p_any (mean over the draws of 1-exp(-lambda)), and travellers_per_case (residents and visitors), lowest first. Unknown travellers give no numbers."
}

// Run runs the command.
func (c *ImportCmd) Run(e *Env) error {
	cases, err := e.open(c.Cases)
	if err != nil {
		return err
	}
	if err := cases.Need("case_id", "population", "cases"); err != nil {
		return err
	}
	travel, err := e.open(c.Travel)
	if err != nil {
		return err
	}
	if err := travel.Need("case_id", "dest", "travellers_to", "travellers_from", "length_of_stay"); err != nil {
		return err
	}
	draws, err := c.periods(e)
	if err != nil {
		return err
	}
	sources, err := c.sources(cases, draws)
	if err != nil {
		return err
	}
	return c.forecast(e, travel, sources)
}

// outbreak is one source with its draws.
type outbreak struct {
	flow.Source
	draws []flow.Periods
	set   string
}

// periods are the draws by the name of their set; "" holds those of a seed.
func (c *ImportCmd) periods(e *Env) (map[string][]flow.Periods, error) {
	if c.Draws == "" {
		inc, err := flow.ParseDist(c.Incubation)
		if err != nil {
			return nil, err
		}
		if c.Infectious == "" {
			return nil, &flow.Error{Param: "--infectious", Why: "is missing; --incubation and --infectious go together"}
		}
		inf, err := flow.ParseDist(c.Infectious)
		if err != nil {
			return nil, err
		}
		d, err := flow.DrawPeriods(inc, inf, c.Seed, c.N)
		return map[string][]flow.Periods{"": d}, err
	}
	t, err := e.open(c.Draws)
	if err != nil {
		return nil, err
	}
	if err := t.Need("incubation", "infectious"); err != nil {
		return nil, err
	}
	out := map[string][]flow.Periods{}
	for r := range t.Len() {
		var p flow.Periods
		if p.Incubation, err = t.Number(r, "incubation"); err != nil {
			return nil, err
		}
		if p.Infectious, err = t.Number(r, "infectious"); err != nil {
			return nil, err
		}
		out[t.Text(r, "draw_set")] = append(out[t.Text(r, "draw_set")], p)
	}
	return out, nil
}

func (c *ImportCmd) sources(t *flow.Table, draws map[string][]flow.Periods) (map[string]outbreak, error) {
	out := map[string]outbreak{}
	for r := range t.Len() {
		id := t.Text(r, "case_id")
		if _, twice := out[id]; twice {
			return nil, t.Fault(r, "case_id", "is %q a second time", id)
		}
		o := outbreak{Source: flow.Source{Ascertainment: 1}}
		var err error
		if o.Population, err = t.Number(r, "population"); err != nil {
			return nil, err
		}
		if o.Cases, err = t.Number(r, "cases"); err != nil {
			return nil, err
		}
		if c.Ascertainment != nil || t.Has("ascertainment") {
			if o.Ascertainment, err = number(t, r, "ascertainment", c.Ascertainment, "--ascertainment"); err != nil {
				return nil, err
			}
		}
		if o.Window, err = window(t, r); err != nil {
			return nil, err
		}
		if c.Draws != "" {
			o.set = t.Text(r, "draw_set")
		}
		if o.draws = draws[o.set]; len(o.draws) == 0 {
			return nil, t.Fault(r, "draw_set", "is %q, of which %s has no draw", o.set, c.Draws)
		}
		out[id] = o
	}
	return out, nil
}

// window is the number of days between the first and the last case.
func window(t *flow.Table, r int) (float64, error) {
	if t.Has("window_days") {
		return t.Number(r, "window_days")
	}
	if err := t.Need("first_date", "last_date"); err != nil {
		return 0, err
	}
	var days [2]calendar.Day
	for i, col := range []string{"first_date", "last_date"} {
		d, err := calendar.Parse(t.Text(r, col))
		exact, ok := d.Exact()
		if err != nil || !ok {
			return 0, t.Fault(r, col, "is %q; write a day such as 2026-05-18", t.Text(r, col))
		}
		days[i] = exact
	}
	if days[1] <= days[0] {
		return 0, t.Fault(r, "last_date", "is not after first_date")
	}
	return float64(days[1] - days[0]), nil
}

// forecast prints one row a destination of each outbreak, or of all with --total.
func (c *ImportCmd) forecast(e *Env, t *flow.Table, sources map[string]outbreak) error {
	type key struct{ id, dest string }
	routes := map[key][]flow.Route{}
	draws := map[key]outbreak{}
	var order []key
	for r := range t.Len() {
		id, dest := t.Text(r, "case_id"), t.Text(r, "dest")
		o, ok := sources[id]
		if !ok {
			return t.Fault(r, "case_id", "is %q, which %s does not have", id, c.Cases)
		}
		cor, err := c.corridor(t, r)
		if err != nil {
			return err
		}
		k := key{id, dest}
		if c.Total {
			k.id = ""
		}
		switch old, seen := draws[k]; {
		case !seen:
			order, draws[k] = append(order, k), o
		case !c.Total:
			return t.Fault(r, "dest", "is %q a second time for %s", dest, id)
		case old.set != o.set:
			return t.Fault(r, "case_id", "has the draw_set %q; --total adds up outbreaks of one disease, with one set of draws", o.set)
		}
		routes[k] = append(routes[k], flow.Route{Source: o.Source, Corridor: cor})
	}
	group := "case_id"
	if c.Total {
		group = ""
	}
	out := newTable(group, "dest", "mean_cases", "lo95", "hi95", "exported", "returned", "p_any", "travellers_per_case", "travellers_per_case_lo", "travellers_per_case_hi", "draws", "seed", "state")
	for _, k := range order {
		f, err := flow.Forecast(routes[k], draws[k].draws)
		if err != nil {
			return &flow.Error{At: k.id + " to " + k.dest, Why: err.Error()}
		}
		seed := ""
		if c.Draws == "" {
			seed = strconv.FormatUint(c.Seed, 10)
		}
		n := func(v float64) any { return known(f.State, v) }
		per := func(v float64) any { return known(f.OnePer.State, v) }
		out.add(group, k.id, k.dest, n(f.Cases.Mid), n(f.Cases.Low), n(f.Cases.High), n(f.Exported), n(f.Returned), n(f.Any),
			per(f.OnePer.Travellers.Mid), per(f.OnePer.Travellers.Low), per(f.OnePer.Travellers.High), len(draws[k].draws), seed, f.State.String())
	}
	return e.print(out, c.JSON)
}

func (c *ImportCmd) corridor(t *flow.Table, r int) (cor flow.Corridor, err error) {
	if cor.Residents, err = t.Amount(r, "travellers_to"); err != nil {
		return cor, err
	}
	if cor.Visitors, err = t.Amount(r, "travellers_from"); err != nil {
		return cor, err
	}
	stay, err := t.Amount(r, "length_of_stay")
	if err != nil {
		return cor, err
	}
	if cor.Stay = stay.Value; !stay.Known && (!cor.Visitors.Known || cor.Visitors.Value > 0) {
		cor.Visitors = flow.Amount{} // how long they stayed decides what they bring
	}
	if c.Reduction != nil || t.Has("reduction") {
		cor.Reduction, err = number(t, r, "reduction", c.Reduction, "--reduction")
	}
	return cor, err
}

// OutbreakCmd is godwit flow outbreak.
type OutbreakCmd struct {
	output
	File   string   `arg:"" optional:"" help:"CSV with the columns R, k and lambda, for several at once; --R and --k may stand for a column. - is standard input." placeholder:"FILE.csv"`
	R      *float64 `name:"R" help:"Mean number that one case infects at the destination, without a response." placeholder:"NUMBER"`
	K      *float64 `name:"k" help:"Dispersion of that number, more than 0; small where few infect many." placeholder:"NUMBER"`
	Lambda *float64 `name:"lambda" help:"Expected importations, as of godwit flow import." placeholder:"NUMBER"`
}

// Help adds an example.
func (c *OutbreakCmd) Help() string {
	return "The chain of one importation dies out with probability q, the smallest root of q = (1 + R(1-q)/k)^-k; an outbreak begins with 1 - exp(-lambda (1-q)) (Lloyd-Smith 2005).\n\n" +
		"Example:\n\n  godwit flow outbreak --R 1.5 --k 0.18 --lambda 0.22\n  godwit flow outbreak --R 1.5 --k 0.18 lambdas.csv\n\nOutput: R, k, lambda, q, p_any_import, p_outbreak."
}

// Run runs the command.
func (c *OutbreakCmd) Run(e *Env) error {
	out := newTable("", "R", "k", "lambda", "q", "p_any_import", "p_outbreak")
	add := func(r, k, lambda float64) error {
		o, err := flow.OutbreakGiven(lambda, r, k)
		out.add("", "", r, k, lambda, o.Extinction, o.AnyImport, o.Outbreak)
		return err
	}
	if c.File == "" {
		if c.R == nil || c.K == nil || c.Lambda == nil {
			return &flow.Error{Param: "--R, --k and --lambda", Why: "are needed, or a file with those columns"}
		}
		if err := add(*c.R, *c.K, *c.Lambda); err != nil {
			return err
		}
		return e.print(out, c.JSON)
	}
	t, err := e.open(c.File)
	if err != nil {
		return err
	}
	for row := range t.Len() {
		var v [3]float64
		for i, p := range []struct {
			col  string
			flag *float64
		}{{"R", c.R}, {"k", c.K}, {"lambda", c.Lambda}} {
			if v[i], err = number(t, row, p.col, p.flag, "--"+p.col); err != nil {
				return err
			}
		}
		if err := add(v[0], v[1], v[2]); err != nil {
			return &flow.Error{At: t.At(row), Why: err.Error()}
		}
	}
	return e.print(out, c.JSON)
}

// TravellersCmd is godwit flow travellers.
type TravellersCmd struct {
	output
	Incubating          float64 `required:"" help:"People who incubate at the source, now." placeholder:"PERSONS"`
	Infectious          float64 `required:"" help:"People who are infectious at the source, now." placeholder:"PERSONS"`
	Population          float64 `required:"" help:"Population of the source." placeholder:"PERSONS"`
	IncubatingReduction float64 `default:"0" help:"Share of the incubating who do not travel or are stopped, 0 to 1."`
	InfectiousReduction float64 `default:"0" help:"Share of the infectious who do not travel or are stopped, 0 to 1."`
	Travellers          float64 `default:"0" help:"People who travel in the scenario, for the chance of at least one case."`
}

// Help adds an example.
func (c *TravellersCmd) Help() string {
	return "Risk of one traveller = E/N (1-dE) + I/N (1-dI), and one case per 1/risk travellers (ECDC 2026). The scenario's own total never becomes a number of travellers per case.\n\n" +
		"Example:\n\n  godwit flow travellers --incubating 900 --infectious 400 --population 13392200 --incubating-reduction 0.0378 --infectious-reduction 0.9 --travellers 5000\n\nOutput: risk_per_traveller, travellers_per_case, travellers, p_any."
}

// Run runs the command.
func (c *TravellersCmd) Run(e *Env) error {
	risk, err := flow.TravellerRisk(flow.Prevalence{Incubating: c.Incubating, Infectious: c.Infectious, Population: c.Population,
		IncubatingReduction: c.IncubatingReduction, InfectiousReduction: c.InfectiousReduction})
	if err != nil {
		return err
	}
	per, err := flow.Per(flow.Interval{Mid: risk, Low: risk, High: risk})
	if err != nil {
		return err
	}
	anyCase, err := flow.AnyOf(risk, c.Travellers)
	if err != nil {
		return err
	}
	out := newTable("", "risk_per_traveller", "travellers_per_case", "travellers", "p_any")
	out.add("", "", risk, known(per.State, per.Travellers.Mid), c.Travellers, anyCase)
	return e.print(out, c.JSON)
}

// DelayCmd is godwit flow delay.
type DelayCmd struct {
	output
	Growth    []float64 `xor:"growth" required:"" help:"Growth rate of the outbreak at its source, per day; several with commas." placeholder:"RATE"`
	Doubling  []float64 `xor:"growth" required:"" help:"Doubling time in days, in place of --growth." placeholder:"DAYS"`
	Reduction []float64 `required:"" help:"Share of journeys that is stopped, 0 to 1; several with commas." placeholder:"SHARE"`
	Diverted  float64   `default:"0" help:"Share of the stopped journeys that goes by other ways all the same, 0 to 1."`
}

// Help adds an example.
func (c *DelayCmd) Help() string {
	return "Delay = ln(1/(1-c))/r, c = reduction (1 - diverted) (Hollingsworth 2006). It postpones the first importations and never prevents them.\n\n" +
		"Example:\n\n  godwit flow delay --growth 0.1 --reduction 0.5,0.9,0.99\n  godwit flow delay --doubling 7 --reduction 0.9 --diverted 0.2\n\nOutput: growth_per_day, reduction, diverted, delay_days, state, why."
}

// Run runs the command.
func (c *DelayCmd) Run(e *Env) error {
	growth := c.Growth
	for _, d := range c.Doubling {
		r, err := flow.GrowthOfDoubling(d)
		if err != nil {
			return err
		}
		growth = append(growth, r)
	}
	out := newTable("", "growth_per_day", "reduction", "diverted", "delay_days", "state", "why")
	for _, r := range growth {
		for _, reduction := range c.Reduction {
			p, err := flow.Delay(r, reduction, c.Diverted)
			if err != nil {
				return err
			}
			out.add("", "", r, reduction, c.Diverted, known(p.State, p.Days), p.State.String(), p.Why)
		}
	}
	return e.print(out, c.JSON)
}
