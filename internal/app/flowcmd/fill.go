package flowcmd

import (
	"github.com/godwit-health/godwit/engine/flow"
)

// PlacesFile is the argument of the models that fill flows.
type placesFile struct {
	common
	Places string `arg:"" help:"CSV of places: place, population, outflow (people who leave it in the period), and lat, lon in degrees unless --cost is given. - is standard input." placeholder:"PLACES.csv"`
	Cost   string `help:"CSV of distances or travel times to use in place of great-circle kilometres: from, to, cost, or a square matrix. Empty is not known; no row means not known too." placeholder:"COST.csv"`
}

// places is one set of places, read.
type places struct {
	group, name string
	names       []string
	population  []float64
	outflow     []flow.Amount
	cost        *flow.Matrix
}

// read reads every set of the file.
func (c placesFile) read(e *Env) (sets []places, group string, err error) {
	t, err := e.open(c.Places)
	if err != nil {
		return nil, "", err
	}
	if err := t.Need("place", "population", "outflow"); err != nil {
		return nil, "", err
	}
	if group, err = c.group(t); err != nil {
		return nil, "", err
	}
	cost, err := c.costs(e, group)
	if err != nil {
		return nil, "", err
	}
	names, rows := t.Groups(group)
	for _, name := range names {
		p := places{group: group, name: name}
		if p.names, err = unique(t, rows[name], "place"); err != nil {
			return nil, "", err
		}
		for _, r := range rows[name] {
			m, err := t.Number(r, "population")
			if err != nil {
				return nil, "", err
			}
			o, err := t.Amount(r, "outflow")
			if err != nil {
				return nil, "", err
			}
			p.population, p.outflow = append(p.population, m), append(p.outflow, o)
		}
		if cost != nil {
			p.cost, err = cost(name, p.names)
		} else {
			p.cost, err = kilometres(t, rows[name], p.names)
		}
		if err != nil {
			return nil, "", err
		}
		sets = append(sets, p)
	}
	return sets, group, nil
}

// kilometres are the distances of the places' coordinates.
func kilometres(t *flow.Table, rows []int, names []string) (*flow.Matrix, error) {
	if err := t.Need("lat", "lon"); err != nil {
		return nil, err
	}
	points := make([]flow.Point, len(rows))
	for i, r := range rows {
		var err error
		if points[i].Lat, err = t.Number(r, "lat"); err != nil {
			return nil, err
		}
		if points[i].Lon, err = t.Number(r, "lon"); err != nil {
			return nil, err
		}
	}
	return flow.Distances(names, points)
}

// costs reads the --cost file and gives the matrix of one set over its places.
func (c placesFile) costs(e *Env, group string) (func(name string, places []string) (*flow.Matrix, error), error) {
	if c.Cost == "" {
		return nil, nil
	}
	t, err := e.open(c.Cost)
	if err != nil {
		return nil, err
	}
	if !t.Has("from") || !t.Has("to") {
		m, err := t.Square()
		if err != nil {
			return nil, err
		}
		return func(_ string, places []string) (*flow.Matrix, error) { return m.Reorder(places) }, nil
	}
	if !t.Has(group) {
		group = ""
	}
	_, rows := t.Groups(group)
	return func(name string, places []string) (*flow.Matrix, error) {
		if group == "" {
			name = ""
		}
		return t.Matrix(rows[name], places, "from", "to", "cost")
	}, nil
}

// GravityCmd is godwit flow gravity.
type GravityCmd struct {
	placesFile
	MassExponent     float64 `default:"1" help:"Exponent of the destination's population."`
	DistanceExponent float64 `default:"2" help:"Exponent with which travel falls with the distance or the cost."`
}

// Help adds an example.
func (c *GravityCmd) Help() string {
	return "T_ij = O_i m_j^a d_ij^-b / sum over k of m_k^a d_ik^-b: the known outflow of each place, shared out (Wilson 1971). An outflow that is not known leaves its row unknown.\n\n" +
		"Example:\n\n  godwit flow gravity --mass-exponent 0.9 --distance-exponent 1.7 places.csv > flows.csv\n  godwit flow gravity --cost minutes.csv places.csv\n\nOutput: from, to, km (cost with --cost), flow in people of the outflow's period, state."
}

// Run runs the command.
func (c *GravityCmd) Run(e *Env) error {
	sets, group, err := c.read(e)
	if err != nil {
		return err
	}
	far := "km"
	if c.Cost != "" {
		far = "cost"
	}
	out := newTable(group, "from", "to", far, "flow", "state")
	for _, p := range sets {
		m, err := flow.Gravity(p.outflow, p.population, p.cost, flow.GravityParams{Mass: c.MassExponent, Distance: c.DistanceExponent})
		if err != nil {
			return err
		}
		for i := range p.names {
			for j := range p.names {
				if i != j {
					out.add(group, p.name, p.names[i], p.names[j], amount(p.cost.At(i, j)), amount(m.At(i, j)), stateOf(m.At(i, j)))
				}
			}
		}
	}
	return e.print(out, c.JSON)
}

// RadiationCmd is godwit flow radiation.
type RadiationCmd struct {
	placesFile
}

