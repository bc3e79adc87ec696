package assessment

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Cleared is how a clearance of a person stands.
type Cleared struct {
	Destination string
	State       ClearanceState
	ValidUntil  string
}

// ClearancesOf answers a person's clearances, the last of each case, as far as the actor
// may open the case.
func (s *Service) ClearancesOf(ctx context.Context, tx *db.Tx, person db.ID) ([]Cleared, error) {
	members, err := membersAbout(tx, person)
	if err != nil {
		return nil, err
	}
	var out []Cleared
	for _, m := range members {
		c, site, programme, err := loadCase(tx, m.Case)
		if err != nil {
			return nil, err
		}
		at := access.Resource{Kind: kindClearance, Subject: person, Site: site, Programme: programme, Sensitivity: journal.Sensitive}
		if m.Left || !s.Access.May(ctx, access.CaseRead, at) {
			continue
		}
		last, err := lastClearance(tx, m.ID)
		if err != nil {
			return nil, err
		}
		if last != nil {
			out = append(out, Cleared{Destination: c.Destination, State: last.State, ValidUntil: last.ValidUntil})
		}
	}
	return out, nil
}

// StandOf is the last clearance of each case of a person, whoever asks: it checks no
// rights, and whoever calls it tells no more than whether somebody may board.
func (s *Service) StandOf(tx *db.Tx, person db.ID) ([]Clearance, error) {
	members, err := membersAbout(tx, person)
	if err != nil {
		return nil, err
	}
	var out []Clearance
	for _, m := range members {
		if m.Left {
			continue
		}
		last, err := lastClearance(tx, m.ID)
		if err != nil {
			return nil, err
		}
		if last != nil {
			out = append(out, *last)
		}
	}
	return out, nil
}
