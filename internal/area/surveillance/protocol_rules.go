package surveillance

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	dmn "github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The packs that this package asks.
const (
	packEvents = "event-response"    // the clocks and the matrix of risk
	packLay    = "community-signals" // the lay definitions
)

// The lists of these packs that are read as they are.
const (
	listClocks = "clocks"
	listSigns  = "signs"
)

// SignOther is a sign that no lay definition has: whatever worries somebody can be told,
// also where no pack is in force.
const SignOther = "other"

// Protocol is what the packs in force on a day say of signals. Where none is in force
// nothing has a clock, a risk has no level, and what can be told is a disease or that
// something worries.
type Protocol struct {
	Signs  []string // lay definitions; the words are surveillance.lay.<code> and surveillance.lay_how.<code>
	Clocks Clocks
	events *pack.Pack // nil where none is in force
	on     calendar.Day
}

// HasSign reports whether a sign can be told.
func (p Protocol) HasSign(code string) bool { return slices.Contains(p.Signs, code) }

// protocolOf reads what the packs say on a day; either may be nil.
func protocolOf(events, lay *pack.Pack, on calendar.Day) Protocol {
	out := Protocol{Clocks: Clocks{}, events: events, on: on}
	for _, m := range membersOn(events, listClocks, on) {
		// What the program has no clock for is another program's.
		if hours, err := strconv.Atoi(m.Value); err == nil && hours > 0 && slices.Contains(clocked, Clocked(m.Code)) {
			out.Clocks[Clocked(m.Code)] = Clock{Long: time.Duration(hours) * time.Hour, Certainty: string(m.Certainty), Source: titleOf(events, m.Source), Note: m.Note}
		}
	}
	for _, m := range membersOn(lay, listSigns, on) {
		out.Signs = append(out.Signs, m.Code)
	}
	out.Signs = append(out.Signs, SignOther)
	return out
}

func membersOn(p *pack.Pack, list string, on calendar.Day) []pack.Member {
	if p == nil {
		return nil
	}
	l, ok := p.List(list)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(l.Members), func(m pack.Member) bool { return !heldOn(m, on) })
}

func heldOn(m pack.Member, on calendar.Day) bool {
	from, begins := m.From.Exact()
	to, ends := m.To.Exact()
	return (!begins || from <= on) && (!ends || on <= to)
}

// titleOf writes a source out for whoever has not the pack before them.
func titleOf(p *pack.Pack, cell string) string {
	var out string
	for i, c := range p.Cites(cell) {
		if i > 0 {
			out += "; "
		}
		out += c.Title
		if c.Where != "" {
			out += ", " + c.Where
		}
	}
	return out
}

// levels are the classes of the pack.
var levels = map[string]Level{"RISK_LOW": Low, "RISK_MODERATE": Moderate, "RISK_HIGH": High, "RISK_VERY_HIGH": VeryHigh}

// Level asks the matrix of the pack; false where none is in force, where it does not
// decide, or off the scale.
func (p Protocol) Level(likelihood, consequence int) (Level, bool) {
	if p.events == nil {
		return "", false
	}
	facts := map[string]dmn.Fact{}
	for name, n := range map[string]int{"likelihood": likelihood, "consequence": consequence} {
		f, ok := p.events.Fact(name)
		if !ok || !onScale(n) || len(f.Values) != Scale {
			return "", false
		}
		facts[name] = dmn.Fact{Value: value.Text(f.Values[n-1])} // the pack names them from the least up
	}
	d := p.events.Protocol.Decide(dmn.Input{On: p.on, Unasked: true, Facts: facts})
	for _, code := range slices.Sorted(maps.Keys(levels)) {
		if o, ok := d.Outcome(dmn.Classify, code); ok && o.State == dmn.Definite {
			return levels[code], true
		}
	}
	return "", false
}

func onScale(n int) bool { return n >= 1 && n <= Scale }
