package order

import (
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// ByID returns an order. It is for another area inside a transaction that has checked its
// own rights: it checks none.
func (s *Service) ByID(tx *db.Tx, id db.ID) (Order, error) { return findOrder(tx, id) }

// Series lists what was observed of some codes, the oldest first, for a decision about one
// case: like FactsFor it leaves out what is sensitive and of another case, and like it
// checks no right.
func (s *Service) Series(tx *db.Tx, subject, caseID db.ID, codes []string) ([]Observation, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	obs, err := observations(tx, subject, codes)
	if err != nil || len(obs) == 0 {
		return nil, err
	}
	_, of, err := severalOf(tx, subject)
	if err != nil {
		return nil, err
	}
	var out []Observation
	for _, o := range obs {
		if other := of[o.Order]; o.Sens >= journal.Sensitive && !other.IsZero() && other != caseID {
			continue
		}
		out = append(out, o)
	}
	return out, nil
}
