package packcmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Env is what the commands work with.
type Env struct {
	Out, Err io.Writer
	Shipped  fs.FS        // one folder a shipped pack
	Today    calendar.Day // for the linter's dates and where --on is left out
}

// Exit is an exit status as an error, for kong (it implements kong.ExitCoder).
type Exit int

// Error says what the status means; the details were printed already.
func (e Exit) Error() string {
	if e == 1 {
		return "checked, and found wanting"
	}
	return "could not be checked"
}

// ExitCode is the status.
func (e Exit) ExitCode() int { return int(e) }

func exit(status int) error {
	if status == 0 {
		return nil
	}
	return Exit(status)
}

// Commands are the subcommands of godwit pack.
type Commands struct {
	List      ListCmd      `cmd:"" help:"List the shipped packs."`
	Lint      LintCmd      `cmd:"" help:"Check a pack: gaps, overlaps, missing words, sources, hazards."`
	Test      TestCmd      `cmd:"" help:"Run worked cases and print those that fail."`
	Explain   ExplainCmd   `cmd:"" help:"Decide for one person's facts and say why, row by row."`
	Mutate    MutateCmd    `cmd:"" help:"Drop each row, move each limit by one, and see whether the cases notice."`
	ImportDMN ImportDMNCmd `cmd:"" name:"import-dmn" help:"Turn the decision tables of a DMN file into CSV."`
	ExportDMN ExportDMNCmd `cmd:"" name:"export-dmn" help:"Write a pack's tables as DMN XML."`
}

// DMN are the subcommands of godwit dmn.
type DMN struct {
	Test DMNTestCmd `cmd:"" help:"Run the DMN TCK cases of all folders below a folder."`
}

// ListCmd is godwit pack list.
type ListCmd struct {
	Lang string `default:"en" enum:"en,fr,es,ar" help:"Language of the titles."`
}

// Run runs the command.
func (c *ListCmd) Run(e *Env) error { return exit(e.List(c.Lang)) }

// LintCmd is godwit pack lint.
type LintCmd struct {
	Pack string `arg:"" help:"A shipped pack's name, or a folder."`
	On   string `help:"The day to check for, such as 2026-11-22; today if left out." placeholder:"DATE"`
}

// Help adds an example.
func (c *LintCmd) Help() string {
	return "Example:\n\n  godwit pack lint uk-tb\n  godwit pack lint ./my-pack --on 2027-01-01\n\nExit status 1 when there is an error; warnings alone leave it 0."
}

// Run runs the command.
func (c *LintCmd) Run(e *Env) error { return exit(e.Lint(c.Pack, c.On)) }

// TestCmd is godwit pack test.
type TestCmd struct {
	Pack  string `arg:"" help:"A shipped pack's name, or a folder."`
	Cases string `help:"Run only the cases of this file." placeholder:"FILE.jsonl"`
}

// Help adds an example.
func (c *TestCmd) Help() string {
	return "Example:\n\n  godwit pack test us-immigrant\n  godwit pack test us-immigrant --cases more-cases.jsonl\n\nThe last line is \"N passed, N failed\"; exit status 1 on a failure."
}

// Run runs the command.
func (c *TestCmd) Run(e *Env) error { return exit(e.Test(c.Pack, c.Cases)) }

// ExplainCmd is godwit pack explain.
type ExplainCmd struct {
	Pack  string `arg:"" help:"A shipped pack's name, or a folder."`
	Facts string `required:"" help:"A JSON object of facts, or one worked case." placeholder:"FILE.json"`
	On    string `help:"The day of the decision; today if left out." placeholder:"DATE"`
	Lang  string `default:"en" enum:"en,fr,es,ar" help:"Language of the sentences."`
}

// Help adds an example.
func (c *ExplainCmd) Help() string {
	return "Example:\n\n  godwit pack explain uk-tb --facts facts.json --on 2026-03-10 --lang fr\n\nA fact that is left out is not known, and what it could change is asked for."
}

// Run runs the command.
func (c *ExplainCmd) Run(e *Env) error { return exit(e.Explain(c.Pack, c.Facts, c.On, c.Lang)) }

// MutateCmd is godwit pack mutate.
type MutateCmd struct {
	Pack string  `arg:"" help:"A shipped pack's name, or a folder."`
	Min  float64 `default:"95" help:"Least share of mutants, in percent, that the cases must notice."`
}

// Help adds an example.
func (c *MutateCmd) Help() string {
	return "Example:\n\n  godwit pack mutate canada-ime\n\nExit status 1 when fewer than --min percent are noticed."
}

