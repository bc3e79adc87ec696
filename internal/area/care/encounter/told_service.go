package encounter

import (
	"context"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// Told is what an encounter may hand on: what its pack settled, and what was measured in it.
type Told struct {
	Encounter
	Pack     *pack.Pack // nil where its version is not here
	Settled  []decision.Outcome
	Measured []Measured
}

// Measured is a number with a unit, of the encounter's own day.
type Measured struct {
	Fact      string // of the pack
	Value     float64
	Unit      string
	Day       calendar.Day
	Sensitive bool
}

// Told gathers what somebody who is sent on may take along, as far as the actor may know
// it. An encounter that is not there, or not the actor's to read, tells nothing.
func (s *Service) Told(ctx context.Context, tx *db.Tx, id db.ID) (out Told, err error) {
	const op = "encounter.Told"
	o, err := s.open(ctx, tx, access.ClinicalRead, id, "en")
	switch fault.CodeOf(err) {
	case fault.NotFound, fault.Forbidden:
		return out, nil
	}
	if err != nil || o.Pack == nil {
		return out, fault.Wrap(op, err)
	}
	out = Told{Encounter: o.Encounter, Pack: o.Pack}
	for _, list := range [][]pack.ExplainedOutcome{o.Look.Stops, o.Look.Classes, o.Look.Asks, o.Look.Refer} {
		for _, x := range list {
			out.Settled = append(out.Settled, x.Outcome)
		}
	}
	seen, err := s.Orders.FactsFor(tx, o.Person, o.ID, o.Pack.Bound("obs:"))
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	for _, f := range o.Pack.Facts {
		kind, code, _ := strings.Cut(f.From, ":")
		v, isNumber := seen[code].Value.Float()
		day, exact := seen[code].AsOf.Exact()
		sens, ok := level(f.Sensitivity)
		if kind != "obs" || f.Unit == "" || !isNumber || seen[code].Disputed || !exact || day != o.Day || !ok {
			continue
		}
		res := o.Resource()
		if res.Sensitivity = max(res.Sensitivity, sens); s.Access.May(ctx, access.ClinicalRead, res) {
			out.Measured = append(out.Measured, Measured{f.Name, v, f.Unit, day, sens >= journal.Sensitive})
		}
	}
	return out, nil
}
