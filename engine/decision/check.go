package decision

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// CheckUnknowns tries the promise about the unknown on n random persons: making
// a fact unknown, refused or less exact may turn an outcome into a question, never
// into another definite outcome, unless a row names unknown or refused; and what
// is called definite or undetermined is what filling in the unknown one by one
// gives. The same seed tries the same persons. The error describes the first
// person for whom the promise is broken.
func CheckUnknowns(p *Protocol, seed uint64, n int) error {
	c := &unknownChecker{p: p, rng: rand.New(rand.NewPCG(seed, 0x60d71))}
	c.prepare()
	for i := 0; i < n; i++ {
		if err := c.person(); err != nil {
			return fmt.Errorf("decision.CheckUnknowns %s, seed %d, person %d: %w", p.src.ID, seed, i, err)
		}
	}
	return nil
}

type unknownChecker struct {
	p     *Protocol
	rng   *rand.Rand
	days  []calendar.Day
	pool  [][]value.Value // per fact: values worth trying
	named []bool          // per fact: a cell names unknown, refused or known
}

// prepare collects the days and values near which a decision can change.
func (c *unknownChecker) prepare() {
	p := c.p
	for _, e := range p.epochs {
		if e.from > calendar.DayOf(1900, 1, 1) {
			c.days = append(c.days, e.from-1, e.from)
		}
	}
	if len(c.days) == 0 {
		c.days = append(c.days, calendar.DayOf(2026, 6, 1))
	}
	c.days = append(c.days, c.days[len(c.days)-1]+400)
	c.pool = make([][]value.Value, len(p.facts))
	c.named = make([]bool, len(p.facts))
	for _, e := range p.epochs {
		g, _ := p.program(e)
		for i := range p.facts {
			if d := g.doms[i]; d != nil {
				c.pool[i] = append(c.pool[i], d.sample...)
				for _, x := range d.points {
					for _, y := range []float64{x - 1, x, x + 1} {
						c.pool[i] = append(c.pool[i], numberOf(p.facts[i].typ, y))
					}
				}
			}
		}
	}
	for i, f := range p.facts {
		for _, v := range f.def.Values {
			c.pool[i] = append(c.pool[i], value.Text(v))
		}
		for _, l := range p.listsOf(i) {
			for _, e := range p.lists[l].Entries[:min(len(p.lists[l].Entries), 20)] {
				for _, in := range f.derive.inputs {
					if p.facts[in].typ == typeCode || p.facts[in].typ == typeList {
						c.pool[in] = append(c.pool[in], value.Text(e.Code))
					}
				}
			}
		}
		if len(c.pool[i]) == 0 {
			c.pool[i] = defaultPool(f.typ)
		}
	}
	for _, t := range p.tables {
		for col, slot := range t.cols {
			for _, r := range t.rows {
				if slot < len(p.facts) && namesState(r.cells[col]) {
					c.named[slot] = true
				}
			}
		}
	}
}

func defaultPool(t factType) []value.Value {
	switch t {
	case typeBool:
		return []value.Value{value.Of(true), value.Of(false)}
	case typeInt, typeDecimal:
		return []value.Value{value.Number(0), value.Number(1), value.Number(10), value.Number(100)}
	case typeList:
		return []value.Value{value.Texts(), value.Texts("A", "B")}
	case typeCode:
		return []value.Value{value.Text("A"), value.Text("B")}
	}
	return nil
}

func (c *unknownChecker) pick(vs []value.Value) value.Value { return vs[c.rng.IntN(len(vs))] }

// someValue makes a settled value of a fact. Dates fall on and around birthdays
// of whole years before the day.
func (c *unknownChecker) someValue(i int, on calendar.Day) value.Value {
	f := c.p.facts[i]
	if f.typ == typeDate && (len(c.pool[i]) == 0 || c.rng.IntN(2) == 0) {
		months := c.rng.IntN(40 * 12)
		if c.rng.IntN(2) == 0 {
			months = 12 * c.rng.IntN(60)
		}
		d := on.AddMonths(-months, calendar.ClampToMonthEnd) + calendar.Day(c.rng.IntN(3)-1)
		return value.Day(int(min(d, on)))
	}
	v := readAs(f, c.pick(c.pool[i]))
	if !v.Known() {
		return c.limitValue(f)
	}
	return v
}

