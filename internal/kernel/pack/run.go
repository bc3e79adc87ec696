package pack

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
)

// Failure is a case that did not give what it expects, or could not be run.
type Failure struct {
	Case  string // id, or "" where the line has none that can be read
	Line  int
	Err   error      // why it could not be run; then there are no mismatches
	Wrong []Mismatch // what differs
	Rows  []string   // the rows that fired
}

// Mismatch is one expectation that did not hold.
type Mismatch struct {
	What string // require, hold, valid_until, ask, …
	Want []string
	Got  []string
}

// Report is the outcome of running cases.
type Report struct {
	Passed, Failed int
	Failures       []Failure
}

// OK reports whether every case passed and there was at least one.
func (r Report) OK() bool { return r.Failed == 0 && r.Passed > 0 }

// TestOwn runs the pack's own cases.
func (p *Pack) TestOwn() Report {
	rep := p.RunCases(p.Cases)
	failed := p.doseFailures()
	rep.Passed, rep.Failed, rep.Failures = rep.Passed+len(p.DoseCases)-len(failed), rep.Failed+len(failed), append(rep.Failures, failed...)
	return rep
}

// Test runs the cases of a case file. A line that cannot be read counts as a
// failed case; only a failing reader is an error.
func (p *Pack) Test(cases io.Reader) (Report, error) {
	cs, err := ParseCases(cases)
	if err != nil {
		return Report{}, err
	}
	return p.RunCases(cs), nil
}

// RunCases runs cases in order.
func (p *Pack) RunCases(cases []Case) Report {
	var rep Report
	for _, c := range cases {
		if f, ok := p.runCase(p.Protocol, c); ok {
			rep.Passed++
		} else {
			rep.Failed++
			rep.Failures = append(rep.Failures, f)
		}
	}
	return rep
}

// runCase decides one case with a protocol: the pack's, or a mutant of it.
func (p *Pack) runCase(proto *decision.Protocol, c Case) (Failure, bool) {
	fail := Failure{Case: c.ID, Line: c.Line}
	in, err := p.caseInput(c)
	if err != nil {
		fail.Err = err
		return fail, false
	}
	d := proto.Decide(in)
	if len(d.Problems) > 0 {
		fail.Err = fmt.Errorf("%s", strings.Join(d.Problems, "; "))
		return fail, false
	}
	fail.Wrong = compare(c.Expect, proto, d)
	fail.Rows = firedRows(d)
	return fail, len(fail.Wrong) == 0
}

func (p *Pack) caseInput(c Case) (decision.Input, error) {
	if c.Err != nil {
		return decision.Input{}, c.Err
	}
	if c.Pack != "" && c.Pack != p.ID {
		return decision.Input{}, fmt.Errorf("is a case of pack %q", c.Pack)
	}
	on, ok := c.On.Exact()
	if !ok {
		on, ok = p.basisDay(c)
	}
	if !ok {
		return decision.Input{}, fmt.Errorf("on is missing")
	}
	facts, errs := p.ReadFacts(c.Facts, on)
	if len(errs) > 0 {
		texts := make([]string, len(errs))
		for i, e := range errs {
			texts[i] = e.Error()
		}
		return decision.Input{}, fmt.Errorf("%s", strings.Join(texts, "; "))
	}
	j, err := ParseJourney(c.Journey)
	return decision.Input{On: on, Facts: facts, Journey: j}, err
}

// basisDay is the day of a case without "on": that of its date basis.
func (p *Pack) basisDay(c Case) (calendar.Day, bool) {
	for _, f := range c.Facts {
		if f.Name != p.DateBasis {
			continue
		}
		if d, err := calendar.ParseDay(strings.Trim(string(f.JSON), `"`)); err == nil {
			return d, true
		}
	}
	return 0, false
}

