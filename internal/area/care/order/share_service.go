package order

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Stands is what holds of one code of a person's results.
type Stands struct {
	Code  string
	Value string
	Unit  string
	On    calendar.Day
	Sens  journal.Sensitivity
}

// StandsFor answers what holds of some codes, as far as the actor may read it at a site.
// What is disputed is not known, and left out.
func (s *Service) StandsFor(ctx context.Context, tx *db.Tx, subject db.ID, at access.Resource, codes []string) ([]Stands, error) {
	obs, err := observations(tx, subject, codes)
	if err != nil || len(obs) == 0 {
		return nil, err
	}
	facts, err := s.Facts(tx, subject, codes)
	if err != nil {
		return nil, err
	}
	var out []Stands
	for _, code := range codes {
		f, ok := facts[code]
		if !ok || f.Disputed || !f.Value.Known() {
			continue
		}
		st := Stands{Code: code, Value: f.Value.String(), Sens: journal.Clinical}
		st.On, _ = f.AsOf.Exact()
		for _, o := range obs {
			if o.Code == code {
				st.Sens, st.Unit = max(st.Sens, o.Sens), o.Unit
			}
		}
		at.Kind, at.Sensitivity = kindResult, st.Sens
		if s.Access.May(ctx, access.ResultRead, at) {
			out = append(out, st)
		}
	}
	return out, nil
}
