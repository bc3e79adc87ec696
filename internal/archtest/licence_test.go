package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/testkit"
)

// kindOf tells a licence by the words no other licence has.
func kindOf(text string) string {
	switch {
	case strings.Contains(text, "GNU GENERAL PUBLIC LICENSE"), strings.Contains(text, "GNU LESSER GENERAL"), strings.Contains(text, "GNU AFFERO"):
		return "GPL"
	case strings.Contains(text, "Apache License"):
		return "Apache-2.0"
	case strings.Contains(text, "Permission is hereby granted, free of charge"):
		return "MIT"
	case strings.Contains(text, "Redistribution and use in source"):
		return "BSD"
	}
	return "unknown"
}

// Whoever ships the program must be able to say what is in it.
func TestEveryModuleInTheProgramHasAListedLicence(t *testing.T) {
	root := testkit.Root(t)
	doc, err := os.ReadFile(filepath.Join(root, "docs", "licences.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`/]+\\.[^`]+)` \\| ([A-Za-z0-9.-]+) \\|$").FindAllStringSubmatch(string(doc), -1) {
		listed[m[1]] = m[2]
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}", "./cmd/godwit")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(string(out), "\n") {
		path, dir, ok := strings.Cut(line, "\t")
		if !ok || path == Module || seen[path] {
			continue
		}
		seen[path] = true
		texts, _ := filepath.Glob(filepath.Join(dir, "[LlCc][IiOo][CcPp]*"))
		kind := "missing"
		for _, name := range texts {
			if b, err := os.ReadFile(name); err == nil && kindOf(string(b)) != "unknown" {
				kind = kindOf(string(b))
				break
			}
		}
		if listed[path] != kind || kind == "GPL" {
			t.Errorf("%s is under %s; docs/licences.md says %q", path, kind, listed[path])
		}
	}
	if len(seen) < 10 {
		t.Fatalf("only %d modules found: the test reads the list wrongly", len(seen))
	}
	for path := range listed {
		if !seen[path] {
			t.Errorf("docs/licences.md lists %s, which is not in the program", path)
		}
	}
}