// Help adds an example.
func (c *RadiationCmd) Help() string {
	return "T_ij = O_i m_i m_j / ((m_i+s_ij)(m_i+m_j+s_ij)), with s_ij the population nearer to i than j (Simini 2012). It has no parameter. radiation_finite_corrected divides by 1 - m_i/M, so that each row sums to its outflow (Masucci 2013).\n\n" +
		"Example:\n\n  godwit flow radiation places.csv > flows.csv\n\nOutput: from, to, km (cost with --cost), intervening_pop, radiation, radiation_finite_corrected, state."
}

// Run runs the command.
func (c *RadiationCmd) Run(e *Env) error {
	sets, group, err := c.read(e)
	if err != nil {
		return err
	}
	far := "km"
	if c.Cost != "" {
		far = "cost"
	}
	out := newTable(group, "from", "to", far, "intervening_pop", "radiation", "radiation_finite_corrected", "state")
	for _, p := range sets {
		r, err := flow.Radiation(p.outflow, p.population, p.cost)
		if err != nil {
			return err
		}
		for i := range p.names {
			for j := range p.names {
				if i != j {
					out.add(group, p.name, p.names[i], p.names[j], amount(p.cost.At(i, j)), amount(r.Intervening.At(i, j)), amount(r.Flows.At(i, j)), amount(r.Corrected.At(i, j)), stateOf(r.Flows.At(i, j)))
				}
			}
		}
	}
	return e.print(out, c.JSON)
}

// DistanceCmd is godwit flow distance.
type DistanceCmd struct {
	common
	Flows    string   `arg:"" help:"CSV of flows: from, to, flow, or a square matrix. - is standard input." placeholder:"FLOWS.csv"`
	Source   []string `help:"Place to measure from, once for each; every place if left out."`
	Method   string   `default:"dominant-path" enum:"dominant-path,random-walk" help:"dominant-path (Brockmann & Helbing 2013) or random-walk (Iannelli 2017)."`
	Delta    float64  `default:"1" help:"Cost of a step of the random walk, more than 0."`
	Unlisted string   `default:"none" enum:"none,unknown" help:"What a pair means that the list does not have: none, nobody travels; unknown, nobody counted. A pair that is listed with an empty flow is always unknown."`
}

// Help adds an example.
func (c *DistanceCmd) Help() string {
	return "The length of the likeliest way: each step counts 1 - ln P, P the share of those leaving who go there. Only the order means anything; it is no date of arrival.\n\n" +
		"Example:\n\n  godwit flow distance --source Bunia flows.csv\n  godwit flow distance --method random-walk --delta 1 flows.csv\n\nOutput: source, target, distance, hops (dominant path), state: known, unreachable, or unknown where a flow that is not known could change the answer."
}

// Run runs the command.
func (c *DistanceCmd) Run(e *Env) error {
	t, err := e.open(c.Flows)
	if err != nil {
		return err
	}
	group, err := c.group(t)
	if err != nil {
		return err
	}
	square := !t.Has("from") || !t.Has("to")
	if square {
		group = ""
	}
	out := newTable(group, "source", "target", "distance", "hops", "state")
	found := map[string]bool{}
	names, rows := t.Groups(group)
	for _, name := range names {
		m, err := c.matrix(t, rows[name], square)
		if err != nil {
			return err
		}
		if err := c.distances(out, group, name, m, found); err != nil {
			return err
		}
	}
	for _, s := range c.Source {
		if !found[s] {
			return &flow.Error{Param: "--source", At: s, Why: "is in no row of the flows; correct its name"}
		}
	}
	return e.print(out, c.JSON)
}

func (c *DistanceCmd) matrix(t *flow.Table, rows []int, square bool) (m *flow.Matrix, err error) {
	if square {
		m, err = t.Square()
	} else {
		m, err = t.Matrix(rows, nil, "from", "to", "flow")
	}
	if err == nil && c.Unlisted == "none" {
		m.AssumeNone()
	}
	return m, err
}

// distances adds those of one network.
func (c *DistanceCmd) distances(out *table, group, name string, m *flow.Matrix, found map[string]bool) error {
	net, err := flow.NewNetwork(m)
	if err != nil {
		return err
	}
	from := net.DominantPath
	if c.Method == "random-walk" {
		w, err := net.Walk(c.Delta)
		if err != nil {
			return err
		}
		from = w.From
	}
	sources := c.Source
	if len(sources) == 0 {
		sources = net.Places()
	}
	for _, s := range sources {
		i, ok := m.Index(s)
		if !ok {
			continue
		}
		found[s] = true
		if leaves, known := net.Leaves(i); known && !leaves && len(c.Source) == 0 {
			continue // nobody leaves it: it is a target only
		}
		d, err := from(i)
		if err != nil {
			return err
		}
		for j, target := range net.Places() {
			if j == i {
				continue
			}
			hops := any(nil)
			if d[j].State == flow.Known && c.Method == "dominant-path" {
				hops = d[j].Hops
			}
			out.add(group, name, s, target, known(d[j].State, d[j].Value), hops, d[j].State.String())
		}
	}
	return nil
}
