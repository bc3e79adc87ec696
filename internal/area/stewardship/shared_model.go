package stewardship

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Shared is one item that an area offers: what is true of a person, by field, and since
// or on which day.
type Shared struct {
	On          calendar.Day // 0 where it is not known
	Timeless    bool         // true whenever: a name
	Sensitivity journal.Sensitivity
	Values      map[string]any
}

// within keeps of an area's items what an agreement lets go: the fields that it names,
// of the time that it names, and of sensitive ones those that it names twice and that
// the person agreed to. An item whose day is not known lies in no time: not known is
// not within.
func (a Agreement) within(part Part, items []Shared, agreed bool) (out []Piece, highest journal.Sensitivity) {
	highest = journal.Identity
	for _, it := range items {
		if it.Sensitivity >= journal.Sealed || it.Sensitivity < journal.Identity || !a.inTime(it) {
			continue
		}
		values := map[string]any{}
		for field, v := range it.Values {
			sensitive := it.Sensitivity >= journal.Sensitive
			if !slices.Contains(a.Fields[part], field) || v == nil || sensitive && !(agreed && slices.Contains(a.Sensitive, field)) {
				continue
			}
			values[field] = v
		}
		if len(values) == 0 {
			continue
		}
		p := Piece{Values: values}
		if it.On != 0 {
			p.On = it.On.String()
		}
		out, highest = append(out, p), max(highest, it.Sensitivity)
	}
	return out, highest
}

func (a Agreement) inTime(it Shared) bool {
	if it.Timeless || a.From == 0 && a.To == 0 {
		return true
	}
	return it.On != 0 && it.On >= a.From && (a.To == 0 || it.On <= a.To)
}
