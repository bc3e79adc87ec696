package travel

import (
	"math"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The names that the pack of fitness and this area share.
const (
	packFitness  = "fit-to-fly"
	codeFit      = "TRAVEL"
	codeOxygen   = "OXYGEN"
	escortTable  = "FF.escort"
	factCarrier  = "carrier"
	formService  = "travel-check"
	fromDay      = "travel.day"
	fromMode     = "travel.mode"
	fromHours    = "travel.hours_to_departure"
	fromCarrier  = "travel.carrier"
	fromDuration = "travel.duration"
)

// levelCodes are what the pack calls the levels of an escort.
var levelCodes = map[string]Level{"NONE": Alone, "OPERATIONAL": Operational, "NURSE": Nurse, "DOCTOR": Doctor, "DOCTOR_NURSE": Both, "STRETCHER": Stretcher}

// Said is what the pack says of a check.
type Said struct {
	Fit     value.Truth // Yes only where the pack clears; No where it holds for certain
	Level   Level       // the highest that is definite; "" where it is not settled
	Medif   bool
	Oxygen  bool // is needed on the way
	Holds   []decision.Outcome
	Open    bool // something is not known that could change it
	Outcome decision.Decision
}

// say reads a decision of the pack.
func say(p *pack.Pack, d decision.Decision) Said {
	out := Said{Fit: value.Unknown, Outcome: d}
	for _, o := range d.Outcomes {
		if o.State != decision.Definite {
			out.Open = true
			continue
		}
		switch {
		case o.Kind == decision.Hold:
			out.Holds = append(out.Holds, o)
		case o.Kind == decision.Clear && o.Code == codeFit && out.Fit == value.Unknown:
			out.Fit = value.Yes
		case o.Kind == decision.Form && o.Code == "MEDIF":
			out.Medif = true
		case o.Kind == decision.Flag && o.Code == codeOxygen:
			out.Oxygen = true
		}
	}
	if len(out.Holds) > 0 {
		out.Fit = value.No
	}
	if st, ok := p.Protocol.Standing(&d, escortTable); ok && !st.Open() {
		out.Level = levelCodes[st.Code]
	}
	return out
}

// gather finds the facts of the pack: of the person, of the answers, and of the movement as
// it is now, so that a flight that moved is counted anew.
func gather(p *pack.Pack, person, seen map[string]decision.Fact, c Check, m Movement) map[string]decision.Fact {
	out := make(map[string]decision.Fact, len(p.Facts))
	set := func(name string, v value.Value) { out[name] = decision.Fact{Value: v, AsOf: c.Day.Date()} }
	for _, f := range p.Facts {
		kind, name, _ := strings.Cut(f.From, ":")
		switch {
		case f.From == "visit.day":
			set(f.Name, value.Day(int(c.Day)))
		case f.From == fromDay:
			set(f.Name, value.Day(int(m.Day)))
		case f.From == fromMode:
			set(f.Name, value.Text(string(m.Mode)))
		case f.From == fromHours:
			set(f.Name, hoursBetween(c, m))
		case f.From == fromCarrier:
			if m.Carrier != "" {
				set(f.Name, value.Text(m.Carrier))
			}
		case f.From == fromDuration:
			if m.Hours > 0 {
				set(f.Name, value.Number(float64(m.Hours)))
			}
		case kind == "obs":
			if v, ok := seen[name]; ok {
				out[f.Name] = v
			}
		default:
			if v, ok := person[f.From]; ok {
				out[f.Name] = v
			}
		}
	}
	return out
}

// judge asks the pack about a check. Everything counts from the day of the check; that it
// is not too long ago is a rule of the pack, by the hours to departure.
func judge(p *pack.Pack, person, seen map[string]decision.Fact, journey *decision.Journey, c Check, m Movement) (decision.Input, Said) {
	in := decision.Input{On: c.Day, Journey: journey, Facts: gather(p, person, seen, c, m)}
	return in, say(p, p.Protocol.Decide(in))
}

// holds reports whether what was signed is still what the pack allows.
func holds(s Signature, now Said) bool {
	return s.Signed() && s.Verdict == Fit && now.Fit == value.Yes && now.Level != "" && !s.Level.Below(now.Level)
}

// carriers are the groups of carriers that the pack tells apart.
func carriers(p *pack.Pack) []string {
	f, _ := p.Fact(factCarrier)
	return f.Values
}

// hoursBetween is from the check to the departure, counted up: of a movement of which only
// the day is known, any hour of it.
func hoursBetween(c Check, m Movement) value.Value {
	if !m.At.IsZero() {
		return value.Number(math.Ceil(m.At.Sub(c.At).Hours()))
	}
	from := time.Unix(0, 0).UTC().AddDate(0, 0, int(m.Day))
	return value.Range(math.Ceil(from.Sub(c.At).Hours()), math.Ceil(from.Add(24*time.Hour).Sub(c.At).Hours()))
}
