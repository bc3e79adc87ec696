package order

import (
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// pending is the choice that says "still to come". A result with it keeps its
// order open.
const pending = "pending"

// factIdentity is the fact by which a form's own question confirms identity.
const factIdentity = "identity_confirmed"

// actAt is what a station does to a person where the form does not say.
func actAt(station string) form.Act {
	switch station {
	case "radiology":
		return form.Image
	case "laboratory":
		return form.Specimen
	case "vaccination":
		return form.Injection
	case "pharmacy", "treatment":
		return form.Dispense
	}
	return form.NoAct
}

// guarded reports whether the station-safety check comes before the act: imaging,
// injections (a live vaccine may be one) and drugs. Taking a specimen harms nobody
// who could be pregnant.
func guarded(a form.Act) bool { return a == form.Image || a == form.Injection || a == form.Dispense }

// Unmet returns the needs of an order that its steps and the consent it asks for do
// not meet. Only a consent that stands counts: not one that waits for the second
// officer, was refused or was withdrawn.
func Unmet(o Order, steps []Step, consent people.ConsentState) []Need {
	counselled, performed := false, false
	for _, s := range steps {
		counselled = counselled || s.Kind == StepBefore
		performed = performed || s.Kind == StepPerformed
	}
	var out []Need
	for _, n := range o.Needs {
		switch {
		case n == NeedCounselling && !counselled:
			out = append(out, n)
		case n == NeedConsent && consent != people.ConsentGiven && !(performed && guarded(o.Act)):
			// An image that was taken or a dose that was given cannot be taken back, and
			// what it showed is recorded. A specimen that nobody examined yet is not examined.
			out = append(out, n)
		}
	}
	return out
}

// needsConsent reports whether the order asks for one.
func (o Order) needsConsent() bool { return slices.Contains(o.Needs, NeedConsent) }

// decisionOf is what a consent's record says, in the words of an order's history.
func decisionOf(c people.Consent) string {
	switch c.State() {
	case people.ConsentWithdrawn:
		return TakenBack
	case people.ConsentRefused:
		return Decline
	case people.ConsentPending:
		return Halfway
	}
	if c.Countersigned() {
		return Countersigned
	}
	return Agreed
}

// interpreterOf puts who interpreted into this area's codes.
func interpreterOf(i people.Interpreter) string {
	if i == people.InterpreterNone {
		return "not_needed"
	}
	return string(i)
}

// touched reports whether the person was identified for what is to be reported of a
// specimen.
func touched(o Order, steps []Step, results []Result, specimen int) bool {
	return slices.ContainsFunc(fresh(o, steps, results, specimen), func(s Step) bool { return s.Kind == StepIdentity })
}

// fresh are the identifications and acts of a specimen that no result has used up.
// Whatever was reported of an image, an injection or a dose, and struck out since
// or not, asks for another one: that is a new touch, with its own identification
// and its own safety check of the day. A specimen is taken once, however long its
// culture grows; it is taken anew when all that was reported of it was struck out.
// A correction touches nobody.
func fresh(o Order, steps []Step, results []Result, specimen int) []Step {
	var since time.Time
	stands := slices.ContainsFunc(live(results), func(r Result) bool { return r.Specimen == specimen })
	for _, r := range results {
		if r.Specimen == specimen && r.Corrects.IsZero() && r.At.After(since) && (guarded(o.Act) || r.InError && !stands) {
			since = r.At
		}
	}
	var out []Step
	for _, s := range steps {
		if (s.Kind == StepIdentity || s.Kind == StepPerformed) && s.Specimen == specimen && s.At.After(since) {
			out = append(out, s)
		}
	}
	return out
}

// next is the first specimen that was not collected, 0 when all were. An order of
// one specimen counts it as 0 everywhere.
func next(o Order, steps []Step) int {
	if o.Specimens < 2 {
		return 0
	}
	for n := 1; n <= o.Specimens; n++ {
		if !slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == StepPerformed && s.Specimen == n }) {
			return n
		}
	}
	return 0
}

