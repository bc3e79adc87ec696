package assessment

import (
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
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
//
// What was filled in and turned out to be needed after all stays unknown: so the
// search ends, and a pack that would go round in circles asks instead of assuming.
func settle(ask decide, in decision.Input, facts []pack.Fact, ordered map[string]bool) (decision.Decision, decision.Input) {
	given := in.Facts
	in.Facts = make(map[string]decision.Fact, len(given)+len(facts))
	for n, f := range given {
		in.Facts[n] = f
	}
	in.Unasked = true // until what follows has been filled in, nobody reads the questions
	d := ask(in)
	filled, takenBack := map[string]bool{}, map[string]bool{}
	for {
		changed := false
		for _, f := range facts {
			if _, has := given[f.Name]; has || f.Absent == "" || f.Service == "" || takenBack[f.Name] {
				continue
			}
			switch need := needed(d, f.Service, ordered); {
			case !need && !filled[f.Name]:
				in.Facts[f.Name] = decision.Fact{Value: value.Text(f.Absent), AsOf: in.On.Date()}
				filled[f.Name], changed = true, true
			case need && filled[f.Name]:
				delete(in.Facts, f.Name)
				takenBack[f.Name], changed = true, true
			}
		}
		if !changed {
			in.Unasked = false
			return ask(in), in
		}
		d = ask(in)
	}
}

// needed reports whether a result fact's service is, or may become, required, or
// was ordered. services holds one or more codes.
func needed(d decision.Decision, services string, ordered map[string]bool) bool {
	for _, code := range strings.Fields(services) {
		if ordered[code] {
			return true
		}
		if _, ok := d.Outcome(decision.Require, code); ok {
			return true
		}
	}
	return false
}

// stale lists the services whose result is there and too old for the day: they
// have to be done again. A fact that another form also yields (an answer of the
// examination) counts only for the service whose own form gives it.
func stale(in decision.Input, p *pack.Pack) map[string]bool {
	out := map[string]bool{}
	for _, f := range p.Facts {
		have, ok := in.Facts[f.Name]
		if !ok || f.LongestAge == nil || !have.Value.Known() || !tooOld(have.AsOf, *f.LongestAge, in.On) {
			continue
		}
		code, observed := strings.CutPrefix(f.From, "obs:")
		for _, service := range strings.Fields(f.Service) {
			if observed && slices.Contains(yields(p, service), code) {
				out[service] = true
			}
		}
	}
	return out
}

// tooOld is the engine's own rule (engine/decision): a fact of the first day that
// it may be of, and one whose day nobody noted, cannot be shown to be fresh.
func tooOld(asOf calendar.Date, longest int, on calendar.Day) bool {
	first, _, ok := asOf.Bounds()
	return !ok || int(on-first) > longest
}

// yields lists the observation codes that the form of a service gives.
func yields(p *pack.Pack, service string) []string {
	svc, ok := p.ServiceFor(service)
	if !ok {
		return nil
	}
	f, ok := p.FormOf(svc)
	if !ok {
		return nil
	}
	return f.Facts()
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

// allRestOnSensitive reports whether there is no reason that everybody may know.
func allRestOnSensitive(p *pack.Pack, rows []decision.RowRef) bool {
	return len(rows) > 0 && !slices.ContainsFunc(rows, func(r decision.RowRef) bool { return !restsOnSensitive(p, r) })
}

// anyRestsOnSensitive is restsOnSensitive for several rows.
func anyRestsOnSensitive(p *pack.Pack, rows []decision.RowRef) bool {
	return slices.ContainsFunc(rows, func(r decision.RowRef) bool { return restsOnSensitive(p, r) })
}

// kindRows lists the rows of a pack that can bring about an outcome of a kind:
// where one of them rests on a sensitive fact, telling the outcome to whoever may
// not know it would tell the fact.
func kindRows(p *pack.Pack, kind decision.Kind) []decision.RowRef {
	var out []decision.RowRef
	for _, t := range p.Tables {
		at := slices.Index(t.Outputs, "outcome")
		if at < 0 {
			continue
		}
		for _, r := range t.Rows {
			if r.Out[at] == string(kind) {
				out = append(out, decision.RowRef{Table: t.Name, ID: r.ID})
			}
		}
	}
	return out
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
