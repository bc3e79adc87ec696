package analysis

import (
	"context"
	"errors"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

const packMortality = "mortality"

// RecordDeaths keeps an entry of a register of deaths.
func (s *Service) RecordDeaths(ctx context.Context, e Entry) error {
	const op = "analysis.RecordDeaths"
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		u, err := s.Signals.Unit(tx, e.Unit)
		if fault.Is(err, fault.NotFound) {
			return fault.Field(op, "unit", "analysis.error.unit")
		}
		if err != nil {
			return err
		}
		site := a.Site()
		if u.Site == "" {
			err = s.Access.Check(ctx, access.CountRecord, access.Resource{Kind: kindDeaths})
		} else {
			site = u.Site
			err = s.Access.Check(ctx, access.WeekReport, access.Resource{Kind: kindDeaths, Site: u.Site, Sensitivity: journal.Identity})
		}
		if err != nil {
			return err
		}
		if errs := e.Valid(s.lists(), s.today()); len(errs) > 0 {
			return errors.Join(errs...)
		}
		there, err := entriesOf(tx, e.Unit, e.From, e.To)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(there, e.again) {
			return fault.Field(op, "from", "analysis.error.overlap")
		}
		return s.Journal.Append(tx, a.Author(), journal.Change{Kind: kindDeaths, Doc: db.NewID(), Site: site, Sensitivity: journal.Identity, Purpose: "public_health", Fields: map[string]any{
			"unit": e.Unit, "from": e.From, "to": e.To, "how": e.How, "number": e.Number, "deaths": e.Deaths, "under5": e.Under5, "place": e.Place, "disease": e.Disease}})
	}))
}

// Died is the mortality of a unit with what the pack says of it.
type Died struct {
	Dying
	Name surveillance.Unit
	Told pack.Explanation
	Pack bool // mortality is in force
}

// MortalityOf works out the mortality of a unit in a period.
func (s *Service) MortalityOf(ctx context.Context, unit string, from, to calendar.Day, lang string) (out Died, err error) {
	const op = "analysis.MortalityOf"
	if err := s.mayRead(ctx); err != nil {
		return out, fault.Wrap(op, err)
	}
	if !(Asked{From: from, To: to}).Valid() {
		return out, fault.Field(op, "from", "analysis.error.period")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Died{}
		if out.Name, err = s.Signals.Unit(tx, unit); err != nil {
			return err
		}
		entries, err := entriesOf(tx, unit, from, to)
		if err != nil {
			return err
		}
		counted, err := s.Alerts.HeadcountsIn(tx, unit, to)
		if err != nil {
			return err
		}
		out.Dying = Mortality(unit, from, to, entries, counted)
		p, err := s.Packs.Active(tx, packMortality, to)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) {
			return nil
		}
		if err != nil {
			return err
		}
		out.Pack = true
		_, out.Told = p.Explain(out.facts(), lang)
		return nil
	})
	return out, fault.Wrap(op, err)
}
