package linelist

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// traced joins contacts with who they are.
func (s *Service) traced(tx *db.Tx, rows []contactRow, all []Followed) ([]traced, error) {
	ids := make([]db.ID, len(all))
	for i, f := range all {
		ids[i] = f.ID
	}
	sources, err := sourcesOf(tx, ids)
	out := make([]traced, len(all))
	for i, f := range all {
		out[i] = traced{Followed: f, Person: rows[i].Subject, Sources: sources[f.ID]}
	}
	return out, err
}

// NewCases tells of the cases of a disease that were reported in some days, of one site
// where it is given, how many had been listed as contacts before. It counts what the
// reader may follow.
func (s *Service) NewCases(ctx context.Context, disease, site string, first, last calendar.Day) (out NewCases, err error) {
	const op = "linelist.NewCases"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.ContactFollow)
		if err != nil {
			return err
		}
		cases, err := countingIn(tx, sc, site, first, last, mostContacts+1)
		if err != nil {
			return err
		}
		contacts, err := contactsIn(tx, sc, mostContacts+1)
		if err != nil {
			return err
		}
		if len(cases) > mostContacts || len(contacts) > mostContacts {
			out = NewCases{Over: true}
			return nil
		}
		became := map[db.ID][]Contact{}
		for _, k := range contacts {
			if !k.Became.IsZero() {
				became[k.Became] = append(became[k.Became], k.Contact)
			}
		}
		out = newCases(s.inPeriod(cases, disease), became)
		return nil
	})
	return out, fault.Wrap(op, err)
}

// inPeriod leaves the cases of a disease, by species where it is known.
func (s *Service) inPeriod(rows []caseRow, disease string) []Case {
	var out []Case
	for _, r := range rows {
		if tallyOf(r.Case, s.Lists, calendar.Day(0)).Disease == disease {
			out = append(out, r.Case)
		}
	}
	return out
}
