package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/godwit-health/godwit/internal/app/demo"
)

// The demo's mark says that nobody in the folder exists, and on its second line
// whether the world is whole.
const (
	demoMark   = "This folder holds a Godwit demonstration. Nobody in it exists.\n"
	demoWhole  = "world of seed "
	demoFormat = demoWhole + "%d\n"
	demoLook   = "look "
)

// IsDemo reports whether a folder holds a demo.
func IsDemo(dir string) bool { return exists(dir, DemoFile) }

// demoSeed is the seed of the world in a demo's folder; false where there is none
// or it was never finished.
func demoSeed(dir string) (seed uint64, ok bool) {
	b, err := os.ReadFile(filepath.Join(dir, DemoFile))
	if err != nil {
		return 0, false
	}
	_, rest, ok := strings.Cut(string(b), demoMark)
	if !ok {
		return 0, false
	}
	_, err = fmt.Sscanf(rest, demoFormat, &seed)
	return seed, err == nil
}

// prepareDemo marks a folder before anything else is in it, and clears away a
// world that was left half made: nobody in it exists.
func prepareDemo(dir string) error {
	if _, whole := demoSeed(dir); whole {
		return nil
	}
	if err := os.WriteFile(filepath.Join(dir, DemoFile), []byte(demoMark), 0o600); err != nil {
		return err
	}
	for _, name := range []string{DatabaseFile, DatabaseFile + "-wal", DatabaseFile + "-shm", KeyFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// halfMade refuses a demo whose world was never finished, for every command but
// the one that can make it anew.
func halfMade(dir string) error {
	if _, whole := demoSeed(dir); IsDemo(dir) && !whole {
		return fmt.Errorf("the demo in %s was stopped before its world was whole; godwit demo --dir %s makes it anew", dir, dir)
	}
	return nil
}

// finishDemo notes that the world is whole, and which families are worth a look.
func finishDemo(dir string, seed uint64, sights []demo.Sight) error {
	b := fmt.Appendf([]byte(demoMark), demoFormat, seed)
	for _, s := range sights {
		b = fmt.Appendf(b, "%s%s  %s\n", demoLook, s.Number, s.What)
	}
	return os.WriteFile(filepath.Join(dir, DemoFile), b, 0o600)
}

// demoSights are the lines that finishDemo noted.
func demoSights(dir string) (lines []string) {
	b, err := os.ReadFile(filepath.Join(dir, DemoFile))
	if err != nil {
		return nil
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if sight, ok := strings.CutPrefix(line, demoLook); ok {
			lines = append(lines, sight)
		}
	}
	return lines
}

// OpenDemo opens a demo's folder and, where it holds no whole world, fills it with
// the world of the seed.
func OpenDemo(ctx context.Context, dir string, o DemoOptions) (*Node, error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	switch o.Families {
	case 0:
		o.Families = demoFamilies
	case NoFamilies:
		o.Families = 0
	}
	was, whole := demoSeed(dir)
	n, err := Open(ctx, Options{Dir: dir, Demo: true, Clock: o.Clock, Log: o.Log, SyncAddr: o.syncAddr, SyncName: o.syncAddr, Remake: true})
	switch {
	case err != nil:
		return nil, err
	case whole && was != o.Seed:
		fmt.Fprintf(o.Out, "The folder holds the world of seed %d already; it is shown as it is.\n", was)
		return n, nil
	case whole:
		return n, nil
	}
	fmt.Fprintf(o.Out, "Making a synthetic world (seed %d) …\n", o.Seed)
	w, err := n.Seed(ctx, o.Seed, o.Families)
	if err == nil {
		err = finishDemo(dir, o.Seed, w.Sights())
	}
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}
