package epicmd

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/epi"
)

var caseColumn = epi.Column{Names: []string{"total", "cases", "observed", "count"}}

// RtCmd is godwit epi rt.
type RtCmd struct {
	File string `arg:"" name:"series.csv" help:"Columns series_id, t, total, and imported where known; - is standard input."`

	MeanSI    float64   `name:"mean-si" help:"Mean serial interval in days, above 1 (parametric)."`
	StdSI     float64   `name:"std-si" help:"Its standard deviation."`
	SI        string    `name:"si" aliases:"si-distr" help:"A CSV with columns k (days from 0) and p instead (non-parametric)." placeholder:"FILE"`
	MeanPrior float64   `default:"5" help:"Mean of the prior of R."`
	StdPrior  float64   `default:"5" help:"Its standard deviation."`
	Window    int       `default:"7" help:"Days of a window."`
	MinCases  float64   `default:"0" help:"Cases in a window below which there is no answer; 12 is advised."`
	Quantiles []float64 `default:"0.025,0.05,0.25,0.5,0.75,0.95,0.975" help:"Quantiles of the posterior."`

	IgnoreImported bool `help:"Count imported cases as local."`
	output
}

// Help adds examples.
func (c *RtCmd) Help() string {
	return `Examples:

  godwit epi rt --mean-si 15.3 --std-si 9.3 daily.csv
  godwit epi rt --si interval.csv --window 14 --min-cases 12 - < daily.csv

The interval belongs to the pathogen, and for a virus to its species; write down where
it comes from. Imported cases infect, and were infected elsewhere. The last days are
too low while reports are late. docs/epi.md has formulas and sources.`
}

// Run runs the command.
func (c *RtCmd) Run(e *Env) error {
	given, err := c.interval(e)
	if err != nil {
		return err
	}
	sheet, err := e.sheet(c.File, caseColumn, epi.Column{Names: []string{"imported"}, Optional: true})
	if err != nil {
		return err
	}
	columns := []string{"series_id", "t_start", "t_end", "state", "mean", "std"}
	for _, q := range c.Quantiles {
		columns = append(columns, "quantile_"+strconv.FormatFloat(q, 'g', -1, 64))
	}
	w := c.writer(e.Out, append(columns, "local_cases", "infectiousness")...)
	status := e.each(sheet, func(s epi.SheetSeries) error {
		if s.Start.Known() {
			return errors.New("t are weeks; the method needs cases by day")
		}
		in := epi.Incidence{Total: s.Counts[0], Imported: s.Counts[1]}
		if c.IgnoreImported {
			in.Imported = nil
		}
		points, err := epi.Reproduction{Interval: given, MeanSI: c.MeanSI, SDSI: c.StdSI, MeanPrior: c.MeanPrior, SDPrior: c.StdPrior,
			Window: c.Window, MinCases: c.MinCases, Quantiles: c.Quantiles}.Estimate(in)
		if err != nil {
			return err
		}
		c.warn(e, s, len(in.Total))
		for _, p := range points {
			cells := []any{s.ID, moment(s.T[p.Start]), moment(s.T[p.End]), p.State, p.Mean, p.SD}
			for _, q := range p.Quantiles {
				cells = append(cells, q)
			}
			w.row(append(cells, p.Local, p.Infectious)...)
		}
		return nil
	})
	if err := w.close(); err != nil {
		return err
	}
	return status
}

// warn says when a parametric interval is longer than the series.
func (c *RtCmd) warn(e *Env, s epi.SheetSeries, days int) {
	if c.SI != "" {
		return
	}
	w, err := epi.DiscreteInterval(c.MeanSI, c.StdSI, days)
	if err != nil {
		return
	}
	sum := 0.0
	for _, share := range w {
		sum += share
	}
	if sum < 0.99 {
		fmt.Fprintln(e.Err, epi.RowProblem{Series: s.ID, Problem: fmt.Sprintf(
			"only %.0f %% of the serial interval is within its %d days: the series is short for it, and R may be too high", 100*sum, days)})
	}
}

// interval is the one of a file; nil for a parametric one.
func (c *RtCmd) interval(e *Env) (epi.SerialInterval, error) {
	if c.SI == "" {
		if c.MeanSI == 0 || c.StdSI == 0 {
			return nil, errors.New("give the serial interval: --mean-si and --std-si, or --si FILE")
		}
		_, err := epi.DiscreteInterval(c.MeanSI, c.StdSI, 1)
		return nil, err
	}
	if c.MeanSI != 0 || c.StdSI != 0 {
		return nil, errors.New("give either --si or --mean-si and --std-si")
	}
	f, err := e.open(c.SI)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	shares, err := epi.ReadShares(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", called(c.SI), err)
	}
	return shares, nil
}

