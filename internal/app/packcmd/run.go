package packcmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// List prints the shipped packs.
func (e *Env) List(lang string) int {
	w := tabwriter.NewWriter(e.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "PACK\tVERSION\tSTATUS\tKIND\tCASES\tTITLE")
	status := 0
	for _, name := range e.shippedNames() {
		p, ok := e.open(name)
		if !ok {
			status = 2
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", p.ID, p.Version, p.Status, p.Kind, len(p.Cases), p.Title(lang))
	}
	w.Flush()
	return status
}

// Lint prints what the linter has to say and a last line that counts it.
func (e *Env) Lint(name, on string) int {
	day, ok := e.day(on)
	if !ok {
		return 2
	}
	p, err := e.load(name)
	var broken pack.Problems
	if errors.As(err, &broken) { // it cannot even be read: that is what the linter has to say
		for _, b := range broken {
			fmt.Fprintf(e.Out, "error: %s\n", b.Error())
		}
		fmt.Fprintf(e.Out, "%d errors, 0 warnings\n", len(broken))
		return 1
	}
	if err != nil {
		e.complain(name, err)
		return 2
	}
	findings := p.Lint(day)
	for _, f := range findings {
		fmt.Fprintln(e.Out, f)
	}
	errs := pack.Errors(findings)
	fmt.Fprintf(e.Out, "%d errors, %d warnings\n", errs, len(findings)-errs)
	if errs > 0 {
		return 1
	}
	return 0
}

// Test runs cases: the pack's own, or only those of a file.
func (e *Env) Test(name, casesFile string) int {
	p, ok := e.open(name)
	if !ok {
		return 2
	}
	rep := pack.Report{}
	if casesFile == "" {
		rep = p.TestOwn()
	} else {
		var in io.Reader = os.Stdin
		if casesFile != "-" {
			f, err := os.Open(casesFile)
			if err != nil {
				fmt.Fprintf(e.Err, "error: the case file cannot be read: %v\n", err)
				return 2
			}
			defer f.Close()
			in = f
		}
		var err error
		if rep, err = p.Test(in); err != nil {
			fmt.Fprintf(e.Err, "error: the case file cannot be read to its end: %v\n", err)
			return 2
		}
	}
	rep.Print(e.Out)
	switch {
	case rep.Failed > 0:
		return 1
	case rep.Passed == 0:
		fmt.Fprintln(e.Err, "error: there was no case to run")
		return 1
	}
	return 0
}
