package traveller

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The pack of the screening and what of it has a name here.
const (
	packScreening = "border-screening"
	formFirst     = "screening-primary"
	formSecond    = "screening-secondary"
	listKeep      = "keep"
	step          = "STEP_"
	notDone       = "not_done" // the suspicion before the second screening
)

// againFields are the questions of the second temperature.
var againFields = []string{"temp2_taken", "temp2_device", "temp2_c"}

// onlyAgain leaves out every other question of the first screening.
func onlyAgain(r *form.Row) bool { return !slices.Contains(againFields, r.Name) }

// stage are the answers of a form with what is wrong with them.
func formOf(p *pack.Pack, name string) (*form.Form, error) {
	f, ok := p.Form(name)
	if !ok {
		return nil, fault.New(fault.Unavailable, "traveller.form", "traveller.error.no_pack")
	}
	return f, nil
}

// inputOf gathers what the screening pack reads. What nobody answered is left out: it
// is unknown.
func inputOf(p *pack.Pack, s Screening) (decision.Input, error) {
	first, err1 := formOf(p, formFirst)
	second, err2 := formOf(p, formSecond)
	if err := errors.Join(err1, err2); err != nil {
		return decision.Input{}, err
	}
	in := decision.Input{On: s.Day, Facts: map[string]decision.Fact{}}
	put := func(facts value.Facts) {
		for name, v := range facts {
			in.Facts[name] = decision.Fact{Value: v, AsOf: s.Day.Date()}
		}
	}
	put(value.Facts{"screen_day": value.Text(s.Day.String()), "suspicion": value.Text(notDone)})
	put(first.Check(s.First.with(s.Again), nil, s.Day).Facts)
	put(second.Check(s.Second, nil, s.Day).Facts)
	if _, ok := p.Fact(factExposed); ok && s.Journey != nil && s.Journey.Answer != outbreak.Unknown {
		put(value.Facts{factExposed: s.Journey.Answer.Value()})
	}
	return in, nil
}

// find decides a screening.
func find(p *pack.Pack, s Screening) (Finding, error) {
	in, err := inputOf(p, s)
	if err != nil {
		return Finding{}, err
	}
	d := p.Protocol.Decide(in)
	out := Finding{Notify: len(d.Codes(decision.Notify)) > 0, Journey: s.Journey}
	if all := p.Protocol.Standings(&d); len(all) > 0 {
		out.Class, out.May, out.Ask = all[0].Code, all[0].May, all[0].Ask
	}
	for _, code := range inOrder(p, decision.Flag, d.Codes(decision.Flag)) {
		if strings.HasPrefix(code, step) {
			out.Steps = append(out.Steps, code)
			continue
		}
		out.Flags = append(out.Flags, code)
	}
	out.Needs, out.Refer = inOrder(p, decision.Require, d.Codes(decision.Require)), d.Codes(decision.Refer)
	if o, ok := d.Outcome(decision.Form, "CONTACT_LIST"); ok && o.State == decision.Definite {
		if out.Contacts, err = strconv.Atoi(o.Args["days"]); err != nil {
			out.Contacts = 1 // listed, and for how long is not said
		}
	}
	raw, err := p.NewRecord(in, d).Bytes()
	out.Record = json.RawMessage(raw)
	return out, err
}

// inOrder puts codes into the order in which the pack's rows give them: the card's rows
// are written with the least intrusive first.
func inOrder(p *pack.Pack, k decision.Kind, codes []string) []string {
	place := map[string]int{}
	for _, t := range p.Protocol.Source().Tables {
		for _, r := range t.Rows {
			if len(r.Out) > 1 && r.Out[0] == string(k) && place[r.Out[1]] == 0 {
				place[r.Out[1]] = len(place) + 1
			}
		}
	}
	slices.SortStableFunc(codes, func(a, b string) int { return place[a] - place[b] })
	if len(codes) == 0 {
		return nil
	}
	return codes
}

// nothing reports whether a first screening found nothing that is worth a record: no
// sign, no fever at any measurement, no contact.
func (f Finding) nothing() bool { return f.Class == Released && len(f.Flags) == 0 }

// alerts reports whether a finding is a signal: the pack sends the traveller to care, or
// stops the vehicle.
func (f Finding) alerts() bool { return f.Class == Referred || f.Class == StopVehicle || f.Notify }

// keptUntil is the last day of what the pack's list says of a record of this sort.
func keptUntil(p *pack.Pack, sort string, day calendar.Day) (calendar.Day, error) {
	const op = "traveller.keptUntil"
	l, ok := p.List(listKeep)
	if !ok {
		return 0, fault.New(fault.Unavailable, op, "traveller.error.no_pack")
	}
	for _, m := range l.Members {
		if n, err := strconv.Atoi(m.Value); m.Code == sort && err == nil {
			return day + calendar.Day(n), nil
		}
	}
	return 0, fault.New(fault.Unavailable, op, "traveller.error.no_pack")
}

// sortOf is the sort of record of the list "keep".
func (f Finding) sortOf() string {
	if f.Class == Released {
		return "nothing"
	}
	return "found"
}

// onsetOf is the first day of signs as it was told.
func (s Screening) onset() calendar.Date {
	return s.Second.date("sign_onset")
}
