package vaccinecmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/godwit-health/godwit/engine/vaccine"
)

// currentFile names the version in use, inside a folder that import-cdsi writes.
const currentFile = "current"

// ImportCmd is godwit vaccine import-cdsi.
type ImportCmd struct {
	From string `arg:"" name:"dir" help:"Folder of the CDSi supporting data as published (XML)."`
	To   string `name:"data" xor:"where" help:"Folder to install into; without it and --dir the data is only checked." placeholder:"DIR"`
	Dir  string `xor:"where" help:"Folder of the node to install on." type:"existingdir"`
}

// Run checks everything before anything is written. A version is written beside its
// place and moved there whole, so that a cut leaves the old one in use.
func (c *ImportCmd) Run(e *Env) error {
	d, err := vaccine.ReadCDSi(os.DirFS(c.From))
	if err != nil {
		return err
	}
	s, err := vaccine.Compile(d)
	if err != nil {
		return err
	}
	series := 0
	for _, a := range d.Antigens {
		series += len(a.Series)
	}
	fmt.Fprintf(e.Out, "%s: %d antigens, %d series, %d vaccine groups, %d products, %d observations\n", s.Version(), len(d.Antigens),
		series, len(d.Groups), len(d.Products), len(d.Observations))
	for _, w := range s.Warnings() {
		fmt.Fprintln(e.Err, "warning:", w)
	}
	switch {
	case c.Dir != "":
		return install(e, c.From, filepath.Join(c.Dir, nodeFolder), s.Version())
	case c.To != "":
		return install(e, c.From, c.To, s.Version())
	}
	fmt.Fprintln(e.Out, "checked, not installed; --dir NODE or --data DIR installs it")
	return nil
}

func install(e *Env, from, to, version string) error {
	name := strings.ReplaceAll(version, ":", "-")
	final := filepath.Join(to, name)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if _, err := os.Stat(final); err == nil {
		fmt.Fprintln(e.Out, "this version is there already")
		return setCurrent(to, name)
	}
	part, err := os.MkdirTemp(to, "part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	files, err := vaccine.CDSiFiles(os.DirFS(from))
	if err != nil {
		return err
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(from, f))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(part, filepath.Base(f)), b, 0o644); err != nil {
			return err
		}
	}
	// What was written is read back: the version is the hash of the content.
	if again, err := load(part); err != nil || again.Version() != version {
		return errors.Join(errors.New("the copy is not what was read; is the disk full?"), err)
	}
	if err := os.Chmod(part, 0o755); err != nil {
		return err
	}
	if err := os.Rename(part, final); err != nil {
		return err
	}
	fmt.Fprintln(e.Out, "installed")
	return setCurrent(to, name)
}

func setCurrent(to, name string) error {
	part := filepath.Join(to, currentFile+".part")
	if err := os.WriteFile(part, []byte(name+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(to, currentFile))
}

// installed is the folder of the version in use: dir itself when it holds the data.
func installed(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return dir, nil
	}
	if err != nil {
		return "", err
	}
	name := strings.TrimSpace(string(b))
	if name == "" || strings.ContainsAny(name, `/\`) || name == ".." {
		return "", fmt.Errorf("%s does not name a version", filepath.Join(dir, currentFile))
	}
	return filepath.Join(dir, name), nil
}
