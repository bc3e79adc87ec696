package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"godwit": main}) }

// The command as it is typed: every line of a script runs the real program in a
// process of its own.
func TestScripts(t *testing.T) {
	harbour := filepath.Join(testkit.Root(t), "internal/kernel/pack/testdata/harbour")
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Values[serversKey{}] = map[string]*server{}
			return os.CopyFS(filepath.Join(e.WorkDir, "harbour"), os.DirFS(harbour))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": startServer, "end": stopServer, "closed": closeWindow, "cut": killServer, "login": logIn, "get": get, "take": takePort, "free": freePort, "code": readCode, "harm": harm,
			"mode": mode, "same": same, "copy": copyFolder, "word": word, "newest": newest,
		},
	})
}

// What works on the shared test data: the conformance cases of DMN, the files of an
// outbreak, the published cases of the vaccine schedule.
func TestScriptsOnSharedData(t *testing.T) {
	cases, outbreak, cdsi := testkit.Data(t, "dmn-tck"), testkit.Data(t, "drc-2026"), testkit.Data(t, "cdsi")
	maps := filepath.Join(testkit.Root(t), "docs/examples")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/shared",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TCK", cases)
			e.Setenv("DRC", outbreak)
			e.Setenv("CDSI", cdsi)
			e.Setenv("MAPS", maps)
			return nil
		},
	})
}
