package order

import (
	"context"
	"math"
	"slices"
	"strings"

	codes "github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// labelRoute is the label of a specimen. It stays in the house, with those who
// treat the person; it says no name and no sensitive service.
var labelRoute = access.Route{Name: "care.label", Means: access.Print, Purpose: "assessment", Recipients: []access.Recipient{access.CareProvider},
	Action: access.ExportSlip, Patterns: []string{"GET /orders/{id}/print/label"}}

// listRoute is the printed worklist of one station.
func listRoute(station string) access.Route {
	return access.Route{Name: "care.worklist." + station, Means: access.Print, Purpose: "assessment", Recipients: []access.Recipient{access.CareProvider},
		Action: access.ExportWorklist, Sensitivity: journal.Clinical, Station: station, Patterns: []string{"GET /worklist/{station}/print/list"}}
}

// Outlets are the ways out of the program that this area owns.
func Outlets() []access.Route {
	out := []access.Route{labelRoute}
	for _, st := range place.Stations {
		out = append(out, listRoute(st))
	}
	return out
}

// mayPrint reports whether the user may print the list of a station at all.
func (s *Service) mayPrint(ctx context.Context, station string) bool {
	a, _ := access.From(ctx)
	return s.Access.May(ctx, access.ExportWorklist, access.Resource{Kind: kindOrder, Site: a.Site(), Station: station, Sensitivity: journal.Clinical})
}

// Label opens an order to print the labels of its specimens, and notes that they
// left.
func (s *Service) Label(ctx context.Context, id db.ID) (o Order, b Brief, err error) {
	const op = "order.Label"
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o, _, err = s.open(ctx, tx, access.OrderRead, id); err != nil {
			return err
		}
		briefs, err := s.People.Briefs(tx, []db.ID{o.Subject})
		b = briefs[o.Subject]
		return err
	})
	if err != nil {
		return o, b, fault.Wrap(op, err)
	}
	return o, b, fault.Wrap(op, s.Access.Release(ctx, labelRoute, access.CareProvider, o.Subject))
}

// PrintedList is the worklist of a station for paper: those who are here and those
// whose results are to come. It notes whom it took out.
func (s *Service) PrintedList(ctx context.Context, station string) ([]Line, error) {
	const op = "order.PrintedList"
	lines, err := s.Worklist(ctx, station)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	lines = slices.DeleteFunc(lines, func(l Line) bool { return !l.Here && l.Order.Status != InProgress })
	var subjects []db.ID
	for _, l := range lines {
		if !slices.Contains(subjects, l.Order.Subject) {
			subjects = append(subjects, l.Order.Subject)
		}
	}
	if len(subjects) == 0 && !s.mayPrint(ctx, station) {
		return nil, fault.New(fault.Forbidden, op, "door.forbidden")
	}
	return lines, fault.Wrap(op, s.Access.ReleaseAll(ctx, listRoute(station), access.CareProvider, subjects))
}

// ByNumber finds the open order of a station by the number on its label, among
// those the user may see.
func (s *Service) ByNumber(ctx context.Context, station, typed string) (id db.ID, err error) {
	const op = "order.ByNumber"
	number, ok := codes.ParseCode(strings.TrimSpace(typed))
	if !ok {
		return id, fault.Field(op, "number", "order.label.no_number")
	}
	scope, err := s.Access.Scope(ctx, access.WorklistRead)
	if err != nil {
		return id, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := openAt(tx, station, scope, math.MaxInt32) // also what no list has room for
		if err != nil {
			return err
		}
		for _, q := range all {
			if Number(q.ID) == number {
				id = q.ID
				return nil
			}
		}
		return fault.Field(op, "number", "order.label.not_here")
	})
	return id, fault.Wrap(op, err)
}
