package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/godwit-health/godwit/internal/testkit/linksets"
)

// matchBar is how many pairs a core must compare in a second.
const matchBar = 500_000

// benchMatch links the shared sets with truth: how well, and how fast on one core:
// pairs that share a key while they are compared, and all compared pairs over all of
// it: folding, blocking, comparing, drawing, estimating and scoring.
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
	fmt.Fprintf(w, "%-24s %8s %9s %10s %8s %8s %6s %-26s %13s %7s %12s\n", "", "records", "pairs", "precision", "recall", "F1", "bar", "recall at precision", "compared/s", "of bar", "all of it/s")
	for _, s := range sets {
		var first, last time.Duration
		before := processTime()
		l, err := s.RunWith(func(done, total int) {
			switch done {
			case 0:
				first = processTime()
			case total:
				last = processTime()
			}
		})
		if err != nil {
			return err
		}
		all := processTime() - before
		m := s.Measure(l)
		bar, at := fmt.Sprintf("%.3f", s.F1), ""
		if s.F1 == 0 {
			bar, at = "-", fmt.Sprintf("%.4f at %.2f, bar %.2f", m.RecallAt, s.Precision, s.Recall)
		}
		speed := float64(l.Compared) / (last - first).Seconds()
		fmt.Fprintf(w, "%-24s %8d %9d %10.4f %8.4f %8.4f %6s %-26s %13.0f %7.2f %12.0f\n", s.Name, s.Records(), l.Compared, m.Precision, m.Recall, m.F1, bar, at, speed, speed/matchBar, float64(l.Compared+l.Drawn)/all.Seconds())
	}
	return nil
}
