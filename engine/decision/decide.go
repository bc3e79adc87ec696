package decision

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// Decide says what follows from what is known. It is safe for concurrent use.
func (p *Protocol) Decide(in Input) Decision {
	s, _ := p.sheets.Get().(*Sheet)
	if s == nil {
		s = p.NewSheet(in.On)
	}
	s.On, s.Journey, s.Unasked = in.On, in.Journey, in.Unasked
	matched := 0
	for i, f := range p.facts {
		if v, ok := in.Facts[f.def.Name]; ok {
			matched++
			s.facts[i], s.has[i] = v, true
		}
	}
	d := p.DecideSheet(s)
	s.Clear()
	p.sheets.Put(s)
	if matched < len(in.Facts) {
		d.Problems = append(d.Problems, p.strangers(in.Facts)...)
	}
	return d
}

func (p *Protocol) strangers(facts map[string]Fact) []string {
	var out []string
	for name := range facts {
		if _, ok := p.factIdx[name]; !ok {
			out = append(out, fmt.Sprintf("there is no fact %q", name))
		}
	}
	sort.Strings(out)
	return out
}

// Sheet is an input by slot, for callers that decide often: look slots up once,
// then set values without maps. A Sheet is not safe for concurrent use.
type Sheet struct {
	On      calendar.Day
	Journey *Journey
	Unasked bool // as Input.Unasked
	facts   []Fact
	has     []bool
}

// NewSheet returns an empty sheet for the protocol.
func (p *Protocol) NewSheet(on calendar.Day) *Sheet {
	return &Sheet{On: on, facts: make([]Fact, len(p.facts)), has: make([]bool, len(p.facts))}
}

// Slot returns the place of a fact in a sheet.
func (p *Protocol) Slot(name string) (slot int, ok bool) {
	slot, ok = p.factIdx[name]
	return slot, ok
}

// Set puts a fact into the sheet.
func (s *Sheet) Set(slot int, f Fact) { s.facts[slot], s.has[slot] = f, true }

// Clear empties the sheet for the next person.
func (s *Sheet) Clear() {
	clear(s.facts)
	clear(s.has)
	s.Journey = nil
}

// loaded is an input read for a protocol, before any epoch.
type loaded struct {
	vals     []value.Value
	state    []uint8
	given    []bool
	on       value.Value // the day on the date basis
	problems []string
}

// DecideSheet is Decide for a sheet.
func (p *Protocol) DecideSheet(s *Sheet) Decision {
	l, _ := p.loads.Get().(*loaded)
	if l == nil {
		n := len(p.facts)
		l = &loaded{vals: make([]value.Value, n), state: make([]uint8, n), given: make([]bool, n)}
	}
	defer p.loads.Put(l)
	p.load(s, l)
	lo, hi, _ := l.on.Bounds()
	first, last := p.epochAt(calendar.Day(lo)), p.epochAt(calendar.Day(hi))
	if first == last {
		return p.decideIn(first, l, s)
	}
	return p.decideAcross(first, last, l, s)
}

// load reads the facts: what is too old, disputed or not a value of its fact is
// unknown.
func (p *Protocol) load(s *Sheet, l *loaded) {
	l.problems = nil
	for i, f := range p.facts {
		l.given[i] = false
		if !s.has[i] {
			l.state[i], l.vals[i] = stUnknown, value.NotKnown()
			continue
		}
		in := &s.facts[i]
		v := readAs(f, in.Value)
		switch {
		case in.Disputed || tooOld(f, in, s.On):
			v, l.given[i] = value.NotKnown(), true
		case v.Kind() == value.KindUnknown && in.Value.Kind() != value.KindUnknown:
			l.problems = append(l.problems, fmt.Sprintf("%s: the value given is not a %s the fact can have", f.def.Name, f.def.Type))
			l.given[i] = true
		default:
			l.given[i] = v.Kind() != value.KindUnknown
		}
		l.vals[i] = v
		l.state[i] = stateOf(v)
	}
	l.on = value.Day(int(s.On))
	if p.basis >= 0 {
		switch {
		case !s.has[p.basis]:
			l.vals[p.basis], l.state[p.basis], l.given[p.basis] = l.on, stKnown, true
		case l.vals[p.basis].Kind() == value.KindDate:
			l.on = l.vals[p.basis]
		default:
			lo, hi := p.facts[p.basis].limits()
			l.on = value.DayRange(int(lo), int(hi))
		}
	}
}

func stateOf(v value.Value) uint8 {
	switch v.Kind() {
	case value.KindUnknown:
		return stUnknown
	case value.KindRefused:
		return stRefused
	}
	return stKnown
}

// tooOld reports whether a fact has outlived its longest age. A fact whose day
// nobody noted is too old: it cannot be shown to be fresh.
func tooOld(f *fact, in *Fact, on calendar.Day) bool {
	if f.def.LongestAge == 0 || in.Value.Kind() == value.KindUnknown || in.Value.Kind() == value.KindRefused {
		return false
	}
	first, _, ok := in.AsOf.Bounds()
	if !ok {
		return true
	}
	return int(on-first) > max(f.def.LongestAge, 0)
}

