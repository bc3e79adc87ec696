package match_test

import (
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
	"github.com/godwit-health/godwit/internal/testkit/linksets"
)

// The bars of issue 7: the columns that number a person are hidden, nothing is
// labelled, and nothing is set for a file.
func TestBars(t *testing.T) {
	sets, err := linksets.All(filepath.Dir(testkit.Data(t, "match/dataset3.csv")))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		t.Run(s.Name, func(t *testing.T) {
			l, err := s.Run()
			if err != nil {
				t.Fatal(err)
			}
			m := s.Measure(l)
			t.Logf("%d pairs compared, precision %.4f, recall %.4f, F1 %.4f; recall %.4f at precision %.2f (p %.3f)",
				l.Compared, m.Precision, m.Recall, m.F1, m.RecallAt, s.Precision, m.At)
			if failed := s.Failed(m); failed != "" {
				t.Error(failed)
			}
		})
	}
}