// SICmd is godwit epi si.
type SICmd struct {
	MeanSI float64 `name:"mean-si" required:"" help:"Mean serial interval in days, above 1."`
	StdSI  float64 `name:"std-si" required:"" help:"Its standard deviation."`
	Days   int     `default:"60" help:"Last day."`
	output
}

// Help adds an example.
func (c *SICmd) Help() string {
	return "Example:\n\n  godwit epi si --mean-si 15.3 --std-si 9.3 --days 90 > interval.csv\n\nColumns k (days) and p. Cut short, the shares sum to less than 1."
}

// Run runs the command.
func (c *SICmd) Run(e *Env) error {
	shares, err := epi.DiscreteInterval(c.MeanSI, c.StdSI, c.Days+1)
	if err != nil {
		return err
	}
	w := c.writer(e.Out, "k", "p")
	for k, p := range shares {
		w.row(k, p)
	}
	return w.close()
}

// CFRCmd is godwit epi cfr.
type CFRCmd struct {
	File      string  `arg:"" name:"series.csv" help:"Columns series_id, t, cases, deaths, one row a day; - is standard input."`
	Shape     float64 `help:"Shape of the gamma delay from onset to death."`
	Scale     float64 `help:"Its scale in days."`
	DelayMean float64 `help:"Mean of that delay in days, in place of shape and scale."`
	DelaySD   float64 `name:"delay-sd" help:"Its standard deviation."`
	output
}

// Help adds examples.
func (c *CFRCmd) Help() string {
	return `Examples:

  godwit epi cfr daily.csv
  godwit epi cfr --shape 2.40 --scale 3.33 daily.csv
  godwit epi cfr --delay-mean 8 --delay-sd 5.2 --json - < daily.csv

The crude risk is always given; while an outbreak runs it is too low. With a delay a
second row corrects for those whose outcome cannot be known yet.`
}

// delay is the delay asked for; ok is false without one.
func (c *CFRCmd) delay() (d epi.GammaDelay, ok bool, err error) {
	direct, moments := c.Shape != 0 || c.Scale != 0, c.DelayMean != 0 || c.DelaySD != 0
	switch {
	case direct && moments:
		return d, false, errors.New("give either --shape and --scale or --delay-mean and --delay-sd")
	case direct && !(c.Shape > 0 && c.Scale > 0):
		return d, false, errors.New("--shape and --scale belong together, and both are above 0")
	case moments && !(c.DelayMean > 0 && c.DelaySD > 0):
		return d, false, errors.New("--delay-mean and --delay-sd belong together, and both are above 0")
	case moments:
		v := c.DelaySD * c.DelaySD
		return epi.GammaDelay{Shape: c.DelayMean * c.DelayMean / v, Scale: v / c.DelayMean}, true, nil
	}
	return epi.GammaDelay{Shape: c.Shape, Scale: c.Scale}, direct, nil
}

// Run runs the command.
func (c *CFRCmd) Run(e *Env) error {
	delay, corrected, err := c.delay()
	if err != nil {
		return err
	}
	sheet, err := e.sheet(c.File, epi.Column{Names: []string{"cases"}}, epi.Column{Names: []string{"deaths"}})
	if err != nil {
		return err
	}
	w := c.writer(e.Out, "series_id", "delay", "total_cases", "total_deaths", "estimated_known_outcomes",
		"severity_estimate", "severity_low", "severity_high", "state")
	row := func(id, name string, f epi.Fatality) {
		w.row(id, name, f.Cases, f.Deaths, f.Outcomes, f.Risk, f.Interval.Low, f.Interval.High, f.State)
	}
	status := e.each(sheet, func(s epi.SheetSeries) error {
		if corrected && s.Start.Known() {
			return errors.New("t are weeks; the delay needs cases and deaths by day")
		}
		crude, err := epi.CrudeFatality(s.Counts[0], s.Counts[1])
		if err != nil {
			return err
		}
		if !corrected {
			row(s.ID, "none", crude)
			return nil
		}
		f, err := epi.DelayedFatality(s.Counts[0], s.Counts[1], delay)
		if err != nil {
			return err
		}
		row(s.ID, "none", crude)
		row(s.ID, "gamma", f)
		return nil
	})
	if err := w.close(); err != nil {
		return err
	}
	return status
}

// GrowthCmd is godwit epi growth.
type GrowthCmd struct {
	File     string `arg:"" name:"series.csv" help:"Columns series_id, t, total, one row a day; - is standard input."`
	Interval int    `default:"1" help:"Days of a bin: 7 for weeks."`
	FromDay  int    `default:"0" help:"First day, counted from 0." placeholder:"DAY"`
	ToDay    int    `default:"-1" help:"Last day, counted from 0: the peak, or before. A bin that begins by then is taken whole." placeholder:"DAY"`
	output
}

// Help adds examples.
func (c *GrowthCmd) Help() string {
	return `Examples:

  godwit epi growth --to-day 30 daily.csv
  godwit epi growth --interval 7 --to-day 30 --json daily.csv

The line is fitted to the logarithms: end it before the peak. Bins without cases are
left out. A doubling time whose limit is negative goes with decline too; direction
says so.`
}

