package assessment

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// everyPack is every pack that ships and decides something, whatever its kind.
func everyPack(t *testing.T) map[string]*pack.Pack {
	t.Helper()
	out := map[string]*pack.Pack{}
	dirs, err := fs.ReadDir(packs.Builtin(), ".")
	must(t, err)
	for _, d := range dirs {
		if p, ok := wholes()[d.Name()]; ok {
			out[p.ID] = p
			continue
		}
		p, err := pack.Load(packs.Builtin(), d.Name())
		must(t, err)
		if len(p.Tables) > 0 {
			out[p.ID] = p
		}
	}
	return out
}

// finished are orders as if every service had been done whose results are given.
func finished(in decision.Input, p *pack.Pack) map[string]OrderState {
	out := map[string]OrderState{}
	for _, s := range p.Services {
		out[s.Code] = OrderDone
	}
	for _, f := range p.Facts {
		if _, given := in.Facts[f.Name]; !given {
			for _, code := range strings.Fields(f.Service) {
				delete(out, code)
			}
		}
	}
	return out
}

func lay(p *pack.Pack, in decision.Input, orders map[string]OrderState) (decision.Decision, Plan) {
	d, out := settle(p.Protocol.Decide, in, p.Facts, orderedIn(standing{Orders: orders}))
	return d, plan(d, p, standing{Orders: orders, Stale: stale(out, p)})
}

// Safety invariants of a plan, on every pack and many made-up people: a hold, a
// question, a service to do and what is not safe each stand against a clearance,
// and nobody is sent to a station for what is not safe.
func TestInvariantsOfAPlan(t *testing.T) {
	for id, p := range everyPack(t) {
		t.Run(id, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 3))
			held := 0
			for range 300 {
				in := somebody(p, rng, 6*rng.IntN(2))
				orders := finished(in, p)
				for code := range orders {
					if rng.IntN(3) == 0 {
						delete(orders, code)
					}
				}
				d, pl := lay(p, in, orders)
				signable := len(obstacles(pl, false)) == 0
				for _, o := range d.Outcomes {
					bad := ""
					switch {
					case o.Kind == decision.Hold && o.State != decision.Undetermined && signable:
						bad = "a hold stands"
					case o.Kind == decision.Hold && signable:
						bad = "a hold may stand"
					case o.Kind == decision.Require && o.State != decision.Definite && signable && orders[o.Code] != OrderDone:
						bad = "a service may be required"
					case (o.Kind == decision.Offer || o.Kind == decision.Treat || o.Kind == decision.Clear) && o.State == decision.Definite && o.Barred != value.No:
						bad = "an offer over something that stands against it"
					}
					if bad != "" {
						t.Fatalf("%s, and it can be signed: %s %s %s, facts %v", bad, o.Kind, o.Code, o.State, in.Facts)
					}
				}
				for _, it := range pl.Items {
					contra, ok := d.Outcome(decision.Contraindicate, it.Code)
					if ok && contra.State == decision.Definite && it.State.ToDo() {
						t.Fatalf("%s is not safe and on a station's list", it.Code)
					}
				}
				if len(pl.Holds) > 0 {
					held++
				}
			}
			if p.Kind == "destination" && held == 0 {
				t.Error("nobody was held: the test looks at nothing")
			}
		})
	}
}

// A missing fact is never read as "no": where a plan could be signed without it,
// no value of it would have held anybody, asked for anything or given another
// class.
func TestAMissingFactIsNeverANo(t *testing.T) {
	for _, id := range destinations() {
		t.Run(id, func(t *testing.T) {
			p := wholes()[id]
			rng := rand.New(rand.NewPCG(5, 5))
			tried := 0
			for n := 0; n < 1200 && tried < 3000; n++ {
				in := somebody(p, rng, 0)
				if d, pl := lay(p, in, finished(in, p)); len(obstacles(pl, false)) > 0 && rng.IntN(4) > 0 || d.Capped {
					continue // most people are held for something; look at those who can be signed
				}
				for _, f := range p.Facts {
					if !f.Asked() || f.Name == p.DateBasis || f.Service != "" && f.Absent != "" || saysOfUnknown(p, f.Name) {
						continue
					}
					without := decision.Input{On: in.On, Facts: map[string]decision.Fact{}, Journey: in.Journey}
					for name, have := range in.Facts {
						if name != f.Name {
							without.Facts[name] = have
						}
					}
					orders := finished(in, p)
					_, pl := lay(p, without, orders)
					if len(obstacles(pl, false)) > 0 {
						continue
					}
					want := result(pl)
					for _, val := range valuesOf(f) {
						tried++
						whole := decision.Input{On: in.On, Facts: map[string]decision.Fact{}, Journey: in.Journey}
						for name, have := range without.Facts {
							whole.Facts[name] = have
						}
						whole.Facts[f.Name] = decision.Fact{Value: val, AsOf: in.On.Date()}
						_, now := lay(p, whole, orders)
						if got := result(now); got != want {
							t.Fatalf("without %s it could be signed as %s; with %v it is %s\nfacts %v", f.Name, want, val, got, without.Facts)
						}
					}
				}
			}
			if tried == 0 {
				t.Error("nobody could be signed without a fact: the test looks at nothing")
			}
		})
	}
}

// saysOfUnknown reports whether a row of the pack says in so many words what
// follows where a fact is not known: that is then a rule with its source.
func saysOfUnknown(p *pack.Pack, fact string) bool {
	for _, t := range p.Tables {
		i := slices.Index(t.Inputs, fact)
		if i >= 0 && slices.ContainsFunc(t.Rows, func(r decision.Row) bool { return strings.HasPrefix(r.Cells[i], "unknown") }) {
			return true
		}
	}
	return false
}

// result is what a plan comes to: what is asked, what holds, which classes.
func result(pl Plan) string {
	var out []string
	for _, it := range pl.Items {
		if !it.Offered {
			out = append(out, "require "+it.Code)
		}
	}
	for _, os := range [][]decision.Outcome{pl.Holds, pl.Classes, pl.Open} {
		for _, o := range os {
			out = append(out, fmt.Sprintf("%s %s %s", o.Kind, o.Code, o.State))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// valuesOf are values of a fact on both sides of what a rule may ask.
func valuesOf(f pack.Fact) []value.Value {
	switch f.Type {
	case "bool":
		return []value.Value{value.Of(true), value.Of(false)}
	case "code":
		var out []value.Value
		for _, v := range f.Values[:min(len(f.Values), 6)] {
			out = append(out, value.Text(v))
		}
		return out
	case "int", "decimal":
		var out []value.Value
		for _, n := range []float64{0, 1, 2, 3, 5, 6, 7, 12, 60, 19999, 100000} {
			if (f.Min == nil || n >= *f.Min) && (f.Max == nil || n <= *f.Max) {
				out = append(out, value.Number(n))
			}
		}
		return out
	case "date":
		var out []value.Value
		for _, years := range []int{0, 1, 3, 9, 11, 14, 15, 17, 30, 50, 60} {
			out = append(out, value.Day(int(examDay)-years*366))
		}
		return out
	}
	return nil
}
