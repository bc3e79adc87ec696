package archtest

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/godwit-health/godwit/internal/testkit"
)

func TestTheHouseStands(t *testing.T) {
	found, err := Check(os.DirFS(testkit.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// Each planted violation must be found, or the rule is only a wish.
func TestPlantedViolationsAreFound(t *testing.T) {
	const mod = Module
	long := "package x\n\n// F is long.\nfunc F() {\n" + strings.Repeat("\tprintln()\n", maxFuncLines+1) + "}\n"
	for _, tc := range []struct {
		why, file, src, want string
	}{
		{"an engine reads a file", "engine/epi/a.go", `package epi; import _ "os"`, "engines have no I/O"},
		{"an engine asks the clock", "engine/epi/a.go", "package epi\nimport \"time\"\nvar _ = time.Now()", "engines have no clock"},
		{"an engine imports the kernel", "engine/epi/a.go", `package epi; import _ "` + mod + `/internal/kernel/db"`, "may not import internal/kernel/db"},
		{"an engine imports a web framework", "engine/epi/a.go", `package epi; import _ "github.com/x/y"`, "not among the modules"},
		{"the kernel turned upside down", "internal/kernel/db/a.go", `package db; import _ "` + mod + `/internal/kernel/journal"`, "may not import"},
		{"an area reaches up", "internal/area/people/a.go", `package people; import _ "` + mod + `/internal/area/assessment"`, "may not import"},
		{"stewardship reads the clinic", "internal/area/stewardship/a.go", `package stewardship; import _ "` + mod + `/internal/area/care/order"`, "may not import"},
		{"a sealed area is opened", "internal/area/programme/a.go", `package programme; import _ "` + mod + `/internal/area/care/mhpss"`, "is sealed"},
		{"a package nobody placed", "internal/stuff/a.go", "package stuff", "has no rule"},
		{"a name that says nothing", "engine/utils/a.go", "package utils", "says nothing"},
		{"SQL in a service", "internal/area/people/service.go", "package people\nvar q = `SELECT id FROM person`", "SQL belongs in a store file"},
		{"HTTP in a service", "internal/area/people/service.go", `package people; import _ "net/http"`, "only web files"},
		{"a rule with a clock", "internal/area/people/rules.go", "package people\nimport \"time\"\nvar _ = time.Now()", "rules have no clock"},
		{"a rule with a context", "internal/area/people/journey_rules.go", `package people; import _ "context"`, "rules and models are pure"},
		{"a function nobody can hold in mind", "engine/epi/a.go", long, "lines (limit"},
		{"a package without a word about itself", "engine/epi/a.go", "package epi", "no doc.go"},
		{"sync decodes an area", "internal/edge/sync/a.go", `package sync; import _ "` + mod + `/internal/area/people"`, "may not import"},
	} {
		t.Run(tc.why, func(t *testing.T) {
			found, err := Check(fstest.MapFS{tc.file: {Data: []byte(tc.src)}})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(found, "\n"), tc.want) {
				t.Errorf("want a finding with %q, got %q", tc.want, found)
			}
		})
	}
}

// What is right must pass, or nobody will believe the rest.
func TestARightTreePasses(t *testing.T) {
	found, err := Check(fstest.MapFS{
		"engine/epi/doc.go":             {Data: []byte("// Package epi counts.\npackage epi\nimport _ \"" + Module + "/engine/value\"")},
		"internal/area/people/doc.go":   {Data: []byte("// Package people knows who.\npackage people\nimport _ \"" + Module + "/internal/kernel/db\"")},
		"internal/area/people/store.go": {Data: []byte("package people\nvar q = `SELECT id FROM person`")},
		"internal/area/people/web.go":   {Data: []byte("package people\nimport _ \"net/http\"")},
	})
	if err != nil || len(found) > 0 {
		t.Fatalf("findings in a right tree: %v %q", err, found)
	}
}
