package report

import (
	"context"
	"errors"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Sender sends; package edge/exchange/dhis2.
type Sender interface {
	Send(ctx context.Context, to Target, set Set, dry bool) (Outcome, error)
}

// The ways out: files of counts, and what goes to a ministry. Neither names anybody.
var (
	fileRoute = access.Route{Name: "programme.table", Means: access.Export, Purpose: "statistics", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics,
		Patterns: []string{"GET /programme/export/{what}/{period}/{to}/{form}"}}
	sendRoute = access.Route{Name: "programme.dhis2", Means: access.Message, Purpose: "statistics", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics,
		Patterns: []string{"POST /programme/export/dhis2/{id}/{site}/{period}"}}
)

// Outlets are this package's ways out.
func Outlets() []access.Route { return []access.Route{fileRoute, sendRoute} }

func (s *Service) edits(ctx context.Context) error {
	return s.Access.Check(ctx, access.ProgrammeEdit, access.Resource{Kind: kindMinistry})
}

// Ministries lists those that reports go to.
func (s *Service) Ministries(ctx context.Context) (out []Ministry, err error) {
	const op = "report.Ministries"
	if err := s.reads(ctx); err != nil {
		return nil, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = ministries(tx); return err })
	return out, fault.Wrap(op, err)
}

// Ministry answers one, and whether a password for it is on this installation.
func (s *Service) Ministry(ctx context.Context, id db.ID) (m Ministry, password bool, err error) {
	const op = "report.Ministry"
	if err := s.reads(ctx); err != nil {
		return m, false, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if m, err = ministryByID(tx, id); err != nil {
			return err
		}
		word, err := passwordOf(tx, id)
		password = word != ""
		return err
	})
	return m, password, fault.Wrap(op, err)
}

// SaveMinistry makes or changes one. An empty password leaves the one that is there, unless
// the address or the user changed: it was for another.
func (s *Service) SaveMinistry(ctx context.Context, m Ministry, password string) error {
	const op = "report.SaveMinistry"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	m.Name, m.URL, m.User, m.DataSet = strings.TrimSpace(m.Name), strings.TrimRight(strings.TrimSpace(m.URL), "/"), strings.TrimSpace(m.User), strings.TrimSpace(m.DataSet)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.edits(ctx); err != nil {
			return err
		}
		errs := m.Valid()
		was, err := ministryByID(tx, m.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		moved := was.URL != m.URL || was.User != m.User
		if len(password) > longName || moved && password == "" {
			errs = append(errs, fault.Field(op, "password", "report.error.password"))
		}
		if len(errs) > 0 {
			return errors.Join(errs...)
		}
		if password != "" {
			if err := keepPassword(tx, m.ID, password); err != nil {
				return err
			}
		}
		return s.append(tx, a, journal.Change{Kind: kindMinistry, Doc: m.ID, Fields: map[string]any{"name": m.Name, "url": m.URL, "user": m.User, "data_set": m.DataSet, "freq": m.Freq,
			"elements": m.Elements, "units": m.Units, "whole": m.Whole, "closed": m.Closed}})
	}))
}

// Preview is what a push would send.
type Preview struct {
	Ministry Ministry
	Report   Report
	Place    string
	Set      Set
	Empty    []Element // of the mapping, and not reported or held back
	Held     int       // counts that are too small to leave
	Push     Push
	Same     bool // the ministry has exactly this already
	Password bool
	target   Target
}

func pushID(ministry, report db.ID) db.ID {
	return idOf("godwit push\x00%s\x00%s", ministry, report)
}

