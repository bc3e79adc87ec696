package assessment

import (
	"slices"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// OrderState is how far the order of a service has come.
type OrderState string

// The states of an order as the plan sees them. Not possible (no sputum, no vein)
// is as refused: the physician decides what then.
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
	Offered     bool              // the person may have it; the destination does not ask for it
	Rows        []decision.RowRef // why
	Barred      []decision.RowRef // what stands against it
	MayWaive    []decision.RowRef // rules of the destination by which an officer may set it aside
	Ask         []string          // facts that decide whether it is needed
	Args        map[string]string // months, within_days … of the rule
	Unconfirmed bool              // rests on a recalled rule
	Earlier     *Earlier          // done for another case, and not to be done again
	Sensitive   bool              // the service is, or every rule that asks for it rests on a sensitive fact
}

// Waiver is one service set aside: it holds for the rules that asked for the
// service then, and for no others.
type Waiver map[string]bool

// standing is what a plan is laid over: the orders of the case, what an officer
// set aside, and which results are too old.
type standing struct {
	Orders map[string]OrderState
	Waived map[string]Waiver // by service
	Stale  map[string]bool   // by service
	// Earlier is what was done for another case and holds for this one, by service.
	Earlier map[string]Earlier
	// Facts are what was decided on, with their days.
	Facts map[string]decision.Fact
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
	// Notes are referrals, flags, forms, notifications and escorts.
	Notes []decision.Outcome
}

// plan lays a decision out as a list of services.
func plan(d decision.Decision, p *pack.Pack, st standing) Plan {
	var out Plan
	for _, o := range d.Outcomes {
		switch o.Kind {
		case decision.Require, decision.Offer:
			if o.Kind == decision.Offer {
				if _, required := d.Outcome(decision.Require, o.Code); required {
					continue // asked for anyway
				}
			}
			out.Items = append(out.Items, item(d, o, p, st))
		case decision.Hold, decision.Classify:
			switch {
			case o.State != decision.Definite:
				out.Open = append(out.Open, o)
			case o.Kind == decision.Hold:
				out.Holds = append(out.Holds, o)
			default:
				out.Classes = append(out.Classes, o)
			}
		case decision.Refer, decision.Flag, decision.Form, decision.Notify, decision.Escort:
			out.Notes = append(out.Notes, o)
		}
	}
	sort.SliceStable(out.Items, func(i, j int) bool { return itemOrder(out.Items[i]) < itemOrder(out.Items[j]) })
	out.Questions = questions(d, p, out.Items)
	return out
}

// itemOrder puts what needs somebody first.
func itemOrder(i Item) int {
	return slices.Index([]ItemState{ItemBlocked, ItemRefused, ItemAgain, ItemRequired, ItemUndecided, ItemDeferred, ItemAwaited, ItemDone, ItemWaived, ItemOffered}, i.State)
}

func item(d decision.Decision, o decision.Outcome, p *pack.Pack, st standing) Item {
	svc, _ := p.ServiceFor(o.Code)
	it := Item{Code: o.Code, Service: svc, Offered: o.Kind == decision.Offer, Rows: because(o.Rows), Barred: o.BarredBy, Ask: o.Ask, Args: o.Args, Unconfirmed: o.Unconfirmed}
	it.Sensitive = isSensitive(svc.Sensitivity) || allRestOnSensitive(p, it.Rows)
	if w, ok := d.Outcome(decision.Waive, o.Code); ok && w.State == decision.Definite {
		it.MayWaive = w.Rows
	}
	deferred, isDeferred := d.Outcome(decision.Defer, o.Code)
	waiver, waived := st.Waived[o.Code]
	earlier, before := st.Earlier[o.Code]
	before = before && !madeBefore(earlier, p, it.Rows, st.Facts)
	switch state := st.Orders[o.Code]; {
	case state == OrderDone && !st.Stale[o.Code]:
		it.State = ItemDone
	case before && (state == OrderNone || state == OrderOpen): // refused here, it is not taken from elsewhere
		it.State, it.Earlier = ItemDone, &earlier
	case waived && !it.Offered && waiver.covers(it.Rows):
		it.State = ItemWaived
	case state == OrderAwaited:
		it.State = ItemAwaited
	case o.State == decision.Blocked:
		it.State = ItemBlocked
	case isDeferred && deferred.State == decision.Definite:
		it.State, it.Barred = ItemDeferred, append(slices.Clone(it.Barred), deferred.Rows...)
	case state == OrderRefused:
		it.State = ItemRefused
	case it.Offered:
		it.State = ItemOffered
	case o.State != decision.Definite:
		it.State = ItemUndecided
	case st.Stale[o.Code]:
		it.State = ItemAgain
	default:
		it.State = ItemRequired
	}
	if it.Offered && it.State != ItemDone && it.State != ItemAwaited {
		it.State = ItemOffered // declining an offer stands against nothing
		if st.Orders[o.Code] == OrderOpen {
			it.State = ItemRequired // the person took it up
		}
	}
	return it
}