func (c *unknownChecker) limitValue(f *fact) value.Value {
	lo, _ := f.limits()
	if f.typ.numeric() && lo > -1e300 {
		return numberOf(f.typ, lo)
	}
	return c.pick(defaultPool(f.typ))
}

// person decides about one person in full, then with less known, and compares.
func (c *unknownChecker) person() error {
	p := c.p
	on := c.days[c.rng.IntN(len(c.days))] + calendar.Day(c.rng.IntN(3)-1)
	full := make(map[string]Fact, len(p.facts))
	for i, f := range p.facts {
		switch {
		case i == p.basis:
			full[f.def.Name] = Fact{Value: value.Day(int(on)), AsOf: on.Date()}
		case f.derive != nil && c.rng.IntN(4) > 0 && !f.derive.journey:
		default:
			full[f.def.Name] = Fact{Value: c.someValue(i, on), AsOf: on.Date()}
		}
	}
	known := p.Decide(Input{On: on, Facts: full})
	less, veiled := c.veil(full)
	open := p.Decide(Input{On: on, Facts: less})
	if err := c.compare(&known, &open, veiled, on); err != nil {
		return fmt.Errorf("on %s with %s: %w", on, describeFacts(less, full), err)
	}
	if err := c.enumerate(on, less, &open, veiled); err != nil {
		return fmt.Errorf("on %s with %s: %w", on, describeFacts(less, full), err)
	}
	return nil
}

// veil makes some facts unknown, refused or less exact.
func (c *unknownChecker) veil(full map[string]Fact) (less map[string]Fact, veiled []int) {
	less = make(map[string]Fact, len(full))
	share := 1 + c.rng.IntN(4)
	for i, f := range c.p.facts {
		v, ok := full[f.def.Name]
		if !ok {
			continue
		}
		// A derived fact that was given may contradict what it is derived from; it
		// is left alone, unless it can only come from a journey, which is not given.
		if c.rng.IntN(8) < share && (f.derive == nil || f.derive.journey) {
			veiled = append(veiled, i)
			if f.derive != nil {
				continue
			}
			v.Value = c.blur(f, v.Value)
		}
		less[f.def.Name] = v
	}
	return less, veiled
}

func (c *unknownChecker) blur(f *fact, v value.Value) value.Value {
	lo, hi, number := v.Bounds()
	switch c.rng.IntN(6) {
	case 0:
		return value.RefusedAnswer()
	case 1, 2, 3:
		if !number {
			break
		}
		w := float64(c.rng.IntN(4))
		if f.typ == typeDate {
			w = float64(c.rng.IntN(366))
		}
		min, max := f.limits()
		a := max - hi
		if w < a {
			a = w
		}
		b := lo - min
		if w < b {
			b = w
		}
		return rangeOf(f.typ, lo-b*float64(c.rng.IntN(2)), hi+a)
	}
	return value.NotKnown()
}

// compare checks that knowing less changed no outcome into another definite one.
func (c *unknownChecker) compare(known, open *Decision, veiled []int, on calendar.Day) error {
	was, is := byID(known), byID(open)
	for id, o := range is {
		if o.State == Undetermined || c.namesVeiled(o, veiled, on) {
			continue
		}
		w, ok := was[id]
		switch {
		case !ok:
			return fmt.Errorf("%s %s is %s with less known, and was not so with all known", o.Kind, o.Code, o.State)
		case w.State != o.State || w.Args["until"] != o.Args["until"]:
			return fmt.Errorf("%s %s is %s %s with less known, and was %s %s", o.Kind, o.Code, o.State, o.Args["until"], w.State, w.Args["until"])
		}
	}
	for id, w := range was {
		if w.State == Undetermined || c.namesVeiled(w, veiled, on) {
			continue
		}
		if _, ok := is[id]; !ok && !openNumber(w, open) {
			return fmt.Errorf("%s %s was %s, and is definitely not so with less known", w.Kind, w.Code, w.State)
		}
	}
	return nil
}

