package linelist

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func listedAs(n byte, onset string) Listed {
	return Listed{Case: Case{ID: db.ID{n}, Number: string('A' + rune(n)), Onset: day(onset)}}
}

func TestAChainIsDrawnByTheSurestSourceAndEveryCaseBelowIt(t *testing.T) {
	cases := []Listed{listedAs(1, "2026-05-01"), listedAs(2, "2026-05-09"), listedAs(3, "2026-05-08"), listedAs(4, "2026-05-17"), listedAs(5, "")}
	link := func(from, to byte, sure Certainty) Link { return Link{From: db.ID{from}, To: db.ID{to}, Sure: sure} }
	c := Chain(cases, []Link{link(1, 2, Likely), link(1, 3, Certain), link(3, 4, Possible), link(2, 4, Certain), link(1, 9, Certain), link(5, 1, RuledOut)}, map[db.ID]db.ID{{9}: {5}}, map[db.ID]int{{1}: 7})
	var order []string
	for _, k := range c.Knots {
		order = append(order, k.Case.Number)
	}
	// 1 infected 3, 2 and, as the contact 9, 5, whose onset nobody knows; 2 infected 4.
	if got := strings.Join(order, ""); got != "BDCEF" {
		t.Errorf("in the order %s", got)
	}
	for i, want := range []int{0, 1, 1, 2, 1} {
		if c.Knots[i].Generation != want || c.Knots[i].Row != i || len(c.Knots[i].Faults) > 0 {
			t.Errorf("%s: %+v", order[i], c.Knots[i])
		}
	}
	if c.NoOnset != 1 || c.Knots[0].Contacts != 7 || c.First.String() != "2026-05-01" || c.Last.String() != "2026-05-17" {
		t.Errorf("%+v", c)
	}
	if src, l, ok := c.Source(c.Knots[3]); !ok || src.Case.ID != (db.ID{2}) || l.Sure != Certain {
		t.Errorf("the source of E is %v", src.Case.Number)
	}
}

func TestWhatCannotBeInAChainIsSaid(t *testing.T) {
	link := func(from, to byte, sure Certainty) Link { return Link{From: db.ID{from}, To: db.ID{to}, Sure: sure} }
	faults := func(c Chains, n byte) []ChainFault {
		i := slices.IndexFunc(c.Knots, func(k Knot) bool { return k.Case.ID == db.ID{n} })
		return c.Knots[i].Faults
	}
	round := Chain([]Listed{listedAs(1, "2026-05-01"), listedAs(2, "2026-05-03"), listedAs(3, "2026-05-05"), listedAs(4, "2026-05-06")}, []Link{link(3, 1, ""), link(1, 2, ""), link(2, 3, ""), link(3, 4, "")}, nil, nil)
	if len(round.Knots) != 4 {
		t.Fatalf("a circle loses cases: %d", len(round.Knots))
	}
	for n := byte(1); n <= 3; n++ {
		if !slices.Contains(faults(round, n), Cycle) {
			t.Errorf("case %d of the circle: %v", n, faults(round, n))
		}
	}
	if slices.Contains(faults(round, 4), Cycle) {
		t.Error("who hangs on a circle is not in it")
	}
	early := Chain([]Listed{listedAs(1, "2026-05-10"), listedAs(2, "2026-05-09"), listedAs(3, "2026-05")}, []Link{link(1, 2, Certain), link(1, 3, Certain)}, nil, nil)
	if !slices.Equal(faults(early, 2), []ChainFault{BeforeSource}) || len(faults(early, 3)) > 0 {
		t.Errorf("ill a day before its source %v; in that month, which does not say %v", faults(early, 2), faults(early, 3))
	}
	both := Chain([]Listed{listedAs(1, "2026-05-01"), listedAs(2, "2026-05-01"), listedAs(3, "2026-05-09")}, []Link{link(1, 3, Certain), link(2, 3, Certain), link(7, 1, Likely)}, nil, nil)
	if !slices.Equal(faults(both, 3), []ChainFault{TwoSources}) || !slices.Equal(faults(both, 1), []ChainFault{SourceGone}) {
		t.Errorf("two certain sources %v; a source that is not here %v", faults(both, 3), faults(both, 1))
	}
	if both.Faulty() != 2 {
		t.Errorf("%d faulty", both.Faulty())
	}
}