// statusAfter is the status of an order with these results: done when every
// specimen has a whole one, refused when one says that the person refused it.
func statusAfter(o Order, results []Result) Status {
	whole := map[int]bool{}
	to := Done
	for _, r := range live(results) {
		if r.Refused {
			to = Refused
		}
		if !r.Partial {
			whole[r.Specimen] = true
		} else {
			delete(whole, r.Specimen)
		}
	}
	if len(whole) >= max(o.Specimens, 1) {
		return to
	}
	return InProgress
}

// live leaves out results that were corrected or entered in error, oldest first.
func live(results []Result) []Result {
	var out []Result
	for _, r := range results {
		if !r.InError && r.Replaced.IsZero() {
			out = append(out, r)
		}
	}
	return out
}

// partial reports whether an answer is still to come.
func partial(answers value.Facts) bool {
	for _, v := range answers {
		if s, ok := v.Str(); ok && s == pending {
			return true
		}
	}
	return false
}

// combos are, by order and code, the answers of several specimens, least serious
// first, and how many specimens there are.
type combos map[db.ID]combo

type combo struct {
	specimens int
	codes     map[string][]string
}

// facts makes one fact a code of observations that hold (none corrected or
// entered in error), the oldest first.
func facts(obs []Observation, several combos) map[string]decision.Fact {
	type key struct {
		code  string
		order db.ID // only where the order has several specimens
	}
	groups := map[key][]Observation{}
	var keys []key
	for _, o := range obs {
		k := key{code: o.Code}
		if several[o.Order].specimens > 1 {
			k.order = o.Order
		}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], o)
	}
	out := map[string]decision.Fact{}
	latest := map[string]calendar.Day{}
	for _, k := range keys {
		var f decision.Fact
		var on calendar.Day
		if c := several[k.order]; c.specimens > 1 {
			f, on = combine(groups[k], c.specimens, c.codes[k.code])
		} else {
			f, on = newest(groups[k])
		}
		if _, has := out[k.code]; !has || on > latest[k.code] {
			out[k.code], latest[k.code] = f, on
		}
	}
	return out
}

// newest takes the observation of the latest day. Several of that day that did not
// see each other and differ are in dispute.
func newest(obs []Observation) (decision.Fact, calendar.Day) {
	last := obs[0].On
	for _, o := range obs {
		last = max(last, o.On)
	}
	var day []Observation
	for _, o := range obs {
		if o.On == last {
			day = append(day, o)
		}
	}
	var tops []Observation // what no other one of the day had seen
	for _, o := range day {
		if !slices.ContainsFunc(day, func(p Observation) bool { return slices.Contains(p.Seen, o.Result) }) {
			tops = append(tops, o)
		}
	}
	if len(tops) == 0 { // a circle cannot be, but must not lose the fact
		tops = day
	}
	f := decision.Fact{Value: tops[len(tops)-1].Value, AsOf: last.Date()}
	for _, o := range tops {
		f.Disputed = f.Disputed || !o.Value.Equal(f.Value)
	}
	return f, last
}

// combine makes one fact of several specimens: the most serious answer as soon as
// it is there; any other only when every specimen has reported.
func combine(obs []Observation, specimens int, order []string) (decision.Fact, calendar.Day) {
	bySpecimen := map[int][]Observation{}
	for _, o := range obs {
		bySpecimen[o.Specimen] = append(bySpecimen[o.Specimen], o)
	}
	worst, last, disputed := -1, obs[0].On, false
	reported := 0
	for _, list := range bySpecimen {
		f, on := newest(list)
		last = max(last, on)
		disputed = disputed || f.Disputed
		s, ok := f.Value.Str()
		if i := slices.Index(order, s); ok && i >= 0 {
			reported++
			worst = max(worst, i)
		}
	}
	f := decision.Fact{AsOf: last.Date(), Disputed: disputed}
	if worst >= 0 && (worst == len(order)-1 || reported >= specimens) {
		f.Value = value.Text(order[worst])
	}
	return f, last
}

// interpreterFault says what stands against an interpreter; "" nothing. sure is
// the officer's word that there is no other way.
func interpreterFault(code string, sure bool) string {
	switch {
	case !slices.Contains(Interpreters, code):
		return "order.error.choice"
	case code == "child":
		return "order.error.interpreter_child"
	case code == "relative" && !sure:
		return "order.error.interpreter_relative"
	}
	return ""
}
