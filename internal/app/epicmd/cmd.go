package epicmd

import (
	"fmt"
	"io"
	"os"

	"github.com/godwit-health/godwit/engine/epi"
)

// Env is what the commands work with.
type Env struct {
	In       io.Reader // standard input
	Out, Err io.Writer
}

// Commands are the subcommands of godwit epi.
type Commands struct {
	Detect DetectCmd `cmd:"" help:"Find weeks with more cases than expected: EARS, Farrington, CUSUM, CDC, RKI, Bayes."`
	Rt     RtCmd     `cmd:"" name:"rt" help:"Estimate the instantaneous reproduction number from daily cases."`
	CFR    CFRCmd    `cmd:"" name:"cfr" help:"Estimate the case fatality, crude and corrected for the delay to death."`
	Growth GrowthCmd `cmd:"" help:"Estimate the growth rate and the doubling or halving time."`
	Prop   PropCmd   `cmd:"" help:"Give a proportion with its Wilson and its exact interval."`
	SI     SICmd     `cmd:"" name:"si" help:"Discretise a serial interval by day."`
}

// output is what every command can write.
type output struct {
	JSON bool `name:"json" help:"Write a JSON array in place of CSV."`
}

// partial is the exit status when some series were left out.
type partial struct{ left, of int }

// Error says how many; each was named before.
func (p partial) Error() string { return fmt.Sprintf("%d of %d series left out", p.left, p.of) }

// ExitCode implements kong.ExitCoder.
func (partial) ExitCode() int { return 1 }

// open opens a file, or standard input for "-".
func (e *Env) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(e.In), nil
	}
	return os.Open(name)
}

// sheet reads a file of counts and says what is wrong with it. It is an error when no
// series is left.
func (e *Env) sheet(name string, columns ...epi.Column) (*epi.Sheet, error) {
	f, err := e.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := epi.ReadSheet(f, columns...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", called(name), err)
	}
	for _, p := range s.Problems {
		fmt.Fprintf(e.Err, "%s: %s\n", called(name), p)
	}
	if len(s.Series) == 0 {
		return nil, fmt.Errorf("%s: no series could be read", called(name))
	}
	return s, nil
}

func called(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// each answers for every series; what fails for one is said, and the others go on.
func (e *Env) each(s *epi.Sheet, answer func(epi.SheetSeries) error) error {
	left := map[string]bool{}
	for _, p := range s.Problems {
		left[p.Series] = true
	}
	total := len(s.Series) + len(left)
	var last error
	failed := 0
	for _, series := range s.Series {
		if err := answer(series); err != nil {
			last = err
			failed++
			fmt.Fprintln(e.Err, epi.RowProblem{Series: series.ID, Problem: err.Error()})
		}
	}
	switch {
	case failed == len(s.Series) && failed == 1:
		return fmt.Errorf("nothing could be answered: %w", last)
	case failed == len(s.Series):
		return fmt.Errorf("nothing could be answered for any of %d series", failed)
	case failed+len(left) > 0:
		p := partial{failed + len(left), total}
		fmt.Fprintln(e.Err, p.Error())
		return p
	}
	return nil
}

// series is one of a sheet as the detectors take it.
func series(s epi.SheetSeries, freq int) epi.Series {
	if freq == 0 && s.Daily {
		freq = 365
	}
	return epi.Series{Counts: s.Counts[0], PerYear: freq, Start: s.Start}
}