// readAs reads a value as the fact's type; what cannot be one of its values
// becomes unknown.
func readAs(f *fact, v value.Value) value.Value {
	switch v.Kind() {
	case value.KindUnknown, value.KindRefused:
		return v
	case value.KindBool:
		if f.typ == typeBool {
			return v
		}
	}
	switch f.typ {
	case typeBool:
		if s, ok := v.Str(); ok {
			if t, err := value.ParseTruth(s); err == nil {
				return value.OfTruth(t)
			}
			return value.NotKnown()
		}
		return value.OfTruth(v.Truth())
	case typeDate:
		if s, ok := v.Str(); ok {
			d, err := calendar.Parse(s)
			if err != nil {
				return value.NotKnown()
			}
			v = d.Value()
		}
		return within(f, v, value.KindDate)
	case typeInt, typeDecimal:
		return within(f, v, value.KindNumber)
	case typeCode:
		return readCode(f, v)
	}
	return readList(f, v)
}

func within(f *fact, v value.Value, k value.Kind) value.Value {
	lo, hi, ok := v.Bounds()
	min, max := f.limits()
	if !ok || v.Kind() != k || hi < min || lo > max {
		return value.NotKnown()
	}
	if f.typ == typeInt && lo == hi && lo != math.Trunc(lo) {
		return value.NotKnown()
	}
	if lo < min || hi > max {
		return rangeOf(f.typ, math.Max(lo, min), math.Min(hi, max))
	}
	return v
}

func readCode(f *fact, v value.Value) value.Value {
	s, ok := v.Str()
	if n, isNum := v.Float(); !ok && isNum {
		s, ok = strconv.FormatFloat(n, 'f', -1, 64), true // 189 as a visa subclass
		v = value.Text(s)
	}
	if !ok || s == "" {
		return value.NotKnown()
	}
	if len(f.def.Values) == 0 {
		return v
	}
	for _, c := range f.def.Values {
		if c == s {
			return v
		}
	}
	return value.NotKnown()
}

func readList(f *fact, v value.Value) value.Value {
	if s, ok := v.Str(); ok {
		return value.Texts(strings.Fields(s)...)
	}
	if v.Kind() != value.KindList {
		return value.NotKnown()
	}
	if len(f.def.Values) > 0 {
		for _, e := range v.Items() {
			if s, ok := e.Str(); ok && readCode(f, value.Text(s)).Kind() == value.KindUnknown {
				return value.NotKnown()
			}
		}
	}
	return v
}

// decideIn decides in one epoch.
func (p *Protocol) decideIn(e *epoch, l *loaded, s *Sheet) Decision {
	g, _ := p.program(e) // Compile built it without an error
	f := g.getFrame()
	defer g.putFrame(f)
	copy(f.vals, l.vals)
	st := &settler{g: g, journey: s.Journey, on: l.on, given: l.given, left: p.cap, unasked: s.Unasked}
	on := s.On
	if d, ok := l.on.DayNumber(); ok {
		on = calendar.Day(d)
	}
	dec := Decision{Protocol: p.src.ID, Version: p.src.Version, Hash: p.hash, On: on}
	dec.Problems = append(dec.Problems, l.problems...)
	g.derive(f, l, s.Journey, &dec)
	g.run(f, g.whole)
	g.outcomes(f, st, &dec)
	dec.Used = make(map[string]value.Value, len(g.used))
	for _, i := range g.used {
		dec.Used[p.facts[i].def.Name] = f.vals[i]
	}
	dec.Capped = st.capped
	return dec
}

func (g *program) getFrame() *frame {
	if f, ok := g.pool.Get().(*frame); ok {
		return f
	}
	return g.newFrame()
}

func (g *program) putFrame(f *frame) { g.pool.Put(f) }

// derive fills the frame: states, derived facts and regions.
func (g *program) derive(f *frame, l *loaded, journey *Journey, dec *Decision) {
	p := g.p
	copy(f.state, l.state)
	if len(p.order) > 0 {
		env := &deriveEnv{p: p, prog: g, vals: f.vals, on: l.on, journey: journey}
		for _, i := range p.order {
			if l.given[i] || l.state[i] == stRefused {
				continue
			}
			fc := p.facts[i]
			f.vals[i] = readAs(fc, fc.derive.compute(env))
			f.state[i] = stateOf(f.vals[i])
			if fc.derive.total && f.state[i] == stUnknown && exactInputs(f, fc) {
				dec.Problems = append(dec.Problems, fmt.Sprintf("%s: its dates contradict each other", fc.def.Name))
			}
		}
	}
	for i := range p.facts {
		d := g.doms[i]
		if d == nil {
			continue
		}
		dom := g.of(f, i)
		if f.state[i] == stKnown && d.classify(f.vals[i], dom) {
			continue
		}
		if f.state[i] == stKnown {
			f.state[i], f.vals[i] = stUnknown, value.NotKnown()
		}
		copy(dom, d.all)
	}
}

// until is the first and last day a validity may end.
func until(f *frame, o *outDef) (lo, hi float64) {
	if o.anchor < 0 {
		return o.until, o.until
	}
	lo, hi, ok := f.vals[o.anchor].Bounds()
	if !ok {
		return math.Inf(-1), math.Inf(1)
	}
	return addTo(lo, o), addTo(hi, o)
}

// addTo adds months, clamped to the month's end, then days; of hours only whole
// days count, so that a validity is never stretched.
func addTo(day float64, o *outDef) float64 {
	d := calendar.Day(day)
	if o.length[0] != 0 {
		d = d.AddMonths(o.length[0], calendar.ClampToMonthEnd)
	}
	return float64(int(d) + o.length[1] + o.length[2]/24)
}
