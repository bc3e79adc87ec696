package decision

import "slices"

// Standing is how high a decision stands on the scale of an output-order table:
// classes of a case definition, levels of an alert. All rows that fired stay in the
// decision; the standing is only which of their codes counts.
type Standing struct {
	Table string
	Code  string   // the highest code that is definite; "" when none is
	Rows  []RowRef // every row behind the definite outcomes of the scale, the highest code's first
	May   []string // higher codes that what is not known could still give, highest first
	Ask   []string // the facts that would settle those
}

// Open reports whether what is not known could still raise the standing.
func (s Standing) Open() bool { return len(s.May) > 0 }

// Standings reads a decision against the output-order tables of the protocol, in
// their order: the highest code of each table's Order that is definite, and what
// could still be higher. A later table may give codes of the scale too: a negative
// result counts only for somebody who was suspected, so its row reads
// classify.SUSPECTED and cannot stand in the same table. What counts is the kinds
// that the table gives and the codes of its order, whichever table gave them. An
// empty standing that is not Open says that nothing of the scale applies.
func (p *Protocol) Standings(d *Decision) []Standing {
	var out []Standing
	for _, t := range p.src.Tables {
		if t.Policy == OutputOrder {
			out = append(out, t.standing(d))
		}
	}
	return out
}

// Standing is the standing on one table; ok is false when the protocol has no
// output-order table of that name.
func (p *Protocol) Standing(d *Decision, table string) (s Standing, ok bool) {
	for _, t := range p.src.Tables {
		if t.Name == table && t.Policy == OutputOrder {
			return t.standing(d), true
		}
	}
	return Standing{}, false
}

// scale is the kinds of outcome that the rows of a table give.
func (t *Table) scale() map[Kind]bool {
	kinds := map[Kind]bool{}
	for _, r := range t.Rows {
		if len(r.Out) > 0 && r.Out[0] != "" {
			kinds[Kind(r.Out[0])] = true
		}
	}
	return kinds
}

func (t *Table) standing(d *Decision) Standing {
	s := Standing{Table: t.Name}
	kinds := t.scale()
	best := len(t.Order)
	var may []Outcome
	for _, code := range t.Order {
		for _, o := range d.Outcomes {
			if o.Code != code || !kinds[o.Kind] {
				continue
			}
			if o.State != Definite {
				may = append(may, o)
				continue
			}
			if best == len(t.Order) {
				best, s.Code = place(t, code), code
			}
			s.Rows = append(s.Rows, o.Rows...)
		}
	}
	for _, o := range may {
		if place(t, o.Code) >= best {
			continue
		}
		if !slices.Contains(s.May, o.Code) {
			s.May = append(s.May, o.Code)
		}
		for _, q := range o.Ask {
			if !slices.Contains(s.Ask, q) {
				s.Ask = append(s.Ask, q)
			}
		}
	}
	return s
}
