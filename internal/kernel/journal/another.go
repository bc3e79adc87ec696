package journal

import (
	"encoding/json"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Another is a document like d under another id and subject, with every value changed by
// edit. It is for filling a database through the projections of its kinds (the benchmark of
// size): no entry stands behind it, and nothing may append to it.
func (d *Doc) Another(id, subject db.ID, edit func(raw json.RawMessage) (json.RawMessage, error)) (*Doc, error) {
	s := *d.s
	s.subject = subject
	s.groups = slices.Clone(d.s.groups)
	for i := range s.groups {
		g := &s.groups[i]
		g.alts = slices.Clone(g.alts)
		for j := range g.alts {
			a := &g.alts[j]
			a.fields = slices.Clone(a.fields)
			for k := range a.fields {
				raw, err := edit(a.fields[k].raw)
				if err != nil {
					return nil, err
				}
				a.fields[k].raw = raw
			}
		}
	}
	return s.doc(id, d.Kind), nil
}
