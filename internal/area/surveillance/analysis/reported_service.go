package analysis

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// situationDays is how long a report of reported counts is where nobody asks for a period.
const situationDays = 28

// SituationSeries are the sources that a report can be of.
func (s *Service) SituationSeries(ctx context.Context) ([]surveillance.CountSeries, error) {
	return s.Signals.CountSeries(ctx)
}

// situationCounts reads all that a source reported of a disease up to a day, with the names
// of its areas.
func (s *Service) situationCounts(ctx context.Context, a *SituationAsked) (list []surveillance.Reported, names map[string]surveillance.Unit, err error) {
	const op = "analysis.situationCounts"
	if err := s.mayRead(ctx); err != nil {
		return nil, nil, fault.Wrap(op, err)
	}
	names = map[string]surveillance.Unit{}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		last, there, err := s.Signals.LastCountIn(tx, a.Disease, a.Source)
		if err == nil && !there {
			err = fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err != nil {
			return err
		}
		if a.To == 0 {
			a.To = min(last, s.today())
		}
		if a.From == 0 {
			a.From = a.To - situationDays + 1
		}
		if a.From > a.To || a.To-a.From >= mostDays {
			return fault.New(fault.Invalid, op, "analysis.error.period")
		}
		var indicators []string
		for _, k := range situationStems {
			indicators = append(indicators, s.lists().Stem(k.stem)...)
		}
		from := a.From - calendar.Day(surveillance.CurrentDays)
		if list, err = s.Signals.CountsIn(tx, surveillance.CountFilter{Disease: a.Disease, Source: a.Source, Indicators: indicators, From: from, To: max(a.To, s.today())}); err != nil {
			return err
		}
		for _, r := range list {
			if _, ok := names[r.Unit]; ok {
				continue
			}
			u, err := s.Signals.Unit(tx, r.Unit)
			if fault.Is(err, fault.NotFound) {
				u, err = surveillance.Unit{Code: r.Unit}, nil
			}
			if err != nil {
				return err
			}
			names[r.Unit] = u
		}
		return nil
	})
	return list, names, fault.Wrap(op, err)
}

// SituationOf is the report of a source's counts for the team: every number of it.
func (s *Service) SituationOf(ctx context.Context, a SituationAsked) (Situation, map[string]surveillance.Unit, error) {
	list, names, err := s.situationCounts(ctx, &a)
	if err != nil {
		return Situation{}, nil, err
	}
	return MakeSituation(s.lists(), list, a), names, nil
}
