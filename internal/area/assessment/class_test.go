package assessment

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// Whatever class an officer sets, on every destination pack and many made-up
// people: nothing that stood against a clearance is gone, no day of validity is
// later, and a class that the pack holds is held.
func TestAnOfficersClassOnlyAdds(t *testing.T) {
	held := 0
	for _, id := range destinations() {
		t.Run(id, func(t *testing.T) {
			p := wholes()[id]
			rng := rand.New(rand.NewPCG(7, 7))
			for _, class := range classesOf(p) {
				q, err := p.WithClass(class)
				must(t, err)
				for range 25 {
					in := somebody(p, rng, 2*rng.IntN(2))
					orders := finished(in, p)
					d, rules := lay(p, in, orders)
					u, under := lay(q, in, orders)
					pl := withClass(rules, under, class)
					before, after := obstacles(rules, false), obstacles(pl, false)
					for _, o := range before {
						open := slices.ContainsFunc(pl.Open, func(p decision.Outcome) bool { return p.Code == o.Code }) // told once nothing is to ask
						if !slices.Contains(after, o) && !open && (o.Word == "hold" || o.Word == "service" || o.Word == "fact") {
							t.Fatalf("class %s took %v away: %v", class, o, after)
						}
					}
					if len(before) > 0 && len(after) == 0 {
						t.Fatalf("class %s cleared over %v", class, before)
					}
					for _, h := range u.Outcomes {
						if h.Kind == decision.Hold && h.State == decision.Definite && len(after) == 0 {
							t.Fatalf("class %s is held by the pack (%s), and it can be signed", class, h.Code)
						}
					}
					day, ok := d.ValidUntil()
					if later, has := earliest(d, &u); has && (!ok || later > day) {
						t.Fatalf("class %s: valid until %s, and %s by the table", class, later, day)
					}
					if len(under.Holds) > len(rules.Holds) {
						held++
					}
				}
			}
		})
	}
	if held == 0 {
		t.Error("no class was held: the test looks at nothing")
	}
}

func TestAClassThatThePackHoldsIsHeldWhoeverSetIt(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		doctor := w.as(access.Physician)
		class := func(code string) {
			t.Helper()
			must(t, w.Override(doctor, db.NewID(), m, w.look(m).Last.ID, "class:"+code, enough))
		}
		class("A_TB")
		v := w.look(m)
		if v.Member.State != StateSuspended || len(v.Plan.Holds) == 0 || v.Plan.Holds[0].Code != "NOT_CLEARED" {
			t.Fatalf("%s, holds %v", v.Member.State, v.Plan.Holds)
		}
		if w.sign(m) {
			t.Fatal("class A, set by an officer, was cleared as if the table's class stood")
		}
		class("NO_TB_CLASS")
		if !w.sign(m) {
			t.Fatalf("back to the table's class: %v", w.look(m).obstacles())
		}
		six, _ := w.look(m).Clearance.DayOf()
		// Another class that the pack does not hold: it may shorten the medical.
		class("B1_PULM")
		if !w.sign(m) {
			t.Fatalf("class B1: %v", w.look(m).obstacles())
		}
		three, _ := w.look(m).Clearance.DayOf()
		if three >= six {
			t.Errorf("with class B1 the medical is valid until %s, as without it (%s)", three, six)
		}
		if rep, err := w.Journal.Rebuild(t.Context(), nil); err != nil || !rep.Same() {
			t.Errorf("rebuilt: %v %+v", err, rep.Tables)
		}
	})
}

func TestAClassThatTheRulesInForceDoNotKnowStopsTheSignature(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		w.ready(m, nil)
		must(t, w.Override(w.as(access.Physician), db.NewID(), m, w.look(m).Last.ID, "class:A_TB", enough))
		// The rules of the next version know no such class: nobody can say what follows.
		other := *w.shelf.packs["us-immigrant"]
		w.shelf.packs["us-immigrant"] = withoutClass(t, &other, "A_TB")
		must(t, w.Refresh(w.as(access.Physician), p))
		v := w.look(m)
		if !v.strayClass() || onlyHolds(v.obstacles()) {
			t.Fatalf("a class that the rules do not know: %v", v.obstacles())
		}
		if _, err := w.Sign(w.as(access.Physician), db.NewID(), m, v.Last.ID); err == nil {
			t.Fatal("signed over a class that the rules do not know")
		}
	})
}

// withoutClass is the next version of a pack, which has one class less.
func withoutClass(t *testing.T, p *pack.Pack, class string) *pack.Pack {
	t.Helper()
	files := pack.Files{}
	for name, text := range p.Files {
		lines := slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool {
			return strings.HasPrefix(name, "tables/") && strings.Contains(l, "classify,"+class+",")
		})
		files[name] = strings.Join(lines, "\n")
	}
	for name, text := range files { // what reads the class goes with it
		if strings.HasPrefix(name, "tables/") {
			files[name] = strings.ReplaceAll(text, "classify."+class+",", "classify.B0,")
		}
	}
	q, err := pack.Parse(files)
	must(t, err)
	return q
}

func TestACertificateTellsAnOfficersClass(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		must(t, w.Override(w.as(access.Physician), db.NewID(), m, w.look(m).Last.ID, "class:B2", enough))
		if !w.sign(m) {
			t.Fatalf("%v", w.look(m).obstacles())
		}
		v, err := w.Certificate(w.as(access.Physician), db.NewID(), m)
		must(t, err)
		b, err := w.banner(p)
		must(t, err)
		text := w.render(t, "assessment/certificate", certificate(v, b))
		class, _ := v.Pack.Word("en", "classify.B2")
		if !strings.Contains(text, class) || !strings.Contains(text, "set by an officer") {
			t.Errorf("the certificate does not say %q and who set it: %s", class, text)
		}
		if strings.Contains(text, enough) {
			t.Error("the certificate tells the officer's reason")
		}
	})
}

// A line that stood there only where the class may not be named would name it.
func TestACertificateIsSilentAboutAClassThatMayNotBeNamed(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		v, err := w.Certificate(w.as(access.Physician), db.NewID(), m)
		must(t, err)
		b, err := w.banner(p)
		must(t, err)
		none := certificate(v, b)
		conditions, err := pack.Load(packs.Builtin(), "us-conditions")
		must(t, err)
		signed := *v
		signed.Pack, signed.Class = conditions, "A_QUARANTINABLE"
		if certificate(&signed, b).Class.Key == "" {
			t.Error("a class that may be named is not on the certificate")
		}
		for _, class := range []string{"A_SYPHILIS", "A_HANSEN", "A_SUBSTANCE"} {
			signed.Class = class
			if got := certificate(&signed, b).Class; !reflect.DeepEqual(got, none.Class) {
				t.Errorf("%s: the certificate says %q", class, got.Key)
			}
		}
	})
}
