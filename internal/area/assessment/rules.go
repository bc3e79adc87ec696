package assessment

import (
	"slices"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// decide asks a pack; it is a parameter so that rules stay pure.
type decide func(decision.Input) decision.Decision

// settle decides on what is known, and fills in what follows from it: the result
// of a service that is definitely not required, and that nobody ordered, is known
// to be absent ("not_done"). A result that is still to come stays unknown, so that
// a test not yet done is never read as a test that was clear. ordered holds the
// pack's service codes that somebody ordered or performed.
func settle(ask decide, in decision.Input, facts []pack.Fact, ordered map[string]bool) (decision.Decision, decision.Input) {
	given := in.Facts
	in.Facts = make(map[string]decision.Fact, len(given)+len(facts))
	for n, f := range given {
		in.Facts[n] = f
	}
	d := ask(in)
	filled := map[string]pack.Fact{}
	for range len(facts) + 1 {
		changed := false
		for _, f := range facts {
			if f.Absent == "" || f.Service == "" {
				continue
			}
			_, isFilled := filled[f.Name]
			if _, has := given[f.Name]; has {
				continue
			}
			need := needed(d, f.Service, ordered)
			switch {
			case !need && !isFilled:
				in.Facts[f.Name] = decision.Fact{Value: value.Text(f.Absent), AsOf: in.On.Date()}
				filled[f.Name] = f
				changed = true
			case need && isFilled:
				// Something filled in since has made the service needed after all:
				// its result is still to come.
				delete(in.Facts, f.Name)
				delete(filled, f.Name)
				changed = true
			}
		}
		if !changed {
			break
		}
		d = ask(in)
	}
	return d, in
}

// needed reports whether a result fact's service is, or may become, required, or
// was ordered. services holds one or more codes.
func needed(d decision.Decision, services string, ordered map[string]bool) bool {
	for _, code := range strings.Fields(services) {
		if ordered[code] {
			return true
		}
		if o, ok := d.Outcome(decision.Require, code); ok && o.State != "" {
			return true
		}
	}
	return false
}

// OrderState is how far the order of a service has come.
type OrderState string

// The states of an order as the plan sees them.
const (
	OrderNone    OrderState = ""
	OrderOpen    OrderState = "open"
	OrderAwaited OrderState = "awaited" // performed, result to come
	OrderDone    OrderState = "done"
	OrderRefused OrderState = "refused"
)

// Item is one service of a plan.
type Item struct {
	Code        string
	State       ItemState
	Service     pack.Service
	Rows        []decision.RowRef // why
	Barred      []decision.RowRef // what stands against it
	Ask         []string          // facts that decide whether it is needed
	Unconfirmed bool
	Sensitive   bool // the service, or a fact its reason rests on, is sensitive
}

// Plan is what a decision asks of one person, with how far each service is.
type Plan struct {
	Items []Item
	// Questions are facts to ask somebody: not results of services that are still
	// to be done, which the items themselves say.
	Questions []string
	// Holds and Classes are definite; Open outcomes are not.
	Holds   []decision.Outcome
	Classes []decision.Outcome
	Open    []decision.Outcome
	Refer   []decision.Outcome
	Notes   []decision.Outcome // flags, forms, notifications, referrals
}

// plan lays a decision out as a list of services.
func plan(d decision.Decision, p *pack.Pack, orders map[string]OrderState, waived map[string]bool) Plan {
	var out Plan
	for _, o := range d.Outcomes {
		switch o.Kind {
		case decision.Require, decision.Offer:
			out.Items = append(out.Items, item(d, o, p, orders, waived))
		case decision.Hold:
			if o.State == decision.Definite {
				out.Holds = append(out.Holds, o)
			} else {
				out.Open = append(out.Open, o)
			}
		case decision.Classify:
			if o.State == decision.Definite {
				out.Classes = append(out.Classes, o)
			} else {
				out.Open = append(out.Open, o)
			}
		case decision.Refer:
			out.Refer = append(out.Refer, o)
		case decision.Flag, decision.Form, decision.Notify, decision.Escort:
			out.Notes = append(out.Notes, o)
		}
	}
	sort.SliceStable(out.Items, func(i, j int) bool { return itemOrder(out.Items[i]) < itemOrder(out.Items[j]) })
	out.Questions = questions(d, p, out.Items)
	return out
}

// itemOrder puts what needs somebody first.
func itemOrder(i Item) int {
	return slices.Index([]ItemState{ItemBlocked, ItemRefused, ItemRequired, ItemUndecided, ItemDeferred, ItemAwaited, ItemDone, ItemWaived, ItemOffered}, i.State)
}

func item(d decision.Decision, o decision.Outcome, p *pack.Pack, orders map[string]OrderState, waived map[string]bool) Item {
	svc, _ := p.ServiceFor(o.Code)
	it := Item{Code: o.Code, Service: svc, Rows: o.Rows, Barred: o.BarredBy, Ask: o.Ask, Unconfirmed: o.Unconfirmed}
	it.Sensitive = isSensitive(svc.Sensitivity) || slices.ContainsFunc(o.Rows, func(r decision.RowRef) bool { return restsOnSensitive(p, r) })
	deferred, isDeferred := d.Outcome(decision.Defer, o.Code)
	switch state := orders[o.Code]; {
	case waived[o.Code]:
		it.State = ItemWaived
	case state == OrderDone:
		it.State = ItemDone
	case state == OrderRefused:
		it.State = ItemRefused
	case state == OrderAwaited:
		it.State = ItemAwaited
	case o.State == decision.Blocked:
		it.State = ItemBlocked
	case isDeferred && deferred.State == decision.Definite:
		it.State, it.Barred = ItemDeferred, append(it.Barred, deferred.Rows...)
	case o.Kind == decision.Offer:
		it.State = ItemOffered
	case o.State == decision.Definite:
		it.State = ItemRequired
	default:
		it.State = ItemUndecided
	}
	return it
}

// questions leaves out of the decision's own list what an item already says: the
// result of a service that is required and not finished.
func questions(d decision.Decision, p *pack.Pack, items []Item) []string {
	pending := map[string]bool{}
	for _, it := range items {
		switch it.State {
		case ItemRequired, ItemAwaited, ItemBlocked, ItemDeferred, ItemRefused:
			pending[it.Code] = true
		}
	}
	var out []string
	for _, name := range d.Ask {
		f, ok := p.Fact(name)
		if ok && slices.ContainsFunc(strings.Fields(f.Service), func(c string) bool { return pending[c] }) {
			continue
		}
		out = append(out, name)
	}
	return out
}

func isSensitive(level string) bool { return level == "sensitive" || level == "sealed" }

// restsOnSensitive reports whether a row reads a fact that not everybody may know.
func restsOnSensitive(p *pack.Pack, r decision.RowRef) bool {
	for _, name := range p.RowFacts(r.Table, r.ID) {
		if f, ok := p.Fact(name); ok && isSensitive(f.Sensitivity) {
			return true
		}
	}
	return false
}

// stateOf works out where a member stands.
func stateOf(pl Plan, clearance ClearanceState, hasClearance bool) State {
	has := func(states ...ItemState) bool {
		return slices.ContainsFunc(pl.Items, func(it Item) bool { return slices.Contains(states, it.State) })
	}
	switch {
	case hasClearance && clearance == ClearanceIssued:
		return StateCleared
	case hasClearance && clearance == ClearanceSuspended:
		return StateSuspended
	case has(ItemBlocked, ItemRefused):
		return StateBlocked
	case len(pl.Questions) > 0:
		return StateQuestions
	case has(ItemRequired, ItemUndecided):
		return StateServices
	case has(ItemAwaited, ItemDeferred):
		return StateWaiting
	case len(pl.Holds) > 0:
		return StateHold
	case len(pl.Open) > 0:
		return StateQuestions
	case !has(ItemDone, ItemWaived):
		return StateNotNeeded
	}
	return StateToSign
}

// stations lists where the person still has to go, each once, in the pack's order.
func stations(pl Plan) []string {
	var out []string
	for _, it := range pl.Items {
		if it.State == ItemRequired && it.Service.Station != "" && !slices.Contains(out, it.Service.Station) {
			out = append(out, it.Service.Station)
		}
	}
	return out
}

// obstacles lists why a clearance cannot be signed; none means that it can.
func obstacles(pl Plan) []Obstacle {
	var out []Obstacle
	for _, it := range pl.Items {
		if !it.State.Settled() {
			out = append(out, Obstacle{it.Code, "service"})
		}
	}
	for _, q := range pl.Questions {
		out = append(out, Obstacle{q, "fact"})
	}
	for _, o := range pl.Holds {
		out = append(out, Obstacle{o.Code, "hold"})
	}
	if len(pl.Questions) == 0 {
		for _, o := range pl.Open {
			out = append(out, Obstacle{o.Code, string(o.Kind)})
		}
	}
	return out
}

// Obstacle is one reason why a member cannot be cleared yet. Code is a word of the
// pack under the prefix Word ("service", "fact", "hold", "classify").
type Obstacle struct{ Code, Word string }

// sameGround reports whether two decisions say the same: what is required, held,
// classified and how long it is valid, by the same version. A clearance stands on
// the ground it was signed on; when the ground moves, it is suspended.
func sameGround(a, b pack.Record) bool {
	if a.Hash != b.Hash || !slices.Equal(a.Stopped, b.Stopped) {
		return false
	}
	key := func(r pack.Record) []string {
		var ks []string
		for _, o := range r.Outcomes {
			switch o.Kind {
			case decision.Require, decision.Hold, decision.Classify, decision.Contraindicate, decision.Defer, decision.Clear, decision.Valid:
				ks = append(ks, string(o.Kind)+" "+o.Code+" "+string(o.State)+" "+o.Args["until"])
			}
		}
		sort.Strings(ks)
		return ks
	}
	return slices.Equal(key(a), key(b))
}

// classesOf lists the classes a pack knows, in the order of its rows.
func classesOf(p *pack.Pack) []string {
	var out []string
	for _, t := range p.Tables {
		kind, code := slices.Index(t.Outputs, "outcome"), slices.Index(t.Outputs, "code")
		if kind < 0 || code < 0 {
			continue
		}
		for _, r := range t.Rows {
			if r.Out[kind] != string(decision.Classify) {
				continue
			}
			for _, c := range strings.Fields(r.Out[code]) {
				if !slices.Contains(out, c) {
					out = append(out, c)
				}
			}
		}
	}
	return out
}
