package place

import "github.com/godwit-health/godwit/internal/kernel/db"

// Exact answers the one place that a name means, or nil where that is not settled. It
// looks for no candidates: it is for rules, which ask about many names.
func (g *Gazetteer) Exact(tx *db.Tx, q Query) (*Ref, error) {
	if fold(q.Text) == "" {
		return nil, nil
	}
	r, _, err := g.book(tx).lookup(q)
	return r.Place, err
}
