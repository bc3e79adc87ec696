package main

import (
	"io"
	"os"
	"strings"

	"github.com/godwit-health/godwit/internal/app"
)

// longestList bounds a list of erasures, in bytes.
const longestList = 12 << 20

type erasedCmd struct {
	List  erasedListCmd  `cmd:"" help:"List what was erased: documents, entries and times, and nothing about anybody."`
	Apply erasedApplyCmd `cmd:"" help:"Erase in a restored folder what was erased since its backup."`
}

type erasedListCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (erasedListCmd) Help() string {
	return "Example:\n\n  godwit erased list --dir ./node > erased.txt\n\nKeep the newest list beside the backups, never inside one only."
}

// Run runs the command.
func (c *erasedListCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "erased-list"})
}

type erasedApplyCmd struct {
	unlocking
	File string `arg:"" help:"A list that godwit erased list printed."`
	Dir  string `xor:"where" required:"" help:"Folder of the restored node." type:"existingdir"`
}

// Help adds an example.
func (erasedApplyCmd) Help() string {
	return "Example:\n\n  godwit erased apply erased.txt --dir ./restored\n\nRun it before the restored folder is served for the first time. It is all or nothing, and may be run again."
}

// Run runs the command.
func (c *erasedApplyCmd) Run(w *world) error {
	lines, err := readList(c.File)
	if err != nil {
		return err
	}
	return do(w, c.Dir, c.unlocking, app.Command{Name: "erased-apply", Lines: lines})
}

// readList reads the lines of a list of erasures.
func readList(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, longestList))
	return strings.Split(strings.TrimRight(string(b), "\n"), "\n"), err
}
