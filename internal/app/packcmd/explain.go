package packcmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// maxFactsFile bounds a file of facts.
const maxFactsFile = 1 << 20

// Explain decides for a file of facts on a day and says why: every outcome, its
// rows with sentence, source, certainty and conditions, and what to ask.
func (e *Env) Explain(name, factsFile, on, lang string) int {
	day, ok := e.day(on)
	if !ok {
		return 2
	}
	p, ok := e.open(name)
	if !ok {
		return 2
	}
	f, err := os.Open(factsFile)
	if err != nil {
		fmt.Fprintf(e.Err, "error: the facts cannot be read: %v\n", err)
		return 2
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFactsFile+1))
	if err != nil || len(b) > maxFactsFile {
		fmt.Fprintf(e.Err, "error: the facts cannot be read, or are more than %d kB\n", maxFactsFile>>10)
		return 2
	}
	var given *calendar.Day
	if on != "" {
		given = &day
	}
	in, errs := p.ParseInput(b, given, e.Today)
	for _, err := range errs {
		fmt.Fprintf(e.Err, "error: %v\n", err)
	}
	if len(errs) > 0 {
		return 1
	}
	d, told := p.Explain(in, lang)
	fmt.Fprintf(e.Out, "%s %s (%s) on %s\n", p.ID, p.Version, p.Status, d.On)
	printExplanation(e.Out, told)
	for _, problem := range d.Problems {
		fmt.Fprintf(e.Err, "error: %s\n", problem)
	}
	if len(d.Problems) > 0 {
		return 1
	}
	return 0
}

func printExplanation(w io.Writer, x pack.Explanation) {
	for _, o := range x.Outcomes {
		printOutcome(w, o, "")
	}
	if len(x.Outcomes) == 0 {
		fmt.Fprint(w, "\nNothing follows from these facts.\n")
	}
	for _, o := range x.Overruled {
		printOutcome(w, o, "overruled: ")
	}
	if len(x.Ask) > 0 {
		fmt.Fprint(w, "\nTo ask, most decisive first:\n")
		for _, q := range x.Ask {
			fmt.Fprintf(w, "  %s  %s\n", q.Fact, q.Text)
		}
	}
}

func printOutcome(w io.Writer, o pack.ExplainedOutcome, prefix string) {
	fmt.Fprintf(w, "\n%s%s %s", prefix, o.Kind, o.Code)
	if o.Word != o.Code {
		fmt.Fprintf(w, ": %s", o.Word)
	}
	if until := o.Args["until"]; until != "" {
		fmt.Fprintf(w, " until %s", until)
	}
	fmt.Fprintf(w, " [%s%s]\n", o.State, map[bool]string{true: ", unconfirmed"}[o.Unconfirmed])
	for _, r := range o.Because {
		printRow(w, "because", r)
	}
	for _, r := range o.BarredBy {
		printRow(w, "against it", r)
	}
	for _, q := range o.Ask {
		fmt.Fprintf(w, "  ask %s: %s\n", q.Fact, q.Text)
	}
}

func printRow(w io.Writer, word string, r pack.ExplainedRow) {
	fmt.Fprintf(w, "  %s %s (%s) %s\n", word, r.ID, fires(r.Truth), r.Sentence)
	for _, s := range r.Sources {
		fmt.Fprintf(w, "    source: %s", s.Title)
		for _, part := range []string{s.Section, s.Where, s.URL} {
			if part != "" {
				fmt.Fprintf(w, ", %s", part)
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "    certainty: %s\n", certaintyText(r.Certainty))
	if r.Note != "" {
		fmt.Fprintf(w, "    note: %s\n", r.Note)
	}
	for _, c := range r.Cells {
		fmt.Fprintf(w, "    %s %s: %s (%s)\n", c.Fact, strings.Join(strings.Fields(c.Cell), " "), held(c.Truth), c.Shown)
	}
}

func fires(t value.Truth) string {
	switch t {
	case value.Yes:
		return "fired"
	case value.No:
		return "did not fire"
	}
	return "may fire"
}

func held(t value.Truth) string {
	switch t {
	case value.Yes:
		return "held"
	case value.No:
		return "failed"
	}
	return "unknown"
}

func certaintyText(c string) string {
	switch pack.Certainty(c) {
	case pack.Official:
		return "O, official text"
	case pack.Secondary:
		return "S, secondary source"
	case pack.Recalled:
		return "R, recalled, unconfirmed"
	}
	return "not given"
}
