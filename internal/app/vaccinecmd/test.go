package vaccinecmd

import (
	"fmt"
	"slices"
	"strings"
)

// TestCmd is godwit vaccine test.
type TestCmd struct {
	schedule
	Cases string `arg:"" name:"cases.csv" help:"Test cases in the columns that the CDC publishes; - is standard input."`
	Quiet bool   `help:"Do not list the cases that fail."`
}

// Help explains the comparison.
func (c *TestCmd) Help() string {
	return `Example:

  godwit vaccine test --data xml cases-healthy.csv

A case passes when the status of its vaccine group, the dose number, the earliest, the
recommended and the past due date and the status of every dose agree. Where a person has
several forecasts for one vaccine, the one that leads the group is compared
(docs/cdsi.md). The evaluation reason is compared too, as a column apart that no case
fails by. A row that cannot be read counts as failed. The exit status is 1 when a case
fails.`
}

// tally counts what agreed.
type tally struct{ agreed, of int }

func (t *tally) add(ok bool) {
	t.of++
	if ok {
		t.agreed++
	}
}

// Run runs the command.
func (c *TestCmd) Run(e *Env) error {
	s, err := c.load()
	if err != nil {
		return err
	}
	f, err := e.open(c.Cases)
	if err != nil {
		return err
	}
	defer f.Close()
	cases, bad, err := readCases(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Cases, err)
	}
	if len(cases)+len(bad) == 0 {
		return fmt.Errorf("%s: no cases", c.Cases)
	}
	r := report{groups: map[string]*tally{}, columns: map[string]*tally{}}
	known := newResolver(s)
	for _, b := range bad {
		fmt.Fprintf(e.Out, "line %d: %v\n", b.line, b.err)
	}
	for i := range cases {
		v, err := compare(s, known, &cases[i])
		if err != nil {
			fmt.Fprintf(e.Out, "%s: %v\n", cases[i].id, err)
			bad = append(bad, badRow{err: err})
			continue
		}
		r.add(&v, len(cases[i].doses))
		if len(v.differences) > 0 && !c.Quiet {
			fmt.Fprintf(e.Out, "%s (%s): %s\n", cases[i].id, v.group, v.String())
		}
	}
	return r.print(e, known, len(bad), s.Version())
}

func (v *verdict) String() string {
	out := make([]string, len(v.differences))
	for i, d := range v.differences {
		out[i] = d.String()
	}
	return strings.Join(out, "; ")
}

// report counts cases by vaccine group and agreement by column.
type report struct {
	groups, columns map[string]*tally
	order           []string
}

var columns = []string{"status", "dose number", "earliest", "recommended", "past due", "dose", "evaluation reason"}

func (r *report) count(of map[string]*tally, key string) *tally {
	if of[key] == nil {
		of[key] = &tally{}
	}
	return of[key]
}

func (r *report) add(v *verdict, doses int) {
	if r.groups[v.group] == nil {
		r.order = append(r.order, v.group)
	}
	r.count(r.groups, v.group).add(len(v.differences) == 0)
	for _, column := range columns[:5] {
		r.count(r.columns, column).add(!slices.ContainsFunc(v.differences, func(d difference) bool { return d.column == column }))
	}
	wrong := 0
	for _, d := range v.differences {
		if strings.HasPrefix(d.column, "dose ") && d.column != "dose number" {
			wrong++
		}
	}
	t := r.count(r.columns, "dose")
	t.of, t.agreed = t.of+doses, t.agreed+doses-wrong
	t = r.count(r.columns, "evaluation reason")
	t.of, t.agreed = t.of+v.reasons, t.agreed+v.reasonsMet
}

// print ends with the line that scripts read.
func (r *report) print(e *Env, known resolver, bad int, version string) error {
	fmt.Fprintf(e.Out, "\nsupporting data %s\n\n", version)
	fmt.Fprintln(e.Out, "column by column, all cases")
	for _, column := range columns {
		t := r.count(r.columns, column)
		fmt.Fprintf(e.Out, "  %-18s %5d of %d agree\n", column, t.agreed, t.of)
	}
	slices.Sort(r.order)
	fmt.Fprintln(e.Out, "\nvaccine group by vaccine group")
	var rest tally
	for _, g := range r.order {
		t := r.groups[g]
		if known.apart[g] {
			continue
		}
		rest.of, rest.agreed = rest.of+t.of, rest.agreed+t.agreed
		fmt.Fprintf(e.Out, "  %-24s %4d of %d cases agree\n", g, t.agreed, t.of)
	}
	for _, g := range r.order {
		if t := r.groups[g]; known.apart[g] {
			fmt.Fprintf(e.Out, "apart:\n  %-24s %4d of %d cases agree\n", g, t.agreed, t.of)
		}
	}
	misses := rest.of - rest.agreed + bad
	fmt.Fprintf(e.Out, "\n%d passed, %d failed\n", rest.agreed, misses)
	for g := range known.apart {
		if t := r.groups[g]; t != nil && t.agreed < t.of {
			misses++
		}
	}
	if misses > 0 {
		return failed{}
	}
	return nil
}
