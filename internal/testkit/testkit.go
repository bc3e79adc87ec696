// Package testkit finds what a test needs from outside the repository: the
// shared test data, Chromium and PostgreSQL. Where it is missing the test skips
// with a line that says what to install; where GODWIT_REQUIRE names it
// (comma-separated: chromium, postgres, testdata) the test fails instead, so
// that CI cannot pass by skipping.
//
// It must never be imported by a package of the product.
package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Require skips the test, or fails it when GODWIT_REQUIRE names what.
func Require(t testing.TB, what, hint string) {
	t.Helper()
	for name := range strings.SplitSeq(os.Getenv("GODWIT_REQUIRE"), ",") {
		if strings.TrimSpace(name) == what {
			t.Fatalf("%s is required (GODWIT_REQUIRE) and missing: %s", what, hint)
		}
	}
	t.Skipf("skipped, %s is missing: %s", what, hint)
}

// Root returns the repository's root: the nearest folder above with a go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("testkit: no go.mod above the working directory")
		}
		dir = parent
	}
}

// DataDir returns the shared test data folder: GODWIT_TESTDATA, or
// shared/testdata beside the repository.
func DataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GODWIT_TESTDATA")
	if dir == "" {
		dir = filepath.Join(Root(t), "..", "shared", "testdata")
	}
	if _, err := os.Stat(filepath.Join(dir, "SOURCES.md")); err != nil {
		Require(t, "testdata", "set GODWIT_TESTDATA to the shared test data folder")
	}
	return dir
}

// Data returns the path of one file or folder of the shared test data.
func Data(t testing.TB, name string) string {
	t.Helper()
	p := filepath.Join(DataDir(t), filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		Require(t, "testdata", "no "+name+" in the shared test data")
	}
	return p
}

// Chromium returns the path of a Chromium or Chrome binary.
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("GODWIT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	Require(t, "chromium", "install Chromium (Debian: apt-get install chromium) or set GODWIT_CHROMIUM")
	return ""
}
