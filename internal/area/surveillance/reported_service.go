package surveillance

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Unit is what a count is about, with its names.
type Unit struct {
	Code   string            // "site:KLA", or the code of a country, an area or a point
	Names  map[string]string // nil of a country
	Parent string            // code of what it lies in, "" where it is not known
	Site   string            // its site, if it is one
}

// Name is the unit's name in a language, else in any, else its code.
func (u Unit) Name(locale string) string {
	if c, ok := place.Country(u.Code); ok && u.Names == nil {
		return c.Name(locale)
	}
	return place.Area{Code: u.Code, Names: u.Names}.Name(locale)
}

// Became is what became of a report.
type Became string

// The outcomes.
const (
	Kept    Became = "kept"    // the first of its cell
	Revised Became = "revised" // one more report of a cell
	Known   Became = "known"   // the cell says so already; nothing was written
)

const (
	mostCounts  = 200_000
	mostAtOnce  = 5_000
	nameOfUnits = "surveillance.units"
)

// Unit finds what a code stands for, or fault.NotFound.
func (s *Service) Unit(tx *db.Tx, code string) (Unit, error) {
	if site, ok := strings.CutPrefix(code, sitePrefix); ok && s.Sites != nil {
		found, err := s.Sites.Site(tx, site)
		return Unit{Code: code, Names: found.Names, Parent: found.Country, Site: found.Code}, err
	}
	if _, ok := place.Country(code); ok {
		return Unit{Code: code}, nil
	}
	if s.Places != nil {
		return s.Places.Unit(tx, code)
	}
	return Unit{}, fault.New(fault.NotFound, nameOfUnits, "surveillance.error.unit")
}

// FindUnit finds the one unit of a name or a code that somebody typed.
func (s *Service) FindUnit(tx *db.Tx, text string) (Unit, error) {
	unknown := fault.Field(nameOfUnits, "unit", "surveillance.error.unit")
	text = strings.TrimSpace(text)
	if text == "" {
		return Unit{}, unknown
	}
	for _, code := range []string{text, strings.ToUpper(text), SiteUnit(strings.ToUpper(text))} {
		if u, err := s.Unit(tx, code); err == nil || !fault.Is(err, fault.NotFound) {
			return u, err
		}
	}
	if s.Sites != nil {
		all, err := s.Sites.All(tx)
		if err != nil {
			return Unit{}, err
		}
		for _, site := range all {
			for _, name := range site.Names {
				if strings.EqualFold(name, text) {
					return s.Unit(tx, SiteUnit(site.Code))
				}
			}
		}
	}
	if s.Places != nil {
		if u, found, err := s.Places.FindUnit(tx, text); found || err != nil {
			return u, err
		}
	}
	if list := place.Find(text, 2); len(list) == 1 {
		return s.Unit(tx, list[0].Code)
	}
	return Unit{}, unknown
}

// RecordCounts keeps reports, all in one transaction or none. A report that a cell
// holds already changes nothing. The outcomes are in the order of the reports.
func (s *Service) RecordCounts(ctx context.Context, list ...Report) (out []Became, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error { out, err = s.RecordCountsIn(ctx, tx, list...); return err })
	return out, err
}

// RecordCountsIn is RecordCounts in the transaction of a caller that keeps more.
func (s *Service) RecordCountsIn(ctx context.Context, tx *db.Tx, list ...Report) ([]Became, error) {
	if err := s.Access.Check(ctx, access.CountRecord, access.Resource{Kind: kindReported}); err != nil {
		return nil, fault.Wrap("surveillance.RecordCounts", err)
	}
	out, err := s.RecordChecked(ctx, tx, list...)
	for _, f := range s.counted {
		if err == nil {
			err = f(ctx, tx, list)
		}
	}
	return out, err
}

// OnCounts adds somebody who is told of counts that are kept, in their transaction.
func (s *Service) OnCounts(f func(ctx context.Context, tx *db.Tx, list []Report) error) {
	s.counted = append(s.counted, f)
}