// Preview says what a push of a report would send.
func (s *Service) Preview(ctx context.Context, ministry db.ID, site string, p Period) (out Preview, err error) {
	const op = "report.Preview"
	if err := s.Access.Check(ctx, access.ExportStatistics, access.Resource{Kind: kindPush, Sensitivity: journal.Identity}); err != nil {
		return out, fault.Wrap(op, err)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.preview(tx, ministry, site, p)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) preview(tx *db.Tx, ministry db.ID, site string, p Period) (out Preview, err error) {
	const op = "report.preview"
	if out.Ministry, err = ministryByID(tx, ministry); err != nil {
		return out, err
	}
	if out.Report, err = findReport(tx, reportID(site, p)); fault.Is(err, fault.NotFound) {
		return out, fault.New(fault.Conflict, op, "report.error.not_signed")
	}
	if err != nil {
		return out, err
	}
	if out.Ministry.Freq != p.Freq {
		return out, fault.New(fault.Conflict, op, "report.error.freq")
	}
	elements, err := out.Ministry.elements()
	if err != nil {
		return out, err
	}
	units, err := out.Ministry.units()
	if err != nil {
		return out, err
	}
	out.Set = Set{DataSet: out.Ministry.DataSet, OrgUnit: units[site], Period: p.Code()}
	if out.Set.OrgUnit == "" {
		return out, fault.New(fault.Conflict, op, "report.error.no_unit")
	}
	if v, ok := out.Report.Last(); ok {
		out.Set.Complete = calendar.DayOfTime(v.At.UTC()).String()
		figures := v.Figures
		if !out.Ministry.Whole {
			rules, err := s.pack(tx, min(p.Last(), s.today()))
			if err != nil {
				return out, err
			}
			figures, out.Held = withoutSmall(rules, figures, smallOf(rules, "partner", p.First))
		}
		out.Set.Rows, out.Empty = rowsOf(elements, figures)
	}
	if out.Push, err = pushOf(tx, pushID(ministry, out.Report.ID)); err != nil && !fault.Is(err, fault.NotFound) {
		return out, err
	}
	out.Set.Delete = gone(out.Push.held(), out.Set.Rows)
	if last, ok := out.Push.Last(); ok {
		out.Same = last.State == PushSent && len(out.Set.Delete) == 0 && last.Hash == out.Set.hash()
	}
	password, err := passwordOf(tx, ministry)
	out.Password, out.target = password != "", Target{out.Ministry.URL, out.Ministry.User, password}
	return out, err
}

// Send sends a report to a ministry, or only asks whether it would be taken (dry). Sent
// twice it is there once: a data value is known by its element, period, org unit and
// category, and the later one stands for the earlier.
func (s *Service) Send(ctx context.Context, ministry db.ID, site string, p Period, dry bool) (o Outcome, err error) {
	const op = "report.Send"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return o, err
	}
	v, err := s.Preview(ctx, ministry, site, p)
	switch {
	case err != nil:
		return o, fault.Wrap(op, err)
	case s.Sender == nil || !v.Password:
		return o, fault.New(fault.Conflict, op, "report.error.no_password")
	case v.Ministry.Closed:
		return o, fault.New(fault.Conflict, op, "report.error.closed")
	case len(v.Set.Rows)+len(v.Set.Delete) == 0:
		return o, fault.New(fault.Conflict, op, "report.error.nothing_mapped")
	}
	if err := s.Access.Release(ctx, sendRoute, access.Statistics, db.ID{}); err != nil {
		return o, fault.Wrap(op, err)
	}
	// The answer is kept even where who pressed does not wait for it.
	if o, err = s.Sender.Send(ctx, v.target, v.Set, dry); err != nil || dry {
		return o, fault.Wrap(op, err)
	}
	done := context.WithoutCancel(ctx)
	return o, fault.Wrap(op, s.DB.Write(done, func(tx *db.Tx) error {
		sent := Sent{Outcome: o, Hash: v.Set.hash(), Rows: after(v.Set, o, v.Push.held()), At: s.now(), By: a.User}
		return s.append(tx, a, journal.Change{Kind: kindPush, Doc: pushID(ministry, v.Report.ID), Site: site, Fields: map[string]any{"ministry": ministry, "report": v.Report.ID, "send": sent}})
	}))
}
