package linelist

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Around is what a definition reads that is not of the case itself.
type Around struct {
	Contact  string // the highest class among the cases it was in contact with here; "" none are linked
	Outbreak string // the state of the outbreak at its site as it was declared; "" nobody did
}

// fromUnit is where a definition reads the state of the outbreak at the surveillance unit
// from. An officer says it on the case; where more was declared, that counts.
const fromUnit = "unit.outbreak_state"

// unitStates are the states of an outbreak, the least first.
var unitStates = []string{"none", "suspected", "probable", "confirmed"}

// facts gathers what a definition reads of a case.
func facts(p *pack.Pack, c Case, a Around) map[string]decision.Fact {
	out := map[string]decision.Fact{}
	for _, f := range p.Facts {
		if f.Derive != "" || f.From == "" {
			continue
		}
		if fact, ok := factOf(f.From, c, a); ok {
			out[f.Name] = fact
		}
	}
	return out
}

func factOf(from string, c Case, a Around) (decision.Fact, bool) {
	of := func(v value.Value) (decision.Fact, bool) {
		return decision.Fact{Value: v, AsOf: c.Reported}, v.Kind() != value.KindUnknown
	}
	switch from {
	case "case.report_date":
		return of(c.Reported.Value())
	case "case.onset_date":
		return of(c.Onset.Value())
	case "case.onset_or_report":
		if c.Onset.IsZero() {
			return of(c.Reported.Value())
		}
		return of(c.Onset.Value())
	case "case.vital":
		return of(vital(c.Ending))
	case "case.death_date":
		if c.Ending == Dead {
			return of(c.Ended.Value())
		}
		return decision.Fact{}, false
	case "person.birth":
		return of(c.Birth.Value())
	case "exposure:case":
		if a.Contact != "" {
			return of(value.Text(a.Contact))
		}
	case fromUnit:
		if told, _ := c.Signs[from].Value.Str(); slices.Index(unitStates, a.Outbreak) > slices.Index(unitStates, told) {
			return of(value.Text(a.Outbreak))
		}
	case "lab.specimen_hours":
		if v, ok := specimenHours(c); ok {
			return of(v)
		}
	}
	if r, ok := latest(c.Results, from); ok {
		if !r.Final {
			return of(value.Text("pending"))
		}
		return decision.Fact{Value: r.Value, AsOf: r.On}, true
	}
	s, ok := c.Signs[from]
	return s.fact(), ok
}

func vital(e Ending) value.Value {
	switch e {
	case Dead:
		return value.Text("dead")
	case Alive, Recovered:
		return value.Text("alive")
	}
	return value.NotKnown()
}

// specimenHours is how long after onset the specimen of the last final result was
// taken. Days give a range: onset in the evening and a specimen in the morning after
// are twelve hours apart, and forty.
func specimenHours(c Case) (value.Value, bool) {
	onsetFirst, onsetLast, ok := c.Onset.Bounds()
	if !ok {
		return value.Value{}, false
	}
	var taken calendar.Date
	for _, r := range c.Results {
		if r.Final && !r.Collected.IsZero() && strings.HasPrefix(r.Of, "lab:pcr") {
			taken = r.Collected
		}
	}
	first, last, ok := taken.Bounds()
	if !ok || last < onsetFirst {
		return value.Value{}, false
	}
	least := math.Max(0, float64(first-onsetLast-1)*24)
	return value.Range(least, float64(last-onsetFirst+1)*24), true
}

// classify decides what a case is by a definition.
func classify(p *pack.Pack, c Case, a Around, today calendar.Day) (Classed, decision.Decision, error) {
	in := decision.Input{On: today, Facts: facts(p, c, a)}
	if first, _, ok := c.Reported.Bounds(); ok {
		in.On = first
	}
	d := p.Protocol.Decide(in)
	out := Classed{Class: NotMeeting}
	standings := p.Protocol.Standings(&d)
	if len(standings) > 0 {
		st := standings[0]
		out.May, out.Ask = st.May, st.Ask
		switch {
		case st.Code != "":
			out.Class = Class(st.Code)
			if o, ok := d.Outcome(decision.Classify, st.Code); ok {
				out.Level = o.Args["level"]
			}
		case st.Open():
			out.Class = Open
		}
	}
	raw, err := p.NewRecord(in, d).Bytes()
	out.Record = json.RawMessage(raw)
	return out, d, err
}

// same reports whether a decision says what the one before said, for the same reasons.
func same(a, b Classed) bool {
	if a.Class != b.Class || a.Level != b.Level || !slices.Equal(a.May, b.May) || !slices.Equal(a.Ask, b.Ask) {
		return false
	}
	x, errX := pack.ParseRecord(a.Record)
	y, errY := pack.ParseRecord(b.Record)
	if errX != nil || errY != nil {
		return len(a.Record) == len(b.Record)
	}
	return x.Hash == y.Hash && slices.Equal(x.Rows, y.Rows)
}

// Species is the disease that a case is known to be, by species where its definition
// knows species. What the laboratory found counts; without it what was told of the case.
// Known is false where the species decides and nobody knows it.
func Species(c Case, lists surveillance.Lists) (disease surveillance.Disease, known bool) {
	told, ok := lists.Disease(c.Disease)
	if !ok {
		return surveillance.Disease{}, false
	}
	for _, found := range foundSpecies(c) {
		if d, ok := lists.OfSpecies(told.Definition, found); ok {
			return d, true
		}
	}
	return told, told.Species != "" || !hasSpecies(told, lists)
}

func foundSpecies(c Case) (out []string) {
	seen := map[string]bool{}
	for _, r := range c.Results {
		if !strings.HasPrefix(r.Of, "lab:species:") || seen[r.Of] {
			continue
		}
		seen[r.Of] = true
		if last, ok := latest(c.Results, r.Of); ok && last.Final {
			if code, ok := last.Value.Str(); ok {
				out = append(out, code)
			}
		}
	}
	return out
}

// hasSpecies reports whether what a disease's definition covers is told apart by
// species.
func hasSpecies(d surveillance.Disease, lists surveillance.Lists) bool {
	return d.Definition != "" && slices.ContainsFunc(lists.Diseases, func(x surveillance.Disease) bool { return x.Definition == d.Definition && x.Species != "" })
}

// asked are the facts of a definition that somebody is asked for about a case, and
// tested those that results say.
func asked(p *pack.Pack) (signs, tests []pack.Fact) {
	for _, f := range p.Facts {
		switch {
		case f.Derive != "" || f.From == "" || ofTheCase[f.From]:
		case isResult(f.From):
			tests = append(tests, f)
		default:
			signs = append(signs, f)
		}
	}
	return signs, tests
}

// ofTheCase are what a definition reads from the case's own page.
var ofTheCase = map[string]bool{"case.report_date": true, "case.onset_date": true, "case.onset_or_report": true, "case.vital": true, "case.death_date": true, "person.birth": true}