// RecordChecked is RecordCountsIn for an area that has checked a right of its own, such
// as that to a site's weekly report.
func (s *Service) RecordChecked(ctx context.Context, tx *db.Tx, list ...Report) ([]Became, error) {
	const op = "surveillance.RecordCounts"
	if len(list) > mostAtOnce {
		return nil, fault.New(fault.Invalid, op, "surveillance.error.too_many")
	}
	var errs []error
	for i := range list {
		list[i].Source, list[i].Note = strings.TrimSpace(list[i].Source), strings.TrimSpace(list[i].Note)
		errs = append(errs, list[i].Valid(s.lists, s.today())...)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	out, err := s.recordCounts(ctx, tx, list)
	return out, fault.Wrap(op, err)
}

func (s *Service) recordCounts(ctx context.Context, tx *db.Tx, list []Report) ([]Became, error) {
	a, err := access.Acting(ctx, "surveillance.recordCounts")
	if err != nil {
		return nil, err
	}
	out := make([]Became, len(list))
	cells, units := map[Cell]*Reported{}, map[string]Unit{}
	for i, r := range list {
		unit, ok := units[r.Unit]
		if !ok {
			if unit, err = s.Unit(tx, r.Unit); fault.Is(err, fault.NotFound) {
				err = fault.Field(nameOfUnits, "unit", "surveillance.error.unit")
			}
			if err != nil {
				return nil, err
			}
			units[r.Unit] = unit
		}
		cell, ok := cells[r.Cell]
		if !ok {
			found, err := findReported(tx, cellID(r.Cell))
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			cell = &found
			cells[r.Cell] = cell
		}
		if out[i], err = s.recordCount(tx, a, cell, r, cmp.Or(unit.Site, a.Site())); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recordCount adds a report to its cell.
func (s *Service) recordCount(tx *db.Tx, a access.Actor, cell *Reported, r Report, site string) (Became, error) {
	if cell.says(r) {
		return Known, nil
	}
	c := journal.Change{Kind: kindReported, Doc: cellID(r.Cell), Site: site, Sensitivity: journal.Identity, Purpose: "public_health", Fields: map[string]any{"report": r}}
	outcome := Kept
	if len(cell.Reports) > 0 {
		doc, err := s.Journal.Load(tx, c.Doc)
		if err != nil {
			return "", err
		}
		c.Base, c.Site, outcome = doc.Version, "", Revised
	}
	if err := s.Journal.Append(tx, a.Author(), c); err != nil {
		return "", err
	}
	cell.Reports = append(cell.Reports, r)
	return outcome, nil
}

// mayCount checks the right to counts.
func (s *Service) mayCount(ctx context.Context) error {
	return s.Access.Check(ctx, access.StatisticsRead, access.Resource{Kind: kindReported})
}

// Counts are the reported counts of a filter, by unit, period, indicator and source.
func (s *Service) Counts(ctx context.Context, f CountFilter) (out []Reported, err error) {
	const op = "surveillance.Counts"
	if err := s.mayCount(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = s.CountsIn(tx, f); return err })
	return out, fault.Wrap(op, err)
}

// CountsIn is Counts for areas that have checked the right and are in a transaction.
func (s *Service) CountsIn(tx *db.Tx, f CountFilter) ([]Reported, error) {
	return reportedRows(tx, f, mostCounts)
}

// LastCountIn is the last day of which a source reported anything of a disease, for areas
// that have checked the right.
func (s *Service) LastCountIn(tx *db.Tx, disease, source string) (day calendar.Day, there bool, err error) {
	return lastCount(tx, disease, source)
}

// CountSeries lists of which diseases and sources there are counts.
func (s *Service) CountSeries(ctx context.Context) (out []CountSeries, err error) {
	const op = "surveillance.CountSeries"
	if err := s.mayCount(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = countSeries(tx); return err })
	return out, fault.Wrap(op, err)
}

// UnitCounts is how one unit stands by what was reported of it.
type UnitCounts struct {
	Unit     Unit
	Counts   []Reported
	Findings []Finding
	Last     calendar.Day // the last day that any count is of
}

// Overview is how the units of one disease and source stand.
type Overview struct {
	Series []CountSeries // to choose from
	Chosen CountSeries
	Units  []UnitCounts
}

// CountOverview shows the counts of a disease by a source, the first of both where they
// are not given.
func (s *Service) CountOverview(ctx context.Context, disease, source string) (Overview, error) {
	const op = "surveillance.CountOverview"
	if err := s.mayCount(ctx); err != nil {
		return Overview{}, fault.Wrap(op, err)
	}
	var o Overview
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		o = Overview{}
		if o.Series, err = countSeries(tx); err != nil || len(o.Series) == 0 {
			return err
		}
		i := max(0, slices.IndexFunc(o.Series, func(c CountSeries) bool {
			return (disease == "" || c.Disease == disease) && (source == "" || c.Source == source)
		}))
		o.Chosen = o.Series[i]
		list, err := s.CountsIn(tx, CountFilter{Disease: o.Chosen.Disease, Source: o.Chosen.Source, From: o.Chosen.Last - CurrentDays})
		if err != nil {
			return err
		}
		o.Units, err = s.byUnit(tx, list)
		return err
	})
	return o, fault.Wrap(op, err)
}

// byUnit parts counts, which are in the order of their units.
func (s *Service) byUnit(tx *db.Tx, list []Reported) (out []UnitCounts, err error) {
	for from := 0; from < len(list); {
		to := from
		u := UnitCounts{}
		for ; to < len(list) && list[to].Unit == list[from].Unit; to++ {
			_, last, _ := list[to].Period.Bounds()
			u.Last = max(u.Last, last)
		}
		u.Counts = list[from:to]
		u.Findings = s.lists.Reconcile(u.Counts)
		if u.Unit, err = s.Unit(tx, list[from].Unit); fault.Is(err, fault.NotFound) { // its name has not come yet
			u.Unit, err = Unit{Code: list[from].Unit}, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, u)
		from = to
	}
	return out, nil
}

// UnitCountsOf shows the counts of one disease in one unit, of every source or of one.
func (s *Service) UnitCountsOf(ctx context.Context, disease, unit, source string) (u UnitCounts, err error) {
	const op = "surveillance.UnitCountsOf"
	if err := s.mayCount(ctx); err != nil {
		return u, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := s.CountsIn(tx, CountFilter{Disease: disease, Unit: unit, Source: source})
		if err != nil {
			return err
		}
		all, err := s.byUnit(tx, list)
		if err == nil && len(all) == 0 {
			err = fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err == nil {
			u = all[0]
		}
		return err
	})
	return u, fault.Wrap(op, err)
}

// Count opens one cell with all its reports.
func (s *Service) Count(ctx context.Context, id db.ID) (r Reported, u Unit, err error) {
	const op = "surveillance.Count"
	if err := s.mayCount(ctx); err != nil {
		return r, u, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if r, err = findReported(tx, id); err != nil {
			return err
		}
		if u, err = s.Unit(tx, r.Unit); fault.Is(err, fault.NotFound) {
			u, err = Unit{Code: r.Unit}, nil
		}
		return err
	})
	return r, u, fault.Wrap(op, err)
}
