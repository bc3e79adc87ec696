package areatest

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/packs"
)

// Shipped gives the packs as they ship, in force from the first day.
type Shipped struct {
	Gone bool // none is in force
	held map[string]*pack.Pack
}

var noPack = fault.New(fault.Unavailable, "areatest", "packs.error.not_active")

// Active is a pack that ships, on every day.
func (s *Shipped) Active(_ *db.Tx, id string, _ calendar.Day) (*pack.Pack, error) {
	if s.Gone {
		return nil, noPack
	}
	if p := s.held[id]; p != nil {
		return p, nil
	}
	p, err := pack.Load(packs.Builtin(), id)
	if err != nil {
		return nil, err
	}
	if s.held == nil {
		s.held = map[string]*pack.Pack{}
	}
	s.held[id] = p
	return p, nil
}

// ExplainRecord explains a decision by the pack that Active gave for it.
func (s *Shipped) ExplainRecord(_ *db.Tx, r pack.Record, lang string) (pack.Explanation, error) {
	p := s.held[r.Pack]
	if p == nil {
		return pack.Explanation{}, noPack
	}
	on, err := calendar.ParseDay(r.On)
	if err != nil {
		return pack.Explanation{}, err
	}
	in := decision.Input{On: on, Facts: map[string]decision.Fact{}}
	for name, f := range r.Facts {
		fact := decision.Fact{Value: f.Value, AsOf: on.Date(), Disputed: f.Disputed}
		if f.AsOf != nil {
			fact.AsOf = *f.AsOf
		}
		in.Facts[name] = fact
	}
	_, x := p.Explain(in, lang)
	return x, nil
}
