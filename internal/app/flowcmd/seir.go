package flowcmd

import (
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/flow"
)

// SEIRCmd is godwit flow seir.
type SEIRCmd struct {
	common
	Patches string `arg:"" help:"CSV of populations: patch, N0 (persons), I0, and E0, R0_immune if any; beta, sigma, gamma, pass_fraction_infectious unless given as flags. - is standard input." placeholder:"PATCHES.csv"`
	Rates   string `arg:"" help:"CSV of travel: from, to, rate_per_day (journeys a person and day), both directions." placeholder:"RATES.csv"`
	Days    string `default:"0:150:5" help:"Days to print: numbers with commas, or first:last:step." placeholder:"DAYS"`

	Beta     *float64 `help:"Infections by one infectious person a day." placeholder:"PER-DAY"`
	Sigma    *float64 `help:"1/mean days from infection to infectious." placeholder:"PER-DAY"`
	Gamma    *float64 `help:"1/mean days infectious." placeholder:"PER-DAY"`
	Pass     *float64 `help:"Share of infectious travellers that passes the screen on arrival; the rest is isolated there. 1 is no screening, and what is meant if neither this nor the column says otherwise." placeholder:"SHARE"`
	Closed   float64  `default:"0" help:"Share of all journeys that is stopped, 0 to 1."`
	Diverted float64  `default:"0" help:"Share of the stopped journeys that goes by unscreened ways all the same, 0 to 1."`
	Unlisted string   `default:"unknown" enum:"none,unknown" help:"What a pair means that RATES.csv does not have: none, nobody travels; unknown, nobody counted, which the model cannot run on."`
}

// Help adds an example.
func (c *SEIRCmd) Help() string {
	return "SEIR in each population, with people of every state moving between them at the rates given; infectious travellers who do not pass are isolated where they arrive. Dormand-Prince 5(4), error of a step below 1e-11.\n\n" +
		"Example:\n\n  godwit flow seir --days 0:150:5 patches.csv rates.csv\n  godwit flow seir --beta 0.4 --sigma 0.17 --gamma 0.13 --closed 0.9 --diverted 0.2 patches.csv rates.csv\n\nOutput: patch, day, S, E, I, R in persons."
}

// Run runs the command.
func (c *SEIRCmd) Run(e *Env) error {
	days, err := parseDays(c.Days)
	if err != nil {
		return err
	}
	patches, err := e.open(c.Patches)
	if err != nil {
		return err
	}
	if err := patches.Need("patch", "N0", "I0"); err != nil {
		return err
	}
	rates, err := e.open(c.Rates)
	if err != nil {
		return err
	}
	group, err := c.group(patches)
	if err != nil {
		return err
	}
	ratesGroup := group
	if !rates.Has(group) {
		ratesGroup = ""
	}
	_, byRate := rates.Groups(ratesGroup)
	out := newTable(group, "patch", "day", "S", "E", "I", "R")
	names, rows := patches.Groups(group)
	for _, name := range names {
		key := name
		if ratesGroup == "" {
			key = ""
		}
		if err := c.run(out, group, name, patches, rows[name], rates, byRate[key], days); err != nil {
			return err
		}
	}
	return e.print(out, c.JSON)
}

func (c *SEIRCmd) run(out *table, group, name string, patches *flow.Table, rows []int, rates *flow.Table, byRate []int, days []float64) error {
	places, err := unique(patches, rows, "patch")
	if err != nil {
		return err
	}
	m, err := c.model(patches, rows)
	if err != nil {
		return err
	}
	if m.Rates, err = rates.Matrix(byRate, places, "from", "to", "rate_per_day"); err != nil {
		return err
	}
	if c.Unlisted == "none" {
		m.Rates.AssumeNone()
	}
	course, err := m.Run(days)
	if err != nil {
		if name != "" {
			err = &flow.Error{At: name, Why: err.Error()}
		}
		return err
	}
	for p, place := range places {
		for d, day := range days {
			s := course.States[d][p]
			out.add(group, name, place, day, s.S, s.E, s.I, s.R)
		}
	}
	return nil
}

// model reads the disease, which must be one for all patches, and who is where.
func (c *SEIRCmd) model(t *flow.Table, rows []int) (m flow.Metapopulation, err error) {
	m.Measure = flow.Measure{Closed: c.Closed, Diverted: c.Diverted, Pass: 1}
	pass := c.Pass
	if pass == nil && !t.Has("pass_fraction_infectious") {
		pass = &m.Measure.Pass
	}
	for _, p := range []struct {
		col, name string
		flag      *float64
		to        *float64
	}{
		{"beta", "--beta", c.Beta, &m.Disease.Beta}, {"sigma", "--sigma", c.Sigma, &m.Disease.Sigma}, {"gamma", "--gamma", c.Gamma, &m.Disease.Gamma},
		{"pass_fraction_infectious", "--pass", pass, &m.Measure.Pass},
	} {
		for i, r := range rows {
			v, err := number(t, r, p.col, p.flag, p.name)
			if err != nil {
				return m, err
			}
			if i > 0 && v != *p.to {
				return m, t.Fault(r, p.col, "is %v, but %v above; one run has one disease and one screen", v, *p.to)
			}
			*p.to = v
		}
	}
	for _, r := range rows {
		p, err := patch(t, r)
		if err != nil {
			return m, err
		}
		m.Patches = append(m.Patches, p)
	}
	return m, nil
}

func patch(t *flow.Table, r int) (p flow.Patch, err error) {
	var n float64
	for col, to := range map[string]*float64{"N0": &n, "I0": &p.I, "E0": &p.E, "R0_immune": &p.R} {
		if t.Has(col) {
			if *to, err = t.Number(r, col); err != nil {
				return p, err
			}
		}
	}
	if p.S = n - p.E - p.I - p.R; p.S < 0 {
		return p, t.Fault(r, "N0", "is %v, fewer than those infected and immune", n)
	}
	return p, nil
}

// maxDays bounds what is printed.
const maxDays = 100_000

// parseDays reads "0,5,30" or "0:150:5".
func parseDays(text string) ([]float64, error) {
	wrong := &flow.Error{Param: "--days", Why: "is " + strconv.Quote(text) + "; write days in order such as 0,5,30, or first:last:step such as 0:150:5"}
	var out []float64
	if a, rest, ok := strings.Cut(text, ":"); ok {
		b, c, _ := strings.Cut(rest, ":")
		from, err1 := strconv.ParseFloat(a, 64)
		to, err2 := strconv.ParseFloat(b, 64)
		step, err3 := strconv.ParseFloat(c, 64)
		if err1 != nil || err2 != nil || err3 != nil || !(step > 0) || !(to >= from) || !((to-from)/step < maxDays) {
			return nil, wrong
		}
		for i := 0; ; i++ {
			d := from + float64(i)*step
			if d > to+step*1e-9 {
				return out, nil
			}
			out = append(out, d)
		}
	}
	for f := range strings.SplitSeq(text, ",") {
		d, err := strconv.ParseFloat(strings.TrimSpace(f), 64)
		if err != nil {
			return nil, wrong
		}
		out = append(out, d)
	}
	return out, nil
}