// Run runs the command.
func (c *GrowthCmd) Run(e *Env) error {
	if c.FromDay < 0 || c.ToDay >= 0 && c.ToDay < c.FromDay {
		return errors.New("--from-day and --to-day are days counted from 0, the first before the last")
	}
	sheet, err := e.sheet(c.File, caseColumn)
	if err != nil {
		return err
	}
	w := c.writer(e.Out, "series_id", "interval", "n_bins", "r", "r_lo", "r_hi", "doubling", "doubling_lo", "doubling_hi",
		"halving", "halving_lo", "halving_hi", "state", "direction")
	status := e.each(sheet, func(s epi.SheetSeries) error {
		g, err := c.estimate(s)
		if err != nil {
			return err
		}
		w.row(s.ID, c.Interval, g.Bins, g.Rate, g.Interval.Low, g.Interval.High, g.Doubling, g.DoublingInterval.Low, g.DoublingInterval.High,
			g.Halving, g.HalvingInterval.Low, g.HalvingInterval.High, g.State, g.Direction)
		return nil
	})
	if err := w.close(); err != nil {
		return err
	}
	return status
}

func (c *GrowthCmd) estimate(s epi.SheetSeries) (epi.Growth, error) {
	days := s.Counts[0]
	if s.Start.Known() {
		return epi.Growth{}, errors.New("t are weeks; give cases by day, and --interval 7 for weekly bins")
	}
	if c.FromDay >= len(days) {
		return epi.Growth{}, fmt.Errorf("--from-day is %d and the series has %d days", c.FromDay, len(days))
	}
	bins, err := epi.Bins(days[c.FromDay:], c.Interval)
	if err != nil {
		return epi.Growth{}, err
	}
	if c.ToDay >= 0 {
		bins = bins[:min((c.ToDay-c.FromDay)/c.Interval+1, len(bins))]
	}
	return epi.EstimateGrowth(bins, float64(c.Interval))
}

// PropCmd is godwit epi prop.
type PropCmd struct {
	What       []string `arg:"" name:"x/n" help:"Proportions such as 5/20, or a CSV with columns x and n; - is standard input."`
	Confidence float64  `default:"0.95" help:"Confidence of the intervals."`
	output
}

// Help adds examples.
func (c *PropCmd) Help() string {
	return "Examples:\n\n  godwit epi prop 5/20 0/12\n  godwit epi prop counts.csv --confidence 0.9\n\nWilson's interval suits small numbers; the exact one covers at least what it says, and is wider."
}

// Run runs the command.
func (c *PropCmd) Run(e *Env) error {
	w := c.writer(e.Out, "x", "n", "p", "wilson_lo", "wilson_hi", "exact_lo", "exact_hi", "state")
	var pairs [][2]float64
	for _, what := range c.What {
		more, err := c.pairs(e, what)
		if err != nil {
			return err
		}
		pairs = append(pairs, more...)
	}
	for _, pair := range pairs {
		p, err := epi.EstimateProportion(pair[0], pair[1], c.Confidence)
		if err != nil {
			return fmt.Errorf("%g/%g: %w", pair[0], pair[1], err)
		}
		w.row(p.X, p.N, p.P, p.Wilson.Low, p.Wilson.High, p.Exact.Low, p.Exact.High, p.State)
	}
	return w.close()
}

// pairs reads 5/20, or a file.
func (c *PropCmd) pairs(e *Env, what string) ([][2]float64, error) {
	if a, b, ok := strings.Cut(what, "/"); ok {
		x, err1 := strconv.ParseFloat(a, 64)
		n, err2 := strconv.ParseFloat(b, 64)
		if err1 == nil && err2 == nil {
			return [][2]float64{{x, n}}, nil
		}
	}
	f, err := e.open(what)
	if err != nil {
		return nil, fmt.Errorf("%w (a proportion is written 5/20)", err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: is empty or no CSV; the first line names the columns x and n", called(what))
	}
	x, n := -1, -1
	for i, h := range header {
		switch strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")) {
		case "x":
			x = i
		case "n":
			n = i
		}
	}
	if x < 0 || n < 0 {
		return nil, fmt.Errorf("%s: has no columns x and n", called(what))
	}
	var out [][2]float64
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", called(what), err)
		}
		line, _ := in.FieldPos(0)
		a, err1 := strconv.ParseFloat(strings.TrimSpace(row[x]), 64)
		b, err2 := strconv.ParseFloat(strings.TrimSpace(row[n]), 64)
		if err1 != nil || err2 != nil || math.IsNaN(a+b) {
			return nil, fmt.Errorf("%s: line %d: x or n is not a number", called(what), line)
		}
		out = append(out, [2]float64{a, b})
	}
}
