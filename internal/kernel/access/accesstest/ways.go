// Package accesstest finds every print and export that the program serves, so
// that a test can compare them with the closed list of ways out:
//
//	accesstest.WaysOut(t, testkit.Root(t), node.Access.Routes())
//
// http.ServeMux does not list its patterns, so they are read from the source:
// every text of the form "METHOD /path" outside of tests. What is put together
// from pieces is not found; for that there is the guard in the middleware, which
// stops any page below /print or /export that made no Release.
//
// The package is for tests only and must never be imported by the program.
package accesstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/access"
)

var pattern = regexp.MustCompile(`^(GET|HEAD|POST|PUT|PATCH|DELETE) /\S*$`)

// Patterns lists the mux patterns in the Go files below root, tests left out,
// each as often as it is written: a way out stands once where it is served and
// once in its Route.
func Patterns(t testing.TB, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if n := e.Name(); n == ".git" || n == "testdata" || n == "vendor" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "accesstest") {
			return nil
		}
		found, err := inFile(path)
		out = append(out, found...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func inFile(path string) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && pattern.MatchString(s) {
				out = append(out, s)
			}
		}
		return true
	})
	return out, nil
}

// WaysOut fails the test for each print or export that is served and not
// registered, for each that is registered and served nowhere, and for a route
// whose recipients are not in the closed list.
func WaysOut(t testing.TB, root string, routes []access.Route) {
	t.Helper()
	for _, f := range Faults(Patterns(t, root), routes) {
		t.Error(f)
	}
}

// Faults returns what WaysOut would report.
func Faults(patterns []string, routes []access.Route) []string {
	var faults []string
	ways := 0
	written := map[string]int{}
	for _, p := range patterns {
		written[p]++
	}
	for _, p := range slices.Compact(access.Unregistered(patterns, routes)) {
		faults = append(faults, p+" is served and is no registered way out: give it an access.Route and call Release")
	}
	for _, r := range routes {
		for _, p := range r.Patterns {
			ways++
			if written[p] < 2 {
				faults = append(faults, p+" of route "+r.Name+" is served nowhere")
			}
		}
		for _, to := range r.Recipients {
			if !slices.Contains(access.Recipients(), to) {
				faults = append(faults, "route "+r.Name+" goes to "+string(to)+", which is not in the closed list")
			}
		}
	}
	if ways == 0 {
		faults = append(faults, "no way out is registered at all: the list was not wired up")
	}
	return faults
}
