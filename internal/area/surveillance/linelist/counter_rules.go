package linelist

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// packCounter says which vaccine, treatment and test is for which agent.
const packCounter = "countermeasures"

// Role is who somebody is to a disease, as the pack of countermeasures names it.
type Role string

// The roles that a case page asks for.
const (
	RoleCase    Role = "case"
	RoleContact Role = "contact"
)

// counterRoles are in the order of the page.
var counterRoles = []Role{RoleCase, RoleContact}

// vaccineReceived is where an answer about a vaccine that somebody had is kept.
const vaccineReceived = "vaccine:received"

// counterFacts are what the pack of countermeasures reads. The agent is the species
// where there are several, and never the disease in its place: a virus whose species
// nobody knows is an agent of its own in the pack, for which nothing is offered. An
// agent in dispute counts as unknown, and then nothing is definite.
func counterFacts(d surveillance.Disease, role Role, received value.Value, disputed bool) map[string]decision.Fact {
	out := map[string]decision.Fact{"role": {Value: value.Text(string(role))}}
	if d.Agent != "" {
		out["agent"] = decision.Fact{Value: value.Text(d.Agent), Disputed: disputed}
	}
	if received.Kind() != value.KindUnknown {
		out["vaccine_received"] = decision.Fact{Value: received}
	}
	return out
}

// counterFor tells what is definite for a role: what may be offered, what is not to be
// given, and what counts.
func counterFor(p *pack.Pack, facts map[string]decision.Fact, today calendar.Day, lang string) []pack.ExplainedOutcome {
	_, x := p.Explain(decision.Input{On: today, Facts: facts}, lang)
	out := slices.DeleteFunc(x.Outcomes, func(o pack.ExplainedOutcome) bool { return o.State != decision.Definite })
	slices.SortStableFunc(out, func(a, b pack.ExplainedOutcome) int {
		return strings.Compare(counterOrder(a.Kind), counterOrder(b.Kind))
	})
	return out
}

// counterOrder puts what is not to be given first: it is what harms.
func counterOrder(k decision.Kind) string {
	if k == decision.Contraindicate {
		return ""
	}
	return string(k)
}