// Run runs the command.
func (c *MutateCmd) Run(e *Env) error { return exit(e.Mutate(c.Pack, c.Min)) }

// ImportDMNCmd is godwit pack import-dmn.
type ImportDMNCmd struct {
	File string `arg:"" help:"A DMN 1.1 to 1.6 file."`
	Out  string `help:"Write into the tables and lists folders of this pack folder instead of printing." placeholder:"FOLDER"`
}

// Help adds an example.
func (c *ImportDMNCmd) Help() string {
	return "Example:\n\n  godwit pack import-dmn rules.dmn --out my-pack\n\nThe facts that my-pack/pack.yaml needs are printed; nothing is overwritten."
}

// Run runs the command.
func (c *ImportDMNCmd) Run(e *Env) error { return exit(e.ImportDMN(c.File, c.Out)) }

// ExportDMNCmd is godwit pack export-dmn.
type ExportDMNCmd struct {
	Pack string `arg:"" help:"A shipped pack's name, or a folder."`
	On   string `help:"The day whose rows are written; today if left out." placeholder:"DATE"`
}

// Help says what DMN does not carry.
func (c *ExportDMNCmd) Help() string {
	return "Example:\n\n  godwit pack export-dmn uk-tb > uk-tb.dmn\n\nDMN has no dated rows: those in force on the day are written. docs/dmn.md has the rest."
}

// Run runs the command.
func (c *ExportDMNCmd) Run(e *Env) error { return exit(e.ExportDMN(c.Pack, c.On)) }

// DMNTestCmd is godwit dmn test.
type DMNTestCmd struct {
	Dir string `arg:"" help:"A folder; every folder below it is searched."`
}

// Help says how cases are counted.
func (c *DMNTestCmd) Help() string {
	return "Example:\n\n  godwit dmn test tck/TestCases/compliance-level-2\n\nThe last line is \"N passed, N failed\". A case that cannot be run counts as failed."
}

// Run runs the command.
func (c *DMNTestCmd) Run(e *Env) error { return exit(e.DMNTest(c.Dir)) }

// open finds and reads a pack; what is wrong is printed.
func (e *Env) open(name string) (*pack.Pack, bool) {
	p, err := e.load(name)
	if err == nil {
		return p, true
	}
	e.complain(name, err)
	return nil, false
}

func (e *Env) load(name string) (*pack.Pack, error) {
	if !strings.ContainsAny(name, `/\`) && e.ships(name) {
		if st, err := os.Stat(name); err == nil && st.IsDir() {
			fmt.Fprintf(e.Err, "using the shipped pack %s; for the folder write ./%s\n", name, name)
		}
		return pack.Load(e.Shipped, name)
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	return pack.LoadBeside(os.DirFS(filepath.Dir(dir)), filepath.Base(dir), e.Shipped, ".")
}

func (e *Env) ships(name string) bool {
	if e.Shipped == nil || !fs.ValidPath(name) {
		return false
	}
	_, err := fs.Stat(e.Shipped, name+"/pack.yaml")
	return err == nil
}

func (e *Env) shippedNames() []string {
	var names []string
	if e.Shipped == nil {
		return nil
	}
	entries, err := fs.ReadDir(e.Shipped, ".")
	if err != nil {
		return nil
	}
	for _, d := range entries {
		if e.ships(d.Name()) {
			names = append(names, d.Name())
		}
	}
	sort.Strings(names)
	return names
}

// complain prints what is wrong with a pack, one problem a line, and what to do
// where there is no such pack.
func (e *Env) complain(name string, err error) {
	var ps pack.Problems
	switch {
	case errors.As(err, &ps):
		for _, p := range ps {
			fmt.Fprintf(e.Err, "error: %s\n", p.Error())
		}
	case fault.Is(err, fault.NotFound):
		fmt.Fprintf(e.Err, "error: %s is neither a shipped pack (%s) nor a folder with a pack.yaml\n", name, strings.Join(e.shippedNames(), ", "))
	default:
		fmt.Fprintf(e.Err, "error: %v\n", err)
	}
}

// day reads a date option; empty is today.
func (e *Env) day(text string) (calendar.Day, bool) {
	if text == "" {
		return e.Today, true
	}
	d, err := calendar.ParseDay(text)
	if err != nil {
		fmt.Fprintf(e.Err, "error: --on %q is not a day (want 2026-11-22)\n", text)
		return 0, false
	}
	return d, true
}
