package epicmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/epi"
)

// DetectCmd is godwit epi detect.
type DetectCmd struct {
	Method string `required:"" enum:"ears-c1,ears-c2,ears-c3,farrington,farrington-flexible,cusum,cusum-rossi,cdc,rki1,rki2,rki3,bayes1,bayes2,bayes3" help:"One of ears-c1, ears-c2, ears-c3, farrington, farrington-flexible, cusum, cusum-rossi, cdc, rki1, rki2, rki3, bayes1, bayes2, bayes3."`
	File   string `arg:"" name:"series.csv" help:"Columns series_id, t, observed; - is standard input."`

	From  string `help:"First t to answer for, as written in the file; the first if left out." placeholder:"T"`
	To    string `help:"Last t to answer for; the last if left out." placeholder:"T"`
	Range string `help:"The same as --from and --to, as FROM:TO." placeholder:"FROM:TO"`
	Last  int    `help:"Answer for the last N periods only." placeholder:"N"`
	Freq  int    `help:"Periods in a year where t are numbers; 52 if left out, 365 for days." placeholder:"N"`

	Baseline *int     `help:"Periods of the baseline (ears; 7)."`
	MinSigma *float64 `aliases:"minSigma" help:"Least standard deviation (ears; 0, and 0.5 is advised for sparse counts)."`
	Alpha    *float64 `help:"Error probability (ears-c1, -c2 0.001; ears-c3, cdc 0.025; farrington, farrington-flexible, bayes 0.05)."`

	B                    *int     `name:"b" help:"Years back (farrington 5, cdc 5)."`
	W                    *int     `name:"w" help:"Periods on either side of the same period (farrington 3)."`
	Reweight             *bool    `negatable:"" help:"Let past outbreaks weigh less (farrington; yes)."`
	Trend                *bool    `negatable:"" help:"Fit a trend (farrington; yes)."`
	Limit54              string   `name:"limit54" help:"Silent for fewer than CASES in WEEKS (farrington; 5,4)." placeholder:"CASES,WEEKS"`
	Powertrans           string   `enum:",2/3,1/2,none" default:"" help:"Transformation: 2/3, 1/2 or none (farrington; 2/3)."`
	WeightsThreshold     *float64 `aliases:"weightsThreshold" help:"Residual above which a week is a past outbreak (farrington-flexible; 2.58)."`
	PThresholdTrend      *float64 `aliases:"pThresholdTrend" help:"The trend stays below this P value; 1 keeps it (farrington-flexible; 0.05)."`
	NoPeriods            *int     `aliases:"noPeriods" help:"Levels of the season (farrington-flexible; 1, and 10 in the paper)."`
	PastWeeksNotIncluded *int     `aliases:"pastWeeksNotIncluded" help:"Latest weeks left out of the fit (farrington-flexible; w, and 26 in the paper)."`
	ThresholdMethod      string   `aliases:"thresholdMethod" enum:",delta,nbPlugin,muan" default:"" help:"delta, nbPlugin or muan (farrington-flexible; delta)."`
	Variance             string   `enum:",reference,paper" default:"" help:"Standard error of the fit: as the reference program or as the paper (farrington-flexible; reference)."`

	K *float64 `name:"k" help:"Reference value (cusum; 1.04)."`
	H *float64 `name:"h" help:"Decision boundary (cusum; 2.26)."`
	M *float64 `name:"m" help:"Expected count (cusum; the mean before --from, or of the first year), or four-week blocks on either side (cdc; 1)."`

	output
}

// Help adds examples.
func (c *DetectCmd) Help() string {
	return `Examples:

  godwit epi detect --method ears-c2 --min-sigma 0.5 weekly.csv
  godwit epi detect --method farrington --b 5 --w 3 --alpha 0.01 --last 52 weekly.csv
  godwit epi detect --method farrington-flexible --no-periods 10 --past-weeks-not-included 26 \
      --threshold-method nbPlugin --p-threshold-trend 1 --alpha 0.005 --last 1 weekly.csv
  godwit epi detect --method cusum --from 2020-W01 - < weekly.csv

t is a number, an ISO week (2020-W53) or a day. A week that was not reported is a row
with an empty count. A limit that does not exist is an empty cell; state says why. The
defaults are those of R surveillance 1.20.3. docs/epi.md has formulas and sources.`
}

