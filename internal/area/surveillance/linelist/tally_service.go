package linelist

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Reported answers how many cases of a disease were reported in some days, by what they
// are counted by. It reads tallies and no case. The caller has checked the right to
// counts.
func (s *Service) Reported(tx *db.Tx, disease string, first, last calendar.Day) ([]Tallied, error) {
	return tallied(tx, counterReported, disease, first, last)
}

// Onsets is Reported by the day of onset, of the cases of which it is known.
func (s *Service) Onsets(tx *db.Tx, disease string, first, last calendar.Day) ([]Tallied, error) {
	return tallied(tx, counterOnset, disease, first, last)
}

// Tests answers how many cases of a disease, reported in some days, had which answer of
// which test.
func (s *Service) Tests(tx *db.Tx, disease string, first, last calendar.Day) ([]Tested, error) {
	return tested(tx, disease, first, last)
}

// Deaths answers who of the cases for counting of a site and a disease died, of those
// that were reported since a day. There are few, so it reads cases and no tally, which
// has the day of report. The caller has checked the right to counts.
func (s *Service) Deaths(tx *db.Tx, disease, site string, since calendar.Day) ([]Died, error) {
	rows, err := deadCases(tx, site, since)
	if err != nil {
		return nil, err
	}
	var out []Died
	for _, r := range rows {
		reported, _, _ := r.Reported.Bounds()
		if k := tallyOf(r.Case, s.Lists, reported); k.Disease == disease && k.Class.Counts() {
			out = append(out, Died{Ended: r.Ended, Age: k.Age})
		}
	}
	return out, nil
}

// SitesWith lists the sites that reported cases of a disease in some days.
func (s *Service) SitesWith(tx *db.Tx, disease string, first, last calendar.Day) ([]string, error) {
	return sitesWith(tx, disease, first, last)
}

// OnCase adds somebody who is told of each case that changed, in its transaction.
func (s *Service) OnCase(f func(ctx context.Context, tx *db.Tx, c Case) error) {
	s.told = append(s.told, f)
}

// tell tells of a case that changed, and keeps what its outbreak was when it did.
func (s *Service) tell(ctx context.Context, tx *db.Tx, id db.ID) error {
	if len(s.told) == 0 && s.OutbreakAt == nil {
		return nil
	}
	r, err := findCase(tx, id)
	if err != nil {
		return err
	}
	if err := s.mark(tx, r.Case); err != nil {
		return err
	}
	for _, f := range s.told {
		if err := f(ctx, tx, r.Case); err != nil {
			return err
		}
	}
	return nil
}
