package decision

import (
	"math"
	"sort"

	"github.com/godwit-health/godwit/engine/value"
)

// decideAcross decides when the day on the date basis is not exact and dated
// rows change within what it may be: in every epoch it may fall in, and definite
// is only what all of them say.
func (p *Protocol) decideAcross(first, last *epoch, l *loaded, s *Sheet) Decision {
	lo, hi, _ := l.on.Bounds()
	var parts []Decision
	for _, e := range p.epochs {
		if e.from < first.from || e.to > last.to {
			continue
		}
		part := *l
		part.vals = append([]value.Value(nil), l.vals...)
		part.state = append([]uint8(nil), l.state...)
		part.on = value.DayRange(int(math.Max(lo, float64(e.from))), int(math.Min(hi, float64(e.to))))
		part.vals[p.basis] = part.on
		if part.state[p.basis] == stUnknown {
			part.given = append([]bool(nil), l.given...)
			part.given[p.basis] = true
		}
		parts = append(parts, p.decideIn(e, &part, s))
	}
	basis := p.facts[p.basis].def.Name
	refused := l.state[p.basis] == stRefused
	d := mergeEpochs(parts, basis, refused)
	d.On = s.On
	d.Used[basis] = l.vals[p.basis]
	return d
}

// outcomeID tells outcomes of several decisions apart.
func outcomeID(o *Outcome) string {
	id := string(o.Kind) + "\x00" + o.Code
	if o.Kind == Valid {
		return string(Valid)
	}
	keys := make([]string, 0, len(o.Args))
	for k := range o.Args {
		if k != "text" && k != "anchor" {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for _, k := range keys {
		id += "\x00" + k + "=" + o.Args[k]
	}
	return id
}

func mergeEpochs(parts []Decision, basis string, refused bool) Decision {
	out := parts[0]
	out.Outcomes, out.Ask = nil, nil
	out.Overruled = inAll(parts)
	out.Used = map[string]value.Value{}
	type found struct {
		o    Outcome
		n    int
		same bool
	}
	var order []string
	byID := map[string]*found{}
	asked := map[string]int{}
	for i := range parts {
		for k, v := range parts[i].Used {
			out.Used[k] = v
		}
		for _, a := range parts[i].Ask {
			asked[a]++
		}
		out.Capped = out.Capped || parts[i].Capped
		for j := range parts[i].Outcomes {
			o := &parts[i].Outcomes[j]
			id := outcomeID(o)
			h := byID[id]
			if h == nil {
				byID[id] = &found{o: *o, n: 1, same: true}
				order = append(order, id)
				continue
			}
			h.n++
			h.same = h.same && h.o.State == o.State && h.o.Args["until"] == o.Args["until"]
			h.o.Rows = append(h.o.Rows[:len(h.o.Rows):len(h.o.Rows)], o.Rows...)
			h.o.Ask = union(h.o.Ask, o.Ask)
		}
	}
	for _, id := range order {
		h := byID[id]
		if h.n < len(parts) || !h.same {
			h.o.State = Undetermined
			if h.o.Kind == Valid {
				h.o.Args = nil
			}
			if !refused {
				h.o.Ask = union(h.o.Ask, []string{basis})
				asked[basis]++
			}
		}
		out.Outcomes = append(out.Outcomes, h.o)
	}
	sort.SliceStable(out.Outcomes, func(i, j int) bool {
		return kindRank[out.Outcomes[i].Kind] < kindRank[out.Outcomes[j].Kind]
	})
	for a := range asked {
		out.Ask = append(out.Ask, a)
	}
	sort.Slice(out.Ask, func(i, j int) bool {
		if asked[out.Ask[i]] != asked[out.Ask[j]] {
			return asked[out.Ask[i]] > asked[out.Ask[j]]
		}
		return out.Ask[i] < out.Ask[j]
	})
	return out
}

// inAll keeps what is overruled in every epoch.
func inAll(parts []Decision) []Outcome {
	var out []Outcome
	for i := range parts[0].Overruled {
		id, n := outcomeID(&parts[0].Overruled[i]), 0
		for j := range parts {
			for k := range parts[j].Overruled {
				if outcomeID(&parts[j].Overruled[k]) == id {
					n++
					break
				}
			}
		}
		if n == len(parts) {
			out = append(out, parts[0].Overruled[i])
		}
	}
	return out
}

func union(a, b []string) []string {
	for _, x := range b {
		found := false
		for _, y := range a {
			found = found || x == y
		}
		if !found {
			a = append(a[:len(a):len(a)], x)
		}
	}
	return a
}

// Combine joins decisions of several protocols about one person: the sets are
// united, a contraindication, deferral or hold of one stands against what
// another allows or requires, and the earliest validity wins. It is how a
// safety protocol acts on every destination.
func Combine(ds ...Decision) []Outcome {
	var out []Outcome
	index := map[string]int{}
	for i := range ds {
		for j := range ds[i].Outcomes {
			o := ds[i].Outcomes[j]
			id := outcomeID(&o)
			at, ok := index[id]
			if !ok {
				index[id] = len(out)
				out = append(out, o)
				continue
			}
			if o.Kind == Valid {
				out[at] = earlierValid(out[at], o)
			} else {
				out[at] = joinOutcome(out[at], o)
			}
		}
	}
	for i := range out {
		for j := range out {
			standAgainst(&out[i], &out[j])
		}
	}
	kept := out[:0]
	for _, o := range out {
		if o.State != overruledState {
			kept = append(kept, o)
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return kindRank[kept[i].Kind] < kindRank[kept[j].Kind] })
	return kept
}

// overruledState marks what Combine drops.
const overruledState State = "overruled"

func joinOutcome(a, b Outcome) Outcome {
	rows := append(append([]RowRef(nil), a.Rows...), b.Rows...)
	win := a
	if rankState(b.State) > rankState(a.State) {
		win = b
	}
	win.Rows = rows
	win.Unconfirmed = a.Unconfirmed && b.Unconfirmed
	if win.State == Undetermined {
		win.Ask = union(a.Ask, b.Ask)
	}
	return win
}

func rankState(s State) int {
	switch s {
	case Blocked:
		return 2
	case Definite:
		return 1
	}
	return 0
}

func earlierValid(a, b Outcome) Outcome {
	if a.State == Definite && b.State == Definite {
		if b.Args["until"] < a.Args["until"] {
			return b
		}
		return a
	}
	u := a
	if a.State == Definite {
		u = b
	}
	u.State, u.Ask, u.Args = Undetermined, union(a.Ask, b.Ask), nil
	u.Rows = append(append([]RowRef(nil), a.Rows...), b.Rows...)
	return u
}

// standAgainst applies outcome b to outcome a.
func standAgainst(a, b *Outcome) {
	against := bars(&outDef{kind: b.Kind, code: b.Code}, a.Kind, a.Code)
	block := a.Kind == Require && b.Kind == Contraindicate && a.Code == b.Code
	if !against && !block || a.State == overruledState || b.State == overruledState {
		return
	}
	a.BarredBy = append(a.BarredBy[:len(a.BarredBy):len(a.BarredBy)], b.Rows...)
	sure := b.State == Definite || b.State == Blocked
	switch {
	case !sure:
		a.Barred = a.Barred.Or(value.Unknown)
		if a.State == Definite {
			a.State = Undetermined
		}
		a.Ask = union(a.Ask, b.Ask)
	case against:
		a.State, a.Barred = overruledState, value.Yes
	case a.State == Definite:
		a.State, a.Barred = Blocked, value.Yes
	default:
		a.Barred = value.Yes
	}
}
