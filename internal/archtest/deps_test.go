package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

// A dependency without a written reason is one nobody decided on.
func TestEachDirectDependencyHasItsReason(t *testing.T) {
	root := testkit.Root(t)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join(root, "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for line := range strings.SplitSeq(string(mod), "\n") {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(f) == 2 && strings.HasPrefix(f[1], "v") {
			direct[f[0]] = true
		}
	}
	if len(direct) == 0 {
		t.Fatal("go.mod lists no direct dependency: the test reads it wrongly")
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| [^|]{10,} \\|$").FindAllStringSubmatch(string(doc), -1) {
		listed[m[1]] = true
	}
	for m := range direct {
		if !listed[m] {
			t.Errorf("go.mod requires %s; give its licence and reason in docs/dependencies.md", m)
		}
	}
	for m := range listed {
		if !direct[m] {
			t.Errorf("docs/dependencies.md lists %s, which go.mod does not require directly", m)
		}
	}
}