// openNumber reports whether an aggregate is listed as open under its bounds.
func openNumber(w Outcome, open *Decision) bool {
	for _, o := range open.Outcomes {
		if o.Kind == w.Kind && o.Code == w.Code && o.State == Undetermined {
			return true
		}
	}
	return false
}

func byID(d *Decision) map[string]Outcome {
	m := make(map[string]Outcome, len(d.Outcomes))
	for _, o := range d.Outcomes {
		m[outcomeID(&o)] = o
	}
	return m
}

// namesVeiled reports whether an outcome depends on a row that names unknown,
// refused or known of a veiled fact: it may then change.
func (c *unknownChecker) namesVeiled(o Outcome, veiled []int, on calendar.Day) bool {
	any := false
	for _, i := range veiled {
		any = any || c.named[i]
		for _, d := range c.p.facts[i].feeds {
			any = any || c.named[d]
		}
	}
	if !any {
		return false
	}
	for _, e := range c.p.epochs {
		g, _ := c.p.program(e)
		for ti := range g.targets {
			t := &g.targets[ti]
			if t.kind != o.Kind || t.code != o.Code && t.mode != modeUntil {
				continue
			}
			for _, ts := range t.slice {
				for _, ri := range ts.rows {
					for ci := range g.rows[ri].cells {
						s := g.rows[ri].cells[ci].slot
						if s < len(c.named) && c.named[s] {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// bruteLimit is how many completions enumerate tries one by one.
const bruteLimit = 600

// enumerate fills in the unknown one by one, where that is feasible, and checks
// that the engine called each outcome what the completions say.
func (c *unknownChecker) enumerate(on calendar.Day, less map[string]Fact, open *Decision, veiled []int) error {
	if open.Capped {
		return nil
	}
	for _, i := range veiled {
		if c.named[i] || i == c.p.basis {
			return nil
		}
		for _, d := range c.p.facts[i].feeds {
			if c.named[d] {
				return nil
			}
		}
	}
	ways := 1
	var choices [][]value.Value
	for _, i := range veiled {
		vs, complete := c.completions(i, less[c.p.facts[i].def.Name].Value, on)
		if !complete || ways*len(vs) > bruteLimit {
			return nil
		}
		ways *= len(vs)
		choices = append(choices, vs)
	}
	seen := map[string]map[string]int{} // outcome, then state
	total := 0
	facts := make(map[string]Fact, len(less))
	for k, v := range less {
		facts[k] = v
	}
	var fill func(k int)
	fill = func(k int) {
		if k < len(veiled) {
			name := c.p.facts[veiled[k]].def.Name
			for _, v := range choices[k] {
				facts[name] = Fact{Value: v, AsOf: on.Date()}
				fill(k + 1)
			}
			return
		}
		d := c.p.Decide(Input{On: on, Facts: facts})
		if len(d.Problems) > 0 {
			return // dates that contradict each other: no such person
		}
		total++
		for id, o := range byID(&d) {
			if seen[id] == nil {
				seen[id] = map[string]int{}
			}
			seen[id][string(o.State)+o.Args["until"]]++
		}
	}
	fill(0)
	if total == 0 {
		return nil
	}
	return matchCompletions(open, seen, total)
}

func matchCompletions(open *Decision, seen map[string]map[string]int, total int) error {
	is := byID(open)
	ids := make([]string, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		for st, n := range seen[id] {
			o, ok := is[id]
			always := n == total
			name := strings.ReplaceAll(id, "\x00", " ")
			switch {
			case strings.HasPrefix(st, string(Undetermined)):
			case always && (!ok || string(o.State)+o.Args["until"] != st):
				return fmt.Errorf("every completion gives %s %s, the engine says %q", name, st, o.State)
			case !always && ok && o.State != Undetermined:
				return fmt.Errorf("%d of %d completions give %s %s, the engine says %s", n, total, name, st, o.State)
			case !always && !ok && !openID(open, id):
				return fmt.Errorf("%d of %d completions give %s %s, the engine says never", n, total, name, st)
			}
		}
	}
	for id, o := range is {
		if _, ok := seen[id]; !ok && o.State != Undetermined {
			return fmt.Errorf("no completion gives %s, the engine says %s", strings.ReplaceAll(id, "\x00", " "), o.State)
		}
		if _, ok := seen[id]; !ok && !numbered(&o) {
			return fmt.Errorf("no completion gives %s, the engine leaves it open", strings.ReplaceAll(id, "\x00", " "))
		}
	}
	return nil
}

// openID reports whether an aggregate is listed as open, under another id.
func openID(open *Decision, id string) bool {
	kind, rest, _ := strings.Cut(id, "\x00")
	code, _, _ := strings.Cut(rest, "\x00")
	return openNumber(Outcome{Kind: Kind(kind), Code: code}, open)
}

// numbered reports whether an open outcome is an aggregate given by its bounds.
func numbered(o *Outcome) bool {
	for k := range o.Args {
		if strings.HasSuffix(k, "_least") {
			return true
		}
	}
	return false
}

// completions lists values of every region a veiled fact may lie in; complete is
// false when they cannot be listed.
func (c *unknownChecker) completions(i int, v value.Value, on calendar.Day) (vs []value.Value, complete bool) {
	f := c.p.facts[i]
	lo, hi, ranged := v.Bounds()
	feeds := len(f.feeds) > 0
	switch f.typ {
	case typeBool:
		return []value.Value{value.Of(false), value.Of(true)}, true
	case typeInt, typeDate:
		if ranged && hi-lo <= 400 {
			for x := lo; x <= hi; x++ {
				vs = append(vs, numberOf(f.typ, x))
			}
			return vs, true
		}
	}
	if feeds && !(f.typ == typeCode && len(f.def.Values) > 0) {
		return nil, false
	}
	for _, o := range c.anchored() {
		if o == i {
			return nil, false
		}
	}
	if f.typ == typeCode && feeds {
		for _, s := range f.def.Values {
			vs = append(vs, value.Text(s))
		}
		return vs, true
	}
	g, _ := c.p.program(c.p.epochAt(on))
	d := g.doms[i]
	if d == nil {
		return []value.Value{v}, true
	}
	if !ranged {
		return d.sample, true
	}
	vs = append(vs, numberOf(f.typ, lo), numberOf(f.typ, hi))
	for s := d.segAt(lo); s <= d.segAt(hi); s++ {
		a, b, point := d.segment(s)
		if x, ok := someNumber(a, b, point, f.typ != typeDecimal, lo, hi); ok {
			vs = append(vs, numberOf(f.typ, x))
		}
	}
	return vs, true
}

// anchored are the facts validity counts from.
func (c *unknownChecker) anchored() []int {
	var out []int
	for _, t := range c.p.tables {
		for _, r := range t.rows {
			for i := range r.outs {
				if r.outs[i].anchor >= 0 {
					out = append(out, r.outs[i].anchor)
				}
			}
		}
	}
	return out
}

// describeFacts prints a person, with what was veiled in brackets. It is for
// synthetic persons only.
func describeFacts(less, full map[string]Fact) string {
	names := make([]string, 0, len(less))
	for n := range less {
		names = append(names, n)
	}
	sort.Strings(names)
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = n + "=" + less[n].Value.String()
		if !less[n].Value.Equal(full[n].Value) {
			parts[i] += " [" + full[n].Value.String() + "]"
		}
	}
	return strings.Join(parts, ", ")
}