func TestASourceIsLinkedWithItsCertaintyAndACircleIsRefused(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		a := w.record(Case{Disease: "filovirus", Number: "A", Onset: day("2026-05-01")})
		b := w.record(Case{Disease: "bdbv", Number: "B", Onset: day("2026-05-10")})
		c := w.record(Case{Disease: "bdbv", Number: "C", Onset: day("2026-05-20")})
		m := w.record(Case{Disease: "measles", Number: "M"})
		as := w.As("epidemiologist")
		_, list, err := w.Candidates(as, b)
		w.Must(err)
		if len(list) != 2 || slices.ContainsFunc(list, func(l Listed) bool { return l.ID == b || l.ID == m }) {
			t.Errorf("candidates %d", len(list))
		}
		w.Must(w.LinkSource(as, Link{From: a, To: b, Sure: Likely, Type: Touched, Last: day("2026-05-03")}, false))
		w.Must(w.LinkSource(as, Link{From: b, To: c, Sure: Possible}, false))
		if err := w.LinkSource(as, Link{From: c, To: a, Sure: Certain}, true); fault.FieldOf(err) != "from" || fault.KeyOf(err) != "linelist.error.cycle" {
			t.Errorf("a circle: %v", err)
		}
		if err := w.LinkSource(as, Link{From: c, To: m, Sure: ""}, true); fault.FieldOf(err) != "certainty" {
			t.Errorf("without a certainty: %v", err)
		}
		d := w.record(Case{Disease: "bdbv", Number: "D", Onset: day("2026-05-15")})
		if err := w.LinkSource(as, Link{From: c, To: d, Sure: Likely}, false); fault.FieldOf(err) != "another" {
			t.Errorf("ill before the source: %v", err)
		}
		w.Must(w.LinkSource(as, Link{From: c, To: d, Sure: Likely}, true))
		w.Must(w.LinkSource(as, Link{From: a, To: b, Sure: Certain}, false)) // judged anew: one link
		o := w.opened(b)
		if len(o.Linked) != 2 {
			t.Fatalf("%d links of B", len(o.Linked))
		}
		for _, l := range o.Linked {
			if l.From == a && (l.Sure != Certain || l.Type != Touched || l.Last != day("2026-05-03")) {
				t.Errorf("A to B: %+v", l.Link)
			}
		}
		chains, total, err := w.ChainsOf(as, Filter{})
		w.Must(err)
		if total != 5 || len(chains.Knots) != 5 || chains.Faulty() != 1 {
			t.Errorf("%d cases, %d drawn, %d faulty", total, len(chains.Knots), chains.Faulty())
		}
		if err := w.LinkSource(w.As("epidemiologist_elsewhere"), Link{From: a, To: c, Sure: Likely}, false); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody of another site links: %v", err)
		}
	})
}

func TestThePagesOfChains(t *testing.T) {
	w := newWorld(t, "")
	a := w.record(Case{Disease: "bdbv", Number: "BD-A", Onset: day("2026-05-01"), Name: "Nobody's business"})
	b := w.record(Case{Disease: "bdbv", Number: "BD-B", Onset: day("2026-05-10")})
	code, body := w.Post("nurse", "/linelist/"+b.String()+"/source", url.Values{"from": {a.String()}})
	if code != 422 {
		t.Errorf("without a certainty: %d", code)
	}
	w.Says(body, "BD-A", "2026-05-01")
	if code, to := w.Post("nurse", "/linelist/"+b.String()+"/source", url.Values{"from": {a.String()}, "certainty": {"certain"}, "last-unknown": {"yes"}}); code != 303 {
		t.Fatalf("linked: %d %.900s", code, to)
	}
	_, body = w.Get("epidemiologist", "/linelist/chains?disease=bdbv")
	w.Says(body, "BD-B", "Certain 9 1 0 It fits")
	if !strings.Contains(body, "<svg") || strings.Contains(body, "business") {
		t.Error("no drawing, or a name on it")
	}
	if code, _ = w.Get("manager", "/linelist/chains"); code != 403 {
		t.Errorf("a manager sees chains: %d", code)
	}
}