// compare lists what differs between expectation and decision.
func compare(e Expect, proto *decision.Protocol, d decision.Decision) []Mismatch {
	var wrong []Mismatch
	check := func(what string, want, got []string) {
		want, got = sortedSet(want), sortedSet(got)
		if !slices.Equal(want, got) {
			wrong = append(wrong, Mismatch{what, want, got})
		}
	}
	kinds := make([]string, 0, len(e.Sets))
	for k := range e.Sets {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	for _, k := range kinds {
		check(k, e.Sets[k], d.Codes(decision.Kind(k)))
	}
	if e.ValidUntil != nil {
		got := "null"
		if day, ok := d.ValidUntil(); ok {
			got = day.String()
		}
		want := "null"
		if !e.ValidUntil.IsZero() {
			want = e.ValidUntil.String()
		}
		check("valid_until", []string{want}, []string{got})
	}
	if e.Undetermined != nil {
		check("undetermined", e.Undetermined, inState(d, decision.Undetermined, e.Undetermined))
	}
	if e.Blocked != nil {
		got := []string{}
		for _, o := range d.Outcomes {
			if o.State == decision.Blocked {
				got = append(got, o.Code)
			}
		}
		check("blocked", e.Blocked, got)
	}
	if e.Unconfirmed != nil {
		got := []string{}
		for _, o := range d.Outcomes {
			if o.Unconfirmed {
				got = append(got, string(o.Kind)+" "+o.Code)
			}
		}
		check("unconfirmed", e.Unconfirmed, got)
	}
	if e.Highest != nil {
		got := []string{}
		for _, s := range proto.Standings(&d) {
			if s.Code != "" {
				got = append(got, s.Code)
			}
		}
		check("highest", e.Highest, got)
	}
	if e.Ask != nil {
		check("ask", e.Ask, d.Ask)
	}
	return wrong
}

// inState lists outcomes of a state as "kind code". Where the expectation names
// only kinds or writes kind.code, the outcome is written the same way.
func inState(d decision.Decision, s decision.State, like []string) []string {
	got := []string{}
	for _, o := range d.Outcomes {
		if o.State != s {
			continue
		}
		text := string(o.Kind) + " " + o.Code
		for _, alt := range []string{string(o.Kind), string(o.Kind) + "." + o.Code} {
			if slices.Contains(like, alt) {
				text = alt
			}
		}
		got = append(got, text)
	}
	return got
}

func sortedSet(ss []string) []string {
	out := slices.Clone(ss)
	sort.Strings(out)
	return slices.Compact(out)
}

// firedRows lists the rows behind the decision's outcomes, in order, once each.
// Rows that may fire carry a question mark.
func firedRows(d decision.Decision) []string {
	var rows []string
	for _, os := range [][]decision.Outcome{d.Outcomes, d.Overruled} {
		for _, o := range os {
			for _, r := range o.Rows {
				id := r.ID
				if !r.Truth.Known() {
					id += "?"
				}
				if !slices.Contains(rows, id) {
					rows = append(rows, id)
				}
			}
		}
	}
	sort.Strings(rows)
	return rows
}

// Print writes each failing case with what was expected and got and the rows that
// fired, and last the line "N passed, N failed".
func (r Report) Print(w io.Writer) {
	for _, f := range r.Failures {
		f.print(w)
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", r.Passed, r.Failed)
}

func (f Failure) print(w io.Writer) {
	name := f.Case
	if name == "" {
		name = "a case without id"
	}
	fmt.Fprintf(w, "FAIL %s (line %d)\n", name, f.Line)
	if f.Err != nil {
		fmt.Fprintf(w, "  %v\n", f.Err)
		return
	}
	for _, m := range f.Wrong {
		fmt.Fprintf(w, "  %s\n    expected %s\n    got      %s\n", m.What, braces(m.Want), braces(m.Got))
	}
	fmt.Fprintf(w, "  rows that fired: %s\n", orNone(strings.Join(f.Rows, " ")))
}

func braces(ss []string) string { return "[" + strings.Join(ss, ", ") + "]" }

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
