package vaccinecmd

import (
	"io"
	"os"
	"path/filepath"

	"github.com/godwit-health/godwit/engine/vaccine"
)

// Env is what the commands work with.
type Env struct {
	In       io.Reader // standard input, for a file named -
	Out, Err io.Writer
}

// Commands are the subcommands of godwit vaccine.
type Commands struct {
	Test     TestCmd     `cmd:"" help:"Hold a schedule against the published test cases of the CDC."`
	Forecast ForecastCmd `cmd:"" help:"Evaluate a history and forecast what is due."`
	Compare  CompareCmd  `cmd:"" help:"Tell whose forecast differs between two versions of the supporting data."`
	Import   ImportCmd   `cmd:"" name:"import-cdsi" help:"Check a version of the CDSi supporting data and install it."`
}

// schedule is the flag that all commands share.
type schedule struct {
	Data string `xor:"where" required:"" help:"Folder of CDSi supporting data (XML), or one that import-cdsi wrote." placeholder:"DIR"`
	Dir  string `xor:"where" required:"" help:"Folder of a node: the version installed there." type:"existingdir"`
}

// nodeFolder is where a node's folder keeps supporting data. It is public and can be
// fetched again: it stands beside the database and not in it.
const nodeFolder = "cdsi"

func (s schedule) load() (*vaccine.Schedule, error) {
	if s.Dir != "" {
		return load(filepath.Join(s.Dir, nodeFolder))
	}
	return load(s.Data)
}

// load reads and compiles the supporting data of a folder.
func load(dir string) (*vaccine.Schedule, error) {
	dir, err := installed(dir)
	if err != nil {
		return nil, err
	}
	d, err := vaccine.ReadCDSi(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	return vaccine.Compile(d)
}

// failed is the exit status of a test with failing cases.
type failed struct{}

// Error says so.
func (failed) Error() string { return "not all cases passed" }

// ExitCode implements kong.ExitCoder.
func (failed) ExitCode() int { return 1 }

func (e *Env) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(e.In), nil
	}
	return os.Open(name)
}
