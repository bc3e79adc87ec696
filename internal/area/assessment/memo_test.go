package assessment

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
)

// What is remembered is what would be decided, for every pack and many people, and
// nothing that can change a decision is left out of what it is remembered by.
func TestARememberedDecisionIsTheDecision(t *testing.T) {
	for id, p := range everyPack(t) {
		rng := rand.New(rand.NewPCG(11, 11))
		m := &memo{}
		ask := m.decider(p)
		for range 60 {
			in := somebody(p, rng, 4*rng.IntN(2))
			want := p.Protocol.Decide(in)
			first, again := ask(in), ask(in)
			if !reflect.DeepEqual(first, want) || !reflect.DeepEqual(again, want) {
				t.Fatalf("%s: another decision is remembered", id)
			}
			for name, f := range in.Facts {
				for _, change := range []decision.Fact{{Value: value.NotKnown(), AsOf: f.AsOf}, {Value: f.Value}, {Value: f.Value, AsOf: f.AsOf, Disputed: !f.Disputed}} {
					if reflect.DeepEqual(change, f) {
						continue
					}
					other := in
					other.Facts = map[string]decision.Fact{}
					for k, v := range in.Facts {
						other.Facts[k] = v
					}
					other.Facts[name] = change
					if digest(p, other) == digest(p, in) {
						t.Fatalf("%s: %s as %+v and as %+v are remembered as one", id, name, f, change)
					}
				}
			}
			for _, other := range []decision.Input{{On: in.On + 1, Facts: in.Facts, Journey: in.Journey}, {On: in.On, Facts: in.Facts, Journey: in.Journey, Unasked: true},
				{On: in.On, Facts: in.Facts, Journey: &decision.Journey{Complete: true, Citizenships: []string{"XXA"}}}} {
				if digest(p, other) == digest(p, in) {
					t.Fatalf("%s: %+v is remembered as %+v", id, other, in)
				}
			}
		}
	}
}
