package app

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// stationSafety asks the pack of that name before anybody is imaged, injected or
// given a drug.
type stationSafety struct{ n *Node }

// Names that this program and the safety pack have in common (packs/README.md).
const (
	safetyPack  = "station-safety"
	safetyForm  = "pregnancy"         // the questions of the day
	safetyActs  = "acts"              // the pack's list of what services are
	flagWho     = "COULD_BE_PREGNANT" // about the person, whatever is done
	clearToAct  = "SERVICE"
	referDoctor = "PHYSICIAN"
	saidToday   = "obs:pregnancy_today" // what she says on the day
	saidXray    = "obs:xray_consent"    // that she agrees to the X-ray
)

// longestPregnancy is for how many days a recorded pregnancy stands against what is
// said on the day: 43 weeks, for one of more than 42 is prolonged (ICD-10 O48).
const longestPregnancy = 43 * 7

// bodyAct is what an act does to a body, in the words of the safety pack.
type bodyAct struct {
	kind  string   // imaging, live_vaccine, drug or other
	drugs []string // ATC codes
}

// bodyActs lists what an order's act may be. The pack's list of acts knows most
// services; what it does not know is everything it could be, and has to be safe as
// each: an injection may be a live vaccine or not, a medicine may be one that the
// pack lists or not.
func bodyActs(p *pack.Pack, o order.Order, on calendar.Day) []bodyAct {
	if l, ok := p.List(safetyActs); ok {
		for _, m := range l.Members {
			words := strings.Fields(m.Value)
			if m.Code == o.Service && holdsOn(m, on) && len(words) > 0 {
				return []bodyAct{{words[0], words[1:]}}
			}
		}
	}
	switch o.Act {
	case form.Image:
		return []bodyAct{{kind: "imaging"}}
	case form.Injection:
		return []bodyAct{{kind: "live_vaccine"}, {kind: "other"}}
	case form.Dispense:
		acts := []bodyAct{{kind: "drug"}}
		for _, l := range p.Lists {
			if l.ID != safetyActs && len(l.Members) > 0 {
				acts = append(acts, bodyAct{"drug", []string{l.Members[0].Code}})
			}
		}
		return acts
	}
	return []bodyAct{{kind: "other"}}
}

// holdsOn reports whether a member of a list is in force on a day.
func holdsOn(m pack.Member, on calendar.Day) bool {
	if first, ok := m.From.Exact(); ok && on < first {
		return false
	}
	last, ok := m.To.Exact()
	return !ok || on <= last
}

// Check implements order.Safety. Without the pack nobody is touched.
func (c stationSafety) Check(ctx context.Context, tx *db.Tx, o order.Order, on calendar.Day) (order.Verdict, error) {
	p, err := c.n.Packs.Active(tx, safetyPack, on)
	if fault.Is(err, fault.Unavailable) {
		return order.Verdict{Why: []page.Msg{page.M("app.safety.no_pack")}}, nil
	}
	if err != nil {
		return order.Verdict{}, err
	}
	for _, a := range bodyActs(p, o, on) {
		in, err := c.input(tx, p, o.Subject, a, on)
		if err != nil {
			return order.Verdict{}, err
		}
		d := p.Protocol.Decide(in)
		worst, disputed := asIfPregnant(p, in)
		// What is in dispute is safe only if it is safe as the worst of it.
		if mayAct(d) && (!disputed || mayAct(p.Protocol.Decide(worst))) {
			continue
		}
		v := c.verdict(ctx, p, d, o)
		if disputed && c.may(ctx, access.SafetyRead, o, journal.Clinical) {
			v.Why = append(v.Why, page.M("app.safety.disagree"))
		}
		return v, nil
	}
	return order.Verdict{Clean: true}, nil
}

// asIfPregnant is the same question with yes for a pregnancy that is in dispute.
func asIfPregnant(p *pack.Pack, in decision.Input) (decision.Input, bool) {
	out := in
	out.Facts = maps.Clone(in.Facts)
	disputed := false
	for _, f := range p.Facts {
		if fact, ok := in.Facts[f.Name]; ok && f.From == saidToday && fact.Disputed {
			disputed = true
			fact.Value, fact.Disputed = value.Of(true), false
			out.Facts[f.Name] = fact
		}
	}
	return out, disputed
}

// recordDisagrees reports whether the person's own record says that she is pregnant,
// of a day since which the pregnancy may go on (or two officers say different things
// there), while the answer of the day is something else.
func recordDisagrees(known map[string]decision.Fact, said decision.Fact, on calendar.Day) bool {
	record, ok := known[people.FactPregnant]
	if !ok || said.Value.Truth() == value.Yes {
		return false
	}
	_, asked, dated := record.AsOf.Bounds()
	return record.Disputed || record.Value.Truth() == value.Yes && (!dated || on-asked <= longestPregnancy)
}

