package access

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

var update = flag.Bool("update", false, "write testdata/matrix.txt anew; read it before you commit it")

// testPolicy compiles the shipped policy.
func testPolicy(t testing.TB) *policy {
	t.Helper()
	purposes, err := parsePurposes(purposesCSV)
	if err != nil {
		t.Fatal(err)
	}
	p, err := compile(policyText, purposes)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// typical is a user of one role who works at site KLA for programme immigrant,
// with the highest sensitivity, so that only the role bounds what they may do.
func typical(r Role) Actor {
	return Actor{
		User: db.ID{1}, Roles: []Role{r}, Sites: []string{"KLA"}, Programmes: []string{"immigrant"},
		Sensitivity: journal.Sensitive, Purpose: OrdinaryPurpose([]Role{r}), Shift: "KLA-morning",
	}
}

const matrixHead = `Who may do what: a row for each action, a column for each role.
Made from policy.cedar by "go test ./internal/kernel/access -run Matrix -update"; a test fails when they differ.

  -   may not
  yes may (the action is not about one person)
  I   may, on identity (names, birth, contacts, the journey, cases without reasons)
  C   may, up to clinical content (observations, results)
  S   may, up to sensitive content (HIV, violence, protection)
  only S   may, on sensitive content alone
  (radiology), (laboratory), (counselling)   only orders that wait at that station
  (not physician)   not orders that wait at that station
  (shift)   only what was screened in the user's own shift
  (all)  only a user who is not tied to a site
  (own site)  only what belongs to a site of the user's, or to none
  +glass: X   further with the glass broken: up to X, at any site and in any programme

Each is for a user of one role, at the own site, in the own programme, with the
highest sensitivity given to the user. Nothing about a person is open at another
site or in another programme without the glass, and nothing sealed at all.

`

func renderMatrix(p *policy) string {
	var b strings.Builder
	b.WriteString(matrixHead)
	for _, r := range Roles() {
		fmt.Fprintf(&b, "%s\n", strings.ToUpper(strings.ReplaceAll(string(r), "_", " ")))
		for _, a := range Actions() {
			if c := cell(p, r, a); c != "-" {
				fmt.Fprintf(&b, "  %-20s %s\n", a, c)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("BY ACTION\n")
	for _, a := range Actions() {
		var who []string
		for _, r := range Roles() {
			if c := cell(p, r, a); c != "-" {
				who = append(who, string(r))
			}
		}
		if len(who) == 0 {
			who = []string{"nobody"}
		}
		fmt.Fprintf(&b, "  %-20s %s\n", a, strings.Join(who, ", "))
	}
	return b.String()
}

// cell says what a role may do with an action.
func cell(p *policy, r Role, a Action) string {
	if !a.Personal() {
		return houseCell(p, r, a)
	}
	here := levels(p, typical(r), a, Resource{Site: "KLA", Programme: "immigrant"})
	out := spell(here)
	if out == "-" {
		for _, st := range stationClasses {
			if s := spell(levels(p, typical(r), a, Resource{Site: "KLA", Programme: "immigrant", Station: st})); s != "-" {
				out = s + " (" + st + ")"
			}
		}
	} else {
		for _, st := range stationClasses {
			if s := spell(levels(p, typical(r), a, Resource{Site: "KLA", Programme: "immigrant", Station: st})); s == "-" {
				out += " (not " + st + ")"
			}
		}
	}
	if out == "-" {
		if s := spell(levels(p, typical(r), a, Resource{Site: "KLA", Programme: "immigrant", Shift: "KLA-morning"})); s != "-" {
			out = s + " (shift)"
		}
	}
	who := typical(r)
	who.Glass = []db.ID{{9}}
	if g := spell(levels(p, who, a, Resource{Site: "LOS", Programme: "other", Subject: db.ID{9}})); g != "-" {
		out += "  +glass: " + g
	}
	return out
}

func houseCell(p *policy, r Role, a Action) string {
	if ok, _ := p.decide(typical(r), a, Resource{Site: "KLA"}); ok {
		if ok, _ := p.decide(typical(r), a, Resource{Site: "LOS"}); !ok {
			return "yes (own site)"
		}
		return "yes"
	}
	who := typical(r)
	who.Sites = []string{All}
	if ok, _ := p.decide(who, a, Resource{Site: "KLA"}); ok {
		return "yes (all)"
	}
	return "-"
}

func levels(p *policy, who Actor, a Action, r Resource) (ok [3]bool) {
	for i, s := range []journal.Sensitivity{journal.Identity, journal.Clinical, journal.Sensitive} {
		r.Sensitivity = s
		ok[i], _ = p.decide(who, a, r)
	}
	return ok
}

func spell(ok [3]bool) string {
	switch ok {
	case [3]bool{}:
		return "-"
	case [3]bool{true, false, false}:
		return "I"
	case [3]bool{true, true, false}:
		return "C"
	case [3]bool{true, true, true}:
		return "S"
	case [3]bool{false, false, true}:
		return "only S"
	}
	return fmt.Sprint(ok)
}

func TestMatrixSaysWhatThePolicySays(t *testing.T) {
	const file = "testdata/matrix.txt"
	got := renderMatrix(testPolicy(t))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		var gl, wl string
		if i < len(g) {
			gl = g[i]
		}
		if i < len(w) {
			wl = w[i]
		}
		if gl != wl {
			t.Fatalf("%s:%d and policy.cedar differ:\n  file:   %s\n  policy: %s\nIf the policy is meant so, run the test with -update and read the whole file.", file, i+1, wl, gl)
		}
	}
}
