package vaccinecmd

import (
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/vaccine"
)

// CompareCmd is godwit vaccine compare.
type CompareCmd struct {
	schedule
	With     string `required:"" help:"The other version: a folder as for --data." placeholder:"DIR"`
	On       string `required:"" help:"Assessment date." placeholder:"DATE"`
	Patients string `arg:"" name:"patients.jsonl" help:"One patient a line, as for forecast and with an id; - is standard input."`
}

// Help shows the question that it answers.
func (c *CompareCmd) Help() string {
	return `Which of our children get another date with the new version?

  godwit vaccine compare --data old --with new --on 2025-11-10 patients.jsonl

The answer is a CSV with a row for each forecast that differs: id, vaccine group, series
group and type, what differs, before and after. The number of patients and of those with
a difference goes to standard error, and so does a line that could not be read (exit
status 1).`
}

// Run runs the command.
func (c *CompareCmd) Run(e *Env) error {
	on, err := calendar.ParseDay(c.On)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	before, err := c.load()
	if err != nil {
		return err
	}
	after, err := load(c.With)
	if err != nil {
		return err
	}
	f, err := e.open(c.Patients)
	if err != nil {
		return err
	}
	defer f.Close()
	w := csv.NewWriter(e.Out)
	if err := w.Write([]string{"id", "vaccine_group", "series_group", "series_type", "what", "before", "after"}); err != nil {
		return err
	}
	patients, changed, bad := 0, 0, 0
	err = vaccine.ReadPatients(f, func(r vaccine.Record) bool {
		var rows [][]string
		if r.Err == nil {
			rows, r.Err = differing(before, after, &r.Patient, on)
		}
		if r.Err != nil {
			bad++
			fmt.Fprintf(e.Err, "line %d left out: %v\n", r.Line, r.Err)
			return true
		}
		patients++
		if len(rows) > 0 {
			changed++
		}
		for _, row := range rows {
			if w.Write(append([]string{r.ID}, row...)) != nil {
				return false
			}
		}
		return true
	})
	if w.Flush(); err == nil {
		err = w.Error()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Err, "%s with %s: %d of %d patients differ\n", before.Version(), after.Version(), changed, patients)
	if bad > 0 {
		return failed{}
	}
	return nil
}

// differing are the rows of one patient: forecasts of the one version against those of
// the other, by vaccine group, series group and series type.
func differing(before, after *vaccine.Schedule, p *vaccine.Patient, on calendar.Day) ([][]string, error) {
	a, err := before.Evaluate(p, on)
	if err != nil {
		return nil, err
	}
	b, err := after.Evaluate(p, on)
	if err != nil {
		return nil, err
	}
	type of struct {
		group, series string
		kind          vaccine.SeriesKind
	}
	var order []of
	was, is := map[of]vaccine.Forecast{}, map[of]vaccine.Forecast{}
	for i, forecasts := range [][]vaccine.Forecast{a.Forecasts, b.Forecasts} {
		for _, f := range forecasts {
			k := of{f.Group, f.SeriesGroup, f.Kind}
			if _, seen := was[k]; !seen {
				if _, seen := is[k]; !seen {
					order = append(order, k)
				}
			}
			if i == 0 {
				was[k] = f
			} else {
				is[k] = f
			}
		}
	}
	var rows [][]string
	for _, k := range order {
		x, y := cells(was[k]), cells(is[k])
		for i, what := range columns[:5] {
			if x[i] != y[i] {
				rows = append(rows, []string{k.group, k.series, k.kind.String(), what, x[i], y[i]})
			}
		}
	}
	return rows, nil
}

// cells are what two versions are compared by, in the order of columns.
func cells(f vaccine.Forecast) [5]string {
	number := ""
	if f.Dose > 0 {
		number = strconv.Itoa(f.Dose)
	}
	return [5]string{f.Status.String(), number, f.Earliest.String(), f.Recommended.String(), f.PastDue.String()}
}
