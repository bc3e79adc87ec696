package accesstest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
)

func TestPatternsAreFoundAndComparedWithTheRoutes(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.go", "package a\nvar x = []string{\"GET /people/{id}\", \"GET /people/{id}/print/slip\", `POST /reports/export`, \"GET lost\", \"Get /x\"}\n")
	write("routes.go", "package a\nvar r = []string{\"GET /people/{id}/print/slip\", \"POST /reports/export\", \"GET /gone/print\"}\n")
	write("a_test.go", "package a\nvar y = \"GET /only/print/test\"\n")
	got := Patterns(t, root)
	if !slices.Equal(got, []string{"GET /gone/print", "GET /people/{id}", "GET /people/{id}/print/slip", "GET /people/{id}/print/slip", "POST /reports/export", "POST /reports/export"}) {
		t.Fatal(got)
	}
	slip := access.Route{Name: "people.slip", Patterns: []string{"GET /people/{id}/print/slip"}, Recipients: []access.Recipient{access.Applicant}}
	report := access.Route{Name: "reports", Patterns: []string{"POST /reports/export"}, Recipients: []access.Recipient{access.Statistics}}
	if f := Faults(got[1:], []access.Route{slip, report}); len(f) != 0 {
		t.Errorf("nothing is wrong: %v", f)
	}
	for want, routes := range map[string][]access.Route{
		"POST /reports/export is served and is no registered": {slip},
		"is served nowhere":        {slip, report, {Name: "gone", Patterns: []string{"GET /gone/print"}}},
		"not in the closed list":   {slip, report, {Name: "bad", Recipients: []access.Recipient{"police"}}},
		"no way out is registered": nil,
	} {
		if f := strings.Join(Faults(got, routes), "\n"); !strings.Contains(f, want) {
			t.Errorf("%q is not in %q", want, f)
		}
	}
}