// detected is one period in the columns that all methods share, and the method's own.
type detected struct {
	epi.Bound
	details []any
}

// detector is a method with its own columns and parameters.
type detector struct {
	details []string
	uses    []string // flags beside those that all take
	run     func(epi.Series, epi.Range) ([]detected, error)
}

// Run runs the command.
func (c *DetectCmd) Run(e *Env) error {
	d, err := c.detector()
	if err != nil {
		return err
	}
	if err := c.unused(d.uses); err != nil {
		return err
	}
	sheet, err := e.sheet(c.File, epi.Column{Names: []string{"observed", "cases", "total", "count"}})
	if err != nil {
		return err
	}
	w := c.writer(e.Out, append([]string{"series_id", "t", "observed", "upperbound", "alarm", "state"}, d.details...)...)
	status := e.each(sheet, func(s epi.SheetSeries) error {
		r, err := c.span(s)
		if err != nil {
			return err
		}
		rows, err := d.run(series(s, c.Freq), r)
		if err != nil {
			return err
		}
		for _, row := range rows {
			w.row(append([]any{s.ID, moment(s.T[row.T]), row.Observed, row.Upper, row.Alarm, row.State}, row.details...)...)
		}
		return nil
	})
	if err := w.close(); err != nil {
		return err
	}
	return status
}

// span is the range asked for in one series.
func (c *DetectCmd) span(s epi.SheetSeries) (epi.Range, error) {
	first, last := c.From, c.To
	if c.Range != "" {
		var ok bool
		if first, last, ok = strings.Cut(c.Range, ":"); !ok || c.From != "" || c.To != "" {
			return epi.Range{}, fmt.Errorf("--range is FROM:TO, such as 365:416, without --from and --to beside it")
		}
	}
	if c.Last < 0 || c.Last > 0 && (first != "" || last != "") {
		return epi.Range{}, fmt.Errorf("--last takes a number from 1, and neither --from nor --to beside it")
	}
	if c.Last > 0 {
		return epi.Periods(max(0, len(s.T)-c.Last), len(s.T)-1), nil
	}
	if first == "" && last == "" {
		return epi.Range{}, nil
	}
	from, to := 0, len(s.T)-1
	if first != "" {
		from = s.Find(first)
	}
	if last != "" {
		to = s.Find(last)
	}
	if from < 0 || to < 0 || from > to {
		return epi.Range{}, fmt.Errorf("--from and --to are not a range of its t, which go from %s to %s", s.T[0], s.T[len(s.T)-1])
	}
	return epi.Periods(from, to), nil
}

// unused refuses a parameter that was given and that the method does not have.
func (c *DetectCmd) unused(uses []string) error {
	given := []struct {
		name string
		set  bool
	}{
		{"baseline", c.Baseline != nil}, {"min-sigma", c.MinSigma != nil}, {"alpha", c.Alpha != nil}, {"b", c.B != nil}, {"w", c.W != nil},
		{"reweight", c.Reweight != nil}, {"trend", c.Trend != nil}, {"limit54", c.Limit54 != ""}, {"powertrans", c.Powertrans != ""},
		{"weights-threshold", c.WeightsThreshold != nil}, {"p-threshold-trend", c.PThresholdTrend != nil}, {"no-periods", c.NoPeriods != nil},
		{"past-weeks-not-included", c.PastWeeksNotIncluded != nil}, {"threshold-method", c.ThresholdMethod != ""}, {"variance", c.Variance != ""},
		{"k", c.K != nil}, {"h", c.H != nil}, {"m", c.M != nil},
	}
	for _, g := range given {
		if g.set && !slices.Contains(uses, g.name) {
			takes := "no parameter of its own"
			if len(uses) > 0 {
				takes = "--" + strings.Join(uses, ", --")
			}
			return fmt.Errorf("%s has no --%s; it takes %s", c.Method, g.name, takes)
		}
	}
	return nil
}
