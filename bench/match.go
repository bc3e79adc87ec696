package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/godwit-health/godwit/internal/testkit/linksets"
)

// matchBar is how many pairs a core must compare in a second.
const matchBar = 500_000

// benchMatch links the shared sets with truth: how well, and how fast on one core,
// folding, blocking, comparing, estimating and scoring together.
func benchMatch(w io.Writer) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	dir := os.Getenv("GODWIT_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "shared", "testdata")
	}
	sets, err := linksets.All(filepath.Join(dir, "match"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%-24s %8s %9s %10s %8s %8s %8s %-26s %9s %7s\n", "", "records", "pairs", "precision", "recall", "F1", "bar", "recall at precision", "pairs/s", "of bar")
	for _, s := range sets {
		before := processTime()
		l, err := s.Run()
		if err != nil {
			return err
		}
		took := processTime() - before
		m := s.Measure(l)
		bar, at := fmt.Sprintf("%.3f", s.F1), ""
		if s.F1 == 0 {
			bar, at = "-", fmt.Sprintf("%.4f at %.2f, bar %.2f", m.RecallAt, s.Precision, s.Recall)
		}
		speed := float64(l.Compared) / took.Seconds()
		fmt.Fprintf(w, "%-24s %8d %9d %10.4f %8.4f %8.4f %8s %-26s %9.0f %7.2f\n", s.Name, s.Records(), l.Compared, m.Precision, m.Recall, m.F1, bar, at, speed, speed/matchBar)
	}
	return nil
}
