package sim

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// plan is what a seed means: machines, and what happens. Each step draws from a seed
// of its own, so that others keep their meaning when one is left out.
type plan struct {
	Seed  uint64
	Hub   int // version of its program
	Nodes []planned
	Steps []step
}

type planned struct {
	Site    string
	Version int
}

type step struct {
	Op   string
	Seed uint64
}

// weights say how often each step is drawn.
var weights = []struct {
	op string
	n  int
}{
	{"person", 14}, {"edit", 24}, {"concurrent", 8}, {"family", 4}, {"join", 5}, {"note", 8}, {"dose", 5}, {"same", 3}, {"later", 3},
	{"site", 2}, {"complaint", 2}, {"resolve", 8}, {"error", 3}, {"distinct", 2}, {"erase", 3}, {"elsewhere", 5}, {"carry", 3}, {"drop", 3},
	{"start", 14}, {"frame", 40}, {"frames", 20}, {"through", 12}, {"cut", 6}, {"twice", 3}, {"swap", 3}, {"stale", 3},
	{"unplug", 3}, {"plug", 4}, {"clock", 4}, {"power", 10}, {"reboot", 4}, {"full", 4}, {"space", 5},
	{"snapshot", 5}, {"restore", 2}, {"restorehub", 2}, {"clone", 1}, {"upgrade", 2},
}

func newPlan(seed uint64) plan {
	r := rand.New(rand.NewPCG(seed, 0))
	p := plan{Seed: seed, Hub: 1 + r.IntN(2)}
	sites := []string{"camp", "port", "clinic", "border"}
	for i := range 2 + r.IntN(3) {
		site := sites[i]
		if i > 0 && r.IntN(3) == 0 {
			site = p.Nodes[0].Site // two nodes at one site
		}
		p.Nodes = append(p.Nodes, planned{site, 1 + r.IntN(2)})
	}
	total := 0
	for _, w := range weights {
		total += w.n
	}
	for range 50 + r.IntN(151) {
		at := r.IntN(total)
		for _, w := range weights {
			if at -= w.n; at < 0 {
				p.Steps = append(p.Steps, step{w.op, r.Uint64()})
				break
			}
		}
	}
	return p
}

func (p plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, hub of version %d, nodes", p.Seed, p.Hub)
	for i, n := range p.Nodes {
		fmt.Fprintf(&b, " node%d (%s, version %d)", i+1, n.Site, n.Version)
	}
	return b.String()
}

// writeSteps writes steps so that readSteps reads them.
func writeSteps(steps []step) string {
	var words []string
	for _, s := range steps {
		words = append(words, s.Op+":"+strconv.FormatUint(s.Seed, 10))
	}
	return strings.Join(words, " ")
}

func readSteps(t *testing.T, text string) (out []step) {
	for word := range strings.FieldsSeq(text) {
		op, seed, _ := strings.Cut(word, ":")
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatalf("-sim.steps: %q is not a step and its seed: %v", word, err)
		}
		out = append(out, step{op, n})
	}
	return out
}