// input gathers what the safety pack reads about a person, and what is about to be
// done. What the record does not hold is unknown.
func (c stationSafety) input(tx *db.Tx, p *pack.Pack, person db.ID, a bodyAct, on calendar.Day) (decision.Input, error) {
	in := decision.Input{On: on, Facts: map[string]decision.Fact{}}
	known, journey, err := c.n.People.Facts(tx, person, on)
	if err != nil {
		return in, err
	}
	in.Journey = journey
	seen, err := c.n.Orders.Facts(tx, person, p.Bound("obs:"))
	if err != nil {
		return in, err
	}
	for _, f := range p.Facts {
		var fact decision.Fact
		ok := true
		switch {
		case f.From == "order.day":
			fact = decision.Fact{Value: value.Day(int(on)), AsOf: on.Date()}
		case f.From == "order.kind":
			fact = decision.Fact{Value: value.Text(a.kind), AsOf: on.Date()}
		case f.From == "order.drug":
			fact = decision.Fact{Value: value.Texts(a.drugs...), AsOf: on.Date()}
		case strings.HasPrefix(f.From, "obs:"):
			fact, ok = seen[strings.TrimPrefix(f.From, "obs:")]
			if ok && f.From == saidToday && recordDisagrees(known, fact, on) {
				fact.Disputed = true
			}
			if f.From == saidXray {
				if fact, ok, err = c.xrayConsent(tx, person, fact, ok); err != nil {
					return in, err
				}
			}
		default:
			fact, ok = known[f.From]
		}
		if ok {
			in.Facts[f.Name] = fact
		}
	}
	return in, nil
}

// xrayConsent is whether she agrees to the X-ray: what was answered on the day, and the
// consent's own record where that says something later, or something against it of the
// same day. Who took a consent back has not agreed, whatever a form of that day says.
func (c stationSafety) xrayConsent(tx *db.Tx, person db.ID, said decision.Fact, ok bool) (decision.Fact, bool, error) {
	all, err := c.n.People.ConsentsOf(tx, []db.ID{person})
	if err != nil {
		return said, ok, err
	}
	state, last := people.StateOf(all[person], people.ScopeXrayPreg), people.LastWord(all[person], people.ScopeXrayPreg)
	day, exact := last.Exact()
	_, answered, dated := said.AsOf.Bounds()
	older := !ok || !dated || answered < day
	switch {
	case !exact:
	case state == people.ConsentGiven && older:
		return decision.Fact{Value: value.Of(true), AsOf: last}, true, nil
	case (state == people.ConsentWithdrawn || state == people.ConsentRefused) && (older || answered == day):
		return decision.Fact{Value: value.Of(false), AsOf: last}, true, nil
	}
	return said, ok, nil
}

// mayAct is what packs/README.md asks: the service is cleared for certain, or the
// pack has nothing to say about it at all. A hold, a contraindication or anything
// still open about it is a stop.
func mayAct(d decision.Decision) bool {
	if c, ok := d.Outcome(decision.Clear, clearToAct); ok && c.State == decision.Definite {
		return true
	}
	return !slices.ContainsFunc(d.Outcomes, func(o decision.Outcome) bool { return o.Kind != decision.Flag || o.Code != flagWho }) && len(d.Overruled) == 0
}

// verdict says why the act must wait, and where what is missing can be answered.
func (c stationSafety) verdict(ctx context.Context, p *pack.Pack, d decision.Decision, o order.Order) order.Verdict {
	v := order.Verdict{Why: c.reasons(ctx, p, d, o)}
	open := len(d.Ask) > 0
	for _, out := range d.Outcomes {
		open = open || out.Kind == decision.Ask || out.State == decision.Undetermined
	}
	link := "/people/" + o.Subject.String() + "/ask/pregnancy?order=" + o.ID.String()
	switch {
	case open && c.may(ctx, access.SafetyRecord, o, journal.Clinical):
		v.Ask = page.Link{Href: link, Text: page.M("app.safety.ask")}
	case !open && c.may(ctx, access.SafetyRecord, o, journal.Sensitive):
		// She was asked: it is not asked again, and the physician talks with her.
		v.Ask = page.Link{Href: link, Text: page.M("app.safety.talk")}
	}
	return v
}

func (c stationSafety) may(ctx context.Context, a access.Action, o order.Order, s journal.Sensitivity) bool {
	r := o.Resource()
	r.Sensitivity = s
	return c.n.Access.May(ctx, a, r)
}

// reasons are the sentences of the rules that stand in the way, for those who may
// know what makes an act unsafe, and that there is one for anybody else.
func (c stationSafety) reasons(ctx context.Context, p *pack.Pack, d decision.Decision, o order.Order) []page.Msg {
	if !c.may(ctx, access.SafetyRead, o, journal.Clinical) {
		return []page.Msg{page.M("app.safety.reason_hidden")}
	}
	var why []page.Msg
	told := map[string]bool{}
	for _, out := range d.Outcomes {
		stops := out.Kind == decision.Hold || out.Kind == decision.Contraindicate
		if !stops || out.State != decision.Definite {
			continue
		}
		for _, r := range out.Rows {
			if text := p.Sentence("en", r.ID); !told[text] {
				told[text] = true
				why = append(why, page.Words(func(lang string) string { return p.Sentence(lang, r.ID) }))
			}
		}
	}
	if len(why) == 0 {
		why = append(why, page.M("app.safety.open"))
	}
	if out, ok := d.Outcome(decision.Refer, referDoctor); ok && out.State == decision.Definite {
		why = append(why, page.M("app.safety.physician"))
	}
	return why
}
