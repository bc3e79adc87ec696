package packcmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/testkit"
	"github.com/godwit-health/godwit/packs"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"godwit": func() { os.Exit(godwit(os.Args[1:])) }})
}

// godwit is the part of the program that this package serves.
func godwit(args []string) int {
	var cli struct {
		Pack Commands `cmd:""`
		DMN  DMN      `cmd:"" name:"dmn"`
	}
	parser, err := kong.New(&cli, kong.Name("godwit"))
	if err != nil {
		panic(err)
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	err = ctx.Run(&Env{Out: os.Stdout, Err: os.Stderr, Shipped: packs.Builtin(), Today: calendar.DayOf(2026, 11, 22)})
	var code Exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return code.ExitCode()
	}
	fmt.Fprintln(os.Stderr, err)
	return 3
}

func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: func(e *testscript.Env) error {
		return os.CopyFS(filepath.Join(e.WorkDir, "harbour"), os.DirFS(filepath.Join(testkit.Root(t), "internal/kernel/pack/testdata/harbour")))
	}})
}

// run calls a command and answers its status and what it wrote.
func run(args ...string) (status int, out, errs string) {
	var o, x strings.Builder
	e := &Env{Out: &o, Err: &x, Shipped: packs.Builtin(), Today: calendar.DayOf(2026, 11, 22)}
	switch args[0] {
	case "test":
		status = e.Test(args[1], args[2])
	case "dmn":
		status = e.DMNTest(args[1])
	case "mutate":
		status = e.Mutate(args[1], 95)
	}
	return status, o.String(), x.String()
}

func TestTheSharedCasesPass(t *testing.T) {
	for name, want := range map[string]string{"us-immigrant": "15", "uk-tb": "16", "canada-ime": "16", "australia-ime": "22"} {
		status, out, errs := run("test", name, testkit.Data(t, "assessment/"+name+".jsonl"))
		if status != 0 || out != want+" passed, 0 failed\n" {
			t.Errorf("%s: status %d\n%s%s", name, status, out, errs)
		}
	}
}

func TestTheDMNCasesPass(t *testing.T) {
	status, out, errs := run("dmn", testkit.Data(t, "dmn-tck"))
	if !strings.HasSuffix("\n"+out, "\n63 passed, 0 failed\n") || status != 0 {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}
