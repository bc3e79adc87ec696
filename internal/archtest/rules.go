package archtest

import "strings"

// Module is the import path of the repository.
const Module = "github.com/godwit-health/godwit"

// A rule says what the packages below one folder may import of Godwit itself.
// The longest matching folder wins; a package without a rule is a violation, so
// that every new package finds its place in this table first.
type rule struct {
	folder string   // slash path from the root; covers what lies below it
	may    []string // folders it may import; a trailing /... covers what lies below
	engine bool     // pure: no I/O, no clock, no database
}

// engineMay is what any engine may import of Godwit.
var engineMay = []string{"engine/value", "engine/calendar", "engine/expr"}

// kernelOrder is the order of the kernel: each imports only those before it.
var kernelOrder = []string{"fault", "mark", "key", "db", "journal", "tally", "access", "seal", "place", "pack", "page"}

// areaMay is what each area may import of the areas; kernel and engine are open
// to all of them. (design, section 2)
var areaMay = map[string][]string{
	"people":       {},
	"stock":        {"people"},
	"surveillance": {"people", "stock"},
	"care":         {"people", "stock", "surveillance"},
	"vaccination":  {"people", "stock", "surveillance", "care"},
	"assessment":   {"people", "stock", "surveillance", "care", "vaccination"},
	"travel":       {"people", "stock", "surveillance", "care", "vaccination", "assessment"},
	"border":       {"people", "stock", "surveillance"},
	"mobility":     {"people", "stock", "surveillance", "border"},
	"certificate":  {"people", "vaccination", "assessment"},
	"stewardship":  {"people"},
	"programme":    {"*"},
}

// sealed packages are reached by the composition root and by themselves only.
var sealed = []string{"internal/area/care/mhpss", "internal/area/care/cmr"}

func rules() []rule {
	var rs []rule
	rs = append(rs,
		rule{folder: "engine", may: engineMay, engine: true},
		rule{folder: "engine/decision/dmn", may: append([]string{"engine/decision"}, engineMay...), engine: true},
		rule{folder: "engine/value", engine: true},
		rule{folder: "engine/calendar", may: []string{"engine/value"}, engine: true},
		rule{folder: "engine/expr", may: []string{"engine/value", "engine/calendar"}, engine: true},
	)
	kernelBelow := []string{"engine/...", "packs", "web"}
	for i, name := range kernelOrder {
		may := append([]string(nil), kernelBelow...)
		for _, above := range kernelOrder[:i] {
			may = append(may, "internal/kernel/"+above+"/...")
		}
		rs = append(rs, rule{folder: "internal/kernel/" + name, may: append(may, "internal/kernel/"+name+"/...")})
	}
	for name, areas := range areaMay {
		may := []string{"engine/...", "internal/kernel/...", "internal/area/" + name + "/..."}
		for _, a := range areas {
			if a == "*" {
				may = append(may, "internal/area/...")
			} else {
				may = append(may, "internal/area/"+a+"/...")
			}
		}
		rs = append(rs, rule{folder: "internal/area/" + name, may: may})
	}
	rs = append(rs,
		rule{folder: "internal/edge/sync", may: []string{"engine/...", "internal/kernel/fault", "internal/kernel/journal", "internal/kernel/access", "internal/kernel/db", "internal/kernel/place"}},
		rule{folder: "internal/edge/backup", may: []string{"internal/kernel/fault", "internal/kernel/key", "internal/kernel/db", "internal/kernel/journal"}},
		rule{folder: "internal/edge/exchange", may: []string{"engine/...", "internal/kernel/...", "internal/area/..."}},
		rule{folder: "internal/app", may: []string{"*"}},
		rule{folder: "internal/kernel/areatest", may: []string{"engine/...", "internal/kernel/...", "internal/testkit", "packs"}},
		rule{folder: "internal/kernel/page/pagetest", may: []string{"engine/...", "internal/kernel/...", "internal/testkit", "web"}},
		rule{folder: "internal/testkit"},
		rule{folder: "internal/testkit/linksets", may: []string{"engine/..."}},
		rule{folder: "internal/archtest", may: []string{"internal/testkit"}},
		rule{folder: "cmd", may: []string{"internal/app/...", "engine/calendar", "packs"}},
		rule{folder: "bench", may: []string{"*"}},
		rule{folder: "e2e", may: []string{"*"}},
		rule{folder: "packs"},
		rule{folder: "web"},
	)
	return rs
}

// testMay is what test files may import beside what their package may.
var testMay = []string{"internal/testkit", "internal/testkit/linksets", "internal/edge/exchange/dhis2/dhis2test", "internal/kernel/key", "internal/kernel/page/pagetest", "internal/kernel/areatest", "internal/kernel/pack", "engine/...", "packs", "web"}

// engineBan names standard packages that would give an engine I/O, and why.
var engineBan = map[string]string{
	"net/http":     "engines have no I/O",
	"net":          "engines have no I/O",
	"os":           "engines have no I/O; take an io.Reader or an fs.FS",
	"os/exec":      "engines have no I/O",
	"database/sql": "engines have no database",
	"context":      "engines have nothing to wait for",
	"log":          "engines return what they have to say",
	"log/slog":     "engines return what they have to say",
}

// engineModules are the outside modules an engine may use: numbers and codecs.
var engineModules = []string{
	"golang.org/x/text", "gonum.org/v1/gonum", "github.com/fxamacker/cbor/v2", "github.com/veraison/go-cose",
	"github.com/go-jose/go-jose/v4", "rsc.io/qr", "github.com/makiuchi-d/gozxing", "pgregory.net/rapid",
}

// bannedNames are folder names that say nothing about what is inside.
var bannedNames = map[string]bool{"utils": true, "util": true, "helpers": true, "manager": true, "common": true, "misc": true}

func ruleFor(rs []rule, folder string) *rule {
	var best *rule
	for i := range rs {
		r := &rs[i]
		if folder != r.folder && !strings.HasPrefix(folder, r.folder+"/") {
			continue
		}
		if best == nil || len(r.folder) > len(best.folder) {
			best = r
		}
	}
	return best
}

func allowed(may []string, folder string) bool {
	for _, m := range may {
		if m == "*" || m == folder {
			return true
		}
		if base, ok := strings.CutSuffix(m, "/..."); ok && (folder == base || strings.HasPrefix(folder, base+"/")) {
			return true
		}
	}
	return false
}
