package ground

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The packs and what of them has a name here.
const (
	packStation    = "hygiene-station"
	formStation    = "hygiene-station-check"
	packCapacities = "poe-capacities"
	formCapacities = "poe-capacities"
	packScreening  = "border-screening"
	factDevice     = "temp1_device"
	repairTask     = "REPAIR_TASK"
	checkedOn      = "station_checked"
	assessedOn     = "checked_on"
)

func formOf(p *pack.Pack, name string) (*form.Form, error) {
	f, ok := p.Form(name)
	if !ok {
		return nil, fault.New(fault.Unavailable, "ground.form", "ground.error.no_pack")
	}
	return f, nil
}

// notOn leaves out the day of a form: it is the day on which it is filled in.
func notOn(question string) func(*form.Row) bool {
	return func(r *form.Row) bool { return r.Name == question }
}

// stationRuling is what the pack says of a check of a station.
type stationRuling struct {
	Alarms []string
	Repair bool
	Hours  int // within which it is repaired
	Record json.RawMessage
}

// ruleStation decides a check. corridor is whether travellers of an outbreak area come
// this way now.
func ruleStation(p *pack.Pack, answers map[string][]string, day calendar.Day, corridor bool) (stationRuling, error) {
	f, err := formOf(p, formStation)
	if err != nil {
		return stationRuling{}, err
	}
	in := decision.Input{On: day, Facts: decision.FactsOf(f.Check(answers, nil, day, notOn(checkedOn)).Facts, day)}
	in.Facts[checkedOn] = decision.Fact{Value: value.Text(day.String()), AsOf: day.Date()}
	in.Facts["active_corridor"] = decision.Fact{Value: value.Of(corridor), AsOf: day.Date()}
	d := p.Protocol.Decide(in)
	out := stationRuling{Alarms: slices.DeleteFunc(d.Codes(decision.Flag), func(c string) bool { return c == "DOSE_KNOWN" })}
	if o, ok := d.Outcome(decision.Form, repairTask); ok && o.State == decision.Definite {
		out.Repair = true
		if out.Hours, err = strconv.Atoi(o.Args["hours"]); err != nil {
			out.Hours = 0 // at once
		}
	}
	raw, err := p.NewRecord(in, d).Bytes()
	out.Record = json.RawMessage(raw)
	return out, err
}

// repairOf answers the repair of a station, as its last check and the corridor say.
func repairOf(p *pack.Pack, s Station, day calendar.Day, corridor bool) (Repair, bool, error) {
	last, ok := s.Last()
	if !ok || s.Gone {
		return Repair{}, false, nil
	}
	r, err := ruleStation(p, last.Answers, day, corridor)
	if err != nil || !r.Repair {
		return Repair{}, false, err
	}
	out := Repair{Station: s, Alarms: r.Alarms, Since: last.At}
	for _, alarm := range r.Alarms {
		if since := s.Since(alarm); !since.IsZero() && since.Before(out.Since) {
			out.Since = since
		}
	}
	out.Due = out.Since.Add(time.Duration(r.Hours) * time.Hour)
	return out, true, nil
}

// assess scores a checklist. What is not known keeps the result open.
func assess(p *pack.Pack, a Assessment) (Assessment, error) {
	f, err := formOf(p, formCapacities)
	if err != nil {
		return a, err
	}
	in := decision.Input{On: a.Day, Facts: decision.FactsOf(f.Check(a.Answers, nil, a.Day, notOn(assessedOn)).Facts, a.Day)}
	in.Facts[assessedOn] = decision.Fact{Value: value.Text(a.Day.String()), AsOf: a.Day.Date()}
	d := p.Protocol.Decide(in)
	if all := p.Protocol.Standings(&d); len(all) > 0 {
		a.Ask = all[0].Ask
		if !all[0].Open() {
			a.Result = all[0].Code
		}
	}
	percent := func(name string) string {
		if v, ok := d.Used[name].Float(); ok {
			return strconv.FormatFloat(math.Round(v), 'f', -1, 64)
		}
		return ""
	}
	a.Routine, a.Emergency = percent("routine_percent"), percent("emergency_percent")
	raw, err := p.NewRecord(in, d).Bytes()
	a.Record = json.RawMessage(raw)
	return a, err
}
