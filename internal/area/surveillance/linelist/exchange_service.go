package linelist

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// exportRoute is the way out of a line list.
var exportRoute = access.Route{Name: "surveillance.linelist", Means: access.Export, Purpose: "public_health", Recipients: []access.Recipient{access.HealthAuthority, access.CareProvider},
	Action: access.ExportLineList, Sensitivity: journal.Clinical, Patterns: []string{"POST /linelist/export"}}

// Outlets are this package's ways out.
func Outlets() []access.Route { return []access.Route{exportRoute} }

// mostExported is how many cases leave at once.
const mostExported = 20_000

// Exported is a line list as it leaves.
type Exported struct {
	Rows     []Row
	Withheld int // rows without identity
}

// Export gives out the cases of a filter to a recipient. Nobody's identity leaves who
// may have fled that recipient, or of whom that is not known; the audit has a line for
// the list and one for everybody who is named on it.
func (s *Service) Export(ctx context.Context, f Filter, to access.Recipient) (Exported, error) {
	const op = "linelist.Export"
	var out Exported
	var listed []Listed
	var rows []access.Resource
	guarded := map[string]bool{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		out, listed, rows = Exported{}, nil, nil
		sc, err := s.Access.Reach(ctx, op, access.ExportLineList)
		if err != nil {
			return err
		}
		found, err := listCases(tx, sc, f, mostExported, 0)
		if err != nil {
			return err
		}
		for _, r := range found {
			rows = append(rows, r.Resource)
			if _, ok := guarded[r.Case.Site]; !ok && s.Sites != nil {
				site, err := s.Sites.Site(tx, r.Case.Site)
				if err != nil && !fault.Is(err, fault.NotFound) {
					return err
				}
				guarded[r.Case.Site] = site.Guarded || err != nil // who does not know it cannot say that it is no shelter
			}
		}
		listed, err = s.listed(ctx, tx, found)
		return err
	})
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	withheld, err := s.Access.ReleaseList(ctx, exportRoute, to, rows)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	for _, l := range listed {
		r := rowOf(l, s.today())
		if guarded[l.Site] {
			r.anonymous(l.ID).without(located)
		}
		if withheld[l.Person] || l.Person.IsZero() && to.Authority() {
			r.anonymous(l.ID).without(identifying)
			out.Withheld++
		}
		out.Rows = append(out.Rows, r)
	}
	return out, nil
}

// SheetReport is what came of a file.
type SheetReport struct {
	New, Here int
	Doubts    []Doubt
}

// errTrial ends a trial: nothing of it is kept.
var errTrial = errors.New("a trial")

// ImportSheet brings cases of a file in, all that can be taken, in one step; what came
// before is not taken again. A class that stands in the file is an officer's word of the
// importer, where they have the right to one. A trial keeps nothing.
func (s *Service) ImportSheet(ctx context.Context, sheet Sheet, m ColumnMap, file, disease string, trial bool) (SheetReport, error) {
	const op = "linelist.ImportSheet"
	var rep SheetReport
	if !slices.ContainsFunc(sheet.Head, func(h string) bool { return m[h] == "reported" }) {
		return rep, fault.Field(op, "map", "linelist.error.map_reported")
	}
	if disease != "" && !s.Lists.HasDisease(disease) {
		return rep, fault.Field(op, "disease", "linelist.error.choose")
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		rep = SheetReport{}
		a, err := access.Acting(ctx, op)
		if err != nil {
			return err
		}
		res := access.Resource{Kind: kindCase, Site: a.Site(), Sensitivity: journal.Clinical}
		if err := s.Access.Check(ctx, access.LineListWrite, res); err != nil {
			return err
		}
		mayClass := s.Access.May(ctx, access.LineListOverride, res)
		for _, in := range sheet.Incoming(m, file, disease, a.Site(), &rep.Doubts) {
			r := row{file: file, line: in.Line, doubts: &rep.Doubts}
			fresh, err := s.oneIncoming(ctx, tx, a, in, mayClass, r)
			if errors.Is(err, errSkip) {
				continue
			}
			if err != nil {
				return err
			}
			if fresh {
				rep.New++
			} else {
				rep.Here++
			}
		}
		if trial {
			return errTrial
		}
		return nil
	})
	if errors.Is(err, errTrial) {
		err = nil
	}
	return rep, fault.Wrap(op, err)
}

func (s *Service) oneIncoming(ctx context.Context, tx *db.Tx, a access.Actor, in Incoming, mayClass bool, r row) (fresh bool, err error) {
	c := in.Case
	if c.Foreign == "" {
		r.doubt("it has neither case_id nor number, and would come in again each time: not taken")
		return false, errSkip
	}
	if here, err := s.isHere(tx, a, in, r); here || err != nil {
		return false, err
	}
	if in.Class != "" {
		switch {
		case !slices.Contains(Overrides, in.Class):
			r.doubt("class %s is worked out here and not taken over", in.Class)
		case !mayClass:
			r.doubt("class %s is not taken over without the right to set one", in.Class)
		default:
			c.Officer = &Override{Class: in.Class, Why: strings.TrimSpace("import " + r.file), By: a.User, At: s.now()}
		}
	}
	if errs := c.Valid(s.Lists, s.today()); len(errs) > 0 {
		for _, e := range errs {
			r.doubt("%s cannot be: not taken", fault.FieldOf(e))
		}
		return false, errSkip
	}
	_, err = s.record(ctx, tx, c, true)
	return true, err
}

// isHere reports whether a case that comes was here before. One that is kept by another
// site, or is of another disease, is told: it may be somebody else with the same number.
func (s *Service) isHere(tx *db.Tx, a access.Actor, in Incoming, r row) (bool, error) {
	c := in.Case
	var found caseRow
	var err error = fault.New(fault.NotFound, "linelist.isHere", "door.not_found")
	if id, ok := ownID(c.Foreign); ok {
		found, err = findCase(tx, id) // it left from here
	}
	if fault.Is(err, fault.NotFound) {
		found, err = caseOfOrigin(tx, originOf(c.System, c.Foreign))
	}
	if fault.Is(err, fault.NotFound) && in.Older != "" {
		found, err = caseOfOrigin(tx, originOf(c.System, in.Older))
		if err == nil && (s.otherSite(a, in, found.Case) || s.otherDisease(c, found.Case)) {
			return false, nil // the same number on another list
		}
	}
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if s.otherSite(a, in, found.Case) {
		r.doubt("a case with this case_id is here already, at another site: not taken")
	}
	if s.otherDisease(c, found.Case) {
		r.doubt("a case with this case_id is here already, with another disease: not taken")
	}
	return true, nil
}

// otherSite reports whether a case that was found is neither of the site that the row
// tells nor of the one that it would be kept by here.
func (s *Service) otherSite(a access.Actor, in Incoming, found Case) bool {
	return found.Site != in.Row["site"] && found.Site != a.Site()
}

func (s *Service) otherDisease(c, found Case) bool {
	d, _ := Species(found, s.Lists)
	return c.Disease != "" && c.Disease != found.Disease && c.Disease != d.Code
}