// because leaves of the rules that bring something about those that fired. Where
// none did for sure, those that may fire are the reason.
func because(rows []decision.RowRef) []decision.RowRef {
	var fired []decision.RowRef
	for _, r := range rows {
		if r.Truth == value.Yes {
			fired = append(fired, r)
		}
	}
	if len(fired) == 0 {
		return rows
	}
	return fired
}

// covers reports whether every rule that asks for the service now asked for it
// when it was set aside.
func (w Waiver) covers(rows []decision.RowRef) bool {
	return !slices.ContainsFunc(rows, func(r decision.RowRef) bool { return !w[r.ID] })
}

// waivers gathers what officers set aside.
func waivers(acts []Act) map[string]Waiver {
	out := map[string]Waiver{}
	for _, a := range acts {
		if a.Act != ActWaive {
			continue
		}
		if out[a.Service] == nil {
			out[a.Service] = Waiver{}
		}
		for _, row := range a.Rows {
			out[a.Service][row] = true
		}
	}
	return out
}

// questions leaves out of the decision's own list what an item already says: the
// result of a service that is not finished, or that may not be needed at all. An
// answer that the service's form did not give is asked once the service is done.
func questions(d decision.Decision, p *pack.Pack, items []Item) []string {
	pending := map[string]bool{}
	for _, it := range items {
		switch it.State {
		case ItemDone, ItemWaived, ItemOffered:
		default:
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

// position is what decides where a member stands, beside the plan.
type position struct {
	Ended     bool           // left the case, or died
	Clearance ClearanceState // "" without one
	Held      bool           // by an officer
}

// stateOf works out where a member stands.
func stateOf(pl Plan, at position) State {
	has := func(states ...ItemState) bool {
		return slices.ContainsFunc(pl.Items, func(it Item) bool { return !it.Offered && slices.Contains(states, it.State) })
	}
	switch {
	case at.Ended:
		return StateEnded
	case at.Clearance == ClearanceIssued:
		return StateCleared
	case at.Clearance == ClearanceSuspended:
		return StateSuspended
	case has(ItemBlocked, ItemRefused):
		return StateBlocked
	case len(pl.Questions) > 0:
		return StateQuestions
	case has(ItemRequired, ItemAgain, ItemUndecided):
		return StateServices
	case has(ItemAwaited, ItemDeferred):
		return StateWaiting
	case len(pl.Holds) > 0 || at.Held:
		return StateHold
	case len(pl.Open) > 0:
		return StateQuestions
	case !slices.ContainsFunc(pl.Items, func(it Item) bool { return !it.Offered }):
		return StateNotNeeded
	}
	return StateToSign
}

// stations lists where the person still has to go, each once, in the order of the
// plan.
func stations(pl Plan) []string {
	out := []string{}
	for _, it := range pl.Items {
		if it.State.ToDo() && it.Service.Station != "" && !slices.Contains(out, it.Service.Station) {
			out = append(out, it.Service.Station)
		}
	}
	return out
}

// Obstacle is one reason why a member cannot be cleared yet. Code is a word of the
// pack under the prefix Word ("service", "fact", "hold", "classify"), or "" for the
// hold of an officer.
type Obstacle struct{ Code, Word string }

// obstacles lists why a clearance cannot be signed; none means that it can.
func obstacles(pl Plan, held bool) []Obstacle {
	var out []Obstacle
	for _, it := range pl.Items {
		if !it.State.Settled() && !it.Offered {
			out = append(out, Obstacle{it.Code, "service"})
		}
	}
	for _, q := range pl.Questions {
		out = append(out, Obstacle{q, "fact"})
	}
	for _, o := range pl.Holds {
		out = append(out, Obstacle{o.Code, "hold"})
	}
	if held {
		out = append(out, Obstacle{"", "hold"})
	}
	if len(pl.Questions) == 0 {
		for _, o := range pl.Open {
			out = append(out, Obstacle{o.Code, string(o.Kind)})
		}
	}
	return out
}

// unsettled are the classes and holds that are open although everything is done
// and answered. While services are to do it says nothing that they may still bring
// anything, and it would frighten.
func (pl Plan) unsettled() []decision.Outcome {
	if len(pl.Questions) > 0 || slices.ContainsFunc(pl.Items, func(it Item) bool { return !it.Offered && !it.State.Settled() }) {
		return nil
	}
	return pl.Open
}

// onlyHolds reports whether nothing but holds stands against a clearance: then the
// classification can be signed, and nobody is cleared.
func onlyHolds(obs []Obstacle) bool {
	return !slices.ContainsFunc(obs, func(o Obstacle) bool { return o.Word != "hold" })
}
