package assessment

import (
	"slices"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// An officer may set another class than the table's, and never to get past the
// table: the rules are asked twice, as they are and with the officer's class
// standing beside what the tables find, and a clearance has to stand on both
// answers (docs/adr/0012). So a class that the pack holds is held, whoever set it,
// and a class that it does not hold lifts nothing.

// withClass joins the plan of the rules with the plan of the rules under an
// officer's class: what either asks, holds or leaves open.
func withClass(rules, under Plan, class string) Plan {
	out := Plan{Items: slices.Clone(under.Items), Questions: slices.Clone(rules.Questions), Holds: slices.Clone(rules.Holds),
		Classes: slices.Clone(rules.Classes), Open: slices.Clone(rules.Open), Notes: slices.Clone(rules.Notes)}
	for _, it := range rules.Items {
		i := slices.IndexFunc(out.Items, func(o Item) bool { return o.Code == it.Code })
		switch {
		case i < 0:
			out.Items = append(out.Items, it)
		case out.Items[i].Offered && !it.Offered, !it.Offered && out.Items[i].State.Settled():
			out.Items[i] = it
		}
	}
	sort.SliceStable(out.Items, func(i, j int) bool { return itemOrder(out.Items[i]) < itemOrder(out.Items[j]) })
	for _, q := range under.Questions {
		if !slices.Contains(out.Questions, q) {
			out.Questions = append(out.Questions, q)
		}
	}
	for _, both := range []struct {
		into *[]decision.Outcome
		more []decision.Outcome
	}{{&out.Holds, under.Holds}, {&out.Classes, under.Classes}, {&out.Open, under.Open}, {&out.Notes, under.Notes}} {
		for _, o := range both.more {
			said := o.Kind == decision.Classify && o.Code == class // shown as the officer's own
			if !said && !slices.ContainsFunc(*both.into, func(p decision.Outcome) bool { return p.Kind == o.Kind && p.Code == o.Code }) {
				*both.into = append(*both.into, o)
			}
		}
	}
	return out
}

// earliest is the last day of validity under the rules and, where an officer set a
// class, under that class too: the earlier day, and none unless both give one.
func earliest(rules decision.Decision, under *decision.Decision) (calendar.Day, bool) {
	day, ok := rules.ValidUntil()
	if under == nil {
		return day, ok
	}
	other, has := under.ValidUntil()
	return min(day, other), ok && has
}

// classTold reports whether an officer's class may be named on a paper that passes
// through many hands: not where every rule that gives it rests on a sensitive fact.
func classTold(p *pack.Pack, class string) bool {
	rows := classRows(p, class)
	return len(rows) > 0 && !allRestOnSensitive(p, rows)
}

// classRows are the rows that can give a class.
func classRows(p *pack.Pack, class string) []decision.RowRef {
	var out []decision.RowRef
	for _, t := range p.Tables {
		kind, code := slices.Index(t.Outputs, "outcome"), slices.Index(t.Outputs, "code")
		if kind < 0 || code < 0 {
			continue
		}
		for _, r := range t.Rows {
			if r.Out[kind] == string(decision.Classify) && slices.Contains(strings.Fields(r.Out[code]), class) {
				out = append(out, decision.RowRef{Table: t.Name, ID: r.ID})
			}
		}
	}
	return out
}
