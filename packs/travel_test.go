package packs

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/testkit"
)

// With any facts taken away nobody becomes fit to travel who was not, and nobody is fit
// while one of the things is open that every check has to know.
func TestAnUnknownFactNeverMakesAnybodyFit(t *testing.T) {
	p := load(t, "fit-to-fly")
	fit := func(in decision.Input) bool {
		d := p.Protocol.Decide(in)
		return len(d.Codes(decision.Clear)) > 0
	}
	if fit(decision.Input{On: today}) {
		t.Fatal("fit, with nothing known")
	}
	always := []string{"temp", "contagious", "contact_infectious", "ill_today", "heart_unstable", "hours_to_departure", "predeparture_treatment"}
	rng := rand.New(rand.NewPCG(20261122, 1))
	cleared := 0
	for _, c := range p.Cases {
		on, _ := c.On.Exact()
		facts, errs := p.ReadFacts(c.Facts, on)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		in := decision.Input{On: on, Facts: facts}
		before := fit(in)
		if before {
			cleared++
		}
		less := decision.Input{On: on, Facts: map[string]decision.Fact{}}
		for _, name := range p.FactNames() { // in one order, so that a failure comes again
			f, there := facts[name]
			switch {
			case !there:
			case rng.IntN(4) > 0:
				less.Facts[name] = f
			case rng.IntN(2) == 0:
				less.Facts[name] = decision.Fact{Value: value.RefusedAnswer(), AsOf: f.AsOf}
			}
		}
		if fit(less) && !before {
			t.Errorf("%s: fit with less known, and not with all of it", c.ID)
		}
		for _, name := range always {
			was := facts[name]
			for _, gone := range []value.Value{value.NotKnown(), value.RefusedAnswer()} {
				facts[name] = decision.Fact{Value: gone, AsOf: was.AsOf}
				if fit(in) {
					t.Errorf("%s: fit, and %s is %s", c.ID, name, gone)
				}
			}
			facts[name] = was
		}
	}
	if cleared < 50 {
		t.Fatalf("only %d cases were fit: the test shows little", cleared)
	}
}

// Whoever reads the pack of travel finds every fact in the guide, with where it comes from.
func TestTheGuideHasEveryFactOfTravel(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "travel-packs.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range load(t, "fit-to-fly").Facts {
		if line := "| `" + f.Name + "` | " + f.Type + " |"; !strings.Contains(string(b), line) {
			t.Errorf("the guide has no line for fact %s of type %s", f.Name, f.Type)
		}
		if f.From != "" && !strings.Contains(string(b), "`"+f.From+"`") {
			t.Errorf("the guide does not say that %s comes from %s", f.Name, f.From)
		}
	}
}
